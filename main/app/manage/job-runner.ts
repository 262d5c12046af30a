/**
 * Does and follows jobs: decides whose turn it is, gives each turn what it needs, and keeps what came of it. A job has one
 * turn at a time; between two of them nothing of it is in memory that the store does not have, but waits. Made by `Jobs`.
 */

import type { EncordSession } from '../../core/encord-port.ts';
import { asUploaderError, type Failure, toLogFields, UploaderError } from '../../core/errors.ts';
import type { Downloads } from '../../core/manage/downloads.ts';
import type { BriefJob, JobId, JobState, JobStore, NewJobResult } from '../../core/manage/jobs.ts';
import { isInDoubt, isOpen } from '../../core/manage/jobs.ts';
import type { AccountId } from '../../core/model.ts';
import type { Clock, Log, Random } from '../../core/ports.ts';
import { type Backoff, backoffMs, DEFAULT_BACKOFF } from '../../core/retry.ts';
import { BLIND_MS, type UnlessBlind, unlessBlind } from '../unless-blind.ts';
import { workOf } from './job-kinds/index.ts';
import type { Work } from './job-kinds/work.ts';
import {
  afterLostTurn,
  askedUntil,
  type Book,
  followedTurn,
  type Next,
  ownTurn,
  retryAfterOf,
  type Turn,
  withoutSession,
} from './job-turns.ts';

export interface RunnerDeps {
  readonly store: JobStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly downloads: Downloads;
  readonly backoff?: Backoff | undefined;
  /** Rejects with the reason why there is none. */
  readonly session: (id: AccountId) => Promise<EncordSession>;
  /** A job is another than before; `ended` where it goes on no more, `moved` where units were done since. */
  readonly changed: (job: BriefJob, what: { readonly ended: boolean; readonly moved: boolean }) => void;
}

/** Of one account. Polls have places of their own: a server may hold them for half a minute. */
const AT_ONCE = { work: 3, poll: 4 } as const;
/** Pauses between two polls, growing to the second while nothing changes. */
const REST_MS = { held: [250, 4_000], plain: [1_000, 30_000] } as const;
/** What must not be broken off gets this long when the program closes. */
const GRACE_MS = 5_000;
/** After something that was not foreseen; no wait is longer, so that a clock that was wrong holds up nothing for long. */
const LONGEST_WAIT_MS = 5 * 60_000;

interface Entry {
  readonly id: JobId;
  readonly accountId: AccountId;
  work: Work | null;
  /** Of the turn that is running. */
  running: Promise<void> | null;
  lane: keyof typeof AT_ONCE;
  abort: AbortController;
  cancelWanted: boolean;
  /** The turn that is running was broken off because the machine goes to sleep. */
  brokenOff: boolean;
  told: boolean;
  rest: number;
  failed: Set<string> | null;
  stopTimer: () => void;
}

