/**
 * Protocol v1: one endpoint, the call in the body, an envelope in the answer (encord-api.md A, B.1, B.2, E.1).
 * Called by the session and the routes. Never throws.
 */

import { z } from 'zod';
import type { Answer } from '../../core/encord-port.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { byStatus, type CallContext, errorFor, failed, type Said, waiting } from './failures.ts';
import type { SshKey } from './keys.ts';
import { scrubWords } from './scrub.ts';
import { authorizationV1 } from './sign-v1.ts';
import { jsonTextOf } from './tolerant.ts';
import {
  bodyOf,
  commonHeaders,
  IDLE_MS,
  jsonOf,
  type Limits,
  logCall,
  MAX_BYTES,
  tooDeep,
  traceIdOf,
  understood,
  type WireDeps,
} from './wire.ts';

/** Who calls, and on what: a project, or a dataset; `datasetId` null for the user endpoint. */
export type V1Auth =
  | { readonly kind: 'ssh'; readonly key: SshKey; readonly datasetId: string | null }
  | { readonly kind: 'project'; readonly key: SshKey; readonly projectId: string }
  | { readonly kind: 'api-key'; readonly apiKey: string; readonly datasetId: string };

export interface V1Call<T> extends Limits {
  /** `query_type`, lower case. */
  readonly query: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly uid: unknown;
  readonly payload: unknown;
  /** Shape of `response`. */
  readonly answer: z.ZodType<T>;
  /** To follow "could not", e.g. `list the datasets`. */
  readonly doing: string;
  /** Whether sending it twice does no harm; else a broken kept connection leaves it in doubt. */
  readonly repeatable: boolean;
  /** True where an empty answer means that there is no such thing (encord-api.md E.1). */
  readonly emptyIsNotFound?: boolean;
}

export interface V1 {
  call<T>(call: V1Call<T>, auth: V1Auth, signal: AbortSignal): Promise<Answer<T>>;
}

const envelope = z.object({
  status: z.number(),
  response: z.unknown().optional(),
  payload: z.unknown().optional(),
});

type Verdict = 'signed-out' | 'refused' | 'no-such-call';

/** Names that say for certain that nothing was done (encord-api.md E.1). */
const NAMES: ReadonlyMap<string, readonly [Verdict, ErrorCode]> = new Map([
  ['AUTHENTICATION_ERROR', ['signed-out', 'unauthenticated']],
  ['SSH_KEY_NOT_FOUND_ERROR', ['signed-out', 'key-unknown']],
  ['AUTHORISATION_ERROR', ['refused', 'forbidden']],
  ['RESOURCE_NOT_FOUND_ERROR', ['refused', 'not-found']],
  ['METHOD_NOT_ALLOWED_ERROR', ['no-such-call', 'no-such-call']],
  ['OPERATION_NOT_ALLOWED', ['refused', 'scope-missing']],
  ['FILE_TYPE_NOT_SUPPORTED_ERROR', ['refused', 'media-refused']],
  ['FILE_SIZE_NOT_SUPPORTED_ERROR', ['refused', 'media-refused']],
  ['UPLOAD_OPERATION_NOT_SUPPORTED_ERROR', ['refused', 'dataset-storage']],
  ['RESOURCE_EXISTS_ERROR', ['refused', 'already-exists']],
  ['DUPLICATE_SSH_KEY_ERROR', ['refused', 'already-exists']],
  ['INVALID_DATE_FORMAT_ERROR', ['refused', 'bad-request']],
  ['INVALID_ARGUMENTS_ERROR', ['refused', 'bad-request']],
]);

export function createV1(deps: WireDeps): V1 {
  const host = new URL(deps.domain).host;
  return {
    async call(call, auth, signal) {
      const traceId = traceIdOf(deps.random);
      const context: CallContext = { host, call: `${call.query} ${call.method}`, doing: call.doing, traceId };
      const body = bodyOf({
        query_type: call.query,
        query_method: call.method,
        values: { uid: call.uid, payload: call.payload },
      });
      if (body === null) return failed('refused', tooDeep(call.doing));
      const startedAt = deps.clock.monotonic();
      const outcome = await deps.http.request({
        method: 'POST',
        url: new URL(`${deps.domain}/public${resourceOf(auth) === null ? '/user' : ''}`),
        headers: { ...commonHeaders(deps, traceId), ...headersFor(auth, body) },
        body,
        signal,
        idleMs: deps.stallMs ?? call.idleMs ?? IDLE_MS,
        maxBytes: call.maxBytes ?? MAX_BYTES,
        repeatable: call.repeatable,
      });
      logCall(deps, context.call, traceId, startedAt, outcome);
      if (outcome.kind !== 'answer') return failed(outcome.kind, outcome.error);
      const retryAfter = retryAfterMs(outcome.headers['retry-after'], deps.clock.now());
      const secrets = auth.kind === 'api-key' ? [auth.apiKey] : [];
      return judge(call, context, outcome.status, jsonOf(outcome.body), retryAfter, secrets);
    },
  };
}

