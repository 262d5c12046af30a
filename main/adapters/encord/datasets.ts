/**
 * Listing, reading and making datasets, by v2 with v1 behind it (encord-api.md C.1, C.2, C.3). Called by the session.
 */

import type { Answer, DataRow, DatasetInfo, EncordSession } from '../../core/encord-port.ts';
import type { DatasetCaller } from './dataset-auth.ts';
import { allRows, datasetOf } from './documented-lookup.ts';
import { restated } from './failures.ts';
import {
  createdDatasetV1,
  createdDatasetV2,
  datasetDetail,
  datasetListV1,
  datasetListV2,
} from './schemas.ts';
import type { V1, V1Auth } from './v1.ts';
import type { V2 } from './v2.ts';
import { MAX_LIST_BYTES, PATIENT_MS } from './wire.ts';

export interface UserCalls {
  readonly v1: V1;
  readonly v2: V2;
  /** The SSH key on the user endpoint. */
  readonly user: V1Auth;
}

/** True where the server does not know a v2 call, so that its v1 ancestor is asked. */
export function isUnknownCall(answer: Answer<unknown>): boolean {
  return !answer.ok && answer.failure.kind === 'no-such-call';
}

/** `titleLike` is an SQL LIKE pattern. */
export async function listDatasets(
  { v1, v2, user }: UserCalls,
  { titleLike, organisation = false }: { readonly titleLike?: string; readonly organisation?: boolean },
  signal: AbortSignal,
): Promise<Answer<readonly DatasetInfo[]>> {
  const doing = 'list the datasets';
  const limits = { repeatable: true, idleMs: PATIENT_MS, maxBytes: MAX_LIST_BYTES, doing };
  const listed = await v2.call(
    {
      method: 'GET',
      path: ['datasets', 'list'],
      query: [
        ['includeOrgAccess', organisation ? 'True' : 'False'],
        ...(titleLike === undefined ? [] : [['titleLike', titleLike] as const]),
      ],
      answer: datasetListV2,
      ...limits,
    },
    signal,
  );
  if (listed.ok) return { ok: true, value: listed.value.result };
  if (!isUnknownCall(listed)) return listed;
  const filter = titleLike === undefined ? {} : { title_like: titleLike };
  return v1.call(
    {
      query: 'datasetwithuserrole',
      method: 'GET',
      uid: null,
      payload: { filter, enable_storage_api: true },
      answer: datasetListV1,
      ...limits,
    },
    user,
    signal,
  );
}

/** By v1, which also tells the storage for certain, but sends all rows along. */
export async function readDataset(
  caller: DatasetCaller,
  datasetId: string,
  signal: AbortSignal,
): Promise<Answer<DatasetInfo>> {
  const answer = await datasetOf(caller, datasetId, datasetDetail, 'read the dataset', signal);
  if (!answer.ok) return withUnknownDataset(answer);
  const { id, title, description, storage, backingFolderId } = answer.value;
  const unknown = { createdAt: null, editedAt: null, role: null };
  return { ok: true, value: { id, title, description, storage, backingFolderId, ...unknown } };
}

/** A dataset that is not there and one without access look alike from here. */
export function withUnknownDataset(answer: Answer<never>): Answer<never> {
  if (answer.ok || answer.failure.kind !== 'refused') return answer;
  if (!['not-found', 'forbidden'].includes(answer.failure.error.code)) return answer;
  return restated(
    answer.failure,
    'dataset-unknown',
    'This account cannot see a dataset with this id. Check the id, or ask an administrator of the dataset for access.',
  );
}

/** Not repeated by itself: a dataset is made each time it is asked for. */
export async function makeDataset(
  { v1, v2, user }: UserCalls,
  request: Parameters<EncordSession['createDataset']>[0],
  signal: AbortSignal,
): Promise<Answer<DatasetInfo>> {
  const { title, description, mirrored, storage = 0 } = request;
  const common = { doing: 'create the dataset', repeatable: false, idleMs: PATIENT_MS };
  // The newer call says nothing of storages: it makes datasets of Encord's own.
  let made =
    storage === 0
      ? await v2.call(
          {
            method: 'POST',
            path: ['datasets'],
            body: { title, description, createBackingFolder: mirrored, legacyCall: false },
            answer: createdDatasetV2,
            ...common,
          },
          signal,
        )
      : null;
  if (made === null || isUnknownCall(made)) {
    made = await v1.call(
      {
        query: 'dataset',
        method: 'POST',
        uid: null,
        payload: { title, type: storage, description, create_backing_folder: mirrored },
        answer: createdDatasetV1,
        ...common,
      },
      user,
      signal,
    );
  }
  if (!made.ok) {
    if (made.failure.kind !== 'lost') return made;
    const { error } = made.failure;
    return restated(
      made.failure,
      error.code,
      `${error.message} The dataset may have been created: look at the list of datasets before you create it again.`,
    );
  }
  const { id, backingFolderId } = made.value;
  const info = { id, title, description, backingFolderId, createdAt: null, editedAt: null };
  return { ok: true, value: { ...info, role: 'admin', storage } };
}

export async function listRows(
  caller: DatasetCaller,
  datasetId: string,
  signal: AbortSignal,
): Promise<Answer<readonly DataRow[]>> {
  const rows = await allRows(caller, datasetId, 'list the rows of the dataset', signal);
  return rows.ok ? rows : withUnknownDataset(rows);
}
