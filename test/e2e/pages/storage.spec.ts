/** The storage folders: gone through, searched, changed; items selected, moved, deleted; and what may go wrong. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { callsOf, expect, test } from './stage.ts';

async function openStorage(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Datasets' }).click();
  await page.getByRole('radio', { name: 'Storage folders' }).click();
}

/** Through the search, since the list shows only some of its folders. */
async function openFolder(page: Page, name: string): Promise<void> {
  await openStorage(page);
  await page.getByLabel('Search everywhere').fill(name);
  await page.getByRole('grid').getByRole('button', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
}

const grid = (page: Page) => page.locator('.storage-table');
const line = (page: Page, name: string) => grid(page).getByRole('row').filter({ hasText: name });
const dialog = (page: Page) => page.getByRole('dialog');

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual(
    [],
  );
}

test('folders are gone through by keys, and the way back finds where one was', async ({ page, open }) => {
  await open({ scene: 'busy' });
  await openStorage(page);
  await expect(page.getByText('32 folders')).toBeVisible();
  await expectAccessible(page);
  await grid(page).press('End');
  await expect(grid(page).locator('.rows-active')).toContainText('Zebrafish larvae');
  await page.getByLabel('Search everywhere').fill('Plates');
  await expect(line(page, 'Plates')).toContainText('in Lab');
  await page.getByLabel('Search everywhere').press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Plates', exact: true })).toBeVisible();
  await expect(grid(page)).toBeFocused();
  // More than Encord hands out at once: the end is known once somebody has looked that far.
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '-1');
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(grid(page).locator('.rows-active')).toContainText('Plate 450', { timeout: 500 });
  }).toPass();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Plate 450' })).toBeVisible();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.getByRole('heading', { name: 'Plates', exact: true })).toBeVisible();
  await page.getByRole('navigation', { name: 'Storage folder' }).getByRole('button', { name: 'Lab' }).click();
  await expect(grid(page).locator('.rows-active')).toContainText('Plates');
  await expect(grid(page)).toBeFocused();
});

test('a mirrored folder names its dataset and opens it; searches and types reach below and everywhere', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, 'Traffic Data');
  await page.locator('.page-note').getByRole('button', { name: 'Traffic Data' }).click();
  await page.getByRole('button', { name: 'All datasets' }).click();
  // Back where it was.
  await expect(page.getByText('Kept the same as the dataset')).toBeVisible();

  await page.getByLabel('Search in here').fill('round_0007');
  await expect(page.getByText('Nothing matches “round_0007”')).toBeVisible();
  await page.getByRole('button', { name: 'Look everywhere' }).click();
  await line(page, 'round_0007').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Go to its folder' }).click();
  await expect(page.getByRole('heading', { name: 'Morning' })).toBeVisible();

  await page.getByRole('navigation', { name: 'Storage folder' }).getByRole('button', { name: 'Lab' }).click();
  await page.getByRole('button', { name: 'Types' }).click();
  await page.getByRole('checkbox', { name: 'PDF' }).click();
  await page.keyboard.press('Escape');
  await expect(line(page, 'case 01 pdf')).toBeVisible();
  expect(callsOf(main, 'storage.items').at(-1)).toMatchObject({
    folderId: 'f-lab',
    types: ['pdf'],
    recursive: true,
  });
});

