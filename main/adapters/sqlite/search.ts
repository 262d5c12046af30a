/**
 * Searching titles in a queue of any length: the newest batches are scanned first, a slice at a time, and what was
 * found is kept and followed while the same text is searched for. So no call waits for a million rows; until
 * everything was scanned the answer says that it is not complete. Called by `window.ts`.
 */

import type { BatchId, UnitId } from '../../core/model.ts';
import { UNIT_STATES } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import type { Database } from './database.ts';
import * as rows from './rows.ts';
import { SHELVES, type Shelf, shelfOf } from './shelves.ts';
import type { ShelfChange } from './unit-work.ts';

/** Rows in one slice, and the time after which a call starts no other, in milliseconds. */
const SLICE = 500;
const BUDGET_MS = 4;

export interface SearchedBatch {
  readonly id: BatchId;
  readonly firstUnit: number;
  readonly unitCount: number;
  readonly firstTurnedAway: number;
  readonly turnedAwayCount: number;
}

/** The matches in one batch. Ids ascend. */
export class Matches {
  readonly units: UnitId[] = [];
  readonly turnedAway: number[] = [];
  readonly #shelves: number[] = [];
  readonly #counts: number[] = SHELVES.map(() => 0);
  scannedUnits = 0;
  scannedTurnedAway = 0;

  add(id: UnitId, shelf: Shelf): void {
    const index = SHELVES.indexOf(shelf);
    this.units.push(id);
    this.#shelves.push(index);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  move(id: UnitId, shelf: Shelf): void {
    const at = this.rank(id);
    const from = at === null ? undefined : this.#shelves[at];
    if (at === null || from === undefined) return;
    const to = SHELVES.indexOf(shelf);
    this.#shelves[at] = to;
    this.#counts[from] = (this.#counts[from] ?? 0) - 1;
    this.#counts[to] = (this.#counts[to] ?? 0) + 1;
  }

  /** How many stand on the shelf; null means any. */
  count(shelf: Shelf | null): number {
    return shelf === null ? this.units.length : (this.#counts[SHELVES.indexOf(shelf)] ?? 0);
  }

  slice(shelf: Shelf | null, offset: number, limit: number): UnitId[] {
    if (shelf === null || this.count(shelf) === this.units.length) {
      return this.units.slice(offset, offset + limit);
    }
    const wanted = SHELVES.indexOf(shelf);
    const found: UnitId[] = [];
    let skip = offset;
    for (let at = 0; at < this.units.length && found.length < limit; at += 1) {
      const id = this.units[at];
      if (this.#shelves[at] !== wanted || id === undefined) continue;
      if (skip > 0) skip -= 1;
      else found.push(id);
    }
    return found;
  }

  /** The place of a unit among those on the shelf, or null where it is not. */
  rank(id: UnitId, shelf: Shelf | null = null): number | null {
    let low = 0;
    let high = this.units.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.units[middle] ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    if (this.units[low] !== id) return null;
    if (shelf === null) return low;
    const wanted = SHELVES.indexOf(shelf);
    if (this.#shelves[low] !== wanted) return null;
    let rank = 0;
    for (let at = 0; at < low; at += 1) if (this.#shelves[at] === wanted) rank += 1;
    return rank;
  }
}

export class Search {
  readonly #db: Database;
  readonly #clock: Clock;
  #text = '';
  #batches = new Map<BatchId, Matches>();

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Scans on for a few milliseconds; returns whether all of the batches were scanned. */
  proceed(text: string, newestFirst: readonly SearchedBatch[]): boolean {
    if (text !== this.#text) {
      this.#text = text;
      this.#batches = new Map();
    }
    const stopAt = this.#clock.monotonic() + BUDGET_MS;
    const patterns = likePatterns(text);
    for (const batch of newestFirst) {
      const matches = this.matches(batch.id);
      while (matches.scannedUnits < batch.unitCount || matches.scannedTurnedAway < batch.turnedAwayCount) {
        if (matches.scannedUnits < batch.unitCount) this.#scanUnits(batch, matches, patterns);
        else this.#scanTurnedAway(batch, matches, patterns);
        if (this.#clock.monotonic() >= stopAt) return false;
      }
    }
    return true;
  }

  matches(batchId: BatchId): Matches {
    let matches = this.#batches.get(batchId);
    if (matches === undefined) {
      matches = new Matches();
      this.#batches.set(batchId, matches);
    }
    return matches;
  }

  moved(changes: readonly ShelfChange[]): void {
    for (const change of changes) this.#batches.get(change.batchId)?.move(change.unitId, change.shelf);
  }

  forget(batchId: BatchId): void {
    this.#batches.delete(batchId);
  }

  #scanUnits(batch: SearchedBatch, matches: Matches, patterns: readonly string[]): void {
    const from = batch.firstUnit + matches.scannedUnits;
    const to = Math.min(from + SLICE, batch.firstUnit + batch.unitCount);
    const found = this.#db.all(
      `SELECT id, state, begun FROM unit WHERE id >= ? AND id < ? AND ${anyOf(patterns)} ORDER BY id`,
      from,
      to,
      ...patterns,
    );
    for (const row of found) {
      const shelf = shelfOf(rows.oneOf(row, 'state', UNIT_STATES), rows.flag(row, 'begun'));
      matches.add(rows.number(row, 'id'), shelf);
    }
    matches.scannedUnits += to - from;
  }

  #scanTurnedAway(batch: SearchedBatch, matches: Matches, patterns: readonly string[]): void {
    const from = batch.firstTurnedAway + matches.scannedTurnedAway;
    const to = Math.min(from + SLICE, batch.firstTurnedAway + batch.turnedAwayCount);
    const found = this.#db.all(
      `SELECT id FROM turned_away WHERE id >= ? AND id < ? AND ${anyOf(patterns)} ORDER BY id`,
      from,
      to,
      ...patterns,
    );
    for (const row of found) matches.turnedAway.push(rows.number(row, 'id'));
    matches.scannedTurnedAway += to - from;
  }
}

const anyOf = (patterns: readonly string[]): string =>
  `(${patterns.map(() => `title LIKE ? ESCAPE '\\'`).join(' OR ')})`;

/** LIKE folds the case of ASCII letters only; for others the text is tried in both cases. */
function likePatterns(text: string): string[] {
  const escaped = (value: string): string => `%${value.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const ascii = /^[\0-\x7f]*$/.test(text);
  return ascii ? [escaped(text)] : [...new Set([text, text.toLowerCase(), text.toUpperCase()].map(escaped))];
}
