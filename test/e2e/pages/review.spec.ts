/** From a drop to the queue: bytes on their way, counts as they come, folders, what is refused, the destination. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { callsOf, expect, row, test } from './stage.ts';

/** Chosen when the page has settled: the input that it has while it loads gives way to another. */
async function chooseFile(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Drop files or folders anywhere' })).toBeVisible();
  await page.getByTestId('choose-files').setInputFiles(small);
}

/** A drop as the browser makes it from the desktop: real paths, real entries. */
async function dropPaths(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
  await expect(page.getByTestId('drop-overlay')).toContainText('Drop to upload to Traffic Data');
  await session.send('Input.dispatchDragEvent', { type: 'drop', x: 600, y: 400, data });
}

const small = { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('bytes of a picture') };

test('a dropped folder is sent file by file, reviewed, and becomes a batch', async ({ page, open }) => {
  const folder = mkdtempSync(join(tmpdir(), 'drop-'));
  try {
    mkdirSync(join(folder, 'captures', 'inner'), { recursive: true });
    for (let index = 0; index < 230; index += 1)
      writeFileSync(join(folder, 'captures', `f${index}.png`), `frame ${index}`);
    writeFileSync(join(folder, 'captures', 'inner', '日本 🐟.mp4'), 'film');
    const main = await open({ scene: 'empty', host: 'browser', plan: { files: 231, ticks: 3 } });
    await expect(page.getByRole('heading', { name: 'Drop files or folders anywhere' })).toBeVisible();
    await dropPaths(page, [join(folder, 'captures')]);

    await expect(page.getByTestId('review-files')).toHaveText('231 files');
    expect(callsOf(main, 'drops.open')).toMatchObject([{ files: 231 }]);
    expect(main.received).toHaveLength(231);
    expect(main.received.map((each) => each.path)).toContain('captures/inner/日本 🐟.mp4');
    expect(main.received.every((each) => each.bytes === each.size)).toBe(true);
    expect(callsOf(main, 'plan.start')).toEqual([
      { source: { kind: 'drop', dropId: 'drop-1' }, datasetId: 'd-0' },
    ]);

    await page.getByRole('button', { name: 'Upload 231 files to Traffic Data' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(row(page, 'cam-north_0000')).toContainText('Waiting');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a drop that is cancelled on its way is given up', async ({ page, open }) => {
  const main = await open({ scene: 'empty', host: 'browser' });
  await page.route('**/drops/**', () => undefined);
  await chooseFile(page);
  await expect.poll(() => callsOf(main, 'drops.open')).toHaveLength(1);
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => callsOf(main, 'drops.discard')).toEqual([{ dropId: 'drop-1' }]);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(callsOf(main, 'plan.start')).toEqual([]);
});

test('20,000 files: the count grows while the page stays usable', async ({ page, open }) => {
  await open({ scene: 'empty', plan: { files: 20_000, ticks: 60 } });
  await chooseFile(page);
  const files = page.getByTestId('review-files');
  const shown = async () => Number((await files.textContent())?.replace(/\D/g, '') ?? 0);
  await expect.poll(shown).toBeGreaterThan(1_000);
  const early = await shown();
  expect(early).toBeLessThan(20_000);
  const usual = await page.evaluate(async () => {
    const waits: number[] = [];
    for (let beat = 0; beat < 60; beat += 1) {
      const start = performance.now();
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      waits.push(performance.now() - start);
    }
    return waits.sort((a, b) => a - b)[8];
  });
  // From one frame to the next, the eighth of sixty: what the page takes when the machine lets it.
  expect(usual).toBeLessThan(100);
  await expect(files).toHaveText('20,000 files');
  const upload = page.getByRole('button', { name: 'Upload 20,000 files to Traffic Data' });
  await expect(upload).toBeFocused();
});

test('folders switch between single images and one group', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  await chooseFile(page);
  await expect(page.getByText('892 images')).toBeVisible();
  await page.getByRole('radio', { name: /Folders/ }).click();
  const frames = page.getByRole('listitem').filter({ hasText: 'frames' }).first();
  await expect(frames).toContainText('Numbered frames');
  await frames.getByRole('radio', { name: 'Single images' }).click();
  await expect(frames).toContainText('300 single images');
  await expect(page.getByText('1,192 images')).toBeVisible();
  expect(callsOf(main, 'plan.setFolder')).toMatchObject([{ path: '/data/in/frames', as: 'single' }]);

  await expect(page.getByText('“frames” and 1 other folder hold numbered frames')).toBeVisible();
  await page.getByRole('button', { name: 'Make image groups' }).click();
  await expect(frames).toContainText('One image group of 300 frames');
  await expect(page.getByText('2 image groups')).toBeVisible();
});

test('a folder becomes a sequence, with the choice explained', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  await chooseFile(page);
  await page.getByRole('radio', { name: /Folders/ }).click();
  await expect(page.getByText(/^Group: frames of any size, nothing is lost/)).toBeVisible();
  await expect(page.getByText(/^Sequence: frames of one size, of which Encord makes a video/)).toBeVisible();
  const frames = page.getByRole('listitem').filter({ hasText: 'frames' }).first();
  await frames.getByRole('radio', { name: 'Sequence' }).click();
  await expect(frames).toContainText('One image sequence of 300 frames');
  await expect(page.getByText('1 image sequence', { exact: true })).toBeVisible();
  expect(callsOf(main, 'plan.setFolder')).toMatchObject([{ path: '/data/in/frames', as: 'sequence' }]);
});

