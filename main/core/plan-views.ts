/**
 * What a plan shows: windows of its units, folders and what was turned away, with their titles; and the plain data
 * that goes to the queue. Called by the planner alone.
 */

import { type Failure, UploaderError } from './errors.ts';
import { mediaType } from './media/index.ts';
import type { PlannedItem, PlannedUnit, TurnedAway } from './model.ts';
import type { FolderMode, FolderView, PlanRequest, UnitKey, UnitView } from './plan.ts';
import type { Given } from './plan-given.ts';
import {
  bytesOf,
  countOf,
  type FileRecord,
  type Folder,
  filesOf,
  identityOf,
  isFolder,
  mediaOf,
  pathOf,
  type Refused,
  sumOf,
  type UnitRef,
} from './plan-records.ts';
import type { PlanTree } from './plan-tree.ts';
import type { PreflightFile } from './preflight/preflight.ts';
import { alreadyUploaded, nameProblem, textInFolder } from './refusals.ts';

export class PlanViews {
  private readonly tree: PlanTree;
  private readonly request: Pick<PlanRequest, 'title' | 'metadata' | 'watched'>;
  private readonly given: Given;
  private readonly titles = new Map<UnitKey, string>();
  /** Milliseconds since the epoch: when the plan was made, for its failures. */
  private readonly at: number;

  constructor(
    tree: PlanTree,
    request: Pick<PlanRequest, 'title' | 'metadata' | 'watched'>,
    given: Given,
    at: number,
  ) {
    this.tree = tree;
    this.request = request;
    this.given = given;
    this.at = at;
  }

  units(offset: number, limit: number): readonly UnitView[] {
    const window: UnitView[] = [];
    if (limit <= 0) return window;
    for (const unit of this.tree.listing(offset)) {
      window.push(this.unit(unit));
      if (window.length >= limit) break;
    }
    return window;
  }

  folders(offset: number, limit: number): readonly FolderView[] {
    return this.tree.folders.slice(offset, offset + limit).map((folder) => ({
      path: folder.path,
      name: folder.name,
      images: folder.frames,
      others: folder.others,
      bytes: folder.frameBytes + folder.otherBytes,
      mode: modeOf(folder),
      switchable: folder.switchable && folder.frames > 0,
      suggestion: folder.suggestion,
    }));
  }

  turnedAway(offset: number, limit: number): readonly TurnedAway[] {
    const { refused, skipped } = this.tree;
    const window: TurnedAway[] = refused.slice(offset, offset + limit).map(refusedAway);
    let from = Math.max(0, offset - refused.length);
    for (const file of this.tree.leftAside()) {
      if (window.length >= limit) return window;
      if (from-- <= 0) window.push(this.textAway(file));
    }
    from = Math.max(0, from);
    for (const unit of skipped.slice(from, from + limit - window.length)) window.push(this.skippedAway(unit));
    return window;
  }

  setTitle(key: UnitKey, title: string): void {
    if (!this.find(key)) throw new UploaderError('invalid-input', 'The plan has no such unit.');
    const trimmed = title.trim();
    const problem = nameProblem(trimmed);
    if (problem) throw problem;
    if (trimmed === '') this.titles.delete(key);
    else this.titles.set(key, trimmed);
  }

  /** The units to upload, read while the plan stands. */
  *planned(): Generator<PlannedUnit> {
    for (const unit of this.tree.listing(0)) if (!unit.mark) yield this.asPlanned(unit);
  }

  *preflightFiles(): Generator<PreflightFile> {
    for (const unit of this.tree.listing(0)) {
      if (unit.mark) continue;
      const sequence =
        mediaOf(unit) === 'image-sequence'
          ? { key: keyOf(unit), path: pathOfUnit(unit), title: this.titleOf(unit) }
          : null;
      for (const file of filesOf(unit)) {
        yield { path: pathOf(file), name: file.name, mime: file.format.mime, size: file.size, sequence };
      }
    }
  }

  /** Everything that is not uploaded; units to upload among them where nothing can be: `blocked` says why. */
  *allTurnedAway(blocked: Failure | null): Generator<TurnedAway> {
    for (const refused of this.tree.refused) yield refusedAway(refused);
    for (const file of this.tree.leftAside()) yield this.textAway(file);
    for (const unit of this.tree.skipped) yield this.skippedAway(unit);
    if (!blocked) return;
    for (const unit of this.tree.listing(0)) {
      yield { kind: 'refused', ...this.about(unit), failure: blocked, dataHash: null };
    }
  }

  private unit(unit: UnitRef): UnitView {
    const single = isFolder(unit) ? null : unit;
    return {
      key: keyOf(unit),
      media: mediaOf(unit),
      title: this.titleOf(unit),
      path: pathOfUnit(unit),
      files: countOf(unit),
      bytes: bytesOf(unit),
      mime: single?.format.mime ?? null,
      twin: unit.mark?.kind === 'twin' ? unit.mark.unitId : null,
      note: single?.copyOf ? `The same content as ${pathOf(single.copyOf)}.` : null,
      group: keyOfGroup(unit),
      paths: pathsOfSeries(unit),
      clientMetadata: this.request.metadata ? this.metadataOf(unit, pathsOf(unit)) : null,
    };
  }

