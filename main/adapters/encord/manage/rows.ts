/**
 * Calls on the rows of one dataset: the port `RowCalls` (encord-api.md C.3, C.11–C.13). All of it is v1 on the dataset,
 * so that a dataset API key will do; client metadata goes by the storage item where the account can reach it.
 */

import type { Answer } from '../../../core/encord-port.ts';
import { UploaderError } from '../../../core/errors.ts';
import type { RowCalls, RowDetail } from '../../../core/manage/ports.ts';
import { isUnknownCall, withUnknownDataset } from '../datasets.ts';
import { failed } from '../failures.ts';
import { dataRows, success } from '../schemas.ts';
import type { V1Call } from '../v1.ts';
import type { V2 } from '../v2.ts';
import { MAX_LIST_BYTES, PATIENT_MS } from '../wire.ts';
import type { ManageCalls } from './calls.ts';
import { nothing } from './nothing.ts';
import {
  changedItems,
  objectIn,
  recognised,
  reencodeState,
  rowDetail,
  rowDetails,
  taskNumber,
} from './rows-schemas.ts';

export function createRowCalls({ dataset, ssh }: ManageCalls): RowCalls {
  const call = <T>(
    datasetId: string,
    { idleMs = PATIENT_MS, maxBytes = MAX_LIST_BYTES, ...request }: V1Call<T>,
    signal: AbortSignal,
  ): Promise<Answer<T>> => dataset.call(datasetId, { ...request, idleMs, maxBytes }, signal);

  const changeRow = (
    datasetId: string,
    dataHash: string,
    payload: Readonly<Record<string, unknown>>,
    doing: string,
    signal: AbortSignal,
  ): Promise<Answer<null>> =>
    call(
      datasetId,
      { query: 'datarow', method: 'POST', uid: dataHash, payload, answer: nothing, doing, repeatable: true },
      signal,
    );

  return {
    async row(datasetId, dataHash, want, signal) {
      const answer = await call(
        datasetId,
        {
          query: 'datarow',
          method: 'GET',
          uid: dataHash,
          payload: {
            additional_data: {
              signed_url: want.signedUrl,
              images_data_fetch_options: want.frames ? { fetch_signed_urls: want.signedUrl } : null,
              client_metadata: want.clientMetadata,
            },
          },
          answer: rowDetail,
          doing: 'read the data row',
          repeatable: true,
          emptyIsNotFound: true,
        },
        signal,
      );
      return answer.ok ? { ok: true, value: asWanted(answer.value, want) } : answer;
    },

    async rowsByHash(datasetId, dataHashes, signal) {
      if (dataHashes.length === 0) return { ok: true, value: [] };
      const answer = await call(
        datasetId,
        {
          query: 'datarows',
          method: 'GET',
          uid: null,
          payload: {
            title_eq: null,
            title_like: null,
            created_before: null,
            created_after: null,
            data_types: null,
            dataset_access_settings: { fetch_client_metadata: true },
            data_hashes: dataHashes,
          },
          // No row at all may be told as null (encord-api.md E.1).
          answer: rowDetails,
          doing: 'read the data rows',
          repeatable: true,
        },
        signal,
      );
      if (!answer.ok) return withUnknownDataset(answer);
      const asked = new Set(dataHashes);
      return {
        ok: true,
        value: (answer.value ?? [])
          .filter((row) => asked.has(row.dataHash))
          .map(({ signedUrl: _, frames: __, ...row }) => row),
      };
    },

    /**
     * By the row and never by its storage item, although Encord recommends the item: an item may stand behind rows of
     * other datasets, whose titles are none of this one's business, and whether its name is the title is not on record.
     */
    async rename(datasetId, row, title, signal) {
      const doing = 'rename the data row';
      const renamed = await changeRow(datasetId, row.dataHash, { data_title: title }, doing, signal);
      if (!isUnknownCall(renamed)) return renamed;
      const older = await call(
        datasetId,
        {
          query: 'video',
          method: 'POST',
          uid: datasetId,
          payload: [{ video_hash: row.dataHash, title }],
          answer: success,
          doing,
          repeatable: true,
        },
        signal,
      );
      if (!older.ok) return older;
      return older.value.success ? { ok: true, value: null } : notRenamed();
    },

    async setMetadata(datasetId, row, json, signal) {
      const metadata = objectIn(json);
      if (metadata === null) {
        const message =
          'Client metadata has to be a JSON object, such as {"key": "value"}. Correct it, then retry.';
        return failed('refused', new UploaderError('invalid-input', message));
      }
      if (ssh !== null && row.itemUuid !== null) {
        const changed = await changeItem(ssh.v2, row.itemUuid, metadata, signal);
        if (changed.ok || !isOutOfReach(changed)) return changed;
      }
      const payload = { client_metadata: metadata };
      return changeRow(datasetId, row.dataHash, payload, 'change the client metadata', signal);
    },

    remove: (datasetId, dataHashes, signal) =>
      call(
        datasetId,
        {
          query: 'video',
          method: 'DELETE',
          uid: dataHashes,
          payload: null,
          answer: nothing,
          doing: 'delete the data rows',
          repeatable: true,
        },
        signal,
      ),

    /** Each call makes a task. */
    reencode: (datasetId, dataHashes, signal) =>
      call(
        datasetId,
        {
          query: 'reencodevideotask',
          method: 'PUT',
          uid: null,
          payload: { data_hash: dataHashes },
          answer: taskNumber,
          doing: 'start re-encoding',
          repeatable: false,
        },
        signal,
      ),

    reencodeState: (datasetId, task, signal) =>
      call(
        datasetId,
        {
          query: 'reencodevideotask',
          method: 'GET',
          uid: /^\d{1,15}$/.test(task) ? Number(task) : task,
          payload: null,
          answer: reencodeState,
          doing: 'follow the re-encoding',
          repeatable: true,
          emptyIsNotFound: true,
        },
        signal,
      ),

    recogniseText: (datasetId, dataHash, signal) =>
      call(
        datasetId,
        {
          query: 'imagegroupocr',
          method: 'GET',
          uid: null,
          payload: { image_group_data_hash: dataHash },
          answer: recognised,
          doing: 'recognise the text of the image group',
          repeatable: true,
        },
        signal,
      ),

    attach: (datasetId, itemUuids, duplicates, signal) =>
      call(
        datasetId,
        {
          query: 'datasetlinkitems',
          method: 'POST',
          uid: datasetId,
          payload: { item_uuids: itemUuids, duplicates_behavior: duplicates },
          answer: dataRows,
          doing: 'attach the files to the dataset',
          // A second call doubles the rows, or finds its own and fails; with SKIP it leaves them alone.
          repeatable: duplicates === 'SKIP',
        },
        signal,
      ),
  };
}

