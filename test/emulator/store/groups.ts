/** Groups of the organisation, and the roles that they have on datasets (encord-api.md C.5). Called by v2/ and control/. */

import { randomUUID } from 'node:crypto';
import { type Database, int, type Row, text } from './database.ts';
import type { Role } from './datasets.ts';

export interface Group {
  readonly groupHash: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: number;
}

function toGroup(row: Row): Group {
  return {
    groupHash: text(row.group_hash),
    name: text(row.name),
    description: text(row.description),
    createdAt: int(row.created_at),
  };
}

export class Groups {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(input: { name: string; description: string; now: number; groupHash?: string | undefined }): Group {
    const { name, description, now, groupHash = randomUUID() } = input;
    this.#db.run(
      'INSERT INTO organisation_groups VALUES (NULL, ?, ?, ?, ?)',
      groupHash,
      name,
      description,
      now,
    );
    return { groupHash, name, description, createdAt: now };
  }

  get(groupHash: string): Group | null {
    const row = this.#db.get('SELECT * FROM organisation_groups WHERE group_hash = ?', groupHash);
    return row ? toGroup(row) : null;
  }

  byName(name: string): Group | null {
    const row = this.#db.get('SELECT * FROM organisation_groups WHERE name = ? ORDER BY seq LIMIT 1', name);
    return row ? toGroup(row) : null;
  }

  /** In the order in which they were made; one more than `limit` at most. */
  list(offset: number, limit: number): Group[] {
    return this.#db
      .all('SELECT * FROM organisation_groups ORDER BY seq LIMIT ? OFFSET ?', limit + 1, offset)
      .map(toGroup);
  }

  all(): Group[] {
    return this.#db.all('SELECT * FROM organisation_groups ORDER BY seq').map(toGroup);
  }

  /** A group that is there already gets the new role. */
  setDatasetRole(datasetHash: string, groupHash: string, role: Role): void {
    this.#db.run(
      'INSERT INTO dataset_groups VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role',
      datasetHash,
      groupHash,
      role,
    );
  }

  removeFromDataset(datasetHash: string, groupHash: string): void {
    this.#db.run(
      'DELETE FROM dataset_groups WHERE dataset_hash = ? AND group_hash = ?',
      datasetHash,
      groupHash,
    );
  }

  /** Groups of a dataset with their roles; one more than `limit` at most. */
  ofDataset(datasetHash: string, offset: number, limit: number): { group: Group; role: Role }[] {
    return this.#db
      .all(
        `SELECT organisation_groups.*, role FROM dataset_groups JOIN organisation_groups USING (group_hash)
         WHERE dataset_hash = ? ORDER BY seq LIMIT ? OFFSET ?`,
        datasetHash,
        limit + 1,
        offset,
      )
      .map((row) => ({ group: toGroup(row), role: int(row.role) === 0 ? 0 : 1 }));
  }
}
