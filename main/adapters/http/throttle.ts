/**
 * One bandwidth limit for all uploads of a sender: whoever sends asks for each small slice, and slices are given in the
 * order of asking, so that files on their way share the limit evenly, and together keep to it. Made by the composition
 * root, set by the use cases, asked by `put-body.ts`.
 *
 * The bytes counted are those of the files, as they are handed to the socket. What the system's buffers hold counts as
 * sent, so whoever asks next should have seen the socket take what was given before: on a line slower than the limit
 * nothing is then given to a file that cannot use it, and on a faster one the buffers are empty.
 */

import type { BandwidthLimiter, Clock } from '../../core/ports.ts';

/** The share of a second that a slice takes: small, so that bytes flow evenly and turns come often. */
const SLICE_SECONDS = 0.02;
/** Slices are not cut smaller than this, which would be mostly headers, as long as they take no more than a tenth of a second. */
const SMALL_SLICE_BYTES = 1024;
const LONGEST_SLICE_SECONDS = 0.1;
const LARGEST_SLICE_BYTES = 512 * 1024;
/**
 * How much of the past may be made up for, in seconds. Timers come late, on a busy machine by some tenths of a second;
 * without this each delay would be lost. It is also the most by which any span of time can see more than its share.
 */
const CATCH_UP_SECONDS = 0.25;

interface Asking {
  readonly most: number;
  readonly granted: (bytes: number) => void;
}

export class Throttle implements BandwidthLimiter {
  private readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  private readonly asking = new Set<Asking>();
  private rate: number | null = null;
  /** Bytes that may go now; negative after a slice, which is given whole as soon as there is anything at all. */
  private allowance = 0;
  private countedAt = 0;
  private stopTimer: (() => void) | null = null;
  private giving = false;

  constructor(clock: Pick<Clock, 'monotonic' | 'after'>) {
    this.clock = clock;
  }

  /** Bytes a second; null is no limit. */
  get limit(): number | null {
    return this.rate;
  }

  /** Holds from now on; who waits is given what the new limit has for them. */
  setLimit(bytesPerSecond: number | null): void {
    if (bytesPerSecond === this.rate) return;
    this.rate = bytesPerSecond;
    // What was given under the old limit is no debt under the new one.
    this.allowance = 0;
    this.countedAt = this.clock.monotonic();
    this.give();
  }

  /**
   * Asks for up to `most` bytes, at least one. `granted` is called once with how many may go, maybe at once; what
   * this returns takes the question back.
   */
  ask(most: number, granted: (bytes: number) => void): () => void {
    const asking = { most, granted };
    this.asking.add(asking);
    // While the timer runs there is nothing to give, and others come first.
    if (!this.stopTimer) this.give();
    return () => this.asking.delete(asking);
  }

  private give(): void {
    // One that is granted may ask again, or change the limit: the loop below sees it.
    if (this.giving) return;
    this.stopTimer?.();
    this.stopTimer = null;
    this.count();
    this.giving = true;
    for (const asking of this.asking) {
      if (this.rate !== null && this.allowance <= 0) break;
      this.asking.delete(asking);
      const bytes = this.rate === null ? asking.most : Math.min(asking.most, sliceOf(this.rate));
      this.allowance -= bytes;
      asking.granted(bytes);
    }
    this.giving = false;
    if (this.rate === null || this.asking.size === 0) return;
    const waitMs = Math.ceil((-this.allowance / this.rate) * 1000);
    this.stopTimer = this.clock.after(Math.max(1, waitMs), () => this.give());
  }

  /** Adds what the time since the last look allows. */
  private count(): void {
    if (this.rate === null) return;
    const now = this.clock.monotonic();
    const seconds = Math.max(0, now - this.countedAt) / 1000;
    this.countedAt = now;
    this.allowance = Math.min(this.allowance + seconds * this.rate, this.rate * CATCH_UP_SECONDS);
  }
}

function sliceOf(rate: number): number {
  const small = Math.min(SMALL_SLICE_BYTES, rate * LONGEST_SLICE_SECONDS);
  return Math.ceil(Math.min(Math.max(rate * SLICE_SECONDS, small), LARGEST_SLICE_BYTES));
}
