/**
 * One turn of a job: the next call of one that Encord does, the next step of one that the program does, and what its
 * outcome means for the job. Called by the runner, which decides when.
 *
 * The intent to start something that must not be started twice is kept before the call. A lost answer ends as `uncertain`,
 * never as a second start.
 */

import type { CallFailure } from '../../core/encord-port.ts';
import { type ErrorCode, type Failure, toFailure, UploaderError } from '../../core/errors.ts';
import type { BriefJob, JobCounts, JobState, NewJobResult } from '../../core/manage/jobs.ts';
import type { FollowedWork, OwnWork, WorkTools } from './job-kinds/work.ts';
import { doubtSentence, leftBehindSentence, lostSentence } from './job-words.ts';

type At<N extends JobState['at']> = Extract<JobState, { readonly at: N }>;

/** What a turn knows of its job, and where it writes what came of it. */
export interface Book {
  /** As it was when the turn began. */
  readonly job: BriefJob;
  /** As the store has it now: somebody may cancel while a call is under way. */
  state(): JobState;
  set(state: JobState, results?: readonly NewJobResult[]): void;
  /** What the task left open is known. */
  become(task: BriefJob['task'], units: number, state: JobState): void;
  now(): number;
  /** Milliseconds to wait after a failure. */
  backoff(attempts: number, failure: CallFailure): number;
  /** The program closes, or the machine goes to sleep: what was broken off is not to be counted as a failure. */
  closing(): boolean;
  /** Somebody wants it to end. */
  cancelled(): boolean;
  /** Whether Encord was told to cancel it, in this run. */
  toldEncord(): boolean;
  noteToldEncord(): void;
}

/** With what is needed to call Encord. */
export interface Turn extends Book {
  readonly tools: WorkTools;
  /** The same, for what must not be broken off when the program closes: it gets some seconds more. */
  readonly lasting: WorkTools;
}

/** Among the details of a failure: the server's `Retry-After` in seconds. It outlives the program with them. */
const ASKED = 'retryAfter';

/** Milliseconds until the next turn; `rest` where the pause grows from turn to turn; null: the job has ended. */
export type Next = number | 'rest' | null;

// ---------------------------------------------------------------------------------------------- followed

export async function followedTurn(turn: Turn, work: FollowedWork): Promise<Next> {
  const { state } = turn.job;
  if (state.at === 'starting') return begin(turn, work, state.waiting?.attempts ?? 0);
  if (state.at !== 'following') return null;
  if (state.cancelling && work.cancel && !turn.toldEncord()) {
    const answer = await work.cancel(state.server, turn.tools);
    if (answer.ok) turn.noteToldEncord();
    else if (isFinal(answer.failure)) notCancelled(turn, answer.failure);
    else return notAnswered(turn, answer.failure);
  }
  const polled = await work.poll(state.server, turn.tools);
  const now = turn.state();
  if (now.at !== 'following') return null;
  const endedAt = turn.now();
  switch (polled.kind) {
    case 'later':
      return notAnswered(turn, polled.failure);
    case 'running': {
      const counts = polled.counts ?? now.counts;
      if (!same(counts, now.counts) || now.attempts > 0) {
        turn.set({ ...now, counts, attempts: 0, notBefore: 0, failure: null });
      }
      return 'rest';
    }
    case 'done':
    case 'cancelled':
      turn.set({ at: polled.kind, counts: polled.counts, endedAt }, polled.results);
      return null;
    case 'failed': {
      const { pending, done, failed, cancelled } = now.counts;
      const counts = polled.counts ?? { pending: 0, done, failed: failed + pending, cancelled };
      turn.set({ at: 'failed', counts, failure: toFailure(polled.error, endedAt), endedAt }, polled.results);
      return null;
    }
  }
}

async function begin(turn: Turn, work: FollowedWork, attempts: number): Promise<Next> {
  const unbegun = { pending: 0, done: 0, failed: 0, cancelled: turn.job.units };
  if (turn.cancelled()) return cancelled(turn, unbegun);
  const prepared = await work.prepare(turn.tools);
  if (turn.cancelled()) return cancelled(turn, unbegun);
  if (turn.closing()) return 0;
  switch (prepared.kind) {
    case 'later':
      return notStarted(turn, prepared.failure, attempts);
    case 'nothing': {
      const counts = { pending: 0, done: 0, failed: turn.job.units, cancelled: 0 };
      return fail(turn, prepared.error, counts, prepared.results);
    }
    case 'ready': {
      turn.set({ at: 'starting', waiting: null });
      const answer = await prepared.start(turn.lasting);
      if (answer.ok) {
        const { counts, results } = prepared;
        const fresh = { attempts: 0, notBefore: 0, failure: null, cancelling: false };
        turn.set({ at: 'following', server: answer.value, counts, ...fresh }, results);
        return 0;
      }
      if (answer.failure.kind === 'lost')
        return doubt(turn, lostSentence(turn.job.task), answer.failure.error);
      return notStarted(turn, answer.failure, attempts);
    }
  }
}

