/** A group of pending files as a run holds it in memory. Used by `group-book.ts` and the files beside it that it calls. */

import type { GroupPlace, GroupVerdict } from './groups.ts';
import type { Pending } from './pending.ts';

/** What is pending of a group whose key is in the ledger already. */
export type Lateness =
  /** Frames that were not there when it was taken: a person says. */
  | 'late'
  /** Frames of it changed: a person says. */
  | 'changed'
  /** Likewise, and it is taken again as a whole when they are finished. */
  | 'again'
  /** Likewise, and the earlier version is still on its way: what comes of that decides. */
  | 'under way';

export interface OpenGroup {
  readonly key: string;
  readonly name: string;
  readonly folder: string;
  readonly members: Map<string, Pending>;
  /** Milliseconds since the epoch. */
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
  /** Null: it is new. */
  late: Lateness | null;
  trouble: string | null;
  taking: boolean;
  dueAt: number;
}

export function openGroup(
  { key, name, folder }: Pick<GroupPlace, 'key' | 'name' | 'folder'>,
  first: Pending,
  now: { readonly monotonic: number; readonly wall: number },
): OpenGroup {
  return {
    key,
    name,
    folder,
    members: new Map([[first.path, first]]),
    since: now.wall,
    firstSeenAt: now.monotonic,
    changedAt: now.monotonic,
    passed: false,
    missingSince: null,
    decision: null,
    verdict: null,
    late: null,
    trouble: null,
    taking: false,
    dueAt: 0,
  };
}

/** It is another group now: what was decided about the old one does not hold. */
export function changeGroup(group: OpenGroup, monotonic: number): void {
  group.changedAt = monotonic;
  group.missingSince = null;
  group.decision = null;
  group.dueAt = 0;
}

export function sameMembers(a: OpenGroup, b: OpenGroup): boolean {
  return a.members.size === b.members.size && [...a.members.keys()].every((path) => b.members.has(path));
}
