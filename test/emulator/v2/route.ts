/** What a v2 route is and what its handler gets. The routes themselves are in the other files of `v2/`. */

import type { z } from 'zod';
import type { FaultKind } from '../control/faults.ts';
import { Refusal } from '../refusal.ts';
import { isUuid, shaped } from '../shape.ts';
import type { User } from '../store/users.ts';
import type { World } from '../world.ts';

export interface V2Call {
  readonly world: World;
  readonly user: User;
  /** Variables of the path, in order. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  readonly base: string;
  readonly signal: AbortSignal;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/v2/public/`; `*` is one variable part. */
  readonly path: string;
  readonly kind?: FaultKind;
  /** Returns the JSON of a 200, or undefined for 204. */
  readonly run: (call: V2Call) => unknown;
  /** Dataset keys, users without signature: only the token call insists on a signature, see B.4. */
  readonly signedOnly?: boolean;
}

/** The query as an object for a schema: repeated keys of `lists` become arrays, others take their last value. */
export function queryOf<S extends z.ZodType>(
  call: V2Call,
  schema: S,
  lists: readonly string[] = [],
): z.output<S> {
  const values: Record<string, unknown> = {};
  for (const key of new Set(call.query.keys())) {
    values[key] = lists.includes(key) ? call.query.getAll(key) : call.query.getAll(key).at(-1);
  }
  return shaped(schema, values, 'query');
}

export function bodyOf<S extends z.ZodType>(call: V2Call, schema: S): z.output<S> {
  return shaped(schema, call.body, 'body');
}

/** A uuid of the path. A malformed one cannot exist, which v2 does not tell from forbidden (encord-api.md E.2). */
export function pathUuid(call: V2Call, index: number): string {
  const value = call.params[index] ?? '';
  if (!isUuid(value))
    throw new Refusal('AUTHORISATION_ERROR', 'This does not exist or you have no access to it.');
  return value.toLowerCase();
}

/** Default and bounds of encord-api.md A, "Page". */
export const DEFAULT_PAGE_SIZE = 100;
export const MAX_PAGE_SIZE = 1000;

/** The offset that a page token stands for. @throws Refusal for a token that this server did not give */
export function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = /^offset:(\d{1,12})$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (offset === undefined) throw new Refusal('INVALID_ARGUMENTS_ERROR', 'The page token is invalid.');
  return Number(offset);
}

/** A page of what was read with one row more than `size`. */
export function page<T>(
  rows: readonly T[],
  offset: number,
  size: number,
): { results: T[]; nextPageToken: string | null } {
  const more = rows.length > size;
  return {
    results: rows.slice(0, size),
    nextPageToken: more ? Buffer.from(`offset:${offset + size}`).toString('base64url') : null,
  };
}
