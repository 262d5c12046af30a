/**
 * The part of the store that watch folders use: folders, what they know of files, and what is done with files after
 * their upload. Called by `index.ts`.
 */

import type { Clock } from '../../core/ports.ts';
import type { WatchStore } from '../../core/watch/store-port.ts';
import type { Database } from './database.ts';
import { actionStore } from './watch-actions.ts';
import { fileStore } from './watch-files.ts';
import { folderStore } from './watch-folders.ts';

export function watchStore(db: Database, clock: Clock): WatchStore {
  return { ...folderStore(db, clock), ...fileStore(db, clock), ...actionStore(db, clock) };
}
