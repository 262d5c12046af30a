/** The part of the handler map that is about long work. Used by `handlers.ts`. */

import type { CallName } from '../../../preload/contract/names.ts';
import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';

type JobCallName = Extract<CallName, `jobs.${string}`>;

export function createJobHandlers({ jobs }: Program): Pick<Handlers, JobCallName> {
  return {
    'jobs.list': (input) => jobs.list(input),
    'jobs.get': ({ jobId }) => jobs.get(jobId),
    'jobs.results': (input) => jobs.results(input),
    'jobs.cancel': ({ jobId }) => {
      jobs.cancel(jobId);
      return null;
    },
    'jobs.retry': ({ jobId }) => ({ jobId: jobs.retry(jobId) }),
    'jobs.saveFailed': ({ jobId }) => jobs.saveFailed(jobId),
    'jobs.clear': ({ jobId }) => ({ jobs: jobs.clear(jobId) }),
  };
}
