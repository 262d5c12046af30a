/** The pages of a program that lives on a desktop: places that come from outside, and the settings of this machine. */
import type { Page } from '@playwright/test';
import { FAKE_DIAGNOSTICS } from '../fake-desktop.ts';
import { callsOf, expect, paste, row, test } from './stage.ts';

const DESKTOP = { host: 'electron' } as const;
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const review = (page: Page) => page.getByRole('dialog', { name: 'Review' });

test('places open: a batch in sight, a dataset, a watch folder, a section, commands', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy', ...DESKTOP });
  await expect(row(page, 'cam-north_0041')).toBeVisible();
  const [, warehouse] = main.state.batches;

  // It stands under 70 rows of another batch, out of sight.
  main.go({ kind: 'uploads', batchId: warehouse?.row.id ?? 0 });
  const batch = row(page, 'warehouse').first();
  await expect(batch).toBeInViewport();
  await expect(batch).toHaveAttribute('aria-selected', 'true');
  await expect(batch).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByRole('treegrid')).toBeFocused();
  await expect(row(page, 'aisle_3.jpg')).toBeVisible();
  main.go({ kind: 'uploads', batchId: 99_999 });
  await expect(page.getByText('That batch is no longer in the list')).toBeVisible();

  main.go({ kind: 'dataset', datasetId: 'D-3' });
  await expect(page.getByRole('heading', { name: 'Zebrafish larvae' })).toBeVisible();
  main.go({ kind: 'dataset', datasetId: 'd-of-others' });
  await expect(page.getByText('Imaging lab cannot see this dataset. Ask one of its admin')).toBeVisible();

  const [folder] = main.state.watch;
  main.go({ kind: 'watch', watchId: folder?.view.id ?? 0 });
  await expect(page.getByRole('heading', { name: /^\/data\/acquisition\/traffic/ })).toBeVisible();
  await expect(page.getByRole('main')).toHaveAccessibleName('watch folders');
  main.go({ kind: 'activity' });
  await expect(page.getByRole('heading', { name: 'Activity', exact: true })).toBeVisible();

  main.go({ kind: 'settings', section: 'updates' });
  await expect(section(page, 'Updates')).toBeFocused();
  await expect(section(page, 'Updates')).toBeInViewport();
  main.go({ kind: 'command', command: 'connection-check' }, { kind: 'files', paths: ['/data/a.mp4'] });
  await expect(page.getByRole('dialog', { name: 'Connection check' })).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await expect(review(page)).toBeVisible();
  await page.keyboard.press('Escape');
  main.go({ kind: 'command', command: 'keys' });
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  // It holds no work: it makes room.
  main.go({ kind: 'command', command: 'add-watch-folder' }, { kind: 'datasets' });
  await expect(page.getByRole('dialog', { name: 'Keys' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Datasets', exact: true })).toBeVisible();
  main.go({ kind: 'command', command: 'search' });
  await expect(page.getByRole('searchbox', { name: 'Search datasets' })).toBeFocused();

  // A form that somebody fills in stays, and the place comes after it.
  main.go({ kind: 'command', command: 'create-dataset' });
  const title = page.getByRole('dialog', { name: 'New dataset' }).getByLabel('Title');
  await title.fill('Ward 9');
  main.go({ kind: 'uploads', batchId: null }, { kind: 'command', command: 'add-account' });
  await expect(page.getByText('It opens when this is closed.')).toBeVisible();
  await expect(title).toHaveValue('Ward 9');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Uploads', exact: true })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('files that are handed over are reviewed, and those that come meanwhile after them', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy', ...DESKTOP, plan: { files: 3, ticks: 1 } });
  await expect(row(page, 'cam-north_0041')).toBeVisible();
  main.go({ kind: 'files', paths: ['/data/a.mp4'] });
  await expect(page.getByTestId('review-files')).toHaveText('3 files');
  main.go({ kind: 'files', paths: ['/data/b.mp4', '/data/c'] });
  await expect(page.getByText('2 files and folders wait until this is closed.')).toBeVisible();
  main.go({ kind: 'files', paths: ['/data/d'] });
  await expect(page.getByText('3 files and folders wait until this is closed.')).toBeVisible();
  expect(callsOf(main, 'plan.start')).toHaveLength(1);

  await review(page).getByRole('button', { name: 'Cancel' }).click();
  await expect
    .poll(() => callsOf(main, 'plan.start'))
    .toMatchObject([
      { source: { kind: 'paths', paths: ['/data/a.mp4'] } },
      { source: { kind: 'paths', paths: ['/data/b.mp4', '/data/c', '/data/d'] } },
    ]);
  await expect(page.getByTestId('review-files')).toHaveText('3 files');
});

