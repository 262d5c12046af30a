/**
 * What a watch folder holds in memory: files that were seen and are not dealt with yet, and how they became so. Used by the
 * files of a run (`folder-run.ts` and those beside it).
 */

import type { FileIdentity } from '../model.ts';
import type { SeenFile } from './ports.ts';
import type { Completeness, FileFacts, Listed, Openness, Verdict } from './readiness.ts';

/** Why a finished file is not taken yet, beyond the ladder. */
export type Hold =
  /** Its earlier version, or a copy of it, is in the queue: what comes of that decides. */
  | { readonly kind: 'underway'; readonly path: string }
  /** Something of the program is in the way; tried again by itself. */
  | { readonly kind: 'trouble'; readonly text: string }
  /** A person decides. */
  | { readonly kind: 'ask'; readonly text: string };

export interface Pending {
  /** Relative. */
  readonly path: string;
  readonly folder: string;
  readonly name: string;
  seen: SeenFile;
  /** Monotonic milliseconds. */
  readonly firstSeenAt: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  changedAt: number;
  lastChange: FileFacts['lastChange'];
  /** It had an unfinished name before, and is as it was when it got this one. */
  renamedInto: boolean;
  /** An earlier version of it was taken. */
  again: boolean;
  /** The key of the group that an earlier version of it was taken, or left, with; null where it is none of that any more. */
  takenWith: string | null;
  /** What was found out about exactly this size and time; null: not asked. */
  completeness: Completeness | null;
  openness: Openness | null;
  opennessAt: number;
  listed: Listed;
  listedHashFits: boolean | null;
  verdict: Verdict;
  hold: Hold | null;
  /** A person said so, of exactly this size and time. */
  decision: 'upload' | 'wait' | null;
  /** When to judge it again though nothing happened, monotonic; infinite: only when something happens. */
  dueAt: number;
  /** The scan or look that saw it last. */
  seenIn: number;
  taking: boolean;
}

/** One of each for all: 100,000 files may wait at once. */
const NO_LIST: Listed = { kind: 'no-list' };
const SILENT: Verdict = { kind: 'silent' };

export function newPending(
  path: string,
  seen: SeenFile,
  now: { readonly monotonic: number; readonly wall: number },
  scan: number,
  place = split(path),
): Pending {
  return {
    path,
    folder: place.folder,
    name: place.name,
    seen,
    firstSeenAt: now.monotonic,
    since: now.wall,
    changedAt: now.monotonic,
    lastChange: 'appeared',
    renamedInto: false,
    again: false,
    takenWith: null,
    completeness: null,
    openness: null,
    opennessAt: 0,
    listed: NO_LIST,
    listedHashFits: null,
    verdict: SILENT,
    hold: null,
    decision: null,
    dueAt: 0,
    seenIn: scan,
    taking: false,
  };
}

/** It is another file now: what was found out and decided about the old one does not hold. */
export function changePending(file: Pending, seen: SeenFile, monotonic: number): void {
  file.lastChange = file.seen.identity.size === seen.identity.size ? 'time' : 'size';
  file.seen = seen;
  file.changedAt = monotonic;
  file.renamedInto = false;
  file.completeness = null;
  file.openness = null;
  file.listedHashFits = null;
  file.hold = null;
  file.decision = null;
  file.dueAt = 0;
}

export function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs;
}

/** The folder of a relative path, empty for the root, and the base name. */
export function split(path: string): { readonly folder: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: slash < 0 ? '' : path.slice(0, slash), name: path.slice(slash + 1) };
}

export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
