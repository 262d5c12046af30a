/**
 * The groups that pending files make, and what becomes of each: open, asked about, or a finished unit. Used by `dealing.ts`
 * alone, for folders whose files become groups.
 */

import { asUploaderError } from '../errors.ts';
import { HEAD_BYTES, mediaType, sniff } from '../media/index.ts';
import { compareNatural } from '../natural.ts';
import type { Clock } from '../ports.ts';
import { foreignType, otherType } from '../refusals.ts';
import type { Decision, Waiting } from './dealing.ts';
import { imageSize } from './dimensions.ts';
import {
  type Group as Frames,
  type GroupFrame,
  type GroupPlace,
  type GroupVerdict,
  groupOf,
  judgeGroup,
  splitByGap,
} from './groups.ts';
import type { FinishedUnit } from './intake.ts';
import type { Judging } from './judging.ts';
import { type Pattern, readPattern } from './pattern.ts';
import { join, type Pending, sameIdentity, split } from './pending.ts';
import type { WatchDisk } from './ports.ts';
import type { RungTools } from './readiness.ts';
import { reasonNow } from './reason-now.ts';
import { sayDuration } from './reasons.ts';
import type { Becoming, GroupMedia, GroupRules, WatchFolder } from './rules.ts';
import type { Noted, WatchStore } from './store-port.ts';
import { refusedHere } from './words.ts';

/** Sizes of images stand in so many first bytes, mostly. */
const LOOK_BYTES = 32 * 1024;
const READ_AT_ONCE = 8;
const UNREADABLE_AGAIN_MS = 10_000;
/** So many remarks on finished groups are kept for people. */
const REMARKS = 5;

type GroupBecoming = Exclude<Becoming, { kind: 'files' }>;

