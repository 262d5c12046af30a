/**
 * Use cases of the queue: windows of it for pages, and pause, resume, cancel, retry and the two answers to a doubt.
 * What they decide goes through the machine like everything else.
 */

import type { CallInput } from '../../preload/contract/calls.ts';
import type { QueueRow, TotalsView } from '../../preload/contract/views.ts';
import type { BatchView, ItemView, RowView, Store, UnitView } from '../adapters/sqlite/index.ts';
import type { Engine } from '../core/engine.ts';
import { toFailure, UploaderError } from '../core/errors.ts';
import type { UnitEvent } from '../core/machine.ts';
import type { BatchId, Scope, Totals, UnitId, UnitStateName } from '../core/model.ts';
import type { Clock } from '../core/ports.ts';
import { createSlicer } from '../core/slicer.ts';
import type { Change, UnitOrder } from '../core/store-port.ts';
import { failureView } from './outcome.ts';

/** Steps written in one transaction when a command concerns many units: few enough not to hold the pages up. */
const CHUNK = 100;
const CANCELLABLE: readonly UnitStateName[] = ['collecting', 'ready', 'failed', 'uncertain'];
/** Where the mark of a pause can stand that somebody would have to lift. */
const PAUSABLE: readonly UnitStateName[] = ['collecting', 'ready', 'failed', 'uncertain', 'cancelled'];
const RETRYABLE: readonly UnitStateName[] = ['failed', 'cancelled'];

export class Queue {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #changed: () => void;

  constructor(store: Store, engine: Engine, clock: Clock, changed: () => void) {
    this.#store = store;
    this.#engine = engine;
    this.#clock = clock;
    this.#changed = changed;
  }

  rows(input: CallInput<'queue.rows'>): { total: number; rows: QueueRow[] } {
    const { total, rows } = this.#store.rowsWindow({
      filter: input.filter,
      search: input.search.trim(),
      expandedBatches: new Set(input.expandedBatches),
      expandedUnits: new Set(input.expandedUnits),
      offset: input.offset,
      limit: input.limit,
    });
    return { total, rows: rows.map(queueRow) };
  }

  totals(scope: Scope): TotalsView {
    return totalsView(this.#store.totals(scope));
  }

  pause(scope: Scope): void {
    this.#setPaused(scope, true);
  }

  resume(scope: Scope): void {
    this.#setPaused(scope, false);
  }

  /** Units that were cancelled. An item of a group is left out of it. */
  async cancel(scope: Scope): Promise<number> {
    if (scope.kind === 'item') {
      this.#store.commit([{ kind: 'item', id: scope.id, event: { on: 'cancel' } }]);
      this.#after();
      return 1;
    }
    return this.#toAll(scope, CANCELLABLE, { on: 'cancel' });
  }

  /** Units that start again. Of many, only what failed; what was cancelled only when it is named itself. */
  async retry(scope: Scope): Promise<number> {
    if (scope.kind === 'item') {
      const unit = [...this.#store.unitsIn(scope, RETRYABLE)];
      return this.#apply(unit, { on: 'retry' });
    }
    const states = scope.kind === 'unit' ? RETRYABLE : (['failed'] as const);
    const units = await this.#toAll(scope, states, { on: 'retry' });
    if (scope.kind === 'batch' || scope.kind === 'all' || scope.kind === 'account') this.#liftTrouble(scope);
    this.#engine.tryNow();
    return units;
  }

  checkAgain(unitId: UnitId): void {
    const failure = toFailure(
      new UploaderError('uncertain', 'Looking again whether it was registered.'),
      this.#clock.now(),
    );
    this.#decide(unitId, { on: 'check-again', failure });
  }

  registerAnyway(unitId: UnitId): void {
    this.#decide(unitId, { on: 'register-anyway' });
  }

  moveToTop(scope: Extract<Scope, { kind: 'batch' | 'unit' }>): void {
    this.#store.moveToTop(scope);
    this.#after();
  }

  setOrder(order: UnitOrder): void {
    this.#store.setOrder(order);
    this.#after();
  }

  /** What waits has other places in the order now. */
  reordered(): void {
    this.#after();
  }

  /** Clears finished batches of the history beyond what is kept; returns how many. */
  prune(limits: { readonly before: number | null; readonly units: number | null }): number {
    const removed = this.#store.pruneHistory(limits);
    if (removed > 0) this.#changed();
    return removed;
  }

  clear(batchId: number | null): number {
    const removed = this.#store.removeFinished(batchId);
    this.#changed();
    return removed;
  }

  /**
   * Units that a new command or drop names, and that are in the queue already: what holds them back is lifted. A pause
   * of the account or of the whole queue stays, because others wait behind it too.
   */
  async goOn(units: readonly UnitId[]): Promise<void> {
    const batches = new Set<BatchId>();
    await this.#inChunks(units, (chunk) => {
      const changes: Change[] = [];
      for (const id of chunk) {
        const unit = this.#store.unit(id);
        if (!unit) continue;
        batches.add(unit.batchId);
        if (unit.paused) this.#store.setPaused({ kind: 'unit', id }, false);
        if (unit.state.at === 'failed') changes.push({ kind: 'unit', id, event: { on: 'retry' } });
      }
      this.#store.commit(changes);
    });
    for (const id of batches) {
      if (this.#store.batch(id)?.paused) this.#store.setPaused({ kind: 'batch', id }, false);
      this.#liftTrouble({ kind: 'batch', id });
    }
    this.#after();
  }

  #decide(unitId: UnitId, event: UnitEvent): void {
    const unit = this.#store.unit(unitId);
    if (unit?.state.at !== 'uncertain') {
      throw new UploaderError('invalid-input', 'This upload is no longer in doubt. Look at its state again.');
    }
    this.#store.commit([{ kind: 'unit', id: unitId, event }]);
    this.#after();
  }

  #setPaused(scope: Scope, paused: boolean): void {
    if (scope.kind === 'item') {
      // A pause of one file holds its unit, because a unit without it cannot go on. It is lifted also where the unit has
      // gone on meanwhile: the last byte may have been confirmed as the pause came.
      for (const id of this.#store.unitsIn(scope, paused ? ['collecting'] : PAUSABLE))
        this.#store.setPaused({ kind: 'unit', id }, paused);
    } else {
      this.#store.setPaused(scope, paused);
    }
    this.#after();
  }

  #toAll(scope: Scope, states: readonly UnitStateName[], event: UnitEvent): Promise<number> {
    return this.#apply([...this.#store.unitsIn(scope, states)], event);
  }

  async #apply(units: readonly UnitId[], event: UnitEvent): Promise<number> {
    await this.#inChunks(units, (chunk) => {
      this.#store.commit(chunk.map((id): Change => ({ kind: 'unit', id, event })));
      this.#after();
    });
    this.#after();
    return units.length;
  }

  /** A command may concern a million units; pages and the engine get their turn between the chunks. */
  async #inChunks(units: readonly UnitId[], work: (chunk: readonly UnitId[]) => void): Promise<void> {
    const slicer = createSlicer(this.#clock);
    for (let from = 0; from < units.length; from += CHUNK) {
      if (from > 0 && slicer.spent()) await slicer.pause();
      work(units.slice(from, from + CHUNK));
    }
  }

  #liftTrouble(scope: Extract<Scope, { kind: 'all' | 'account' | 'batch' }>): void {
    const changes: Change[] = [];
    for (const id of this.#store.troubledBatches(scope)) {
      changes.push({ kind: 'batch-trouble', id, trouble: null });
    }
    this.#store.commit(changes);
  }

  #after(): void {
    this.#engine.reconsider();
    this.#changed();
  }
}

