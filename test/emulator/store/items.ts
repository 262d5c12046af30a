/** Storage items, what groups consist of, and data rows. Called by units/, v1/, v2/ and control/. */

import { randomUUID } from 'node:crypto';
import { type Database, int, numberOrNull, type Row, text, textOrNull } from './database.ts';
import { likeText } from './folders.ts';

export const ITEM_TYPES = [
  'video',
  'image',
  'group',
  'imageGroup',
  'imageSequence',
  'dicomFile',
  'dicomSeries',
  'audio',
  'nifti',
  'plainText',
  'pdf',
  'scene',
] as const;
export type ItemType = (typeof ITEM_TYPES)[number];

/** What a look into the stored bytes told; null where it does not apply. */
export interface MediaFacts {
  readonly mimeType: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly fps: number | null;
  /** Seconds. */
  readonly duration: number | null;
  readonly frameCount: number | null;
  /** Further StorageItem keys of C.14, e.g. `audioSampleRate`, `dicomInstanceUid`. */
  readonly details: Readonly<Record<string, string | number | null>>;
}

export interface Item extends MediaFacts {
  readonly uuid: string;
  /** The grant it was registered with; null for groups, sequences and series. */
  readonly grantId: string | null;
  readonly folder: string;
  readonly itemType: ItemType;
  readonly name: string;
  /** JSON text. */
  readonly clientMetadata: string;
  readonly owner: string;
  /** Came as a frame of a group or a file of a series: never a data row by itself. */
  readonly isFrame: boolean;
  readonly objectKey: string | null;
  readonly fileSize: number | null;
  readonly createdAt: number;
  readonly lastEditedAt: number;
  /** Before this time lookups do not show it (option `lookupDelayMs`). */
  readonly visibleAt: number;
}

export type NewItem = Omit<Item, 'uuid' | 'createdAt' | 'lastEditedAt' | 'visibleAt'> & {
  readonly uuid?: string | undefined;
  readonly now: number;
  readonly visibleAt: number;
};

export interface DataRow {
  readonly dataHash: string;
  readonly datasetHash: string;
  readonly itemUuid: string;
  readonly title: string;
  readonly createdAt: number;
  readonly lastEditedAt: number;
}

export interface RowFilter {
  readonly titleEq?: string | undefined;
  readonly titleLike?: string | undefined;
  readonly createdBefore?: number | undefined;
  readonly createdAfter?: number | undefined;
  readonly dataHashes?: readonly string[] | undefined;
}

export interface ItemQuery {
  readonly folders: readonly string[] | null;
  readonly search: string | undefined;
  readonly itemTypes: readonly string[];
  readonly isInDataset: boolean | undefined;
  readonly order: 'name' | 'createdAt';
  readonly desc: boolean;
  readonly offset: number;
  readonly limit: number;
  /** The lookup's time, for items that are not visible yet. */
  readonly now: number;
}

function toItemType(value: string): ItemType {
  const found = ITEM_TYPES.find((type) => type === value);
  if (!found) throw new TypeError('An item of an unknown type is stored.');
  return found;
}

function toDetails(json: string): Record<string, string | number | null> {
  const details: Record<string, string | number | null> = {};
  if (json === '{}') return details;
  const parsed: unknown = JSON.parse(json);
  if (typeof parsed !== 'object' || parsed === null) return details;
  for (const [key, value] of Object.entries(parsed)) {
    if (typeof value === 'string' || typeof value === 'number' || value === null) details[key] = value;
  }
  return details;
}

function toItem(row: Row): Item {
  return {
    uuid: text(row.uuid),
    grantId: textOrNull(row.grant_id),
    folder: text(row.folder),
    itemType: toItemType(text(row.item_type)),
    name: text(row.name),
    clientMetadata: text(row.client_metadata),
    owner: text(row.owner),
    isFrame: int(row.is_frame) === 1,
    objectKey: textOrNull(row.object_key),
    fileSize: numberOrNull(row.file_size),
    mimeType: textOrNull(row.mime_type),
    width: numberOrNull(row.width),
    height: numberOrNull(row.height),
    fps: numberOrNull(row.fps),
    duration: numberOrNull(row.duration),
    frameCount: numberOrNull(row.frame_count),
    details: toDetails(text(row.details)),
    createdAt: int(row.created_at),
    lastEditedAt: int(row.last_edited_at),
    visibleAt: int(row.visible_at),
  };
}

