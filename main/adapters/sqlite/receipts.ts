/**
 * What receipts are made of, read in chunks: the files of a batch with their units, and which batches there are.
 * Called by `index.ts`. Signed URLs are in a table of their own, which nothing here reads.
 */

import type { BatchId } from '../../core/model.ts';
import { ITEM_STATES, UNIT_STATES } from '../../core/model.ts';
import type { ReceiptFile, ReceiptLine, ReceiptUnit } from '../../core/receipt.ts';
import type { Database, Row } from './database.ts';
import * as rows from './rows.ts';

/** Units that are read at a time, and files of them. */
const UNITS_AT_ONCE = 100;
const FILES_AT_ONCE = 200;

export interface ReceiptStore {
  /** The files of a batch in order, unit by unit, in chunks; nothing for a batch that is not in the queue. */
  receiptLines(batchId: BatchId): Iterable<readonly ReceiptLine[]>;
  /** The batch that finished last; null where none has. */
  lastFinishedBatch(): BatchId | null;
  /** Batches into mirrored datasets that finished at or after this time. */
  mirroredBatchesFinishedSince(time: number): readonly BatchId[];
}

export function receiptStore(db: Database): ReceiptStore {
  return {
    receiptLines: (batchId) => receiptLines(db, batchId),

    lastFinishedBatch() {
      const row = db.get(
        `SELECT id FROM batch WHERE finished_at IS NOT NULL AND removed = 0
         ORDER BY finished_at DESC, id DESC LIMIT 1`,
      );
      return row === undefined ? null : rows.number(row, 'id');
    },

    mirroredBatchesFinishedSince: (time) =>
      db
        .all(
          `SELECT id FROM batch WHERE finished_at >= ? AND target_mirrored = 1 AND done > 0 AND removed = 0
           ORDER BY id`,
          time,
        )
        .map((row) => rows.number(row, 'id')),
  };
}

const UNITS = `SELECT id, title, media, state, attempts, failure, item_uuid, data_hash, done_at, first_item,
  item_count FROM unit WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ${UNITS_AT_ONCE}`;
const TRIES = 'SELECT unit_id, sum(tries) AS tries FROM item WHERE id BETWEEN ? AND ? GROUP BY unit_id';
const FILES = `SELECT id, unit_id, position, name, path, size, sha256, state, stored_at, tries, failure FROM item
  WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ${FILES_AT_ONCE}`;

function* receiptLines(db: Database, batchId: BatchId): Generator<readonly ReceiptLine[]> {
  const batch = db.get('SELECT first_unit, unit_count FROM batch WHERE id = ? AND removed = 0', batchId);
  if (batch === undefined) return;
  const first = rows.number(batch, 'first_unit');
  const end = first + rows.number(batch, 'unit_count') - 1;
  for (let from = first; from <= end; ) {
    const found = db.all(UNITS, from, end);
    const [firstUnit, lastUnit] = [found[0], found.at(-1)];
    if (firstUnit === undefined || lastUnit === undefined) return;
    from = rows.number(lastUnit, 'id') + 1;
    // The items of consecutive units have consecutive ids.
    const firstItem = rows.number(firstUnit, 'first_item');
    const lastItem = rows.number(lastUnit, 'first_item') + rows.number(lastUnit, 'item_count') - 1;
    const tries = new Map(
      db
        .all(TRIES, firstItem, lastItem)
        .map((row) => [rows.number(row, 'unit_id'), rows.number(row, 'tries')]),
    );
    const units = new Map(
      found.map((row) => {
        const id = rows.number(row, 'id');
        return [id, receiptUnit(row, id, tries.get(id) ?? 0)];
      }),
    );
    yield* filesOf(db, units, firstItem, lastItem);
  }
}

function* filesOf(
  db: Database,
  units: ReadonlyMap<number, ReceiptUnit>,
  first: number,
  last: number,
): Generator<readonly ReceiptLine[]> {
  for (let from = first; from <= last; ) {
    const found = db.all(FILES, from, last);
    const lastRow = found.at(-1);
    if (lastRow === undefined) return;
    from = rows.number(lastRow, 'id') + 1;
    yield found.flatMap((row): ReceiptLine[] => {
      const unit = units.get(rows.number(row, 'unit_id'));
      return unit === undefined ? [] : [{ unit, file: receiptFile(row) }];
    });
  }
}

function receiptUnit(row: Row, id: number, tries: number): ReceiptUnit {
  return {
    id,
    title: rows.text(row, 'title'),
    media: rows.media(row),
    state: rows.oneOf(row, 'state', UNIT_STATES),
    dataHash: rows.textOrNull(row, 'data_hash'),
    itemUuid: rows.textOrNull(row, 'item_uuid'),
    doneAt: rows.numberOrNull(row, 'done_at'),
    attempts: tries + (rows.numberOrNull(row, 'attempts') ?? 0),
    failure: rows.failureOrNull(row),
  };
}

function receiptFile(row: Row): ReceiptFile {
  return {
    position: rows.number(row, 'position'),
    name: rows.text(row, 'name'),
    path: rows.text(row, 'path'),
    size: rows.number(row, 'size'),
    sha256: rows.textOrNull(row, 'sha256'),
    state: rows.oneOf(row, 'state', ITEM_STATES),
    storedAt: rows.numberOrNull(row, 'stored_at'),
    tries: rows.number(row, 'tries'),
    failure: rows.failureOrNull(row),
  };
}
