/** Watch folders: adding one in three steps, what waits and why, deciding, reviewing, undoing, and ten thousand rows. */
import type { Page } from '@playwright/test';
import type { FakeMain } from '../fake-main.ts';
import { callsOf, expect, test } from './stage.ts';

/** A line of a list or table by what it says. */
const line = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

async function openFolder(page: Page, root: string): Promise<void> {
  await page.getByRole('button', { name: 'Watch folders' }).click();
  await line(page, root).getByRole('button', { name: root }).click();
  await expect(page.getByRole('region', { name: 'Summary' })).toBeVisible();
}

const lastCall = (main: FakeMain, name: Parameters<typeof callsOf>[1]) => callsOf(main, name).at(-1);

test('an empty page teaches, and adding is three steps by keys alone', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  await expect(page.getByTestId('status')).toHaveText('Ready for files');
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await expect(page.getByRole('heading', { name: 'Let a folder upload itself' })).toBeVisible();
  const add = page.getByRole('button', { name: 'Add a folder' });
  await add.focus();
  await page.keyboard.press('Enter');

  const sheet = page.getByRole('dialog', { name: 'Add a watch folder' });
  await expect(sheet.getByLabel('Folder to watch')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(sheet.getByRole('alert')).toHaveText('Choose a folder to watch.');
  await page.keyboard.type('/data/missing');
  await expect(sheet.getByRole('alert')).toHaveText('There is no folder “/data/missing”.');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('/mnt/rig/');
  await expect(sheet.getByText('This folder can be watched.')).toBeVisible();
  await expect(sheet.getByText('This is a network share (cifs)')).toBeVisible();
  await page.keyboard.press('Enter');

  await expect(sheet.getByRole('radio', { name: /Each file by itself/ })).toBeFocused();
  await expect(sheet.getByText('101 of 103 files would be taken')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(sheet.getByRole('radio', { name: /Each sub-folder together/ })).toBeFocused();
  await expect(sheet.getByText('81 of 103 files would be taken')).toBeVisible();
  await page.keyboard.press('Enter');

  await expect(sheet.getByRole('radio', { name: /Upload all of it/ })).toBeFocused();
  await expect(sheet.getByText('2 uploads to Traffic Data')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(sheet.getByText('81 files stay.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(sheet).toHaveCount(0);
  await expect(page.getByRole('heading', { name: '/mnt/rig' })).toBeVisible();
  await expect(page.getByTestId('status')).toHaveText('Watching 1 folder');
  expect(lastCall(main, 'watch.add')).toMatchObject({
    root: '/mnt/rig',
    accountId: 'lab',
    datasetId: 'd-0',
    folderId: null,
    existing: 'new',
    on: true,
    rules: { becomes: { kind: 'folders', media: 'image-group' }, readiness: { quietSeconds: 10 } },
  });
  expect(callsOf(main, 'watch.dryRunEnd')).toHaveLength(1);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: '/mnt/rig' })).toBeFocused();
});

test('adding by mouse: what was typed stays, refusals are shown where they are', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Watch folders' }).click();
  await page.getByRole('button', { name: 'Add a folder' }).click();
  const sheet = page.getByRole('dialog', { name: 'Add a watch folder' });
  await sheet.getByRole('button', { name: 'captures' }).click();
  await expect(sheet.getByLabel('Folder to watch')).toHaveValue('/home/lab/captures');
  await sheet.getByRole('button', { name: /^Dataset Traffic Data/ }).click();
  await page.getByRole('option', { name: /Zebrafish/ }).click();
  await expect(sheet.getByRole('button', { name: 'Account: Imaging lab' })).toBeVisible();
  await sheet.getByRole('button', { name: 'Next' }).click();

  await sheet.getByRole('radio', { name: /Names that fit a pattern/ }).click();
  await sheet.getByRole('button', { name: 'Next' }).click();
  await expect(sheet.getByRole('alert')).toHaveText('Write a pattern, or choose another way above.');
  await sheet.getByRole('textbox', { name: 'Pattern' }).fill('{plate}/{well');
  await expect(sheet.getByRole('alert')).toContainText('{plate}/{well');
  await sheet.getByRole('textbox', { name: 'Pattern' }).fill('{plate}/{well}_{frame}.png');
  const matches = sheet.getByRole('list', { name: 'Files, and what becomes of them' });
  await expect(matches.getByRole('listitem').first()).toContainText('well A01');
  await sheet.getByLabel('Not these').fill('**/A01*');
  await expect(sheet.getByText('40 of 103 files would be taken')).toBeVisible();
  await sheet.getByLabel('Title').fill('{well} of {plate}');
  await expect(sheet.getByText('For example B02 of plate-07')).toBeVisible();
  await sheet.getByRole('button', { name: 'Add metadata' }).click();
  await sheet.getByLabel('Key 1').fill('host');
  await sheet.getByLabel('Value 1').fill('{host}');
  await expect(sheet.getByText('For example scope-3')).toBeVisible();

  await sheet.getByText('More: when a file is finished').click();
  await sheet.getByRole('textbox', { name: 'Quiet time, seconds' }).fill('45');
  await sheet.getByRole('switch', { name: 'A marker file says so' }).click();
  await sheet.getByLabel('Name of the marker').fill('{name}.ok');
  await sheet.getByRole('button', { name: 'When Encord has confirmed a file' }).click();
  await page.getByRole('menuitemradio', { name: /Move it/ }).click();
  await expect(sheet.getByText('Uploaded files move to uploaded/.')).toBeVisible();

  await sheet.getByRole('button', { name: 'Next' }).click();
  await expect(sheet.getByText('1 upload to Zebrafish larvae')).toBeVisible();
  await expect(sheet.getByRole('row').filter({ hasText: 'B02 of plate-07' })).toContainText(
    'Frame 0021 is missing',
  );
  await sheet.getByRole('radio', { name: /Would stay/ }).click();
  await expect(sheet.getByRole('row').filter({ hasText: 'A01_0001.png' })).toContainText(
    'A “not these” fits it',
  );
  await sheet.getByRole('button', { name: 'Back' }).click();
  await expect(sheet.getByRole('textbox', { name: 'Pattern' })).toHaveValue('{plate}/{well}_{frame}.png');
  await sheet.getByRole('button', { name: 'Next' }).click();
  await expect(sheet.getByText('40 files wait until you say')).toHaveCount(1);

  const message = 'This account cannot upload into Zebrafish larvae. Choose another dataset.';
  main.failNext.set('watch.add', { ok: false, error: { code: 'dataset-unknown', message, details: {} } });
  await sheet.getByRole('radio', { name: /Let me review it first/ }).click();
  await sheet.getByRole('button', { name: 'Switch on', exact: true }).click();
  await expect(sheet.getByRole('alert')).toContainText(message);
  await sheet.getByRole('button', { name: 'Add it switched off' }).click();
  await expect(page.getByText('captures is added, and switched off')).toBeVisible();
  expect(lastCall(main, 'watch.add')).toMatchObject({
    datasetId: 'd-3',
    existing: 'review',
    on: false,
    rules: {
      becomes: { kind: 'pattern', pattern: '{plate}/{well}_{frame}.png' },
      exclude: ['**/A01*'],
      title: '{well} of {plate}',
      metadata: { host: '{host}' },
      readiness: { quietSeconds: 45, marker: '{name}.ok' },
      after: { kind: 'move' },
    },
  });
});

