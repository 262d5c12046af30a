/** What adds data to a dataset without an upload: files that Encord has, cloud data, and DICOM that is de-identified. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { jobsOf } from '../fake-jobs.ts';
import type { FakeMain } from '../fake-main.ts';
import { callsOf, expect, test } from './stage.ts';

/** Mirrored, and static. */
const MIRRORED = 'Traffic Data';
const STATIC = 'Endoscopy 2026, left bank, second reader';
const BUCKET = 'https://lab.s3.eu-west-2.amazonaws.com';

const gone = {
  ok: false,
  error: { code: 'server-error', message: 'Encord is not answering properly.', details: {} },
} as const;

/** Opens a dialog of the dataset's menu by keyboard, as far as there are keys. */
async function addData(page: Page, dataset: string, entry: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Datasets', exact: true }).click();
  await page.getByRole('button', { name: dataset, exact: true }).click();
  return again(page, entry);
}

async function again(page: Page, entry: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Add data' }).press('Enter');
  await page.getByRole('menuitem', { name: entry }).press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  return dialog;
}

async function nothingFor(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include('[role="dialog"]').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
}

/** Goes to a folder by its name, wherever it is. */
async function find(dialog: Locator, name: string): Promise<void> {
  await dialog.getByRole('button', { name: 'Storage', exact: true }).click();
  await dialog.getByRole('searchbox').fill(name);
  await dialog.getByRole('grid', { name: 'Folders' }).getByText(name, { exact: true }).click();
  await expect(dialog.getByRole('navigation', { name: 'Storage folder' })).toContainText(name);
}

const files = (dialog: Locator) => dialog.getByRole('grid', { name: 'Files' });
const last = (main: FakeMain, name: Parameters<typeof callsOf>[1]) => callsOf(main, name).at(-1);

