/** What the engine is told to do, and when: order, waiting, pauses, blocks and intents. */

import { describe, expect, test } from 'vitest';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import type { ItemId } from '../../../main/core/model.ts';
import {
  failure,
  grant,
  intent,
  newAccount,
  newBatch,
  openTestStore,
  planned,
  stateOf,
  storeItems,
  toUnit,
} from './support.ts';

const ids = (list: readonly { id: number }[]): number[] => list.map((entry) => entry.id);

function later(store: Store, id: ItemId, notBefore: number): void {
  store.commit([{ kind: 'item', id, event: { on: 'transient', failure: failure(), notBefore } }]);
}

describe('items', () => {
  test('are due in the order of adding, as many as asked for, with their media type and grant', () => {
    const { store } = openTestStore();
    const batch = store.addBatch(newBatch(), [planned('a', [1, 2]), planned('b'), planned('c')], []);
    store.commit([{ kind: 'item', id: 3, event: { on: 'granted', grant: grant('3') } }]);
    expect(ids(store.dueItems(batch, 0, 10))).toEqual([1, 2, 3, 4]);
    expect(ids(store.dueItems(batch, 0, 3))).toEqual([1, 2, 3]);
    expect(store.dueItems(batch, 0, 3)[2]).toMatchObject({ media: 'image', state: { at: 'granted' } });
    expect(store.dueItems(batch, 0, 1)[0]).toMatchObject({ media: 'image-group', batchId: batch });
  });

  test('wait for their time, and then go before newer ones', () => {
    const { store } = openTestStore();
    const batch = store.addBatch(newBatch(), [planned('a', [1, 2]), planned('b'), planned('c')], []);
    later(store, 1, 100);
    later(store, 3, 50);
    expect(ids(store.dueItems(batch, 0, 10))).toEqual([2, 4]);
    expect(store.nextDue(0)).toBe(50);
    expect(ids(store.dueItems(batch, 50, 10))).toEqual([2, 3, 4]);
    expect(store.nextDue(50)).toBe(100);
    expect(ids(store.dueItems(batch, 100, 2))).toEqual([1, 2]);
    expect(store.nextDue(100)).toBeNull();
  });

  test('of a unit that failed wait for its retry', () => {
    const { store } = openTestStore();
    const batch = store.addBatch(newBatch(), [planned('a', [1, 2]), planned('b')], []);
    store.commit([{ kind: 'item', id: 1, event: { on: 'failed', failure: failure() } }]);
    expect(ids(store.dueItems(batch, 0, 10))).toEqual([3]);
    toUnit(store, 1, { on: 'retry' });
    expect(ids(store.dueItems(batch, 0, 10))).toEqual([1, 2, 3]);
  });
});

describe('units', () => {
  test('are due by state, in order, and not before their time', () => {
    const { store } = openTestStore();
    const batch = store.addBatch(
      newBatch(),
      ['a', 'b', 'c'].map((name) => planned(name)),
      [],
    );
    for (const id of [3, 2, 1]) storeItems(store, id);
    expect(ids(store.dueUnits(batch, 'ready', 0, 10))).toEqual([1, 2, 3]);
    toUnit(store, 1, { on: 'later', failure: failure(), notBefore: 30 });
    expect(ids(store.dueUnits(batch, 'ready', 29, 10))).toEqual([2, 3]);
    expect(store.nextDue(0)).toBe(30);
    expect(ids(store.dueUnits(batch, 'ready', 30, 2))).toEqual([1, 2]);
  });

  test('an open intent is listed once; without doubt it is nobody else’s work, in doubt it is due', () => {
    const { store } = openTestStore();
    const batch = store.addBatch(newBatch(), [planned('a'), planned('b')], []);
    storeItems(store, 1);
    storeItems(store, 2);
    toUnit(store, 2, intent);
    expect(store.openIntents()).toEqual([2]);
    expect(store.dueUnits(batch, 'registering', 1e15, 10)).toEqual([]);
    toUnit(store, 2, { on: 'in-doubt', failure: failure(), notBefore: 20 });
    expect(store.openIntents()).toEqual([]);
    expect(ids(store.dueUnits(batch, 'registering', 20, 10))).toEqual([2]);
    expect(store.nextDue(1)).toBe(20);
  });
});

