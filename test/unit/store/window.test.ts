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

  /** A store on whose clock every look costs more than a call may take; what it searches for takes several. */
  function openSlow(folder: string) {
    const clock = new (class extends FakeClock {
      override monotonic(): number {
        this.time += 100;
        return this.time;
      }
    })();
    const told = { searched: 0 };
    const slow = openStore(folder, { clock, searched: () => (told.searched += 1) });
    return { slow, clock, told };
  }
  const seek = query({ search: 'frame 8', expandedBatches: new Set([1]), limit: 1 });
  function withMany() {
    const opened = openTestStore();
    const many = Array.from({ length: 9000 }, (_, index) => planned(`frame ${index}`));
    opened.store.addBatch(newBatch(), many, []);
    opened.store.close();
    return opened;
  }

  test('a long search goes on by itself, and says when it has seen everything', () => {
    const { slow, clock, told } = openSlow(withMany().folder);
    expect(slow.rowsWindow(seek)).toMatchObject({ total: 1 + 11, complete: false });
    expect(told.searched).toBe(0);
    expect(clock.runAll()).toBeGreaterThan(1);
    expect(told.searched).toBe(1);
    expect(slow.rowsWindow(seek)).toMatchObject({ total: 1 + 1111, complete: true });
    expect(clock.runAll()).toBe(0);
    slow.close();
  });

  test('and over a moment in which the file cannot be read', () => {
    const { folder, raw } = withMany();
    const { slow, clock, told } = openSlow(folder);
    expect(slow.rowsWindow(seek)).toMatchObject({ complete: false });
    const db = raw();
    db.exec('ALTER TABLE batch RENAME TO away');
    // After the first try.
    clock.after(1_000, () => db.exec('ALTER TABLE away RENAME TO batch'));
    clock.runAll();
    expect(told.searched).toBe(1);
    expect(slow.rowsWindow(seek)).toMatchObject({ total: 1 + 1111, complete: true });
    slow.close();
  });
});