test('a folder is made, edited, moved and deleted, each where something may be said against it', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, 'Lab');
  await page.getByRole('button', { name: 'New folder' }).click();
  await dialog(page).getByRole('button', { name: 'Create folder' }).click();
  await expect(dialog(page).getByText('Give the folder a name.')).toBeVisible();
  await page.getByLabel('Name').fill('Autumn');
  main.failNext.set('storage.createFolder', {
    ok: false,
    error: { code: 'offline', message: 'There is no connection. Try again later.', details: {} },
  });
  await page.getByLabel('Name').press('Enter');
  await expect(dialog(page).getByText('There is no connection.')).toBeVisible();
  await page.getByLabel('Name').press('Enter');
  await expect(dialog(page)).toBeHidden();
  await expect(grid(page).locator('.rows-active')).toContainText('Autumn');

  await grid(page).press('F2');
  await page.getByLabel('Client metadata, a JSON object').fill('{\n  "season": "autumn",\n}');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page)
    .getByRole('button', { name: /^Line 3:/ })
    .click();
  await expect(page.getByLabel('Client metadata, a JSON object')).toBeFocused();
  await page.getByLabel('Client metadata, a JSON object').fill('{"season": "autumn"}');
  await page.getByLabel('Name', { exact: true }).fill('Autumn 2026');
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(line(page, 'Autumn 2026')).toBeVisible();
  await expect(grid(page)).toBeFocused();

  await line(page, 'Autumn 2026').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Move…' }).click();
  await dialog(page).getByRole('row').filter({ hasText: 'Autumn 2026' }).click();
  await expect(dialog(page).getByText('A folder cannot lie in itself.')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Storage', exact: true }).click();
  await dialog(page).getByRole('button', { name: 'Move to the top' }).click();
  await expect(line(page, 'Autumn 2026')).toBeHidden();
  expect(callsOf(main, 'storage.moveFolders').at(-1)).toMatchObject({ parentId: null });

  // The folder that is open, with all that lies in it.
  main.failNext.set('storage.deleteFolder', {
    ok: false,
    error: { code: 'forbidden', message: 'Encord says no: uploads are under way.', details: {} },
  });
  await page.getByRole('button', { name: 'More for this folder' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await expect(dialog(page).getByText('12,788')).toBeVisible();
  await expect(dialog(page).getByText('456')).toBeVisible();
  await expect(dialog(page).getByRole('button', { name: 'Delete folder' })).toBeDisabled();
  await expectAccessible(page);
  await page.getByLabel('Type Lab to delete it').fill('Lab');
  await dialog(page).getByRole('button', { name: 'Delete folder' }).click();
  await expect(dialog(page).getByText('Encord says no')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Delete folder' }).click();
  await expect(page.getByText('Deleted Lab')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Storage folders' })).toBeVisible();
});

test('groups of a folder are added with a role, and removed after a question', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, 'Lab');
  await page.getByRole('button', { name: 'More for this folder' }).click();
  await page.getByRole('menuitem', { name: 'Groups…' }).click();
  await expect(dialog(page).getByText('No group has access to this folder.')).toBeVisible();
  const found = dialog(page).getByRole('list', { name: 'Groups of the organisation' });
  await found.getByRole('button', { name: /^Add / }).first().click();
  const there = dialog(page).getByRole('list', { name: 'Groups with access' });
  await expect(there.getByRole('listitem')).toHaveCount(1);
  await there.getByRole('radio', { name: 'Admin' }).click();
  await expect.poll(() => callsOf(main, 'storage.addFolderGroups').length).toBe(2);
  expect(callsOf(main, 'storage.addFolderGroups').at(-1)).toMatchObject({ role: 'admin' });
  await expectAccessible(page);
  await there.getByRole('button', { name: /^Remove / }).click();
  await page.getByRole('button', { name: 'Remove group' }).click();
  await expect(dialog(page).getByText('No group has access to this folder.')).toBeVisible();
});

test('items are selected, renamed, described and encoded anew', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, 'Raw captures');
  await line(page, 'cam-north_00000').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText('3 selected')).toBeVisible();
  await page.keyboard.press('Control+a');
  await expect(page.getByText(/selected · .* of those loaded/)).toBeVisible();
  await line(page, 'cam-north_00004').click();
  await page.keyboard.press('F2');
  await page.getByLabel('New name of 2026-11-20_cam-north_00004.mp4').fill('0_first.mp4');
  await page.keyboard.press('Enter');
  await expect(line(page, '0_first.mp4')).toBeVisible();
  await expect(grid(page)).toBeFocused();

  await line(page, '0_first.mp4').dblclick();
  const panel = page.getByRole('complementary', { name: 'Item 0_first.mp4' });
  await expect(panel.getByText('No dataset, no group')).toBeVisible();
  await expectAccessible(page);
  await panel.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('JSON').fill('[1]');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page).getByRole('button', { name: /^Line 1:/ })).toBeVisible();
  await page.getByLabel('JSON').fill('{"site": "north"}');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page)).toBeHidden();
  await panel.press('Escape');

  await grid(page).press('Shift+ArrowDown');
  await page.getByRole('toolbar').getByRole('button', { name: 'Re-encode…' }).click();
  await page.getByRole('checkbox', { name: /Encode all of it/ }).check();
  await dialog(page).getByRole('button', { name: 'Re-encode 2 videos' }).click();
  await expect(page.getByRole('button', { name: 'Show in Activity' })).toBeVisible();
  expect(callsOf(main, 'storage.reencodeItems')).toMatchObject([{ force: true }]);
});

