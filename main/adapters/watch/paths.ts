/** Paths below a root. Used by everything in this folder. */

import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { behindLink, outside, rootProblem } from './problems.ts';

export function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder of a relative path; empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path of the system below the root as a relative one; null where it is not below it. */
export function relativeTo(root: string, path: string): string | null {
  if (path === root) return '';
  const prefix = root.endsWith(sep) ? root : root + sep;
  return path.startsWith(prefix) ? withSlashes(path.slice(prefix.length)) : null;
}

export function withSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** The system's path. Throws `invalid-input` for anything that is not plainly below the root. */
export function absolute(root: string, path: string): string {
  if (path === '') return root;
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..' || part.includes('\0')) throw outside();
    if (sep === '\\' && /[\\:]/.test(part)) throw outside();
  }
  return join(root, path);
}

/**
 * The system's path of a folder that is reached from the root without a link. Throws the root's trouble when that is
 * away, the system's error when the folder is, and `file-unreadable` when a link is on the way.
 */
export async function plainFolder(root: string, folder: string): Promise<string> {
  const path = absolute(root, folder);
  const realRoot = await realpath(root).catch((thrown: unknown) => {
    throw rootProblem(root, thrown);
  });
  if (folder === '') return path;
  const real = await realpath(path);
  // Disks that do not tell cases or forms of letters apart answer in their own spelling.
  if (real !== join(realRoot, folder) && folded(real) !== folded(join(realRoot, folder))) throw behindLink();
  return path;
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** Device and inode, which tell folders and files apart under any name; empty where the system numbers nothing. */
export async function identityOf(path: string): Promise<string> {
  const { dev, ino } = await lstat(path, { bigint: true });
  return ino === 0n ? '' : `${dev}:${ino}`;
}
