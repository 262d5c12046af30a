/** The list of datasets and a dataset's rows: finding, selecting, changing, and what is said where something may not be. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { Answer } from '../../../preload/contract/errors.ts';
import { callsOf, expect, test } from './stage.ts';

const OFFLINE: Answer<never> = {
  ok: false,
  error: { code: 'offline', message: 'Nothing gets through to api.encord.com.', details: {} },
};

async function openDataset(page: Page, title = 'Traffic Data'): Promise<void> {
  await page.getByRole('button', { name: 'Datasets' }).click();
  await page.getByRole('button', { name: title, exact: true }).click();
}

/** The table of rows; headings of columns are rows of it, too. */
const grid = (page: Page) => page.getByRole('grid', { name: /^Rows of/ });
const line = (page: Page, title: string) => grid(page).getByRole('row').filter({ hasText: title });
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected rows' });

test('datasets are narrowed, sorted, and shown for the whole organisation', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await expect(page.getByText('42 datasets')).toBeVisible();
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('radio', { name: 'Static' }).click();
  await page.getByLabel('Created from').fill('2026-09-20');
  await page.keyboard.press('Escape');
  const chips = page.getByRole('list', { name: 'Filters that are set' });
  await expect(chips.getByRole('button', { name: 'Remove the filter Static' })).toBeVisible();
  await expect(chips).toContainText('Created since 2026-09-20');
  await expect(page.getByText('3 datasets found')).toBeVisible();
  await page.getByRole('columnheader', { name: 'Title' }).getByRole('button').click();
  await expect(page.getByRole('columnheader', { name: 'Title' })).toHaveAttribute('aria-sort', 'ascending');
  await expect
    .poll(() => callsOf(main, 'datasets.list').at(-1))
    .toMatchObject({
      listing: {
        kind: 'static',
        sort: 'title',
        descending: false,
        created: { from: '2026-09-20', to: null },
      },
    });

  await chips.getByRole('button', { name: 'Clear all' }).click();
  await page.getByRole('switch', { name: 'All organisation datasets' }).click();
  await expect(page.getByText('60 datasets')).toBeVisible();
  await expect(page.getByText('joining is done in Encord’s web app')).toBeVisible();
  const link = page.getByRole('link', { name: /Open in Encord/ });
  await expect(link).toHaveAttribute('href', 'https://app.encord.com/datasets');
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  await page.getByRole('searchbox', { name: 'Search datasets' }).fill('archive 2010');
  await expect(page.getByRole('row').filter({ hasText: 'Pathology archive 2010' })).toContainText(
    'Not joined',
  );

  await page.getByRole('searchbox', { name: 'Search datasets' }).fill('no such title');
  await expect(page.getByRole('heading', { name: 'No dataset matches' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear search and filters' }).click();
  await expect(page.getByText('60 datasets')).toBeVisible();
});

test('a title that is taken is pointed out before and after, and allowed', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await page.getByRole('button', { name: 'New dataset' }).click();
  const dialog = page.getByRole('dialog', { name: 'New dataset' });
  await dialog.getByLabel('Title').fill('Zebrafish larvae');
  await expect(dialog.getByText('A dataset has this title already.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Storage: Encord' }).click();
  await page.getByRole('menuitemradio', { name: /AWS S3/ }).click();
  await expect(dialog.getByText('this dataset takes no uploads')).toBeVisible();
  await dialog.getByRole('button', { name: 'Create dataset' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'New dataset' })).toBeFocused();
  await page.getByRole('searchbox', { name: 'Search datasets' }).fill('zebra');
  await expect(page.getByText('1 more of this title')).toHaveCount(2);
  expect(callsOf(main, 'datasets.create')).toEqual([
    { title: 'Zebrafish larvae', description: '', mirrored: true, storage: 'aws' },
  ]);
});

