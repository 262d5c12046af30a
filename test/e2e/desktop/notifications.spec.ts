/**
 * Notifications: what somebody who looks elsewhere is told, once and not fifty times; a click opens the place; what is
 * switched off or comes in quiet hours is not told.
 */

import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Desktop } from '../../electron-standin/driver.ts';
import { expect, test } from './fixtures.ts';
import {
  ask,
  hand,
  heading,
  hide,
  inFront,
  pictures,
  registered,
  trayLine,
  trayMenu,
  watch,
} from './work.ts';

/** All that were told but the one that the window is in the tray now. */
async function told(desktop: Desktop): Promise<{ title: string; body: string }[]> {
  const all = await desktop.notifications();
  return all
    .filter(({ title }) => title !== 'Encord Uploader goes on')
    .map(({ title, body }) => ({ title, body }));
}

async function click(desktop: Desktop, title: string): Promise<void> {
  const all = await desktop.notifications();
  await desktop.clickNotification(all.findIndex((each) => each.title === title));
}

/** A time of day as the page says it to this reader. */
function inWords(page: Page, time: string): Promise<string> {
  return page.evaluate((of) => {
    const at = new Date(`2026-01-01T${of}`);
    return at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  }, time);
}

const selected = (page: Page) => page.getByRole('treegrid').getByRole('row', { selected: true });

test('a batch that is finished and one that failed are told, with the window out of sight; a click opens each', async ({
  lab,
  launch,
}) => {
  const dataset = await lab.dataset('Data');
  const desktop = await launch();
  const page = await desktop.page();
  // Out of sight before the first of them ends.
  await ask(page, 'queue.pause', { scope: { kind: 'all' } });
  await plan(page, pictures(lab, 'good', 3), dataset);
  await desktop.clickMenu(['View', 'Uploads']);
  await expect(heading(page, 'Uploads')).toBeVisible();
  await hide(desktop);
  await trayMenu(desktop, ['Resume uploads']);
  await expect.poll(() => registered(lab)).toHaveLength(3);
  await lab.fault({ kind: 'put' }, { status: 413 });
  await plan(page, pictures(lab, 'bad', 2), dataset);

  const finished = { title: 'good is finished', body: '3 files are in Data.' };
  const failed = { title: 'bad needs you', body: '1 file failed. 1 file is in Data.' };
  await expect
    .poll(async () => (await told(desktop)).map(({ title }) => title).sort())
    .toEqual([failed.title, finished.title]);
  expect(await told(desktop)).toEqual(expect.arrayContaining([finished, failed]));
  await click(desktop, failed.title);
  await expect(selected(page)).toContainText('bad');
  expect(await inFront(desktop)).toBe(true);
  await hide(desktop);
  await click(desktop, finished.title);
  await expect(selected(page)).toContainText('good');
  expect(await inFront(desktop)).toBe(true);
});

test('many batches at once are one notification; that a key is not taken any more is another', async ({
  lab,
  launch,
}) => {
  const dataset = await lab.dataset('Data');
  const desktop = await launch();
  const page = await desktop.page();
  await ask(page, 'queue.pause', { scope: { kind: 'all' } });
  for (let run = 1; run < 8; run += 1) await plan(page, pictures(lab, `run-${run}`, 2), dataset);
  await hide(desktop);
  await trayMenu(desktop, ['Resume uploads']);
  await expect.poll(() => trayLine(desktop)).toBe('All 14 files are in Data');
  await lab.control('DELETE', 'keys', { publicKey: lab.publicKey, apiKeys: true });
  await plan(page, pictures(lab, 'late', 2), dataset);

  await expect.poll(() => told(desktop)).toHaveLength(2);
  const [many, key] = await told(desktop);
  expect(many).toEqual({ title: '7 batches are finished', body: '14 files are in Data.' });
  expect(key?.title).toMatch(/ has to sign in again$/);
  expect(key?.body).toBe('Encord no longer takes its key. 2 files wait for it.');
  await click(desktop, key?.title ?? '');
  await expect(page.getByRole('region', { name: 'Accounts', exact: true })).toBeFocused();
  expect(await inFront(desktop)).toBe(true);
});

