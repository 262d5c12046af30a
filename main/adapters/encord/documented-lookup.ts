/**
 * Rows of a dataset, and which units exist in it: the documented route's answer to doubt (encord-api.md C.3). Called by
 * the documented route and the session.
 */

import type { z } from 'zod';
import type { Answer, DataRow, KnownUnit, Registered } from '../../core/encord-port.ts';
import { hasFrames, mediaType } from '../../core/media/index.ts';
import type { UnitId } from '../../core/model.ts';
import type { DatasetCaller } from './dataset-auth.ts';
import { chunksOf } from './parallel.ts';
import {
  dataRows,
  type KnownRow,
  knownRow,
  knownRows,
  knownRowsInDataset,
  rowsInDataset,
} from './schemas.ts';
import { sameTitle } from './titles.ts';
import { MAX_LIST_BYTES, PATIENT_MS } from './wire.ts';

const DOING = 'look up what was uploaded';
const HASHES_PER_CALL = 500;

interface RowFilter {
  readonly titleEq?: string;
  readonly dataTypes?: readonly string[];
  readonly dataHashes?: readonly string[];
}

/** All rows, to be shown: one that makes no sense is left out. */
export function allRows(
  caller: DatasetCaller,
  datasetId: string,
  doing: string,
  signal: AbortSignal,
): Promise<Answer<readonly DataRow[]>> {
  return rowsOf(caller, datasetId, {}, { rows: dataRows, dataset: rowsInDataset }, doing, signal);
}

/** Rows by filter, to be told from others: strict, since one that is overlooked would be made a second time. */
function knownRowsOf(
  caller: DatasetCaller,
  datasetId: string,
  filter: RowFilter,
  signal: AbortSignal,
): Promise<Answer<readonly KnownRow[]>> {
  const shapes = { rows: knownRows, dataset: knownRowsInDataset };
  return rowsOf(caller, datasetId, filter, shapes, DOING, signal);
}

/**
 * Rows of a dataset by filter, unpaged. A server that does not know the filtered call is asked for the whole dataset;
 * then the filter is applied here.
 */
async function rowsOf<R extends { readonly dataHash: string; readonly title: string; readonly type: string }>(
  caller: DatasetCaller,
  datasetId: string,
  filter: RowFilter,
  shapes: { readonly rows: z.ZodType<readonly R[]>; readonly dataset: z.ZodType<readonly R[]> },
  doing: string,
  signal: AbortSignal,
): Promise<Answer<readonly R[]>> {
  const filtered = await caller.call(
    datasetId,
    {
      query: 'datarows',
      method: 'GET',
      uid: null,
      payload: {
        title_eq: filter.titleEq ?? null,
        title_like: null,
        created_before: null,
        created_after: null,
        data_types: filter.dataTypes ?? null,
        dataset_access_settings: { fetch_client_metadata: false },
        data_hashes: filter.dataHashes ?? null,
      },
      // No row at all may be told as null (encord-api.md E.1).
      answer: shapes.rows,
      doing,
      repeatable: true,
      idleMs: PATIENT_MS,
      maxBytes: MAX_LIST_BYTES,
    },
    signal,
  );
  if (filtered.ok) return filtered;
  if (filtered.failure.kind !== 'no-such-call' && filtered.failure.kind !== 'refused') return filtered;
  const whole = await datasetOf(caller, datasetId, shapes.dataset, doing, signal);
  if (!whole.ok) return whole;
  const hashes = filter.dataHashes === undefined ? null : new Set(filter.dataHashes);
  const rows = whole.value.filter(
    (row) =>
      (hashes === null || hashes.has(row.dataHash)) &&
      (filter.titleEq === undefined || row.title === filter.titleEq) &&
      (filter.dataTypes === undefined || filter.dataTypes.includes(row.type)),
  );
  return { ok: true, value: rows };
}

