/**
 * Updates of the installed program: looked for quietly, downloaded, installed when the program is quit, and none of it
 * while bytes move. Failures are shown where somebody looks for them and tried again; never a dialog. Made by
 * `program.ts`.
 */

import type { Agent } from 'node:https';
import { app } from 'electron';
import type { UpdateSettings, UpdateView } from '../../preload/contract/desktop.ts';
import type { HostUpdates } from '../app/types.ts';
import type { Desk } from './desk.ts';
import { loadUpdater, type Updater, updateSentence } from './update-feed.ts';
import { policyFile, whyNoUpdates } from './update-policy.ts';

export interface DesktopUpdates extends HostUpdates {
  /** Once the program is open: follows settings and glance; the result stops it. */
  begin(desk: Desk): () => void;
}

/** What `Updates` needs of the world; tests bring their own. Times in milliseconds. */
export interface UpdateParts {
  /** Why no update is looked for, whatever the settings say; asked before each look. */
  whyNot(): Extract<UpdateView, { kind: 'off' }> | null;
  load(): Promise<Updater>;
  readonly clock: {
    now(): number;
    /** Calls once, later; the result takes that back. */
    after(ms: number, then: () => void): () => void;
  };
  /** The end of this process, when its windows are gone and its work is written down. */
  readonly ending: {
    follow(listener: (event: { preventDefault(): void }) => void): () => void;
    quit(): void;
  };
}

const MINUTE = 60_000;
/** After the start, which others use to the full. */
const FIRST_LOOK_MS = MINUTE;
const LOOK_AGAIN_MS = 6 * 60 * MINUTE;
const AFTER_FAILURE_MS = 60 * MINUTE;
/** Bytes stopped moving: more may follow at once. */
const CALM_MS = MINUTE;
/** Who asked for the new program a while ago and then went on working no longer waits for it to open. */
const RESTART_WITHIN_MS = 10 * MINUTE;
/** An installer that neither ends this program nor says why. */
const INSTALL_LIMIT_MS = 30_000;

export function createUpdates(parts: UpdateParts = electronParts()): DesktopUpdates {
  return new Updates(parts);
}

class Updates implements DesktopUpdates {
  readonly #parts: UpdateParts;
  readonly #listeners = new Set<() => void>();
  #view: UpdateView;
  #desk: Desk | null = null;
  #agent: (() => Agent) | null = null;
  #updater: Promise<Updater> | null = null;
  #loaded: Updater | null = null;
  #chosen: UpdateSettings | null = null;
  #cancelTimer = () => {};
  #looking: Promise<void> | null = null;
  #download: AbortController | null = null;
  /** A look, or a download, that waits until no bytes move. */
  #due = false;
  /** The version that a person asked for. */
  #wanted: string | null = null;
  #restartAskedAt: number | null = null;
  #installing = false;

  constructor(parts: UpdateParts) {
    this.#parts = parts;
    this.#view = parts.whyNot() ?? { kind: 'current', checkedAt: null };
  }

  connectBy(agent: () => Agent): void {
    this.#agent = agent;
  }

