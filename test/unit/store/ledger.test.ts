/** What was uploaded before, and what waits already: the lookups that keep anything from being uploaded twice. */

import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { PlannedUnit } from '../../../main/core/model.ts';
import {
  failure,
  finish,
  hash,
  intent,
  newBatch,
  openTestStore,
  planned,
  storeItems,
  toUnit,
} from './support.ts';

const files = (unit: PlannedUnit) => unit.items.map(({ path, identity }) => ({ path, identity }));

test('a finished unit is known by its ordered content, its sizes and its files, in its dataset only', () => {
  const { store, clock, folder } = openTestStore();
  const unit = planned('a', [10, 20]);
  const batch = store.addBatch(newBatch(), [unit], []);
  expect(store.uploaded('dataset-1', 'image-group', [hash(1), hash(2)])).toBeNull();
  storeItems(store, 1);
  expect(store.sizeKnown('dataset-1', 10)).toBe(false);
  finish(store, 1);
  const entry = {
    datasetId: 'dataset-1',
    media: 'image-group',
    title: 'a',
    dataHash: 'data-hash',
    itemUuid: 'item-uuid',
    doneAt: 60,
  };
  expect(store.uploaded('dataset-1', 'image-group', [hash(1), hash(2)])).toEqual(entry);
  expect(store.uploaded('dataset-1', 'image-group', [hash(2), hash(1)])).toBeNull();
  expect(store.uploaded('dataset-1', 'image', [hash(1), hash(2)])).toBeNull();
  expect(store.uploaded('dataset-1', 'image-group', [hash(1)])).toBeNull();
  expect(store.uploaded('dataset-2', 'image-group', [hash(1), hash(2)])).toBeNull();
  expect([
    store.sizeKnown('dataset-1', 20),
    store.sizeKnown('dataset-1', 21),
    store.sizeKnown('dataset-2', 20),
  ]).toEqual([true, false, false]);

  // The ledger outlives the batch.
  expect(store.removeFinished(batch)).toBe(1);
  clock.runAll();
  store.close();
  expect(
    new DatabaseSync(`${folder}/uploader.db`, { readOnly: true }).prepare('SELECT * FROM item').all(),
  ).toEqual([]);
});

test('the ledger is asked by path and identity even after its batch was cleared', () => {
  const { store } = openTestStore();
  const unit = planned('a', [10]);
  const batch = store.addBatch(newBatch(), [unit], []);
  const identity = unit.items[0]?.identity ?? { size: 0, mtimeMs: 0 };
  expect(store.knownHash('/in/a/0.png', identity)).toBeNull();
  storeItems(store, 1);
  expect(store.knownHash('/in/a/0.png', identity)).toBe(hash(1));
  finish(store, 1);
  store.removeFinished(batch);
  expect(store.knownHash('/in/a/0.png', identity)).toBe(hash(1));
  expect(store.knownHash('/in/a/0.png', { ...identity, size: 11 })).toBeNull();
  expect(store.knownHash('/in/a/0.png', { ...identity, mtimeMs: identity.mtimeMs + 0.001 })).toBeNull();
  expect(store.knownHash('/in/b/0.png', identity)).toBeNull();
});

test('without every hash nothing is known by content', () => {
  const { store } = openTestStore();
  store.addBatch(newBatch(), [planned('a', [10, 20])], []);
  finish(store, 1, (id) => (id === 1 ? hash(1) : null));
  expect(store.uploaded('dataset-1', 'image-group', [hash(1)])).toBeNull();
  expect([store.sizeKnown('dataset-1', 10), store.sizeKnown('dataset-1', 20)]).toEqual([true, false]);
});

test('a hash that planning read is kept when sending did not hash', () => {
  const { store } = openTestStore();
  const unit = planned('a');
  store.addBatch(
    newBatch(),
    [{ ...unit, items: unit.items.map((item) => ({ ...item, sha256: hash('p') })) }],
    [],
  );
  finish(store, 1, () => null);
  expect(store.uploaded('dataset-1', 'image', [hash('p')])?.title).toBe('a');
});

test('what was left out is no part of the content', () => {
  const { store } = openTestStore();
  store.addBatch(newBatch(), [planned('a', [1, 2, 3])], []);
  store.commit([{ kind: 'item', id: 2, event: { on: 'cancel' } }]);
  finish(store, 1);
  expect(store.uploaded('dataset-1', 'image-group', [hash(1), hash(3)])?.title).toBe('a');
  expect(store.uploaded('dataset-1', 'image-group', [hash(1), hash(2), hash(3)])).toBeNull();
});

test('an unfinished unit of the same files in the same order and dataset is a twin', () => {
  const { store } = openTestStore();
  const unit = planned('a', [10, 20]);
  const batch = store.addBatch(newBatch(), [planned('z'), unit], []);
  const twin = { unitId: 2, batchId: batch };
  const ask = (dataset = 'dataset-1', list = files(unit)) => store.activeTwin(dataset, 'image-group', list);
  expect(ask()).toEqual(twin);
  expect(ask('dataset-2')).toBeNull();
  expect(ask('dataset-1', files(unit).reverse())).toBeNull();
  expect(ask('dataset-1', files(unit).slice(1))).toBeNull();
  expect(store.activeTwin('dataset-1', 'image', files(unit))).toBeNull();
  const touched = files(unit).map((file) => ({ ...file, identity: { ...file.identity, mtimeMs: 1 } }));
  // What is sent is the file as it is then.
  expect(ask('dataset-1', touched)).toEqual(twin);

  storeItems(store, 2);
  expect(ask()).toEqual(twin);
  // What is stored is the same only if its content is.
  expect(ask('dataset-1', touched)).toEqual({ ...twin, ifHashes: [hash(2), hash(3)] });
  const grown = files(unit).map(({ path, identity }) => ({ path, identity: { ...identity, size: 99 } }));
  expect(ask('dataset-1', grown)).toBeNull();
  toUnit(store, 2, intent);
  toUnit(store, 2, { on: 'in-doubt', failure: failure(), notBefore: 0 });
  toUnit(store, 2, {
    on: 'absent',
    final: true,
    repeatable: false,
    failure: failure('uncertain'),
    notBefore: 0,
  });
  expect(store.unit(2)?.state.at).toBe('uncertain');
  expect(ask()).toEqual(twin);
  toUnit(store, 2, { on: 'cancel' });
  expect(ask()).toBeNull();
});

test('failed and finished units, and those from which something was left out, are no twins', () => {
  const { store } = openTestStore();
  const [a, b, c] = [planned('a'), planned('b'), planned('c', [1, 2])];
  store.addBatch(newBatch(), [a, b, c], []);
  finish(store, 1);
  store.commit([
    { kind: 'item', id: 2, event: { on: 'failed', failure: failure() } },
    { kind: 'item', id: 3, event: { on: 'cancel' } },
  ]);
  expect(store.activeTwin('dataset-1', 'image', files(a))).toBeNull();
  expect(store.activeTwin('dataset-1', 'image', files(b))).toBeNull();
  expect(store.activeTwin('dataset-1', 'image-group', files(c))).toBeNull();
});
