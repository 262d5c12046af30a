/** The part of the pages' column that is about storage folders and items. Used by `page-checks.ts`. */

import { expect, type Locator } from '@playwright/test';
import { GROUP, shelfOf } from './scenes.ts';
import type { PageCheck, Seat } from './seat.ts';
import type { OperationId } from './table.ts';

export const STORAGE_CHECKS = {
  'list-folders': async (seat) => {
    const { page, scene } = seat;
    await seat.list('Storage folders');
    const folders = page.getByRole('grid', { name: 'Storage folders' });
    await expect.poll(() => folders.getByRole('row').count()).toBeGreaterThan(5);
    await page.getByRole('searchbox', { name: 'Search everywhere' }).fill(scene.shelf.name);
    await expect(folders.getByRole('button', { name: scene.shelf.name, exact: true })).toBeVisible();
  },
  'read-folder': async (seat) => {
    const inside = await seat.openFolder();
    await expect(inside.getByRole('row').filter({ hasText: 'clip of read-folder' })).toBeVisible();
    await expect(seat.page.getByText(/^3 files\b.*You: Admin/)).toBeVisible();
  },
  'create-folder': async (seat) => {
    const inside = await seat.openFolder();
    await seat.press('button', 'New folder');
    const dialog = seat.dialog('New folder');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Inner shelf');
    await dialog.getByRole('button', { name: 'Create folder' }).click();
    await expect(inside.getByRole('button', { name: 'Inner shelf' })).toBeVisible();
    await seat.openFolder('Inner shelf');
    await expect(crumbs(seat)).toContainText(seat.scene.shelf.name);
  },
  'change-folder': async (seat) => {
    await seat.openFolder();
    await seat.folderMenu('Edit…');
    const dialog = seat.dialog('Edit folder');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Another name');
    await dialog.getByRole('textbox', { name: 'Client metadata' }).fill('{"site": "Bern"}');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog).toHaveCount(0);
    await seat.openFolder('Another name');
    await seat.folderMenu('Edit…');
    await expect(dialog.getByRole('textbox', { name: 'Client metadata' })).toHaveValue(/"site": "Bern"/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  },
  'move-folder': async (seat) => {
    const into = shelfOf('list-folders');
    await seat.openFolder();
    await seat.folderMenu('Move…');
    await moved(seat.dialog(/^Move /), into);
    await seat.openFolder();
    await expect(crumbs(seat)).toContainText(into);
  },
  'delete-folder': async (seat) => {
    const { name, items } = seat.scene.shelf;
    await seat.openFolder();
    await seat.folderMenu('Delete…');
    const dialog = seat.dialog(`Delete ${name}?`);
    await dialog.getByRole('textbox', { name: /^Type / }).fill(name);
    await dialog.getByRole('button', { name: 'Delete folder' }).click();
    await expect.poll(() => itemIds(seat)).not.toContain(items.clip);
  },
  'folder-groups': async (seat) => {
    await seat.openFolder();
    await seat.folderMenu('Groups…');
    const dialog = seat.dialog(/^Groups of /);
    await dialog.getByRole('button', { name: `Add ${GROUP}` }).click();
    await expect(dialog.getByRole('list', { name: 'Groups with access' })).toContainText(GROUP);
    await dialog.getByRole('button', { name: `Remove ${GROUP}` }).click();
    await seat.dialog(`Remove ${GROUP}?`).getByRole('button', { name: 'Remove group' }).click();
    await expect(dialog).toContainText('No group has access to this folder.');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  },
  'list-items': async (seat) => {
    const inside = await seat.openFolder();
    const items = inside.getByRole('row').filter({ hasText: 'of list-items' });
    await expect(items).toHaveCount(3);
    await seat.fill('searchbox', 'Search in here', 'picture');
    await expect(items).toHaveCount(1);
    await expect(items).toContainText('picture of list-items');
  },
  'read-item': async (seat) => {
    const { title } = seat.scene.dataset;
    await seat.openFolder(title);
    const panel = await seat.openItem('bridge.png');
    await expect(panel).toContainText('1 dataset, 0 groups');
    await expect(panel).toContainText(title);
  },
  'change-item': async (seat) => {
    const { clip } = seat.scene.shelf.items;
    await seat.openFolder();
    const panel = await seat.openItem('clip of change-item');
    await seat.press('button', 'Rename', panel);
    const field = panel.getByRole('textbox', { name: 'New name of clip of change-item' });
    await field.fill('A better clip');
    await field.press('Enter');
    await expect
      .poll(async () => (await seat.lab.state()).items.find((item) => item.item_uuid === clip)?.title)
      .toBe('A better clip');
    await seat.press('button', 'Metadata…', await seat.selectItems('second of change-item'));
    const dialog = seat.dialog('Client metadata');
    await dialog.getByRole('textbox', { name: 'JSON' }).fill('{"lens": 2}');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(await seat.openItem('second of change-item')).toContainText('"lens": 2');
  },
  'move-items': async (seat) => {
    await seat.openFolder();
    await seat.press('button', 'Move…', await seat.selectItems('clip of', 'second of'));
    const dialog = seat.dialog('Move 2 items');
    // The folder of a mirrored dataset, which the move changes: that is said first.
    await moved(dialog, seat.scene.dataset.title, async () => {
      await expect(dialog).toContainText('will become data rows of the dataset');
      await dialog.getByRole('checkbox', { name: /^Yes, change the datasets/ }).check();
    });
    await expect.poll(() => seat.titles()).toContain('clip of move-items');
  },
  'delete-items': async (seat) => {
    const { clip, second, picture } = seat.scene.shelf.items;
    await seat.openFolder();
    await seat.press('button', 'Delete…', await seat.selectItems('clip of', 'picture of'));
    await seat.dialog('Delete 2 items?').getByRole('button', { name: 'Delete 2 items' }).click();
    await expect
      .poll(async () => (await itemIds(seat)).filter((id) => [clip, second, picture].includes(id)))
      .toEqual([second]);
  },
  'reencode-items': async (seat) => {
    await seat.openFolder();
    await seat.press('button', 'Re-encode…', await seat.selectItems('clip of'));
    await seat.dialog('Re-encode videos').getByRole('button', { name: 'Re-encode 1 video' }).click();
    await expect(await seat.job('Re-encode 1 storage item')).toContainText('Done');
  },
} satisfies Partial<Record<OperationId, PageCheck>>;

const crumbs = ({ page }: Seat): Locator => page.getByRole('navigation', { name: 'Storage folder' });

const itemIds = async ({ lab }: Seat): Promise<string[]> =>
  (await lab.state()).items.map(({ item_uuid }) => item_uuid);

/** Finds the folder in a dialog that moves, opens it, and moves there. */
async function moved(dialog: Locator, into: string, before?: () => Promise<void>): Promise<void> {
  await dialog.getByRole('searchbox').fill(into);
  await dialog.getByRole('row').filter({ hasText: into }).click();
  await before?.();
  await dialog.getByRole('button', { name: `Move to ${into}` }).click();
  await expect(dialog).toHaveCount(0);
}
