/** The tray: a picture and a line that are true at every moment, and a menu that does what it says. */

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePng } from '../../fixtures/png.ts';
import { expect, test } from './fixtures.ts';
import {
  agree,
  clear,
  contentsOf,
  countRequests,
  hand,
  heading,
  hide,
  inFront,
  pictures,
  registered,
  stall,
  trayLine,
  trayMenu,
  trayNow,
  watch,
} from './work.ts';

test('the picture and the line are true while it is idle, uploads, is paused, and needs somebody', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Data');
  const first = pictures(lab, 'first', 8);
  const second = pictures(lab, 'second', 2);
  await stall(lab, 2);
  const desktop = await launch();
  await desktop.page();
  expect(await trayNow(desktop)).toMatchObject({ line: 'Nothing to upload', picture: 'idle' });
  expect((await desktop.tray())?.toolTip).toBe('Encord Uploader · Nothing to upload');

  await hand(desktop, first);
  await expect.poll(() => trayLine(desktop)).toMatch(/^6 of 8( · |$)/);
  await expect.poll(async () => (await trayNow(desktop)).picture).toMatch(/^uploading-[678]$/);
  await hide(desktop);

  await trayMenu(desktop, ['Pause uploads']);
  await expect.poll(() => trayNow(desktop)).toMatchObject({ line: 'Paused · 2 left', picture: 'paused' });
  await clear(lab);
  const puts = await countRequests(lab, 'put');
  await hand(desktop, second);
  await expect.poll(() => trayLine(desktop)).toBe('Paused · 4 left');
  expect(await puts()).toBe(0);
  await trayMenu(desktop, ['Resume uploads']);
  await expect
    .poll(() => trayNow(desktop))
    .toMatchObject({ line: 'All 10 files are in Data', picture: 'idle' });
  expect(await registered(lab)).toEqual(contentsOf([first, 8], [second, 2]));

  await lab.fault({ kind: 'put' }, { status: 413 }, 2);
  await hand(desktop, pictures(lab, 'third', 3));
  await expect.poll(() => trayNow(desktop)).toMatchObject({ line: '2 files need you', picture: 'attention' });
  await trayMenu(desktop, ['Quit']);
  expect(await desktop.ended).toEqual({ code: 0, signal: null });
});

test('recent batches and watch folders are there with what they are at, and open', async ({
  lab,
  launch,
}) => {
  const dataset = await lab.dataset('Data');
  const rig = join(lab.folder, 'rig');
  mkdirSync(rig);
  const desktop = await launch({ args: [pictures(lab, 'first', 2)] });
  const page = await desktop.page();
  const submenu = async (label: string): Promise<string[]> => {
    const { menu } = await trayNow(desktop);
    return menu.find((each) => each.label === label)?.submenu.map((each) => each.label) ?? [];
  };
  expect(await submenu('Recent batches')).toEqual(['No batches yet']);
  expect(await submenu('Watch folders')).toEqual(['No watch folders']);
  await agree(page);
  await hand(desktop, pictures(lab, 'second', 3));
  await expect
    .poll(() => submenu('Recent batches'))
    .toEqual(['second · 3 files are in Data', 'first · 2 files are in Data']);

  await desktop.clickMenu(['View', 'Activity']);
  await expect(heading(page, 'Activity')).toBeVisible();
  await hide(desktop);
  await trayMenu(desktop, ['Recent batches', 'first · 2 files are in Data']);
  const batch = page.getByRole('treegrid').getByRole('row', { selected: true });
  await expect(batch).toContainText('first');
  await expect(page.getByRole('row').filter({ hasText: 'first-1.png' })).toBeVisible();
  expect(await inFront(desktop)).toBe(true);

  await watch(page, rig, dataset);
  await expect.poll(() => submenu('Watch folders')).toEqual(['rig · Watching']);
  writeFileSync(join(rig, 'new.png'), makePng({ seed: 9_000, bytes: 2_000 }));
  await expect.poll(async () => (await submenu('Recent batches'))[0]).toMatch(/ · 1 file is in Data$/);
  renameSync(rig, `${rig} elsewhere`);
  const gone = /^rig · Suspended: .* is not there$/;
  await expect.poll(async () => (await submenu('Watch folders'))[0]).toMatch(gone);
  await expect.poll(() => trayNow(desktop)).toMatchObject({ line: 'rig is suspended', picture: 'attention' });
  await trayMenu(desktop, ['Watch folders', (await submenu('Watch folders'))[0] ?? '']);
  await expect(page.getByText('This folder cannot be seen')).toBeVisible();
  rmSync(`${rig} elsewhere`, { recursive: true });
});
