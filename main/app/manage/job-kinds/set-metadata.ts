/** Setting the client metadata of data rows, one by one; what is there already is read first where it is to be kept. */

import type { CallFailure } from '../../../core/encord-port.ts';
import type { JobTask, NewJobResult } from '../../../core/manage/jobs.ts';
import { chunk, chunks, type OwnWork, result, type Stepped, type WorkTools } from './work.ts';

type Task = Extract<JobTask, { kind: 'set-metadata' }>;
type Change = Task['changes'][number];

/** Of one step; a step that breaks off is done again as a whole, which does no harm. */
export const CHANGES_PER_STEP = 20;
const AT_ONCE = 4;

export function setMetadata({ datasetId, changes, mode }: Task): OwnWork {
  return {
    sort: 'own',
    steps: chunks(changes.length, CHANGES_PER_STEP),
    interruptible: false,
    repeatable: true,

    async step(step, tools): Promise<Stepped> {
      const due = chunk(changes, CHANGES_PER_STEP, step);
      const texts = mode === 'merge' ? await merged(due, tools) : { ok: true as const, value: own(due) };
      if (!texts.ok) return { kind: 'later', failure: texts.failure };
      const results: NewJobResult[] = [];
      for (let at = 0; at < due.length; at += AT_ONCE) {
        const outcomes = await Promise.all(
          due.slice(at, at + AT_ONCE).map((change) => set(change, texts.value.get(change), tools)),
        );
        for (const outcome of outcomes) {
          if (outcome === null) continue;
          if ('kind' in outcome) return { kind: 'later', failure: outcome };
          results.push(outcome);
        }
      }
      return { kind: 'stepped', done: due.length - results.length, failed: results.length, results };
    },
  };

  /** Null where it is set; a failure where it may work later; what went wrong otherwise. */
  async function set(
    change: Change,
    json: string | undefined,
    { session, signal }: WorkTools,
  ): Promise<null | CallFailure | NewJobResult> {
    if (json === undefined) return problem(change, 'This row is not in the dataset (any more).');
    const answer = await session.manage.rows.setMetadata(datasetId, change.row, json, signal);
    if (answer.ok) return null;
    const { failure } = answer;
    return failure.kind === 'refused' ? problem(change, failure.error.message) : failure;
  }

  async function merged(due: readonly Change[], { session, signal }: WorkTools) {
    const hashes = due.map(({ row }) => row.dataHash);
    const rows = await session.manage.rows.rowsByHash(datasetId, hashes, signal);
    if (!rows.ok) return rows;
    const before = new Map(rows.value.map((row) => [row.dataHash, row.clientMetadata]));
    const texts = new Map<Change, string>();
    for (const change of due) {
      const known = before.get(change.row.dataHash);
      if (known === undefined) continue;
      texts.set(change, JSON.stringify({ ...object(known ?? '{}'), ...object(change.json) }));
    }
    return { ok: true, value: texts } as const;
  }
}

function own(due: readonly Change[]): ReadonlyMap<Change, string> {
  return new Map(due.map((change) => [change, change.json]));
}

function object(json: string): object {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? value : {};
}

function problem({ row, title }: Change, message: string): NewJobResult {
  return result({ ok: false, title, message, dataHash: row.dataHash, itemUuid: row.itemUuid });
}
