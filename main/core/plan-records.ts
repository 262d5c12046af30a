/**
 * The records of a plan's memory: files, folders and what became of each, and what is asked of them. Called by the planner,
 * its tree, its views and its settling.
 */

import type { Failure } from './errors.ts';
import type { Format } from './media/index.ts';
import type { FileIdentity, MediaId, UnitId } from './model.ts';
import { compareNatural } from './natural.ts';
import { folderSortKey } from './paths.ts';
import type { GivenGroup } from './plan.ts';
import type { FrameMedia, GroupMedia } from './watch/rules.ts';

/** What settling found out about a unit. */
export type Mark =
  | { readonly kind: 'twin'; readonly unitId: UnitId }
  | {
      readonly kind: 'skipped';
      readonly title: string;
      readonly dataHash: string | null;
      readonly doneAt: number;
    };

export interface FileRecord {
  readonly id: number;
  /** With the separator at its end; one string for all files of a directory. */
  readonly prefix: string;
  readonly name: string;
  readonly folder: Folder;
  readonly media: Exclude<MediaId, GroupMedia>;
  readonly format: Format;
  size: number;
  mtimeMs: number;
  sha256: string | null;
  mark: Mark | null;
  /** False once it was refused: then it is no part of the plan, and stands in the list of what was refused. */
  present: boolean;
  /** An earlier file of the plan with the same content, where hashing happened to show it. */
  copyOf: FileRecord | null;
}

/** A directory, the list of files that becomes one group, a group that was given, or a series. */
export interface Folder {
  readonly index: number;
  /** Empty for the list of files; of a given group or a series the folder that holds all of them. */
  path: string;
  name: string;
  readonly files: FileRecord[];
  /** Counts and bytes of the files that are still part of the plan: those that can be frames together, and others. */
  frames: number;
  frameBytes: number;
  others: number;
  otherBytes: number;
  /** Whether its frames are one unit. */
  grouped: boolean;
  /** What its frames are as one unit. */
  media: FrameMedia;
  /** Where it was given: all of it or nothing. */
  readonly given: GivenGroup | null;
  /** The id of the series; null for everything else. */
  readonly series: string | null;
  readonly switchable: boolean;
  suggestion: 'group' | null;
  /** Whether the files came in natural order so far. */
  ordered: boolean;
  /** Of the folder as a group. */
  mark: Mark | null;
  /** Units of this folder that were skipped. */
  skipped: number;
  /** Why a given group is refused as a whole: the first reason of its files. */
  refusal: Failure | null;
}

/** A unit is a folder as a group, or a file. */
export type UnitRef = Folder | FileRecord;

export interface Refused {
  readonly prefix: string;
  readonly name: string;
  readonly media: MediaId | null;
  readonly size: number;
  readonly failure: Failure;
  /**
   * A given group or a series as a whole: then the prefix is its folder's path, and the name is empty. The key is that of a given
   * group; `paths` are the files of a series in one.
   */
  readonly group: {
    readonly key: string | null;
    readonly title: string;
    readonly paths: readonly string[] | null;
  } | null;
}

export function isFolder(unit: UnitRef): unit is Folder {
  return 'files' in unit;
}

export function mediaOf(unit: UnitRef): MediaId {
  return unit.media;
}

/** The files of a unit in order; for a group, the frames. */
export function* filesOf(unit: UnitRef): Generator<FileRecord> {
  if (!isFolder(unit)) {
    yield unit;
    return;
  }
  for (const file of unit.files) if (isFrame(file) && file.present) yield file;
}

/** Whether it can be one of several files of a unit. */
export function isFrame(file: Pick<FileRecord, 'media'>): boolean {
  return file.media === 'image' || file.media === 'dicom';
}

export function pathOf(file: { readonly prefix: string; readonly name: string }): string {
  return file.prefix + file.name;
}

export function identityOf(file: FileRecord): FileIdentity {
  return { size: file.size, mtimeMs: file.mtimeMs };
}

export function bytesOf(unit: UnitRef): number {
  return isFolder(unit) ? unit.frameBytes : unit.size;
}

export function countOf(unit: UnitRef): number {
  return isFolder(unit) ? unit.frames : 1;
}

/** How many units there are of all media types together. */
export function sumOf(units: Readonly<Record<MediaId, number>>): number {
  return Object.values(units).reduce((sum, count) => sum + count, 0);
}

/** Folder by folder as in a listing, naturally ordered in each. */
export function compareFiles(a: FileRecord, b: FileRecord): number {
  if (a.prefix !== b.prefix) {
    const byFolder = compareNatural(folderSortKey(a.prefix), folderSortKey(b.prefix));
    if (byFolder !== 0) return byFolder;
  }
  return compareNatural(a.name, b.name);
}
