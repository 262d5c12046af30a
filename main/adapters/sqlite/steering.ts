/**
 * Adding, pausing and counting: the part of the store that the use cases steer with. Called by `index.ts`.
 */

import type { Scope, Totals, UnitId, UnitStateName } from '../../core/model.ts';
import { UNIT_STATES } from '../../core/model.ts';
import type { Clock } from '../../core/ports.ts';
import type { SteeringStore } from '../../core/store-port.ts';
import type { Adder } from './adding.ts';
import type { Database, Param, Row } from './database.ts';
import type { Ordering } from './order.ts';
import * as rows from './rows.ts';
import { shelvesOf } from './shelves.ts';
import { countedBytes, UnitWork } from './unit-work.ts';

/** Ids that `unitsIn` reads at a time. */
const CHUNK = 500;

const SUMS = rows.TALLY_COLUMNS.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(', ');

export function steeringStore(
  db: Database,
  clock: Clock,
  hooks: { readonly adder: Adder; readonly ordering: Ordering },
): SteeringStore {
  return {
    addBatch: hooks.adder.add,
    addLargeBatch: hooks.adder.addInSlices,
    moveToTop: hooks.ordering.moveToTop,
    order: hooks.ordering.order,
    setOrder: hooks.ordering.setOrder,

    troubledBatches(scope) {
      const [where, params] = within(scope);
      return db
        .all(
          `SELECT id FROM batch WHERE ${where} AND trouble IS NOT NULL AND finished_at IS NULL ORDER BY id`,
          ...params,
        )
        .map((row) => rows.number(row, 'id'));
    },

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

/** The row of a unit, also by one of its items; undefined where there is none, or its batch was cleared from the list. */
function unitRow(db: Database, scope: Extract<Scope, { kind: 'unit' | 'item' }>): Row | undefined {
  return db.get(
    scope.kind === 'unit'
      ? `SELECT unit.id, unit.state, unit.bytes, unit.stored_bytes
         FROM unit JOIN batch ON batch.id = unit.batch_id WHERE unit.id = ? AND batch.removed = 0`
      : `SELECT unit.id, unit.state, item.size AS bytes, item.size * (item.state = 'stored') AS stored_bytes
         FROM item JOIN unit ON unit.id = item.unit_id JOIN batch ON batch.id = unit.batch_id
         WHERE item.id = ? AND batch.removed = 0`,
    scope.id,
  );
}

/** A condition on rows of `batch`, with its parameters. */
function within(scope: Extract<Scope, { kind: 'all' | 'account' | 'batch' }>): [string, Param[]] {
  if (scope.kind === 'all') return ['1', []];
  return scope.kind === 'account' ? ['account_id = ?', [scope.id]] : ['id = ?', [scope.id]];
}

/** Reads in chunks, each finished before it is handed out: the caller may commit while it iterates. */
export function* unitsIn(db: Database, scope: Scope, states: readonly UnitStateName[]): Generator<UnitId> {
  if (states.length === 0) return;
  if (scope.kind === 'unit' || scope.kind === 'item') {
    const row = unitRow(db, scope);
    if (row !== undefined && states.includes(rows.oneOf(row, 'state', UNIT_STATES)))
      yield rows.number(row, 'id');
    return;
  }
  const some = states.map((state) => `batch.${state}`).join(' + ');
  const [where, params] = within(scope);
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

export function totals(db: Database, scope: Scope): Totals {
  if (scope.kind === 'unit' || scope.kind === 'item') {
    const row = unitRow(db, scope);
    if (row === undefined) return NOTHING;
    const state = rows.oneOf(row, 'state', UNIT_STATES);
    return {
      ...NOTHING,
      units: { ...NOTHING.units, [state]: 1 },
      bytes: countedBytes(state, rows.number(row, 'bytes'), rows.number(row, 'stored_bytes')),
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