test('what the window in front shows is not told; that a watch folder is gone is', async ({
  lab,
  launch,
}) => {
  const dataset = await lab.dataset('Data');
  const rig = join(lab.folder, 'rig');
  mkdirSync(rig);
  const desktop = await launch();
  const page = await desktop.page();
  await watch(page, rig, dataset);
  await hand(desktop, pictures(lab, 'seen', 2));
  await expect.poll(() => trayLine(desktop)).toBe('All 2 files are in Data');
  renameSync(rig, `${rig} elsewhere`);
  // What came before it would have been told before it.
  await expect.poll(() => told(desktop)).not.toEqual([]);
  expect(await told(desktop)).toMatchObject([{ title: 'rig is suspended' }]);
  await click(desktop, 'rig is suspended');
  await expect(page.getByText('This folder cannot be seen')).toBeVisible();
});

test('what is switched off, or comes in quiet hours is not told; after those it is summed up', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Data');
  const desktop = await launch();
  const page = await desktop.page();
  await desktop.clickMenu(['File', 'Settings…']);
  const failures = page.getByRole('switch', { name: 'Uploads need you' });
  await failures.click();
  await expect(failures).not.toBeChecked();
  const quiet = page.getByRole('switch', { name: 'Quiet hours' });
  await quiet.click();
  await expect(quiet).toBeChecked();
  const [from, to] = quietNow();
  await page.getByLabel('Quiet from').fill(from);
  await page.getByLabel('Quiet from').press('Enter');
  await expect(page.getByText(`Nothing pops up from ${await inWords(page, from)} to `)).toBeVisible();
  await page.getByLabel('Quiet until').fill(to);
  await page.getByLabel('Quiet until').press('Enter');
  const span = `${await inWords(page, from)} to ${await inWords(page, to)}`;
  await expect(page.getByText(`Nothing pops up from ${span}`)).toBeVisible();

  // Two batches; the second ends longer after the first than anything is held back that may be told.
  await lab.fault({ kind: 'put' }, { status: 413 });
  await hand(desktop, pictures(lab, 'bad', 1));
  await expect.poll(() => trayLine(desktop)).toBe('1 file needs you');
  await hand(desktop, pictures(lab, 'one', 1));
  await expect.poll(() => registered(lab)).toHaveLength(1);
  await lab.fault({ kind: 'register' }, { delayMs: 6_000 });
  await hand(desktop, pictures(lab, 'two', 1));
  await hide(desktop);
  await expect.poll(() => registered(lab)).toHaveLength(2);
  await expect.poll(() => trayLine(desktop)).toBe('1 file needs you');
  expect(await told(desktop)).toEqual([]);
  await ask(page, 'settings.set', { notifications: { kinds: KINDS, quiet: null } });
  await expect
    .poll(() => told(desktop))
    .toEqual([{ title: '2 batches are finished', body: '2 files are in Data.' }]);
});

const KINDS = { finished: true, failed: false, folder: true, 'sign-in': true, keychain: true, update: true };

/** Plans a folder and agrees at once, as a person does by hand. */
async function plan(page: Page, folder: string, datasetId: string): Promise<void> {
  const started = await ask(page, 'plan.start', { source: { kind: 'paths', paths: [folder] }, datasetId });
  const { planId } = started as { planId: string };
  await expect.poll(() => ask(page, 'plan.get', { planId })).toMatchObject({ phase: 'ready' });
  await ask(page, 'plan.commit', { planId });
}

/** Hours around now, as the fields take them. */
function quietNow(): [from: string, to: string] {
  const hours = new Date().getHours();
  return [hours + 22, hours + 2].map((hour) => `${String(hour % 24).padStart(2, '0')}:30`) as [
    string,
    string,
  ];
}
