/**
 * Clears finished batches from the list, when people ask for it and when they are old. The batch disappears at once;
 * its rows are deleted little by little, so that a batch of a million units does not stop the program, and then the
 * file gives the room back. The ledger keeps what was uploaded. Called by `index.ts`.
 */

import { UploaderError } from '../../core/errors.ts';
import type { BatchId } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import { type Database, INCREMENTAL, type Row } from './database.ts';
import * as rows from './rows.ts';
import { wipeSecrets } from './secrets.ts';

/** Rows deleted in one transaction, and the pause between two, in milliseconds. */
const ROWS_AT_ONCE = 1000;
const PAUSE_MS = 20;
/** After the file could not be written (disk full, say), it is tried again after this. */
const RETRY_MS = 10_000;
/** Free pages of the file that are kept for what comes next, and how many others are given back at a time. */
const PAGES_KEPT = 1024;
const PAGES_AT_ONCE = 256;

export interface Remover {
  /**
   * Removes one batch, or with null all in which nothing wants attention; returns which. Throws `invalid-input` when the named batch is
   * not finished, or holds units of which nobody knows whether they became data rows.
   */
  removeFinished(batchId: BatchId | null): readonly BatchId[];
  /** Removes those in which nothing wants attention and that are beyond the limits; returns which. */
  prune(limits: HistoryLimits): readonly BatchId[];
  /** A batch that was being added will not be: deletes what there is of it. */
  sweepSoon(): void;
  stop(): void;
}

/** What of the history is kept; null sets no limit. */
export interface HistoryLimits {
  /** Finished batches that ended before this, milliseconds since the epoch, go. */
  readonly before: number | null;
  /** Of the others, the newest are kept that have so many units together. */
  readonly units: number | null;
}

/** `adding` tells which hidden batch is not removed but still being added. */
export function remover(db: Database, clock: Clock, adding: () => BatchId | null): Remover {
  let cancel: (() => void) | null = null;
  let deleted = false;

  const later = (work: () => void, ms = PAUSE_MS): void => {
    cancel?.();
    cancel = clock.after(ms, () => {
      try {
        work();
      } catch {
        // Nobody would catch it. What is to be deleted is out of sight and can wait; who has work to write says why.
        later(work, RETRY_MS);
      }
    });
  };
  const sweep = (): void => {
    cancel = null;
    const id = removedBatch(db, adding());
    if (id !== null) {
      db.transaction(() => deleteSome(db, id));
      deleted = true;
      later(sweep);
      return;
    }
    // The files may still hold what was just deleted, signed URLs of failed units among it.
    if (deleted) wipeSecrets(db);
    deleted = false;
    if (isHalfEmpty(db)) later(giveBack);
  };
  const giveBack = (): void => {
    cancel = null;
    db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    if (pragma(db, 'freelist_count') > PAGES_KEPT) later(giveBack);
    // The file itself becomes shorter only here.
    else db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  };
  // What an earlier run did not come to delete, or to give back.
  if (removedBatch(db, adding()) !== null || isHalfEmpty(db)) later(sweep);

  const remove = (choose: () => readonly BatchId[]): readonly BatchId[] => {
    const removed = db.transaction(() => {
      const wanted = choose();
      for (const id of wanted) hide(db, id);
      return wanted;
    });
    if (removed.length > 0) later(sweep);
    return removed;
  };

  return {
    removeFinished: (batchId) => remove(() => (batchId === null ? removable(db) : named(db, batchId))),
    prune: (limits) => remove(() => beyond(db, limits)),
    sweepSoon: () => later(sweep),
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}

const REMOVABLE = 'finished_at IS NOT NULL AND failed = 0 AND uncertain = 0 AND removed = 0';

function removable(db: Database): BatchId[] {
  return db.all(`SELECT id FROM batch WHERE ${REMOVABLE}`).map((row) => rows.number(row, 'id'));
}

function beyond(db: Database, limits: HistoryLimits): BatchId[] {
  const found: BatchId[] = [];
  let units = 0;
  for (const row of db.all(
    `SELECT id, finished_at, unit_count FROM batch WHERE ${REMOVABLE} ORDER BY finished_at DESC, id DESC`,
  )) {
    units += rows.number(row, 'unit_count');
    const old = limits.before !== null && rows.number(row, 'finished_at') < limits.before;
    const many = limits.units !== null && units > limits.units;
    if (old || many) found.push(rows.number(row, 'id'));
  }
  return found;
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

function removedBatch(db: Database, adding: BatchId | null): BatchId | null {
  const row = db.get('SELECT id FROM batch WHERE removed = 1 AND id IS NOT ? LIMIT 1', adding);
  return row === undefined ? null : rows.number(row, 'id');
}

/** Deletes a part of a removed batch; in the end the batch itself. */
function deleteSome(db: Database, id: BatchId): void {
  if (deleteUnits(db, id)) return;
  const away = db.run(
    `DELETE FROM turned_away WHERE id IN (SELECT id FROM turned_away WHERE batch_id = ? LIMIT ${ROWS_AT_ONCE})`,
    id,
  );
  if (away === ROWS_AT_ONCE) return;
  db.run('DELETE FROM unit_block WHERE batch_id = ?', id);
  db.run('DELETE FROM batch WHERE id = ?', id);
}

/**
 * Deletes units from the first one on, as many as have few enough items, and of a large unit a part; false when there
 * are none. By what is there, not by the counters: a batch that was only half added has none yet.
 */
function deleteUnits(db: Database, batchId: BatchId): boolean {
  const found = db.all(
    `SELECT id, batch_id, first_item, item_count FROM unit
     WHERE id >= (SELECT first_unit FROM batch WHERE id = ?) ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
    batchId,
  );
  const units: Row[] = [];
  let items = 0;
  for (const unit of found) {
    items += rows.number(unit, 'item_count');
    if (rows.number(unit, 'batch_id') !== batchId || (items > ROWS_AT_ONCE && units.length > 0)) break;
    units.push(unit);
  }
  const first = units[0];
  const last = units.at(-1);
  if (first === undefined || last === undefined) return false;
  if (units.length === 1) {
    const part = db.run(
      `DELETE FROM item WHERE id IN (SELECT id FROM item WHERE unit_id = ? LIMIT ${ROWS_AT_ONCE})`,
      rows.number(first, 'id'),
    );
    if (part === ROWS_AT_ONCE) return true;
  } else {
    db.run(
      'DELETE FROM item WHERE id BETWEEN ? AND ?',
      rows.number(first, 'first_item'),
      rows.number(last, 'first_item') + rows.number(last, 'item_count') - 1,
    );
  }
  db.run('DELETE FROM unit WHERE id BETWEEN ? AND ?', rows.number(first, 'id'), rows.number(last, 'id'));
  return true;
}

/** Whether so much of the file is free that giving it back is worth the work. */
function isHalfEmpty(db: Database): boolean {
  const free = pragma(db, 'freelist_count');
  // Files of earlier versions cannot give back, and keep their room for what comes next.
  return (
    free > PAGES_KEPT && free * 2 > pragma(db, 'page_count') && pragma(db, 'auto_vacuum') === INCREMENTAL
  );
}

function pragma(db: Database, name: 'freelist_count' | 'page_count' | 'auto_vacuum'): number {
  const row = db.get(`PRAGMA ${name}`);
  return row === undefined ? 0 : rows.number(row, name);
}
