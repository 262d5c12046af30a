/**
 * Adds batches: a small one in one transaction, a large one in many with pauses between, so that a million files stop
 * neither the pages nor the queue. Until its last row is written a batch is hidden like one that is cleared from the
 * list (`removed`): nobody works on it, and what a crash leaves of it is deleted at the next start.
 * Called by `steering.ts`.
 */

import { UploaderError } from '../../core/errors.ts';
import type { BatchId, NewBatch, PlannedUnit, TurnedAway, UnitId } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import { createSlicer } from '../../core/slicer.ts';
import type { UnitOrder } from '../../core/store-port.ts';
import type { Database } from './database.ts';
import { identityKey } from './keys.ts';
import { activeTwin, isCertain } from './ledger.ts';
import { currentOrder, rankLater, rankOf } from './order.ts';
import { ROWS_AT_ONCE, RowBuffer } from './row-buffer.ts';
import * as rows from './rows.ts';
import { settingsStore } from './settings.ts';
import { BLOCK } from './shelves.ts';
import { TakenFiles } from './watch-writer.ts';

/** Between two pauses: milliseconds, and units and turned-away files. */
const SLICE_MS = 8;
const SLICE_ROWS = 2_000;

const UNIT_ROW = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'collecting', 0)`;
const ADD_UNITS = `INSERT INTO unit (id, batch_id, media, title, first_item, item_count, kept, bytes, identity_key, rank,
  client_metadata, state, due_at) VALUES `;
const ITEM_ROW = `(?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, 0)`;
const ADD_ITEMS = `INSERT INTO item (id, unit_id, position, path, name, size, mtime, mime, sha256, state, attempts,
  not_before) VALUES `;
const ADD_TURNED_AWAY = `INSERT INTO turned_away (id, batch_id, kind, path, title, media, size, failure, data_hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export interface AddOptions {
  /** Units whose like has become active since they were planned are left out, and their likes named. */
  readonly onTwin?: ((twin: UnitId) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told after each slice how many units and turned-away files were looked at so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

export interface Adder {
  /**
   * In one transaction. Throws `internal` while a large batch is being added: one after another. Of a watch folder's batch
   * the files are written into its ledger as taken; what was turned away or left out for a twin is not: only the caller
   * knows all files of a group, and their times, and notes them.
   */
  add(
    batch: NewBatch,
    units: Iterable<PlannedUnit>,
    turnedAway: Iterable<TurnedAway>,
    onTwin?: (twin: UnitId) => void,
  ): BatchId;
  /** Throws `internal` for a watch folder's batch: its files would be known as taken before the batch is there. */
  addInSlices(
    batch: NewBatch,
    units: Iterable<PlannedUnit>,
    turnedAway: Iterable<TurnedAway>,
    options: AddOptions,
  ): Promise<BatchId>;
  /** The batch that is hidden because it is being added; null when none is. */
  adding(): BatchId | null;
  /** The database is about to be closed: what is being added is given up, and deleted at the next start. */
  stop(): void;
}

/** `onLeft` is called when the rows of a batch that will not be added are to be deleted. */
export function adder(db: Database, clock: Clock, onLeft: () => void): Adder {
  let adding: BatchId | null = null;
  let stopped = false;

  const oneAfterAnother = (): void => {
    if (adding === null) return;
    throw new UploaderError('internal', 'Another batch is being added. Try again when it is there.');
  };

  return {
    adding: () => adding,

    add(batch, units, turnedAway, onTwin) {
      oneAfterAnother();
      return db.transaction(() => {
        const added = new Addition(db, batch);
        added.look();
        for (const unit of units) added.unit(unit, onTwin);
        for (const away of turnedAway) added.turnedAway(away);
        added.flush();
        added.show();
        return added.batchId;
      });
    },

    async addInSlices(batch, units, turnedAway, { onTwin, signal, onProgress }) {
      oneAfterAnother();
      if (batch.watch) {
        throw new UploaderError('internal', 'What a watch folder finds is added in small batches.');
      }
      const added = db.transaction(() => new Addition(db, batch));
      adding = added.batchId;
      const slicer = createSlicer(clock);
      const inSlices = async <T>(list: Iterable<T>, add: (each: T) => void): Promise<void> => {
        const source = list[Symbol.iterator]();
        let next = source.next();
        while (!next.done) {
          // What is not yet seen by anybody need not wait for the disk: the last transaction does, for all of them.
          db.relaxed(() => {
            added.look();
            const stopAt = clock.monotonic() + SLICE_MS;
            for (let count = 0; !next.done && count < SLICE_ROWS; count += 1) {
              add(next.value);
              next = source.next();
              if (count % ROWS_AT_ONCE === 0 && clock.monotonic() >= stopAt) break;
            }
            added.flush();
          });
          onProgress?.(added.seen);
          await slicer.pause();
          if (stopped || signal?.aborted)
            throw new UploaderError('cancelled', 'Adding these files was cancelled.');
        }
      };
      try {
        await inSlices(units, (unit) => added.unit(unit, onTwin));
        await inSlices(turnedAway, (away) => added.turnedAway(away));
        db.transaction(() => added.show());
        adding = null;
        return added.batchId;
      } catch (reason) {
        adding = null;
        if (!stopped) onLeft();
        throw reason;
      }
    },

    stop() {
      stopped = true;
    },
  };
}

/** A batch that is being added. Everything but `seen` is to be used inside transactions. */
class Addition {
  readonly batchId: BatchId;
  /** Units and turned-away files so far, those that were left out included. */
  seen = 0;
  readonly #db: Database;
  readonly #batch: NewBatch;
  readonly #order: UnitOrder;
  readonly #units: RowBuffer;
  readonly #items: RowBuffer;
  /** Null for all but the batches of watch folders. */
  readonly #watched: TakenFiles | null;
  readonly #firstUnit: number;
  readonly #firstTurnedAway: number;
  #unitId: number;
  #itemId: number;
  #turnedAwayId: number;
  #bytes = 0;
  #twinsPossible = true;
  readonly #counts = { refused: 0, skipped: 0 };

  /** Writes the batch, hidden and empty. Throws `account-unknown`; `internal` where a watch folder's ledger is another's. */
  constructor(db: Database, batch: NewBatch) {
    const account = db.get('SELECT name FROM account WHERE id = ?', batch.accountId);
    if (account === undefined) {
      throw new UploaderError(
        'account-unknown',
        'The account is not (or no longer) signed in. Choose another.',
        { details: { account: batch.accountId } },
      );
    }
    this.#db = db;
    this.#batch = batch;
    this.#order = currentOrder(db);
    this.#units = new RowBuffer(db, ADD_UNITS, UNIT_ROW);
    this.#items = new RowBuffer(db, ADD_ITEMS, ITEM_ROW);
    this.#watched = batch.watch ? new TakenFiles(db, batch.watch, batch) : null;
    this.batchId = this.#next('batch');
    this.#firstUnit = this.#unitId = this.#next('unit');
    this.#itemId = this.#next('item');
    this.#firstTurnedAway = this.#turnedAwayId = this.#next('turned_away');
    db.run(
      `INSERT INTO batch (id, account_id, account_name, name, dataset_id, dataset_title, route_choice, folder_choice,
         added_at, first_unit, unit_count, first_turned_away, finished_at, watch_folder, removed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 1)`,
      this.batchId,
      batch.accountId,
      rows.text(account, 'name'),
      batch.name,
      batch.datasetId,
      batch.datasetTitle,
      batch.routeChoice,
      batch.folderChoice,
      batch.addedAt,
      this.#firstUnit,
      this.#firstTurnedAway,
      batch.addedAt,
      batch.watch?.folder ?? null,
    );
    this.#reserve('batch', this.batchId + 1);
  }

  /** Whether there can be twins at all; between two pauses that does not change. */
  look(): void {
    this.#twinsPossible =
      this.#db.get(
        `SELECT 1 FROM batch WHERE dataset_id = ? AND removed = 0
           AND collecting + ready + registering + processing + linking + uncertain > 0 LIMIT 1`,
        this.#batch.datasetId,
      ) !== undefined;
  }

  /** Throws `invalid-input` for a unit without files. */
  unit(unit: PlannedUnit, onTwin: ((twin: UnitId) => void) | undefined): void {
    this.seen += 1;
    if (onTwin && this.#twinsPossible) {
      const twin = activeTwin(this.#db, this.#batch.datasetId, unit.media, unit.items);
      if (isCertain(twin)) {
        onTwin(twin.unitId);
        return;
      }
    }
    const { items } = unit;
    if (items.length === 0) {
      throw new UploaderError(
        'invalid-input',
        `"${unit.title}" has no files, so there is nothing to upload.`,
      );
    }
    let bytes = 0;
    for (const item of items) bytes += item.identity.size;
    const full = this.#units.add(
      this.#unitId,
      this.batchId,
      unit.media,
      unit.title,
      this.#itemId,
      items.length,
      items.length,
      bytes,
      identityKey(unit.media, items),
      rankOf(this.#order, bytes),
      unit.clientMetadata ?? null,
    );
    if (full) this.#units.write();
    this.#watched?.ofUnit(unit, this.#unitId, this.#itemId);
    let position = 0;
    for (const { path, name, identity, mime, sha256 } of items) {
      const { size, mtimeMs } = identity;
      const enough = this.#items.add(
        this.#itemId,
        this.#unitId,
        position,
        path,
        name,
        size,
        mtimeMs,
        mime,
        sha256,
      );
      if (enough) this.#writeItems();
      this.#itemId += 1;
      position += 1;
    }
    this.#unitId += 1;
    this.#bytes += bytes;
  }

  turnedAway(away: TurnedAway): void {
    this.seen += 1;
    this.#db.run(
      ADD_TURNED_AWAY,
      this.#turnedAwayId,
      this.batchId,
      away.kind,
      away.path,
      away.title,
      away.media,
      away.size,
      rows.failureText(away.failure),
      away.dataHash,
    );
    this.#counts[away.kind] += 1;
    this.#turnedAwayId += 1;
  }

  /** Writes what waits, and that its ids are used. */
  flush(): void {
    this.#writeItems();
    this.#watched?.flush();
    this.#reserve('unit', this.#unitId);
    this.#reserve('item', this.#itemId);
    this.#reserve('turned_away', this.#turnedAwayId);
  }

  /** From here on the batch is there. */
  show(): void {
    const { refused, skipped } = this.#counts;
    const units = this.#unitId - this.#firstUnit;
    this.#db.run(
      `UPDATE batch SET unit_count = ?1, collecting = ?1, refused = ?2, skipped = ?3, bytes = ?4, removed = 0,
         finished_at = CASE WHEN ?1 > 0 THEN NULL ELSE finished_at END WHERE id = ?5`,
      units,
      refused,
      skipped,
      this.#bytes,
      this.batchId,
    );
    this.#db.run(
      `INSERT INTO account_tally (account_id, collecting, refused, skipped, bytes) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET collecting = collecting + excluded.collecting, refused = refused + excluded.refused,
         skipped = skipped + excluded.skipped, bytes = bytes + excluded.bytes`,
      this.#batch.accountId,
      units,
      refused,
      skipped,
      this.#bytes,
    );
    for (let block = 0; block * BLOCK < units; block += 1) {
      this.#db.run(
        'INSERT INTO unit_block (batch_id, block, waiting) VALUES (?, ?, ?)',
        this.batchId,
        block,
        Math.min(BLOCK, units - block * BLOCK),
      );
    }
    if (this.#batch.dropId) {
      settingsStore(this.#db).setSetting(`drop:${this.#batch.dropId}`, JSON.stringify(this.batchId));
    }
    rankLater(this.#db, this.batchId, this.#order);
  }

  /** Units first: items name them. */
  #writeItems(): void {
    this.#units.write();
    this.#items.write();
  }

  #next(name: string): number {
    const row = this.#db.get('SELECT next FROM sequence WHERE name = ?', name);
    return row === undefined ? 1 : rows.number(row, 'next');
  }

  #reserve(name: string, next: number): void {
    this.#db.run('UPDATE sequence SET next = ? WHERE name = ?', next, name);
  }
}
