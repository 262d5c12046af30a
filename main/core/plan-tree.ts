/**
 * A plan's memory: folders, their files, what became of each, and the counts, kept small enough for hundreds of
 * thousands of files. Called by the planner and its settling alone.
 */

import type { Failure } from './errors.ts';
import type { Format } from './media/index.ts';
import type { FileIdentity, MediaId, UnitId } from './model.ts';
import { commonPrefix, folderName, folderPath, folderPrefix } from './paths.ts';
import type { FolderMode, GivenGroup } from './plan.ts';
import type { Slicer } from './slicer.ts';
import type { GroupMedia } from './watch/rules.ts';

/** What settling found out about a unit. */
export type Mark =
  | { readonly kind: 'twin'; readonly unitId: UnitId }
  | {
      readonly kind: 'skipped';
      readonly title: string;
      readonly dataHash: string | null;
      readonly doneAt: number;
    }
  /** No part of the plan any more; it stands in the list of what was refused. */
  | { readonly kind: 'refused' };

export interface FileRecord {
  readonly id: number;
  /** With the separator at its end; one string for all files of a directory. */
  readonly prefix: string;
  readonly name: string;
  readonly folder: Folder;
  readonly media: 'video' | 'image';
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

/** A directory, the list of files that becomes one group, or a group that was given. */
export interface Folder {
  readonly index: number;
  /** Empty for the list of files; of a given group the folder that holds all of them. */
  readonly path: string;
  name: string;
  readonly files: FileRecord[];
  /** Counts and bytes of the files that are still part of the plan. */
  images: number;
  imageBytes: number;
  videos: number;
  videoBytes: number;
  mode: FolderMode;
  /** What its images are as a group. */
  readonly media: GroupMedia;
  /** Where it was given: all of it or nothing. */
  readonly given: GivenGroup | null;
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
  /** A given group as a whole: then the prefix is its folder's path, and the name is empty. */
  readonly group: { readonly key: string; readonly title: string } | null;
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
  for (const file of unit.files) if (file.media === 'image' && file.present) yield file;
}

export function pathOf(file: { readonly prefix: string; readonly name: string }): string {
  return file.prefix + file.name;
}

export function identityOf(file: FileRecord): FileIdentity {
  return { size: file.size, mtimeMs: file.mtimeMs };
}

export function bytesOf(unit: UnitRef): number {
  return isFolder(unit) ? unit.imageBytes : unit.size;
}

export function countOf(unit: UnitRef): number {
  return isFolder(unit) ? unit.images : 1;
}

/** How many units there are of all media types together. */
export function sumOf(units: Readonly<Record<MediaId, number>>): number {
  return Object.values(units).reduce((sum, count) => sum + count, 0);
}

export class PlanTree {
  readonly folders: Folder[] = [];
  readonly files: FileRecord[] = [];
  readonly refused: Refused[] = [];
  skipped: UnitRef[] = [];
  /** Of the units to upload: neither twins nor skipped. */
  readonly live = {
    files: 0,
    bytes: 0,
    units: { video: 0, image: 0, 'image-group': 0, 'image-sequence': 0 },
  };
  twins: UnitRef[] = [];
  private readonly byPath = new Map<string, Folder>();
  private readonly byGroup = new Map<GivenGroup, Folder>();

  /** The folder of this path; made where there is none yet. */
  folder(path: string, name: string, mode: FolderMode, media: GroupMedia, switchable: boolean): Folder {
    const known = this.byPath.get(path);
    if (known) return known;
    const folder = this.newFolder({ path, name, mode, media, switchable, given: null });
    this.byPath.set(path, folder);
    return folder;
  }

  group(given: GivenGroup): Folder {
    const known = this.byGroup.get(given);
    if (known) return known;
    const prefix = given.paths.map(folderPrefix).reduce(commonPrefix);
    const { media } = given;
    const [path, name] = [folderPath(prefix), folderName(prefix)];
    const folder = this.newFolder({ path, name, mode: 'group', media, switchable: false, given });
    this.byGroup.set(given, folder);
    return folder;
  }

  private newFolder(
    about: Pick<Folder, 'path' | 'name' | 'mode' | 'media' | 'switchable' | 'given'>,
  ): Folder {
    const folder: Folder = {
      ...about,
      index: this.folders.length,
      files: [],
      images: 0,
      imageBytes: 0,
      videos: 0,
      videoBytes: 0,
      suggestion: null,
      ordered: true,
      mark: null,
      skipped: 0,
      refusal: null,
    };
    this.folders.push(folder);
    return folder;
  }

  find(path: string): Folder | null {
    return this.byPath.get(path) ?? null;
  }

  add(file: Omit<FileRecord, 'id' | 'sha256' | 'mark' | 'present' | 'copyOf'>): FileRecord {
    const state = { sha256: null, mark: null, present: false, copyOf: null };
    const record: FileRecord = { id: this.files.length, ...file, ...state };
    this.files.push(record);
    record.folder.files.push(record);
    this.change(record, () => this.weigh(record, 1));
    return record;
  }

  /** Takes a file out of the plan for good; `reason` says why. */
  refuse(file: FileRecord, failure: Failure): void {
    if (!file.present) return;
    this.change(file, () => this.weigh(file, -1));
    const { prefix, name, media, size } = file;
    this.refused.push({ prefix, name, media, size, failure, group: null });
  }

