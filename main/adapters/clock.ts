/** The machine's clock, as the core's port. Made once by the composition roots. */

import type { Clock } from '../core/ports.ts';
import type { LocalTime } from '../core/watch/templates.ts';

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

/** What a clock on the wall of this machine showed at an instant in milliseconds since the epoch, in its time zone. */
export function localTime(ms: number): LocalTime {
  const date = new Date(ms);
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    offsetMinutes: -date.getTimezoneOffset(),
  };
}