  private titleOf(unit: UnitRef): string {
    const given = this.titles.get(keyOf(unit));
    if (given !== undefined) return given;
    const title = isFolder(unit) ? unit.given?.title.trim() : this.given.titleOf(pathOf(unit));
    if (title) return title;
    const sole = this.request.title;
    if (sole !== undefined && (this.isSole() || (isFolder(unit) && unit.path === ''))) return sole;
    return mediaType(mediaOf(unit)).titleOf(unit.name);
  }

  private isSole(): boolean {
    const { live, twins, skipped } = this.tree;
    return sumOf(live.units) + twins.length + skipped.length === 1;
  }

  private find(key: UnitKey): UnitRef | null {
    const index = Number(key.slice(1));
    return (
      (key.startsWith('g')
        ? this.tree.folders[index]
        : key.startsWith('f')
          ? this.tree.files[index]
          : null) ?? null
    );
  }

  private about(unit: UnitRef): Pick<TurnedAway, 'path' | 'title' | 'media' | 'size' | 'group' | 'paths'> {
    const group = keyOfGroup(unit);
    const paths = pathsOfSeries(unit);
    return {
      path: pathOfUnit(unit),
      title: this.titleOf(unit),
      media: mediaOf(unit),
      size: bytesOf(unit),
      ...(group === null ? {} : { group }),
      ...(paths === null ? {} : { paths }),
    };
  }

  private metadataOf(unit: UnitRef, paths: readonly string[]): string | null {
    return this.request.metadata?.({ title: this.titleOf(unit), paths }) ?? null;
  }

  private skippedAway(unit: UnitRef): TurnedAway {
    const about = this.about(unit);
    const mark =
      unit.mark?.kind === 'skipped' ? unit.mark : { title: about.title, dataHash: null, doneAt: this.at };
    const { message, details } = alreadyUploaded(mediaOf(unit), about.title, mark.title, mark.doneAt);
    const failure: Failure = { code: 'duplicate', message, details, at: this.at };
    return { kind: 'skipped', ...about, failure, dataHash: mark.dataHash };
  }

  /** A text file of a folder, which nobody has said to take. */
  private textAway(file: FileRecord): TurnedAway {
    const { code, message, details } = textInFolder(file.format);
    const failure: Failure = { code, message, details, at: this.at };
    return { kind: 'refused', ...this.about(file), failure, dataHash: null };
  }

  private asPlanned(unit: UnitRef): PlannedUnit {
    const items = Array.from(
      filesOf(unit),
      (file): PlannedItem => ({
        path: pathOf(file),
        name: file.name,
        identity: identityOf(file),
        mime: file.format.mime,
        sha256: file.sha256,
      }),
    );
    const { metadata, watched: watchedOf } = this.request;
    const paths = metadata || watchedOf ? items.map((item) => item.path) : [];
    const watched = watchedOf?.(paths);
    return {
      media: mediaOf(unit),
      title: this.titleOf(unit),
      items,
      ...(metadata ? { clientMetadata: this.metadataOf(unit, paths) } : {}),
      ...(watched ? { watched } : {}),
    };
  }
}

function keyOf(unit: UnitRef): UnitKey {
  return isFolder(unit) ? `g${unit.index}` : `f${unit.id}`;
}

/** Null but for a series among the files of a given group. */
function pathsOfSeries(unit: UnitRef): readonly string[] | null {
  return isFolder(unit) && unit.given && unit.series !== null ? pathsOf(unit) : null;
}

function modeOf({ grouped, media }: Folder): FolderMode {
  if (!grouped) return 'single';
  return media === 'image-sequence' ? 'sequence' : 'group';
}

function pathsOf(unit: UnitRef): readonly string[] {
  return Array.from(filesOf(unit), pathOf);
}

function keyOfGroup(unit: UnitRef): string | null {
  return isFolder(unit) ? (unit.given?.key ?? null) : null;
}

/** A list of files has no folder of its own: its first frame stands for it. */
function pathOfUnit(unit: UnitRef): string {
  if (!isFolder(unit)) return pathOf(unit);
  if (unit.path !== '') return unit.path;
  const [first] = filesOf(unit);
  return first ? pathOf(first) : unit.name;
}

function refusedAway(refused: Refused): TurnedAway {
  const { group, media, size, failure } = refused;
  const common = { kind: 'refused', media, size, failure, dataHash: null } as const;
  if (!group) return { ...common, path: pathOf(refused), title: refused.name };
  return {
    ...common,
    path: refused.prefix,
    title: group.title,
    ...(group.key === null ? {} : { group: group.key }),
    ...(group.paths === null ? {} : { paths: group.paths }),
  };
}
