/**
 * The units, batches and totals that one transaction touches: loaded once, changed in memory, written once at its
 * end, with every counter moved by the difference. Called by `commit.ts` and `steering.ts`.
 */

import type { BatchId, MediaId, UnitId, UnitState, UnitStateName } from '../../core/model.ts';
import type { Database, NamedParams } from './database.ts';
import * as rows from './rows.ts';
import { BLOCK, SHELVES, type Shelf, shelfOf } from './shelves.ts';

/** A unit in the hands of a transaction. */
export interface UnitRecord {
  readonly id: UnitId;
  readonly batchId: BatchId;
  readonly media: MediaId;
  readonly title: string;
  readonly firstItem: number;
  readonly itemCount: number;
  /** Items that were not left out. What remains to be stored is `kept - storedItems`. */
  kept: number;
  storedItems: number;
  /** Bytes of the kept items. */
  bytes: number;
  storedBytes: number;
  paused: boolean;
  /** Whether a grant was ever given since it last started from its first byte. */
  begun: boolean;
  state: UnitState;
}

export interface ShelfChange {
  readonly batchId: BatchId;
  readonly unitId: UnitId;
  readonly shelf: Shelf;
}

type DeltaName = rows.TallyColumn | 'begun';
type Deltas = Map<DeltaName, number>;

const ZERO_DELTAS = Object.fromEntries([...rows.TALLY_COLUMNS, 'begun'].map((name) => [name, 0]));

const moved = (names: readonly string[]): string =>
  names.map((name) => `${name} = ${name} + :${name}`).join(', ');

const OPEN = 'collecting + ready + registering + processing + linking';
const OPEN_DELTA = ':collecting + :ready + :registering + :processing + :linking';

const MOVE_BATCH = `UPDATE batch SET ${moved([...rows.TALLY_COLUMNS, 'begun'])},
  finished_at = CASE WHEN ${OPEN} + ${OPEN_DELTA} > 0 THEN NULL ELSE coalesce(finished_at, :now) END
  WHERE id = :id`;
const MOVE_ACCOUNT = `UPDATE account_tally SET ${moved(rows.TALLY_COLUMNS)}
  WHERE account_id = (SELECT account_id FROM batch WHERE id = :id)`;
const MOVE_BLOCK = `UPDATE unit_block SET ${moved(SHELVES)} WHERE batch_id = :batch AND block = :block`;

const WRITE_UNIT = `UPDATE unit SET kept = ?, stored_items = ?, bytes = ?, stored_bytes = ?, paused = ?, begun = ?,
  due_at = ?, state = ?, attempts = ?, not_before = ?, failure = ?, failed_step = ?, intent_id = ?, intent_at = ?,
  job = ?, item_uuid = ?, data_hash = ?, done_at = ? WHERE id = ?`;

/** What a unit adds to the bytes of its batch: of what goes no further, only what is there. */
export function countedBytes(state: UnitStateName, bytes: number, storedBytes: number): number {
  return state === 'cancelled' || state === 'failed' ? storedBytes : bytes;
}

/** What a unit adds to the counters of its batch. */
function contribution(unit: UnitRecord): Deltas {
  return new Map<DeltaName, number>([
    [unit.state.at, 1],
    ['begun', unit.state.at === 'collecting' && unit.begun ? 1 : 0],
    ['bytes', countedBytes(unit.state.at, unit.bytes, unit.storedBytes)],
    ['stored_bytes', unit.storedBytes],
  ]);
}

/** Adds `sign` times the second to the first. */
function accumulate<K>(into: Map<K, number>, from: ReadonlyMap<K, number>, sign: 1 | -1): void {
  for (const [name, value] of from) into.set(name, (into.get(name) ?? 0) + sign * value);
}

export class UnitWork {
  readonly #db: Database;
  readonly #units = new Map<UnitId, { readonly now: UnitRecord; readonly before: UnitRecord }>();

  constructor(db: Database) {
    this.#db = db;
  }

