/**
 * Watches large trees on macOS and Windows by one native watch of the whole root, which costs nothing for each file or
 * folder there. Chosen by `start.ts`.
 */

import { watch } from 'node:fs';
import { FolderQuestions, isUnsayable, type Watching, type WatchOrder } from './events.ts';
import { watchLimit } from './limits.ts';
import { absolute, folderOf, withSlashes } from './paths.ts';
import { rootProblem } from './problems.ts';

/** Rejects with `watch-limit`, `file-missing` or `file-unreadable`. */
export async function watchTree({ root, skip, events }: WatchOrder): Promise<Watching> {
  const questions = new FolderQuestions(
    (path) => absolute(root, path),
    async (batch) => {
      for (const [path, identity] of batch) {
        // What a folder brought with it when it was moved here is not told of.
        if (identity !== null && !skip(path)) events.unsure(path);
      }
    },
  );
  const onEvent = (event: string, name: string | null): void => {
    const path = withSlashes(name ?? '');
    const folder = folderOf(path);
    if (folder !== '' && skip(folder)) return;
    if (path === '' || isUnsayable(path)) {
      // Without a name, the system lost events.
      events.unsure(isUnsayable(folder) ? '' : folder);
      return;
    }
    if (event === 'rename') questions.ask(path);
    events.touched(path);
  };
  try {
    const watcher = watch(root, { recursive: true, persistent: false }, onEvent);
    watcher.on('error', (thrown) => {
      const limit = watchLimit(thrown);
      if (limit) events.failed(limit);
      else events.doubted();
    });
    return {
      how: 'one watch of the root',
      size: 1,
      async close() {
        watcher.close();
        await questions.close();
      },
    };
  } catch (thrown) {
    throw watchLimit(thrown) ?? rootProblem(root, thrown);
  }
}
