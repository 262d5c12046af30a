/**
 * From a dropped folder to data rows through the whole program in a real browser, on both routes: exactly the right
 * rows, byte for byte, and every bad file explained.
 */

import { join } from 'node:path';
import type { Lab } from '../../fixtures/lab.ts';
import { makeSample, type Sample } from '../../fixtures/sample.ts';
import { dropOn, expect, test } from './fixtures.ts';

const DATASET = 'Traffic Data';

for (const route of ['storage', 'documented'] as const) {
  test(`a dropped folder becomes the right rows on the ${route} route`, async ({ lab, open, page }) => {
    test.setTimeout(120_000);
    await lab.dataset(DATASET);
    const sample = await makeSample(join(lab.folder, 'sample'));
    await open();
    await page.getByRole('option', { name: DATASET }).click();
    await expect(page.getByRole('heading', { name: 'Uploads' })).toBeVisible();
    if (route === 'documented') {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('button', { name: /^Route:/ }).click();
      await page.getByRole('menuitemradio', { name: /^Documented/ }).click();
      await page.getByRole('button', { name: 'Uploads', exact: true }).click();
    }

    await dropOn(page, [sample.dir]);
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('radio', { name: /Folders/ }).click();
    for (const name of ['turntable', 'time-lapse']) {
      await sheet
        .getByRole('radiogroup', { name: `What ${name} becomes` })
        .getByRole('radio', { name: 'Group', exact: true })
        .click();
    }
    await sheet.getByRole('radio', { name: /Not taken/ }).click();
    await expect(sheet.getByText('notes.mp4')).toBeVisible();
    await expect(sheet.getByText('empty.mp4')).toBeVisible();
    await sheet.getByRole('button', { name: /^Upload \d/ }).click();

    await expect(page.getByTestId('status')).toHaveText('1 upload needs you · 20 done', { timeout: 60_000 });
    await expectRows(lab, sample);
    await page.getByRole('radio', { name: /Needs you/ }).click();
    await expect(page.getByText(/interrupted\.mp4/).first()).toBeVisible();
    await expect(page.getByText(/truncated/).first()).toBeVisible();

    await page.getByRole('button', { name: 'Datasets' }).click();
    await page.getByRole('button', { name: `Rows of ${DATASET}` }).click();
    await expect(page.getByText('実験記録🧪.mp4')).toBeVisible();
  });
}

/** The dataset holds each expected unit once, with the bytes of its files, and nothing else. */
async function expectRows(lab: Lab, sample: Sample): Promise<void> {
  const rows = await lab.rows(DATASET);
  const found = rows.map((row) => ({
    title: row.title,
    hashes: row.data_type === 'IMG_GROUP' ? row.images?.map((image) => image.sha256) : [row.sha256],
  }));
  const wanted = sample.units.map((unit) => ({ title: unit.title, hashes: [...unit.sha256s] }));
  const byTitle = (a: { title: string }, b: { title: string }): number => (a.title < b.title ? -1 : 1);
  expect(found.sort(byTitle)).toEqual(wanted.sort(byTitle));
}
