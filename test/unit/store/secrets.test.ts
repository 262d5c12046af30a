/** Signed URLs and echoes stand in the files of the data folder only from grant to the end of their unit. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../main/core/store-port.ts';
import {
  failure,
  finish,
  grant,
  intent,
  newBatch,
  type Opened,
  openTestStore,
  planned,
  storeItems,
  toUnit,
} from './support.ts';

/** Names of the files in the data folder in which a secret can be read. */
function leaks({ folder }: Opened): string[] {
  return readdirSync(folder).filter((name) =>
    /SECRET-(URL|ECHO)/.test(readFileSync(join(folder, name), 'latin1')),
  );
}

/** Grants as long as real ones, so that rows spill over pages. */
function longGrant(name: string, length: number) {
  const base = grant(name);
  return { ...base, url: base.url + `&SECRET-URL-${name}`.repeat(length), echo: base.echo.repeat(length) };
}

function grantAll({ store }: Opened, units: readonly number[], length = 1): void {
  const changes: Change[] = [];
  for (const unit of units) {
    for (const item of store.itemsOf(unit)) {
      changes.push({
        kind: 'item',
        id: item.id,
        event: { on: 'granted', grant: longGrant(String(item.id), length) },
      });
    }
  }
  store.commit(changes);
}

describe('once the queue is empty', () => {
  test('no file holds a secret, before and after closing', () => {
    const opened = openTestStore();
    const { store } = opened;
    const units = Array.from({ length: 300 }, (_, index) =>
      planned(`u${index}`, index % 10 === 0 ? [1, 2, 3] : [1]),
    );
    store.addBatch(newBatch(), units, []);
    const ids = units.map((_, index) => index + 1);
    // Short ones, middling ones and ones that spill over pages, granted and ended in different order.
    grantAll(opened, ids.slice(0, 100));
    grantAll(opened, ids.slice(100, 200), 20);
    grantAll(opened, ids.slice(200), 200);
    expect(leaks(opened)).not.toEqual([]);
    for (const id of ids.filter((each) => each % 7 !== 0)) finish(store, id);
    for (const id of ids.filter((each) => each % 7 === 0)) {
      if (id % 2 === 0) storeItems(store, id);
      toUnit(store, id, { on: 'cancel' });
    }
    expect(store.totals({ kind: 'all' }).units).toMatchObject({ done: 258, cancelled: 42 });
    expect(leaks(opened)).toEqual([]);
    store.close();
    expect(leaks(opened)).toEqual([]);
  });

  test('grants that were lost, or replaced after a failure, are gone as well', () => {
    const opened = openTestStore();
    const { store } = opened;
    store.addBatch(newBatch(), [planned('a'), planned('b'), planned('c')], []);
    grantAll(opened, [1, 2, 3], 30);
    store.commit([
      { kind: 'item', id: 1, event: { on: 'grant-lost', failure: failure('url-expired'), notBefore: 0 } },
      { kind: 'item', id: 2, event: { on: 'failed', failure: failure() } },
      {
        kind: 'item',
        id: 3,
        event: {
          on: 'replanned',
          identity: { size: 9, mtimeMs: 9 },
          failure: failure('file-changed'),
          notBefore: 0,
        },
      },
    ]);
    finish(store, 1);
    toUnit(store, 2, { on: 'cancel' });
    finish(store, 3);
    expect(leaks(opened)).toEqual([]);
  });

  test('an upload that failed for good before its end leaves none either, once it is settled', () => {
    const opened = openTestStore();
    const { store } = opened;
    const batch = store.addBatch(newBatch(), [planned('a', [1, 2])], []);
    grantAll(opened, [1], 50);
    store.commit([{ kind: 'item', id: 1, event: { on: 'failed', failure: failure() } }]);
    expect(store.itemsOf(1)[1]?.state.at).toBe('granted');
    store.removeFinished(batch);
    opened.clock.runAll();
    expect(leaks(opened)).toEqual([]);
  });

  test('a file that failed leaves none, whether nothing, all or a row of it came to the server', () => {
    const opened = openTestStore();
    const { store } = opened;
    store.addBatch(
      newBatch(),
      ['a', 'b', 'c', 'd'].map((name) => planned(name)),
      [],
    );
    grantAll(opened, [1, 2, 3, 4], 10);
    store.commit([{ kind: 'item', id: 1, event: { on: 'failed', failure: failure() } }]);
    for (const id of [2, 3, 4]) {
      storeItems(store, id);
      toUnit(store, id, intent);
    }
    toUnit(store, 2, { on: 'refused', failure: failure('bad-request') });
    toUnit(store, 3, { on: 'job-started', job: 'job' });
    toUnit(store, 3, { on: 'job-failed', failure: failure('media-refused') });
    toUnit(store, 4, { on: 'registered', itemUuid: 'item', dataHash: null, linked: false, at: 1 });
    expect(leaks(opened)).not.toEqual([]);
    toUnit(store, 4, { on: 'link-refused', failure: failure('forbidden') });
    expect(store.totals({ kind: 'all' }).units.failed).toBe(4);
    expect(leaks(opened)).toEqual([]);

    for (const id of [1, 2, 3]) {
      toUnit(store, id, { on: 'retry' });
      finish(store, id);
    }
    toUnit(store, 4, { on: 'retry' });
    toUnit(store, 4, { on: 'linked', dataHash: 'row', at: 2 });
    expect(store.totals({ kind: 'all' }).units.done).toBe(4);
  });

  test('a unit that may be registered again as it is keeps what registration echoes', () => {
    const opened = openTestStore();
    opened.store.addBatch(newBatch(), [planned('a')], []);
    storeItems(opened.store, 1);
    toUnit(opened.store, 1, intent);
    toUnit(opened.store, 1, { on: 'refused', failure: failure('forbidden') });
    expect(opened.store.itemsOf(1)[0]?.state).toMatchObject({ grant: grant('1') });
  });
});

test('a unit that ended keeps the identity of its grants, for lookups', () => {
  const opened = openTestStore();
  opened.store.addBatch(newBatch(), [planned('a'), planned('b')], []);
  finish(opened.store, 1);
  expect(opened.store.itemsOf(1)[0]?.state).toMatchObject({
    grant: { id: 'grant-1', objectKey: 'object-1' },
  });
  expect(JSON.stringify(opened.store.itemsOf(1))).not.toContain('SECRET');
});
