/**
 * Putting storage items into a dataset. What folders hold is found out first, and becomes part of the task, so that the
 * steps stay the same whatever happens to the folders meanwhile. Only SKIP can be repeated: of the others a lost answer
 * leaves open whether the items are in.
 */

import type { Answer, DataRow } from '../../../core/encord-port.ts';
import type { JobTask } from '../../../core/manage/jobs.ts';
import { chunk, chunks, type OwnWork, result, type Stepped, type WorkTools } from './work.ts';

type Task = Extract<JobTask, { kind: 'attach-items' }>;

const ITEMS_PER_CALL = 500;
const ITEMS_PER_PAGE = 1_000;

export function attachItems(task: Task): OwnWork {
  const { datasetId, itemIds, folderIds, duplicates } = task;
  const toCollect = folderIds.length > 0;
  return {
    sort: 'own',
    steps: toCollect ? 1 : chunks(itemIds.length, ITEMS_PER_CALL),
    interruptible: false,
    repeatable: toCollect || duplicates === 'SKIP',
    step: (step, tools) => (toCollect ? collect(tools) : attach(chunk(itemIds, ITEMS_PER_CALL, step), tools)),
  };

  async function collect(tools: WorkTools): Promise<Stepped> {
    const found = new Set(itemIds);
    for (const folderId of folderIds) {
      for (let pageToken: string | null = null; ; ) {
        const page = await pageOf(folderId, pageToken, tools);
        if (!page.ok) return { kind: 'later', failure: page.failure };
        for (const { id } of page.value.items) found.add(id);
        const { next } = page.value;
        // A server that names the same page again would never end.
        if (next === null || next === pageToken) break;
        pageToken = next;
      }
    }
    return { kind: 'became', task: { ...task, itemIds: [...found], folderIds: [] }, units: found.size };
  }

  async function attach(ids: readonly string[], tools: WorkTools): Promise<Stepped> {
    const { session, signal } = tools;
    const attached = await session.manage.rows.attach(datasetId, ids, duplicates, signal);
    if (!attached.ok) return { kind: 'later', failure: attached.failure };
    const rows = new Map(
      attached.value.flatMap((row) => (row.itemUuid === null ? [] : [[row.itemUuid, row]])),
    );
    if (ids.some((id) => !rows.has(id))) {
      const all = await rowsByItem(datasetId, tools);
      // Not to be asked again: the items of this step are in, as far as Encord said.
      if (all.ok) for (const [id, row] of all.value) rows.set(id, row);
    }
    // A server that names the items of no row leaves nothing to compare with.
    const comparable = rows.size > 0;
    const results = ids.map((id) => {
      const row = rows.get(id);
      const ok = row !== undefined || !comparable;
      const message = ok
        ? 'In the dataset.'
        : 'Encord did not refuse it, but the dataset has no row of it. Look at the item in its folder; it may be of a type that cannot be a row.';
      return result({ ok, title: row?.title ?? id, message, dataHash: row?.dataHash ?? null, itemUuid: id });
    });
    const failed = results.filter(({ ok }) => !ok).length;
    return { kind: 'stepped', done: results.length - failed, failed, results };
  }
}

function pageOf(folderId: string, pageToken: string | null, { session, signal }: WorkTools) {
  return session.manage.storage.items(
    {
      folderId,
      search: '',
      types: [],
      recursive: true,
      inDataset: null,
      // What is added meanwhile comes at the end, and moves nothing from one page to another.
      order: 'createdAt',
      descending: false,
      pageSize: ITEMS_PER_PAGE,
      pageToken,
    },
    signal,
  );
}

async function rowsByItem(
  datasetId: string,
  { session, signal }: WorkTools,
): Promise<Answer<ReadonlyMap<string, DataRow>>> {
  const rows = await session.rows(datasetId, signal);
  if (!rows.ok) return rows;
  return {
    ok: true,
    value: new Map(rows.value.flatMap((row) => (row.itemUuid === null ? [] : [[row.itemUuid, row]]))),
  };
}
