/**
 * What becomes of pending files: judged, held back, decided by people, put together into units, and handed to the queue when
 * they are finished. Used by `folder-run.ts`, which calls one round after another.
 */

import { below } from '../paths.ts';
import type { Clock } from '../ports.ts';
import { GroupBook } from './group-book.ts';
import type { FinishedUnit, Intake, Taken } from './intake.ts';
import { Judging } from './judging.ts';
import type { Observer } from './observer.ts';
import { type Pending, sameIdentity } from './pending.ts';
import type { WatchDisk } from './ports.ts';
import type { RungTools } from './readiness.ts';
import { reasonNow } from './reason-now.ts';
import type { WatchFolder } from './rules.ts';
import type { KnownFile, Noted, WatchStore } from './store-port.ts';
import { personChoseToIgnore, ruleIgnores } from './words.ts';

/** So many files go into the queue at once; a larger group goes alone. */
const FILES_AT_ONCE = 1_000;
const LOOKS_AT_ONCE = 32;
/** Something of the program was in the way: when to try again. */
const LATER_MS = 15_000;

export type Decision = 'upload' | 'ignore' | 'wait';

/** A file or group that waits, and why; for pages and command line. */
export interface Waiting {
  readonly key: string;
  readonly kind: 'file' | 'group';
  readonly name: string;
  readonly size: number;
  readonly frames: number;
  readonly reason: string;
  readonly tone: 'waiting' | 'stuck' | 'ask';
  readonly choices: readonly Decision[];
  readonly since: number;
}

export interface DealingPorts {
  readonly disk: WatchDisk;
  readonly store: WatchStore;
  readonly clock: Clock;
  readonly tools: RungTools;
  readonly intake: Intake;
  readonly observer: Observer;
  readonly folder: () => WatchFolder;
  /** Whether a file (relative) is data at all. */
  readonly takes: (path: string) => boolean;
  /** The whole root is to be looked through again. */
  readonly rescan: () => void;
  /** Whether the unit goes on: neither done nor failed, cancelled or gone. */
  readonly unitGoesOn: (unitId: number) => boolean;
  readonly signal: AbortSignal;
  readonly wake: () => void;
}

export class Dealing {
  readonly #ports: DealingPorts;
  readonly #judging: Judging;
  readonly #groups: GroupBook | null;
  /** Folders in which a marker or a list came, changed or went since the last round. */
  readonly #besides = new Set<string>();

