/**
 * The emulator's SQLite file: opening, schema, transactions, and checked reading of columns.
 * Only the files of `store/` write SQL; everything else calls their functions.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

/** The layout below. A data folder made by another layout is refused, not migrated: it is test data. */
const SCHEMA_VERSION = 2;

const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('puts', 0), ('registrations', 0), ('generation', 0);

CREATE TABLE users (
  user_hash TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE,
  organisation_role INTEGER NOT NULL CHECK (organisation_role IN (0, 1)), created_at INTEGER NOT NULL) STRICT;
CREATE TABLE keys (public_hex TEXT PRIMARY KEY, user_hash TEXT NOT NULL REFERENCES users) STRICT;
CREATE TABLE tokens (token TEXT PRIMARY KEY, user_hash TEXT NOT NULL REFERENCES users, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE integrations (uuid TEXT PRIMARY KEY, title TEXT NOT NULL, owner TEXT REFERENCES users) STRICT;
CREATE TABLE bucket_objects (
  integration TEXT NOT NULL REFERENCES integrations, url TEXT NOT NULL, item_type TEXT, file TEXT, size INTEGER NOT NULL,
  facts TEXT NOT NULL, stored_at INTEGER NOT NULL, PRIMARY KEY (integration, url)) STRICT, WITHOUT ROWID;
CREATE INDEX bucket_objects_by_url ON bucket_objects (url) WHERE file IS NOT NULL;
CREATE TABLE deidentify_tasks (
  uuid TEXT PRIMARY KEY, user_hash TEXT NOT NULL REFERENCES users, integration TEXT NOT NULL REFERENCES integrations,
  urls TEXT NOT NULL, upload_dir TEXT, ends_at INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'DONE', 'ERROR')), results TEXT NOT NULL) STRICT;

CREATE TABLE datasets (
  dataset_hash TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL, type INTEGER NOT NULL,
  owner TEXT NOT NULL REFERENCES users, backing_folder TEXT REFERENCES folders,
  created_at INTEGER NOT NULL, last_edited_at INTEGER NOT NULL) STRICT;
CREATE TABLE dataset_users (
  dataset_hash TEXT NOT NULL REFERENCES datasets, user_hash TEXT NOT NULL REFERENCES users,
  role INTEGER NOT NULL CHECK (role IN (0, 1)), PRIMARY KEY (dataset_hash, user_hash)) STRICT, WITHOUT ROWID;
CREATE INDEX dataset_users_by_user ON dataset_users (user_hash);
CREATE TABLE api_keys (
  api_key TEXT PRIMARY KEY, key_hash TEXT NOT NULL UNIQUE, dataset_hash TEXT NOT NULL REFERENCES datasets,
  title TEXT NOT NULL, scopes TEXT NOT NULL, user_hash TEXT NOT NULL REFERENCES users,
  is_master INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE INDEX api_keys_by_dataset ON api_keys (dataset_hash);

CREATE TABLE organisation_groups (
  seq INTEGER PRIMARY KEY, group_hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT NOT NULL,
  created_at INTEGER NOT NULL) STRICT;
CREATE TABLE dataset_groups (
  dataset_hash TEXT NOT NULL REFERENCES datasets, group_hash TEXT NOT NULL REFERENCES organisation_groups (group_hash),
  role INTEGER NOT NULL CHECK (role IN (0, 1)), PRIMARY KEY (dataset_hash, group_hash)) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
  seq INTEGER PRIMARY KEY, project_hash TEXT NOT NULL UNIQUE, title TEXT NOT NULL, description TEXT NOT NULL,
  status TEXT NOT NULL, owner TEXT NOT NULL REFERENCES users,
  created_at INTEGER NOT NULL, last_edited_at INTEGER NOT NULL) STRICT;
CREATE TABLE project_users (
  project_hash TEXT NOT NULL REFERENCES projects (project_hash), user_hash TEXT NOT NULL REFERENCES users,
  role INTEGER NOT NULL CHECK (role IN (0, 1)), PRIMARY KEY (project_hash, user_hash)) STRICT, WITHOUT ROWID;
