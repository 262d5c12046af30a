/**
 * The part of the store that the engine uses: commits, and what is due. Called by `index.ts`.
 *
 * Everything that looks for work reads ranges of partial indexes that hold open rows only, fresh ones first by
 * id, tried ones by the time they wait for: finished and waiting rows cost nothing, however many there are.
 */

import type { UnitId } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import type { QueueStore } from '../../core/store-port.ts';
import { applyChanges } from './commit.ts';
import type { Database, Row } from './database.ts';
import * as rows from './rows.ts';
import { wipeSecrets } from './secrets.ts';
import type { ShelfChange } from './unit-work.ts';

/** True of a batch whose queue, account and itself may start something new. */
const MAY_START = `batch.paused = 0 AND account.paused = 0 AND (SELECT paused FROM queue) = 0`;
const PAST_RETURN = `(batch.registering + batch.processing + batch.linking > 0)`;
const WORKING = `batch.finished_at IS NULL AND account.blocked IS NULL`;
/** The lowest rank of those that were moved to the top; 0 where a batch has none of them, and so comes after. */
const URGENT = `(SELECT coalesce(min(unit.rank), 0) FROM unit INDEXED BY unit_urgent
  WHERE unit.rank < 0 AND unit.due_at IS NOT NULL AND unit.state = 'collecting' AND unit.batch_id = batch.id)`;
const WITH_ACCOUNT = 'batch JOIN account ON account.id = batch.account_id';

export interface QueueHooks {
  /** After a commit: which units stand on another shelf now. */
  onMoved(changes: readonly ShelfChange[]): void;
}

