/**
 * The next items to send, read ahead: while files are on their way the store would answer each question with them
 * first. What was read is a guess about what comes next and never a fact: whoever changes the queue from outside has it
 * thrown away. Used by the engine only.
 */

import type { BatchId, Item, ItemId, MediaId } from './model.ts';
import type { QueueStore } from './store-port.ts';

export type DueItem = Item & { readonly media: MediaId };

/** Items that one reading brings beside those on their way. */
const AHEAD = 256;

export class Backlog {
  readonly #store: Pick<QueueStore, 'dueItems'>;
  readonly #read = new Map<BatchId, Map<ItemId, DueItem>>();

  constructor(store: Pick<QueueStore, 'dueItems'>) {
    this.#store = store;
  }

  /** At most so many items of the batch that are due and not among the running ones, in order. */
  next(batchId: BatchId, now: number, running: ReadonlyMap<ItemId, unknown>, most: number): DueItem[] {
    let items = this.#read.get(batchId);
    if (!items || items.size === 0) {
      const due = this.#store.dueItems(batchId, now, running.size + AHEAD);
      items = new Map(due.filter(({ id }) => !running.has(id)).map((item) => [item.id, item]));
      this.#read.set(batchId, items);
    }
    const next: DueItem[] = [];
    for (const item of items.values()) {
      if (next.length >= most) break;
      next.push(item);
    }
    return next;
  }

  /** The item is on its way. When it is due again, it will be read again, as it is then. */
  take(item: DueItem): void {
    this.#read.get(item.batchId)?.delete(item.id);
  }

  /** Something was paused, cancelled, failed or put in another order: what was read may no longer be so. */
  forget(): void {
    this.#read.clear();
  }
}
