/** Re-encoding tasks of datasets, on disk until somebody asks what became of them. Called by v1/tasks.ts. */

import { type Database, int, type Row, text } from './database.ts';

export interface ReencodeTask {
  readonly id: number;
  readonly datasetHash: string;
  readonly dataHashes: readonly string[];
  /** When it ends, in milliseconds of the emulator's time. */
  readonly endsAt: number;
  readonly status: 'SUBMITTED' | 'DONE' | 'ERROR';
}

function toTask(row: Row): ReencodeTask {
  const status = text(row.status);
  const hashes: unknown = JSON.parse(text(row.data_hashes));
  return {
    id: int(row.id),
    datasetHash: text(row.dataset_hash),
    dataHashes: Array.isArray(hashes) ? hashes.map(String) : [],
    endsAt: int(row.ends_at),
    status: status === 'DONE' || status === 'ERROR' ? status : 'SUBMITTED',
  };
}

export class ReencodeTasks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Returns the task's number. */
  create(datasetHash: string, dataHashes: readonly string[], endsAt: number): number {
    const row = this.#db.get(
      "INSERT INTO reencode_tasks VALUES (NULL, ?, ?, ?, 'SUBMITTED') RETURNING id",
      datasetHash,
      JSON.stringify(dataHashes),
      endsAt,
    );
    return int(row?.id);
  }

  get(id: number): ReencodeTask | null {
    const row = this.#db.get('SELECT * FROM reencode_tasks WHERE id = ?', id);
    return row ? toTask(row) : null;
  }

  end(id: number, status: 'DONE' | 'ERROR'): void {
    this.#db.run('UPDATE reencode_tasks SET status = ? WHERE id = ?', status, id);
  }

  /** All of them, or those named by their numbers; returns how many there were. */
  forget(ids: readonly string[] | null): number {
    return this.#db.run(
      'DELETE FROM reencode_tasks WHERE ?1 IS NULL OR CAST(id AS TEXT) IN (SELECT value FROM json_each(?1))',
      ids === null ? null : JSON.stringify(ids),
    );
  }
}
