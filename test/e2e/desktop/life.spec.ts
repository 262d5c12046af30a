/**
 * The life of the desktop program: one instance to which everything is handed, closing into the tray, quitting with and
 * without work under way, and ends that nobody asked for.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';
import {
  agree,
  clear,
  contentsOf,
  hand,
  heading,
  hide,
  inFront,
  inTray,
  pictures,
  registered,
  review,
  seen,
  stall,
  trayLine,
  trayMenu,
} from './work.ts';

test('what is handed over opens: files at the first start and at later ones, links; a hostile link opens nothing', async ({
  lab,
  launch,
}) => {
  const data = await lab.dataset('Data');
  const other = await lab.dataset('Other');
  const first = pictures(lab, 'first', 2);
  const second = pictures(lab, 'second', 3);
  const third = pictures(lab, 'third', 1);
  const desktop = await launch({ args: [first] });
  const page = await desktop.page();
  await expect(page.getByTestId('review-files')).toHaveText('2 files');
  await agree(page);
  await hide(desktop);

  expect(await desktop.startAgain([second, join(third, 'third-0.png')])).toEqual({ code: 0, signal: null });
  await expect(page.getByTestId('review-files')).toHaveText('4 files');
  expect(await inFront(desktop)).toBe(true);
  await review(page).getByRole('button', { name: 'Cancel' }).click();

  await hide(desktop);
  // It shows the window although it was not to be shown for its own sake: there is something to open.
  await desktop.startAgain(['--hidden', `encord-uploader://dataset/${data.toUpperCase()}`]);
  await expect(heading(page, 'Data')).toBeVisible();
  expect(await inFront(desktop)).toBe(true);

  await hide(desktop);
  await desktop.startAgain([
    '--hidden',
    `encord-uploader://settings/${other}`,
    'encord-uploader://dataset/everything',
    `encord-uploader://dataset/${other}?then=upload`,
    `encord-uploader://somebody@dataset/${other}`,
    `https://dataset/${other}`,
  ]);
  expect(await inFront(desktop)).toBe(false);
  await expect(heading(page, 'Data')).toBeVisible();
  // With this one nothing is wrong.
  await desktop.cause({ kind: 'open-url', url: `encord-uploader://dataset/${other}` });
  await expect(heading(page, 'Other')).toBeVisible();

  await desktop.cause({ kind: 'open-file', path: third });
  await desktop.cause({ kind: 'open-file', path: join(second, 'second-1.png') });
  await expect(page.getByTestId('review-files')).toHaveText('2 files');
});

test('started hidden it is in the tray alone; closing goes back there, which is said once; or quits, where that is chosen', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Data');
  const desktop = await launch({ args: ['--hidden'] });
  await inTray(desktop);
  expect(await desktop.windows()).toEqual([]);
  await desktop.clickTray();
  await desktop.page();
  await expect.poll(() => inFront(desktop)).toBe(true);

  await hide(desktop);
  const said = [expect.objectContaining({ title: 'Encord Uploader goes on', shown: true })];
  expect(await desktop.notifications()).toEqual(said);
  await trayMenu(desktop, ['Open Encord Uploader']);
  await expect.poll(() => inFront(desktop)).toBe(true);
  await hide(desktop);
  expect(await desktop.notifications()).toHaveLength(1);
  await desktop.clickNotification(0);
  await expect.poll(() => inFront(desktop)).toBe(true);
  await desktop.quit();
  expect(await desktop.ended).toEqual({ code: 0, signal: null });

  const again = await launch();
  const page = await again.page();
  await hide(again);
  expect(await again.notifications()).toEqual([]);
  await again.clickMenu(['File', 'Settings…']);
  await page.getByRole('switch', { name: 'Go on when the window is closed' }).click();
  await expect(page.getByText('Closing the window quits.')).toBeVisible();

  // With work under way that is a quit like any other, which can be thought better of.
  await stall(lab, 1);
  await hand(again, pictures(lab, 'slow', 1));
  await expect.poll(async () => (await again.windows())[0]?.progress).not.toBeNull();
  await again.answerNext({ kind: 'message', button: 'Cancel' });
  await again.window('close');
  await expect.poll(() => again.dialogs()).toHaveLength(1);
  expect(await inFront(again)).toBe(true);
  await clear(lab);
  await again.answerNext({ kind: 'message', button: 'Quit now' });
  await again.window('close');
  expect(await again.ended).toEqual({ code: 0, signal: null });
});

test('quitting asks while work is under way: stay, go now and go on at the next start, or go when all of it is registered', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Data');
  const first = pictures(lab, 'first', 6);
  const second = pictures(lab, 'second', 3);
  await stall(lab, 3);
  const desktop = await launch({ args: [first] });
  await agree(await desktop.page());
  await expect.poll(() => registered(lab)).toHaveLength(3);
  await desktop.answerNext({ kind: 'message', button: 'Cancel' });
  await desktop.quit();
  await expect.poll(() => desktop.dialogs()).toHaveLength(1);
  const [question] = await desktop.dialogs();
  expect(question?.buttons).toEqual(['Quit when done', 'Quit now', 'Cancel']);
  expect(question?.detail).toMatch(/^3 of 6[\s\S]*goes on at the next start\.$/);
  await desktop.answerNext({ kind: 'message', button: 'Quit now' });
  await desktop.clickMenu(['File', 'Quit']);
  expect(await desktop.ended).toEqual({ code: 0, signal: null });
  expect(await registered(lab)).toHaveLength(3);

  await clear(lab);
  const again = await launch({ args: ['--hidden'] });
  await expect.poll(() => registered(lab)).toEqual(contentsOf([first, 6]));
  await lab.fault({ kind: 'register' }, { delayMs: 1_500 }, 3);
  await hand(again, second);
  await again.answerNext({ kind: 'message', button: 'Quit when done' });
  await again.quit();
  expect(await again.ended).toEqual({ code: 0, signal: null });
  // The last answer was the last that it waited for.
  expect(await registered(lab)).toEqual(contentsOf([first, 6], [second, 3]));
});

test('quitting asks nothing without work, and nothing where it is paused', async ({ lab, launch }) => {
  await lab.dataset('Data');
  const folder = pictures(lab, 'held', 3);
  // Whoever was asked would stay, and the program would not end.
  const stay = { kind: 'message', button: 'Cancel' } as const;
  await stall(lab, 3);
  const desktop = await launch({ args: [folder] });
  await agree(await desktop.page());
  await trayMenu(desktop, ['Pause uploads']);
  await expect.poll(async () => (await desktop.tray())?.toolTip).toContain('Paused · 3 left');
  await desktop.answerNext(stay);
  await desktop.quit();
  expect(await desktop.ended).toEqual({ code: 0, signal: null });

  await clear(lab);
  const again = await launch({ args: ['--hidden'] });
  await inTray(again);
  await trayMenu(again, ['Resume uploads']);
  await expect.poll(() => registered(lab)).toEqual(contentsOf([folder, 3]));
  await expect.poll(async () => (await again.tray())?.toolTip).toContain('All 3 files are in Data');
  await again.answerNext(stay);
  await trayMenu(again, ['Quit']);
  expect(await again.ended).toEqual({ code: 0, signal: null });
});

test('people see what they are asked: the tray’s “Quit” brings the window up that was hidden, or was not there', async ({
  lab,
  launch,
}) => {
  await lab.dataset('Data');
  const folder = pictures(lab, 'slow', 2);
  await stall(lab, 2);
  const desktop = await launch({ args: [folder] });
  await agree(await desktop.page());
  await expect.poll(() => trayLine(desktop)).toMatch(/^0 of 2( · |$)/);
  await hide(desktop);
  await desktop.answerNext({ kind: 'message', button: 'Cancel' }, { kind: 'message', button: 'Quit now' });
  await trayMenu(desktop, ['Quit']);
  await expect.poll(() => desktop.dialogs()).toMatchObject([{ owned: true }]);
  expect(await inFront(desktop)).toBe(true);
  await trayMenu(desktop, ['Quit']);
  expect(await desktop.ended).toEqual({ code: 0, signal: null });

  await stall(lab, 2);
  const again = await launch({ args: ['--hidden'] });
  await inTray(again);
  await expect.poll(() => trayLine(again)).toMatch(/^0 of 2( · |$)/);
  expect(await again.windows()).toEqual([]);
  await again.answerNext({ kind: 'message', button: 'Cancel' });
  await trayMenu(again, ['Quit']);
  await expect.poll(() => again.dialogs()).toMatchObject([{ owned: true }]);
  expect(await inFront(again)).toBe(true);
  // It is the window, and no empty one.
  await expect((await again.page()).getByRole('treegrid')).toBeVisible();
});

test('where nobody shows the tray, closing quits; started hidden by the system, then by hand, it shows itself', async ({
  lab,
  launch,
}) => {
  test.skip(process.platform !== 'linux', 'Only Linux has desktops without a tray.');
  await lab.dataset('Data');
  const desktop = await launch({ tray: false, args: ['--hidden'] });
  // It has its folder, and waits a while for a panel to come.
  await expect.poll(() => existsSync(join(lab.home, 'logs'))).toBe(true);
  expect(await desktop.startAgain([])).toEqual({ code: 0, signal: null });
  await seen(desktop);
  await desktop.window('close');
  expect(await desktop.ended).toEqual({ code: 0, signal: null });
});

for (const { signal, ending } of [
  { signal: 'SIGTERM', ending: { code: 0, signal: null } },
  { signal: 'SIGKILL', ending: { code: null, signal: 'SIGKILL' } },
] as const) {
  test(`${signal} in mid-upload asks nobody, and the next start brings each file once`, async ({
    lab,
    launch,
  }) => {
    await lab.dataset('Data');
    const folder = pictures(lab, 'shift', 8);
    await stall(lab, 3);
    await lab.fault({ kind: 'register' }, { dropResponse: true, delayMs: 1_000 }, 2);
    const desktop = await launch({ args: [folder] });
    await agree(await desktop.page());
    await expect.poll(async () => (await lab.state()).registrations).toBeGreaterThan(1);
    await desktop.answerNext({ kind: 'message', button: 'Cancel' });
    desktop.signal(signal);
    expect(await desktop.ended).toEqual(ending);

    await clear(lab);
    const again = await launch({ args: ['--hidden'] });
    await expect.poll(() => registered(lab)).toEqual(contentsOf([folder, 8]));
    await expect.poll(async () => (await again.tray())?.toolTip).toContain('All 8 files are in Data');
    expect(await registered(lab)).toEqual(contentsOf([folder, 8]));
  });
}
