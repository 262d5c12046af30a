/**
 * Removes for certain what was left of secrets that are no longer in the tables. Called by `queue.ts` when nothing is
 * left to do, and by `removal.ts` after it has deleted.
 */

import type { Database } from './database.ts';

/**
 * Deleted rows leave pieces of themselves in the pages of their table and in the write-ahead log. Clearing the whole
 * table overwrites all of its pages; the few rows that a failed upload may still need are put back.
 */
export function wipeSecrets(db: Database): void {
  db.transaction(() => {
    const kept = db.all('SELECT item_id, url, echo, granted_at, session FROM secret');
    // Without a condition: only then are the pages cleared instead of the rows.
    db.exec('DELETE FROM secret');
    for (const { item_id, url, echo, granted_at, session } of kept) {
      db.run(
        'INSERT INTO secret (item_id, url, echo, granted_at, session) VALUES (?, ?, ?, ?, ?)',
        item_id ?? null,
        url ?? null,
        echo ?? null,
        granted_at ?? null,
        session ?? null,
      );
    }
  });
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}
