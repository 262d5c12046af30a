/** Storage folders and roles on them. Called by v2/, jobs/, units and control/. */

import { randomUUID } from 'node:crypto';
import { type Database, int, numberOrNull, type Row, text, textOrNull } from './database.ts';
import { ADMIN, type Role } from './datasets.ts';

export interface Folder {
  readonly uuid: string;
  readonly parent: string | null;
  readonly name: string;
  readonly description: string;
  /** JSON text, or null. */
  readonly clientMetadata: string | null;
  readonly owner: string;
  /** The dataset that mirrors this folder. */
  readonly syncedDataset: string | null;
  readonly createdAt: number;
  readonly lastEditedAt: number;
}

export interface FolderQuery {
  readonly userHash: string;
  /** A folder's uuid for its sub-folders, null for top-level folders, undefined for folders anywhere. */
  readonly parent: string | null | undefined;
  readonly recursive: boolean;
  readonly search: string | undefined;
  readonly datasetSynced: boolean | undefined;
  readonly everything: boolean;
  readonly order: 'name' | 'createdAt';
  readonly desc: boolean;
  readonly offset: number;
  readonly limit: number;
}

export function toFolder(row: Row): Folder {
  return {
    uuid: text(row.uuid),
    parent: textOrNull(row.parent),
    name: text(row.name),
    description: text(row.description),
    clientMetadata: textOrNull(row.client_metadata),
    owner: text(row.owner),
    syncedDataset: textOrNull(row.synced_dataset),
    createdAt: int(row.created_at),
    lastEditedAt: int(row.last_edited_at),
  };
}

/** Escapes what LIKE would read as a wildcard, for a search of plain text. */
export function likeText(search: string): string {
  return `%${search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}

export class Folders {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(input: {
    name: string;
    description: string;
    parent: string | null;
    clientMetadata: string | null;
    owner: string;
    now: number;
    syncedDataset?: string | undefined;
    uuid?: string | undefined;
  }): Folder {
    const uuid = input.uuid ?? randomUUID();
    this.#db.run(
      'INSERT INTO folders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      uuid,
      input.parent,
      input.name,
      input.description,
      input.clientMetadata,
      input.owner,
      input.syncedDataset ?? null,
      input.now,
      input.now,
    );
    this.setRole(uuid, input.owner, ADMIN);
    return {
      uuid,
      parent: input.parent,
      name: input.name,
      description: input.description,
      clientMetadata: input.clientMetadata,
      owner: input.owner,
      syncedDataset: input.syncedDataset ?? null,
      createdAt: input.now,
      lastEditedAt: input.now,
    };
  }

  get(uuid: string): Folder | null {
    const row = this.#db.get('SELECT * FROM folders WHERE uuid = ?', uuid);
    return row ? toFolder(row) : null;
  }

  /** Nobody but its new owner sees it any more, and no dataset follows it. */
  handOver(uuid: string, owner: string): void {
    this.#db.run('DELETE FROM folder_users WHERE folder = ?', uuid);
    this.#db.run('UPDATE folders SET owner = ?, synced_dataset = NULL WHERE uuid = ?', owner, uuid);
  }

  setRole(folder: string, userHash: string, role: Role): void {
    this.#db.run(
      'INSERT INTO folder_users VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role',
      folder,
      userHash,
      role,
    );
  }

  /** The folder and its ancestors, itself first. */
  pathToRoot(folder: Folder): Folder[] {
    const path = [folder];
    for (let next = folder.parent; next !== null; ) {
      const parent = this.get(next);
      if (!parent) break;
      path.push(parent);
      next = parent.parent;
    }
    return path;
  }

  /** The strongest role that the user has on the folder, an ancestor, or a dataset that mirrors one of these. */
  role(folder: Folder, userHash: string): Role | null {
    let best: Role | null = null;
    for (const step of this.pathToRoot(folder)) {
      const row = this.#db.get(
        `SELECT min(role) AS role FROM (
           SELECT role FROM folder_users WHERE folder = ?1 AND user_hash = ?3
           UNION ALL SELECT role FROM dataset_users WHERE dataset_hash = ?2 AND user_hash = ?3)`,
        step.uuid,
        step.syncedDataset,
        userHash,
      );
      const role = numberOrNull(row?.role);
      if (role === 0) return 0;
      if (role === 1) best = 1;
    }
    return best;
  }

  /** The sub-folder of this name, made when missing. */
  ensureChild(parent: Folder, name: string, now: number): Folder {
    const row = this.#db.get(
      'SELECT * FROM folders WHERE parent = ? AND name = ? LIMIT 1',
      parent.uuid,
      name,
    );
    if (row) return toFolder(row);
    return this.create({
      name,
      description: '',
      parent: parent.uuid,
      clientMetadata: null,
      owner: parent.owner,
      now,
    });
  }

  /** The folder of this name that the user owns at the top, made when missing. */
  ensureRoot(name: string, owner: string, now: number): Folder {
    const row = this.#db.get(
      'SELECT * FROM folders WHERE parent IS NULL AND name = ? AND owner = ? LIMIT 1',
      name,
      owner,
    );
    if (row) return toFolder(row);
    return this.create({ name, description: '', parent: null, clientMetadata: null, owner, now });
  }

  /** Uuids of the folder and everything below it. */
  subtree(uuid: string): string[] {
    return this.#db
      .all(
        `WITH RECURSIVE tree(uuid) AS (SELECT ?1 UNION SELECT folders.uuid FROM folders JOIN tree ON folders.parent = tree.uuid)
         SELECT uuid FROM tree`,
        uuid,
      )
      .map((row) => text(row.uuid));
  }

  /** One more than `limit` rows at most, so that the caller knows whether there is a next page. */
  list(query: FolderQuery): Folder[] {
    const order = `${query.order === 'name' ? 'name' : 'created_at'} ${query.desc ? 'DESC' : 'ASC'}, rowid`;
    return this.#db
      .all(
        `WITH RECURSIVE
           mine(uuid) AS (
             SELECT uuid FROM folders WHERE ?2 OR uuid IN (SELECT folder FROM folder_users WHERE user_hash = ?1)
               OR synced_dataset IN (SELECT dataset_hash FROM dataset_users WHERE user_hash = ?1)
             UNION SELECT folders.uuid FROM folders JOIN mine ON folders.parent = mine.uuid),
           below(uuid) AS (
             SELECT uuid FROM folders WHERE parent = ?4
             UNION SELECT folders.uuid FROM folders JOIN below ON folders.parent = below.uuid WHERE ?5)
         SELECT folders.* FROM folders JOIN mine USING (uuid)
         WHERE (CASE ?3 WHEN 'any' THEN 1
                        WHEN 'root' THEN parent IS NULL OR parent NOT IN (SELECT uuid FROM mine)
                        ELSE uuid IN (SELECT uuid FROM below) END)
           AND (?6 IS NULL OR name LIKE ?6 ESCAPE '\\')
           AND (?7 IS NULL OR (synced_dataset IS NOT NULL) = ?7)
         ORDER BY ${order} LIMIT ?8 OFFSET ?9`,
        query.userHash,
        query.everything ? 1 : 0,
        query.parent === undefined ? 'any' : query.parent === null ? 'root' : 'below',
        query.parent ?? null,
        query.recursive ? 1 : 0,
        query.search === undefined ? null : likeText(query.search),
        query.datasetSynced === undefined ? null : query.datasetSynced ? 1 : 0,
        query.limit + 1,
        query.offset,
      )
      .map(toFolder);
  }

  countBelow(uuid: string): number {
    return this.subtree(uuid).length - 1;
  }
}
