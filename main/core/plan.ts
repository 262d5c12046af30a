/**
 * What a plan is to those who ask for one: the request, the views of review, and what goes to the queue.
 * `createPlan` in `planner.ts` makes them; use cases and the command line use them.
 */

import type { Failure, UploaderError } from './errors.ts';
import type { FileIdentity, MediaId, PlannedUnit, TurnedAway, UnitId } from './model.ts';
import type { Clock, Files } from './ports.ts';
import type { PreflightFile } from './preflight/preflight.ts';
import type { LedgerStore } from './store-port.ts';
import type { FrameMedia } from './watch/rules.ts';

export interface PlanRequest {
  /** Absolute paths of files and folders, as `path.resolve` writes them. */
  readonly paths: readonly string[];
  /** `auto` takes every file by its content; any other takes nothing else. */
  readonly as: 'auto' | MediaId;
  /** For the group of a list of files, and wherever the plan comes to a single unit; else not used. */
  readonly title?: string;
  /** Bytes; Encord's own is 1,000,000,000 (encord-api.md F). */
  readonly sizeLimitBytes: number;
  /** Where it goes, where that is known already: then settling begins by itself. */
  readonly datasetId: string | null;
  /** Whether the account's route can upload into the dataset at all; the reason where it cannot. */
  readonly routeCheck?: (datasetId: string, signal: AbortSignal) => Promise<UploaderError | null>;

  /** Whether the account's route takes a media type at all; the reason where it does not. */
  readonly mediaProblem?: (media: MediaId) => UploaderError | null;

  // Of watch folders. With `groups`, `titles` or `expected` all paths name files: each is looked at, hidden ones too, and
  // no folder is entered.

  /** Their files need not be among `paths`; no file is in two of them, or in one twice. */
  readonly groups?: readonly GivenGroup[];
  /** Titles of single files by path; others are called by their names. */
  readonly titles?: ReadonlyMap<string, string>;
  /** What the files were observed to be: one that differs when it is looked at is refused with `file-changed`. */
  readonly expected?: ReadonlyMap<string, FileIdentity>;
  /** What Encord keeps with the row: JSON text of an object, null for nothing. Of a unit as it is planned. */
  readonly metadata?: (unit: { readonly title: string; readonly paths: readonly string[] }) => string | null;
  readonly watched?: (paths: readonly string[]) => PlannedUnit['watched'];
}

/**
 * Files that were found to be one unit, in the order of its frames. Where one of them is refused all are, as one: half a
 * group must never be uploaded.
 */
export interface GivenGroup {
  readonly key: string;
  /** Of `dicom` it is a unit for each series that its files name. */
  readonly media: FrameMedia;
  readonly title: string;
  readonly paths: readonly string[];
}

export interface PlanPorts {
  readonly files: Files;
  readonly ledger: LedgerStore;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
}

/** Identifies a unit within its plan, for as long as its folder keeps its mode. */
export type UnitKey = string;

/** What the images of a folder become: units of their own, an image group, or an image sequence. */
export type FolderMode = 'single' | 'group' | 'sequence';

export interface PlanTotals {
  /** Files and bytes of the units to upload. */
  readonly files: number;
  readonly bytes: number;
  /** Units to upload by media type. */
  readonly units: Readonly<Record<MediaId, number>>;
  /** Units that wait in the queue already and are not added again. */
  readonly twins: number;
  readonly refused: number;
  readonly skipped: number;
  /** How many `units()` lists: those to upload and the twins. */
  readonly listed: number;
  /** Everything that the walk has met so far, files and problems alike. */
  readonly met: number;
  readonly scanning: boolean;
  /** The folder that was looked at last. */
  readonly currentFolder: string | null;
  /** Units compared with what was uploaded before; null when no comparison is going on. */
  readonly settling: { readonly checked: number; readonly total: number } | null;
  /** The dataset that all units were compared for; null when they have to be settled first. */
  readonly settledFor: string | null;
  /** Text files that were found in folders, and whether they are taken; else they count as refused. */
  readonly textFiles: number;
  readonly takeText: boolean;
  /** Why nothing of this can go into the dataset. */
  readonly blocked: Failure | null;
}

export interface UnitView {
  readonly key: UnitKey;
  readonly media: MediaId;
  readonly title: string;
  /** The file, or the folder of a group. */
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  /** MIME type of a single file; null for groups. */
  readonly mime: string | null;
  /** The unfinished unit of the queue that holds the same files: this one will not be added again. */
  readonly twin: UnitId | null;
  /** A remark in words, such as another unit of the same content. */
  readonly note: string | null;
  /** The key of the given group that it is. */
  readonly group: string | null;
  /** Of a series in a given group: its own files (absolute), which need not be all of the group; else null. */
  readonly paths: readonly string[] | null;
  /** JSON text; see `PlanRequest.metadata`. */
  readonly clientMetadata: string | null;
}

export interface FolderView {
  /**
   * Identifies the folder for `setFolder`; also its path, but empty for a list of files made one group. Of a given group the
   * folder that holds all of its files.
   */
  readonly path: string;
  readonly name: string;
  readonly images: number;
  /** Files that stay units of their own. */
  readonly others: number;
  readonly bytes: number;
  readonly mode: FolderMode;
  /** Whether `setFolder` may change the mode: it holds images, and the request was `auto`. */
  readonly switchable: boolean;
  /** `group` for a folder of numbered frames; known when the scan is over. */
  readonly suggestion: 'group' | null;
}

export interface PlanResult {
  readonly units: Iterable<PlannedUnit>;
  readonly turnedAway: Iterable<TurnedAway>;
  /** Units of the queue that stand for units of this plan. */
  readonly twins: readonly UnitId[];
}

/** Told of new totals while scanning and settling, at most some ten times a second, and at the end of each. */
export type PlanListener = (totals: PlanTotals) => void;

export interface Plan {
  /** Fulfilled when all files were met and looked at; rejects with `cancelled`, or with what made the walk fail. */
  readonly scanned: Promise<void>;
  totals(): PlanTotals;
  /** A window of the units to upload and of the twins: folder by folder, naturally ordered in each. */
  units(offset: number, limit: number): readonly UnitView[];
  /** Files of the units to upload, as they are now. */
  preflightFiles(): Iterable<PreflightFile>;
  folders(offset?: number, limit?: number): readonly FolderView[];
  /** A window of what was refused, then of what was skipped. */
  turnedAway(offset: number, limit: number): readonly TurnedAway[];
  /** Whether text files that were found in folders are taken, as those are that were named. The plan needs settling again. */
  takeText(take: boolean): void;
  /**
   * Throws `invalid-input` for an unknown folder, one that cannot be switched, or one whose images cannot be a sequence. The
   * plan needs settling again.
   */
  setFolder(path: string, mode: FolderMode): void;
  /** An empty title brings the first one back. Throws `invalid-input` or `file-name`. */
  setTitle(key: UnitKey, title: string): void;
  /**
   * Waits for the scan, then compares every unit with the queue and with what was uploaded into this dataset.
   * Only files of sizes that the ledger knows are read. True when all are compared; false when another call,
   * `setFolder`, `takeText` or `cancel` came between. A call for the dataset that is being compared joins that comparison.
   */
  settle(datasetId: string): Promise<boolean>;
  /** Throws `invalid-input` unless `totals().settledFor` is set. Read it at once: it shows the plan as it is. */
  result(): PlanResult;
  cancel(): void;
}
