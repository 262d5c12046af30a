/**
 * One watch folder in a world where only the files are real: time stands still until it is moved, events come late, twice or
 * not at all, the program is restarted, and time passes within its calls. Everything that happens follows from a seed. Used
 * by the test of random schedules.
 */

import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGlobs } from '../../../main/adapters/watch/globs.ts';
import { list } from '../../../main/adapters/watch/listing.ts';
import { scan } from '../../../main/adapters/watch/scan.ts';
import type { Scanner } from '../../../main/adapters/watch/scan-thread.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { Log } from '../../../main/core/ports.ts';
import { FolderRun } from '../../../main/core/watch/folder-run.ts';
import type { FinishedUnit, Intake, Taken } from '../../../main/core/watch/intake.ts';
import type { Look, SeenFile, WatchDisk, WatchListener } from '../../../main/core/watch/ports.ts';
import type { Openness } from '../../../main/core/watch/readiness.ts';
import type { WatchFolder } from '../../../main/core/watch/rules.ts';
import type { KnownFile, Noted, WatchStore } from '../../../main/core/watch/store-port.ts';
import { Chance } from '../../crash/random.ts';
import { EPOCH_MS, MovedClock } from './moved-clock.ts';

/** Something that a writer does at a time, milliseconds from the beginning. */
export interface Step {
  readonly at: number;
  readonly text: string;
  readonly act: (folder: SimulatedFolder) => void;
}

/** What was handed over and taken in. */
export interface Take {
  readonly path: string;
  readonly sha256: string;
}

const LEDGER = 1;

const GLOBS = createGlobs({ caseSensitive: true });
const TOOLS = {
  glob: (pattern: string) => GLOBS.name(pattern),
  path: (pattern: string) => GLOBS.path(pattern),
};
const quietly = (): void => undefined;
const LOG: Log = { debug: quietly, info: quietly, warn: quietly, error: quietly };
const SCANNER: Scanner = {
  threads: 0,
  list: async (root, folders, files) => list({ id: 0, root, folders, files }),
  close: async () => undefined,
};

/** No folder here is a link. */
const REACH = async (): Promise<void> => undefined;

export class SimulatedFolder {
  readonly root: string;
  readonly clock = new MovedClock();
  readonly ledger = new Map<string, KnownFile>();
  readonly takes: Take[] = [];
  /** What came about against the rules of the doors themselves. */
  readonly faults: string[] = [];
  /** Paths that a writer has open. */
  readonly open = new Set<string>();
  readonly story: string[] = [];
  readonly #chance: Chance;
  readonly #steps: Step[];
  #folder: WatchFolder;
  #run: FolderRun;
  #listener: WatchListener | null = null;
  /** By hash: the unit that has it. */
  readonly #contents = new Map<string, { path: string; seen: SeenFile; underway: boolean }>();
  readonly #settled = new Set<string>();
  readonly #underway = new Set<number>();
  #units = 0;
  #calls = 0;

  /** @param steps in the order of their times; what is there before is written before `play` */
  constructor(folder: Omit<WatchFolder, 'root'>, steps: readonly Step[], seed: number, parent = tmpdir()) {
    this.root = mkdtempSync(join(parent, 'encord-schedule-'));
    this.#folder = { ...folder, root: this.root };
    this.#steps = [...steps];
    this.#chance = new Chance('world', seed);
    this.#run = this.#newRun();
  }

  get run(): FolderRun {
    return this.#run;
  }

  static folder(rules: WatchFolder['rules'], existing: WatchFolder['existing']): Omit<WatchFolder, 'root'> {
    return {
      id: 1,
      ledger: LEDGER,
      accountId: 'account',
      datasetId: 'dataset',
      datasetTitle: 'Dataset',
      folderChoice: null,
      rules,
      existing,
      on: true,
      addedAt: EPOCH_MS,
      begun: false,
      mounted: false,
    };
  }

  /** Plays all steps, and lets time pass until this time. */
  async play(until: number): Promise<void> {
    this.#run.start();
    await this.#rest();
    await this.passTo(until);
  }

  /** What is due by then happens, one after another. */
  async passTo(until: number): Promise<void> {
    for (;;) {
      const step = this.#steps[0]?.at ?? Number.POSITIVE_INFINITY;
      const next = Math.min(step, this.clock.next);
      if (next > until) break;
      if (step <= this.clock.next) this.#step();
      else this.clock.fire();
      await this.#rest();
    }
    this.clock.time = Math.max(this.clock.time, until);
  }

  /** As if the program was closed and opened again. */
  async restart(): Promise<void> {
    await this.#run.stop();
    this.#run = this.#newRun();
    this.#run.start();
  }

