/**
 * What watch folders need of the store. `main/adapters/sqlite` fulfils it, in the database of the queue: a file is marked
 * as taken in the very transaction that adds its unit.
 */

import type { Failure } from '../errors.ts';
import type { FileIdentity, ItemStateName, UnitId, UnitStateName } from '../model.ts';
import type { NewWatchFolder, WatchFolder, WatchId } from './rules.ts';

/** What the ledger of a root and dataset knows of a file. */
export type KnownState =
  /** Was there before the folder was added, and is left alone. */
  | 'before'
  /** Was there before, and a person is to say. */
  | 'held'
  /** In the queue. */
  | 'taken'
  /** Its unit is registered. */
  | 'done'
  | 'cancelled'
  /** Its content is in the dataset already, or on its way there from elsewhere. */
  | 'skipped'
  /** Nothing that Encord takes. */
  | 'refused'
  /** A rule or a person said so. */
  | 'ignored';

export interface KnownFile {
  readonly identity: FileIdentity;
  readonly inode: string | null;
  readonly state: KnownState;
  /** Why, for `skipped`, `refused` and `ignored`. */
  readonly reason: Failure | null;
  /** The key of its group, where it is of one. */
  readonly group: string | null;
  /** Of `taken`, `done` and `cancelled`; the unit may have left the list. */
  readonly unitId: UnitId | null;
  readonly at: number;
  /** It was moved or trashed after its upload: what comes under its name is another file. */
  readonly putAway: boolean;
}

/** A row of the ledger by hand: everything that does not come with a unit. */
export interface Noted {
  /** Relative. */
  readonly path: string;
  readonly identity: FileIdentity;
  readonly inode: string | null;
  readonly state: 'before' | 'held' | 'skipped' | 'refused' | 'ignored' | 'taken';
  readonly reason: Failure | null;
  readonly group: string | null;
  /** Of `taken`: the unit of an earlier batch that holds the same files. */
  readonly unitId: UnitId | null;
}

/** A file of another path that is on its way into the same dataset. */
export interface Underway {
  /** Absolute. */
  readonly path: string;
  readonly identity: FileIdentity;
  readonly inode: string | null;
  readonly sha256: string | null;
}

/** A group that the ledger has files of. */
export interface KnownGroup {
  /** Files of its newest unit; where it never had one, all that are known of it. */
  readonly frames: number;
  /** How many of them were put away after their upload, or are to be: the group is not there as a whole any more. */
  readonly away: number;
  readonly unitId: UnitId | null;
  /** Null where the unit left the list. */
  readonly state: UnitStateName | null;
}

/** A file that was uploaded, for the page. */
export interface WatchedRow {
  readonly path: string;
  readonly size: number;
  readonly state: KnownState;
  readonly at: number;
  readonly reason: Failure | null;
  readonly unit: {
    readonly id: UnitId;
    readonly state: UnitStateName;
    readonly title: string;
    readonly failure: Failure | null;
    readonly itemState: ItemStateName | null;
  } | null;
}

export type ActionState = 'due' | 'under-way' | 'done' | 'failed' | 'undone';

/** Something that is done, or was done, with a local file after its upload. */
export interface WatchAction {
  readonly id: number;
  readonly folder: WatchId;
  readonly kind: 'move' | 'trash';
  readonly root: string;
  /** Relative. */
  readonly path: string;
  /** Absolute; where it was put; null before, and where the trash does not tell. */
  readonly to: string | null;
  readonly identity: FileIdentity;
  readonly sha256: string | null;
  readonly state: ActionState;
  /** When it is due, and when it happened. */
  readonly dueAt: number;
  readonly at: number | null;
  readonly failure: Failure | null;
}

export interface WatchStore {
  watchFolders(): readonly WatchFolder[];
  watchFolder(id: WatchId): WatchFolder | null;
  addWatchFolder(folder: NewWatchFolder): WatchFolder;
  changeWatchFolder(
    id: WatchId,
    change: Partial<
      Pick<
        WatchFolder,
        | 'rules'
        | 'on'
        | 'begun'
        | 'mounted'
        | 'datasetId'
        | 'datasetTitle'
        | 'folderChoice'
        | 'accountId'
        | 'existing'
      >
    >,
  ): WatchFolder;
  /** Its ledger stays; what was due to be done with its files is called off. */
  removeWatchFolder(id: WatchId): void;

  /** The files of one folder (relative) by name; of a large one, only those of these names. */
  knownIn(ledger: number, folder: string, names?: readonly string[]): ReadonlyMap<string, KnownFile>;
  known(ledger: number, path: string): KnownFile | null;
  /**
   * In one transaction; rows of the same path are replaced. `relaxed` does not wait for the disk: a power cut may lose the
   * rows until something else was written. For what the next scan would find again.
   */
  note(ledger: number, rows: Iterable<Noted>, at: number, options?: { readonly relaxed?: boolean }): void;
  /** So that they are looked at as if they were new. */
  forget(ledger: number, paths: readonly string[]): void;
  group(ledger: number, key: string): KnownGroup | null;
  /**
   * Everything that the ledger has of a group, so that it is looked at as if it were new. What was due to be done with its
   * files is called off, as it is for each file that is taken again: it is to be there until it was sent.
   */
  forgetGroup(ledger: number, key: string): void;
  /** Files whose units were given up because they changed in the queue, and that were not dealt with since. */
  changedInQueue(ledger: number): readonly string[];
  /** Files of this size that watch folders have on their way into the dataset: taken, and their units not ended. */
  underway(datasetId: string, size: number): readonly Underway[];

  /** Newest first. `held` and the like are in the order of their paths. */
  watchedRows(
    ledger: number,
    which: 'uploads' | 'skipped' | 'held',
    offset: number,
    limit: number,
  ): { readonly total: number; readonly rows: readonly WatchedRow[] };
  /** What was registered since a time: files and bytes; and how many files are known in each state. */
  watchTally(
    ledger: number,
    since: number,
  ): {
    readonly files: number;
    readonly bytes: number;
    readonly states: Readonly<Record<KnownState, number>>;
  };

  /**
   * Actions are made by the store itself when a unit is done, as its folder's rules say. What is `under-way` is due as well:
   * in a program that does one after another it is what an earlier one was killed in.
   */
  /** Those of the roots named are left out, and those named themselves. */
  dueActions(
    now: number,
    limit: number,
    exceptRoots?: readonly string[],
    exceptIds?: readonly number[],
  ): readonly WatchAction[];
  nextAction(now: number): number | null;
  actions(folder: WatchId, offset: number, limit: number): { total: number; rows: readonly WatchAction[] };
  action(id: number): WatchAction | null;
  /** Before the disk is touched, and after. */
  setAction(
    id: number,
    change: { state: ActionState; to?: string | null; at?: number; failure?: Failure | null },
  ): void;
}
