/**
 * The settings: what people may choose, with defaults, kept in the store. Used by the handlers and the engine.
 */

import { type SettingsView, settingsView } from '../../preload/contract/views.ts';
import { UploaderError } from '../core/errors.ts';
import { checkBandwidth } from './bandwidth.ts';
import type { AppDeps } from './deps.ts';

/** Encord's documented limit for a file: 1 GB (encord-api.md F). */
const SIZE_LIMIT_BYTES = 1_000_000_000;

type Kept = Omit<SettingsView, 'dataFolder' | 'nextDataFolder'>;

const DEFAULTS: Kept = {
  theme: 'system',
  density: 'comfortable',
  concurrency: 'auto',
  concurrencyBounds: { least: 2, most: 64 },
  bandwidth: '',
  sizeLimitBytes: SIZE_LIMIT_BYTES,
  historyDays: 90,
  historyUnits: 1_000_000,
  desktop: { startAtLogin: false, closeToTray: true, keepAwake: true },
  notifications: {
    kinds: { finished: true, failed: true, folder: true, 'sign-in': true, keychain: true, update: true },
    quiet: null,
  },
  network: { proxy: { kind: 'system' }, caFile: null },
  updates: { mode: 'auto', channel: 'latest' },
};

const stored = settingsView.omit({ dataFolder: true, nextDataFolder: true }).partial();

export class Settings {
  readonly #deps: Pick<AppDeps, 'store' | 'dataFolder' | 'location'>;
  /** What this run was told otherwise; it is not kept, and gives way to what a person chooses meanwhile. */
  #overrides: Partial<SettingsView>;
  #current: SettingsView;

  constructor(deps: Pick<AppDeps, 'store' | 'dataFolder' | 'location' | 'defaults'>) {
    this.#deps = deps;
    this.#overrides = deps.defaults;
    this.#current = this.#read();
  }

  get(): SettingsView {
    return this.#current;
  }

  /**
   * Keeps what is given; a new data folder is used from the next start on. Throws `invalid-input` with a sentence for
   * what the program cannot work by, and then keeps nothing.
   */
  set(change: Partial<Omit<SettingsView, 'dataFolder'>>): SettingsView {
    const { nextDataFolder, ...rest } = change;
    check(rest);
    if (nextDataFolder !== undefined) this.#deps.location.write(nextDataFolder);
    this.#deps.store.setSetting('settings', JSON.stringify({ ...this.#kept(), ...rest }));
    this.#overrides = Object.fromEntries(
      Object.entries(this.#overrides).filter(([name]) => !(name in change)),
    );
    this.#current = this.#read();
    return this.#current;
  }

  #read(): SettingsView {
    return {
      ...DEFAULTS,
      ...this.#kept(),
      ...this.#overrides,
      dataFolder: this.#deps.dataFolder,
      nextDataFolder: this.#deps.location.read(),
    };
  }

  #kept(): Partial<Kept> {
    const text = this.#deps.store.getSetting('settings');
    const parsed = stored.safeParse(text === null ? {} : JSON.parse(text));
    return parsed.success ? dropUndefined(parsed.data) : {};
  }
}

function check({ bandwidth, concurrencyBounds }: Partial<Kept>): void {
  if (bandwidth !== undefined) checkBandwidth(bandwidth);
  if (concurrencyBounds && concurrencyBounds.least > concurrencyBounds.most) {
    const { least, most } = concurrencyBounds;
    throw new UploaderError(
      'invalid-input',
      `At least ${least} files and at most ${most} cannot both be. Give the smaller number first.`,
    );
  }
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    // Entries lose the key types; what is left is what was there, without undefined.
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
