/** The tray: its picture, its words, its menu, and how seldom they change. */

import { EventEmitter } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTray, type TrayOptions } from '../../../main/electron/tray.ts';
import { pictureOf } from '../../../main/electron/tray-menu.ts';
import { glanceOf, TrayDesk } from './tray-desk.ts';

const ASSETS = join(import.meta.dirname, '..', '..', '..', 'assets', 'tray');

const electron = vi.hoisted(() => ({
  module: {} as Record<string, unknown>,
}));
vi.mock('electron', () => ({
  get Tray() {
    return electron.module.Tray;
  },
  get Menu() {
    return electron.module.Menu;
  },
  get nativeTheme() {
    return electron.module.nativeTheme;
  },
}));

type Template = MenuItemConstructorOptions[];

class FakeTray extends EventEmitter {
  static last: FakeTray | null = null;
  static broken = false;
  readonly pictures: string[] = [];
  readonly tooltips: string[] = [];
  readonly titles: string[] = [];
  readonly menus: Template[] = [];
  /** Each opening of a menu that was not set. */
  readonly poppedUp: Template[] = [];
  destroyed = false;
  constructor(picture: string) {
    super();
    if (FakeTray.broken) throw new Error('There is no tray.');
    this.setImage(picture);
    FakeTray.last = this;
  }
  setImage(picture: string): void {
    if (!existsSync(picture)) throw new Error(`There is no ${picture}.`);
    this.pictures.push(basename(picture));
  }
  setToolTip(text: string): void {
    this.tooltips.push(text);
  }
  setTitle(text: string): void {
    this.titles.push(text);
  }
  setContextMenu(menu: Template): void {
    this.menus.push(menu);
  }
  popUpContextMenu(menu: Template): void {
    this.poppedUp.push(menu);
  }
  setIgnoreDoubleClickEvents(): void {}
  destroy(): void {
    this.destroyed = true;
  }
}

class FakeTheme extends EventEmitter {
  themeSource = 'system';
  shouldUseDarkColors = false;
  shouldUseDarkColorsForSystemIntegratedUI = true;
}

let theme: FakeTheme;
let desk: TrayDesk;

beforeEach(() => {
  vi.useFakeTimers();
  theme = new FakeTheme();
  FakeTray.last = null;
  FakeTray.broken = false;
  electron.module = {
    Tray: FakeTray,
    Menu: { buildFromTemplate: (template: Template) => template },
    nativeTheme: theme,
  };
  desk = new TrayDesk();
});
afterEach(() => vi.useRealTimers());

const LINUX: TrayOptions = { platform: 'linux', desktop: 'KDE' };

function start(options: TrayOptions = LINUX) {
  const started = startTray(desk, options);
  const tray = FakeTray.last;
  if (tray === null) throw new Error('There is no tray.');
  return { tray, started };
}

function item(menu: Template | undefined, ...path: string[]): MenuItemConstructorOptions {
  const [label, ...rest] = path;
  const found = menu?.find((one) => one.label === label);
  if (!found) throw new Error(`The menu has no ${label}.`);
  return rest.length === 0 ? found : item(found.submenu as Template, ...rest);
}

/** Items of this menu look at nothing that a click brings. */
function click(found: MenuItemConstructorOptions): void {
  (found.click as () => void)();
}

const BUSY = glanceOf({ state: 'uploading', line: '312 of 1,204 · 84 MB/s · 6 min', fraction: 0.26 });

