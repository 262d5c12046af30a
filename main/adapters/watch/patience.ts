/**
 * Time limits for calls into a file system that may never answer, such as a share whose server is gone. A call that
 * hangs keeps one of the few threads that Node has for system calls, so few are made at once, and no more until it
 * came back. One for each root; used by `disk.ts` and `start.ts`.
 */

import type { Clock } from '../../core/ports.ts';
import { noAnswer } from './problems.ts';

/** How long a root may take to say that it is there. */
export const ROOT_MS = 5_000;

/** Of four threads, so that uploads go on beside a root that hangs. */
const AT_ONCE = 2;

interface Waiting {
  readonly begin: () => void;
  readonly refuse: () => void;
}

export class Patience {
  private readonly place: string;
  private readonly clock: Pick<Clock, 'after'>;
  private running = 0;
  private overdue = 0;
  private readonly waiting: Waiting[] = [];

  constructor(place: string, clock: Pick<Clock, 'after'>) {
    this.place = place;
    this.clock = clock;
  }

  /**
   * Does the work when its turn comes. Rejects with what the work rejects with, or with `file-unreadable` when it takes
   * longer than `limitMs`, or when an earlier one did and has not come back. What is urgent is next, and its limit
   * counts from now.
   */
  ask<T>(limitMs: number, work: () => Promise<T>, urgent = false): Promise<T> {
    if (this.overdue > 0) return Promise.reject(noAnswer(this.place));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let started = false;
    let late = false;
    const onLimit = (): void => {
      late = true;
      reject(noAnswer(this.place));
      if (!started) return;
      this.overdue++;
      for (const { refuse } of this.waiting.splice(0)) refuse();
    };
    let stop = urgent ? this.clock.after(limitMs, onLimit) : () => undefined;
    const begin = (): void => {
      if (late) {
        this.next();
        return;
      }
      started = true;
      this.running++;
      if (!urgent) stop = this.clock.after(limitMs, onLimit);
      work()
        .finally(() => {
          stop();
          this.running--;
          if (late) this.overdue--;
          this.next();
        })
        .then(resolve, reject);
    };
    const refuse = (): void => {
      stop();
      reject(noAnswer(this.place));
    };
    if (this.running < AT_ONCE) begin();
    else if (urgent) this.waiting.unshift({ begin, refuse });
    else this.waiting.push({ begin, refuse });
    return promise;
  }

  private next(): void {
    if (this.running < AT_ONCE) this.waiting.shift()?.begin();
  }
}
