/**
 * The trash of Linux desktops, as the FreeDesktop.org Trash specification 1.0 has it: one at home, and one at the top of
 * every other disk. Used by `put-away.ts`.
 */

import { lstat, mkdir, open, realpath, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { UploaderError } from '../../core/errors.ts';
import { systemCode } from '../files/problems.ts';
import { type Checked, isChecked } from './bytes.ts';
import { moveToFree, numbered } from './place.ts';

const STICKY = 0o1000;
const INFO = '.trashinfo';

interface Trash {
  readonly folder: string;
  /** What the paths in it are relative to; null for absolute ones. */
  readonly top: string | null;
}

/**
 * Moves the file that was checked into the trash of its disk; answers where it is. `home` is the data folder of the user
 * (`$XDG_DATA_HOME`). Rejects with `not-available` where that disk can have no trash, and like `moveToFree`.
 */
export async function moveToTrash(
  path: string,
  checked: Checked,
  home: string,
  now: number,
  signal?: AbortSignal,
): Promise<string> {
  const full = join(await realpath(dirname(path)), basename(path));
  const trash = await findTrash(full, home);
  const told = trash.top === null ? full : relative(trash.top, full);
  for (const name of numbered(basename(path))) {
    const info = join(trash.folder, 'info', name + INFO);
    const place = join(trash.folder, 'files', name);
    try {
      await writeNew(info, describe(told, now));
    } catch (thrown) {
      if (systemCode(thrown) !== 'EEXIST') throw thrown;
      // Of another file, or of this one, by a program that was killed before it took the old name away.
      if (await isChecked(place, checked).catch(() => false))
        return moveToFree(path, [place], checked, signal);
      continue;
    }
    try {
      return await moveToFree(path, [place], checked, signal);
    } catch (thrown) {
      await unlink(info);
      // Something without a description lies there.
      if (systemCode(thrown) !== 'EEXIST') throw thrown;
    }
  }
  throw new Error('The names do not end.');
}

/** Removes the description of a file that left the trash; elsewhere it does nothing. */
export async function forgetTrashed(path: string): Promise<void> {
  const files = dirname(path);
  if (basename(files) !== 'files') return;
  await unlink(join(dirname(files), 'info', basename(path) + INFO)).catch(() => undefined);
}

async function findTrash(path: string, home: string): Promise<Trash> {
  const { dev } = await stat(dirname(path));
  const own = join(home, 'Trash');
  if ((await deviceOf(own)) === dev) return { folder: await prepared(own), top: null };
  const top = await topOf(dirname(path), dev);
  const uid = process.getuid?.() ?? 0;
  try {
    if (await isShared(join(top, '.Trash'))) {
      return { folder: await prepared(join(top, '.Trash', String(uid))), top };
    }
  } catch {
    // Then one of our own, as the specification says.
  }
  try {
    return { folder: await prepared(join(top, `.Trash-${uid}`)), top };
  } catch (thrown) {
    throw new UploaderError(
      'not-available',
      `The disk at ${top} has no trash, and none can be made there. Choose to keep or to move uploaded files instead.`,
      { details: { system: systemCode(thrown) ?? 'unknown' }, cause: thrown },
    );
  }
}

/** Of the nearest folder above that exists. */
async function deviceOf(path: string): Promise<number | null> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return (await stat(folder)).dev;
    } catch {
      if (dirname(folder) === folder) return null;
    }
  }
}

async function topOf(folder: string, dev: number): Promise<string> {
  let top = folder;
  while (dirname(top) !== top && (await stat(dirname(top))).dev === dev) top = dirname(top);
  return top;
}

/** A trash that an administrator made for everybody: a real folder with the sticky bit, else it is not to be used. */
async function isShared(folder: string): Promise<boolean> {
  const stats = await lstat(folder);
  return stats.isDirectory() && (stats.mode & STICKY) !== 0;
}

async function prepared(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stats = await lstat(folder);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
    throw Object.assign(new Error('not ours'), { code: 'EACCES' });
  }
  await mkdir(join(folder, 'files'), { recursive: true, mode: 0o700 });
  await mkdir(join(folder, 'info'), { recursive: true, mode: 0o700 });
  return folder;
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

function describe(path: string, now: number): string {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  return `[Trash Info]\nPath=${escaped}\nDeletionDate=${localTime(new Date(now))}\n`;
}

/** `YYYY-MM-DDThh:mm:ss`, in the time of the place. */
function localTime(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
