/**
 * Notices what is worth telling a person who looks elsewhere: batches that ended, watch folders that are suspended, accounts
 * and keys that need somebody, updates. What was so before the start is no news. Made by `Program`.
 */

import type { NewsView } from '../../../preload/contract/desktop.ts';
import type { UploaderError } from '../../core/errors.ts';
import type { BatchId } from '../../core/model.ts';
import { type UnlessBlind, unlessBlind } from '../unless-blind.ts';
import { openUnits } from './counts.ts';
import { NewsDesk } from './news-desk.ts';
import type { AccountPiece, Piece } from './news-words.ts';
import type { NewsSource } from './source.ts';
import { lastPart } from './words.ts';

/** After something may have changed, so long until it is looked at: many changes are one look. */
const LOOK_MS = 500;
/**
 * What is tried again and again is forgotten this long after it was so: a key, or a proxy that is asked again, is the same
 * trouble and not a new one.
 */
const GRACE_MS = 60_000;
/** Keys of those: between two tries they seem well. */
const TRIED_AGAIN = /^(key|way) /;

export class News {
  readonly #program: NewsSource;
  readonly #desk: NewsDesk;
  #cancelLook: (() => void) | null = null;
  #closed = false;
  readonly #unlessBlind: UnlessBlind;
  #unfinished: ReadonlySet<BatchId>;
  #lastBatch: BatchId;
  /** What is so now and was told or is about to be; and since when it is no longer so. */
  readonly #known = new Map<string, { goneAt: number | null }>();

