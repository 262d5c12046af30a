/** What receipts and comparisons read from the store, data hashes that come late, and content that is forgotten. */

import { describe, expect, it } from 'vitest';
import type { UnitEvent } from '../../../main/core/machine.ts';
import type { Change } from '../../../main/core/store-port.ts';
import {
  codeOf,
  failure,
  finish,
  grant,
  hash,
  intent,
  newBatch,
  openTestStore,
  planned,
  storeItems,
  toUnit,
  turnedAway,
  unitsOf,
} from './support.ts';

/** Registered into a mirrored dataset: only the storage item is told. */
function mirrored(itemUuid: string): UnitEvent {
  return { on: 'registered', itemUuid, dataHash: null, linked: true, at: 60 };
}

describe('the lines of a receipt', () => {
  it('come unit by unit and file by file, however the chunks fall', () => {
    const { store } = openTestStore();
    store.addBatch(newBatch(), [planned('before', [1, 2])], []);
    const units = [
      ...Array.from({ length: 700 }, (_, index) => planned(`single ${index}`)),
      planned('long', Array<number>(2_500).fill(7)),
      ...Array.from({ length: 3 }, (_, index) => planned(`group ${index}`, [1, 2, 3])),
    ];
    const batchId = store.addBatch(newBatch(), units, [turnedAway('notes.txt')]);
    store.addBatch(newBatch(), [planned('after')], []);
    const chunks = [...store.receiptLines(batchId)];
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(200);
    const lines = chunks.flat();
    expect(lines.map(({ file }) => file.path)).toEqual(
      units.flatMap((unit) => unit.items.map((item) => item.path)),
    );
    expect(lines.map(({ unit }) => unit.title)).toEqual(
      units.flatMap((unit) => unit.items.map(() => unit.title)),
    );
  });

  it('count what was tried, name what failed, and stop when the batch is cleared', () => {
    const { store, clock } = openTestStore();
    const batchId = store.addBatch(newBatch(), [planned('good', [1, 2]), planned('bad')], []);
    const [good, bad] = unitsOf(store, batchId);
    if (good === undefined || bad === undefined) throw new Error('There are no units.');
    const [first] = store.itemsOf(good);
    const [only] = store.itemsOf(bad);
    if (!first || !only) throw new Error('There are no items.');
    store.commit([
      { kind: 'item', id: first.id, event: { on: 'granted', grant: grant('a') } },
      { kind: 'item', id: first.id, event: { on: 'transient', failure: failure(), notBefore: 0 } },
      { kind: 'item', id: only.id, event: { on: 'granted', grant: grant('b') } },
      { kind: 'item', id: only.id, event: { on: 'failed', failure: failure('file-missing', 'It is gone.') } },
    ]);
    clock.time = 5_000;
    finish(store, good);
    const lines = [...store.receiptLines(batchId)].flat();
    expect(lines.map(({ unit, file }) => [unit.state, unit.attempts, file.state, file.tries])).toEqual([
      ['done', 3, 'stored', 2],
      ['done', 3, 'stored', 1],
      ['failed', 1, 'failed', 1],
    ]);
    expect(lines[0]?.file).toMatchObject({ sha256: hash(first.id), storedAt: 5_000 });
    expect(lines[0]?.unit).toMatchObject({ dataHash: 'data-hash', itemUuid: 'item-uuid', doneAt: 60 });
    expect(lines[2]?.unit.failure).toMatchObject({ code: 'file-missing', message: 'It is gone.' });
    expect(JSON.stringify(lines)).not.toContain('SECRET');
    expect(store.lastFinishedBatch()).toBe(batchId);
    store.removeFinished(batchId);
    expect([...store.receiptLines(batchId)]).toEqual([]);
    expect(store.lastFinishedBatch()).toBeNull();
  });
});

describe('data hashes that come late', () => {
  it('go to units and ledger of their dataset, where none is known', () => {
    const { store } = openTestStore();
    const batchId = store.addBatch(newBatch(), [planned('one'), planned('two'), planned('three')], []);
    const elsewhere = store.addBatch(newBatch({ datasetId: 'dataset-2' }), [planned('four')], []);
    const [one, two, three] = unitsOf(store, batchId);
    const [four] = unitsOf(store, elsewhere);
    if (!one || !two || !three || !four) throw new Error('There are no units.');
    expect(store.lacksDataHashes('dataset-1')).toBe(false);
    for (const id of [one, two, four]) {
      storeItems(store, id);
      toUnit(store, id, intent);
      const known: UnitEvent = {
        on: 'registered',
        itemUuid: 'item-2',
        dataHash: 'data-hash',
        linked: true,
        at: 60,
      };
      toUnit(store, id, id === two ? known : mirrored(`item-${id}`));
    }
    expect(store.lacksDataHashes('dataset-1')).toBe(true);
    const hashes = new Map([
      [`item-${one}`, 'row-1'],
      ['item-2', 'another'],
      [`item-${four}`, 'row-4'],
    ]);
    expect([...store.noteDataHashes('dataset-1', hashes)]).toEqual([1, 1]);
    expect([one, two, three, four].map((id) => store.unitView(id)?.dataHash)).toEqual([
      'row-1',
      'data-hash',
      null,
      null,
    ]);
    expect([...store.uploadedUnits('dataset-1', 0)].flat().map((unit) => unit.dataHash)).toEqual([
      'row-1',
      'data-hash',
    ]);
    expect(store.lacksDataHashes('dataset-1')).toBe(false);
    expect(store.lacksDataHashes('dataset-2')).toBe(true);
    expect([...store.noteDataHashes('dataset-1', hashes)]).toEqual([0, 0]);
  });

  it('stay when the batch is cleared, and come in steps that can be waited between', () => {
    const { store, clock } = openTestStore();
    const many = Array.from({ length: 2_300 }, (_, index) => planned(`many ${index}`));
    const batchId = store.addBatch(newBatch(), many, []);
    const ids = unitsOf(store, batchId);
    store.commit(
      ids.flatMap((id): Change[] => [
        ...store.itemsOf(id).flatMap((item): Change[] => [
          { kind: 'item', id: item.id, event: { on: 'granted', grant: grant(String(item.id)) } },
          { kind: 'item', id: item.id, event: { on: 'stored', sha256: hash(item.id) } },
        ]),
        { kind: 'unit', id, event: intent },
        { kind: 'unit', id, event: mirrored(`item-${id}`) },
      ]),
    );
    const hashes = new Map(ids.map((id) => [`item-${id}`, `row-${id}`]));
    expect([...store.noteDataHashes('dataset-1', hashes)]).toEqual([2_000, 300, 2_000, 300]);
    store.removeFinished(batchId);
    clock.runAll();
    const kept = [...store.uploadedUnits('dataset-1', 0)].flat();
    expect(kept.map((unit) => unit.dataHash)).toEqual(ids.map((id) => `row-${id}`));
    expect(store.ledgerDatasets()).toEqual(['dataset-1']);
  }, 30_000);
});

