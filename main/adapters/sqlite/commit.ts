/**
 * Carries changes through the state machine and writes what comes out, effects included, in one transaction.
 * Called by `queue.ts` only. Nothing else in the store changes a state.
 */

import { type ItemEvent, stepItem, stepUnit, type UnitEvent } from '../../core/machine.ts';
import type { ItemId, ItemState, UnitId, UnitState } from '../../core/model.ts';
import type { Change } from '../../core/store-port.ts';
import type { Database, Row } from './database.ts';
import { cameAgain, recordInLedger } from './ledger.ts';
import * as rows from './rows.ts';
import { type ShelfChange, type UnitRecord, UnitWork } from './unit-work.ts';

export interface Committed {
  readonly moved: readonly ShelfChange[];
  /** True where signed URLs were overwritten: old copies may still stand in the write-ahead log. */
  readonly forgot: boolean;
}

const WRITE_ITEM = `UPDATE item SET state = ?, attempts = ?, not_before = ?, failure = ?, grant_id = ?,
  grant_object_key = ?, sha256 = coalesce(?, sha256), tries = tries + ?, stored_at = ? WHERE id = ?`;
const WRITE_SECRET = `INSERT INTO secret (item_id, url, echo, granted_at, session) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET url = excluded.url, echo = excluded.echo, granted_at = excluded.granted_at,
    session = excluded.session`;
const FORGET_SECRET = 'DELETE FROM secret WHERE item_id = ?';
const FORGET_SECRETS = 'DELETE FROM secret WHERE item_id BETWEEN ? AND ?';
const NO_GRANT = 'grant_id = NULL, grant_object_key = NULL, stored_at = NULL';
const QUEUED = `state = 'queued', attempts = 0, not_before = 0, failure = NULL, ${NO_GRANT}`;

/** To be called inside a transaction; `now` is milliseconds since the epoch. Changes of unknown ids do nothing. */
export function applyChanges(db: Database, changes: readonly Change[], now: number): Committed {
  const session = new Session(db, now);
  for (const change of changes) {
    switch (change.kind) {
      case 'item':
        session.item(change.id, change.event);
        break;
      case 'unit':
        session.unit(change.id, change.event);
        break;
      case 'batch-target':
        db.run(
          `UPDATE batch SET target_route = ?, target_dataset_id = ?, target_folder_id = ?, target_mirrored = ?,
             trouble = NULL, trouble_not_before = NULL, trouble_attempts = NULL WHERE id = ?`,
          change.target.route,
          change.target.datasetId,
          change.target.folderId,
          change.target.mirrored ? 1 : 0,
          change.id,
        );
        break;
      case 'batch-trouble':
        db.run(
          'UPDATE batch SET trouble = ?, trouble_not_before = ?, trouble_attempts = ? WHERE id = ?',
          rows.failureText(change.trouble?.failure ?? null),
          change.trouble?.notBefore ?? null,
          change.trouble?.attempts ?? null,
          change.id,
        );
        break;
      case 'account-blocked':
        db.run('UPDATE account SET blocked = ? WHERE id = ?', rows.failureText(change.failure), change.id);
        break;
    }
  }
  return { moved: session.work.flush(now), forgot: session.forgot };
}

/** Whether a transfer of the item came to its end with this; a URL that only grew old was never tried. */
function endsTransfer(event: ItemEvent): boolean {
  switch (event.on) {
    case 'stored':
    case 'transient':
    case 'replanned':
    case 'failed':
      return true;
    case 'grant-lost':
      return event.failure !== null;
    case 'granted':
    case 'session':
    case 'cancel':
    case 'retry':
    case 'start-over':
      return false;
  }
}