test('rows: columns are chosen and kept, sorted by their heads, narrowed by type', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openDataset(page);
  await expect(page.getByText('1,204 data rows')).toBeVisible();
  await expect(grid(page)).toBeFocused();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'MIME type' }).check();
  await page.getByRole('checkbox', { name: 'Created' }).uncheck();
  await page.keyboard.press('Escape');
  await expect(grid(page).getByRole('columnheader', { name: 'MIME type' })).toBeVisible();
  await expect(grid(page).getByRole('columnheader', { name: 'Created' })).toHaveCount(0);
  await page.reload();
  await openDataset(page);
  await expect(line(page, 'still_2.png')).toContainText('image/png');

  await grid(page).getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
  await expect(grid(page).getByRole('columnheader', { name: 'Size' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  await expect(grid(page).getByRole('row').nth(1)).toContainText('60 MB');

  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('checkbox', { name: /^Audio/ }).check();
  await page.keyboard.press('Escape');
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '9');
  await page.getByRole('searchbox', { name: 'Search rows' }).fill('nothing like it');
  await expect(page.getByRole('heading', { name: 'Nothing matches “nothing like it”' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear search and filters' }).click();
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '1205');
  expect(callsOf(main, 'rows.find').at(-1)).toMatchObject({ filter: { search: '', types: [] } });
});

test('selected rows are counted, and deleted once their number is typed', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openDataset(page);
  await line(page, 'still_2.png').click();
  await line(page, 'cam-north_6.mp4').click({ modifiers: ['Shift'] });
  await line(page, 'still_4.png').click({ modifiers: ['ControlOrMeta'] });
  await expect(bar(page)).toContainText('4 selected · 24 MB');
  await grid(page).press('Control+a');
  await expect(bar(page)).toContainText('1,204 selected · 36.7 GB');
  await line(page, 'still_2.png').click({ modifiers: ['ControlOrMeta'] });
  await expect(bar(page)).toContainText('1,203 selected');
  await bar(page).getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete 1,203 rows?' });
  await expect(dialog).toContainText('removed from Encord’s storage too');
  await expect(dialog).toContainText('The files of 24 rows are in your own cloud and stay there');
  await expect(dialog).toContainText('is not documented by Encord');
  const go = dialog.getByRole('button', { name: 'Delete 1,203 rows' });
  await expect(go).toBeDisabled();
  await dialog.getByLabel('Type 1,203 to delete that many').fill('1203');
  await go.click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('1 data row')).toBeVisible();
  await expect(bar(page)).toHaveCount(0);
  expect(callsOf(main, 'rows.delete')).toMatchObject([
    { rows: { kind: 'filter', except: ['row-2'], filter: { search: '' } } },
  ]);
  await page.getByRole('button', { name: 'Show in Activity' }).click();
  await expect(page.getByRole('main')).toHaveAccessibleName('activity');
});

test('a row is renamed in place; what is refused is said there', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openDataset(page);
  await line(page, 'still_2.png').click();
  await page.keyboard.press('F2');
  main.failNext.set('rows.rename', OFFLINE);
  await page.keyboard.type('left bank');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Nothing gets through to api.encord.com.');
  await page.keyboard.press('Enter');
  await expect(line(page, 'left bank.png')).toBeVisible();
  await expect(grid(page)).toBeFocused();
  await page.keyboard.press('F2');
  await page.keyboard.type('forgotten');
  await page.keyboard.press('Escape');
  await expect(line(page, 'left bank.png')).toBeVisible();
  expect(callsOf(main, 'rows.rename')).toHaveLength(2);
});

test('client metadata: an error stands at its line, for one row and for many', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openDataset(page);
  await line(page, 'still_2.png').click();
  await bar(page).getByRole('button', { name: 'Metadata…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Client metadata' });
  const json = dialog.getByRole('textbox', { name: 'JSON' });
  await expect(json).toHaveValue(/"reader": "second"/);
  await json.fill('{\n  "ward": 7,\n  reader: "second"\n}');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('button', { name: /^Line 3: A name in quotation marks/ }).click();
  await expect(json).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(
    grid(page)
      .or(bar(page).getByRole('button', { name: 'Metadata…' }))
      .first(),
  ).toBeVisible();

  await grid(page).press('Shift+ArrowDown');
  await bar(page).getByRole('button', { name: 'Metadata…' }).click();
  const many = page.getByRole('dialog', { name: 'Client metadata of 2 rows' });
  await many.getByRole('textbox', { name: 'JSON' }).fill('{ "ward": 9 }');
  await many.getByRole('button', { name: 'Set for 2 rows' }).click();
  await expect(page.getByText('The metadata of 2 rows is being set')).toBeVisible();
  expect(callsOf(main, 'rows.setMetadata')).toMatchObject([
    { mode: 'replace', rows: { kind: 'rows', dataHashes: ['row-2'] } },
    { mode: 'merge', text: '{ "ward": 9 }', rows: { kind: 'rows', dataHashes: ['row-2', 'row-3'] } },
  ]);
});