  /** @param tell called with each piece of news that the settings allow now */
  constructor(program: NewsSource, tell: (news: NewsView) => void) {
    this.#program = program;
    const { clock, store, watch, log } = program.deps;
    this.#unlessBlind = unlessBlind(log, 'The news could not be looked for.');
    this.#desk = new NewsDesk({
      clock,
      local: watch.local,
      settings: () => program.settings.get().notifications,
      tell,
    });
    this.#unfinished = new Set(store.unfinishedBatches());
    this.#lastBatch = store.batchesAfter(0).at(-1) ?? 0;
    for (const [key] of [...this.#stuckBatches(), ...this.#turnedAway()])
      this.#known.set(key, { goneAt: null });
  }

  /** Something of the program may have changed: cheap, and called often. Only the desktop shows notifications. */
  look(): void {
    const { clock, host } = this.#program.deps;
    if (this.#cancelLook !== null || this.#closed || host.host !== 'electron') return;
    this.#cancelLook = clock.after(LOOK_MS, () => {
      this.#cancelLook = null;
      // What is missed now is seen at the next look.
      this.#unlessBlind(() => this.#see());
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelLook?.();
    this.#desk.close();
  }

  #see(): void {
    this.#seeBatches();
    this.#seeStates(
      new Map([
        ...this.#stuckBatches(),
        ...this.#turnedAway(),
        ...this.#lockedKeys(),
        ...this.#closedWay(),
        ...this.#folders(),
        ...this.#update(),
      ]),
    );
    this.#desk.tellDue();
  }

  #seeBatches(): void {
    const { store } = this.#program.deps;
    const unfinished = new Set(store.unfinishedBatches());
    // A small batch may be added and finished between two looks.
    const added = store.batchesAfter(this.#lastBatch);
    for (const id of [...this.#unfinished, ...added]) if (!unfinished.has(id)) this.#ended(id);
    // Whoever retries what failed has heard of it.
    for (const id of unfinished) if (!this.#unfinished.has(id)) this.#desk.drop(`batch ${id}`);
    this.#unfinished = unfinished;
    this.#lastBatch = added.at(-1) ?? this.#lastBatch;
  }

  #ended(id: BatchId): void {
    const { store } = this.#program.deps;
    const batch = store.batchView(id);
    if (batch === null) return;
    const { done, failed, uncertain } = batch.totals.units;
    // Cancelled as a whole, or nothing new in it: whoever did that knows.
    if (done + failed + uncertain === 0) return;
    const { name, datasetTitle } = batch;
    this.#desk.add(`batch ${id}`, {
      about: 'batch',
      ...{ id, name, datasetTitle, done, failed, uncertain },
      stuck: null,
      watched: store.batch(id)?.watched ?? false,
    });
  }

  /** Each is told once for as long as it lasts. */
  #seeStates(now: ReadonlyMap<string, Piece>): void {
    const { clock } = this.#program.deps;
    const at = clock.monotonic();
    for (const [key, piece] of now) {
      const known = this.#known.get(key);
      if (known) known.goneAt = null;
      else {
        this.#known.set(key, { goneAt: null });
        this.#desk.add(key, piece);
      }
    }
    for (const [key, known] of this.#known) {
      // A version is told once, however often it is looked for.
      if (now.has(key) || key.startsWith('update ') || this.#startsAgain(key)) continue;
      this.#desk.drop(key);
      known.goneAt ??= at;
      if (!TRIED_AGAIN.test(key) || at - known.goneAt >= GRACE_MS) this.#known.delete(key);
    }
  }

  /** A folder that starts again, or is let go while the machine sleeps, is not well yet. */
  #startsAgain(key: string): boolean {
    return this.#program.watch
      .brief()
      .some(
        ({ id, on, state }) =>
          key === `folder ${id}` && on && (state.kind === 'starting' || state.kind === 'off'),
      );
  }

  /** Batches that no waiting lets go on. */
  *#stuckBatches(): Generator<[string, Piece]> {
    const { store } = this.#program.deps;
    for (const id of store.troubledBatches({ kind: 'all' })) {
      const batch = store.batch(id);
      if (!batch?.trouble || batch.trouble.notBefore < Number.MAX_SAFE_INTEGER) continue;
      const piece = {
        about: 'batch',
        ...{ id, name: batch.name, datasetTitle: batch.datasetTitle },
        ...{ done: 0, failed: 0, uncertain: 0 },
        stuck: batch.trouble.failure.message,
        watched: batch.watched,
      } as const;
      yield [`stuck ${id}`, piece];
    }
  }

  /** Accounts that Encord does not take. */
  *#turnedAway(): Generator<[string, Piece]> {
    const { store } = this.#program.deps;
    for (const { id, name, blocked } of store.accounts()) {
      if (blocked === null) continue;
      const trouble = blocked.code === 'clock-wrong' ? 'clock' : 'turned-away';
      const why = trouble === 'clock' ? blocked.message : 'Encord no longer takes its key.';
      yield [`blocked ${id}`, { about: 'account', name, trouble, why, waiting: this.#waiting(id) }];
    }
  }

  /** Keys that cannot be had, while work waits for them. */
  *#lockedKeys(): Generator<[string, Piece]> {
    const { deps, engine } = this.#program;
    if (deps.store.isPaused()) return;
    for (const { id, name, blocked } of deps.store.accounts()) {
      const error = blocked === null ? engine.sessionTrouble(id) : null;
      const waiting = this.#waiting(id);
      if (error === null || waiting === 0) continue;
      const trouble = keyTrouble(error);
      yield [`key ${trouble} ${id}`, { about: 'account', name, trouble, why: error.message, waiting }];
    }
  }

  /** The way to Encord, where it stays closed until a person does something, while work waits for it. */
  *#closedWay(): Generator<[string, Piece]> {
    const { store } = this.#program.deps;
    const connection = this.#program.connection();
    if (store.isPaused() || connection.kind !== 'offline' || connection.waitsFor === 'network') return;
    const waiting = store
      .unfinishedWork()
      .filter(({ hindrance }) => hindrance === 'none')
      .reduce((sum, { totals }) => sum + openUnits(totals), 0);
    if (waiting === 0) return;
    const { waitsFor, failure } = connection;
    yield [`way ${waitsFor}`, { about: 'way', waitsFor, why: failure.message, waiting }];
  }

  *#folders(): Generator<[string, Piece]> {
    for (const { id, root, on, state } of this.#program.watch.brief()) {
      if (!on || state.kind !== 'suspended') continue;
      yield [`folder ${id}`, { about: 'folder', id, name: lastPart(root), why: state.failure.message }];
    }
  }

  *#update(): Generator<[string, Piece]> {
    const update = this.#program.deps.host.updates?.view();
    if (update === undefined) return;
    const asks = this.#program.settings.get().updates.mode === 'ask';
    if (update.kind !== 'ready' && !(update.kind === 'available' && asks)) return;
    const { kind, version } = update;
    yield [`update ${kind} ${version}`, { about: 'update', version, ready: kind === 'ready' }];
  }

  #waiting(accountId: string): number {
    return this.#program.deps.store
      .unfinishedWork()
      .filter((work) => work.accountId === accountId && work.hindrance !== 'paused')
      .reduce((sum, { totals }) => sum + openUnits(totals), 0);
  }
}

function keyTrouble({ code }: UploaderError): AccountPiece['trouble'] {
  switch (code) {
    case 'passphrase-needed':
      return 'passphrase';
    case 'keychain-locked':
    case 'keychain-unavailable':
      return code;
    default:
      return 'missing';
  }
}
