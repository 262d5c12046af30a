/**
 * What watch folders know of files: looked up by folder, by group and by size, written by hand, and listed for the
 * pages. Files that come with a unit are written by `adding.ts`, and follow it by the triggers of `schema-3.ts`.
 * Called by `watch.ts`.
 */

import { type Failure, UploaderError } from '../../core/errors.ts';
import { ITEM_STATES, NO_MTIME_MS, UNIT_STATES } from '../../core/model.ts';
import { below } from '../../core/paths.ts';
import type { Clock } from '../../core/ports.ts';
import type { KnownFile, KnownState, Noted, WatchedRow, WatchStore } from '../../core/watch/store-port.ts';
import type { Database, Row } from './database.ts';
import * as rows from './rows.ts';
import { callOff, EarlierUnit, LedgerWriter, splitPath } from './watch-writer.ts';

type FileStore = Pick<
  WatchStore,
  | 'knownIn'
  | 'known'
  | 'note'
  | 'forget'
  | 'forgetGroup'
  | 'group'
  | 'changedInQueue'
  | 'underway'
  | 'watchedRows'
  | 'watchTally'
>;

const KNOWN_STATES = [
  'before',
  'held',
  'taken',
  'done',
  'cancelled',
  'skipped',
  'refused',
  'ignored',
] as const satisfies readonly KnownState[];

const KNOWN_COLUMNS = 'name, size, mtime, inode, state, reason, grouping, unit_id, at, put_away';
const DIR = '(SELECT id FROM watch_dir WHERE ledger = ? AND path = ?)';

const PATH = `CASE watch_dir.path WHEN '' THEN watch_file.name ELSE watch_dir.path || '/' || watch_file.name END`;

// Written as in the indexes, so that SQLite finds them.
const WITH_UNIT = "(state = 'taken' OR state = 'done' OR state = 'cancelled')";
const LEFT = "(state = 'skipped' OR state = 'refused' OR state = 'ignored')";
const CHANGED = `state = 'cancelled' AND mtime = ${NO_MTIME_MS}`;
const OPEN_ACTION = `watch_action.state IN ('due', 'under-way')`;

/** True of a unit that was not cleared from the list. */
const LISTED = 'EXISTS (SELECT 1 FROM batch WHERE batch.id = unit.batch_id AND batch.removed = 0)';

/** The files of each list, in its order; and which states it counts. */
const LISTS = {
  uploads: {
    states: ['taken', 'done', 'cancelled'],
    select: `SELECT dir, name FROM watch_file WHERE ledger = ? AND ${WITH_UNIT}
      ORDER BY at DESC, dir DESC, name DESC LIMIT ? OFFSET ?`,
    order: 'file.at DESC, file.dir DESC, file.name DESC',
  },
  skipped: {
    states: ['skipped', 'refused', 'ignored'],
    select: `SELECT dir, name FROM watch_file WHERE ledger = ? AND ${LEFT}
      ORDER BY at DESC, dir DESC, name DESC LIMIT ? OFFSET ?`,
    order: 'file.at DESC, file.dir DESC, file.name DESC',
  },
  held: {
    states: ['held'],
    select: `SELECT watch_file.dir, watch_file.name FROM watch_dir CROSS JOIN watch_file ON watch_file.dir = watch_dir.id
      WHERE watch_dir.ledger = ? AND watch_file.state = 'held'
      ORDER BY watch_dir.path, watch_file.name LIMIT ? OFFSET ?`,
    order: 'watch_dir.path, file.name',
  },
} as const satisfies Record<
  Parameters<WatchStore['watchedRows']>[1],
  { readonly states: readonly KnownState[]; readonly select: string; readonly order: string }
>;

