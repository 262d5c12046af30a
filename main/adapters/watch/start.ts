/**
 * Starts watchers: chooses the kind by system and size, and keeps it at the root that it was started for. Made by the
 * composition root for `core/watch`.
 */

import { type BigIntStats, type FSWatcher, watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { asUploaderError } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { StartWatcher, Watcher, WatchListener } from '../../core/watch/ports.ts';
import { watchByChokidar } from './chokidar-watch.ts';
import { ListenerGate, type WatchEvents, type Watching, type WatchOrder } from './events.ts';
import { watchFolders } from './folder-watches.ts';
import { watchLimit } from './limits.ts';
import { Patience, ROOT_MS } from './patience.ts';
import { rootProblem } from './problems.ts';
import type { Scanner } from './scan-thread.ts';
import { watchTree } from './tree-watch.ts';

/** chokidar costs some 4 KB a file; up to here that is nothing. */
const CHOKIDAR_FILES = 5_000;
/** How often a root that went away is looked for. */
const AGAIN_MS = 1_000;

export interface WatcherDeps {
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Pick<Log, 'debug' | 'info' | 'warn'>;
  readonly scanner: Scanner;
  /** For tests: another system's kind of watcher. */
  readonly platform?: NodeJS.Platform;
  readonly againMs?: number;
  /** For tests: a disk that hangs. */
  readonly rootMs?: number;
  readonly stat?: (path: string) => Promise<BigIntStats>;
}

export function createStartWatcher(deps: WatcherDeps): StartWatcher {
  const { platform = process.platform } = deps;
  return async (root, { files, skip, listener }) => {
    const large = platform === 'linux' ? watchFolders : watchTree;
    const kind = files > CHOKIDAR_FILES ? large : watchByChokidar;
    const watcher = new RootWatcher(resolve(root), skip, kind, listener, deps);
    await watcher.start();
    return watcher;
  };
}

/**
 * A native watch stays with the folder that it was set on, wherever that is moved: when another one is at the root's
 * path, or none, all watches are set anew.
 */
class RootWatcher implements Watcher {
  how = '';
  private readonly root: string;
  private readonly skip: (folder: string) => boolean;
  private readonly kind: (order: WatchOrder) => Promise<Watching>;
  private readonly deps: WatcherDeps;
  private readonly gate: ListenerGate;
  private readonly patience: Patience;
  private watching: Watching | null = null;
  private guard: FSWatcher | null = null;
  /** Of the root that is watched. */
  private identity: string | null = null;
  private starting = false;
  private checking: Promise<void> | null = null;
  /** `lost`: the watches are of no more use, whatever is at the root's path. */
  private doubt: 'none' | 'moved' | 'lost' = 'none';
  private stopTimer: () => void = () => undefined;

  constructor(
    root: string,
    skip: (folder: string) => boolean,
    kind: (order: WatchOrder) => Promise<Watching>,
    listener: WatchListener,
    deps: WatcherDeps,
  ) {
    this.root = root;
    this.skip = skip;
    this.kind = kind;
    this.deps = deps;
    this.gate = new ListenerGate(listener);
    this.patience = new Patience(root, deps.clock);
  }

  get size(): number {
    return this.watching?.size ?? 0;
  }

  /** Rejects with `watch-limit`, `file-missing` or `file-unreadable`, and leaves nothing open then. */
  async start(): Promise<void> {
    this.starting = true;
    try {
      this.identity = await this.rootIdentity();
      this.guard = watch(this.root, { persistent: false }, (event, name) => {
        // The root's own moves and removal are told under its own name.
        if (event === 'rename' && (!name || name === basename(this.root))) this.suspect('moved');
      });
      this.guard.on('error', () => this.suspect('lost'));
      await this.startKind();
    } catch (thrown) {
      this.guard?.close();
      this.guard = null;
      throw watchLimit(thrown) ?? rootProblem(this.root, thrown);
    } finally {
      this.starting = false;
    }
    if (!this.gate.isOpen) await this.stop();
    else if (this.doubt !== 'none') this.suspect(this.doubt);
  }

  async close(): Promise<void> {
    this.gate.close();
    this.stopTimer();
    await this.checking;
    await this.stop();
  }

  private async startKind(): Promise<void> {
    const inner = new ListenerGate(this.gate);
    const { skip, deps } = this;
    const events: WatchEvents = {
      touched: (path) => inner.touched(path),
      unsure: (folder) => inner.unsure(folder),
      doubted: () => {
        if (inner.isOpen) this.suspect('lost');
      },
      failed: (error) => {
        // While it starts, the error is thrown.
        if (this.starting || !inner.isOpen) return;
        deps.log.warn('A watcher failed.', { root: this.root, error: error.message });
        inner.failed(error);
        this.stopTimer();
        void this.stop();
      },
    };
    try {
      // A root that is a link leads to what is watched.
      const root = await this.ask(() => realpath(this.root));
      const watching = await this.kind({ root, skip, events, scanner: deps.scanner, log: deps.log });
      this.how = watching.how;
      this.watching = {
        how: watching.how,
        get size() {
          return watching.size;
        },
        close() {
          inner.close();
          return watching.close();
        },
      };
    } catch (thrown) {
      inner.close();
      throw thrown;
    }
  }

  private async stop(): Promise<void> {
    const { watching } = this;
    this.guard?.close();
    this.guard = null;
    this.watching = null;
    await watching?.close();
  }

  private suspect(doubt: 'moved' | 'lost'): void {
    if (this.doubt !== 'lost') this.doubt = doubt;
    if (this.starting) return;
    this.checking ??= this.check().finally(() => {
      this.checking = null;
    });
  }

  private async check(): Promise<void> {
    while (this.doubt !== 'none' && this.gate.isOpen) {
      const { doubt } = this;
      this.doubt = 'none';
      const now = await this.rootIdentity().catch(() => null);
      if (this.watching !== null) {
        // Moved away and back, perhaps: what happened meanwhile was told of paths that were not there.
        this.gate.unsure('');
        if (doubt === 'moved' && now === this.identity) continue;
        this.deps.log.info('The root of a watcher went away.', { root: this.root });
        await this.stop();
      }
      if (!this.gate.isOpen) return;
      if (now === null) this.again();
      else await this.restart();
    }
  }

  private again(): void {
    this.stopTimer();
    this.stopTimer = this.deps.clock.after(this.deps.againMs ?? AGAIN_MS, () => this.suspect('lost'));
  }

  private async restart(): Promise<void> {
    try {
      await this.start();
      this.gate.unsure('');
    } catch (thrown) {
      const error = asUploaderError(thrown);
      if (error.code === 'watch-limit') this.gate.failed(error);
      else this.again();
    }
  }

  /**
   * Tells folders apart under the same path; a new folder may get the inode of one that was removed, so the time of its
   * birth counts. Rejects with the system's error, also where the root is no folder, and with `file-unreadable` where it
   * does not answer.
   */
  private rootIdentity(): Promise<string> {
    const look = this.deps.stat ?? ((path) => stat(path, { bigint: true }));
    return this.ask(async () => {
      const stats = await look(this.root);
      if (!stats.isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
      return `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
    });
  }

  private ask<T>(work: () => Promise<T>): Promise<T> {
    return this.patience.ask(this.deps.rootMs ?? ROOT_MS, work, true);
  }
}
