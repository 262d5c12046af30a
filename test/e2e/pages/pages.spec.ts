/** Datasets, settings, accounts, keys, and looks: the pages around the queue. */
import { callsOf, expect, row, test } from './stage.ts';

test('datasets: search, create, choose, and the rows of one', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await expect(page.getByText('42 datasets')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search datasets' }).fill('zebra');
  await expect(page.getByText('1 dataset found')).toBeVisible();
  await page.getByRole('row').filter({ hasText: 'Zebrafish' }).hover();
  await page.getByRole('button', { name: 'Upload here' }).click();
  await expect(page.getByText('Next drop goes here')).toBeVisible();

  await page.getByRole('button', { name: 'Zebrafish larvae', exact: true }).click();
  await expect(page.getByText('1,204 data rows')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search rows' }).fill('still_7');
  await expect(page.getByRole('row').filter({ hasText: 'still_7.png' })).toContainText('Image');
  await page.getByRole('button', { name: 'All datasets' }).click();

  await page.getByRole('searchbox', { name: 'Search datasets' }).fill('');
  await page.getByRole('button', { name: 'New dataset' }).click();
  await page.getByLabel('Title').fill('Ward 9');
  await page.getByRole('radio', { name: 'Static' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create dataset' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('row').filter({ hasText: 'Ward 9' })).toContainText('Next drop goes here');
  expect(callsOf(main, 'datasets.create')).toEqual([{ title: 'Ward 9', description: '', mirrored: false }]);
});

test('datasets that cannot be listed say why, and are asked for again', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  await expect(page.getByRole('button', { name: 'Add files' })).toBeVisible();
  main.failNext.set('datasets.list', {
    ok: false,
    error: { code: 'offline', message: 'Nothing gets through to api.encord.com.', details: {} },
  });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await expect(page.getByRole('heading', { name: 'Datasets could not be listed' })).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('42 datasets')).toBeVisible();
});

test('settings hold at once', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await expect(row(page, 'cam-north_0041')).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(24, 24, 27)');
  await page.getByLabel('Largest file in GB').fill('2.5');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => main.state.snapshot.settings.sizeLimitBytes).toBe(2_500_000_000);
  await page.getByRole('button', { name: 'Change…' }).click();
  await page.getByLabel('Folder', { exact: true }).fill('/srv/uploader');
  await page.getByRole('button', { name: 'Use from the next start' }).click();
  await expect(page.getByText('/srv/uploader')).toBeVisible();
});

test('accounts: switch, route, and signing out with unfinished uploads', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: /^Account Imaging lab/ }).click();
  await page.getByRole('menuitem', { name: /Ward 7 scanner/ }).click();
  await expect(page.getByRole('button', { name: /^Account Ward 7 scanner/ })).toBeVisible();

  await page.getByRole('button', { name: 'Settings' }).click();
  const lab = page.getByRole('article', { name: 'Imaging lab' });
  await lab.getByRole('button', { name: 'Route: Automatic' }).click();
  await page.getByRole('menuitemradio', { name: /Documented/ }).click();
  await expect(lab).toContainText('Only datasets on Encord’s own storage');

  // What has nothing to do with unfinished uploads is said, and asks nothing.
  const message = 'The keychain is locked. Unlock it, then sign out again.';
  main.failNext.set('accounts.signOut', {
    ok: false,
    error: { code: 'keychain-locked', message, details: {} },
  });
  await lab.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText(message)).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  main.calls.length = 0;

  await lab.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('dialog')).toContainText('Unfinished uploads need this account');
  await page.getByRole('button', { name: 'Cancel them and sign out' }).click();
  await expect(lab).toHaveCount(0);
  expect(callsOf(main, 'accounts.signOut')).toEqual([
    { accountId: 'lab', cancelUnfinished: false },
    { accountId: 'lab', cancelUnfinished: true },
  ]);
});

test('all keys are listed, and the focus comes back when the list closes', async ({ page, open }) => {
  await open({ scene: 'busy' });
  await row(page, 'cam-north_0041').click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Pause or resume');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('treegrid')).toBeFocused();
});

test('where a field takes the focus as a dialog opens, it comes back all the same', async ({
  page,
  open,
}) => {
  await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  const create = page.getByRole('button', { name: 'New dataset' });
  await create.press('Enter');
  await expect(page.getByRole('dialog').getByLabel('Title')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(create).toBeFocused();
});

test('a key that is no longer taken is said on every page', async ({ page, open }) => {
  await open({ scene: 'blocked' });
  await expect(page.getByRole('alert')).toContainText('Imaging lab needs to sign in again');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Connect an account' })).toBeVisible();
});

test('offline is said once, quietly', async ({ page, open }) => {
  await open({ scene: 'offline' });
  await expect(page.getByTestId('status')).toHaveText('Offline: will go on by itself');
  await expect(row(page, 'north junction')).toContainText('Offline');
});

test('an API key shows its one dataset and offers no other', async ({ page, open }) => {
  await open({ scene: 'api-key' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await expect(page.getByText('An API key belongs to one dataset')).toBeVisible();
  await expect(page.getByRole('button', { name: 'New dataset' })).toHaveCount(0);
});
