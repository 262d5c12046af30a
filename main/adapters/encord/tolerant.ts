/**
 * Parts of schemas that take what they can use and do without the rest: whatever a server sends in the place of a value
 * that is not indispensable becomes a fallback. Used by the schemas of this folder and of `manage`.
 *
 * Not for answers by which it is decided whether something exists already: what is left out of those would be made a
 * second time. Their schemas are strict, and say so.
 */

import { z } from 'zod';

/** The value, or the fallback for anything else. */
export function or<T extends z.ZodType, F>(type: T, fallback: F) {
  return z
    .unknown()
    .optional()
    .transform((value): z.output<T> | F => {
      const parsed = type.safeParse(value);
      return parsed.success ? parsed.data : fallback;
    });
}

/** Anything above is no number of bytes, pixels or seconds, and sums of it would end in infinity. */
const sensible = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** How much of something, also in parts; null where it is not told. */
export const maybeAmount = or(sensible, null);
/** How many, in whole numbers; null where it is not told. */
export const maybeCount = or(sensible.transform(Math.round), null);
/** How many, in whole numbers; 0 where it is not told. */
export const count = or(sensible.transform(Math.round), 0);

/** Of a list within an answer, the elements that are of this type; none where there is no list. */
export function listOf<T extends z.ZodType>(type: T) {
  return z
    .unknown()
    .optional()
    .transform((value) => (Array.isArray(value) ? fitting(type, value) : []));
}

/** The same, where no list is something else than an empty one: null. */
export function listOrNull<T extends z.ZodType>(type: T) {
  return z
    .unknown()
    .optional()
    .transform((value) => (Array.isArray(value) ? fitting(type, value) : null));
}

/**
 * An answer that is a list, without the elements that make no sense. Null is an empty one (encord-api.md E.1); anything
 * else makes no sense, since an empty list would claim that there is nothing.
 */
export function wholeList<T extends z.ZodType>(type: T) {
  return z
    .array(z.unknown())
    .nullable()
    .transform((list) => fitting(type, list ?? []));
}

/** A v2 page (encord-api.md A) without the elements that make no sense. */
export function pageOf<T extends z.ZodType>(type: T) {
  return z
    .object({ results: z.array(z.unknown()), nextPageToken: or(z.string().min(1), null) })
    .transform((page) => ({ items: fitting(type, page.results), next: page.nextPageToken }));
}

function fitting<T extends z.ZodType>(type: T, list: readonly unknown[]): readonly z.output<T>[] {
  return list.flatMap((each) => {
    const parsed = type.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
}

/** A role on a dataset or folder: a number or a word, whichever the call; others are not known here. */
export const role = z
  .unknown()
  .optional()
  .transform((value) => {
    if (value === 'admin' || value === 0) return 'admin' as const;
    return value === 'user' || value === 1 ? ('user' as const) : null;
  });

/**
 * Client metadata: JSON text in some answers, an object in others (encord-api.md C.13). As JSON text of an object, or
 * null.
 */
export const metadataText = z
  .unknown()
  .optional()
  .transform((value): string | null => {
    const parsed = typeof value === 'string' ? jsonIn(value) : value;
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
    return typeof value === 'string' ? value : jsonTextOf(parsed);
  });

/** What a JSON text holds; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As JSON text; null for what is nested too deeply to be written, though it could be read. */
export function jsonTextOf(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}
