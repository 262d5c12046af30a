/**
 * Which rows of a long list are selected: named ones, or all that a filter finds but named ones, so that a hundred thousand
 * are selected at once and without being fetched. Used by the rows of a dataset.
 */
import { useCallback, useSyncExternalStore } from 'react';
import type { RowFilter, RowSelection } from '../../preload/contract/manage.ts';
import { count } from '../ui/format.ts';
import { toast } from '../ui/Toasts.tsx';
import type { FetchPage } from './paged.ts';

export interface Picked {
  /** True: all that the filter finds, but those named. False: those named. */
  readonly all: boolean;
  readonly named: ReadonlySet<string>;
  /** The row that keys act from, and where a range begins. */
  readonly active: number;
  readonly anchor: number;
}

const NOTHING: Picked = { all: false, named: new Set(), active: 0, anchor: 0 };
/** As many as one call takes by name. */
const MOST = 100_000;
const PAGE = 500;

interface Keyed {
  readonly dataHash: string;
}

export class RowPicker {
  #state: Picked = NOTHING;
  #listeners = new Set<() => void>();

  get state(): Picked {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  has(dataHash: string): boolean {
    return this.#state.all !== this.#state.named.has(dataHash);
  }

  /** How many of the `total` rows that the filter finds. */
  count(total: number): number {
    const { all, named } = this.#state;
    return all ? Math.max(0, total - named.size) : named.size;
  }

  /** Null where nothing is selected. */
  selection(filter: RowFilter, total: number): RowSelection | null {
    const { all, named } = this.#state;
    if (this.count(total) === 0) return null;
    return all
      ? { kind: 'filter', filter, except: [...named].slice(0, MOST) }
      : { kind: 'rows', dataHashes: [...named].slice(0, MOST) };
  }

  /** One row, and nothing else. Where it is not here yet, nothing is: keys must never act on a row that was left. */
  only(index: number, row: Keyed | undefined): void {
    this.#set({ all: false, named: new Set(row ? [row.dataHash] : []), active: index, anchor: index });
  }

  /** Adds a row to the selection, or takes it out. */
  toggle(index: number, row: Keyed): void {
    const named = new Set(this.#state.named);
    if (!named.delete(row.dataHash)) named.add(row.dataHash);
    this.#set({ ...this.#state, named, active: index, anchor: index });
  }

  /** Moves what keys act from; the selection stays. */
  move(index: number): void {
    this.#set({ ...this.#state, active: index, anchor: index });
  }

  /** Everything from the anchor to this row; rows that are not here are asked for. */
  async to(
    index: number,
    here: (index: number) => Keyed | undefined,
    fetch: FetchPage<Keyed>,
  ): Promise<void> {
    const { anchor } = this.#state;
    this.#set({ ...this.#state, active: index });
    const first = Math.min(anchor, index);
    const last = Math.min(Math.max(anchor, index), first + MOST - 1);
    if (last < Math.max(anchor, index))
      toast(`The first ${count(MOST)} rows are selected. For all, use Select all.`);
    const named = new Set<string>();
    for (let at = first; at <= last; at += 1) {
      const row = here(at);
      if (row) {
        named.add(row.dataHash);
        continue;
      }
      const answer = await fetch(at, Math.min(PAGE, last - at + 1));
      // The person may have moved on while rows were fetched.
      if (this.#state.active !== index || this.#state.anchor !== anchor) return;
      if (!answer.ok) {
        toast(answer.error.message, { tone: 'fail' });
        return;
      }
      if (answer.value.rows.length === 0) break;
      for (const fetched of answer.value.rows) named.add(fetched.dataHash);
      at += answer.value.rows.length - 1;
    }
    this.#set({ ...this.#state, all: false, named });
  }

  /** All that the filter finds. */
  selectAll(): void {
    this.#set({ ...this.#state, all: true, named: new Set() });
  }

  selectNone(): void {
    this.#set({ ...this.#state, all: false, named: new Set() });
  }

  /** The list is another one now. */
  reset(): void {
    this.#set(NOTHING);
  }

  #set(state: Picked): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Draws again when the selection changes. */
export function usePicked(picker: RowPicker): Picked {
  return useSyncExternalStore(
    picker.subscribe,
    useCallback(() => picker.state, [picker]),
  );
}
