/** Upload jobs and their units, kept on disk so that pending ones go on after a restart. Called by jobs/, v1/ and v2/. */

import { randomUUID } from 'node:crypto';
import { type Database, int, type Row, text, textOrNull } from './database.ts';

export type JobStatus = 'PENDING' | 'DONE' | 'ERROR' | 'CANCELLED';

export interface Job {
  readonly uuid: string;
  /** Set for jobs that put their results into a dataset (generation C). */
  readonly datasetHash: string | null;
  readonly folder: string;
  readonly userHash: string;
  readonly ignoreErrors: boolean;
  readonly status: JobStatus;
  readonly fileName: string | null;
  readonly createdAt: number;
}

/** What a finished unit became; several where a sequence was split by resolution. */
export interface UnitResult {
  readonly itemUuid: string;
  readonly dataHash: string | null;
  readonly name: string;
}

export interface UnitError {
  readonly objectUrls: readonly string[];
  readonly error: string;
  readonly actionDescription: string;
}

export interface JobUnit {
  readonly position: number;
  /** JSON of the unit as `units/spec.ts` describes it. */
  readonly spec: string;
  readonly title: string | null;
  readonly status: 'pending' | 'done' | 'error' | 'cancelled';
  readonly results: readonly UnitResult[];
  readonly error: UnitError | null;
  readonly subtaskUuid: string;
}

export interface JobCounts {
  readonly pending: number;
  readonly done: number;
  readonly error: number;
  readonly cancelled: number;
}

function toJob(row: Row): Job {
  const status = text(row.status);
  return {
    uuid: text(row.uuid),
    datasetHash: textOrNull(row.dataset_hash),
    folder: text(row.folder),
    userHash: text(row.user_hash),
    ignoreErrors: int(row.ignore_errors) === 1,
    status: status === 'DONE' || status === 'ERROR' || status === 'CANCELLED' ? status : 'PENDING',
    fileName: textOrNull(row.file_name),
    createdAt: int(row.created_at),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function toResults(json: string): UnitResult[] {
  const parsed: unknown = JSON.parse(json);
  if (!Array.isArray(parsed)) return [];
  return parsed.filter(isRecord).map((entry) => ({
    itemUuid: String(entry.itemUuid),
    dataHash: typeof entry.dataHash === 'string' ? entry.dataHash : null,
    name: String(entry.name),
  }));
}

function toError(json: string | null): UnitError | null {
  if (json === null) return null;
  const parsed: unknown = JSON.parse(json);
  if (!isRecord(parsed) || !Array.isArray(parsed.objectUrls)) return null;
  return {
    objectUrls: parsed.objectUrls.map(String),
    error: String(parsed.error),
    actionDescription: String(parsed.actionDescription),
  };
}

function toUnit(row: Row): JobUnit {
  const status = text(row.status);
  return {
    position: int(row.position),
    spec: text(row.spec),
    title: textOrNull(row.title),
    status: status === 'done' || status === 'error' || status === 'cancelled' ? status : 'pending',
    results: toResults(text(row.results)),
    error: toError(textOrNull(row.error)),
    subtaskUuid: text(row.subtask_uuid),
  };
}

export class Jobs {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(
    input: Omit<Job, 'uuid' | 'status' | 'createdAt'> & { now: number },
    units: readonly { spec: string; title: string | null }[],
  ): Job {
    const uuid = randomUUID();
    this.#db.transaction(() => {
      this.#db.run(
        'INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        uuid,
        input.datasetHash,
        input.folder,
        input.userHash,
        input.ignoreErrors ? 1 : 0,
        'PENDING',
        input.fileName,
        input.now,
      );
      units.forEach((unit, position) => {
        this.#db.run(
          "INSERT INTO job_units VALUES (?, ?, ?, ?, 'pending', '[]', NULL, ?)",
          uuid,
          position,
          unit.spec,
          unit.title,
          randomUUID(),
        );
      });
    });
    return { ...input, uuid, status: 'PENDING', createdAt: input.now };
  }

  get(uuid: string): Job | null {
    const row = this.#db.get('SELECT * FROM jobs WHERE uuid = ?', uuid);
    return row ? toJob(row) : null;
  }

  pending(): Job[] {
    return this.#db.all("SELECT * FROM jobs WHERE status = 'PENDING' ORDER BY created_at, rowid").map(toJob);
  }

  units(job: string): JobUnit[] {
    return this.#db.all('SELECT * FROM job_units WHERE job = ? ORDER BY position', job).map(toUnit);
  }

  counts(job: string): JobCounts {
    const counts = { pending: 0, done: 0, error: 0, cancelled: 0 };
    for (const row of this.#db.all(
      'SELECT status, count(*) AS n FROM job_units WHERE job = ? GROUP BY status',
      job,
    )) {
      const status = text(row.status);
      if (status === 'pending' || status === 'done' || status === 'error' || status === 'cancelled') {
        counts[status] = int(row.n);
      }
    }
    return counts;
  }

  finishUnit(job: string, position: number, results: readonly UnitResult[]): void {
    this.#db.run(
      "UPDATE job_units SET status = 'done', results = ? WHERE job = ? AND position = ?",
      JSON.stringify(results),
      job,
      position,
    );
  }

  failUnit(job: string, position: number, error: UnitError): void {
    this.#db.run(
      "UPDATE job_units SET status = 'error', error = ? WHERE job = ? AND position = ?",
      JSON.stringify(error),
      job,
      position,
    );
  }

  setStatus(job: string, status: JobStatus): void {
    this.#db.run('UPDATE jobs SET status = ? WHERE uuid = ?', status, job);
  }

  /** Cancels what is pending; returns the number of units cancelled (encord-api.md C.7 step 5). */
  cancel(job: string): number {
    return this.#db.transaction(() => {
      const changed = this.#db.run(
        "UPDATE job_units SET status = 'cancelled' WHERE job = ? AND status = 'pending'",
        job,
      );
      this.#db.run("UPDATE jobs SET status = 'CANCELLED' WHERE uuid = ? AND status = 'PENDING'", job);
      return changed;
    });
  }

  /** Removes jobs with their units, all of them or those named; returns the uuids of those that were there. */
  forget(uuids: readonly string[] | null): string[] {
    return this.#db.transaction(() => {
      const named = uuids === null ? null : JSON.stringify(uuids);
      const known = this.#db.all(
        'SELECT uuid FROM jobs WHERE ?1 IS NULL OR uuid IN (SELECT value FROM json_each(?1))',
        named,
      );
      this.#db.run(
        'DELETE FROM job_units WHERE ?1 IS NULL OR job IN (SELECT value FROM json_each(?1))',
        named,
      );
      this.#db.run('DELETE FROM jobs WHERE ?1 IS NULL OR uuid IN (SELECT value FROM json_each(?1))', named);
      return known.map((row) => text(row.uuid));
    });
  }

  countOfFolder(folders: readonly string[]): number {
    return int(
      this.#db.get(
        'SELECT count(*) AS n FROM jobs WHERE folder IN (SELECT value FROM json_each(?))',
        JSON.stringify(folders),
      )?.n,
    );
  }
}