  unit(id: UnitId): UnitRecord | null {
    const known = this.#units.get(id);
    if (known !== undefined) return known.now;
    const row = this.#db.get(`SELECT ${rows.UNIT_COLUMNS} FROM unit WHERE id = ?`, id);
    if (row === undefined) return null;
    const now: UnitRecord = {
      id,
      batchId: rows.number(row, 'batch_id'),
      media: rows.media(row),
      title: rows.text(row, 'title'),
      firstItem: rows.number(row, 'first_item'),
      itemCount: rows.number(row, 'item_count'),
      kept: rows.number(row, 'kept'),
      storedItems: rows.number(row, 'stored_items'),
      bytes: rows.number(row, 'bytes'),
      storedBytes: rows.number(row, 'stored_bytes'),
      paused: rows.flag(row, 'paused'),
      begun: rows.flag(row, 'begun'),
      state: rows.unitState(row),
    };
    this.#units.set(id, { now, before: { ...now } });
    return now;
  }

  /** Writes everything; `now` becomes the time at which batches finished. Returns the units that moved. */
  flush(now: number): readonly ShelfChange[] {
    const batches = new Map<BatchId, Deltas>();
    const blocks = new Map<BatchId, Map<number, Map<Shelf, number>>>();
    const changes: ShelfChange[] = [];
    for (const { now: unit, before } of this.#units.values()) {
      this.write(unit);
      const deltas = entry(batches, unit.batchId, (): Deltas => new Map());
      accumulate(deltas, contribution(before), -1);
      accumulate(deltas, contribution(unit), 1);
      const from = shelfOf(before.state.at, before.begun);
      const to = shelfOf(unit.state.at, unit.begun);
      if (from === to) continue;
      changes.push({ batchId: unit.batchId, unitId: unit.id, shelf: to });
      const byBlock = entry(blocks, unit.batchId, () => new Map<number, Map<Shelf, number>>());
      const counts = entry(byBlock, this.#blockOf(unit), () => new Map<Shelf, number>());
      accumulate(counts, new Map([[from, 1]]), -1);
      accumulate(counts, new Map([[to, 1]]), 1);
    }
    for (const [batchId, deltas] of batches) this.#moveBatch(batchId, deltas, now);
    for (const [batchId, byBlock] of blocks) {
      for (const [block, counts] of byBlock) {
        const params: NamedParams = { batch: batchId, block };
        for (const shelf of SHELVES) params[shelf] = counts.get(shelf) ?? 0;
        this.#db.runNamed(MOVE_BLOCK, params);
      }
    }
    this.#units.clear();
    return changes;
  }

  #moveBatch(batchId: BatchId, deltas: Deltas, now: number): void {
    if ([...deltas.values()].every((value) => value === 0)) return;
    const { begun, ...tally } = { ...ZERO_DELTAS, ...Object.fromEntries(deltas) };
    this.#db.runNamed(MOVE_BATCH, { ...tally, begun: begun ?? 0, now, id: batchId });
    this.#db.runNamed(MOVE_ACCOUNT, { ...tally, id: batchId });
  }

  /** Writes the row now; the counters still move at the end. */
  write(unit: UnitRecord): void {
    this.#db.run(
      WRITE_UNIT,
      unit.kept,
      unit.storedItems,
      unit.bytes,
      unit.storedBytes,
      unit.paused ? 1 : 0,
      unit.begun ? 1 : 0,
      this.#dueAt(unit),
      ...rows.unitStateColumns(unit.state),
      unit.id,
    );
  }

  /** See `schema.ts`: when something can be done with the unit, or null. */
  #dueAt(unit: UnitRecord): number | null {
    const { state } = unit;
    switch (state.at) {
      case 'collecting': {
        if (unit.paused) return null;
        const row = this.#db.get(
          'SELECT min(not_before) AS due FROM item WHERE unit_id = ? AND not_before IS NOT NULL',
          unit.id,
        );
        return row === undefined ? null : rows.numberOrNull(row, 'due');
      }
      case 'ready':
        return unit.paused ? null : state.notBefore;
      case 'registering':
        // Without doubt the call is under way in this process: there is nothing to do but to wait for it.
        return state.doubt === null ? null : state.notBefore;
      case 'processing':
      case 'linking':
        return state.notBefore;
      case 'done':
      case 'failed':
      case 'uncertain':
      case 'cancelled':
        return null;
    }
  }

  #blockOf(unit: UnitRecord): number {
    const row = this.#db.get('SELECT first_unit FROM batch WHERE id = ?', unit.batchId);
    return row === undefined ? 0 : Math.floor((unit.id - rows.number(row, 'first_unit')) / BLOCK);
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
