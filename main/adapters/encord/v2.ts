/**
 * Protocol v2: REST with message signatures (encord-api.md A, B.3, E.2). Called by the session and the storage route.
 * Never throws.
 */

import { z } from 'zod';
import type { Answer } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { byStatus, type CallContext, errorFor, failed, type Said } from './failures.ts';
import type { SshKey } from './keys.ts';
import { scrubWords } from './scrub.ts';
import { signatureHeadersV2 } from './sign-v2.ts';
import { or, wholeList } from './tolerant.ts';
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

export interface V2Call<T> extends Limits {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments behind `/v2/public/`, not yet encoded. */
  readonly path: readonly string[];
  readonly query?: readonly (readonly [string, string])[];
  readonly body?: unknown;
  readonly answer: z.ZodType<T>;
  /** To follow "could not", e.g. `list the datasets`. */
  readonly doing: string;
  /** Whether sending it twice does no harm; else a broken kept connection leaves it in doubt. */
  readonly repeatable: boolean;
}

export interface V2 {
  call<T>(call: V2Call<T>, signal: AbortSignal): Promise<Answer<T>>;
}

/** A clock that is wrong by more than this explains a refused signature. */
const CLOCK_TOLERANCE_MS = 120_000;
/** A word of the protocol, as opposed to an id, which no error and no log needs. */
const WORD = /^(?=.{1,30}$)[a-z]+(-[a-z0-9]+)*$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function createV2(deps: WireDeps, key: SshKey): V2 {
  const host = new URL(deps.domain).host;
  return {
    async call(call, signal) {
      const traceId = traceIdOf(deps.random);
      const name = `${call.method} ${call.path.map((part) => (WORD.test(part) ? part : '{id}')).join('/')}`;
      const context: CallContext = { host, call: name, doing: call.doing, traceId };
      if (!call.path.every(isSegment)) return failed('refused', unusableId(call.doing));
      const url = new URL(`${deps.domain}/v2/public/${call.path.map(encodeURIComponent).join('/')}`);
      for (const [field, value] of call.query ?? []) url.searchParams.append(field, value);
      const body = call.body === undefined ? null : bodyOf(call.body);
      if (body === null && call.body !== undefined) return failed('refused', tooDeep(call.doing));
      const startedAt = deps.clock.monotonic();
      const outcome = await deps.http.request({
        method: call.method,
        url,
        headers: {
          ...commonHeaders(deps, traceId),
          ...(body === null ? {} : { 'Content-Type': 'application/json' }),
          ...signatureHeadersV2(key, {
            method: call.method,
            requestTarget: `${url.pathname}${url.search}`,
            body: body ?? new Uint8Array(),
            now: deps.clock.now(),
          }),
        },
        body,
        signal,
        idleMs: deps.stallMs ?? call.idleMs ?? IDLE_MS,
        maxBytes: call.maxBytes ?? MAX_BYTES,
        repeatable: call.repeatable,
      });
      logCall(deps, name, traceId, startedAt, outcome);
      if (outcome.kind !== 'answer') return failed(outcome.kind, outcome.error);

      const { status, headers } = outcome;
      const json = jsonOf(outcome.body);
      const now = deps.clock.now();
      // Encord's own client takes 200 and 204 only; any 2xx whose body makes sense is taken here, because its
      // server did what was asked.
      if (status >= 200 && status < 300) {
        // What is no JSON is somebody else's page, whatever the call would take for an answer.
        const answer = outcome.body.length === 0 ? null : json;
        const taken = answer === undefined ? null : understood(call.answer, answer);
        if (taken !== null) return { ok: true, value: taken.value };
        return failed(
          'lost',
          errorFor('bad-answer', context, { http: status, words: '', retryAfterMs: null }),
        );
      }
      const said: Said = {
        http: status,
        words: scrubWords(wordsOf(json)),
        retryAfterMs: retryAfterMs(headers['retry-after'], now),
      };
      if (status === 401) {
        const off = clockOff(headers.date, now);
        if (off !== null) return failed('signed-out', clockError(off, context, said));
      }
      // Where the path names no thing, no thing can be missing.
      const namesAThing = call.path.some((part) => UUID.test(part));
      return byStatus(context, said, !namesAThing || isRouteMissing(json));
    },
  };
}

const message = z.object({ message: z.string() });
const detail = z.object({ detail: z.string() });
const details = z.object({
  detail: wholeList(z.object({ loc: or(z.array(z.union([z.string(), z.number()])), null), msg: z.string() })),
});

/** Ids come from the server; one of dots would lead to another place, and half a character cannot be written. */
function isSegment(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && part.isWellFormed();
}

function unusableId(doing: string): UploaderError {
  const message = `Encord could not be asked to ${doing}: there can be no such id. Load the list again, then retry.`;
  return new UploaderError('invalid-input', message);
}

/** `{message}`, `{detail: "…"}` or `{detail: [{loc, msg}]}`. */
function wordsOf(json: unknown): string {
  const plain = understood(message, json);
  if (plain !== null) return plain.value.message;
  const single = understood(detail, json);
  if (single !== null) return single.value.detail;
  const several = understood(details, json);
  if (several === null) return '';
  return several.value.detail.map(({ loc, msg }) => (loc ? `${loc.join('.')}: ${msg}` : msg)).join('; ');
}

/** A 404 of the call itself: no JSON, or the stock answer of the server's framework; else a thing is missing. */
function isRouteMissing(json: unknown): boolean {
  if (json === undefined || json === null) return true;
  return understood(detail, json)?.value.detail === 'Not Found';
}

/** Milliseconds that our clock is ahead of the server's, where that is too much; else null. */
function clockOff(date: string | undefined, now: number): number | null {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  const off = now - theirs;
  return Number.isFinite(off) && Math.abs(off) > CLOCK_TOLERANCE_MS ? off : null;
}

function clockError(off: number, context: CallContext, said: Said): UploaderError {
  const seconds = Math.round(Math.abs(off) / 1000);
  const text =
    seconds < 5400
      ? `${Math.round(seconds / 60)} minutes`
      : seconds < 172_800
        ? `${Math.round(seconds / 3600)} hours`
        : `${Math.round(seconds / 86_400)} days`;
  return new UploaderError(
    'clock-wrong',
    `The clock of this machine is ${text} ${off > 0 ? 'ahead' : 'behind'}, so Encord does not accept its signatures. Set the clock (switch on automatic time), then try again.`,
    {
      details: { ...errorFor('clock-wrong', context, said).details, seconds: String(Math.round(off / 1000)) },
    },
  );
}
