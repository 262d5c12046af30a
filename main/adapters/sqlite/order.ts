/**
 * What goes first: the order of what still waits, and what was moved to the top. Ranks are numbers in the rows that the
 * engine reads by; giving a million units new ones is done little by little, and goes on after a restart.
 * Called by `steering.ts` and `adding.ts`.
 */

import { z } from 'zod';
import type { BatchId, Scope } from '../../core/model.ts';
import { compareNatural, sortInSlices } from '../../core/natural.ts';
import type { Clock } from '../../core/ports.ts';
import { createSlicer, type Slicer } from '../../core/slicer.ts';
import { UNIT_ORDERS, type UnitOrder } from '../../core/store-port.ts';
import type { Database } from './database.ts';
import * as rows from './rows.ts';
import { settingsStore } from './settings.ts';

/** Batches whose units have ranks of another order than the one that is set: a JSON list of ids. */
const UNRANKED = 'unranked';
/** More than any number of bytes, so that the largest come first by a rank that is not below 0. */
const LARGEST = 2 ** 52;
/** Units in one transaction of the background work. */
const UNITS_AT_ONCE = 100;

const unranked = z.array(z.number().int());

/** Units below 0 were moved to the top, and keep that whatever the order. */
const RANKABLE = `rank >= 0 AND state NOT IN ('done', 'cancelled')`;

export interface Ordering {
  order(): UnitOrder;
  setOrder(order: UnitOrder): void;
  moveToTop(scope: Extract<Scope, { kind: 'batch' | 'unit' }>): void;
  /** Gives ranks to the units of batches that still need some. */
  goOn(): void;
  stop(): void;
}

export function currentOrder(db: Database): UnitOrder {
  const row = db.get('SELECT unit_order FROM queue');
  return row === undefined ? 'added' : rows.oneOf(row, 'unit_order', UNIT_ORDERS);
}

/** The rank of a unit that is added; that of its name comes later. */
export function rankOf(order: UnitOrder, bytes: number): number {
  switch (order) {
    case 'added':
    case 'name':
      return 0;
    case 'smallest':
      return bytes;
    case 'largest':
      return LARGEST - bytes;
  }
}

/** Notes that a batch was added with ranks of an order which is not, or not quite, the one that is set. */
export function rankLater(db: Database, batchId: BatchId, rankedAs: UnitOrder): void {
  const order = currentOrder(db);
  if (order !== 'name' && order === rankedAs) return;
  write(db, [...waiting(db).filter((id) => id !== batchId), batchId]);
}

/** `changed` is called when units of a batch have new ranks. */
export function ordering(db: Database, clock: Clock, changed: () => void): Ordering {
  let working = false;
  let stopped = false;
  /** Grows with each change of the order: what was begun for another one is given up. */
  let generation = 0;

  const work = async (): Promise<void> => {
    const slicer = createSlicer(clock);
    for (;;) {
      // Whoever set the order has its turn first.
      await slicer.pause();
      const [next] = stopped ? [] : waiting(db);
      if (next === undefined) return;
      const mine = generation;
      const going = (): boolean => !stopped && mine === generation;
      if (!(await rank(db, next, slicer, going))) continue;
      db.transaction(() =>
        write(
          db,
          waiting(db).filter((id) => id !== next),
        ),
      );
      changed();
    }
  };

  const goOn = (): void => {
    if (working || stopped || waiting(db).length === 0) return;
    working = true;
    work()
      // A disk that is full now may have room at the next start or change; the ids stay in the list until then.
      .catch(() => undefined)
      .finally(() => {
        working = false;
      });
  };

  return {
    order: () => currentOrder(db),

    setOrder(order) {
      if (order === currentOrder(db)) return;
      generation += 1;
      db.transaction(() => {
        db.run('UPDATE queue SET unit_order = ?', order);
        const batches = db.all(
          'SELECT id FROM batch WHERE removed = 0 AND unit_count > done + cancelled ORDER BY rank, id',
        );
        write(
          db,
          batches.map((row) => rows.number(row, 'id')),
        );
      });
      goOn();
    },

    moveToTop({ kind, id }) {
      if (kind === 'batch') {
        db.run(
          `UPDATE batch SET rank = (SELECT min(0, coalesce(min(rank), 0)) - 1 FROM batch WHERE finished_at IS NULL)
           WHERE id = ? AND finished_at IS NULL`,
          id,
        );
        return;
      }
      db.run(
        `UPDATE unit SET rank = (
           SELECT coalesce(min(rank), 0) - 1 FROM unit INDEXED BY unit_urgent WHERE rank < 0 AND due_at IS NOT NULL
         ) WHERE id = ? AND state NOT IN ('done', 'cancelled')`,
        id,
      );
    },

    goOn,

    stop() {
      stopped = true;
    },
  };
}

