/**
 * What the system's own dialogs and file manager do for the pages. Called by `program.ts`, which hands it to the
 * app as the services of this host.
 */

import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { BaseWindow, Dialog, OpenDialogOptions, Shell } from 'electron';
import type { HostServices } from '../app/types.ts';

/** What the open dialog is asked for. Files and folders cannot be chosen in one dialog on Windows and Linux. */
export function openDialogOptions(what: 'files' | 'folders'): OpenDialogOptions {
  return what === 'files'
    ? { title: 'Add files', buttonLabel: 'Add', properties: ['openFile', 'multiSelections'] }
    : { title: 'Add folders', buttonLabel: 'Add', properties: ['openDirectory', 'multiSelections'] };
}

/** The services of the Electron host; dialogs belong to the window that is there at the time. */
export function desktopServices(
  dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog'>,
  shell: Pick<Shell, 'openPath' | 'showItemInFolder' | 'trashItem'>,
  window: () => BaseWindow | null,
  platform: NodeJS.Platform = process.platform,
): HostServices {
  return {
    host: 'electron',
    dropsArePaths: true,
    serverChooser: false,
    async chooseFiles(what) {
      const owner = window();
      const options = openDialogOptions(what);
      const chosen = owner
        ? await dialog.showOpenDialog(owner, options)
        : await dialog.showOpenDialog(options);
      return chosen.canceled ? [] : chosen.filePaths;
    },
    async chooseSavePath(name) {
      const owner = window();
      const options = { title: 'Save', defaultPath: name };
      const chosen = owner
        ? await dialog.showSaveDialog(owner, options)
        : await dialog.showSaveDialog(options);
      return chosen.canceled || chosen.filePath === '' ? null : chosen.filePath;
    },
    trashItem: (path) => shell.trashItem(path),
    async openFolder(path) {
      // What is no folder by now would be started; so would a folder that macOS takes for a program by its name.
      const kind = await stat(path).catch(() => null);
      if (kind !== null && !kind.isDirectory()) throw new Error(`${path} is no folder any more.`);
      if (platform === 'darwin' && extname(path) !== '') {
        shell.showItemInFolder(path);
        return;
      }
      const problem = await shell.openPath(path);
      if (problem !== '') throw new Error(`The system cannot show this folder: ${problem}`);
    },
  };
}
