/**
 * Between rows and the words of `core/model.ts`: checked column readers, and how states are laid out in columns.
 * Called by the files of this folder only.
 */

import { z } from 'zod';
import { ERROR_CODES, type Failure, UploaderError } from '../../core/errors.ts';
import { MEDIA_TYPES } from '../../core/media/index.ts';
import type {
  Batch,
  Grant,
  GrantIdentity,
  Item,
  ItemState,
  MediaId,
  Target,
  Totals,
  Unit,
  UnitState,
} from '../../core/model.ts';
import { ITEM_STATES, UNIT_STATES } from '../../core/model.ts';
import type { Param, Row } from './database.ts';

// ---------------------------------------------------------------------------------------------- columns

/** A value that the schema forbids: somebody else wrote it, or the file is damaged. */
function unexpected(column: string): UploaderError {
  return new UploaderError(
    'database-corrupt',
    'The database holds something that this program never writes. Put a copy of it back; or rename uploader.db in the data folder and start again with an empty queue, which does not know what was uploaded before.',
    { details: { column } },
  );
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw unexpected(column);
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw unexpected(column);
  return value;
}

export function numberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : number(row, column);
}

export function flag(row: Row, column: string): boolean {
  return number(row, column) === 1;
}

export function oneOf<T extends string>(row: Row, column: string, allowed: readonly T[]): T {
  const value = row[column];
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw unexpected(column);
  return found;
}

/** A value that is kept as JSON text. */
export function json<T>(row: Row, column: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(JSON.parse(text(row, column)));
  if (!parsed.success) throw unexpected(column);
  return parsed.data;
}

const MEDIA_IDS: readonly MediaId[] = MEDIA_TYPES.map(({ id }) => id);

export function media(row: Row): MediaId {
  return oneOf(row, 'media', MEDIA_IDS);
}

// ---------------------------------------------------------------------------------------------- failures

const failureSchema = z.object({
  // A code that a later version wrote, should its database ever come back to this one.
  code: z.enum(ERROR_CODES).catch('internal'),
  message: z.string(),
  details: z.record(z.string(), z.string()),
  at: z.number(),
});

export function failureOrNull(row: Row, column = 'failure'): Failure | null {
  const json = textOrNull(row, column);
  return json === null ? null : failureSchema.parse(JSON.parse(json));
}

export function failure(row: Row, column = 'failure'): Failure {
  const value = failureOrNull(row, column);
  if (value === null) throw unexpected(column);
  return value;
}

