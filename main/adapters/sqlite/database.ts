/**
 * A thin wrapper around `node:sqlite`: cached statements, transactions, and SQLite's failures said as errors of
 * the closed list. Used by the other files of this folder only.
 */

import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { UploaderError } from '../../core/errors.ts';

export type Row = Record<string, SQLOutputValue>;
export type Param = SQLInputValue;
export type NamedParams = Record<string, SQLInputValue>;

/** `auto_vacuum` of a file that gives its free pages back when it is told to. */
export const INCREMENTAL = 2;

/** Primary result codes of SQLite, https://sqlite.org/rescode.html. */
const SQLITE = {
  busy: 5,
  locked: 6,
  readonly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
} as const;

/** The primary SQLite result code of a thrown value, or null where it is none of SQLite's. */
export function sqliteCode(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number') return null;
  return thrown.errcode & 0xff;
}

export function isBusy(thrown: unknown): boolean {
  const code = sqliteCode(thrown);
  return code === SQLITE.busy || code === SQLITE.locked;
}

/** What SQLite threw, as an error with a sentence; anything else is passed through. */
export function explain(thrown: unknown, path: string): unknown {
  const code = sqliteCode(thrown);
  const details = {
    file: path,
    ...(code === null ? {} : { sqlite: String(code) }),
    ...(thrown instanceof Error ? { reason: thrown.message } : {}),
  };
  switch (code) {
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return corrupt(path, details, thrown);
    case SQLITE.full:
      return new UploaderError(
        'disk-full',
        `There is no space left on the disk that holds ${path}. Free some.`,
        {
          details,
          cause: thrown,
        },
      );
    case SQLITE.busy:
    case SQLITE.locked:
      return new UploaderError(
        'data-folder-in-use',
        `Another program keeps the database ${path} busy. Close it and try again.`,
        { details, cause: thrown },
      );
    case SQLITE.readonly:
    case SQLITE.ioError:
    case SQLITE.cantOpen:
      return new UploaderError(
        'data-folder-unusable',
        `The database ${path} cannot be read and written. Check the disk and the permissions of its folder.`,
        { details, cause: thrown },
      );
    default:
      return thrown;
  }
}

export function corrupt(path: string, details: Record<string, string>, cause?: unknown): UploaderError {
  return new UploaderError(
    'database-corrupt',
    `The database ${path} is damaged or is not a database of this program. It was left as it is. Put a copy of it back; or keep it aside, with the command \`repair\`, and start with an empty queue, which does not know what was uploaded before.`,
    { details, ...(cause === undefined ? {} : { cause }) },
  );
}

export class Database {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens the file as it is; throws an explained error. */
  constructor(path: string, { readOnly = false } = {}) {
    this.path = path;
    try {
      this.#db = new DatabaseSync(path, { timeout: 1000, readOnly });
    } catch (thrown) {
      throw explain(thrown, path);
    }
  }

  /** Several statements without parameters, not cached. */
  exec(sql: string): void {
    this.#explained(() => this.#db.exec(sql));
  }

  get(sql: string, ...params: Param[]): Row | undefined {
    return this.#explained(() => this.#prepare(sql).get(...params));
  }

  all(sql: string, ...params: Param[]): Row[] {
    return this.#explained(() => this.#prepare(sql).all(...params));
  }

  /** The number of rows that were changed. */
  run(sql: string, ...params: Param[]): number {
    return this.#explained(() => Number(this.#prepare(sql).run(...params).changes));
  }

  runNamed(sql: string, params: NamedParams): number {
    return this.#explained(() => Number(this.#prepare(sql).run(params).changes));
  }

  /** All of `work` is written, or none of it. Not to be nested. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (thrown) {
      // A full disk or a damaged file makes SQLite roll back by itself.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw thrown;
    }
  }

  /**
   * A transaction that does not wait for the disk: it survives the end of this process, but the machine's only once a
   * later one of the usual kind has been written.
   */
  relaxed<T>(work: () => T): T {
    this.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.transaction(work);
    } finally {
      this.exec('PRAGMA synchronous = FULL');
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw explain(thrown, this.path);
    }
  }
}
