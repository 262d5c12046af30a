/** States that must not exist cannot be written, whoever writes them. */

import type { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  failure,
  finish,
  grant,
  intent,
  newBatch,
  openTestStore,
  planned,
  storeItems,
  toUnit,
} from './support.ts';

let db: DatabaseSync;

/** One unit of two items in each of the states; unit ids 1 to 6, items 1 to 12. */
beforeEach(() => {
  const { store, raw } = openTestStore();
  const names = ['collecting', 'ready', 'registering', 'done', 'failed', 'granted'];
  store.addBatch(
    newBatch(),
    names.map((name) => planned(name, [5, 6])),
    [],
  );
  storeItems(store, 2);
  storeItems(store, 3);
  toUnit(store, 3, intent);
  finish(store, 4);
  store.commit([
    { kind: 'item', id: 9, event: { on: 'failed', failure: failure() } },
    { kind: 'item', id: 11, event: { on: 'granted', grant: grant('x') } },
  ]);
  store.close();
  db = raw();
  db.exec('PRAGMA foreign_keys = ON');
});

describe('units', () => {
  test.each([
    ['an unknown state', `UPDATE unit SET state = 'running' WHERE id = 1`],
    ['collecting with attempts', `UPDATE unit SET attempts = 1, not_before = 0 WHERE id = 1`],
    ['collecting with nothing left to store', `UPDATE unit SET stored_items = 2 WHERE id = 1`],
    ['collecting with an intent', `UPDATE unit SET intent_id = 'x', intent_at = 1 WHERE id = 1`],
    ['ready without attempts', `UPDATE unit SET attempts = NULL, not_before = NULL WHERE id = 2`],
    ['ready with half of the pair', `UPDATE unit SET not_before = NULL WHERE id = 2`],
    ['ready with something to store', `UPDATE unit SET stored_items = 1 WHERE id = 2`],
    ['ready with a data hash', `UPDATE unit SET data_hash = 'x' WHERE id = 2`],
    ['registering without an intent', `UPDATE unit SET intent_id = NULL, intent_at = NULL WHERE id = 3`],
    ['registering with half an intent', `UPDATE unit SET intent_at = NULL WHERE id = 3`],
    ['registering with a job', `UPDATE unit SET job = 'x' WHERE id = 3`],
    ['registering without doubt, due', `UPDATE unit SET due_at = 0 WHERE id = 3`],
    ['processing without a job', `UPDATE unit SET state = 'processing' WHERE id = 3`],
    [
      'linking without an item',
      `UPDATE unit SET state = 'linking', intent_id = NULL, intent_at = NULL WHERE id = 3`,
    ],
    ['done without a time', `UPDATE unit SET done_at = NULL WHERE id = 4`],
    ['a time without done', `UPDATE unit SET done_at = 1 WHERE id = 2`],
    ['done and due', `UPDATE unit SET due_at = 1 WHERE id = 4`],
    ['done with a failure', `UPDATE unit SET failure = '{}' WHERE id = 4`],
    ['failed without a failure', `UPDATE unit SET failure = NULL WHERE id = 5`],
    ['failed without a step', `UPDATE unit SET failed_step = NULL WHERE id = 5`],
    [
      'failed at registration with something to store',
      `UPDATE unit SET failed_step = 'register' WHERE id = 5`,
    ],
    ['a failure that is not JSON', `UPDATE unit SET failure = 'oops' WHERE id = 5`],
    ['paused, collecting and due', `UPDATE unit SET paused = 1 WHERE id = 1`],
    ['more kept than there are', `UPDATE unit SET kept = 3 WHERE id = 1`],
    ['nothing kept, yet not cancelled', `UPDATE unit SET kept = 0 WHERE id = 1`],
    ['more bytes stored than there are', `UPDATE unit SET stored_bytes = 12 WHERE id = 1`],
    ['of no batch', `UPDATE unit SET batch_id = 99 WHERE id = 1`],
    ['text where a number belongs', `UPDATE unit SET bytes = 'many' WHERE id = 1`],
  ])('%s', (_name, sql) => {
    expect(() => db.exec(sql)).toThrow(/constraint failed|cannot store/);
  });
});

