/** The window, the menu, the dialogs and the theme of the Electron host. */

import type { BaseWindow, OpenDialogOptions, SaveDialogOptions } from 'electron';
import { expect, test } from 'vitest';
import { desktopServices, openDialogOptions } from '../../../main/electron/dialogs.ts';
import { menuTemplate } from '../../../main/electron/menu.ts';
import { followTheme } from '../../../main/electron/theme.ts';
import { firstBounds, windowOptions } from '../../../main/electron/window.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeApp } from '../web/fake-app.ts';

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

test('macOS has its editing keys from the menu; elsewhere there is none', () => {
  expect(menuTemplate('darwin')).toEqual([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]);
  expect([menuTemplate('linux'), menuTemplate('win32')]).toEqual([null, null]);
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
    { openPath: async () => '', trashItem: async () => undefined },
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
    { openPath: async () => 'No application found', trashItem: async () => undefined },
    () => null,
  );
  await expect(broken.openFolder?.('/data')).rejects.toThrow('No application found');
});

test('native parts follow the theme of the settings, from the start and when it changes', async () => {
  const app = new FakeApp();
  let theme: unknown = 'dark';
  app.answer = async () => ({ theme });
  const native: { themeSource: 'system' | 'light' | 'dark' } = { themeSource: 'system' };
  const stop = await followTheme(app, native);
  expect(native.themeSource).toBe('dark');
  theme = 'light';
  app.emit('changed', { topics: ['queue'] });
  app.emit('progress', { topics: ['settings'] });
  expect(app.calls).toHaveLength(1);
  app.emit('changed', { topics: ['settings'] });
  await eventually(() => expect(native.themeSource).toBe('light'));
  theme = 'neon';
  app.emit('changed', { topics: ['settings'] });
  await eventually(() => expect(app.calls).toHaveLength(3));
  expect(native.themeSource).toBe('light');
  stop();
  expect(app.listeners.size).toBe(0);
});
