/**
 * The whole program in this process, an emulator and real folders, all on one clock that leaps: tests write files as cameras
 * and copiers do, let time pass without waiting for it, and look at the rows that came of it. Used by the tests of this
 * folder.
 */

import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchDeps } from '../../../main/app/deps.ts';
import type { Program } from '../../../main/app/program.ts';
import type { Around } from '../../../main/compose.ts';
import type { StartWatcher, WatchDisk, Watcher, WatchListener } from '../../../main/core/watch/ports.ts';
import { DEFAULT_RULES, type Existing, type WatchRules } from '../../../main/core/watch/rules.ts';
import type { WaitingRow, WatchFolderView, WatchRulesView } from '../../../preload/contract/watch.ts';
import type { EmulatorOptions } from '../../emulator/server.ts';
import { type EmulatorState, Lab } from '../../fixtures/lab.ts';
import { LeapingClock } from '../../fixtures/leaping-clock.ts';

/** What differs from the usual rules; readiness and groups one by one. */
export type RuleChanges = Partial<Omit<WatchRules, 'readiness' | 'groups'>> & {
  readonly readiness?: Partial<WatchRules['readiness']>;
  readonly groups?: Partial<WatchRules['groups']>;
};

export interface RigOptions {
  readonly around?: Around;
  readonly env?: NodeJS.ProcessEnv;
  readonly emulator?: Partial<EmulatorOptions>;
}

export type Row = EmulatorState['datasets'][number]['rows'][number];

/** In real time: enough for a busy machine. */
const PATIENCE_MS = 30_000;
/** The longest work that goes on without a pause: thousands of uploads. */
const LONG_WORK_MS = 240_000;
/** The largest step that time makes when it flies. Shorter than every limit that the program sets for a disk or a server. */
const STEP_MS = 1_000;
/** The largest step when nothing is under way before and after it. */
const LONG_STEP_MS = 10_000;
/** So many turns in a row nothing is under way before it counts as quiet: an event takes some turns to become work. */
const QUIET_TURNS = 3;

/** How long an event may take, in real time. */
const EVENT_MS = 1_000;
/** So long after an event the next one may be kept back, in real time: watchers gather what comes in showers. */
const SHOWER_MS = 60;

const DIRECT = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' };
const TITLE = 'Watch';

export class Rig {
  readonly clock: LeapingClock;
  readonly lab: Lab;
  /** Where every folder of the rig uploads to, unless told otherwise. */
  readonly datasetId: string;
  readonly #options: RigOptions;
  readonly #calls: Calls;
  #program: Program;
  #folders = 0;

  private constructor(
    parts: { clock: LeapingClock; lab: Lab; datasetId: string; calls: Calls; program: Program },
    options: RigOptions,
  ) {
    this.clock = parts.clock;
    this.lab = parts.lab;
    this.datasetId = parts.datasetId;
    this.#calls = parts.calls;
    this.#program = parts.program;
    this.#options = options;
  }

  /** Emulator and program, signed in and started, with one dataset and no watch folder. Close it. */
  static async open(options: RigOptions = {}): Promise<Rig> {
    const clock = new LeapingClock();
    const emulator = { clock: () => clock.now(), jobDelayMs: 1, ...options.emulator };
    const lab = await Lab.open(emulator, quickFolder());
    const datasetId = await lab.dataset(TITLE);
    const calls = new Calls();
    const program = await start(lab, clock, calls, options);
    return new Rig({ clock, lab, datasetId, calls, program }, options);
  }

  async close(): Promise<void> {
    await this.#program.close();
    await this.lab.close();
  }

  /** The program as it runs now: another one after `restart`. */
  get program(): Program {
    return this.#program;
  }

  /** Closes the program and opens it again over the same data. */
  async restart(): Promise<void> {
    await this.#program.close();
    this.#program = await start(this.lab, this.clock, this.#calls, this.#options);
  }

  /** A new empty folder that nobody watches yet; removed when the rig closes. */
  folder(name = 'hot'): string {
    this.#folders += 1;
    const path = join(this.lab.folder, `${name}-${this.#folders}`);
    mkdirSync(path);
    return path;
  }

  /**
   * Adds a watch folder that is on, and waits until it was looked through and its watcher is armed.
   *
   * @param existing of what is there already: everything is uploaded unless told otherwise
   */
  async add(root: string, changes: RuleChanges = {}, existing: Existing = 'all'): Promise<WatchFolderView> {
    const { watch, deps } = this.#program;
    const accountId = deps.store.activeAccountId() ?? '';
    const rules = rulesOf(changes);
    const draft = { root, accountId, datasetId: this.datasetId, folderId: null, rules, existing };
    const { id } = await watch.add(draft, true);
    await this.until(() => ['watching', 'polling'].includes(this.view(id).state.kind));
    return this.view(id);
  }

  /** A folder as pages see it now. */
  view(id: number): WatchFolderView {
    const view = this.#program.watch.list().find((each) => each.id === id);
    if (!view) throw new Error(`There is no watch folder ${id}.`);
    return view;
  }

  /** What waits in a folder, and why. */
  waiting(id: number): readonly WaitingRow[] {
    return this.#program.watch.waiting(id, 0, 500).rows;
  }

