/**
 * What the core needs from the world, as interfaces. `main/adapters` fulfils them; tests may bring their own.
 */

import type { Failure, UploaderError } from './errors.ts';
import type { ItemEvent, UnitEvent } from './machine.ts';
import type {
  AccountId,
  Batch,
  BatchId,
  FileIdentity,
  Grant,
  GrantIdentity,
  Item,
  ItemId,
  MediaId,
  NewBatch,
  PlannedUnit,
  RouteChoice,
  RouteName,
  Scope,
  Target,
  Totals,
  TurnedAway,
  Unit,
  UnitId,
} from './model.ts';

// ---------------------------------------------------------------------------------------------- small ports

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only ever go forward, for speeds and stalls. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds; the result cancels it. Never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
}

/** Messages and fields are redacted by the implementation; still, never hand it a secret. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Random {
  /** A random uuid, version 4. */
  uuid(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}

// ---------------------------------------------------------------------------------------------- files

export type WalkEntry =
  | { readonly kind: 'file'; readonly path: string; readonly name: string; readonly identity: FileIdentity }
  /** Something that cannot be read or is not a file; the sentence says what and what to do. */
  | { readonly kind: 'problem'; readonly path: string; readonly name: string; readonly error: UploaderError };

export interface Files {
  /**
   * All files under the given absolute paths, in natural order inside each folder, in chunks of at most a few
   * hundred, each path once even where the given paths overlap. Hidden files (dot files, `Thumbs.db`,
   * `desktop.ini`) inside folders are left out; links inside folders are not followed; a link given by name is.
   */
  walk(paths: readonly string[], signal: AbortSignal): AsyncIterable<readonly WalkEntry[]>;
  /** Throws `file-missing` or `file-unreadable`. */
  identify(path: string): Promise<FileIdentity>;
  /** The first bytes, at most `length` of them. Throws like `identify`. */
  head(path: string, length: number): Promise<Uint8Array>;
  /** Lower-case hex SHA-256 of the whole file. Throws `file-changed` when it changed under the reading. */
  sha256(path: string, identity: FileIdentity, signal: AbortSignal): Promise<string>;
}

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly kind: 'folder' | 'file';
  readonly size: number | null;
}

/** The place inside the data folder where the bytes of browser drops wait to be uploaded. */
export interface Staging {
  /** The folder of a drop, made. */
  open(dropId: string): Promise<string>;
  /** Writes one file; throws `disk-full`, `invalid-input` or `connection-lost`, and leaves no part of it. */
  receive(
    dropId: string,
    relativePath: string,
    facts: { size: number; mtimeMs: number | null },
    body: AsyncIterable<Uint8Array>,
  ): Promise<void>;
  /** What is at the top of the drop: the paths to plan from. */
  roots(dropId: string): Promise<readonly string[]>;
  remove(dropId: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

// ---------------------------------------------------------------------------------------------- sending bytes

export interface PutRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly signal: AbortSignal;
  /** Called with the bytes handed to the socket so far, at most a few times a second. */
  readonly onProgress: (sentBytes: number) => void;
  /**
   * Where an earlier call for the same grant and the same identity got to: what it told `onSession` last. A secret
   * like the URL. Only for URLs that let an upload be resumed; others ignore it.
   */
  readonly session?: string | null;
  /**
   * Told of a session before the first byte goes into it, and null when it is of no more use. What it does is waited
   * for, so that a session that is told of can be stored before anything is sent.
   */
  readonly onSession?: (session: string | null) => Promise<void> | void;
}

export type PutOutcome =
  | { readonly kind: 'stored'; readonly bytes: number; readonly sha256: string | null }
  /** The URL is not (or no longer) good: 400/401/403 of the storage. */
  | { readonly kind: 'expired'; readonly error: UploaderError }
  /** Size, time or content changed, or the file is gone: `file-changed`, `file-missing`, `file-unreadable`. */
  | { readonly kind: 'file'; readonly error: UploaderError }
  | { readonly kind: 'transient'; readonly error: UploaderError; readonly retryAfterMs: number | null }
  | { readonly kind: 'refused'; readonly error: UploaderError }
  | { readonly kind: 'cancelled' };

export interface Sender {
  /**
   * Streams the file to the URL with constant memory, in one PUT or, where the URL opens a session, in chunks that
   * can be resumed; hashes as bytes pass. Never throws. The last bytes are held back until the file is seen to be
   * unchanged, so a changed file never becomes an object. `stored` means that the storage's own hash, if it told one,
   * is that of the bytes; else the outcome is transient, `hash-mismatch`.
   */
  put(request: PutRequest): Promise<PutOutcome>;
}

/** What all uploads of this program together may send; of the bytes of files, not of calls to Encord. */
export interface BandwidthLimiter {
  /** Bytes a second; null is no limit. */
  readonly limit: number | null;
  /** Holds at once, also for uploads on their way. */
  setLimit(bytesPerSecond: number | null): void;
}

// ---------------------------------------------------------------------------------------------- Encord

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
  readonly size: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationSeconds: number | null;
  readonly createdAt: string | null;
  readonly itemUuid: string | null;
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
  datasets(
    query: { readonly titleLike?: string },
    signal: AbortSignal,
  ): Promise<Answer<readonly DatasetInfo[]>>;
  dataset(id: string, signal: AbortSignal): Promise<Answer<DatasetInfo>>;
  createDataset(
    request: { readonly title: string; readonly description: string; readonly mirrored: boolean },
    signal: AbortSignal,
  ): Promise<Answer<DatasetInfo>>;
  rows(datasetId: string, signal: AbortSignal): Promise<Answer<readonly DataRow[]>>;
  folders(search: string, signal: AbortSignal): Promise<Answer<readonly StorageFolder[]>>;
}

