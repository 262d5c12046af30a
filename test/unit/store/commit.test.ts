/** Changes through the machine: what becomes of items, units and counters, all of it or none. */

import { describe, expect, test } from 'vitest';
import type { UnitEvent } from '../../../main/core/machine.ts';
import type { ItemId } from '../../../main/core/model.ts';
import type { Change } from '../../../main/core/store-port.ts';
import {
  failure,
  finish,
  grant,
  hash,
  intent,
  newBatch,
  openTestStore,
  planned,
  registered,
  stateOf,
  storeItems,
  toUnit,
  turnedAway,
} from './support.ts';

const granted = (id: ItemId): Change => ({
  kind: 'item',
  id,
  event: { on: 'granted', grant: grant(String(id)) },
});
const stored = (id: ItemId): Change => ({ kind: 'item', id, event: { on: 'stored', sha256: hash(id) } });
const failed = (id: ItemId): Change => ({
  kind: 'item',
  id,
  event: { on: 'failed', failure: failure('file-missing') },
});
const leaveOut = (id: ItemId): Change => ({ kind: 'item', id, event: { on: 'cancel' } });

describe('from an added file to a data row', () => {
  test('a group is ready with its last item, and every state comes back as it was written', () => {
    const { store } = openTestStore();
    const batch = store.addBatch(newBatch(), [planned('group', [10, 20, 30])], []);
    store.commit([granted(1), granted(2), stored(2)]);
    expect(stateOf(store, 1)).toBe('collecting');
    expect(store.itemsOf(1).map((item) => item.state)).toEqual([
      { at: 'granted', grant: grant('1'), session: null, attempts: 0, notBefore: 0, failure: null },
      { at: 'stored', grant: grant('2'), sha256: hash(2) },
      { at: 'queued', attempts: 0, notBefore: 0, failure: null },
    ]);
    store.commit([stored(1), granted(3), stored(3)]);
    expect(store.unit(1)).toEqual({
      id: 1,
      batchId: batch,
      media: 'image-group',
      title: 'group',
      itemCount: 3,
      bytes: 60,
      paused: false,
      clientMetadata: null,
      state: { at: 'ready', attempts: 0, notBefore: 0, failure: null },
    });

    const steps: [UnitEvent, object][] = [
      [
        { on: 'later', failure: failure(), notBefore: 70.5 },
        { at: 'ready', attempts: 1, notBefore: 70.5, failure: failure() },
      ],
      [
        intent,
        { at: 'registering', intent: { id: 'intent-1', at: 50 }, doubt: null, attempts: 1, notBefore: 0 },
      ],
      [
        { on: 'in-doubt', failure: failure('connection-lost'), notBefore: 80 },
        {
          at: 'registering',
          intent: { id: 'intent-1', at: 50 },
          doubt: failure('connection-lost'),
          attempts: 1,
          notBefore: 80,
        },
      ],
      [
        { on: 'job-started', job: 'job-1' },
        { at: 'processing', intent: { id: 'intent-1', at: 50 }, job: 'job-1', attempts: 0, notBefore: 0 },
      ],
      [
        { ...registered, on: 'registered', linked: false, itemUuid: 'item-uuid', dataHash: null, at: 60 },
        { at: 'linking', itemUuid: 'item-uuid', attempts: 0, notBefore: 0, failure: null },
      ],
      [
        { on: 'linked', dataHash: 'data-hash', at: 90.25 },
        { at: 'done', itemUuid: 'item-uuid', dataHash: 'data-hash', doneAt: 90.25 },
      ],
    ];
    for (const [event, state] of steps) {
      toUnit(store, 1, event);
      expect(store.unit(1)?.state).toEqual(state);
    }
    expect(store.itemsOf(1)[0]?.state).toEqual({
      at: 'stored',
      grant: { id: 'grant-1', objectKey: 'object-1' },
      sha256: hash(1),
    });
  });

  test('totals of batch, account and queue move with every step', () => {
    const { store, clock } = openTestStore();
    const batch = store.addBatch(
      newBatch(),
      [planned('a', [10, 20]), planned('b', [5]), planned('c', [7])],
      [turnedAway('x'), turnedAway('y', 'skipped'), turnedAway('z')],
    );
    storeItems(store, 1);
    store.commit([granted(3)]);
    toUnit(store, 3, { on: 'cancel' });
    const expected = {
      units: {
        collecting: 1,
        ready: 1,
        registering: 0,
        processing: 0,
        linking: 0,
        done: 0,
        failed: 0,
        uncertain: 0,
        cancelled: 1,
      },
      refused: 2,
      skipped: 1,
      bytes: 35,
      storedBytes: 30,
    };
    expect(store.totals({ kind: 'batch', id: batch })).toEqual(expected);
    expect(store.totals({ kind: 'account', id: 'lab' })).toEqual(expected);
    expect(store.totals({ kind: 'all' })).toEqual(expected);
    expect(store.totals({ kind: 'unit', id: 1 })).toMatchObject({ bytes: 30, storedBytes: 30, refused: 0 });
    expect(store.totals({ kind: 'item', id: 3 })).toMatchObject({ bytes: 5, storedBytes: 0 });
    expect(store.totals({ kind: 'account', id: 'nobody' })).toMatchObject({ bytes: 0, refused: 0 });

    expect(store.batchView(batch)?.finishedAt).toBeNull();
    clock.time = 4_000;
    finish(store, 1);
    finish(store, 2);
    expect(store.batchView(batch)?.finishedAt).toBe(4_000);
    clock.time = 5_000;
    toUnit(store, 3, { on: 'retry' });
    expect(store.batchView(batch)?.finishedAt).toBeNull();
  });
});

