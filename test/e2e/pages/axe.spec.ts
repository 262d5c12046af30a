/**
 * Axe looks at every page, dialog, popover and panel, in light; at the main pages in dark for their contrast. Each test
 * is one walk through the program without a reload.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, row, test } from './stage.ts';

test.beforeEach(async ({ page }) => {
  // What fades in has less contrast on its way.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
});

/** What floats on top; the page behind it has been looked at. */
const FLOATING = '[data-floating]';

/**
 * Nothing is found on the page, or in what floats over it. `where` names the place in the message, which lists each
 * finding as rule, target and element.
 */
async function look(page: Page, where: string, within = 'html'): Promise<void> {
  const builder = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  await expectNothing(builder.include(within), where);
}

async function expectNothing(builder: AxeBuilder, where: string): Promise<void> {
  const { violations } = await builder.analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html }) => `${id} (${help})\n  ${target.join(' ')}\n  ${html.slice(0, 300)}`),
  );
  expect.soft(found.join('\n'), where).toBe('');
}

/** Looks at the dialog that `open` opens, and closes it by Escape; what it asks then is answered by `leave`. */
async function lookInto(
  page: Page,
  name: string | RegExp,
  open: () => Promise<void>,
  leave?: string,
): Promise<void> {
  await open();
  await expect(page.getByRole('dialog', { name })).toBeVisible();
  await look(page, `the dialog ${name}`, FLOATING);
  await close(page, page.getByRole('dialog'), leave);
}

async function close(page: Page, dialog: Locator, leave?: string): Promise<void> {
  await page.keyboard.press('Escape');
  if (leave) {
    await look(page, `the question with ${leave}`, FLOATING);
    await page.getByRole('button', { name: leave, exact: true }).click();
  }
  await expect(dialog).toHaveCount(0);
}

/** Looks at the menu or popover of a button, and closes it. */
async function lookAtMenu(page: Page, button: Locator, role: 'menu' | 'dialog' = 'menu'): Promise<void> {
  await button.click();
  const menu = page.getByRole(role).last();
  await expect(menu).toBeVisible();
  await look(page, `what floats of ${button}`, FLOATING);
  await close(page, menu);
}

async function choose(page: Page, menu: Locator, entry: string): Promise<void> {
  await menu.click();
  await page.getByRole('menuitem', { name: entry }).click();
}

async function openDataset(page: Page, title = 'Traffic Data'): Promise<void> {
  await page.getByRole('button', { name: 'Datasets', exact: true }).click();
  await page.getByRole('button', { name: title, exact: true }).click();
  await expect(
    page
      .getByRole('grid', { name: /^Rows of/ })
      .getByRole('row')
      .nth(3),
  ).toBeVisible();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('the uploads, their details, and a review with all its tabs', async ({ page, open }) => {
  await open({ scene: 'failing' });
  await expect(row(page, 'cam-north_0035')).toBeVisible();
  await look(page, 'the uploads');
  await row(page, 'cam-north_0038').click();
  await look(page, 'the uploads with a selection');
  await row(page, 'larva series 12').click({ button: 'right' });
  await look(page, 'the menu of an upload', FLOATING);
  await page.keyboard.press('Escape');
  await lookInto(page, /./, () => page.getByRole('button', { name: /Encord refused/ }).click());
  await lookInto(page, 'Keys', () => button(page, 'All keys').click());
  await lookAtMenu(page, page.getByRole('button', { name: /^Account / }));
  await lookInto(page, 'Add files of this machine', () => page.keyboard.press('Control+o'));

  await page
    .getByTestId('choose-files')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('a') });
  const sheet = page.getByRole('dialog', { name: 'Review' });
  await expect(page.getByTestId('review-files')).toHaveText('1,204 files');
  await expect(sheet.getByRole('button', { name: /^Upload 1,204/ })).toBeEnabled();
  await look(page, 'the review', FLOATING);
  for (const tab of [/^Folders/, /^Not taken/, /^Remarks/]) {
    await sheet.getByRole('radio', { name: tab }).click();
    await look(page, `the review: ${tab}`, FLOATING);
  }
  await sheet.getByRole('button', { name: /Choose another/ }).click();
  await expect(page.getByRole('option').first()).toBeVisible();
  await look(page, 'the destinations', FLOATING);
  await close(page, page.getByRole('dialog', { name: 'Choose a dataset' }));
  await sheet.getByRole('button', { name: /^Storage folder/ }).click();
  await look(page, 'the folders of a review', FLOATING);
  await close(page, page.getByRole('dialog', { name: 'Choose a storage folder' }));
});