/** Encord provably did not begin. */
function notStarted(turn: Book, failure: CallFailure, attempts: number): Next {
  if (isFinal(failure)) {
    return fail(turn, failure.error, { pending: 0, done: 0, failed: turn.job.units, cancelled: 0 });
  }
  const wait = turn.closing() ? 0 : turn.backoff(attempts, failure);
  turn.set({
    at: 'starting',
    waiting: turn.closing()
      ? { attempts, notBefore: 0, failure: null }
      : { attempts: attempts + 1, ...waiting(turn, failure, wait) },
  });
  return wait;
}

/** Questions in a row that came to nothing, of which the last was refused: with growing waits this is about a quarter of an hour. */
const REFUSED_AT_MOST = 20;

/** The job goes on at Encord, whatever keeps the program from asking. */
function notAnswered(turn: Book, failure: CallFailure): Next {
  const state = turn.state();
  if (state.at !== 'following') return null;
  if (failure.error.code === 'cancelled' || turn.closing()) return 0;
  if (failure.kind === 'refused' && failure.error.code === 'not-found') {
    return doubt(turn, doubtSentence(turn.job.task), failure.error, 'job-lost');
  }
  if (failure.error.code === 'account-unknown') return doubt(turn, leftBehindSentence(), failure.error);
  // The right to see it was taken away, say: a job that nobody may ask about would stay open for ever.
  if (failure.kind === 'refused' && state.attempts >= REFUSED_AT_MOST) {
    return doubt(turn, doubtSentence(turn.job.task), failure.error, 'job-lost');
  }
  const wait = turn.backoff(state.attempts, failure);
  turn.set({ ...state, attempts: state.attempts + 1, ...waiting(turn, failure, wait) });
  return wait;
}

/** Encord may have ended it by itself, or not let this account cancel it: it is followed as before, and says why. */
function notCancelled(turn: Book, { error }: CallFailure): void {
  const state = turn.state();
  if (state.at !== 'following') return;
  turn.set({ ...state, cancelling: false, attempts: 0, failure: toFailure(error, turn.now()) });
}

// ---------------------------------------------------------------------------------------------- own

export async function ownTurn(turn: Turn, work: OwnWork): Promise<Next> {
  const { state } = turn.job;
  if (state.at !== 'working') return null;
  if (state.step >= work.steps) {
    turn.set({ at: 'done', counts: state.counts, endedAt: turn.now() });
    return null;
  }
  if (turn.cancelled()) return cancelled(turn, stopped(state.counts));
  // Found like this at a start, the job is in doubt.
  if (!work.repeatable) turn.set({ ...state, attempts: state.attempts + 1, failure: null });
  const stepped = await work.step(state.step, work.repeatable ? turn.tools : turn.lasting);
  switch (stepped.kind) {
    case 'stepped': {
      const counts = {
        ...state.counts,
        pending: Math.max(0, state.counts.pending - stepped.done - stepped.failed),
        done: state.counts.done + stepped.done,
        failed: state.counts.failed + stepped.failed,
      };
      const next: At<'working'> = { ...calm(state), step: state.step + 1, counts };
      if (turn.cancelled() && next.step < work.steps)
        return cancelled(turn, stopped(counts), stepped.results);
      turn.set(next.step < work.steps ? next : { at: 'done', counts, endedAt: turn.now() }, stepped.results);
      return next.step < work.steps ? 0 : null;
    }
    case 'became': {
      const counts = { ...state.counts, pending: stepped.units };
      turn.become(stepped.task, stepped.units, { ...calm(state), step: 0, counts });
      return 0;
    }
    case 'stopped':
      return fail(turn, stepped.error, state.counts);
    case 'cancelled':
      return turn.cancelled() ? cancelled(turn, stopped(state.counts)) : 0;
    case 'later':
      return notStepped(turn, work, state, stepped.failure);
  }
}