export function fileStore(db: Database, clock: Clock): FileStore {
  return {
    knownIn(ledger, folder, names) {
      const all = `SELECT ${KNOWN_COLUMNS} FROM watch_file WHERE dir = ${DIR}`;
      const found =
        names === undefined
          ? db.all(all, ledger, folder)
          : db.all(
              `${all} AND name IN (SELECT value FROM json_each(?))`,
              ledger,
              folder,
              JSON.stringify(names),
            );
      return new Map(found.map((row) => [rows.text(row, 'name'), knownFile(row)]));
    },

    known(ledger, path) {
      const { folder, name } = splitPath(path);
      const row = db.get(
        `SELECT ${KNOWN_COLUMNS} FROM watch_file WHERE dir = ${DIR} AND name = ?`,
        ledger,
        folder,
        name,
      );
      return row === undefined ? null : knownFile(row);
    },

    note(ledger, noted, at, { relaxed = false } = {}) {
      const work = (): void => noteAll(db, ledger, noted, at);
      if (relaxed) db.relaxed(work);
      else db.transaction(work);
    },

    forget(ledger, paths) {
      db.transaction(() => {
        for (const path of paths) {
          const { folder, name } = splitPath(path);
          db.run(`DELETE FROM watch_file WHERE dir = ${DIR} AND name = ?`, ledger, folder, name);
        }
      });
    },

    forgetGroup(ledger, key) {
      db.transaction(() => {
        const files = db.all(
          `SELECT ${PATH} AS path FROM watch_file JOIN watch_dir ON watch_dir.id = watch_file.dir
           WHERE watch_file.ledger = ? AND grouping = ?`,
          ledger,
          key,
        );
        const paths = files.map((row) => rows.text(row, 'path'));
        callOff(db, ledger, paths, clock.now());
        db.run('DELETE FROM watch_file WHERE ledger = ? AND grouping = ?', ledger, key);
      });
    },

    group(ledger, key) {
      const row = db.get(
        `SELECT count(*) AS frames, newest.id AS unit_id, unit.state,
           coalesce(sum(put_away OR EXISTS (
             SELECT 1 FROM watch_action WHERE watch_action.ledger = ?1 AND watch_action.path = ${PATH} AND ${OPEN_ACTION}
           )), 0) AS away
         FROM (SELECT max(unit_id) AS id FROM watch_file WHERE ledger = ?1 AND grouping = ?2) AS newest
         JOIN watch_file ON watch_file.ledger = ?1 AND grouping = ?2
           AND (newest.id IS NULL OR watch_file.unit_id = newest.id)
         JOIN watch_dir ON watch_dir.id = watch_file.dir
         LEFT JOIN unit ON unit.id = newest.id AND ${LISTED}`,
        ledger,
        key,
      );
      const frames = row === undefined ? 0 : rows.number(row, 'frames');
      if (row === undefined || frames === 0) return null;
      return {
        frames,
        away: rows.number(row, 'away'),
        unitId: rows.numberOrNull(row, 'unit_id'),
        state: row.state === null ? null : rows.oneOf(row, 'state', UNIT_STATES),
      };
    },

    changedInQueue(ledger) {
      return db
        .all(
          `SELECT ${PATH} AS path FROM watch_file JOIN watch_dir ON watch_dir.id = watch_file.dir
           WHERE watch_file.ledger = ? AND ${CHANGED}`,
          ledger,
        )
        .map((row) => rows.text(row, 'path'));
    },

    underway(datasetId, size) {
      return db
        .all(
          `SELECT watch_ledger.root, watch_dir.path AS folder, file.name, file.size, file.mtime, file.inode, item.sha256
           FROM watch_file AS file
           JOIN watch_ledger ON watch_ledger.id = file.ledger AND watch_ledger.dataset_id = ?
           JOIN watch_dir ON watch_dir.id = file.dir
           JOIN unit ON unit.id = file.unit_id AND unit.state NOT IN ('done', 'failed', 'cancelled')
           LEFT JOIN item ON item.id = file.item_id
           WHERE file.state = 'taken' AND file.size = ? ORDER BY file.unit_id, file.item_id`,
          datasetId,
          size,
        )
        .map((row) => ({
          path: below(rows.text(row, 'root'), relativePath(row)),
          identity: identity(row),
          inode: rows.textOrNull(row, 'inode'),
          sha256: rows.textOrNull(row, 'sha256'),
        }));
    },

    watchedRows(ledger, which, offset, limit) {
      const { states, select, order } = LISTS[which];
      const counts = tally(db, ledger);
      const found = db.all(
        `SELECT watch_dir.path AS folder, file.name, file.size, file.state, file.at, file.reason,
           unit.id AS unit, unit.state AS unit_state, unit.title, coalesce(unit.failure, item.failure) AS failure,
           item.state AS item_state
         FROM (${select}) AS page
         JOIN watch_file AS file ON file.dir = page.dir AND file.name = page.name
         JOIN watch_dir ON watch_dir.id = file.dir
         LEFT JOIN unit ON unit.id = file.unit_id AND ${LISTED}
         LEFT JOIN item ON item.id = file.item_id
         ORDER BY ${order}`,
        ledger,
        limit,
        offset,
      );
      return {
        total: states.reduce((sum, state) => sum + counts[state], 0),
        rows: found.map(watchedRow),
      };
    },

    watchTally(ledger, since) {
      const row = db.get(
        `SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM watch_file
         WHERE ledger = ? AND at >= ? AND state = 'done'`,
        ledger,
        since,
      );
      return {
        files: row === undefined ? 0 : rows.number(row, 'files'),
        bytes: row === undefined ? 0 : rows.number(row, 'bytes'),
        states: tally(db, ledger),
      };
    },
  };
}

