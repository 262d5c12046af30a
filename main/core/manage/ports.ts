/**
 * What managing datasets needs of Encord, as interfaces: rows, people, projects, keys, storage folders and items, and
 * data that lies in somebody's own cloud. `main/adapters/encord/manage` fulfils them; `main/app/manage` uses them.
 * No call throws; where the account's credentials do not allow one, it is `refused` with `not-available`.
 */

import type { Answer, DataRow } from '../encord-port.ts';

/** How Encord names the types of storage items (encord-api.md C.14). */
export const ITEM_TYPES = [
  'video',
  'image',
  'group',
  'imageGroup',
  'imageSequence',
  'dicomFile',
  'dicomSeries',
  'audio',
  'nifti',
  'plainText',
  'pdf',
  'scene',
] as const;
export type ItemType = (typeof ITEM_TYPES)[number];

/** Both ways of saying a role: 0 and `admin`, 1 and `user` (encord-api.md C.5). */
export type Role = 'admin' | 'user';

/** A page of a list that the server numbers by tokens. */
export interface TokenPage<T> {
  readonly items: readonly T[];
  /** Null at the end. */
  readonly next: string | null;
}

// ------------------------------------------------------------------------------------------------ rows

/** A frame of an image group, in its place. */
export interface RowFrame {
  readonly imageHash: string;
  readonly title: string;
  readonly size: number | null;
  readonly mime: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** A secret; null unless it was asked for. */
  readonly signedUrl: string | null;
}

export interface RowDetail extends DataRow {
  /** JSON text of an object; null where there is none, or where it was not asked for. */
  readonly clientMetadata: string | null;
  /** A secret; null unless it was asked for, and where Encord gives none. */
  readonly signedUrl: string | null;
  /** Null where the row has no frames of its own, or they were not asked for. */
  readonly frames: readonly RowFrame[] | null;
}

/** One re-encoded row. */
export interface Reencoded {
  readonly dataHash: string;
  /** Where it lies in Encord's bucket. */
  readonly bucketPath: string | null;
}

export type ReencodeState =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly results: readonly Reencoded[] }
  | { readonly kind: 'failed' };

export type DuplicatesBehaviour = 'SKIP' | 'FAIL' | 'DUPLICATE';

/** Calls on one dataset (encord-api.md C.3, C.11, C.12, C.13); with an API key too. */
export interface RowCalls {
  /** One row with what is asked for. Signed URLs are secrets. */
  row(
    datasetId: string,
    dataHash: string,
    want: { readonly signedUrl: boolean; readonly frames: boolean; readonly clientMetadata: boolean },
    signal: AbortSignal,
  ): Promise<Answer<RowDetail>>;
  /** Rows by hash, with their client metadata; those that are not there are left out. At most 500. */
  rowsByHash(
    datasetId: string,
    dataHashes: readonly string[],
    signal: AbortSignal,
  ): Promise<Answer<readonly (DataRow & { readonly clientMetadata: string | null })[]>>;
  rename(datasetId: string, row: RowRef, title: string, signal: AbortSignal): Promise<Answer<null>>;
  /** Replaces the row's client metadata; `json` is the text of an object. */
  setMetadata(datasetId: string, row: RowRef, json: string, signal: AbortSignal): Promise<Answer<null>>;
  /** Hashes of other datasets are silently ignored by the server: look afterwards. At most 500. */
  remove(datasetId: string, dataHashes: readonly string[], signal: AbortSignal): Promise<Answer<null>>;
  /** Starts; the task's number. */
  reencode(datasetId: string, dataHashes: readonly string[], signal: AbortSignal): Promise<Answer<string>>;
  reencodeState(datasetId: string, task: string, signal: AbortSignal): Promise<Answer<ReencodeState>>;
  /** Text recognition of an image group: one object for each result, as Encord gives it. */
  recogniseText(
    datasetId: string,
    dataHash: string,
    signal: AbortSignal,
  ): Promise<Answer<readonly Readonly<Record<string, unknown>>[]>>;
  /** Puts storage items into the dataset. The rows that are there for them now. At most 500. */
  attach(
    datasetId: string,
    itemUuids: readonly string[],
    duplicates: DuplicatesBehaviour,
    signal: AbortSignal,
  ): Promise<Answer<readonly DataRow[]>>;
}

/** A row as the calls that change one need it: some go by its storage item where there is one. */
export interface RowRef {
  readonly dataHash: string;
  readonly itemUuid: string | null;
}

// ------------------------------------------------------------------------------------------------ people, projects, keys

export interface AddedUser {
  readonly email: string;
  /** What the server says: the old role of somebody who had one already. */
  readonly role: Role | null;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string | null;
}

