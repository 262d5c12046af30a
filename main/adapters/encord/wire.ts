/** What both protocols share: their means, the trace id, JSON bodies. Used inside the Encord adapter. */

import type { z } from 'zod';
import { UploaderError } from '../../core/errors.ts';
import type { Clock, Log, Random } from '../../core/ports.ts';
import type { HttpClient, HttpOutcome } from '../http/client.ts';
import { jsonTextOf } from './tolerant.ts';

export interface WireDeps {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of this program, for the User-Agent. */
  readonly version: string;
  /** `scheme://host[:port]`. */
  readonly domain: string;
  /** Milliseconds of silence for every call, whatever it would wait by itself. */
  readonly stallMs?: number;
}

/** How an answer is read and how long it is waited for; the same for both protocols. */
export interface Limits {
  /** Milliseconds of silence; 60 s unless told. */
  readonly idleMs?: number;
  /** Most bytes of the answer; 32 MB unless told. */
  readonly maxBytes?: number;
}

export const IDLE_MS = 60_000;
/** For calls that work before they answer: Encord's own client waits this long (encord-api.md D). */
export const PATIENT_MS = 180_000;
export const MAX_BYTES = 32_000_000;
/** For lists that come in one piece, whatever their length. */
export const MAX_LIST_BYTES = 256_000_000;

/** A fresh trace id: 32 hex digits. Encord's support finds a call by it (encord-api.md E.2). */
export function traceIdOf(random: Random): string {
  return random.uuid().replaceAll('-', '');
}

export function commonHeaders(deps: WireDeps, traceId: string): Record<string, string> {
  return {
    'User-Agent': `encord-uploader/${deps.version}`,
    'X-Cloud-Trace-Context': `${traceId}/1;o=1`,
  };
}

/** The parsed body; `undefined` where it is not JSON. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A body that is sent as JSON; null for what is nested too deeply to be written. */
export function bodyOf(value: unknown): Buffer | null {
  const text = jsonTextOf(value);
  return text === null ? null : Buffer.from(text);
}

/** For a body that cannot be. `doing` as in the calls. */
export function tooDeep(doing: string): UploaderError {
  const message = `Encord could not be asked to ${doing}: what is to be sent is nested too deeply. Simplify it, then retry.`;
  return new UploaderError('invalid-input', message);
}

/** The value that the shape makes of an answer; null where it fits none. Never throws. */
export function understood<T>(shape: z.ZodType<T>, json: unknown): { readonly value: T } | null {
  try {
    const parsed = shape.safeParse(json);
    return parsed.success ? { value: parsed.data } : null;
  } catch {
    // An answer can be made so deep, or wrong in so many places, that the parser itself gives up.
    return null;
  }
}

/** One line for each call. Names and numbers only. */
export function logCall(
  deps: WireDeps,
  call: string,
  traceId: string,
  startedAt: number,
  outcome: HttpOutcome,
): void {
  deps.log.debug('Encord call', {
    call,
    trace: traceId,
    ms: Math.round(deps.clock.monotonic() - startedAt),
    ...(outcome.kind === 'answer'
      ? { http: outcome.status, bytes: outcome.body.length }
      : { outcome: outcome.kind, code: outcome.error.code }),
  });
}