// ---------------------------------------------------------------------------------------------- secrets

export type SecretsStatus =
  | { readonly kind: 'ready'; readonly where: string }
  | { readonly kind: 'locked'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

export type SecretRead =
  | { readonly kind: 'found'; readonly secret: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'locked'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

export type SecretWrite =
  | { readonly kind: 'ok' }
  | { readonly kind: 'locked'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** The operating system's keychain. Never throws, never hangs. `id` is an account id. */
export interface Secrets {
  status(): Promise<SecretsStatus>;
  get(id: AccountId): Promise<SecretRead>;
  set(id: AccountId, secret: string): Promise<SecretWrite>;
  delete(id: AccountId): Promise<SecretWrite>;
}

// ---------------------------------------------------------------------------------------------- the store

/** One step of the queue; the store runs it through the machine and writes what comes out. */
export type Change =
  | { readonly kind: 'item'; readonly id: ItemId; readonly event: ItemEvent }
  | { readonly kind: 'unit'; readonly id: UnitId; readonly event: UnitEvent }
  | { readonly kind: 'batch-target'; readonly id: BatchId; readonly target: Target }
  | {
      readonly kind: 'batch-trouble';
      readonly id: BatchId;
      readonly trouble: {
        readonly failure: Failure;
        readonly notBefore: number;
        readonly attempts: number;
      } | null;
    }
  /** 401: the account waits for a new sign-in; null lifts it. */
  | { readonly kind: 'account-blocked'; readonly id: AccountId; readonly failure: Failure | null };

/** What the ledger knows of an uploaded unit. */
export interface LedgerEntry {
  readonly datasetId: string;
  readonly media: MediaId;
  readonly title: string;
  readonly dataHash: string | null;
  readonly itemUuid: string | null;
  readonly doneAt: number;
}

/** An unfinished unit of the queue that holds the same files. */
export interface ActiveTwin {
  readonly unitId: UnitId;
  readonly batchId: BatchId;
  /**
   * Given where files have another time than what is stored of them: it is a twin only if they have these SHA-256, in
   * order; null where the file need not be compared.
   */
  readonly ifHashes?: readonly (string | null)[];
}

export interface WorkingBatch extends Batch {
  /** Its units in each state that is not an end. */
  readonly open: Readonly<Record<'collecting' | 'ready' | 'registering' | 'processing' | 'linking', number>>;
}

/** The part of the store that the engine uses. Synchronous, transactional, the only writer. */
export interface QueueStore {
  /**
   * One transaction. Every change goes through the machine; all or none is written. The event `retry` does nothing to a
   * unit whose files came again in another one that is unfinished or done: it would double them.
   */
  commit(changes: readonly Change[]): void;

  /**
   * Batches that can have work, those with units that were moved to the top first, then by rank and in the order of
   * adding: not finished, their account not blocked; of paused ones only those with units past the point of return,
   * which go on.
   */
  workingBatches(): readonly WorkingBatch[];
  /** Whether the batch's files may be sent now: neither it, its account nor the queue is paused or blocked. */
  mayStart(batchId: BatchId): boolean;
  /** Items to send: queued or granted, of collecting unpaused units, due, by rank and in the order of adding. */
  dueItems(batchId: BatchId, now: number, limit: number): readonly (Item & { readonly media: MediaId })[];
  /** Units in one of the states, unpaused unless past the point of return, due, in order. */
  dueUnits(
    batchId: BatchId,
    state: 'ready' | 'registering' | 'processing' | 'linking',
    now: number,
    limit: number,
  ): readonly Unit[];
  /** All items of a unit that were not left out, in order. */
  itemsOf(unitId: UnitId): readonly Item[];
  unit(id: UnitId): Unit | null;
  batch(id: BatchId): Batch | null;
  /** The earliest `notBefore` after now of anything in working batches; null when nothing waits for time. */
  nextDue(now: number): number | null;
  /**
   * Makes due now what waits for a time later than `after`, milliseconds since the epoch; what waits for a person goes
   * on waiting.
   */
  forgetWaits(after: number): void;
  /** Units whose intent is open: `registering` without doubt. Asked once, at start. */
  openIntents(): readonly UnitId[];
}

/** The part of the store that planning uses. */
export interface LedgerStore {
  /** SHA-256 that the ledger or the queue has for exactly this path and identity. */
  knownHash(path: string, identity: FileIdentity): string | null;
  /** Whether any uploaded item of this size is known for the dataset: only then is hashing worth it. */
  sizeKnown(datasetId: string, size: number): boolean;
  /** By media type and ordered content hashes. */
  uploaded(datasetId: string, media: MediaId, hashes: readonly string[]): LedgerEntry | null;
  /**
   * An unfinished unit (not failed or cancelled ones) of the same media type, with the same paths in the same order.
   * What of it is not stored yet will be sent as it is then; of what is stored, sizes are the same.
   */
  activeTwin(
    datasetId: string,
    media: MediaId,
    items: readonly { readonly path: string; readonly identity: FileIdentity }[],
  ): ActiveTwin | null;
}

/** What still waits is taken in the order of adding, by title in natural order, or by size. */
export const UNIT_ORDERS = ['added', 'name', 'smallest', 'largest'] as const;
export type UnitOrder = (typeof UNIT_ORDERS)[number];

/** The part that the use cases use to add and steer. Queries for pages are the adapter's own. */
export interface SteeringStore {
  /**
   * One transaction for the batch, its units and items, and what was turned away. With `onTwin`, units whose like has
   * become active since they were planned are left out and their likes named: this is the last moment to see them.
   */
  addBatch(
    batch: NewBatch,
    units: Iterable<PlannedUnit>,
    turnedAway: Iterable<TurnedAway>,
    onTwin?: (twin: UnitId) => void,
  ): BatchId;
  /**
   * The same for many units, in small transactions between which others have their turn; the batch is there when all of
   * it is. Rejects with `cancelled`, or with what kept the store from writing: then nothing of it is left. One at a
   * time; meanwhile `addBatch` throws, too.
   */
  addLargeBatch(
    batch: NewBatch,
    units: Iterable<PlannedUnit>,
    turnedAway: Iterable<TurnedAway>,
    options: {
      readonly onTwin?: (twin: UnitId) => void;
      readonly signal?: AbortSignal;
      /** Told often how many units and turned-away files were looked at so far. */
      readonly onProgress?: (done: number) => void;
    },
  ): Promise<BatchId>;
  /** Makes the batch, or the unit within all that its account has, the first that is worked on of what still waits. */
  moveToTop(scope: Extract<Scope, { kind: 'batch' | 'unit' }>): void;
  /** The order in which the waiting units of each batch are taken; those that were moved to the top stay first. */
  order(): UnitOrder;
  /** Ranks of many units follow little by little. */
  setOrder(order: UnitOrder): void;
  /** Batches that could not be prepared, or whose target will not take them; working or not. */
  troubledBatches(scope: Extract<Scope, { kind: 'all' | 'account' | 'batch' }>): readonly BatchId[];
  setPaused(scope: Exclude<Scope, { kind: 'item' }>, paused: boolean): void;
  isPaused(): boolean;
  /** Ids of the units that a scope covers, in chunks, for cancelling and retrying without loading the queue. */
  unitsIn(scope: Scope, states: readonly Unit['state']['at'][]): Iterable<UnitId>;
  totals(scope: Scope): Totals;
}