export interface DatasetGroup extends Group {
  readonly sameOrganisation: boolean | null;
  readonly role: Role | null;
}

/** Encord lists no collaborators of a dataset and removes none by its API (encord-api.md C.5). */
export interface TeamCalls {
  addUsers(
    datasetId: string,
    emails: readonly string[],
    role: Role,
    signal: AbortSignal,
  ): Promise<Answer<readonly AddedUser[]>>;
  groups(datasetId: string, signal: AbortSignal): Promise<Answer<readonly DatasetGroup[]>>;
  organisationGroups(signal: AbortSignal): Promise<Answer<readonly Group[]>>;
  addGroups(
    datasetId: string,
    groupIds: readonly string[],
    role: Role,
    signal: AbortSignal,
  ): Promise<Answer<null>>;
  removeGroups(datasetId: string, groupIds: readonly string[], signal: AbortSignal): Promise<Answer<null>>;
}

export interface Project {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly role: Role | null;
  readonly status: string | null;
  readonly createdAt: string | null;
  readonly editedAt: string | null;
}

export interface ProjectCalls {
  /** All that the account can see, every page of them. */
  list(query: { readonly organisation: boolean }, signal: AbortSignal): Promise<Answer<readonly Project[]>>;
  /** Ids of the datasets that a project uses. */
  datasets(projectId: string, signal: AbortSignal): Promise<Answer<readonly string[]>>;
  attach(projectId: string, datasetId: string, signal: AbortSignal): Promise<Answer<null>>;
  detach(projectId: string, datasetId: string, signal: AbortSignal): Promise<Answer<null>>;
}

export interface ApiKey {
  /** The key itself: a secret. */
  readonly apiKey: string;
  readonly title: string;
  readonly keyHash: string | null;
  readonly scopes: readonly string[];
}

/** Dataset API keys (encord-api.md C.4); only for administrators of the dataset. */
export interface KeyCalls {
  list(datasetId: string, signal: AbortSignal): Promise<Answer<readonly ApiKey[]>>;
  create(
    datasetId: string,
    request: { readonly title: string; readonly scopes: readonly string[] },
    signal: AbortSignal,
  ): Promise<Answer<ApiKey>>;
}

// ------------------------------------------------------------------------------------------------ storage

export interface FolderInfo {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Null at the top. */
  readonly parentId: string | null;
  /** From the top down, without itself. */
  readonly path: readonly { readonly id: string; readonly name: string }[];
  /** The dataset that it is the backing folder of. */
  readonly syncedDatasetId: string | null;
  readonly owner: string;
  readonly role: Role | null;
  readonly createdAt: string | null;
  readonly editedAt: string | null;
  /** JSON text of an object. */
  readonly clientMetadata: string | null;
}

export interface FolderSummary {
  readonly files: number;
  readonly folders: number;
  readonly totalBytes: number;
  readonly uploadJobs: number;
  /** By the server's own words, e.g. `imageGroups`: only those above 0. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface ItemInfo {
  readonly id: string;
  readonly folderId: string;
  readonly type: ItemType | 'other';
  readonly name: string;
  readonly owner: string;
  readonly createdAt: string | null;
  readonly editedAt: string | null;
  /** How many data rows it stands behind. */
  readonly rows: number;
  /** In the server's word: `encord`, `s3`, … */
  readonly storage: string | null;
  readonly integrationId: string | null;
  readonly size: number | null;
  readonly mime: string | null;
  readonly durationSeconds: number | null;
  readonly fps: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly frameCount: number | null;
  readonly audio: {
    readonly sampleRate: number | null;
    readonly bitDepth: number | null;
    readonly codec: string | null;
    readonly channels: number | null;
  } | null;
  readonly dicom: {
    readonly studyUid: string | null;
    readonly seriesUid: string | null;
    readonly instanceUid: string | null;
  } | null;
  /** JSON text of an object. */
  readonly clientMetadata: string | null;
  /** A secret; null unless it was asked for. */
  readonly signedUrl: string | null;
}

export interface ItemUsage {
  /** How many groups and series hold it as a frame. */
  readonly inGroups: number;
  readonly groups: readonly {
    readonly id: string;
    readonly name: string;
    readonly folderId: string | null;
  }[];
  readonly inDatasets: number;
  /** Those that the account can see. */
  readonly datasets: readonly {
    readonly id: string;
    readonly title: string;
    readonly mirrored: boolean;
    readonly dataHashes: readonly string[];
  }[];
}

