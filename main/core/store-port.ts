/**
 * What the core needs of the store, as interfaces. `main/adapters/sqlite` fulfils them; tests may wrap it.
 */

import type { ErrorCode, Failure } from './errors.ts';
import type { ItemEvent, UnitEvent } from './machine.ts';
import type {
  AccountId,
  Batch,
  BatchId,
  FileIdentity,
  Item,
  ItemId,
  MediaId,
  NewBatch,
  PlannedUnit,
  Scope,
  Target,
  Totals,
  TurnedAway,
  Unit,
  UnitId,
} from './model.ts';

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
   * @param because only what waits for one of these; a job that could not be asked about keeps no reason, and is among it
   */
  forgetWaits(after: number, because?: readonly ErrorCode[]): void;
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
