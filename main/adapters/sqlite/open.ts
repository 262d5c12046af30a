/**
 * Opens the database of a data folder: the folder, its lock, the file, its settings and its version.
 * Called by `index.ts`.
 *
 * Nothing here ever replaces or deletes a database. A damaged one is reported; `setDatabaseAside` renames it, and
 * is called only when a person said so.
 */

import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { UploaderError } from '../../core/errors.ts';
import { corrupt, Database, explain, INCREMENTAL } from './database.ts';
import { createPrivately, type FolderLock, lockFolder } from './lock.ts';
import { migrate } from './migrations.ts';

export const DATABASE_FILE = 'uploader.db';

export interface OpenDatabase {
  readonly db: Database;
  readonly lock: FolderLock;
}

/**
 * Throws `data-folder-unusable`, `disk-full`, `data-folder-in-use`, `database-corrupt` or `database-newer`.
 * The folder is made with mode 0700 where it is missing, the database with 0600.
 */
export function openDatabase(folder: string): OpenDatabase {
  const lock = prepare(folder);
  const path = join(folder, DATABASE_FILE);
  let db: Database | null = null;
  try {
    inFolder(folder, () => createPrivately(path));
    db = new Database(path);
    // Says "not a database" before anything is written.
    db.get('PRAGMA schema_version');
    // Only a file without tables can be made so cheaply.
    if (db.get('PRAGMA page_count')?.page_count === 0) db.exec(`PRAGMA auto_vacuum = ${INCREMENTAL}`);
    db.exec(`
      PRAGMA secure_delete = ON;
      PRAGMA foreign_keys = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA cache_size = -16000;
      PRAGMA journal_size_limit = 33554432;
    `);
    const mode = db.get('PRAGMA journal_mode = WAL')?.journal_mode;
    if (mode !== 'wal') {
      throw new UploaderError(
        'data-folder-unusable',
        `The data folder ${folder} is on a file system that cannot hold the database safely. Choose a folder on a local disk.`,
        { details: { folder, journal: String(mode) } },
      );
    }
    db.exec('PRAGMA synchronous = FULL');
    migrate(db);
    return { db, lock };
  } catch (thrown) {
    db?.close();
    lock.release();
    throw thrown;
  }
}

/**
 * Reads the whole database and says how it is damaged; null where it is sound, or where there is none yet. Throws like
 * `openDatabase` for every other reason.
 */
export function examineDatabase(folder: string): UploaderError | null {
  let opened: OpenDatabase | null = null;
  try {
    opened = openDatabase(folder);
    const found = opened.db.get('PRAGMA quick_check(1)')?.quick_check;
    return found === 'ok' ? null : corrupt(opened.db.path, { file: opened.db.path, found: String(found) });
  } catch (thrown) {
    if (thrown instanceof UploaderError && thrown.code === 'database-corrupt') return thrown;
    throw thrown;
  } finally {
    opened?.db.close();
    opened?.lock.release();
  }
}

/**
 * Renames a damaged database with the files that belong to it, so that the next start begins with an empty queue;
 * returns its new path. Throws like `openDatabase` when the folder is in use or unusable.
 */
export function setDatabaseAside(folder: string, at: Date): string {
  const lock = prepare(folder);
  try {
    const path = join(folder, DATABASE_FILE);
    const aside = join(folder, `${DATABASE_FILE}.damaged-${at.toISOString().replaceAll(/[:.]/g, '-')}`);
    inFolder(folder, () => {
      for (const suffix of ['', '-wal', '-shm']) {
        if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
      }
    });
    return aside;
  } finally {
    lock.release();
  }
}

function prepare(folder: string): FolderLock {
  return inFolder(folder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return lockFolder(folder);
  });
}

/** What the file system threw, as an error with a sentence. */
function inFolder<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new UploaderError(
        'disk-full',
        `There is no space left on the disk of the data folder ${folder}.`,
        {
          details: { folder, reason: code },
          cause: thrown,
        },
      );
    }
    if (thrown instanceof UploaderError || !/^E[A-Z]+$/.test(code)) throw explain(thrown, folder);
    throw new UploaderError(
      'data-folder-unusable',
      `The data folder ${folder} cannot be used (${code}). Check its permissions, or choose another with ENCORD_UPLOADER_HOME.`,
      { details: { folder, reason: code }, cause: thrown },
    );
  }
}
