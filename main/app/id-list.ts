/** A list of ids in a setting of the store, which outlives the program's end. Used by `kept-secrets.ts` and `made-keys.ts`. */

import type { AppDeps } from './deps.ts';

export class IdList {
  readonly #store: Pick<AppDeps['store'], 'getSetting' | 'setSetting'>;
  readonly #setting: string;

  /** @param setting the name of the setting that holds the list and nothing else */
  constructor(store: Pick<AppDeps['store'], 'getSetting' | 'setSetting'>, setting: string) {
    this.#store = store;
    this.#setting = setting;
  }

  all(): string[] {
    const text = this.#store.getSetting(this.#setting);
    const ids: unknown = text === null ? [] : JSON.parse(text);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  }

  has(id: string): boolean {
    return this.all().includes(id);
  }

  add(id: string): void {
    if (!this.has(id)) this.#set([...this.all(), id]);
  }

  remove(id: string): void {
    if (this.has(id)) this.#set(this.all().filter((each) => each !== id));
  }

  #set(ids: readonly string[]): void {
    this.#store.setSetting(this.#setting, ids.length === 0 ? null : JSON.stringify(ids));
  }
}
