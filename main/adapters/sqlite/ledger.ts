/**
 * The ledger: what was ever uploaded, kept for good, and the lookups that planning makes so that nothing is
 * uploaded twice. `recordInLedger` and `cameAgain` are called by `commit.ts`, the rest by `index.ts`.
 */

import type { FileIdentity, MediaId } from '../../core/model.ts';
import type { ActiveTwin, LedgerEntry, LedgerStore } from '../../core/store-port.ts';
import type { Database, Row } from './database.ts';
import { contentKey, formerIdentityKey, identityKey } from './keys.ts';
import * as rows from './rows.ts';
import type { UnitRecord } from './unit-work.ts';

/**
 * Remembers a unit that is done. Without the hash of every item it is remembered by its files alone, and so can
 * never be the reason to skip something.
 */
export function recordInLedger(db: Database, unit: UnitRecord): void {
  const { state } = unit;
  if (state.at !== 'done') return;
  const batch = db.get('SELECT dataset_id FROM batch WHERE id = ?', unit.batchId);
  if (batch === undefined) return;
  const range = [unit.firstItem, unit.firstItem + unit.itemCount - 1] as const;
  const hashes = db
    .all(`SELECT sha256 FROM item WHERE id BETWEEN ? AND ? AND state = 'stored' ORDER BY id`, ...range)
    .map((row) => rows.textOrNull(row, 'sha256'));
  const known = hashes.filter((hash) => hash !== null);
  const dataset = datasetNumber(db, rows.text(batch, 'dataset_id'));
  const row = db.get(
    `INSERT INTO ledger_unit (dataset, media, content_key, title, data_hash, item_uuid, done_at)
     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    dataset,
    unit.media,
    known.length === hashes.length && known.length > 0 ? contentKey(unit.media, known) : null,
    unit.title,
    state.dataHash,
    state.itemUuid,
    state.doneAt,
  );
  if (row === undefined) return;
  db.run(
    `INSERT INTO ledger_item (ledger_unit, position, dataset, path, size, mtime, sha256)
     SELECT ?, position, ?, path, size, mtime, sha256 FROM item
     WHERE id BETWEEN ? AND ? AND state = 'stored'`,
    rows.number(row, 'id'),
    dataset,
    ...range,
  );
}

function datasetNumber(db: Database, datasetId: string): number {
  const known = db.get('SELECT id FROM ledger_dataset WHERE dataset_id = ?', datasetId);
  const row = known ?? db.get('INSERT INTO ledger_dataset (dataset_id) VALUES (?) RETURNING id', datasetId);
  return row === undefined ? 0 : rows.number(row, 'id');
}

export function ledgerStore(db: Database): LedgerStore {
  return {
    knownHash(path, identity) {
      // By path: many files may have one size, and SQLite cannot know that.
      const row =
        db.get(
          `SELECT sha256 FROM ledger_item INDEXED BY ledger_item_path
           WHERE path = ? AND sha256 IS NOT NULL AND size = ? AND mtime = ? LIMIT 1`,
          path,
          identity.size,
          identity.mtimeMs,
        ) ??
        db.get(
          `SELECT sha256 FROM item INDEXED BY item_hashed
           WHERE path = ? AND sha256 IS NOT NULL AND size = ? AND mtime = ? LIMIT 1`,
          path,
          identity.size,
          identity.mtimeMs,
        );
      return row === undefined ? null : rows.text(row, 'sha256');
    },

    sizeKnown(datasetId, size) {
      const row = db.get(
        `SELECT 1 FROM ledger_item WHERE size = ? AND sha256 IS NOT NULL
           AND dataset = (SELECT id FROM ledger_dataset WHERE dataset_id = ?) LIMIT 1`,
        size,
        datasetId,
      );
      return row !== undefined;
    },

    uploaded(datasetId, media, hashes): LedgerEntry | null {
      const row = db.get(
        `SELECT media, title, data_hash, item_uuid, done_at FROM ledger_unit
         WHERE content_key = ? AND dataset = (SELECT id FROM ledger_dataset WHERE dataset_id = ?)
         ORDER BY id LIMIT 1`,
        contentKey(media, hashes),
        datasetId,
      );
      if (row === undefined) return null;
      return {
        datasetId,
        media: rows.media(row),
        title: rows.text(row, 'title'),
        dataHash: rows.textOrNull(row, 'data_hash'),
        itemUuid: rows.textOrNull(row, 'item_uuid'),
        doneAt: rows.number(row, 'done_at'),
      };
    },

    activeTwin: (datasetId, media, items) => activeTwin(db, datasetId, media, items),
  };
}

/** As in `LedgerStore`. What is still being added is no twin: it may never come to be. */
export function activeTwin(
  db: Database,
  datasetId: string,
  media: MediaId,
  items: readonly { readonly path: string; readonly identity: FileIdentity }[],
): ActiveTwin | null {
  const candidates = db.all(
    `SELECT unit.id, unit.batch_id, unit.first_item, unit.item_count FROM unit
         JOIN batch ON batch.id = unit.batch_id
         WHERE unit.identity_key IN (?, ?) AND unit.state NOT IN ('done', 'failed', 'cancelled')
           AND unit.media = ? AND unit.item_count = ? AND batch.dataset_id = ? AND batch.removed = 0
         ORDER BY unit.id`,
    identityKey(media, items),
    formerIdentityKey(media, items),
    media,
    items.length,
    datasetId,
  );
  let uncertain: ActiveTwin | null = null;
  for (const row of candidates) {
    const first = rows.number(row, 'first_item');
    const theirs = db.all(
      'SELECT path, size, mtime, left_out, state, sha256 FROM item WHERE id BETWEEN ? AND ? ORDER BY id',
      first,
      first + rows.number(row, 'item_count') - 1,
    );
    const hashes = items.map((item, index) => hashToBe(theirs[index], item));
    if (hashes.some((hash) => hash === 'another')) continue;
    const twin = { unitId: rows.number(row, 'id'), batchId: rows.number(row, 'batch_id') };
    if (hashes.every((hash) => hash === null)) return twin;
    uncertain ??= { ...twin, ifHashes: hashes };
  }
  return uncertain;
}

/** What the hash of a file must be to be the unit's item: null where that is certain, `another` where it cannot be. */
function hashToBe(
  item: Row | undefined,
  file: { readonly path: string; readonly identity: FileIdentity },
): string | null {
  // A unit from which something was left out becomes another row than the one that is planned.
  if (item === undefined || rows.text(item, 'path') !== file.path || rows.flag(item, 'left_out'))
    return 'another';
  // What is not stored yet will be sent as it is then, whatever was planned.
  if (['queued', 'granted'].includes(rows.text(item, 'state')) || isFile(item, file)) return null;
  if (rows.number(item, 'size') !== file.identity.size) return 'another';
  return rows.textOrNull(item, 'sha256') ?? 'another';
}

/**
 * Whether the files of a unit that failed or was cancelled came again in another one of the queue that is unfinished, or
 * were uploaded.
 */
export function cameAgain(db: Database, unit: UnitRecord): boolean {
  const batch = db.get('SELECT dataset_id FROM batch WHERE id = ?', unit.batchId);
  if (batch === undefined) return false;
  const datasetId = rows.text(batch, 'dataset_id');
  const items = db
    .all('SELECT path, size, mtime FROM item WHERE unit_id = ? AND left_out = 0 ORDER BY position', unit.id)
    .map((row) => ({
      path: rows.text(row, 'path'),
      identity: { size: rows.number(row, 'size'), mtimeMs: rows.number(row, 'mtime') },
    }));
  const [first] = items;
  if (first === undefined) return false;
  if (isCertain(activeTwin(db, datasetId, unit.media, items))) return true;
  // By files and not by content: copies of one content are rows of their own.
  const candidates = db.all(
    `SELECT ledger_unit.id FROM ledger_item INDEXED BY ledger_item_path JOIN ledger_unit ON ledger_unit.id = ledger_unit
     WHERE path = ? AND sha256 IS NOT NULL AND media = ?
       AND ledger_unit.dataset = (SELECT id FROM ledger_dataset WHERE dataset_id = ?)`,
    first.path,
    unit.media,
    datasetId,
  );
  return candidates.some((row) => {
    const theirs = db.all(
      'SELECT path, size, mtime FROM ledger_item WHERE ledger_unit = ? ORDER BY position',
      rows.number(row, 'id'),
    );
    return theirs.length === items.length && theirs.every((other, index) => isFile(other, items[index]));
  });
}

/** Whether it is a twin without a look into the files. */
export function isCertain(twin: ActiveTwin | null): twin is ActiveTwin {
  return twin !== null && twin.ifHashes === undefined;
}

function isFile(row: Row, file: { path: string; identity: FileIdentity } | undefined): boolean {
  return (
    file !== undefined &&
    rows.text(row, 'path') === file.path &&
    rows.number(row, 'size') === file.identity.size &&
    rows.number(row, 'mtime') === file.identity.mtimeMs
  );
}