function headersFor(auth: V1Auth, body: Buffer): Record<string, string> {
  const json = { Accept: 'application/json', 'Content-Type': 'application/json' };
  if (auth.kind === 'api-key') return { ...json, ResourceID: auth.datasetId, Authorization: auth.apiKey };
  const resource = resourceOf(auth);
  return {
    ...json,
    ResourceType: resource?.type ?? '',
    ResourceID: resource?.id ?? '',
    Authorization: authorizationV1(auth.key, body),
  };
}

/** Null where the call concerns nothing but the user. */
function resourceOf(auth: V1Auth): { readonly type: 'dataset' | 'project'; readonly id: string } | null {
  if (auth.kind === 'project') return { type: 'project', id: auth.projectId };
  return auth.datasetId === null ? null : { type: 'dataset', id: auth.datasetId };
}

function judge<T>(
  call: V1Call<T>,
  context: CallContext,
  http: number,
  json: unknown,
  retryAfter: number | null,
  secrets: readonly string[],
): Answer<T> {
  const parsed = understood(envelope, json);
  if (parsed === null) {
    // Not Encord's envelope: a gateway, a proxy or another server speaks, and only the HTTP status counts.
    const words = scrubWords(looseWords(json), secrets);
    return byStatus(context, { http, words, retryAfterMs: retryAfter }, true);
  }
  const { status, response, payload } = parsed.value;
  if (status !== 200) {
    const name = nameOf(response, secrets);
    const words = scrubWords(payloadWords(payload), secrets);
    const said = { http: status, words, retryAfterMs: retryAfter, ...(name === null ? {} : { name }) };
    return refusal(context, said, name);
  }
  const said: Said = { http, words: '', retryAfterMs: null };
  if (call.emptyIsNotFound && isEmpty(response)) {
    return failed('refused', errorFor('not-found', context, said));
  }
  const taken = understood(call.answer, response);
  if (taken !== null) return { ok: true, value: taken.value };
  return failed('lost', errorFor('bad-answer', context, said));
}

function refusal(context: CallContext, said: Said, name: string | null): Answer<never> {
  const known = name === null ? undefined : NAMES.get(name);
  if (said.http === 429) return waiting(context, said);
  if (known !== undefined) return failed(known[0], errorFor(known[1], context, said));
  // An unknown name is shown as words; whether anything was done, its status has to tell.
  const shown = said.words === '' && name !== null ? { ...said, words: nameInWords(name) } : said;
  return byStatus(context, shown, false);
}

/** `MULTI_LABEL_LIMIT_ERROR` → `multi label limit`; the name itself is in the details. */
function nameInWords(name: string): string {
  const words = name
    .replace(/_?ERROR$/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words === 'unknown' ? '' : scrubWords(words);
}

/** Encord's names pass unchanged; anything else that stands in their place is fit to be shown. */
function nameOf(response: unknown, secrets: readonly string[]): string | null {
  const first: unknown = Array.isArray(response) ? response[0] : response;
  return typeof first === 'string' && first.length < 100 ? scrubWords(first, secrets) : null;
}

function payloadWords(payload: unknown): string {
  if (payload === null || payload === undefined) return '';
  return typeof payload === 'string' ? payload : (jsonTextOf(payload) ?? '');
}

const loose = z.object({ message: z.string().optional(), detail: z.unknown().optional() });

function looseWords(json: unknown): string {
  const parsed = understood(loose, json);
  return parsed === null ? '' : (parsed.value.message ?? payloadWords(parsed.value.detail));
}

function isEmpty(response: unknown): boolean {
  if (response === null || response === undefined || response === 0 || response === '') return true;
  return typeof response === 'object' && Object.keys(response).length === 0;
}
