/**
 * What pages show of one batch, unit, item or turned-away file, and how it is read. The window over the whole
 * tree is in `window.ts`. Called by the use cases through the store.
 */

import type { Failure } from '../../core/errors.ts';
import type {
  AccountId,
  BatchId,
  FailedStep,
  ItemId,
  ItemStateName,
  MediaId,
  RouteName,
  Totals,
  TurnedAway,
  UnitId,
  UnitStateName,
} from '../../core/model.ts';
import { ITEM_STATES, UNIT_STATES } from '../../core/model.ts';
import type { Database, Row } from './database.ts';
import * as rows from './rows.ts';

export interface BatchView {
  readonly id: BatchId;
  readonly name: string;
  readonly accountId: AccountId;
  /** As it was when the batch was added, once the account is gone. */
  readonly accountName: string;
  readonly accountRemoved: boolean;
  readonly accountPaused: boolean;
  readonly datasetId: string;
  readonly datasetTitle: string;
  /** Null until the target is known. */
  readonly route: RouteName | null;
  readonly addedAt: number;
  readonly paused: boolean;
  /** Why its target could not be resolved. */
  readonly trouble: Failure | null;
  readonly unitCount: number;
  readonly totals: Totals;
  /** When its last unit ended: done, failed, uncertain or cancelled. */
  readonly finishedAt: number | null;
}

export interface UnitView {
  readonly id: UnitId;
  readonly batchId: BatchId;
  readonly media: MediaId;
  readonly title: string;
  /** Of the first item. */
  readonly path: string;
  readonly itemCount: number;
  readonly storedItems: number;
  readonly bytes: number;
  readonly storedBytes: number;
  readonly paused: boolean;
  readonly state: UnitStateName;
  /** Whether a grant was given; tells *waiting* from *uploading* among those that collect. */
  readonly begun: boolean;
  /** For a unit of one item that collects, these three are its item's. */
  readonly attempts: number;
  readonly notBefore: number;
  readonly failure: Failure | null;
  /** Where it failed. */
  readonly step: FailedStep | null;
  readonly dataHash: string | null;
  readonly itemUuid: string | null;
}

export interface ItemView {
  readonly id: ItemId;
  readonly unitId: UnitId;
  readonly position: number;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** Whether its unit is. */
  readonly paused: boolean;
  readonly state: ItemStateName;
  readonly attempts: number;
  readonly notBefore: number;
  readonly failure: Failure | null;
}

export interface TurnedAwayView {
  readonly id: number;
  readonly batchId: BatchId;
  readonly turnedAway: TurnedAway;
}

const BATCH_VIEW = `SELECT ${rows.BATCH_COLUMNS}, batch.unit_count, batch.finished_at,
  ${rows.TALLY_COLUMNS.map((name) => `batch.${name}`).join(', ')},
  coalesce(account.name, batch.account_name) AS account_name, account.id IS NULL AS account_removed,
  coalesce(account.paused, 0) AS account_paused
  FROM batch LEFT JOIN account ON account.id = batch.account_id WHERE batch.removed = 0`;

const UNIT_VIEW = `SELECT unit.id, unit.batch_id, unit.media, unit.title, item.path, unit.item_count,
  unit.stored_items, unit.bytes, unit.stored_bytes, unit.paused, unit.begun, unit.state, unit.failed_step,
  unit.data_hash, unit.item_uuid,
  CASE WHEN unit.state = 'collecting' AND unit.item_count = 1 THEN item.attempts ELSE unit.attempts END AS attempts,
  CASE WHEN unit.state = 'collecting' AND unit.item_count = 1 THEN item.not_before ELSE unit.not_before END
    AS not_before,
  CASE WHEN unit.state = 'collecting' AND unit.item_count = 1 THEN item.failure ELSE unit.failure END AS failure
  FROM unit JOIN item ON item.id = unit.first_item WHERE unit.id = ?`;

const ITEM_VIEW = `SELECT id, unit_id, position, name, path, size, state, attempts, not_before, failure,
  (SELECT paused FROM unit WHERE id = item.unit_id) AS paused FROM item`;
const TURNED_AWAY_VIEW = `SELECT id, batch_id, kind, path, title, media, size, failure, data_hash FROM turned_away`;

function batchView(row: Row): BatchView {
  const batch = rows.batch(row);
  return {
    id: batch.id,
    name: batch.name,
    accountId: batch.accountId,
    accountName: rows.text(row, 'account_name'),
    accountRemoved: rows.flag(row, 'account_removed'),
    accountPaused: rows.flag(row, 'account_paused'),
    datasetId: batch.datasetId,
    datasetTitle: batch.datasetTitle,
    route: batch.target?.route ?? null,
    addedAt: batch.addedAt,
    paused: batch.paused,
    trouble: batch.trouble?.failure ?? null,
    unitCount: rows.number(row, 'unit_count'),
    totals: rows.totals(row),
    finishedAt: rows.numberOrNull(row, 'finished_at'),
  };
}

