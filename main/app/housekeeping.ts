/** Clears what is not needed any more: history beyond what the settings keep, copies of finished drops. Made by `program.ts`. */

import { asUploaderError, toLogFields } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Drops } from './drops.ts';
import type { Queue } from './queue.ts';
import type { Settings } from './settings.ts';

/** How long after a finished unit the copies of browser drops are looked through. */
const SWEEP_AFTER_MS = 2_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface HousekeepingParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly queue: Queue;
  readonly drops: Drops;
  readonly settings: Settings;
  /** Aborted at the end of the program. */
  readonly signal: AbortSignal;
}

export class Housekeeping {
  readonly #parts: HousekeepingParts;
  #sweepScheduled = false;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  /** Clears now, and the history each day again; the result comes when the copies were looked through. */
  start(): Promise<void> {
    this.#pruneDaily();
    return this.#sweep(true);
  }

  /** Clears what of the history is older or more than the settings keep. */
  prune(): void {
    const { clock, log, queue, settings } = this.#parts;
    const { historyDays, historyUnits } = settings.get();
    try {
      queue.prune({
        before: historyDays === 0 ? null : clock.now() - historyDays * DAY_MS,
        units: historyUnits === 0 ? null : historyUnits,
      });
    } catch (reason) {
      log.warn('The history could not be pruned.', toLogFields(asUploaderError(reason)));
    }
  }

  /** Not at each finished unit: the copies are looked through once for many. */
  unitsDone(): void {
    if (this.#sweepScheduled) return;
    this.#sweepScheduled = true;
    this.#parts.clock.after(SWEEP_AFTER_MS, () => {
      this.#sweepScheduled = false;
      if (!this.#parts.signal.aborted) void this.#sweep(false);
    });
  }

  #pruneDaily(): void {
    this.prune();
    this.#parts.clock.after(DAY_MS, () => {
      if (!this.#parts.signal.aborted) this.#pruneDaily();
    });
  }

  #sweep(atStart: boolean): Promise<void> {
    return this.#parts.drops.sweep(atStart).catch((reason: unknown) => {
      this.#parts.log.warn(
        'The copies of finished drops could not be removed.',
        toLogFields(asUploaderError(reason)),
      );
    });
  }
}
