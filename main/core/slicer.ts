/**
 * Cuts long computations into slices, so that timers, sockets and pages get their turn between them.
 * Called by the planner and by adapters that go through many files.
 */

import type { Clock } from './ports.ts';

export interface Slicer {
  /** Whether this slice's time is used up: then `await pause()` before going on. */
  spent(): boolean;
  /** Lets everything that waits have its turn, and begins a new slice. */
  pause(): Promise<void>;
}

/** Milliseconds of one slice; half of the ten that nobody may hold up the event loop for. */
const SLICE_MS = 5;

export function createSlicer(clock: Pick<Clock, 'monotonic'>): Slicer {
  let started = clock.monotonic();
  let pausing: Promise<void> | null = null;
  return {
    spent: () => pausing !== null || clock.monotonic() - started >= SLICE_MS,
    pause() {
      // One pause for all that work side by side: after pauses of their own they would run one after another,
      // each for a whole slice.
      pausing ??= new Promise<void>((resolve) => {
        // Not the clock's timer: that one does not keep the process alive, and work is going on here.
        setTimeout(() => {
          pausing = null;
          started = clock.monotonic();
          resolve();
        }, 0);
      });
      return pausing;
    },
  };
}
