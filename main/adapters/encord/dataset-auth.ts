/**
 * Who speaks for an account on one dataset in the documented route: its dataset API key; for an SSH account a key of
 * the dataset that is fetched or made, held in memory only; where that is not allowed, the SSH key itself
 * (encord-api.md C.4, B.2). Made by the session.
 */

import type { Answer } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import { failed } from './failures.ts';
import type { SshKey } from './keys.ts';
import { apiKey, apiKeys } from './schemas.ts';
import type { V1, V1Auth, V1Call } from './v1.ts';

const SCOPES = ['dataset.read', 'dataset.write'] as const;
const KEY_TITLE = 'Encord Uploader';

/** A v1 call on a dataset, with whatever authorization the account has for it. */
export interface DatasetCaller {
  call<T>(datasetId: string, call: V1Call<T>, signal: AbortSignal): Promise<Answer<T>>;
}

/** For an account that has the API key of one dataset: on another one the key would speak of its own all the same. */
export function apiKeyCaller(v1: V1, auth: V1Auth & { readonly kind: 'api-key' }): DatasetCaller {
  return {
    call: (datasetId, call, signal) =>
      datasetId === auth.datasetId
        ? v1.call(call, auth, signal)
        : Promise.resolve(failed('refused', keyOfAnother())),
  };
}

/** What an account with an API key answers of every dataset but its own. */
export function keyOfAnother(): UploaderError {
  return new UploaderError(
    'dataset-unknown',
    'This account has the API key of another dataset. Choose that dataset, or add an account for this one.',
  );
}

/** For an account with an SSH key. */
export function sshCaller(v1: V1, key: SshKey): DatasetCaller {
  const chosen = new Map<string, V1Auth>();
  /** Searches under way: callers share them, so that no two keys are made. */
  const searching = new Map<string, Promise<Answer<V1Auth>>>();
  const direct = (datasetId: string): V1Auth => ({ kind: 'ssh', key, datasetId });

  const search = async (datasetId: string, signal: AbortSignal): Promise<Answer<V1Auth>> => {
    const answer = await findKey(v1, key, datasetId, signal);
    searching.delete(datasetId);
    if (!answer.ok) return answer;
    const auth: V1Auth =
      answer.value === null ? direct(datasetId) : { kind: 'api-key', apiKey: answer.value, datasetId };
    chosen.set(datasetId, auth);
    return { ok: true, value: auth };
  };

  const find = async (datasetId: string, signal: AbortSignal): Promise<Answer<V1Auth>> => {
    for (;;) {
      const known = chosen.get(datasetId);
      if (known !== undefined) return { ok: true, value: known };
      const others = searching.get(datasetId);
      if (others === undefined) {
        const own = search(datasetId, signal);
        searching.set(datasetId, own);
        return own;
      }
      const answer = await others;
      // A search that its own caller cancelled says nothing to the others: one of them begins anew.
      if (answer.ok || answer.failure.error.code !== 'cancelled' || signal.aborted) return answer;
    }
  };

  return {
    async call(datasetId, call, signal) {
      const found = await find(datasetId, signal);
      if (!found.ok) return found;
      const auth = found.value;
      const answer = await v1.call(call, auth, signal);
      if (answer.ok || auth.kind === 'ssh') return answer;
      const { kind, error } = answer.failure;
      if (kind !== 'signed-out' && error.code !== 'scope-missing') return answer;
      // The dataset's key was revoked or is too weak, which says nothing of the account: nothing was done, so the same
      // call goes out once more under the SSH key, as do all later ones.
      chosen.set(datasetId, direct(datasetId));
      return v1.call(call, direct(datasetId), signal);
    },
  };
}

/** The API key of the dataset, or null where the account may not have one. */
async function findKey(
  v1: V1,
  key: SshKey,
  datasetId: string,
  signal: AbortSignal,
): Promise<Answer<string | null>> {
  const user: V1Auth = { kind: 'ssh', key, datasetId: null };
  const listed = await v1.call(
    {
      query: 'datasetapikey',
      method: 'GET',
      uid: null,
      payload: { dataset_hash: datasetId },
      answer: apiKeys,
      doing: 'fetch the API keys of the dataset',
      repeatable: true,
    },
    user,
    signal,
  );
  if (listed.ok) {
    const fit = listed.value.find((each) => SCOPES.every((scope) => each.scopes.includes(scope)));
    if (fit !== undefined) return { ok: true, value: fit.apiKey };
  } else if (!isNo(listed)) {
    return listed;
  }
  const made = await v1.call(
    {
      query: 'datasetapikey',
      method: 'POST',
      uid: null,
      payload: { dataset_hash: datasetId, title: KEY_TITLE, scopes: SCOPES },
      answer: apiKey,
      doing: 'make an API key for the dataset',
      repeatable: false,
    },
    user,
    signal,
  );
  if (made.ok) return { ok: true, value: made.value.apiKey };
  return isNo(made) ? { ok: true, value: null } : made;
}

function isNo(answer: Answer<unknown> & { readonly ok: false }): boolean {
  return answer.failure.kind === 'refused' || answer.failure.kind === 'no-such-call';
}