function waiting(db: Database): readonly BatchId[] {
  const text = settingsStore(db).getSetting(UNRANKED);
  return text === null ? [] : unranked.parse(JSON.parse(text));
}

function write(db: Database, batches: readonly BatchId[]): void {
  settingsStore(db).setSetting(UNRANKED, batches.length === 0 ? null : JSON.stringify(batches));
}

/** True when all units of the batch have their ranks; false when it was given up. */
async function rank(db: Database, id: BatchId, slicer: Slicer, going: () => boolean): Promise<boolean> {
  const batch = db.get('SELECT first_unit, unit_count FROM batch WHERE id = ? AND removed = 0', id);
  if (batch === undefined) return true;
  const first = rows.number(batch, 'first_unit');
  const range = { first, last: first + rows.number(batch, 'unit_count') - 1 };
  const order = currentOrder(db);
  switch (order) {
    case 'added':
      return rankBy(db, range, '0', slicer, going);
    case 'smallest':
      return rankBy(db, range, 'bytes', slicer, going);
    case 'largest':
      return rankBy(db, range, `${LARGEST} - bytes`, slicer, going);
    case 'name':
      return rankByName(db, range, slicer, going);
  }
}

interface Range {
  readonly first: number;
  readonly last: number;
}

async function rankBy(
  db: Database,
  { first, last }: Range,
  value: string,
  slicer: Slicer,
  going: () => boolean,
): Promise<boolean> {
  for (let from = first; from <= last; from += UNITS_AT_ONCE) {
    db.relaxed(() =>
      db.run(
        `UPDATE unit SET rank = ${value} WHERE id BETWEEN ? AND ? AND ${RANKABLE} AND rank <> ${value}`,
        from,
        Math.min(last, from + UNITS_AT_ONCE - 1),
      ),
    );
    await slicer.pause();
    if (!going()) return false;
  }
  return true;
}

/** Reads the titles, sorts them, and writes the places; what is in order already keeps the order of adding. */
async function rankByName(
  db: Database,
  range: Range,
  slicer: Slicer,
  going: () => boolean,
): Promise<boolean> {
  const ids: number[] = [];
  const titles: string[] = [];
  let sorted = true;
  for (let from = range.first; from <= range.last; from += UNITS_AT_ONCE) {
    const found = db.all(
      `SELECT id, title FROM unit WHERE id BETWEEN ? AND ? AND ${RANKABLE} ORDER BY id`,
      from,
      Math.min(range.last, from + UNITS_AT_ONCE - 1),
    );
    for (const row of found) {
      const title = rows.text(row, 'title');
      const before = titles.at(-1);
      sorted &&= before === undefined || compareNatural(before, title) <= 0;
      ids.push(rows.number(row, 'id'));
      titles.push(title);
    }
    if (slicer.spent()) await slicer.pause();
    if (!going()) return false;
  }
  if (sorted) return rankBy(db, range, '0', slicer, going);

  const places = Array.from(ids.keys());
  const titleAt = (place: number): string => titles[place] ?? '';
  await sortInSlices(places, (a, b) => compareNatural(titleAt(a), titleAt(b)), slicer);
  for (let from = 0; from < places.length; from += UNITS_AT_ONCE) {
    if (!going()) return false;
    db.relaxed(() => {
      for (const [index, place] of places.slice(from, from + UNITS_AT_ONCE).entries()) {
        const value = from + index + 1;
        const id = ids[place] ?? null;
        db.run(`UPDATE unit SET rank = ? WHERE id = ? AND ${RANKABLE} AND rank <> ?`, value, id, value);
      }
    });
    await slicer.pause();
  }
  return going();
}