  view(): UpdateView {
    return this.#view;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  begin(desk: Desk): () => void {
    this.#desk = desk;
    this.#chosen = desk.settings.get()?.updates ?? null;
    const stops = [
      desk.settings.follow(({ updates }) => this.#choose(updates)),
      desk.glance.follow(({ moving }) => this.#moved(moving)),
    ];
    // Not undone by the end of this: it is what comes after everything else has ended.
    this.#parts.ending.follow((event) => this.#atEnd(event));
    this.#show(this.#off() ?? this.#view);
    this.#lookIn(FIRST_LOOK_MS);
    return () => {
      for (const stop of stops) stop();
      this.#cancelTimer();
      this.#download?.abort();
      this.#desk = null;
    };
  }

  /** A person asks: also while bytes move, for it is a small question. What it finds waits as ever. */
  async check(): Promise<UpdateView> {
    if (this.#desk !== null && this.#view.kind !== 'ready' && this.#download === null) await this.#look();
    return this.#view;
  }

  async install(): Promise<UpdateView> {
    if (this.#moving()) {
      throw new Error('Files are on their way. Let them finish, or pause the uploads, and install it then.');
    }
    // Perhaps decided since: whoever looks after the machine can do so at any time.
    const off = this.#off();
    if (off !== null) {
      this.#show(off);
      this.#lookIn(LOOK_AGAIN_MS);
    } else if (this.#view.kind === 'available') {
      this.#wanted = this.#view.version;
      void this.#fetch(this.#view.version);
    } else if (this.#view.kind === 'ready') {
      this.#restartAskedAt = this.#parts.clock.now();
      this.#desk?.quit();
    }
    return this.#view;
  }

  #choose(chosen: UpdateSettings): void {
    const before = this.#chosen;
    this.#chosen = chosen;
    if (before?.mode === chosen.mode && before.channel === chosen.channel) return;
    if (chosen.mode !== 'off' && before?.channel === chosen.channel && this.#view.kind === 'ready') return;
    // What was found or downloaded was another decision's. (On macOS the system keeps what it has taken; see `Updater`.)
    this.#wanted = null;
    this.#download?.abort();
    this.#loaded?.installAtQuit(false);
    this.#show(this.#off() ?? { kind: 'current', checkedAt: null });
    this.#lookIn(FIRST_LOOK_MS);
  }

  #moved(moving: boolean): void {
    if (moving) {
      if (this.#download === null) return;
      this.#due = true;
      this.#download.abort();
    } else if (this.#due) {
      this.#due = false;
      this.#lookIn(CALM_MS);
    }
  }

  #lookIn(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#parts.clock.after(ms, () => {
      if (this.#moving()) this.#due = true;
      else if (this.#view.kind !== 'ready' && this.#download === null) void this.#look();
    });
  }

  /** One at a time; never throws. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const off = this.#off();
    this.#lookIn(LOOK_AGAIN_MS);
    if (off !== null) return this.#show(off);
    const asked = this.#desk?.settings.get()?.updates;
    const agent = this.#agent;
    if (asked === undefined || agent === null) return;
    this.#show({ kind: 'checking' });
    try {
      const updater = await this.#load();
      updater.configure({ channel: asked.channel, agent });
      const version = await updater.check();
      // Meanwhile somebody decided otherwise, or the program is ending.
      if (this.#chosen?.channel !== asked.channel || this.#desk === null) return;
      const offNow = this.#off();
      if (offNow !== null) return this.#show(offNow);
      if (version === null) return this.#show({ kind: 'current', checkedAt: this.#parts.clock.now() });
      this.#show({ kind: 'available', version });
      if (this.#chosen.mode === 'auto' || this.#wanted === version) void this.#fetch(version);
    } catch (thrown) {
      const offNow = this.#off();
      if (offNow === null) this.#fail(thrown);
      else this.#show(offNow);
    }
  }

  /** Never throws. */
  async #fetch(version: string): Promise<void> {
    if (this.#moving()) {
      this.#due = true;
      return;
    }
    if (this.#download !== null) return;
    const download = new AbortController();
    this.#download = download;
    this.#show({ kind: 'downloading', version, fraction: 0 });
    try {
      const updater = await this.#load();
      // Before the download ends: then it is arranged.
      updater.installAtQuit(true);
      await updater.download((fraction) => this.#progress(download, version, fraction), download.signal);
      download.signal.throwIfAborted();
      this.#show({ kind: 'ready', version });
    } catch (thrown) {
      if (!download.signal.aborted) this.#fail(thrown);
      else if (this.#view.kind === 'downloading') this.#show({ kind: 'available', version });
    } finally {
      this.#download = null;
    }
  }

  #progress(download: AbortController, version: string, fraction: number): void {
    const shown = this.#view;
    if (download.signal.aborted || shown.kind !== 'downloading') return;
    // Every change goes to every page: a hundred of them are enough.
    if (fraction - shown.fraction >= 0.01) this.#show({ kind: 'downloading', version, fraction });
  }

  #fail(thrown: unknown): void {
    this.#show({ kind: 'failed', sentence: updateSentence(thrown), at: this.#parts.clock.now() });
    this.#lookIn(AFTER_FAILURE_MS);
  }

  /**
   * What is downloaded is installed when the process ends, without a word. Who asked for the new program gets it
   * opened: which only works from a program that still runs, so its end is put off until the installer is on its way.
   * Neither where updates were switched off for this machine after the download: but on macOS, where the system keeps
   * what it has taken.
   */
  #atEnd(event: { preventDefault(): void }): void {
    const { clock, ending } = this.#parts;
    const asked = this.#restartAskedAt;
    if (this.#loaded === null || this.#installing) return;
    if (this.#parts.whyNot() !== null) {
      this.#loaded.installAtQuit(false);
      return;
    }
    if (asked === null || this.#view.kind !== 'ready' || clock.now() - asked > RESTART_WITHIN_MS) return;
    this.#installing = true;
    event.preventDefault();
    clock.after(INSTALL_LIMIT_MS, () => ending.quit());
    // Quitting again while Electron still hears what this event was answered would be lost.
    const quit = () => void setImmediate(() => ending.quit());
    this.#load()
      .then((updater) => updater.installAndStart(quit))
      .catch(quit);
  }

  #load(): Promise<Updater> {
    this.#updater ??= this.#parts.load().then(
      (updater) => {
        this.#loaded = updater;
        return updater;
      },
      (thrown: unknown) => {
        this.#updater = null;
        throw thrown;
      },
    );
    return this.#updater;
  }

  #moving(): boolean {
    return this.#desk?.glance.get()?.moving ?? false;
  }

  #off(): UpdateView | null {
    const whyNot = this.#parts.whyNot();
    if (whyNot !== null) return whyNot;
    return this.#chosen?.mode === 'off'
      ? { kind: 'off', reason: 'Updates are switched off in the settings.', managed: false, bySetting: true }
      : null;
  }

  #show(view: UpdateView): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}

function electronParts(): UpdateParts {
  const { env, platform } = process;
  // Set by Electron alone.
  const resources: string | undefined = process.resourcesPath;
  return {
    whyNot: () =>
      whyNoUpdates({
        platform,
        env,
        packaged: app.isPackaged,
        resources: resources ?? null,
        policyFile: policyFile(platform, env),
      }),
    load: loadUpdater,
    clock: {
      now: () => Date.now(),
      after(ms, then) {
        const timer = setTimeout(then, ms);
        timer.unref();
        return () => clearTimeout(timer);
      },
    },
    ending: {
      follow(listener) {
        app.on('will-quit', listener);
        return () => app.off('will-quit', listener);
      },
      quit: () => app.quit(),
    },
  };
}
