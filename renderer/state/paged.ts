/**
 * A window on a list that lives in main and may be very long: pages of rows around what is in sight, kept, and asked
 * for anew when the list has changed. What is shown stays until its successor is there. Used by every long list.
 */
import { useCallback, useSyncExternalStore } from 'react';
import type { Answer } from '../../preload/contract/errors.ts';

export interface PageOf<Row> {
  total: number;
  rows: readonly Row[];
}

export type FetchPage<Row> = (offset: number, limit: number) => Promise<Answer<PageOf<Row>>>;

export interface PagedState {
  /** Null until the first answer. */
  readonly total: number | null;
  readonly failure: string | null;
  /** True while an answer is awaited that will fill rows in sight. */
  readonly loading: boolean;
  /** Changes whenever a row may have changed. */
  readonly version: number;
}

const PAGE = 100;
const KEPT_PAGES = 40;
const AT_ONCE = 2;

export class Paged<Row> {
  #fetch: FetchPage<Row>;
  #pages = new Map<number, { rows: readonly Row[]; stale: boolean }>();
  #asked = new Set<number>();
  #range: [number, number] = [0, 30];
  #epoch = 0;
  #listeners = new Set<() => void>();
  #state: PagedState = { total: null, failure: null, loading: false, version: 0 };
  /** Sees every page that arrives. */
  onPage: ((rows: readonly Row[]) => void) | null = null;

  constructor(fetch: FetchPage<Row>) {
    this.#fetch = fetch;
  }

  get state(): PagedState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The row, or undefined while its page is not here. */
  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.rows[index % PAGE];
  }

  /** Every row that is here, in order. */
  *loaded(): Generator<{ index: number; row: Row }> {
    for (const page of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const rows = this.#pages.get(page)?.rows ?? [];
      for (const [at, row] of rows.entries()) yield { index: page * PAGE + at, row };
    }
  }

  /** The first index whose row is here and fits; -1 where none is. */
  find(fits: (row: Row) => boolean): number {
    for (const { index, row } of this.loaded()) if (fits(row)) return index;
    return -1;
  }

  /** What is in sight: makes sure that its rows are here or on their way. */
  look = (first: number, last: number): void => {
    this.#range = [first, last];
    this.#fill();
  };

  /** The list is another one now: nothing that is here holds. The old rows go at once. */
  replace(fetch: FetchPage<Row> = this.#fetch): void {
    this.#fetch = fetch;
    this.#epoch += 1;
    this.#pages.clear();
    this.#asked.clear();
    this.#set({ total: null, failure: null });
    this.#fill();
  }

  /** Rows may have changed: those in sight are asked for anew, the others when they come in sight. */
  refresh(fetch: FetchPage<Row> = this.#fetch): void {
    if (fetch !== this.#fetch) {
      this.#fetch = fetch;
      // Answers to the old question must not overwrite those to the new one.
      this.#epoch += 1;
      this.#asked.clear();
    }
    for (const page of this.#pages.values()) page.stale = true;
    this.#fill();
  }

  #fill(): void {
    const firstPage = Math.floor(this.#range[0] / PAGE);
    const last = this.#state.total === null ? 0 : Math.min(this.#range[1] + 20, this.#state.total - 1);
    const lastPage = Math.max(firstPage, Math.floor(Math.max(0, last) / PAGE));
    for (let page = firstPage; page <= lastPage; page += 1) {
      const known = this.#pages.get(page);
      if (known && !known.stale) continue;
      // Changed again while on its way: asked once more when it is here.
      if (this.#asked.has(page)) continue;
      // Fast scrolling passes many pages: each answer makes room for what is in sight by then.
      if (this.#asked.size >= AT_ONCE) break;
      void this.#load(page);
    }
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= KEPT_PAGES) break;
      if (page < firstPage - 1 || page > lastPage + 1) this.#pages.delete(page);
    }
  }

  async #load(page: number): Promise<void> {
    const epoch = this.#epoch;
    this.#asked.add(page);
    const known = this.#pages.get(page);
    if (known) known.stale = false;
    else this.#set({ loading: true });
    const answer = await this.#fetch(page * PAGE, PAGE);
    if (epoch !== this.#epoch) return;
    this.#asked.delete(page);
    const again = this.#pages.get(page)?.stale ?? false;
    if (!answer.ok) {
      this.#set({ failure: answer.error.message, loading: this.#asked.size > 0 });
      return;
    }
    const { total, rows } = answer.value;
    this.#pages.set(page, { rows, stale: again });
    for (const kept of this.#pages.keys()) if (kept * PAGE >= Math.max(total, 1)) this.#pages.delete(kept);
    this.#set({ total, failure: null, loading: this.#asked.size > 0 });
    this.onPage?.(rows);
    this.#fill();
  }

  #set(change: Partial<PagedState>): void {
    this.#state = { ...this.#state, ...change, version: this.#state.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}

/** Draws again when the window changes. */
export function usePaged<Row>(paged: Paged<Row>): PagedState {
  return useSyncExternalStore(
    paged.subscribe,
    useCallback(() => paged.state, [paged]),
  );
}
