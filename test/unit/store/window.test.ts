/** The window over the queue: any part of it is the same part of the whole, for every filter and search. */

import { describe, expect, test } from 'vitest';
import type { Filter, RowView, Store, WindowQuery } from '../../../main/adapters/sqlite/index.ts';
import { openStore } from '../../../main/adapters/sqlite/index.ts';
import {
  FakeClock,
  failure,
  finish,
  grant,
  newBatch,
  openTestStore,
  planned,
  storeItems,
  toUnit,
  turnedAway,
} from './support.ts';

function query(more: Partial<WindowQuery> = {}): WindowQuery {
  return {
    filter: 'all',
    search: '',
    expandedBatches: new Set(),
    expandedUnits: new Set(),
    offset: 0,
    limit: 1000,
    ...more,
  };
}

const label = (row: RowView): string => `${row.kind} ${row.id}`;

function labels(store: Store, more: Partial<WindowQuery> = {}): string[] {
  const window = store.rowsWindow(query(more));
  expect(window.complete).toBe(true);
  const shown = window.rows.map(label);
  const { offset, limit } = query(more);
  expect(shown).toHaveLength(Math.max(0, Math.min(limit, window.total - offset)));
  return shown;
}

/** Batch 1: units 1 to 5, one on each shelf and a group of three; batch 2: unit 6 and two turned away. */
function prepared(): Store {
  const { store } = openTestStore();
  store.addBatch(
    newBatch({ name: 'Monday' }),
    [planned('done'), planned('ready'), planned('failed'), planned('group', [1, 2, 3]), planned('cancelled')],
    [],
  );
  store.addBatch(
    newBatch({ name: 'Tuesday' }),
    [planned('waiting')],
    [turnedAway('empty.mp4'), turnedAway('twice.png', 'skipped')],
  );
  finish(store, 1);
  storeItems(store, 2);
  store.commit([
    { kind: 'item', id: 3, event: { on: 'failed', failure: failure() } },
    { kind: 'item', id: 4, event: { on: 'granted', grant: grant('4') } },
  ]);
  toUnit(store, 5, { on: 'cancel' });
  return store;
}

const OPEN = { expandedBatches: new Set([1, 2]) };

describe('the tree', () => {
  test('closed, it is the batches, newest first', () => {
    expect(labels(prepared())).toEqual(['batch 2', 'batch 1']);
  });

  test('open, it has units in order, items of open groups, then what was turned away', () => {
    const store = prepared();
    expect(labels(store, { ...OPEN, expandedUnits: new Set([4, 1, 99]) })).toEqual([
      'batch 2',
      'unit 6',
      'turned-away 1',
      'turned-away 2',
      'batch 1',
      'unit 1',
      'unit 2',
      'unit 3',
      'unit 4',
      'item 4',
      'item 5',
      'item 6',
      'unit 5',
    ]);
  });

  test.each<[Filter, string[]]>([
    ['active', ['batch 1', 'unit 2', 'unit 4', 'item 4', 'item 5', 'item 6']],
    ['waiting', ['batch 2', 'unit 6']],
    ['attention', ['batch 1', 'unit 3']],
    ['done', ['batch 1', 'unit 1']],
    ['turned-away', ['batch 2', 'turned-away 1', 'turned-away 2']],
  ])('filtered by %s', (filter, expected) => {
    expect(labels(prepared(), { ...OPEN, filter, expandedUnits: new Set([4]) })).toEqual(expected);
  });

  test('a batch in trouble wants attention though none of its units does', () => {
    const store = prepared();
    const trouble = { failure: failure('dataset-unknown'), notBefore: 1, attempts: 1 };
    store.commit([{ kind: 'batch-trouble', id: 2, trouble }]);
    expect(labels(store, { filter: 'attention' })).toEqual(['batch 2', 'batch 1']);
    expect(store.rowsWindow(query()).rows[0]).toMatchObject({ kind: 'batch', trouble: trouble.failure });
  });
});

