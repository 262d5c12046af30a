/** The data folder: its lock, its modes, its version, and what happens to a database that cannot be used. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Database } from '../../../main/adapters/sqlite/database.ts';
import { DATABASE_FILE, openStore, setDatabaseAside } from '../../../main/adapters/sqlite/index.ts';
import { MIGRATIONS, migrate } from '../../../main/adapters/sqlite/migrations.ts';
import { codeOf, FakeClock, newBatch, openTestStore, planned, temporaryFolder } from './support.ts';

const HOLD = fileURLToPath(new URL('hold.ts', import.meta.url));
const clock = new FakeClock();

/** Starts a process that opens the folder; resolves with the line that it says. */
async function hold(folder: string): Promise<{ child: ChildProcess; said: Record<string, unknown> }> {
  const child = spawn(process.execPath, [HOLD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, said: JSON.parse(String(line)) };
}

describe('the lock', () => {
  test('a second process is told the name and id of the first, and gets in once the first was killed', async () => {
    const folder = join(temporaryFolder(), 'data');
    const first = await hold(folder);
    expect(first.said).toEqual({ opened: true });

    const second = await hold(folder);
    expect(second.said).toMatchObject({
      opened: false,
      code: 'data-folder-in-use',
      details: { pid: String(first.child.pid), program: 'Encord Uploader' },
    });
    expect(second.said.message).toContain(`Encord Uploader (process ${first.child.pid})`);

    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const store = openStore(folder, { clock });
    expect(codeOf(() => openStore(folder, { clock }))).toBe('data-folder-in-use');
    store.close();
    openStore(folder, { clock }).close();
  });

  test('a failed second opening in the same process does not free the folder', async () => {
    const folder = join(temporaryFolder(), 'data');
    const store = openStore(folder, { clock });
    expect(codeOf(() => openStore(folder, { clock }))).toBe('data-folder-in-use');
    const other = await hold(folder);
    expect(other.said).toMatchObject({ code: 'data-folder-in-use', details: { pid: String(process.pid) } });
    store.close();
  });
});

describe('files', () => {
  test('only their owner can read the folder and everything in it', () => {
    const { store, folder } = openTestStore();
    store.addBatch(newBatch(), [planned('a')], []);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names = readdirSync(folder);
    expect(names).toEqual(expect.arrayContaining([DATABASE_FILE, `${DATABASE_FILE}-wal`, 'lock.db']));
    for (const name of names)
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  test('what was added is there after closing and opening again', () => {
    const { store, folder } = openTestStore();
    const batch = store.addBatch(newBatch(), [planned('a')], []);
    store.close();
    store.close();
    const again = openStore(folder, { clock });
    expect(again.batch(batch)).toMatchObject({ name: 'Monday', datasetTitle: 'Cells', target: null });
    again.close();
  });

  test('a data folder that cannot be made is unusable', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    expect(codeOf(() => openStore(join(path, 'data'), { clock }))).toBe('data-folder-unusable');
  });

  test('a full disk is said as such, and what did not fit is rolled back', () => {
    const db = new Database(join(temporaryFolder(), 'full.db'));
    onTestFinished(() => db.close());
    db.exec('CREATE TABLE t (x TEXT) STRICT; PRAGMA max_page_count = 4;');
    const fill = () =>
      db.transaction(() => {
        for (let row = 0; row < 100; row += 1) db.run('INSERT INTO t VALUES (?)', 'x'.repeat(1000));
      });
    expect(codeOf(fill)).toBe('disk-full');
    expect(db.get('SELECT count(*) AS n FROM t')).toEqual({ n: 0 });
  });

  test('a database that may only be read is unusable', () => {
    const { store, folder } = openTestStore();
    store.close();
    const db = new Database(join(folder, DATABASE_FILE));
    onTestFinished(() => db.close());
    db.exec('PRAGMA query_only = ON');
    expect(codeOf(() => db.run("INSERT INTO setting VALUES ('a', '1')"))).toBe('data-folder-unusable');
  });
});

describe('versions', () => {
  test('a newer database is refused and left as it is', () => {
    const { store, folder } = openTestStore();
    store.close();
    const path = join(folder, DATABASE_FILE);
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const before = readFileSync(path);
    expect(codeOf(() => openStore(folder, { clock }))).toBe('database-newer');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('each step is one transaction: one that fails leaves the version before it', () => {
    const db = new Database(join(temporaryFolder(), 'steps.db'));
    onTestFinished(() => db.close());
    const steps = [
      'CREATE TABLE one (x INTEGER) STRICT',
      'CREATE TABLE two (x INTEGER) STRICT; SELECT nonsense;',
    ];
    expect(() => migrate(db, steps)).toThrow(/nonsense/);
    expect(db.get('PRAGMA user_version')).toEqual({ user_version: 1 });
    expect(db.all('SELECT name FROM sqlite_schema')).toEqual([{ name: 'one' }]);
    migrate(db, [steps[0] ?? '', 'CREATE TABLE two (x INTEGER) STRICT']);
    expect(db.all('SELECT name FROM sqlite_schema ORDER BY name')).toEqual([
      { name: 'one' },
      { name: 'two' },
    ]);
  });

  test('a database of the first version keeps its queue, signed URLs in their new place', () => {
    const folder = temporaryFolder();
    const db = new Database(join(folder, DATABASE_FILE));
    migrate(db, MIGRATIONS.slice(0, 1));
    db.exec(`
      INSERT INTO account (id, name, kind, fingerprint, domain, route_choice, added_at, secret_in)
        VALUES ('a', 'Ann', 'ssh', 'SHA256:x', 'https://api.encord.com', 'auto', 1, 'keychain');
      INSERT INTO account_tally (account_id, collecting, bytes, stored_bytes) VALUES ('a', 1, 30, 10);
      INSERT INTO batch (id, account_id, account_name, name, dataset_id, dataset_title, route_choice, added_at,
          first_unit, unit_count, first_turned_away, collecting, begun, bytes, stored_bytes)
        VALUES (1, 'a', 'Ann', 'b', 'd', 'D', 'auto', 1, 1, 1, 1, 1, 1, 30, 10);
      INSERT INTO unit_block (batch_id, block, active) VALUES (1, 0, 1);
      INSERT INTO unit (id, batch_id, media, title, first_item, item_count, kept, stored_items, bytes, stored_bytes,
          identity_key, begun, state, due_at)
        VALUES (1, 1, 'image-group', 'u', 1, 3, 3, 1, 30, 10, 7, 1, 'collecting', 0);
      INSERT INTO item (id, unit_id, position, path, name, size, mtime, mime, state, attempts, not_before, grant_id,
          grant_object_key, granted_at, grant_url, grant_echo)
        VALUES (1, 1, 0, '/1', '1', 10, 1, 'image/png', 'stored', NULL, NULL, 'g1', 'k1', 5, 'https://one', '{}'),
          (2, 1, 1, '/2', '2', 10, 1, 'image/png', 'granted', 0, 0, 'g2', 'k2', 6, 'https://two', '{}'),
          (3, 1, 2, '/3', '3', 10, 1, 'image/png', 'queued', 2, 9, NULL, NULL, NULL, NULL, NULL);
      UPDATE sequence SET next = 4 WHERE name = 'item';
      UPDATE sequence SET next = 2 WHERE name IN ('batch', 'unit');
    `);
    db.close();
    const store = openStore(folder, { clock });
    expect(
      store.itemsOf(1).map(({ path, state }) => [path, state.at, 'grant' in state && state.grant]),
    ).toEqual([
      ['/1', 'stored', { id: 'g1', objectKey: 'k1', url: 'https://one', echo: '{}', grantedAt: 5 }],
      ['/2', 'granted', { id: 'g2', objectKey: 'k2', url: 'https://two', echo: '{}', grantedAt: 6 }],
      ['/3', 'queued', false],
    ]);
    expect(store.dueItems(1, 8, 10).map(({ path }) => path)).toEqual(['/2']);
    expect(store.dueItems(1, 9, 10).map(({ path }) => path)).toEqual(['/2', '/3']);
    store.commit([{ kind: 'unit', id: 1, event: { on: 'cancel' } }]);
    store.close();
    expect(readFileSync(join(folder, DATABASE_FILE), 'latin1')).not.toMatch(/https:..(one|two)/);
  });

  test('a database that is up to date is not touched', () => {
    const { store, folder } = openTestStore();
    store.close();
    const db = new Database(join(folder, DATABASE_FILE));
    onTestFinished(() => db.close());
    const before = db.get('PRAGMA schema_version');
    migrate(db);
    expect(db.get('PRAGMA schema_version')).toEqual(before);
    expect(db.get('PRAGMA user_version')).toEqual({ user_version: MIGRATIONS.length });
  });
});

describe('damage', () => {
  test.each([
    ['text', Buffer.from('this was never a database, and it is longer than a header '.repeat(20))],
    ['a header and then noise', null],
  ])('%s is reported, kept byte for byte, and set aside only when asked to', (_name, content) => {
    const { store, folder } = openTestStore();
    store.close();
    const path = join(folder, DATABASE_FILE);
    const damaged = content ?? Buffer.concat([readFileSync(path).subarray(0, 100), Buffer.alloc(9000, 0x5a)]);
    writeFileSync(path, damaged);

    expect(codeOf(() => openStore(folder, { clock }))).toBe('database-corrupt');
    expect(codeOf(() => openStore(folder, { clock }))).toBe('database-corrupt');
    expect(readFileSync(path).equals(damaged)).toBe(true);

    const aside = setDatabaseAside(folder, new Date(0));
    expect(readFileSync(aside).equals(damaged)).toBe(true);
    expect(existsSync(path)).toBe(false);
    const fresh = openStore(folder, { clock });
    expect(fresh.accounts()).toEqual([]);
    fresh.close();
    expect(readFileSync(aside).equals(damaged)).toBe(true);
  });

  test("another program's database is not taken over", () => {
    const folder = join(temporaryFolder(), 'data');
    mkdirSync(folder);
    const db = new DatabaseSync(join(folder, DATABASE_FILE));
    db.exec('CREATE TABLE theirs (x)');
    db.close();
    expect(codeOf(() => openStore(folder, { clock }))).toBe('database-corrupt');
  });

  test('a database in use is not set aside', () => {
    const { folder } = openTestStore();
    expect(codeOf(() => setDatabaseAside(folder, new Date(0)))).toBe('data-folder-in-use');
  });
});
