/**
 * Which storage items are selected in a list that has folders before its items and whose end may not be known. Items are
 * kept whole: what is done to them depends on their folders and types. Used by the Storage folders page.
 */
import { useCallback, useSyncExternalStore } from 'react';
import type { ItemView } from '../../preload/contract/manage.ts';
import { count } from '../ui/format.ts';
import { toast } from '../ui/Toasts.tsx';
import type { FetchPage } from './paged.ts';

export interface PickedItems {
  readonly items: ReadonlyMap<string, ItemView>;
  /** The line that keys act from, and where a range begins; folders count too. */
  readonly active: number;
  readonly anchor: number;
}

/** The list that is picked from: the first item stands at `first`. */
export interface ItemLines {
  readonly first: number;
  readonly here: (index: number) => ItemView | undefined;
  readonly fetch: FetchPage<ItemView>;
}

const NOTHING: PickedItems = { items: new Map(), active: 0, anchor: 0 };
/** Each is named in a call: whole folders are moved and deleted as folders. */
const MOST = 10_000;
const PAGE = 500;

export class ItemPicker {
  #state: PickedItems = NOTHING;
  #listeners = new Set<() => void>();

  get state(): PickedItems {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** One item and nothing else; a folder, or a line that is not here yet, selects nothing. */
  only(index: number, item: ItemView | undefined): void {
    this.#set({ items: new Map(item ? [[item.id, item]] : []), active: index, anchor: index });
  }

  toggle(index: number, item: ItemView): void {
    const items = new Map(this.#state.items);
    if (!items.delete(item.id)) items.set(item.id, item);
    this.#set({ items, active: index, anchor: index });
  }

  /** Moves what keys act from; the selection stays. */
  move(index: number): void {
    this.#set({ ...this.#state, active: index, anchor: index });
  }

  /** Every item from the anchor to this line; those that are not here are asked for. */
  async to(index: number, lines: ItemLines): Promise<void> {
    const { anchor } = this.#state;
    this.#set({ ...this.#state, active: index });
    const first = Math.max(lines.first, Math.min(anchor, index));
    const end = Math.max(anchor, index);
    const last = Math.min(end, first + MOST - 1);
    if (last < end) toast(`The first ${count(MOST)} are selected: more are not named at once.`);
    const items = new Map<string, ItemView>();
    for (let at = first; at <= last; at += 1) {
      const item = lines.here(at);
      if (item) {
        items.set(item.id, item);
        continue;
      }
      const answer = await lines.fetch(at - lines.first, Math.min(PAGE, last - at + 1));
      // The person may have moved on while items were fetched.
      if (this.#state.active !== index || this.#state.anchor !== anchor) return;
      if (!answer.ok) {
        toast(answer.error.message, { tone: 'fail' });
        return;
      }
      if (answer.value.rows.length === 0) break;
      for (const fetched of answer.value.rows) items.set(fetched.id, fetched);
      at += answer.value.rows.length - 1;
    }
    this.#set({ ...this.#state, items });
  }

  /** These and no others. */
  all(items: Iterable<ItemView>): void {
    const picked = new Map<string, ItemView>();
    for (const item of items) {
      if (picked.size >= MOST) break;
      picked.set(item.id, item);
    }
    this.#set({ ...this.#state, items: picked });
  }

  none(): void {
    this.#set({ ...this.#state, items: new Map() });
  }

  /** The list is another one now. */
  reset(): void {
    this.#set(NOTHING);
  }

  #set(state: PickedItems): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Draws again when the selection changes. */
export function usePickedItems(picker: ItemPicker): PickedItems {
  return useSyncExternalStore(
    picker.subscribe,
    useCallback(() => picker.state, [picker]),
  );
}
