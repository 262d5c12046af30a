/** Registering data that lies in somebody's own cloud: Encord reads the file of it and does one unit after another. */

import { UploaderError } from '../../../core/errors.ts';
import { countEntries } from '../../../core/manage/cloud/entries.ts';
import { isObject } from '../../../core/manage/cloud/values.ts';
import type { JobCounts, JobTask, NewJobResult } from '../../../core/manage/jobs.ts';
import type { CloudFile, CloudJobState } from '../../../core/manage/ports.ts';
import { asServerJob, type FollowedWork, otherServer, type Prepared, result } from './work.ts';

type Task = Extract<JobTask, { kind: 'cloud-register' }>;

const HOLD_SECONDS = 30;

export function cloudRegister(task: Task, units: number): FollowedWork {
  return {
    sort: 'followed',
    polling: 'held',
    prepare: async () => prepared(task, units),

    async poll(server, { session, signal }) {
      if (server.kind !== 'cloud') return otherServer(server);
      const answer = await session.manage.cloud.state(server.job, HOLD_SECONDS, signal);
      if (!answer.ok) return { kind: 'later', failure: answer.failure };
      const state = answer.value;
      const counts = countsOf(state);
      switch (state.status) {
        case 'pending':
          return { kind: 'running', counts: sum(counts) === 0 ? null : counts };
        case 'done':
          return { kind: 'done', counts, results: resultsOf(state) };
        case 'cancelled':
          return { kind: 'cancelled', counts, results: resultsOf(state) };
        case 'error':
          return { kind: 'failed', error: errorOf(state), counts, results: resultsOf(state) };
      }
    },

    async cancel(server, { session, signal }) {
      if (server.kind !== 'cloud' || server.job.kind !== 'folder') return { ok: true, value: null };
      return session.manage.cloud.cancel(server.job, signal);
    },
  };
}

function prepared(task: Task, units: number): Prepared {
  const file = readCloudFile(task.file);
  const { datasetId, folderId, integrationId, fileName, ignoreErrors } = task;
  if (file === null || (datasetId === null && folderId === null)) {
    const message =
      file === null
        ? 'The file is not what Encord takes: it has to be a JSON object. Check it again, then register it anew.'
        : 'It was not said where the data is to go. Choose a dataset or a storage folder.';
    return { kind: 'nothing', error: new UploaderError('invalid-input', message), results: [] };
  }
  return {
    kind: 'ready',
    counts: { pending: units, done: 0, failed: 0, cancelled: 0 },
    results: [],
    start: async ({ session, signal }) => {
      const common = { integrationId, file, fileName, ignoreErrors };
      const { cloud } = session.manage;
      const answer =
        datasetId === null
          ? await cloud.registerInFolder({ ...common, folderId: folderId ?? '' }, signal)
          : await cloud.register({ ...common, datasetId, folderId }, signal);
      return asServerJob(answer, (job) => ({ kind: 'cloud', job }));
    },
  };
}

/** Null where the text is not a JSON object. */
export function readCloudFile(text: string): CloudFile | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** How many units a file of cloud data names: the entries of all its lists. */
export function entriesIn(text: string): number {
  const file = readCloudFile(text);
  return file === null ? 0 : countEntries(file).entries;
}

function countsOf({ pending, done, failed, cancelled }: CloudJobState): JobCounts {
  return { pending, done, failed, cancelled };
}

function sum(counts: JobCounts): number {
  return counts.pending + counts.done + counts.failed + counts.cancelled;
}

/** What failed comes first: it is what people look for. */
function resultsOf({ unitErrors, made }: CloudJobState): NewJobResult[] {
  return [
    ...unitErrors.map(({ urls, message, action, subtask }) =>
      result({ ok: false, title: urls[0] ?? 'A unit without a URL', urls, message, action, subtask }),
    ),
    ...made.map(({ title, dataHash, itemUuid }) =>
      result({ ok: true, title, message: 'Registered.', dataHash, itemUuid }),
    ),
  ];
}

function errorOf({ errors, unitErrors }: CloudJobState): UploaderError {
  const words = errors[0] ?? unitErrors[0]?.message ?? '';
  const because = words === '' ? '' : ` It says: ${words.slice(0, 500).replace(/[.\s]+$/, '')}.`;
  const message = `Encord could not register the file.${because} Put right what failed, then register it again; or choose to ignore errors of single files.`;
  const details = Object.fromEntries(
    errors.slice(0, 20).map((each, at) => [`error ${at + 1}`, each.slice(0, 500)]),
  );
  return new UploaderError('media-refused', message, { details });
}
