/** Lists that v2 gives out page by page, read to their end (encord-api.md A). Used by the calls of this folder and of `manage`. */

import type { z } from 'zod';
import type { Answer } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import type { TokenPage } from '../../core/manage/ports.ts';
import { failed } from './failures.ts';
import type { V2 } from './v2.ts';
import { MAX_LIST_BYTES } from './wire.ts';

/** The most that the server gives at once. */
const MOST_AT_ONCE = 1000;
/** A million entries: what goes on after them has no end. */
const MOST_PAGES = 1000;

export interface PagedCall<T> {
  /** Segments behind `/v2/public/`, not yet encoded. */
  readonly path: readonly string[];
  readonly query?: readonly (readonly [string, string])[];
  readonly page: z.ZodType<TokenPage<T>>;
  /** 1000 unless told. */
  readonly pageSize?: number;
  /** To follow "could not", e.g. `list the groups`. */
  readonly doing: string;
}

/** Everything that the list has. */
export async function allPages<T>(
  v2: V2,
  call: PagedCall<T>,
  signal: AbortSignal,
): Promise<Answer<readonly T[]>> {
  const all: T[] = [];
  const answer = await eachPage(v2, call, signal, (items) => {
    for (const each of items) all.push(each);
    return true;
  });
  return answer.ok ? { ok: true, value: all } : answer;
}

/** Page after page, until `take` has enough and says false. A token that comes again ends the list. */
export async function eachPage<T>(
  v2: V2,
  { path, query = [], page, pageSize = MOST_AT_ONCE, doing }: PagedCall<T>,
  signal: AbortSignal,
  take: (items: readonly T[]) => boolean,
): Promise<Answer<null>> {
  const seen = new Set<string>();
  let token: string | null = null;
  for (let nth = 0; nth < MOST_PAGES; nth += 1) {
    const answer: Answer<TokenPage<T>> = await v2.call(
      {
        method: 'GET',
        path,
        query: [
          ...query,
          ['pageSize', String(pageSize)],
          ...(token === null ? [] : [['pageToken', token] as const]),
        ],
        answer: page,
        doing,
        repeatable: true,
        maxBytes: MAX_LIST_BYTES,
      },
      signal,
    );
    if (!answer.ok) return answer;
    token = answer.value.next;
    if (!take(answer.value.items) || token === null || seen.has(token)) return { ok: true, value: null };
    seen.add(token);
  }
  const message = `Encord could not ${doing}: the list has no end. Check the address of the server.`;
  return failed('lost', new UploaderError('bad-answer', message));
}
