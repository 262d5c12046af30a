/**
 * The window in its surroundings: where it comes up, what taskbar and menu show of the work, and the machine that sleeps
 * or is kept awake.
 */

import { join } from 'node:path';
import { driver, expect, test } from './fixtures.ts';
import {
  agree,
  clear,
  contentsOf,
  countRequests,
  hand,
  heading,
  hide,
  inFront,
  item,
  pictures,
  registered,
  seen,
  stall,
  trayLine,
  trayMenu,
} from './work.ts';

const SIZE = { width: 1920, height: 1080 };
const LEFT = { x: 0, y: 0, ...SIZE };
const RIGHT = { x: 1920, y: 0, ...SIZE };

test('the window comes up where it was, as large as it was; where its display is gone, on one that is there', async ({
  launch,
}) => {
  test.skip(driver.kind !== 'stand-in', 'Electron itself has the displays of this machine.');
  const there = { x: 2200, y: 140, width: 900, height: 620 };
  const first = await launch({ displays: [LEFT, RIGHT] });
  await seen(first);
  await first.moveWindow(there);
  await first.quit();
  await first.ended;

  const second = await launch({ displays: [LEFT, RIGHT] });
  await seen(second);
  expect((await second.windows())[0]).toMatchObject({ bounds: there, maximized: false });
  await second.window('maximize');
  second.signal('SIGTERM');
  await second.ended;

  const third = await launch({ displays: [LEFT, RIGHT] });
  await seen(third);
  await expect.poll(async () => (await third.windows())[0]).toMatchObject({ bounds: RIGHT, maximized: true });
  await third.window('focus');
  await expect
    .poll(async () => (await third.windows())[0])
    .toMatchObject({ bounds: there, maximized: false });
  await third.quit();
  await third.ended;

  const fourth = await launch({ displays: [LEFT] });
  await seen(fourth);
  const bounds = (await fourth.windows())[0]?.bounds;
  expect(bounds).toEqual({ x: 510, y: 230, width: 900, height: 620 });
  // Its title bar would stand above the screen.
  await fourth.moveWindow({ x: 100, y: -60, width: 900, height: 620 });
  await fourth.quit();
  await fourth.ended;
  const fifth = await launch({ displays: [LEFT] });
  await seen(fifth);
  expect((await fifth.windows())[0]?.bounds).toEqual({ x: 510, y: 230, width: 900, height: 620 });
});

test('taskbar and badge show the work, and the machine is kept awake while bytes move, where that is wanted', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Data');
  // So large that what stalls is not swallowed by the system's buffers.
  const folder = pictures(lab, 'frames', 3, 12_000_000);
  await stall(lab, 2);
  const desktop = await launch({ args: [folder] });
  const page = await desktop.page();
  expect(await desktop.machine()).toMatchObject({ blockers: 0, badge: 0 });
  await agree(page);
  await expect.poll(() => trayLine(desktop)).toMatch(/^1 of 3/);
  await expect.poll(async () => (await desktop.windows())[0]?.progress).toBeGreaterThan(0.3);
  expect((await desktop.windows())[0]?.progress).toBeLessThan(1);
  expect(await desktop.machine()).toMatchObject({ blockers: 1 });

  await desktop.clickMenu(['File', 'Settings…']);
  const awake = page.getByRole('switch', { name: 'Keep the machine awake while files are on their way' });
  await awake.click();
  await expect.poll(async () => (await desktop.machine()).blockers).toBe(0);
  await awake.click();
  await expect.poll(async () => (await desktop.machine()).blockers).toBe(1);
  await awake.click();
  await expect.poll(async () => (await desktop.machine()).blockers).toBe(0);

  // The two that stall are broken off; one of them is refused when it comes again.
  await clear(lab);
  await lab.fault({ kind: 'put' }, { status: 413 });
  await trayMenu(desktop, ['Pause uploads']);
  await expect.poll(() => trayLine(desktop)).toBe('Paused · 2 left');
  await trayMenu(desktop, ['Resume uploads']);
  await expect.poll(() => trayLine(desktop)).toBe('1 file needs you');
  expect(await desktop.machine()).toMatchObject({ blockers: 0, badge: 1 });
  expect((await desktop.windows())[0]?.progress).toBeNull();
  expect(await registered(lab)).toHaveLength(2);
});