/**
 * What `answer` takes of the dataset, which comes with all of its rows (encord-api.md C.3): as long as the dataset is
 * large.
 */
export function datasetOf<T>(
  caller: DatasetCaller,
  datasetId: string,
  answer: z.ZodType<T>,
  doing: string,
  signal: AbortSignal,
): Promise<Answer<T>> {
  return caller.call(
    datasetId,
    {
      query: 'dataset',
      method: 'GET',
      uid: null,
      payload: null,
      answer,
      doing,
      repeatable: true,
      emptyIsNotFound: true,
      idleMs: PATIENT_MS,
      maxBytes: MAX_LIST_BYTES,
    },
    signal,
  );
}

export async function lookupRows(
  caller: DatasetCaller,
  datasetId: string,
  units: readonly KnownUnit[],
  signal: AbortSignal,
): Promise<Answer<ReadonlyMap<UnitId, Registered>>> {
  const found = new Map<UnitId, Registered>();
  const byHash = new Map<string, UnitId>();
  for (const unit of units) {
    if (!hasFrames(unit.media) && unit.frames[0]) byHash.set(unit.frames[0].id, unit.id);
  }
  for (const hashes of chunksOf([...byHash.keys()], HASHES_PER_CALL)) {
    const answer = await knownRowsOf(caller, datasetId, { dataHashes: hashes }, signal);
    if (!answer.ok) return answer;
    for (const row of answer.value) {
      const unitId = byHash.get(row.dataHash);
      if (unitId !== undefined) found.set(unitId, registered(row));
    }
  }
  // A row of a series does not tell its files, so that it cannot be told from its likes: it counts as not found.
  for (const unit of units.filter(({ media }) => mediaType(media).grouping === 'folder')) {
    const answer = await groupOf(caller, datasetId, unit, signal);
    if (!answer.ok) return answer;
    if (answer.value !== null) found.set(unit.id, registered(answer.value));
  }
  return { ok: true, value: found };
}

function registered(row: KnownRow): Registered {
  return { itemUuid: row.itemUuid, dataHash: row.dataHash, linked: true };
}

/**
 * The group or sequence whose frames are exactly this unit's in order: asked for by title, then among all of them by
 * title. Rows of both are of one type, and tell each other apart by their frames.
 */
async function groupOf(
  caller: DatasetCaller,
  datasetId: string,
  unit: KnownUnit,
  signal: AbortSignal,
): Promise<Answer<KnownRow | null>> {
  const dataTypes = ['IMG_GROUP'];
  const seen = new Set<string>();
  for (const filter of [{ dataTypes, titleEq: unit.title }, { dataTypes }]) {
    const rows = await knownRowsOf(caller, datasetId, filter, signal);
    if (!rows.ok) return rows;
    for (const row of rows.value) {
      if (seen.has(row.dataHash) || !sameTitle(row.title, unit.title)) continue;
      seen.add(row.dataHash);
      const whole = await rowWithFrames(caller, datasetId, row.dataHash, signal);
      if (!whole.ok) return whole;
      if (whole.value.frames !== null && isExactly(whole.value.frames, unit)) return whole;
    }
  }
  return { ok: true, value: null };
}

function rowWithFrames(
  caller: DatasetCaller,
  datasetId: string,
  dataHash: string,
  signal: AbortSignal,
): Promise<Answer<KnownRow>> {
  return caller.call(
    datasetId,
    {
      query: 'datarow',
      method: 'GET',
      uid: dataHash,
      payload: {
        additional_data: {
          signed_url: false,
          images_data_fetch_options: { fetch_signed_urls: false },
          client_metadata: false,
        },
      },
      answer: knownRow,
      doing: DOING,
      repeatable: true,
    },
    signal,
  );
}

function isExactly(hashes: readonly string[], unit: KnownUnit): boolean {
  return (
    hashes.length === unit.frames.length && unit.frames.every((frame, index) => frame.id === hashes[index])
  );
}
