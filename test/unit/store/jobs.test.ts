/** Long work in the store: what is kept of jobs, how lists stay light, and what the fourth version of the database refuses. */

import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Database } from '../../../main/adapters/sqlite/database.ts';
import { DATABASE_FILE, openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import { MIGRATIONS, migrate } from '../../../main/adapters/sqlite/migrations.ts';
import type { JobId, JobState, JobTask, NewJobResult } from '../../../main/core/manage/jobs.ts';
import { FakeClock, failure, openTestStore, temporaryFolder } from './support.ts';

const COUNTS = { pending: 1, done: 2, failed: 3, cancelled: 4 };
const WAITS = { attempts: 2, notBefore: 50.5, failure: failure() };

const TASKS: readonly JobTask[] = [
  { kind: 'reencode-rows', datasetId: 'd', dataHashes: ['a', 'b'] },
  { kind: 'reencode-items', itemIds: ['i'], title: 't', force: true },
  {
    kind: 'cloud-register',
    datasetId: null,
    folderId: 'f',
    integrationId: 'n',
    file: '{"videos":[]}',
    fileName: 'list.csv',
    ignoreErrors: true,
  },
  {
    kind: 'deidentify',
    integrationId: 'n',
    dicomUrls: ['s3://b/1.dcm'],
    redactTags: true,
    redactPixels: 'redactNoText',
    saveConditions: [{ kind: 'in', tag: 'Modality', value: ['CT'] }],
    uploadDir: null,
  },
  { kind: 'delete-rows', datasetId: 'd', dataHashes: ['a'] },
  {
    kind: 'set-metadata',
    datasetId: 'd',
    changes: [{ row: { dataHash: 'a', itemUuid: null }, title: 'A', json: '{"k":1}' }],
    mode: 'merge',
  },
  { kind: 'attach-items', datasetId: 'd', itemIds: ['i'], folderIds: ['f'], duplicates: 'SKIP' },
  { kind: 'download-rows', datasetId: 'd', rows: [{ dataHash: 'a', title: 'A' }], into: '/out' },
];

const REENCODE: JobTask = { kind: 'reencode-rows', datasetId: 'd', dataHashes: ['a'] };
const DELETE: JobTask = { kind: 'delete-rows', datasetId: 'd', dataHashes: ['a'] };
const STARTING: JobState = { at: 'starting', waiting: null };
const WORKING: JobState = { at: 'working', step: 0, counts: COUNTS, ...WAITS };
const DONE: JobState = { at: 'done', counts: COUNTS, endedAt: 9 };

function add(store: Store, task: JobTask = DELETE, state: JobState = WORKING): JobId {
  return store.addJob({ accountId: 'lab', datasetTitle: 'Cells', task, units: 1, state, addedAt: 5 });
}

function result(title: string, ok = true): NewJobResult {
  return {
    ok,
    title,
    urls: ['s3://b/k'],
    message: 'm',
    action: 'a',
    subtask: null,
    dataHash: 'h',
    itemUuid: null,
  };
}

test.each(TASKS.map((task) => [task.kind, task] as const))(
  'a task of the kind %s comes back as it was',
  (_kind, task) => {
    const { store } = openTestStore();
    const state = TASKS.indexOf(task) < 4 ? STARTING : WORKING;
    const id = add(store, task, state);
    expect(store.job(id)).toEqual({
      id,
      accountId: 'lab',
      datasetTitle: 'Cells',
      task,
      units: 1,
      state,
      addedAt: 5,
    });
  },
);

test('every state comes back as it was', () => {
  const { store } = openTestStore();
  const server = { kind: 'cloud', job: { kind: 'folder', folderId: 'f', id: 'j' } } as const;
  const states: readonly JobState[] = [
    { at: 'starting', waiting: { attempts: 0, notBefore: 0, failure: null } },
    { at: 'starting', waiting: WAITS },
    STARTING,
    { at: 'following', server, counts: COUNTS, ...WAITS, cancelling: true },
    { at: 'following', server, counts: COUNTS, attempts: 0, notBefore: 0, failure: null, cancelling: false },
    DONE,
    { at: 'failed', counts: COUNTS, failure: failure(), endedAt: 9 },
    { at: 'cancelled', counts: COUNTS, endedAt: 9 },
    { at: 'uncertain', failure: failure(), endedAt: 9 },
  ];
  const id = add(store, REENCODE, STARTING);
  for (const state of states) {
    store.setJobState(id, state);
    expect(store.briefJob(id)?.state).toEqual(state);
  }
});

test('lists go from the newest to the oldest, by what has ended and by dataset', () => {
  const { store } = openTestStore();
  const open = add(store);
  const other = add(store, { ...DELETE, datasetId: 'other' });
  const ended = add(store);
  store.setJobState(ended, DONE);
  const ids = (which: 'all' | 'open' | 'ended', datasetId: string | null) =>
    store.jobs({ which, datasetId, offset: 0, limit: 10 }).jobs.map(({ id }) => id);
  expect(ids('all', null)).toEqual([ended, other, open]);
  expect(ids('open', null)).toEqual([other, open]);
  expect(ids('ended', null)).toEqual([ended]);
  expect(ids('all', 'other')).toEqual([other]);
  expect(store.openJobs().map(({ id }) => id)).toEqual([open, other]);
  expect(store.jobs({ which: 'all', datasetId: null, offset: 1, limit: 1 })).toMatchObject({
    total: 3,
    jobs: [{ id: other }],
  });
});

test('a list reads nothing of what is long: neither a hundred thousand hashes nor a large file', () => {
  const { store, raw } = openTestStore();
  const dataHashes = Array.from({ length: 100_000 }, (_, at) => `hash-${at}`);
  const many = add(store, { ...DELETE, dataHashes });
  const file = `{"videos":["${'x'.repeat(5_000_000)}"]}`;
  const cloud = { ...TASKS[2], file } as Extract<JobTask, { kind: 'cloud-register' }>;
  const large = add(store, cloud, STARTING);
  const { jobs } = store.jobs({ which: 'all', datasetId: null, offset: 0, limit: 10 });
  expect(jobs.map(({ task }) => task)).toEqual([
    { ...cloud, file: '' },
    { ...DELETE, dataHashes: [] },
  ]);
  expect(store.job(many)?.task).toEqual({ ...DELETE, dataHashes });
  expect(store.job(large)?.task).toEqual(cloud);
  expect(raw().prepare('SELECT max(length(task)) AS longest FROM job').get()).toMatchObject({
    longest: expect.toSatisfy((length: number) => length < 500),
  });
});

test('results are numbered on, counted, and read by what failed', () => {
  const { store } = openTestStore();
  const id = add(store);
  store.setJobState(id, WORKING, [result('one'), result('two', false)]);
  store.setJobState(id, WORKING, [result('three', false), result('four')]);
  const all = store.jobResults(id, { only: 'all', offset: 0, limit: 10 });
  expect(all.results.map(({ index, title }) => [index, title])).toEqual([
    [0, 'one'],
    [1, 'two'],
    [2, 'three'],
    [3, 'four'],
  ]);
  expect(all.results[0]).toEqual({ index: 0, ...result('one') });
  const failed = store.jobResults(id, { only: 'failed', offset: 1, limit: 1 });
  expect(failed).toMatchObject({ total: 2, results: [{ title: 'three' }] });
  expect(all.total).toBe(4);
});

test('what a task left open can be written into it', () => {
  const { store } = openTestStore();
  const attach = TASKS[6] as Extract<JobTask, { kind: 'attach-items' }>;
  const id = add(store, attach);
  const known = { ...attach, folderIds: [], itemIds: ['i', 'j'] };
  store.setJobTask(id, known, 2, { ...WORKING, step: 0 });
  expect(store.job(id)).toMatchObject({ task: known, units: 2 });
  expect(store.briefJob(id)?.task).toEqual({ ...known, itemIds: [] });
});

test('only ended jobs are removed, with all that is theirs, and an id is never used twice', () => {
  const { store, raw } = openTestStore();
  const open = add(store);
  const ended = add(store);
  store.setJobState(ended, DONE, [result('one')]);
  expect(store.removeJobs(open)).toBe(0);
  expect(store.removeJobs(null)).toBe(1);
  expect(store.job(ended)).toBeNull();
  expect(raw().prepare('SELECT count(*) AS left FROM job_result').get()).toEqual({ left: 0 });
  expect(raw().prepare('SELECT count(*) AS left FROM job_task').get()).toEqual({ left: 1 });
  expect(add(store)).toBeGreaterThan(ended);
});

test('a database of the third version takes jobs', () => {
  const folder = temporaryFolder();
  const db = new Database(join(folder, DATABASE_FILE));
  migrate(db, MIGRATIONS.slice(0, 3));
  db.close();
  const store = openStore(folder, { clock: new FakeClock() });
  onTestFinished(() => store.close());
  expect(store.job(add(store))).toMatchObject({ task: DELETE });
});

describe('what must not be', () => {
  let db: DatabaseSync;

  beforeEach(() => {
    const { store, raw } = openTestStore();
    const id = add(store);
    store.setJobState(id, WORKING, [result('one', false)]);
    add(store, REENCODE, STARTING);
    store.setJobState(add(store), DONE);
    store.close();
    db = raw();
    db.exec('PRAGMA foreign_keys = ON');
  });

  test.each([
    ['a job in an unknown state', `UPDATE job SET state = 'lost' WHERE id = 1`],
    ['a job of an unknown kind', `UPDATE job SET kind = 'guess'`],
    ['a kind that is not that of its task', `UPDATE job SET kind = 'set-metadata' WHERE id = 1`],
    ['what the program does, followed', `UPDATE job SET state = 'starting', step = NULL WHERE id = 1`],
    ['what Encord does, worked on', `UPDATE job SET state = 'working', step = 1 WHERE id = 2`],
    ['work without its step', `UPDATE job SET step = NULL WHERE id = 1`],
    ['work without counts', `UPDATE job SET pending = NULL WHERE id = 1`],
    ['less than nothing done', `UPDATE job SET done = -1 WHERE id = 1`],
    ['an end without a time', `UPDATE job SET ended_at = NULL WHERE id = 3`],
    ['a failure without a reason', `UPDATE job SET state = 'failed' WHERE id = 3`],
    ['success with a reason', `UPDATE job SET failure = '{}' WHERE id = 3`],
    ['a server for what has ended', `UPDATE job SET server = '{}' WHERE id = 3`],
    ['more errors than results', `UPDATE job SET errors = 2 WHERE id = 1`],
    ['a task that is not JSON', `UPDATE job_task SET task = 'x'`],
    ['a result of no job', `UPDATE job_result SET job_id = 9`],
  ])('%s', (_name, sql) => {
    expect(() => db.exec(sql)).toThrow(/constraint failed/);
  });
});
