/**
 * Names of a hostile server on every page that shows some: they are text and nothing else, stay within their places, and
 * turn nothing around beside them.
 */
import type { Page } from '@playwright/test';
import { CALLS } from '../../../preload/contract/calls.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import { HOSTILE_TEXTS } from '../../fixtures/hostile.ts';
import type { FakeMain } from '../fake-main.ts';
import { expect, test } from './stage.ts';

const MARKUP = '<img src=x onerror=';
/** What a person can name, or Encord says in words. */
const NAMES = new Set([
  'title',
  'name',
  'datasetTitle',
  'accountName',
  'description',
  'owner',
  'message',
  'action',
  'sentence',
  'value',
  'email',
  'fileLink',
  'mime',
  'type',
  'storage',
  'status',
  'subtask',
  'createdAt',
  'editedAt',
]);
/** Lists of such words. */
const LISTS = new Set(['urls', 'datasetTitles', 'path', 'titles']);
/** Calls on what lies at Encord; the program's own settings are nobody else's to name. */
const OF_ENCORD = /^(datasets|rows|storage|jobs|groups|projects|keys|team|cloud)\./;

/** Every name in an answer is hostile, the same each time; fields in which the contract allows only some words stay. */
function hostile(call: CallName, value: unknown): unknown {
  if (!OF_ENCORD.test(call)) return value;
  const fits = (candidate: unknown): boolean => CALLS[call].output.safeParse(candidate).success;
  /** The first of each answer has markup. */
  let next = HOSTILE_TEXTS.findIndex((each) => each.startsWith(MARKUP));
  const copy = { root: structuredClone(value) };
  const free = new Map<string, boolean>();
  const walk = (holder: object, key: string, kind: string, inList: boolean): void => {
    const each: unknown = Reflect.get(holder, key);
    if (typeof each === 'string') {
      if (free.get(kind) === false || (!inList && !NAMES.has(key))) return;
      Reflect.set(holder, key, HOSTILE_TEXTS[next % HOSTILE_TEXTS.length]);
      next += 1;
      if (!free.has(kind)) free.set(kind, fits(copy.root));
      if (free.get(kind) === false) Reflect.set(holder, key, each);
    } else if (Array.isArray(each)) {
      for (const index of each.keys()) walk(each, String(index), `${kind}[]`, LISTS.has(key));
    } else if (typeof each === 'object' && each !== null) {
      for (const name of Object.keys(each)) walk(each, name, `${kind}.${name}`, false);
    }
  };
  walk(copy, 'root', '', false);
  if (!fits(copy.root)) throw new Error(`The answer of ${call} is not of the contract any more.`);
  return copy.root;
}

/** Opens the pages on a busy program; from then on Encord is hostile, and what pages fetch elsewhere is kept. */
async function beginHostile(
  page: Page,
  open: (options: { scene: 'busy' }) => Promise<FakeMain>,
): Promise<{ readonly main: FakeMain; readonly elsewhere: string[] }> {
  const elsewhere: string[] = [];
  page.on('dialog', (dialog) => {
    elsewhere.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const main = await open({ scene: 'busy' });
  const { origin } = new URL(main.url);
  page.on('request', (request) => {
    const { protocol, origin: to } = new URL(request.url());
    if (to !== origin && protocol !== 'data:' && protocol !== 'blob:') elsewhere.push(request.url());
  });
  main.alter = hostile;
  return { main, elsewhere };
}

/** What every page has to be like, whatever is shown on it. */
async function expectUnharmed(page: Page, elsewhere: readonly string[], where: string): Promise<void> {
  const found = await page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const turning: string[] = [];
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      if (!/[\u202A-\u202E\u2066-\u2069]/.test(node.nodeValue ?? '')) continue;
      // Within a box of its own it turns nothing around but itself.
      let box = node.parentElement;
      for (; box !== null; box = box.parentElement) {
        const { display, unicodeBidi } = getComputedStyle(box);
        if (display !== 'inline' || unicodeBidi.includes('isolate')) break;
      }
      if (box?.textContent === node.nodeValue) continue;
      turning.push(`${node.parentElement?.outerHTML.slice(0, 200)}`);
    }
    const root = document.documentElement;
    const main = document.querySelector('main');
    return {
      executed: 'hostile' in window,
      elements: document.querySelectorAll('img[src="x"], svg[onload], body script').length,
      sideways: Math.max(
        root.scrollWidth - root.clientWidth,
        document.body.scrollWidth - document.body.clientWidth,
        main === null ? 0 : main.scrollWidth - main.clientWidth,
      ),
      links: [...document.querySelectorAll('a[href]')]
        .map((link) => link.getAttribute('href') ?? '')
        .filter((href) => !/^https:\/\/|^#/.test(href)),
      turning,
    };
  });
  expect({ where, ...found }).toEqual({
    where,
    executed: false,
    elements: 0,
    sideways: 0,
    links: [],
    turning: [],
  });
  expect(elsewhere, where).toEqual([]);
}

