/**
 * What a run of watch folders did, in as little memory as days of it allow: ids of units, and counts for those that are
 * too long ago. Used by `watch-run.ts`.
 */

import type { Store } from '../adapters/sqlite/index.ts';
import type { Failure } from '../core/errors.ts';
import {
  type BatchId,
  type TurnedAway,
  UNIT_STATES,
  type UnitId,
  type UnitStateName,
} from '../core/model.ts';
import { counted, type Summary, type SummaryUnit, turnedAwaySummary, unitSummary } from './summary.ts';

export const OPEN_STATES = [
  'collecting',
  'ready',
  'registering',
  'processing',
  'linking',
] as const satisfies readonly UnitStateName[];

/** Batches whose end is looked for at once, in turn: while the network is away there may be thousands. */
const LOOKS_AT_ONCE = 200;

export type RecordStore = Pick<Store, 'unitsIn' | 'unitView' | 'totals' | 'batches'>;

export type TroubleOf = (id: BatchId) => Failure | null;

/** A unit by its id, or what was turned away. */
type Kept = UnitId | SummaryUnit;

export class RunRecord {
  readonly #store: RecordStore;
  /** Units that the summary will name; older ones are only counted. */
  readonly #limit: number;
  /** Batches up to this one were there before. */
  readonly #before: BatchId;
  /** Batches of this run that are not over. */
  #open: BatchId[] = [];
  /** Of those that are over, in their order. */
  #kept: Kept[] = [];
  /** Units of earlier batches among them. */
  readonly #earlier = new Set<UnitId>();
  #forgotten: Summary = counted([], 0);

  /** Begins with what earlier runs left in the queue. */
  constructor(store: RecordStore, limit: number) {
    this.#store = store;
    this.#limit = limit;
    this.#before = store.batches(0, 1)[0]?.id ?? 0;
    for (const id of store.unitsIn({ kind: 'all' }, OPEN_STATES)) this.#keepEarlier(id);
  }

  addBatch(id: BatchId): void {
    this.#open.push(id);
  }

  /** A unit that is in the queue already, of this run or of an earlier one. */
  addTwin(id: UnitId): void {
    const view = this.#store.unitView(id);
    // Units of this run's own batches are counted with these.
    if (view && view.batchId <= this.#before) this.#keepEarlier(id);
  }

  addTurnedAway(each: TurnedAway): void {
    this.#keep(turnedAwaySummary(each));
  }

  /** Whether there is anything to sum up. */
  get isEmpty(): boolean {
    return this.#open.length + this.#kept.length === 0;
  }

  /** Batches that came to their end since they were looked at last: some of all, in turn, or all. */
  look(many: number = LOOKS_AT_ONCE): readonly BatchId[] {
    const looked = this.#open.slice(0, many);
    const over = new Set(looked.filter((id) => this.#isOver(id)));
    this.#open = [...this.#open.slice(many), ...looked.filter((id) => !over.has(id))];
    for (const id of over) {
      for (const unit of this.#store.unitsIn({ kind: 'batch', id }, UNIT_STATES)) this.#keep(unit);
    }
    return [...over];
  }

  /** @param troubleOf what stands in the way of a batch; null where it goes on */
  summary(troubleOf: TroubleOf): Summary {
    const known = new Map<BatchId, Failure | null>();
    const once: TroubleOf = (id) => {
      const trouble = known.has(id) ? (known.get(id) ?? null) : troubleOf(id);
      known.set(id, trouble);
      return trouble;
    };
    const open = this.#open.flatMap((id) => [...this.#store.unitsIn({ kind: 'batch', id }, UNIT_STATES)]);
    const all = [...this.#kept, ...open].flatMap((each) => this.#summed(each, once) ?? []);
    return sum(this.#forgotten, countedWithBytes(all));
  }

  #isOver(id: BatchId): boolean {
    const { units } = this.#store.totals({ kind: 'batch', id });
    return OPEN_STATES.every((state) => units[state] === 0);
  }

  #keepEarlier(id: UnitId): void {
    if (this.#earlier.has(id)) return;
    this.#earlier.add(id);
    this.#keep(id);
  }

  #keep(each: Kept): void {
    this.#kept.push(each);
    // Not one by one: each time moves all that stay.
    if (this.#kept.length > this.#limit * 1.1) this.#forget(this.#kept.length - this.#limit);
  }

  /** Counts the oldest that have ended, instead of naming them. */
  #forget(many: number): void {
    const oldest = this.#kept.slice(0, many);
    const still: Kept[] = [];
    const gone: Kept[] = [];
    for (const each of oldest) (typeof each === 'number' && this.#isOpen(each) ? still : gone).push(each);
    const summed = gone.flatMap((each) => this.#summed(each, () => null) ?? []);
    this.#forgotten = { ...sum(this.#forgotten, countedWithBytes(summed)), units: [] };
    for (const each of gone) if (typeof each === 'number') this.#earlier.delete(each);
    this.#kept = [...this.#kept.slice(many), ...still];
  }

  #isOpen(id: UnitId): boolean {
    const state = this.#store.unitView(id)?.state;
    return state !== undefined && (OPEN_STATES as readonly string[]).includes(state);
  }

  /** Null for a unit that has left the list since. */
  #summed(each: Kept, troubleOf: TroubleOf): Summed | null {
    if (typeof each !== 'number') return { unit: each, bytes: 0 };
    const view = this.#store.unitView(each);
    if (!view) return null;
    const unit = unitSummary(view, this.#earlier.has(each), troubleOf(view.batchId));
    return { unit, bytes: unit.state === 'done' ? view.bytes : 0 };
  }
}

interface Summed {
  readonly unit: SummaryUnit;
  readonly bytes: number;
}

function countedWithBytes(all: readonly Summed[]): Summary {
  return counted(
    all.map(({ unit }) => unit),
    all.reduce((bytes, each) => bytes + each.bytes, 0),
  );
}

function sum(a: Summary, b: Summary): Summary {
  return {
    done: a.done + b.done,
    failed: a.failed + b.failed,
    refused: a.refused + b.refused,
    skipped: a.skipped + b.skipped,
    uncertain: a.uncertain + b.uncertain,
    cancelled: a.cancelled + b.cancelled,
    bytes: a.bytes + b.bytes,
    units: [...a.units, ...b.units],
  };
}