function notStepped(
  turn: Book,
  work: Pick<OwnWork, 'repeatable'>,
  state: At<'working'>,
  failure: CallFailure,
): Next {
  if (!work.repeatable && failure.kind === 'lost') {
    return doubt(turn, lostSentence(turn.job.task), failure.error);
  }
  // Before anything else: what somebody cancelled must not go on at the next start.
  if (turn.cancelled()) return cancelled(turn, stopped(state.counts));
  if (turn.closing()) {
    turn.set(calm(state));
    return 0;
  }
  if (isFinal(failure)) return fail(turn, failure.error, state.counts);
  const wait = turn.backoff(state.attempts, failure);
  turn.set({ ...state, attempts: state.attempts + 1, ...waiting(turn, failure, wait) });
  return wait;
}

function calm(state: At<'working'>): At<'working'> {
  return { ...state, attempts: 0, notBefore: 0, failure: null };
}

/** What was not begun when it was cancelled. */
function stopped({ pending, done, failed, cancelled: before }: JobCounts): JobCounts {
  return { pending: 0, done, failed, cancelled: before + pending };
}

// ---------------------------------------------------------------------------------------------- ends

function cancelled(turn: Book, counts: JobCounts, results: readonly NewJobResult[] = []): Next {
  turn.set({ at: 'cancelled', counts, endedAt: turn.now() }, results);
  return null;
}

function fail(
  turn: Book,
  error: UploaderError,
  counts: JobCounts,
  results: readonly NewJobResult[] = [],
): Next {
  const endedAt = turn.now();
  turn.set({ at: 'failed', counts, failure: toFailure(error, endedAt), endedAt }, results);
  return null;
}

/** The sentence says what to do; what was met stays in the details. */
export function inDoubt(
  message: string,
  at: number,
  cause?: UploaderError,
  code: ErrorCode = 'uncertain',
): Failure {
  const details = cause ? { ...cause.details, met: cause.code } : {};
  return toFailure(new UploaderError(code, message, { details }), at);
}

function doubt(turn: Book, message: string, cause?: UploaderError, code: ErrorCode = 'uncertain'): Next {
  const endedAt = turn.now();
  turn.set({ at: 'uncertain', failure: inDoubt(message, endedAt, cause, code), endedAt });
  return null;
}

/** Encord said no, and will say it again. */
function isFinal(failure: CallFailure): boolean {
  return failure.kind === 'refused' || failure.kind === 'no-such-call';
}

function waiting(turn: Book, failure: CallFailure, wait: number) {
  const now = turn.now();
  const kept = toFailure(failure.error, now);
  const ms = retryAfterOf(failure);
  const details = ms === null ? kept.details : { ...kept.details, [ASKED]: String(Math.ceil(ms / 1000)) };
  return { notBefore: now + wait, failure: { ...kept, details } };
}

/** Milliseconds after which the server said that it may be asked again; null where it named no time. */
export function retryAfterOf(failure: CallFailure): number | null {
  return 'retryAfterMs' in failure ? (failure.retryAfterMs ?? null) : null;
}

/** Until when the server asked to be left alone, milliseconds since the epoch; infinite: as long as it waits anyway. */
export function askedUntil({ code, details, at }: Failure): number {
  const seconds = details[ASKED];
  if (seconds !== undefined) return at + Number(seconds) * 1000;
  return code === 'rate-limited' ? Number.POSITIVE_INFINITY : 0;
}

function same(one: JobCounts, other: JobCounts): boolean {
  return (
    one.pending === other.pending &&
    one.done === other.done &&
    one.failed === other.failed &&
    one.cancelled === other.cancelled
  );
}

/** A turn ended in the middle of a call that must not be made twice: what came of it could not be kept. */
export function afterLostTurn(turn: Book): Next {
  return doubt(turn, lostSentence(turn.job.task));
}

/** The account has no session now: nothing was called. */
export function withoutSession(turn: Book, error: UploaderError): Next {
  const failure: CallFailure = { kind: error.code === 'account-unknown' ? 'refused' : 'signed-out', error };
  const { state } = turn.job;
  switch (state.at) {
    case 'starting':
      return notStarted(turn, failure, state.waiting?.attempts ?? 0);
    case 'following':
      return notAnswered(turn, failure);
    case 'working':
      return notStepped(turn, { repeatable: true }, state, failure);
    default:
      return null;
  }
}