test('in Electron the folder is chosen by the system’s dialog, and opened in its file manager', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy', host: 'electron' });
  await page.getByRole('button', { name: 'Watch folders' }).click();
  const add = page.getByRole('button', { name: 'Add a folder' });
  await add.click();
  const sheet = page.getByRole('dialog', { name: 'Add a watch folder' });
  await sheet.getByRole('button', { name: 'Choose…' }).click();
  await expect(sheet.getByLabel('Folder to watch')).toHaveValue('/data/in');
  expect(callsOf(main, 'files.choose')).toEqual([{ what: 'folders' }]);
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect(add).toBeFocused();

  await openFolder(page, '/data/acquisition/traffic/north-junction');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect.poll(() => callsOf(main, 'watch.openFolder')).toEqual([{ watchId: 1 }]);
  await page.getByRole('button', { name: 'Scan now' }).click();
  await expect.poll(() => callsOf(main, 'watch.scan')).toEqual([{ watchId: 1 }]);
});

test('says the state of every folder, and marks those that need a look', async ({ page, open }) => {
  const main = await open({ scene: 'failing' });
  await expect(page.getByRole('img', { name: '5 need a look' })).toBeVisible();
  await page.getByRole('button', { name: 'Watch folders' }).click();
  await expect(line(page, 'north-junction')).toContainText('Watching');
  await expect(line(page, 'north-junction')).toContainText('312 files');
  await expect(line(page, '/mnt/nas')).toContainText('2 to decide');
  await expect(line(page, '/mnt/scope-3')).toContainText('Suspended');
  await expect(line(page, '/mnt/scope-3')).toContainText('is not mounted');
  await expect(line(page, 'orchard')).toContainText('1,240 to review');
  await expect(line(page, 'old-account')).toContainText('Its account was removed');
  await expect(line(page, 'ward-7')).toContainText('12,408 files so far');
  await expect(line(page, 'archive')).toContainText('Off');
  await page.getByRole('radio', { name: /Need a look/ }).click();
  await expect(line(page, 'north-junction')).toHaveCount(0);
  await page.getByRole('radio', { name: /^All/ }).click();

  await page.getByRole('switch', { name: 'Watch /data/archive/2025' }).click();
  await expect(line(page, 'archive')).toContainText('Watching');
  expect(callsOf(main, 'watch.switch')).toEqual([{ watchId: 4, on: true }]);

  await line(page, '/mnt/scope-3').getByRole('button', { name: '/mnt/scope-3/export' }).click();
  await expect(page.getByRole('alert')).toContainText('This folder cannot be seen');
  await expect(page.getByRole('button', { name: 'Scan now' })).toBeDisabled();
});

