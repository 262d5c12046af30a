/**
 * The engine: picks due work from the store and does it, until it is stopped. It holds no truth of its own: all
 * that it knows beyond the store is what is under way at this moment, so that it can be killed at any instant and
 * started again. Started by the composition root, steered by the use cases in `main/app`.
 */

import { Committer } from './committer.ts';
import {
  asUploaderError,
  type Failure,
  isDataFolderError,
  NETWORK_CODES,
  toLogFields,
  UploaderError,
} from './errors.ts';
import { FailureLog } from './failure-log.ts';
import type { GateState } from './gate.ts';
import type { AccountId, Batch, BatchId } from './model.ts';
import { Registrations } from './registrations.ts';
import { backoffMs } from './retry.ts';
import { Shift } from './shift.ts';
import { Transfers } from './transfers.ts';
import { type EngineDeps, type ReadyBatch, type Transfer, Workshop } from './work.ts';

export type { EngineDeps, EngineListener, MediaFacts, Transfer } from './work.ts';

/** How long after a failed session (a locked keychain, say) it is tried again. */
const SESSION_RETRY_MS = 30_000;
/** At stop, a call that registers has this long for its answer; without one it is looked up at the next start. */
const STOP_PATIENCE_MS = 3_000;
/** After the store failed to write (disk full, say), work starts again after this. */
const STORE_RETRY_MS = 10_000;
/** Between two looks into the queue while files are on their way. */
const BUSY_PAUSE_MS = 5;
/** Smaller steps back are the clock being kept in time. */
const CLOCK_NOISE_MS = 1_000;

/** What stands between the queue and Encord, as one truth. */
export type ConnectionState =
  | GateState
  /** The data folder cannot be written; nothing new is begun until it can. */
  | { readonly kind: 'stuck'; readonly failure: Failure };