test('a machine that sleeps sends nothing; when it is awake again all goes on, each file once', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Data');
  const first = pictures(lab, 'first', 6);
  const second = pictures(lab, 'second', 2);
  await stall(lab, 4);
  const desktop = await launch({ args: [first] });
  await agree(await desktop.page());
  await expect.poll(() => trayLine(desktop)).toMatch(/^2 of 6/);
  await desktop.cause({ kind: 'suspend' });

  // Whatever begins now begins in its sleep.
  await clear(lab);
  const puts = await countRequests(lab, 'put');
  const grants = await countRequests(lab, 'grant');
  await hand(desktop, second);
  await expect.poll(() => trayLine(desktop)).toMatch(/^2 of 8/);
  expect([await puts(), await grants()]).toEqual([0, 0]);
  await desktop.cause({ kind: 'resume' });
  await expect.poll(() => registered(lab)).toEqual(contentsOf([first, 6], [second, 2]));
  await expect.poll(() => trayLine(desktop)).toBe('All 8 files are in Data');
  expect(await registered(lab)).toHaveLength(8);
  expect(await desktop.machine()).toMatchObject({ blockers: 0 });
});

test('the menu leads to pages and folders, and copies what a maintainer needs', async ({ lab, launch }) => {
  await lab.dataset('Ward 9');
  const desktop = await launch();
  const page = await desktop.page();
  for (const [label, title] of [
    ['Datasets', 'Datasets'],
    ['Watch Folders', 'Watch folders'],
    ['Activity', 'Activity'],
    ['Settings', 'Settings'],
    ['Uploads', 'Uploads'],
  ] as const) {
    await desktop.clickMenu(['View', label]);
    await expect(heading(page, title)).toBeVisible();
  }
  await desktop.clickMenu(['File', 'New Dataset…']);
  await expect(page.getByRole('dialog', { name: 'New dataset' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await hide(desktop);
  await desktop.clickMenu(['Help', 'Keyboard Shortcuts']);
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  expect(await inFront(desktop)).toBe(true);
  await desktop.clickMenu(['View', 'Datasets']);
  await expect(heading(page, 'Datasets')).toBeVisible();
  await desktop.clickMenu(['Edit', 'Find']);
  await expect(page.getByRole('searchbox', { name: 'Search datasets' })).toBeFocused();

  await desktop.clickMenu(['File', 'Open Data Folder']);
  await desktop.clickMenu(['File', 'Open Log Folder']);
  await desktop.clickMenu(['Help', 'Encord Documentation']);
  await desktop.clickMenu(['Help', 'Copy Diagnostics']);
  await expect.poll(async () => (await desktop.machine()).copied).toContain('Keychain and accounts\n');
  const { opened, shownFolders, copied } = await desktop.machine();
  expect(opened).toEqual(['https://docs.encord.com/']);
  expect(shownFolders).toEqual([lab.home, join(lab.home, 'logs')]);
  for (const secret of ['PRIVATE KEY', lab.privateKey.split('\n')[2] ?? '', 'Ward 9', lab.home]) {
    expect(copied).not.toContain(secret);
  }
});

test('pausing and quitting when done are the same in the menu and in the tray, and really pause', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Data');
  const first = pictures(lab, 'first', 2);
  const second = pictures(lab, 'second', 2);
  const desktop = await launch();
  const inMenu = async (...path: readonly string[]) => item(await desktop.menu(), 'File', ...path);
  const inTray = async (label: string) => item((await desktop.tray())?.menu ?? [], label);
  await desktop.page();
  expect(await inMenu('Quit When Done')).toMatchObject({ enabled: false, checked: false });
  await stall(lab, 2);
  await hand(desktop, first);
  await expect.poll(() => inMenu('Quit When Done')).toMatchObject({ enabled: true, checked: false });

  await desktop.clickMenu(['File', 'Quit When Done']);
  await expect.poll(() => inTray('Quit when done')).toMatchObject({ checked: true });
  expect(await inMenu('Quit When Done')).toMatchObject({ checked: true });
  await trayMenu(desktop, ['Quit when done']);
  await expect.poll(() => inMenu('Quit When Done')).toMatchObject({ checked: false });
  await expect.poll(() => inTray('Quit when done')).toMatchObject({ checked: false });

  await desktop.clickMenu(['File', 'Pause Uploads']);
  await expect.poll(() => inMenu('Resume Uploads')).not.toBeNull();
  await expect.poll(() => inTray('Resume uploads')).not.toBeNull();
  await clear(lab);
  const puts = await countRequests(lab, 'put');
  const grants = await countRequests(lab, 'grant');
  await hand(desktop, second);
  await expect.poll(() => trayLine(desktop)).toBe('Paused · 4 left');
  expect([await puts(), await grants()]).toEqual([0, 0]);
  // Work that is paused is not done.
  await trayMenu(desktop, ['Quit when done']);
  await expect.poll(() => inMenu('Quit When Done')).toMatchObject({ checked: true });
  await desktop.clickMenu(['File', 'Resume Uploads']);
  expect(await desktop.ended).toEqual({ code: 0, signal: null });
  expect(await registered(lab)).toEqual(contentsOf([first, 2], [second, 2]));
});
