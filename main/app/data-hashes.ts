/**
 * Use case of data hashes that come late: the rows of a mirrored dataset are made by Encord itself, which tells only
 * the storage item at first. Asked for when a batch has finished, and before a receipt or a comparison is made.
 */

import type { DataRow, EncordSession } from '../core/encord-port.ts';
import { asUploaderError } from '../core/errors.ts';
import type { AccountId, BatchId } from '../core/model.ts';
import type { Clock, Log } from '../core/ports.ts';
import { createSlicer } from '../core/slicer.ts';
import type { AppDeps } from './deps.ts';
import { unwrap } from './outcome.ts';
import { BLIND_MS, type UnlessBlind, unlessBlind } from './unless-blind.ts';

/** After a unit was done, this long until finished batches are looked for: once for many. */
const LOOK_AFTER_MS = 500;

export class DataHashes {
  readonly #store: AppDeps['store'];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #session: (id: AccountId) => Promise<EncordSession>;
  readonly #signal: AbortSignal;
  readonly #changed: () => void;
  readonly #asking = new Map<string, Promise<void>>();
  readonly #startedAt: number;
  /** Batches that have been asked for. */
  readonly #asked = new Set<BatchId>();
  readonly #settleMs: number;
  readonly #unlessBlind: UnlessBlind;
  #scheduled = false;

  constructor(
    deps: Pick<AppDeps, 'store' | 'clock' | 'log' | 'engineParts'>,
    session: (id: AccountId) => Promise<EncordSession>,
    signal: AbortSignal,
    changed: () => void,
  ) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#session = session;
    this.#signal = signal;
    this.#changed = changed;
    this.#startedAt = deps.clock.now();
    this.#settleMs = deps.engineParts.settleMs;
    this.#unlessBlind = unlessBlind(deps.log, 'Finished batches could not be looked for.');
  }

  /** Units became done: batches into mirrored datasets that finished with them are completed soon, each once. */
  unitsDone(): void {
    this.#lookIn(LOOK_AFTER_MS);
  }

  /** Completes what is known of a dataset's uploads. Without a call where nothing is lacking; throws what the call does. */
  async complete(accountId: AccountId, datasetId: string): Promise<void> {
    // Whoever comes while rows are on their way waits for them: they may have been asked for too early for him.
    await this.#asking.get(datasetId);
    if (!this.#store.lacksDataHashes(datasetId)) return;
    const underway = this.#asking.get(datasetId);
    if (underway) return underway;
    const asking = this.#ask(accountId, datasetId).finally(() => this.#asking.delete(datasetId));
    this.#asking.set(datasetId, asking);
    return asking;
  }

  /** The same by rows that were asked for anyway. */
  async note(datasetId: string, rows: readonly DataRow[]): Promise<void> {
    if (this.#signal.aborted || !this.#store.lacksDataHashes(datasetId)) return;
    const hashes = new Map<string, string>();
    for (const row of rows) if (row.itemUuid !== null) hashes.set(row.itemUuid, row.dataHash);
    const slicer = createSlicer(this.#clock);
    let written = 0;
    for (const step of this.#store.noteDataHashes(datasetId, hashes)) {
      written += step;
      if (slicer.spent()) await slicer.pause();
      if (this.#signal.aborted) return;
    }
    if (written > 0) this.#changed();
  }

  async #ask(accountId: AccountId, datasetId: string): Promise<void> {
    const session = await this.#session(accountId);
    await this.note(datasetId, unwrap(await session.rows(datasetId, this.#signal)));
  }

  #lookIn(ms: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.after(ms, () => {
      this.#scheduled = false;
      if (this.#signal.aborted) return;
      if (!this.#unlessBlind(() => this.#lookForFinished())) this.#lookIn(BLIND_MS);
    });
  }

  #lookForFinished(): void {
    for (const id of this.#store.mirroredBatchesFinishedSince(this.#startedAt)) {
      if (this.#asked.has(id)) continue;
      this.#asked.add(id);
      void this.#completeFinished(id, true);
    }
  }

  /** @param againLater whether to ask once more where Encord had not made all of the rows yet */
  async #completeFinished(id: BatchId, againLater: boolean): Promise<void> {
    if ((await this.#isComplete(id)) || !againLater || this.#signal.aborted) return;
    this.#clock.after(this.#settleMs, () => {
      if (!this.#signal.aborted) void this.#completeFinished(id, false);
    });
  }

  /** Asks for what a batch lacks; whether it lacks nothing any more. */
  async #isComplete(id: BatchId): Promise<boolean> {
    try {
      const batch = this.#store.batch(id);
      if (!batch) return true;
      await this.complete(batch.accountId, batch.datasetId);
      return !this.#store.lacksDataHashes(batch.datasetId);
    } catch (reason) {
      const { code } = asUploaderError(reason);
      if (!this.#signal.aborted)
        this.#log.warn('The data hashes of a finished batch could not be asked for.', { batch: id, code });
      return false;
    }
  }
}