export function totalsView(
  totals: Pick<Totals, 'units' | 'refused' | 'skipped' | 'bytes' | 'storedBytes'>,
): TotalsView {
  const { units, refused, skipped, bytes, storedBytes } = totals;
  return { units: { ...units }, refused, skipped, bytes, storedBytes };
}

function queueRow(row: RowView): QueueRow {
  switch (row.kind) {
    case 'batch':
      return batchRow(row);
    case 'unit':
      return unitRow(row);
    case 'item':
      return itemRow(row);
    case 'turned-away': {
      const { id, batchId } = row;
      const { kind, path, title, size, failure } = row.turnedAway;
      return {
        kind: 'turned-away',
        id,
        batchId,
        turnedAway: { kind, path, title, size, failure: failureView(failure) },
      };
    }
    default:
      return unreachable(row);
  }
}

function unreachable(value: never): never {
  throw new UploaderError('internal', `The list holds a row that it does not know: ${JSON.stringify(value)}`);
}

function batchRow(row: BatchView): QueueRow {
  return {
    kind: 'batch',
    id: row.id,
    name: row.name,
    accountName: row.accountName,
    datasetId: row.datasetId,
    datasetTitle: row.datasetTitle,
    addedAt: row.addedAt,
    finishedAt: row.finishedAt,
    paused: row.paused,
    accountPaused: row.accountPaused,
    trouble: row.trouble ? failureView(row.trouble) : null,
    totals: totalsView(row.totals),
  };
}

function unitRow(row: UnitView): QueueRow {
  return {
    kind: 'unit',
    id: row.id,
    batchId: row.batchId,
    media: row.media,
    title: row.title,
    path: row.path,
    itemCount: row.itemCount,
    storedItems: row.storedItems,
    bytes: row.bytes,
    storedBytes: row.storedBytes,
    paused: row.paused,
    state: row.state,
    attempts: row.attempts,
    notBefore: row.notBefore || null,
    failure: row.failure ? failureView(row.failure) : null,
    dataHash: row.dataHash,
  };
}

function itemRow(row: ItemView): QueueRow {
  return {
    kind: 'item',
    id: row.id,
    unitId: row.unitId,
    position: row.position,
    name: row.name,
    path: row.path,
    size: row.size,
    paused: row.paused,
    state: row.state,
    notBefore: row.notBefore || null,
    failure: row.failure ? failureView(row.failure) : null,
  };
}
