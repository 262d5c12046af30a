/** Accounts, settings, and clearing finished batches from the list. */

import { describe, expect, test } from 'vitest';
import {
  codeOf,
  failure,
  finish,
  intent,
  newAccount,
  newBatch,
  openTestStore,
  planned,
  storeItems,
  toUnit,
  turnedAway,
} from './support.ts';

describe('accounts', () => {
  test('come back as they were added and changed, in order', () => {
    const { store } = openTestStore();
    const key = newAccount('key', { kind: 'api-key', datasetId: 'ds', fingerprint: 'ds', addedAt: 5 });
    store.addAccount(key);
    expect(store.accounts()).toEqual([
      { ...newAccount('lab'), paused: false, blocked: null },
      { ...key, paused: false, blocked: null },
    ]);
    store.updateAccount('lab', {
      name: 'New',
      routeChoice: 'storage',
      fallbackNotice: 'It fell back.',
      email: 'a@b.c',
    });
    expect(store.account('lab')).toMatchObject({
      name: 'New',
      routeChoice: 'storage',
      fallbackNotice: 'It fell back.',
      email: 'a@b.c',
      domain: 'https://api.encord.com',
    });
    store.setPaused({ kind: 'account', id: 'lab' }, true);
    store.updateAccount('lab', { email: null });
    expect(store.account('lab')).toMatchObject({ paused: true, email: null });
    expect(store.account('nobody')).toBeNull();
    expect(codeOf(() => store.addAccount(newAccount('lab')))).toBe('invalid-input');
    expect(codeOf(() => store.updateAccount('nobody', {}))).toBe('account-unknown');
    expect(codeOf(() => store.addBatch(newBatch({ accountId: 'nobody' }), [planned('a')], []))).toBe(
      'account-unknown',
    );
  });

  test('one is active, or none, also after it was removed', () => {
    const { store } = openTestStore();
    expect(store.activeAccountId()).toBeNull();
    store.setActiveAccountId('lab');
    expect(store.activeAccountId()).toBe('lab');
    expect(codeOf(() => store.setActiveAccountId('nobody'))).toBe('account-unknown');
    store.setLastFolder('lab', 'dataset-1', 'folder-1');
    const batch = store.addBatch(newBatch(), [planned('a')], []);
    store.updateAccount('lab', { name: 'Renamed' });
    expect(store.batchView(batch)?.accountName).toBe('Renamed');
    store.removeAccount('lab');
    expect(store.activeAccountId()).toBeNull();
    expect(store.lastFolder('lab', 'dataset-1')).toBeNull();
    expect(store.batchView(batch)).toMatchObject({
      accountId: 'lab',
      accountName: 'Account lab',
      accountRemoved: true,
    });
    expect(store.totals({ kind: 'account', id: 'lab' }).units.collecting).toBe(1);
  });

  test('remember the folder of each dataset', () => {
    const { store } = openTestStore();
    store.setLastFolder('lab', 'dataset-1', 'one');
    store.setLastFolder('lab', 'dataset-1', 'two');
    store.setLastFolder('lab', 'dataset-2', 'three');
    expect([store.lastFolder('lab', 'dataset-1'), store.lastFolder('lab', 'dataset-2')]).toEqual([
      'two',
      'three',
    ]);
    store.setLastFolder('lab', 'dataset-1', null);
    expect(store.lastFolder('lab', 'dataset-1')).toBeNull();
    expect(codeOf(() => store.setLastFolder('nobody', 'd', 'f'))).toBe('account-unknown');
  });
});

test('settings are JSON text by key', () => {
  const { store } = openTestStore();
  expect(store.getSetting('theme')).toBeNull();
  store.setSetting('theme', '"dark"');
  store.setSetting('theme', '{"name":"light"}');
  expect(store.getSetting('theme')).toBe('{"name":"light"}');
  expect(() => store.setSetting('theme', 'no json')).toThrow(/constraint failed/);
  store.setSetting('theme', null);
  expect(store.getSetting('theme')).toBeNull();
});