export interface ItemQuery {
  /** Null: everywhere; then `search` or `types` has to be given. */
  readonly folderId: string | null;
  readonly search: string;
  readonly types: readonly ItemType[];
  readonly recursive: boolean;
  readonly inDataset: boolean | null;
  readonly order: 'name' | 'createdAt';
  readonly descending: boolean;
  readonly pageSize: number;
  readonly pageToken: string | null;
}

export type ItemReencodeState = {
  readonly kind: 'running' | 'done' | 'failed';
  readonly words: string | null;
};

/** Storage folders and items (encord-api.md C.13, C.14, C.16). */
export interface StorageCalls {
  folders(
    query: {
      /** Null: those at the top. */
      readonly parentId: string | null;
      readonly search: string;
      /** Below the parent, at any depth; with a search and no parent, everywhere. */
      readonly recursive: boolean;
      readonly order: 'name' | 'createdAt';
      readonly descending: boolean;
      readonly pageSize: number;
      readonly pageToken: string | null;
    },
    signal: AbortSignal,
  ): Promise<Answer<TokenPage<FolderInfo>>>;
  folder(id: string, signal: AbortSignal): Promise<Answer<FolderInfo>>;
  summary(folderId: string, signal: AbortSignal): Promise<Answer<FolderSummary>>;
  createFolder(
    request: { readonly name: string; readonly description: string; readonly parentId: string | null },
    signal: AbortSignal,
  ): Promise<Answer<FolderInfo>>;
  /** What is left out stays. `clientMetadata` is the JSON text of an object. */
  changeFolder(
    id: string,
    change: { readonly name?: string; readonly description?: string; readonly clientMetadata?: string },
    signal: AbortSignal,
  ): Promise<Answer<null>>;
  /** Null moves to the top. */
  moveFolders(ids: readonly string[], parentId: string | null, signal: AbortSignal): Promise<Answer<null>>;
  deleteFolder(id: string, signal: AbortSignal): Promise<Answer<null>>;

  items(query: ItemQuery, signal: AbortSignal): Promise<Answer<TokenPage<ItemInfo>>>;
  item(id: string, want: { readonly signedUrl: boolean }, signal: AbortSignal): Promise<Answer<ItemInfo>>;
  /** In the order asked for; those that are not there are left out. At most 1,000. */
  itemsById(ids: readonly string[], signal: AbortSignal): Promise<Answer<readonly ItemInfo[]>>;
  /** Frames of a group or sequence, files of a series. */
  children(
    item: { readonly id: string; readonly folderId: string },
    want: { readonly signedUrls: boolean },
    signal: AbortSignal,
  ): Promise<Answer<readonly ItemInfo[]>>;
  usage(
    item: { readonly id: string; readonly folderId: string },
    signal: AbortSignal,
  ): Promise<Answer<ItemUsage>>;
  /** At most 1,000; what is left out of a change stays. `clientMetadata` is the JSON text of an object. */
  changeItems(
    changes: ReadonlyMap<string, { readonly name?: string; readonly clientMetadata?: string }>,
    signal: AbortSignal,
  ): Promise<Answer<null>>;
  moveItems(
    request: {
      readonly fromFolderId: string;
      readonly itemIds: readonly string[];
      readonly toFolderId: string;
      /** A move out of or into the folder of a mirrored dataset changes the dataset, and every project that uses it. */
      readonly allowSyncedDatasetMove: boolean;
    },
    signal: AbortSignal,
  ): Promise<Answer<null>>;
  deleteItems(
    request: {
      readonly folderId: string;
      readonly itemIds: readonly string[];
      readonly removeUnusedFrames: boolean;
    },
    signal: AbortSignal,
  ): Promise<Answer<{ readonly items: number; readonly folders: number }>>;
  /** Starts; the id of the process. Not repeatable. */
  reencodeItems(
    request: { readonly itemIds: readonly string[]; readonly title: string; readonly force: boolean },
    signal: AbortSignal,
  ): Promise<Answer<string>>;
  reencodeItemsState(process: string, signal: AbortSignal): Promise<Answer<ItemReencodeState>>;