CREATE INDEX project_users_by_user ON project_users (user_hash);
CREATE TABLE project_datasets (
  project_hash TEXT NOT NULL REFERENCES projects (project_hash), dataset_hash TEXT NOT NULL REFERENCES datasets,
  PRIMARY KEY (project_hash, dataset_hash)) STRICT, WITHOUT ROWID;
CREATE INDEX project_datasets_by_dataset ON project_datasets (dataset_hash);

CREATE TABLE reencode_tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, dataset_hash TEXT NOT NULL REFERENCES datasets, data_hashes TEXT NOT NULL,
  ends_at INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN ('SUBMITTED', 'DONE', 'ERROR'))) STRICT;

CREATE TABLE folders (
  uuid TEXT PRIMARY KEY, parent TEXT REFERENCES folders, name TEXT NOT NULL, description TEXT NOT NULL,
  client_metadata TEXT, owner TEXT NOT NULL REFERENCES users, synced_dataset TEXT,
  created_at INTEGER NOT NULL, last_edited_at INTEGER NOT NULL) STRICT;
CREATE INDEX folders_by_parent ON folders (parent, name);
CREATE TABLE folder_users (
  folder TEXT NOT NULL REFERENCES folders, user_hash TEXT NOT NULL REFERENCES users,
  role INTEGER NOT NULL CHECK (role IN (0, 1)), PRIMARY KEY (folder, user_hash)) STRICT, WITHOUT ROWID;
CREATE TABLE folder_groups (
  folder TEXT NOT NULL REFERENCES folders, group_hash TEXT NOT NULL REFERENCES organisation_groups (group_hash),
  role INTEGER NOT NULL CHECK (role IN (0, 1)), PRIMARY KEY (folder, group_hash)) STRICT, WITHOUT ROWID;
CREATE TABLE cloud_folders (
  folder TEXT PRIMARY KEY REFERENCES folders, integration TEXT NOT NULL REFERENCES integrations,
  remote_url TEXT NOT NULL) STRICT;
CREATE TABLE cloud_syncs (job TEXT PRIMARY KEY) STRICT;
CREATE TABLE reencodings (
  uuid TEXT PRIMARY KEY, user_hash TEXT NOT NULL REFERENCES users, title TEXT NOT NULL, items TEXT NOT NULL,
  ends_at INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN ('submitted', 'done', 'error'))) STRICT;

CREATE TABLE grants (
  id TEXT PRIMARY KEY, object_key TEXT NOT NULL UNIQUE, scope TEXT NOT NULL CHECK (scope IN ('dataset', 'user', 'folder')),
  item_type TEXT NOT NULL, title TEXT, user_hash TEXT NOT NULL REFERENCES users, dataset_hash TEXT, folder TEXT,
  frames_subfolder TEXT, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE objects (
  object_key TEXT PRIMARY KEY, file TEXT NOT NULL, size INTEGER NOT NULL, content_type TEXT NOT NULL,
  md5 TEXT, crc32c TEXT, sha256 TEXT, generation INTEGER NOT NULL, stored_at INTEGER NOT NULL) STRICT;

CREATE TABLE items (
  seq INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, grant_id TEXT UNIQUE, folder TEXT NOT NULL REFERENCES folders,
  item_type TEXT NOT NULL, name TEXT NOT NULL, client_metadata TEXT NOT NULL, owner TEXT NOT NULL REFERENCES users,
  is_frame INTEGER NOT NULL, object_key TEXT, file_size INTEGER, mime_type TEXT, width INTEGER, height INTEGER,
  fps REAL, duration REAL, frame_count INTEGER, details TEXT NOT NULL,
  created_at INTEGER NOT NULL, last_edited_at INTEGER NOT NULL, visible_at INTEGER NOT NULL) STRICT;
CREATE INDEX items_by_folder ON items (folder, name);
CREATE INDEX items_by_object ON items (object_key) WHERE object_key IS NOT NULL;
CREATE TABLE item_children (
  parent TEXT NOT NULL, position INTEGER NOT NULL, child TEXT NOT NULL, PRIMARY KEY (parent, position)) STRICT, WITHOUT ROWID;
CREATE INDEX item_children_by_child ON item_children (child);

CREATE TABLE data_rows (
  seq INTEGER PRIMARY KEY, data_hash TEXT NOT NULL UNIQUE, dataset_hash TEXT NOT NULL REFERENCES datasets,
  item_uuid TEXT NOT NULL, title TEXT NOT NULL, created_at INTEGER NOT NULL, last_edited_at INTEGER NOT NULL,
  visible_at INTEGER NOT NULL) STRICT;
CREATE INDEX data_rows_by_dataset ON data_rows (dataset_hash, seq);
CREATE INDEX data_rows_by_item ON data_rows (item_uuid);

CREATE TABLE jobs (
  uuid TEXT PRIMARY KEY, dataset_hash TEXT, folder TEXT NOT NULL REFERENCES folders, user_hash TEXT NOT NULL REFERENCES users,
  ignore_errors INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN ('PENDING', 'DONE', 'ERROR', 'CANCELLED')),
  file_name TEXT, created_at INTEGER NOT NULL) STRICT;
