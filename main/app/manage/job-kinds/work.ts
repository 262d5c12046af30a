/**
 * What each kind of job tells the runner (`../job-runner.ts`): how it is started and asked for, or how its next step is
 * done. Kinds keep nothing but what their task says; the runner keeps what came of it.
 */

import type { Answer, CallFailure, EncordSession } from '../../../core/encord-port.ts';
import type { UploaderError } from '../../../core/errors.ts';
import type { JobCounts, JobTask, NewJobResult, ServerJob } from '../../../core/manage/jobs.ts';

export interface WorkTools {
  readonly session: EncordSession;
  /** Aborted when the program closes; of interruptible work also when somebody cancels it. */
  readonly signal: AbortSignal;
  /** Data hashes of the units that failed so far. */
  readonly failed: () => ReadonlySet<string>;
}

export type Work = FollowedWork | OwnWork;

/** Encord does it. */
export interface FollowedWork {
  readonly sort: 'followed';
  /** `held`: the server holds a poll until there is something to say; `plain`: it answers at once. */
  readonly polling: 'held' | 'plain';
  /** Looks at what is needed before the start; can be done any number of times. */
  prepare(tools: WorkTools): Promise<Prepared>;
  poll(server: ServerJob, tools: WorkTools): Promise<Polled>;
  /** Tells Encord to stop; true where it has a way to. */
  cancel: ((server: ServerJob, tools: WorkTools) => Promise<Answer<unknown>>) | null;
}

export type Prepared =
  /** `start` is called once, after the intent was kept. */
  | {
      readonly kind: 'ready';
      readonly counts: JobCounts;
      readonly results: readonly NewJobResult[];
      readonly start: (tools: WorkTools) => Promise<Answer<ServerJob>>;
    }
  | { readonly kind: 'later'; readonly failure: CallFailure }
  /** There is nothing to start. */
  | { readonly kind: 'nothing'; readonly error: UploaderError; readonly results: readonly NewJobResult[] };

export type Polled =
  /** Null: no counts are told. */
  | { readonly kind: 'running'; readonly counts: JobCounts | null }
  | { readonly kind: 'done'; readonly counts: JobCounts; readonly results: readonly NewJobResult[] }
  | { readonly kind: 'cancelled'; readonly counts: JobCounts; readonly results: readonly NewJobResult[] }
  | {
      readonly kind: 'failed';
      readonly error: UploaderError;
      /** Null: none of it was done. */
      readonly counts: JobCounts | null;
      readonly results: readonly NewJobResult[];
    }
  | { readonly kind: 'later'; readonly failure: CallFailure };

/** The program does it, step by step, in an order that the task alone decides. */
export interface OwnWork {
  readonly sort: 'own';
  readonly steps: number;
  /** Whether a step may be broken off in its middle when somebody cancels the job. */
  readonly interruptible: boolean;
  /** False where a step that was done, and whose answer was lost, must not be done again. */
  readonly repeatable: boolean;
  step(step: number, tools: WorkTools): Promise<Stepped>;
}

export type Stepped =
  | {
      readonly kind: 'stepped';
      readonly done: number;
      readonly failed: number;
      readonly results: readonly NewJobResult[];
    }
  /** The same step once more, when it may work; `refused` ends the job. */
  | { readonly kind: 'later'; readonly failure: CallFailure }
  /** No other step would fare better. */
  | { readonly kind: 'stopped'; readonly error: UploaderError }
  /** What the task left open is known now: the steps begin with this one. */
  | { readonly kind: 'became'; readonly task: JobTask; readonly units: number }
  | { readonly kind: 'cancelled' };

/** As many as one call takes. */
export const ROWS_PER_CALL = 500;

export function chunk<T>(list: readonly T[], size: number, at: number): readonly T[] {
  return list.slice(at * size, (at + 1) * size);
}

export function chunks(length: number, size: number): number {
  return Math.ceil(length / size);
}

/** A result with nothing but what is given. */
export function result(
  of: Pick<NewJobResult, 'ok' | 'title' | 'message'> & Partial<NewJobResult>,
): NewJobResult {
  return { urls: [], action: '', subtask: null, dataHash: null, itemUuid: null, ...of };
}

/** An answer whose value is what the server's job is found by. */
export function asServerJob<T>(answer: Answer<T>, make: (value: T) => ServerJob): Answer<ServerJob> {
  return answer.ok ? { ok: true, value: make(answer.value) } : answer;
}

/** For a job of one kind that is asked about another's: the store never holds such a pair. */
export function otherServer(server: ServerJob): never {
  throw new Error(`A job of another kind is followed as ${server.kind}.`);
}
