/** What is left to do of a job that ended: the task of the job that does just that. Used by *Retry*. */

import { UploaderError } from '../../core/errors.ts';
import type { Job, JobResult, JobState, JobTask } from '../../core/manage/jobs.ts';
import { ROWS_PER_CALL } from './job-kinds/work.ts';

/**
 * Units that failed, and those that were not gone through. Of what is in doubt that is all of it: whoever starts it again
 * has looked. Throws `not-available` where nothing is left, or where it is not for the program to say what is.
 * @param failed results of the job that failed
 * @param results how many results it has
 */
export function taskAgain(job: Job, failed: readonly JobResult[], results: number): JobTask {
  const { task, state } = job;
  const hashes = new Set(failed.flatMap(({ dataHash }) => (dataHash === null ? [] : [dataHash])));
  const items = new Set(failed.flatMap(({ itemUuid }) => (itemUuid === null ? [] : [itemUuid])));
  switch (task.kind) {
    case 'reencode-rows':
      return { ...task, dataHashes: left(task.dataHashes, whole(state), (hash) => hashes.has(hash)) };
    case 'reencode-items':
    case 'deidentify':
      if (!whole(state)) throw nothingLeft();
      return task;
    case 'cloud-register':
      if (whole(state) && failed.length === 0) return task;
      throw new UploaderError(
        'not-available',
        'What failed has to be put right first. Save the file of the failed entries, correct it, and register it as cloud data.',
      );
    case 'delete-rows': {
      // Whole chunks: each ends with all of its rows counted.
      const gone = Math.floor(goneThrough(state, 0) / ROWS_PER_CALL) * ROWS_PER_CALL;
      const from = state.at === 'done' ? task.dataHashes.length : gone;
      return {
        ...task,
        dataHashes: left(task.dataHashes, false, (hash, at) => at >= from || hashes.has(hash)),
      };
    }
    case 'set-metadata': {
      const from = goneThrough(state, 0);
      return {
        ...task,
        changes: left(task.changes, false, ({ row }, at) => at >= from || hashes.has(row.dataHash)),
      };
    }
    case 'attach-items': {
      if (task.folderIds.length > 0) return task;
      // Each item that was gone through has a result, also where the job is in doubt and counts nothing.
      const from = goneThrough(state, results);
      return { ...task, itemIds: left(task.itemIds, false, (id, at) => at >= from || items.has(id)) };
    }
    case 'download-rows': {
      const from = goneThrough(state, 0);
      return {
        ...task,
        rows: left(task.rows, false, ({ dataHash }, at) => at >= from || hashes.has(dataHash)),
      };
    }
  }
}

function left<T>(units: readonly T[], all: boolean, isLeft: (unit: T, at: number) => boolean): readonly T[] {
  const found = all ? units : units.filter(isLeft);
  if (found.length === 0) throw nothingLeft();
  return found;
}

/** Whether nothing of it was done, as far as anybody knows. */
function whole(state: JobState): boolean {
  return state.at === 'uncertain' || ('counts' in state && state.counts.done === 0);
}

function goneThrough(state: JobState, otherwise: number): number {
  return 'counts' in state ? state.counts.done + state.counts.failed : otherwise;
}

function nothingLeft(): UploaderError {
  return new UploaderError('not-available', 'Nothing of this job is left to be done again.');
}
