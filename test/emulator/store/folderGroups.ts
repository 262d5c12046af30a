/** Which groups of the organisation have which role on a storage folder. Called by v2/ and control/. */

import { type Database, int, text } from './database.ts';
import type { Role } from './datasets.ts';

export class FolderGroups {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** In the order in which the groups were made; one more than `limit` at most. */
  list(folder: string, offset: number, limit: number): { groupHash: string; role: Role }[] {
    return this.#db
      .all(
        `SELECT group_hash, role FROM folder_groups JOIN organisation_groups USING (group_hash)
         WHERE folder = ? ORDER BY seq LIMIT ? OFFSET ?`,
        folder,
        limit + 1,
        offset,
      )
      .map((row) => ({ groupHash: text(row.group_hash), role: int(row.role) === 0 ? 0 : 1 }));
  }

  /** A group that is there already gets the new role. */
  set(folder: string, groupHash: string, role: Role): void {
    this.#db.run(
      'INSERT INTO folder_groups VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role',
      folder,
      groupHash,
      role,
    );
  }

  remove(folder: string, groupHash: string): void {
    this.#db.run('DELETE FROM folder_groups WHERE folder = ? AND group_hash = ?', folder, groupHash);
  }
}
