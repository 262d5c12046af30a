/** Jobs and their results as pages are shown them. Used by the use cases of jobs. */

import type { JobResultView, JobView } from '../../../preload/contract/manage.ts';
import {
  type BriefJob,
  datasetOf,
  type JobCounts,
  type JobResult,
  NO_COUNTS,
} from '../../core/manage/jobs.ts';
import { failureView } from '../outcome.ts';
import { cancelProblem, sentenceOf, titleOf } from './job-words.ts';

export interface JobFacts {
  readonly accountName: string;
  readonly results: number;
  readonly errors: number;
  /** Somebody wants it to end, and its step under way has not ended yet. */
  readonly cancelling: boolean;
}

export function jobView(job: BriefJob, facts: JobFacts): JobView {
  const { state, task } = job;
  const cancelling = facts.cancelling || (state.at === 'following' && state.cancelling);
  const waits =
    state.at === 'starting'
      ? state.waiting
      : state.at === 'following' || state.at === 'working'
        ? state
        : null;
  const failure =
    waits?.failure ?? (state.at === 'failed' || state.at === 'uncertain' ? state.failure : null);
  return {
    jobId: job.id,
    kind: task.kind,
    title: titleOf(job),
    accountName: facts.accountName,
    datasetId: datasetOf(task),
    datasetTitle: job.datasetTitle,
    state: state.at,
    sentence: sentenceOf(job, cancelling),
    counts: countsOf(job),
    failure: failure && failureView(failure),
    notBefore: waits?.failure ? waits.notBefore : null,
    addedAt: job.addedAt,
    endedAt: 'endedAt' in state ? state.endedAt : null,
    cancelProblem: cancelProblem(job),
    cancelling,
    errors: facts.errors,
    results: facts.results,
    failedFile: task.kind === 'cloud-register' && facts.errors > 0,
    folder: task.kind === 'download-rows' ? task.into : null,
  };
}

/** Nothing is known of the units of what is in doubt; what has not begun has all of them before it. */
function countsOf({ state, units }: BriefJob): JobCounts {
  if (state.at === 'starting') return { ...NO_COUNTS, pending: units };
  return 'counts' in state ? { ...state.counts } : NO_COUNTS;
}

export function jobResultView(result: JobResult): JobResultView {
  const { index, ok, title, urls, message, action, subtask, dataHash } = result;
  return { index, ok, title, urls: [...urls], message, action, subtask, dataHash };
}