  async close(): Promise<void> {
    await this.#run.stop();
    rmSync(this.root, { recursive: true, force: true });
  }

  tell(text: string): void {
    this.story.push(`${(this.clock.time / 1000).toFixed(3)} ${text}`);
  }

  /** A path was written to, made, moved or removed: its event comes, or not. */
  touched(path: string): void {
    const fate = this.#chance.fraction();
    const deliver = (): void => this.#listener?.touched(path);
    if (fate < 0.55) deliver();
    else if (fate < 0.75) this.clock.after(this.#chance.between(1, 5_000), deliver);
    else if (fate < 0.85) {
      deliver();
      this.clock.after(this.#chance.between(1, 500), deliver);
    } else if (fate < 0.88) {
      const folder = dirname(path);
      this.clock.after(this.#chance.between(1, 500), () =>
        this.#listener?.unsure(folder === '.' ? '' : folder),
      );
    }
  }

  #step(): void {
    const step = this.#steps.shift();
    if (!step) return;
    this.clock.time = Math.max(this.clock.time, step.at);
    this.tell(step.text);
    try {
      step.act(this);
    } catch (thrown) {
      // The program must not take it for trouble of its own.
      this.faults.push(`The writer failed at “${step.text}”: ${String(thrown)}`);
    }
    // Now and then the program is closed and opened again.
    if (this.#chance.happens(0.01)) {
      this.tell('-- restart');
      void this.#counted(this.restart());
    }
  }

  /** Until nothing is done any more without time passing: files are looked at at once, but for the folders of a scan. */
  async #rest(): Promise<void> {
    for (let turns = 0; turns < 2; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#calls > 0) turns = -1;
    }
  }

  /** While the program asks for something, time may pass, and writers go on. */
  #meanwhile(): void {
    const [step] = this.#steps;
    if (step && this.#folder.begun && step.at - this.clock.time < 2_000 && this.#chance.happens(0.05))
      this.#step();
  }

