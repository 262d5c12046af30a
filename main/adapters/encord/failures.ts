/**
 * What Encord answered, as the failures and codes of the core. Called by `v1.ts`, `v2.ts` and the routes.
 *
 * The kind of a failure decides what may be done next, above all after a registration: `lost` means that the server
 * may have acted; every other kind is a promise that it has not.
 */

import type { Answer, CallFailure } from '../../core/encord-port.ts';
import { type ErrorCode, UploaderError } from '../../core/errors.ts';

/** What is known of a call when it fails; all of it may be shown. */
export interface CallContext {
  readonly host: string;
  /** The call's name for the details, without ids, e.g. `video PUT`. */
  readonly call: string;
  /** What was asked for, to follow "could not", e.g. `list the datasets`. */
  readonly doing: string;
  readonly traceId: string;
}

/** What the server said beside its refusal. */
export interface Said {
  readonly http: number;
  /** The name of a v1 error. */
  readonly name?: string;
  /** Scrubbed. */
  readonly words: string;
  readonly retryAfterMs: number | null;
}

export function failed(kind: Exclude<CallFailure['kind'], 'wait'>, error: UploaderError): Answer<never> {
  return { ok: false, failure: { kind, error } };
}

/** The sentence and details for a code, in the order: what happened, what it means, what to do. */
export function errorFor(code: ErrorCode, context: CallContext, said: Said): UploaderError {
  return new UploaderError(code, sentence(code, context, said), {
    details: {
      call: context.call,
      host: context.host,
      http: String(said.http),
      ...(said.name === undefined ? {} : { name: said.name }),
      ...(said.words === '' ? {} : { words: said.words }),
      trace: context.traceId,
    },
  });
}

function sentence(code: ErrorCode, { doing, host }: CallContext, said: Said): string {
  const because = said.words === '' ? '' : ` It says: ${said.words.replace(/[.\s]+$/, '')}.`;
  const refused = `Encord could not ${doing}.${because}`;
  switch (code) {
    case 'unauthenticated':
      return `Encord does not accept this key.${because} It may have been revoked, belong to another region (${host} was asked; there is also api.encord.com and api.us.encord.com), or be incomplete. Sign in again.`;
    case 'key-unknown':
      return `No Encord account at ${host} has this key. Most likely its public half has not been added to your Encord profile, or your account is in another region: choose EU or US accordingly, then sign in again.`;
    case 'forbidden':
      return `${refused} This account has no access to it, or it does not exist. Ask an administrator of it for access, then retry.`;
    case 'scope-missing':
      return `Encord could not ${doing}: the API key lacks the permission. Use a key with the scopes dataset.read and dataset.write.`;
    case 'not-found':
      return `${refused} What it concerns does not exist (any more). Check the dataset, then retry.`;
    case 'no-such-call':
      return `The server at ${host} has no way to ${doing}. Check the address of the server.`;
    case 'already-exists':
      return `${refused} It exists already.`;
    case 'payload-too-large':
      return `${refused} It is more than the server takes at once. Send less at a time, then retry.`;
    case 'rate-limited':
      return 'Encord asks for fewer requests. The whole queue waits, and goes on by itself; anything else, try again in a minute.';
    case 'server-error':
      return `Encord could not ${doing}: its server has trouble (${said.http}). Uploads are tried again by themselves; anything else, try again in a minute.`;
    case 'dataset-storage':
      return 'This dataset keeps its data outside Encord, and files can be uploaded to Encord storage only. Choose a dataset on Encord storage.';
    case 'media-refused':
      return `Encord refused the file.${because} Check that it opens, convert it to a usual format, then retry.`;
    case 'bad-answer':
      return `Encord was asked to ${doing}, and the answer of ${host} makes no sense. Check the address of the server, and whether a proxy is in the way.`;
    default:
      return `${refused} Retry; if it stays so, ask Encord's support and give them the details.`;
  }
}

/**
 * A 3xx: nothing of Encord's answers so. It is not followed, because the key would go with it. Whoever it came from has
 * done nothing, and meets every file alike, so the work waits as for a network that is down.
 */
export function redirected(context: CallContext, said: Said): Answer<never> {
  const error = errorFor('bad-answer', context, said);
  const message = `The server at ${context.host} sends us to another address, which is not followed. Check the address of the server (US accounts: api.us.encord.com), and whether the network asks for a sign-in first.`;
  return {
    ok: false,
    failure: {
      kind: 'never-sent',
      error: new UploaderError('bad-answer', message, { details: error.details }),
      retryAfterMs: said.retryAfterMs,
    },
  };
}

/** The meaning of an HTTP status where nothing better is known; `noSuchCall` for a 404 of the call itself. */
export function byStatus(context: CallContext, said: Said, noSuchCall: boolean): Answer<never> {
  const { http } = said;
  const error = (code: ErrorCode): UploaderError => errorFor(code, context, said);
  if (http >= 500 || http === 408) {
    const { retryAfterMs } = said;
    return { ok: false, failure: { kind: 'lost', error: error('server-error'), retryAfterMs } };
  }
  if (http === 429) return waiting(context, said);
  if (http >= 300 && http < 400) return redirected(context, said);
  if (http === 401) return failed('signed-out', error('unauthenticated'));
  if (http === 403) return failed('refused', error('forbidden'));
  if (http === 405 || (http === 404 && noSuchCall)) return failed('no-such-call', error('no-such-call'));
  if (http === 404 || http === 410) return failed('refused', error('not-found'));
  if (http === 409) return failed('refused', error('already-exists'));
  if (http === 413) return failed('refused', error('payload-too-large'));
  if (http >= 400) return failed('refused', error('bad-request'));
  return failed('lost', error('bad-answer'));
}

export function waiting(context: CallContext, said: Said): Answer<never> {
  const error = errorFor('rate-limited', context, said);
  return { ok: false, failure: { kind: 'wait', error, retryAfterMs: said.retryAfterMs } };
}

/**
 * For registrations: a server that says "exists already" may mean the very thing that is being registered, so only a
 * lookup can tell.
 */
export function doubtWhereExisting<T>(answer: Answer<T>): Answer<T> {
  if (answer.ok || answer.failure.kind !== 'refused' || answer.failure.error.code !== 'already-exists') {
    return answer;
  }
  return failed('lost', answer.failure.error);
}

/** For calls that may be made any number of times: whatever became of this one, it is simply made again. */
export function withoutDoubt(failure: CallFailure): CallFailure {
  return failure.kind === 'lost' ? { ...failure, kind: 'never-sent' } : failure;
}

/** Another sentence and code for the same failure, keeping its details. */
export function restated(failure: CallFailure, code: ErrorCode, message: string): Answer<never> {
  return {
    ok: false,
    failure: { ...failure, error: new UploaderError(code, message, { details: failure.error.details }) },
  };
}