test('before the first sign-in what is handed over waits, and the settings can be reached', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'first-run', ...DESKTOP });
  await expect(page.getByRole('heading', { name: 'Connect to Encord' })).toBeVisible();
  main.go({ kind: 'files', paths: ['/data/a.mp4', '/data/b.mp4'] }, { kind: 'settings', section: 'network' });
  await expect(section(page, 'Network')).toBeFocused();
  await expect(page.getByText('2 files and folders wait for an account')).toBeVisible();
  await page.getByRole('button', { name: 'Uploads', exact: true }).click();
  await paste(
    page,
    'Private key',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n',
  );
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(review(page)).toBeVisible();
  expect(callsOf(main, 'plan.start')).toMatchObject([
    { source: { kind: 'paths', paths: ['/data/a.mp4', '/data/b.mp4'] } },
  ]);
  await expect(page.getByText('wait for an account')).toHaveCount(0);
});

test('main is told once that the network is back', async ({ page, open }) => {
  const main = await open({ scene: 'offline' });
  await expect(page.getByTestId('status')).toHaveText('Offline: will go on by itself');
  await page.evaluate(() => {
    for (let time = 0; time < 3; time += 1) window.dispatchEvent(new Event('online'));
  });
  await expect.poll(() => callsOf(main, 'app.networkBack')).toHaveLength(1);
});

test('what only the person knows is asked for on every page, and leads to where it is entered', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy', ...DESKTOP });
  await expect(row(page, 'cam-north_0041')).toBeVisible();
  const [lab] = main.state.snapshot.accounts;
  if (lab) lab.passphrase = 'needed';
  main.changed('accounts');
  await expect(page.getByRole('alert').first()).toContainText('Imaging lab needs its passphrase');
  await expect(page.getByTestId('status')).toContainText('The key needs its passphrase');
  await page.getByRole('button', { name: 'Enter the passphrase' }).click();
  await expect(section(page, 'Accounts')).toBeFocused();

  if (lab) lab.passphrase = 'asked';
  main.state.snapshot.connection = {
    kind: 'offline',
    failure: { code: 'proxy-login', message: 'The proxy wants a login.', details: {}, at: 0 },
    nextTryAt: null,
    waitsFor: 'login',
  };
  main.changed('accounts', 'connection');
  await expect(page.getByRole('alert').first()).toContainText('The proxy wants a login');
  await page.getByRole('button', { name: 'Enter the login' }).click();
  await expect(section(page, 'Network')).toBeFocused();
});

test('what nobody can enter is said in its own words, and leads to the connection check', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy', ...DESKTOP });
  await expect(row(page, 'cam-north_0041')).toBeVisible();
  const why =
    'The proxy http://proxy.lab:8080 signs people in by a way that this program does not support (NTLM).';
  const details = { proxy: 'http://proxy.lab:8080', host: 'api.encord.com', schemes: 'ntlm' };
  main.state.snapshot.connection = {
    kind: 'offline',
    failure: { code: 'proxy-login', message: `${why} Run a local proxy such as Px.`, details, at: 0 },
    nextTryAt: null,
    waitsFor: 'person',
  };
  main.changed('connection');
  const banner = page.getByRole('alert').first();
  await expect(banner).toContainText('Encord cannot be reached');
  await expect(banner).toContainText('Run a local proxy such as Px.');
  await expect(page.getByTestId('status')).toContainText(why.slice(0, -1));
  await expect(page.getByRole('button', { name: 'Account Imaging lab. Not reachable' })).toBeVisible();
  await expect(page.getByText(/wants a login|go on by itself/)).toHaveCount(0);
  await banner.getByRole('button', { name: 'Check connection' }).click();
  await expect(page.getByRole('dialog', { name: 'Connection check' })).toBeVisible();
});