test('datasets, their rows and their settings', async ({ page, open }) => {
  const { elsewhere } = await beginHostile(page, open);
  await page.getByRole('button', { name: 'Datasets', exact: true }).click();
  const datasets = page.getByRole('table', { name: 'Datasets' });
  await expect(datasets.getByText(MARKUP).first()).toBeVisible();
  await expectUnharmed(page, elsewhere, 'the datasets');

  await datasets
    .getByRole('button', { name: /^Rows of/ })
    .first()
    .click();
  const rows = page.getByRole('grid', { name: /^Rows of/ });
  await expect(rows.getByRole('row').nth(1)).toBeVisible();
  await expectUnharmed(page, elsewhere, 'the rows');
  await rows.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: /^Row/ })).toBeVisible();
  await expectUnharmed(page, elsewhere, 'a row');
  await page.keyboard.press('Escape');

  await page.getByRole('radio', { name: 'Settings' }).click();
  await expect(page.getByRole('region', { name: 'Danger zone' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'API access' }).getByRole('listitem').first()).toBeVisible();
  await expectUnharmed(page, elsewhere, 'the settings');
});

test('storage folders and their items', async ({ page, open }) => {
  const { elsewhere } = await beginHostile(page, open);
  await page.getByRole('button', { name: 'Datasets', exact: true }).click();
  await page.getByRole('radio', { name: 'Storage folders' }).click();
  const table = page.locator('.storage-table');
  await expect(table.getByText(MARKUP).first()).toBeVisible();
  await expectUnharmed(page, elsewhere, 'the folders');
  // Folders come before the items that lie beside them.
  await table.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Storage folder' })).toBeVisible();
  await expect(table.getByRole('row').nth(1)).toBeVisible();
  await table.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(
    page
      .getByRole('complementary')
      .or(page.getByRole('navigation', { name: 'Storage folder' }))
      .first(),
  ).toBeVisible();
  await expectUnharmed(page, elsewhere, 'an item');
});

test('long work and what came of it', async ({ page, open }) => {
  const { elsewhere } = await beginHostile(page, open);
  await page.getByRole('button', { name: 'Activity', exact: true }).click();
  const jobs = page.getByRole('grid', { name: 'Jobs' });
  await expect(jobs.getByRole('row').nth(1)).toBeVisible();
  await expectUnharmed(page, elsewhere, 'the jobs');
  for (let nth = 0; nth < 6; nth += 1) {
    await jobs.getByRole('row').nth(nth).click();
    await expect(page.getByRole('complementary', { name: /^Job/ })).toBeVisible();
    await expectUnharmed(page, elsewhere, `job ${nth}`);
  }
});

test('what is added to a dataset', async ({ page, open }) => {
  const { elsewhere } = await beginHostile(page, open);
  await page.getByRole('button', { name: 'Datasets', exact: true }).click();
  await page
    .getByRole('button', { name: /^Rows of/ })
    .first()
    .click();
  for (const entry of ['Attach existing files', 'Register cloud data']) {
    await page.getByRole('button', { name: 'Add data' }).press('Enter');
    await page.getByRole('menuitem', { name: entry }).press('Enter');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toBeVisible();
    await expect(dialog.getByText(MARKUP).first()).toBeVisible();
    await expectUnharmed(page, elsewhere, entry);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  }
});
