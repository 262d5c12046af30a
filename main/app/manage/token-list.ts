/**
 * A list that Encord hands out in pages numbered by tokens, as windows by offset: pages are asked for as far as somebody
 * looks, and kept. Used by the storage use cases.
 */

import type { TokenPage } from '../../core/manage/ports.ts';

export interface OpenWindow<T> {
  /** How many are known by now, and one more while there are more, so that somebody can look further. */
  readonly total: number;
  readonly complete: boolean;
  readonly rows: T[];
}

/** No list of people's own is longer: what would not end is a mistake of the server. */
const PAGES_AT_MOST = 10_000;

export class TokenList<T> {
  readonly #ask: (token: string | null) => Promise<TokenPage<T>>;
  readonly #known: T[] = [];
  #next: string | null = null;
  #pages = 0;
  #complete = false;
  /** One page at a time: each token comes with the page before. */
  #loading: Promise<void> | null = null;

  constructor(ask: (token: string | null) => Promise<TokenPage<T>>) {
    this.#ask = ask;
  }

  /** Throws what asking throws; what was known stays. */
  async window(offset: number, limit: number): Promise<OpenWindow<T>> {
    while (!this.#complete && this.#known.length < offset + limit) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = null;
      });
      await this.#loading;
    }
    return {
      total: this.#known.length + (this.#complete ? 0 : 1),
      complete: this.#complete,
      rows: this.#known.slice(offset, offset + limit),
    };
  }

  async #load(): Promise<void> {
    const { items, next } = await this.#ask(this.#next);
    this.#known.push(...items);
    this.#pages += 1;
    this.#complete = next === null || next === this.#next || this.#pages >= PAGES_AT_MOST;
    this.#next = next;
  }
}
