/** Watch folders and a queue in memory, for the unit tests of the commands of watch folders. */

import type { BatchView, UnitView } from '../../../main/adapters/sqlite/index.ts';
import type { NewsStore } from '../../../main/cli/watch-news.ts';
import type { RecordStore } from '../../../main/cli/watch-record.ts';
import { rulesOf } from '../../../main/cli/watch-words.ts';
import type { BatchId, Scope, Totals, UnitId, UnitStateName } from '../../../main/core/model.ts';
import type { WatchFolderView } from '../../../preload/contract/watch.ts';

export function folderView(more: Partial<WatchFolderView> = {}): WatchFolderView {
  const reading = rulesOf({}, (word) => word);
  if (!reading.ok) throw new Error(reading.problem);
  return {
    id: 1,
    root: '/data/a',
    accountId: 'account-1',
    accountName: 'Lab',
    datasetId: 'dataset-1',
    datasetTitle: 'D',
    folderId: null,
    rules: reading.rules,
    existing: 'all',
    on: true,
    state: { kind: 'off' },
    notices: [],
    today: { files: 0, bytes: 0 },
    waiting: 0,
    attention: 0,
    held: 0,
    uploaded: 0,
    skipped: 0,
    queued: 0,
    lastScanAt: null,
    nextScanAt: null,
    ...more,
  };
}

/** Batches and units in memory, as far as a run of watch folders asks the store for them. Units have 10 bytes each. */
export class FakeQueue implements RecordStore, NewsStore {
  readonly #batches = new Map<BatchId, UnitView[]>();
  #units = 0;

  put(id: BatchId, states: readonly UnitStateName[]): void {
    this.#batches.set(
      id,
      states.map((state) => this.#unit(id, state)),
    );
  }

  ids(batch: BatchId): readonly UnitId[] {
    return (this.#batches.get(batch) ?? []).map((unit) => unit.id);
  }

  set(id: UnitId, state: UnitStateName): void {
    for (const [batch, units] of this.#batches) {
      this.#batches.set(
        batch,
        units.map((unit) => (unit.id === id ? { ...unit, state } : unit)),
      );
    }
  }

  unitsIn(scope: Scope, states: readonly UnitStateName[]): readonly UnitId[] {
    return this.#in(scope).flatMap((unit) => (states.includes(unit.state) ? [unit.id] : []));
  }

  unitView(id: UnitId): UnitView | null {
    return this.#in({ kind: 'all' }).find((unit) => unit.id === id) ?? null;
  }

  totals(scope: Scope): Totals {
    const units = this.#in(scope);
    const count = (state: UnitStateName): number => units.filter((unit) => unit.state === state).length;
    return {
      units: {
        collecting: count('collecting'),
        ready: count('ready'),
        registering: count('registering'),
        processing: count('processing'),
        linking: count('linking'),
        done: count('done'),
        failed: count('failed'),
        uncertain: count('uncertain'),
        cancelled: count('cancelled'),
      },
      refused: 0,
      skipped: 0,
      bytes: units.length * 10,
      storedBytes: units.length * 10,
    };
  }

  batches(offset: number, limit: number): readonly BatchView[] {
    const ids = [...this.#batches.keys()].sort((a, b) => b - a).slice(offset, offset + limit);
    return ids.flatMap((id) => this.batchView(id) ?? []);
  }

  batchView(id: BatchId): BatchView | null {
    const units = this.#batches.get(id);
    if (!units) return null;
    return {
      id,
      name: `Batch ${id}`,
      accountId: 'account-1',
      accountName: 'Lab',
      accountRemoved: false,
      accountPaused: false,
      datasetId: 'dataset-1',
      datasetTitle: 'D',
      route: null,
      addedAt: 0,
      paused: false,
      trouble: null,
      unitCount: units.length,
      totals: this.totals({ kind: 'batch', id }),
      finishedAt: null,
    };
  }

  #in(scope: Scope): readonly UnitView[] {
    return scope.kind === 'batch' ? (this.#batches.get(scope.id) ?? []) : [...this.#batches.values()].flat();
  }

  #unit(batchId: BatchId, state: UnitStateName): UnitView {
    this.#units += 1;
    return {
      id: this.#units,
      batchId,
      media: 'image',
      title: `unit ${this.#units}`,
      path: `/unit-${this.#units}`,
      itemCount: 1,
      storedItems: 0,
      bytes: 10,
      storedBytes: 10,
      paused: false,
      state,
      begun: false,
      attempts: 0,
      notBefore: 0,
      failure: null,
      step: null,
      dataHash: null,
      itemUuid: null,
    };
  }
}
