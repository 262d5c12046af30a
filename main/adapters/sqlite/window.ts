/**
 * The window over the queue as pages show it: a tree of batches, units and items, laid flat, of which any part
 * can be had at once. Called by the use cases through the store.
 *
 * Rows are counted, never read, up to where the window begins: batches by their counters, units by their
 * consecutive ids, or by the counters of their blocks where a filter leaves some out.
 */

import type { BatchId, Scope, Totals, UnitId } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import type { Database } from './database.ts';
import * as rows from './rows.ts';
import { type Matches, Search, type SearchedBatch } from './search.ts';
import { BLOCK, type Shelf } from './shelves.ts';
import type { ShelfChange } from './unit-work.ts';
import * as views from './views.ts';

export const FILTERS = ['all', 'active', 'waiting', 'attention', 'done', 'turned-away'] as const;
export type Filter = (typeof FILTERS)[number];

export interface WindowQuery {
  readonly filter: Filter;
  /** Part of a title; empty for all. */
  readonly search: string;
  readonly expandedBatches: ReadonlySet<BatchId>;
  readonly expandedUnits: ReadonlySet<UnitId>;
  readonly offset: number;
  readonly limit: number;
}

export type RowView =
  | ({ readonly kind: 'batch' } & views.BatchView)
  | ({ readonly kind: 'unit' } & views.UnitView)
  | ({ readonly kind: 'item' } & views.ItemView)
  | ({ readonly kind: 'turned-away' } & views.TurnedAwayView);

export interface RowsWindow {
  /** Rows of the whole list. */
  readonly total: number;
  readonly rows: readonly RowView[];
  /** False while a search has not seen everything yet: it goes on by itself, and says so when it has. */
  readonly complete: boolean;
}

export interface ViewStore {
  /** Newest first. */
  batches(offset: number, limit: number): readonly views.BatchView[];
  batchView(id: BatchId): views.BatchView | null;
  unitView(id: UnitId): views.UnitView | null;
  itemsView(unitId: UnitId, offset: number, limit: number): readonly views.ItemView[];
  turnedAway(batchId: BatchId, offset: number, limit: number): readonly views.TurnedAwayView[];
  /**
   * Newest batch first; under an expanded one its units in the order of adding, then what was turned away; under
   * an expanded unit of several items these. A batch is there when something of it passes filter and search, or
   * when its own name has the searched text.
   */
  rowsWindow(query: WindowQuery): RowsWindow;
  totals(scope: Scope): Totals;
}

interface BatchLine extends SearchedBatch {
  readonly name: string;
  readonly troubled: boolean;
  readonly onShelf: Readonly<Record<'waiting' | 'active' | 'attention' | 'done', number>>;
}

/** The units of a batch that pass, in order, without having been read. */
interface Sequence {
  readonly count: number;
  ids(offset: number, limit: number): readonly number[];
  /** Null for a unit that does not pass. */
  rank(id: UnitId): number | null;
}

const LINES = `SELECT id, name, first_unit, unit_count, first_turned_away, refused + skipped AS turned_away,
  trouble IS NOT NULL AS troubled, collecting - begun AS waiting,
  begun + ready + registering + processing + linking AS active, failed + uncertain AS attention, done
  FROM batch WHERE removed = 0 ORDER BY id DESC`;

export interface Windows {
  rowsWindow(query: WindowQuery): RowsWindow;
  moved(changes: readonly ShelfChange[]): void;
  forget(batchId: BatchId): void;
  /** Ends the search in the background. */
  stop(): void;
}

/** Between two slices of a search in the background, in milliseconds. */
const SEARCH_PAUSE_MS = 10;
/** And after the file could not be read. */
const BLIND_PAUSE_MS = 2_000;

/** `searched` is called when a search that a window left unfinished has seen everything. */
export function windows(db: Database, clock: Clock, searched: () => void): Windows {
  const search = new Search(db, clock);
  let pending: (() => void) | null = null;

  const proceed = (text: string): boolean | 'blind' => {
    try {
      return search.proceed(text, batchLines(db));
    } catch {
      // Nobody would catch what a timer throws; whoever looks at the list is told why it cannot be read.
      return 'blind';
    }
  };
  const goOn = (text: string, ms = SEARCH_PAUSE_MS): void => {
    pending?.();
    pending = clock.after(ms, () => {
      pending = null;
      const complete = proceed(text);
      if (complete === true) searched();
      else goOn(text, complete === 'blind' ? BLIND_PAUSE_MS : SEARCH_PAUSE_MS);
    });
  };

  return {
    rowsWindow(query) {
      const found = rowsWindow(db, search, query);
      if (found.complete) pending?.();
      else goOn(query.search.trim());
      return found;
    },
    stop: () => pending?.(),
    moved: (changes) => search.moved(changes),
    forget: (batchId) => search.forget(batchId),
  };
}

