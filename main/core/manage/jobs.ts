/**
 * Long work on datasets as plain data: what a job is, which states it can be in, and what each kind remembers. The
 * store keeps jobs, `main/app/manage/jobs.ts` does and follows them; nothing here does anything.
 */

import type { Failure } from '../errors.ts';
import type { AccountId } from '../model.ts';
import type { CloudJobRef, DeidentifyRequest, DuplicatesBehaviour, RowRef } from './ports.ts';

export type JobId = number;

/**
 * What is to be done, with all that is needed to go on after a restart. Two sorts:
 * - *followed*: Encord does it; the program starts it once and asks until it has ended;
 * - *own*: the program does it step by step; every step can be done again without harm.
 */
export type JobTask =
  | { readonly kind: 'reencode-rows'; readonly datasetId: string; readonly dataHashes: readonly string[] }
  | {
      readonly kind: 'reencode-items';
      readonly itemIds: readonly string[];
      readonly title: string;
      readonly force: boolean;
    }
  | {
      readonly kind: 'cloud-register';
      /** Null: into the folder alone. */
      readonly datasetId: string | null;
      readonly folderId: string | null;
      readonly integrationId: string;
      /** The file as it is sent, as JSON text: entries that failed are found in it again. */
      readonly file: string;
      readonly fileName: string | null;
      readonly ignoreErrors: boolean;
    }
  | ({ readonly kind: 'deidentify' } & DeidentifyRequest)
  | { readonly kind: 'delete-rows'; readonly datasetId: string; readonly dataHashes: readonly string[] }
  | {
      readonly kind: 'set-metadata';
      readonly datasetId: string;
      /** `json` is the text of an object; `merge` keeps other keys at the top level. */
      readonly changes: readonly { readonly row: RowRef; readonly title: string; readonly json: string }[];
      readonly mode: 'replace' | 'merge';
    }
  | {
      readonly kind: 'attach-items';
      readonly datasetId: string;
      readonly itemIds: readonly string[];
      /** All items of these folders, and of those below them, too. */
      readonly folderIds: readonly string[];
      readonly duplicates: DuplicatesBehaviour;
    }
  | {
      readonly kind: 'download-rows';
      readonly datasetId: string;
      readonly rows: readonly { readonly dataHash: string; readonly title: string }[];
      /** Absolute path of a folder of this machine. */
      readonly into: string;
    };

export type JobKind = JobTask['kind'];

