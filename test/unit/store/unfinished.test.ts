/** What is not finished, summed up by account and by what keeps it back. */

import { expect, test } from 'vitest';
import { failure, newAccount, newBatch, openTestStore, planned } from './support.ts';

test('unfinished batches are summed by account and by what keeps them back; finished ones are left out', () => {
  const { store } = openTestStore();
  store.addAccount(newAccount('other'));
  const add = (batch: Parameters<typeof newBatch>[0], units: number) =>
    store.addBatch(
      newBatch(batch),
      Array.from({ length: units }, (_, index) => planned(`${JSON.stringify(batch)} ${index}`)),
      [],
    );
  const first = add({ accountId: 'lab', datasetId: 'd', datasetTitle: 'Traffic' }, 2);
  const second = add({ accountId: 'lab', datasetId: 'd', datasetTitle: 'Traffic' }, 3);
  expect(store.onlyDatasetTitle()).toBe('Traffic');
  const paused = add({ accountId: 'lab', datasetId: 'e', datasetTitle: 'Scans' }, 4);
  store.setPaused({ kind: 'batch', id: paused }, true);
  const stuck = add({ accountId: 'lab' }, 5);
  const trouble = { failure: failure(), notBefore: Number.MAX_SAFE_INTEGER, attempts: 1 };
  store.commit([{ kind: 'batch-trouble', id: stuck, trouble }]);
  const waits = add({ accountId: 'lab' }, 6);
  store.commit([
    { kind: 'batch-trouble', id: waits, trouble: { failure: failure(), notBefore: 5_000, attempts: 1 } },
  ]);
  const blocked = add({ accountId: 'other' }, 7);
  store.commit([{ kind: 'account-blocked', id: 'other', failure: failure('key-unknown') }]);
  const cancelled = add({ accountId: 'lab' }, 1);
  store.commit(
    [...store.unitsIn({ kind: 'batch', id: cancelled }, ['collecting'])].map((id) => ({
      kind: 'unit' as const,
      id,
      event: { on: 'cancel' as const },
    })),
  );

  const sums = () =>
    store
      .unfinishedWork()
      .map(({ accountId, hindrance, totals }) => [accountId, hindrance, totals.units.collecting]);
  expect(sums()).toEqual([
    ['lab', 'none', 2 + 3 + 6],
    ['lab', 'paused', 4],
    ['lab', 'stuck', 5],
    ['other', 'blocked', 7],
  ]);
  expect(store.unfinishedBatches()).toEqual([first, second, paused, stuck, waits, blocked]);
  expect(store.batchesAfter(waits)).toEqual([blocked, cancelled]);
  expect(store.onlyDatasetTitle()).toBeNull();

  store.removeAccount('other');
  expect(sums().at(-1)).toEqual(['other', 'account-removed', 7]);
  store.removeFinished(cancelled);
  expect(store.batchesAfter(waits)).toEqual([blocked]);
});