  /** Lets time pass by and by; at each step the events that came, and all work that it brings, get their turn. */
  async pass(ms: number): Promise<void> {
    // What was written just now is to be heard before time passes.
    await sleep(Math.max(0, this.#calls.heardAt + SHOWER_MS - performance.now()));
    await this.rest();
    for (let left = ms; left > 0; ) {
      const step = Math.min(left, LONG_STEP_MS, Math.max(1, this.clock.nextIn() ?? LONG_STEP_MS));
      this.clock.leap(step);
      left -= step;
      await this.rest();
    }
  }

  /** Lets time fly until the condition holds. @param patienceMs in real time */
  async until(holds: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
    const giveUp = performance.now() + patienceMs;
    while (!(await holds())) {
      if (performance.now() > giveUp)
        throw new Error(`It did not come to that in time. ${this.#situation()}`);
      await this.rest();
      if (await holds()) return;
      this.clock.leap(Math.min(STEP_MS, this.clock.nextIn() ?? STEP_MS));
    }
  }

  /** Until so many rows are in the dataset; answers them. */
  async untilRows(count: number): Promise<readonly Row[]> {
    await this.until(async () => (await this.rows()).length >= count);
    return this.rows();
  }

  /** Lets time fly until nothing is under way, waits for time, or is in the queue; what waits for people stays. */
  async untilIdle(patienceMs = PATIENCE_MS): Promise<void> {
    await this.until(() => {
      const { watch, engine, deps } = this.#program;
      const { collecting, ready, registering, processing, linking } = deps.store.totals({
        kind: 'all',
      }).units;
      return watch.idle() && !engine.busy && collecting + ready + registering + processing + linking === 0;
    }, patienceMs);
  }

  /** No time passes: what is under way comes to its end, or to where it waits for time. */
  async rest(): Promise<void> {
    const giveUp = performance.now() + LONG_WORK_MS;
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      await sleep(1);
      quiet = this.#busy() ? 0 : quiet + 1;
      if (quiet === 0 && performance.now() > giveUp)
        throw new Error(`It did not come to rest. ${this.#situation()}`);
    }
  }

  /** Rows of the dataset, with the hashes of what they were made of. */
  rows(): Promise<readonly Row[]> {
    return this.lab.rows(TITLE);
  }

  /** Hashes of all that was ever stored, registered or not, in their order; the emulator deletes nothing by itself. */
  stored(): readonly string[] {
    const folder = join(this.lab.folder, 'emulator', 'objects');
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => sha256Of(readFileSync(join(entry.parentPath, entry.name))))
      .sort();
  }

  #busy(): boolean {
    if (this.#calls.underWay > 0 || this.clock.takesTurns) return true;
    if (this.#program.engine.busy && !this.#calls.held) return true;
    // Whatever reads or writes a file here: plans, hashes, watchers, the emulator.
    return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
  }

  /** While transfers are held up, by a fault of the emulator say: nothing waits for the queue to come to rest. */
  holdsTransfers(held: boolean): void {
    this.#calls.held = held;
  }

  #situation(): string {
    const { watch, deps } = this.#program;
    const folders = watch
      .list()
      .map(({ id, state, notices }) => ({ state, notices, waiting: this.waiting(id) }));
    return JSON.stringify({ units: deps.store.totals({ kind: 'all' }).units, folders });
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function rulesOf(changes: RuleChanges = {}): WatchRulesView {
  return structuredClone({
    ...DEFAULT_RULES,
    ...changes,
    readiness: { ...DEFAULT_RULES.readiness, ...changes.readiness },
    groups: { ...DEFAULT_RULES.groups, ...changes.groups },
  }) as WatchRulesView;
}

async function start(lab: Lab, clock: LeapingClock, calls: Calls, options: RigOptions): Promise<Program> {
  const watch = (deps: WatchDeps): WatchDeps => calls.around(options.around?.watch?.(deps) ?? deps);
  const around: Around = { ...options.around, watch };
  const program = await lab.program({ ...DIRECT, ...options.env }, { clock, around });
  await program.start({ watch: true });
  return program;
}

/** Counts what the program asks the disk for, so that no time passes while it is answered. */
class Calls {
  underWay = 0;
  held = false;
  /** When the last event came, in real time. */
  heardAt = Number.NEGATIVE_INFINITY;

  around(deps: WatchDeps): WatchDeps {
    const counted =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        this.#count(call(...args));
    const disk = (root: string): WatchDisk => {
      const real = deps.disk(root);
      return {
        root: counted(() => real.root()),
        kind: counted(() => real.kind()),
        look: counted((path) => real.look(path)),
        scan: (folders, skip, signal) => this.#countAll(real.scan(folders, skip, signal)),
        names: counted((folder) => real.names(folder)),
        read: counted((path, offset, length) => real.read(path, offset, length)),
        hash: counted((path, identity, algorithm, signal) => real.hash(path, identity, algorithm, signal)),
        openness: counted((paths) => real.openness(paths)),
      };
    };
    const selfTest: WatchDeps['selfTest'] = (root, waitFor) => {
      const test = deps.selfTest(root, waitFor);
      // Its event comes in real time; a test that brings none lets its time limit pass.
      void this.#count(Promise.race([test, sleep(EVENT_MS)]));
      return test;
    };
    const startWatcher = counted<Parameters<StartWatcher>, Watcher>((root, options) =>
      deps.startWatcher(root, { ...options, listener: this.#hearing(options.listener) }),
    );
    return { ...deps, disk, startWatcher, selfTest };
  }

  #hearing(listener: WatchListener): WatchListener {
    const heard = (): void => {
      this.heardAt = performance.now();
    };
    return {
      touched: (path) => {
        heard();
        listener.touched(path);
      },
      unsure: (folder) => {
        heard();
        listener.unsure(folder);
      },
      failed: (error) => listener.failed(error),
    };
  }

  async #count<T>(answer: Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await answer;
    } finally {
      this.underWay -= 1;
    }
  }

  async *#countAll<T>(answers: AsyncIterable<T>): AsyncGenerator<T> {
    this.underWay += 1;
    try {
      yield* answers;
    } finally {
      this.underWay -= 1;
    }
  }
}

/** In memory where that is possible: hundreds of uploads, each with its transactions, wait for no disk. */
function quickFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
