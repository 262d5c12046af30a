/**
 * Deleting data rows. Encord silently ignores rows of other datasets, so each chunk has two steps: look which of them are
 * there, then delete and look again. The first is kept before the second begins, so that after a crash in its middle what
 * is gone was deleted by this job.
 */

import type { JobTask } from '../../../core/manage/jobs.ts';
import { chunk, chunks, type OwnWork, ROWS_PER_CALL, result, type Stepped, type WorkTools } from './work.ts';

type Task = Extract<JobTask, { kind: 'delete-rows' }>;

export function deleteRows({ datasetId, dataHashes }: Task): OwnWork {
  return {
    sort: 'own',
    steps: chunks(dataHashes.length, ROWS_PER_CALL) * 2,
    interruptible: false,
    repeatable: true,
    step(step, tools) {
      const hashes = chunk(dataHashes, ROWS_PER_CALL, Math.floor(step / 2));
      return step % 2 === 0 ? look(hashes, tools) : remove(hashes, tools);
    },
  };

  async function look(hashes: readonly string[], { session, signal }: WorkTools): Promise<Stepped> {
    const there = await session.manage.rows.rowsByHash(datasetId, hashes, signal);
    if (!there.ok) return { kind: 'later', failure: there.failure };
    const found = new Set(there.value.map(({ dataHash }) => dataHash));
    const results = hashes
      .filter((dataHash) => !found.has(dataHash))
      .map((dataHash) =>
        result({
          ok: false,
          title: dataHash,
          message: 'This row is not in the dataset (any more), so there was nothing to delete.',
          dataHash,
        }),
      );
    return { kind: 'stepped', done: 0, failed: results.length, results };
  }

  async function remove(all: readonly string[], { session, signal, failed }: WorkTools): Promise<Stepped> {
    const missing = failed();
    const hashes = all.filter((dataHash) => !missing.has(dataHash));
    if (hashes.length === 0) return { kind: 'stepped', done: 0, failed: 0, results: [] };
    const removed = await session.manage.rows.remove(datasetId, hashes, signal);
    if (!removed.ok) return { kind: 'later', failure: removed.failure };
    const left = await session.manage.rows.rowsByHash(datasetId, hashes, signal);
    if (!left.ok) return { kind: 'later', failure: left.failure };
    const results = left.value.map(({ dataHash, title }) =>
      result({
        ok: false,
        title,
        message:
          'Encord did not refuse, but the row is still there. This account may not have the right to delete it: ask an administrator of the dataset.',
        dataHash,
      }),
    );
    return { kind: 'stepped', done: hashes.length - results.length, failed: results.length, results };
  }
}