test('the settings of the desktop, notifications with quiet hours, and diagnostics', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy', ...DESKTOP });
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const { settings } = main.state.snapshot;
  const kept = () => main.state.snapshot.settings;

  await page.getByRole('link', { name: 'Desktop' }).click();
  await expect(section(page, 'Desktop')).toBeFocused();
  await page.getByRole('switch', { name: 'Start when you sign in' }).click();
  await page.getByRole('switch', { name: 'Go on when the window is closed' }).click();
  await expect(page.getByText('Closing the window quits.')).toBeVisible();
  await expect
    .poll(() => kept().desktop)
    .toEqual({ ...settings.desktop, startAtLogin: true, closeToTray: false });

  await page.getByRole('switch', { name: 'Uploads are finished' }).click();
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await expect(page.getByText('Nothing pops up from 22:00 to 07:00 the next morning.')).toBeVisible();
  await page.getByLabel('Quiet from').fill('12:15');
  // The second change comes before the first is answered, and keeps it.
  const answer = main.hold('settings.set');
  await page.getByLabel('Quiet from').press('Enter');
  await page.getByLabel('Quiet until').fill('13:00');
  await page.getByLabel('Quiet until').press('Enter');
  answer();
  await expect(page.getByText('Nothing pops up from 12:15 to 13:00.')).toBeVisible();
  expect(kept().notifications).toEqual({
    kinds: { ...settings.notifications.kinds, finished: false },
    quiet: { from: '12:15', to: '13:00' },
  });

  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Diagnostics text' })).toContainText('Queue: 3 batches');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await expect(page.getByText('The diagnostics text is copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(FAKE_DIAGNOSTICS);

  // There a program goes on without its window anyway.
  main.state.snapshot.platform = 'darwin';
  main.changed('settings');
  await expect(page.getByText('it stands in the menu bar')).toBeVisible();
  await expect(page.getByRole('switch', { name: 'Go on when the window is closed' })).toHaveCount(0);
});

test('updates: what is known, the one thing to do, and who decides', async ({ page, open }) => {
  const main = await open({ scene: 'busy', ...DESKTOP });
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const updates = section(page, 'Updates');
  await updates.getByRole('button', { name: 'Check now' }).click();
  await expect(updates).toContainText('Version 0.1.0 is the newest');
  await updates.getByRole('radio', { name: 'Ask' }).click();
  await updates.getByRole('switch', { name: 'Early versions' }).click();
  await expect.poll(() => main.state.snapshot.settings.updates).toEqual({ mode: 'ask', channel: 'beta' });

  main.state.update = { kind: 'available', version: '0.2.0' };
  main.changed('updates');
  await updates.getByRole('button', { name: 'Download' }).click();
  await expect(updates.getByRole('progressbar')).toBeVisible();
  main.state.update = { kind: 'ready', version: '0.2.0' };
  main.changed('updates');
  await updates.getByRole('button', { name: 'Restart and install' }).click();
  await expect(page.getByText('Files are on their way. Let them finish')).toBeVisible();

  main.state.update = { kind: 'off', reason: 'Your IT department installs new versions.', managed: true };
  main.changed('updates');
  await expect(updates).toContainText('Your IT department installs new versions.');
  // What cannot be chosen is not asked; nor is it promised.
  await expect(updates.getByRole('radio')).toHaveCount(0);
  await expect(updates.getByRole('switch')).toHaveCount(0);
  await expect(updates).not.toContainText('installed when you quit');
  const reason = 'Updates are switched off in the settings.';
  main.state.update = { kind: 'off', reason, managed: false, bySetting: true };
  main.changed('updates');
  await expect(updates.getByRole('radio', { name: 'Automatic' })).toBeEnabled();

  // Browser mode has neither.
  await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(section(page, 'Diagnostics')).toBeVisible();
  for (const name of ['Desktop', 'Notifications', 'Updates'])
    await expect(section(page, name)).toHaveCount(0);
});
