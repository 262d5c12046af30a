/**
 * That nothing which pages or the engine ask for depends on the length of the queue: seen by the shape of the queries
 * (which indexes they go by, and how many rows they fetch), not by the clock. `npm run bench -- scale` has the times.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { Database } from '../../../main/adapters/sqlite/database.ts';
import { DATABASE_FILE, openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import { FILTERS } from '../../../main/adapters/sqlite/window.ts';
import type { PlannedUnit } from '../../../main/core/model.ts';
import { failure, newAccount, newBatch, planned } from './support.ts';

const UNITS = 100_000;
const LIMIT = 100;

/** What was asked, and how many rows came back. */
interface Asked {
  readonly sql: string;
  readonly rows: number;
}

let folder = '';
let store: Store;
let raw: DatabaseSync;
let batch = 0;

function* many(): Generator<PlannedUnit> {
  for (let index = 0; index < UNITS; index += 1) yield planned(`frame_${index}`, [1_000 + (index % 977)]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'encord-uploader-scale-'));
  store = openStore(folder, { clock: createClock() });
  store.addAccount(newAccount('lab'));
  batch = await store.addLargeBatch(newBatch(), many(), [], {});
  // Some on each shelf, here and there.
  for (const from of [0, 50_000, 99_000]) {
    store.commit(
      Array.from({ length: 300 }, (_, index) => {
        const id = from + index + 1;
        if (index % 3 === 0) return { kind: 'unit', id, event: { on: 'cancel' } };
        const event =
          index % 3 === 1
            ? ({ on: 'failed', failure: failure() } as const)
            : ({ on: 'transient', failure: failure(), notBefore: Date.now() + 3_600_000 } as const);
        return { kind: 'item', id, event };
      }),
    );
  }
  store.moveToTop({ kind: 'unit', id: 70_000 });
  raw = new DatabaseSync(join(folder, DATABASE_FILE), { readOnly: true });
}, 120_000);

afterAll(() => {
  raw?.close();
  store?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every statement that `work` makes the store run. */
function asked(work: () => unknown): Asked[] {
  const found: Asked[] = [];
  const { all, get } = Database.prototype;
  const spies = [
    vi.spyOn(Database.prototype, 'all').mockImplementation(function (this: Database, sql, ...params) {
      const rows = all.call(this, sql, ...params);
      found.push({ sql, rows: rows.length });
      return rows;
    }),
    vi.spyOn(Database.prototype, 'get').mockImplementation(function (this: Database, sql, ...params) {
      found.push({ sql, rows: 1 });
      return get.call(this, sql, ...params);
    }),
  ];
  try {
    work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return found;
}

/** Tables that grow with the queue or with the history; indexes in which only open exceptions stand. */
const LONG = /^(SCAN|SEARCH) (unit|item|turned_away|secret|ledger_unit|ledger_item)\b/;
const SHORT_INDEXES = /INDEX (unit_urgent|unit_open_intent|unit_timed|item_timed)\b/;

/** Lines of the plans that go through a long table from end to end, or sort what they found in it. */
function slowParts(list: readonly Asked[]): string[] {
  return [...new Set(list.map(({ sql }) => sql))].flatMap((sql) =>
    raw
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row.detail))
      .filter((detail) => LONG.test(detail) && detail.startsWith('SCAN') && !SHORT_INDEXES.test(detail))
      .map((detail) => `${detail}: ${sql}`),
  );
}

function expectShort(work: () => unknown, rows: number): void {
  const list = asked(work);
  expect(list.length).toBeGreaterThan(0);
  expect(slowParts(list)).toEqual([]);
  expect(list.reduce((sum, each) => sum + each.rows, 0)).toBeLessThan(rows);
}

describe('pages', () => {
  const base = {
    search: '',
    expandedUnits: new Set<number>(),
    limit: LIMIT,
  };

  test.each(FILTERS)('a window of what is %s, at the top, in the middle and at the end', (filter) => {
    const query = { ...base, filter, expandedBatches: new Set([batch]), offset: 0 };
    const { total } = store.rowsWindow(query);
    for (const share of [0, 0.5, 0.99]) {
      // Each row of the window is a query or two of its own; blocks of 4,096 units count the rest.
      expectShort(
        () => store.rowsWindow({ ...query, offset: Math.floor(total * share) }),
        LIMIT * 4 + UNITS / 4096,
      );
    }
  });

  test('a window of what is searched for, from the first call on', () => {
    for (const search of ['frame_5', 'nowhere', '%']) {
      const query = {
        ...base,
        search,
        filter: 'all' as const,
        expandedBatches: new Set([batch]),
        offset: 0,
      };
      expectShort(() => store.rowsWindow(query), 20_000);
    }
  });

  test('batches, units, items and totals', () => {
    expectShort(() => store.batches(0, LIMIT), LIMIT);
    expectShort(() => store.unitView(90_000), 5);
    expectShort(() => store.itemsView(90_000, 0, LIMIT), LIMIT);
    expectShort(() => store.turnedAway(batch, 0, LIMIT), LIMIT);
    for (const scope of [
      { kind: 'all' },
      { kind: 'account', id: 'lab' },
      { kind: 'batch', id: batch },
    ] as const)
      expectShort(() => store.totals(scope), 5);
  });
});

describe('the engine', () => {
  test('what can be done, and when', () => {
    const now = Date.now();
    expectShort(() => store.workingBatches(), 20);
    expectShort(() => store.dueItems(batch, now, 64), 200);
    for (const state of ['ready', 'registering', 'processing', 'linking'] as const)
      expectShort(() => store.dueUnits(batch, state, now, 64), 100);
    expectShort(() => store.nextDue(now), 20);
    expectShort(() => store.openIntents(), 20);
    expect(store.dueItems(batch, now, 1)[0]?.unitId).toBe(70_000);
  });

  test('what is known of a file already', () => {
    const [item] = planned('frame_99998').items;
    if (item === undefined) throw new Error('There is no item.');
    expectShort(() => store.activeTwin('dataset-1', 'image', [item]), 20);
    expectShort(() => store.knownHash(item.path, item.identity), 5);
    expectShort(() => store.sizeKnown('dataset-1', 1_000), 5);
    expectShort(() => store.uploaded('dataset-1', 'image', ['0'.repeat(64)]), 5);
  });
});

test('a full scan would be seen', () => {
  const list = [{ sql: 'SELECT count(*) FROM unit WHERE title = ?', rows: 1 }];
  expect(slowParts(list)).toHaveLength(1);
});