describe('pictures', () => {
  test('each state has a drawing, and progress nine', () => {
    const states = [
      glanceOf(),
      glanceOf({ state: 'paused' }),
      glanceOf({ state: 'attention' }),
      null,
      ...[null, 0, 0.124, 0.125, 0.999, 1].map((fraction) => glanceOf({ state: 'uploading', fraction })),
    ];
    expect(states.map((glance) => pictureOf(glance, 'dark'))).toEqual([
      'idle-on-dark.png',
      'paused-on-dark.png',
      'attention-on-dark.png',
      'attention-on-dark.png',
      'uploading-0-on-dark.png',
      'uploading-0-on-dark.png',
      'uploading-0-on-dark.png',
      'uploading-1-on-dark.png',
      'uploading-7-on-dark.png',
      'uploading-8-on-dark.png',
    ]);
  });

  test('every drawing is there in each size and for each ground, and in the size that its name says', () => {
    const drawings = readdirSync(ASSETS).filter((name) => name.endsWith('.svg'));
    expect(drawings).toHaveLength(12);
    const scales: [string, number][] = [
      ['', 16],
      ['@1.25x', 20],
      ['@1.5x', 24],
      ['@2x', 32],
      ['@3x', 48],
      ['@4x', 64],
    ];
    const wanted = drawings.flatMap((file): [string, number][] => {
      const name = file.replace('.svg', '');
      return [
        [`${name}Template.png`, 16],
        [`${name}Template@2x.png`, 32],
        ...['light', 'dark'].flatMap((ground) =>
          scales.map(([scale, size]): [string, number] => [`${name}-on-${ground}${scale}.png`, size]),
        ),
      ];
    });
    const sizes = wanted.map(([file]): [string, number] => [
      file,
      readFileSync(join(ASSETS, file)).readUInt32BE(16),
    ]);
    expect(sizes).toEqual(wanted);
  });

  test('macOS gets templates and a number, and opens the menu itself', () => {
    const { tray } = start({ platform: 'darwin' });
    desk.glance.set(BUSY);
    desk.glance.set(glanceOf());
    expect(tray.pictures).toEqual(['attentionTemplate.png', 'uploading-2Template.png', 'idleTemplate.png']);
    expect(tray.titles).toEqual(['26%', '']);
  });

  test('Windows has the ground of its taskbar, not of the window', () => {
    desk.glance.set(glanceOf());
    const { tray } = start({ platform: 'win32' });
    theme.shouldUseDarkColorsForSystemIntegratedUI = false;
    theme.emit('updated');
    expect(tray.pictures).toEqual(['idle-on-dark.png', 'idle-on-light.png']);
    expect(tray.titles).toEqual([]);
  });

  test('Linux follows the system’s theme, and not the one that was chosen for the window', () => {
    desk.glance.set(glanceOf());
    const { tray } = start();
    theme.shouldUseDarkColors = true;
    theme.emit('updated');
    theme.themeSource = 'light';
    theme.shouldUseDarkColors = false;
    theme.emit('updated');
    expect(tray.pictures).toEqual(['idle-on-light.png', 'idle-on-dark.png']);
  });

  test('a bar that is always dark has white pictures', () => {
    desk.glance.set(glanceOf());
    expect(start({ platform: 'linux', desktop: 'ubuntu:GNOME' }).tray.pictures).toEqual(['idle-on-dark.png']);
  });
});

describe('menu', () => {
  test('says what is true, and where everything is', () => {
    desk.glance.set({
      ...BUSY,
      batches: [{ id: 7, name: 'R&D 12', line: '41 of 80' }],
      folders: [{ id: 3, name: 'Scans', state: 'on', line: 'Watching · 2 waiting' }],
    });
    const { tray } = start();
    const [menu] = tray.menus;
    expect(menu?.map(({ label, type, enabled }) => [label ?? type, enabled ?? true])).toEqual([
      ['312 of 1,204 · 84 MB/s · 6 min', false],
      ['separator', true],
      ['Pause uploads', true],
      ['Open Encord Uploader', true],
      ['separator', true],
      ['Recent batches', true],
      ['Watch folders', true],
      ['separator', true],
      ['Quit when done', true],
      ['Quit', true],
    ]);
    expect(tray.tooltips).toEqual(['Encord Uploader · 312 of 1,204 · 84 MB/s · 6 min']);
    click(item(menu, 'Recent batches', 'R&&D 12 · 41 of 80'));
    click(item(menu, 'Watch folders', 'Scans · Watching · 2 waiting'));
    expect(desk.opened).toEqual([
      { kind: 'uploads', batchId: 7 },
      { kind: 'watch', watchId: 3 },
    ]);
    click(item(menu, 'Open Encord Uploader'));
    click(item(menu, 'Quit'));
    tray.emit('click');
    expect(desk.done).toEqual(['show', 'quit', 'show']);
  });

  test('pauses, and goes on', () => {
    desk.glance.set(glanceOf());
    const { tray } = start();
    click(item(tray.menus[0], 'Pause uploads'));
    vi.advanceTimersByTime(1_000);
    desk.glance.set(glanceOf({ state: 'paused', paused: true, line: 'Paused' }));
    click(item(tray.menus[1], 'Resume uploads'));
    const scope = { kind: 'all' };
    expect(desk.program.calls).toEqual([
      { name: 'queue.pause', input: { scope } },
      { name: 'queue.resume', input: { scope } },
    ]);
  });

  test('“Quit when done” shows what was chosen, here or elsewhere', () => {
    desk.glance.set(glanceOf());
    const { tray } = start();
    click(item(tray.menus[0], 'Quit when done'));
    expect(desk.quitWhenDone.get()).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(item(tray.menus[1], 'Quit when done').checked).toBe(true);
    desk.quitWhenDone.set(false);
    vi.advanceTimersByTime(1_000);
    expect(item(tray.menus[2], 'Quit when done').checked).toBe(false);
  });

  test('where there is nothing to show it says so', () => {
    desk.glance.set(glanceOf());
    const [menu] = start().tray.menus;
    expect(item(menu, 'Recent batches', 'No batches yet').enabled).toBe(false);
    expect(item(menu, 'Watch folders', 'No watch folders').enabled).toBe(false);
  });
});

