/** The window, the dialogs and the theme of the Electron host. */

import type { BaseWindow, BrowserWindow, OpenDialogOptions, SaveDialogOptions } from 'electron';
import { expect, test } from 'vitest';
import { desktopServices, openDialogOptions } from '../../../main/electron/dialogs.ts';
import { followTheme } from '../../../main/electron/theme.ts';
import { firstBounds, windowOptions } from '../../../main/electron/window.ts';
import {
  boundsToOpen,
  keepWindowState,
  keptState,
  type WindowState,
} from '../../../main/electron/window-state.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeDesk, FakeKept, someSettings } from './fake-desk.ts';
import { FakeEvent, FakeWindow } from './fake-electron.ts';

function partOfWindow(window: FakeWindow): BrowserWindow {
  const part: unknown = window;
  // The double has what is used of it, and its events.
  return part as BrowserWindow;
}

test('a page gets nothing but the bridge', () => {
  const { webPreferences } = windowOptions({
    workArea: { x: 0, y: 0, width: 1920, height: 1080 },
    dark: false,
    preload: '/app/dist/preload/index.cjs',
    devTools: false,
  });
  expect(webPreferences).toEqual({
    preload: '/app/dist/preload/index.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
    devTools: false,
  });
});

test('the window has the colour of its theme before the first paint', () => {
  const about = { workArea: { x: 0, y: 0, width: 800, height: 600 }, preload: '', devTools: false };
  const light = windowOptions({ ...about, dark: false }).backgroundColor;
  const dark = windowOptions({ ...about, dark: true }).backgroundColor;
  expect([light, dark]).toEqual(['#ffffff', '#18181b']);
});

test('the window is centred in the free part of the screen and never larger', () => {
  expect(firstBounds({ x: 0, y: 25, width: 1920, height: 1055 })).toEqual({
    width: 1180,
    height: 760,
    x: 370,
    y: 173,
  });
  expect(firstBounds({ x: -1024, y: 0, width: 1024, height: 600 })).toEqual({
    width: 1024,
    height: 600,
    x: -1024,
    y: 0,
  });
});

const screens = [
  { x: 0, y: 25, width: 1920, height: 1055 },
  { x: 1920, y: 0, width: 2560, height: 1440 },
];

function at(x: number, y: number, width = 900, height = 700): WindowState {
  return { bounds: { x, y, width, height }, maximized: false };
}

test.each([
  ['where it was', at(2000, 100), { x: 2000, y: 100, width: 900, height: 700 }],
  ['across two screens', at(1500, 100), { x: 1500, y: 100, width: 900, height: 700 }],
  ['with a corner of its title bar', at(-780, 300), { x: -780, y: 300, width: 900, height: 700 }],
  ['back from a screen that is gone', at(-2000, 100), { x: 510, y: 203, width: 900, height: 700 }],
  ['back from above the screen', at(100, -100), { x: 510, y: 203, width: 900, height: 700 }],
  ['back from below it', at(100, 1075), { x: 510, y: 203, width: 900, height: 700 }],
  ['no larger than the screen', at(0, 25, 4000, 3000), { x: 0, y: 25, width: 2560, height: 1440 }],
  ['no smaller than it can be used', at(10, 30, 200, 100), { x: 10, y: 30, width: 720, height: 480 }],
  ['at its first place', null, { x: 370, y: 173, width: 1180, height: 760 }],
])('the window comes up %s', (_how, state, bounds) => {
  expect(boundsToOpen(state, screens)).toEqual(bounds);
});

test('where the window came to rest is kept, as it is without being maximised', async () => {
  const kept = new FakeKept();
  const window = new FakeWindow({ x: 1, y: 2, width: 900, height: 700 });
  const written: unknown[] = [];
  kept.write = (_name, value) => void written.push(value);
  let settled = false;
  const stop = keepWindowState(partOfWindow(window), kept, () => settled);
  window.emit('close', new FakeEvent());
  expect(written).toEqual([]);
  settled = true;
  for (let step = 0; step < 50; step += 1) window.emit('move');
  window.maximized = true;
  window.emit('maximize');
  await eventually(() => expect(written).toHaveLength(1));
  expect(written).toEqual([{ bounds: { x: 1, y: 2, width: 900, height: 700 }, maximized: true }]);
  window.bounds = { x: 5, y: 6, width: 901, height: 701 };
  window.emit('resize');
  stop();
  expect(written).toHaveLength(2);
  window.emit('move');
  window.destroy();
  stop();
  expect(written).toHaveLength(2);
});

