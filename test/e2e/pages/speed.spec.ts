/** The bandwidth limit and the files at the same time: set in Settings, switched in passing, said in the status line. */
import { callsOf, expect, test } from './stage.ts';

test('a limit is read out while it is typed, and saved', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Settings' }).click();
  const speed = page.getByRole('region', { name: 'Speed' });
  await speed.getByRole('radio', { name: 'Always' }).click();
  await expect(speed).toContainText('512k is 512 KiB/s');

  const limit = speed.getByLabel('Limit', { exact: true });
  await limit.fill('10MB');
  await expect(speed).toContainText('“10MB” is not a limit. Write 10M, which is 10 MiB a second.');
  await expect(limit).toHaveAttribute('aria-invalid', 'true');
  await expect(speed.getByRole('button', { name: 'Save' })).toBeDisabled();

  await limit.fill('1.5M');
  await expect(speed).toContainText('Alwaysat most 1.5 MiB/s');
  await limit.press('Enter');
  await expect.poll(() => main.state.snapshot.settings.bandwidth).toBe('1.5M');
  await expect(speed.getByRole('button', { name: 'Save' })).toHaveCount(0);
  await expect(limit).toBeFocused();
  await expect(page.getByTestId('limit')).toHaveText('limited to 1.5 MiB/s');

  await speed.getByRole('radio', { name: 'None' }).click();
  await expect.poll(() => main.state.snapshot.settings.bandwidth).toBe('');
  await expect(page.getByTestId('limit')).toHaveCount(0);
});

test('a timetable is told as a week', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  await page.getByRole('button', { name: 'Settings' }).click();
  const speed = page.getByRole('region', { name: 'Speed' });
  await speed.getByRole('radio', { name: 'By the clock' }).click();
  const timetable = speed.getByLabel('Timetable');
  await timetable.fill('Mon-00:00,512k Fri-23:59,10M Sat-10:00,1M Sun-20:00,off');
  await expect(speed).toContainText('Monday to Thursday512 KiB/s all day');
  await expect(speed).toContainText('Saturday10 MiB/s, 1 MiB/s from 10:00');
  await expect(speed).toContainText('Sunday1 MiB/s, no limit from 20:00');
  await expect(speed.getByText('Now', { exact: true })).toBeVisible();

  await timetable.fill('Mon-8:00,512k');
  await expect(speed).toContainText('“8:00” in “Mon-8:00,512k” is not a time.');
  await timetable.fill('08:00,10M:1M 19:00,off');
  await expect(speed).toContainText('only the first half counts, which is for uploads');
  await speed.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => main.state.snapshot.settings.bandwidth).toBe('08:00,10M:1M 19:00,off');
  await expect(speed.getByRole('radio', { name: 'By the clock' })).toBeChecked();
});

test('the limit in force stands in the status line, and a click changes it, with a way back', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'limited' });
  const limit = page.getByTestId('limit');
  await expect(limit).toHaveText('limited to 512 KiB/s until 19:00');
  await limit.click();
  await expect(page.getByRole('menuitem', { name: 'Timetable…' })).toBeVisible();
  await page.getByRole('menuitem', { name: 'No limit' }).click();
  await expect.poll(() => main.state.snapshot.settings.bandwidth).toBe('');
  await expect(limit).toHaveCount(0);
  await expect(page.getByText('No limit: the timetable is off')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => main.state.snapshot.settings.bandwidth).toBe('08:00,512k 19:00,off');
});

test('the menu of the queue limits the speed too', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: '2 MiB/s' }).click();
  await expect(page.getByTestId('limit')).toHaveText('limited to 2 MiB/s');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Others, and a timetable…' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  expect(callsOf(main, 'settings.set')).toEqual([{ bandwidth: '2M' }]);
});

test('files at the same time: between two numbers, or always one', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Settings' }).click();
  const speed = page.getByRole('region', { name: 'Speed' });
  await speed.getByLabel('Most files at the same time').fill('32');
  await page.keyboard.press('Enter');
  await expect.poll(() => main.state.snapshot.settings.concurrencyBounds).toEqual({ least: 2, most: 32 });
  await speed.getByLabel('Fewest files at the same time').fill('40');
  await page.keyboard.press('Tab');
  await expect(speed.getByRole('alert')).toHaveText('The first number cannot be the larger one.');
  await speed.getByLabel('Fewest files at the same time').fill('many');
  await page.keyboard.press('Enter');
  await expect(speed.getByRole('alert')).toHaveText('Give a whole number from 1 to 64.');
  await speed.getByRole('radio', { name: 'Fixed' }).click();
  await expect.poll(() => main.state.snapshot.settings.concurrency).toBe(8);
  await speed.getByLabel('Files at the same time', { exact: true }).and(page.locator('input')).fill('12');
  await page.keyboard.press('Enter');
  await expect.poll(() => main.state.snapshot.settings.concurrency).toBe(12);
  await speed.getByRole('radio', { name: 'Automatic' }).click();
  await expect.poll(() => main.state.snapshot.settings.concurrency).toBe('auto');
  expect(main.state.snapshot.settings.concurrencyBounds).toEqual({ least: 2, most: 32 });
});
