/** The part of the handler map that is about rows. Used by `main/app/manage/handlers.ts`. */

import type { CallName } from '../../../preload/contract/names.ts';
import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';
import { wholePath } from '../whole-path.ts';

type RowCallName = Exclude<Extract<CallName, `rows.${string}`>, 'rows.media'> | 'datasets.detail';

export function createRowHandlers(program: Program): Pick<Handlers, RowCallName> {
  const { accounts, deps, rows } = program;
  const active = () => accounts.active();
  return {
    'datasets.detail': ({ datasetId }) => rows.dataset(active(), datasetId),

    'rows.find': (input) => rows.find(active().id, input),
    'rows.tally': (input) => rows.tally(active().id, input),
    'rows.detail': (input) => rows.details.get(active(), input),
    'rows.frames': (input) => rows.details.frames(active(), input),
    'rows.rename': async (input) => {
      const renamed = await rows.details.rename(active(), input);
      program.changed('datasets');
      return renamed;
    },
    'rows.delete': async (input) => ({ jobId: await rows.delete(active().id, input) }),
    'rows.reencode': async (input) => ({ jobId: await rows.reencode(active().id, input) }),
    'rows.setMetadata': (input) => rows.setMetadata(active().id, input),
    'rows.readMetadataTable': (input) => rows.metadata.readTable(active().id, input),
    'rows.applyMetadataTable': async ({ tableId, mode }) => ({
      jobId: await rows.metadata.applyTable(tableId, mode),
    }),
    'rows.recogniseText': (input) => rows.details.recogniseText(active(), input),
    'rows.download': async (input) => {
      wholePath(input.into, deps.platform);
      return { jobId: await rows.download(active().id, input) };
    },
    'rows.export': (input) => rows.export(active().id, input),
  };
}