test('text files of folders are taken where somebody says so, and remarks are listed', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'empty' });
  await chooseFile(page);
  const take = page.getByRole('switch', { name: 'Take 3 text files of these folders' });
  await expect(take).not.toBeChecked();
  await take.click();
  await expect(take).toBeChecked();
  await expect(page.getByText('3 text files', { exact: true })).toBeVisible();
  expect(callsOf(main, 'plan.takeText')).toMatchObject([{ take: true }]);
  await page.getByRole('radio', { name: /Remarks/ }).click();
  await expect(page.getByRole('list', { name: 'Remarks on what is uploaded' })).toContainText('HEVC');
});

test('what is not taken stands under its reason', async ({ page, open }) => {
  await open({ scene: 'empty' });
  await chooseFile(page);
  await page.getByRole('radio', { name: /Not taken/ }).click();
  const list = page.getByRole('list', { name: 'Not taken, by reason' });
  await expect(list.getByRole('button', { name: /Not a kind of file that Encord takes/ })).toContainText('2');
  await expect(list).toContainText('the limit is 1 GB');
  await list.getByRole('button', { name: /Larger than the size limit/ }).click();
  await expect(list).not.toContainText('whole-day.mp4');
});

test('a destination that cannot take the files says why, and another can be made in place', async ({
  page,
  open,
}) => {
  const main = await open({ scene: 'empty' });
  await chooseFile(page);
  await expect(page.getByRole('button', { name: /^Upload 1,204/ })).toBeEnabled();
  await page.getByRole('button', { name: /Choose another/ }).click();
  await page.getByRole('searchbox', { name: 'Search datasets' }).fill('orchard');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('keeps its files in a bucket of your own');
  await expect(page.getByRole('button', { name: /^Upload 1,204/ })).toBeDisabled();

  await page.getByRole('button', { name: /Choose another/ }).click();
  await page.getByRole('button', { name: 'Create dataset' }).click();
  await page.getByLabel('Title').fill('Night frames');
  await page.getByRole('button', { name: 'Create dataset' }).click();
  await page.getByRole('button', { name: 'Upload 1,204 files to Night frames' }).click();
  await expect(row(page, 'Night frames')).toBeVisible();
  expect(callsOf(main, 'plan.commit')).toHaveLength(1);
});

test('Escape discards the review, and the focus is back', async ({ page, open }) => {
  const main = await open({ scene: 'busy' });
  await row(page, 'cam-north_0041').click();
  await page.getByTestId('choose-files').setInputFiles(small);
  await expect(page.getByTestId('review-files')).toHaveText('1,204 files');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect.poll(() => callsOf(main, 'plan.discard').length).toBe(1);
  await expect(page.getByRole('treegrid')).toBeFocused();
});

test('files of the machine itself are chosen without being sent', async ({ page, open }) => {
  const main = await open({ scene: 'empty' });
  await expect(page.getByRole('button', { name: 'Add files' })).toBeVisible();
  await page.keyboard.press('Control+o');
  await page.getByRole('button', { name: 'captures', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Choose capture_0002.mp4' }).check();
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByTestId('review-files')).toHaveText('1,204 files');
  expect(main.received).toHaveLength(0);
  expect(callsOf(main, 'plan.start')).toMatchObject([
    { source: { kind: 'paths', paths: ['/home/lab/captures/capture_0002.mp4'] } },
  ]);
});
