/** What goes first: moving to the top, the order of what waits, pausing an account, and what of the history is kept. */
import { callsOf, expect, row, test } from './stage.ts';

test('moves a batch or a unit to the top by key, menu and toolbar', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await row(page, 'cam-north_0043').click();
  await page.keyboard.press('t');
  await expect(page.getByText(/cam-north_0043.* goes first/)).toBeVisible();
  const [moved] = callsOf(main, 'queue.moveToTop');
  expect(moved).toMatchObject({ scope: { kind: 'unit' } });

  await row(page, 'north junction').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Move to top' }).click();
  await expect
    .poll(() => callsOf(main, 'queue.moveToTop').at(-1))
    .toMatchObject({ scope: { kind: 'batch' } });

  await row(page, 'cam-north_0042').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page
    .getByRole('toolbar', { name: 'Selected rows' })
    .getByRole('button', { name: 'Move to top' })
    .click();
  await expect(page.getByText('2 rows go first')).toBeVisible();
  expect(callsOf(main, 'queue.moveToTop')).toHaveLength(4);
});

test('what is done cannot go first', async ({ page, open }) => {
  const main = await open({ scene: 'failing' });
  await row(page, 'cam-north_0038').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Details' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Move to top' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('t');
  expect(callsOf(main, 'queue.moveToTop')).toEqual([]);
});

test('the order of what waits is chosen in the toolbar', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Order As added' }).click();
  await page.getByRole('menuitemradio', { name: 'Smallest first' }).click();
  await expect(page.getByRole('button', { name: 'Order Smallest first' })).toBeVisible();
  expect(callsOf(main, 'queue.setOrder')).toEqual([{ order: 'smallest' }]);
});

test('a file of a group pauses its group', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await row(page, 'calibration frames').click();
  const closed = Number(await page.getByRole('treegrid').getAttribute('aria-rowcount'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treegrid')).toHaveAttribute('aria-rowcount', String(closed + 300));
  // The first of its 300 frames are stored already.
  for (let turn = 0; turn < 18; turn += 1) await page.keyboard.press('PageDown');
  await expect(page.locator('.q-active')).toContainText('Waiting');
  await page.keyboard.press(' ');
  await expect.poll(() => callsOf(main, 'queue.pause').at(-1)).toMatchObject({ scope: { kind: 'item' } });
  await expect(page.locator('.q-active')).toContainText('Paused');
});

test('keys never act on a row that was left for one that is not here yet', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await row(page, 'calibration frames').click();
  const closed = Number(await page.getByRole('treegrid').getAttribute('aria-rowcount'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treegrid')).toHaveAttribute('aria-rowcount', String(closed + 300));
  const release = main.hold('queue.rows');
  for (let turn = 0; turn < 18; turn += 1) await page.keyboard.press('PageDown');
  await expect(page.locator('.row-waiting').first()).toBeVisible();
  await expect(page.getByRole('row', { selected: true })).toHaveCount(0);
  await page.keyboard.press('Delete');
  await page.keyboard.press(' ');
  release();
  await expect(page.locator('.q-active')).toContainText('Waiting');
  expect([...callsOf(main, 'queue.cancel'), ...callsOf(main, 'queue.pause')]).toEqual([]);
  await page.keyboard.press(' ');
  await expect.poll(() => callsOf(main, 'queue.pause')).toMatchObject([{ scope: { kind: 'item' } }]);
});

test('an account is paused and goes on, and the list says so', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Settings' }).click();
  const account = page.getByRole('article').first();
  await account.getByRole('button', { name: 'Pause' }).click();
  await expect(account).toContainText('Paused');
  expect(callsOf(main, 'queue.pause')).toMatchObject([{ scope: { kind: 'account' } }]);
  await page.getByRole('button', { name: 'Uploads' }).click();
  await expect(row(page, 'north junction').first()).toContainText('Paused');
  await page.getByRole('button', { name: 'Settings' }).click();
  await account.getByRole('button', { name: 'Resume' }).click();
  await expect(account).not.toContainText('Paused');
});

test('what of the history is kept: numbers hold, nonsense is said', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Settings' }).click();
  const days = page.getByLabel('Days that finished uploads stay in the list');
  await expect(days).toHaveValue('90');
  await days.fill('30');
  await days.press('Enter');
  await expect.poll(() => callsOf(main, 'settings.set').at(-1)).toEqual({ historyDays: 30 });
  const units = page.getByLabel('Finished uploads in the list at most');
  await units.fill('many');
  await units.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Give a whole number from 0');
  await expect(units).toHaveValue('1,000,000');
  expect(callsOf(main, 'settings.set')).toHaveLength(1);
});
