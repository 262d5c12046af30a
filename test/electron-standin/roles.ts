/**
 * What Electron's menu roles come to: their labels, their keys, the menus that some of them stand for, and what a click
 * does. Used by `menu.ts`.
 */

import type Electron from 'electron';
import { app } from './app.ts';
import { lacking } from './strict.ts';
import { StandinWindow } from './window.ts';

type Role = NonNullable<Electron.MenuItemConstructorOptions['role']>;
type Template = Electron.MenuItemConstructorOptions[];

interface RoleFact {
  readonly label: string;
  readonly accelerator?: string;
  readonly submenu?: Template;
  /** Of the window in front. Absent: the stand-in does not do it. */
  readonly act?: (window: Electron.BrowserWindow | null) => void;
}

const mac = process.platform === 'darwin';
const separator = { type: 'separator' } as const;

const ROLES: Partial<Record<Role, RoleFact>> = {
  about: { label: `About ${app.getName()}`, act: () => app.showAboutPanel() },
  services: { label: 'Services' },
  hide: { label: `Hide ${app.getName()}`, accelerator: 'Command+H' },
  hideOthers: { label: 'Hide Others', accelerator: 'Command+Alt+H' },
  unhide: { label: 'Show All' },
  quit: {
    label: process.platform === 'win32' ? 'Exit' : mac ? `Quit ${app.getName()}` : 'Quit',
    ...(process.platform === 'win32' ? {} : { accelerator: 'CommandOrControl+Q' }),
    act: () => app.quit(),
  },
  undo: { label: 'Undo', accelerator: 'CommandOrControl+Z' },
  redo: {
    label: 'Redo',
    accelerator: process.platform === 'win32' ? 'Control+Y' : 'Shift+CommandOrControl+Z',
  },
  cut: { label: 'Cut', accelerator: 'CommandOrControl+X' },
  copy: { label: 'Copy', accelerator: 'CommandOrControl+C' },
  paste: { label: 'Paste', accelerator: 'CommandOrControl+V' },
  pasteAndMatchStyle: { label: 'Paste and Match Style' },
  delete: { label: 'Delete' },
  selectAll: { label: 'Select All', accelerator: 'CommandOrControl+A' },
  startSpeaking: { label: 'Start Speaking' },
  stopSpeaking: { label: 'Stop Speaking' },
  reload: { label: 'Reload', accelerator: 'CommandOrControl+R', act: (window) => window?.reload() },
  forceReload: {
    label: 'Force Reload',
    accelerator: 'Shift+CommandOrControl+R',
    act: (window) => window?.reload(),
  },
  toggleDevTools: {
    label: 'Toggle Developer Tools',
    accelerator: mac ? 'Alt+Command+I' : 'Ctrl+Shift+I',
    act: (window) => window?.webContents.toggleDevTools(),
  },
  resetZoom: { label: 'Actual Size', accelerator: 'CommandOrControl+0' },
  zoomIn: { label: 'Zoom In', accelerator: 'CommandOrControl+Plus' },
  zoomOut: { label: 'Zoom Out', accelerator: 'CommandOrControl+-' },
  togglefullscreen: {
    label: 'Toggle Full Screen',
    accelerator: mac ? 'Control+Command+F' : 'F11',
    act: (window) => window?.setFullScreen(!window.isFullScreen()),
  },
  minimize: { label: 'Minimize', accelerator: 'CommandOrControl+M', act: (window) => window?.minimize() },
  close: {
    label: mac ? 'Close Window' : 'Close',
    accelerator: 'CommandOrControl+W',
    act: (window) => window?.close(),
  },
  zoom: { label: 'Zoom', act: (window) => window?.maximize() },
  front: { label: 'Bring All to Front' },
  window: { label: 'Window' },
  help: { label: 'Help' },
  fileMenu: { label: 'File', submenu: [mac ? { role: 'close' } : { role: 'quit' }] },
  editMenu: {
    label: 'Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      separator,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      ...(mac ? ([{ role: 'pasteAndMatchStyle' }] as const) : []),
      { role: 'delete' },
      ...(mac ? [] : [separator]),
      { role: 'selectAll' },
    ],
  },
  viewMenu: {
    label: 'View',
    submenu: [
      { role: 'reload' },
      { role: 'forceReload' },
      { role: 'toggleDevTools' },
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
    ],
  },
  windowMenu: {
    label: 'Window',
    submenu: [
      { role: 'minimize' },
      { role: 'zoom' },
      ...(mac ? ([separator, { role: 'front' }] as const) : ([{ role: 'close' }] as const)),
    ],
  },
  appMenu: {
    label: app.getName(),
    submenu: [
      { role: 'about' },
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  },
};

/** Electron accepts any case. */
export function roleFact(role: string): RoleFact {
  const found = Object.entries(ROLES).find(([name]) => name.toLowerCase() === role.toLowerCase());
  return found?.[1] ?? lacking(`the menu role ${role}`);
}

export function actOfRole(role: string): void {
  const { act } = roleFact(role);
  if (!act) lacking(`a click on the menu role ${role}`);
  act(StandinWindow.getFocusedWindow());
}
