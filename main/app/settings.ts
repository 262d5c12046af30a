/**
 * The settings: what people may choose, with defaults, kept in the store. Used by the handlers and the engine.
 */

import { type SettingsView, settingsView } from '../../preload/contract/views.ts';
import type { AppDeps } from './deps.ts';

/** Encord's documented limit for a file: 1 GB (encord-api.md F). */
const SIZE_LIMIT_BYTES = 1_000_000_000;

const stored = settingsView
  .pick({ theme: true, density: true, concurrency: true, sizeLimitBytes: true })
  .partial();
type Stored = Partial<Pick<SettingsView, 'theme' | 'density' | 'concurrency' | 'sizeLimitBytes'>>;

export class Settings {
  readonly #deps: Pick<AppDeps, 'store' | 'dataFolder' | 'location' | 'defaults'>;
  #current: SettingsView;

  constructor(deps: Pick<AppDeps, 'store' | 'dataFolder' | 'location' | 'defaults'>) {
    this.#deps = deps;
    this.#current = this.#read();
  }

  get(): SettingsView {
    return this.#current;
  }

  /** Keeps what is given; a new data folder is used from the next start on. */
  set(change: Partial<Omit<SettingsView, 'dataFolder'>>): SettingsView {
    const { nextDataFolder, ...rest } = change;
    if (nextDataFolder !== undefined) this.#deps.location.write(nextDataFolder);
    const { theme, density, concurrency, sizeLimitBytes } = { ...this.#current, ...rest };
    this.#deps.store.setSetting('settings', JSON.stringify({ theme, density, concurrency, sizeLimitBytes }));
    this.#current = this.#read();
    return this.#current;
  }

  #read(): SettingsView {
    const text = this.#deps.store.getSetting('settings');
    const parsed = stored.safeParse(text === null ? {} : JSON.parse(text));
    const kept: Stored = parsed.success ? dropUndefined(parsed.data) : {};
    return {
      theme: 'system',
      density: 'comfortable',
      concurrency: 'auto',
      sizeLimitBytes: SIZE_LIMIT_BYTES,
      ...kept,
      ...this.#deps.defaults,
      dataFolder: this.#deps.dataFolder,
      nextDataFolder: this.#deps.location.read(),
    };
  }
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    // Entries lose the key types; what is left is what was there, without undefined.
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
