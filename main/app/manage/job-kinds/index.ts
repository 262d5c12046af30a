/** The kinds of long work. A kind without its line here fails to compile. Used by the runner and the use cases of jobs. */

import type { Downloads } from '../../../core/manage/downloads.ts';
import type { JobTask } from '../../../core/manage/jobs.ts';
import { attachItems } from './attach-items.ts';
import { cloudRegister, entriesIn } from './cloud-register.ts';
import { deidentify } from './deidentify.ts';
import { deleteRows } from './delete-rows.ts';
import { downloadRows } from './download-rows.ts';
import { reencodeItems } from './reencode-items.ts';
import { reencodeRows } from './reencode-rows.ts';
import { setMetadata } from './set-metadata.ts';
import type { Work } from './work.ts';

/** @param units of the job: the task of a followed one may come without its long parts */
export function workOf(task: JobTask, units: number, downloads: Downloads): Work {
  switch (task.kind) {
    case 'reencode-rows':
      return reencodeRows(task);
    case 'reencode-items':
      return reencodeItems(task);
    case 'cloud-register':
      return cloudRegister(task, units);
    case 'deidentify':
      return deidentify(task);
    case 'delete-rows':
      return deleteRows(task);
    case 'set-metadata':
      return setMetadata(task);
    case 'attach-items':
      return attachItems(task);
    case 'download-rows':
      return downloadRows(task, downloads);
  }
}

/** How many units the task names. */
export function unitsOf(task: JobTask): number {
  switch (task.kind) {
    case 'reencode-rows':
    case 'delete-rows':
      return task.dataHashes.length;
    case 'reencode-items':
      return task.itemIds.length;
    case 'cloud-register':
      return entriesIn(task.file);
    case 'deidentify':
      return task.dicomUrls.length;
    case 'set-metadata':
      return task.changes.length;
    case 'attach-items':
      return task.itemIds.length + task.folderIds.length;
    case 'download-rows':
      return task.rows.length;
  }
}

/** Whether what a dataset holds, or says of its rows, is changed by it. */
export function changesRows(task: JobTask): boolean {
  return task.kind !== 'download-rows' && task.kind !== 'deidentify';
}
