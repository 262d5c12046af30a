/** A double of the desk that the parts of the desktop host share, with values that a test sets. For their unit tests. */

import type { Desk, Kept } from '../../../main/electron/desk.ts';
import { Followed } from '../../../main/electron/watched.ts';
import type { GlanceView, PlaceView } from '../../../preload/contract/desktop.ts';
import type { SettingsView } from '../../../preload/contract/views.ts';
import { FakeApp } from '../web/fake-app.ts';

/** Kept as long as the test runs. */
export class FakeKept implements Kept {
  readonly #values = new Map<string, unknown>();
  read(name: string): unknown {
    return this.#values.get(name);
  }
  write(name: string, value: unknown): void {
    this.#values.set(name, value);
  }
}

export class FakeDesk implements Desk {
  readonly program = new FakeApp();
  readonly glance = new Followed<GlanceView>(aGlance());
  readonly settings = new Followed<SettingsView>(someSettings());
  readonly quitWhenDone = new Followed<boolean>(false);
  readonly kept = new FakeKept();
  readonly opened: PlaceView[] = [];
  inFront = false;
  windowShown = 0;
  quits = 0;

  windowInFront(): boolean {
    return this.inFront;
  }
  showWindow(): void {
    this.windowShown += 1;
  }
  open(place: PlaceView): void {
    this.opened.push(place);
  }
  quit(): void {
    this.quits += 1;
  }
}

/** Of a program that has nothing to do, but for what is said otherwise. */
export function aGlance(change: Partial<GlanceView> = {}): GlanceView {
  return {
    state: 'idle',
    line: 'Nothing to upload',
    fraction: null,
    moving: false,
    unfinished: 0,
    paused: false,
    attention: 0,
    batches: [],
    folders: [],
    ...change,
  };
}

/** As a new program has them, but for what is said otherwise. */
export function someSettings(change: Partial<SettingsView> = {}): SettingsView {
  return {
    theme: 'system',
    density: 'comfortable',
    concurrency: 'auto',
    concurrencyBounds: { least: 2, most: 64 },
    bandwidth: '',
    sizeLimitBytes: 1_000_000_000,
    historyDays: 90,
    historyUnits: 1_000_000,
    desktop: { startAtLogin: false, closeToTray: true, keepAwake: true },
    notifications: {
      kinds: { finished: true, failed: true, folder: true, 'sign-in': true, keychain: true, update: true },
      quiet: null,
    },
    network: { proxy: { kind: 'system' }, caFile: null },
    updates: { mode: 'auto', channel: 'latest' },
    dataFolder: '/data',
    nextDataFolder: null,
    ...change,
  };
}