  /** Takes a given group with all of its files out of the plan, where it has a reason; once all of them are known. */
  withdraw(folder: Folder): void {
    const { given, media, path, refusal: failure, imageBytes: size } = folder;
    if (!given || !failure) return;
    const group = { key: given.key, title: given.title.trim() || folder.name };
    for (const file of folder.files) if (file.present) this.change(file, () => this.weigh(file, -1));
    this.refused.push({ prefix: path, name: '', media, size, failure, group });
  }

  /** The file as it is now, after it changed. */
  replan(file: FileRecord, identity: FileIdentity): void {
    this.change(file, () => {
      this.weigh(file, -1);
      file.size = identity.size;
      file.mtimeMs = identity.mtimeMs;
      file.sha256 = null;
      this.weigh(file, 1);
    });
  }

  /** What settling found for a unit that has no mark yet. */
  mark(unit: UnitRef, mark: Mark): void {
    if (unit.mark) return;
    this.count(unit, -1);
    unit.mark = mark;
    if (mark.kind === 'twin') {
      this.twins.push(unit);
      return;
    }
    this.skipped.push(unit);
    folderOf(unit).skipped++;
  }

  /** Forgets what settling found. Nobody may mark meanwhile. */
  async clearMarks(slicer: Slicer): Promise<void> {
    for (const list of [this.twins, this.skipped]) {
      for (let unit = list.pop(); unit; unit = list.pop()) {
        this.unmark(unit);
        if (slicer.spent()) await slicer.pause();
      }
    }
  }

  setMode(folder: Folder, mode: FolderMode): void {
    if (folder.mode === mode) return;
    if (this.twins.length + folder.skipped > 0) {
      const elsewhere = (unit: UnitRef): boolean => {
        if (folderOf(unit) !== folder) return true;
        this.unmark(unit);
        return false;
      };
      this.twins = this.twins.filter(elsewhere);
      this.skipped = this.skipped.filter(elsewhere);
    }
    const sign = mode === 'group' ? 1 : -1;
    this.live.units.image -= sign * folder.images;
    this.live.units[folder.media] += sign * Math.min(folder.images, 1);
    folder.mode = mode;
  }

  /** Units that are listed: those to upload and the twins. */
  listed(folder: Folder): number {
    const images = folder.mode === 'group' ? Math.min(folder.images, 1) : folder.images;
    return images + folder.videos - folder.skipped;
  }

  /** All units of the plan but the skipped ones, from the offset on. Skipping ahead costs little. */
  *listing(offset: number): Generator<UnitRef> {
    let before = offset;
    for (const folder of this.folders) {
      const count = this.listed(folder);
      if (before >= count) {
        before -= count;
        continue;
      }
      const grouped = folder.mode === 'group';
      if (grouped && folder.images > 0 && folder.mark?.kind !== 'skipped' && before-- <= 0) yield folder;
      for (let i = 0; i < folder.files.length; i++) {
        const file = folder.files[i];
        if (!file || !isUnit(file) || file.mark?.kind === 'skipped') continue;
        if (before-- <= 0) yield file;
      }
      before = 0;
    }
  }

  /** All units, skipped ones and twins too. */
  *everything(): Generator<UnitRef> {
    for (const folder of this.folders) yield* unitsOf(folder);
  }

  private unmark(unit: UnitRef): void {
    if (unit.mark?.kind === 'skipped') folderOf(unit).skipped--;
    unit.mark = null;
    this.count(unit, 1);
  }

  /** Changes a file and its folder's weights while the counts leave out the unit that it belongs to. */
  private change(file: FileRecord, work: () => void): void {
    const unit = file.media === 'image' && file.folder.mode === 'group' ? file.folder : file;
    const counted = unit.mark === null;
    if (counted) this.count(unit, -1);
    work();
    if (counted) this.count(unit, 1);
  }

  private weigh(file: FileRecord, sign: 1 | -1): void {
    file.present = sign === 1;
    const folder = file.folder;
    if (file.media === 'image') {
      folder.images += sign;
      folder.imageBytes += sign * file.size;
    } else {
      folder.videos += sign;
      folder.videoBytes += sign * file.size;
    }
  }

  /** A group without frames and a file that is not (any more) in the plan count nothing. */
  private count(unit: UnitRef, sign: 1 | -1): void {
    if (isFolder(unit) ? unit.images === 0 : !unit.present) return;
    this.live.units[mediaOf(unit)] += sign;
    this.live.files += sign * countOf(unit);
    this.live.bytes += sign * bytesOf(unit);
  }
}

function folderOf(unit: UnitRef): Folder {
  return isFolder(unit) ? unit : unit.folder;
}

/** Whether the file is in the plan, as a unit of its own. */
function isUnit(file: FileRecord): boolean {
  return file.present && !(file.media === 'image' && file.folder.mode === 'group');
}

/** The units of a folder as its mode makes them: the group first, then what stays single. */
function* unitsOf(folder: Folder): Generator<UnitRef> {
  if (folder.mode === 'group' && folder.images > 0) yield folder;
  for (const file of folder.files) if (isUnit(file)) yield file;
}
