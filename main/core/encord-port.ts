/**
 * What the core needs of Encord, as interfaces: sessions, routes and the answers of calls, in the terms that decide what may
 * be done next. `main/adapters/encord` fulfils them; tests may bring their own.
 */

import type { UploaderError } from './errors.ts';
import type { Management } from './manage/ports.ts';
import type { Grant, GrantIdentity, MediaId, RouteChoice, RouteName, Target, UnitId } from './model.ts';

/** Why a call did not succeed, in the terms that decide what may be done next. */
export type CallFailure =
  /** Provably not acted on: DNS, refused, TLS, or the request never left. Retry freely, where told so only later. */
  | { readonly kind: 'never-sent'; readonly error: UploaderError; readonly retryAfterMs?: number | null }
  /** The server may have acted: reset, timeout, 408, 5xx, an answer that makes no sense. It may say when to come back. */
  | { readonly kind: 'lost'; readonly error: UploaderError; readonly retryAfterMs?: number | null }
  /** 429: not acted on; the whole queue waits. */
  | { readonly kind: 'wait'; readonly error: UploaderError; readonly retryAfterMs: number | null }
  /** 401 and its v1 names: the account is paused. */
  | { readonly kind: 'signed-out'; readonly error: UploaderError }
  /** The server has no such call (v2: 404 or 405 on the call itself): `auto` may fall back. */
  | { readonly kind: 'no-such-call'; readonly error: UploaderError }
  /** The server said no, in its words. */
  | { readonly kind: 'refused'; readonly error: UploaderError };

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: CallFailure };

export interface GrantRequest {
  readonly media: MediaId;
  /** Base name of the file. */
  readonly name: string;
  readonly mime: string;
}

/** A unit at registration: its frames in order, with whole grants. */
export interface RegisterUnit {
  readonly id: UnitId;
  readonly media: MediaId;
  readonly title: string;
  readonly frames: readonly {
    readonly grant: Grant;
    readonly name: string;
    readonly mime: string;
    readonly size: number;
  }[];
  /** JSON text of an object, to be kept with the row; null where there is none. */
  readonly clientMetadata: string | null;
}

/** A unit in doubt, or in a job: what identifies it on the server. */
export interface KnownUnit {
  readonly id: UnitId;
  readonly media: MediaId;
  readonly title: string;
  readonly frames: readonly GrantIdentity[];
  /** When its intent was committed, milliseconds since the epoch. */
  readonly intentAt: number;
}

export interface Registered {
  readonly itemUuid: string | null;
  readonly dataHash: string | null;
  /** True where it is in the dataset already. */
  readonly linked: boolean;
}

export type Registration =
  /** All units of the call became one job. */
  | { readonly kind: 'job'; readonly job: string }
  /** The server answered at once (documented route: always a single unit). */
  | { readonly kind: 'registered'; readonly result: Registered };

export type JobUnitResult =
  | ({ readonly kind: 'done' } & Registered)
  | { readonly kind: 'failed'; readonly error: UploaderError }
  /** The job ended without a word about it: look it up. */
  | { readonly kind: 'unknown' };

export type JobState =
  | { readonly kind: 'pending'; readonly done: number; readonly total: number }
  | { readonly kind: 'ended'; readonly results: ReadonlyMap<UnitId, JobUnitResult> }
  /** The server does not know the job (any more). */
  | { readonly kind: 'gone' };

