/**
 * The nouns of the queue: batches, units, items, grants and the states they can be in.
 * Plain data, imported by everything in main; nothing here does anything.
 */

import type { Failure } from './errors.ts';

/** Media types; one file each in `core/media/`. */
export type MediaId =
  | 'video'
  | 'image'
  | 'image-group'
  | 'image-sequence'
  | 'audio'
  | 'dicom'
  | 'nifti'
  | 'pdf'
  | 'text';

/** How a unit's bytes reach Encord. `auto` is resolved once per batch, by asking the server. */
export type RouteName = 'storage' | 'documented';
export type RouteChoice = RouteName | 'auto';

export type BatchId = number;
export type UnitId = number;
export type ItemId = number;
/** An account's id: random, stable, also the name of its secret in the keychain. */
export type AccountId = string;

/** What a file was when it was planned; a difference later means the file changed. */
export interface FileIdentity {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch, with the file system's fraction. */
  readonly mtimeMs: number;
}

/**
 * A time that no file has: of one whose planned version is gone and is not to be sent any more. It is no file's identity, so
 * whatever is under its name then is another one.
 */
export const NO_MTIME_MS = -8_640_000_000_000_000;

/**
 * A signed URL and what must be given back at registration.
 * `url` and `echo` are secrets: they live in memory, and in the database only from grant to the end of the unit.
 */
export interface Grant {
  readonly url: string;
  /** The identity of the object: `data_hash` (documented route) or placeholder item uuid (storage route). */
  readonly id: string;
  /** `file_link` (documented) or `objectKey` (storage). */
  readonly objectKey: string;
  /** JSON text that the registration must echo, as the server sent it; empty where the route echoes nothing. */
  readonly echo: string;
  /** Milliseconds since the epoch. */
  readonly grantedAt: number;
}

/** The grant without its secrets: what remains when the unit has ended, and what lookups need. */
export type GrantIdentity = Pick<Grant, 'id' | 'objectKey'>;

export type ItemState =
  | {
      readonly at: 'queued';
      readonly attempts: number;
      readonly notBefore: number;
      readonly failure: Failure | null;
    }
  | {
      readonly at: 'granted';
      readonly grant: Grant;
      /** Where an upload that can be resumed has begun to go: an address, and a secret like the URL. */
      readonly session: string | null;
      readonly attempts: number;
      readonly notBefore: number;
      readonly failure: Failure | null;
    }
  | { readonly at: 'stored'; readonly grant: Grant | GrantIdentity; readonly sha256: string | null }
  | { readonly at: 'failed'; readonly failure: Failure }
  | { readonly at: 'cancelled' };

/** The committed decision to register, made before the socket opens. */
export interface Intent {
  /** Random uuid; several units registered by one call share it. */
  readonly id: string;
  /** When it was committed, milliseconds since the epoch. */
  readonly at: number;
}

/** Why a failed unit failed where it did decides where *Retry* goes on. */
export type FailedStep = 'upload' | 'register' | 'process' | 'link';

export type UnitState =
  | { readonly at: 'collecting' }
  | {
      readonly at: 'ready';
      readonly attempts: number;
      readonly notBefore: number;
      readonly failure: Failure | null;
    }
  | {
      readonly at: 'registering';
      readonly intent: Intent;
      /** Null while this process itself waits for the answer; set when only a lookup can tell what happened. */
      readonly doubt: Failure | null;
      readonly attempts: number;
      readonly notBefore: number;
    }
  | {
      readonly at: 'processing';
      readonly intent: Intent;
      readonly job: string;
      readonly attempts: number;
      readonly notBefore: number;
    }
  | {
      readonly at: 'linking';
      readonly itemUuid: string;
      readonly attempts: number;
      readonly notBefore: number;
      readonly failure: Failure | null;
    }
  | {
      readonly at: 'done';
      readonly itemUuid: string | null;
      readonly dataHash: string | null;
      readonly doneAt: number;
    }
  | {
      readonly at: 'failed';
      readonly step: FailedStep;
      readonly failure: Failure;
      readonly itemUuid: string | null;
    }
  | { readonly at: 'uncertain'; readonly intent: Intent; readonly failure: Failure }
  | { readonly at: 'cancelled' };

export type ItemStateName = ItemState['at'];
export type UnitStateName = UnitState['at'];

export const UNIT_STATES = [
  'collecting',
  'ready',
  'registering',
  'processing',
  'linking',
  'done',
  'failed',
  'uncertain',
  'cancelled',
] as const satisfies readonly UnitStateName[];

