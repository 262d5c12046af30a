/**
 * Adding, pausing and counting: the part of the store that the use cases steer with. Called by `index.ts`.
 */

import { UploaderError } from '../../core/errors.ts';
import type {
  BatchId,
  NewBatch,
  PlannedUnit,
  Scope,
  Totals,
  TurnedAway,
  UnitId,
  UnitStateName,
} from '../../core/model.ts';
import { UNIT_STATES } from '../../core/model.ts';
import type { Clock, SteeringStore } from '../../core/ports.ts';
import type { Database, Row } from './database.ts';
import { identityKey } from './keys.ts';
import { isCertain, ledgerStore } from './ledger.ts';
import * as rows from './rows.ts';
import { settingsStore } from './settings.ts';
import { BLOCK, shelvesOf } from './shelves.ts';
import { UnitWork } from './unit-work.ts';

/** Ids that `unitsIn` reads at a time. */
const CHUNK = 500;

const ADD_UNIT = `INSERT INTO unit (id, batch_id, media, title, first_item, item_count, kept, bytes, identity_key,
  state, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'collecting', 0)`;
const ADD_ITEM = `INSERT INTO item (id, unit_id, position, path, name, size, mtime, mime, sha256, state, attempts,
  not_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, 0)`;
const ADD_TURNED_AWAY = `INSERT INTO turned_away (id, batch_id, kind, path, title, media, size, failure, data_hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const SUMS = rows.TALLY_COLUMNS.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(', ');

export function steeringStore(db: Database, clock: Clock): SteeringStore {
  return {
    addBatch: (batch, units, turnedAway, onTwin) =>
      db.transaction(() => addBatch(db, batch, units, turnedAway, onTwin ?? null)),

    setPaused(scope, paused) {
      const value = paused ? 1 : 0;
      switch (scope.kind) {
        case 'all':
          db.run('UPDATE queue SET paused = ?', value);
          break;
        case 'account':
          db.run('UPDATE account SET paused = ? WHERE id = ?', value, scope.id);
          break;
        case 'batch':
          db.run('UPDATE batch SET paused = ? WHERE id = ?', value, scope.id);
          break;
        case 'unit':
          db.transaction(() => {
            const work = new UnitWork(db);
            const unit = work.unit(scope.id);
            if (unit !== null) unit.paused = paused;
            work.flush(clock.now());
          });
          break;
      }
    },

    isPaused() {
      const row = db.get('SELECT paused FROM queue');
      return row !== undefined && rows.flag(row, 'paused');
    },

    unitsIn: (scope, states) => unitsIn(db, scope, states),

    totals: (scope) => totals(db, scope),
  };
}

function addBatch(
  db: Database,
  batch: NewBatch,
  units: Iterable<PlannedUnit>,
  turnedAway: Iterable<TurnedAway>,
  onTwin: ((twin: UnitId) => void) | null,
): BatchId {
  const { activeTwin } = ledgerStore(db);
  const account = db.get('SELECT name FROM account WHERE id = ?', batch.accountId);
  if (account === undefined) {
    throw new UploaderError(
      'account-unknown',
      'The account is not (or no longer) signed in. Choose another.',
      {
        details: { account: batch.accountId },
      },
    );
  }
  const ids = new Map(
    db
      .all('SELECT name, next FROM sequence')
      .map((row) => [rows.text(row, 'name'), rows.number(row, 'next')]),
  );
  const next = (name: string): number => ids.get(name) ?? 1;
  const batchId = next('batch');
  const firstUnit = next('unit');
  const firstTurnedAway = next('turned_away');
  db.run(
    `INSERT INTO batch (id, account_id, account_name, name, dataset_id, dataset_title, route_choice, folder_choice,
       added_at, first_unit, unit_count, first_turned_away, finished_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
    batchId,
    batch.accountId,
    rows.text(account, 'name'),
    batch.name,
    batch.datasetId,
    batch.datasetTitle,
    batch.routeChoice,
    batch.folderChoice,
    batch.addedAt,
    firstUnit,
    firstTurnedAway,
    batch.addedAt,
  );
  if (batch.dropId) settingsStore(db).setSetting(`drop:${batch.dropId}`, JSON.stringify(batchId));

  let unitId = firstUnit;
  let itemId = next('item');
  let bytes = 0;
  for (const unit of units) {
    const twin = onTwin ? activeTwin(batch.datasetId, unit.media, unit.items) : null;
    if (onTwin && isCertain(twin)) {
      onTwin(twin.unitId);
      continue;
    }
    const size = addUnit(db, unit, { unitId, itemId, batchId });
    unitId += 1;
    itemId += unit.items.length;
    bytes += size;
  }
  const counts = { refused: 0, skipped: 0 };
  let turnedAwayId = firstTurnedAway;
  for (const away of turnedAway) {
    db.run(
      ADD_TURNED_AWAY,
      turnedAwayId,
      batchId,
      away.kind,
      away.path,
      away.title,
      away.media,
      away.size,
      rows.failureText(away.failure),
      away.dataHash,
    );
    counts[away.kind] += 1;
    turnedAwayId += 1;
  }

  const unitCount = unitId - firstUnit;
  db.run(
    `UPDATE batch SET unit_count = ?1, collecting = ?1, refused = ?2, skipped = ?3, bytes = ?4,
       finished_at = CASE WHEN ?1 > 0 THEN NULL ELSE finished_at END WHERE id = ?5`,
    unitCount,
    counts.refused,
    counts.skipped,
    bytes,
    batchId,
  );
  db.run(
    `INSERT INTO account_tally (account_id, collecting, refused, skipped, bytes) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET collecting = collecting + excluded.collecting, refused = refused + excluded.refused,
       skipped = skipped + excluded.skipped, bytes = bytes + excluded.bytes`,
    batch.accountId,
    unitCount,
    counts.refused,
    counts.skipped,
    bytes,
  );
  for (let block = 0; block * BLOCK < unitCount; block += 1) {
    db.run(
      'INSERT INTO unit_block (batch_id, block, waiting) VALUES (?, ?, ?)',
      batchId,
      block,
      Math.min(BLOCK, unitCount - block * BLOCK),
    );
  }
  for (const [name, value] of [
    ['batch', batchId + 1],
    ['unit', unitId],
    ['item', itemId],
    ['turned_away', turnedAwayId],
  ] as const) {
    db.run('UPDATE sequence SET next = ? WHERE name = ?', value, name);
  }
  return batchId;
}