export class Engine {
  readonly #deps: EngineDeps;
  readonly #shift: Shift;
  readonly #committer: Committer;
  readonly #shop: Workshop;
  readonly #transfers: Transfers;
  readonly #registrations: Registrations;
  readonly #preparing = new Set<BatchId>();
  /** Accounts without a usable session: when to ask again. */
  readonly #sessionTrouble = new Map<AccountId, { error: UploaderError; until: number }>();
  /** When the pump last looked; an earlier time afterwards means that the clock was set back. */
  #lastNow = 0;
  /** Why the queue could not be read when that was last tried. */
  #readTrouble: UploaderError | null = null;
  #started = false;
  #stopped = false;
  #held = false;
  /** What waits for the network is to be tried, and the store has not been told yet. */
  #eager = false;
  #pumping = false;
  #again = false;
  #scheduled: (() => void) | null = null;
  #timer: (() => void) | null = null;
  #idleWaiters: (() => void)[] = [];

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    this.#shift = new Shift(deps.clock);
    const failures = new FailureLog(deps.log, deps.clock);
    this.#committer = new Committer(deps.store, deps.clock, {
      committed: (changes) => {
        failures.note(changes);
        deps.listener.changed();
        this.wake();
      },
      stuck: (error) => this.#noteStuck(error),
    });
    this.#shop = new Workshop(deps, this.#committer, this.#shift);
    this.#transfers = new Transfers(this.#shop);
    this.#registrations = new Registrations(this.#shop);
  }

  /** Puts every intent that nobody waits for any more in doubt, and begins. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    const failure = this.#shop.failure(
      new UploaderError(
        'interrupted',
        'The program stopped while this was being registered. Looking whether it was.',
      ),
    );
    // A wait that is longer than any that is set here was written by a clock that was ahead (or is the server's wish,
    // which it will repeat).
    this.#deps.store.forgetWaits(this.#shop.now() + this.#shop.backoff.capMs);
    const open = this.#deps.store.openIntents();
    if (open.length > 0) {
      this.#deps.store.commit(
        open.map((id) => ({ kind: 'unit', id, event: { on: 'in-doubt', failure, notBefore: 0 } })),
      );
    }
    this.wake();
  }

  /** Something may have become due: new work, a setting, a network that came back. Cheap; coalesced. */
  wake(): void {
    if (!this.#started || this.#shift.over || this.#scheduled) return;
    // With work under way there is no hurry to find more: what was read ahead lasts a while.
    this.#scheduled = this.#deps.clock.after(this.busy ? BUSY_PAUSE_MS : 1, () => {
      this.#scheduled = null;
      void this.#pump();
    });
  }

  /** Pause, cancel or sign-out happened: what is no longer wanted stops now. */
  reconsider(): void {
    this.#transfers.stopUnless(({ unitId, batchId, itemId }) => {
      if (!this.#deps.store.mayStart(batchId)) return false;
      const unit = this.#deps.store.unit(unitId);
      if (!unit || unit.paused || unit.state.at !== 'collecting') return false;
      return this.#deps.store.itemsOf(unitId).some((item) => item.id === itemId);
    });
    this.wake();
  }

  /** The network is back, or somebody asked: do not wait for the next try. Where the server asked to wait, that stays. */
  tryNow(): void {
    this.#eager = true;
    for (const gate of this.#shop.gates().values()) gate.tryNow(this.#shop.now());
    this.#sessionTrouble.clear();
    this.wake();
  }

  /** The files on their way now. */
  transfers(): readonly Transfer[] {
    return this.#transfers.transfers();
  }

  /** What holds everything up, else the worst that any account's gate says. */
  connection(): ConnectionState {
    const stuck = this.#committer.trouble ?? this.#readTrouble;
    if (stuck) return { kind: 'stuck', failure: this.#shop.failure(inPlainWords(stuck)) };
    const states = this.#shop.gateStates();
    return (
      states.find((state) => state.kind === 'offline') ??
      states.find((state) => state.kind === 'waiting') ?? { kind: 'open' }
    );
  }

  /** Whether the server of any account has answered since the start. */
  get heardFrom(): boolean {
    return this.#shop.heardFrom;
  }

  /** Why an account's session cannot be had at the moment; null when it can. */
  sessionTrouble(accountId: AccountId): UploaderError | null {
    return this.#sessionTrouble.get(accountId)?.error ?? null;
  }

  /** True while any call or transfer is under way. */
  get busy(): boolean {
    return this.#transfers.busy + this.#registrations.busy + this.#preparing.size > 0;
  }

  /**
   * The machine is about to sleep: what is on its way is broken off without counting as a failure of anybody, and
   * nothing begins until `release`. Fulfilled when nothing is under way any more. It is no pause: nothing is kept of it.
   */
  async hold(): Promise<void> {
    if (this.#stopped) return;
    this.#held = true;
    this.#breakOff();
    await this.#idle();
    this.#committer.flush();
  }

  /** The machine woke. Ends a hold, if there is one, at once or when the last of what was broken off is over. */
  release(): void {
    this.#shift.woke();
    this.#held = false;
    if (!this.busy) this.#goOn();
  }

  /**
   * Stops: aborts transfers, lets calls that register finish their answer for a moment, writes what happened.
   * Nothing is lost if the process dies meanwhile.
   */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#breakOff();
    await this.#idle();
    this.#shift.forgetPatience();
    this.#committer.flush();
  }

  #breakOff(): void {
    this.#shift.end(STOP_PATIENCE_MS);
    this.#scheduled?.();
    this.#scheduled = null;
    this.#timer?.();
    this.#timer = null;
    this.#transfers.stop();
  }

  #idle(): Promise<void> {
    return this.busy ? new Promise((resolve) => this.#idleWaiters.push(resolve)) : Promise.resolve();
  }

  #goOn(): void {
    if (this.#stopped || this.#held || !this.#shift.over) return;
    this.#shift.begin();
    // A probe that was broken off told nobody that it had ended.
    for (const gate of this.#shop.gates().values()) gate.probeEnded();
    this.tryNow();
  }

  #settled = (): void => {
    if (this.#shift.over && !this.busy) {
      for (const waiter of this.#idleWaiters.splice(0)) waiter();
      this.#goOn();
    }
    this.wake();
  };

  async #pump(): Promise<void> {
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    this.#pumping = true;
    let now = this.#shop.now();
    try {
      do {
        this.#again = false;
        now = this.#shop.now();
        if (now < this.#lastNow - CLOCK_NOISE_MS) this.#clockSetBack(now);
        this.#lastNow = now;
        const { brokenFor } = this.#committer;
        if (brokenFor > 0) return this.#sleep(brokenFor);
        if (this.#eager) this.#forgetNetworkWaits(now);
        const ready = await this.#readyBatches();
        if (this.#shift.over) return;
        // Registrations first: they free what is already there, and a job takes its time.
        this.#registrations.start(ready, this.#settled);
        this.#transfers.start(ready, this.#settled);
      } while (this.#again);
      this.#noteReadTrouble(null);
      if (!this.busy) this.#committer.forgetTrouble();
      this.#sleepUntilDue(now);
    } catch (reason) {
      // First of all: whoever is told of it looks at the same store.
      this.#sleep(STORE_RETRY_MS);
      const error = asUploaderError(reason);
      if (isDataFolderError(error)) this.#noteReadTrouble(error);
      else this.#deps.log.error('The queue could not be read or written.', toLogFields(error));
    } finally {
      this.#pumping = false;
    }
  }

  #noteReadTrouble(error: UploaderError | null): void {
    const before = this.#readTrouble;
    this.#readTrouble = error;
    if (before?.code !== error?.code) this.#noteStuck(error);
  }

  /** Said once in the log, however often it is tried; the pages see it for as long as it lasts. */
  #noteStuck(error: UploaderError | null): void {
    if (error) {
      const fields = { ...error.details, ...toLogFields(error) };
      this.#deps.log.error('The data folder cannot be used.', fields);
    } else this.#deps.log.info('The data folder can be used again.');
    this.#deps.listener.changed();
  }

  /** All that waits for a time would wait as much longer; it is tried now instead, and waits again where it must. */
  #clockSetBack(now: number): void {
    this.#deps.log.warn('The clock of this machine was set back.');
    this.#deps.store.forgetWaits(now);
    this.#registrations.forgetWaits();
    for (const gate of this.#shop.gates().values()) gate.clockSetBack(now);
    this.#sessionTrouble.clear();
  }

  /** What did not get through waits in the store, too. What waits for its own reason, or was told to, goes on waiting. */
  #forgetNetworkWaits(now: number): void {
    // What failed a moment ago is among it.
    this.#committer.flush();
    const closed = this.#shop.gateStates().filter((state) => state.kind === 'offline');
    this.#deps.store.forgetWaits(now, [...NETWORK_CODES, ...closed.map(({ failure }) => failure.code)]);
    this.#eager = false;
  }

  /** Batches that can be worked on now. Those without a target get one first. */
  async #readyBatches(): Promise<ReadyBatch[]> {
    const result: ReadyBatch[] = [];
    for (const batch of this.#deps.store.workingBatches()) {
      const gate = this.#shop.gate(batch.accountId);
      if (gate.allowance(this.#shop.now()) === 'none') continue;
      const session = await this.#session(batch.accountId);
      if (!session) continue;
      if (this.#shift.over) return [];
      const held = batch.trouble !== null && batch.trouble.notBefore > this.#shop.now();
      if (batch.target) result.push({ batch, target: batch.target, session, gate, held });
      else if (!held) void this.#prepare(batch);
    }
    return result;
  }

  async #session(accountId: AccountId) {
    const trouble = this.#sessionTrouble.get(accountId);
    if (trouble && this.#shop.now() < trouble.until) return null;
    const session = await this.#deps.session(accountId);
    if (session instanceof UploaderError) {
      this.#sessionTrouble.set(accountId, { error: session, until: this.#shop.now() + SESSION_RETRY_MS });
      this.#deps.listener.changed();
      return null;
    }
    if (this.#sessionTrouble.delete(accountId)) this.#deps.listener.changed();
    return session;
  }

  /** Finds out the route and the folder of a batch, once. */
  async #prepare(batch: Batch): Promise<void> {
    if (this.#preparing.has(batch.id)) return;
    const session = await this.#session(batch.accountId);
    if (!session || this.#preparing.has(batch.id) || this.#shift.over) return;
    this.#preparing.add(batch.id);
    const { accountId, datasetId, routeChoice, folderChoice } = batch;
    try {
      const gate = this.#shop.gate(accountId);
      if (gate.allowance(this.#shop.now()) === 'one') gate.probe();
      const answer = await this.#shop.call(accountId, () =>
        session.resolveTarget({ datasetId, routeChoice, folderChoice }, this.#shift.signal),
      );
      if (this.#shift.over) return;
      if (answer.ok) {
        if (answer.value.notice) this.#deps.listener.routeNotice(accountId, answer.value.notice);
        await this.#committer.commit([
          { kind: 'batch-target', id: batch.id, target: answer.value.target },
          { kind: 'batch-trouble', id: batch.id, trouble: null },
        ]);
        return;
      }
      const final = answer.failure.kind === 'refused' || answer.failure.kind === 'no-such-call';
      const attempts = (batch.trouble?.attempts ?? 0) + 1;
      const notBefore = final
        ? Number.MAX_SAFE_INTEGER
        : this.#shop.now() + backoffMs(attempts, this.#deps.random, this.#shop.backoff);
      const failure = this.#shop.failure(answer.failure.error);
      await this.#committer.commit([
        { kind: 'batch-trouble', id: batch.id, trouble: { failure, notBefore, attempts } },
      ]);
    } catch (reason) {
      this.#shop.noteUnrecorded('A batch could not be prepared.', reason);
    } finally {
      this.#preparing.delete(batch.id);
      this.#settled();
    }
  }

  /** @param since the time at which the pump looked: what became due after it has not been seen */
  #sleepUntilDue(since: number): void {
    const times = [this.#deps.store.nextDue(since), this.#registrations.nextPoll(since)];
    for (const state of this.#shop.gateStates()) if (state.kind !== 'open') times.push(state.until);
    for (const trouble of this.#sessionTrouble.values()) times.push(trouble.until);
    const next = Math.min(...times.filter((time): time is number => time !== null && time > since));
    if (Number.isFinite(next)) this.#sleep(Math.max(next - this.#shop.now(), 1));
  }

  #sleep(ms: number): void {
    this.#timer?.();
    // A sleep is cut into minutes, so that a clock that jumps cannot make the queue sleep for ever.
    this.#timer = this.#deps.clock.after(Math.min(ms, 60_000), () => {
      this.#timer = null;
      this.wake();
    });
  }
}

/** What the trouble of the data folder means for the uploads. */
function inPlainWords({ code, message, details }: UploaderError): UploaderError {
  const said = (text: string): UploaderError =>
    new UploaderError(code, text, { details: { ...details, message } });
  switch (code) {
    case 'disk-full':
      return said(
        'The disk of the data folder is full. Nothing is lost; uploads go on by themselves when there is room.',
      );
    case 'data-folder-in-use':
      return said(
        'Another program keeps the queue’s database busy. Nothing is lost; uploads go on by themselves when it lets go.',
      );
    case 'data-folder-unusable':
      return said(
        'The data folder cannot be read and written: check its disk and its permissions. Nothing is lost; uploads go on by themselves when it can be used.',
      );
    default:
      return said(message);
  }
}