CREATE INDEX jobs_pending ON jobs (status) WHERE status = 'PENDING';
CREATE TABLE job_units (
  job TEXT NOT NULL REFERENCES jobs, position INTEGER NOT NULL, spec TEXT NOT NULL, title TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'error', 'cancelled')),
  results TEXT NOT NULL, error TEXT, subtask_uuid TEXT NOT NULL, PRIMARY KEY (job, position)) STRICT, WITHOUT ROWID;
`;

/** One connection; statements are prepared once for each text. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  /**
   * Opens `emulator.db` in the data folder, and creates it when it is missing.
   * @throws Error with a sentence when another process holds it or when it has another layout.
   */
  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.#db = new DatabaseSync(join(dataDir, 'emulator.db'));
    try {
      // Exclusive: a second emulator on the same folder is told so at once. With synchronous=OFF a commit survives
      // the end of this process (SIGKILL too), which is what is promised, but not a power cut.
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
      this.#db.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA foreign_keys = ON;');
      this.#migrate();
    } catch (error) {
      this.#db.close();
      if (error instanceof Error && /locked|busy/i.test(error.message)) {
        throw new Error(`The data folder ${dataDir} is in use by another emulator.`);
      }
      throw error;
    }
  }

  #migrate(): void {
    const version = this.#db.prepare('PRAGMA user_version').get()?.user_version;
    if (version === SCHEMA_VERSION) return;
    if (version !== 0) {
      throw new Error(
        `The data folder holds an emulator of layout ${version}; this one needs ${SCHEMA_VERSION}.`,
      );
    }
    this.#db.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values);
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  /** Returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** Runs `work` in one transaction; inside another one it simply takes part in that. `work` must not await. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#db.exec('BEGIN IMMEDIATE');
    this.#depth = 1;
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth = 0;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** Adds to a counter and returns its new value. */
  count(name: 'puts' | 'registrations' | 'generation', by = 1): number {
    return int(
      this.get('UPDATE counters SET value = value + ? WHERE name = ? RETURNING value', by, name)?.value,
    );
  }

  counter(name: 'puts' | 'registrations' | 'generation'): number {
    return int(this.get('SELECT value FROM counters WHERE name = ?', name)?.value);
  }

  /** A setting that outlives a restart; `make` gives its first value. */
  meta(name: string, make: () => string): string {
    const found = this.get('SELECT value FROM meta WHERE name = ?', name);
    if (found) return text(found.value);
    const value = make();
    this.setMeta(name, value);
    return value;
  }

  setMeta(name: string, value: string): void {
    this.run('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', name, value);
  }
}

type Column = SQLOutputValue | undefined;

export function text(value: Column): string {
  if (typeof value !== 'string') throw new TypeError('A column that holds text holds something else.');
  return value;
}

export function textOrNull(value: Column): string | null {
  return value === null || value === undefined ? null : text(value);
}

export function int(value: Column): number {
  if (typeof value !== 'number') throw new TypeError('A column that holds a number holds something else.');
  return value;
}

export function numberOrNull(value: Column): number | null {
  return value === null || value === undefined ? null : int(value);
}
