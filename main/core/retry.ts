/**
 * How long to wait before trying again. Used by the engine and by long work.
 */

import type { Random } from './ports.ts';

export interface Backoff {
  /** Milliseconds: the ceiling of the first wait. */
  readonly baseMs: number;
  /** Milliseconds: no wait is longer than this. */
  readonly capMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { baseMs: 1_000, capMs: 60_000 };

/**
 * Doubling with full jitter: uniform between a tenth of the ceiling and the ceiling, where the ceiling doubles with
 * each attempt up to the cap. The floor keeps a failing server from being asked again at once.
 * @param attempts how often it has failed before, from 0
 */
export function backoffMs(attempts: number, random: Random, backoff: Backoff = DEFAULT_BACKOFF): number {
  const ceiling = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(attempts, 30));
  return Math.round(ceiling * (0.1 + 0.9 * random.fraction()));
}
