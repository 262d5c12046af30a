/** Long work on datasets as the database keeps it: jobs, their tasks and their results. Called by `index.ts`. */

import {
  brief,
  datasetOf,
  type Job,
  type JobId,
  type JobState,
  type JobStore,
  type JobTask,
  type NewJobResult,
} from '../../core/manage/jobs.ts';
import type { Database, Param } from './database.ts';
import { JOB_COLUMNS, job, result, STATE_COLUMNS, stateColumns, taskColumns, wholeTask } from './job-rows.ts';
import * as rows from './rows.ts';

/** As the partial index has it, so that it is used. */
const OPEN = `NOT (state IN ('done', 'failed', 'cancelled', 'uncertain'))`;
const WHICH = {
  all: '1',
  open: OPEN,
  ended: `state IN ('done', 'failed', 'cancelled', 'uncertain')`,
} as const;

export function jobStore(db: Database): JobStore {
  const find = (id: JobId): Job | null => {
    const row = db.get(`SELECT ${JOB_COLUMNS} FROM job WHERE id = ?`, id);
    return row === undefined ? null : job(row);
  };
  const count = (sql: string, ...params: Param[]): number => {
    const row = db.get(sql, ...params);
    return row === undefined ? 0 : rows.number(row, 'total');
  };
  const writeState = (id: JobId, state: JobState): void => {
    db.run(
      `UPDATE job SET (${STATE_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
      ...stateColumns(state),
      id,
    );
  };

  return {
    addJob(added) {
      return db.transaction(() => {
        const { task } = added;
        const row = db.get(
          `INSERT INTO job (account_id, dataset_id, dataset_title, kind, task, units, added_at, ${STATE_COLUMNS})
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
          added.accountId,
          datasetOf(task),
          added.datasetTitle,
          task.kind,
          JSON.stringify(brief(task)),
          added.units,
          added.addedAt,
          ...stateColumns(added.state),
        );
        const id = row === undefined ? 0 : rows.number(row, 'id');
        db.run('INSERT INTO job_task (job_id, task, file) VALUES (?, ?, ?)', id, ...taskColumns(task));
        return id;
      });
    },

    job(id) {
      const row = db.get(
        `SELECT ${JOB_COLUMNS}, job_task.task AS whole, job_task.file
         FROM job JOIN job_task ON job_task.job_id = job.id WHERE job.id = ?`,
        id,
      );
      return row === undefined ? null : { ...job(row), task: wholeTask(row) };
    },

    briefJob: find,

    jobs({ which, datasetId, offset, limit }) {
      const where = `${WHICH[which]} AND (?1 IS NULL OR dataset_id = ?1)`;
      return {
        total: count(`SELECT count(*) AS total FROM job WHERE ${where}`, datasetId),
        jobs: db
          .all(
            `SELECT ${JOB_COLUMNS} FROM job WHERE ${where} ORDER BY id DESC LIMIT ?2 OFFSET ?3`,
            datasetId,
            limit,
            offset,
          )
          .map(job),
      };
    },

    openJobs: () => db.all(`SELECT ${JOB_COLUMNS} FROM job WHERE ${OPEN} ORDER BY id`).map(job),

    setJobState(id, state, results = []) {
      db.transaction(() => {
        writeState(id, state);
        addResults(db, id, results);
      });
    },

    setJobTask(id: JobId, task: JobTask, units: number, state: JobState) {
      db.transaction(() => {
        db.run('UPDATE job SET task = ?, units = ? WHERE id = ?', JSON.stringify(brief(task)), units, id);
        db.run('UPDATE job_task SET (task, file) = (?, ?) WHERE job_id = ?', ...taskColumns(task), id);
        writeState(id, state);
      });
    },

    jobResults(id, { only, offset, limit }) {
      // What there is of each is counted with the job: counting a hundred thousand rows for each page would be slow.
      const total = only === 'failed' ? 'errors' : 'results';
      const where = only === 'failed' ? 'AND ok = 0' : '';
      return {
        total: count(`SELECT ${total} AS total FROM job WHERE id = ?`, id),
        results: db
          .all(
            `SELECT * FROM job_result WHERE job_id = ? ${where} ORDER BY place LIMIT ? OFFSET ?`,
            id,
            limit,
            offset,
          )
          .map(result),
      };
    },

    removeJobs(id) {
      return db.run(`DELETE FROM job WHERE ${WHICH.ended} AND (?1 IS NULL OR id = ?1)`, id);
    },
  };
}

function addResults(db: Database, id: JobId, results: readonly NewJobResult[]): void {
  if (results.length === 0) return;
  const before = db.get('SELECT results FROM job WHERE id = ?', id);
  let place = before === undefined ? 0 : rows.number(before, 'results');
  for (const each of results) {
    db.run(
      `INSERT INTO job_result (job_id, place, ok, title, urls, message, action, subtask, data_hash, item_uuid)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      place,
      each.ok ? 1 : 0,
      each.title,
      JSON.stringify(each.urls),
      each.message,
      each.action,
      each.subtask,
      each.dataHash,
      each.itemUuid,
    );
    place += 1;
  }
  const errors = results.filter(({ ok }) => !ok).length;
  db.run('UPDATE job SET results = ?, errors = errors + ? WHERE id = ?', place, errors, id);
}
