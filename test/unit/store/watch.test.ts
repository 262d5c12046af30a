/** What watch folders know of files: written with their units, following them, and looked up. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import { NO_MTIME_MS } from '../../../main/core/model.ts';
import type { WatchFolder } from '../../../main/core/watch/rules.ts';
import {
  codeOf,
  failure,
  finish,
  grant,
  hash,
  intent,
  newBatch,
  type Opened,
  openTestStore,
  planned,
  stateOf,
  storeItems,
  toUnit,
  unitsOf,
} from './support.ts';
import {
  counts,
  leaveOut,
  newFolder,
  noted,
  ROOT,
  statesIn,
  sweep,
  sweepOf,
  watched,
} from './watch-support.ts';

let opened: Opened;
let store: Store;
let folder: WatchFolder;
let ledger: number;

beforeEach(() => {
  opened = openTestStore();
  store = opened.store;
  folder = store.addWatchFolder(newFolder());
  ledger = folder.ledger;
});

const MTIME = 1_700_000_000_000.123;

describe('a sweep', () => {
  test('marks the files of its units as taken, in the transaction that adds them', () => {
    const batch = sweep(store, folder, [watched('one'), watched('two', [3, 4])]);
    expect(unitsOf(store, batch)).toEqual([1, 2]);
    expect(store.known(ledger, 'one/0.png')).toEqual({
      identity: { size: 10, mtimeMs: MTIME },
      inode: '1:one0',
      state: 'taken',
      reason: null,
      group: null,
      unitId: 1,
      putAway: false,
      at: 500,
    });
    expect([...store.knownIn(ledger, 'two')].map(([name, file]) => [name, file.group, file.unitId])).toEqual([
      ['0.png', 'two', 2],
      ['1.png', 'two', 2],
    ]);
    expect(store.known(ledger, 'three/0.png')).toBeNull();
    expect(store.knownIn(ledger, '').size).toBe(0);
  });

  test('leaves nothing where its batch could not be added', () => {
    const broken = { ...watched('two'), items: [] };
    expect(codeOf(() => sweep(store, folder, [watched('one'), broken]))).toBe('invalid-input');
    expect(counts(store, ledger)).toEqual({});
    expect(store.batches(0, 9)).toEqual([]);
  });

  test('of a folder whose ledger is another by now is refused, and so is a file that lies elsewhere', () => {
    const sweeping = sweepOf(folder);
    store.changeWatchFolder(folder.id, { datasetId: 'dataset-2' });
    expect(codeOf(() => store.addBatch({ ...sweeping, datasetId: 'dataset-2' }, [watched('one')], []))).toBe(
      'internal',
    );
    const elsewhere = planned('x');
    const item = { ...elsewhere.items[0], path: `${ROOT}side/x.png` };
    const unit = { ...elsewhere, items: [item] } as typeof elsewhere;
    expect(codeOf(() => store.addBatch(sweeping, [unit], []))).toBe('internal');
    expect(store.batches(0, 9)).toEqual([]);
  });

  test('is no large batch: nothing of it is known before it is there', async () => {
    const adding = store.addLargeBatch(sweepOf(folder), [watched('one')], [], {});
    await expect(adding).rejects.toMatchObject({ code: 'internal' });
    expect(counts(store, ledger)).toEqual({});
  });

  test('of a file that was registered and changed since takes it again', () => {
    sweep(store, folder, [watched('one')]);
    finish(store, 1);
    expect(store.known(ledger, 'one/0.png')?.state).toBe('done');
    sweep(store, folder, [watched('one', [11])], { addedAt: 900 });
    expect(store.known(ledger, 'one/0.png')).toMatchObject({
      state: 'taken',
      identity: { size: 11 },
      unitId: 2,
      at: 900,
    });
    finish(store, 2);
    expect(counts(store, ledger)).toEqual({ done: 1 });
  });
});

describe('files follow their unit', () => {
  test('done: as they were uploaded, with their hashes, at the time of registration', () => {
    sweep(store, folder, [watched('two', [3, 4])]);
    store.commit([
      { kind: 'item', id: 1, event: { on: 'granted', grant: grant('1') } },
      {
        kind: 'item',
        id: 1,
        event: {
          on: 'replanned',
          identity: { size: 30, mtimeMs: 77.5 },
          failure: failure('file-changed'),
          notBefore: 0,
        },
      },
    ]);
    // Known at once: the folder must not take it for a change of its own.
    expect(store.known(ledger, 'two/0.png')).toMatchObject({
      state: 'taken',
      identity: { size: 30, mtimeMs: 77.5 },
    });
    finish(store, 1);
    expect(statesIn(store, ledger, 'two')).toEqual({ '0.png': 'done', '1.png': 'done' });
    expect(store.known(ledger, 'two/0.png')).toMatchObject({ identity: { size: 30, mtimeMs: 77.5 }, at: 60 });
    expect(opened.raw().prepare('SELECT name, size, sha256 FROM watch_file ORDER BY name').all()).toEqual([
      { name: '0.png', size: 30, sha256: hash(1) },
      { name: '1.png', size: 4, sha256: hash(2) },
    ]);
  });

  test('sent without hashing: done without a hash', () => {
    sweep(store, folder, [watched('one')]);
    finish(store, 1, () => null);
    expect(opened.raw().prepare('SELECT state, sha256 FROM watch_file').all()).toEqual([
      { state: 'done', sha256: null },
    ]);
  });

  test('on its way, failed or in doubt: still taken', () => {
    sweep(store, folder, [watched('bad'), watched('good')]);
    store.commit([{ kind: 'item', id: 1, event: { on: 'failed', failure: failure() } }]);
    storeItems(store, 2);
    toUnit(store, 2, intent);
    expect([stateOf(store, 1), stateOf(store, 2)]).toEqual(['failed', 'registering']);
    expect(counts(store, ledger)).toEqual({ taken: 2 });
    toUnit(store, 2, { on: 'in-doubt', failure: failure(), notBefore: 0 });
    toUnit(store, 2, { on: 'absent', final: true, repeatable: false, failure: failure(), notBefore: 0 });
    expect(stateOf(store, 2)).toBe('uncertain');
    expect(counts(store, ledger)).toEqual({ taken: 2 });
  });

  test('cancelled, retried, and done after all', () => {
    sweep(store, folder, [watched('two', [3, 4]), watched('other')]);
    toUnit(store, 1, { on: 'cancel' });
    expect(counts(store, ledger)).toEqual({ cancelled: 2, taken: 1 });
    expect(store.known(ledger, 'two/0.png')).toMatchObject({ unitId: 1 });
    toUnit(store, 1, { on: 'retry' });
    expect(counts(store, ledger)).toEqual({ taken: 3 });
    finish(store, 1);
    expect(counts(store, ledger)).toEqual({ done: 2, taken: 1 });
  });

  test('a frame that is left out is cancelled alone, and stays so', () => {
    sweep(store, folder, [watched('two', [3, 4, 5])]);
    leaveOut(store, 2);
    const all = { '0.png': 'taken', '1.png': 'cancelled', '2.png': 'taken' };
    expect(statesIn(store, ledger, 'two')).toEqual(all);
    toUnit(store, 1, { on: 'cancel' });
    toUnit(store, 1, { on: 'retry' });
    expect(statesIn(store, ledger, 'two')).toEqual(all);
    finish(store, 1);
    expect(statesIn(store, ledger, 'two')).toEqual({
      '0.png': 'done',
      '1.png': 'cancelled',
      '2.png': 'done',
    });
  });

  test('a unit of which everything was left out comes back whole', () => {
    sweep(store, folder, [watched('two', [3, 4])]);
    leaveOut(store, 1, 2);
    expect(stateOf(store, 1)).toBe('cancelled');
    expect(counts(store, ledger)).toEqual({ cancelled: 2 });
    toUnit(store, 1, { on: 'retry' });
    expect(counts(store, ledger)).toEqual({ taken: 2 });
  });

  test('what was taken again, or decided otherwise since, no longer follows', () => {
    sweep(store, folder, [watched('one'), watched('two')]);
    toUnit(store, 1, { on: 'cancel' });
    toUnit(store, 2, { on: 'cancel' });
    store.note(ledger, [noted('one/0.png', 'ignored')], 700);
    store.forget(ledger, ['two/0.png', 'not/there.png']);
    toUnit(store, 1, { on: 'retry' });
    toUnit(store, 2, { on: 'retry' });
    expect(counts(store, ledger)).toEqual({ ignored: 1 });
    finish(store, 1);
    finish(store, 2);
    expect(counts(store, ledger)).toEqual({ ignored: 1 });
  });

  test('cleared from the list: what is done stays done, what had failed counts as cancelled', () => {
    const batch = sweep(store, folder, [watched('bad'), watched('good')]);
    store.commit([{ kind: 'item', id: 1, event: { on: 'failed', failure: failure() } }]);
    finish(store, 2);
    expect(store.removeFinished(batch)).toBe(1);
    opened.clock.runAll();
    expect(opened.raw().prepare('SELECT count(*) AS units FROM unit').get()).toEqual({ units: 0 });
    expect(counts(store, ledger)).toEqual({ cancelled: 1, done: 1 });
    expect(store.watchedRows(ledger, 'uploads', 0, 9).rows).toMatchObject([
      { path: 'bad/0.png', unit: null },
      { path: 'good/0.png', unit: null },
    ]);
  });

  test('units of others change nothing', () => {
    store.addBatch(newBatch(), [planned('one'), planned('two')], []);
    sweep(store, folder, [watched('three')]);
    finish(store, 1);
    toUnit(store, 2, { on: 'cancel' });
    expect(counts(store, ledger)).toEqual({ taken: 1 });
    expect(store.actions(folder.id, 0, 9)).toEqual({ total: 0, rows: [] });
  });
});

describe('written by hand', () => {
  test('rows replace those of the same path, and keep their reason', () => {
    const reason = failure('file-type', 'It is no image.');
    const rows = [noted('a.txt', 'refused', { reason, inode: '1:5' }), noted('deep/er/b.png', 'before')];
    store.note(ledger, rows, 300);
    expect(store.known(ledger, 'a.txt')).toEqual({
      identity: { size: 7, mtimeMs: 5.5 },
      inode: '1:5',
      state: 'refused',
      reason,
      group: null,
      unitId: null,
      putAway: false,
      at: 300,
    });
    expect(statesIn(store, ledger, 'deep/er')).toEqual({ 'b.png': 'before' });
    expect(statesIn(store, ledger, 'deep')).toEqual({});
    store.note(ledger, [noted('a.txt', 'held'), noted('a.txt', 'before', { group: 'g' })], 301);
    expect(store.known(ledger, 'a.txt')).toMatchObject({
      state: 'before',
      reason: null,
      group: 'g',
      at: 301,
    });
    expect(counts(store, ledger)).toEqual({ before: 2 });
  });

  test('a file that another unit holds follows that unit, from wherever it stands', () => {
    store.addBatch(newBatch(), [planned('open'), planned('done'), planned('stopped')], []);
    finish(store, 2, () => hash('d'));
    toUnit(store, 3, { on: 'cancel' });
    const rows = [
      noted('open/0.png', 'taken', { unitId: 1 }),
      noted('done/0.png', 'taken', { unitId: 2 }),
      noted('stopped/0.png', 'taken', { unitId: 3 }),
      noted('gone/0.png', 'taken', { unitId: 99 }),
      noted('link-to-open.png', 'taken', { unitId: 1 }),
    ];
    store.note(ledger, rows, 800);
    expect(store.known(ledger, 'open/0.png')).toMatchObject({ state: 'taken', unitId: 1, at: 800 });
    expect(store.known(ledger, 'done/0.png')).toMatchObject({
      state: 'done',
      identity: { size: 10, mtimeMs: MTIME },
      at: 60,
    });
    expect(store.known(ledger, 'stopped/0.png')?.state).toBe('cancelled');
    expect(store.known(ledger, 'gone/0.png')?.state).toBe('cancelled');
    finish(store, 1);
    expect(store.known(ledger, 'open/0.png')).toMatchObject({
      state: 'done',
      identity: { size: 10 },
      at: 60,
    });
    // It is known by what was seen of it, for the unit has it under another path.
    expect(store.known(ledger, 'link-to-open.png')).toMatchObject({ state: 'done', identity: { size: 7 } });
    // Nothing is ever done with files that were not the folder's own to upload.
    expect(store.actions(folder.id, 0, 9).total).toBe(0);
  });

  test('is all or nothing, and needs a ledger, and a unit for what is taken', () => {
    const rows = [noted('a', 'before'), noted('b', 'taken')];
    expect(codeOf(() => store.note(ledger, rows, 1))).toBe('internal');
    expect(codeOf(() => store.note(ledger + 1, [noted('a', 'before')], 1))).toBe('internal');
    expect(counts(store, ledger)).toEqual({});
  });

  test('a hundred thousand files come back, each folder by itself', () => {
    const rows = function* () {
      for (let index = 0; index < 100_000; index += 1) {
        yield noted(`d${Math.floor(index / 1_000)}/f${index}.png`, 'before');
      }
    };
    store.note(ledger, rows(), 1);
    expect(counts(store, ledger)).toEqual({ before: 100_000 });
    expect(store.knownIn(ledger, 'd42').size).toBe(1_000);
    expect(store.knownIn(ledger, 'd42').get('f42999.png')?.state).toBe('before');
  });

  test('of a large folder only some names are asked for', () => {
    const here = ['a.png', 'b"[].png', '映像.png', 'z.png'].map((name) => noted(`d/${name}`, 'before'));
    store.note(ledger, [...here, noted('other/new.png', 'held')], 1, { relaxed: true });
    const some = store.knownIn(ledger, 'd', ['映像.png', 'b"[].png', 'new.png']);
    expect([...some.keys()].sort()).toEqual(['b"[].png', '映像.png']);
    expect(store.knownIn(ledger, 'd', [])).toEqual(new Map());
    expect(store.knownIn(ledger, 'd').size).toBe(4);
  });
});

describe('looked up', () => {
  test('a group: how many files it has, in which unit, and how that stands', () => {
    expect(store.group(ledger, 'two')).toBeNull();
    sweep(store, folder, [watched('two', [3, 4]), watched('one')]);
    expect(store.group(ledger, 'two')).toEqual({ frames: 2, away: 0, unitId: 1, state: 'collecting' });
    finish(store, 1);
    // A late frame is of the group and not of its unit.
    store.note(ledger, [noted('two/2.png', 'ignored', { group: 'two' })], 1);
    expect(store.group(ledger, 'two')).toEqual({ frames: 2, away: 0, unitId: 1, state: 'done' });
    store.note(ledger, [noted('old/0.png', 'before', { group: 'old' })], 1);
    expect(store.group(ledger, 'old')).toEqual({ frames: 1, away: 0, unitId: null, state: null });
    store.removeFinished(null);
    toUnit(store, 2, { on: 'cancel' });
    store.removeFinished(null);
    expect(store.group(ledger, 'two')).toEqual({ frames: 2, away: 0, unitId: 1, state: null });
  });

  test('a group that is forgotten is new as a whole, and its unit goes on without it', () => {
    sweep(store, folder, [watched('two', [3, 4]), watched('three', [5, 6])]);
    store.note(ledger, [noted('two/2.png', 'ignored', { group: 'two' })], 1);
    store.forgetGroup(ledger, 'two');
    expect(store.group(ledger, 'two')).toBeNull();
    expect(statesIn(store, ledger, 'two')).toEqual({});
    finish(store, 1);
    expect(counts(store, ledger)).toEqual({ taken: 2 });
  });

  test('files that changed in the queue, until they are dealt with', () => {
    const batch = sweep(store, folder, [watched('two', [3, 4]), watched('cancelled')]);
    expect(store.batch(batch)?.watched).toBe(true);
    expect(store.batch(store.addBatch(newBatch(), [planned('dropped')], []))?.watched).toBe(false);
    const identity = { size: 4, mtimeMs: NO_MTIME_MS };
    store.commit([
      {
        kind: 'item',
        id: 2,
        event: { on: 'replanned', identity, failure: failure('file-changed'), notBefore: 0 },
      },
      { kind: 'unit', id: 1, event: { on: 'cancel' } },
    ]);
    toUnit(store, 2, { on: 'cancel' });
    expect(store.changedInQueue(ledger)).toEqual(['two/1.png']);
    // A person retries it: it is in the queue, and given up again when it is its turn.
    toUnit(store, 1, { on: 'retry' });
    expect(store.changedInQueue(ledger)).toEqual([]);
    toUnit(store, 1, { on: 'cancel' });
    sweep(store, folder, [watched('two', [3, 4])]);
    expect(store.changedInQueue(ledger)).toEqual([]);
    store.removeWatchFolder(folder.id);
    expect(store.batch(batch)?.watched).toBe(false);
  });

  test('files of a size that are on their way into the dataset, from any folder', () => {
    const second = store.addWatchFolder(newFolder({ root: '/copies' }));
    const other = store.addWatchFolder(newFolder({ root: '/others', datasetId: 'dataset-2' }));
    const from = (root: string) => {
      const unit = watched(root.slice(1), [10]);
      return {
        ...unit,
        items: unit.items.map((item) => ({ ...item, path: `${root}/a.png`, sha256: hash('p') })),
      };
    };
    sweep(store, folder, [watched('open'), watched('sent'), watched('failed'), watched('large', [11])]);
    sweep(store, second, [from('/copies')]);
    sweep(store, other, [from('/others')]);
    storeItems(store, 2);
    toUnit(store, 2, intent);
    store.commit([{ kind: 'item', id: 3, event: { on: 'failed', failure: failure() } }]);
    const identity = { size: 10, mtimeMs: MTIME };
    expect(store.underway('dataset-1', 10)).toEqual([
      { path: '/in/open/0.png', identity, inode: '1:open0', sha256: null },
      { path: '/in/sent/0.png', identity, inode: '1:sent0', sha256: hash(2) },
      { path: '/copies/a.png', identity, inode: '1:copies0', sha256: hash('p') },
    ]);
    expect(store.underway('dataset-1', 12)).toEqual([]);
    finish(store, 1);
    toUnit(store, 5, { on: 'cancel' });
    expect(store.underway('dataset-1', 10).map(({ path }) => path)).toEqual(['/in/sent/0.png']);
  });
});

describe('lists and sums for the pages', () => {
  test('uploads, newest first, with their units; by window', () => {
    sweep(store, folder, [watched('a')], { addedAt: 10 });
    sweep(store, folder, [watched('b')], { addedAt: 30 });
    sweep(store, folder, [watched('c')], { addedAt: 20 });
    finish(store, 1);
    store.commit([{ kind: 'item', id: 2, event: { on: 'failed', failure: failure('file-missing') } }]);
    toUnit(store, 3, { on: 'cancel' });
    store.note(ledger, [noted('x', 'skipped'), noted('y', 'before')], 99);
    const all = store.watchedRows(ledger, 'uploads', 0, 10);
    expect(all.total).toBe(3);
    expect(all.rows).toEqual([
      {
        path: 'a/0.png',
        size: 10,
        state: 'done',
        at: 60,
        reason: null,
        unit: { id: 1, state: 'done', title: 'a', failure: null, itemState: 'stored' },
      },
      {
        path: 'b/0.png',
        size: 10,
        state: 'taken',
        at: 30,
        reason: null,
        unit: { id: 2, state: 'failed', title: 'b', failure: failure('file-missing'), itemState: 'failed' },
      },
      {
        path: 'c/0.png',
        size: 10,
        state: 'cancelled',
        at: 20,
        reason: null,
        unit: { id: 3, state: 'cancelled', title: 'c', failure: null, itemState: 'cancelled' },
      },
    ]);
    expect(store.watchedRows(ledger, 'uploads', 1, 1)).toEqual({ total: 3, rows: [all.rows[1]] });
    expect(store.watchedRows(ledger, 'uploads', 3, 1)).toEqual({ total: 3, rows: [] });
  });

  test('why something waits that is tried again', () => {
    sweep(store, folder, [watched('a')]);
    const event = { on: 'transient', failure: failure('stalled'), notBefore: 2_000 } as const;
    store.commit([{ kind: 'item', id: 1, event }]);
    expect(store.watchedRows(ledger, 'uploads', 0, 1).rows[0]?.unit?.failure).toEqual(failure('stalled'));
  });

  test('what was left out, newest first; what is held, by path', () => {
    const reason = failure('duplicate');
    store.note(
      ledger,
      [noted('b/2', 'held'), noted('b/1', 'held'), noted('z', 'held'), noted('a/9', 'held')],
      1,
    );
    store.note(ledger, [noted('old', 'refused', { reason })], 2);
    store.note(ledger, [noted('new', 'skipped', { reason }), noted('none', 'before')], 3);
    const paths = (which: 'skipped' | 'held', offset = 0, limit = 9) =>
      store.watchedRows(ledger, which, offset, limit).rows.map(({ path }) => path);
    expect(paths('skipped')).toEqual(['new', 'old']);
    expect(store.watchedRows(ledger, 'skipped', 0, 1)).toMatchObject({
      total: 2,
      rows: [{ state: 'skipped', reason, unit: null }],
    });
    expect(paths('held')).toEqual(['z', 'a/9', 'b/1', 'b/2']);
    expect(paths('held', 1, 2)).toEqual(['a/9', 'b/1']);
  });

  test('what was registered since a time, and how many files are known in each state', () => {
    sweep(store, folder, [watched('a', [3, 4]), watched('b', [5, 6])]);
    finish(store, 1);
    store.note(ledger, [noted('x', 'held'), noted('y', 'refused')], 2_000);
    expect(store.watchTally(ledger, 60)).toEqual({
      files: 2,
      bytes: 7,
      states: { before: 0, held: 1, taken: 2, done: 2, cancelled: 0, skipped: 0, refused: 1, ignored: 0 },
    });
    expect(store.watchTally(ledger, 61)).toMatchObject({ files: 0, bytes: 0 });
    const other = store.addWatchFolder(newFolder({ root: '/other' }));
    expect(counts(store, other.ledger)).toEqual({});
  });
});