function rowsWindow(db: Database, search: Search, query: WindowQuery): RowsWindow {
  const text = query.search.trim();
  const lines = batchLines(db);
  const complete = text === '' || search.proceed(text, lines);
  const opened = openedUnits(db, query);
  const end = query.offset + query.limit;
  const found: RowView[] = [];
  let total = 0;
  for (const line of lines) {
    const matches = text === '' ? null : search.matches(line.id);
    const units = unitSequence(db, line, query.filter, matches);
    const away = turnedAwaySequence(line, query.filter, matches);
    if (!isShown(line, query.filter, text, units.count + away.count)) continue;
    const start = total;
    total += 1;
    if (start >= query.offset && start < end) {
      const batch = views.findBatchView(db, line.id);
      if (batch !== null) found.push({ kind: 'batch', ...batch });
    }
    if (!query.expandedBatches.has(line.id)) continue;
    const inside = new Section(db, units, away, opened.get(line.id) ?? []);
    if (total < end && total + inside.size > query.offset) {
      found.push(...inside.rows(Math.max(0, query.offset - total), Math.min(inside.size, end - total)));
    }
    total += inside.size;
  }
  return { total, rows: found, complete };
}

function isShown(line: BatchLine, filter: Filter, text: string, passing: number): boolean {
  if (passing > 0) return true;
  const nameFits = text === '' || line.name.toLowerCase().includes(text.toLowerCase());
  return nameFits && (filter === 'all' || (filter === 'attention' && line.troubled));
}

function batchLines(db: Database): BatchLine[] {
  return db.all(LINES).map((row) => ({
    id: rows.number(row, 'id'),
    name: rows.text(row, 'name'),
    firstUnit: rows.number(row, 'first_unit'),
    unitCount: rows.number(row, 'unit_count'),
    firstTurnedAway: rows.number(row, 'first_turned_away'),
    turnedAwayCount: rows.number(row, 'turned_away'),
    troubled: rows.flag(row, 'troubled'),
    onShelf: {
      waiting: rows.number(row, 'waiting'),
      active: rows.number(row, 'active'),
      attention: rows.number(row, 'attention'),
      done: rows.number(row, 'done'),
    },
  }));
}

interface OpenedUnit {
  readonly id: UnitId;
  readonly itemCount: number;
}

function openedUnits(db: Database, query: WindowQuery): Map<BatchId, OpenedUnit[]> {
  const opened = new Map<BatchId, OpenedUnit[]>();
  for (const id of query.expandedUnits) {
    const row = db.get('SELECT batch_id, item_count FROM unit WHERE id = ? AND item_count > 1', id);
    if (row === undefined) continue;
    const batchId = rows.number(row, 'batch_id');
    const list = opened.get(batchId) ?? [];
    list.push({ id, itemCount: rows.number(row, 'item_count') });
    opened.set(batchId, list);
  }
  return opened;
}

// ---------------------------------------------------------------------------------------------- sequences

const NONE: Sequence = { count: 0, ids: () => [], rank: () => null };

function unitSequence(db: Database, line: BatchLine, filter: Filter, matches: Matches | null): Sequence {
  if (filter === 'turned-away') return NONE;
  const shelf: Shelf | null = filter === 'all' ? null : filter;
  if (matches !== null) {
    return {
      count: matches.count(shelf),
      ids: (offset, limit) => matches.slice(shelf, offset, limit),
      rank: (id) => matches.rank(id, shelf),
    };
  }
  const passing = shelf === null ? line.unitCount : line.onShelf[filter === 'all' ? 'done' : filter];
  if (passing === line.unitCount) return consecutive(line.firstUnit, line.unitCount);
  return shelf === null ? NONE : onShelf(db, line, shelf, passing);
}

function turnedAwaySequence(line: BatchLine, filter: Filter, matches: Matches | null): Sequence {
  if (filter !== 'all' && filter !== 'turned-away') return NONE;
  if (matches === null) return consecutive(line.firstTurnedAway, line.turnedAwayCount);
  return {
    count: matches.turnedAway.length,
    ids: (offset, limit) => matches.turnedAway.slice(offset, offset + limit),
    rank: () => null,
  };
}

