/** After any sequence of events, every counter and derived column is what counting afresh gives. */

import type { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type ItemEvent, stepUnit, type UnitEvent } from '../../../main/core/machine.ts';
import { UNIT_STATES } from '../../../main/core/model.ts';
import type { Change } from '../../../main/core/store-port.ts';
import { failure, grant, hash, newAccount, newBatch, openTestStore, planned, turnedAway } from './support.ts';

/** mulberry32: the same numbers for the same seed, everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function itemEvents(turn: number): ItemEvent[] {
  const failed = failure();
  return [
    { on: 'granted', grant: grant(String(turn)) },
    { on: 'granted', grant: grant(String(turn)) },
    { on: 'stored', sha256: hash(turn) },
    { on: 'stored', sha256: turn % 3 === 0 ? null : hash(turn) },
    { on: 'grant-lost', failure: failed, notBefore: turn },
    { on: 'transient', failure: failed, notBefore: turn + 5 },
    {
      on: 'replanned',
      identity: { size: turn % 90, mtimeMs: turn + 0.5 },
      failure: failed,
      notBefore: turn % 2 === 0 ? 0 : turn,
    },
    turn % 2 === 0 ? { on: 'failed', failure: failed } : { on: 'granted', grant: grant(String(turn)) },
    turn % 3 === 0 ? { on: 'cancel' } : { on: 'retry' },
    { on: 'start-over' },
  ];
}

function unitEvents(turn: number): UnitEvent[] {
  const failed = failure(turn % 2 === 0 ? 'media-refused' : 'server-error');
  return [
    { on: 'intent', intent: { id: `intent-${turn}`, at: turn } },
    { on: 'intent', intent: { id: `intent-${turn}`, at: turn } },
    { on: 'not-registered', failure: failed, notBefore: turn },
    { on: 'in-doubt', failure: failed, notBefore: turn },
    { on: 'refused', failure: failed },
    { on: 'job-started', job: `job-${turn}` },
    { on: 'job-failed', failure: failed },
    { on: 'registered', itemUuid: `item-${turn}`, dataHash: null, linked: turn % 2 === 0, at: turn },
    { on: 'absent', final: turn % 2 === 0, repeatable: turn % 3 === 0, failure: failed, notBefore: turn },
    { on: 'absent', final: true, repeatable: false, failure: failed, notBefore: turn },
    { on: 'later', failure: failed, notBefore: turn },
    { on: 'linked', dataHash: `row-${turn}`, at: turn },
    { on: 'link-refused', failure: failed },
    { on: 'cancel' },
    { on: 'retry' },
    { on: 'retry' },
    { on: 'check-again', failure: failed },
    { on: 'register-anyway' },
  ];
}

const NAMES = [...UNIT_STATES, 'bytes', 'stored_bytes'];
const COUNTED = `${UNIT_STATES.map((state) => `total(state = '${state}') AS ${state}`).join(', ')},
  total(CASE WHEN state IN ('failed', 'cancelled') THEN stored_bytes ELSE bytes END) AS bytes, total(stored_bytes) AS stored_bytes`;

/** Every difference between what is kept and what is true; empty when all is well. */
function differences(db: DatabaseSync): unknown[] {
  return [
    ...db
      .prepare(
        `SELECT batch.id, ${NAMES.map((name) => `batch.${name}`).join(', ')}, begun FROM batch
         EXCEPT SELECT batch_id, ${COUNTED}, total(state = 'collecting' AND begun) FROM unit GROUP BY batch_id`,
      )
      .all(),
    ...db
      .prepare(
        `SELECT account_id, ${NAMES.join(', ')} FROM account_tally
         EXCEPT SELECT account_id, ${NAMES.map((name) => `sum(${name})`).join(', ')} FROM batch GROUP BY account_id`,
      )
      .all(),
    ...db
      .prepare(
        `SELECT id, kept, stored_items, bytes, stored_bytes FROM unit WHERE state <> 'cancelled'
         EXCEPT SELECT unit_id, sum(NOT left_out), sum(state = 'stored'), sum((NOT left_out) * size),
           sum((state = 'stored') * size) FROM item GROUP BY unit_id`,
      )
      .all(),
    ...db
      .prepare(
        `SELECT id, due_at FROM unit
         EXCEPT SELECT unit.id, CASE
           WHEN unit.state = 'collecting' AND NOT paused THEN min(item.not_before)
           WHEN unit.state = 'ready' AND NOT paused THEN unit.not_before
           WHEN unit.state = 'registering' AND unit.failure IS NOT NULL THEN unit.not_before
           WHEN unit.state IN ('processing', 'linking') THEN unit.not_before END
         FROM unit JOIN item ON item.unit_id = unit.id GROUP BY unit.id`,
      )
      .all(),
    ...db
      .prepare(
        `SELECT batch_id, waiting, active, attention, done, cancelled FROM unit_block
         EXCEPT SELECT batch_id, total(shelf = 'waiting'), total(shelf = 'active'), total(shelf = 'attention'),
           total(shelf = 'done'), total(shelf = 'cancelled') FROM unit GROUP BY batch_id`,
      )
      .all(),
    ...db
      .prepare(
        `SELECT unit.id FROM unit JOIN item ON item.unit_id = unit.id JOIN secret ON secret.item_id = item.id
         WHERE unit.state IN ('done', 'cancelled') OR item.state NOT IN ('granted', 'stored')`,
      )
      .all(),
    ...db.prepare('PRAGMA foreign_key_check').all(),
    ...db
      .prepare('PRAGMA integrity_check')
      .all()
      .filter((row) => row.integrity_check !== 'ok'),
  ];
}

