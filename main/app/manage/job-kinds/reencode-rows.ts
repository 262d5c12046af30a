/**
 * Re-encoding the videos of data rows, which Encord does. It silently ignores rows of other datasets, so the program looks
 * before whether they are there, and afterwards whether each has a result.
 */

import type { DataRow } from '../../../core/encord-port.ts';
import { UploaderError } from '../../../core/errors.ts';
import type { JobTask, NewJobResult } from '../../../core/manage/jobs.ts';
import {
  asServerJob,
  chunk,
  chunks,
  type FollowedWork,
  otherServer,
  type Polled,
  ROWS_PER_CALL,
  result,
  type WorkTools,
} from './work.ts';

type Task = Extract<JobTask, { kind: 'reencode-rows' }>;

export function reencodeRows({ datasetId, dataHashes }: Task): FollowedWork {
  return {
    sort: 'followed',
    polling: 'plain',
    cancel: null,

    async prepare(tools) {
      const found = await rowsOf(datasetId, dataHashes, tools);
      if (!found.ok) return { kind: 'later', failure: found.failure };
      const results: NewJobResult[] = [];
      const videos: string[] = [];
      for (const dataHash of dataHashes) {
        const row = found.value.get(dataHash);
        if (row?.type === 'VIDEO') videos.push(dataHash);
        else results.push(leftOut(dataHash, row));
      }
      if (videos.length === 0) {
        const message =
          'None of these rows is a video of this dataset, so there is nothing to re-encode. Look at the dataset and choose videos.';
        return { kind: 'nothing', error: new UploaderError('invalid-input', message), results };
      }
      return {
        kind: 'ready',
        counts: { pending: videos.length, done: 0, failed: results.length, cancelled: 0 },
        results,
        start: async ({ session, signal }) =>
          asServerJob(await session.manage.rows.reencode(datasetId, videos, signal), (id) => ({
            kind: 'reencode-rows',
            datasetId,
            id,
          })),
      };
    },

    async poll(server, tools) {
      if (server.kind !== 'reencode-rows') return otherServer(server);
      const answer = await tools.session.manage.rows.reencodeState(server.datasetId, server.id, tools.signal);
      if (!answer.ok) return { kind: 'later', failure: answer.failure };
      switch (answer.value.kind) {
        case 'running':
          return { kind: 'running', counts: null };
        case 'failed': {
          const message =
            'Encord could not re-encode these videos; it does not say which of them is the reason. Check that they play, then retry fewer at a time.';
          return {
            kind: 'failed',
            error: new UploaderError('media-refused', message),
            counts: null,
            results: [],
          };
        }
        case 'done':
          return ended(answer.value.results, tools);
      }
    },
  };

  async function ended(
    reencoded: readonly { readonly dataHash: string; readonly bucketPath: string | null }[],
    tools: WorkTools,
  ): Promise<Polled> {
    const before = tools.failed();
    const started = dataHashes.filter((dataHash) => !before.has(dataHash));
    const rows = await rowsOf(datasetId, started, tools);
    if (!rows.ok) return { kind: 'later', failure: rows.failure };
    const covered = new Set(reencoded.map(({ dataHash }) => dataHash));
    const results = started.map((dataHash) => {
      const ok = covered.has(dataHash);
      const message = ok
        ? 'Re-encoded.'
        : 'Encord ended the job without a result for this video. Look whether it plays, then retry.';
      return result({ ok, title: rows.value.get(dataHash)?.title ?? dataHash, message, dataHash });
    });
    const done = results.filter(({ ok }) => ok).length;
    return {
      kind: 'done',
      counts: { pending: 0, done, failed: before.size + results.length - done, cancelled: 0 },
      results,
    };
  }
}

async function rowsOf(datasetId: string, hashes: readonly string[], { session, signal }: WorkTools) {
  const found = new Map<string, DataRow>();
  for (let at = 0; at < chunks(hashes.length, ROWS_PER_CALL); at++) {
    const wanted = chunk(hashes, ROWS_PER_CALL, at);
    const answer = await session.manage.rows.rowsByHash(datasetId, wanted, signal);
    if (!answer.ok) return answer;
    for (const row of answer.value) found.set(row.dataHash, row);
  }
  return { ok: true, value: found } as const;
}

function leftOut(dataHash: string, row: DataRow | undefined): NewJobResult {
  const message = row
    ? 'Only videos can be re-encoded, so it was left out.'
    : 'This row is not in the dataset (any more), so it was left out.';
  return result({ ok: false, title: row?.title ?? dataHash, message, dataHash });
}