function noteAll(db: Database, ledger: number, noted: Iterable<Noted>, at: number): void {
  const found = db.get('SELECT root FROM watch_ledger WHERE id = ?', ledger);
  if (found === undefined) throw new UploaderError('internal', 'There is no such ledger of a watch folder.');
  const root = rows.text(found, 'root');
  const writer = new LedgerWriter(db, ledger);
  // Files of one unit come one after another.
  let earlier: EarlierUnit | null = null;
  for (const { path, identity: seen, inode, state, reason, group, unitId } of noted) {
    if (state !== 'taken') {
      const row = {
        identity: seen,
        inode,
        state,
        reason,
        group,
        unitId: null,
        itemId: null,
        sha256: null,
        at,
      };
      writer.write(path, row);
      continue;
    }
    if (unitId === null) throw new UploaderError('internal', 'A file can only be taken by a unit.');
    if (earlier?.id !== unitId) earlier = new EarlierUnit(db, unitId);
    writer.write(path, earlier.row(below(root, path), { identity: seen, inode, group, at }));
  }
  writer.flush();
}

function tally(db: Database, ledger: number): Record<KnownState, number> {
  const counts: Record<KnownState, number> = {
    before: 0,
    held: 0,
    taken: 0,
    done: 0,
    cancelled: 0,
    skipped: 0,
    refused: 0,
    ignored: 0,
  };
  for (const row of db.all('SELECT state, files FROM watch_tally WHERE ledger = ?', ledger)) {
    counts[rows.oneOf(row, 'state', KNOWN_STATES)] = rows.number(row, 'files');
  }
  return counts;
}

function knownFile(row: Row): KnownFile {
  return {
    identity: identity(row),
    inode: rows.textOrNull(row, 'inode'),
    state: rows.oneOf(row, 'state', KNOWN_STATES),
    reason: reasonOf(row),
    group: rows.textOrNull(row, 'grouping'),
    unitId: rows.numberOrNull(row, 'unit_id'),
    at: rows.number(row, 'at'),
    putAway: rows.flag(row, 'put_away'),
  };
}

function watchedRow(row: Row): WatchedRow {
  return {
    path: relativePath(row),
    size: rows.number(row, 'size'),
    state: rows.oneOf(row, 'state', KNOWN_STATES),
    at: rows.number(row, 'at'),
    reason: reasonOf(row),
    unit:
      row.unit === null
        ? null
        : {
            id: rows.number(row, 'unit'),
            state: rows.oneOf(row, 'unit_state', UNIT_STATES),
            title: rows.text(row, 'title'),
            failure: rows.failureOrNull(row),
            itemState: row.item_state === null ? null : rows.oneOf(row, 'item_state', ITEM_STATES),
          },
  };
}

function identity(row: Row): KnownFile['identity'] {
  return { size: rows.number(row, 'size'), mtimeMs: rows.number(row, 'mtime') };
}

function reasonOf(row: Row): Failure | null {
  return rows.failureOrNull(row, 'reason');
}

/** From the columns `folder` and `name`. */
function relativePath(row: Row): string {
  const folder = rows.text(row, 'folder');
  const name = rows.text(row, 'name');
  return folder === '' ? name : `${folder}/${name}`;
}
