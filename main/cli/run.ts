/**
 * Works on the queue until what a command asked for has come to its end, with a line of progress. Used by `upload` and
 * `retry`; `watch run` has a loop of its own.
 */

import type { Program } from '../app/program.ts';
import { type Failure, toFailure } from '../core/errors.ts';
import type { AccountId, BatchId, UnitId } from '../core/model.ts';
import { sayNow } from '../core/timetable.ts';
import { lookUntil } from './look-until.ts';
import type { Watched } from './summary.ts';
import type { Terminal } from './terminal.ts';
import { bytesText, countText, etaText } from './words.ts';

/** How often the line of progress is drawn, and the end looked for. */
const LOOK_EVERY_MS = 100;
/** Single units that are looked at each time: there may be as many as files in the world. */
const LOOKS_AT_ONCE = 200;

/** What stands in the way of all that is left of a batch, for those batches where something does. */
export type Troubles = ReadonlyMap<BatchId, Failure>;

/**
 * Lifts what would make a command wait for ever, and says so: a pause of the whole queue, a pause of the accounts that
 * it uploads with, and the mark of an account that Encord once turned away and takes now.
 */
export async function liftHolds(
  program: Program,
  watched: Watched,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { store } = program.deps;
  const batches = batchesOf(program, watched);
  if (batches.size === 0) return;
  const accounts = [...batches].flatMap((batch) => store.batch(batch)?.accountId ?? []);
  await liftAccountHolds(program, new Set(accounts), terminal, signal);
}

/** The same for accounts that are named. */
export async function liftAccountHolds(
  program: Program,
  accounts: ReadonlySet<AccountId>,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { store } = program.deps;
  if (store.isPaused()) {
    terminal.note('The queue was paused. It goes on now, with everything that waits in it.');
    program.queue.resume({ kind: 'all' });
  }
  for (const id of accounts) {
    const account = store.account(id);
    if (account?.paused) {
      terminal.note(`The uploads of ${account.name} were paused. They go on now.`);
      program.queue.resume({ kind: 'account', id });
    }
    // The passphrase is asked for before a line of progress is drawn over the question.
    if (account && program.accounts.view(id).passphrase === 'needed') {
      await program.accounts.session(id).catch(() => undefined);
    }
    // Where it is still turned away, the run ends with Encord's own words.
    if (account?.blocked) await program.accounts.check(id, signal).catch(() => undefined);
  }
}