test('what was kept is read with care', () => {
  const kept = new FakeKept();
  kept.write('window', at(1, 2));
  expect(keptState(kept)).toEqual(at(1, 2));
  for (const wrong of [undefined, 3, {}, { ...at(1, 2), maximized: 'yes' }, at(Number.NaN, 0), at(1e9, 0)]) {
    kept.write('window', wrong);
    expect(keptState(kept)).toBeNull();
  }
});

test('files and folders are asked for in dialogs of their own', () => {
  expect(openDialogOptions('files').properties).toEqual(['openFile', 'multiSelections']);
  expect(openDialogOptions('folders').properties).toEqual(['openDirectory', 'multiSelections']);
});

test('a dialog answers with the paths, and with none when it was closed', async () => {
  const asked: OpenDialogOptions[] = [];
  let canceled = false;
  const showOpenDialog = async (first: BaseWindow | OpenDialogOptions, second?: OpenDialogOptions) => {
    if (second === undefined && 'properties' in first) asked.push(first);
    return { canceled, filePaths: ['/data/a.mp4'] };
  };
  const saving: string[] = [];
  const showSaveDialog = async (first: BaseWindow | SaveDialogOptions, second?: SaveDialogOptions) => {
    if (second === undefined && 'defaultPath' in first) saving.push(first.defaultPath ?? '');
    return { canceled, filePath: canceled ? '' : '/data/receipt.csv' };
  };
  const services = desktopServices(
    { showOpenDialog, showSaveDialog },
    { openPath: async () => '', showItemInFolder: () => undefined, trashItem: async () => undefined },
    () => null,
  );
  expect(await services.chooseFiles?.('files')).toEqual(['/data/a.mp4']);
  expect(await services.chooseSavePath?.('receipt.csv')).toBe('/data/receipt.csv');
  canceled = true;
  expect(await services.chooseSavePath?.('receipt.csv')).toBeNull();
  expect(saving).toEqual(['receipt.csv', 'receipt.csv']);
  expect(await services.chooseFiles?.('folders')).toEqual([]);
  expect(asked.map((one) => one.title)).toEqual(['Add files', 'Add folders']);
});

test('a folder that the system cannot show is said to be so', async () => {
  const dialog = {
    showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
    showSaveDialog: async () => ({ canceled: true, filePath: '' }),
  };
  const broken = desktopServices(
    dialog,
    {
      openPath: async () => 'No application found',
      showItemInFolder: () => undefined,
      trashItem: async () => undefined,
    },
    () => null,
  );
  await expect(broken.openFolder?.('/data')).rejects.toThrow('No application found');
});

test('nothing is started in place of a folder that is shown', async () => {
  const dialog = {
    showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
    showSaveDialog: async () => ({ canceled: true, filePath: '' }),
  };
  const done: string[] = [];
  const shell = {
    openPath: async (path: string) => {
      done.push(`opened ${path}`);
      return '';
    },
    showItemInFolder: (path: string) => void done.push(`shown ${path}`),
    trashItem: async () => undefined,
  };
  const linux = desktopServices(dialog, shell, () => null, 'linux');
  await expect(linux.openFolder?.(process.execPath)).rejects.toThrow('is no folder any more');
  expect(done).toEqual([]);
  await linux.openFolder?.('/data/run.app');
  const mac = desktopServices(dialog, shell, () => null, 'darwin');
  await mac.openFolder?.('/data/Calculator.app');
  await mac.openFolder?.('/data/videos');
  expect(done).toEqual(['opened /data/run.app', 'shown /data/Calculator.app', 'opened /data/videos']);
});

test('native parts follow the theme of the settings, from the start and when it changes', () => {
  const desk = new FakeDesk();
  desk.settings.set(someSettings({ theme: 'dark' }));
  const native: { themeSource: 'system' | 'light' | 'dark' } = { themeSource: 'system' };
  const stop = followTheme(desk, native);
  expect(native.themeSource).toBe('dark');
  desk.settings.set(someSettings({ theme: 'light' }));
  expect(native.themeSource).toBe('light');
  stop();
  desk.settings.set(someSettings({ theme: 'dark' }));
  expect(native.themeSource).toBe('light');
});
