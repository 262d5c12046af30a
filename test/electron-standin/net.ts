/** What few parts of the program, or the updater, ask of Electron besides. Parts of `electron.ts`. */

import type Electron from 'electron';
import { StrictEmitter, strict } from './strict.ts';

export const net = strict('net', {
  isOnline: () => true,
} satisfies Pick<Electron.Net, 'isOnline'>);

/** Squirrel, which the updater tells that the program is about to quit for it. */
export const autoUpdater = new StrictEmitter('autoUpdater');

/** Not used by the program: its keys are in the keychain, by keytar. */
export const safeStorage = strict('safeStorage', {});