export const ITEM_STATES = [
  'queued',
  'granted',
  'stored',
  'failed',
  'cancelled',
] as const satisfies readonly ItemStateName[];

/** Where a batch's units go. Resolved once, before its first grant, and then kept with the batch. */
export interface Target {
  readonly route: RouteName;
  readonly datasetId: string;
  /** The storage folder (storage route); null on the documented route. */
  readonly folderId: string | null;
  /** True where the folder is the dataset's backing folder, so that nothing is linked by hand. */
  readonly mirrored: boolean;
}

/** A file of a unit as planned. */
export interface PlannedItem {
  /** Absolute path. */
  readonly path: string;
  /** Base name, what Encord shows for a frame or file. */
  readonly name: string;
  readonly identity: FileIdentity;
  /** MIME type by content, e.g. `image/png`. */
  readonly mime: string;
  /** Full content hash where planning had to know it (equal sizes), else null. */
  readonly sha256: string | null;
}

/** What becomes one data row. Items in the order of their frames. */
export interface PlannedUnit {
  readonly media: MediaId;
  readonly title: string;
  readonly items: readonly PlannedItem[];
  /** What Encord keeps with the row, as JSON text of an object; nothing where it is missing. At most 10 MB. */
  readonly clientMetadata?: string | null;
  /** Of a watch folder: the key of its group, and what its files are numbered by their disk (`SeenFile.inode`). */
  readonly watched?: { readonly group: string | null; readonly inodes: readonly (string | null)[] };
}

/** A file or folder that review turned away (`refused`), or that the ledger knows already (`skipped`). */
export interface TurnedAway {
  readonly kind: 'refused' | 'skipped';
  readonly path: string;
  readonly title: string;
  readonly media: MediaId | null;
  readonly size: number;
  readonly failure: Failure;
  /** The earlier data row of a skipped unit, where known. */
  readonly dataHash: string | null;
  /** Of a watch folder's group: its key. */
  readonly group?: string;
  /** Of a series in such a group: its own files (absolute), which need not be all of the group. */
  readonly paths?: readonly string[];
}

export interface NewBatch {
  readonly accountId: AccountId;
  /** A short name for people: the dropped folder, or the first file and a count. */
  readonly name: string;
  readonly datasetId: string;
  readonly datasetTitle: string;
  readonly routeChoice: RouteChoice;
  /** The folder that the person chose; null to let the program find or make one. */
  readonly folderChoice: string | null;
  readonly addedAt: number;
  /** The browser drop whose copies it uploads; remembered with the batch, so that no kill can part them. */
  readonly dropId?: string | null;
  /** The watch folder that adds it: with the batch, its files are written into the ledger of the folder as taken. */
  readonly watch?: { readonly folder: number; readonly ledger: number; readonly root: string } | null;
}

export interface Batch extends NewBatch {
  readonly id: BatchId;
  /** A watch folder added it that is still there: it says when a file of it is finished, and takes anew what changed. */
  readonly watched: boolean;
  readonly target: Target | null;
  readonly paused: boolean;
  /** Why its target could not be resolved, and when to try again. */
  readonly trouble: {
    readonly failure: Failure;
    readonly notBefore: number;
    readonly attempts: number;
  } | null;
}

export interface Item {
  readonly id: ItemId;
  readonly unitId: UnitId;
  readonly batchId: BatchId;
  /** Position in the unit, from 0. */
  readonly position: number;
  readonly path: string;
  readonly name: string;
  readonly identity: FileIdentity;
  readonly mime: string;
  readonly state: ItemState;
}

export interface Unit {
  readonly id: UnitId;
  readonly batchId: BatchId;
  readonly media: MediaId;
  readonly title: string;
  readonly itemCount: number;
  readonly bytes: number;
  readonly paused: boolean;
  readonly state: UnitState;
  /** JSON text of an object; null where there is none. */
  readonly clientMetadata: string | null;
}

/** What *pause*, *resume*, *cancel* and *retry* can be said of. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'account'; readonly id: AccountId }
  | { readonly kind: 'batch'; readonly id: BatchId }
  | { readonly kind: 'unit'; readonly id: UnitId }
  | { readonly kind: 'item'; readonly id: ItemId };

/** Units and bytes by state; kept by the store, not counted. */
export interface Totals {
  readonly units: Readonly<Record<UnitStateName, number>>;
  readonly refused: number;
  readonly skipped: number;
  /** Bytes of all units that go on or are done; of failed and cancelled ones only what is stored. */
  readonly bytes: number;
  /** Bytes of stored items. */
  readonly storedBytes: number;
}
