/** Goes through a root for `disk.ts`: asks the thread for folders and decides which sub-folders are entered. */

import { setImmediate } from 'node:timers/promises';
import { UploaderError } from '../../core/errors.ts';
import type { ScannedFolder } from '../../core/watch/ports.ts';
import { type ListAnswer, type Listing, NOT_TEXT, type Unlisted } from './listing.ts';
import { absolute, below } from './paths.ts';
import { cancelled, nameNotText, rootMissing, rootProblem, watchProblem } from './problems.ts';
import type { Scanner } from './scan-thread.ts';

/** Folders in one order: enough that the crossing between threads does not count. */
const FOLDERS_AT_ONCE = 32;
/** The thread lists the next folders while these are looked at; whoever reads slowly is not overrun. */
const ORDERS_AHEAD = 2;
/** Answers may come faster than the reader deals with them: after so long everything else has its turn. */
const SLICE_MS = 8;

/** See `WatchDisk.scan`. `reach` rejects for a folder that is not plainly below the root, and waits for no dead disk. */
export async function* scan(
  scanner: Scanner,
  root: string,
  reach: (folder: string) => Promise<unknown>,
  folders: readonly string[],
  skip: (folder: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<ScannedFolder> {
  const due = await begin(root, reach, folders, skip);
  const asked: Promise<ListAnswer>[] = [];
  /** Folders by device and inode: a mount may show a folder a second time, even inside itself. */
  const entered = new Set<string>();
  let identity: string | null = null;
  let sliceBegun = performance.now();
  while (due.length > 0 || asked.length > 0) {
    while (due.length > 0 && asked.length < ORDERS_AHEAD) {
      const answer = scanner.list(root, due.splice(-FOLDERS_AT_ONCE), true);
      // Whoever stops reading early leaves answers behind.
      answer.catch(() => undefined);
      asked.push(answer);
    }
    const answer = await untilAborted(asked.shift() as Promise<ListAnswer>, signal);
    identity = sameRoot(root, identity, answer);
    due.push(...answer.left);
    for (const listing of answer.listings) {
      if (signal.aborted) throw cancelled();
      if (listing.identity !== '' && entered.has(listing.identity)) continue;
      entered.add(listing.identity);
      for (const name of split(listing.folders)) {
        const folder = below(listing.folder, name);
        if (!skip(folder)) due.push(folder);
      }
      yield scanned(listing);
      if (performance.now() - sliceBegun < SLICE_MS) continue;
      await setImmediate();
      sliceBegun = performance.now();
    }
  }
  if (signal.aborted) throw cancelled();
}

/** Where to begin, without folders that are below others of them, and without those that are not looked into. */
async function begin(
  root: string,
  reach: (folder: string) => Promise<unknown>,
  folders: readonly string[],
  skip: (folder: string) => boolean,
): Promise<string[]> {
  const wanted = new Set(folders);
  if (wanted.has('')) return [''];
  const due: string[] = [];
  for (const folder of wanted) {
    absolute(root, folder);
    if (isBelowAnother(folder, wanted) || skip(folder)) continue;
    try {
      await reach(folder);
    } catch (thrown) {
      // That it is away is for the listing to say.
      if (thrown instanceof UploaderError) throw thrown;
    }
    due.push(folder);
  }
  return due;
}

function isBelowAnother(folder: string, others: ReadonlySet<string>): boolean {
  for (let end = folder.lastIndexOf('/'); end > 0; end = folder.lastIndexOf('/', end - 1)) {
    if (others.has(folder.slice(0, end))) return true;
  }
  return false;
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(cancelled());
    signal.addEventListener('abort', stop, { once: true });
    promise.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject);
  });
}

/** Throws when the root went away, or when another disk is in its place: then nothing is known of its files. */
function sameRoot(root: string, before: string | null, { root: now }: ListAnswer): string {
  if ('system' in now) throw rootProblem(root, Object.assign(new Error(now.system), { code: now.system }));
  if (before !== null && before !== now.identity) throw rootMissing(root);
  return now.identity;
}

function scanned(listing: Listing): ScannedFolder {
  const { folder, sizes, mtimes } = listing;
  return {
    folder,
    names: split(listing.names),
    sizes,
    mtimes,
    // A single file without an inode makes the text empty.
    inodes: sizes.length === 0 ? [] : listing.inodes.split('\0'),
    problems: listing.problems.map((problem) => ({
      path: problem.name === null ? folder : below(folder, problem.name),
      error: explain(problem),
    })),
  };
}

function explain({ system }: Unlisted): UploaderError {
  if (system === NOT_TEXT) return nameNotText();
  return watchProblem(Object.assign(new Error(system), { code: system }));
}

function split(names: string): string[] {
  return names === '' ? [] : names.split('\0');
}
