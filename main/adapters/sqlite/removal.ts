/**
 * Clears finished batches from the list. The batch disappears at once; its rows are deleted little by little, so
 * that a batch of a million units does not stop the program. The ledger keeps what was uploaded.
 * Called by `index.ts`.
 */

import { UploaderError } from '../../core/errors.ts';
import type { BatchId } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import type { Database } from './database.ts';
import * as rows from './rows.ts';
import { wipeSecrets } from './secrets.ts';

/** Rows deleted in one transaction, and the pause between two, in milliseconds. */
const ROWS_AT_ONCE = 5000;
const PAUSE_MS = 20;

export interface Remover {
  /**
   * Removes one batch, or with null all in which nothing wants attention; returns which. Throws `invalid-input` when the named batch is
   * not finished, or holds units of which nobody knows whether they became data rows.
   */
  removeFinished(batchId: BatchId | null): readonly BatchId[];
  stop(): void;
}

export function remover(db: Database, clock: Clock): Remover {
  let cancel: (() => void) | null = null;

  const sweep = (): void => {
    cancel = null;
    if (deleteSome(db)) cancel = clock.after(PAUSE_MS, sweep);
    // The files may still hold what was just deleted, signed URLs of failed units among it.
    else wipeSecrets(db);
  };
  // What an earlier run did not come to delete.
  if (removedBatch(db) !== null) cancel = clock.after(PAUSE_MS, sweep);

  return {
    removeFinished(batchId) {
      const removed = db.transaction(() => {
        const wanted = batchId === null ? removable(db) : named(db, batchId);
        for (const id of wanted) hide(db, id);
        return wanted;
      });
      cancel?.();
      sweep();
      return removed;
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}

function removable(db: Database): BatchId[] {
  return db
    .all(
      'SELECT id FROM batch WHERE finished_at IS NOT NULL AND failed = 0 AND uncertain = 0 AND removed = 0',
    )
    .map((row) => rows.number(row, 'id'));
}

function named(db: Database, batchId: BatchId): BatchId[] {
  const row = db.get('SELECT finished_at, uncertain FROM batch WHERE id = ? AND removed = 0', batchId);
  if (row === undefined) return [];
  if (row.finished_at === null || rows.number(row, 'uncertain') > 0) {
    throw new UploaderError(
      'invalid-input',
      'Only a finished batch can be cleared from the list. Wait for it, cancel the rest, or settle what is uncertain.',
    );
  }
  return [batchId];
}

function hide(db: Database, batchId: BatchId): void {
  const less = rows.TALLY_COLUMNS.map((name) => `${name} = account_tally.${name} - batch.${name}`);
  db.run(
    `UPDATE account_tally SET ${less.join(', ')} FROM batch
     WHERE batch.id = ? AND account_tally.account_id = batch.account_id`,
    batchId,
  );
  db.run('UPDATE batch SET removed = 1 WHERE id = ?', batchId);
}

function removedBatch(db: Database): number | null {
  const row = db.get('SELECT id FROM batch WHERE removed = 1 LIMIT 1');
  return row === undefined ? null : rows.number(row, 'id');
}

/** Returns whether anything is left to delete. */
function deleteSome(db: Database): boolean {
  return db.transaction(() => {
    const id = removedBatch(db);
    if (id === null) return false;
    const unit = db.get(
      `SELECT unit.id, unit.first_item, unit.item_count FROM batch
       JOIN unit ON unit.id BETWEEN batch.first_unit AND batch.first_unit + batch.unit_count - 1
       WHERE batch.id = ? ORDER BY unit.id LIMIT 1`,
      id,
    );
    if (unit !== undefined) {
      deleteUnits(db, id, rows.number(unit, 'id'));
      return true;
    }
    const away = db.run(
      `DELETE FROM turned_away WHERE id IN (SELECT id FROM turned_away WHERE batch_id = ? LIMIT ${ROWS_AT_ONCE})`,
      id,
    );
    if (away === ROWS_AT_ONCE) return true;
    db.run('DELETE FROM unit_block WHERE batch_id = ?', id);
    db.run('DELETE FROM batch WHERE id = ?', id);
    return removedBatch(db) !== null;
  });
}

/** Deletes units from the first one on, as many as have few enough items, and of a large unit a part. */
function deleteUnits(db: Database, batchId: BatchId, firstUnit: number): void {
  const items = db.all(
    `SELECT item.id, item.unit_id FROM item WHERE item.id >= (
       SELECT coalesce(min(id), 0) FROM item WHERE unit_id = ?1
     ) ORDER BY item.id LIMIT ${ROWS_AT_ONCE}`,
    firstUnit,
  );
  const last = db.get('SELECT first_unit + unit_count - 1 AS id FROM batch WHERE id = ?', batchId);
  const lastUnit = last === undefined ? 0 : rows.number(last, 'id');
  const mine = items.filter((row) => rows.number(row, 'unit_id') <= lastUnit);
  const from = mine[0];
  const to = mine.at(-1);
  if (from !== undefined && to !== undefined) {
    db.run('DELETE FROM item WHERE id BETWEEN ? AND ?', rows.number(from, 'id'), rows.number(to, 'id'));
  }
  const reached = to === undefined ? firstUnit : rows.number(to, 'unit_id');
  db.run(
    `DELETE FROM unit WHERE id BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM item WHERE unit_id = unit.id)`,
    firstUnit,
    reached,
  );
}
