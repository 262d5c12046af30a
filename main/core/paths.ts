/**
 * The few things that the core does with paths, for both kinds: `/data/a.png` and `C:\data\a.png`.
 * Called by the planner and by watch folders; it never touches a disk.
 */

/** Whether the path is written the way of Windows. A path that begins with `/` may hold backslashes in its names. */
export function isWindows(path: string): boolean {
  return !path.startsWith('/') && (/^[a-zA-Z]:/.test(path) || path.startsWith('\\\\'));
}

function lastSeparator(path: string): number {
  return isWindows(path) ? Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) : path.lastIndexOf('/');
}

/** The folder of a file with its separator at the end, so that `folderPrefix(path) + name` is the path again. */
export function folderPrefix(path: string): string {
  return path.slice(0, lastSeparator(path) + 1);
}

/** A prefix as people write a folder: without the separator at its end, except for a root. */
export function folderPath(prefix: string): string {
  const trimmed = prefix.slice(0, -1);
  return trimmed === '' || /^[a-zA-Z]:$/.test(trimmed) ? prefix : trimmed;
}

/** The folder's own name; the whole path for a root. */
export function folderName(prefix: string): string {
  const path = folderPath(prefix);
  return path.slice(lastSeparator(path) + 1) || path;
}

/** All folders above a path, nearest first, as `folderPath` writes them. */
export function* ancestors(path: string): Generator<string> {
  const windows = isWindows(path);
  for (let i = path.length - 1; i >= 0; i--) {
    if (path[i] === '/' || (windows && path[i] === '\\')) yield folderPath(path.slice(0, i + 1));
  }
}

/** The longest folder prefix that two folder prefixes share; empty where they share none (two drives). */
export function commonPrefix(a: string, b: string): string {
  if (a === b) return a;
  let end = 0;
  for (let i = 0; i < a.length && i < b.length && a[i] === b[i]; i++) {
    if (a[i] === '/' || (a[i] === '\\' && isWindows(a))) end = i + 1;
  }
  return a.slice(0, end);
}

/** A key that puts folders in the order of a listing: a folder before its sub-folders, `a` before `a-b`. */
export function folderSortKey(prefix: string): string {
  return prefix.replaceAll(isWindows(prefix) ? /[\\/]/g : '/', '\0');
}

/** The absolute path of what lies below a root; `relative` is written with `/`, and empty for the root itself. */
export function below(root: string, relative: string): string {
  if (relative === '') return root;
  const separator = isWindows(root) ? '\\' : '/';
  const base = root.endsWith('/') || (isWindows(root) && root.endsWith('\\')) ? root.slice(0, -1) : root;
  return base + separator + (isWindows(root) ? relative.replaceAll('/', '\\') : relative);
}

/** The path below a root, written with `/`; empty for the root itself, null for what lies elsewhere. */
export function relativeTo(root: string, path: string): string | null {
  const windows = isWindows(root);
  const base = below(root, 'x').slice(0, -1);
  if (path === root || `${path}${windows ? '\\' : '/'}` === base) return '';
  if (!path.startsWith(base)) return null;
  const rest = path.slice(base.length);
  return windows ? rest.replaceAll('\\', '/') : rest;
}
