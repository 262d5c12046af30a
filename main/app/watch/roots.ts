/** Whether a folder on disk can be a watch folder, and what is good to know of it. Used by `watching.ts`. */

import { UploaderError } from '../../core/errors.ts';
import { relativeTo } from '../../core/paths.ts';
import { overlap, sayOverlap } from '../../core/watch/overlap.ts';
import type { WatchFolder } from '../../core/watch/rules.ts';
import type { AppDeps } from '../deps.ts';

export interface Inspected {
  readonly problem: UploaderError | null;
  readonly notes: readonly string[];
}

export async function inspectRoot(root: string, { store, watch, dataFolder }: AppDeps): Promise<Inspected> {
  const disk = watch.disk(root);
  const state = await disk.root();
  if (state.kind === 'away') return { problem: state.error, notes: [] };
  const [real, realData] = await Promise.all([watch.real(root), watch.real(dataFolder)]);
  if (relativeTo(realData, real) !== null || relativeTo(real, realData) !== null) {
    const problem = new UploaderError(
      'watch-nested',
      'The data folder of this program lies there. Choose a folder of your own files.',
    );
    return { problem, notes: [] };
  }
  const clash = overlap(real, await realRoots(store.watchFolders(), watch), watch.caseSensitive);
  if (clash) {
    const { kind, other } = clash;
    const problem = new UploaderError('watch-nested', sayOverlap(root, { kind, other: other.folder }));
    return { problem, notes: [] };
  }
  const notes: string[] = [];
  const kind = await disk.kind();
  if (!kind.events) {
    notes.push(
      `It is on a network or virtual file system (${kind.type ?? 'of unknown kind'}), which does not tell of changes: it is looked through again and again instead.`,
    );
  }
  if (state.readOnly) notes.push('It is read-only here: finished files can be uploaded, but not moved away.');
  return { problem: null, notes };
}

/** A link is another path to the same files. What is away is not asked: it may not answer. */
function realRoots(
  folders: readonly WatchFolder[],
  watch: AppDeps['watch'],
): Promise<{ readonly root: string; readonly folder: WatchFolder }[]> {
  return Promise.all(
    folders.map(async (folder) => {
      const { kind } = await watch.disk(folder.root).root();
      return { root: kind === 'there' ? await watch.real(folder.root) : folder.root, folder };
    }),
  );
}
