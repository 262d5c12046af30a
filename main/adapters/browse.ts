/**
 * Lists folders of this machine for browser mode's chooser. Made by the composition root for the use cases.
 */

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UploaderError } from '../core/errors.ts';
import { compareNatural } from '../core/natural.ts';
import type { Clock, FolderEntry } from '../core/ports.ts';

/** Sizes are asked for so many files at once. */
const STATS_AT_ONCE = 32;
/** A page asks for window after window: for so long the folder is not read anew, unless its own time changed. */
const FRESH_MS = 5_000;

interface Listing {
  readonly path: string;
  readonly parent: string | null;
  readonly entries: readonly FolderEntry[];
}

/** Folders first, each in natural order; hidden ones are left out. Throws `file-missing` or `file-unreadable`. */
export function createBrowse(clock: Pick<Clock, 'monotonic'>): (path: string | null) => Promise<Listing> {
  let last: { folder: string; mtimeMs: number | null; readAt: number; listing: Promise<Listing> } | null =
    null;
  return async (path) => {
    const folder = resolve(path ?? homedir());
    const mtimeMs = await timeOf(folder);
    const now = clock.monotonic();
    if (last && last.folder === folder && last.mtimeMs === mtimeMs && now - last.readAt < FRESH_MS)
      return last.listing;
    const listing = read(folder);
    last = { folder, mtimeMs, readAt: now, listing };
    return listing;
  };
}

/** Null where it cannot be asked for: then reading the folder says why. */
async function timeOf(folder: string): Promise<number | null> {
  try {
    return (await stat(folder)).mtimeMs;
  } catch {
    return null;
  }
}

async function read(folder: string): Promise<Listing> {
  const found = await list(folder);
  const entries: FolderEntry[] = [];
  for (let from = 0; from < found.length; from += STATS_AT_ONCE) {
    const described = await Promise.all(
      found.slice(from, from + STATS_AT_ONCE).map((each) => describe(folder, each)),
    );
    for (const entry of described) if (entry) entries.push(entry);
  }
  entries.sort((a, b) => (a.kind === b.kind ? compareNatural(a.name, b.name) : a.kind === 'folder' ? -1 : 1));
  const parent = dirname(folder);
  return { path: folder, parent: parent === folder ? null : parent, entries };
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    return found.filter((each) => !each.name.startsWith('.'));
  } catch (reason) {
    const code = reason instanceof Error && 'code' in reason ? reason.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UploaderError(
        'file-missing',
        'This folder is not there any more. Go up and choose another.',
        {
          cause: reason,
        },
      );
    }
    throw new UploaderError(
      'file-unreadable',
      'This folder may not be read by the account that runs the uploader.',
      {
        cause: reason,
      },
    );
  }
}

/** Null for what is neither a file nor a folder, and for what vanished meanwhile. */
async function describe(folder: string, found: Dirent): Promise<FolderEntry | null> {
  const path = join(folder, found.name);
  if (found.isDirectory()) return { name: found.name, path, kind: 'folder', size: null };
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return { name: found.name, path, kind: 'folder', size: null };
    return facts.isFile() ? { name: found.name, path, kind: 'file', size: facts.size } : null;
  } catch {
    return null;
  }
}