test('the settings, the accounts and the first steps', async ({ page, open }) => {
  const desktop = await open({ scene: 'busy', host: 'electron' });
  desktop.state.update = { kind: 'downloading', version: '0.2.0', fraction: 0.4 };
  await button(page, 'Settings').click();
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Diagnostics text' })).toBeVisible();
  await look(page, 'the settings');
  const lab = page.getByRole('article', { name: 'Imaging lab' });
  await lookAtMenu(page, lab.getByRole('button', { name: /^Route/ }));
  await lookInto(page, /./, () => lab.getByRole('button', { name: 'Sign out' }).click());
  await lookInto(page, /./, () => button(page, 'Change…').click());
  await button(page, 'Add account').click();
  const account = page.getByRole('dialog', { name: 'Connect an account' });
  await look(page, 'an account by its key', FLOATING);
  await account.getByRole('radio', { name: 'Dataset API key' }).click();
  await account.getByRole('radio', { name: 'Other address' }).click();
  await look(page, 'an account by an API key', FLOATING);
  await close(page, account);

  await open({ scene: 'blocked' });
  await expect(page.getByRole('alert')).toContainText('needs to sign in again');
  await look(page, 'a key that is no longer taken');
  await open({ scene: 'empty' });
  await expect(page.getByRole('heading', { name: 'Drop files or folders anywhere' })).toBeVisible();
  await look(page, 'no uploads');
  for (const name of ['Watch folders', 'Activity']) {
    await button(page, name).click();
    await look(page, `${name}, empty`);
  }

  const first = await open({ scene: 'no-keychain' });
  first.go({ kind: 'files', paths: ['/data/a.mp4'] });
  await expect(page.getByText('1 file or folder waits for an account')).toBeVisible();
  await look(page, 'the first steps');
});

