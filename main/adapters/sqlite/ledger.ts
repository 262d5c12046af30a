/**
 * The ledger: what was ever uploaded, kept for good, and the lookups that planning makes so that nothing is
 * uploaded twice. `recordInLedger` and `cameAgain` are called by `commit.ts`, the rest by `index.ts`.
 */

import type { FileIdentity } from '../../core/model.ts';
import type { LedgerEntry, LedgerStore } from '../../core/ports.ts';
import type { Database, Row } from './database.ts';
import { contentKey, identityKey } from './keys.ts';
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

    activeTwin(datasetId, media, items) {
      const candidates = db.all(
        `SELECT unit.id, unit.batch_id, unit.first_item, unit.item_count FROM unit
         JOIN batch ON batch.id = unit.batch_id
         WHERE unit.identity_key = ? AND unit.state NOT IN ('done', 'failed', 'cancelled')
           AND unit.media = ? AND unit.item_count = ? AND batch.dataset_id = ?
         ORDER BY unit.id`,
        identityKey(media, items),
        media,
        items.length,
        datasetId,
      );
      for (const row of candidates) {
        const first = rows.number(row, 'first_item');
        const theirs = db.all(
          'SELECT path, size, mtime, left_out, state FROM item WHERE id BETWEEN ? AND ? ORDER BY id',
          first,
          first + rows.number(row, 'item_count') - 1,
        );
        const same = items.every((item, index) => {
          const other = theirs[index];
          return (
            other !== undefined &&
            rows.text(other, 'path') === item.path &&
            // What is not stored yet will be sent as it is then, whatever was planned.
            (['queued', 'granted'].includes(rows.text(other, 'state')) || isFile(other, item)) &&
            // A unit from which something was left out becomes another row than the one that is planned.
            !rows.flag(other, 'left_out')
          );
        });
        if (same) return { unitId: rows.number(row, 'id'), batchId: rows.number(row, 'batch_id') };
      }
      return null;
    },
  };
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
  if (ledgerStore(db).activeTwin(datasetId, unit.media, items) !== null) return true;
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

function isFile(row: Row, file: { path: string; identity: FileIdentity } | undefined): boolean {
  return (
    file !== undefined &&
    rows.text(row, 'path') === file.path &&
    rows.number(row, 'size') === file.identity.size &&
    rows.number(row, 'mtime') === file.identity.mtimeMs
  );
}