export class JobRunner {
  readonly #deps: RunnerDeps;
  readonly #entries = new Map<JobId, Entry>();
  /** Whose turn it is, in this order. */
  readonly #due = new Set<Entry>();
  readonly #closing = new AbortController();
  readonly #hard = new AbortController();
  #held = false;
  readonly #unlessBlind: UnlessBlind;
  #stopRetry = (): void => undefined;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
    this.#unlessBlind = unlessBlind(deps.log, 'The jobs could not be read.');
  }

  /** Takes on an open job. */
  add(job: BriefJob): void {
    if (this.#entries.has(job.id) || this.#closing.signal.aborted) return;
    const entry: Entry = {
      id: job.id,
      accountId: job.accountId,
      work: null,
      running: null,
      lane: 'work',
      abort: new AbortController(),
      cancelWanted: false,
      brokenOff: false,
      told: false,
      rest: 0,
      failed: null,
      stopTimer: () => undefined,
    };
    this.#entries.set(job.id, entry);
    this.#after(entry, waitOf(job.state, this.#deps.clock.now()));
  }

  has(id: JobId): boolean {
    return this.#entries.has(id);
  }

  /** Whether somebody wants it to end, and its step under way has not ended yet. */
  isCancelling(id: JobId): boolean {
    return this.#entries.get(id)?.cancelWanted ?? false;
  }

  /** To be called for an open job that can be cancelled. Units that are done stay. */
  cancel(job: BriefJob): void {
    const { state } = job;
    this.add(job);
    const entry = this.#entries.get(job.id);
    if (!entry) return;
    if (state.at === 'following') {
      this.#set(entry, { ...state, cancelling: true, notBefore: 0 });
    } else {
      entry.cancelWanted = true;
      this.#deps.changed(job, { ended: false, moved: false });
    }
    if (entry.running) {
      if (this.#mayBreakOff(entry, state)) entry.abort.abort();
    } else if (state.at === 'following' || isInDoubt(state)) {
      this.#after(entry, 0);
    } else {
      // Nothing of it is under way, and its next turn may be long in coming.
      entry.stopTimer();
      this.#due.delete(entry);
      this.#end(entry, job);
      this.#entries.delete(entry.id);
    }
  }

  /** What waits after a failure is tried at once, unless Encord asked for the wait. */
  tryNow(): void {
    const waiting = [...this.#entries.values()].filter((entry) => !entry.running && !this.#due.has(entry));
    const waits = new Map<Entry, number>();
    const look = () => {
      for (const entry of waiting) waits.set(entry, this.#askedWait(entry));
    };
    if (waiting.length > 0 && !this.#orLater(look, () => this.tryNow())) return;
    for (const [entry, ms] of waits) this.#after(entry, ms);
    this.#next();
  }

  /**
   * The machine is about to sleep: what can be asked for again is broken off, which counts as no failure, and no turn
   * begins until `release`. What must not be broken off goes on; it is waited for a moment.
   */
  async hold(): Promise<void> {
    this.#held = true;
    const running: Promise<void>[] = [];
    for (const entry of this.#entries.values()) {
      if (!entry.running) continue;
      entry.brokenOff = true;
      entry.abort.abort();
      running.push(entry.running);
    }
    if (running.length === 0) return;
    let stopTimer = (): void => undefined;
    const patience = new Promise<void>((resolve) => {
      stopTimer = this.#deps.clock.after(GRACE_MS, resolve);
    });
    await Promise.race([Promise.all(running), patience]);
    stopTimer();
  }

  /** Ends a hold, and tries at once what may be. */
  release(): void {
    this.#held = false;
    this.tryNow();
  }

  /** Ends when nothing is under way any more; what was broken off goes on at the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#due.clear();
    this.#stopRetry();
    const stopTimer = this.#deps.clock.after(GRACE_MS, () => this.#hard.abort());
    for (const entry of this.#entries.values()) {
      entry.stopTimer();
      entry.abort.abort();
    }
    await Promise.all([...this.#entries.values()].map(({ running }) => running));
    stopTimer();
  }

  /** A poll and what comes before a start can be asked for again; a step only where it says so. */
  #mayBreakOff({ work }: Entry, state: JobState): boolean {
    return state.at !== 'working' || (work?.sort === 'own' && work.interruptible);
  }

  #after(entry: Entry, ms: number): void {
    entry.stopTimer();
    entry.stopTimer = () => undefined;
    if (this.#closing.signal.aborted) return;
    if (ms > 0) {
      entry.stopTimer = this.#deps.clock.after(Math.min(ms, LONGEST_WAIT_MS), () => this.#after(entry, 0));
      return;
    }
    this.#due.add(entry);
    this.#next();
  }

  #next(): void {
    if (!this.#held)
      this.#orLater(
        () => this.#beginDue(),
        () => this.#next(),
      );
  }

  /** Nobody would catch what is thrown to a timer or to the system: while the store cannot be read, turns begin later. */
  #orLater(work: () => void, again: () => void): boolean {
    const done = this.#unlessBlind(work);
    if (!done) {
      this.#stopRetry();
      this.#stopRetry = this.#deps.clock.after(BLIND_MS, again);
    }
    return done;
  }

  #beginDue(): void {
    for (const entry of [...this.#due]) {
      const job = this.#deps.store.briefJob(entry.id);
      if (!job || !isOpen(job.state)) {
        this.#due.delete(entry);
        this.#entries.delete(entry.id);
        continue;
      }
      const lane = job.state.at === 'following' ? 'poll' : 'work';
      if (this.#running(entry.accountId, lane) >= AT_ONCE[lane]) continue;
      this.#due.delete(entry);
      entry.lane = lane;
      if (entry.abort.signal.aborted) entry.abort = new AbortController();
      entry.brokenOff = false;
      entry.running = this.#turn(entry, job);
    }
  }

  /** Milliseconds for which Encord still wants to be left alone. */
  #askedWait(entry: Entry): number {
    const state = this.#deps.store.briefJob(entry.id)?.state;
    const failure = state && failureOf(state);
    if (!failure) return 0;
    const now = this.#deps.clock.now();
    return Math.min(waitOf(state, now), askedUntil(failure) - now);
  }

  #running(accountId: AccountId, lane: Entry['lane']): number {
    let count = 0;
    for (const entry of this.#entries.values()) {
      if (entry.running && entry.accountId === accountId && entry.lane === lane) count += 1;
    }
    return count;
  }

  async #turn(entry: Entry, job: BriefJob): Promise<void> {
    let next: Next;
    try {
      next = await this.#take(entry, job);
    } catch (reason) {
      const fields = toLogFields(asUploaderError(reason));
      this.#deps.log.error('A job met an error that was not foreseen.', { job: entry.id, ...fields });
      next = LONGEST_WAIT_MS;
    }
    entry.running = null;
    if (next === null) this.#entries.delete(entry.id);
    else this.#after(entry, next === 'rest' ? this.#restOf(entry) : next);
    if (!this.#closing.signal.aborted) this.#next();
  }

  async #take(entry: Entry, job: BriefJob): Promise<Next> {
    const book = this.#bookOf(entry, job);
    if (isInDoubt(job.state)) return afterLostTurn(book);
    const session = await this.#deps.session(job.accountId).catch(asUploaderError);
    if (session instanceof UploaderError) {
      // Nobody needs to be asked to end what has not begun, or what the program does.
      return entry.cancelWanted ? this.#end(entry, job) : withoutSession(book, session);
    }
    const failed = () => this.#failedOf(entry);
    const signal = AbortSignal.any([entry.abort.signal, this.#closing.signal]);
    const turn: Turn = {
      ...book,
      tools: { session, failed, signal },
      lasting: { session, failed, signal: this.#hard.signal },
    };
    const work = this.#workOf(entry, job);
    return work.sort === 'followed' ? followedTurn(turn, work) : ownTurn(turn, work);
  }

  #end(entry: Entry, { state, units }: BriefJob): Next {
    const counts =
      state.at === 'working'
        ? { ...state.counts, pending: 0, cancelled: state.counts.cancelled + state.counts.pending }
        : { pending: 0, done: 0, failed: 0, cancelled: units };
    this.#set(entry, { at: 'cancelled', counts, endedAt: this.#deps.clock.now() });
    return null;
  }

  /** Texts of files are needed only to start. */
  #workOf(entry: Entry, job: BriefJob): Work {
    if (entry.work && job.state.at !== 'starting') return entry.work;
    const needsAll = job.state.at !== 'following' || job.task.kind !== 'cloud-register';
    const task = (needsAll ? this.#deps.store.job(job.id)?.task : null) ?? job.task;
    const work = workOf(task, job.units, this.#deps.downloads);
    // What a job is started with may be large, and is not kept.
    if (job.state.at !== 'starting') entry.work = work;
    return work;
  }

  #bookOf(entry: Entry, job: BriefJob): Book {
    const { clock, random, backoff = DEFAULT_BACKOFF } = this.#deps;
    return {
      job,
      state: () => this.#deps.store.briefJob(entry.id)?.state ?? job.state,
      set: (state, results) => this.#set(entry, state, results),
      become: (task, units, state) => {
        this.#deps.store.setJobTask(entry.id, task, units, state);
        entry.work = null;
        this.#told(entry, state, 0);
      },
      now: () => clock.now(),
      backoff: (attempts, failure) => {
        return Math.max(backoffMs(attempts, random, backoff), retryAfterOf(failure) ?? 0);
      },
      closing: () => this.#closing.signal.aborted || entry.brokenOff,
      cancelled: () => entry.cancelWanted,
      toldEncord: () => entry.told,
      noteToldEncord: () => {
        entry.told = true;
      },
    };
  }

  #set(entry: Entry, state: JobState, results: readonly NewJobResult[] = []): void {
    const before = this.#deps.store.briefJob(entry.id)?.state;
    this.#deps.store.setJobState(entry.id, state, results);
    if (entry.failed) noteFailed(entry.failed, results);
    if (before?.at !== state.at || results.length > 0 || movedBy(before, state) > 0) entry.rest = 0;
    this.#told(entry, state, movedBy(before, state));
  }

  #told(entry: Entry, state: JobState, moved: number): void {
    const job = this.#deps.store.briefJob(entry.id);
    if (job) this.#deps.changed(job, { ended: !isOpen(state), moved: moved > 0 });
  }

  #failedOf(entry: Entry): ReadonlySet<string> {
    if (!entry.failed) {
      const { store } = this.#deps;
      const all = store.jobResults(entry.id, { only: 'failed', offset: 0, limit: Number.MAX_SAFE_INTEGER });
      entry.failed = new Set();
      noteFailed(entry.failed, all.results);
    }
    return entry.failed;
  }

  #restOf(entry: Entry): number {
    const [first, last] = REST_MS[entry.work?.sort === 'followed' ? entry.work.polling : 'plain'];
    entry.rest = Math.min(last, entry.rest === 0 ? first : entry.rest * 2);
    return entry.rest;
  }
}

function noteFailed(failed: Set<string>, results: readonly NewJobResult[]): void {
  for (const { ok, dataHash } of results) if (!ok && dataHash !== null) failed.add(dataHash);
}

function movedBy(before: JobState | undefined, after: JobState): number {
  const done = before && 'counts' in before ? before.counts.done : 0;
  return 'counts' in after ? after.counts.done - done : 0;
}

function failureOf(state: JobState): Failure | null {
  if (state.at === 'starting') return state.waiting?.failure ?? null;
  return 'failure' in state ? state.failure : null;
}

/** Milliseconds until it may be its turn. */
function waitOf(state: JobState, now: number): number {
  if (state.at === 'starting') return (state.waiting?.notBefore ?? now) - now;
  return 'notBefore' in state ? state.notBefore - now : 0;
}