describe('all or nothing', () => {
  test('a change that cannot be written takes the others of its commit with it', () => {
    const { store } = openTestStore();
    store.addBatch(newBatch(), [planned('a')], []);
    const before = store.totals({ kind: 'all' });
    const bad: Change = { kind: 'item', id: 1, event: { on: 'stored', sha256: 'no hash' } };
    expect(() => store.commit([granted(1), bad])).toThrow(/constraint failed/);
    expect(store.itemsOf(1)[0]?.state).toMatchObject({ at: 'queued' });
    expect(store.totals({ kind: 'all' })).toEqual(before);
    store.commit([granted(1), stored(1)]);
    expect(stateOf(store, 1)).toBe('ready');
  });

  test('a plan that breaks off adds nothing, and its ids are free', () => {
    const { store } = openTestStore();
    function* broken() {
      yield planned('a');
      throw new Error('the folder vanished');
    }
    expect(() => store.addBatch(newBatch(), broken(), [])).toThrow('the folder vanished');
    expect(() => store.addBatch(newBatch(), [planned('a', [])], [])).toThrow(/has no files/);
    expect(store.batches(0, 10)).toEqual([]);
    expect(store.totals({ kind: 'all' }).units.collecting).toBe(0);
    expect(store.addBatch(newBatch(), [planned('a')], [])).toBe(1);
  });

  test('late answers, second clicks and unknown ids change nothing', () => {
    const { store } = openTestStore();
    store.addBatch(newBatch(), [planned('a', [1, 2])], []);
    finish(store, 1);
    const before = [store.unit(1), store.itemsOf(1), store.totals({ kind: 'all' })];
    store.commit([
      granted(1),
      stored(2),
      failed(1),
      leaveOut(1),
      { kind: 'item', id: 2, event: { on: 'start-over' } },
      { kind: 'unit', id: 1, event: { on: 'cancel' } },
      { kind: 'unit', id: 1, event: { on: 'retry' } },
      { kind: 'unit', id: 77, event: intent },
      granted(77),
      { kind: 'batch-trouble', id: 77, trouble: null },
    ]);
    expect([store.unit(1), store.itemsOf(1), store.totals({ kind: 'all' })]).toEqual(before);
  });
});

