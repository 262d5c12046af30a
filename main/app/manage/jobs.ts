/**
 * Use cases of long work: start, look at, cancel, do again, take off the list. Jobs are kept by the store before anything
 * is done, and go on after a restart; leaving a page never ends one. Other use cases start theirs through `start`.
 */

import type { CallInput } from '../../../preload/contract/calls.ts';
import type { JobResultView, JobView } from '../../../preload/contract/manage.ts';
import type { SavedView } from '../../../preload/contract/views.ts';
import type { EncordSession } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import { takeEntries } from '../../core/manage/cloud/entries.ts';
import {
  type BriefJob,
  isFollowed,
  isInDoubt,
  isOpen,
  type Job,
  type JobId,
  type JobState,
  type JobTask,
} from '../../core/manage/jobs.ts';
import type { AccountId } from '../../core/model.ts';
import type { AppDeps } from '../deps.ts';
import type { Exports } from '../exports.ts';
import { taskAgain } from './job-again.ts';
import { readCloudFile } from './job-kinds/cloud-register.ts';
import { changesRows, unitsOf } from './job-kinds/index.ts';
import { JobRunner } from './job-runner.ts';
import { inDoubt } from './job-turns.ts';
import { jobResultView, jobView } from './job-views.ts';
import { cancelProblem, interruptedSentence } from './job-words.ts';

/** Pages ask for all rows again when they are told: not for each chunk of a long job. */
const ROWS_TOLD_MS = 5_000;

export interface JobRequest {
  readonly accountId: AccountId;
  /** For people; null where it is about no dataset. */
  readonly datasetTitle: string | null;
  readonly task: JobTask;
}

export interface JobParts {
  readonly session: (id: AccountId) => Promise<EncordSession>;
  readonly exports: Exports;
  /** Something of the list of jobs is another. */
  readonly changed: () => void;
  /** What was read of rows is no longer true; `tell` where pages are to ask again. */
  readonly rowsChanged: (tell: boolean) => void;
}

type JobDeps = Pick<AppDeps, 'store' | 'clock' | 'random' | 'log' | 'downloads'> & {
  readonly engineParts: Pick<AppDeps['engineParts'], 'backoff'>;
};

export class Jobs {
  readonly #deps: JobDeps;
  readonly #parts: JobParts;
  readonly #runner: JobRunner;
  /** Jobs of this run that do another again: a second click must not do it twice. */
  readonly #again = new Map<JobId, JobId>();
  #rowsToldAt = Number.NEGATIVE_INFINITY;

