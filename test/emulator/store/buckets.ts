/**
 * What lies in people's own buckets, as an integration sees it, and which items stand for it already. Called by units/,
 * control/, v2/ and the storage endpoint. A bucket is not Encord's: nothing here removes a file of it.
 */

import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, int, type Row, text, textOrNull } from './database.ts';
import { ITEM_TYPES, type ItemType, type MediaFacts } from './items.ts';
import type { StoredObject } from './objects.ts';

export interface BucketObject {
  readonly url: string;
  /** What it is; null where only a look into its bytes tells. */
  readonly itemType: ItemType | null;
  /** Absolute path of its bytes; null where there are none and `facts` are all that is known. */
  readonly path: string | null;
  readonly size: number;
  readonly facts: MediaFacts;
}

export type NewBucketObject = Omit<BucketObject, 'path'> & {
  readonly bytes: Buffer | null;
  readonly now: number;
};

function toItemType(value: string | null): ItemType | null {
  return ITEM_TYPES.find((type) => type === value) ?? null;
}

function toFacts(json: string): MediaFacts {
  const facts: MediaFacts = JSON.parse(json);
  return facts;
}

export class Buckets {
  readonly #db: Database;
  readonly #root: string;

  constructor(db: Database, dataDir: string) {
    this.#db = db;
    this.#root = join(dataDir, 'buckets');
    mkdirSync(this.#root, { recursive: true });
  }

  /** Puts an object into the bucket behind an integration, in the place of an earlier one. */
  put(integration: string, object: NewBucketObject): void {
    let file: string | null = null;
    if (object.bytes) {
      file = randomUUID();
      writeFileSync(join(this.#root, file), object.bytes);
    }
    this.#insert(integration, object, file, object.now);
  }

  /** Another object with the same content. */
  copy(integration: string, from: BucketObject, url: string, now: number): void {
    const file = from.path === null ? null : from.path.slice(this.#root.length + 1);
    this.#insert(integration, { ...from, url }, file, now);
  }

  #insert(
    integration: string,
    object: Omit<BucketObject, 'path'>,
    file: string | null,
    storedAt: number,
  ): void {
    this.#db.run(
      'INSERT OR REPLACE INTO bucket_objects VALUES (?, ?, ?, ?, ?, ?, ?)',
      integration,
      object.url,
      object.itemType,
      file,
      object.size,
      JSON.stringify(object.facts),
      storedAt,
    );
  }

  remove(integration: string, url: string): void {
    this.#db.run('DELETE FROM bucket_objects WHERE integration = ? AND url = ?', integration, url);
  }

  get(integration: string, url: string): BucketObject | null {
    const row = this.#db.get(
      'SELECT * FROM bucket_objects WHERE integration = ? AND url = ?',
      integration,
      url,
    );
    return row ? this.#toObject(row) : null;
  }

  #toObject(row: Row): BucketObject {
    const file = textOrNull(row.file);
    return {
      url: text(row.url),
      itemType: toItemType(textOrNull(row.item_type)),
      path: file === null ? null : join(this.#root, file),
      size: int(row.size),
      facts: toFacts(text(row.facts)),
    };
  }

  /** The bytes behind a URL, whoever may see them: signed read URLs lead there. */
  content(url: string): StoredObject | null {
    const row = this.#db.get('SELECT * FROM bucket_objects WHERE url = ? AND file IS NOT NULL LIMIT 1', url);
    if (!row) return null;
    const object = this.#toObject(row);
    return {
      objectKey: url,
      path: join(this.#root, text(row.file)),
      size: object.size,
      contentType: object.facts.mimeType ?? 'application/octet-stream',
      md5: null,
      crc32c: null,
      sha256: null,
      generation: 1,
      storedAt: int(row.stored_at),
    };
  }

  /** Uuids of the items of a folder that stand for this URL, oldest first. */
  itemsAt(folder: string, url: string): string[] {
    return this.#db
      .all('SELECT uuid FROM items WHERE object_key = ? AND folder = ? ORDER BY seq', url, folder)
      .map((row) => text(row.uuid));
  }
}