/** Waits until nothing of it can go on, or for the interruption. */
export async function runToEnd(
  program: Program,
  watched: Watched,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<Troubles> {
  const watch = new Watch(program, watched);
  let stuck = false;
  await lookUntil(LOOK_EVERY_MS, interrupted, () => {
    const connection = program.connection();
    // A command that prints JSON shows no progress, and waits here for something that a person can do.
    if (connection.kind === 'stuck' && !stuck) terminal.note(connection.failure.message);
    stuck = connection.kind === 'stuck';
    watch.look();
    if (watch.over()) return true;
    terminal.progress(progressText(program, watch), watch.fraction);
    return false;
  });
  return watch.troubles();
}

/** Counts what has come to its end: the command's own batch by its counters, units of others one by one. */
class Watch {
  readonly #program: Program;
  readonly #batchId: BatchId | null;
  /** Units of earlier batches that have not been seen at their end, in turn. */
  #open: UnitId[];
  /** How many of them each batch has. */
  readonly #openIn = new Map<BatchId, number>();
  readonly #ended = { done: 0, bytes: 0, all: 0 };
  #own = { open: 0, done: 0, all: 0, bytes: 0, storedBytes: 0 };
  #twinBytes = 0;

  constructor(program: Program, watched: Watched) {
    this.#program = program;
    this.#batchId = watched.batchId;
    this.#open = [...watched.twins];
    this.#ended.all = watched.twins.length;
    for (const id of watched.twins) {
      const unit = program.deps.store.unitView(id);
      if (!unit) continue;
      this.#twinBytes += unit.bytes;
      this.#openIn.set(unit.batchId, (this.#openIn.get(unit.batchId) ?? 0) + 1);
    }
  }

  get done(): number {
    return this.#own.done + this.#ended.done;
  }

  get all(): number {
    return this.#own.all + this.#ended.all;
  }

  get leftBytes(): number {
    return this.#own.bytes + this.#twinBytes - this.#own.storedBytes - this.#ended.bytes;
  }

  get fraction(): number | null {
    const bytes = this.#own.bytes + this.#twinBytes;
    return bytes > 0 ? 1 - this.leftBytes / bytes : null;
  }

  look(): void {
    const { store } = this.#program.deps;
    if (this.#batchId !== null) {
      const { units, bytes, storedBytes } = store.totals({ kind: 'batch', id: this.#batchId });
      const open = units.collecting + units.ready + units.registering + units.processing + units.linking;
      const all = Object.values(units).reduce((sum, count) => sum + count, 0);
      this.#own = { open, done: units.done, all, bytes, storedBytes };
    }
    const still: UnitId[] = [];
    for (const id of this.#open.slice(0, LOOKS_AT_ONCE)) {
      const unit = store.unitView(id);
      if (unit && !END_STATES.has(unit.state)) {
        still.push(id);
        continue;
      }
      if (!unit) continue;
      this.#openIn.set(unit.batchId, (this.#openIn.get(unit.batchId) ?? 1) - 1);
      this.#ended.bytes += unit.bytes;
      if (unit.state === 'done') this.#ended.done += 1;
    }
    this.#open = [...this.#open.slice(LOOKS_AT_ONCE), ...still];
  }

  /** Whether nothing is left that could go on. */
  over(): boolean {
    const troubles = this.troubles();
    return this.#openBatches().every((id) => troubles.has(id));
  }

  troubles(): Troubles {
    const found = new Map<BatchId, Failure>();
    for (const id of this.#openBatches()) {
      const trouble = batchTrouble(this.#program, id);
      if (trouble) found.set(id, trouble);
    }
    return found;
  }

  #openBatches(): BatchId[] {
    const others = [...this.#openIn].filter(([, count]) => count > 0).map(([id]) => id);
    return this.#batchId !== null && this.#own.open > 0 ? [this.#batchId, ...others] : others;
  }
}

const END_STATES: ReadonlySet<string> = new Set(['done', 'failed', 'uncertain', 'cancelled']);

function batchesOf(program: Program, watched: Watched): ReadonlySet<BatchId> {
  const batches = new Set<BatchId>(watched.batchId === null ? [] : [watched.batchId]);
  for (const id of watched.twins) {
    const unit = program.deps.store.unit(id);
    if (unit) batches.add(unit.batchId);
  }
  return batches;
}

/** What stands in the way of all that is left of a batch until a person does something; null where it goes on. */
export function batchTrouble(program: Program, id: BatchId): Failure | null {
  const batch = program.deps.store.batch(id);
  if (!batch) return null;
  const forGood = batch.trouble?.notBefore === Number.MAX_SAFE_INTEGER ? batch.trouble.failure : null;
  return forGood ?? accountTrouble(program, batch.accountId);
}

/** Why an account cannot go on: signed out by Encord, or its secret cannot be had. */
function accountTrouble(program: Program, accountId: AccountId): Failure | null {
  const blocked = program.deps.store.account(accountId)?.blocked;
  if (blocked) return blocked;
  const error = program.engine.sessionTrouble(accountId);
  return error ? toFailure(error, program.deps.clock.now()) : null;
}

/** What of the connection keeps everything back; null where nothing does. */
export function connectionText(connection: ReturnType<Program['connection']>): string | null {
  switch (connection.kind) {
    case 'offline':
      return connection.waitsFor === 'network'
        ? `Offline, will go on by itself. ${connection.failure.message}`
        : `Encord cannot be reached. ${connection.failure.message}`;
    case 'stuck':
      return connection.failure.message;
    case 'waiting':
      return `Encord asked to wait. ${connection.failure.message}`;
    default:
      return null;
  }
}

function progressText(program: Program, watch: Watch): string {
  const held = connectionText(program.connection());
  if (held !== null) return held;
  const sending = program.engine.transfers().reduce((sum, transfer) => sum + transfer.sentBytes, 0);
  const speed = program.speed;
  const parts = [`Uploading ${watch.done.toLocaleString('en')} of ${countText(watch.all, 'unit', 'units')}`];
  if (speed > 0) parts.push(`${bytesText(speed)}/s`);
  const left = watch.leftBytes - sending;
  const eta = etaText(left, speed);
  if (eta && left > 0) parts.push(eta);
  const { limit, until } = program.bandwidth.view();
  if (limit !== null) parts.push(`limited to ${sayNow(limit, until, program.deps.clock.now())}`);
  return parts.join(' · ');
}
