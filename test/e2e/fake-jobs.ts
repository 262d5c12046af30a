/**
 * Jobs as the pretended main holds them: made up by scene, said in main's own words, moved on by the specs. Used by
 * `fake-handlers.ts`; a spec gets at them through `jobsOf`.
 */
import { jobResultView, jobView } from '../../main/app/manage/job-views.ts';
import { cancelProblem } from '../../main/app/manage/job-words.ts';
import type { Failure } from '../../main/core/errors.ts';
import {
  isOpen,
  type Job,
  type JobCounts,
  type JobResult,
  type JobState,
  type JobTask,
} from '../../main/core/manage/jobs.ts';
import type { JobView } from '../../preload/contract/manage.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';
import { failure } from './fake-state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TRAFFIC = { datasetId: 'd-0', datasetTitle: 'Traffic Data' };
const LARVAE = { datasetId: 'd-3', datasetTitle: 'Zebrafish larvae' };
const HOSTILE = '<img src=x onerror="document.title=1">‮gnp.elif';

export const counts = (done: number, pending = 0, failed = 0, cancelled = 0): JobCounts => ({
  pending,
  done,
  failed,
  cancelled,
});

interface Recipe {
  task: JobTask;
  units: number;
  state: JobState;
  datasetTitle?: string | null;
  /** Minutes ago. */
  added?: number;
  results?: readonly JobResult[];
}

export class FakeJobs {
  readonly #main: FakeMain;
  /** Newest first. */
  jobs: Job[] = [];
  readonly #results = new Map<number, readonly JobResult[]>();
  #last = 0;

  constructor(main: FakeMain) {
    this.#main = main;
    for (const recipe of recipesOf(main.options.scene)) this.#add(recipe);
  }

  /** Begins another; its id. */
  add(recipe: Recipe): number {
    const id = this.#add(recipe);
    this.#main.changed('jobs');
    return id;
  }

  /** Moves one on, and tells the pages. */
  move(id: number, state: JobState, results: readonly JobResult[] | null = null): void {
    this.jobs = this.jobs.map((job) => (job.id === id ? { ...job, state } : job));
    if (results) this.#results.set(id, results);
    this.#main.changed('jobs');
  }

  find(kind: JobTask['kind'], at?: JobState['at']): Job {
    const found = this.jobs.find(
      (job) => job.task.kind === kind && (at === undefined || job.state.at === at),
    );
    if (!found) throw new Error(`The scene has no job ${kind} ${at ?? ''}`);
    return found;
  }

  job(id: number): Job {
    const found = this.jobs.find((job) => job.id === id);
    if (!found) throw new Refusal('not-found', 'There is no such job (any more). Look at the list of jobs.');
    return found;
  }

  results(id: number, only: 'failed' | 'all' = 'all'): readonly JobResult[] {
    const all = this.#results.get(id) ?? [];
    return only === 'all' ? all : all.filter((result) => !result.ok);
  }

  view(job: Job): JobView {
    return jobView(job, {
      accountName: 'Imaging lab',
      results: this.results(job.id).length,
      errors: this.results(job.id, 'failed').length,
      cancelling: false,
    });
  }

