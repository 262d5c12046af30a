/**
 * A plan's memory: folders, their files, what became of each, and the counts, kept small enough for hundreds of
 * thousands of files. Called by the planner and its settling alone.
 */

import type { Failure } from './errors.ts';
import { noUnits } from './media/index.ts';
import type { FileIdentity } from './model.ts';
import { commonPrefix, folderName, folderPath, folderPrefix } from './paths.ts';
import type { GivenGroup } from './plan.ts';
import {
  bytesOf,
  countOf,
  type FileRecord,
  type Folder,
  filesOf,
  isFolder,
  isFrame,
  type Mark,
  mediaOf,
  pathOf,
  type Refused,
  type UnitRef,
} from './plan-records.ts';
import type { Slicer } from './slicer.ts';
import type { GroupMedia } from './watch/rules.ts';

export class PlanTree {
  readonly folders: Folder[] = [];
  readonly files: FileRecord[] = [];
  readonly refused: Refused[] = [];
  skipped: UnitRef[] = [];
  /** Of the units to upload: neither twins nor skipped. */
  readonly live = {
    files: 0,
    bytes: 0,
    units: noUnits(),
  };
  twins: UnitRef[] = [];
  private readonly byPath = new Map<string, Folder>();
  private readonly byGroup = new Map<GivenGroup, Folder>();
  private readonly bySeries = new Map<string, Folder>();
  /** Text files that were found in folders; part of the plan where `takesText`. */
  private readonly aside = new Set<FileRecord>();
  takesText = false;

  /** The folder of this path; made where there is none yet. */
  folder(about: Pick<Folder, 'path' | 'name' | 'grouped' | 'media' | 'switchable'>): Folder {
    const { path } = about;
    const known = this.byPath.get(path);
    if (known) return known;
    const folder = this.newFolder({ ...about, given: null, series: null });
    this.byPath.set(path, folder);
    return folder;
  }

  group(given: GivenGroup): Folder {
    const known = this.byGroup.get(given);
    if (known) return known;
    const prefix = given.paths.map(folderPrefix).reduce(commonPrefix);
    const { media } = given;
    const [path, name] = [folderPath(prefix), folderName(prefix)];
    const folder = this.newFolder({
      path,
      name,
      grouped: true,
      media,
      switchable: false,
      given,
      series: null,
    });
    this.byGroup.set(given, folder);
    return folder;
  }

  /** Why all that was given in this group is refused; null where nothing speaks against it. */
  groupRefusal(given: GivenGroup): Failure | null {
    return this.byGroup.get(given)?.refusal ?? null;
  }

  /** The files of one series: wherever they lie, or those of a given group. `first` is where the first of them lies. */
  series(
    id: string,
    given: GivenGroup | null,
    first: { readonly path: string; readonly name: string },
  ): Folder {
    const key = given === null ? id : `${id}\n${given.key}`;
    const known = this.bySeries.get(key);
    if (known) return known;
    const folder = this.newFolder({
      ...first,
      grouped: true,
      media: 'dicom',
      switchable: false,
      given,
      series: id,
    });
    this.bySeries.set(key, folder);
    return folder;
  }

