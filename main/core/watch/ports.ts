/**
 * What watch folders need of the machine, as interfaces: events, scans, looks at single files, who has a file open,
 * and moving files away. `main/adapters/watch` fulfils them; tests may bring their own. Paths below a root are written
 * with `/` on every system and are called relative; the root is an absolute path of the system.
 */

import type { UploaderError } from '../errors.ts';
import type { FileIdentity } from '../model.ts';
import type { Openness } from './readiness.ts';

// ---------------------------------------------------------------------------------------------- looking

/** What a regular file is now. */
export interface SeenFile {
  readonly identity: FileIdentity;
  /** Device and inode as text, where the file system numbers its files: a rename keeps it. Null elsewhere. */
  readonly inode: string | null;
}

export type Look =
  | ({ readonly kind: 'file' } & SeenFile)
  | { readonly kind: 'folder' }
  /** Nothing is there. */
  | { readonly kind: 'gone' }
  /** A link, a device, a pipe: not followed, not taken. */
  | { readonly kind: 'other' }
  | { readonly kind: 'problem'; readonly error: UploaderError };

/** One folder of a scan: its regular files. Links are not followed. */
export interface ScannedFolder {
  /** Relative; empty for the root. */
  readonly folder: string;
  readonly names: readonly string[];
  readonly sizes: Float64Array;
  /** Milliseconds since the epoch. */
  readonly mtimes: Float64Array;
  /** As in `SeenFile`; empty text where there is none. */
  readonly inodes: readonly string[];
  /** Names or folders that could not be read. */
  readonly problems: readonly { readonly path: string; readonly error: UploaderError }[];
}

export type RootState =
  | { readonly kind: 'there'; readonly mounted: boolean; readonly readOnly: boolean }
  /** Missing, no folder, not to be entered, or it does not answer: what was there is not gone, it cannot be seen. */
  | { readonly kind: 'away'; readonly error: UploaderError };

export interface FileSystemKind {
  /** As the system says: `ext4`, `nfs`, `cifs`, `fuse`, …; null where it does not. */
  readonly type: string | null;
  /** Whether changes made elsewhere arrive as events. */
  readonly events: boolean;
}

/** One root on disk. Nothing here throws but `scan`; a hanging disk makes `root` answer `away` after a while. */
export interface WatchDisk {
  root(): Promise<RootState>;
  kind(): Promise<FileSystemKind>;
  look(path: string): Promise<Look>;
  /**
   * Every folder below and with the given ones (relative; `['']` is the whole root), files by files, without holding up
   * the event loop. `skip` says which folders are not entered, hidden ones and those of the system among them; where it says
   * so of a folder, it does of all below. Rejects with `file-missing` or `file-unreadable` when the root goes away meanwhile,
   * with `cancelled` when aborted.
   */
  scan(
    folders: readonly string[],
    skip: (folder: string) => boolean,
    signal: AbortSignal,
  ): AsyncIterable<ScannedFolder>;
  /** Names in one folder; empty where there is none. */
  names(folder: string): Promise<readonly string[]>;
  /** At most `length` bytes from the offset; fewer at the end. Throws `file-missing` or `file-unreadable`. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Lower-case hex. Throws like `read`, and `file-changed`. */
  hash(
    path: string,
    identity: FileIdentity,
    algorithm: 'sha256' | 'sha1' | 'md5',
    signal: AbortSignal,
  ): Promise<string>;
  /** Who has these files open for writing; asked for many at once, because asking costs as much for one. */
  openness(paths: readonly string[]): Promise<ReadonlyMap<string, Openness>>;
}

// ---------------------------------------------------------------------------------------------- events

export interface WatchListener {
  /** Something of this name was made, changed, moved or removed; look at it. Relative. */
  touched(path: string): void;
  /** Events may have been lost below this folder: scan it. Relative; empty for all. */
  unsure(folder: string): void;
  /** No more events will come; why, and what to do about it. The run polls then. */
  failed(error: UploaderError): void;
}

export interface Watcher {
  /** For people: `chokidar`, `one watch a folder`, … */
  readonly how: string;
  /** How many watches or files it holds. */
  readonly size: number;
  close(): Promise<void>;
}

/** Starts to watch a root; what is there already is not told. Throws `watch-limit`, `file-missing`, `file-unreadable`. */
export type StartWatcher = (
  root: string,
  options: {
    /** Files below the root, as the last scan counted them: decides which kind of watcher is used. */
    readonly files: number;
    /** As for a scan. */
    readonly skip: (folder: string) => boolean;
    readonly listener: WatchListener;
  },
) => Promise<Watcher>;

/** How the self-test of a watcher ended. */
export type SelfTest =
  | { readonly kind: 'heard' }
  /** The event of the hidden file did not come in time. */
  | { readonly kind: 'silent' }
  /** It could not be made: the root is read-only, say. */
  | { readonly kind: 'skipped'; readonly reason: string };

/** Writes a hidden file into the root, waits until `heard` was called with its name, and removes it. */
export type RunSelfTest = (root: string, waitFor: (name: string) => Promise<boolean>) => Promise<SelfTest>;

// ---------------------------------------------------------------------------------------------- afterwards

/** Moving the very bytes that were uploaded. Each throws `file-missing`, `file-changed`, `file-unreadable`, `disk-full`. */
export interface PutAway {
  /**
   * Compares size, time and SHA-256 with what was uploaded, then moves; never over another file (the name gets a number). Both
   * absolute; folders are made. Answers where it is now. Aborted while it reads, it rejects with `cancelled`, and all is as
   * before.
   */
  move(from: string, to: string, uploaded: UploadedBytes, signal?: AbortSignal): Promise<string>;
  /** Compares likewise, then puts it into the system's trash; answers where it is there, where that is known. */
  trash(from: string, uploaded: UploadedBytes, signal?: AbortSignal): Promise<string | null>;
  /**
   * Before one of these is tried again because the program was killed in it: ends what it left beside the file under a hidden
   * name, so that the file is at its path or where it was to go.
   */
  recover(from: string, uploaded: UploadedBytes): Promise<void>;
  /** Moves back; never over another file. */
  restore(from: string, to: string): Promise<void>;
  /** Removes folders that became empty, from this one up to and without the root. */
  prune(root: string, folder: string): Promise<void>;
}

export interface UploadedBytes {
  readonly identity: FileIdentity;
  /** Null only for files that were sent without hashing. */
  readonly sha256: string | null;
}
