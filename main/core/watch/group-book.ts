/**
 * The groups that pending files make, and what becomes of each: open, asked about, or a finished unit. Used by `dealing.ts`
 * alone, for folders whose files become groups.
 */

import { compareNatural } from '../natural.ts';
import type { Clock } from '../ports.ts';
import type { Decision, Waiting } from './dealing.ts';
import { FrameLooks } from './frame-looks.ts';
import { whatCloses } from './group-closing.ts';
import { groupReason, groupRow, strayRow } from './group-rows.ts';
import {
  type Group as Frames,
  type GroupPlace,
  type GroupVerdict,
  groupOf,
  judgeGroup,
  splitByGap,
} from './groups.ts';
import type { FinishedUnit } from './intake.ts';
import type { Judging } from './judging.ts';
import { latenessOf } from './late-frames.ts';
import { changeGroup, type OpenGroup, openGroup, sameMembers } from './open-group.ts';
import { type Pattern, readPattern } from './pattern.ts';
import { type Pending, split } from './pending.ts';
import type { WatchDisk } from './ports.ts';
import type { RungTools } from './readiness.ts';
import { reasonNow } from './reason-now.ts';
import type { Becoming, GroupRules, WatchFolder } from './rules.ts';
import type { Noted, WatchStore } from './store-port.ts';
import { splitName } from './templates.ts';

/** So many remarks on finished groups are kept for people. */
const REMARKS = 5;

type GroupBecoming = Exclude<Becoming, { kind: 'files' }>;

export interface GroupBookPorts {
  readonly disk: WatchDisk;
  readonly store: WatchStore;
  readonly clock: Clock;
  readonly tools: RungTools;
  readonly judging: Judging;
  readonly folder: () => WatchFolder;
  readonly pending: ReadonlyMap<string, Pending>;
  /** Notes rows and lets go of their files. */
  readonly note: (rows: readonly Noted[]) => void;
  /** Lets go of a file that the ledger knows as it is. */
  readonly settle: (path: string) => void;
  readonly unitGoesOn: (unitId: number) => boolean;
  /** Whether a file (relative) is data at all. */
  readonly takes: (path: string) => boolean;
  /** The whole root is to be looked through again. */
  readonly rescan: () => void;
}

export class GroupBook {
  readonly #becomes: GroupBecoming;
  readonly #pattern: Pattern | null;
  readonly #ports: GroupBookPorts;
  readonly #groups = new Map<string, OpenGroup>();
  /** Where each file is; a file of no group has a reason. */
  readonly #places = new Map<string, GroupPlace | { readonly none: string }>();
  readonly #looks: FrameLooks;
  /** Folders whose files have to be divided by time again. */
  readonly #undivided = new Set<string>();
  readonly #remarks: string[] = [];

  constructor(becomes: GroupBecoming, ports: GroupBookPorts) {
    this.#becomes = becomes;
    this.#ports = ports;
    this.#looks = new FrameLooks(becomes.media, ports);
    const read = becomes.kind === 'pattern' ? readPattern(becomes.pattern) : null;
    this.#pattern = read?.ok ? read.pattern : null;
  }

  // -------------------------------------------------------------------------------------------- what happens

  changed(file: Pending, what: 'came' | 'changed' | 'went'): void {
    if (this.#becomes.kind === 'gap') {
      this.#undivided.add(file.folder);
      if (what === 'went') this.#leave(file.path);
      else if (what === 'changed') this.#dirty(this.#groupOf(file.path));
      return;
    }
    if (what === 'went') {
      this.#leave(file.path);
      return;
    }
    if (what === 'changed') {
      this.#dirty(this.#groupOf(file.path));
      return;
    }
    const place = groupOf(this.#becomes, this.#pattern, file.path);
    this.#places.set(file.path, place);
    if ('none' in place) return;
    this.#enter(file, place);
  }

  besides(folder: string): void {
    for (const group of this.#groups.values()) {
      if (group.folder === folder || split(group.folder).folder === folder) group.dueAt = 0;
    }
  }

  clear(): void {
    this.#groups.clear();
    this.#places.clear();
    this.#undivided.clear();
  }

  release(): boolean {
    let any = false;
    for (const group of this.#groups.values()) {
      if (group.trouble === null && group.late === null) continue;
      group.trouble = null;
      group.dueAt = 0;
      any = true;
    }
    return any;
  }

  #enter(file: Pending, place: Pick<GroupPlace, 'key' | 'name' | 'folder'>): void {
    const known = this.#groups.get(place.key);
    if (known) {
      known.members.set(file.path, file);
      this.#dirty(known);
      return;
    }
    const { clock } = this.#ports;
    this.#groups.set(place.key, openGroup(place, file, { monotonic: clock.monotonic(), wall: clock.now() }));
  }

