/** Large batches: added in slices, there as a whole or not at all, whatever happens meanwhile. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { DATABASE_FILE, openStore } from '../../../main/adapters/sqlite/index.ts';
import { formerIdentityKey } from '../../../main/adapters/sqlite/keys.ts';
import type { PlannedUnit, UnitId } from '../../../main/core/model.ts';
import {
  codeOf,
  FakeClock,
  finish,
  newBatch,
  openTestStore,
  planned,
  temporaryFolder,
  turnedAway,
  unitsOf,
} from './support.ts';

const MANY = 5_000;
const many = (prefix = 'u'): PlannedUnit[] =>
  Array.from({ length: MANY }, (_, index) => planned(`${prefix}${index}`));

const WINDOW = {
  filter: 'all',
  search: '',
  expandedBatches: new Set<number>(),
  expandedUnits: new Set<number>(),
  offset: 0,
  limit: 10,
} as const;

test('a large batch is not there before all of it is, and then is like any other', async () => {
  const { store, raw } = openTestStore();
  const small = store.addBatch(newBatch({ name: 'small' }), [planned('first', [1, 2])], []);
  const [twin] = many();
  const seen: number[] = [];
  const large = await store.addLargeBatch(newBatch({ name: 'large' }), many(), [turnedAway('away')], {
    onProgress(done) {
      seen.push(done);
      expect(store.rowsWindow(WINDOW).total).toBe(1);
      expect(store.workingBatches().map((batch) => batch.id)).toEqual([small]);
      expect(store.totals({ kind: 'all' })).toMatchObject({ refused: 0, bytes: 3 });
      expect(twin && store.activeTwin('dataset-1', 'image', twin.items)).toBeNull();
      expect(codeOf(() => store.addBatch(newBatch(), [planned('x')], []))).toBe('internal');
      // The queue goes on between the slices.
      store.setPaused({ kind: 'unit', id: 1 }, seen.length % 2 === 1);
    },
  });
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.at(-1)).toBe(MANY + 1);

  expect(store.batchView(large)).toMatchObject({ name: 'large', unitCount: MANY, finishedAt: null });
  expect(store.totals({ kind: 'batch', id: large })).toMatchObject({
    units: { collecting: MANY },
    refused: 1,
    bytes: MANY * 10,
  });
  const expanded = store.rowsWindow({
    ...WINDOW,
    expandedBatches: new Set([large]),
    filter: 'waiting',
    offset: MANY - 1,
    limit: 3,
  });
  expect(expanded.rows).toMatchObject([
    { title: `u${MANY - 2}` },
    { title: `u${MANY - 1}` },
    { kind: 'batch' },
  ]);
  expect(unitsOf(store, large)).toEqual(Array.from({ length: MANY }, (_, index) => index + 2));
  expect(store.dueItems(large, 0, 2).map((item) => [item.id, item.unitId])).toEqual([
    [3, 2],
    [4, 3],
  ]);
  finish(store, 2);
  expect(raw().prepare('SELECT sum(waiting) AS waiting, sum(done) AS done FROM unit_block').get()).toEqual({
    waiting: MANY,
    done: 1,
  });
});

test('units whose like is active are left out and named', async () => {
  const { store } = openTestStore();
  const first = store.addBatch(newBatch(), [planned('u7'), planned('other')], []);
  const twins: UnitId[] = [];
  const large = await store.addLargeBatch(newBatch(), many(), [], { onTwin: (twin) => twins.push(twin) });
  expect(twins).toEqual(unitsOf(store, first).slice(0, 1));
  expect(store.batchView(large)?.unitCount).toBe(MANY - 1);
});

test('the key of version 1 still tells a twin', () => {
  const { store, raw } = openTestStore();
  const unit = planned('a', [1, 2]);
  const batch = store.addBatch(newBatch(), [unit], []);
  raw().prepare('UPDATE unit SET identity_key = ?').run(formerIdentityKey(unit.media, unit.items));
  expect(store.activeTwin('dataset-1', unit.media, unit.items)).toEqual({ unitId: 1, batchId: batch });
});

test('cancelled, or broken off by what it reads: nothing of it is left, and the next one is added', async () => {
  const { store, clock, raw } = openTestStore();
  const abort = new AbortController();
  const cancelled = store.addLargeBatch(newBatch(), many(), [], {
    signal: abort.signal,
    onProgress: () => abort.abort(),
  });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  const broken = store.addLargeBatch(newBatch(), [...many(), { ...planned('empty'), items: [] }], [], {});
  await expect(broken).rejects.toMatchObject({ code: 'invalid-input' });
  expect(store.batches(0, 9)).toEqual([]);

  const next = await store.addLargeBatch(newBatch(), many('next'), [], {});
  clock.runAll();
  expect(raw().prepare('SELECT id FROM batch').all()).toEqual([{ id: next }]);
  const left = (table: string): unknown => raw().prepare(`SELECT count(*) AS n FROM ${table}`).get();
  expect([left('unit'), left('item')]).toEqual([{ n: MANY }, { n: MANY }]);
});

test('closed in the middle: the next start deletes what there is of it', async () => {
  const { store, folder } = openTestStore();
  const adding = store.addLargeBatch(newBatch(), many(), [], { onProgress: () => store.close() });
  await expect(adding).rejects.toMatchObject({ code: 'cancelled' });
  expectNothingOf(folder, []);
});

test('killed in the middle: the next start deletes what there is of it, and gives its ids to nobody', async () => {
  const folder = join(temporaryFolder(), 'data');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'add-many.ts'), folder, '10000000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (let line = await lines.next(); !line.done && Number(line.value) < 2_000; ) line = await lines.next();
  const dead = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await dead;
  expectNothingOf(folder, [1]);
});

/** Opens the folder again: only the given batches are there, and new ids are above all that were ever given. */
function expectNothingOf(folder: string, batches: readonly number[]): void {
  const clock = new FakeClock();
  const store = openStore(folder, { clock });
  const db = new DatabaseSync(join(folder, DATABASE_FILE));
  try {
    const ids = (sql: string): unknown[] =>
      db
        .prepare(sql)
        .all()
        .map((row) => row.id);
    const [highest] = ids('SELECT max(id) AS id FROM unit');
    expect(Number(highest)).toBeGreaterThan(1_000);
    expect(store.batches(0, 9).map((batch) => batch.id)).toEqual(batches);
    expect(store.workingBatches().map((batch) => batch.id)).toEqual(batches);
    clock.runAll();
    expect(ids('SELECT id FROM batch')).toEqual(batches);
    expect(ids('SELECT id FROM unit')).toEqual(batches);
    expect(ids('SELECT unit_id AS id FROM item')).toEqual(batches);
    const added = store.addBatch(newBatch(), [planned('after')], []);
    expect(unitsOf(store, added)[0]).toBeGreaterThan(Number(highest));
  } finally {
    db.close();
    store.close();
  }
}
