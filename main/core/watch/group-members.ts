/**
 * Which groups the pending files make: kept as files come, change and go. Used by `group-book.ts` alone, which decides what
 * becomes of each.
 */

import type { Clock } from '../ports.ts';
import { type GroupPlace, groupOf, splitByGap } from './groups.ts';
import { changeGroup, type OpenGroup, openGroup, sameMembers } from './open-group.ts';
import { type Pattern, readPattern } from './pattern.ts';
import { type Pending, split } from './pending.ts';
import type { Becoming, WatchFolder } from './rules.ts';
import type { WatchStore } from './store-port.ts';
import { splitName } from './templates.ts';

export type GroupBecoming = Exclude<Becoming, { kind: 'files' }>;

export interface MembersPorts {
  readonly store: WatchStore;
  readonly clock: Clock;
  readonly folder: () => WatchFolder;
  readonly pending: ReadonlyMap<string, Pending>;
}

export class GroupMembers {
  readonly groups = new Map<string, OpenGroup>();
  readonly #becomes: GroupBecoming;
  readonly #pattern: Pattern | null;
  readonly #ports: MembersPorts;
  /** Where each file is; a file of no group has a reason. */
  readonly #places = new Map<string, GroupPlace | { readonly none: string }>();
  /** Folders whose files have to be divided by time again. */
  readonly #undivided = new Set<string>();

  constructor(becomes: GroupBecoming, ports: MembersPorts) {
    this.#becomes = becomes;
    this.#ports = ports;
    const read = becomes.kind === 'pattern' ? readPattern(becomes.pattern) : null;
    this.#pattern = read?.ok ? read.pattern : null;
  }

  changed(file: Pending, what: 'came' | 'changed' | 'went'): void {
    if (this.#becomes.kind === 'gap') this.#undivided.add(file.folder);
    if (what === 'went') this.#leave(file.path);
    else if (what === 'changed') this.#dirty(this.of(file.path));
    else if (this.#becomes.kind !== 'gap') {
      const place = groupOf(this.#becomes, this.#pattern, file.path);
      if ('none' in place) this.#places.set(file.path, place);
      else this.#enter(file, place);
    }
  }

  clear(): void {
    this.groups.clear();
    this.#places.clear();
    this.#undivided.clear();
  }

  /** The group that a file is in. */
  of(path: string): OpenGroup | undefined {
    const place = this.placeOf(path);
    return place ? this.groups.get(place.key) : undefined;
  }

  placeOf(path: string): GroupPlace | null {
    const place = this.#places.get(path);
    return place && 'key' in place ? place : null;
  }

  /** Why a file is of no group; null where it is of one, or not known. */
  whyNone(path: string): string | null {
    const place = this.#places.get(path);
    return place && 'none' in place ? place.none : null;
  }

  /** Files of no group. */
  *strays(): Generator<readonly [file: Pending, why: string]> {
    for (const [path, place] of this.#places) {
      const file = this.#ports.pending.get(path);
      if (file && 'none' in place) yield [file, place.none];
    }
  }

  /** Whether a file of this path would be of the group, as far as that can be known without the file. */
  belongs(group: OpenGroup, path: string): boolean {
    return this.#becomes.kind === 'gap' || this.#keyOf(path) === group.key;
  }

  /** Likewise, of one of several groups. */
  belongsToAny(groups: ReadonlySet<string>, path: string): boolean {
    if (this.#becomes.kind === 'gap') return true;
    const key = this.#keyOf(path);
    return key !== null && groups.has(key);
  }

  #keyOf(path: string): string | null {
    if (this.#becomes.kind === 'gap') return null;
    const place = groupOf(this.#becomes, this.#pattern, path);
    return 'key' in place ? place.key : null;
  }

  /** By time: whether a file of its folder came, changed or went since its files were divided. */
  isUndivided(group: OpenGroup): boolean {
    return this.#undivided.has(group.folder);
  }

  /** By time: the files of a folder are divided anew when one of them came, changed or went. */
  divide(): void {
    if (this.#becomes.kind !== 'gap' || this.#undivided.size === 0) return;
    const files = [...this.#ports.pending.values()].filter((file) => this.#undivided.has(file.folder));
    const before = new Map<string, OpenGroup>();
    for (const group of [...this.groups.values()]) {
      if (!this.#undivided.has(group.folder) || group.taking) continue;
      before.set(group.key, group);
      this.groups.delete(group.key);
    }
    this.#undivided.clear();
    const timed = files
      .filter((file) => !file.taking && !this.#enterKnown(file))
      .map((file) => ({ path: file.path, mtimeMs: file.seen.identity.mtimeMs, file }));
    const divided = splitByGap(timed, this.#becomes.seconds);
    for (const [index, { key, folder, name, files: members }] of divided.entries()) {
      for (const { file } of members) this.#enter(file, { key, folder, name, frame: null, captures: {} });
      const group = this.groups.get(key);
      if (group) group.passed = divided[index + 1]?.folder === folder;
    }
    for (const [key, old] of before) {
      const group = this.groups.get(key);
      if (group && sameMembers(old, group)) this.groups.set(key, { ...old, passed: group.passed, dueAt: 0 });
    }
  }

  /** Its files are looked at as if they were new. */
  renew(group: OpenGroup): void {
    this.#dirty(group);
    for (const file of group.members.values()) {
      file.again = false;
      file.takenWith = null;
    }
    if (this.#becomes.kind === 'gap') this.#undivided.add(group.folder);
  }

  /** A file that changed stays with the group that it was taken with, whatever its time is now. */
  #enterKnown(file: Pending): boolean {
    const key = file.takenWith;
    if (key === null) return false;
    const name = splitName(split(key).name).stem;
    this.#enter(file, { key, folder: file.folder, name, frame: null, captures: {} });
    return true;
  }

  #enter(file: Pending, place: GroupPlace): void {
    this.#places.set(file.path, place);
    const known = this.groups.get(place.key);
    if (known) {
      known.members.set(file.path, file);
      this.#dirty(known);
      return;
    }
    const { clock } = this.#ports;
    this.groups.set(place.key, openGroup(place, file, { monotonic: clock.monotonic(), wall: clock.now() }));
  }

  #leave(path: string): void {
    const group = this.of(path);
    this.#places.delete(path);
    if (!group) return;
    group.members.delete(path);
    if (group.members.size === 0) this.groups.delete(group.key);
    else if (!group.taking) this.#dirty(group);
  }

  #dirty(group: OpenGroup | undefined): void {
    if (group) changeGroup(group, this.#ports.clock.monotonic());
  }
}