  #newRun(): FolderRun {
    return new FolderRun(this.#folder, {
      disk: this.#disk(),
      startWatcher: async (_root, { listener }) => {
        this.#listener = listener;
        const close = async (): Promise<void> => {
          if (this.#listener === listener) this.#listener = null;
        };
        return { how: 'simulated', size: 0, close };
      },
      selfTest: async () => ({ kind: 'heard' }),
      store: this.#store(),
      clock: this.clock,
      log: LOG,
      tools: TOOLS,
      intake: this.#intake(),
      unitGoesOn: (id) => this.#underway.has(id),
      changed: quietly,
    });
  }

  // -------------------------------------------------------------------------------------------- disk

  #disk(): WatchDisk {
    const { root } = this;
    const at = (path: string) => join(root, path);
    const asked = async <T>(answer: () => T): Promise<T> => {
      this.#meanwhile();
      return answer();
    };
    return {
      root: () => asked(() => ({ kind: 'there', mounted: false, readOnly: false })),
      kind: () => asked(() => ({ type: 'simulated', events: true })),
      look: (path) => asked(() => lookAt(at(path))),
      scan: (folders, skip, signal) => this.#scan(folders, skip, signal),
      names: (folder) =>
        asked(() => readdirSync(at(folder), { withFileTypes: true }).map((entry) => entry.name)),
      read: (path, offset, length) => asked(() => readAll(at(path)).subarray(offset, offset + length)),
      hash: (path, identity, algorithm) =>
        asked(() => {
          const bytes = readAll(at(path));
          const now = lookAt(at(path));
          if (
            now.kind !== 'file' ||
            now.identity.size !== identity.size ||
            now.identity.mtimeMs !== identity.mtimeMs
          ) {
            throw new UploaderError('file-changed', 'It changed.');
          }
          return createHash(algorithm).update(bytes).digest('hex');
        }),
      openness: (paths) =>
        asked(() => {
          const of = (path: string): Openness =>
            this.open.has(path) ? { kind: 'process', pid: 1, name: 'writer' } : { kind: 'nobody' };
          return new Map(paths.map((path) => [path, of(path)]));
        }),
    };
  }

  async *#scan(
    ...[folders, skip, signal]: Parameters<WatchDisk['scan']>
  ): ReturnType<WatchDisk['scan']> & AsyncGenerator {
    this.#calls += 1;
    try {
      for await (const found of scan(SCANNER, this.root, REACH, folders, skip, signal)) {
        this.#meanwhile();
        yield found;
      }
    } finally {
      this.#calls -= 1;
    }
  }

  async #counted(work: Promise<void>): Promise<void> {
    this.#calls += 1;
    await work.finally(() => {
      this.#calls -= 1;
    });
  }

  // -------------------------------------------------------------------------------------------- ledger and queue

  /** As much of it as the run of a folder of single files asks for. */
  #store(): WatchStore {
    const { ledger } = this;
    const part: Pick<
      WatchStore,
      'changeWatchFolder' | 'knownIn' | 'known' | 'note' | 'underway' | 'changedInQueue'
    > = {
      changeWatchFolder: (_id, change) => {
        this.#folder = { ...this.#folder, ...change };
        return this.#folder;
      },
      known: (_ledger, path) => ledger.get(path) ?? null,
      knownIn: (_ledger, folder) => {
        const prefix = folder === '' ? '' : `${folder}/`;
        const inside = [...ledger].filter(
          ([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'),
        );
        return new Map(inside.map(([path, known]) => [path.slice(prefix.length), known]));
      },
      changedInQueue: () => [],
      underway: (_dataset, size) =>
        [...this.#contents]
          .filter(([, content]) => content.underway && content.seen.identity.size === size)
          .map(([sha256, { path, seen }]) => ({ path: join(this.root, path), ...seen, sha256 })),
      note: (_ledger, rows, at) => {
        for (const { path, ...row } of rows) {
          this.tell(`   noted ${path} ${row.state}`);
          ledger.set(path, { ...row, at, putAway: false });
        }
      },
    };
    return part as WatchStore;
  }

  #intake(): Intake {
    return {
      take: async (_folder, units) => {
        const outcomes = new Map<string, Taken>();
        for (const unit of units) {
          // Before the file is read, as when it has to wait for its turn.
          await null;
          this.#meanwhile();
          outcomes.set(unit.key, this.#takeOne(unit));
        }
        return outcomes;
      },
    };
  }

  #takeOne({ files: [file] }: FinishedUnit): Taken {
    if (!file) return { kind: 'changed' };
    if (this.#chance.happens(0.02))
      return { kind: 'later', error: new UploaderError('disk-full', 'The disk is full.') };
    const { path, seen } = file;
    const full = join(this.root, path);
    const now = lookAt(full);
    const { size, mtimeMs } = seen.identity;
    if (now.kind !== 'file' || now.identity.size !== size || now.identity.mtimeMs !== mtimeMs)
      return { kind: 'changed' };
    const offer = `${path} ${size} ${mtimeMs}`;
    if (this.#settled.has(offer)) this.faults.push(`${path} was handed over twice as it is.`);
    const sha256 = createHash('sha256').update(readFileSync(full)).digest('hex');
    const holder = this.#contents.get(sha256);
    if (holder?.underway && holder.path !== path)
      return { kind: 'underway', path: join(this.root, holder.path) };
    this.#settled.add(offer);
    if (size === 0) this.#note(file, 'refused', null);
    else if (holder) this.#note(file, 'skipped', null);
    else this.#takeIn(file, sha256);
    return { kind: 'settled' };
  }

  #takeIn(file: FinishedUnit['files'][number], sha256: string): void {
    const { path } = file;
    this.#units += 1;
    const unitId = this.#units;
    this.tell(`   TAKEN ${path} ${sha256.slice(0, 8)}`);
    this.takes.push({ path, sha256 });
    this.#note(file, 'taken', unitId);
    this.#underway.add(unitId);
    const content = { path, seen: file.seen, underway: true };
    this.#contents.set(sha256, content);
    this.clock.after(this.#chance.between(1, 30_000), () => {
      content.underway = false;
      this.#underway.delete(unitId);
      for (const [at, known] of this.ledger) {
        if (known.unitId === unitId) this.ledger.set(at, { ...known, state: 'done' });
      }
      this.clock.after(300, () => this.#run.reconsider());
    });
  }

  #note({ path, seen }: FinishedUnit['files'][number], state: Noted['state'], unitId: number | null): void {
    this.tell(`   noted ${path} ${state}`);
    this.ledger.set(path, {
      ...seen,
      state,
      reason: null,
      group: null,
      unitId,
      at: this.clock.now(),
      putAway: false,
    });
  }
}

/** As `WatchDisk.look` answers, at once. */
export function lookAt(path: string): Look {
  try {
    const stats = lstatSync(path);
    if (stats.isDirectory()) return { kind: 'folder' };
    const identity = { size: stats.size, mtimeMs: stats.mtimeMs };
    return stats.isFile()
      ? { kind: 'file', identity, inode: `${stats.dev}:${stats.ino}` }
      : { kind: 'other' };
  } catch {
    return { kind: 'gone' };
  }
}

function readAll(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new UploaderError('file-missing', 'It is gone.');
  }
}
