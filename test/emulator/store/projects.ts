/** Projects, roles on them, and the datasets that they use (encord-api.md C.5). Called by v1/, v2/ and control/. */

import { randomUUID } from 'node:crypto';
import { type Database, int, numberOrNull, type Row, text } from './database.ts';
import { ADMIN, type Dataset, type DatasetFilter, type Role, toDataset } from './datasets.ts';

export interface Project {
  readonly projectHash: string;
  readonly title: string;
  readonly description: string;
  readonly status: string;
  readonly owner: string;
  readonly createdAt: number;
  readonly lastEditedAt: number;
}

function toProject(row: Row): Project {
  return {
    projectHash: text(row.project_hash),
    title: text(row.title),
    description: text(row.description),
    status: text(row.status),
    owner: text(row.owner),
    createdAt: int(row.created_at),
    lastEditedAt: int(row.last_edited_at),
  };
}

function toRole(value: number | null): Role | null {
  return value === null ? null : value === 0 ? 0 : 1;
}

export class Projects {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Makes a project whose creator is its admin. */
  create(input: {
    title: string;
    description: string;
    status: string;
    owner: string;
    now: number;
    projectHash?: string | undefined;
  }): Project {
    const { title, description, status, owner, now, projectHash = randomUUID() } = input;
    this.#db.run(
      'INSERT INTO projects VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)',
      projectHash,
      title,
      description,
      status,
      owner,
      now,
      now,
    );
    this.setRole(projectHash, owner, ADMIN);
    return { projectHash, title, description, status, owner, createdAt: now, lastEditedAt: now };
  }

  get(projectHash: string): Project | null {
    const row = this.#db.get('SELECT * FROM projects WHERE project_hash = ?', projectHash);
    return row ? toProject(row) : null;
  }

  all(): Project[] {
    return this.#db.all('SELECT * FROM projects ORDER BY seq').map(toProject);
  }

  setRole(projectHash: string, userHash: string, role: Role): void {
    this.#db.run(
      'INSERT INTO project_users VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role',
      projectHash,
      userHash,
      role,
    );
  }

  role(projectHash: string, userHash: string): Role | null {
    const row = this.#db.get(
      'SELECT role FROM project_users WHERE project_hash = ? AND user_hash = ?',
      projectHash,
      userHash,
    );
    return toRole(numberOrNull(row?.role));
  }

  /**
   * Projects that the user has a role on, newest first; with `everything` those of the whole organisation. One more
   * than `limit` at most.
   */
  list(
    userHash: string,
    filter: DatasetFilter,
    everything: boolean,
    offset: number,
    limit: number,
  ): { project: Project; role: Role | null }[] {
    return this.#db
      .all(
        `SELECT projects.*, project_users.role AS role FROM projects
           LEFT JOIN project_users ON project_users.project_hash = projects.project_hash AND project_users.user_hash = ?1
         WHERE (?2 OR role IS NOT NULL)
           AND (?3 IS NULL OR title = ?3) AND (?4 IS NULL OR title LIKE ?4)
           AND (?5 IS NULL OR description = ?5) AND (?6 IS NULL OR description LIKE ?6)
           AND (?7 IS NULL OR created_at < ?7) AND (?8 IS NULL OR created_at > ?8)
           AND (?9 IS NULL OR last_edited_at < ?9) AND (?10 IS NULL OR last_edited_at > ?10)
         ORDER BY created_at DESC, seq DESC LIMIT ?11 OFFSET ?12`,
        userHash,
        everything ? 1 : 0,
        filter.titleEq ?? null,
        filter.titleLike ?? null,
        filter.descriptionEq ?? null,
        filter.descriptionLike ?? null,
        filter.createdBefore ?? null,
        filter.createdAfter ?? null,
        filter.editedBefore ?? null,
        filter.editedAfter ?? null,
        limit + 1,
        offset,
      )
      .map((row) => ({ project: toProject(row), role: toRole(numberOrNull(row.role)) }));
  }

  /** A dataset that is attached already stays so. */
  attach(projectHash: string, datasetHash: string, now: number): void {
    this.#db.run(
      'INSERT INTO project_datasets VALUES (?, ?) ON CONFLICT DO NOTHING',
      projectHash,
      datasetHash,
    );
    this.#touch(projectHash, now);
  }

  detach(projectHash: string, datasetHash: string, now: number): void {
    this.#db.run(
      'DELETE FROM project_datasets WHERE project_hash = ? AND dataset_hash = ?',
      projectHash,
      datasetHash,
    );
    this.#touch(projectHash, now);
  }

  uses(projectHash: string, datasetHash: string): boolean {
    const row = this.#db.get(
      'SELECT 1 AS found FROM project_datasets WHERE project_hash = ? AND dataset_hash = ?',
      projectHash,
      datasetHash,
    );
    return row !== undefined;
  }

  /** Datasets that the project uses; one more than `limit` at most. */
  datasets(projectHash: string, offset: number, limit: number): Dataset[] {
    return this.#db
      .all(
        `SELECT datasets.* FROM project_datasets JOIN datasets USING (dataset_hash)
         WHERE project_hash = ? ORDER BY created_at, datasets.rowid LIMIT ? OFFSET ?`,
        projectHash,
        limit + 1,
        offset,
      )
      .map(toDataset);
  }

  #touch(projectHash: string, now: number): void {
    this.#db.run('UPDATE projects SET last_edited_at = ? WHERE project_hash = ?', now, projectHash);
  }
}