/** Returns the unit's bytes. */
function addUnit(
  db: Database,
  unit: PlannedUnit,
  ids: { readonly unitId: number; readonly itemId: number; readonly batchId: number },
): number {
  if (unit.items.length === 0) {
    throw new UploaderError('invalid-input', `"${unit.title}" has no files, so there is nothing to upload.`);
  }
  let bytes = 0;
  for (const item of unit.items) bytes += item.identity.size;
  db.run(
    ADD_UNIT,
    ids.unitId,
    ids.batchId,
    unit.media,
    unit.title,
    ids.itemId,
    unit.items.length,
    unit.items.length,
    bytes,
    identityKey(unit.media, unit.items),
  );
  let position = 0;
  for (const item of unit.items) {
    db.run(
      ADD_ITEM,
      ids.itemId + position,
      ids.unitId,
      position,
      item.path,
      item.name,
      item.identity.size,
      item.identity.mtimeMs,
      item.mime,
      item.sha256,
    );
    position += 1;
  }
  return bytes;
}

/** The row of a unit, also by one of its items; undefined where there is none. */
function unitRow(db: Database, scope: Extract<Scope, { kind: 'unit' | 'item' }>): Row | undefined {
  return db.get(
    scope.kind === 'unit'
      ? 'SELECT id, state, bytes, stored_bytes FROM unit WHERE id = ?'
      : `SELECT unit.id, unit.state, item.size AS bytes, item.size * (item.state = 'stored') AS stored_bytes
         FROM item JOIN unit ON unit.id = item.unit_id WHERE item.id = ?`,
    scope.id,
  );
}

/** Reads in chunks, each finished before it is handed out: the caller may commit while it iterates. */
function* unitsIn(db: Database, scope: Scope, states: readonly UnitStateName[]): Generator<UnitId> {
  if (states.length === 0) return;
  if (scope.kind === 'unit' || scope.kind === 'item') {
    const row = unitRow(db, scope);
    if (row !== undefined && states.includes(rows.oneOf(row, 'state', UNIT_STATES)))
      yield rows.number(row, 'id');
    return;
  }
  const some = states.map((state) => `batch.${state}`).join(' + ');
  const [where, params] =
    scope.kind === 'all'
      ? ['1', []]
      : scope.kind === 'account'
        ? ['account_id = ?', [scope.id]]
        : ['id = ?', [scope.id]];
  const batches = db.all(
    `SELECT id FROM batch WHERE ${where} AND removed = 0 AND ${some} > 0 ORDER BY id`,
    ...params,
  );
  const shelves = [...new Set(states.flatMap(shelvesOf))];
  const marks = states.map(() => '?').join(', ');
  for (const batch of batches) {
    for (const shelf of shelves) {
      let after = 0;
      for (;;) {
        const found = db
          .all(
            `SELECT id FROM unit WHERE batch_id = ? AND shelf = ? AND id > ? AND state IN (${marks})
             ORDER BY id LIMIT ${CHUNK}`,
            rows.number(batch, 'id'),
            shelf,
            after,
            ...states,
          )
          .map((row) => rows.number(row, 'id'));
        yield* found;
        const last = found.at(-1);
        if (last === undefined) break;
        after = last;
      }
    }
  }
}

function totals(db: Database, scope: Scope): Totals {
  if (scope.kind === 'unit' || scope.kind === 'item') {
    const row = unitRow(db, scope);
    if (row === undefined) return NOTHING;
    const state = rows.oneOf(row, 'state', UNIT_STATES);
    return {
      ...NOTHING,
      units: { ...NOTHING.units, [state]: 1 },
      bytes: state === 'cancelled' ? 0 : rows.number(row, 'bytes'),
      storedBytes: rows.number(row, 'stored_bytes'),
    };
  }
  const row =
    scope.kind === 'all'
      ? db.get(`SELECT ${SUMS} FROM account_tally`)
      : scope.kind === 'account'
        ? db.get(`SELECT ${SUMS} FROM account_tally WHERE account_id = ?`, scope.id)
        : db.get(`SELECT ${SUMS} FROM batch WHERE id = ? AND removed = 0`, scope.id);
  return row === undefined ? NOTHING : rows.totals(row);
}

const NOTHING: Totals = {
  units: {
    collecting: 0,
    ready: 0,
    registering: 0,
    processing: 0,
    linking: 0,
    done: 0,
    failed: 0,
    uncertain: 0,
    cancelled: 0,
  },
  refused: 0,
  skipped: 0,
  bytes: 0,
  storedBytes: 0,
};
