/** Tasks that de-identify DICOM files of a bucket, kept on disk like upload jobs. Called by v2/ and control/. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Database, int, text, textOrNull } from './database.ts';

export interface DeidentifyTask {
  readonly uuid: string;
  readonly userHash: string;
  readonly integration: string;
  readonly urls: readonly string[];
  readonly uploadDir: string | null;
  /** Milliseconds since the epoch, by the emulator's clock. */
  readonly endsAt: number;
  readonly status: 'PENDING' | 'DONE' | 'ERROR';
  /** Where the de-identified files are; empty until it is done. */
  readonly results: readonly string[];
}

const strings = z.array(z.string());

export class DeidentifyTasks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(input: Omit<DeidentifyTask, 'uuid' | 'status' | 'results'>): string {
    const uuid = randomUUID();
    this.#db.run(
      "INSERT INTO deidentify_tasks VALUES (?, ?, ?, ?, ?, ?, 'PENDING', '[]')",
      uuid,
      input.userHash,
      input.integration,
      JSON.stringify(input.urls),
      input.uploadDir,
      input.endsAt,
    );
    return uuid;
  }

  get(uuid: string): DeidentifyTask | null {
    const row = this.#db.get('SELECT * FROM deidentify_tasks WHERE uuid = ?', uuid);
    if (!row) return null;
    const status = text(row.status);
    return {
      uuid,
      userHash: text(row.user_hash),
      integration: text(row.integration),
      urls: strings.parse(JSON.parse(text(row.urls))),
      uploadDir: textOrNull(row.upload_dir),
      endsAt: int(row.ends_at),
      status: status === 'DONE' || status === 'ERROR' ? status : 'PENDING',
      results: strings.parse(JSON.parse(text(row.results))),
    };
  }

  /** @param results null where it failed */
  end(uuid: string, results: readonly string[] | null): void {
    this.#db.run(
      'UPDATE deidentify_tasks SET status = ?, results = ? WHERE uuid = ?',
      results === null ? 'ERROR' : 'DONE',
      JSON.stringify(results ?? []),
      uuid,
    );
  }

  /** All of them, or those named; returns how many there were. */
  forget(uuids: readonly string[] | null): number {
    return this.#db.run(
      'DELETE FROM deidentify_tasks WHERE ?1 IS NULL OR uuid IN (SELECT value FROM json_each(?1))',
      uuids === null ? null : JSON.stringify(uuids),
    );
  }
}
