/**
 * Lists folders: files with size, time and inode, and sub-folders. Synchronous, which is several times faster than
 * anything else, and may hang with the disk: so only for the thread of `scan.worker.ts`.
 */

import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { systemCode } from '../files/problems.ts';

export interface ListOrder {
  readonly id: number;
  readonly root: string;
  /** Relative. */
  readonly folders: readonly string[];
  /** False: only the sub-folders are wanted. */
  readonly files: boolean;
}

/** Why a name could not be used; `not-text` is a name whose bytes are no UTF-8. */
export interface Unlisted {
  /** Null for the folder itself. */
  readonly name: string | null;
  readonly system: string;
}

export interface Listing {
  readonly folder: string;
  /** Device and inode; empty where the system numbers nothing. */
  readonly identity: string;
  /** Joined by NUL, which no name holds: a single string crosses to another thread much faster than many. */
  readonly names: string;
  readonly sizes: Float64Array;
  readonly mtimes: Float64Array;
  /** Device and inode of each file, joined likewise. */
  readonly inodes: string;
  readonly folders: string;
  readonly problems: readonly Unlisted[];
}

export interface ListAnswer {
  readonly id: number;
  /** Device and inode of the root; or the system's code when it cannot be seen, and no listings then. */
  readonly root: { readonly identity: string } | { readonly system: string };
  readonly listings: readonly Listing[];
  /** Of the folders that were asked for, those left because the answer is large enough. */
  readonly left: readonly string[];
}

/** Posted while an order is under way: a large folder, or a slow share, takes its time. */
export interface SignOfLife {
  readonly alive: true;
}

/** Files after which an answer ends, so that neither side holds much. A folder is never cut. */
const ENOUGH_FILES = 4_000;
export const NOT_TEXT = 'not-text';

/** Never throws for a reason of one folder or file. `alive` is called at each folder and file. */
export function list(order: ListOrder, alive: () => void = () => undefined): ListAnswer {
  const { id, root, folders, files } = order;
  const listings: Listing[] = [];
  let count = 0;
  let next = 0;
  for (; next < folders.length && count < ENOUGH_FILES; next++) {
    const listing = listFolder(root, folders[next] ?? '', files, alive);
    listings.push(listing);
    count += listing.sizes.length;
  }
  // Seen after the folders: where the root went away under them, their absence says nothing.
  try {
    const stats = statSync(root, { bigint: true });
    if (!stats.isDirectory()) return { id, root: { system: 'ENOTDIR' }, listings: [], left: [] };
    return { id, root: { identity: `${stats.dev}:${stats.ino}` }, listings, left: folders.slice(next) };
  } catch (thrown) {
    return { id, root: { system: systemCode(thrown) ?? 'unknown' }, listings: [], left: [] };
  }
}

function listFolder(root: string, folder: string, files: boolean, alive: () => void): Listing {
  const path = folder === '' ? root : join(root, folder);
  const found = new Found(path);
  let identity = '';
  alive();
  try {
    // The root may be named by a link; nothing below it is entered by one.
    const stats = folder === '' ? statSync(path, { bigint: true }) : lstatSync(path, { bigint: true });
    identity = stats.ino === 0n ? '' : `${stats.dev}:${stats.ino}`;
    if (stats.isDirectory()) {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (entry.isDirectory()) found.folders.push(entry.name);
        else if (files && entry.isFile()) {
          alive();
          found.file(entry.name);
        }
      }
    }
  } catch (thrown) {
    const system = systemCode(thrown) ?? 'unknown';
    // Removed since it was met, or met under a name that cannot be said.
    if (system !== 'ENOENT' && system !== 'ENOTDIR') found.problems.push({ name: null, system });
    else if (folder.includes('\uFFFD')) found.problems.push({ name: null, system: NOT_TEXT });
  }
  return found.listing(folder, identity);
}

class Found {
  readonly folders: string[] = [];
  readonly problems: Unlisted[] = [];
  /** With the separator at its end: joining properly would cost as much as half of the system call. */
  private readonly prefix: string;
  private readonly names: string[] = [];
  private readonly sizes: number[] = [];
  private readonly mtimes: number[] = [];
  private readonly inodes: string[] = [];
  /** Several names that are no text may read alike. */
  private readonly unsayable = new Set<string>();

  constructor(path: string) {
    this.prefix = path.endsWith(sep) ? path : path + sep;
  }

  file(name: string): void {
    if (name.includes('\uFFFD')) {
      if (this.unsayable.has(name)) return;
      this.unsayable.add(name);
    }
    const path = this.prefix + name;
    try {
      const stats = lstatSync(path);
      if (!stats.isFile()) return;
      this.names.push(name);
      this.sizes.push(stats.size);
      this.mtimes.push(stats.mtimeMs);
      this.inodes.push(inodeText(path, stats));
    } catch (thrown) {
      const system = systemCode(thrown) ?? 'unknown';
      if (system !== 'ENOENT') this.problems.push({ name, system });
      else if (this.unsayable.has(name)) this.problems.push({ name, system: NOT_TEXT });
    }
  }

  listing(folder: string, identity: string): Listing {
    return {
      folder,
      identity,
      names: this.names.join('\0'),
      sizes: Float64Array.from(this.sizes),
      mtimes: Float64Array.from(this.mtimes),
      inodes: this.inodes.join('\0'),
      folders: this.folders.join('\0'),
      problems: this.problems,
    };
  }
}

/** As `SeenFile.inode`, empty where there is none; may look at the file again, so its system error may be thrown. */
export function inodeText(path: string, stats: Pick<Stats, 'dev' | 'ino'>): string {
  if (stats.ino === 0) return '';
  if (Number.isSafeInteger(stats.ino) && Number.isSafeInteger(stats.dev)) return `${stats.dev}:${stats.ino}`;
  // The file numbers of Windows do not fit a double, and rounded ones would fall together.
  const exact = lstatSync(path, { bigint: true });
  return `${exact.dev}:${exact.ino}`;
}