test('existing files: found, picked by keys, told what is there, attached as a job', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  const dialog = await addData(page, MIRRORED, 'Attach existing files');
  await expect(dialog.getByRole('searchbox', { name: 'Search everywhere' })).toBeFocused();
  await find(dialog, 'Reader study');
  await expect(dialog.getByText('48 files')).toBeVisible();
  await expect(files(dialog).getByRole('row').filter({ hasText: 'image.png' }).first()).toContainText(
    'In the dataset',
  );
  await nothingFor(page);

  await files(dialog).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(dialog.getByText('3 files will be attached')).toBeVisible();
  await page.keyboard.press('Space');
  await expect(dialog.getByText('2 files will be attached')).toBeVisible();
  await expect(dialog.getByText('1 of the files is in the dataset already: it is left alone.')).toBeVisible();
  await dialog.getByRole('radio', { name: /^Fail/ }).check();
  await expect(dialog.getByText('Encord will abort.')).toBeVisible();
  await dialog.getByRole('radio', { name: /^Duplicate/ }).check();

  // What is picked stays while other folders are looked at; keys go into folders and out of them.
  await dialog.getByRole('button', { name: 'Lab', exact: true }).click();
  await dialog.getByRole('grid', { name: 'Folders' }).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('row', { name: 'Morning' })).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(dialog.getByRole('row', { name: 'Plates' })).toBeVisible();
  await expect(dialog.getByText('2 files and 1 folder will be attached')).toBeVisible();

  main.failNext.set('attach.start', gone);
  await dialog.getByRole('button', { name: 'Attach', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText(gone.error.message);
  await dialog.getByRole('button', { name: 'Attach', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Add data' })).toBeFocused();
  expect(last(main, 'attach.start')).toEqual({
    datasetId: 'd-0',
    itemIds: ['f-reader#6', 'f-reader#5'],
    folderIds: ['f-ward'],
    duplicates: 'DUPLICATE',
  });
  await page.getByRole('button', { name: 'Show in Activity' }).click();
  await expect(page.getByRole('heading', { name: 'Activity', exact: true })).toBeVisible();
});

test('existing files: ten thousand at once, by type, from everywhere, and a folder that cannot be listed', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  const dialog = await addData(page, MIRRORED, 'Attach existing files');
  await find(dialog, 'Raw captures');
  await expect(dialog.getByText('At least 200 files')).toBeVisible();
  await dialog.getByRole('button', { name: 'Pick all files of this list' }).click();
  await expect(dialog.getByText('10,000 files will be attached')).toBeVisible();
  await dialog.getByRole('button', { name: 'Pick none of this list' }).click();
  await expect(dialog.getByText('Pick files or whole folders.')).toBeVisible();

  await dialog.getByRole('button', { name: 'Storage', exact: true }).click();
  await dialog.getByRole('button', { name: /^Type/ }).click();
  await page.getByRole('menuitemradio', { name: 'PDF' }).click();
  await expect(dialog.getByText('4 files', { exact: true })).toBeVisible();
  expect(last(main, 'storage.items')).toMatchObject({ folderId: null, types: ['pdf'], recursive: true });
  await dialog.getByRole('button', { name: /^Type/ }).click();
  await page.getByRole('menuitemradio', { name: 'All' }).click();

  await find(dialog, 'Old scanner');
  await expect(dialog.getByRole('alert')).toContainText('Encord could not list the items');
  await find(dialog, '<img src=x onerror="document.title=`hurt`">.png');
  await expect(files(dialog).getByRole('row')).toHaveCount(5);
  await files(dialog).getByRole('row').first().click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Go on picking' }).click();
  await expect(dialog.getByText('1 file will be attached')).toBeVisible();
  expect(await page.title()).not.toBe('hurt');
});

test('cloud data: a CSV file is mapped, its errors stand in the way, and it is registered', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  const dialog = await addData(page, STATIC, 'Register cloud data');
  const next = dialog.getByRole('button', { name: 'Next' });
  await next.click();
  await expect(dialog.getByText('Choose the integration that can read the bucket.')).toBeVisible();
  await expect(dialog.getByText('Open the folder that the files go into.').last()).toBeVisible();
  await dialog.getByRole('button', { name: /^Integration/ }).click();
  await page.getByRole('menuitemradio', { name: 'Lab bucket' }).click();
  await dialog.getByRole('radio', { name: /^A new folder/ }).check();
  await expect(dialog.getByLabel('Name')).toHaveValue(STATIC);
  await dialog.getByLabel('Name').fill('From the bucket');
  await next.click();

  await expect(dialog.getByRole('button', { name: 'Choose file…' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Paste text' }).click();
  const lines = Array.from(
    { length: 900 },
    (_, at) => `${BUCKET}/g/${at === 2 ? 'a b' : at}.png,g${at >> 2},7`,
  );
  await dialog.getByLabel('JSON or CSV').fill(['Where,Set,Ward', ...lines].join('\n'));
  await next.click();
  await expect(dialog.getByText('No heading says where the URLs are')).toBeVisible();
  await expect(next).toBeDisabled();
  await dialog.getByRole('button', { name: 'URL columns: None' }).click();
  await page.getByRole('checkbox', { name: 'Where' }).check();
  await page.keyboard.press('Escape');
  await expect(dialog.getByText('1 error stands in the way')).toBeVisible();
  const wrong = dialog.getByRole('table', { name: 'Problems' }).getByRole('row');
  await expect(wrong.filter({ hasText: 'Error: The URL holds a blank' })).toContainText(/4$/);
  await nothingFor(page);
  await dialog.getByRole('button', { name: /^Kind/ }).click();
  await page.getByRole('menuitemradio', { name: 'Image groups' }).click();
  await dialog.getByRole('button', { name: 'Group column: None' }).click();
  await page.getByRole('radio', { name: 'Set' }).check();
  await page.keyboard.press('Escape');
  await dialog.getByRole('radio', { name: /^Entries/ }).click();
  await expect(dialog.getByRole('table', { name: 'Entries' }).getByRole('row').nth(2)).toContainText('g1');
  await dialog.getByRole('button', { name: 'Keep this mapping' }).click();
  await expect(dialog.getByText('Kept for files with these headings')).toBeVisible();

  // What was pasted is still there to be put right, and the mapping is found again.
  await dialog.getByRole('button', { name: 'Another file' }).click();
  const pasted = dialog.getByLabel('JSON or CSV');
  await pasted.fill((await pasted.inputValue()).replace('a b', '2'));
  await dialog.getByRole('button', { name: 'Check it' }).click();
  await expect(dialog.getByText('225 entries can be registered')).toBeVisible();
  await next.click();
  await nothingFor(page);
  await dialog.getByRole('switch', { name: 'Ignore individual file errors' }).click();
  const register = dialog.getByRole('button', { name: 'Register 225 entries' });
  main.failNext.set('cloud.start', gone);
  await register.click();
  await expect(dialog.getByRole('alert')).toContainText(gone.error.message);
  await register.click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Add data' })).toBeFocused();
  expect(last(main, 'cloud.start')).toEqual({
    checkId: 'check-2',
    integrationId: 'i-lab',
    datasetId: 'd-1',
    folder: { kind: 'new', name: 'From the bucket', parentId: null },
    ignoreErrors: false,
    skipDuplicates: true,
  });
  expect(jobsOf(main).jobs[0]?.task.kind).toBe('cloud-register');
});

test('cloud data: a long file is sent and checked; a mirrored dataset has its folder', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  const dialog = await addData(page, MIRRORED, 'Register cloud data');
  await expect(dialog.getByText('mirrors it, so what is registered goes there')).toBeVisible();
  await dialog.getByRole('button', { name: /^Integration/ }).click();
  await page.getByRole('menuitemradio', { name: 'Lab bucket' }).click();
  await dialog.getByRole('button', { name: 'Next' }).click();
  const videos = Array.from({ length: 9_000 }, (_, at) => ({
    objectUrl: `${BUCKET}/recordings/2026-11-20/camera-north/${at}.mp4`,
    title: at === 0 ? '<b>dawn</b>' : `${at}.mp4`,
  }));
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose file…' }).click();
  await (await chooser).setFiles({
    name: 'videos.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ videos })),
  });
  await expect(dialog.getByText('9,000 entries can be registered')).toBeVisible();
  expect(main.received.map(({ path }) => path)).toEqual(['videos.json']);
  // A warning is shown, and does not stand in the way.
  await expect(dialog.getByRole('row').filter({ hasText: 'Warning: Encord advises' })).toBeVisible();
  await dialog.getByRole('radio', { name: /^Entries/ }).click();
  await expect(dialog.getByRole('row').filter({ hasText: '<b>dawn</b>' })).toBeVisible();
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save the JSON…' }).click();
  expect((await download).suggestedFilename()).toBe('videos.json');

  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByRole('button', { name: 'Register 9,000 entries' }).click();
  await expect(dialog).toHaveCount(0);
  expect(last(main, 'cloud.start')).toMatchObject({ datasetId: 'd-0', folder: null, ignoreErrors: true });
});

test('without an integration it is said how to come by one', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  const dialog = await addData(page, MIRRORED, 'Register cloud data');
  await expect(dialog.getByText('There is no integration yet')).toBeVisible();
  await expect(dialog.getByRole('link', { name: 'Open Encord' })).toHaveAttribute(
    'href',
    'https://app.encord.com',
  );
  main.failNext.set('cloud.integrations', gone);
  await dialog.getByRole('button', { name: 'Look again' }).click();
  await expect(dialog.getByText(gone.error.message)).toBeVisible();
  await page.keyboard.press('Escape');
  const attach = await again(page, 'Attach existing files');
  await expect(attach.getByText('There are no folders yet')).toBeVisible();
});

test('DICOM files are de-identified: wrong lines are named, conditions added and removed', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  const dialog = await addData(page, MIRRORED, 'De-identify DICOM');
  const urls = dialog.getByLabel('URLs of the DICOM files');
  await urls.fill(`${BUCKET}/1.dcm\n\n${BUCKET}/a b.dcm\n${BUCKET}/1.dcm`);
  await expect(dialog.getByText('Line 3 has a blank in its URL')).toBeVisible();
  await urls.fill(`${BUCKET}/1.dcm\n${BUCKET}/2.dcm\n${BUCKET}/1.dcm`);
  await expect(dialog.getByText('2 URLs; 1 line repeats one and counts once.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Add a condition' }).click();
  await expect(dialog.getByLabel('DICOM tag of condition 1')).toBeFocused();
  await page.keyboard.type('Modality');
  await dialog.getByRole('button', { name: 'Add a condition' }).click();
  await dialog.getByRole('button', { name: 'De-identify 2 files' }).click();
  await expect(dialog.getByText('Choose the integration that can read and write the bucket.')).toBeVisible();
  await expect(dialog.getByText('Name the DICOM tag.')).toBeVisible();
  await nothingFor(page);
  await dialog.getByRole('button', { name: 'Remove condition 2' }).click();
  await expect(dialog.getByRole('button', { name: 'Add a condition' })).toBeFocused();
  await dialog.getByLabel('Value of condition 1').fill('CT, MR');
  await dialog.getByRole('button', { name: /^Integration/ }).click();
  await page.getByRole('menuitemradio', { name: 'Pathology archive' }).click();
  await dialog.getByRole('radio', { name: /^Sensitive text/ }).check();
  await dialog.getByRole('button', { name: 'De-identify 2 files' }).click();
  await expect(dialog).toHaveCount(0);
  expect(last(main, 'cloud.deidentify')).toEqual({
    integrationId: 'i-archive',
    urls: [`${BUCKET}/1.dcm`, `${BUCKET}/2.dcm`],
    redactTags: true,
    redactPixels: 'redactSensitiveText',
    saveConditions: [{ kind: 'in', tag: 'Modality', value: ['CT', 'MR'] }],
    uploadDir: null,
  });
});
