/** Datasets, roles on them, their API keys. Called by v1/, v2/, jobs/ and control/. */

import { randomBytes, randomUUID } from 'node:crypto';
import { type Database, int, numberOrNull, type Row, text, textOrNull } from './database.ts';

/** 0 admin, 1 user (encord-api.md C.5). */
export type Role = 0 | 1;
export const ADMIN = 0;

export interface Dataset {
  readonly datasetHash: string;
  readonly title: string;
  readonly description: string;
  /** StorageLocation of C.1: 0 Encord, 1 AWS, 2 GCP, 3 Azure, 4 S3 compatible. */
  readonly type: number;
  readonly owner: string;
  readonly backingFolder: string | null;
  readonly createdAt: number;
  readonly lastEditedAt: number;
}

export interface ApiKey {
  readonly apiKey: string;
  readonly keyHash: string;
  readonly datasetHash: string;
  readonly title: string;
  readonly scopes: readonly string[];
  /** Who made it: what the key does is done in his name. */
  readonly userHash: string;
}

export interface DatasetFilter {
  readonly titleEq?: string | undefined;
  readonly titleLike?: string | undefined;
  readonly descriptionEq?: string | undefined;
  readonly descriptionLike?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdBefore?: number | undefined;
  readonly createdAfter?: number | undefined;
  readonly editedBefore?: number | undefined;
  readonly editedAfter?: number | undefined;
}

export function toDataset(row: Row): Dataset {
  return {
    datasetHash: text(row.dataset_hash),
    title: text(row.title),
    description: text(row.description),
    type: int(row.type),
    owner: text(row.owner),
    backingFolder: textOrNull(row.backing_folder),
    createdAt: int(row.created_at),
    lastEditedAt: int(row.last_edited_at),
  };
}

function toApiKey(row: Row): ApiKey {
  return {
    apiKey: text(row.api_key),
    keyHash: text(row.key_hash),
    datasetHash: text(row.dataset_hash),
    title: text(row.title),
    scopes: text(row.scopes).split(' ').filter(Boolean),
    userHash: text(row.user_hash),
  };
}

function toRole(value: number | null): Role | null {
  return value === 0 || value === 1 ? value : null;
}

export class Datasets {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Makes a dataset whose creator is its admin. The backing folder, if any, must exist already. */
  create(input: {
    title: string;
    description: string;
    type: number;
    owner: string;
    backingFolder: string | null;
    now: number;
    datasetHash?: string | undefined;
  }): Dataset {
    const datasetHash = input.datasetHash ?? randomUUID();
    this.#db.run(
      'INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      datasetHash,
      input.title,
      input.description,
      input.type,
      input.owner,
      input.backingFolder,
      input.now,
      input.now,
    );
    this.setRole(datasetHash, input.owner, ADMIN);
    return {
      datasetHash,
      title: input.title,
      description: input.description,
      type: input.type,
      owner: input.owner,
      backingFolder: input.backingFolder,
      createdAt: input.now,
      lastEditedAt: input.now,
    };
  }

  get(datasetHash: string): Dataset | null {
    const row = this.#db.get('SELECT * FROM datasets WHERE dataset_hash = ?', datasetHash);
    return row ? toDataset(row) : null;
  }

  /** With its rows, roles, API keys and tasks, and gone from its projects; what is stored stays. */
  remove(datasetHash: string): void {
    for (const table of [
      'data_rows',
      'reencode_tasks',
      'project_datasets',
      'dataset_groups',
      'api_keys',
      'dataset_users',
      'datasets',
    ]) {
      this.#db.run(`DELETE FROM ${table} WHERE dataset_hash = ?`, datasetHash);
    }
  }

  /** Makes all API keys invalid that a user made. */
  removeApiKeysOf(userHash: string): void {
    this.#db.run('DELETE FROM api_keys WHERE user_hash = ?', userHash);
  }

  touch(datasetHash: string, now: number): void {
    this.#db.run('UPDATE datasets SET last_edited_at = ? WHERE dataset_hash = ?', now, datasetHash);
  }

  setRole(datasetHash: string, userHash: string, role: Role): void {
    this.#db.run(
      'INSERT INTO dataset_users VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role',
      datasetHash,
      userHash,
      role,
    );
  }

  role(datasetHash: string, userHash: string): Role | null {
    const row = this.#db.get(
      'SELECT role FROM dataset_users WHERE dataset_hash = ? AND user_hash = ?',
      datasetHash,
      userHash,
    );
    return toRole(numberOrNull(row?.role));
  }

  /** Datasets that the user has a role on, newest first; with `everything` those of the whole organisation. */
  list(
    userHash: string,
    filter: DatasetFilter,
    everything: boolean,
  ): { dataset: Dataset; role: Role | null }[] {
    return this.#db
      .all(
        `SELECT datasets.*, dataset_users.role AS role FROM datasets
           LEFT JOIN dataset_users ON dataset_users.dataset_hash = datasets.dataset_hash AND dataset_users.user_hash = ?1
         WHERE (?2 OR role IS NOT NULL)
           AND (?3 IS NULL OR title = ?3) AND (?4 IS NULL OR title LIKE ?4)
           AND (?5 IS NULL OR description = ?5) AND (?6 IS NULL OR description LIKE ?6)
           AND (?7 IS NULL OR created_at < ?7) AND (?8 IS NULL OR created_at > ?8)
           AND (?9 IS NULL OR last_edited_at < ?9) AND (?10 IS NULL OR last_edited_at > ?10)
         ORDER BY created_at DESC, datasets.rowid DESC`,
        userHash,
        everything ? 1 : 0,
        filter.titleEq ?? null,
        filter.titleLike ?? null,
        filter.descriptionEq ?? null,
        filter.descriptionLike ?? null,
        filter.createdBefore ?? null,
        filter.createdAfter ?? null,
        filter.editedBefore ?? null,
        filter.editedAfter ?? null,
      )
      .map((row) => ({ dataset: toDataset(row), role: toRole(numberOrNull(row.role)) }));
  }

  all(): Dataset[] {
    return this.#db.all('SELECT * FROM datasets ORDER BY created_at, rowid').map(toDataset);
  }

  addApiKey(input: {
    datasetHash: string;
    title: string;
    scopes: readonly string[];
    userHash: string;
    now: number;
    master?: boolean | undefined;
    apiKey?: string | undefined;
  }): ApiKey {
    const apiKey = input.apiKey ?? randomBytes(32).toString('base64url');
    const keyHash = randomUUID();
    this.#db.run(
      'INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      apiKey,
      keyHash,
      input.datasetHash,
      input.title,
      input.scopes.join(' '),
      input.userHash,
      input.master ? 1 : 0,
      input.now,
    );
    return {
      apiKey,
      keyHash,
      datasetHash: input.datasetHash,
      title: input.title,
      scopes: input.scopes,
      userHash: input.userHash,
    };
  }

  apiKey(apiKey: string): ApiKey | null {
    const row = this.#db.get('SELECT * FROM api_keys WHERE api_key = ?', apiKey);
    return row ? toApiKey(row) : null;
  }

  masterKey(datasetHash: string): ApiKey | null {
    const row = this.#db.get('SELECT * FROM api_keys WHERE dataset_hash = ? AND is_master = 1', datasetHash);
    return row ? toApiKey(row) : null;
  }

  apiKeys(datasetHash: string): ApiKey[] {
    return this.#db
      .all('SELECT * FROM api_keys WHERE dataset_hash = ? ORDER BY created_at, rowid', datasetHash)
      .map(toApiKey);
  }
}
