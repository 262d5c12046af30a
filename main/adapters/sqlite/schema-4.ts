/**
 * The step from the third version to the fourth, as SQL: long work on datasets. Used by `migrations.ts` only; once
 * released, this text never changes.
 *
 * - Ids are never used twice: a page may still name a job that is gone.
 * - `job.task` lacks the long parts of the task, so that lists are read fast. `job_task` has all of it, and beside it
 *   the text of a file of cloud data, which may be a hundred megabytes.
 * - An account may be signed out while its jobs are still listed, so `account_id` is no foreign key.
 * - `job.results` and `job.errors` count the rows of `job_result`.
 */

const FOLLOWED = `kind IN ('reencode-rows', 'reencode-items', 'cloud-register', 'deidentify')`;
const ENDED = `state IN ('done', 'failed', 'cancelled', 'uncertain')`;
const COUNT = (name: string): string => `${name} INTEGER CHECK (${name} >= 0)`;

const JOB = `
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL CHECK (account_id <> ''),
  dataset_id TEXT,
  dataset_title TEXT,
  kind TEXT NOT NULL CHECK (${FOLLOWED} OR kind IN ('delete-rows', 'set-metadata', 'attach-items', 'download-rows')),
  task TEXT NOT NULL CHECK (json_valid(task)),
  units INTEGER NOT NULL CHECK (units >= 0),
  added_at REAL NOT NULL,
  state TEXT NOT NULL CHECK (
    state IN ('starting', 'following', 'working', 'done', 'failed', 'cancelled', 'uncertain')
  ),
  server TEXT CHECK (json_valid(server)),
  step INTEGER CHECK (step >= 0),
  cancelling INTEGER CHECK (cancelling IN (0, 1)),
  ${COUNT('attempts')},
  not_before REAL,
  failure TEXT CHECK (json_valid(failure)),
  ${COUNT('pending')},
  ${COUNT('done')},
  ${COUNT('failed')},
  ${COUNT('cancelled')},
  ended_at REAL,
  results INTEGER NOT NULL DEFAULT 0 CHECK (results >= 0),
  errors INTEGER NOT NULL DEFAULT 0 CHECK (errors BETWEEN 0 AND results),
  CHECK (json_extract(task, '$.kind') = kind),
  CHECK (state NOT IN ('starting', 'following') OR ${FOLLOWED}),
  CHECK (state <> 'working' OR NOT ${FOLLOWED}),
  CHECK ((server IS NOT NULL) = (state = 'following')),
  CHECK ((cancelling IS NOT NULL) = (state = 'following')),
  CHECK ((step IS NOT NULL) = (state = 'working')),
  CHECK ((attempts IS NULL) = (not_before IS NULL)),
  CHECK (attempts IS NOT NULL OR state NOT IN ('following', 'working')),
  CHECK (attempts IS NULL OR state IN ('starting', 'following', 'working')),
  CHECK ((pending IS NULL) = (state IN ('starting', 'uncertain'))),
  CHECK ((pending IS NULL) = (done IS NULL)),
  CHECK ((pending IS NULL) = (failed IS NULL)),
  CHECK ((pending IS NULL) = (cancelled IS NULL)),
  CHECK ((ended_at IS NOT NULL) = (${ENDED})),
  CHECK (failure IS NOT NULL OR state NOT IN ('failed', 'uncertain')),
  CHECK (failure IS NULL OR state NOT IN ('done', 'cancelled')),
  CHECK (failure IS NULL OR state <> 'starting' OR attempts IS NOT NULL)
) STRICT;
CREATE INDEX job_open ON job (id) WHERE NOT (${ENDED});
CREATE INDEX job_dataset ON job (dataset_id, id);

CREATE TABLE job_task (
  job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
  task TEXT NOT NULL CHECK (json_valid(task)),
  file TEXT
) STRICT;

CREATE TABLE job_result (
  job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  place INTEGER NOT NULL CHECK (place >= 0),
  ok INTEGER NOT NULL CHECK (ok IN (0, 1)),
  title TEXT NOT NULL,
  urls TEXT NOT NULL CHECK (json_valid(urls)),
  message TEXT NOT NULL,
  action TEXT NOT NULL,
  subtask TEXT,
  data_hash TEXT,
  item_uuid TEXT,
  PRIMARY KEY (job_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_result_failed ON job_result (job_id, place) WHERE ok = 0;
`;

export const SCHEMA_4 = JOB;
