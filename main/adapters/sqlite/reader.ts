/**
 * Looks into the queue without the lock of its data folder, so that it can be done beside the program that works on it.
 * Opened by the composition root for the command line.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SteeringStore } from '../../core/store-port.ts';
import { Database } from './database.ts';
import { MIGRATIONS } from './migrations.ts';
import { DATABASE_FILE } from './open.ts';
import { number } from './rows.ts';
import { totals, unitsIn } from './steering.ts';
import * as views from './views.ts';
import type { ViewStore } from './window.ts';

export type QueueReader = Pick<SteeringStore, 'totals' | 'unitsIn'> &
  Pick<ViewStore, 'batches' | 'unitView'> & { close(): void };

/**
 * Null where there is no database yet, or one of another version, which only the program itself may bring to its own.
 * Throws `database-corrupt` or `data-folder-unusable`.
 */
export function readQueue(folder: string): QueueReader | null {
  const path = join(folder, DATABASE_FILE);
  if (!existsSync(path)) return null;
  const db = new Database(path, { readOnly: true });
  try {
    const version = db.get('PRAGMA user_version');
    if (version === undefined || number(version, 'user_version') !== MIGRATIONS.length) {
      db.close();
      return null;
    }
  } catch (thrown) {
    db.close();
    throw thrown;
  }
  return {
    totals: (scope) => totals(db, scope),
    unitsIn: (scope, states) => unitsIn(db, scope, states),
    batches: (offset, limit) => views.batchViews(db, offset, limit),
    unitView: (id) => views.findUnitView(db, id),
    close: () => db.close(),
  };
}
