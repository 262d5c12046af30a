/** The part of the handler map that puts existing storage items into a dataset. Used by `handlers.ts`. */

import type { CallName } from '../../../preload/contract/names.ts';
import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';

type AttachCallName = Extract<CallName, `attach.${string}`>;

export function createAttachHandlers({ accounts, datasets, jobs }: Program): Pick<Handlers, AttachCallName> {
  return {
    'attach.start': async ({ datasetId, itemIds, folderIds, duplicates }) => {
      const accountId = accounts.active().id;
      const { title } = await datasets.info(accountId, datasetId);
      const task = {
        kind: 'attach-items' as const,
        datasetId,
        itemIds: [...new Set(itemIds)],
        folderIds: [...new Set(folderIds)],
        duplicates,
      };
      return { jobId: jobs.start({ accountId, datasetTitle: title, task }) };
    },
  };
}