test('what is the same is not set again, and the menu is made at most once a second, then as it is at last', () => {
  desk.glance.set(glanceOf());
  const { tray } = start();
  desk.glance.set(glanceOf());
  expect([tray.pictures.length, tray.tooltips.length, tray.menus.length]).toEqual([1, 1, 1]);
  for (let done = 1; done <= 8; done += 1) {
    desk.glance.set(glanceOf({ state: 'uploading', line: `${done} of 80`, fraction: done / 80 }));
  }
  expect(tray.pictures).toEqual(['idle-on-light.png', 'uploading-0-on-light.png']);
  expect(tray.menus).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  expect(tray.menus.map(([first]) => first?.label)).toEqual(['Nothing to upload', '8 of 80']);
  vi.advanceTimersByTime(60_000);
  expect(tray.menus).toHaveLength(2);
});

test.each([
  ['darwin', 'click'],
  ['darwin', 'right-click'],
  ['win32', 'right-click'],
] as const)(
  'on %s a %s opens the menu as things are, and none that is open is replaced',
  (platform, event) => {
    desk.glance.set(glanceOf());
    const { tray } = start({ platform });
    tray.emit(event);
    for (let done = 1; done <= 8; done += 1) {
      desk.glance.set(glanceOf({ state: 'uploading', line: `${done} of 80`, fraction: done / 80 }));
      vi.advanceTimersByTime(1_500);
    }
    expect([tray.menus, tray.poppedUp.length, tray.tooltips.at(-1)]).toEqual([
      [],
      1,
      'Encord Uploader · 8 of 80',
    ]);
    click(item(tray.poppedUp[0], 'Quit'));
    tray.emit(event);
    expect(tray.poppedUp.map(([first]) => first?.label)).toEqual(['Nothing to upload', '8 of 80']);
    expect(desk.done).toEqual(['quit']);
  },
);

test('a click on Windows opens the window', () => {
  const { tray } = start({ platform: 'win32' });
  tray.emit('click');
  expect([desk.done, tray.poppedUp]).toEqual([['show'], []]);
});

test('a system without a tray is no failure', () => {
  FakeTray.broken = true;
  const none = startTray(desk, LINUX);
  expect(none.shown).toBe(false);
  none.stop();
  FakeTray.broken = false;
  expect(startTray(desk, { ...LINUX, folder: '/nowhere' }).shown).toBe(false);
});

test('once stopped it is gone, and nothing is set any more', () => {
  desk.glance.set(glanceOf());
  const { tray, started } = start();
  expect(started.shown).toBe(true);
  desk.glance.set(BUSY);
  started.stop();
  desk.glance.set(glanceOf({ state: 'attention' }));
  theme.emit('updated');
  vi.advanceTimersByTime(5_000);
  expect(tray.destroyed).toBe(true);
  expect(tray.pictures).toEqual(['idle-on-light.png', 'uploading-2-on-light.png']);
  expect(tray.menus).toHaveLength(1);
  expect(theme.listenerCount('updated')).toBe(0);
});