  private newFolder(
    about: Pick<Folder, 'path' | 'name' | 'grouped' | 'media' | 'switchable' | 'given' | 'series'>,
  ): Folder {
    const folder: Folder = {
      ...about,
      index: this.folders.length,
      files: [],
      frames: 0,
      frameBytes: 0,
      others: 0,
      otherBytes: 0,
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

  /** A text file of a folder, which is part of the plan only where somebody says so. */
  setAside(file: FileRecord): void {
    this.aside.add(file);
    if (!this.takesText) this.change(file, () => this.weigh(file, -1));
  }

  get textFiles(): number {
    return this.aside.size;
  }

  /** Text files that were found in folders and are not taken. */
  *leftAside(): Generator<FileRecord> {
    if (!this.takesText) yield* this.aside;
  }

  takeText(take: boolean): void {
    if (take === this.takesText) return;
    this.takesText = take;
    const elsewhere = (unit: UnitRef): boolean => {
      if (isFolder(unit) || !this.aside.has(unit)) return true;
      this.unmark(unit);
      return false;
    };
    this.twins = this.twins.filter(elsewhere);
    this.skipped = this.skipped.filter(elsewhere);
    for (const file of this.aside) this.change(file, () => this.weigh(file, take ? 1 : -1));
  }

  /** Takes a file out of the plan for good; `reason` says why. */
  refuse(file: FileRecord, failure: Failure): void {
    if (!file.present) return;
    this.change(file, () => this.weigh(file, -1));
    this.aside.delete(file);
    const { prefix, name, media, size } = file;
    this.refused.push({ prefix, name, media, size, failure, group: null });
  }

  /** Takes a given group or a series with all of its files out of the plan, where it has a reason; once all of them are known. */
  withdraw(folder: Folder): void {
    const { given, series, media, path, refusal: failure, frameBytes: size } = folder;
    if ((!given && series === null) || !failure) return;
    const paths = given && series !== null ? Array.from(filesOf(folder), pathOf) : null;
    const group = { key: given?.key ?? null, title: given?.title.trim() || folder.name, paths };
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

  /** `media` is what its frames become together, null that each is a unit. */
  setGrouping(folder: Folder, media: GroupMedia | null): void {
    if (this.twins.length + folder.skipped > 0) {
      const elsewhere = (unit: UnitRef): boolean => {
        if (folderOf(unit) !== folder) return true;
        this.unmark(unit);
        return false;
      };
      this.twins = this.twins.filter(elsewhere);
      this.skipped = this.skipped.filter(elsewhere);
    }
    this.countFrames(folder, -1);
    folder.grouped = media !== null;
    if (media !== null) folder.media = media;
    this.countFrames(folder, 1);
  }

  /** Units that are listed: those to upload and the twins. */
  listed(folder: Folder): number {
    const units = folder.grouped ? Math.min(folder.frames, 1) : folder.frames;
    return units + folder.others - folder.skipped;
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
      const whole = folder.grouped && folder.frames > 0;
      if (whole && folder.mark?.kind !== 'skipped' && before-- <= 0) yield folder;
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

  /** The units that the frames of a directory are. */
  private countFrames(folder: Folder, sign: 1 | -1): void {
    if (folder.grouped) this.live.units[folder.media] += sign * Math.min(folder.frames, 1);
    else this.live.units.image += sign * folder.frames;
  }

  private unmark(unit: UnitRef): void {
    if (unit.mark?.kind === 'skipped') folderOf(unit).skipped--;
    unit.mark = null;
    this.count(unit, 1);
  }

  /** Changes a file and its folder's weights while the counts leave out the unit that it belongs to. */
  private change(file: FileRecord, work: () => void): void {
    const unit = isFrame(file) && file.folder.grouped ? file.folder : file;
    const counted = unit.mark === null;
    if (counted) this.count(unit, -1);
    work();
    if (counted) this.count(unit, 1);
  }

  private weigh(file: FileRecord, sign: 1 | -1): void {
    file.present = sign === 1;
    const folder = file.folder;
    if (isFrame(file)) {
      folder.frames += sign;
      folder.frameBytes += sign * file.size;
    } else {
      folder.others += sign;
      folder.otherBytes += sign * file.size;
    }
  }

  /** A group without frames and a file that is not (any more) in the plan count nothing. */
  private count(unit: UnitRef, sign: 1 | -1): void {
    if (isFolder(unit) ? unit.frames === 0 : !unit.present) return;
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
  return file.present && !(isFrame(file) && file.folder.grouped);
}

/** The units of a folder as its mode makes them: the group first, then what stays single. */
function* unitsOf(folder: Folder): Generator<UnitRef> {
  if (folder.grouped && folder.frames > 0) yield folder;
  for (const file of folder.files) if (isUnit(file)) yield file;
}
