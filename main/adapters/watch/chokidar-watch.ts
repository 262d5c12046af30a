/** Watches ordinary hot folders by chokidar, which keeps a picture of every file. Chosen by `start.ts`. */

import { watch } from 'chokidar';
import { isUnsayable, type Watching, type WatchOrder } from './events.ts';
import { watchLimit } from './limits.ts';
import { relativeTo } from './paths.ts';
import { watchProblem } from './problems.ts';

/** Rejects with `watch-limit` or `file-unreadable`. */
export async function watchByChokidar({ root, skip, events }: WatchOrder): Promise<Watching> {
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    persistent: false,
    ignorePermissionErrors: true,
    // It would hold back events, and leave out names that editors use and instruments may.
    atomic: false,
    // Asked first with the path alone, when it cannot be known whether it is a folder.
    ignored: (path, stats) => {
      const folder = stats?.isDirectory() ? relativeTo(root, path) : null;
      return folder !== null && folder !== '' && skip(folder);
    },
  });
  let folders = 1;
  watcher.on('all', (event, path) => {
    const relative = relativeTo(root, path);
    if (relative === null) return;
    if (event === 'addDir') folders++;
    if (event === 'unlinkDir') folders--;
    if (relative === '') events.doubted();
    // Files that were made in a new folder before it was watched may be missed.
    else if (event === 'addDir') events.unsure(relative);
    else events.touched(relative);
  });
  watcher.on('raw', (_event, name, details: unknown) => {
    if (typeof name === 'string' && !isUnsayable(name)) return;
    events.unsure(relativeTo(root, watchedPath(details)) ?? '');
  });
  const ready = Promise.withResolvers<void>();
  watcher.on('ready', ready.resolve);
  watcher.on('error', (thrown) => {
    const error = watchLimit(thrown) ?? watchProblem(thrown);
    ready.reject(error);
    events.failed(error);
  });
  try {
    await ready.promise;
  } catch (error) {
    await watcher.close();
    throw error;
  }
  // The folder above the root is in its list as well.
  folders = Object.keys(watcher.getWatched()).filter((path) => relativeTo(root, path) !== null).length;
  return {
    how: 'chokidar',
    get size() {
      return folders;
    },
    close: () => watcher.close(),
  };
}

function watchedPath(details: unknown): string {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return '';
  return typeof details.watchedPath === 'string' ? details.watchedPath : '';
}