const reached = new Set<string>();

test.each([1, 2, 3])('2,000 random events, seed %i', (seed) => {
  const { store, raw, clock } = openTestStore();
  store.addAccount(newAccount('other'));
  const random = randomFrom(seed);
  const upTo = (count: number): number => Math.floor(random() * count);
  const pick = <T>(list: readonly T[]): T => {
    const found = list[upTo(list.length)];
    if (found === undefined) throw new Error('an empty list');
    return found;
  };
  const sizes = [[10], [3], [10, 20], [1, 2, 3]];
  let units = 0;
  let items = 0;
  for (const accountId of ['lab', 'other', 'lab']) {
    const plan = Array.from({ length: 5 }, (_, index) => planned(`u${index}`, pick(sizes)));
    units += plan.length;
    items += plan.reduce((sum, unit) => sum + unit.items.length, 0);
    store.addBatch(newBatch({ accountId }), plan, [turnedAway('x')]);
  }

  /** Mostly something that fits the unit's state, sometimes anything. */
  const unitChange = (id: number, turn: number): Change => {
    const state = store.unit(id)?.state;
    const events = unitEvents(turn);
    const fitting = events.filter(
      (event) => state && event.on !== 'cancel' && !stepUnit(state, event).effects.includes('ignored'),
    );
    const fits = fitting.length > 0 && random() < 0.8;
    return { kind: 'unit', id, event: pick(fits ? fitting : events) };
  };

  const db = raw();
  let changes: Change[] = [];
  for (let turn = 1; turn <= 2000; turn += 1) {
    clock.time = turn;
    changes.push(
      random() < 0.5
        ? { kind: 'item', id: 1 + upTo(items), event: pick(itemEvents(turn)) }
        : unitChange(1 + upTo(units), turn),
    );
    if (random() < 0.3) {
      store.commit(changes);
      changes = [];
      store.setPaused({ kind: 'unit', id: 1 + upTo(units) }, random() < 0.2);
    }
    if (turn % 100 === 0) {
      store.commit(changes);
      changes = [];
      expect(differences(db)).toEqual([]);
    }
    if (changes.length === 0) {
      for (let id = 1; id <= units; id += 1) reached.add(store.unit(id)?.state.at ?? 'missing');
    }
  }
});

test('these sequences came through every state', () => {
  expect([...reached].sort()).toEqual([...UNIT_STATES].sort());
});

test('the recount itself notices a counter that is wrong', () => {
  const { store, raw } = openTestStore();
  store.addBatch(newBatch(), [planned('a', [1, 2])], []);
  store.close();
  const db = raw();
  expect(differences(db)).toEqual([]);
  db.exec('UPDATE unit SET bytes = bytes + 1');
  expect(differences(db)).not.toEqual([]);
});
