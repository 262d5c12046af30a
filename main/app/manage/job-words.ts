/**
 * What people read of long work: its title, one true sentence on where it is, and why it cannot be cancelled. Used by the
 * views of jobs and by the turns that end in doubt.
 */

import type { BriefJob, JobCounts, JobState, JobTask } from '../../core/manage/jobs.ts';

/** E.g. "Re-encode 3 videos". */
export function titleOf({ task, units }: BriefJob): string {
  switch (task.kind) {
    case 'reencode-rows':
      return `Re-encode ${some(units, 'video')}`;
    case 'reencode-items':
      return `Re-encode ${some(units, 'storage item')}`;
    case 'cloud-register':
      return task.fileName === null
        ? `Register ${some(units, 'entry', 'entries')} of cloud data`
        : `Register ${some(units, 'entry', 'entries')} of ${task.fileName}`;
    case 'deidentify':
      return `De-identify ${some(units, 'DICOM file')}`;
    case 'delete-rows':
      return `Delete ${some(units, 'row')}`;
    case 'set-metadata':
      return `Set the metadata of ${some(units, 'row')}`;
    case 'attach-items': {
      const folders = task.folderIds.length;
      const items = units - folders;
      const parts = [
        ...(items > 0 || folders === 0 ? [some(items, 'item')] : []),
        ...(folders > 0 ? [`all items of ${some(folders, 'folder')}`] : []),
      ];
      return `Attach ${parts.join(' and ')}`;
    }
    case 'download-rows':
      return `Download ${some(units, 'row')}`;
  }
}

/** One true sentence: what is happening, or what came of it. `cancelling`: somebody wants it to end. */
export function sentenceOf(job: BriefJob, cancelling: boolean): string {
  const { state, task } = job;
  const past = PAST[task.kind];
  switch (state.at) {
    case 'starting':
      if (state.waiting?.failure) return `Waits to be started. ${state.waiting.failure.message}`;
      return state.waiting === null ? 'Encord is being asked to begin.' : 'Waits for its turn.';
    case 'following':
      return following(state, cancelling, past);
    case 'working': {
      const progress = `${ofAll(state.counts)} ${past}${alsoFailed(state.counts)}.`;
      if (cancelling) return `Being cancelled. ${progress}`;
      return state.failure ? `${progress} It goes on by itself. ${state.failure.message}` : progress;
    }
    case 'done':
      return ended(state.counts, past);
    case 'failed': {
      const { done } = state.counts;
      const before = done > 0 ? `${ofAll(state.counts)} ${past} before it stopped. ` : '';
      return before + state.failure.message;
    }
    case 'cancelled': {
      const { counts } = state;
      if (counts.done === 0) return 'Cancelled; nothing was changed.';
      return `Cancelled. ${ofAll(counts)} had been ${past} and stay so${alsoFailed(counts)}.`;
    }
    case 'uncertain':
      return state.failure.message;
  }
}

/** Why it cannot be cancelled now; null where it can, or where it has ended. */
export function cancelProblem({ task, state }: BriefJob): string | null {
  if (state.at === 'starting') {
    return state.waiting === null ? 'Encord is being asked to begin. Wait until it has answered.' : null;
  }
  if (state.at !== 'following' || state.cancelling) return null;
  switch (task.kind) {
    case 'cloud-register':
      return state.server.kind === 'cloud' && state.server.job.kind === 'folder'
        ? null
        : 'Encord has no way to cancel a registration into a dataset. You can leave it: it goes on there, and what it made is shown here when it has ended.';
    case 'deidentify':
      return 'Encord has no way to cancel a de-identification. You can leave it: it goes on there, and what came of it is shown here.';
    default:
      return 'Encord has no way to cancel a re-encoding. You can leave it: it goes on there, and what came of it is shown here.';
  }
}

/** The answer to the start was lost. */
export function lostSentence(task: JobTask): string {
  return `The answer to the start was lost, so nobody knows whether Encord ${BEGAN[task.kind]}. ${look(task)}`;
}

