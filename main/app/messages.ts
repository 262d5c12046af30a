/**
 * What a page may send and how often, whatever runs in it. Pure; used by both hosts before anything of a message is
 * looked at.
 */

import type { Answer, ErrorCode } from '../../preload/contract/errors.ts';
import type { App } from './types.ts';

export interface MessageLimits {
  /** Characters of all texts and names of one message together. The largest honest one holds 100,000 long paths. */
  readonly characters: number;
  /** Values in it, those inside of others counted too. */
  readonly values: number;
  /** Objects and lists inside of each other. */
  readonly depth: number;
}

export const MESSAGE_LIMITS: MessageLimits = { characters: 32 * 1024 * 1024, values: 1_000_000, depth: 32 };

/** No call has a longer one. */
const LONGEST_NAME = 100;

/**
 * Answers a call of a page: never throws. What is too large, too deep or no plain data is refused before any schema goes
 * through it.
 */
export async function answerPage(
  app: Pick<App, 'handle'>,
  name: unknown,
  input: unknown,
  limits: MessageLimits = MESSAGE_LIMITS,
): Promise<Answer<unknown>> {
  if (typeof name !== 'string' || name.length > LONGEST_NAME) {
    return refusal('invalid-input', 'A call has a name of the contract.');
  }
  const problem = problemOf(input, limits);
  if (problem !== null) return refusal('invalid-input', problem);
  try {
    return await app.handle(name, input);
  } catch {
    // The app never throws by its interface; a page must still not wait for ever if it does.
    return refusal('internal', 'The program could not answer.');
  }
}

export function refusal(code: ErrorCode, message: string): Answer<never> {
  return { ok: false, error: { code, message, details: {} } };
}

/**
 * Why a message is not taken, as a sentence; null where it is. Plain data alone is taken: what JSON can say, and
 * undefined. The time that it takes is bounded by the limits, however long a list says that it is.
 */
export function problemOf(message: unknown, limits: MessageLimits = MESSAGE_LIMITS): string | null {
  let characters = 0;
  let values = 1;
  /** Containers that are still to be gone through: without recursion, as the depth is the sender's choice. */
  const open: { readonly value: object; readonly depth: number }[] = [];

  const look = (value: unknown, depth: number): string | null => {
    switch (typeof value) {
      case 'string':
        characters += value.length;
        return characters > limits.characters ? TOO_LARGE : null;
      case 'number':
      case 'boolean':
      case 'undefined':
        return null;
      case 'object':
        if (value === null) return null;
        if (!isPlain(value)) return NOT_PLAIN;
        if (depth > limits.depth) return TOO_DEEP;
        open.push({ value, depth });
        return null;
      default:
        return NOT_PLAIN;
    }
  };

  const first = look(message, 1);
  if (first !== null) return first;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    // A list of four thousand million holes is sent in a few bytes, and whoever goes through it never ends.
    const length = Array.isArray(value) ? value.length : 0;
    if (values + length > limits.values) return TOO_MANY;
    const keys = Object.keys(value);
    values += Math.max(length, keys.length);
    if (values > limits.values) return TOO_MANY;
    for (const key of keys) {
      if (!Array.isArray(value)) characters += key.length;
      const problem = look(Reflect.get(value, key), depth + 1);
      if (problem !== null) return problem;
    }
    if (characters > limits.characters) return TOO_LARGE;
  }
  return null;
}

const TOO_LARGE = 'This is more than the program takes at once. Do it in smaller parts.';
const TOO_MANY = 'These are more entries than the program takes at once. Do it in smaller parts.';
const TOO_DEEP = 'This is nested too deep for the program.';
const NOT_PLAIN = 'The program takes plain data only.';

/** Of messages that were cloned into this realm; a circle of them ends at the depth that is allowed. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Allows `burst` at once and `perSecond` on average. `now` is in milliseconds that only go forward. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#at = now;
  }

  take(now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
