/**
 * Writes rows many at a time: opening a table and its indexes costs as much as writing a few rows. Called by `adding.ts`
 * and `watch-writer.ts`.
 */

import type { Database, Param } from './database.ts';

/** Rows of one statement. */
export const ROWS_AT_ONCE = 32;

/** Rows that wait to be written with one statement. */
export class RowBuffer {
  readonly #db: Database;
  readonly #one: string;
  readonly #many: string;
  readonly #width: number;
  #params: Param[] = [];

  /** `insert` ends in `VALUES `, `row` is one row with a question mark for each parameter; `after` follows the rows. */
  constructor(db: Database, insert: string, row: string, after = '') {
    this.#db = db;
    this.#one = insert + row + after;
    this.#many = insert + Array<string>(ROWS_AT_ONCE).fill(row).join(', ') + after;
    this.#width = row.split('?').length - 1;
  }

  /** True when it is full: write it before the next row. */
  add(...params: readonly Param[]): boolean {
    for (const param of params) this.#params.push(param);
    return this.#params.length === ROWS_AT_ONCE * this.#width;
  }

  write(): void {
    const params = this.#params;
    this.#params = [];
    if (params.length === ROWS_AT_ONCE * this.#width) {
      this.#db.run(this.#many, ...params);
      return;
    }
    for (let at = 0; at < params.length; at += this.#width) {
      this.#db.run(this.#one, ...params.slice(at, at + this.#width));
    }
  }
}
