/** Attaching items as the pretended main does it: linked at once, with a job that begins. Used by `fake-handlers.ts`. */
import type { CallName } from '../../preload/contract/names.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import { counts, jobsOf, working } from './fake-jobs.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';
import { storageOf } from './fake-storage-scene.ts';

export function attachHandlers(main: FakeMain): Pick<FakeHandlers, Extract<CallName, `attach.${string}`>> {
  return {
    'attach.start': ({ datasetId, itemIds, folderIds, duplicates }) => {
      const storage = storageOf(main);
      if (itemIds.length + folderIds.length === 0)
        throw new Refusal('invalid-input', 'Choose the files or folders to attach.');
      const items = [
        ...itemIds.flatMap((id) => storage.item(id) ?? []),
        ...folderIds.flatMap((id) => storage.itemsIn(id, true)),
      ];
      // As a job that Encord stops at the first one that is there.
      const fresh = items.filter((item) => !storage.isLinked(datasetId, item));
      if (duplicates !== 'FAIL' || fresh.length === items.length)
        storage.link(datasetId, duplicates === 'DUPLICATE' ? items : fresh);
      main.changed('datasets');
      const jobId = jobsOf(main).add({
        task: { kind: 'attach-items', datasetId, itemIds, folderIds, duplicates },
        units: items.length,
        datasetTitle: main.state.datasets.find(({ id }) => id === datasetId)?.title ?? null,
        state: working(counts(0, items.length)),
      });
      return { jobId };
    },
  };
}
