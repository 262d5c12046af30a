/**
 * The time in which the engine works: it ends when the engine stops and when the machine goes to sleep, and a new one
 * begins when that is over. Whoever works looks at its signals. Used by the engine only.
 */

import type { Clock } from './ports.ts';

export class Shift {
  readonly #clock: Clock;
  #work = new AbortController();
  #patience = new AbortController();
  #loseIt: () => void = () => undefined;
  #woke = { at: 0, monotonic: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get over(): boolean {
    return this.#work.signal.aborted;
  }

  /**
   * When the last sleep was over, in milliseconds since the epoch and on the clock that only goes forward; 0: there was
   * none.
   */
  get lastWoke(): { readonly at: number; readonly monotonic: number } {
    return this.#woke;
  }

  get signal(): AbortSignal {
    return this.#work.signal;
  }

  /** For calls whose answer decides what exists on the server: aborted a moment later than everything else. */
  get patientSignal(): AbortSignal {
    return this.#patience.signal;
  }

  /** What is under way is broken off; what is patient, after so many milliseconds. */
  end(patienceMs: number): void {
    if (this.over) return;
    this.#work.abort();
    this.#loseIt = this.#clock.after(patienceMs, () => this.#patience.abort());
  }

  /** Nobody is patient any more, because nothing is under way. */
  forgetPatience(): void {
    this.#loseIt();
  }

  /** A sleep is over, whether this one ended for it or nobody had told of it. */
  woke(): void {
    this.#woke = { at: this.#clock.now(), monotonic: this.#clock.monotonic() };
  }

  /** To be called when nothing of the last one is under way: whoever works would not see that it had ended. */
  begin(): void {
    this.#loseIt();
    this.woke();
    this.#work = new AbortController();
    this.#patience = new AbortController();
  }
}
