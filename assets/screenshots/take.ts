/**
 * Takes README's pictures anew: `node assets/screenshots/take.ts [NAME…]`, after the pages are built; all of them where none
 * is named. Run by whoever changes what they show; what it writes is committed. It needs the Chromium that the tests use.
 *
 * `uploads` and `review` show the whole program against the emulator, with the sample of the demo; `watch` and `datasets`
 * show scenes of the pretended main; `tray` shows what `assets/tray/draw.ts` drew.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, expect, type Page } from '@playwright/test';
import { findChromium } from '../../.setup/find.mjs';
import { FakeMain, type FakeOptions } from '../../test/e2e/fake-main.ts';
import { dropOn, serve } from '../../test/e2e/program/fixtures.ts';
import { Lab } from '../../test/fixtures/lab.ts';
import { makeSample } from '../../test/fixtures/sample.ts';

const ASSETS = join(import.meta.dirname, '..');
const DATASET = 'Traffic Data';

/** Two take their picture on the way: the review comes before the uploads. */
const SHOWN: Readonly<Record<string, (browser: Browser) => Promise<void>>> = {
  uploads: theProgram,
  review: theProgram,
  watch: (browser) => scene(browser, { scene: 'failing', speed: 0 }, 'screenshot-watch', watchFolder),
  datasets: (browser) => scene(browser, { scene: 'busy', speed: 0 }, 'screenshot-datasets', dataset),
  tray,
};

async function theProgram(browser: Browser): Promise<void> {
  const lab = await Lab.open();
  try {
    await lab.dataset(DATASET);
    const sample = await makeSample(join(lab.folder, 'sample'));
    const served = await serve(lab);
    const page = await look(browser, { width: 1120, height: 700 }, 1.5);
    await page.goto(served.url);
    await page.getByRole('option', { name: DATASET }).click();
    await expect(page.getByRole('heading', { name: 'Uploads' })).toBeVisible();
    await dropOn(page, [sample.dir]);
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('radio', { name: /Folders/ }).click();
    for (const name of ['turntable', 'time-lapse']) {
      const becomes = sheet.getByRole('radiogroup', { name: `What ${name} becomes` });
      await becomes.getByRole('radio', { name: 'Group', exact: true }).click();
    }
    await sheet.getByRole('radio', { name: /What is uploaded/ }).click();
    await expect(sheet.getByRole('button', { name: /^Upload 322 files/ })).toBeEnabled();
    await take(page, 'screenshot-review');
    await sheet.getByRole('button', { name: /^Upload \d/ }).click();
    await expect(page.getByTestId('status')).toHaveText('1 upload needs you · 20 done', { timeout: 60_000 });
    await expect(page.locator('.toast')).toHaveCount(0, { timeout: 30_000 });
    await take(page, 'screenshot');
    await page.context().close();
    await served.stop();
  } finally {
    await lab.close();
  }
}

async function watchFolder(page: Page): Promise<void> {
  await toPage(page, 'Watch folders');
  await page.getByRole('button', { name: /high-content screening\/plates/ }).click();
  await expect(page.getByText('frame 0021 is missing')).toBeVisible();
}

async function dataset(page: Page): Promise<void> {
  await toPage(page, 'Datasets');
  await page.getByRole('button', { name: DATASET, exact: true }).click();
  const rows = page.getByRole('row');
  for (const title of ['still_2.png', 'cam-north_3.mp4', 'still_5.png']) {
    await rows
      .filter({ hasText: title })
      .first()
      .click({ modifiers: ['ControlOrMeta'] });
  }
  await expect(page.getByRole('toolbar', { name: 'Selected rows' })).toContainText('3 selected');
  // Pictures of rows come one after the other.
  await page.waitForLoadState('networkidle');
}

async function tray(browser: Browser): Promise<void> {
  const page = await look(browser, { width: 960, height: 344 }, 1);
  const sizes = { '': 16, '@1.25x': 20, '@1.5x': 24, '@2x': 32, '@3x': 48, '@4x': 64 };
  const states = {
    idle: 'Nothing to do',
    'uploading-5': 'Uploading',
    paused: 'Paused',
    attention: 'Needs you',
  };
  const picture = (name: string, size: number): string => {
    const png = readFileSync(join(ASSETS, 'tray', `${name}.png`)).toString('base64');
    return `<img width="${size}" height="${size}" src="data:image/png;base64,${png}">`;
  };
  const half = (ground: string, colours: string): string => {
    const lines = Object.entries(states).map(([state, word]) => {
      const all = Object.entries(sizes).map(([scale, size]) => picture(`${state}-${ground}${scale}`, size));
      return `<div class="line"><span>${word}</span>${all.join('')}</div>`;
    });
    return `<div class="half" style="${colours}">${lines.join('')}</div>`;
  };
  await page.setContent(
    `<style>
      body { margin: 0; display: flex; font: 13px system-ui; }
      .half { flex: 1; padding: 20px 28px; }
      .line { display: flex; align-items: center; gap: 18px; height: 76px; }
      span { width: 96px; }
    </style>
    ${half('on-light', 'background: #f1f1f3; color: #27272a')}${half('on-dark', 'background: #1f1f23; color: #e4e4e7')}`,
  );
  await take(page, 'screenshot-tray');
  await page.context().close();
}

/** Shows a scene of the pretended main, leads to what is to be seen, and takes it. */
async function scene(
  browser: Browser,
  options: FakeOptions,
  file: string,
  lead: (page: Page) => Promise<void>,
): Promise<void> {
  const main = new FakeMain({ host: 'electron', ...options });
  await main.listen();
  try {
    const page = await look(browser, { width: 1280, height: 800 }, 1);
    await page.goto(main.url);
    await lead(page);
    await take(page, file);
    await page.context().close();
  } finally {
    await main.close();
  }
}

async function look(
  browser: Browser,
  viewport: { width: number; height: number },
  scale: number,
): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    deviceScaleFactor: scale,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  return context.newPage();
}

async function toPage(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name }).click();
}

/** Without a pointer over anything that shows it. */
async function take(page: Page, file: string): Promise<void> {
  await page.mouse.move((page.viewportSize()?.width ?? 0) / 2, 2);
  await page.screenshot({ path: join(ASSETS, `${file}.png`), animations: 'disabled' });
}

async function main(names: readonly string[]): Promise<void> {
  const wanted = names.length === 0 ? Object.keys(SHOWN) : names;
  const unknown = wanted.filter((name) => !(name in SHOWN));
  if (unknown.length > 0) throw new Error(`There is no picture ${unknown.join(', ')}.`);
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath === null ? {} : { executablePath });
  try {
    for (const show of new Set(wanted.map((name) => SHOWN[name]))) await show?.(browser);
  } finally {
    await browser.close();
  }
}

await main(process.argv.slice(2));
