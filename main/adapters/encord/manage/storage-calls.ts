/** What the calls on storage folders and items share. Used by `storage-folders.ts`, `storage-items.ts` and `storage-work.ts`. */

import { z } from 'zod';
import type { Answer } from '../../../core/encord-port.ts';
import { UploaderError } from '../../../core/errors.ts';
import { failed } from '../failures.ts';
import { MAX_LIST_BYTES } from '../wire.ts';

/** Of calls whose answer tells nothing that is needed: often a 204 without a body. */
export const ANYTHING = z.unknown();

/** Client metadata comes with each entry, and may be long. */
export const LIST = { repeatable: true, maxBytes: MAX_LIST_BYTES } as const;

const MOST_PER_PAGE = 1000;

export type Query = readonly (readonly [string, string])[];

export function pageQuery(query: {
  readonly order: 'name' | 'createdAt';
  readonly descending: boolean;
  readonly pageSize: number;
  readonly pageToken: string | null;
}): Query {
  const size = Math.min(Math.max(1, Math.round(query.pageSize)), MOST_PER_PAGE);
  return [
    ['order', query.order],
    ['desc', flag(query.descending)],
    ['pageSize', String(size)],
    ...(query.pageToken === null ? [] : [['pageToken', query.pageToken] as const]),
  ];
}

/** As Encord's own client writes it (encord-api.md A). */
export function flag(value: boolean): string {
  return value ? 'True' : 'False';
}

export function done(answer: Answer<unknown>): Answer<null> {
  return answer.ok ? { ok: true, value: null } : answer;
}

/** Without the keys that are undefined. */
export function without(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const object = z.record(z.string(), z.unknown());

/** JSON text of an object, as the object that requests want. */
export function objectOf(json: string): Answer<Readonly<Record<string, unknown>>> {
  try {
    const parsed = object.safeParse(JSON.parse(json));
    if (parsed.success) return { ok: true, value: parsed.data };
  } catch {
    // Said below, with what is JSON and no object.
  }
  return failed(
    'refused',
    new UploaderError('invalid-input', 'This is no JSON object. Write it as { "key": value } and try again.'),
  );
}