describe('items', () => {
  test.each([
    ['an unknown state', `UPDATE item SET state = 'sending' WHERE id = 1`],
    ['queued without attempts', `UPDATE item SET attempts = NULL, not_before = NULL WHERE id = 1`],
    ['queued with a grant', `UPDATE item SET grant_id = 'x', grant_object_key = 'y' WHERE id = 1`],
    ['granted without its identity', `UPDATE item SET grant_id = NULL WHERE id = 11`],
    ['stored without its identity', `UPDATE item SET grant_id = NULL, grant_object_key = NULL WHERE id = 3`],
    ['stored and waiting', `UPDATE item SET attempts = 1, not_before = 1 WHERE id = 3`],
    ['failed without a failure', `UPDATE item SET failure = NULL WHERE id = 9`],
    ['failed with a grant', `UPDATE item SET grant_id = 'x', grant_object_key = 'y' WHERE id = 9`],
    ['left out, yet not cancelled', `UPDATE item SET left_out = 1 WHERE id = 1`],
    ['a hash that is none', `UPDATE item SET sha256 = 'abc' WHERE id = 3`],
    ['of no unit', `UPDATE item SET unit_id = 99 WHERE id = 1`],
    ['removed unit under its items', `DELETE FROM unit WHERE id = 1`],
  ])('%s', (_name, sql) => {
    expect(() => db.exec(sql)).toThrow(/constraint failed/);
  });

  test('an item has its signed URL exactly while it has its grant', () => {
    const granted = `UPDATE item SET state = 'granted', grant_id = 'x', grant_object_key = 'y' WHERE id = 1`;
    expect(() => db.exec(granted)).toThrow(/comes with its signed URL/);
    const queued = `UPDATE item SET state = 'queued', grant_id = NULL, grant_object_key = NULL WHERE id = 11`;
    expect(() => db.exec(queued)).toThrow(/must not keep a signed URL/);
    db.exec('DELETE FROM item WHERE id = 11');
    expect(db.prepare('SELECT count(*) AS left FROM secret WHERE item_id = 11').get()?.left).toBe(0);
  });

  test('an ended unit neither keeps nor gets signed URLs', () => {
    expect(() => db.exec(`INSERT INTO secret VALUES (7, 'https://x', '{}', 1, NULL)`)).toThrow(
      /must not get signed URLs/,
    );
    expect(() =>
      db.exec(`UPDATE unit SET state = 'cancelled', due_at = NULL, stored_items = 0 WHERE id = 6`),
    ).toThrow(/must not keep signed URLs/);
  });
});

describe('batches and accounts', () => {
  test.each([
    ['counters that do not add up', `UPDATE batch SET collecting = collecting + 1`],
    ['a counter below zero', `UPDATE batch SET cancelled = -1, done = done + 1`],
    ['finished with open units', `UPDATE batch SET finished_at = 1`],
    ['removed before it is finished', `UPDATE batch SET removed = 1`],
    ['half a target', `UPDATE batch SET target_route = 'storage'`],
    [
      'a folder on the documented route',
      `UPDATE batch SET target_route = 'documented', target_dataset_id = 'd', target_mirrored = 0, target_folder_id = 'f'`,
    ],
    ['half a trouble', `UPDATE batch SET trouble = '{}'`],
    ['an SSH account without a public fingerprint', `UPDATE account SET fingerprint = 'key'`],
    ['an SSH account bound to a dataset', `UPDATE account SET dataset_id = 'd'`],
    ['an API key of no dataset', `UPDATE account SET kind = 'api-key'`],
    ['a secret in an unknown place', `UPDATE account SET secret_in = 'file'`],
    ['a second queue', `INSERT INTO queue (id) VALUES (2)`],
    ['a setting that is not JSON', `INSERT INTO setting VALUES ('a', 'b c')`],
  ])('%s', (_name, sql) => {
    expect(() => db.exec(sql)).toThrow(/constraint failed/);
  });
});