describe('content that is forgotten', () => {
  it('is no reason to skip a file or to leave a unit alone any more, and stays in the ledger', () => {
    const { store } = openTestStore();
    const first = store.addBatch(newBatch(), [planned('one', [1, 2])], []);
    const [done] = unitsOf(store, first);
    if (done === undefined) throw new Error('There is no unit.');
    finish(store, done);
    const hashes = store.itemsOf(done).map((item) => hash(item.id));
    expect(store.uploaded('dataset-1', 'image-group', hashes)).not.toBeNull();
    const second = store.addBatch(newBatch(), [planned('one', [1, 2])], []);
    const [again] = unitsOf(store, second);
    const [item] = again === undefined ? [] : store.itemsOf(again);
    if (again === undefined || item === undefined) throw new Error('There is no unit.');
    store.commit([
      { kind: 'item', id: item.id, event: { on: 'failed', failure: failure() } },
      { kind: 'unit', id: again, event: { on: 'retry' } },
    ]);
    // The files were uploaded: a retry would double them.
    expect(store.unit(again)?.state.at).toBe('failed');

    const [kept] = [...store.uploadedUnits('dataset-1', 0)].flat();
    store.forgetContent(kept ? [kept.id] : []);
    expect(store.uploaded('dataset-1', 'image-group', hashes)).toBeNull();
    toUnit(store, again, { on: 'retry' });
    expect(store.unit(again)?.state.at).toBe('collecting');
    finish(store, again);
    const both = [...store.uploadedUnits('dataset-1', 0)].flat();
    expect(both).toEqual([
      expect.objectContaining({
        title: 'one',
        files: 2,
        bytes: 3,
        path: '/in/one/0.png',
        dataHash: 'data-hash',
      }),
      expect.objectContaining({ title: 'one', files: 2, bytes: 3 }),
    ]);
    const [old, fresh] = both;
    if (!old || !fresh) throw new Error('The ledger lost a unit.');
    expect(store.sameFiles(old.id, fresh.id)).toBe(true);
    expect(store.uploadedFiles(fresh.id).map((file) => file.path)).toEqual([
      '/in/one/0.png',
      '/in/one/1.png',
    ]);
    expect(store.uploadedUnit(old.id)).toEqual(old);
    expect(store.ledgerEnd()).toBe(fresh.id);
    expect(codeOf(() => store.uploadedUnit(999))).toBe('nothing was thrown');
    expect(store.uploadedUnit(999)).toBeNull();
  });

  it('does not take a file that was overwritten for the same', () => {
    const { store } = openTestStore();
    for (const seed of ['1', '2']) {
      const batchId = store.addBatch(newBatch(), [planned('latest')], []);
      for (const id of unitsOf(store, batchId)) finish(store, id, () => hash(seed));
    }
    const [old, fresh] = [...store.uploadedUnits('dataset-1', 0)].flat();
    if (!old || !fresh) throw new Error('The ledger lost a unit.');
    expect(store.sameFiles(old.id, fresh.id)).toBe(false);
  });
});

it('units that are not done are known by what identifies their row', () => {
  const { store } = openTestStore();
  const batchId = store.addBatch(
    newBatch(),
    [planned('waits'), planned('single'), planned('group', [1, 2]), planned('links'), planned('done')],
    [],
  );
  const [, single, group, links, done] = unitsOf(store, batchId);
  if (!single || !group || !links || !done) throw new Error('There are no units.');
  finish(store, done);
  for (const id of [single, group, links]) {
    storeItems(store, id);
    toUnit(store, id, intent);
  }
  toUnit(store, links, {
    on: 'registered',
    itemUuid: 'item-of-links',
    dataHash: null,
    linked: false,
    at: 60,
  });
  const [item] = store.itemsOf(single);
  const linked = store.itemsOf(links)[0];
  expect([...store.identitiesUnderway('dataset-1')].flat().sort()).toEqual(
    [`grant-${item?.id}`, `grant-${linked?.id}`, 'item-of-links'].sort(),
  );
  expect([...store.identitiesUnderway('dataset-2')].flat()).toEqual([]);
});
