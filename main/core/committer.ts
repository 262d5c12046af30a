/**
 * Gathers the changes that happen close together into one transaction, because each transaction waits for the disk.
 * A promise resolves when its changes are durable. Used by the engine only.
 */

import type { Change, Clock, QueueStore } from './ports.ts';

/** After a failed write, nothing new is begun for this long. */
const RETRY_MS = 10_000;

interface Waiting {
  readonly changes: readonly Change[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class Committer {
  #waiting: Waiting[] = [];
  #scheduled = false;
  #brokenUntil = 0;
  readonly #store: QueueStore;
  readonly #clock: Clock;
  readonly #onCommitted: () => void;

  constructor(store: QueueStore, clock: Clock, onCommitted: () => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onCommitted = onCommitted;
  }

  /** Resolves when the changes are on disk; rejects when the transaction that held them failed as a whole. */
  commit(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      this.#clock.after(0, () => this.flush());
    });
  }

  /** When work may start again after the store failed to write (disk full, say); 0 when it can write. */
  get brokenUntil(): number {
    return this.#brokenUntil;
  }

  /** Writes what is waiting now; called at stop, so that nothing that happened is forgotten. */
  flush(): void {
    this.#scheduled = false;
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    try {
      this.#store.commit(batch.flatMap((each) => each.changes));
    } catch (reason) {
      this.#brokenUntil = this.#clock.now() + RETRY_MS;
      for (const each of batch) each.reject(reason);
      return;
    }
    this.#brokenUntil = 0;
    for (const each of batch) each.resolve();
    this.#onCommitted();
  }
}