test('the status line says a suspended folder where nothing is more urgent', async ({ page, open }) => {
  const main = await open({ scene: 'failing' });
  main.state.batches = [];
  main.state.watch = main.state.watch.filter(({ view }) => view.id === 1 || view.id === 5);
  main.changed('queue', 'watch');
  await expect(page.getByTestId('status')).toHaveText(
    'The watch folder “export” cannot be seen: goes on by itself',
  );
});

test('reasons count the seconds, and a person decides by keys', async ({ page, open }) => {
  const main = await open({ scene: 'failing' });
  await openFolder(page, '/data/acquisition/traffic/north-junction');
  const changing = line(page, 'cam-north_0041');
  await expect(changing).toContainText(/size changed \d+ s ago/);
  const before = await changing.textContent();
  await expect.poll(() => changing.textContent()).not.toBe(before);
  await expect(line(page, 'cam-north_0042')).toContainText('open by ffmpeg (process 4121)');
  await page.keyboard.press('Escape');

  await openFolder(page, '/mnt/nas/microscopy/high-content screening/plates');
  await expect(page.getByText('2 need you')).toBeVisible();
  const grid = page.getByRole('grid', { name: 'Waiting' });
  await grid.focus();
  await page.keyboard.press('k');
  await expect(page.getByText('1 needs you', { exact: true })).toBeVisible();
  expect(lastCall(main, 'watch.decide')).toEqual({ watchId: 2, keys: ['g:B02'], decision: 'wait' });
  await expect(grid).toBeFocused();

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  const bar = page.getByRole('toolbar', { name: 'Selected rows' });
  await expect(bar).toContainText('2 selected');
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+a');
  await expect(bar).toContainText('4 selected');
  await bar.getByRole('button', { name: 'Upload' }).click();
  await expect(line(page, 'plate-07 B01')).toHaveCount(0);
  expect(lastCall(main, 'watch.decide')).toEqual({
    watchId: 2,
    keys: ['f:plate-06/C11_0001.png', 'g:A01', 'g:A02', 'g:B01'],
    decision: 'upload',
  });
});

test('files that were there before are reviewed, one by one and all', async ({ page, open }) => {
  const main = await open({ scene: 'failing' });
  await openFolder(page, '/data/drone/orchard/flights');
  await expect(page.getByText('These 1,240 files were here before')).toBeVisible();
  await line(page, 'DJI_0003.JPG').hover();
  await line(page, 'DJI_0003.JPG').getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByText('These 1,239 files were here before')).toBeVisible();
  await line(page, 'DJI_0000.JPG').click();
  await line(page, 'DJI_0002.JPG').click({ modifiers: ['Shift'] });
  const bar = page.getByRole('toolbar', { name: 'Selected rows' });
  await expect(bar).toContainText('3 selected');
  await bar.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('These 1,236 files were here before')).toBeVisible();
  await page.getByRole('button', { name: 'Leave all' }).click();
  await expect(page.getByRole('dialog')).toContainText('Leave all 1,236 files?');
  await page.getByRole('button', { name: 'Go on reviewing' }).click();
  await page.getByRole('button', { name: 'Upload all' }).click();
  await expect(page.getByRole('heading', { name: 'All of it is reviewed' })).toBeVisible();
  expect(callsOf(main, 'watch.review')).toMatchObject([
    { paths: ['flight-0000/DJI_0003.JPG'], decision: 'ignore' },
    { paths: [0, 1, 2].map((index) => `flight-0000/DJI_000${index}.JPG`), decision: 'upload' },
    { paths: null, decision: 'upload' },
  ]);
  await page.getByRole('radio', { name: /^Skipped/ }).click();
  await expect(line(page, 'DJI_0003.JPG')).toContainText('You chose to leave it.');
});