function consecutive(first: number, count: number): Sequence {
  return {
    count,
    ids: (offset, limit) =>
      Array.from(
        { length: Math.max(0, Math.min(limit, count - offset)) },
        (_, index) => first + offset + index,
      ),
    rank: (id) => (id >= first && id < first + count ? id - first : null),
  };
}

/** Skips whole blocks by their counters, and reads the index from the block in which the window begins. */
function onShelf(db: Database, line: BatchLine, shelf: Shelf, count: number): Sequence {
  const blocks = (): { block: number; count: number }[] =>
    db
      .all(`SELECT block, ${shelf} AS count FROM unit_block WHERE batch_id = ? ORDER BY block`, line.id)
      .map((row) => ({ block: rows.number(row, 'block'), count: rows.number(row, 'count') }));
  return {
    count,
    ids(offset, limit) {
      let skip = offset;
      for (const entry of blocks()) {
        if (skip >= entry.count) {
          skip -= entry.count;
          continue;
        }
        return db
          .all(
            'SELECT id FROM unit WHERE batch_id = ? AND shelf = ? AND id >= ? ORDER BY id LIMIT ? OFFSET ?',
            line.id,
            shelf,
            line.firstUnit + entry.block * BLOCK,
            limit,
            skip,
          )
          .map((row) => rows.number(row, 'id'));
      }
      return [];
    },
    rank(id) {
      const stands = db.get(
        'SELECT 1 FROM unit WHERE batch_id = ? AND shelf = ? AND id = ?',
        line.id,
        shelf,
        id,
      );
      if (stands === undefined) return null;
      const block = Math.floor((id - line.firstUnit) / BLOCK);
      const before = blocks().reduce((sum, entry) => (entry.block < block ? sum + entry.count : sum), 0);
      const inBlock = db.get(
        'SELECT count(*) AS count FROM unit WHERE batch_id = ? AND shelf = ? AND id >= ? AND id < ?',
        line.id,
        shelf,
        line.firstUnit + block * BLOCK,
        id,
      );
      return before + (inBlock === undefined ? 0 : rows.number(inBlock, 'count'));
    },
  };
}

// ---------------------------------------------------------------------------------------------- one open batch

/** The rows under an expanded batch. */
class Section {
  readonly size: number;
  readonly #db: Database;
  readonly #units: Sequence;
  readonly #away: Sequence;
  /** Expanded units by their rank. */
  readonly #opened: readonly (OpenedUnit & { readonly rank: number })[];

  constructor(db: Database, units: Sequence, away: Sequence, opened: readonly OpenedUnit[]) {
    this.#db = db;
    this.#units = units;
    this.#away = away;
    this.#opened = opened
      .flatMap((unit) => {
        const rank = units.rank(unit.id);
        return rank === null ? [] : [{ ...unit, rank }];
      })
      .sort((a, b) => a.rank - b.rank);
    this.size = units.count + away.count + this.#opened.reduce((sum, unit) => sum + unit.itemCount, 0);
  }

  /** Rows from `from` up to, not including, `to`. */
  rows(from: number, to: number): RowView[] {
    const found: RowView[] = [];
    let at = 0;
    let rank = 0;
    const part = (count: number, read: (offset: number, limit: number) => readonly RowView[]): void => {
      const first = Math.max(from, at);
      const last = Math.min(to, at + count);
      if (first < last) found.push(...read(first - at, last - first));
      at += count;
    };
    for (const opened of this.#opened) {
      const start = rank;
      part(opened.rank - start + 1, (offset, limit) => this.#unitRows(start + offset, limit));
      part(opened.itemCount, (offset, limit) =>
        views
          .itemViews(this.#db, opened.id, offset, limit)
          .map((item): RowView => ({ kind: 'item', ...item })),
      );
      rank = opened.rank + 1;
    }
    const rest = rank;
    part(this.#units.count - rest, (offset, limit) => this.#unitRows(rest + offset, limit));
    part(this.#away.count, (offset, limit) => this.#awayRows(offset, limit));
    return found;
  }

  #unitRows(offset: number, limit: number): RowView[] {
    return this.#units.ids(offset, limit).flatMap((id): RowView[] => {
      const unit = views.findUnitView(this.#db, id);
      return unit === null ? [] : [{ kind: 'unit', ...unit }];
    });
  }

  #awayRows(offset: number, limit: number): RowView[] {
    return this.#away.ids(offset, limit).flatMap((id): RowView[] => {
      const turnedAway = views.findTurnedAwayView(this.#db, id);
      return turnedAway === null ? [] : [{ kind: 'turned-away', ...turnedAway }];
    });
  }
}
