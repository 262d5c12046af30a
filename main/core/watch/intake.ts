/**
 * The door from a watch folder to the queue: finished units go in, and what became of each comes out. `main/app/watch` fulfils
 * it with the planner and the store; the run in this folder calls it.
 */

import type { UploaderError } from '../errors.ts';
import type { SeenFile } from './ports.ts';
import type { FrameMedia, WatchFolder } from './rules.ts';

export interface FinishedFile {
  /** Relative. */
  readonly path: string;
  readonly seen: SeenFile;
  /** What a pattern captured of its path. */
  readonly captures: Readonly<Record<string, string>>;
}

export interface FinishedUnit {
  /** The path of a single file, the key of a group. */
  readonly key: string;
  readonly group: {
    /** Of `dicom` it becomes a unit for each series that its files name. */
    readonly media: FrameMedia;
    /** In the ledger; `FinishedUnit.key` differs from it for frames that came late. */
    readonly key: string;
    /** Its own name; empty for that of the root. */
    readonly name: string;
    /** Frames that came when the group was uploaded already: a unit of their own. */
    readonly late: boolean;
  } | null;
  /** In the order of the frames. */
  readonly files: readonly FinishedFile[];
}

export type Taken =
  /** In the queue, or in the ledger with the reason why not. */
  | { readonly kind: 'settled' }
  /** A file of it changed meanwhile: to be looked at again. */
  | { readonly kind: 'changed' }
  /** The same content is on its way from this path (absolute): what comes of it decides. */
  | { readonly kind: 'underway'; readonly path: string }
  /** Not now: the account is missing, the disk is full, a file cannot be read. */
  | { readonly kind: 'later'; readonly error: UploaderError };

export interface Intake {
  /** What became of each unit, by its key. Never rejects. */
  take(
    folder: WatchFolder,
    units: readonly FinishedUnit[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Taken>>;
}