  #add({ task, units, state, datasetTitle = null, added = 0, results = [] }: Recipe): number {
    this.#last += 1;
    const addedAt = Date.now() - added * MINUTE;
    this.jobs.unshift({ id: this.#last, accountId: 'lab', datasetTitle, task, units, state, addedAt });
    this.#results.set(this.#last, results);
    return this.#last;
  }
}

const fakes = new WeakMap<FakeMain, FakeJobs>();

/** One for each pretended main. */
export function jobsOf(main: FakeMain): FakeJobs {
  let jobs = fakes.get(main);
  if (!jobs) {
    jobs = new FakeJobs(main);
    fakes.set(main, jobs);
  }
  return jobs;
}

export function jobsHandlers(main: FakeMain): Pick<FakeHandlers, Extract<CallName, `jobs.${string}`>> {
  const fake = jobsOf(main);
  return {
    'jobs.list': ({ which, datasetId, offset, limit }) => {
      const fits = fake.jobs.filter(
        (job) =>
          (which === 'all' || isOpen(job.state) === (which === 'open')) &&
          (datasetId === null || fake.view(job).datasetId === datasetId),
      );
      return {
        total: fits.length,
        rows: fits.slice(offset, offset + limit).map((job) => fake.view(job)),
        open: fake.jobs.filter((job) => isOpen(job.state)).length,
      };
    },
    'jobs.get': ({ jobId }) => fake.view(fake.job(jobId)),
    'jobs.results': ({ jobId, only, offset, limit }) => {
      const results = fake.results(fake.job(jobId).id, only);
      return { total: results.length, rows: results.slice(offset, offset + limit).map(jobResultView) };
    },
    'jobs.cancel': ({ jobId }) => {
      const job = fake.job(jobId);
      const problem = cancelProblem(job);
      if (problem !== null) throw new Refusal('not-available', problem);
      const { done, failed, pending } = fake.view(job).counts;
      fake.move(jobId, {
        at: 'cancelled',
        counts: counts(done, 0, failed, pending),
        endedAt: Date.now(),
      });
      return null;
    },
    'jobs.retry': ({ jobId }) => {
      const { task, datasetTitle, state } = fake.job(jobId);
      const units = 'counts' in state ? state.counts.failed + state.counts.cancelled : 1;
      return { jobId: fake.add({ task, units, datasetTitle, state: working(counts(0, units)) }) };
    },
    'jobs.saveFailed': ({ jobId }) => {
      const { task } = fake.job(jobId);
      const name = task.kind === 'cloud-register' ? (task.fileName ?? 'cloud data') : '';
      return main.save(`${name.replace(/\.json$/, '')} - failed.json`, '{}');
    },
    'jobs.clear': ({ jobId }) => {
      const before = fake.jobs.length;
      fake.jobs = fake.jobs.filter((job) => isOpen(job.state) || (jobId !== null && job.id !== jobId));
      main.changed('jobs');
      return { jobs: before - fake.jobs.length };
    },
  };
}

// ---------------------------------------------------------------------------------------------- scenes

const idle = { attempts: 0, notBefore: 0, failure: null };

export function working(done: JobCounts, trouble: Failure | null = null): JobState {
  const waits = trouble ? { attempts: 2, notBefore: Date.now() + 40_000, failure: trouble } : idle;
  return { at: 'working', step: 0, counts: done, ...waits };
}

export function ended(done: JobCounts, minutes = 0): JobState {
  return { at: 'done', counts: done, endedAt: Date.now() - minutes * MINUTE };
}

function following(kind: 'reencode-rows' | 'cloud', done: JobCounts): JobState {
  const server =
    kind === 'cloud'
      ? ({ kind, job: { kind: 'dataset', datasetId: 'd-0', id: 'c-1' } } as const)
      : ({ kind, datasetId: 'd-3', id: 't-1' } as const);
  return { at: 'following', server, counts: done, cancelling: false, ...idle };
}

const register = (fileName: string): JobTask => ({
  kind: 'cloud-register',
  datasetId: TRAFFIC.datasetId,
  folderId: null,
  integrationId: 'int-1',
  file: '',
  fileName,
  ignoreErrors: true,
});
const remove: JobTask = { kind: 'delete-rows', datasetId: TRAFFIC.datasetId, dataHashes: [] };
const reencode: JobTask = { kind: 'reencode-rows', datasetId: LARVAE.datasetId, dataHashes: [] };
const metadata: JobTask = {
  kind: 'set-metadata',
  datasetId: LARVAE.datasetId,
  changes: [],
  mode: 'merge',
};
const download: JobTask = {
  kind: 'download-rows',
  datasetId: TRAFFIC.datasetId,
  rows: [],
  into: '/srv/exports/2026-11-20 traffic, second reader',
};
const attach: JobTask = {
  kind: 'attach-items',
  datasetId: TRAFFIC.datasetId,
  itemIds: [],
  folderIds: [],
  duplicates: 'SKIP',
};
const items: JobTask = { kind: 'reencode-items', itemIds: [], title: 'Night frames', force: false };
const deidentify: JobTask = {
  kind: 'deidentify',
  integrationId: 'int-1',
  dicomUrls: [],
  redactTags: true,
  redactPixels: 'redactAllText',
  saveConditions: [],
  uploadDir: null,
};

/** Every third came to nothing. */
export function resultsOf(many: number): JobResult[] {
  return Array.from({ length: many }, (_, index) => {
    const name = `night/cam-north_${String(index).padStart(5, '0')}.mp4`;
    const failed = index % 3 === 0;
    return {
      index,
      ok: !failed,
      title: index === 3 ? HOSTILE : name,
      urls: [`s3://traffic-lab/2026-11-20/${name}`],
      message: failed
        ? 'Encord could not read this object: access was denied by the bucket (403).'
        : 'Registered.',
      action: failed ? 'Check that the integration may read this prefix, then register it again.' : '',
      subtask: failed ? `5f0c2a71-0d3e-4b1c-9a52-${String(index).padStart(12, '0')}` : null,
      dataHash: failed ? null : `7d1e2f3a-0000-4000-8000-${String(index).padStart(12, '0')}`,
      itemUuid: null,
    };
  });
}

function busy(): Recipe[] {
  const asked = failure('offline', 'Nothing gets through to api.encord.com. It is tried again by itself.');
  return [
    {
      task: download,
      units: 40,
      ...TRAFFIC,
      state: ended(counts(40), 28 * 60),
      added: 29 * 60,
      results: resultsOf(3).filter(({ ok }) => ok),
    },
    { task: attach, units: 212, ...TRAFFIC, state: ended(counts(212), 190), added: 192 },
    {
      task: remove,
      units: 1_204,
      ...TRAFFIC,
      state: { at: 'cancelled', counts: counts(500, 0, 0, 704), endedAt: Date.now() - HOUR },
      added: 62,
    },
    {
      task: deidentify,
      units: 64,
      state: { at: 'starting', waiting: { attempts: 0, notBefore: 0, failure: null } },
      added: 20,
    },
    { task: metadata, units: 5_000, ...LARVAE, state: working(counts(1_300, 3_700), asked), added: 14 },
    { task: reencode, units: 12, ...LARVAE, state: following('reencode-rows', counts(3, 9)), added: 9 },
    {
      task: register('north-2026-11.json'),
      units: 10_000,
      ...TRAFFIC,
      state: following('cloud', counts(3_120, 6_866, 14)),
      added: 6,
      results: resultsOf(42).filter(({ ok }) => !ok),
    },
    { task: download, units: 40, ...TRAFFIC, state: working(counts(12, 28)), added: 2 },
  ];
}

function failing(): Recipe[] {
  const refused = failure(
    'forbidden',
    'Encord refused: you are a viewer of this dataset. Ask one of its admins.',
    { status: '403', 'request id': '7f1c2e9a-5a5d' },
  );
  const lost = failure(
    'uncertain',
    'The answer to the start was lost, so nobody knows whether Encord attached the items. Look in the dataset which items are there, and attach the others: starting it again can make second rows of the same items.',
  );
  return [
    {
      task: register('north-2026-11.json'),
      units: 10_000,
      ...TRAFFIC,
      state: ended(counts(6_666, 0, 3_334), 50),
      added: 80,
      results: resultsOf(10_000),
    },
    {
      task: items,
      units: 3,
      state: { at: 'failed', counts: counts(0, 0, 3), failure: refused, endedAt: Date.now() - 40 * MINUTE },
      added: 41,
    },
    {
      task: attach,
      units: 12,
      ...TRAFFIC,
      state: { at: 'uncertain', failure: lost, endedAt: Date.now() - 12 * MINUTE },
      added: 13,
    },
    {
      task: register(`${HOSTILE} ${'long '.repeat(2_000)}.json`),
      units: 1,
      datasetTitle: HOSTILE,
      state: { at: 'failed', counts: counts(0, 0, 1), failure: refused, endedAt: Date.now() - 4 * MINUTE },
      added: 5,
    },
    { task: remove, units: 8, ...TRAFFIC, state: working(counts(2, 6)), added: 1 },
  ];
}

/** The oldest first. */
function recipesOf(scene: FakeMain['options']['scene']): Recipe[] {
  switch (scene) {
    case 'busy':
      return busy();
    case 'failing':
      return failing();
    case 'large':
      return [
        ...Array.from({ length: 5_000 }, (_, index): Recipe => {
          const added = (5_300 - index) * 7;
          return {
            task: remove,
            units: 5 + index,
            ...TRAFFIC,
            state: ended(counts(5 + index), added),
            added,
          };
        }),
        ...busy(),
      ];
    default:
      return [];
  }
}
