/**
 * One watch folder at work: arms the watcher and tests it, scans behind it, brings what it sees before the ladder, and hands
 * what is finished to the queue. Everything happens in one round after another, so that a look, a scan and a decision never
 * meet halfway. Made by `main/app/watch`.
 */

import { asUploaderError, type Failure, toFailure, type UploaderError } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';
import { createSlicer } from '../slicer.ts';
import { Dealing, type DealingPorts } from './dealing.ts';
import { Observer } from './observer.ts';
import { split } from './pending.ts';
import type { RunSelfTest, StartWatcher, WatchDisk, Watcher } from './ports.ts';
import type { RungTools } from './readiness.ts';
import type { WatchFolder } from './rules.ts';
import { unfinishedPattern } from './rungs/unfinished-name.ts';
import { createSelection, type Selection } from './selection.ts';
import type { WatchStore } from './store-port.ts';
import { notMounted } from './words.ts';

/** Behind events, and how much longer than a scan takes: scanning is to cost half a hundredth of a core at most. */
const RESCAN_MS = 15 * 60_000;
const RESCAN_TIMES = 200;
/** Where there are no events. */
const POLL_MS = 10_000;
const POLL_TIMES = 50;
/** How often a root is looked at: one that is watched, and one that is away. */
const ROOT_MS = 15_000;
const AWAY_MS = 5_000;
/** Events come in showers: what they name is looked at together, so soon after the first. */
const GATHER_MS = 50;
const LOOKS_AT_ONCE = 32;
/** Up to so many files a scan counts before the watcher is chosen. */
const COUNTED = 5_001;

export type RunState =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting'; readonly files: number }
  | { readonly kind: 'watching'; readonly how: string }
  | { readonly kind: 'polling'; readonly everyMs: number; readonly why: string }
  | { readonly kind: 'suspended'; readonly failure: Failure };

export interface FolderRunPorts
  extends Omit<DealingPorts, 'observer' | 'folder' | 'signal' | 'wake' | 'takes' | 'rescan'> {
  readonly disk: WatchDisk;
  readonly startWatcher: StartWatcher;
  readonly selfTest: RunSelfTest;
  readonly store: WatchStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly tools: RungTools & { readonly path: (pattern: string) => (path: string) => boolean };
  /** Something that pages show is different now. */
  readonly changed: () => void;
}

export class FolderRun {
  readonly #ports: FolderRunPorts;
  readonly #observer: Observer;
  readonly #dealing: Dealing;
  readonly #abort = new AbortController();
  readonly #selection: Selection;
  #folder: WatchFolder;
  #state: RunState = { kind: 'starting', files: 0 };
  #watcher: Watcher | null = null;
  /** Why events are not used; null: they are, or it is not known yet. */
  #whyPolling: string | null = null;
  #notice: string | null = null;
  readonly #touched = new Set<string>();
  readonly #unsure = new Set<string>();
  /** Had changed in the queue when that was asked last. */
  #changedBefore: ReadonlySet<string> = new Set();
  readonly #awaited = new Map<string, () => void>();
  #armed = false;
  #working: Promise<void> | null = null;
  #again = false;
  #timer: (() => void) | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  #scanWanted: (() => void)[] = [];
  #lastScanAt: number | null = null;
  #nextScanAt = Number.POSITIVE_INFINITY;
  #scanMs = 0;
  #rootAt = 0;

