/** The third version of the database: how it comes from the second, and what it refuses. */

import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Database } from '../../../main/adapters/sqlite/database.ts';
import { DATABASE_FILE, openStore } from '../../../main/adapters/sqlite/index.ts';
import { MIGRATIONS, migrate } from '../../../main/adapters/sqlite/migrations.ts';
import { FakeClock, finish, newBatch, openTestStore, planned, temporaryFolder } from './support.ts';
import { counts, newFolder, noted, sweep, watched } from './watch-support.ts';

test('a database of the second version keeps its queue, and a watch folder can be added to it', () => {
  const folder = temporaryFolder();
  const db = new Database(join(folder, DATABASE_FILE));
  migrate(db, MIGRATIONS.slice(0, 2));
  db.exec(`
    INSERT INTO account (id, name, kind, fingerprint, domain, route_choice, added_at, secret_in)
      VALUES ('lab', 'Ann', 'ssh', 'SHA256:x', 'https://api.encord.com', 'auto', 1, 'keychain');
    INSERT INTO account_tally (account_id, collecting, bytes) VALUES ('lab', 1, 10);
    INSERT INTO batch (id, account_id, account_name, name, dataset_id, dataset_title, route_choice, added_at,
        first_unit, unit_count, first_turned_away, collecting, bytes)
      VALUES (1, 'lab', 'Ann', 'b', 'd', 'D', 'auto', 1, 1, 1, 1, 1, 10);
    INSERT INTO unit_block (batch_id, block, waiting) VALUES (1, 0, 1);
    INSERT INTO unit (id, batch_id, media, title, first_item, item_count, kept, bytes, identity_key, state, due_at)
      VALUES (1, 1, 'image', 'u', 1, 1, 1, 10, 7, 'collecting', 0);
    INSERT INTO item (id, unit_id, position, path, name, size, mtime, mime, state, attempts, not_before)
      VALUES (1, 1, 0, '/1', '1', 10, 1, 'image/png', 'queued', 0, 0);
    UPDATE sequence SET next = 2 WHERE name IN ('batch', 'unit', 'item');
  `);
  db.close();
  const store = openStore(folder, { clock: new FakeClock() });
  onTestFinished(() => store.close());
  expect(store.unit(1)).toMatchObject({ title: 'u', clientMetadata: null, state: { at: 'collecting' } });
  finish(store, 1);
  const added = store.addWatchFolder(newFolder());
  sweep(store, added, [{ ...watched('one'), clientMetadata: '{"a":1}' }]);
  expect(store.unit(2)?.clientMetadata).toBe('{"a":1}');
  finish(store, 2);
  expect(counts(store, added.ledger)).toEqual({ done: 1 });
});

test('client metadata stays with its unit, wherever the engine reads it', () => {
  const { store } = openTestStore();
  const metadata = JSON.stringify({ host: 'ü"\n', deep: { a: [1, null] } });
  const batch = store.addBatch(
    newBatch(),
    [{ ...planned('with'), clientMetadata: metadata }, planned('without')],
    [],
  );
  expect([store.unit(1)?.clientMetadata, store.unit(2)?.clientMetadata]).toEqual([metadata, null]);
  for (const id of [1, 2]) {
    const change = { kind: 'item', id } as const;
    const grant = { url: 'https://x', id: 'g', objectKey: 'k', echo: '', grantedAt: 1 };
    store.commit([
      { ...change, event: { on: 'granted', grant } },
      { ...change, event: { on: 'stored', sha256: null } },
    ]);
  }
  const due = store.dueUnits(batch, 'ready', 0, 9);
  expect(due.map(({ clientMetadata }) => clientMetadata)).toEqual([metadata, null]);
});

describe('what must not be', () => {
  let db: DatabaseSync;

  beforeEach(() => {
    const { store, raw } = openTestStore();
    const folder = store.addWatchFolder(newFolder({}, { after: { kind: 'move' } }));
    sweep(store, folder, [watched('taken'), watched('done')]);
    finish(store, 2);
    store.note(folder.ledger, [noted('held', 'held'), noted('refused', 'refused')], 1);
    store.close();
    db = raw();
    db.exec('PRAGMA foreign_keys = ON');
  });

  const file = (state: string, set: string): string =>
    `UPDATE watch_file SET ${set} WHERE state = '${state}'`;

  test.each([
    ['client metadata that is not JSON', `UPDATE unit SET client_metadata = 'x'`],
    ['client metadata that is no object', `UPDATE unit SET client_metadata = '[1]'`],
    ['a file in an unknown state', file('held', `state = 'lost'`)],
    ['a file that is taken by nothing', file('taken', 'unit_id = NULL, item_id = NULL')],
    ['a file that waits, and has a unit', file('held', 'unit_id = 1')],
    ['a file with an item and no unit', file('held', 'item_id = 1')],
    ['a reason for what is taken', file('taken', `reason = '{}'`)],
    ['a reason that is not JSON', file('refused', `reason = 'because'`)],
    ['a hash before anything was sent', file('taken', `sha256 = '${'a'.repeat(64)}'`)],
    ['a hash that is none', file('done', `sha256 = 'abc'`)],
    ['a file of less than nothing', file('held', 'size = -1')],
    ['a file without a name', file('held', `name = ''`)],
    ['a file in the folder of another ledger', file('held', 'ledger = 2')],
    ['fewer files than none', `UPDATE watch_tally SET files = -1`],
    ['a ledger twice', `INSERT INTO watch_ledger (root, dataset_id) VALUES ('/in', 'dataset-1')`],
    ['a folder of no ledger', `UPDATE watch_folder SET ledger = 9`],
    ['rules that say nothing of afterwards', `UPDATE watch_folder SET rules = '{}'`],
    ['an unknown rule for afterwards', `UPDATE watch_folder SET rules = '{"after":{"kind":"burn"}}'`],
    ['the trash without a time of grace', `UPDATE watch_folder SET rules = '{"after":{"kind":"trash"}}'`],
    ['an action without its end', `UPDATE watch_action SET state = 'done'`],
    ['an end of what is due', `UPDATE watch_action SET at = 1`],
    ['a failure without its reason', `UPDATE watch_action SET state = 'failed', at = 1`],
    ['an action in an unknown state', `UPDATE watch_action SET state = 'later'`],
  ])('%s', (_name, sql) => {
    expect(() => db.exec(sql)).toThrow(/constraint failed/);
  });
});
