/**
 * Moves a file to a name that is free, and never over another file, nor another file instead of it. Used by
 * `put-away.ts` and `trash.ts`.
 */

import { createHash, randomUUID } from 'node:crypto';
import { link, lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { FileIdentity } from '../../core/model.ts';
import { fileChanged, systemCode } from '../files/problems.ts';
import { type Checked, hashAll, isChecked } from './bytes.ts';
import { READ_HERE } from './problems.ts';

/** Hidden names beside the files, for moments. */
const LEAVING = '.encord-uploader-leaving-';
const ARRIVING = '.encord-uploader-arriving-';

/** `name.ext`, `name (2).ext`, `name (3).ext`, … */
export function* numbered(path: string): Generator<string> {
  yield path;
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  for (let number = 2; ; number++) yield `${stem} (${number})${extension}`;
}

/**
 * Moves the file that was checked to the first of these names that is free; answers which. What a killed move left is
 * finished. Rejects with `file-changed` when another file is at the old path by now: that one stays. Rejects with
 * `EEXIST` when the names ran out, with `cancelled` when aborted while it copies onto another disk, and with the system's
 * errors.
 */
export async function moveToFree(
  from: string,
  names: Iterable<string>,
  checked: Checked,
  signal?: AbortSignal,
): Promise<string> {
  for (const to of names) {
    try {
      await moveOnto(from, to, checked, signal);
      return to;
    } catch (thrown) {
      if (systemCode(thrown) !== 'EEXIST') throw thrown;
      if (await isSameFile(to, checked)) {
        await leave(from, checked);
        return to;
      }
    }
  }
  throw Object.assign(new Error('no free name'), { code: 'EEXIST' });
}

/** A second name first, then the first one is taken away: at every instant the file has one. */
async function moveOnto(from: string, to: string, checked: Checked, signal?: AbortSignal): Promise<void> {
  try {
    await link(from, to);
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === 'EXDEV') return copyOnto(from, to, checked, signal);
    if (code === 'EEXIST' || code === 'ENOENT' || code === 'ENOSPC' || code === 'EACCES') throw thrown;
    // Disks without second names (FAT), and systems that let only owners make them.
    return renameOnto(from, to, checked);
  }
  if (!(await isSameFile(to, checked))) {
    // Another file came to the old path since it was checked; it keeps that name.
    await unlink(to);
    throw fileChanged();
  }
  await leave(from, checked);
}

/** The name is kept by an empty file, which the renaming replaces. */
async function renameOnto(from: string, to: string, checked: Checked): Promise<void> {
  await (await open(to, 'wx')).close();
  try {
    if (!(await isChecked(from, checked))) throw fileChanged();
    await rename(from, to);
  } catch (thrown) {
    await unlink(to);
    throw thrown;
  }
  if (await isSameFile(to, checked)) return;
  await giveBack(to, from);
  throw fileChanged();
}

/** Onto another disk: the copy is whole and on that disk before the file leaves this one. */
async function copyOnto(from: string, to: string, checked: Checked, signal?: AbortSignal): Promise<void> {
  const arriving = join(dirname(to), ARRIVING + randomUUID());
  try {
    await copyWhole(from, arriving, signal);
    if (!(await isChecked(from, checked))) throw fileChanged();
    await link(arriving, to).catch(async (thrown: unknown) => {
      if (systemCode(thrown) === 'EEXIST') throw thrown;
      await (await open(to, 'wx')).close();
      await rename(arriving, to);
    });
  } finally {
    await unlink(arriving).catch(() => undefined);
  }
  await leave(from, checked);
}

/** Rejects with `file-changed` when what arrived is not what left. Rights and times are kept. */
async function copyWhole(from: string, to: string, signal?: AbortSignal): Promise<void> {
  const source = await open(from, READ_HERE);
  try {
    const stats = await source.stat();
    const target = await open(to, 'wx+', stats.mode & 0o777);
    try {
      const sent = await hashAll(source, signal, async (part) => {
        for (let at = 0; at < part.length; ) at += (await target.write(part, at)).bytesWritten;
      });
      await target.utimes(stats.atimeMs / 1_000, stats.mtimeMs / 1_000);
      await target.sync();
      if ((await hashAll(target, signal)) !== sent) throw fileChanged();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/**
 * Takes the old name away. By renaming first: whatever is there at that instant is looked at under a name that nobody
 * else knows before it is removed, so a file that just came to the old path is not lost.
 */
async function leave(from: string, checked: Checked): Promise<void> {
  const leaving = join(dirname(from), leavingName(from) + randomUUID());
  try {
    await rename(from, leaving);
  } catch (thrown) {
    // Somebody else took it away; what was to be kept has its new name.
    if (systemCode(thrown) === 'ENOENT') return;
    throw thrown;
  }
  if (await isSameFile(leaving, checked)) await unlink(leaving);
  else await giveBack(leaving, from);
}

/** The beginning of the hidden names that a file of this path gets; no other file's begin so. */
function leavingName(from: string): string {
  return `${LEAVING}${createHash('sha256').update(basename(from)).digest('hex').slice(0, 12)}-`;
}

/**
 * Ends what a killed move left under a hidden name: where that is a second name of what was uploaded it is taken away,
 * whatever else it is gets its old name back. Rejects with the system's errors; a folder that is gone holds nothing.
 */
export async function finishLeaving(from: string, uploaded: FileIdentity): Promise<void> {
  const folder = dirname(from);
  const names = await readdir(folder).catch((thrown: unknown) => {
    if (systemCode(thrown) === 'ENOENT') return [];
    throw thrown;
  });
  const own = leavingName(from);
  for (const name of names.filter((each) => each.startsWith(own))) {
    const leaving = join(folder, name);
    const stats = await lstat(leaving);
    const second = stats.nlink > 1 && stats.size === uploaded.size && stats.mtimeMs === uploaded.mtimeMs;
    if (second) await unlink(leaving);
    else await giveBack(leaving, from);
  }
}

/** Puts a file back that was taken by mistake; where its name is taken again, under the next free one. */
async function giveBack(from: string, to: string): Promise<void> {
  for (const name of numbered(to)) {
    try {
      await link(from, name);
      await unlink(from);
      return;
    } catch (thrown) {
      if (systemCode(thrown) === 'EEXIST') continue;
      // No second names here: the name is kept by an empty file.
      const kept = await open(name, 'wx').catch((problem: unknown) => {
        // Any other reason is one for all names: a disk that is gone would be asked for ever.
        if (systemCode(problem) === 'EEXIST') return null;
        throw problem;
      });
      if (kept === null) continue;
      await kept.close();
      await rename(from, name);
      return;
    }
  }
}

async function isSameFile(path: string, checked: Checked): Promise<boolean> {
  try {
    return await isChecked(path, checked);
  } catch {
    return false;
  }
}
