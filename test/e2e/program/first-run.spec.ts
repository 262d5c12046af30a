/**
 * The first minutes of a new user: connect with a pasted key, make a dataset, drop; and what happens when the
 * connection to Encord, or the program itself, goes away in between.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { makeKey } from '../../fixtures/keys.ts';
import { makePng } from '../../fixtures/png.ts';
import { dropOn, expect, test } from './fixtures.ts';

const NO_KEY = { ENCORD_SSH_KEY: '', ENCORD_DOMAIN: '', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' };

test('connects with a pasted key, makes a dataset, and uploads a drop', async ({ lab, open, page }) => {
  await open({ env: NO_KEY });
  await page.getByRole('textbox', { name: 'Private key' }).fill(lab.privateKey);
  await page.getByRole('radio', { name: 'Other address' }).click();
  await page.getByRole('textbox', { name: 'Address of the API' }).fill(lab.emulator.url);
  const runOnly = page.getByRole('switch', { name: 'Keep it for this run only' });
  if (await runOnly.isVisible()) await runOnly.click();
  await page.getByRole('button', { name: 'Connect' }).click();

  await page.getByRole('button', { name: 'Create dataset' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('First');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Create/ })
    .click();
  await expect(page.getByText('Drop files or folders anywhere')).toBeVisible();

  const folder = join(lab.folder, 'pictures');
  mkdirSync(folder);
  for (let index = 0; index < 3; index += 1)
    writeFileSync(join(folder, `${index}.png`), makePng({ seed: index }));
  await dropOn(page, [folder]);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Upload 3 files to First/ })
    .click();
  await expect(page.getByTestId('status')).toHaveText(/All 3/, { timeout: 30_000 });
  expect(await lab.rows('First')).toHaveLength(3);
  expect(await page.content()).not.toContain(lab.privateKey.split('\n')[2] ?? 'no key');
});

test('says that a key is not known to Encord, and keeps nothing', async ({ lab, open, page }) => {
  await open({ env: NO_KEY });
  await page.getByRole('textbox', { name: 'Private key' }).fill(makeKey('stranger').privateKey);
  await page.getByRole('radio', { name: 'Other address' }).click();
  await page.getByRole('textbox', { name: 'Address of the API' }).fill(lab.emulator.url);
  const runOnly = page.getByRole('switch', { name: 'Keep it for this run only' });
  if (await runOnly.isVisible()) await runOnly.click();
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByText(/does not know|not registered|not know this key/i).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Private key' })).toBeVisible();
});

test('goes on in a page that was reloaded, and after the program was restarted', async ({
  lab,
  open,
  page,
}) => {
  await lab.dataset('Data');
  const folder = join(lab.folder, 'pictures');
  mkdirSync(folder);
  for (let index = 0; index < 30; index += 1)
    writeFileSync(join(folder, `${index}.png`), makePng({ seed: index }));
  await lab.fault({ kind: 'register' }, { delayMs: 20_000 });
  const first = await open();
  await page.getByRole('option', { name: /^Data/ }).click();
  await dropOn(page, [folder]);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Upload 30/ })
    .click();
  await expect(page.getByText('pictures').first()).toBeVisible();
  await page.reload();
  await expect(page.getByText('pictures').first()).toBeVisible();
  await first.stop();
  await lab.control('DELETE', 'faults');
  await open();
  await expect.poll(async () => (await lab.rows('Data')).length, { timeout: 30_000 }).toBe(30);
  await expect(page.getByTestId('status')).toHaveText(/All 30|30 done/);
});

test('stays usable while 20,000 files are planned', async ({ lab, open, page }) => {
  test.setTimeout(120_000);
  await lab.dataset('Data');
  const folder = join(lab.folder, 'many');
  for (let sub = 0; sub < 20; sub += 1) {
    mkdirSync(join(folder, `part${sub}`), { recursive: true });
    for (let index = 0; index < 1_000; index += 1) {
      writeFileSync(join(folder, `part${sub}`, `${index}.png`), makePng({ seed: sub * 1_000 + index }));
    }
  }
  await open();
  await page.getByRole('option', { name: /^Data/ }).click();
  await page.getByRole('button', { name: 'Add files' }).first().click();
  await page.getByRole('menuitem', { name: 'Files and folders…' }).click();
  const chooser = page.getByRole('dialog');
  // It opens in the person's home, which is the lab's folder here.
  await chooser.getByRole('checkbox', { name: 'Choose many' }).check();
  await chooser.getByRole('button', { name: 'Review', exact: true }).click();

  const sheet = page.getByRole('dialog', { name: 'Review' });
  await expect(sheet).toBeVisible();
  const seen = new Set<string>();
  const usual = await measureClicks(page, async () => {
    seen.add((await sheet.locator('section[aria-label="Summary"]').textContent()) ?? '');
    return !(await sheet.getByText('20,000').first().isVisible());
  });
  expect(seen.size, 'the count grows while it is looked at').toBeGreaterThan(2);
  expect(usual, 'milliseconds from a click to its effect').toBeLessThan(100);
});

/**
 * Clicks between two tabs of the sheet until told to stop; the lower eighth of the clicks, measured inside the
 * page: what the page takes when the machine lets it. The slow ones tell of the machine.
 */
async function measureClicks(page: Page, goOn: () => Promise<boolean>): Promise<number> {
  const all: number[] = [];
  for (let turn = 0; turn < 400 && (await goOn()); turn += 1) {
    const took = await page.evaluate(async (index) => {
      const tabs = document.querySelectorAll<HTMLElement>('[role="dialog"] [role="radio"]');
      const tab = tabs[index % 2];
      if (!tab) return 0;
      const begun = performance.now();
      tab.click();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return performance.now() - begun;
    }, turn);
    all.push(took);
  }
  return all.sort((a, b) => a - b)[Math.floor(all.length / 8)] ?? 0;
}
