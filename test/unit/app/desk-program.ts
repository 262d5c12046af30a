/** A small program for the tests of glance and news: a real store and a clock that they turn; the rest they say themselves. */

import type { GlanceSource, NewsSource } from '../../../main/app/desktop/source.ts';
import type { HostUpdates } from '../../../main/app/types.ts';
import type { WatchBrief } from '../../../main/app/watch/watching.ts';
import type { Transfer } from '../../../main/core/engine.ts';
import type { UploaderError } from '../../../main/core/errors.ts';
import type { BatchId, NewBatch } from '../../../main/core/model.ts';
import type { Clock } from '../../../main/core/ports.ts';
import type { UpdateView } from '../../../preload/contract/desktop.ts';
import type { ConnectionView, SettingsView, WaitsFor } from '../../../preload/contract/views.ts';
import { failure, newBatch, openTestStore, planned, toUnit, unitsOf } from '../store/support.ts';

/** Time stands still until a test lets it pass. */
export class SetClock implements Clock {
  #now: number;
  #waiting: { at: number; fn: () => void }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const entry = { at: this.#now + ms, fn };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lets so many milliseconds pass; what is due meanwhile happens in its order and at its time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#waiting.toSorted((a, b) => a.at - b.at).find(({ at }) => at <= end);
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.at);
      next.fn();
    }
    this.#now = end;
  }
}

/** 20 November 2026, 21:00 in UTC, which is this machine's time here. */
const EVENING = Date.UTC(2026, 10, 20, 21, 0, 0);

const QUIET_SETTINGS: Pick<SettingsView, 'notifications' | 'updates'> = {
  notifications: {
    kinds: { finished: true, failed: true, folder: true, 'sign-in': true, keychain: true, update: true },
    quiet: null,
  },
  updates: { mode: 'auto', channel: 'latest' },
};

export class DeskProgram implements GlanceSource, Omit<NewsSource, 'settings'> {
  readonly clock = new SetClock(EVENING);
  readonly #store = openTestStore().store;
  readonly deps: GlanceSource['deps'] & NewsSource['deps'] & { readonly store: DeskProgram['store'] };
  link: ConnectionView = { kind: 'online' };
  speed = 0;
  sending: Transfer[] = [];
  /** What was logged as a warning. */
  readonly warned: unknown[] = [];
  readonly trouble = new Map<string, UploaderError>();
  folders: WatchBrief[] = [];
  update: UpdateView = { kind: 'current', checkedAt: null };
  chosen = structuredClone(QUIET_SETTINGS);

  constructor(host: 'electron' | 'browser' = 'electron') {
    const updates: HostUpdates = {
      connectBy: () => undefined,
      view: () => this.update,
      check: async () => this.update,
      install: async () => this.update,
      listen: () => () => undefined,
    };
    this.deps = {
      store: this.#store,
      clock: this.clock,
      log: { warn: (message, fields) => void this.warned.push([message, fields]) },
      host: { host, updates },
      watch: { local: utc },
    };
  }

  get store() {
    return this.#store;
  }

  readonly engine = {
    transfers: () => this.sending,
    sessionTrouble: (id: string) => this.trouble.get(id) ?? null,
  };
  readonly watch = { brief: () => this.folders };
  readonly settings = {
    // News asks for these two alone.
    get: () => this.chosen as SettingsView,
  };
  connection(): ConnectionView {
    return this.link;
  }

  /** A batch of so many files of 1 MB. */
  add(files: number, more: Partial<NewBatch> = {}): BatchId {
    const name = more.name ?? `Batch ${this.#store.batches(0, 1_000).length + 1}`;
    return this.#store.addBatch(
      newBatch({ datasetId: 'traffic', datasetTitle: 'Traffic Data', ...more, name }),
      Array.from({ length: files }, (_, index) => planned(`${name} ${index}`, [1_000_000])),
      [],
    );
  }

  cancel(batchId: BatchId): void {
    for (const id of unitsOf(this.#store, batchId)) toUnit(this.#store, id, { on: 'cancel' });
  }

  /** Batches whose target nobody will ever take. */
  getStuck(batchId: BatchId, message: string): void {
    const trouble = {
      failure: failure('dataset-storage', message),
      notBefore: Number.MAX_SAFE_INTEGER,
      attempts: 1,
    };
    this.#store.commit([{ kind: 'batch-trouble', id: batchId, trouble }]);
  }
}

function utc(ms: number) {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    offsetMinutes: 0,
  };
}

export function offline(waitsFor: WaitsFor, message = 'Nothing gets through.'): ConnectionView {
  const code = waitsFor === 'login' ? 'proxy-login' : waitsFor === 'person' ? 'tls' : 'offline';
  return {
    kind: 'offline',
    failure: { ...failure(code, message), details: {} },
    nextTryAt: null,
    waitsFor,
  };
}

export function folder(more: Partial<WatchBrief> = {}): WatchBrief {
  return {
    id: 1,
    root: '/data/Scans',
    accountId: 'lab',
    on: true,
    state: { kind: 'watching', how: 'inotify' },
    waiting: 0,
    attention: 0,
    ...more,
  };
}

export function suspended(message: string): WatchBrief['state'] {
  return { kind: 'suspended', failure: { ...failure('file-missing', message), details: {} } };
}
