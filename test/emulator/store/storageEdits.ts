/** Changes of storage folders and items that exist: renaming, moving, re-pointing, removing. Called by v2/ and units/. */

import type { Database } from './database.ts';

/** What is undefined stays. */
export interface NameAndMetadata {
  readonly name?: string | undefined;
  /** JSON text of an object. */
  readonly clientMetadata?: string | undefined;
}

export class StorageEdits {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  changeFolder(
    uuid: string,
    change: NameAndMetadata & { readonly description?: string | undefined },
    now: number,
  ): void {
    this.#db.run(
      `UPDATE folders SET name = coalesce(?, name), description = coalesce(?, description),
         client_metadata = coalesce(?, client_metadata), last_edited_at = ? WHERE uuid = ?`,
      change.name ?? null,
      change.description ?? null,
      change.clientMetadata ?? null,
      now,
      uuid,
    );
  }

  /** `parent` null moves to the top. Whether that makes a circle is the caller's to see. */
  moveFolder(uuid: string, parent: string | null, now: number): void {
    this.#db.run('UPDATE folders SET parent = ?, last_edited_at = ? WHERE uuid = ?', parent, now, uuid);
  }

  /** A folder without items and sub-folders, with its roles and the records of its jobs. */
  removeFolder(uuid: string): void {
    this.#db.run('DELETE FROM cloud_syncs WHERE job IN (SELECT uuid FROM jobs WHERE folder = ?)', uuid);
    this.#db.run('DELETE FROM job_units WHERE job IN (SELECT uuid FROM jobs WHERE folder = ?)', uuid);
    for (const table of ['jobs', 'folder_users', 'folder_groups', 'cloud_folders']) {
      this.#db.run(`DELETE FROM ${table} WHERE folder = ?`, uuid);
    }
    this.#db.run('DELETE FROM folders WHERE uuid = ?', uuid);
  }

  /**
   * The title of a data row is the name of its item: whoever renames the one renames the other, which is why Encord
   * recommends this call for renaming rows (encord-api.md C.13).
   */
  changeItem(uuid: string, change: NameAndMetadata, now: number): void {
    this.#db.run(
      `UPDATE items SET name = coalesce(?, name), client_metadata = coalesce(?, client_metadata), last_edited_at = ?
       WHERE uuid = ?`,
      change.name ?? null,
      change.clientMetadata ?? null,
      now,
      uuid,
    );
    this.#db.run(
      'UPDATE data_rows SET title = coalesce(?, title), last_edited_at = ? WHERE item_uuid = ?',
      change.name ?? null,
      now,
      uuid,
    );
  }

  moveItem(uuid: string, folder: string, now: number): void {
    this.#db.run('UPDATE items SET folder = ?, last_edited_at = ? WHERE uuid = ?', folder, now, uuid);
  }

  /** The item stands for another object from now on. */
  repointItem(
    uuid: string,
    url: string,
    details: Readonly<Record<string, string | number | null>>,
    now: number,
  ): void {
    this.#db.run(
      'UPDATE items SET object_key = ?, details = ?, last_edited_at = ? WHERE uuid = ?',
      url,
      JSON.stringify(details),
      now,
      uuid,
    );
  }

  touchItem(uuid: string, now: number): void {
    this.#db.run('UPDATE items SET last_edited_at = ? WHERE uuid = ?', now, uuid);
  }
}
