/** What holds everything up: a damaged database, a data folder without room, a wrong clock. */
import { callsOf, expect, test } from './stage.ts';

const FILE = '/home/lab/.local/share/encord-uploader/uploader.db';
const DAMAGED = { code: 'database-corrupt', message: 'It is damaged.', details: { file: FILE } } as const;

test('a damaged database is kept aside only when a person says so', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await expect(page.getByRole('treegrid')).toBeVisible();
  main.failNext.set('app.snapshot', { ok: false, error: DAMAGED });
  await page.reload();
  await expect(page.getByRole('heading', { name: 'The list of uploads is damaged' })).toBeVisible();
  await expect(page.getByText(FILE)).toBeVisible();
  expect(callsOf(main, 'app.setDatabaseAside')).toEqual([]);
  await page
    .getByRole('button', { name: 'Keep the damaged file aside and start with an empty queue' })
    .click();
  await expect(page.getByText('The damaged file is kept as')).toBeVisible();
  await expect(page.getByRole('treegrid')).toBeVisible();
  expect(callsOf(main, 'app.setDatabaseAside')).toEqual([null]);
});

test('a damaged database of which a copy was put back opens at the next try', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await expect(page.getByRole('treegrid')).toBeVisible();
  main.failNext.set('app.snapshot', { ok: false, error: DAMAGED });
  await page.reload();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('treegrid')).toBeVisible();
  expect(callsOf(main, 'app.setDatabaseAside')).toEqual([]);
});

test('a full disk stands above every page, and goes when there is room', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await expect(page.getByRole('treegrid')).toBeVisible();
  const message =
    'The disk of the data folder is full. Nothing is lost; uploads go on by themselves when there is room.';
  main.state.snapshot.connection = {
    kind: 'stuck',
    failure: { code: 'disk-full', message, details: {}, at: Date.now() },
  };
  main.changed('connection');
  await expect(page.getByRole('alert').filter({ hasText: message })).toBeVisible();
  await expect(page.getByTestId('status')).toContainText('The disk of the data folder is full');
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: message })).toBeVisible();
  main.state.snapshot.connection = { kind: 'online' };
  main.changed('connection');
  await expect(page.getByRole('alert').filter({ hasText: message })).toHaveCount(0);
});

test('a wrong clock is named, and looked at again when a person asks', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await expect(page.getByRole('treegrid')).toBeVisible();
  const account = main.state.snapshot.accounts.find(
    (each) => each.id === main.state.snapshot.activeAccountId,
  );
  if (!account) throw new Error('The scene has no account.');
  const message =
    'The clock of this machine is 61 minutes ahead, so Encord does not accept its signatures. Set the clock (switch on automatic time), then try again.';
  account.blocked = { code: 'clock-wrong', message, details: {}, at: Date.now() };
  main.changed('accounts');
  await expect(page.getByRole('alert').filter({ hasText: message })).toBeVisible();
  await expect(page.getByTestId('status')).toContainText('61 minutes ahead');
  await expect(page.getByText('needs to sign in again')).toHaveCount(0);
  // It is right again.
  account.blocked = null;
  await page.getByRole('alert').getByRole('button', { name: 'Check' }).click();
  await expect(page.getByRole('alert').filter({ hasText: message })).toHaveCount(0);
  expect(callsOf(main, 'accounts.check')).toEqual([{ accountId: account.id }]);
});