test('items enter a mirrored dataset only after a yes; deleting says what goes', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, 'Morning');
  await line(page, 'round_0000').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByRole('toolbar').getByRole('button', { name: 'Move…' }).click();
  await dialog(page).getByRole('button', { name: 'Storage', exact: true }).click();
  await dialog(page).getByRole('searchbox').fill('Traffic');
  await dialog(page).getByRole('row').filter({ hasText: 'Traffic Data' }).click();
  const move = dialog(page).getByRole('button', { name: 'Move to Traffic Data' });
  await expect(dialog(page).getByText('will become data rows of the dataset Traffic Data')).toBeVisible();
  await expect(move).toBeDisabled();
  await expectAccessible(page);
  await page.getByRole('checkbox', { name: /^Yes, change the datasets/ }).check();
  await move.click();
  await expect(page.getByText('Moved 2 items to Traffic Data')).toBeVisible();
  expect(callsOf(main, 'storage.moveItems')).toMatchObject([
    { fromFolderId: 'f-morning', toFolderId: 'f-d-0', allowSyncedDatasetMove: true },
  ]);
  await expect(grid(page)).toBeFocused();

  await page.getByRole('button', { name: 'Up to Ward 7' }).click();
  await page.getByRole('navigation', { name: 'Storage folder' }).getByRole('button', { name: 'Lab' }).click();
  await grid(page).getByRole('button', { name: 'Reader study' }).click();
  await line(page, 'case 01 image.png').click();
  await page.keyboard.press('Delete');
  await expect(dialog(page).getByText(/It is in 42 datasets .* in 1 group/)).toBeVisible();
  await expect(dialog(page).getByRole('button', { name: 'Keep it' })).toBeFocused();
  main.failNext.set('storage.deleteItems', {
    ok: false,
    error: { code: 'bad-request', message: 'It is part of a group: delete that first.', details: {} },
  });
  await dialog(page).getByRole('button', { name: 'Delete 1 item' }).click();
  await expect(dialog(page).getByText('It is part of a group')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Delete 1 item' }).click();
  await expect(page.getByText('Deleted case 01 image.png')).toBeVisible();
  await expect(line(page, 'case 01 image.png')).toBeHidden();
});

test('who may only look sees why; hostile names are text; failures are said in place', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'busy' });
  await openFolder(page, 'Archive 2025');
  await expect(page.getByText('Your role on this folder is User')).toBeVisible();
  await expect(page.getByRole('button', { name: 'New folder' })).toBeDisabled();
  await line(page, 'archive_0000').click();
  const bar = page.getByRole('toolbar', { name: 'Selected items' });
  await expect(bar.getByRole('button', { name: 'Delete…' })).toBeDisabled();
  await page.keyboard.press('Delete');
  await expect(page.getByLabel('Notes').getByText('you can look, not change')).toBeVisible();

  await page.getByRole('button', { name: 'Up to all storage folders' }).click();
  await grid(page).press('Home');
  await grid(page).press('Enter');
  await expect(line(page, 'scan·gnp.exe')).toBeVisible();
  await expect(page).not.toHaveTitle('hurt');

  await page.getByRole('button', { name: 'Up to all storage folders' }).click();
  await page.getByLabel('Search everywhere').fill('Old scanner');
  await grid(page).getByRole('button', { name: 'Old scanner' }).click();
  await expect(page.getByText('Encord could not list the items of this folder.')).toBeVisible();
  const before = callsOf(main, 'storage.items').length;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => callsOf(main, 'storage.items').length).toBeGreaterThan(before);

  const release = main.hold('storage.folders');
  await page.getByRole('button', { name: 'Up to all storage folders' }).click();
  await expect(page.getByRole('status', { name: 'Asking Encord what is in here' })).toBeVisible();
  release();
  await expect(line(page, 'Old scanner')).toBeVisible();
});

test('an account without folders is told what they are, and one of an API key why there are none', async ({
  page,
  open,
}) => {
  await open({ scene: 'empty' });
  await openStorage(page);
  await expect(page.getByText('No storage folder yet')).toBeVisible();
  await open({ scene: 'api-key' });
  await openStorage(page);
  await expect(page.getByText('Storage is not there for an API key')).toBeVisible();
});
