/** Receipts and comparisons on the pages: what is missing is said, listed, kept, and uploaded again. */
import { readFile } from 'node:fs/promises';
import { callsOf, expect, row, test } from './stage.ts';

test('the receipt of a batch is saved from its menu, as a file or as a download', async ({ page, open }) => {
  const main = await open({ scene: 'done' });
  const batch = row(page, 'north junction').first();
  await batch.click({ button: 'right' });
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Save receipt as CSV…' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('Receipt of 2026-11-20 north junction.csv');
  expect(await readFile(await file.path(), 'utf8')).toContain('as csv');
  await expect(page.getByText('Downloaded Receipt of 2026-11-20 north junction.csv')).toBeVisible();

  await batch.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Save receipt' }).click();
  const second = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Save receipt as JSON…' }).click();
  expect((await second).suggestedFilename()).toBe('Receipt of 2026-11-20 north junction.json');
  await expect.poll(() => main.fetched).toHaveLength(2);
});

test('where main writes the file, the note says where; a failure is said too', async ({ page, open }) => {
  const main = await open({ scene: 'done', host: 'electron' });
  const save = async () => {
    await row(page, 'north junction').first().click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Save receipt as JSON…' }).click();
  };
  await save();
  await expect(page.getByText('Saved as /home/lab/Receipt of 2026-11-20 north junction.json')).toBeVisible();
  main.failNext.set('receipts.save', {
    ok: false,
    error: { code: 'disk-full', message: 'There is no space left for the receipt.', details: {} },
  });
  await save();
  await expect(page.getByText('There is no space left for the receipt.')).toBeVisible();
});

test('a dataset that lacks uploads says so, lists them, and takes them again', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await page.getByRole('button', { name: 'Traffic Data', exact: true }).click();
  await page.getByRole('radio', { name: 'Reconcile' }).click();
  await expect(page.getByText('340 of 1,532 uploads are missing from Traffic Data')).toBeVisible();
  await expect(page.getByText('12 rows came from elsewhere')).toBeVisible();
  const missing = page.getByRole('table', { name: 'Missing from the dataset' });
  await expect(missing.getByRole('row').filter({ hasText: 'cam-north_0003' })).toContainText('80 MB');
  await page.getByRole('radio', { name: /Not from this machine/ }).click();
  const extra = page.getByRole('table', { name: 'Not uploaded from this machine' });
  await expect(extra.getByRole('row').filter({ hasText: 'Operationsmikroskop' })).toContainText('aa0c2a9e');
  await page.getByRole('radio', { name: /Another size/ }).click();
  await expect(page.getByRole('table', { name: 'Listed with another size' })).toContainText('dawn.mp4');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  expect((await download).suggestedFilename()).toBe('Reconcile Traffic Data.csv');

  await page.getByRole('button', { name: 'Upload missing again' }).click();
  const sheet = page.getByRole('dialog', { name: 'Review' });
  await expect(sheet.getByRole('button', { name: /^Upload .* to Traffic Data$/ })).toBeVisible();
  expect(callsOf(main, 'reconcile.again')).toEqual([{ reconcileId: 'reconcile-d-0' }]);
  await sheet.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('340 of 1,532 uploads are missing from Traffic Data')).toBeVisible();
  await page.getByRole('button', { name: 'Upload missing again' }).click();
  await sheet.getByRole('button', { name: /^Upload .* to Traffic Data$/ }).click();
  await expect(page.getByRole('heading', { name: 'Uploads' })).toBeVisible();
});

test('a dataset that has everything says only that', async ({ page, open }) => {
  await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await page.getByRole('button', { name: 'Zebrafish larvae', exact: true }).click();
  await page.getByRole('radio', { name: 'Reconcile' }).click();
  await expect(
    page.getByRole('heading', { name: 'All 1,204 uploads from this machine are in Zebrafish larvae' }),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Upload missing again' })).toHaveCount(0);
  await page.getByRole('radio', { name: 'Data' }).click();
  await expect(page.getByText('1,204 data rows')).toBeVisible();
});

test('a comparison that cannot be made says why, and is made again', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await page.getByRole('button', { name: 'Datasets' }).click();
  await page.getByRole('button', { name: 'Traffic Data', exact: true }).click();
  await expect(page.getByText('1,204 data rows')).toBeVisible();
  main.failNext.set('reconcile.start', {
    ok: false,
    error: { code: 'offline', message: 'Nothing gets through to api.encord.com.', details: {} },
  });
  await page.getByRole('radio', { name: 'Reconcile' }).click();
  await expect(page.getByRole('heading', { name: 'The dataset could not be compared' })).toBeVisible();
  await expect(page.getByText('Nothing gets through to api.encord.com.')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('are missing from Traffic Data')).toBeVisible();
});
