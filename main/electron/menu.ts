/** The application menu. Called by `program.ts`, which sets it anew whenever what it shows has changed. */

import type { MenuItemConstructorOptions } from 'electron';
import type { PlaceView } from '../../preload/contract/desktop.ts';

export interface MenuState {
  readonly paused: boolean;
  readonly quitWhenDone: boolean;
  /** Whether there is work that `Quit when done` would wait for. */
  readonly unfinished: boolean;
}

/** What the items do. */
export interface MenuActions {
  open(place: PlaceView): void;
  setPaused(paused: boolean): void;
  setQuitWhenDone(on: boolean): void;
  openFolder(folder: 'data' | 'logs'): void;
  copyDiagnostics(): void;
  checkForUpdates(): void;
  openDocumentation(): void;
  quit(): void;
}

type Items = MenuItemConstructorOptions[];
const separator: MenuItemConstructorOptions = { type: 'separator' };

export function menuTemplate(platform: NodeJS.Platform, state: MenuState, actions: MenuActions): Items {
  const mac = platform === 'darwin';
  const place = (label: string, to: PlaceView, key?: string): MenuItemConstructorOptions => ({
    label,
    click: () => actions.open(to),
    // The page has these keys itself; on macOS the menu gets them only where the page did not take them.
    ...(key === undefined ? {} : { accelerator: `CmdOrCtrl+${key}`, registerAccelerator: false }),
  });
  const settings = place('Settings…', { kind: 'settings', section: null }, ',');
  const updates: MenuItemConstructorOptions = {
    label: 'Check for Updates…',
    click: () => actions.checkForUpdates(),
  };
  const quitting: Items = [
    {
      label: 'Quit When Done',
      type: 'checkbox',
      checked: state.quitWhenDone,
      enabled: state.unfinished || state.quitWhenDone,
      click: ({ checked }) => actions.setQuitWhenDone(checked),
    },
    {
      label: mac ? 'Quit Encord Uploader' : 'Quit',
      accelerator: 'CmdOrCtrl+Q',
      click: () => actions.quit(),
    },
  ];
  const app: Items = [
    { role: 'about' },
    updates,
    separator,
    settings,
    separator,
    { role: 'services' },
    separator,
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    separator,
    ...quitting,
  ];
  const file: Items = [
    place('Add Files…', { kind: 'command', command: 'add-files' }, 'O'),
    place('Add Folders…', { kind: 'command', command: 'add-folders' }),
    place('Add Watch Folder…', { kind: 'command', command: 'add-watch-folder' }),
    separator,
    place('New Dataset…', { kind: 'command', command: 'create-dataset' }),
    place('Add Account…', { kind: 'command', command: 'add-account' }),
    separator,
    {
      label: state.paused ? 'Resume Uploads' : 'Pause Uploads',
      click: () => actions.setPaused(!state.paused),
    },
    separator,
    { label: 'Open Data Folder', click: () => actions.openFolder('data') },
    { label: 'Open Log Folder', click: () => actions.openFolder('logs') },
    separator,
    ...(mac ? [{ role: 'close' } as const] : [settings, separator, ...quitting]),
  ];
  const edit: Items = [
    { role: 'undo' },
    { role: 'redo' },
    separator,
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
    separator,
    place('Find', { kind: 'command', command: 'search' }, 'F'),
  ];
  const view: Items = [
    place('Uploads', { kind: 'uploads', batchId: null }, '1'),
    place('Datasets', { kind: 'datasets' }, '2'),
    place('Watch Folders', { kind: 'watch', watchId: null }, '3'),
    place('Activity', { kind: 'activity' }, '4'),
    place('Settings', { kind: 'settings', section: null }, '5'),
    separator,
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    separator,
    { role: 'togglefullscreen' },
  ];
  const help: Items = [
    { label: 'Encord Documentation', click: () => actions.openDocumentation() },
    place('Keyboard Shortcuts', { kind: 'command', command: 'keys' }),
    separator,
    place('Connection Check…', { kind: 'command', command: 'connection-check' }),
    { label: 'Copy Diagnostics', click: () => actions.copyDiagnostics() },
    ...(mac ? [] : [separator, updates, { role: 'about' } as const]),
  ];
  return [
    ...(mac ? [{ label: 'Encord Uploader', submenu: app }] : []),
    { label: 'File', submenu: file },
    { label: 'Edit', submenu: edit },
    { label: 'View', submenu: view },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
    { label: 'Help', role: 'help', submenu: help },
  ];
}