test('metadata from a CSV file is shown before it is set; the table is exported', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openDataset(page);
  await page.getByRole('button', { name: 'More for the table' }).click();
  await page.getByRole('menuitem', { name: 'Metadata from a CSV file…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Client metadata from a CSV file' });
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose a CSV file…' }).click();
  await (await chooser).setFiles({
    name: 'wards.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('title,ward\nstill_1.png,7\n'),
  });
  await expect(dialog).toContainText('1,201 of 1,204 lines name a row of this dataset');
  await dialog.getByText('3 lines are left out').click();
  await expect(dialog).toContainText('Line 18: No row has the title');
  await dialog.getByRole('button', { name: 'What the column holds: Title' }).click();
  await page.getByRole('menuitemradio', { name: 'Data hash' }).click();
  await expect(dialog.getByRole('button', { name: 'Set metadata' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'What the column holds: Data hash' }).click();
  await page.getByRole('menuitemradio', { name: 'Title' }).click();
  await dialog.getByRole('button', { name: 'Set for 1,201 rows' }).click();
  await expect(page.getByText('The metadata of 1,201 rows is being set')).toBeVisible();
  expect(callsOf(main, 'rows.readMetadataTable')[0]).toMatchObject({
    source: { kind: 'text', name: 'wards.csv', text: 'title,ward\nstill_1.png,7\n' },
    key: null,
  });
  expect(callsOf(main, 'rows.applyMetadataTable')).toEqual([{ tableId: 'table-1', mode: 'merge' }]);

  await page.getByRole('searchbox', { name: 'Search rows' }).fill('still_7');
  await expect(grid(page)).not.toHaveAttribute('aria-rowcount', '1205');
  await page.getByRole('button', { name: 'More for the table' }).click();
  await page.getByRole('menuitem', { name: 'Export table…' }).click();
  await page.getByRole('radio', { name: 'Those found' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Export \d+ rows$/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('Traffic Data.csv');
  expect(await readFile(await file.path(), 'utf8')).toBe('title,type,size,dimensions,duration,created\r\n');
  expect(callsOf(main, 'rows.export')).toMatchObject([{ filter: { search: 'still_7' }, format: 'csv' }]);
});

test('a row is looked at beside the table, frames in their order', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openDataset(page);
  await line(page, 'cam-north_3.mp4').dblclick();
  const panel = page.getByRole('complementary', { name: /^Row / });
  await expect(panel.locator('video')).toHaveAttribute('src', '/media/video/row-3');
  await expect(panel).toContainText('2 datasets (Traffic Data, Reader study), 1 group');
  // It follows the keys of the table.
  await grid(page).press('ArrowDown');
  await expect(panel.getByRole('img', { name: 'still_4.png' })).toBeVisible();
  await expect(panel.getByText('"reader": "second"')).toBeVisible();
  await line(page, 'Image sequence').first().click();
  await panel.getByRole('listbox', { name: 'Frames in their order' }).press('End');
  await expect(panel.getByText('Frame 240 of 240')).toBeVisible();
  await expect(panel.getByRole('img', { name: 'Frame 240: frame_0239.png' })).toBeVisible();
  await panel.getByRole('button', { name: 'Recognise text' }).click();
  const text = page.getByRole('dialog', { name: 'Text in its frames' });
  await expect(text).toContainText('WARD 7');
  await text.getByRole('button', { name: 'Copy' }).focus();
  await page.keyboard.press('Escape');
  await panel.getByRole('button', { name: 'Close the panel' }).press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(grid(page)).toBeFocused();
  // Thumbnails are asked for where somebody looks, and nowhere else.
  expect(callsOf(main, 'rows.media').length).toBeLessThan(120);
});

test('rows are downloaded into a folder of the machine that runs the program', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openDataset(page);
  await line(page, 'cam-north_3.mp4').click();
  await bar(page).getByRole('button', { name: 'Download…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Download 1 row' });
  await dialog.getByRole('button', { name: 'Download', exact: true }).click();
  await expect(dialog.getByRole('alert')).toHaveText('Choose a folder.');
  await dialog.getByRole('button', { name: 'exports' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Folder' })).toHaveValue('/home/lab/exports');
  await dialog.getByRole('button', { name: 'Download', exact: true }).click();
  await expect(page.getByText('1 row is being downloaded')).toBeVisible();
  await bar(page).getByRole('button', { name: 'Re-encode…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Re-encode 1 video' }).click();
  await expect(page.getByText('1 video is being re-encoded')).toBeVisible();
  expect(callsOf(main, 'rows.download')).toMatchObject([{ into: '/home/lab/exports' }]);
  expect(callsOf(main, 'rows.reencode')).toMatchObject([{ rows: { dataHashes: ['row-3'] } }]);
});

test('who may only look sees why, in place', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openDataset(page, 'Road signs of Bavaria');
  await expect(page.getByText('You are a viewer of this dataset')).toBeVisible();
  for (const name of ['Upload here', 'Add data']) {
    await expect(page.getByRole('button', { name })).toBeDisabled();
    await expect(page.getByRole('button', { name })).toHaveAccessibleDescription(/You are a viewer/);
  }
  await line(page, 'still_2.png').click();
  for (const name of ['Re-encode…', 'Metadata…', 'Delete…'])
    await expect(bar(page).getByRole('button', { name })).toBeDisabled();
  await grid(page).press('Delete');
  await expect(page.getByRole('region', { name: 'Notes' })).toContainText('You are a viewer');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(callsOf(main, 'rows.delete')).toEqual([]);
});

test('5,000 datasets and 100,000 rows stay a window of them', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  const [one] = main.state.datasets;
  if (!one) throw new Error('The scene has no dataset.');
  main.state.datasets = Array.from({ length: 5_000 }, (_, index) => ({
    ...one,
    id: `d-${index}`,
    title: `Plate ${String(index).padStart(4, '0')}`,
  }));
  main.state.rowCount = 100_000;
  await page.getByRole('button', { name: 'Datasets' }).click();
  await expect(page.getByText('5,000 datasets')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search datasets' }).press('ArrowDown');
  await page.keyboard.press('End');
  await expect(page.getByRole('button', { name: 'Plate 4999', exact: true })).toBeFocused();
  expect(await page.getByRole('row').count()).toBeLessThan(60);
  await page.keyboard.press('Enter');
  await expect(page.getByText('100,000 data rows')).toBeVisible();
  await grid(page).press('End');
  await expect(line(page, 'cam-north_99999.mp4')).toBeVisible();
  expect(await grid(page).getByRole('row').count()).toBeLessThan(80);
  await grid(page).press('Control+a');
  await expect(bar(page)).toContainText('100,000 selected');
  for (const input of callsOf(main, 'rows.find')) expect(input).toMatchObject({ limit: 100 });
  // Back in the list, it stands where it was.
  await grid(page).press('Escape');
  await grid(page).press('Escape');
  await expect(page.getByRole('button', { name: 'Plate 4999', exact: true })).toBeFocused();
});

test('a main that answers slowly, and one that fails', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  const release = main.hold('rows.find');
  await openDataset(page);
  await expect(page.getByLabel('Asking Encord for the rows')).toBeAttached();
  release();
  await expect(line(page, 'still_2.png')).toBeVisible();
  main.failNext.set('rows.find', OFFLINE);
  main.changed('datasets');
  await expect(page.getByRole('alert')).toContainText('The rows could not be asked for again');
  // What was there stays there.
  await expect(line(page, 'still_2.png')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.getByRole('button', { name: 'All datasets' }).click();
  main.failNext.set('rows.find', OFFLINE);
  await page.getByRole('button', { name: 'Warehouse night shift', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'The rows could not be listed' })).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(line(page, 'still_2.png')).toBeVisible();
  await line(page, 'still_2.png').click();
  // The bar has its own answer: the next question is the dialog's.
  await expect(bar(page)).toContainText(/1 selected · .*MB/);
  main.failNext.set('rows.tally', OFFLINE);
  await grid(page).press('Delete');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: /^Delete/ })).toBeDisabled();
});

test('by keyboard alone: from the list to a deleted row and back', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await expect(page.getByRole('treegrid')).toBeVisible();
  // The letter belongs to its g for a second or so: on a busy machine they may come too late.
  await expect(async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await expect(page.getByText('42 datasets')).toBeVisible({ timeout: 3_000 });
  }).toPass();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('traffic');
  await expect(page.getByText('1 dataset found')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(grid(page)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Space');
  await expect(bar(page)).toContainText('1 selected');
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('dialog', { name: 'Delete this row?' });
  await expect(dialog.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await expect(dialog.getByRole('button', { name: 'Delete 1 row' })).toBeEnabled();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('1,203 data rows')).toBeVisible();
  await expect(line(page, 'still_2.png')).toHaveCount(0);
  await expect(grid(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Traffic Data', exact: true })).toBeFocused();
  expect(callsOf(main, 'rows.delete')).toHaveLength(1);
});
