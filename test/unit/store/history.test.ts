/** What of the history is kept: by age, by the number of units, and never at the cost of what must stay known. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DATABASE_FILE, type Store } from '../../../main/adapters/sqlite/index.ts';
import type { BatchId } from '../../../main/core/model.ts';
import { failure, finish, hash, newBatch, openTestStore, planned, toUnit, unitsOf } from './support.ts';

function addDone(store: Store, name: string, units = 1): BatchId {
  const list = Array.from({ length: units }, (_, index) => planned(`${name}${index}`));
  const batch = store.addBatch(newBatch({ name }), list, []);
  for (const unit of unitsOf(store, batch)) finish(store, unit);
  return batch;
}

const ids = (store: Store): number[] => store.batches(0, 99).map((batch) => batch.id);

test('batches that ended before a time go, unless something of them is open, failed or uncertain', () => {
  const { store, clock } = openTestStore();
  clock.time = 1_000;
  const old = addDone(store, 'old');
  const open = store.addBatch(newBatch(), [planned('open')], []);
  const failed = store.addBatch(newBatch(), [planned('failed')], []);
  const [unit = 0] = unitsOf(store, failed);
  store.commit([
    { kind: 'item', id: store.itemsOf(unit)[0]?.id ?? 0, event: { on: 'failed', failure: failure() } },
  ]);
  const cancelled = store.addBatch(newBatch(), [planned('cancelled')], []);
  toUnit(store, unitsOf(store, cancelled)[0] ?? 0, { on: 'cancel' });
  clock.time = 2_000;
  const young = addDone(store, 'young');

  expect(store.pruneHistory({ before: null, units: null })).toBe(0);
  expect(store.pruneHistory({ before: 1_000, units: null })).toBe(0);
  expect(store.pruneHistory({ before: 1_001, units: null })).toBe(2);
  expect(ids(store)).toEqual([young, failed, open]);
  expect(store.totals({ kind: 'all' }).units).toMatchObject({ done: 1, failed: 1, cancelled: 0 });
  clock.runAll();
  expect(store.unitView(1)).toBeNull();
  expect(old).toBe(1);
});

test('beyond so many units the oldest go, whole batches at a time', () => {
  const { store, clock } = openTestStore();
  const batches = [1, 2, 3].map((name) => {
    clock.time = 1_000 * name;
    return addDone(store, `b${name}-`, 3);
  });
  expect(store.pruneHistory({ before: null, units: 9 })).toBe(0);
  expect(store.pruneHistory({ before: null, units: 8 })).toBe(1);
  expect(ids(store)).toEqual(batches.slice(1).reverse());
  expect(store.pruneHistory({ before: null, units: 1 })).toBe(2);
});

test('what is being cleared away is in no scope any more: a page that still shows it brings nothing back', () => {
  const { store } = openTestStore();
  const batch = store.addBatch(newBatch(), [planned('cancelled')], []);
  const [unit = 0] = unitsOf(store, batch);
  const item = store.itemsOf(unit)[0]?.id ?? 0;
  toUnit(store, unit, { on: 'cancel' });
  expect([...store.unitsIn({ kind: 'unit', id: unit }, ['cancelled'])]).toEqual([unit]);
  expect([...store.unitsIn({ kind: 'item', id: item }, ['cancelled'])]).toEqual([unit]);
  expect(store.removeFinished(batch)).toBe(1);
  // Its rows are still there: they go little by little.
  expect(store.unit(unit)).not.toBeNull();
  expect([...store.unitsIn({ kind: 'unit', id: unit }, ['cancelled'])]).toEqual([]);
  expect([...store.unitsIn({ kind: 'item', id: item }, ['cancelled'])]).toEqual([]);
});

test('what was uploaded stays known after it', () => {
  const { store, clock } = openTestStore();
  const unit = planned('kept', [10]);
  addDone(store, 'kept');
  const item = planned('kept0').items[0];
  store.pruneHistory({ before: clock.time + 1, units: null });
  clock.runAll();
  expect(store.batches(0, 9)).toEqual([]);
  expect(item && store.knownHash(item.path, item.identity)).toBe(hash(1));
  expect(store.sizeKnown('dataset-1', 10)).toBe(true);
  expect(store.uploaded('dataset-1', unit.media, [hash(1)])).toMatchObject({ dataHash: 'data-hash' });
});

test('the file gives back the room that a removed batch took', async () => {
  const { store, clock, folder, raw } = openTestStore();
  const many = Array.from({ length: 40_000 }, (_, index) => planned(`unit-${index}`));
  const batch = await store.addLargeBatch(newBatch(), many, [], {});
  for (let from = 0; from < many.length; from += 1_000) {
    store.commit(
      many.slice(from, from + 1_000).map((_, index) => ({
        kind: 'unit',
        id: from + index + 1,
        event: { on: 'cancel' },
      })),
    );
  }
  const size = (): number => statSync(join(folder, DATABASE_FILE)).size;
  raw().exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const full = size();
  expect(store.removeFinished(batch)).toBe(1);
  clock.runAll();
  expect(full).toBeGreaterThan(8_000_000);
  expect(size()).toBeLessThan(5_000_000);
  expect(raw().prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
});

test('what cannot be deleted now stays out of sight, and is deleted later', () => {
  const { store, clock, raw } = openTestStore();
  const batch = addDone(store, 'old', 3);
  const db = raw();
  db.exec("CREATE TRIGGER full BEFORE DELETE ON item BEGIN SELECT RAISE(ABORT, 'The disk is full.'); END");
  expect(store.removeFinished(batch)).toBe(1);
  // After the first try.
  clock.after(1_000, () => db.exec('DROP TRIGGER full'));
  clock.runAll();
  expect([ids(store), store.unitView(1)]).toEqual([[], null]);
  expect(db.prepare('SELECT count(*) AS n FROM item').get()).toEqual({ n: 0 });
});