function unitView(row: Row): UnitView {
  return {
    id: rows.number(row, 'id'),
    batchId: rows.number(row, 'batch_id'),
    media: rows.media(row),
    title: rows.text(row, 'title'),
    path: rows.text(row, 'path'),
    itemCount: rows.number(row, 'item_count'),
    storedItems: rows.number(row, 'stored_items'),
    bytes: rows.number(row, 'bytes'),
    storedBytes: rows.number(row, 'stored_bytes'),
    paused: rows.flag(row, 'paused'),
    state: rows.oneOf(row, 'state', UNIT_STATES),
    begun: rows.flag(row, 'begun'),
    attempts: rows.numberOrNull(row, 'attempts') ?? 0,
    notBefore: rows.numberOrNull(row, 'not_before') ?? 0,
    failure: rows.failureOrNull(row),
    step: row.failed_step === null ? null : rows.oneOf(row, 'failed_step', rows.FAILED_STEPS),
    dataHash: rows.textOrNull(row, 'data_hash'),
    itemUuid: rows.textOrNull(row, 'item_uuid'),
  };
}

function itemView(row: Row): ItemView {
  return {
    id: rows.number(row, 'id'),
    unitId: rows.number(row, 'unit_id'),
    position: rows.number(row, 'position'),
    name: rows.text(row, 'name'),
    path: rows.text(row, 'path'),
    size: rows.number(row, 'size'),
    paused: rows.flag(row, 'paused'),
    state: rows.oneOf(row, 'state', ITEM_STATES),
    attempts: rows.numberOrNull(row, 'attempts') ?? 0,
    notBefore: rows.numberOrNull(row, 'not_before') ?? 0,
    failure: rows.failureOrNull(row),
  };
}

function turnedAwayView(row: Row): TurnedAwayView {
  return {
    id: rows.number(row, 'id'),
    batchId: rows.number(row, 'batch_id'),
    turnedAway: {
      kind: rows.oneOf(row, 'kind', ['refused', 'skipped']),
      path: rows.text(row, 'path'),
      title: rows.text(row, 'title'),
      media: row.media === null ? null : rows.media(row),
      size: rows.number(row, 'size'),
      failure: rows.failure(row),
      dataHash: rows.textOrNull(row, 'data_hash'),
    },
  };
}

/** Newest first. */
export function batchViews(db: Database, offset: number, limit: number): BatchView[] {
  return db.all(`${BATCH_VIEW} ORDER BY batch.id DESC LIMIT ? OFFSET ?`, limit, offset).map(batchView);
}

export function findBatchView(db: Database, id: BatchId): BatchView | null {
  const row = db.get(`${BATCH_VIEW} AND batch.id = ?`, id);
  return row === undefined ? null : batchView(row);
}

export function findUnitView(db: Database, id: UnitId): UnitView | null {
  const row = db.get(UNIT_VIEW, id);
  return row === undefined ? null : unitView(row);
}

export function itemViews(db: Database, unitId: UnitId, offset: number, limit: number): ItemView[] {
  const unit = db.get('SELECT first_item, item_count FROM unit WHERE id = ?', unitId);
  if (unit === undefined) return [];
  const first = rows.number(unit, 'first_item');
  const count = Math.max(0, Math.min(limit, rows.number(unit, 'item_count') - offset));
  return db
    .all(`${ITEM_VIEW} WHERE id >= ? AND id < ? ORDER BY id`, first + offset, first + offset + count)
    .map(itemView);
}

export function findTurnedAwayView(db: Database, id: number): TurnedAwayView | null {
  const row = db.get(`${TURNED_AWAY_VIEW} WHERE id = ?`, id);
  return row === undefined ? null : turnedAwayView(row);
}

export function turnedAwayViews(
  db: Database,
  batchId: BatchId,
  offset: number,
  limit: number,
): TurnedAwayView[] {
  const batch = db.get(
    'SELECT first_turned_away, refused + skipped AS count FROM batch WHERE id = ? AND removed = 0',
    batchId,
  );
  if (batch === undefined) return [];
  const first = rows.number(batch, 'first_turned_away');
  const count = Math.max(0, Math.min(limit, rows.number(batch, 'count') - offset));
  return db
    .all(`${TURNED_AWAY_VIEW} WHERE id >= ? AND id < ? ORDER BY id`, first + offset, first + offset + count)
    .map(turnedAwayView);
}
