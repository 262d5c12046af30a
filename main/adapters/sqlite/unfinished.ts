/**
 * What is not finished, summed up: asked for several times a second by whoever shows the program in one line, so it reads
 * only what is unfinished, by its counters. Called by the use cases through the store.
 */

import type { AccountId, BatchId, Totals } from '../../core/model.ts';
import type { Database } from './database.ts';
import * as rows from './rows.ts';

/** What keeps a batch from going on: nothing of its own, somebody's pause, or something that a person has to settle. */
const HINDRANCES = ['none', 'paused', 'stuck', 'blocked', 'account-removed'] as const;
export type Hindrance = (typeof HINDRANCES)[number];

/** The unfinished batches of one account that are kept back by the same. The pause of the whole queue is none of these. */
export interface UnfinishedWork {
  readonly accountId: AccountId;
  readonly hindrance: Hindrance;
  readonly totals: Totals;
}

export interface UnfinishedStore {
  unfinishedWork(): readonly UnfinishedWork[];
  unfinishedBatches(): readonly BatchId[];
  /** Batches with a higher id, finished or not, the oldest first; cleared ones are left out. */
  batchesAfter(id: BatchId): readonly BatchId[];
  /** The title of the one dataset of all batches that are listed; null where there are several, or none. */
  onlyDatasetTitle(): string | null;
}

const SUMS = rows.TALLY_COLUMNS.map((name) => `sum(batch.${name}) AS ${name}`).join(', ');

export function unfinishedStore(db: Database): UnfinishedStore {
  const ids = (sql: string, ...params: number[]): BatchId[] =>
    db.all(sql, ...params).map((row) => rows.number(row, 'id'));

  return {
    unfinishedWork: () =>
      db
        .all(
          `SELECT batch.account_id, CASE
             WHEN account.id IS NULL THEN 'account-removed'
             WHEN account.blocked IS NOT NULL THEN 'blocked'
             WHEN batch.trouble_not_before >= ? THEN 'stuck'
             WHEN batch.paused = 1 OR account.paused = 1 THEN 'paused'
             ELSE 'none'
           END AS hindrance, ${SUMS}
           FROM batch LEFT JOIN account ON account.id = batch.account_id
           WHERE batch.finished_at IS NULL AND batch.removed = 0 GROUP BY 1, 2 ORDER BY 1, 2`,
          // Trouble that no waiting settles.
          Number.MAX_SAFE_INTEGER,
        )
        .map((row) => ({
          accountId: rows.text(row, 'account_id'),
          hindrance: rows.oneOf(row, 'hindrance', HINDRANCES),
          totals: rows.totals(row),
        })),

    unfinishedBatches: () =>
      ids('SELECT id FROM batch WHERE finished_at IS NULL AND removed = 0 ORDER BY id'),

    batchesAfter: (id) => ids('SELECT id FROM batch WHERE id > ? AND removed = 0 ORDER BY id', id),

    onlyDatasetTitle() {
      const found = db.all(
        `SELECT max(dataset_title) AS title FROM batch WHERE removed = 0 GROUP BY dataset_id LIMIT 2`,
      );
      const [first] = found;
      return first !== undefined && found.length === 1 ? rows.text(first, 'title') : null;
    },
  };
}
