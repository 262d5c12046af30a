/** What goes first: the order of what waits, and what was moved to the top. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import type { BatchId, PlannedUnit } from '../../../main/core/model.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { failure, finish, newBatch, openTestStore, planned, toUnit, unitsOf } from './support.ts';

const UNITS: readonly PlannedUnit[] = [
  planned('frame10', [50]),
  planned('frame9', [5]),
  planned('Frame1', [500]),
  planned('b', [10, 20]),
];

function titles(store: Store, batch: BatchId): string[] {
  const units = store.dueItems(batch, 0, 1_000).map((item) => store.unitView(item.unitId)?.title ?? '');
  return [...new Set(units)];
}

test('what waits goes by name, smallest or largest first, or as it was added', async () => {
  const { store } = openTestStore();
  const batch = store.addBatch(newBatch(), UNITS, []);
  const goes = (order: readonly string[]): Promise<void> =>
    eventually(() => expect(titles(store, batch)).toEqual(order));
  expect(store.order()).toBe('added');
  store.setOrder('name');
  await goes(['b', 'Frame1', 'frame9', 'frame10']);
  store.setOrder('smallest');
  expect(store.order()).toBe('smallest');
  await goes(['frame9', 'b', 'frame10', 'Frame1']);
  store.setOrder('largest');
  await goes(['Frame1', 'frame10', 'b', 'frame9']);
  store.setOrder('added');
  await goes(['frame10', 'frame9', 'Frame1', 'b']);
});

test('what is added later has the order too, and so has what fails and is tried again', async () => {
  const { store } = openTestStore();
  store.setOrder('largest');
  const bySize = store.addBatch(newBatch(), UNITS, []);
  expect(titles(store, bySize)).toEqual(['Frame1', 'frame10', 'b', 'frame9']);
  store.setOrder('name');
  const byName = await store.addLargeBatch(newBatch({ datasetId: 'other' }), UNITS, [], {});
  await eventually(() => expect(titles(store, byName)).toEqual(['b', 'Frame1', 'frame9', 'frame10']));
  await eventually(() => expect(titles(store, bySize)).toEqual(['b', 'Frame1', 'frame9', 'frame10']));
  const [first = 0] = unitsOf(store, byName);
  const [item] = store.itemsOf(first);
  store.commit([{ kind: 'item', id: item?.id ?? 0, event: { on: 'failed', failure: failure() } }]);
  store.setOrder('smallest');
  await eventually(() => expect(titles(store, byName)).toEqual(['frame9', 'b', 'Frame1']));
  toUnit(store, first, { on: 'retry' });
  expect(titles(store, byName)).toEqual(['frame9', 'b', 'frame10', 'Frame1']);
});

test('an order that was set goes on after a restart, for a batch of many units', async () => {
  const { store, folder } = openTestStore();
  const many = Array.from({ length: 3_000 }, (_, index) => planned(`u${3_000 - index}`, [index + 1]));
  const batch = await store.addLargeBatch(newBatch(), many, [], {});
  store.setOrder('name');
  store.close();
  const again = openStore(folder, { clock: createClock() });
  try {
    expect(again.order()).toBe('name');
    await eventually(() => expect(titles(again, batch).slice(0, 3)).toEqual(['u1', 'u2', 'u3']));
    again.setOrder('largest');
    again.setOrder('smallest');
    await eventually(() => expect(titles(again, batch).slice(0, 2)).toEqual(['u3000', 'u2999']));
  } finally {
    again.close();
  }
});

test('whoever set it is told when the units have their places', async () => {
  const folder = join(openTestStore().folder, '..', 'told');
  let told = 0;
  const store = openStore(folder, { clock: createClock(), reordered: () => (told += 1) });
  try {
    store.addAccount({
      ...{ id: 'lab', name: 'Lab', kind: 'ssh', fingerprint: 'SHA256:lab', domain: 'https://api.encord.com' },
      ...{ routeChoice: 'auto', fallbackNotice: null, datasetId: null, email: null, addedAt: 1 },
      secretIn: 'keychain',
    });
    store.addBatch(newBatch(), UNITS, []);
    store.setOrder('smallest');
    await eventually(() => expect(told).toBe(1));
    store.setOrder('smallest');
    expect(told).toBe(1);
  } finally {
    store.close();
  }
});

test('a batch that is moved to the top is worked on first, the last one that was moved before the others', () => {
  const { store } = openTestStore();
  const ids = ['a', 'b', 'c'].map((name) => store.addBatch(newBatch({ name }), [planned(name)], []));
  const [a = 0, b = 0, c = 0] = ids;
  const order = (): number[] => store.workingBatches().map((batch) => batch.id);
  expect(order()).toEqual([a, b, c]);
  store.moveToTop({ kind: 'batch', id: b });
  store.moveToTop({ kind: 'batch', id: c });
  expect(order()).toEqual([c, b, a]);
  finish(store, 3);
  store.moveToTop({ kind: 'batch', id: c });
  expect(order()).toEqual([b, a]);
});

test('a unit that is moved to the top goes before all others, in any order and in any batch', async () => {
  const { store, folder, clock } = openTestStore();
  const first = store.addBatch(newBatch(), [planned('early')], []);
  const batch = store.addBatch(newBatch(), UNITS, []);
  store.moveToTop({ kind: 'unit', id: 4 });
  store.moveToTop({ kind: 'unit', id: 5 });
  expect(titles(store, batch)).toEqual(['b', 'Frame1', 'frame10', 'frame9']);
  expect(store.workingBatches().map(({ id }) => id)).toEqual([batch, first]);
  store.setOrder('smallest');
  await eventually(() => expect(titles(store, batch)).toEqual(['b', 'Frame1', 'frame9', 'frame10']));
  store.close();

  const again = openStore(folder, { clock });
  try {
    expect(titles(again, batch)).toEqual(['b', 'Frame1', 'frame9', 'frame10']);
    finish(again, 4);
    finish(again, 5);
    expect(again.workingBatches().map(({ id }) => id)).toEqual([first, batch]);
  } finally {
    again.close();
  }
});