  folderGroups(folderId: string, signal: AbortSignal): Promise<Answer<readonly DatasetGroup[]>>;
  addFolderGroups(
    folderId: string,
    groupIds: readonly string[],
    role: Role,
    signal: AbortSignal,
  ): Promise<Answer<null>>;
  removeFolderGroups(
    folderId: string,
    groupIds: readonly string[],
    signal: AbortSignal,
  ): Promise<Answer<null>>;
  /** Starts a data group of items that are there (C.16); ids of the new items. */
  createDataGroup(
    folderId: string,
    group: {
      readonly name: string | null;
      readonly layout: 'default-grid' | 'default-list';
      readonly itemIds: readonly string[];
    },
    signal: AbortSignal,
  ): Promise<Answer<readonly string[]>>;
  /** Re-points items to another bucket or integration (C.16). At most 1,000 pairs. */
  migrate(
    request: {
      /** Old URL → new URL. */
      readonly urls: ReadonlyMap<string, string>;
      readonly fromIntegrationId: string | null;
      readonly toIntegrationId: string | null;
      readonly validateAccess: boolean;
      readonly skipMissing: boolean;
    },
    signal: AbortSignal,
  ): Promise<Answer<null>>;
  /** The organisation's schema of client metadata as JSON text; null where there is none. */
  metadataSchema(signal: AbortSignal): Promise<Answer<string | null>>;
  setMetadataSchema(json: string, signal: AbortSignal): Promise<Answer<null>>;
}

// ------------------------------------------------------------------------------------------------ cloud data

export interface Integration {
  readonly id: string;
  readonly title: string;
}

/** An upload file of the shape in encord-cloud-files.md 2 and 3: sent as it is. */
export type CloudFile = Readonly<Record<string, unknown>>;

/** One unit of a job that failed, in the server's words. */
export interface CloudUnitError {
  readonly urls: readonly string[];
  readonly message: string;
  readonly action: string;
  /** To be named to Encord's support. */
  readonly subtask: string | null;
}

export interface CloudJobState {
  readonly status: 'pending' | 'done' | 'error' | 'cancelled';
  readonly pending: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Of the job as a whole. */
  readonly errors: readonly string[];
  readonly unitErrors: readonly CloudUnitError[];
  /** What there is now, as far as the server tells. */
  readonly made: readonly {
    readonly title: string;
    readonly dataHash: string | null;
    readonly itemUuid: string | null;
  }[];
}

/** How the answer to a poll is to be read: by the dataset's job (v1) or the folder's (v2). */
export type CloudJobRef =
  | { readonly kind: 'dataset'; readonly datasetId: string; readonly id: string }
  | { readonly kind: 'folder'; readonly folderId: string; readonly id: string };

export interface DeidentifyRequest {
  readonly integrationId: string;
  readonly dicomUrls: readonly string[];
  readonly redactTags: boolean;
  readonly redactPixels: 'redactAllText' | 'redactNoText' | 'redactSensitiveText';
  readonly saveConditions: readonly {
    readonly kind: 'in' | 'notSubstr';
    readonly tag: string;
    readonly value: string | readonly string[];
  }[];
  readonly uploadDir: string | null;
}

export type DeidentifyState =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly urls: readonly string[] }
  | { readonly kind: 'failed' };

/** Data that stays in its owner's cloud (encord-api.md C.9, C.10, C.16). */
export interface CloudCalls {
  /** With an API key: those of its dataset's users, which has to be named. */
  integrations(datasetId: string | null, signal: AbortSignal): Promise<Answer<readonly Integration[]>>;
  /** Starts a registration into a dataset; not repeatable. `folderId` null for a mirrored dataset. */
  register(
    request: {
      readonly datasetId: string;
      readonly integrationId: string;
      readonly folderId: string | null;
      readonly file: CloudFile;
      readonly fileName: string | null;
      readonly ignoreErrors: boolean;
    },
    signal: AbortSignal,
  ): Promise<Answer<CloudJobRef>>;
  /** Starts a registration into a storage folder; not repeatable. */
  registerInFolder(
    request: {
      readonly folderId: string;
      readonly integrationId: string;
      readonly file: CloudFile;
      readonly fileName: string | null;
      readonly ignoreErrors: boolean;
    },
    signal: AbortSignal,
  ): Promise<Answer<CloudJobRef>>;
  /** Long poll: the server holds it for up to `holdSeconds`. `refused` with `not-found` where it knows no such job (any more). */
  state(job: CloudJobRef, holdSeconds: number, signal: AbortSignal): Promise<Answer<CloudJobState>>;
  /** Only jobs of folders can be cancelled; how many units were. */
  cancel(job: CloudJobRef & { readonly kind: 'folder' }, signal: AbortSignal): Promise<Answer<number>>;
  /** Starts; the id of the task. Not repeatable. */
  deidentify(request: DeidentifyRequest, signal: AbortSignal): Promise<Answer<string>>;
  deidentifyState(task: string, holdSeconds: number, signal: AbortSignal): Promise<Answer<DeidentifyState>>;
}

/** All of it, for one account. */
export interface Management {
  readonly rows: RowCalls;
  readonly team: TeamCalls;
  readonly projects: ProjectCalls;
  readonly keys: KeyCalls;
  readonly storage: StorageCalls;
  readonly cloud: CloudCalls;
}
