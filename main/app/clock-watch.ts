/**
 * Asks again for the accounts that Encord turned away because this machine's clock is wrong: the network sets the clock
 * of a lab machine right sooner or later, and nobody is there to say so. Made by `Program`.
 */

import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { AccountId } from '../core/model.ts';
import type { Clock } from '../core/ports.ts';

/** One small call a minute for as long as it lasts. */
const AGAIN_MS = 60_000;

export class ClockWatch {
  readonly #clock: Clock;
  readonly #accounts: () => readonly AccountRecord[];
  readonly #check: (id: AccountId) => Promise<unknown>;
  #cancel: (() => void) | null = null;
  #closed = false;

  /** @param check lifts what holds the account where it succeeds; what it rejects with is of no matter here */
  constructor(
    clock: Clock,
    accounts: () => readonly AccountRecord[],
    check: (id: AccountId) => Promise<unknown>,
  ) {
    this.#clock = clock;
    this.#accounts = accounts;
    this.#check = check;
  }

  /** To be called when an account may have been turned away. */
  look(): void {
    if (this.#cancel || this.#closed || this.#waiting().length === 0) return;
    this.#askLater();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #waiting(): readonly AccountRecord[] {
    return this.#accounts().filter((account) => account.blocked?.code === 'clock-wrong');
  }

  #askLater(): void {
    this.#cancel = this.#clock.after(AGAIN_MS, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    try {
      for (const { id } of this.#waiting()) await this.#check(id).catch(() => undefined);
      this.#cancel = null;
      this.look();
    } catch {
      // The store cannot be read just now; who works on the queue says so.
      if (!this.#closed) this.#askLater();
    }
  }
}
