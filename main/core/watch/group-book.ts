/**
 * The groups that pending files make, and what becomes of each: open, asked about, or a finished unit. Used by `dealing.ts`
 * alone, for folders whose files become groups.
 */

import { compareNatural } from '../natural.ts';
import type { Clock } from '../ports.ts';
import type { Decision, Waiting } from './dealing.ts';
import { FrameLooks } from './frame-looks.ts';
import { whatCloses } from './group-closing.ts';
import { type GroupBecoming, GroupMembers } from './group-members.ts';
import { groupReason, groupRow, strayRow } from './group-rows.ts';
import { type Group as Frames, type GroupVerdict, judgeGroup } from './groups.ts';
import type { FinishedUnit } from './intake.ts';
import type { Judging } from './judging.ts';
import { latenessOf } from './late-frames.ts';
import type { OpenGroup } from './open-group.ts';
import { join, type Pending, split } from './pending.ts';
import type { WatchDisk } from './ports.ts';
import type { RungTools } from './readiness.ts';
import { reasonNow } from './reason-now.ts';
import type { GroupRules, WatchFolder } from './rules.ts';
import type { Noted, WatchStore } from './store-port.ts';

/** So many remarks on finished groups are kept for people. */
const REMARKS = 5;

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
  /** Looks at these files (relative) as an event would have it done. */
  readonly look: (paths: readonly string[]) => Promise<unknown>;
}

export class GroupBook {
  readonly #becomes: GroupBecoming;
  readonly #ports: GroupBookPorts;
  readonly #members: GroupMembers;
  readonly #looks: FrameLooks;
  readonly #remarks: string[] = [];

  constructor(becomes: GroupBecoming, ports: GroupBookPorts) {
    this.#becomes = becomes;
    this.#ports = ports;
    this.#members = new GroupMembers(becomes, ports);
    this.#looks = new FrameLooks(becomes.media, ports);
  }

  get #groups(): ReadonlyMap<string, OpenGroup> {
    return this.#members.groups;
  }

  // -------------------------------------------------------------------------------------------- what happens

  changed(file: Pending, what: 'came' | 'changed' | 'went'): void {
    this.#members.changed(file, what);
  }

  besides(folder: string): void {
    for (const group of this.#groups.values()) {
      if (group.folder === folder || split(group.folder).folder === folder) group.dueAt = 0;
    }
  }

  clear(): void {
    this.#members.clear();
  }

  release(): boolean {
    let any = false;
    for (const group of this.#groups.values()) {
      if (group.late !== 'under way') continue;
      group.dueAt = 0;
      any = true;
    }
    return any;
  }

  // -------------------------------------------------------------------------------------------- a round

  /** Looks at the groups that something happened to, or whose time has come; answers those that are finished. */
  async finished(judged: readonly Pending[]): Promise<FinishedUnit[]> {
    this.#members.divide();
    for (const file of judged) {
      const group = this.#members.of(file.path);
      if (group) group.dueAt = 0;
    }
    const now = this.#ports.clock.monotonic();
    const units: FinishedUnit[] = [];
    const closing: OpenGroup[] = [];
    for (const group of [...this.#groups.values()]) {
      if (group.dueAt > now || group.taking || group.members.size === 0) continue;
      const unit = await this.#assess(group);
      if (unit === 'closes') closing.push(group);
      else if (unit) units.push(unit);
    }
    if (closing.length > 0) await this.#lookForMore(closing);
    for (const group of closing) {
      if (this.#members.isUndivided(group)) group.dueAt = 0;
      // It is judged with what was found.
      if (group.dueAt === 0 || group.verdict?.kind !== 'complete') continue;
      this.#remark(group, group.verdict.notes);
      units.push(this.#unit(group, group.key, false));
    }
    return units;
  }

  get nextDueAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const group of this.#groups.values()) if (!group.taking && group.dueAt < next) next = group.dueAt;
    return next;
  }

  async #assess(group: OpenGroup): Promise<FinishedUnit | 'closes' | null> {
    const { store, clock } = this.#ports;
    const { ledger } = this.#ports.folder();
    group.dueAt = Number.POSITIVE_INFINITY;
    const known = store.group(ledger, group.key);
    if (known && known.frames > 0 && !this.#isReused(group)) return this.#late(group, known.away > 0);
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
        return 'closes';
    }
  }

  /**
   * Files of these groups may lie there that nobody has told of yet: what closes them may be younger than the last look at
   * their folders. They are looked at, and a group that gets more of them is due again. One folder may have the files of
   * thousands of groups: it is listed once, after all that closes them was seen, and the ledger is asked for few of its names.
   */
  async #lookForMore(closing: readonly OpenGroup[]): Promise<void> {
    const { disk, store, pending, takes, look } = this.#ports;
    const { ledger } = this.#ports.folder();
    const keys = new Set(closing.map((group) => group.key));
    const folders = new Set(
      closing.flatMap((group) => [...group.members.values()].map((file) => file.folder)),
    );
    const unseen: string[] = [];
    for (const folder of folders) {
      const names = (await disk.names(folder)).filter((name) => {
        const path = join(folder, name);
        return !pending.has(path) && takes(path) && this.#members.belongsToAny(keys, path);
      });
      if (names.length === 0) continue;
      const known = store.knownIn(ledger, folder, names);
      for (const name of names) if (!known.has(name)) unseen.push(join(folder, name));
    }
    if (unseen.length > 0) await look(unseen);
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
        return {
          path: file.path,
          name: file.name,
          frame: this.#members.placeOf(file.path)?.frame ?? null,
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
      ...(await whatCloses(group, this.#ports, (path) => this.#members.belongs(group, path))),
      asItIs: group.decision === 'upload',
    };
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
  async #late(group: OpenGroup, away: boolean): Promise<FinishedUnit | null> {
    const { clock } = this.#ports;
    const ports = { ...this.#ports, now: () => clock.now() };
    const late = this.#asItWas(group, () => latenessOf(group, away, ports));
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
    group.late = null;
    this.#members.renew(group);
    this.#ports.rescan();
  }

  #unit(group: OpenGroup, key: string, late: boolean): FinishedUnit {
    const files = [...group.members.values()].sort((a, b) => compareNatural(a.path, b.path));
    return {
      key,
      group: { media: this.#becomes.media, key: group.key, name: group.name, late },
      files: files.map(({ path, seen }) => ({
        path,
        seen,
        captures: this.#members.placeOf(path)?.captures ?? {},
      })),
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
    const group = this.#members.of(file.path);
    return group ? groupReason(group, this.#rowFacts()) : this.#members.whyNone(file.path);
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
    return [...this.#members.strays()].filter(([file]) => file.verdict.kind === 'finished');
  }
}