describe('searching', () => {
  test.each<[string, string[]]>([
    ['ED', ['batch 1', 'unit 3', 'unit 5']],
    ['twice', ['batch 2', 'turned-away 2']],
    ['tues', ['batch 2']],
    ['  waiting ', ['batch 2', 'unit 6']],
    ['%', []],
    ['_', []],
    ['no such thing', []],
  ])('for "%s"', (search, expected) => {
    expect(labels(prepared(), { ...OPEN, search })).toEqual(expected);
  });

  test('letters beyond ASCII match in either case, and wild cards are letters', () => {
    const { store } = openTestStore();
    store.addBatch(newBatch(), [planned('ÉCHANTILLON'), planned('細胞 🧫 100%_a'), planned('100xxa')], []);
    const open = { expandedBatches: new Set([1]) };
    expect(labels(store, { ...open, search: 'échantillon' })).toEqual(['batch 1', 'unit 1']);
    expect(labels(store, { ...open, search: '胞 🧫' })).toEqual(['batch 1', 'unit 2']);
    expect(labels(store, { ...open, search: '100%_a' })).toEqual(['batch 1', 'unit 2']);
  });

  test('what was found follows changes of state, new batches and removed ones', () => {
    const store = prepared();
    const seek = { ...OPEN, search: 'e', filter: 'done' } as const;
    expect(labels(store, seek)).toEqual(['batch 1', 'unit 1']);
    storeItems(store, 4);
    finish(store, 2);
    expect(labels(store, seek)).toEqual(['batch 1', 'unit 1', 'unit 2']);
    const third = store.addBatch(newBatch({ name: 'x' }), [planned('even newer')], []);
    expect(labels(store, { ...OPEN, search: 'e' })[0]).toBe('batch 3');
    finish(store, 7);
    expect(labels(store, { ...seek, expandedBatches: new Set([third]) })).toEqual([
      'batch 3',
      'unit 7',
      'batch 1',
    ]);
    store.removeFinished(third);
    expect(labels(store, seek)).toEqual(['batch 1', 'unit 1', 'unit 2']);
  });

  test('a long search goes on by itself, and says when it has seen everything', () => {
    const { store, folder } = openTestStore();
    const many = Array.from({ length: 9000 }, (_, index) => planned(`frame ${index}`));
    store.addBatch(newBatch(), many, []);
    store.close();
    // A clock on which every look costs more than a call may take.
    const clock = new (class extends FakeClock {
      override monotonic(): number {
        this.time += 100;
        return this.time;
      }
    })();
    let searched = 0;
    const slow = openStore(folder, { clock, searched: () => (searched += 1) });
    const seek = query({ search: 'frame 8', expandedBatches: new Set([1]), limit: 1 });
    expect(slow.rowsWindow(seek)).toMatchObject({ total: 1 + 11, complete: false });
    expect(searched).toBe(0);
    expect(clock.runAll()).toBeGreaterThan(1);
    expect(searched).toBe(1);
    expect(slow.rowsWindow(seek)).toMatchObject({ total: 1 + 1111, complete: true });
    expect(clock.runAll()).toBe(0);
    slow.close();
  });
});

