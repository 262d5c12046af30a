/**
 * A watch folder from the first click to the data rows, in a browser, on the whole program: add it, see what it would do,
 * switch it on, let a machine write into it, read why files wait, and find the rows.
 */

import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePng } from '../../fixtures/png.ts';
import { expect, test } from './fixtures.ts';

test('a folder is added, checked and switched on; files arrive, wait for a reason, and become rows', async ({
  lab,
  open,
  page,
}) => {
  await lab.dataset('Data');
  const root = join(lab.folder, 'rig');
  mkdirSync(join(root, 'run-1'), { recursive: true });
  writeFileSync(join(root, 'run-1', 'frame_0001.png'), makePng({ seed: 1 }));
  writeFileSync(join(root, 'notes.txt'), 'taken by the night shift');
  await open();
  await page.getByRole('option', { name: /^Data/ }).click();
  await page.getByRole('button', { name: 'Watch folders' }).click();
  await page.getByRole('button', { name: 'Add a folder' }).click();

  const sheet = page.getByRole('dialog', { name: 'Add a watch folder' });
  await sheet.getByLabel('Folder to watch').fill(join(root, 'run-1', 'frame_0001.png'));
  await expect(sheet.getByRole('alert')).toContainText('frame_0001.png');
  await sheet.getByLabel('Folder to watch').fill(root);
  await expect(sheet.getByText('This folder can be watched.')).toBeVisible();
  await expect(sheet.getByRole('button', { name: /^Dataset Data/ })).toBeVisible();
  await sheet.getByRole('button', { name: 'Next' }).click();

  await expect(sheet.getByText('2 of 2 files would be taken')).toBeVisible();
  await sheet.getByRole('textbox', { name: /^Not these/ }).fill('*.txt');
  await expect(sheet.getByText('1 of 2 files would be taken')).toBeVisible();
  await sheet.getByRole('textbox', { name: /^Title/ }).fill('{folder}/{name}');
  await expect(sheet.getByText('run-1/frame_0001.png').first()).toBeVisible();
  await sheet.getByText('More: when a file is finished, and what happens afterwards').click();
  await sheet.getByRole('textbox', { name: /^Quiet time/ }).fill('1');
  await sheet.getByRole('button', { name: 'Next' }).click();

  await expect(sheet.getByText('1 upload to Data')).toBeVisible();
  await expect(sheet.getByRole('row').filter({ hasText: 'run-1/frame_0001.png' })).toBeVisible();
  await sheet.getByRole('radio', { name: /Would stay/ }).click();
  await expect(sheet.getByRole('row').filter({ hasText: 'notes.txt' })).toContainText('pattern');
  await sheet.getByRole('radio', { name: /Upload all of it/ }).click();
  await sheet.getByRole('button', { name: 'Switch on and upload' }).click();

  await expect(sheet).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Summary' })).toContainText('Watching');
  await expect.poll(() => lab.rows('Data')).toMatchObject([{ title: 'run-1/frame_0001.png' }]);

  // A machine writes: under a name that says so, then in bursts, and at last in its place.
  const part = join(root, 'run-1', 'frame_0002.png.part');
  const bytes = makePng({ seed: 2 });
  writeFileSync(part, bytes.subarray(0, 100));
  await page.getByRole('radio', { name: /^Waiting/ }).click();
  const waiting = page.getByRole('row').filter({ hasText: 'frame_0002.png.part' });
  await expect(waiting).toContainText('still being written');
  appendFileSync(part, bytes.subarray(100));
  renameSync(part, join(root, 'run-1', 'frame_0002.png'));
  await expect
    .poll(async () => (await lab.rows('Data')).map((row) => row.title).sort())
    .toEqual(['run-1/frame_0001.png', 'run-1/frame_0002.png']);
  await page.getByRole('radio', { name: /^Uploads/ }).click();
  await expect(page.getByRole('row').filter({ hasText: 'frame_0002.png' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Summary' })).toContainText('2 files');
  if (process.env.ENCORD_TEST_SHOTS) {
    await page.screenshot({ path: join(process.env.ENCORD_TEST_SHOTS, 'watch-program.png') });
  }

  await page.getByRole('button', { name: 'Datasets' }).click();
  await expect(
    page.getByText('run-1/frame_0002.png').or(page.getByText('Data').first()).first(),
  ).toBeVisible();
});
