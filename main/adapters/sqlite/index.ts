/**
 * The store: one SQLite database in the data folder, behind the ports of the core and the queries of the pages.
 * Opened by the composition roots; its types are used by `main/app`.
 */

import type { JobStore } from '../../core/manage/jobs.ts';
import type { BatchId } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import type { LedgerStore, QueueStore, SteeringStore } from '../../core/store-port.ts';
import type { WatchStore } from '../../core/watch/store-port.ts';
import { type AccountStore, accountStore } from './accounts.ts';
import { adder } from './adding.ts';
import { jobStore } from './jobs.ts';
import { ledgerStore } from './ledger.ts';
import { openDatabase } from './open.ts';
import { ordering } from './order.ts';
import { queueStore } from './queue.ts';
import { type ReceiptStore, receiptStore } from './receipts.ts';
import { type ReconcileStore, reconcileStore } from './reconcile.ts';
import { type HistoryLimits, remover } from './removal.ts';
import { type SettingsStore, settingsStore } from './settings.ts';
import { steeringStore } from './steering.ts';
import { type UnfinishedStore, unfinishedStore } from './unfinished.ts';
import * as views from './views.ts';
import { watchStore } from './watch.ts';
import { type ViewStore, windows } from './window.ts';

export type { AccountPatch, AccountRecord, AccountStore, NewAccount } from './accounts.ts';
export { DATABASE_FILE, examineDatabase, setDatabaseAside } from './open.ts';
export { type QueueReader, readQueue } from './reader.ts';
export type { SettingsStore } from './settings.ts';
export type { Hindrance, UnfinishedWork } from './unfinished.ts';
export type { BatchView, ItemView, TurnedAwayView, UnitView } from './views.ts';
export type { Filter, RowsWindow, RowView, ViewStore, WindowQuery } from './window.ts';

export type Store = QueueStore &
  LedgerStore &
  SteeringStore &
  AccountStore &
  SettingsStore &
  ViewStore &
  UnfinishedStore &
  ReceiptStore &
  ReconcileStore &
  JobStore &
  WatchStore & {
    /**
     * Clears a finished batch from the list, or with null all in which nothing failed; returns how many. The ledger keeps what
     * they uploaded. Throws `invalid-input` when the named one is not finished or holds uncertain units.
     */
    removeFinished(batchId: BatchId | null): number;
    /**
     * Clears finished batches beyond the limits in which nothing failed and nothing is uncertain; returns how many. The
     * ledger keeps what they uploaded.
     */
    pruneHistory(limits: HistoryLimits): number;
    /** The version of the tables, counted up by each migration. */
    schemaVersion(): number;
    /** Writes everything back, closes the database and frees the data folder. */
    close(): void;
  };

/**
 * Opens the data folder, which is made where it is missing, and takes its lock.
 * Throws `data-folder-in-use`, `data-folder-unusable`, `disk-full`, `database-corrupt` or `database-newer`.
 */
export function openStore(
  folder: string,
  options: {
    readonly clock: Clock;
    /** A search that a window left unfinished has seen everything: windows are to be asked for again. */
    readonly searched?: () => void;
    /** Units that wait go in another order from now on. */
    readonly reordered?: () => void;
  },
): Store {
  const { db, lock } = openDatabase(folder);
  const window = windows(db, options.clock, options.searched ?? (() => {}));
  const ranks = ordering(db, options.clock, options.reordered ?? (() => {}));
  const adds = adder(db, options.clock, () => removal.sweepSoon());
  const removal = remover(db, options.clock, adds.adding);
  const jobs = jobStore(db);
  ranks.goOn();
  let open = true;
  const forget = (removed: readonly BatchId[]): number => {
    for (const id of removed) window.forget(id);
    return removed.length;
  };
  return {
    ...queueStore(db, options.clock, { onMoved: window.moved }),
    ...ledgerStore(db),
    ...steeringStore(db, options.clock, { adder: adds, ordering: ranks }),
    ...accountStore(db),
    ...settingsStore(db),
    ...receiptStore(db),
    ...reconcileStore(db),
    ...watchStore(db, options.clock),
    ...unfinishedStore(db),
    ...jobs,
    removeJobs(id) {
      const removed = jobs.removeJobs(id);
      if (removed > 0) removal.sweepSoon();
      return removed;
    },
    batches: (offset, limit) => views.batchViews(db, offset, limit),
    batchView: (id) => views.findBatchView(db, id),
    unitView: (id) => views.findUnitView(db, id),
    itemsView: (unitId, offset, limit) => views.itemViews(db, unitId, offset, limit),
    turnedAway: (batchId, offset, limit) => views.turnedAwayViews(db, batchId, offset, limit),
    rowsWindow: window.rowsWindow,
    removeFinished: (batchId) => forget(removal.removeFinished(batchId)),
    pruneHistory: (limits) => forget(removal.prune(limits)),
    schemaVersion: () => Number(db.get('PRAGMA user_version')?.user_version),
    close() {
      if (!open) return;
      open = false;
      adds.stop();
      ranks.stop();
      removal.stop();
      window.stop();
      try {
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        db.close();
        lock.release();
      }
    },
  };
}