  constructor(folder: WatchFolder, ports: FolderRunPorts) {
    this.#folder = folder;
    this.#ports = ports;
    this.#selection = createSelection(folder.rules, ports.tools);
    this.#observer = new Observer(() => this.#folder, {
      store: ports.store,
      now: () => ({ monotonic: ports.clock.monotonic(), wall: ports.clock.now() }),
      takes: (path) => this.#selection.takes(path).taken,
      unfinished: (name) => unfinishedPattern(name, folder.rules.readiness, ports.tools) !== null,
      besides: (name) => this.#dealing.besides(name),
      changed: (file, what) => this.#dealing.changed(file, what),
    });
    this.#dealing = new Dealing({
      ...ports,
      observer: this.#observer,
      folder: () => this.#folder,
      signal: this.#abort.signal,
      wake: () => this.#wake(),
      takes: (path) => this.#selection.takes(path).taken,
      rescan: () => {
        this.#unsure.add('');
        this.#again = true;
      },
    });
  }

  get folder(): WatchFolder {
    return this.#folder;
  }

  get state(): RunState {
    return this.#state;
  }

  /** What a person should know, though nothing is wrong. */
  get notices(): readonly string[] {
    const problems = this.#observer.problems.size;
    const [first] = this.#observer.problems;
    const unreadable = first
      ? `${problems === 1 ? first[0] || 'The folder' : `${problems} names, ${first[0]} among them,`} cannot be read. ${first[1].message}`
      : null;
    return [this.#notice, unreadable, ...this.#dealing.remarks].filter((text) => text !== null);
  }

  get scans(): { readonly lastAt: number | null; readonly nextAt: number | null } {
    const next = this.#nextScanAt - this.#ports.clock.monotonic();
    return {
      lastAt: this.#lastScanAt,
      nextAt: Number.isFinite(next) ? this.#ports.clock.now() + Math.max(0, next) : null,
    };
  }

  /** What waits, for pages; and what a person says to it. */
  get waiting(): Dealing {
    return this.#dealing;
  }

  /** Why a file (relative) waits, in words; null where it does not. */
  reasonOf(path: string): string | null {
    const file = this.#observer.pending.get(path);
    return file ? this.#dealing.reasonOf(file) : null;
  }

  /** Whether only time or a person can bring anything new. */
  get idle(): boolean {
    const settled = this.#state.kind === 'watching' || this.#state.kind === 'polling';
    return (
      settled &&
      this.#working === null &&
      this.#touched.size + this.#unsure.size === 0 &&
      !this.#dealing.waitsForTime
    );
  }

  start(): void {
    this.#wake();
  }

  /** Nothing of it is left running; what it knew in memory is found again by the next one. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#timer?.();
    await this.#working;
    await this.#disarm();
    for (const done of this.#scanWanted.splice(0)) done();
  }

  /** Fulfilled when the root was looked through from now on. */
  scan(): Promise<void> {
    return new Promise((done) => {
      if (this.#abort.signal.aborted) return done();
      this.#scanWanted.push(done);
      this.#wake();
    });
  }

  /** Units came to their end, or an account is there again: what was held back for it is looked at again. */
  reconsider(): void {
    const changed = this.#touchChanged();
    if (this.#dealing.release() || changed) this.#wake();
  }

  /** What changed in the queue is new, though its event may be long over; whether there is anything to look at. */
  #touchChanged(): boolean {
    const changed = this.#ports.store.changedInQueue(this.#folder.ledger);
    const unseen = changed.filter((path) => !this.#observer.isNew(path) && !this.#changedBefore.has(path));
    // One that is gone stays in the list: it is looked at once.
    this.#changedBefore = new Set(changed);
    for (const path of unseen) this.#touched.add(path);
    return unseen.length > 0;
  }

  // -------------------------------------------------------------------------------------------- rounds

  #wake(): void {
    this.#again = true;
    if (this.#working || this.#abort.signal.aborted) return;
    this.#working = this.#work()
      .catch((reason: unknown) => this.#failed(reason))
      .finally(() => {
        this.#working = null;
        if (this.#again) this.#wake();
      });
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#abort.signal.aborted) {
      this.#again = false;
      if (await this.#standing()) {
        await this.#lookAtTouched();
        await this.#scanUnsure();
        await this.#dealing.round();
      }
      this.#ports.changed();
    }
    this.#rest();
  }

  /** Sets the clock for whatever is due first. */
  #rest(): void {
    if (this.#abort.signal.aborted) return;
    const { clock } = this.#ports;
    const away = this.#state.kind === 'suspended';
    const due = away ? this.#rootAt : Math.min(this.#nextScanAt, this.#rootAt, this.#dealing.nextDueAt);
    this.#timerFor(Math.max(0, due - clock.monotonic()));
  }

  #timerFor(ms: number): void {
    if (!Number.isFinite(ms)) return;
    const { clock } = this.#ports;
    this.#timer?.();
    this.#timerAt = clock.monotonic() + ms;
    this.#timer = clock.after(ms, () => {
      this.#timer = null;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#wake();
    });
  }

  /** Unforeseen; the folder goes on after a while, and says so. */
  async #failed(reason: unknown): Promise<void> {
    const error = asUploaderError(reason);
    if (this.#abort.signal.aborted) return;
    this.#ports.log.warn('A watch folder met trouble.', {
      folder: this.#folder.id,
      code: error.code,
      reason: error.message,
    });
    await this.#lose(error);
    this.#ports.changed();
    this.#rest();
  }

  // -------------------------------------------------------------------------------------------- the root

  /** Whether the root is there and armed; arms it where that is to be done. */
  async #standing(): Promise<boolean> {
    const now = this.#ports.clock.monotonic();
    // A root that is there and cannot be looked through would be armed again and again without a pause.
    if (this.#state.kind === 'suspended' && this.#scanWanted.length === 0 && now < this.#rootAt) return false;
    const first = this.#unsure.has('') || this.#scanWanted.length > 0 || now >= this.#nextScanAt;
    if (this.#armed && !first && now < this.#rootAt) return true;
    const root = await this.#rootThere();
    if (root && !this.#armed) await this.#arm(root.readOnly);
    return root !== null;
  }

  /** Asks for it; null where it is away, and the folder is suspended then. */
  async #rootThere(): Promise<{ readonly readOnly: boolean } | null> {
    const root = await this.#ports.disk.root();
    this.#rootAt = this.#ports.clock.monotonic() + (root.kind === 'there' ? ROOT_MS : AWAY_MS);
    if (root.kind === 'away') {
      await this.#lose(root.error);
      return null;
    }
    if (root.mounted !== this.#folder.mounted) {
      if (!root.mounted) {
        await this.#lose(notMounted(this.#folder.root));
        return null;
      }
      this.#folder = this.#ports.store.changeWatchFolder(this.#folder.id, { mounted: true });
    }
    return root;
  }

  async #lose(error: UploaderError): Promise<void> {
    this.#suspend(error);
    await this.#disarm();
  }

  #suspend(error: UploaderError): void {
    if (this.#state.kind !== 'suspended' || this.#state.failure.message !== error.message) {
      this.#state = { kind: 'suspended', failure: toFailure(error, this.#ports.clock.now()) };
    }
    this.#armed = false;
    this.#rootAt = this.#ports.clock.monotonic() + AWAY_MS;
    // What cannot be seen is neither gone nor finished: it is found again when the root is back.
    this.#observer.clear();
    this.#dealing.clear();
    this.#touched.clear();
    this.#unsure.clear();
    for (const done of this.#scanWanted.splice(0)) done();
  }

  async #disarm(): Promise<void> {
    const watcher = this.#watcher;
    this.#watcher = null;
    await watcher?.close().catch(() => undefined);
  }

  /** Chooses events or polling, tests the events, and has everything scanned. */
  async #arm(readOnly: boolean): Promise<void> {
    await this.#disarm();
    this.#state = { kind: 'starting', files: 0 };
    this.#notice = null;
    this.#ports.changed();
    this.#whyPolling = await this.#pollingFromTheStart();
    if (this.#whyPolling === null) await this.#watch(readOnly);
    this.#armed = true;
    this.#unsure.add('');
    this.#again = true;
  }

  async #pollingFromTheStart(): Promise<string | null> {
    if (this.#folder.rules.find.kind === 'poll') return 'Events are not used, as it was set.';
    const kind = await this.#ports.disk.kind();
    return kind.events
      ? null
      : `It is on a network or virtual file system (${kind.type ?? 'of unknown kind'}), which sends no events for what other machines write.`;
  }

  async #watch(readOnly: boolean): Promise<void> {
    const { startWatcher, selfTest } = this.#ports;
    const { root } = this.#folder;
    try {
      this.#watcher = await startWatcher(root, {
        files: await this.#count(),
        skip: (folder) => this.#selection.skipFolder(folder),
        listener: {
          touched: (path) => this.#touch(path),
          unsure: (folder) => {
            this.#unsure.add(folder);
            this.#gather();
          },
          failed: (error) => this.#fallBack(error.message),
        },
      });
    } catch (thrown) {
      const error = asUploaderError(thrown);
      if (error.code === 'file-missing') throw error;
      this.#fallBack(error.message);
      return;
    }
    if (readOnly) {
      this.#notice = 'The folder is read-only, so whether events arrive could not be tried out.';
      return;
    }
    const test = await selfTest(
      root,
      (name) => new Promise((heard) => this.#awaited.set(name, () => heard(true))),
    );
    this.#awaited.clear();
    if (test.kind === 'skipped')
      this.#notice = `Whether events arrive could not be tried out: ${test.reason}`;
    // A watcher that failed meanwhile was silent for a reason, which says more.
    if (test.kind === 'silent' && this.#whyPolling === null) {
      await this.#disarm();
      this.#whyPolling = 'No event came for a test file that was written into it.';
    }
  }

  async #count(): Promise<number> {
    let files = 0;
    const enough = new AbortController();
    const signal = AbortSignal.any([this.#abort.signal, enough.signal]);
    try {
      for await (const found of this.#ports.disk.scan(
        [''],
        (folder) => this.#selection.skipFolder(folder),
        signal,
      )) {
        files += found.names.length;
        if (files >= COUNTED) break;
      }
    } catch (thrown) {
      if (asUploaderError(thrown).code !== 'cancelled') throw thrown;
    } finally {
      enough.abort();
    }
    return files;
  }

  /** Events cannot be had (any more): it is polled, and the reason says what helps. */
  #fallBack(why: string): void {
    this.#whyPolling = why;
    void this.#disarm();
    if (this.#armed) this.#unsure.add('');
    this.#wake();
  }

  // -------------------------------------------------------------------------------------------- looking

  #touch(path: string): void {
    const heard = this.#awaited.get(path);
    if (heard) heard();
    this.#touched.add(path);
    this.#gather();
  }

  #gather(): void {
    if (this.#working) {
      this.#again = true;
      return;
    }
    if (this.#timerAt > this.#ports.clock.monotonic() + GATHER_MS) this.#timerFor(GATHER_MS);
  }

  async #lookAtTouched(): Promise<void> {
    const paths = [...this.#touched];
    this.#touched.clear();
    let next = 0;
    const work = async (): Promise<void> => {
      for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
        if (this.#selection.skipFolder(split(path).folder)) continue;
        const look = await this.#ports.disk.look(path);
        this.#observer.look(path, look);
        if (look.kind === 'folder' && !this.#selection.skipFolder(path)) this.#unsure.add(path);
      }
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, work));
  }

  async #scanUnsure(): Promise<void> {
    const { clock } = this.#ports;
    const whole =
      this.#unsure.has('') || this.#scanWanted.length > 0 || clock.monotonic() >= this.#nextScanAt;
    const folders = whole ? [''] : [...this.#unsure];
    if (folders.length === 0) return;
    const wanted = this.#scanWanted.splice(0);
    this.#unsure.clear();
    const started = clock.monotonic();
    try {
      await this.#scanThrough(folders);
    } catch (thrown) {
      for (const done of wanted) done();
      const error = asUploaderError(thrown);
      if (error.code !== 'cancelled') await this.#lose(error);
      return;
    }
    // What was unmounted just before would count as empty, and everything in it as new when it is back.
    if (whole && (this.#folder.begun || (await this.#rootThere()))) this.#scannedWhole(started);
    for (const done of wanted) done();
  }

  async #scanThrough(folders: readonly string[]): Promise<void> {
    const { disk, clock } = this.#ports;
    const slicer = createSlicer(clock);
    this.#observer.beginScan();
    if (folders.includes('')) this.#observer.problems.clear();
    let files = 0;
    for await (const found of disk.scan(
      folders,
      (folder) => this.#selection.skipFolder(folder),
      this.#abort.signal,
    )) {
      await this.#observer.scanned(found, slicer);
      files += found.names.length;
      if (this.#state.kind !== 'starting') continue;
      this.#state = { kind: 'starting', files };
      this.#ports.changed();
    }
    for (const file of this.#observer.unseen(folders)) {
      this.#observer.look(file.path, await disk.look(file.path));
    }
    this.#observer.writeNotes();
  }

  #scannedWhole(started: number): void {
    const { clock, store } = this.#ports;
    if (!this.#folder.begun) {
      this.#folder = store.changeWatchFolder(this.#folder.id, { begun: true });
      this.#observer.forgetTouched();
    }
    this.#scanMs = clock.monotonic() - started;
    this.#lastScanAt = clock.now();
    const everyMs = this.#everyMs();
    this.#nextScanAt = clock.monotonic() + everyMs;
    this.#state =
      this.#whyPolling === null
        ? { kind: 'watching', how: this.#watcher?.how ?? 'events' }
        : { kind: 'polling', everyMs, why: this.#whyPolling };
    this.#ports.changed();
  }

  #everyMs(): number {
    if (this.#whyPolling === null) return Math.max(RESCAN_MS, this.#scanMs * RESCAN_TIMES);
    const { find } = this.#folder.rules;
    return Math.max(find.kind === 'poll' ? find.seconds * 1000 : POLL_MS, this.#scanMs * POLL_TIMES);
  }
}
