/** A clock that stands still until it is moved by hand. Used by the test of random schedules. */

import type { Clock } from '../../../main/core/ports.ts';

/** The wall clock at the beginning. */
export const EPOCH_MS = 1_800_000_000_000;

/** What is due fires one after another. */
export class MovedClock implements Clock {
  /** Milliseconds since the beginning. */
  time = 0;
  readonly #timers = new Set<{ readonly due: number; readonly fire: () => void }>();

  now(): number {
    return EPOCH_MS + this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { due: this.time + Math.max(0, ms), fire: fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** When the first timer is due; infinite where there is none. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { due } of this.#timers) next = Math.min(next, due);
    return next;
  }

  /** Fires the first timer. */
  fire(): void {
    const { next } = this;
    for (const timer of this.#timers) {
      if (timer.due > next) continue;
      this.#timers.delete(timer);
      this.time = Math.max(this.time, next);
      timer.fire();
      return;
    }
  }
}
