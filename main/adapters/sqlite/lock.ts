/**
 * The lock on a data folder: one program at a time owns it, and a second one can say which.
 * Called by `open.ts` only.
 *
 * The lock is a write transaction on a database of its own, held open for the program's life. The operating
 * system ends it when the process dies, however it dies, so nothing stale can remain.
 */

import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UploaderError } from '../../core/errors.ts';
import { explain, isBusy } from './database.ts';

export const PROGRAM = 'Encord Uploader';
const LOCK_FILE = 'lock.db';
const ATTEMPTS = 5;

export interface FolderLock {
  release(): void;
}

/**
 * Creates an empty file with mode 0600 where there is none, so that no other user can ever read it.
 * A file that exists is never opened here: closing any descriptor of a database file makes POSIX drop the locks
 * that this process holds on it.
 */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return;
    throw thrown;
  }
}

/** Takes the lock or throws `data-folder-in-use` with the holder's name and process id. */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, LOCK_FILE);
  createPrivately(path);
  const db = new DatabaseSync(path, { timeout: 200 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      db.exec('BEGIN IMMEDIATE');
      db.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, program TEXT NOT NULL) STRICT');
      db.exec('DELETE FROM holder');
      db.prepare('INSERT INTO holder (pid, program) VALUES (?, ?)').run(process.pid, PROGRAM);
      db.exec('COMMIT');
      db.exec('BEGIN IMMEDIATE');
      // Between the two transactions another program may have been here: then its name stands in the file.
      if (holder(db)?.pid === process.pid) return { release: () => db.close() };
      db.exec('ROLLBACK');
    }
    throw inUse(folder, db);
  } catch (thrown) {
    const error = isBusy(thrown) ? inUse(folder, db) : explain(thrown, path);
    db.close();
    throw error;
  }
}

function holder(db: DatabaseSync): { pid: number; program: string } | null {
  try {
    const row = db.prepare('SELECT pid, program FROM holder').get();
    return typeof row?.pid === 'number' && typeof row.program === 'string'
      ? { pid: row.pid, program: row.program }
      : null;
  } catch {
    // The other program is just writing its name.
    return null;
  }
}

function inUse(folder: string, db: DatabaseSync): UploaderError {
  const by = holder(db);
  const who = by === null ? `Another ${PROGRAM}` : `${by.program} (process ${by.pid})`;
  return new UploaderError(
    'data-folder-in-use',
    `${who} is using the data folder ${folder}. Close it first, or choose another folder with ENCORD_UPLOADER_HOME.`,
    {
      details: { folder, ...(by === null ? {} : { program: by.program, pid: String(by.pid) }) },
    },
  );
}