describe('any window is a part of the whole', () => {
  /** More units than stand in two blocks, on all shelves, some of them groups. */
  function large(): Store {
    const { store } = openTestStore();
    const plan = Array.from({ length: 9000 }, (_, index) =>
      planned(`u${index}${index % 13 === 0 ? ' odd' : ''}`, index % 50 === 0 ? [1, 2, 3, 4] : [1]),
    );
    store.addBatch(
      newBatch(),
      plan,
      Array.from({ length: 40 }, (_, index) => turnedAway(`away ${index} odd`)),
    );
    store.addBatch(newBatch(), plan.slice(0, 10), []);
    store.commit(
      Array.from({ length: 3000 }, (_, index) => ({
        kind: 'unit',
        id: index * 3 + 1,
        event: { on: 'cancel' },
      })),
    );
    store.commit(
      Array.from({ length: 2000 }, (_, index) => ({
        kind: 'item',
        id: index * 4 + 2,
        event: index % 2 === 0 ? { on: 'failed', failure: failure() } : { on: 'granted', grant: grant('x') },
      })),
    );
    return store;
  }

  test('for every filter and search', () => {
    const store = large();
    const asked: [Filter, string][] = [
      ['all', ''],
      ['waiting', ''],
      ['active', ''],
      ['attention', ''],
      ['turned-away', ''],
      ['all', 'odd'],
      ['waiting', 'odd'],
      ['turned-away', 'odd'],
    ];
    for (const [filter, search] of asked) {
      const tree = {
        filter,
        search,
        expandedBatches: new Set([1, 2]),
        expandedUnits: new Set([51, 101, 4101, 4151, 8951, 9001]),
      };
      const whole = labels(store, { ...tree, limit: 100_000 });
      expect(whole.length).toBeGreaterThan(30);
      expect(new Set(whole).size).toBe(whole.length);
      const part = (offset: number, limit: number) => labels(store, { ...tree, offset, limit });
      for (const start of [0, 1, 2, 12, 60, 1365, 4095, 4096, 4120, 5000, 8190, 8192, 9000]) {
        const offset = Math.min(start, whole.length - 7);
        expect([filter, search, offset, part(offset, 7)]).toEqual([
          filter,
          search,
          offset,
          whole.slice(offset, offset + 7),
        ]);
      }
      expect(part(whole.length - 3, 50)).toEqual(whole.slice(-3));
      expect(part(whole.length + 5, 50)).toEqual([]);
    }
  });
});

describe('single views', () => {
  test('say what a page shows', () => {
    const store = prepared();
    expect(store.batches(0, 1)).toMatchObject([
      {
        id: 2,
        name: 'Tuesday',
        accountName: 'Account lab',
        accountRemoved: false,
        route: null,
        unitCount: 1,
      },
    ]);
    expect(store.batches(1, 5).map((batch) => batch.id)).toEqual([1]);
    expect(store.batchView(1)).toMatchObject({
      datasetTitle: 'Cells',
      finishedAt: null,
      trouble: null,
      totals: {
        units: { done: 1, ready: 1, failed: 1, collecting: 1, cancelled: 1 },
        bytes: 26,
        storedBytes: 20,
      },
    });
    expect(store.unitView(3)).toEqual({
      id: 3,
      batchId: 1,
      media: 'image',
      title: 'failed',
      path: '/in/failed/0.png',
      itemCount: 1,
      storedItems: 0,
      bytes: 10,
      storedBytes: 0,
      paused: false,
      state: 'failed',
      begun: false,
      attempts: 0,
      notBefore: 0,
      failure: failure(),
      step: 'upload',
      dataHash: null,
      itemUuid: null,
    });
    expect(store.unitView(1)).toMatchObject({ state: 'done', dataHash: 'data-hash', itemUuid: 'item-uuid' });
    expect(store.itemsView(4, 1, 1)).toEqual([
      {
        id: 5,
        unitId: 4,
        position: 1,
        name: '1.png',
        path: '/in/group/1.png',
        size: 2,
        paused: false,
        state: 'queued',
        attempts: 0,
        notBefore: 0,
        failure: null,
      },
    ]);
    expect(store.turnedAway(2, 1, 5)).toMatchObject([
      { id: 2, batchId: 2, turnedAway: { kind: 'skipped', title: 'twice.png', dataHash: 'row-0' } },
    ]);
    expect([
      store.batchView(9),
      store.unitView(9),
      store.itemsView(9, 0, 9),
      store.turnedAway(9, 0, 9),
    ]).toEqual([null, null, [], []]);
  });

  test('a single file that waits for another try shows its own attempts and reason', () => {
    const store = prepared();
    store.commit([
      { kind: 'item', id: 8, event: { on: 'transient', failure: failure('dns'), notBefore: 77 } },
    ]);
    expect(store.unitView(6)).toMatchObject({
      state: 'collecting',
      attempts: 1,
      notBefore: 77,
      failure: failure('dns'),
    });
  });
});
