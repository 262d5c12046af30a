/** Storage folders that follow a place in somebody's bucket, and what lies there. Called by v2/. */

import { type Database, text, textOrNull } from './database.ts';

export interface CloudFolder {
  readonly integration: string;
  /** Ends in a slash. */
  readonly remoteUrl: string;
}

export class CloudFolders {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(folder: string, { integration, remoteUrl }: CloudFolder): void {
    this.#db.run('INSERT INTO cloud_folders VALUES (?, ?, ?)', folder, integration, remoteUrl);
  }

  get(folder: string): CloudFolder | null {
    const row = this.#db.get('SELECT * FROM cloud_folders WHERE folder = ?', folder);
    return row ? { integration: text(row.integration), remoteUrl: text(row.remote_url) } : null;
  }

  /** Objects of the bucket at and below the folder's place, with their types where the bucket tells. */
  objects({ integration, remoteUrl }: CloudFolder): { url: string; itemType: string | null }[] {
    return this.#db
      .all(
        'SELECT url, item_type FROM bucket_objects WHERE integration = ?1 AND substr(url, 1, length(?2)) = ?2 ORDER BY url',
        integration,
        remoteUrl,
      )
      .map((row) => ({ url: text(row.url), itemType: textOrNull(row.item_type) }));
  }

  /** Uuids of all items that stand for this object. */
  itemsAt(url: string): string[] {
    return this.#db
      .all('SELECT uuid FROM items WHERE object_key = ? ORDER BY seq', url)
      .map((row) => text(row.uuid));
  }

  /** The upload job is what a synchronisation consists of, and gives it its uuid. */
  addSync(job: string): void {
    this.#db.run('INSERT INTO cloud_syncs VALUES (?)', job);
  }

  isSync(job: string): boolean {
    return this.#db.get('SELECT 1 FROM cloud_syncs WHERE job = ?', job) !== undefined;
  }
}