  constructor(ports: DealingPorts) {
    this.#ports = ports;
    this.#judging = new Judging({
      disk: ports.disk,
      rules: () => ports.folder().rules.readiness,
      tools: ports.tools,
      monotonic: () => ports.clock.monotonic(),
      signal: ports.signal,
    });
    const { becomes } = ports.folder().rules;
    this.#groups =
      becomes.kind === 'files'
        ? null
        : new GroupBook(becomes, {
            ...ports,
            judging: this.#judging,
            pending: ports.observer.pending,
            note: (rows) => this.#note(rows),
            settle: (path) => ports.observer.settle(path),
            look: (paths) => this.#lookAgain(paths),
          });
  }

  // -------------------------------------------------------------------------------------------- what happens

  changed(file: Pending, what: 'came' | 'changed' | 'went'): void {
    this.#groups?.changed(file, what);
  }

  /** A marker or a list came, changed or went in this folder: what waits for one is looked at in the next round. */
  besides(folder: string): void {
    const { marker, manifest } = this.#ports.folder().rules.readiness;
    if (marker !== null || manifest !== null || this.#groups) this.#besides.add(folder);
  }

  clear(): void {
    this.#besides.clear();
    this.#groups?.clear();
  }

  /**
   * Units came to their end: files that were held back for one of them are looked at again; whether there are any. What else
   * is in a file's way has a time of its own.
   */
  release(): boolean {
    const underway = new Map<number, ReadonlySet<string>>();
    let any = false;
    for (const file of this.#ports.observer.pending.values()) {
      if (file.hold?.kind !== 'underway' || this.#isUnderway(file, file.hold.path, underway)) continue;
      file.hold = null;
      file.dueAt = 0;
      any = true;
    }
    return this.#groups?.release() || any;
  }

  /** `underway`: paths by size, as far as they were asked for. */
  #isUnderway(file: Pending, path: string, underway: Map<number, ReadonlySet<string>>): boolean {
    const { store, unitGoesOn } = this.#ports;
    const { ledger, datasetId, root } = this.#ports.folder();
    if (path === below(root, file.path)) {
      const known = store.known(ledger, file.path);
      return known?.state === 'taken' && known.unitId !== null && unitGoesOn(known.unitId);
    }
    const { size } = file.seen.identity;
    const paths = underway.get(size) ?? new Set(store.underway(datasetId, size).map((each) => each.path));
    underway.set(size, paths);
    return paths.has(path);
  }

  // -------------------------------------------------------------------------------------------- a round

  async round(): Promise<void> {
    const due = this.#due();
    if (this.#groups) {
      await this.#judge(due);
      const [chunk = [], ...others] = inChunks(await this.#groups.finished(due));
      if (this.#ports.signal.aborted) return;
      await this.#take(await this.#unchanged(chunk));
      // Taking takes a while: what happened meanwhile is looked at before more is taken.
      for (const unit of others.flat()) this.#groups.again(unit);
      if (others.length > 0) this.#ports.wake();
      return;
    }
    for (let first = 0; first < due.length; first += FILES_AT_ONCE) {
      const some = due.slice(first, first + FILES_AT_ONCE);
      await this.#judge(some);
      if (this.#ports.signal.aborted) return;
      const units = this.#singles(some);
      if (units.length === 0) continue;
      await this.#take(await this.#unchanged(units));
      // As above.
      if (first + FILES_AT_ONCE < due.length) this.#ports.wake();
      return;
    }
  }

  #due(): Pending[] {
    const { clock, observer } = this.#ports;
    const now = clock.monotonic();
    const due: Pending[] = [];
    for (const file of observer.pending.values()) {
      if (this.#besides.has(file.folder)) file.dueAt = 0;
      if (file.dueAt <= now && !waitsForOthers(file)) due.push(file);
    }
    for (const folder of this.#besides) this.#groups?.besides(folder);
    this.#besides.clear();
    return due;
  }

  async #judge(files: readonly Pending[]): Promise<void> {
    const changed: string[] = [];
    await this.#judging.judge(files, (path) => changed.push(path));
    if (changed.length > 0) await this.#lookAgain(changed);
  }

  /** When the next round is due though nothing happened, monotonic. */
  get nextDueAt(): number {
    if (this.#besides.size > 0) return 0;
    let next = this.#groups?.nextDueAt ?? Number.POSITIVE_INFINITY;
    for (const file of this.#ports.observer.pending.values()) {
      if (!waitsForOthers(file) && file.dueAt < next) next = file.dueAt;
    }
    return next;
  }

  /** Finished files that are units of their own and that nothing holds back. */
  #singles(due: readonly Pending[]): FinishedUnit[] {
    const ignored: Noted[] = [];
    const units: FinishedUnit[] = [];
    for (const file of due) {
      if (file.verdict.kind === 'waiting' && file.decision !== 'upload') continue;
      if (file.hold?.kind === 'trouble' || !this.#ports.observer.pending.has(file.path)) continue;
      const what = file.again ? this.#againBy(file) : 'take';
      if (what === 'take') {
        const { path, seen } = file;
        units.push({ key: path, group: null, files: [{ path, seen, captures: {} }] });
      } else if (what === 'ignore') ignored.push(this.#ignored(file, ruleIgnores(this.#ports.clock.now())));
    }
    this.#note(ignored);
    return units;
  }

  /** What the folder's rule makes of a file that was taken before and is another one now. */
  #againBy(file: Pending): 'take' | 'ignore' | 'hold' {
    const { store, observer, unitGoesOn } = this.#ports;
    const { ledger, rules, root } = this.#ports.folder();
    const known: KnownFile | null = store.known(ledger, file.path);
    if (known && sameIdentity(known.identity, file.seen.identity)) {
      // What was under way was sent as it is now.
      observer.settle(file.path);
      return 'hold';
    }
    if (known?.state === 'taken' && known.unitId !== null && unitGoesOn(known.unitId)) {
      file.hold = { kind: 'underway', path: below(root, file.path) };
      return 'hold';
    }
    // It was put away, given up in the queue, or its upload failed: this is no change of what was uploaded, but its successor.
    if (known?.putAway || known?.state === 'cancelled' || known?.state === 'taken') return 'take';
    if (file.decision === 'upload' || rules.changed === 'upload') return 'take';
    if (rules.changed === 'ignore') return 'ignore';
    file.hold = { kind: 'ask', text: 'it changed after it was uploaded' };
    return 'hold';
  }

  /** Looks at every file once more, because events get lost; leaves out units of which one is not as it was. */
  async #unchanged(units: readonly FinishedUnit[]): Promise<readonly FinishedUnit[]> {
    const files = units.flatMap((unit) => unit.files);
    const changed = await this.#lookAgain(files.map((file) => file.path));
    return units.filter((unit) => unit.files.every((file) => !changed.has(file.path)));
  }

  /** The paths that are gone, or another file, by now. */
  async #lookAgain(paths: readonly string[]): Promise<ReadonlySet<string>> {
    const { disk, observer, clock } = this.#ports;
    const changed = new Set<string>();
    let next = 0;
    const work = async (): Promise<void> => {
      for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
        const before = observer.pending.get(path)?.seen.identity;
        const look = await disk.look(path);
        if (look.kind === 'file' && before && sameIdentity(look.identity, before)) continue;
        changed.add(path);
        observer.look(path, look);
        const file = observer.pending.get(path);
        if (look.kind !== 'problem' || !file) continue;
        // It may be as it was: then no scan brings it back, and only time does.
        file.hold = { kind: 'trouble', text: look.error.message };
        file.dueAt = clock.monotonic() + LATER_MS;
      }
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, work));
    return changed;
  }

  async #take(units: readonly FinishedUnit[]): Promise<void> {
    if (units.length === 0) return;
    const { intake, observer, clock, signal } = this.#ports;
    const taking = (now: boolean): void => {
      for (const file of this.#filesOf(units)) file.taking = now;
      for (const unit of units) this.#groups?.taking(unit, now);
    };
    taking(true);
    const outcomes = await intake.take(this.#ports.folder(), units, signal);
    taking(false);
    for (const unit of units) {
      const outcome: Taken = outcomes.get(unit.key) ?? { kind: 'changed' };
      const files = this.#filesOf([unit]);
      switch (outcome.kind) {
        case 'settled':
          for (const file of files) observer.settle(file.path);
          break;
        case 'changed':
          for (const file of files) file.dueAt = 0;
          await this.#lookAgain(unit.files.map((file) => file.path));
          this.#groups?.again(unit);
          break;
        case 'underway':
          for (const file of files) file.hold = { kind: 'underway', path: outcome.path };
          break;
        case 'later':
          for (const file of files) {
            file.hold = { kind: 'trouble', text: outcome.error.message };
            file.dueAt = clock.monotonic() + LATER_MS;
          }
          this.#groups?.later(unit, outcome.error.message, clock.monotonic() + LATER_MS);
          break;
      }
    }
  }

  #filesOf(units: readonly FinishedUnit[]): Pending[] {
    const { pending } = this.#ports.observer;
    return units.flatMap((unit) => unit.files.flatMap((file) => pending.get(file.path) ?? []));
  }

  // -------------------------------------------------------------------------------------------- people

  decide(keys: readonly string[], decision: Decision): void {
    const ignored: Noted[] = [];
    const at = this.#ports.clock.now();
    for (const key of keys) {
      const file = this.#groups ? undefined : this.#ports.observer.pending.get(key);
      if (file) {
        if (decision === 'ignore') ignored.push(this.#ignored(file, personChoseToIgnore(at)));
        else file.decision = decision;
        file.hold = null;
        file.dueAt = 0;
        continue;
      }
      const decided = this.#groups?.decide(key, decision);
      if (!decided || decision !== 'ignore') continue;
      for (const each of decided.files) {
        ignored.push({ ...this.#ignored(each, personChoseToIgnore(at)), group: decided.group });
      }
    }
    this.#note(ignored);
    this.#ports.wake();
  }

  #ignored({ path, seen }: Pending, reason: Noted['reason']): Noted {
    return { path, ...seen, state: 'ignored', reason, group: null, unitId: null };
  }

  #note(rows: readonly Noted[]): void {
    if (rows.length === 0) return;
    const { store, clock, observer } = this.#ports;
    store.note(this.#ports.folder().ledger, rows, clock.now());
    for (const row of rows) observer.settle(row.path);
  }

  // -------------------------------------------------------------------------------------------- what is shown

  /** Files and groups that wait. */
  get size(): number {
    if (this.#groups) return this.#groups.size;
    let count = 0;
    for (const _ of this.#shown()) count += 1;
    return count;
  }

  /** Whether a file or group will be looked at again by itself in a while. */
  get waitsForTime(): boolean {
    return Number.isFinite(this.nextDueAt);
  }

  /** How many are stuck or wait for a person. */
  get attention(): number {
    let count = 0;
    if (this.#groups) for (const row of this.#groups.rows()) count += row.tone === 'waiting' ? 0 : 1;
    else for (const file of this.#shown()) count += this.#toneOf(file) === 'waiting' ? 0 : 1;
    return count;
  }

  /** What a person should know of groups that were taken. */
  get remarks(): readonly string[] {
    return this.#groups?.remarks ?? [];
  }

  /** Those first that a person can do something about. */
  window(offset: number, limit: number): Waiting[] {
    const end = offset + limit;
    if (this.#groups) return urgentFirst(this.#groups.rows(), ({ tone }) => tone, end).slice(offset);
    const files = urgentFirst(this.#shown(), (file) => this.#toneOf(file), end);
    return files.slice(offset).map((file) => this.row(file));
  }

  #toneOf(file: Pending): Waiting['tone'] {
    if (file.hold?.kind === 'ask') return 'ask';
    const { stuckAfterSeconds } = this.#ports.folder().rules.readiness;
    const seenMs = this.#ports.clock.monotonic() - file.firstSeenAt;
    return file.decision !== 'wait' && seenMs > stuckAfterSeconds * 1000 ? 'stuck' : 'waiting';
  }

  *rows(): Generator<Waiting> {
    if (this.#groups) {
      yield* this.#groups.rows();
      return;
    }
    for (const file of this.#shown()) yield this.row(file);
  }

  *#shown(): Generator<Pending> {
    for (const file of this.#ports.observer.pending.values()) if (!isHidden(file)) yield file;
  }

  /** One file, as it is now. */
  row(file: Pending): Waiting {
    const tone = this.#toneOf(file);
    const choices = { ask: ['upload', 'ignore'], stuck: ['upload', 'ignore', 'wait'], waiting: [] } as const;
    return {
      key: file.path,
      kind: 'file',
      name: file.path,
      size: file.seen.identity.size,
      frames: 1,
      reason: this.reasonOf(file),
      tone,
      choices: choices[tone],
      since: file.since,
    };
  }

  /** Of a file of a group also why the group waits. */
  reasonOf(file: Pending): string {
    const own = file.verdict.kind === 'waiting' || file.hold !== null || file.taking;
    const group = own ? null : (this.#groups?.reasonOf(file) ?? null);
    return group ?? reasonNow(file, this.#ports.clock.monotonic());
  }
}

/** Hidden files are held only to be known when they are renamed; nobody waits for them. */
function isHidden(file: Pending): boolean {
  return file.name.startsWith('.');
}

/** The first of them, those first that a person can do something about. */
function urgentFirst<T>(all: Iterable<T>, toneOf: (each: T) => Waiting['tone'], count: number): T[] {
  const urgent: T[] = [];
  const others: T[] = [];
  for (const each of all) {
    if (toneOf(each) !== 'waiting') urgent.push(each);
    else if (others.length < count) others.push(each);
  }
  return [...urgent, ...others].slice(0, count);
}

/** Whether nothing but an event or a person can bring it on. */
function waitsForOthers(file: Pending): boolean {
  return file.taking || file.hold?.kind === 'underway' || file.hold?.kind === 'ask';
}

/** Units by and by, in pieces of a size that the queue takes at once. */
function* inChunks(units: readonly FinishedUnit[]): Generator<readonly FinishedUnit[]> {
  let chunk: FinishedUnit[] = [];
  let files = 0;
  for (const unit of units) {
    if (chunk.length > 0 && files + unit.files.length > FILES_AT_ONCE) {
      yield chunk;
      chunk = [];
      files = 0;
    }
    chunk.push(unit);
    files += unit.files.length;
  }
  if (chunk.length > 0) yield chunk;
}