test('uploads say what became of them, and moved files come back', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, '/data/acquisition/traffic/north-junction');
  await page.getByRole('radio', { name: /^Uploads/ }).click();
  await expect(page.getByRole('radio', { name: /^Uploads/ })).toBeFocused();
  await expect(line(page, 'cam-north_0035')).toContainText('it is not a video it can read');
  await page.getByRole('radio', { name: /^Skipped/ }).click();
  await expect(line(page, 'still_00001 copy.png')).toContainText('in the dataset already');
  await page.getByRole('radio', { name: /^Moved/ }).click();
  await page.getByRole('button', { name: /^Call off: .*0031/ }).click();
  await expect(page.getByText('stays where it is', { exact: false }).first()).toBeVisible();
  await page.getByRole('button', { name: /^Undo: .*0030/ }).click();
  await expect(line(page, 'cam-north_0030')).toContainText('Undone');
  await expect(line(page, 'cam-north_0029')).toContainText('It changed after it was uploaded');
  expect(callsOf(main, 'watch.undo')).toEqual([{ actionId: 31 }, { actionId: 30 }]);

  await page.getByRole('radio', { name: /^Uploads/ }).click();
  await line(page, 'cam-north_0035').getByRole('button', { name: 'Show in Uploads' }).click();
  await expect(page.getByRole('searchbox', { name: 'Search by name' })).toHaveValue(
    '2026-11-20_cam-north_0035.mp4',
  );
});

test('rules are changed in place, and removing says what stays', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, '/mnt/nas/microscopy/high-content screening/plates');
  await page.getByRole('button', { name: 'Edit rules' }).click();
  const sheet = page.getByRole('dialog', { name: 'Rules of “plates”' });
  await expect(sheet.getByRole('textbox', { name: 'Pattern' })).toHaveValue('{plate}/{well}_{frame}.png');
  await sheet.getByRole('textbox', { name: 'Wait for missing frames, minutes, then' }).fill('25');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Go on with it' }).click();
  await sheet.getByRole('button', { name: 'Save rules' }).click();
  await expect(sheet).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Edit rules' })).toBeFocused();
  expect(lastCall(main, 'watch.change')).toMatchObject({
    watchId: 2,
    rules: { groups: { missing: { waitSeconds: 1_500 } } },
  });

  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await expect(page.getByRole('dialog')).toContainText('What was uploaded stays known');
  await page.getByRole('button', { name: 'Remove watch folder' }).click();
  await expect(line(page, '/mnt/nas')).toHaveCount(0);
  await expect(line(page, 'north-junction')).toBeVisible();
  expect(callsOf(main, 'watch.remove')).toEqual([{ watchId: 2 }]);
});

test('a file is explained by its path', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, '/data/acquisition/traffic/north-junction');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Explain a file…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Explain a file' });
  await expect(dialog.getByLabel('File')).toBeFocused();
  await expect(dialog.getByLabel('File')).toHaveValue('/data/acquisition/traffic/north-junction/');
  await page.keyboard.press('End');
  await page.keyboard.type('cam.mp4');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('status')).toContainText('lies in no watch folder');
  expect(lastCall(main, 'watch.explain')).toEqual({
    path: '/data/acquisition/traffic/north-junction/cam.mp4',
  });
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});

test('a hundred folders and ten thousand rows stay a window', async ({ page, open }) => {
  const main = await open({ scene: 'large' });
  await page.getByRole('button', { name: 'Watch folders' }).click();
  await expect(page.getByText('100 folders')).toBeVisible();
  await expect(line(page, '/data/acquisition')).not.toHaveCount(0);
  expect(await page.getByRole('row').count()).toBeLessThan(40);
  await page.getByRole('searchbox', { name: 'Search folders' }).fill('rig-77');
  await expect(line(page, '/data/acquisition')).toHaveCount(1);
  await page.getByRole('searchbox', { name: 'Search folders' }).fill('');

  await openFolder(page, '/data/acquisition/frames');
  await page.getByRole('grid', { name: 'Waiting' }).focus();
  await page.keyboard.press('End');
  await expect(line(page, 'frame_009999.png')).toBeVisible();
  expect(await page.getByRole('row').count()).toBeLessThan(60);
  // What is asked for again each second is what is in sight, not the list.
  main.calls.length = 0;
  await expect.poll(() => callsOf(main, 'watch.waiting').length).toBeGreaterThan(1);
  for (const asked of callsOf(main, 'watch.waiting'))
    expect(asked).toMatchObject({ offset: 9_900, limit: 100 });
  for (const tab of ['Uploads', 'Skipped']) {
    await page.getByRole('radio', { name: new RegExp(`^${tab}`) }).click();
    await expect(page.getByRole('table', { name: tab })).toHaveAttribute('aria-rowcount', '10000');
    expect(await page.getByRole('row').count()).toBeLessThan(60);
  }
});