describe('clearing', () => {
  test('a batch goes at once, its rows little by little, and its ids never come back', () => {
    const { store, clock, raw } = openTestStore();
    const many = Array.from({ length: 6000 }, (_, index) =>
      planned(`u${index}`, index === 10 ? Array(6000).fill(1) : [1]),
    );
    const first = store.addBatch(
      newBatch(),
      many,
      Array.from({ length: 6000 }, () => turnedAway('x')),
    );
    const second = store.addBatch(newBatch(), [planned('kept', [1, 2])], [turnedAway('y')]);
    store.commit(many.map((_, index) => ({ kind: 'unit', id: index + 1, event: { on: 'cancel' } })));
    const firstItem = store.itemsOf(6001)[0]?.id;

    expect(store.removeFinished(first)).toBe(1);
    expect(store.batches(0, 10).map((batch) => batch.id)).toEqual([second]);
    expect(
      store.rowsWindow({
        filter: 'all',
        search: '',
        expandedBatches: new Set(),
        expandedUnits: new Set(),
        offset: 0,
        limit: 9,
      }).total,
    ).toBe(1);
    expect(store.totals({ kind: 'all' })).toMatchObject({
      units: { cancelled: 0, collecting: 1 },
      refused: 1,
      bytes: 3,
    });
    expect(store.batch(first)).toBeNull();
    const left = (): unknown => raw().prepare('SELECT count(*) AS units FROM unit').get();
    expect(left()).not.toEqual({ units: 1 });
    expect(clock.runAll()).toBeGreaterThan(2);
    expect(left()).toEqual({ units: 1 });
    expect(raw().prepare('SELECT count(*) AS n FROM item').get()).toEqual({ n: 2 });
    expect(raw().prepare('SELECT id FROM batch').all()).toEqual([{ id: second }]);
    expect(raw().prepare('SELECT count(*) AS n FROM turned_away').get()).toEqual({ n: 1 });
    expect(store.itemsOf(6001)[0]?.id).toBe(firstItem);

    const third = store.addBatch(newBatch(), [planned('new')], []);
    expect([third, store.dueItems(third, 0, 1)[0]?.unitId]).toEqual([3, 6002]);
  });

  test('what an earlier run did not come to delete is deleted by the next', async () => {
    const { store, folder, clock } = openTestStore();
    const many = Array.from({ length: 6000 }, (_, index) => planned(`u${index}`));
    const batch = store.addBatch(newBatch(), many, []);
    store.commit(many.map((_, index) => ({ kind: 'unit', id: index + 1, event: { on: 'cancel' } })));
    store.removeFinished(batch);
    store.close();
    expect(clock.runAll()).toBe(0);
    const { openStore } = await import('../../../main/adapters/sqlite/index.ts');
    const again = openStore(folder, { clock });
    expect(clock.runAll()).toBeGreaterThan(0);
    expect(again.unit(6000)).toBeNull();
    again.close();
  });

  test('not what is unfinished or uncertain; failed ones only by name', () => {
    const { store, clock } = openTestStore();
    const open = store.addBatch(newBatch(), [planned('a')], []);
    const uncertain = store.addBatch(newBatch(), [planned('b', [1, 2])], []);
    const failed = store.addBatch(newBatch(), [planned('c')], []);
    const done = store.addBatch(newBatch(), [planned('d')], []);
    storeItems(store, 2);
    toUnit(store, 2, intent);
    toUnit(store, 2, { on: 'in-doubt', failure: failure(), notBefore: 0 });
    toUnit(store, 2, {
      on: 'absent',
      final: true,
      repeatable: false,
      failure: failure('uncertain'),
      notBefore: 0,
    });
    store.commit([{ kind: 'item', id: 4, event: { on: 'failed', failure: failure() } }]);
    finish(store, 4);
    expect(codeOf(() => store.removeFinished(open))).toBe('invalid-input');
    expect(codeOf(() => store.removeFinished(uncertain))).toBe('invalid-input');
    expect(store.removeFinished(99)).toBe(0);
    expect(store.removeFinished(null)).toBe(1);
    clock.runAll();
    expect(store.batches(0, 9).map((batch) => batch.id)).toEqual([failed, uncertain, open]);
    expect(store.batchView(done)).toBeNull();
    expect(store.removeFinished(failed)).toBe(1);
    clock.runAll();
    expect(store.totals({ kind: 'all' }).units).toMatchObject({
      failed: 0,
      done: 0,
      uncertain: 1,
      collecting: 1,
    });
  });
});
