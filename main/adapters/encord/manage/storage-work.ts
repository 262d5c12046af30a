/**
 * What is done with storage items beyond changing them: re-encoding, data groups, re-pointing to another bucket, and the
 * organisation's schema of client metadata (encord-api.md C.13, C.16). Used by `storage.ts`.
 */

import type { StorageCalls } from '../../../core/manage/ports.ts';
import { isUnknownCall } from '../datasets.ts';
import { restated } from '../failures.ts';
import type { V2 } from '../v2.ts';
import { PATIENT_MS } from '../wire.ts';
import { ANYTHING, done, LIST, objectOf } from './storage-calls.ts';
import { id, ids, reencodeState, schemaText } from './storage-schemas.ts';

export type WorkCalls = Pick<
  StorageCalls,
  | 'reencodeItems'
  | 'reencodeItemsState'
  | 'createDataGroup'
  | 'migrate'
  | 'metadataSchema'
  | 'setMetadataSchema'
>;

const SCHEMA_PATH = ['organisation', 'client-metadata-schema-v2'] as const;

export function workCalls(v2: V2): WorkCalls {
  return {
    reencodeItems: ({ itemIds, title, force }, signal) =>
      v2.call(
        {
          method: 'POST',
          path: ['storage', 'items', 'reencode'],
          body: { storageItems: itemIds, processTitle: title, forceFullReencoding: force },
          answer: id,
          doing: 'start the re-encoding',
          repeatable: false,
          idleMs: PATIENT_MS,
        },
        signal,
      ),

    async reencodeItemsState(process, signal) {
      const answer = await v2.call(
        {
          method: 'GET',
          path: ['storage', 'items', 'reencode', process],
          answer: reencodeState,
          doing: 'follow the re-encoding',
          ...LIST,
        },
        signal,
      );
      if (answer.ok) return answer;
      // The call was there when the process was started, so a 404 is about the process, whoever words it.
      const { error } = answer.failure;
      const forgotten = isUnknownCall(answer) && error.details.http === '404';
      if (error.code !== 'not-found' && !forgotten) return answer;
      return restated(
        { kind: 'refused', error },
        'not-found',
        'Encord does not know this re-encoding any more. Look at the videos before you start it again.',
      );
    },

    createDataGroup: (folderId, { name, layout, itemIds }, signal) =>
      v2.call(
        {
          method: 'POST',
          path: ['storage', 'folders', folderId, 'create-group-items'],
          body: [{ layoutType: layout, layoutContents: itemIds, ...(name === null ? {} : { name }) }],
          answer: ids,
          doing: 'create the data group',
          repeatable: false,
          idleMs: PATIENT_MS,
        },
        signal,
      ),

    async migrate(request, signal) {
      const { urls, fromIntegrationId, toIntegrationId, validateAccess, skipMissing } = request;
      return done(
        await v2.call(
          {
            method: 'POST',
            path: ['storage', 'items', 'migrate-storage'],
            body: {
              urlsMap: Object.fromEntries(urls),
              ...(fromIntegrationId === null ? {} : { fromIntegrationHash: fromIntegrationId }),
              ...(toIntegrationId === null ? {} : { toIntegrationHash: toIntegrationId }),
              validateAccess,
              skipMissing,
            },
            answer: ANYTHING,
            doing: 'point the items to their new place',
            // Sent again after it was done, it would be refused: nothing is at the old URLs any more.
            repeatable: false,
            idleMs: PATIENT_MS,
          },
          signal,
        ),
      );
    },

    metadataSchema: (signal) =>
      v2.call(
        {
          method: 'GET',
          path: SCHEMA_PATH,
          answer: schemaText,
          doing: 'read the schema of client metadata',
          ...LIST,
        },
        signal,
      ),

    async setMetadataSchema(json, signal) {
      const body = objectOf(json);
      if (!body.ok) return body;
      const doing = 'change the schema of client metadata';
      return done(
        await v2.call(
          { method: 'POST', path: SCHEMA_PATH, body: body.value, answer: ANYTHING, doing, repeatable: true },
          signal,
        ),
      );
    },
  };
}
