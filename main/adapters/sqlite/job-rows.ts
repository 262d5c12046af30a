/** Between rows and the words of `core/manage/jobs.ts`: tasks, states and results of jobs. Called by `jobs.ts`. */

import { z } from 'zod';
import type { Job, JobCounts, JobResult, JobState, JobTask, ServerJob } from '../../core/manage/jobs.ts';
import type { Param, Row } from './database.ts';
import * as rows from './rows.ts';

const id = z.string();
const ids = z.array(id);
const urls = z.array(z.string());

const taskSchema: z.ZodType<JobTask> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reencode-rows'), datasetId: id, dataHashes: ids }),
  z.object({ kind: z.literal('reencode-items'), itemIds: ids, title: z.string(), force: z.boolean() }),
  z.object({
    kind: z.literal('cloud-register'),
    datasetId: id.nullable(),
    folderId: id.nullable(),
    integrationId: id,
    file: z.string(),
    fileName: z.string().nullable(),
    ignoreErrors: z.boolean(),
  }),
  z.object({
    kind: z.literal('deidentify'),
    integrationId: id,
    dicomUrls: urls,
    redactTags: z.boolean(),
    redactPixels: z.enum(['redactAllText', 'redactNoText', 'redactSensitiveText']),
    saveConditions: z.array(
      z.object({
        kind: z.enum(['in', 'notSubstr']),
        tag: z.string(),
        value: z.union([z.string(), z.array(z.string())]),
      }),
    ),
    uploadDir: z.string().nullable(),
  }),
  z.object({ kind: z.literal('delete-rows'), datasetId: id, dataHashes: ids }),
  z.object({
    kind: z.literal('set-metadata'),
    datasetId: id,
    changes: z.array(
      z.object({
        row: z.object({ dataHash: id, itemUuid: id.nullable() }),
        title: z.string(),
        json: z.string(),
      }),
    ),
    mode: z.enum(['replace', 'merge']),
  }),
  z.object({
    kind: z.literal('attach-items'),
    datasetId: id,
    itemIds: ids,
    folderIds: ids,
    duplicates: z.enum(['SKIP', 'FAIL', 'DUPLICATE']),
  }),
  z.object({
    kind: z.literal('download-rows'),
    datasetId: id,
    rows: z.array(z.object({ dataHash: id, title: z.string() })),
    into: z.string(),
  }),
]);

const serverSchema: z.ZodType<ServerJob> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reencode-rows'), datasetId: id, id }),
  z.object({ kind: z.literal('reencode-items'), id }),
  z.object({
    kind: z.literal('cloud'),
    job: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('dataset'), datasetId: id, id }),
      z.object({ kind: z.literal('folder'), folderId: id, id }),
    ]),
  }),
  z.object({ kind: z.literal('deidentify'), id }),
]);

const STATES = [
  'starting',
  'following',
  'working',
  'done',
  'failed',
  'cancelled',
  'uncertain',
] as const satisfies readonly JobState['at'][];

export const JOB_COLUMNS = `job.id, job.account_id, job.dataset_title, job.task, job.units, job.added_at, job.state,
  job.server, job.step, job.cancelling, job.attempts, job.not_before, job.failure, job.pending, job.done, job.failed,
  job.cancelled, job.ended_at`;

export function job(row: Row): Job {
  return {
    id: rows.number(row, 'id'),
    accountId: rows.text(row, 'account_id'),
    datasetTitle: rows.textOrNull(row, 'dataset_title'),
    task: rows.json(row, 'task', taskSchema),
    units: rows.number(row, 'units'),
    state: state(row),
    addedAt: rows.number(row, 'added_at'),
  };
}

/** All of the task, from the columns `whole` and `file`. */
export function wholeTask(row: Row): JobTask {
  const task = rows.json(row, 'whole', taskSchema);
  return task.kind === 'cloud-register' ? { ...task, file: rows.text(row, 'file') } : task;
}

/** task, file: as `wholeTask` reads them. */
export function taskColumns(task: JobTask): readonly [string, string | null] {
  return task.kind === 'cloud-register'
    ? [JSON.stringify({ ...task, file: '' }), task.file]
    : [JSON.stringify(task), null];
}

function state(row: Row): JobState {
  const at = rows.oneOf(row, 'state', STATES);
  switch (at) {
    case 'starting':
      return { at, waiting: row.attempts === null ? null : retrying(row) };
    case 'following':
      return {
        at,
        server: rows.json(row, 'server', serverSchema),
        counts: counts(row),
        ...retrying(row),
        cancelling: rows.flag(row, 'cancelling'),
      };
    case 'working':
      return { at, step: rows.number(row, 'step'), counts: counts(row), ...retrying(row) };
    case 'done':
    case 'cancelled':
      return { at, counts: counts(row), endedAt: rows.number(row, 'ended_at') };
    case 'failed':
      return { at, counts: counts(row), failure: rows.failure(row), endedAt: rows.number(row, 'ended_at') };
    case 'uncertain':
      return { at, failure: rows.failure(row), endedAt: rows.number(row, 'ended_at') };
  }
}

function counts(row: Row): JobCounts {
  return {
    pending: rows.number(row, 'pending'),
    done: rows.number(row, 'done'),
    failed: rows.number(row, 'failed'),
    cancelled: rows.number(row, 'cancelled'),
  };
}

function retrying(row: Row) {
  return {
    attempts: rows.number(row, 'attempts'),
    notBefore: rows.number(row, 'not_before'),
    failure: rows.failureOrNull(row),
  };
}

export const STATE_COLUMNS = `state, server, step, cancelling, attempts, not_before, failure, pending, done, failed,
  cancelled, ended_at`;

/** In the order of `STATE_COLUMNS`. */
export function stateColumns(value: JobState): readonly Param[] {
  const waits =
    value.at === 'starting'
      ? value.waiting
      : value.at === 'following' || value.at === 'working'
        ? value
        : null;
  const failure =
    waits?.failure ?? (value.at === 'failed' || value.at === 'uncertain' ? value.failure : null);
  const counted = 'counts' in value ? value.counts : null;
  return [
    value.at,
    value.at === 'following' ? JSON.stringify(value.server) : null,
    value.at === 'working' ? value.step : null,
    value.at === 'following' ? (value.cancelling ? 1 : 0) : null,
    waits?.attempts ?? null,
    waits?.notBefore ?? null,
    rows.failureText(failure),
    counted?.pending ?? null,
    counted?.done ?? null,
    counted?.failed ?? null,
    counted?.cancelled ?? null,
    'endedAt' in value ? value.endedAt : null,
  ];
}

export function result(row: Row): JobResult {
  return {
    index: rows.number(row, 'place'),
    ok: rows.flag(row, 'ok'),
    title: rows.text(row, 'title'),
    urls: rows.json(row, 'urls', urls),
    message: rows.text(row, 'message'),
    action: rows.text(row, 'action'),
    subtask: rows.textOrNull(row, 'subtask'),
    dataHash: rows.textOrNull(row, 'data_hash'),
    itemUuid: rows.textOrNull(row, 'item_uuid'),
  };
}