describe('failing and retrying', () => {
  test('retrying an upload sends only what failed again', () => {
    const { store } = openTestStore();
    store.addBatch(newBatch(), [planned('a', [1, 2, 3])], []);
    store.commit([granted(1), stored(1), failed(2), granted(3), stored(3)]);
    expect(store.unit(1)?.state).toEqual({
      at: 'failed',
      step: 'upload',
      failure: failure('file-missing'),
      itemUuid: null,
    });
    toUnit(store, 1, { on: 'retry' });
    expect(store.itemsOf(1).map((item) => item.state.at)).toEqual(['stored', 'queued', 'stored']);
    store.commit([granted(2), stored(2)]);
    expect(stateOf(store, 1)).toBe('ready');
  });

  test('what failed can be left out, and the rest goes on', () => {
    const { store } = openTestStore();
    const batch = store.addBatch(newBatch(), [planned('a', [1, 2, 4])], []);
    store.commit([granted(1), stored(1), failed(2), granted(3), stored(3), leaveOut(2)]);
    expect(stateOf(store, 1)).toBe('failed');
    toUnit(store, 1, { on: 'retry' });
    expect(stateOf(store, 1)).toBe('ready');
    expect(store.itemsOf(1).map((item) => item.id)).toEqual([1, 3]);
    expect(store.totals({ kind: 'batch', id: batch })).toMatchObject({ bytes: 5, storedBytes: 5 });
  });

  test('the last item that is left out cancels its unit, wherever that stands', () => {
    const { store } = openTestStore();
    store.addBatch(newBatch(), [planned('a'), planned('b'), planned('c')], []);
    storeItems(store, 2);
    store.commit([failed(3)]);
    store.commit([leaveOut(1), leaveOut(2), leaveOut(3)]);
    expect([1, 2, 3].map((id) => stateOf(store, id))).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(store.totals({ kind: 'all' })).toMatchObject({ bytes: 0, storedBytes: 0 });
  });

  test('nothing is left out of a unit once a call may have named it', () => {
    const { store } = openTestStore();
    store.addBatch(newBatch(), [planned('a', [1, 2])], []);
    storeItems(store, 1);
    toUnit(store, 1, intent);
    store.commit([leaveOut(1)]);
    expect(store.itemsOf(1)).toHaveLength(2);
    toUnit(store, 1, { on: 'not-registered', failure: null, notBefore: 0 });
    store.commit([leaveOut(1)]);
    expect(store.itemsOf(1)).toHaveLength(1);
    expect(stateOf(store, 1)).toBe('ready');
  });

  test('a refused file starts from its first byte, without its old hash and grant', () => {
    const { store } = openTestStore();
    const batch = store.addBatch(newBatch(), [planned('a', [8])], []);
    storeItems(store, 1);
    toUnit(store, 1, intent);
    toUnit(store, 1, { on: 'refused', failure: failure('media-refused') });
    expect(store.itemsOf(1)[0]?.state).toMatchObject({ at: 'stored', grant: { id: 'grant-1' } });
    toUnit(store, 1, { on: 'retry' });
    expect(store.itemsOf(1)[0]?.state).toEqual({ at: 'queued', attempts: 0, notBefore: 0, failure: null });
    expect(store.totals({ kind: 'batch', id: batch })).toMatchObject({ bytes: 8, storedBytes: 0 });
    expect(store.knownHash('/in/a/0.png', { size: 8, mtimeMs: 1_700_000_000_000.123 })).toBeNull();
  });

  test('retrying a cancelled unit brings back its items, but not one that was left out of it', () => {
    const { store } = openTestStore();
    store.addBatch(newBatch(), [planned('a', [1, 2, 4]), planned('b', [8])], []);
    store.commit([granted(1), stored(1), leaveOut(2), leaveOut(4)]);
    toUnit(store, 1, { on: 'cancel' });
    expect(store.itemsOf(1)).toEqual([]);
    expect(store.totals({ kind: 'all' })).toMatchObject({ bytes: 0, storedBytes: 0 });
    toUnit(store, 1, { on: 'retry' });
    toUnit(store, 2, { on: 'retry' });
    expect(store.itemsOf(1).map((item) => [item.id, item.state.at])).toEqual([
      [1, 'queued'],
      [3, 'queued'],
    ]);
    expect(store.itemsOf(2).map((item) => item.state.at)).toEqual(['queued']);
    expect(store.totals({ kind: 'all' })).toMatchObject({ bytes: 13, storedBytes: 0 });
    finish(store, 1);
    finish(store, 2);
    expect(store.totals({ kind: 'all' }).units.done).toBe(2);
  });

  test('a changed file is planned again: size, time and totals follow, the old hash goes', () => {
    const { store } = openTestStore();
    const unit = planned('a', [10, 20]);
    const first = unit.items[0];
    if (first === undefined) throw new Error('planned() gave no items');
    const batch = store.addBatch(
      newBatch(),
      [{ ...unit, items: [{ ...first, sha256: hash('old') }, ...unit.items.slice(1)] }],
      [],
    );
    expect(store.knownHash(first.path, first.identity)).toBe(hash('old'));
    const identity = { size: 13, mtimeMs: 1_800_000_000_000.5 };
    store.commit([
      granted(1),
      {
        kind: 'item',
        id: 1,
        event: { on: 'replanned', identity, failure: failure('file-changed'), notBefore: 0 },
      },
    ]);
    expect(store.itemsOf(1)[0]).toMatchObject({ identity, state: { at: 'queued', attempts: 1 } });
    expect(store.totals({ kind: 'batch', id: batch })).toMatchObject({ bytes: 33 });
    expect(store.knownHash(first.path, first.identity)).toBeNull();
    const files = unit.items.map(({ path, identity: was }) => ({ path, identity: was }));
    const twin = { unitId: 1, batchId: batch };
    expect(store.activeTwin('dataset-1', 'image-group', files)).toEqual(twin);
    const changed = files.map((file, index) => (index === 0 ? { ...file, identity } : file));
    expect(store.activeTwin('dataset-1', 'image-group', changed)).toEqual(twin);
  });
});

test('target, trouble and block are kept with batch and account', () => {
  const { store } = openTestStore();
  const batch = store.addBatch(
    newBatch({ folderChoice: 'folder-1', routeChoice: 'storage' }),
    [planned('a')],
    [],
  );
  const trouble = { failure: failure('dns'), notBefore: Number.MAX_SAFE_INTEGER, attempts: 2 };
  store.commit([{ kind: 'batch-trouble', id: batch, trouble }]);
  expect(store.batch(batch)).toMatchObject({ trouble, target: null, folderChoice: 'folder-1' });
  const target = { route: 'storage', datasetId: 'dataset-1', folderId: 'folder-1', mirrored: true } as const;
  store.commit([{ kind: 'batch-target', id: batch, target }]);
  expect(store.batch(batch)).toMatchObject({ trouble: null, target });
  store.commit([{ kind: 'account-blocked', id: 'lab', failure: failure('unauthenticated') }]);
  expect(store.account('lab')?.blocked).toEqual(failure('unauthenticated'));
  store.commit([{ kind: 'account-blocked', id: 'lab', failure: null }]);
  expect(store.account('lab')?.blocked).toBeNull();
});
