/**
 * Gathers the changes that happen close together into one transaction, because each transaction waits for the disk.
 * A promise resolves when its changes are durable. Used by the engine only.
 */

import { asUploaderError, isDataFolderError, type UploaderError } from './errors.ts';
import type { Clock } from './ports.ts';
import type { Change, QueueStore } from './store-port.ts';

/** Changes of so many milliseconds are written together: the wait for the disk is longer than this. */
const GATHER_MS = 3;
/** After a failed write, nothing new is begun for this long. */
const RETRY_MS = 10_000;

interface Waiting {
  readonly changes: readonly Change[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Neither may throw: a timer calls them. */
export interface CommitListener {
  /** These are on disk. */
  committed(changes: readonly Change[]): void;
  /** The data folder cannot be written, and why; null when it can again. Said once each. */
  stuck(error: UploaderError | null): void;
}

export class Committer {
  #waiting: Waiting[] = [];
  #scheduled = false;
  /** On the clock that only goes forward. */
  #brokenUntil = 0;
  #trouble: UploaderError | null = null;
  readonly #store: QueueStore;
  readonly #clock: Clock;
  readonly #listener: CommitListener;

  constructor(store: QueueStore, clock: Clock, listener: CommitListener) {
    this.#store = store;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Resolves when the changes are on disk; rejects when the transaction that held them failed as a whole. */
  commit(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      this.#clock.after(GATHER_MS, () => this.flush());
    });
  }

  /** Milliseconds until work may start again after the store failed to write (disk full, say); 0 when it can write. */
  get brokenFor(): number {
    return Math.max(0, this.#brokenUntil - this.#clock.monotonic());
  }

  /** Why the data folder could not be written when that was last tried; null when it could. */
  get trouble(): UploaderError | null {
    return this.#trouble;
  }

  /** Nothing waits to be written any more, so that nobody is held up by the trouble. */
  forgetTrouble(): void {
    this.#noteTrouble(null);
  }

  /** Writes what is waiting now; called at stop, so that nothing that happened is forgotten. */
  flush(): void {
    this.#scheduled = false;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#brokenUntil = 0;
    const failed = this.#write(waiting);
    // One change that the store refuses must not take the others with it.
    if (failed && waiting.length > 1) for (const each of waiting) this.#settle([each], this.#write([each]));
    else this.#settle(waiting, failed);
  }

  /** Null where it was written. */
  #write(waiting: readonly Waiting[]): { readonly reason: unknown } | null {
    try {
      this.#store.commit(waiting.flatMap((each) => each.changes));
      return null;
    } catch (reason) {
      return { reason };
    }
  }

  #settle(waiting: readonly Waiting[], failed: { readonly reason: unknown } | null): void {
    if (failed) {
      this.#brokenUntil = this.#clock.monotonic() + RETRY_MS;
      for (const each of waiting) each.reject(failed.reason);
      const error = asUploaderError(failed.reason);
      // What concerns one change alone is not the folder's trouble.
      if (isDataFolderError(error)) this.#noteTrouble(error);
      return;
    }
    for (const each of waiting) each.resolve();
    this.#noteTrouble(null);
    this.#listener.committed(waiting.flatMap((each) => each.changes));
  }

  #noteTrouble(error: UploaderError | null): void {
    const before = this.#trouble;
    this.#trouble = error;
    if (before?.code !== error?.code) this.#listener.stuck(error);
  }
}