/** Units of work; their sum is all of it. */
export interface JobCounts {
  readonly pending: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** Where the server's side of a followed job is to be found. */
export type ServerJob =
  | { readonly kind: 'reencode-rows'; readonly datasetId: string; readonly id: string }
  | { readonly kind: 'reencode-items'; readonly id: string }
  | { readonly kind: 'cloud'; readonly job: CloudJobRef }
  | { readonly kind: 'deidentify'; readonly id: string };

export type JobState =
  /**
   * `waiting` while Encord provably knows nothing of it: until it is its turn, or after a call that did not get through.
   * Null is kept before the call that starts it: found like this at a start, nobody knows whether Encord began.
   */
  | {
      readonly at: 'starting';
      readonly waiting: {
        readonly attempts: number;
        readonly notBefore: number;
        readonly failure: Failure | null;
      } | null;
    }
  /** Encord is at it. `failure` is the last thing that went wrong while asking. */
  | {
      readonly at: 'following';
      readonly server: ServerJob;
      readonly counts: JobCounts;
      readonly attempts: number;
      readonly notBefore: number;
      readonly failure: Failure | null;
      /** Somebody wants it to end; the server has been told, or will be. */
      readonly cancelling: boolean;
    }
  /**
   * The program is at it; `step` is how many steps are behind it. Before a step that must not be done twice, `attempts` is
   * raised and `failure` cleared: found like this at a start, nobody knows whether it was done.
   */
  | {
      readonly at: 'working';
      readonly step: number;
      readonly counts: JobCounts;
      readonly attempts: number;
      readonly notBefore: number;
      readonly failure: Failure | null;
    }
  /** Ended by itself: all done, or some units failed. */
  | { readonly at: 'done'; readonly counts: JobCounts; readonly endedAt: number }
  /** Ended as a whole. */
  | { readonly at: 'failed'; readonly counts: JobCounts; readonly failure: Failure; readonly endedAt: number }
  | { readonly at: 'cancelled'; readonly counts: JobCounts; readonly endedAt: number }
  /** The answer to the start was lost, or the server no longer knows it: what came of it has to be looked at. */
  | { readonly at: 'uncertain'; readonly failure: Failure; readonly endedAt: number };

export type JobStateName = JobState['at'];

/** What one unit came to, where there is something to say of it. */
export interface JobResult {
  /** Counts from 0 within the job. */
  readonly index: number;
  readonly ok: boolean;
  /** What people call it: a title, or a URL. */
  readonly title: string;
  readonly urls: readonly string[];
  /** A sentence: what went wrong, or what there is now. */
  readonly message: string;
  readonly action: string;
  readonly subtask: string | null;
  readonly dataHash: string | null;
  readonly itemUuid: string | null;
}

export type NewJobResult = Omit<JobResult, 'index'>;

export interface Job {
  readonly id: JobId;
  readonly accountId: AccountId;
  readonly datasetTitle: string | null;
  readonly task: JobTask;
  /** How many units the task names; a folder of which nothing more is known counts as one. */
  readonly units: number;
  readonly state: JobState;
  readonly addedAt: number;
}

/** A job without the long parts of its task, so that it is read fast: its lists and texts are empty. `units` is true. */
export type BriefJob = Job;

/** What the use cases need of the store for jobs. Every change is one transaction. */
export interface JobStore {
  addJob(job: Omit<Job, 'id'>): JobId;
  job(id: JobId): Job | null;
  briefJob(id: JobId): BriefJob | null;
  /** Newest first. */
  jobs(query: {
    readonly which: 'all' | 'open' | 'ended';
    readonly datasetId: string | null;
    readonly offset: number;
    readonly limit: number;
  }): { readonly total: number; readonly jobs: readonly BriefJob[] };
  /** Oldest first. */
  openJobs(): readonly BriefJob[];
  /** Results that come with the change are added to those that are there. */
  setJobState(id: JobId, state: JobState, results?: readonly NewJobResult[]): void;
  /** What the task left open is known now; the kind stays. The state changes with it. */
  setJobTask(id: JobId, task: JobTask, units: number, state: JobState): void;
  jobResults(
    id: JobId,
    query: { readonly only: 'failed' | 'all'; readonly offset: number; readonly limit: number },
  ): { readonly total: number; readonly results: readonly JobResult[] };
  /** Ended ones only; returns how many went. Null: all ended ones. */
  removeJobs(id: JobId | null): number;
}

export function isOpen(state: JobState): boolean {
  return state.at === 'starting' || state.at === 'following' || state.at === 'working';
}

/**
 * Whether a call that must not be made twice was under way when this was kept. Unless the call is under way now, nobody
 * knows what came of it.
 */
export function isInDoubt(state: JobState): boolean {
  if (state.at === 'starting') return state.waiting === null;
  return state.at === 'working' && state.attempts > 0 && state.failure === null;
}

export const NO_COUNTS: JobCounts = { pending: 0, done: 0, failed: 0, cancelled: 0 };

/** The kinds that Encord does and the program follows; the others the program does itself. */
export const FOLLOWED_KINDS = ['reencode-rows', 'reencode-items', 'cloud-register', 'deidentify'] as const;

export function isFollowed(kind: JobKind): boolean {
  return FOLLOWED_KINDS.some((each) => each === kind);
}

/** The dataset that a task is about; null where it is about none. */
export function datasetOf(task: JobTask): string | null {
  return 'datasetId' in task ? task.datasetId : null;
}

/** The task without what may be long. */
export function brief(task: JobTask): JobTask {
  switch (task.kind) {
    case 'reencode-rows':
    case 'delete-rows':
      return { ...task, dataHashes: [] };
    case 'reencode-items':
      return { ...task, itemIds: [] };
    case 'cloud-register':
      return { ...task, file: '' };
    case 'deidentify':
      return { ...task, dicomUrls: [] };
    case 'set-metadata':
      return { ...task, changes: [] };
    case 'attach-items':
      return { ...task, itemIds: [] };
    case 'download-rows':
      return { ...task, rows: [] };
  }
}