interface Group {
  readonly key: string;
  readonly name: string;
  readonly folder: string;
  readonly members: Map<string, Pending>;
  readonly since: number;
  readonly firstSeenAt: number;
  /** When a file of it came, changed or went last; monotonic, like all that follows. */
  changedAt: number;
  /** A later group of the same folder is there, so that nothing more is awaited. */
  passed: boolean;
  /** Since when nothing but missing numbers is in the way. */
  missingSince: number | null;
  decision: 'upload' | 'wait' | null;
  verdict: GroupVerdict | null;
  /** Its key is in the ledger already: what is pending came late, or changed. */
  late: 'late' | 'changed' | 'under way' | null;
  trouble: string | null;
  taking: boolean;
  dueAt: number;
}

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
  readonly #groups = new Map<string, Group>();
  /** Where each file is; a file of no group has a reason. */
  readonly #places = new Map<string, GroupPlace | { readonly none: string }>();
  /** Formats and sizes of frames, by file; found out when a group could close. */
  readonly #looks = new WeakMap<
    Pending,
    Pick<GroupFrame, 'format' | 'dimensions'> & { readonly of: Pending['seen'] }
  >();
  /** Folders whose files have to be divided by time again. */
  readonly #undivided = new Set<string>();
  readonly #remarks: string[] = [];

  constructor(becomes: GroupBecoming, ports: GroupBookPorts) {
    this.#becomes = becomes;
    this.#ports = ports;
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
    const now = this.#ports.clock.monotonic();
    const known = this.#groups.get(place.key);
    if (known) {
      known.members.set(file.path, file);
      this.#dirty(known);
      return;
    }
    this.#groups.set(place.key, {
      key: place.key,
      name: place.name,
      folder: place.folder,
      members: new Map([[file.path, file]]),
      since: this.#ports.clock.now(),
      firstSeenAt: now,
      changedAt: now,
      passed: false,
      missingSince: null,
      decision: null,
      verdict: null,
      late: null,
      trouble: null,
      taking: false,
      dueAt: 0,
    });
  }

  #leave(path: string): void {
    const group = this.#groupOf(path);
    this.#places.delete(path);
    if (!group) return;
    group.members.delete(path);
    if (group.members.size === 0) this.#groups.delete(group.key);
    else if (!group.taking) this.#dirty(group);
  }

  #groupOf(path: string): Group | undefined {
    const place = this.#places.get(path);
    return place && 'key' in place ? this.#groups.get(place.key) : undefined;
  }

  /** It is another group now: what was decided about the old one does not hold. */
  #dirty(group: Group | undefined): void {
    if (!group) return;
    group.changedAt = this.#ports.clock.monotonic();
    group.missingSince = null;
    group.decision = null;
    group.dueAt = 0;
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
    const before = new Map<string, Group>();
    for (const group of [...this.#groups.values()]) {
      if (!this.#undivided.has(group.folder) || group.taking) continue;
      before.set(group.key, group);
      this.#groups.delete(group.key);
    }
    this.#undivided.clear();
    const timed = files
      .filter((file) => !file.taking)
      .map((file) => ({ path: file.path, mtimeMs: file.seen.identity.mtimeMs, file }));
    const divided = splitByGap(timed, this.#becomes.seconds);
    for (const [index, { key, folder, name, files: members }] of divided.entries()) {
      for (const { file } of members) {
        this.#places.set(file.path, { key, folder, name, frame: null, captures: {} });
        this.#enter(file, { key, folder, name });
      }
      const group = this.#groups.get(key);
      if (!group) continue;
      group.passed = divided[index + 1]?.folder === folder;
      const old = before.get(key);
      if (old && sameMembers(old, group)) this.#groups.set(key, { ...old, passed: group.passed, dueAt: 0 });
    }
  }

  async #assess(group: Group): Promise<FinishedUnit | null> {
    const { store, clock } = this.#ports;
    const { ledger, rules } = this.#ports.folder();
    group.dueAt = Number.POSITIVE_INFINITY;
    const known = store.group(ledger, group.key);
    if (known && known.frames > 0) return this.#late(group);
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
        return this.#unit(group, this.#becomes.media, group.key, false, rules.groups);
    }
  }

  #verdict(group: Group, facts: Parameters<typeof judgeGroup>[2]): GroupVerdict {
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

  #frames(group: Group): Frames {
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
          ...this.#looks.get(file),
        };
      }),
    };
  }

  async #facts(group: Group): Promise<Parameters<typeof judgeGroup>[2]> {
    const { clock } = this.#ports;
    const { close } = this.#ports.folder().rules.groups;
    const now = clock.monotonic();
    return {
      quietMs: group.passed ? Number.POSITIVE_INFINITY : now - group.changedAt,
      waitedMs: group.missingSince === null ? 0 : now - group.missingSince,
      marker: close.kind === 'marker' && (await this.#hasMarker(group, close.name)),
      listed: close.kind === 'manifest' ? await this.#listed(group, close.name) : null,
      asItIs: group.decision === 'upload',
    };
  }

  /** What the list in its folder names of this group: data that belongs to it, and was not refused. */
  async #listed(group: Group, glob: string): Promise<ReadonlySet<string> | null> {
    const { judging, takes, store } = this.#ports;
    const { ledger } = this.#ports.folder();
    const names = await judging.listIn(group.folder, glob);
    if (names === null) return null;
    const own = [...names].filter((name) => {
      const path = join(group.folder, name);
      if (!takes(path) || store.known(ledger, path)?.state === 'refused') return false;
      if (this.#becomes.kind === 'gap') return true;
      const place = groupOf(this.#becomes, this.#pattern, path);
      return 'key' in place && place.key === group.key;
    });
    return new Set(own);
  }

  /** In the folder, or beside it. */
  async #hasMarker(group: Group, name: string): Promise<boolean> {
    const { judging, tools } = this.#ports;
    const own = split(group.folder);
    const fits = tools.glob(name.replaceAll('{folder}', own.name.replaceAll(/[^\p{L}\p{N}_ -]/gu, '\\$&')));
    for (const folder of new Set([group.folder, own.folder])) {
      for (const each of await judging.namesIn(folder)) if (fits(each)) return true;
    }
    return false;
  }

  /**
   * Reads the first bytes of the frames: what is no image is no frame, and is refused alone. False where a file cannot be
   * read now.
   */
  async #lookInto(group: Group): Promise<boolean> {
    const { disk, clock, note } = this.#ports;
    const files = [...group.members.values()].filter((file) => this.#looks.get(file)?.of !== file.seen);
    const refused: Noted[] = [];
    let readable = true;
    let next = 0;
    const work = async (): Promise<void> => {
      for (let file = files[next++]; file; file = files[next++]) {
        try {
          const head = await disk.read(file.path, 0, LOOK_BYTES);
          const found = sniff(head.subarray(0, HEAD_BYTES));
          if (found.kind === 'taken' && found.media.id === 'image') {
            this.#looks.set(file, { of: file.seen, format: found.format.mime, dimensions: imageSize(head) });
            continue;
          }
          const wanted = mediaType(this.#becomes.media);
          const error =
            found.kind === 'foreign' ? foreignType(file.name, found.format) : otherType(found, wanted);
          refused.push({ path: file.path, ...file.seen, ...refusedHere(error, clock.now()) });
        } catch (thrown) {
          const error = asUploaderError(thrown);
          file.hold = { kind: 'trouble', text: error.message };
          file.dueAt = clock.monotonic() + UNREADABLE_AGAIN_MS;
          group.trouble = `${file.name}: ${error.message}`;
          readable = false;
        }
      }
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
    // What leaves the group this way is no change of it.
    const { changedAt, decision, missingSince } = group;
    note(refused);
    Object.assign(group, { changedAt, decision, missingSince, dueAt: Number.POSITIVE_INFINITY });
    if (readable) group.trouble = null;
    return readable;
  }

  /** Frames of a group that was taken before. They are reported, and never silently lost. */
  #late(group: Group): FinishedUnit | null {
    const { clock, note } = this.#ports;
    const { changed } = this.#ports.folder().rules;
    if (this.#isUnderway(group)) {
      group.late = 'under way';
      return null;
    }
    const files = [...group.members.values()];
    const again = files.filter((file) => file.again);
    if (files.length === 0) return null;
    if (again.length > 0 && changed === 'ignore') {
      note(
        again.map((file) => ({ path: file.path, ...file.seen, ...ignoredByRule(clock.now(), group.key) })),
      );
      if (group.members.size === 0) return null;
    }
    group.late = [...group.members.values()].some((file) => file.again) ? 'changed' : 'late';
    group.verdict = null;
    if (group.decision !== 'upload') return null;
    if (group.late === 'changed') {
      this.#anew(group);
      return null;
    }
    if (files.some((file) => file.verdict.kind !== 'finished')) return null;
    const { groups } = this.#ports.folder().rules;
    return this.#unit(group, this.#becomes.media, `${group.key}\n${clock.now()}`, true, groups);
  }

  /** Whether the earlier version of a file is still on its way; what was sent as it is now is let go of. */
  #isUnderway(group: Group): boolean {
    const { store, settle, unitGoesOn } = this.#ports;
    const { ledger } = this.#ports.folder();
    let underway = false;
    for (const file of [...group.members.values()]) {
      const known = file.again ? store.known(ledger, file.path) : null;
      if (!known) continue;
      if (sameIdentity(known.identity, file.seen.identity)) settle(file.path);
      else if (known.state === 'taken' && known.unitId !== null && unitGoesOn(known.unitId)) underway = true;
    }
    return underway;
  }

  /** The whole group once more, as it is now: all that the ledger has of it is looked at as if it were new. */
  #anew(group: Group): void {
    const { store } = this.#ports;
    store.forgetGroup(this.#ports.folder().ledger, group.key);
    this.#dirty(group);
    group.late = null;
    for (const file of group.members.values()) file.again = false;
    this.#ports.rescan();
  }

  #unit(
    group: Group,
    media: GroupMedia,
    key: string,
    late: boolean,
    { maxFrames }: GroupRules,
  ): FinishedUnit | null {
    const files = [...group.members.values()].sort((a, b) => compareNatural(a.path, b.path));
    if (files.length > maxFrames) return null;
    return {
      key,
      group: { media, key: group.key, name: group.name, late },
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

  #remark(group: Group, notes: readonly string[]): void {
    for (const note of notes) this.#remarks.push(`${group.name || 'The folder'}: ${note}.`);
    this.#remarks.splice(0, Math.max(0, this.#remarks.length - REMARKS));
  }

  get remarks(): readonly string[] {
    return this.#remarks;
  }

  // -------------------------------------------------------------------------------------------- people

  /** The files of the group; what is to be ignored is for the caller to note. */
  decide(key: string, decision: Decision): readonly Pending[] {
    const group = this.#groups.get(key);
    if (!group) return [];
    if (decision !== 'ignore') group.decision = decision;
    group.dueAt = 0;
    return [...group.members.values()];
  }

  get size(): number {
    return this.#groups.size + this.#strays().length;
  }

  *rows(): Generator<Waiting> {
    for (const group of this.#groups.values()) yield this.#row(group);
    for (const [file, why] of this.#strays()) {
      yield {
        key: file.path,
        kind: 'file',
        name: file.path,
        size: file.seen.identity.size,
        frames: 1,
        reason: why,
        tone: 'ask',
        choices: ['ignore'],
        since: file.since,
      };
    }
  }

  /** Why the file waits, by its group; null where it is of none that is known. */
  reasonOf(file: Pending): string | null {
    const place = this.#places.get(file.path);
    if (!place) return null;
    if ('none' in place) return place.none;
    const group = this.#groups.get(place.key);
    return group ? this.#row(group).reason : null;
  }

  /** Finished files that belong to no group. */
  #strays(): (readonly [Pending, string])[] {
    if (this.#becomes.kind === 'gap') return [];
    return [...this.#places].flatMap(([path, place]) => {
      const file = this.#ports.pending.get(path);
      return file && 'none' in place && file.verdict.kind === 'finished' ? [[file, place.none] as const] : [];
    });
  }

  #row(group: Group): Waiting {
    const { stuckAfterSeconds } = this.#ports.folder().rules.readiness;
    const late = group.late !== null && group.late !== 'under way';
    const asks = group.decision === null && (late || group.verdict?.kind === 'ask');
    const waitedMs = this.#ports.clock.monotonic() - Math.max(group.firstSeenAt, group.changedAt);
    const tooLarge = group.verdict?.kind === 'too-large';
    const stuck = !asks && group.decision === null && (tooLarge || waitedMs > stuckAfterSeconds * 1000);
    let size = 0;
    for (const file of group.members.values()) size += file.seen.identity.size;
    return {
      key: group.key,
      kind: 'group',
      name: group.name || (this.#ports.folder().root.split(/[/\\]/).at(-1) ?? group.key),
      size,
      frames: group.members.size,
      reason: this.#reason(group),
      tone: asks ? 'ask' : stuck ? 'stuck' : 'waiting',
      choices: tooLarge ? ['ignore'] : asks || stuck ? ['upload', 'ignore', 'wait'] : [],
      since: group.since,
    };
  }

  #reason(group: Group): string {
    if (group.taking) return 'being added to the queue';
    if (group.trouble !== null) return group.trouble;
    const [first] = group.members.values();
    const which = `${first?.name ?? ''}${group.members.size > 1 ? ` and ${(group.members.size - 1).toLocaleString('en')} more` : ''}`;
    if (group.late === 'late') return `${which} came after the group was taken`;
    if (group.late === 'under way') return `${which} changed while the group is uploaded`;
    if (group.late === 'changed') return `${which} changed after the group was taken`;
    if (group.verdict === null || group.verdict.kind === 'complete') return 'about to be looked at';
    if (group.verdict.kind !== 'open') return group.verdict.reason;
    // With the time that has passed since.
    const rules = this.#rules();
    if (group.verdict.againMs === null || group.verdict.missing || rules.close.kind !== 'quiet')
      return group.verdict.reason;
    const quiet = sayDuration(this.#ports.clock.monotonic() - group.changedAt);
    return group.verdict.reason.replace(/came or changed .*? ago/, `came or changed ${quiet} ago`);
  }
}

function sameMembers(a: Group, b: Group): boolean {
  return a.members.size === b.members.size && [...a.members.keys()].every((path) => b.members.has(path));
}

function ignoredByRule(at: number, group: string): Pick<Noted, 'state' | 'reason' | 'group' | 'unitId'> {
  const message =
    'It changed after its group was taken, and the rule of this folder leaves such files alone.';
  return { state: 'ignored', reason: { code: 'cancelled', message, details: {}, at }, group, unitId: null };
}