test('the datasets, and what adds data to one', async ({ page, open }) => {
  await open({ scene: 'busy' });
  await button(page, 'Datasets').click();
  await expect(page.getByText('42 datasets')).toBeVisible();
  await look(page, 'the datasets');
  await lookInto(page, 'New dataset', () => button(page, 'New dataset').click());
  await button(page, 'Filters').click();
  await look(page, 'the filters of datasets', FLOATING);
  await page.getByRole('radio', { name: 'Static' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('switch', { name: 'All organisation datasets' }).click();
  await expect(page.getByText('joining is done in Encord’s web app')).toBeVisible();
  await look(page, 'the datasets, narrowed');
  await page.getByRole('searchbox', { name: 'Search datasets' }).fill('no such title');
  await expect(page.getByRole('heading', { name: 'No dataset matches' })).toBeVisible();
  await look(page, 'no dataset');
  await button(page, 'Clear search and filters').click();

  await openDataset(page, 'Endoscopy 2026, left bank, second reader');
  const add = button(page, 'Add data');
  await lookAtMenu(page, add);
  await choose(page, add, 'Attach existing files');
  const attach = page.getByRole('dialog', { name: 'Attach existing files' });
  await attach.getByRole('searchbox').fill('Reader study');
  await attach.getByRole('grid', { name: 'Folders' }).getByText('Reader study', { exact: true }).click();
  await expect(attach.getByText('48 files')).toBeVisible();
  await attach.getByRole('grid', { name: 'Files' }).getByRole('row').nth(6).click();
  await look(page, 'files to attach', FLOATING);
  await close(page, attach, 'Forget it');

  await choose(page, add, 'Register cloud data');
  const cloud = page.getByRole('dialog', { name: 'Register cloud data' });
  const next = cloud.getByRole('button', { name: 'Next' });
  await next.click();
  await expect(cloud.getByText('Choose the integration that can read the bucket.')).toBeVisible();
  await look(page, 'cloud data: where', FLOATING);
  await lookAtMenu(page, cloud.getByRole('button', { name: /^Integration/ }));
  await cloud.getByRole('button', { name: /^Integration/ }).click();
  await page.getByRole('menuitemradio', { name: 'Lab bucket' }).click();
  await cloud.getByRole('radio', { name: /^A new folder/ }).check();
  await next.click();
  await cloud.getByRole('button', { name: 'Paste text' }).click();
  await look(page, 'cloud data: the file', FLOATING);
  const bucket = 'https://lab.s3.eu-west-2.amazonaws.com';
  await cloud.getByLabel('JSON or CSV').fill(`Where,Ward\n${bucket}/a b.png,7\n${bucket}/c.png,7`);
  await next.click();
  await cloud.getByRole('button', { name: 'URL columns: None' }).click();
  await look(page, 'cloud data: columns', FLOATING);
  await page.getByRole('checkbox', { name: 'Where' }).check();
  await page.keyboard.press('Escape');
  await expect(cloud.getByText('1 error stands in the way')).toBeVisible();
  await look(page, 'cloud data: problems', FLOATING);
  await cloud.getByRole('radio', { name: /^Entries/ }).click();
  await look(page, 'cloud data: entries', FLOATING);
  await cloud.getByRole('button', { name: 'Another file' }).click();
  await cloud.getByLabel('JSON or CSV').fill(`url\n${bucket}/a.png\n${bucket}/c.png`);
  await cloud.getByRole('button', { name: 'Check it' }).click();
  await expect(cloud.getByText('entries can be registered')).toBeVisible();
  await next.click();
  await expect(cloud.getByRole('button', { name: /^Register .* entries/ })).toBeVisible();
  await look(page, 'cloud data: options', FLOATING);
  await close(page, cloud, 'Forget it');

  await choose(page, add, 'De-identify DICOM');
  const dicom = page.getByRole('dialog', { name: 'De-identify DICOM' });
  await dicom.getByLabel('URLs of the DICOM files').fill(`${bucket}/1.dcm\n${bucket}/a b.dcm`);
  await dicom.getByRole('button', { name: 'Add a condition' }).click();
  await look(page, 'de-identification', FLOATING);
  await close(page, dicom, 'Forget it');
});

test('the rows of a dataset, one beside them, and every question about them', async ({ page, open }) => {
  await open({ scene: 'busy' });
  await openDataset(page);
  await look(page, 'the rows');
  await lookAtMenu(page, button(page, 'Filters'), 'dialog');
  await lookAtMenu(page, button(page, 'Columns'), 'dialog');
  const more = button(page, 'More for the table');
  await lookAtMenu(page, more);
  await lookInto(page, 'Export the table', () => choose(page, more, 'Export table…'));

  await choose(page, more, 'Metadata from a CSV file…');
  const table = page.getByRole('dialog', { name: 'Client metadata from a CSV file' });
  const chooser = page.waitForEvent('filechooser');
  await table.getByRole('button', { name: 'Choose a CSV file…' }).click();
  await (await chooser).setFiles({
    name: 'wards.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('title,ward\nstill_1.png,7\n'),
  });
  await table.getByText('3 lines are left out').click();
  await look(page, 'metadata from a CSV file', FLOATING);
  await close(page, table);

  const grid = page.getByRole('grid', { name: /^Rows of/ });
  const bar = page.getByRole('toolbar', { name: 'Selected rows' });
  const line = (title: string) => grid.getByRole('row').filter({ hasText: title }).first();
  await line('cam-north_3.mp4').click();
  await line('still_4.png').click({ modifiers: ['Shift'] });
  for (const question of ['Re-encode…', 'Metadata…', 'Download…', 'Delete…'])
    await lookInto(page, /./, () => bar.getByRole('button', { name: question }).click());
  await line('still_4.png').click({ button: 'right' });
  await look(page, 'the menu of a row', FLOATING);
  await page.keyboard.press('Escape');
  await line('still_4.png').click();
  await page.keyboard.press('F2');
  await look(page, 'a name being changed');
  await page.keyboard.press('Escape');

  await grid.press('Enter');
  const panel = page.getByRole('complementary', { name: /^Row / });
  await expect(panel.getByText('"reader": "second"')).toBeVisible();
  await look(page, 'a picture beside the rows');
  await line('cam-north_3.mp4').click();
  await expect(panel.locator('video')).toBeVisible();
  await look(page, 'a video beside the rows');
  await line('Image sequence').click();
  await expect(panel.getByRole('listbox', { name: 'Frames in their order' })).toBeVisible();
  await look(page, 'a sequence beside the rows');
  await lookInto(page, 'Text in its frames', () =>
    panel.getByRole('button', { name: 'Recognise text' }).click(),
  );
});

test('the settings of a dataset with their dialogs, and its comparison', async ({ page, open }) => {
  await open({ scene: 'busy' });
  await openDataset(page);
  await page.getByRole('radio', { name: 'Settings' }).click();
  const part = (name: string) => page.getByRole('region', { name, exact: true });
  await expect(part('API access').getByRole('listitem').first()).toBeVisible();
  await expect(part('Projects').getByRole('listitem').first()).toBeVisible();
  const field = part('Team').getByLabel('Invite by e-mail');
  await field.fill('ann@lab.example');
  await field.press('Enter');
  await field.fill('cleo.lab.example');
  await field.press('Enter');
  await look(page, 'the settings of a dataset');
  await part('Team').getByRole('button', { name: 'Correct cleo.lab.example' }).click();
  await field.fill('blocked@lab.example');
  await field.press('Enter');
  await part('Team').getByRole('button', { name: 'Invite 2 people' }).click();
  await expect(page.getByRole('list', { name: 'What came of the invitation' })).toBeVisible();
  await look(page, 'what came of an invitation');
  await lookInto(page, 'Add groups', async () => {
    await button(page, 'Add a group').click();
    await expect(page.getByRole('option').first()).toBeVisible();
  });
  await lookInto(page, /./, () =>
    part('Groups')
      .getByRole('button', { name: /^Remove/ })
      .first()
      .click(),
  );
  await lookInto(page, 'Attach to a project', async () => {
    await button(page, 'Attach to project…').click();
    await expect(page.getByRole('option').first()).toBeVisible();
  });
  await lookInto(page, /./, () => button(page, 'Detach from Junction signs').click());
  await lookInto(page, /^Delete “/, () => button(page, 'Delete dataset…').click());
  await button(page, 'Create key').click();
  const form = page.getByRole('dialog', { name: 'Create an API key' });
  await form.getByLabel('Title').fill('Ward 9');
  await look(page, 'a new key', FLOATING);
  await form.getByLabel('Title').press('Enter');
  const shown = page.getByRole('dialog', { name: /is created/ });
  await expect(shown).toBeVisible();
  await look(page, 'the key, once', FLOATING);
  await page.keyboard.press('Escape');
  const question = page.getByRole('dialog', { name: 'Close without copying the key?' });
  await expect(question).toBeVisible();
  await look(page, 'the question about the key', FLOATING);
  await page.keyboard.press('Escape');
  await shown.getByRole('button', { name: 'Copy' }).first().click();
  await shown.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('radio', { name: 'Reconcile' }).click();
  await expect(page.getByText('are missing from Traffic Data')).toBeVisible();
  await look(page, 'the comparison');
});

test('the storage folders with their dialogs', async ({ page, open }) => {
  await open({ scene: 'busy' });
  await button(page, 'Datasets').click();
  await page.getByRole('radio', { name: 'Storage folders' }).click();
  await expect(page.getByText('32 folders')).toBeVisible();
  await look(page, 'the storage folders');
  const grid = page.locator('.storage-table');
  const go = async (name: string) => {
    await page.getByRole('searchbox').fill(name);
    await grid.getByRole('button', { name, exact: true }).click();
    await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
  };
  await go('Lab');
  await look(page, 'a folder');
  await lookInto(page, /./, () => button(page, 'New folder').click());
  const more = button(page, 'More for this folder');
  await lookAtMenu(page, more);
  for (const entry of ['Edit…', 'Move…', 'Groups…', 'Register cloud data…', 'Delete…'])
    await lookInto(page, /./, () => choose(page, more, entry));
  await lookAtMenu(page, button(page, 'Types'), 'dialog');

  await button(page, 'Up to all storage folders').click();
  await go('Raw captures');
  const first = grid.getByRole('row').filter({ hasText: 'cam-north_00000' });
  await first.click();
  await look(page, 'items');
  const bar = page.getByRole('toolbar', { name: 'Selected items' });
  for (const question of ['Move…', 'Re-encode…', 'Metadata…', 'Delete…'])
    await lookInto(page, /./, () => bar.getByRole('button', { name: question }).click());
  await first.click({ button: 'right' });
  await look(page, 'the menu of an item', FLOATING);
  await page.keyboard.press('Escape');
  await first.dblclick();
  await expect(page.getByRole('complementary').getByText('No dataset, no group')).toBeVisible();
  await look(page, 'an item beside the others');
});

test('watch folders: the list, the sheet, a folder with its lists', async ({ page, open }) => {
  await open({ scene: 'failing' });
  await button(page, 'Watch folders').click();
  await expect(page.getByRole('row').filter({ hasText: 'orchard' })).toBeVisible();
  await look(page, 'the watch folders');
  await button(page, 'Add a folder').click();
  const sheet = page.getByRole('dialog', { name: 'Add a watch folder' });
  await sheet.getByLabel('Folder to watch').fill('/mnt/rig/');
  await expect(sheet.getByText('This folder can be watched.')).toBeVisible();
  await look(page, 'the sheet: where', FLOATING);
  await sheet.getByRole('button', { name: 'Next' }).click();
  await sheet.getByRole('radio', { name: /Names that fit a pattern/ }).click();
  await sheet.getByRole('textbox', { name: 'Pattern' }).fill('{plate}/{well}_{frame}.png');
  await sheet.getByRole('button', { name: 'Add metadata' }).click();
  await sheet.getByText('More: when a file is finished').click();
  await expect(sheet.getByRole('list', { name: 'Files, and what becomes of them' })).toBeVisible();
  await look(page, 'the sheet: what', FLOATING);
  await sheet.getByLabel('Key 1').fill('host');
  await sheet.getByLabel('Value 1').fill('{host}');
  await sheet.getByRole('button', { name: 'Next' }).click();
  await expect(sheet.getByText(/uploads? to Traffic Data/).first()).toBeVisible();
  await look(page, 'the sheet: a check', FLOATING);
  await close(page, sheet, 'Discard');

  const openFolder = async (root: string) => {
    await button(page, root).click();
    await expect(page.getByRole('region', { name: 'Summary' })).toBeVisible();
  };
  await openFolder('/data/acquisition/traffic/north-junction');
  for (const tab of ['Waiting', 'Uploads', 'Skipped', 'Moved']) {
    await page.getByRole('radio', { name: new RegExp(`^${tab}`) }).click();
    await look(page, `a watch folder: ${tab}`);
  }
  const more = button(page, 'More');
  await lookAtMenu(page, more);
  await lookInto(page, 'Explain a file', () => choose(page, more, 'Explain a file…'));
  await lookInto(page, /./, () => choose(page, more, 'Remove…'));
  await lookInto(page, /^Rules of/, () => button(page, 'Edit rules').click(), 'Leave them');
  await page.keyboard.press('Escape');
  await openFolder('/data/drone/orchard/flights');
  await look(page, 'a watch folder: to review');
  await lookInto(page, /./, () => button(page, 'Leave all').click());
});

test('long work, and each kind of it opened', async ({ page, open }) => {
  await open({ scene: 'failing' });
  await button(page, 'Activity').click();
  const jobs = page.getByRole('grid', { name: 'Jobs' });
  await expect(jobs.getByRole('row').nth(3)).toBeVisible();
  await look(page, 'the jobs');
  const panel = page.getByRole('complementary', { name: /^Job/ });
  for (const title of ['Register 10,000', 'Re-encode 3', 'Attach 12']) {
    await jobs.getByRole('row').filter({ hasText: title }).locator('.job-title').first().click();
    await expect(panel.getByRole('heading').first()).toContainText(title);
    await look(page, `the job ${title}`);
  }
  await lookInto(page, /./, () => panel.getByRole('button', { name: 'Start again…' }).click());
  await lookInto(page, /./, () => button(page, 'Clear finished').click());
});

test('in the dark there is contrast, too', async ({ page, open }) => {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await open({ scene: 'failing' });
  await expect(row(page, 'cam-north_0035')).toBeVisible();
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(24, 24, 27)');
  const lookForContrast = (where: string) =>
    expectNothing(new AxeBuilder({ page }).setLegacyMode(true).withRules('color-contrast'), `${where}, dark`);
  await lookForContrast('the uploads');
  for (const name of ['Watch folders', 'Activity', 'Settings', 'Datasets']) {
    await button(page, name).click();
    await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
    await expect(page.getByRole('status', { name: /^Asking/ })).toHaveCount(0);
    await lookForContrast(name);
  }
  await openDataset(page);
  await page.getByRole('row').nth(3).click();
  await lookForContrast('the rows');
  await page.getByRole('radio', { name: 'Settings' }).click();
  await expect(page.getByRole('region', { name: 'API access' }).getByRole('listitem').first()).toBeVisible();
  await lookForContrast('the settings of a dataset');
});