/** One way of getting grants and registering. All calls are safe to make concurrently; none throws. */
export interface Route {
  readonly name: RouteName;
  /** The most grants that one call can ask for. */
  readonly grantsPerCall: number;
  /** The most units of this media type that one registration takes. */
  unitsPerRegistration(media: MediaId): number;
  /** Grants in the order of the requests; all of one media type. */
  grant(
    target: Target,
    requests: readonly GrantRequest[],
    signal: AbortSignal,
  ): Promise<Answer<readonly Grant[]>>;
  /** Headers of the PUT, without Content-Length. */
  putHeaders(request: GrantRequest): Readonly<Record<string, string>>;
  /**
   * What the server has to know before the registration, and may be told any number of times; called before the
   * intent, so that a process that dies in it leaves no doubt. Null where there is nothing to tell.
   */
  readonly prepare:
    | ((target: Target, units: readonly RegisterUnit[], signal: AbortSignal) => Promise<Answer<null>>)
    | null;
  /** A failure `lost` means in doubt; any other failure means that no unit was registered. */
  register(
    target: Target,
    units: readonly RegisterUnit[],
    signal: AbortSignal,
  ): Promise<Answer<Registration>>;
  /** Long-polls; the server holds the call for up to about ten seconds. */
  poll(
    target: Target,
    job: string,
    units: readonly KnownUnit[],
    signal: AbortSignal,
  ): Promise<Answer<JobState>>;
  /** By identity: which of these exist on the server now. Units not in the map do not. */
  lookup(
    target: Target,
    units: readonly KnownUnit[],
    signal: AbortSignal,
  ): Promise<Answer<ReadonlyMap<UnitId, Registered>>>;
  /** Puts storage items into the dataset, with SKIP; idempotent. item uuid → data hash, where told. */
  link(
    target: Target,
    itemUuids: readonly string[],
    signal: AbortSignal,
  ): Promise<Answer<ReadonlyMap<string, string | null>>>;
}

export interface DatasetInfo {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** ISO 8601, or null where the server did not say. */
  readonly createdAt: string | null;
  readonly editedAt: string | null;
  readonly role: 'admin' | 'user' | null;
  /** Of `StorageLocation`: 0 is Encord's own storage; null where the server did not say. */
  readonly storage: number | null;
  /** The backing folder of a mirrored dataset; null for a static one. */
  readonly backingFolderId: string | null;
}

export interface DataRow {
  readonly dataHash: string;
  readonly title: string;
  /** Upper case, as Encord says: VIDEO, IMAGE, IMG_GROUP, … */
  readonly type: string;
  readonly mime: string | null;
  readonly size: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly fps: number | null;
  readonly durationSeconds: number | null;
  readonly createdAt: string | null;
  readonly editedAt: string | null;
  readonly itemUuid: string | null;
  /** Of `StorageLocation`, as with datasets. */
  readonly storage: number | null;
  /** The object's path in Encord's storage, or its whole address in somebody's own cloud. */
  readonly fileLink: string | null;
  /** Of image groups: whether Encord made a video of the frames. */
  readonly isSequence: boolean | null;
}

/** What is known of whoever holds the credentials. */
export interface Identity {
  /** The e-mail where the server tells; for an API key the dataset's title. */
  readonly name: string | null;
  readonly routes: readonly RouteName[];
}

export interface StorageFolder {
  readonly id: string;
  readonly name: string;
  /** Names from the root down, without its own. */
  readonly path: readonly string[];
  readonly syncedDatasetId: string | null;
}

/** A signed-in account's view of Encord. Calls never throw. */
export interface EncordSession {
  /** A live call that proves the credentials; also finds which routes the server knows. */
  check(signal: AbortSignal): Promise<Answer<Identity>>;
  route(name: RouteName): Route;
  /** `auto` resolved: which route, and where to. Finds or makes the folder of a static dataset, once. */
  resolveTarget(
    request: {
      readonly datasetId: string;
      readonly routeChoice: RouteChoice;
      readonly folderChoice: string | null;
    },
    signal: AbortSignal,
  ): Promise<
    Answer<{
      readonly target: Target /** A sentence where `auto` fell back. */;
      readonly notice: string | null;
    }>
  >;
  /** `organisation`: all that the organisation has, where the account is its administrator. */
  datasets(
    query: { readonly titleLike?: string; readonly organisation?: boolean },
    signal: AbortSignal,
  ): Promise<Answer<readonly DatasetInfo[]>>;
  dataset(id: string, signal: AbortSignal): Promise<Answer<DatasetInfo>>;
  createDataset(
    request: {
      readonly title: string;
      readonly description: string;
      readonly mirrored: boolean;
      /** Of `StorageLocation`; another than 0 is known to the older protocol alone. */
      readonly storage?: number;
    },
    signal: AbortSignal,
  ): Promise<Answer<DatasetInfo>>;
  rows(datasetId: string, signal: AbortSignal): Promise<Answer<readonly DataRow[]>>;
  folders(search: string, signal: AbortSignal): Promise<Answer<readonly StorageFolder[]>>;
  /** Everything beyond uploading. */
  readonly manage: Management;
}