/** The program was ended while it waited for the answer to the start. */
export function interruptedSentence(task: JobTask): string {
  return `The program was ended before Encord answered, so nobody knows whether it ${BEGAN[task.kind]}. ${look(task)}`;
}

/** Encord no longer knows the job. */
export function doubtSentence(task: JobTask): string {
  return `Encord no longer knows this job, so it cannot be told what came of it. ${look(task)}`;
}

export function leftBehindSentence(): string {
  return 'The account of this job was signed out, so it cannot be told what came of it. Sign in again and look before you start it again.';
}

function look(task: JobTask): string {
  const at: Record<JobTask['kind'], string> = {
    'reencode-rows': 'Look at the videos of the dataset, then start it again if they were not re-encoded.',
    'reencode-items': 'Look at the items in their folder, then start it again if they were not re-encoded.',
    'cloud-register':
      'Look in the dataset or the storage folder whether the data is there, and start it again only if it is not: else there would be two of each.',
    deidentify: 'Look in the bucket whether the files are there, then start it again if they are not.',
    'attach-items':
      'Look in the dataset which items are there, and attach the others: starting it again can make second rows of the same items.',
    'delete-rows': 'Look at the dataset, then start it again for what is still there.',
    'set-metadata': 'Look at the rows, then start it again.',
    'download-rows': 'Look in the folder, then start it again.',
  };
  return at[task.kind];
}

const BEGAN: Record<JobTask['kind'], string> = {
  'reencode-rows': 'began to re-encode',
  'reencode-items': 'began to re-encode',
  'cloud-register': 'began to register',
  deidentify: 'began to de-identify',
  'attach-items': 'attached the items',
  'delete-rows': 'deleted the rows',
  'set-metadata': 'set the metadata',
  'download-rows': 'gave the files',
};

const PAST: Record<JobTask['kind'], string> = {
  'reencode-rows': 're-encoded',
  'reencode-items': 're-encoded',
  'cloud-register': 'registered',
  deidentify: 'de-identified',
  'delete-rows': 'deleted',
  'set-metadata': 'changed',
  'attach-items': 'attached',
  'download-rows': 'downloaded',
};

function following(
  { counts, attempts, failure }: Extract<JobState, { readonly at: 'following' }>,
  cancelling: boolean,
  past: string,
): string {
  const { pending, done } = counts;
  const progress =
    done === 0 && counts.failed === 0
      ? `Encord is at it: ${number(pending)} to be ${past}.`
      : pending === 0
        ? `Encord has gone through all ${number(total(counts))} and is finishing${alsoFailed(counts)}.`
        : `Encord has done ${ofAll(counts)}${alsoFailed(counts)}.`;
  if (cancelling) return `Encord is told to stop; what is done stays. ${progress}`;
  if (failure === null) return progress;
  const unasked = attempts > 0 ? ', though it cannot be asked now' : '';
  return `${progress} It goes on there${unasked}. ${failure.message}`;
}

function ended(counts: JobCounts, past: string): string {
  const all = total(counts);
  if (all === 0) return 'There was nothing to do.';
  if (counts.failed === 0 && counts.cancelled === 0) {
    return all === 1 ? `Done: it is ${past}.` : `All ${number(all)} are ${past}.`;
  }
  if (counts.done === 0 && counts.cancelled === 0) return `None of ${number(all)} could be ${past}.`;
  const left = counts.cancelled > 0 ? `; ${number(counts.cancelled)} were cancelled` : '';
  return `${number(counts.failed)} of ${number(all)} could not be ${past}${left}.`;
}

function alsoFailed({ failed }: JobCounts): string {
  return failed === 0 ? '' : `; ${number(failed)} could not be`;
}

function ofAll(counts: JobCounts): string {
  return `${number(counts.done)} of ${number(total(counts))}`;
}

function total({ pending, done, failed, cancelled }: JobCounts): number {
  return pending + done + failed + cancelled;
}

function some(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}