/** Whether an item may hear the event while its unit is where it is. */
function itemMayHear(unit: UnitRecord, event: ItemEvent): boolean {
  const { state } = unit;
  if (event.on !== 'cancel') {
    // Once all items are stored the unit answers for them: a late answer must not take one back.
    return state.at === 'collecting' || (state.at === 'failed' && state.step === 'upload');
  }
  // Left out only while no call to register can have named the item.
  return (
    state.at === 'collecting' || state.at === 'ready' || (state.at === 'failed' && state.step !== 'link')
  );
}

/** Whether a failed unit could use its grants again: not when *Retry* asks for new ones, or only links. */
function needsGrants(state: UnitState): boolean {
  if (state.at !== 'failed') return true;
  const retried = stepUnit(state, { on: 'retry' });
  return retried.state.at !== 'linking' && !retried.effects.includes('start-items-over');
}

class Session {
  readonly work: UnitWork;
  forgot = false;
  readonly #db: Database;
  readonly #now: number;

  constructor(db: Database, now: number) {
    this.#db = db;
    this.#now = now;
    this.work = new UnitWork(db);
  }

  item(id: ItemId, event: ItemEvent): void {
    const row = this.#db.get(`SELECT ${rows.ITEM_COLUMNS} FROM ${rows.ITEMS} WHERE item.id = ?`, id);
    const unit = row === undefined ? null : this.work.unit(rows.number(row, 'unit_id'));
    if (row === undefined || unit === null || !itemMayHear(unit, event)) return;
    const before = rows.itemState(row);
    const step = stepItem(before, event);
    if (step.effect === 'ignored') return;

    this.#writeItem(id, before, step.state, event);
    if (step.state.at === 'granted') unit.begun = true;
    let size = rows.number(row, 'size');
    if (step.identity !== undefined) {
      this.#db.run(
        'UPDATE item SET size = ?, mtime = ?, sha256 = NULL WHERE id = ?',
        step.identity.size,
        step.identity.mtimeMs,
        id,
      );
      unit.bytes += step.identity.size - size;
      size = step.identity.size;
    }
    this.#count(unit, before, step.state, size);
    this.#tellUnit(unit, id, step.effect, event);
  }

  unit(id: UnitId, event: UnitEvent): void {
    const unit = this.work.unit(id);
    if (unit === null) return;
    const retried = event.on === 'retry';
    if (retried && cameAgain(this.#db, unit)) return;
    this.#stepUnit(unit, event);
    // Others of the same files in this commit have to see it.
    if (retried) this.work.write(unit);
  }

  /** Secrets are there before the state that needs them, and gone before one that must not have them. */
  #writeItem(id: ItemId, before: ItemState, after: ItemState, event: ItemEvent): void {
    const secret = rows.secretColumns(id, after);
    if (after.at === 'granted') {
      if (secret !== null) this.#db.run(WRITE_SECRET, ...secret);
    } else if (after.at !== 'stored' && (before.at === 'granted' || before.at === 'stored')) {
      this.#db.run(FORGET_SECRET, id);
      this.forgot = true;
    }
    this.#db.run(
      WRITE_ITEM,
      ...rows.itemStateColumns(after),
      // A hash that planning read stays when sending was told not to hash: identity was checked at the PUT.
      after.at === 'stored' ? after.sha256 : null,
      before.at === 'granted' && endsTransfer(event) ? 1 : 0,
      after.at === 'stored' ? this.#now : null,
      id,
    );
  }

  #count(unit: UnitRecord, before: ItemState, after: ItemState, size: number): void {
    const stored = (after.at === 'stored' ? 1 : 0) - (before.at === 'stored' ? 1 : 0);
    unit.storedItems += stored;
    unit.storedBytes += stored * size;
    if (after.at === 'cancelled') {
      unit.kept -= 1;
      unit.bytes -= size;
    }
  }

  #tellUnit(unit: UnitRecord, id: ItemId, effect: string | null, event: ItemEvent): void {
    switch (effect) {
      case 'unit-item-stored':
        this.#stepUnit(unit, { on: 'item-stored', remaining: unit.kept - unit.storedItems });
        break;
      case 'unit-item-failed':
        if (event.on === 'failed') this.#stepUnit(unit, { on: 'item-failed', failure: event.failure });
        break;
      case 'unit-item-left-out':
        // Marked, so that retrying a cancelled unit brings back what was cancelled with it, and this only if
        // nothing else is left of it.
        this.#db.run('UPDATE item SET left_out = 1 WHERE id = ?', id);
        if (unit.kept === 0 && unit.state.at !== 'collecting') this.#stepUnit(unit, { on: 'cancel' });
        else this.#leftOut(unit);
        break;
      default:
        break;
    }
  }

  #leftOut(unit: UnitRecord): void {
    this.#stepUnit(unit, {
      on: 'item-left-out',
      remaining: unit.kept - unit.storedItems,
      kept: unit.kept,
    });
  }

  #stepUnit(unit: UnitRecord, event: UnitEvent): void {
    const { state, effects } = stepUnit(unit.state, event);
    if (effects.includes('ignored')) return;
    const revived = unit.state.at === 'cancelled';
    unit.state = state;
    if (!needsGrants(state)) this.#forgetGrants(unit);
    for (const effect of effects) {
      switch (effect) {
        case 'forget-grants':
          this.#forgetGrants(unit);
          break;
        case 'record-in-ledger':
          recordInLedger(this.#db, unit);
          break;
        case 'cancel-items':
          this.#cancelItems(unit);
          break;
        case 'retry-failed-items':
          this.#db.run(
            `UPDATE item SET ${QUEUED} WHERE id BETWEEN ? AND ? AND state = 'failed'`,
            ...itemRange(unit),
          );
          break;
        case 'start-items-over':
          this.#startItemsOver(unit);
          break;
        case 'ignored':
          break;
      }
    }
    // The schema refuses grants for items of an ended unit, also later in this commit.
    if (revived) this.work.write(unit);
    // A unit may come back with nothing left to send, when what had failed was left out meanwhile.
    if (unit.state.at === 'collecting' && unit.storedItems === unit.kept) this.#leftOut(unit);
  }

  #forgetGrants(unit: UnitRecord): void {
    const overwritten = this.#db.run(FORGET_SECRETS, ...itemRange(unit));
    // Items that were cancelled lost theirs before; their URLs, too, may stand in the log.
    if (overwritten > 0 || unit.begun) this.forgot = true;
  }

  #cancelItems(unit: UnitRecord): void {
    this.#forgetGrants(unit);
    this.#db.run(
      `UPDATE item SET state = 'cancelled', attempts = NULL, not_before = NULL, failure = NULL, ${NO_GRANT}
       WHERE id BETWEEN ? AND ? AND state <> 'cancelled'`,
      ...itemRange(unit),
    );
    unit.storedItems = 0;
    unit.storedBytes = 0;
  }

  #startItemsOver(unit: UnitRecord): void {
    this.#forgetGrants(unit);
    if (unit.kept === 0) {
      this.#db.run('UPDATE item SET left_out = 0 WHERE id BETWEEN ? AND ?', ...itemRange(unit));
      const row: Row | undefined = this.#db.get(
        'SELECT sum(size) AS bytes FROM item WHERE id BETWEEN ? AND ?',
        ...itemRange(unit),
      );
      unit.kept = unit.itemCount;
      unit.bytes = row === undefined ? 0 : rows.number(row, 'bytes');
    }
    this.#db.run(
      `UPDATE item SET ${QUEUED}, sha256 = NULL WHERE id BETWEEN ? AND ? AND left_out = 0`,
      ...itemRange(unit),
    );
    unit.storedItems = 0;
    unit.storedBytes = 0;
    unit.begun = false;
  }
}

/** The ids of a unit's items: they follow one another. */
function itemRange(unit: UnitRecord): [number, number] {
  return [unit.firstItem, unit.firstItem + unit.itemCount - 1];
}