  #leave(path: string): void {
    const group = this.#groupOf(path);
    this.#places.delete(path);
    if (!group) return;
    group.members.delete(path);
    if (group.members.size === 0) this.#groups.delete(group.key);
    else if (!group.taking) this.#dirty(group);
  }

  #groupOf(path: string): OpenGroup | undefined {
    const place = this.#places.get(path);
    return place && 'key' in place ? this.#groups.get(place.key) : undefined;
  }

  #dirty(group: OpenGroup | undefined): void {
    if (group) changeGroup(group, this.#ports.clock.monotonic());
  }

  // -------------------------------------------------------------------------------------------- a round

  /** Looks at the groups that something happened to, or whose time has come; answers those that are finished. */
  async finished(judged: readonly Pending[]): Promise<FinishedUnit[]> {
    this.#divide();
    for (const file of judged) {
      const group = this.#groupOf(file.path);
      if (group) group.dueAt = 0;
    }
    const now = this.#ports.clock.monotonic();
    const units: FinishedUnit[] = [];
    for (const group of [...this.#groups.values()]) {
      if (group.dueAt > now || group.taking || group.members.size === 0) continue;
      const unit = await this.#assess(group);
      if (unit) units.push(unit);
    }
    return units;
  }

  get nextDueAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const group of this.#groups.values()) if (!group.taking && group.dueAt < next) next = group.dueAt;
    return next;
  }

  /** By time: the files of a folder are divided anew when one of them came, changed or went. */
  #divide(): void {
    if (this.#becomes.kind !== 'gap' || this.#undivided.size === 0) return;
    const files = [...this.#ports.pending.values()].filter((file) => this.#undivided.has(file.folder));
    const before = new Map<string, OpenGroup>();
    for (const group of [...this.#groups.values()]) {
      if (!this.#undivided.has(group.folder) || group.taking) continue;
      before.set(group.key, group);
      this.#groups.delete(group.key);
    }
    this.#undivided.clear();
    const timed = files
      .filter((file) => !file.taking && !this.#enterKnown(file))
      .map((file) => ({ path: file.path, mtimeMs: file.seen.identity.mtimeMs, file }));
    const divided = splitByGap(timed, this.#becomes.seconds);
    for (const [index, { key, folder, name, files: members }] of divided.entries()) {
      for (const { file } of members) {
        this.#places.set(file.path, { key, folder, name, frame: null, captures: {} });
        this.#enter(file, { key, folder, name });
      }
      const group = this.#groups.get(key);
      if (group) group.passed = divided[index + 1]?.folder === folder;
    }
    for (const [key, old] of before) {
      const group = this.#groups.get(key);
      if (group && sameMembers(old, group)) this.#groups.set(key, { ...old, passed: group.passed, dueAt: 0 });
    }
  }

  /** A file that changed stays with the group that it was taken with, whatever its time is now. */
  #enterKnown(file: Pending): boolean {
    const key = file.again ? this.#ports.store.known(this.#ports.folder().ledger, file.path)?.group : null;
    if (!key) return false;
    const name = splitName(split(key).name).stem;
    this.#places.set(file.path, { key, folder: file.folder, name, frame: null, captures: {} });
    this.#enter(file, { key, folder: file.folder, name });
    return true;
  }

  async #assess(group: OpenGroup): Promise<FinishedUnit | null> {
    const { store, clock } = this.#ports;
    const { ledger } = this.#ports.folder();
    group.dueAt = Number.POSITIVE_INFINITY;
    const known = store.group(ledger, group.key);
    if (known && known.frames > 0 && !this.#isReused(group)) return this.#late(group);
    group.late = null;
    const quickly = this.#verdict(group, await this.#facts(group));
    group.verdict = quickly;
    if (quickly.kind !== 'open' || quickly.missing) {
      if (!(await this.#lookInto(group))) return null;
      if (group.members.size === 0) return null;
      group.verdict = this.#verdict(group, await this.#facts(group));
    }
    const { verdict } = group;
    switch (verdict.kind) {
      case 'open':
        if (verdict.missing) group.missingSince ??= clock.monotonic();
        if (verdict.againMs !== null) group.dueAt = clock.monotonic() + verdict.againMs;
        return null;
      case 'ask':
      case 'too-large':
        return null;
      case 'complete':
        this.#remark(group, verdict.notes);
        return this.#unit(group, group.key, false);
    }
  }

  #verdict(group: OpenGroup, facts: Parameters<typeof judgeGroup>[2]): GroupVerdict {
    return judgeGroup(this.#frames(group), this.#rules(), facts);
  }

  /** Where time divides, no group closes before its gap has passed. */
  #rules(): GroupRules {
    const { groups } = this.#ports.folder().rules;
    if (this.#becomes.kind !== 'gap' || groups.close.kind !== 'quiet') return groups;
    return {
      ...groups,
      close: { kind: 'quiet', seconds: Math.max(groups.close.seconds, this.#becomes.seconds) },
    };
  }

  #frames(group: OpenGroup): Frames {
    const files = [...group.members.values()];
    // While files are unfinished nothing depends on their order, and sorting at every event would cost.
    if (files.every((file) => file.verdict.kind !== 'waiting')) {
      files.sort((a, b) => compareNatural(a.path, b.path));
    }
    const now = this.#ports.clock.monotonic();
    return {
      media: this.#becomes.media,
      frames: files.map((file) => {
        const finished = file.verdict.kind === 'finished';
        const place = this.#places.get(file.path);
        return {
          path: file.path,
          name: file.name,
          frame: place && 'frame' in place ? place.frame : null,
          finished,
          reason: finished ? null : reasonNow(file, now),
          ...this.#looks.of(file),
        };
      }),
    };
  }

  async #facts(group: OpenGroup): Promise<Parameters<typeof judgeGroup>[2]> {
    const now = this.#ports.clock.monotonic();
    return {
      quietMs: group.passed ? Number.POSITIVE_INFINITY : now - group.changedAt,
      waitedMs: group.missingSince === null ? 0 : now - group.missingSince,
      ...(await whatCloses(group, this.#ports, (path) => this.#belongs(group, path))),
      asItIs: group.decision === 'upload',
    };
  }

  #belongs(group: OpenGroup, path: string): boolean {
    if (this.#becomes.kind === 'gap') return true;
    const place = groupOf(this.#becomes, this.#pattern, path);
    return 'key' in place && place.key === group.key;
  }

  /** What is no image is refused alone. False where a file cannot be read now. */
  async #lookInto(group: OpenGroup): Promise<boolean> {
    const { refused, trouble } = await this.#looks.look(group.members.values());
    this.#asItWas(group, () => this.#ports.note(refused));
    group.trouble = trouble;
    return trouble === null;
  }

  /** What leaves the group this way is no change of it. */
  #asItWas<T>(group: OpenGroup, work: () => T): T {
    const { changedAt, decision, missingSince, dueAt } = group;
    const result = work();
    Object.assign(group, { changedAt, decision, missingSince, dueAt });
    return result;
  }

  /** Whether its names were those of files that were put away: a machine begins again where it began before. */
  #isReused(group: OpenGroup): boolean {
    const { store } = this.#ports;
    const { ledger } = this.#ports.folder();
    for (const path of group.members.keys()) if (store.known(ledger, path)?.putAway) return true;
    return false;
  }

  /** Of a group that was dealt with before. */
  async #late(group: OpenGroup): Promise<FinishedUnit | null> {
    const { clock } = this.#ports;
    const late = this.#asItWas(group, () => latenessOf(group, { ...this.#ports, now: () => clock.now() }));
    group.late = late;
    group.verdict = null;
    if (late === null || late === 'under way') return null;
    if ([...group.members.values()].some((file) => file.verdict.kind !== 'finished')) return null;
    if (late !== 'late') {
      if (late === 'again' || group.decision === 'upload') this.#anew(group);
      return null;
    }
    if (!(await this.#lookInto(group)) || group.members.size === 0) return null;
    const verdict = this.#verdict(group, await this.#facts(group));
    if (verdict.kind === 'too-large') group.verdict = verdict;
    else if (group.decision === 'upload') return this.#unit(group, `${group.key}\n${clock.now()}`, true);
    return null;
  }

  /** The whole group once more, as it is now: all that the ledger has of it is looked at as if it were new. */
  #anew(group: OpenGroup): void {
    this.#ports.store.forgetGroup(this.#ports.folder().ledger, group.key);
    this.#dirty(group);
    group.late = null;
    for (const file of group.members.values()) file.again = false;
    if (this.#becomes.kind === 'gap') this.#undivided.add(group.folder);
    this.#ports.rescan();
  }

  #unit(group: OpenGroup, key: string, late: boolean): FinishedUnit {
    const files = [...group.members.values()].sort((a, b) => compareNatural(a.path, b.path));
    return {
      key,
      group: { media: this.#becomes.media, key: group.key, name: group.name, late },
      files: files.map((file) => {
        const place = this.#places.get(file.path);
        return {
          path: file.path,
          seen: file.seen,
          captures: place && 'captures' in place ? place.captures : {},
        };
      }),
    };
  }

  // -------------------------------------------------------------------------------------------- outcomes

  /** It goes to the queue now; what comes meanwhile is seen to afterwards. */
  taking(unit: FinishedUnit, taking: boolean): void {
    const group = unit.group ? this.#groups.get(unit.group.key) : undefined;
    if (group) group.taking = taking;
  }

  later(unit: FinishedUnit, why: string, at: number): void {
    const group = unit.group ? this.#groups.get(unit.group.key) : undefined;
    if (!group) return;
    group.trouble = why;
    group.dueAt = at;
  }

  /** A file of it changed, or went: it is judged again. */
  again(unit: FinishedUnit): void {
    const group = unit.group ? this.#groups.get(unit.group.key) : undefined;
    if (group) group.dueAt = 0;
  }

  #remark(group: OpenGroup, notes: readonly string[]): void {
    for (const note of notes) this.#remarks.push(`${group.name || 'The folder'}: ${note}.`);
    this.#remarks.splice(0, Math.max(0, this.#remarks.length - REMARKS));
  }

  get remarks(): readonly string[] {
    return this.#remarks;
  }

  // -------------------------------------------------------------------------------------------- people

  /**
   * What a person says to a group, or to a file of none. Answers the files, and the group that they stand for in the ledger when
   * they are ignored, which is for the caller to note: frames that came late stand for themselves.
   */
  decide(
    key: string,
    decision: Decision,
  ): { readonly group: string | null; readonly files: readonly Pending[] } {
    const group = this.#groups.get(key);
    if (!group) {
      return { group: null, files: this.#strays().flatMap(([file]) => (file.path === key ? [file] : [])) };
    }
    if (decision !== 'ignore') group.decision = decision;
    group.dueAt = 0;
    return { group: group.late === null ? key : null, files: [...group.members.values()] };
  }

  get size(): number {
    return this.#groups.size + this.#strays().length;
  }

  *rows(): Generator<Waiting> {
    const facts = this.#rowFacts();
    for (const group of this.#groups.values()) yield groupRow(group, facts);
    for (const [file, why] of this.#strays()) yield strayRow(file, why);
  }

  /** Why the file waits, by its group; null where it is of none that is known. */
  reasonOf(file: Pending): string | null {
    const place = this.#places.get(file.path);
    if (!place) return null;
    if ('none' in place) return place.none;
    const group = this.#groups.get(place.key);
    return group ? groupReason(group, this.#rowFacts()) : null;
  }

  #rowFacts(): Parameters<typeof groupRow>[1] {
    const { root, rules } = this.#ports.folder();
    return {
      rootName: root.split(/[/\\]/).at(-1) || root,
      stuckAfterSeconds: rules.readiness.stuckAfterSeconds,
      rules: this.#rules(),
      monotonic: this.#ports.clock.monotonic(),
    };
  }

  /** Finished files that belong to no group. */
  #strays(): (readonly [Pending, string])[] {
    if (this.#becomes.kind === 'gap') return [];
    return [...this.#places].flatMap(([path, place]) => {
      const file = this.#ports.pending.get(path);
      return file && 'none' in place && file.verdict.kind === 'finished' ? [[file, place.none] as const] : [];
    });
  }
}