describe('pauses and blocks', () => {
  /** Unit 1 is being processed, unit 2 ready, unit 3 collecting and waiting until 40. */
  function prepared() {
    const opened = openTestStore();
    const { store } = opened;
    const batch = store.addBatch(
      newBatch(),
      ['a', 'b', 'c'].map((name) => planned(name)),
      [],
    );
    storeItems(store, 1);
    storeItems(store, 2);
    toUnit(store, 1, intent);
    toUnit(store, 1, { on: 'job-started', job: 'job' });
    toUnit(store, 1, { on: 'later', failure: failure(), notBefore: 60 });
    later(store, 3, 40);
    return { ...opened, batch };
  }
  const due = (store: Store, batch: number) => ({
    working: ids(store.workingBatches()),
    items: ids(store.dueItems(batch, 100, 10)),
    ready: ids(store.dueUnits(batch, 'ready', 100, 10)),
    processing: ids(store.dueUnits(batch, 'processing', 100, 10)),
    next: store.nextDue(1),
  });

  test.each([{ kind: 'all' }, { kind: 'account', id: 'lab' }, { kind: 'batch', id: 1 }] as const)(
    'a paused $kind starts nothing new, but what passed the point of return goes on',
    (scope) => {
      const { store, batch } = prepared();
      const running = { working: [batch], items: [3], ready: [2], processing: [1], next: 40 };
      expect(due(store, batch)).toEqual(running);
      store.setPaused(scope, true);
      expect(due(store, batch)).toEqual({
        working: [batch],
        items: [],
        ready: [],
        processing: [1],
        next: 60,
      });
      expect(store.isPaused()).toBe(scope.kind === 'all');
      toUnit(store, 1, { on: 'job-failed', failure: failure() });
      expect(due(store, batch)).toEqual({ working: [], items: [], ready: [], processing: [], next: null });
      store.setPaused(scope, false);
      expect(due(store, batch)).toEqual({ ...running, processing: [] });
    },
  );

  test('a paused unit waits; the others do not', () => {
    const { store, batch } = prepared();
    for (const id of [1, 2, 3]) store.setPaused({ kind: 'unit', id }, true);
    expect(due(store, batch)).toEqual({ working: [batch], items: [], ready: [], processing: [1], next: 60 });
    expect(store.unit(3)?.paused).toBe(true);
    store.setPaused({ kind: 'unit', id: 3 }, false);
    expect(due(store, batch)).toMatchObject({ items: [3], ready: [], next: 40 });
  });

  test('a blocked account does nothing at all until it is lifted', () => {
    const { store, batch } = prepared();
    store.commit([{ kind: 'account-blocked', id: 'lab', failure: failure('unauthenticated') }]);
    expect(due(store, batch)).toEqual({ working: [], items: [], ready: [], processing: [], next: null });
    store.commit([{ kind: 'account-blocked', id: 'lab', failure: null }]);
    expect(due(store, batch)).toMatchObject({ working: [batch], processing: [1] });
  });

  test('batches of a removed account wait until it is there again', () => {
    const { store, batch } = prepared();
    store.removeAccount('lab');
    expect(due(store, batch)).toEqual({ working: [], items: [], ready: [], processing: [], next: null });
    expect(store.batchView(batch)).toMatchObject({ accountName: 'Account lab', accountRemoved: true });
    store.addAccount(newAccount('lab'));
    expect(due(store, batch)).toMatchObject({ working: [batch], items: [3] });
  });

  test('waits for a reason that no longer holds are forgotten, and others are not', () => {
    const { store, batch } = prepared();
    const second = store.addBatch(newBatch(), [planned('d'), planned('e')], []);
    storeItems(store, 4);
    toUnit(store, 4, { on: 'later', failure: failure('dns'), notBefore: 50 });
    store.commit([
      { kind: 'item', id: 5, event: { on: 'transient', failure: failure('dns'), notBefore: 70 } },
      { kind: 'batch-trouble', id: second, trouble: { failure: failure('dns'), notBefore: 80, attempts: 1 } },
    ]);
    toUnit(store, 2, { on: 'later', failure: failure('rate-limited'), notBefore: 90 });
    store.forgetWaits(0, ['dns']);
    // The job keeps no reason, and a question does no harm.
    expect(ids(store.dueUnits(batch, 'processing', 0, 10))).toEqual([1]);
    expect(ids(store.dueItems(second, 0, 10))).toEqual([5]);
    expect(ids(store.dueUnits(second, 'ready', 0, 10))).toEqual([4]);
    expect(store.batch(second)?.trouble).toMatchObject({ notBefore: 0, attempts: 1 });
    expect(store.unit(4)?.state).toMatchObject({ attempts: 1, notBefore: 0 });
    expect([ids(store.dueItems(batch, 39, 10)), ids(store.dueUnits(batch, 'ready', 89, 10))]).toEqual([
      [],
      [],
    ]);
    expect([store.nextDue(1), store.nextDue(40)]).toEqual([40, 90]);
    store.forgetWaits(0);
    expect([ids(store.dueItems(batch, 0, 10)), ids(store.dueUnits(batch, 'ready', 0, 10))]).toEqual([
      [3],
      [2],
    ]);
    expect(store.nextDue(0)).toBeNull();
  });

  test('finished batches are no work; a batch whose target is in trouble tells its time', () => {
    const { store } = openTestStore();
    const first = store.addBatch(newBatch(), [planned('a')], []);
    const second = store.addBatch(newBatch(), [planned('b')], []);
    store.addBatch(newBatch(), [], []);
    expect(ids(store.workingBatches())).toEqual([first, second]);
    toUnit(store, 1, { on: 'cancel' });
    store.commit([
      { kind: 'batch-trouble', id: second, trouble: { failure: failure(), notBefore: 33, attempts: 1 } },
    ]);
    expect(ids(store.workingBatches())).toEqual([second]);
    expect(store.nextDue(1)).toBe(33);
  });
});

test('a scope names its units, in any state asked for, and the caller may change them meanwhile', () => {
  const { store } = openTestStore();
  store.addAccount(newAccount('other'));
  const many = Array.from({ length: 1200 }, (_, index) => planned(`u${index}`));
  const first = store.addBatch(newBatch(), many, []);
  store.addBatch(newBatch({ accountId: 'other' }), [planned('x')], []);
  storeItems(store, 5);
  expect([...store.unitsIn({ kind: 'batch', id: first }, ['ready'])]).toEqual([5]);
  expect([...store.unitsIn({ kind: 'account', id: 'other' }, ['collecting'])]).toEqual([1201]);
  expect([...store.unitsIn({ kind: 'item', id: 5 }, ['ready', 'done'])]).toEqual([5]);
  expect([...store.unitsIn({ kind: 'unit', id: 5 }, ['done'])]).toEqual([]);
  expect([...store.unitsIn({ kind: 'all' }, [])]).toEqual([]);
  let cancelled = 0;
  for (const id of store.unitsIn({ kind: 'all' }, ['collecting', 'ready'])) {
    toUnit(store, id, { on: 'cancel' });
    cancelled += 1;
  }
  expect(cancelled).toBe(1201);
  expect(stateOf(store, 1201)).toBe('cancelled');
});
