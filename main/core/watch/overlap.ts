/**
 * Whether two watch folders would see the same files. Called where a folder is added; it touches no disk, so the roots are
 * to be absolute, and as the disk calls them where links may be in play.
 */

import { isWindows } from '../paths.ts';

export interface Overlap<T> {
  /** The new root is the other one, lies in it, or contains it. */
  readonly kind: 'same' | 'inside' | 'contains';
  readonly other: T;
}

/** The first overlap there is, the plainest kind first; null where the folders have nothing in common. */
export function overlap<T extends { readonly root: string }>(
  root: string,
  others: readonly T[],
  caseSensitive: boolean,
): Overlap<T> | null {
  const own = comparable(root, caseSensitive);
  const roots = others.map((other) => ({ other, path: comparable(other.root, caseSensitive) }));
  const same = roots.find(({ path }) => path === own);
  if (same) return { kind: 'same', other: same.other };
  const around = roots.find(({ path }) => own.startsWith(path));
  if (around) return { kind: 'inside', other: around.other };
  const within = roots.find(({ path }) => path.startsWith(own));
  return within ? { kind: 'contains', other: within.other } : null;
}

/** Why the root is refused and what to do, for a `watch-nested` error. */
export function sayOverlap(root: string, { kind, other }: Overlap<{ readonly root: string }>): string {
  switch (kind) {
    case 'same':
      return `“${root}” is a watch folder already. A folder is watched once, into one dataset: change that watch folder, or remove it first.`;
    case 'inside':
      return `“${root}” lies in “${other.root}”, which is watched already, so its files would be taken twice. Choose a folder outside of it, or remove that watch folder first.`;
    case 'contains':
      return `“${root}” contains “${other.root}”, which is watched already, so files would be taken twice. Choose a folder beside it, or remove that watch folder first.`;
  }
}

/** One spelling for one folder, with a `/` at the end, so that `/data/ab` does not lie in `/data/a`. */
function comparable(root: string, caseSensitive: boolean): string {
  const windows = isWindows(root);
  // `\\?\C:\data` and `\\?\UNC\server\share` are long ways to write `C:\data` and `\\server\share`.
  const short = windows ? root.replace(/^\\\\\?\\UNC\\/i, '\\\\').replace(/^\\\\\?\\/, '') : root;
  const segments: string[] = [];
  for (const segment of short.split(windows ? /[\\/]+/ : /\/+/)) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const path = `${windows && short.startsWith('\\\\') ? '//' : windows ? '' : '/'}${segments.join('/')}`;
  const whole = path.endsWith('/') ? path : `${path}/`;
  if (caseSensitive) return windows ? whole.replace(/^[a-z]:/, (drive) => drive.toUpperCase()) : whole;
  // Disks that do not tell case apart do not tell the spellings of accents apart either.
  return whole.normalize().toLowerCase();
}
