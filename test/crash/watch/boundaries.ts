/**
 * The boundaries of watch folders at which the program is killed, beside those of the queue: before and after the ledger is
 * written, before and after a file is put away, and around each change of the disk that this takes. Runs inside the program
 * that the crash harness starts.
 */

import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import type { AppDeps } from '../../../main/app/deps.ts';
import type { Watcher } from '../watcher.ts';

const COMMITS = ['add-folder', 'begun', 'note', 'under-way', 'put-away'] as const;
const MOVES = ['move', 'trash', 'prune'] as const;
/** `create`: an empty file of a new name, which may be a test of events or a name that is kept. */
const DISK = ['link', 'rename', 'unlink', 'mkdir', 'rmdir', 'create'] as const;

/** Those that files pass on their way; what is passed once, when folders are added, is `ADDING`. */
export const WATCH_BOUNDARIES: readonly string[] = [
  ...COMMITS.slice(1).flatMap((what) => bothSides('commit', what)),
  ...MOVES.flatMap((what) => bothSides('away', what)),
  ...DISK.flatMap((what) => bothSides('disk', what)),
];
export const ADDING: readonly string[] = bothSides('commit', COMMITS[0]);

function bothSides(kind: string, what: string): string[] {
  return [`${kind}:before:${what}`, `${kind}:after:${what}`];
}

/** What `openProgram` takes as `around.store`, to be put around what the watcher makes of it. */
export function aroundLedger(watcher: Watcher, store: Store): Store {
  const around = <T>(what: (typeof COMMITS)[number], write: () => T): T => {
    watcher.pass([`commit:before:${what}`]);
    const result = write();
    watcher.pass([`commit:after:${what}`]);
    return result;
  };
  return {
    ...store,
    addWatchFolder: (folder) => around('add-folder', () => store.addWatchFolder(folder)),
    changeWatchFolder: (id, change) =>
      change.begun === true
        ? around('begun', () => store.changeWatchFolder(id, change))
        : store.changeWatchFolder(id, change),
    note: (ledger, noted, at) => {
      const rows = [...noted];
      // Nothing is written where there is nothing to write.
      if (rows.length === 0) return store.note(ledger, rows, at);
      around('note', () => store.note(ledger, rows, at));
    },
    setAction: (id, change) =>
      around(change.state === 'under-way' ? 'under-way' : 'put-away', () => store.setAction(id, change)),
  };
}

/** What `openProgram` takes as `around.watch`. */
export function aroundPutAway(watcher: Watcher, watch: AppDeps['watch']): AppDeps['watch'] {
  const { putAway } = watch;
  const around = async <T>(what: (typeof MOVES)[number], act: () => Promise<T>): Promise<T> => {
    watcher.pass([`away:before:${what}`]);
    const result = await act();
    watcher.pass([`away:after:${what}`]);
    return result;
  };
  return {
    ...watch,
    putAway: {
      ...putAway,
      move: (from, to, uploaded) => around('move', () => putAway.move(from, to, uploaded)),
      trash: (from, uploaded) => around('trash', () => putAway.trash(from, uploaded)),
      prune: (root, folder) => around('prune', () => putAway.prune(root, folder)),
    },
  };
}

/** Passes a boundary before and after each change that is made to the disk below these folders. */
export function watchDisk(watcher: Watcher, folders: readonly string[]): void {
  const concerns = (path: unknown): boolean =>
    typeof path === 'string' && folders.some((folder) => path.startsWith(folder));
  const around = async <T>(what: (typeof DISK)[number], act: () => Promise<T>): Promise<T> => {
    watcher.pass([`disk:before:${what}`]);
    const result = await act();
    watcher.pass([`disk:after:${what}`]);
    return result;
  };
  const { link, rename, unlink, mkdir, rmdir, open } = fs;
  Object.assign(fs, {
    link: (from: string, to: string) =>
      concerns(to) ? around('link', () => link(from, to)) : link(from, to),
    rename: (from: string, to: string) =>
      concerns(to) ? around('rename', () => rename(from, to)) : rename(from, to),
    unlink: (path: string) => (concerns(path) ? around('unlink', () => unlink(path)) : unlink(path)),
    mkdir: (...args: Parameters<typeof mkdir>) =>
      concerns(args[0]) ? around('mkdir', () => mkdir(...args)) : mkdir(...args),
    rmdir: (path: string) => (concerns(path) ? around('rmdir', () => rmdir(path)) : rmdir(path)),
    open: (...args: Parameters<typeof open>) =>
      concerns(args[0]) && args[1] === 'wx' ? around('create', () => open(...args)) : open(...args),
  });
  syncBuiltinESMExports();
}
