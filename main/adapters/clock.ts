/** The machine's clock, as the core's port. Made once by the composition roots. */

import type { Clock } from '../core/ports.ts';

/** The longest that a timer of Node can wait; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(ms, fn) {
      let timer: NodeJS.Timeout;
      const wait = (left: number): void => {
        const part = Math.min(Math.max(left, 0), LONGEST_TIMER_MS);
        timer = setTimeout(() => (left > part ? wait(left - part) : fn()), part);
        timer.unref();
      };
      wait(ms);
      return () => clearTimeout(timer);
    },
  };
}
