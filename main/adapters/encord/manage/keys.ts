/**
 * API keys of a dataset: the port `KeyCalls` (encord-api.md C.4). v1 on the user endpoint, so for an SSH key only, and
 * for administrators of the dataset. The keys are secrets: nothing here logs an answer.
 */

import type { KeyCalls } from '../../../core/manage/ports.ts';
import { restated } from '../failures.ts';
import type { V1Auth } from '../v1.ts';
import type { ManageCalls } from './calls.ts';
import { refusedWithoutSsh } from './needs-ssh.ts';
import { datasetKey, datasetKeys } from './people-schemas.ts';

export function createKeyCalls({ v1, ssh }: ManageCalls): KeyCalls {
  const user: V1Auth | null = ssh === null ? null : { kind: 'ssh', key: ssh.key, datasetId: null };
  return {
    async list(datasetId, signal) {
      if (user === null) return refusedWithoutSsh('Listing the API keys of a dataset');
      return v1.call(
        {
          query: 'datasetapikey',
          method: 'GET',
          uid: null,
          payload: { dataset_hash: datasetId },
          answer: datasetKeys,
          doing: 'list the API keys of the dataset',
          repeatable: true,
        },
        user,
        signal,
      );
    },

    async create(datasetId, { title, scopes }, signal) {
      if (user === null) return refusedWithoutSsh('Creating an API key');
      const made = await v1.call(
        {
          query: 'datasetapikey',
          method: 'POST',
          uid: null,
          payload: { dataset_hash: datasetId, title, scopes },
          answer: datasetKey,
          doing: 'create an API key for the dataset',
          // Each call makes a key.
          repeatable: false,
        },
        user,
        signal,
      );
      if (made.ok || made.failure.kind !== 'lost') return made;
      const { error } = made.failure;
      const look = 'The key may have been created: look at the list of keys before you create it again.';
      return restated(made.failure, error.code, `${error.message} ${look}`);
    },
  };
}
