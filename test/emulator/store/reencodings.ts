/** Processes that re-encode storage items, kept on disk like upload jobs. Called by v2/ and control/. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Database, int, text } from './database.ts';

export interface Reencoding {
  readonly uuid: string;
  readonly userHash: string;
  readonly title: string;
  readonly items: readonly string[];
  /** Milliseconds since the epoch, by the emulator's clock. */
  readonly endsAt: number;
  readonly status: 'submitted' | 'done' | 'error';
}

const strings = z.array(z.string());

export class Reencodings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(input: Omit<Reencoding, 'uuid' | 'status'>): string {
    const uuid = randomUUID();
    this.#db.run(
      "INSERT INTO reencodings VALUES (?, ?, ?, ?, ?, 'submitted')",
      uuid,
      input.userHash,
      input.title,
      JSON.stringify(input.items),
      input.endsAt,
    );
    return uuid;
  }

  get(uuid: string): Reencoding | null {
    const row = this.#db.get('SELECT * FROM reencodings WHERE uuid = ?', uuid);
    if (!row) return null;
    const status = text(row.status);
    return {
      uuid,
      userHash: text(row.user_hash),
      title: text(row.title),
      items: strings.parse(JSON.parse(text(row.items))),
      endsAt: int(row.ends_at),
      status: status === 'done' || status === 'error' ? status : 'submitted',
    };
  }

  end(uuid: string, status: 'done' | 'error'): void {
    this.#db.run('UPDATE reencodings SET status = ? WHERE uuid = ?', status, uuid);
  }

  /** All of them, or those named; returns how many there were. */
  forget(uuids: readonly string[] | null): number {
    return this.#db.run(
      'DELETE FROM reencodings WHERE ?1 IS NULL OR uuid IN (SELECT value FROM json_each(?1))',
      uuids === null ? null : JSON.stringify(uuids),
    );
  }
}