function toDataRow(row: Row): DataRow {
  return {
    dataHash: text(row.data_hash),
    datasetHash: text(row.dataset_hash),
    itemUuid: text(row.item_uuid),
    title: text(row.row_title ?? row.title),
    createdAt: int(row.row_created_at ?? row.created_at),
    lastEditedAt: int(row.row_last_edited_at ?? row.last_edited_at),
  };
}

export class Items {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(input: NewItem): Item {
    const uuid = input.uuid ?? randomUUID();
    this.#db.run(
      'INSERT INTO items VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      uuid,
      input.grantId,
      input.folder,
      input.itemType,
      input.name,
      input.clientMetadata,
      input.owner,
      input.isFrame ? 1 : 0,
      input.objectKey,
      input.fileSize,
      input.mimeType,
      input.width,
      input.height,
      input.fps,
      input.duration,
      input.frameCount,
      JSON.stringify(input.details),
      input.now,
      input.now,
      input.visibleAt,
    );
    return { ...input, uuid, createdAt: input.now, lastEditedAt: input.now };
  }

  addChildren(parent: string, children: readonly string[]): void {
    children.forEach((child, position) => {
      this.#db.run('INSERT INTO item_children VALUES (?, ?, ?)', parent, position, child);
    });
  }

  get(uuid: string): Item | null {
    const row = this.#db.get('SELECT * FROM items WHERE uuid = ?', uuid);
    return row ? toItem(row) : null;
  }

  byGrant(grantId: string): Item | null {
    const row = this.#db.get('SELECT * FROM items WHERE grant_id = ?', grantId);
    return row ? toItem(row) : null;
  }

  /** In the order of the frames. */
  children(parent: string): Item[] {
    return this.#db
      .all(
        'SELECT items.* FROM item_children JOIN items ON items.uuid = child WHERE parent = ? ORDER BY position',
        parent,
      )
      .map(toItem);
  }

  /** Groups, sequences and series that contain the item. */
  groupsOf(uuid: string): Item[] {
    return this.#db
      .all(
        'SELECT DISTINCT items.* FROM item_children JOIN items ON items.uuid = parent WHERE child = ? ORDER BY items.seq',
        uuid,
      )
      .map(toItem);
  }

  /** One more than `limit` at most, so that the caller knows whether there is a next page. */
  list(query: ItemQuery): Item[] {
    const order = `${query.order === 'name' ? 'name' : 'created_at'} ${query.desc ? 'DESC' : 'ASC'}, seq`;
    return this.#db
      .all(
        `SELECT items.* FROM items
         WHERE (?1 IS NULL OR folder IN (SELECT value FROM json_each(?1)))
           AND (?2 IS NULL OR name LIKE ?2 ESCAPE '\\')
           AND (?3 IS NULL OR item_type IN (SELECT value FROM json_each(?3)))
           AND (?4 IS NULL OR EXISTS (SELECT 1 FROM data_rows WHERE item_uuid = uuid) = ?4)
           AND visible_at <= ?5
         ORDER BY ${order} LIMIT ?6 OFFSET ?7`,
        query.folders === null ? null : JSON.stringify(query.folders),
        query.search === undefined ? null : likeText(query.search),
        query.itemTypes.length === 0 ? null : JSON.stringify(query.itemTypes),
        query.isInDataset === undefined ? null : query.isInDataset ? 1 : 0,
        query.now,
        query.limit + 1,
        query.offset,
      )
      .map(toItem);
  }

  /** Number and bytes of items of each type in the folders. */
  countByType(folders: readonly string[]): { itemType: string; count: number; bytes: number }[] {
    return this.#db
      .all(
        `SELECT item_type, count(*) AS n, coalesce(sum(CASE WHEN object_key IS NULL THEN 0 ELSE file_size END), 0) AS bytes FROM items
         WHERE folder IN (SELECT value FROM json_each(?)) GROUP BY item_type`,
        JSON.stringify(folders),
      )
      .map((row) => ({ itemType: text(row.item_type), count: int(row.n), bytes: int(row.bytes) }));
  }

  remove(uuid: string): void {
    this.#db.run('DELETE FROM item_children WHERE parent = ?', uuid);
    this.#db.run('DELETE FROM items WHERE uuid = ?', uuid);
  }

  addRow(input: {
    dataHash?: string | undefined;
    datasetHash: string;
    itemUuid: string;
    title: string;
    now: number;
    visibleAt: number;
  }): DataRow {
    const dataHash = input.dataHash ?? randomUUID();
    this.#db.run(
      'INSERT INTO data_rows VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)',
      dataHash,
      input.datasetHash,
      input.itemUuid,
      input.title,
      input.now,
      input.now,
      input.visibleAt,
    );
    return {
      dataHash,
      datasetHash: input.datasetHash,
      itemUuid: input.itemUuid,
      title: input.title,
      createdAt: input.now,
      lastEditedAt: input.now,
    };
  }

  row(dataHash: string): DataRow | null {
    const row = this.#db.get('SELECT * FROM data_rows WHERE data_hash = ?', dataHash);
    return row ? toDataRow(row) : null;
  }

  /** The item's first row in the dataset. */
  rowOfItem(datasetHash: string, itemUuid: string): DataRow | null {
    const row = this.#db.get(
      'SELECT * FROM data_rows WHERE item_uuid = ? AND dataset_hash = ? ORDER BY seq LIMIT 1',
      itemUuid,
      datasetHash,
    );
    return row ? toDataRow(row) : null;
  }

  rowsOfItem(itemUuid: string): DataRow[] {
    return this.#db.all('SELECT * FROM data_rows WHERE item_uuid = ? ORDER BY seq', itemUuid).map(toDataRow);
  }

  countRowsOfItem(itemUuid: string): number {
    return int(this.#db.get('SELECT count(*) AS n FROM data_rows WHERE item_uuid = ?', itemUuid)?.n);
  }

  /** Rows of a dataset with their items, in the order in which they came; `now` null shows all of them. */
  rows(datasetHash: string, filter: RowFilter, now: number | null): { row: DataRow; item: Item }[] {
    return this.#db
      .all(
        `SELECT items.*, data_hash, dataset_hash, item_uuid, data_rows.title AS row_title,
                data_rows.created_at AS row_created_at, data_rows.last_edited_at AS row_last_edited_at
         FROM data_rows JOIN items ON items.uuid = item_uuid
         WHERE dataset_hash = ?1 AND (?2 IS NULL OR data_rows.visible_at <= ?2)
           AND (?3 IS NULL OR data_rows.title = ?3) AND (?4 IS NULL OR data_rows.title LIKE ?4)
           AND (?5 IS NULL OR data_rows.created_at < ?5) AND (?6 IS NULL OR data_rows.created_at > ?6)
           AND (?7 IS NULL OR data_hash IN (SELECT value FROM json_each(?7)))
         ORDER BY data_rows.seq`,
        datasetHash,
        now,
        filter.titleEq ?? null,
        filter.titleLike ?? null,
        filter.createdBefore ?? null,
        filter.createdAfter ?? null,
        filter.dataHashes === undefined ? null : JSON.stringify(filter.dataHashes),
      )
      .map((row) => ({ row: toDataRow(row), item: toItem(row) }));
  }

  /** One visible row of a dataset, or null. */
  visibleRow(datasetHash: string, dataHash: string, now: number): { row: DataRow; item: Item } | null {
    return this.rows(datasetHash, { dataHashes: [dataHash] }, now)[0] ?? null;
  }

  renameRow(dataHash: string, title: string, now: number): void {
    this.#db.run(
      'UPDATE data_rows SET title = ?, last_edited_at = ? WHERE data_hash = ?',
      title,
      now,
      dataHash,
    );
  }

  touchRow(dataHash: string, now: number): void {
    this.#db.run('UPDATE data_rows SET last_edited_at = ? WHERE data_hash = ?', now, dataHash);
  }

  removeRow(dataHash: string): void {
    this.#db.run('DELETE FROM data_rows WHERE data_hash = ?', dataHash);
  }

  /** Every item with the hash of its object and whether it, or a group that contains it, is in a dataset. */
  overview(): { uuid: string; title: string; type: string; sha256: string | null; linked: boolean }[] {
    return this.#db
      .all(
        `WITH used(uuid) AS (
           SELECT item_uuid FROM data_rows
           UNION SELECT child FROM item_children WHERE parent IN (SELECT item_uuid FROM data_rows))
         SELECT items.uuid, name, item_type, sha256, items.uuid IN (SELECT uuid FROM used) AS linked
         FROM items LEFT JOIN objects USING (object_key) ORDER BY seq`,
      )
      .map((row) => ({
        uuid: text(row.uuid),
        title: text(row.name),
        type: text(row.item_type),
        sha256: textOrNull(row.sha256),
        linked: int(row.linked) === 1,
      }));
  }
}