export function queueStore(db: Database, clock: Clock, hooks: QueueHooks): QueueStore {
  /** Whether signed URLs that are no longer needed may still stand in the files. */
  let secretsLeft = false;

  const hasWork = (): boolean =>
    db.get('SELECT 1 FROM batch WHERE finished_at IS NULL LIMIT 1') !== undefined;

  const mayWork = (batchId: number, startsSomething: boolean): boolean =>
    db.get(
      `SELECT 1 FROM ${WITH_ACCOUNT}
       WHERE batch.id = ? AND ${WORKING}${startsSomething ? ` AND ${MAY_START}` : ''}`,
      batchId,
    ) !== undefined;

  return {
    commit(changes) {
      if (changes.length === 0) return;
      const { moved, forgot } = db.transaction(() => applyChanges(db, changes, clock.now()));
      hooks.onMoved(moved);
      secretsLeft ||= forgot;
      if (secretsLeft && !hasWork()) {
        wipeSecrets(db);
        secretsLeft = false;
      }
    },

    workingBatches() {
      return db
        .all(
          `SELECT ${rows.BATCH_COLUMNS}, batch.collecting, batch.ready, batch.registering, batch.processing,
             batch.linking FROM ${WITH_ACCOUNT}
           WHERE ${WORKING} AND ((${MAY_START}) OR ${PAST_RETURN}) ORDER BY ${URGENT}, batch.rank, batch.id`,
        )
        .map((row) => ({
          ...rows.batch(row),
          open: {
            collecting: rows.number(row, 'collecting'),
            ready: rows.number(row, 'ready'),
            registering: rows.number(row, 'registering'),
            processing: rows.number(row, 'processing'),
            linking: rows.number(row, 'linking'),
          },
        }));
    },

    mayStart: (batchId) => mayWork(batchId, true),

    dueItems(batchId, now, limit) {
      if (!mayWork(batchId, true)) return [];
      const select = (due: string, order: string): Row[] =>
        db.all(
          `SELECT ${rows.ITEM_COLUMNS}, unit.media, unit.rank FROM unit CROSS JOIN ${rows.ITEMS}
           WHERE unit.batch_id = ?1 AND unit.state = 'collecting' AND unit.due_at IS NOT NULL AND ${due}
             AND item.unit_id = unit.id AND item.not_before <= ?2
           ORDER BY ${order}, item.not_before, item.id LIMIT ?3`,
          batchId,
          now,
          limit,
        );
      const tried = select('unit.due_at > 0 AND unit.due_at <= ?2', 'unit.due_at, unit.rank, unit.id');
      const fresh = select('unit.due_at = 0', 'unit.rank, unit.id');
      return merged(tried, fresh, limit).map((row) => ({
        ...rows.item(row, batchId),
        media: rows.media(row),
      }));
    },

    dueUnits(batchId, state, now, limit) {
      if (!mayWork(batchId, state === 'ready')) return [];
      const select = (due: string, ...params: number[]): Row[] =>
        db.all(
          `SELECT ${rows.WHOLE_UNIT_COLUMNS}, unit.rank FROM unit
           WHERE batch_id = ? AND state = ? AND due_at IS NOT NULL AND ${due}
           ORDER BY due_at, rank, id LIMIT ?`,
          batchId,
          state,
          ...params,
          limit,
        );
      const tried = select('due_at > 0 AND due_at <= ?', now);
      const fresh = select('due_at = 0');
      return merged(tried, fresh, limit).map(rows.unit);
    },

    itemsOf(unitId) {
      const unit = db.get('SELECT batch_id, first_item, item_count FROM unit WHERE id = ?', unitId);
      if (unit === undefined) return [];
      const first = rows.number(unit, 'first_item');
      const batchId = rows.number(unit, 'batch_id');
      return db
        .all(
          `SELECT ${rows.ITEM_COLUMNS} FROM ${rows.ITEMS}
           WHERE item.id BETWEEN ? AND ? AND item.state <> 'cancelled' ORDER BY item.id`,
          first,
          first + rows.number(unit, 'item_count') - 1,
        )
        .map((row) => rows.item(row, batchId));
    },

    unit(id) {
      const row = db.get(`SELECT ${rows.WHOLE_UNIT_COLUMNS} FROM unit WHERE id = ?`, id);
      return row === undefined ? null : rows.unit(row);
    },

    batch(id) {
      const row = db.get(`SELECT ${rows.BATCH_COLUMNS} FROM batch WHERE id = ? AND removed = 0`, id);
      return row === undefined ? null : rows.batch(row);
    },

    nextDue(now) {
      const times = [
        db.get(
          `SELECT batch.trouble_not_before AS due FROM ${WITH_ACCOUNT}
           WHERE ${WORKING} AND ${MAY_START} AND batch.trouble_not_before > ?
           ORDER BY batch.trouble_not_before LIMIT 1`,
          now,
        ),
        db.get(
          `SELECT item.not_before AS due FROM item INDEXED BY item_timed
           CROSS JOIN unit ON unit.id = item.unit_id
           CROSS JOIN batch ON batch.id = unit.batch_id
           CROSS JOIN account ON account.id = batch.account_id
           WHERE item.not_before > 0 AND item.not_before > ? AND unit.state = 'collecting' AND unit.paused = 0
             AND ${WORKING} AND ${MAY_START}
           ORDER BY item.not_before LIMIT 1`,
          now,
        ),
        db.get(
          `SELECT unit.due_at AS due FROM unit INDEXED BY unit_timed
           CROSS JOIN batch ON batch.id = unit.batch_id
           CROSS JOIN account ON account.id = batch.account_id
           WHERE unit.due_at > 0 AND unit.due_at > ?
             AND unit.state IN ('ready', 'registering', 'processing', 'linking')
             AND ${WORKING} AND (unit.state <> 'ready' OR (${MAY_START}))
           ORDER BY unit.due_at LIMIT 1`,
          now,
        ),
      ].flatMap((row) => (row === undefined ? [] : [rows.number(row, 'due')]));
      return times.length === 0 ? null : Math.min(...times);
    },

    forgetWaits(after, because) {
      const codes = because === undefined ? null : JSON.stringify(because);
      const asAsked = (failure: string): string =>
        `(?2 IS NULL OR json_extract(${failure}, '$.code') IN (SELECT value FROM json_each(?2)))`;
      db.transaction(() => {
        // A unit of which one item alone waits too long is due when its others are, or now.
        db.run(
          `UPDATE unit SET due_at = 0 WHERE state = 'collecting' AND due_at IS NOT NULL
             AND id IN (SELECT unit_id FROM item INDEXED BY item_timed
               WHERE not_before > 0 AND not_before > ?1 AND ${asAsked('failure')})`,
          after,
          codes,
        );
        db.run(
          `UPDATE item INDEXED BY item_timed SET not_before = 0
           WHERE not_before > 0 AND not_before > ?1 AND ${asAsked('failure')}`,
          after,
          codes,
        );
        db.run(
          `UPDATE unit INDEXED BY unit_timed SET due_at = 0, not_before = CASE WHEN not_before IS NULL THEN NULL ELSE 0 END
           WHERE due_at > 0 AND due_at > ?1 AND state IN ('ready', 'registering', 'processing', 'linking')
             AND (state = 'processing' OR ${asAsked('failure')})`,
          after,
          codes,
        );
        db.run(
          `UPDATE batch SET trouble_not_before = 0
           WHERE trouble_not_before > ?1 AND trouble_not_before < ?3 AND ${asAsked('trouble')}`,
          after,
          codes,
          // Waits for a person.
          Number.MAX_SAFE_INTEGER,
        );
      });
    },

    openIntents(): readonly UnitId[] {
      return db
        .all(`SELECT id FROM unit WHERE state = 'registering' AND failure IS NULL ORDER BY id`)
        .map((row) => rows.number(row, 'id'));
    },
  };
}

/** By rank, then in the order of adding, whether it was tried before or not. */
function merged(tried: readonly Row[], fresh: readonly Row[], limit: number): readonly Row[] {
  if (tried.length === 0) return fresh;
  const order = (a: Row, b: Row): number =>
    rows.number(a, 'rank') - rows.number(b, 'rank') || rows.number(a, 'id') - rows.number(b, 'id');
  return [...tried, ...fresh].sort(order).slice(0, limit);
}