  constructor(deps: JobDeps, parts: JobParts) {
    this.#deps = deps;
    this.#parts = parts;
    this.#runner = new JobRunner({
      store: deps.store,
      clock: deps.clock,
      random: deps.random,
      log: deps.log,
      downloads: deps.downloads,
      backoff: deps.engineParts.backoff,
      session: parts.session,
      changed: (job, what) => this.#changed(job, what),
    });
  }

  /** Keeps the job and begins at once; what becomes of it is told by `get`. Throws `invalid-input` where nothing is to be done. */
  start({ accountId, datasetTitle, task }: JobRequest): JobId {
    const units = unitsOf(task);
    if (units === 0) {
      throw new UploaderError(
        'invalid-input',
        'Nothing was chosen, so there is nothing to do. Choose something first.',
      );
    }
    const { store, clock, log } = this.#deps;
    const state: JobState = isFollowed(task.kind)
      ? { at: 'starting', waiting: { attempts: 0, notBefore: 0, failure: null } }
      : {
          at: 'working',
          step: 0,
          counts: { pending: units, done: 0, failed: 0, cancelled: 0 },
          attempts: 0,
          notBefore: 0,
          failure: null,
        };
    const id = store.addJob({ accountId, datasetTitle, task, units, state, addedAt: clock.now() });
    log.info('A job was added.', { job: id, kind: task.kind, units });
    this.#runner.add(this.#brief(id));
    this.#parts.changed();
    return id;
  }

  /** Takes up what an earlier run left. What it was starting, or doing once, when it ended is in doubt. */
  begin(): void {
    const { store, clock } = this.#deps;
    for (const job of store.openJobs()) {
      if (isInDoubt(job.state) && !this.#runner.has(job.id)) {
        const endedAt = clock.now();
        const failure = inDoubt(interruptedSentence(job.task), endedAt);
        store.setJobState(job.id, { at: 'uncertain', failure, endedAt });
      } else this.#runner.add(job);
    }
    this.#parts.changed();
  }

  list(input: CallInput<'jobs.list'>): { total: number; rows: JobView[]; open: number } {
    const { total, jobs } = this.#deps.store.jobs(input);
    const open = this.#deps.store.jobs({ which: 'open', datasetId: null, offset: 0, limit: 0 }).total;
    return { total, rows: jobs.map((job) => this.#view(job)), open };
  }

  /** Throws `not-found`. */
  get(id: JobId): JobView {
    return this.#view(this.#brief(id));
  }

  /** Throws `not-found`. */
  results(input: CallInput<'jobs.results'>): { total: number; rows: JobResultView[] } {
    this.#brief(input.jobId);
    const { total, results } = this.#deps.store.jobResults(input.jobId, input);
    return { total, rows: results.map(jobResultView) };
  }

  /** Units that are done stay. Throws `not-found`, or `not-available` with the reason why it cannot be cancelled. */
  cancel(id: JobId): void {
    const job = this.#brief(id);
    if (!isOpen(job.state)) return;
    const problem = cancelProblem(job);
    if (problem !== null) throw new UploaderError('not-available', problem);
    this.#runner.cancel(job);
  }

  /** What failed, or was not come to, as a new job; the one that does so already, while it is open. Throws `not-found`, or `not-available` where nothing can be done again. */
  retry(id: JobId): JobId {
    const job = this.#whole(id);
    if (isOpen(job.state)) {
      throw new UploaderError(
        'not-available',
        'This job has not ended yet. Wait for it, or cancel it first.',
      );
    }
    const before = this.#again.get(id);
    const again = before === undefined ? null : this.#deps.store.briefJob(before);
    if (again && isOpen(again.state)) return again.id;
    const results = this.#deps.store.jobResults(id, { only: 'all', offset: 0, limit: 0 }).total;
    const task = taskAgain(job, this.#failed(id), results);
    const started = this.start({ accountId: job.accountId, datasetTitle: job.datasetTitle, task });
    this.#again.set(id, started);
    return started;
  }

  /** A file of just the entries of cloud data that failed. Throws `not-found` or `not-available`. */
  async saveFailed(id: JobId): Promise<SavedView> {
    const { task } = this.#whole(id);
    const urls = new Set(this.#failed(id).flatMap((failed) => failed.urls));
    const file = task.kind === 'cloud-register' && urls.size > 0 ? readCloudFile(task.file) : null;
    if (task.kind !== 'cloud-register' || file === null) {
      throw new UploaderError('not-available', 'No entry of a file of cloud data failed in this job.');
    }
    const stem = (task.fileName ?? 'cloud data').replace(/\.(json|csv)$/i, '');
    return this.#parts.exports.save(`${stem} - failed.json`, async function* () {
      yield `${JSON.stringify(takeEntries(file, urls), null, 2)}\n`;
    });
  }

  /** Takes ended jobs off the list, or with null all of them; how many. */
  clear(id: JobId | null): number {
    const removed = this.#deps.store.removeJobs(id);
    if (removed > 0) this.#parts.changed();
    return removed;
  }

  /** What waits after a failure is tried at once, unless Encord asked for the wait: credentials or network may be better now. */
  tryNow(): void {
    this.#runner.tryNow();
  }

  /** The machine is about to sleep: fulfilled when nothing is under way that can be broken off; nothing begins until `release`. */
  hold(): Promise<void> {
    return this.#runner.hold();
  }

  /** Ends a hold, and tries at once what may be. */
  release(): void {
    this.#runner.release();
  }

  /** Ends when nothing is under way any more. Jobs go on at the next start. */
  close(): Promise<void> {
    return this.#runner.close();
  }

  #changed(job: BriefJob, { ended, moved }: { readonly ended: boolean; readonly moved: boolean }): void {
    this.#parts.changed();
    if (ended) this.#deps.log.info('A job ended.', { job: job.id, kind: job.task.kind, state: job.state.at });
    if (!changesRows(job.task) || !(ended || moved)) return;
    const now = this.#deps.clock.monotonic();
    const tell = ended || now - this.#rowsToldAt >= ROWS_TOLD_MS;
    if (tell) this.#rowsToldAt = now;
    this.#parts.rowsChanged(tell);
  }

  #view(job: BriefJob): JobView {
    const { store } = this.#deps;
    const total = (only: 'all' | 'failed') => store.jobResults(job.id, { only, offset: 0, limit: 0 }).total;
    return jobView(job, {
      accountName: store.account(job.accountId)?.name ?? 'An account that was signed out',
      results: total('all'),
      errors: total('failed'),
      cancelling: this.#runner.isCancelling(job.id),
    });
  }

  #failed(id: JobId) {
    return this.#deps.store.jobResults(id, { only: 'failed', offset: 0, limit: Number.MAX_SAFE_INTEGER })
      .results;
  }

  #brief(id: JobId): BriefJob {
    return this.#deps.store.briefJob(id) ?? noSuchJob();
  }

  #whole(id: JobId): Job {
    return this.#deps.store.job(id) ?? noSuchJob();
  }
}

function noSuchJob(): never {
  throw new UploaderError('not-found', 'There is no such job (any more). Look at the list of jobs.');
}
