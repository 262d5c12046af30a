/**
 * The pages' column: for each operation the way that its cell says, clicked, and a look at what the emulator has afterwards;
 * where that is told by nobody else, at what the page says when it has asked again. Used by the browser's test.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { dropOn } from '../e2e/program/fixtures.ts';
import { sha256 } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { BUCKET, countLinks, FOREIGN_DATASET, GROUP, INTEGRATION } from './scenes.ts';
import type { PageCheck, Seat } from './seat.ts';
import { STORAGE_CHECKS } from './storage-checks.ts';
import type { DoneId, OperationId } from './table.ts';

const DATASET_CHECKS = {
  'create-dataset': async (seat) => {
    await seat.list('Datasets');
    await seat.press('button', 'New dataset');
    const dialog = seat.dialog('New dataset');
    await dialog.getByRole('textbox', { name: 'Title' }).fill('Made on the page');
    await dialog.getByRole('radio', { name: 'Static' }).click();
    await seat.press('button', 'Create dataset', dialog);
    await expect(dialog).toHaveCount(0);
    const { datasets } = await seat.lab.state();
    expect(datasets.filter(({ title }) => title === 'Made on the page')).toHaveLength(1);
  },
  'create-dataset-elsewhere': async (seat) => {
    const { page } = seat;
    await seat.list('Datasets');
    await seat.press('button', 'New dataset');
    const dialog = seat.dialog('New dataset');
    await dialog.getByRole('textbox', { name: 'Title' }).fill('In a bucket');
    await seat.press('button', 'Storage', dialog);
    await page.getByRole('menuitemradio', { name: /AWS/ }).click();
    await seat.press('button', 'Create dataset', dialog);
    await expect(dialog).toHaveCount(0);
    await seat.fill('searchbox', 'Search datasets', 'In a bucket');
    await expect(page.getByRole('row').filter({ hasText: 'In a bucket' })).toContainText('AWS');
  },
  'list-datasets': async (seat) => {
    const { page, scene } = seat;
    await seat.list('Datasets');
    await seat.fill('searchbox', 'Search datasets', scene.dataset.title.toUpperCase());
    await expect(page.getByText('1 dataset found')).toBeVisible();
    await expect(page.getByRole('button', { name: scene.dataset.title, exact: true })).toBeVisible();
  },
  'list-organisation': async (seat) => {
    const { page } = seat;
    await seat.list('Datasets');
    await seat.fill('searchbox', 'Search datasets', FOREIGN_DATASET);
    await expect(page.getByRole('heading', { name: 'No dataset matches' })).toBeVisible();
    await seat.press('switch', 'All organisation datasets');
    await expect(page.getByRole('row').filter({ hasText: FOREIGN_DATASET })).toContainText('Not joined');
    await seat.press('switch', 'All organisation datasets');
  },
  'read-dataset': async (seat) => {
    await seat.openDataset();
    await expect(seat.page.getByText('4 data rows')).toBeVisible();
    await expect(seat.page.getByText('Mirrored').first()).toBeVisible();
  },
  'list-rows': async (seat) => {
    const { page } = seat;
    await seat.openDataset();
    await expect(seat.row('bridge.png')).toBeVisible();
    await seat.press('button', 'Filters');
    await page.getByRole('checkbox', { name: /^Video/ }).check();
    await page.keyboard.press('Escape');
    await expect(seat.row('bridge.png')).toHaveCount(0);
    await expect(seat.row('street.mp4')).toBeVisible();
    await expect(seat.row('river.mp4')).toBeVisible();
  },
  'read-row': async (seat) => {
    const hash = (await seat.rows()).get('bridge.png')?.data_hash ?? '';
    await seat.openDataset();
    const panel = await seat.openRow('bridge.png');
    await expect(panel).toContainText(hash);
    await expect(panel).toContainText(`1 dataset (${seat.scene.dataset.title})`);
  },
  'rename-row': async (seat) => {
    await seat.openDataset();
    const panel = await seat.openRow('bridge.png');
    await seat.press('button', 'Rename', panel);
    const field = panel.getByRole('textbox', { name: 'New title of bridge.png' });
    await field.fill('A better name');
    await field.press('Enter');
    await expect(seat.row('A better name')).toBeVisible();
    expect(await seat.titles()).toEqual(['A better name', 'book', 'river.mp4', 'street.mp4']);
  },
  'row-metadata': async (seat) => {
    await seat.openDataset();
    await seat.press('button', 'Metadata…', await seat.selectRows('street.mp4', 'river.mp4'));
    const dialog = seat.dialog('Client metadata of 2 rows');
    await dialog.getByRole('textbox', { name: 'JSON' }).fill('{"site": "Bern"}');
    await dialog.getByRole('button', { name: 'Set for 2 rows' }).click();
    await expect
      .poll(async () =>
        [...(await seat.rows()).values()].map((row) => [row.title, row.client_metadata]).sort(),
      )
      .toEqual([
        ['book', {}],
        ['bridge.png', {}],
        ['river.mp4', { site: 'Bern' }],
        ['street.mp4', { site: 'Bern' }],
      ]);
  },
  'delete-rows': async (seat) => {
    await seat.openDataset();
    await seat.press('button', 'Delete…', await seat.selectRows('bridge.png', 'river.mp4'));
    await seat.dialog('Delete 2 rows?').getByRole('button', { name: 'Delete 2 rows' }).click();
    await expect.poll(() => seat.titles()).toEqual(['book', 'street.mp4']);
    await expect(seat.row('bridge.png')).toHaveCount(0);
  },
  'reencode-rows': async (seat) => {
    await seat.openDataset();
    await seat.press('button', 'Re-encode…', await seat.selectRows('street.mp4', 'river.mp4'));
    await seat.dialog('Re-encode videos').getByRole('button', { name: 'Re-encode 2 videos' }).click();
    await expect(await seat.job('Re-encode 2 videos', seat.scene.dataset.title)).toContainText('Done');
  },
  'recognise-text': async (seat) => {
    await seat.openDataset();
    const panel = await seat.openRow('book');
    await seat.press('button', 'Recognise text', panel);
    const dialog = seat.dialog('Text in its frames');
    await expect(dialog).toContainText(/\d results? in book/);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  },
  'download-rows': async (seat) => {
    const picture = await dropped(seat);
    await seat.openDataset();
    await seat.press('button', 'Download…', await seat.selectRows('picture.png'));
    const dialog = seat.dialog('Download 1 row');
    const into = join(seat.folder, 'down');
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(into);
    await dialog.getByRole('button', { name: 'Download', exact: true }).click();
    await expect(await seat.job('Download 1 row', seat.scene.dataset.title)).toContainText('Done');
    expect(readFileSync(join(into, 'picture.png'))).toEqual(readFileSync(picture));
  },
  'attach-items': async (seat) => {
    await seat.openDataset();
    await seat.addData('Attach existing files…');
    const dialog = seat.dialog('Attach existing files');
    await dialog.getByRole('searchbox', { name: 'Search everywhere' }).fill('picture of attach-items');
    await dialog
      .getByRole('grid', { name: 'Files' })
      .getByRole('row')
      .filter({ hasText: 'picture of' })
      .click();
    await expect(dialog).toContainText('1 file will be attached');
    await dialog.getByRole('button', { name: 'Attach', exact: true }).click();
    await expect.poll(() => seat.titles()).toContain('picture of attach-items');
  },
  'upload-folder-calls': async (seat) => {
    const links = await countLinks(seat.lab);
    const picture = await dropped(seat);
    expect((await seat.rows()).get('picture.png')?.sha256).toBe(sha256(picture));
    expect(await links()).toBeGreaterThan(0);
  },
  'upload-documented': async (seat) => {
    await chooseRoute(seat, /^Documented/);
    const links = await countLinks(seat.lab);
    const picture = await dropped(seat);
    expect((await seat.rows()).get('picture.png')?.sha256).toBe(sha256(picture));
    expect(await links()).toBe(0);
    await chooseRoute(seat, /^Auto/);
  },
  'list-integrations': async (seat) => {
    await seat.openDataset();
    await seat.addData('Register cloud data…');
    const dialog = seat.dialog('Register cloud data');
    await expect(await seat.see('button', 'Integration', dialog)).toContainText(INTEGRATION.title);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  },
  'register-cloud': async (seat) => {
    await seat.openDataset();
    await seat.addData('Register cloud data…');
    await registered(seat);
    await expect.poll(() => seat.titles()).toContain('From the bucket');
    expect((await seat.rows()).get('From the bucket')?.data_type).toBe('VIDEO');
  },
  'register-cloud-folder': async (seat) => {
    await seat.openFolder();
    await seat.folderMenu('Register cloud data…');
    await registered(seat);
    const inside = await seat.openFolder();
    await expect(inside.getByRole('row').filter({ hasText: 'From the bucket' })).toBeVisible();
  },
  'cancel-job': async (seat) => {
    const { page, lab } = seat;
    await lab.control('POST', 'settings', { jobDelayMs: 3_600_000 });
    await seat.openFolder();
    await seat.folderMenu('Register cloud data…');
    await registered(seat);
    await (await seat.job('Running')).click();
    const panel = page.getByRole('complementary', { name: /^Job/ });
    await seat.press('button', 'Cancel', panel);
    await seat
      .dialog(/^Cancel /)
      .getByRole('button', { name: 'Cancel this job' })
      .click();
    await expect(panel).toContainText('Cancelled');
    await lab.control('POST', 'settings', { jobDelayMs: 20 });
  },
  deidentify: async (seat) => {
    await seat.openDataset();
    await seat.addData('De-identify DICOM…');
    const dialog = seat.dialog('De-identify DICOM');
    await dialog.getByRole('textbox', { name: 'URLs of the DICOM files' }).fill(`${BUCKET}/d/1.dcm`);
    await dialog.getByRole('button', { name: 'De-identify 1 file' }).click();
    await expect(await seat.job('De-identify 1 DICOM file')).toContainText('Done');
  },
  'add-users': async (seat) => {
    await seat.openDataset('Settings');
    const team = await seat.part('Team');
    await team.getByLabel('Invite by e-mail').fill('guest@example.com');
    await seat.press('button', 'Invite', team);
    const answers = team.getByRole('list', { name: 'What came of the invitation' });
    await expect(answers).toContainText(/guest@example\.com\s*Added as User/);
  },
  'list-groups': async (seat) => {
    await seat.openDataset('Settings');
    await seat.press('button', 'Add a group');
    const dialog = seat.dialog('Add groups');
    await expect(dialog.getByRole('option', { name: GROUP })).toBeVisible();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  },
  'dataset-groups': async (seat) => {
    const groupsNow = async () => (await seat.uses()).groups;
    await seat.openDataset('Settings');
    const groups = await seat.part('Groups');
    await groups.getByRole('button', { name: 'Add a group' }).click();
    const dialog = seat.dialog('Add groups');
    await dialog.getByRole('option', { name: GROUP }).click();
    await dialog.getByRole('button', { name: 'Add group' }).click();
    await expect(groups.getByRole('listitem')).toContainText(GROUP);
    expect(await groupsNow()).toEqual([GROUP]);
    await groups.getByRole('button', { name: `Remove ${GROUP}` }).click();
    await seat
      .dialog(/^Remove the group/)
      .getByRole('button', { name: 'Remove group' })
      .click();
    await expect.poll(groupsNow).toEqual([]);
  },
  'list-projects': async (seat) => {
    await seat.openDataset('Settings');
    const projects = await seat.part('Projects');
    await expect(projects.getByText('None of your projects uses this dataset.')).toBeVisible();
    await expect(projects.getByText(/^\d+ projects of this account were asked/).first()).toBeVisible();
  },
  'attach-project': async (seat) => {
    const { project } = seat.scene;
    const attached = async () => (await seat.uses()).projects;
    await seat.openDataset('Settings');
    const projects = await seat.part('Projects');
    await seat.press('button', 'Attach to project…', projects);
    const dialog = seat.dialog('Attach to a project');
    await dialog.getByRole('combobox', { name: 'Search projects' }).fill(project);
    await dialog.getByRole('option', { name: project }).click();
    await dialog.getByRole('button', { name: `Attach to ${project}` }).click();
    await expect.poll(attached).toEqual([project]);
    await seat.press('button', 'Detach', projects);
    await seat
      .dialog(/^Detach /)
      .getByRole('button', { name: 'Detach' })
      .click();
    await expect.poll(attached).toEqual([]);
  },
  'list-keys': async (seat) => {
    await seat.openDataset('Settings');
    const keys = await seat.part('API access');
    await expect(keys.getByText('This dataset has no API key.')).toBeVisible();
  },
  'create-key': async (seat) => {
    await seat.openDataset('Settings');
    const keys = await seat.part('API access');
    await seat.press('button', 'Create key', keys);
    const form = seat.dialog('Create an API key');
    await form.getByRole('textbox', { name: 'Title' }).fill('Scanner');
    await form.getByRole('button', { name: 'Create key' }).click();
    const shown = seat.dialog(/is created$/);
    const key = await shown.getByRole('textbox', { name: 'API key' }).inputValue();
    await shown.getByRole('button', { name: 'Done' }).click();
    await seat
      .dialog('Close without copying the key?')
      .getByRole('button', { name: 'Close', exact: true })
      .last()
      .click();
    await expect(keys.getByRole('listitem')).toContainText('Scanner');
    await expect(keys.getByRole('listitem')).toContainText(key.slice(-4));
    expect(await seat.page.content()).not.toContain(key);
  },
} satisfies Partial<Record<OperationId, PageCheck>>;

export const PAGE_CHECKS: Readonly<Record<DoneId<'page'>, PageCheck>> = {
  ...DATASET_CHECKS,
  ...STORAGE_CHECKS,
};

/** Makes the scene's dataset the one for the next drop, drops a picture, and uploads it; its path. */
async function dropped(seat: Seat): Promise<string> {
  const { page, folder, scene } = seat;
  const { title } = scene.dataset;
  const picture = join(folder, 'picture.png');
  writeFileSync(picture, makePng({ seed: 700 + title.length, bytes: 900 + title.length }));
  await seat.list('Datasets');
  await seat.fill('searchbox', 'Search datasets', title);
  const line = page.getByRole('row').filter({ has: page.getByRole('button', { name: title, exact: true }) });
  await line.hover();
  await seat.press('button', 'Upload here', line);
  await dropOn(page, [picture]);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Upload 1 file/ })
    .click();
  await expect.poll(() => seat.titles()).toContain('picture.png');
  return picture;
}

async function chooseRoute(seat: Seat, route: RegExp): Promise<void> {
  await seat.goTo('Settings');
  await seat.press('button', 'Route');
  await seat.page.getByRole('menuitemradio', { name: route }).click();
}

/** Through the steps of *Register cloud data*, with one video of the bucket. */
async function registered(seat: Seat): Promise<void> {
  const sheet = seat.dialog('Register cloud data');
  const next = sheet.getByRole('button', { name: 'Next' });
  await expect(sheet.getByRole('button', { name: `Integration: ${INTEGRATION.title}` })).toBeVisible();
  await next.click();
  await sheet.getByRole('button', { name: 'Paste text' }).click();
  const video = { objectUrl: `${BUCKET}/v/1.mp4`, title: 'From the bucket' };
  await sheet.getByRole('textbox', { name: 'JSON or CSV' }).fill(JSON.stringify({ videos: [video] }));
  await sheet.getByRole('button', { name: 'Check it' }).click();
  await expect(sheet).toContainText('1 entry can be registered');
  await next.click();
  await sheet.getByRole('button', { name: 'Register 1 entry' }).click();
  await expect(sheet).toHaveCount(0);
}