/** What was not asked for is not handed on, should the server send it nevertheless: URLs are secrets. */
function asWanted(row: RowDetail, want: Parameters<RowCalls['row']>[2]): RowDetail {
  return {
    ...row,
    clientMetadata: want.clientMetadata ? row.clientMetadata : null,
    signedUrl: want.signedUrl ? row.signedUrl : null,
    frames: want.frames
      ? (row.frames?.map((frame) => (want.signedUrl ? frame : { ...frame, signedUrl: null })) ?? null)
      : null,
  };
}

/** By the bulk call, which needs no folder and so asks nothing first. Not reached is not found. */
async function changeItem(
  v2: V2,
  itemUuid: string,
  clientMetadata: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Answer<null>> {
  const answer = await v2.call(
    {
      method: 'PATCH',
      path: ['storage', 'items', 'patch-bulk'],
      body: { itemPatches: { [itemUuid]: { clientMetadata } } },
      answer: changedItems,
      doing: 'change the client metadata',
      repeatable: true,
      idleMs: PATIENT_MS,
    },
    signal,
  );
  if (!answer.ok) return answer;
  if (answer.value.results.some(({ uuid }) => uuid === itemUuid)) return { ok: true, value: null };
  const message = 'Encord did not change the storage item of this row. Check that it exists, then retry.';
  return failed('refused', new UploaderError('not-found', message));
}

/** Whoever administers a dataset may have no access to the folder that its files are in. */
function isOutOfReach(answer: Answer<unknown>): boolean {
  if (isUnknownCall(answer)) return true;
  if (answer.ok || answer.failure.kind !== 'refused') return false;
  const { code } = answer.failure.error;
  return code === 'forbidden' || code === 'not-found';
}

/** The call says by a word in its answer that nothing came of it. */
function notRenamed(): Answer<never> {
  const message =
    'Encord did not rename the row, and gives no reason. Check that the row exists, then retry.';
  return failed('refused', new UploaderError('bad-request', message));
}
