/**
 * How many files are sent at the same time when the program decides: more while that moves more, fewer after trouble.
 * Used by the engine only; lives in memory, because it describes the line of this hour.
 *
 * A hill is climbed in the dark: one step up, a look at what came of it, and back down where nothing did. Only a time
 * in which every slot was used says anything about more slots.
 */

/** What a person allows. Both the same: nothing is left to decide. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Where the climb begins: enough to hide the round trips of small files. */
const START = 32;
/** Milliseconds that are compared with those before. */
const WINDOW_MS = 1_500;
/** Windows of peace after a step that gained nothing, and after trouble. */
const REST_AFTER_STEP = 8;
const REST_AFTER_TROUBLE = 6;
/** A step is kept where it moved so much more. */
const WORTHWHILE = 1.05;
const STEP = 1.5;
/** What a finished file counts beside its bytes: small ones cost their round trips. */
const FILE_WORTH = 64 * 1024;

export class Pace {
  readonly #now: () => number;
  #slots = START;
  /** Slots before the last step, and what they moved; null when no step is on trial. */
  #before: { readonly slots: number; readonly rate: number } | null = null;
  #rest = 0;
  #began: number;
  #moved = 0;
  #full = false;
  #troubled = false;

  /** @param now milliseconds that only ever go forward */
  constructor(now: () => number) {
    this.#now = now;
    this.#began = now();
  }

  slots(bounds: Bounds): number {
    if (bounds.least >= bounds.most) return bounds.most;
    if (this.#now() - this.#began >= WINDOW_MS) this.#look(bounds);
    this.#slots = Math.max(bounds.least, Math.min(bounds.most, this.#slots));
    return this.#slots;
  }

  sent(bytes: number): void {
    this.#moved += Math.max(0, bytes);
  }

  finished(): void {
    this.#moved += FILE_WORTH;
  }

  /** Something waits because all slots are taken. */
  full(): void {
    this.#full = true;
  }

  /** A stall, an error of the line or of the server, a plea for patience. Several at once are one. */
  trouble(): void {
    if (this.#troubled) return;
    this.#troubled = true;
    this.#slots = Math.floor(this.#slots / 2);
    this.#before = null;
    this.#rest = REST_AFTER_TROUBLE;
  }

  #look(bounds: Bounds): void {
    const now = this.#now();
    const rate = this.#moved / (now - this.#began);
    const { full, troubled } = { full: this.#full, troubled: this.#troubled };
    this.#began = now;
    this.#moved = 0;
    this.#full = false;
    this.#troubled = false;
    if (troubled) return;
    if (!full) {
      this.#before = null;
      return;
    }
    if (this.#before !== null && rate < this.#before.rate * WORTHWHILE) {
      this.#slots = this.#before.slots;
      this.#before = null;
      this.#rest = REST_AFTER_STEP;
      return;
    }
    if (this.#rest > 0) {
      this.#rest -= 1;
      return;
    }
    if (this.#slots >= bounds.most) {
      this.#before = null;
      return;
    }
    this.#before = { slots: this.#slots, rate };
    this.#slots = Math.max(this.#slots + 1, Math.round(this.#slots * STEP));
  }
}