export function failureText(value: Failure | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

// ---------------------------------------------------------------------------------------------- items

/** To be read from `ITEMS`, or from a join like it. */
export const ITEM_COLUMNS = `item.id, item.unit_id, item.position, item.path, item.name, item.size, item.mtime,
  item.mime, item.sha256, item.state, item.attempts, item.not_before, item.failure, item.grant_id,
  item.grant_object_key, secret.url, secret.echo, secret.granted_at, secret.session`;
export const ITEMS = 'item LEFT JOIN secret ON secret.item_id = item.id';

export function itemState(row: Row): ItemState {
  const at = oneOf(row, 'state', ITEM_STATES);
  switch (at) {
    case 'queued':
      return { at, ...retrying(row), failure: failureOrNull(row) };
    case 'granted':
      return {
        at,
        grant: grant(row),
        session: textOrNull(row, 'session'),
        ...retrying(row),
        failure: failureOrNull(row),
      };
    case 'stored': {
      const identity = { id: text(row, 'grant_id'), objectKey: text(row, 'grant_object_key') };
      return {
        at,
        grant: row.url === null ? identity : grant(row),
        sha256: textOrNull(row, 'sha256'),
      };
    }
    case 'failed':
      return { at, failure: failure(row) };
    case 'cancelled':
      return { at };
  }
}

function grant(row: Row): Grant {
  return {
    url: text(row, 'url'),
    id: text(row, 'grant_id'),
    objectKey: text(row, 'grant_object_key'),
    echo: text(row, 'echo'),
    grantedAt: number(row, 'granted_at'),
  };
}

/** Whether the grant still has its secrets. */
function isWhole(value: Grant | GrantIdentity): value is Grant {
  return 'url' in value;
}

function retrying(row: Row): { attempts: number; notBefore: number } {
  return { attempts: number(row, 'attempts'), notBefore: number(row, 'not_before') };
}

export function item(row: Row, batchId: number): Item {
  return {
    id: number(row, 'id'),
    unitId: number(row, 'unit_id'),
    batchId,
    position: number(row, 'position'),
    path: text(row, 'path'),
    name: text(row, 'name'),
    identity: { size: number(row, 'size'), mtimeMs: number(row, 'mtime') },
    mime: text(row, 'mime'),
    state: itemState(row),
  };
}

/**
 * The state columns of an item but for `sha256`, which outlives the state that it came with, and for secrets: state,
 * attempts, not_before, failure, grant_id, grant_object_key
 */
export function itemStateColumns(state: ItemState): readonly Param[] {
  const waits = state.at === 'queued' || state.at === 'granted' ? state : null;
  const given = state.at === 'granted' || state.at === 'stored' ? state.grant : null;
  const failed = 'failure' in state ? state.failure : null;
  return [
    state.at,
    waits?.attempts ?? null,
    waits?.notBefore ?? null,
    failureText(failed),
    given?.id ?? null,
    given?.objectKey ?? null,
  ];
}

/** item_id, url, echo, granted_at, session; null where the state has no secrets. */
export function secretColumns(id: number, state: ItemState): readonly Param[] | null {
  const given = state.at === 'granted' || state.at === 'stored' ? state.grant : null;
  if (given === null || !isWhole(given)) return null;
  return [id, given.url, given.echo, given.grantedAt, state.at === 'granted' ? state.session : null];
}

// ---------------------------------------------------------------------------------------------- units

export const UNIT_COLUMNS = `unit.id, unit.batch_id, unit.media, unit.title, unit.first_item, unit.item_count,
  unit.kept, unit.stored_items, unit.bytes, unit.stored_bytes, unit.paused, unit.begun, unit.state, unit.attempts,
  unit.not_before, unit.failure, unit.failed_step, unit.intent_id, unit.intent_at, unit.job, unit.item_uuid,
  unit.data_hash, unit.done_at`;
/** With what `unit` reads besides: it may be large, so only those ask for it who hand units out. */
export const WHOLE_UNIT_COLUMNS = `${UNIT_COLUMNS}, unit.client_metadata`;

export function unitState(row: Row): UnitState {
  const at = oneOf(row, 'state', UNIT_STATES);
  switch (at) {
    case 'collecting':
    case 'cancelled':
      return { at };
    case 'ready':
      return { at, ...retrying(row), failure: failureOrNull(row) };
    case 'registering':
      return { at, intent: intent(row), doubt: failureOrNull(row), ...retrying(row) };
    case 'processing':
      return { at, intent: intent(row), job: text(row, 'job'), ...retrying(row) };
    case 'linking':
      return { at, itemUuid: text(row, 'item_uuid'), ...retrying(row), failure: failureOrNull(row) };
    case 'done':
      return {
        at,
        itemUuid: textOrNull(row, 'item_uuid'),
        dataHash: textOrNull(row, 'data_hash'),
        doneAt: number(row, 'done_at'),
      };
    case 'failed':
      return {
        at,
        step: oneOf(row, 'failed_step', FAILED_STEPS),
        failure: failure(row),
        itemUuid: textOrNull(row, 'item_uuid'),
      };
    case 'uncertain':
      return { at, intent: intent(row), failure: failure(row) };
  }
}

function intent(row: Row): { id: string; at: number } {
  return { id: text(row, 'intent_id'), at: number(row, 'intent_at') };
}

/** To be read from `WHOLE_UNIT_COLUMNS`. */
export function unit(row: Row): Unit {
  return {
    id: number(row, 'id'),
    batchId: number(row, 'batch_id'),
    media: media(row),
    title: text(row, 'title'),
    itemCount: number(row, 'item_count'),
    bytes: number(row, 'bytes'),
    paused: flag(row, 'paused'),
    state: unitState(row),
    clientMetadata: textOrNull(row, 'client_metadata'),
  };
}

/** state, attempts, not_before, failure, failed_step, intent_id, intent_at, job, item_uuid, data_hash, done_at */
export function unitStateColumns(state: UnitState): readonly Param[] {
  const failed = state.at === 'registering' ? state.doubt : 'failure' in state ? state.failure : null;
  const made = 'intent' in state ? state.intent : null;
  return [
    state.at,
    'attempts' in state ? state.attempts : null,
    'notBefore' in state ? state.notBefore : null,
    failureText(failed),
    state.at === 'failed' ? state.step : null,
    made?.id ?? null,
    made?.at ?? null,
    state.at === 'processing' ? state.job : null,
    'itemUuid' in state ? state.itemUuid : null,
    state.at === 'done' ? state.dataHash : null,
    state.at === 'done' ? state.doneAt : null,
  ];
}

// ---------------------------------------------------------------------------------------------- batches

export const BATCH_COLUMNS = `batch.id, batch.account_id, batch.name, batch.dataset_id, batch.dataset_title,
  batch.route_choice, batch.folder_choice, batch.added_at, batch.target_route, batch.target_dataset_id,
  batch.target_folder_id, batch.target_mirrored, batch.paused, batch.trouble, batch.trouble_not_before,
  batch.trouble_attempts,
  EXISTS (SELECT 1 FROM watch_folder WHERE watch_folder.id = batch.watch_folder) AS watched`;

export const FAILED_STEPS = ['upload', 'register', 'process', 'link'] as const;
export const ROUTE_CHOICES = ['auto', 'storage', 'documented'] as const;

export function target(row: Row): Target | null {
  if (row.target_route === null) return null;
  return {
    route: oneOf(row, 'target_route', ['storage', 'documented']),
    datasetId: text(row, 'target_dataset_id'),
    folderId: textOrNull(row, 'target_folder_id'),
    mirrored: flag(row, 'target_mirrored'),
  };
}

export function trouble(row: Row): Batch['trouble'] {
  const failed = failureOrNull(row, 'trouble');
  if (failed === null) return null;
  return {
    failure: failed,
    notBefore: number(row, 'trouble_not_before'),
    attempts: number(row, 'trouble_attempts'),
  };
}

export function batch(row: Row): Batch {
  return {
    id: number(row, 'id'),
    accountId: text(row, 'account_id'),
    name: text(row, 'name'),
    datasetId: text(row, 'dataset_id'),
    datasetTitle: text(row, 'dataset_title'),
    routeChoice: oneOf(row, 'route_choice', ROUTE_CHOICES),
    folderChoice: textOrNull(row, 'folder_choice'),
    addedAt: number(row, 'added_at'),
    target: target(row),
    paused: flag(row, 'paused'),
    trouble: trouble(row),
    watched: flag(row, 'watched'),
  };
}

// ---------------------------------------------------------------------------------------------- totals

/** The columns in which batches and accounts keep their totals. */
export const TALLY_COLUMNS = [...UNIT_STATES, 'refused', 'skipped', 'bytes', 'stored_bytes'] as const;
export type TallyColumn = (typeof TALLY_COLUMNS)[number];

export function unitCounts(row: Row): Totals['units'] {
  return {
    collecting: number(row, 'collecting'),
    ready: number(row, 'ready'),
    registering: number(row, 'registering'),
    processing: number(row, 'processing'),
    linking: number(row, 'linking'),
    done: number(row, 'done'),
    failed: number(row, 'failed'),
    uncertain: number(row, 'uncertain'),
    cancelled: number(row, 'cancelled'),
  };
}

export function totals(row: Row): Totals {
  return {
    units: unitCounts(row),
    refused: number(row, 'refused'),
    skipped: number(row, 'skipped'),
    bytes: number(row, 'bytes'),
    storedBytes: number(row, 'stored_bytes'),
  };
}
