/**
 * Small helpers that turn the adapters' answers into values or thrown errors. Used by the use cases.
 */

import type { Answer } from '../core/encord-port.ts';
import { type Failure, toFailure, type UploaderError } from '../core/errors.ts';

/** The value of a successful call; throws the error of a failed one. */
export function unwrap<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw answer.failure.error;
}

/** The window of a list. */
export function windowOf<T>(rows: readonly T[], offset: number, limit: number): { total: number; rows: T[] } {
  return { total: rows.length, rows: rows.slice(offset, offset + limit) };
}

/** A failure as pages get it: a copy, so that nothing of the program's own is handed out. */
export function failureView(failure: Failure): Failure & { details: Record<string, string> } {
  return { ...failure, details: { ...failure.details } };
}

export function errorView(error: UploaderError, at: number): Failure & { details: Record<string, string> } {
  return failureView(toFailure(error, at));
}

/** Optional keys of a validated input, without those that were given as undefined. */
export function withoutUndefined<T extends object>(input: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  // The entries are the input's own; only the type of `fromEntries` forgets them.
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
