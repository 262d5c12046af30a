/**
 * What is done with local files after their upload: made by a trigger when a unit is done (`schema-3.ts`), read and
 * settled here. Called by `watch.ts`.
 */

import type { Clock } from '../../core/ports.ts';
import type { ActionState, WatchAction, WatchStore } from '../../core/watch/store-port.ts';
import type { Database, Row } from './database.ts';
import * as rows from './rows.ts';
import { splitPath } from './watch-writer.ts';

type ActionStore = Pick<WatchStore, 'dueActions' | 'nextAction' | 'actions' | 'action' | 'setAction'>;

const STATES = ['due', 'under-way', 'done', 'failed', 'undone'] as const satisfies readonly ActionState[];

const SELECT = `SELECT watch_action.id, folder, kind, root, path, moved_to, size, mtime, sha256, state, due_at, at, failure
  FROM watch_action JOIN watch_ledger ON watch_ledger.id = watch_action.ledger`;

function watchAction(row: Row): WatchAction {
  return {
    id: rows.number(row, 'id'),
    folder: rows.number(row, 'folder'),
    kind: rows.oneOf(row, 'kind', ['move', 'trash']),
    root: rows.text(row, 'root'),
    path: rows.text(row, 'path'),
    to: rows.textOrNull(row, 'moved_to'),
    identity: { size: rows.number(row, 'size'), mtimeMs: rows.number(row, 'mtime') },
    sha256: rows.textOrNull(row, 'sha256'),
    state: rows.oneOf(row, 'state', STATES),
    dueAt: rows.number(row, 'due_at'),
    at: rows.numberOrNull(row, 'at'),
    failure: rows.failureOrNull(row),
  };
}

export function actionStore(db: Database, clock: Clock): ActionStore {
  return {
    dueActions(now, limit, exceptRoots = [], exceptIds = []) {
      return db
        .all(
          `${SELECT} WHERE state IN ('due', 'under-way') AND due_at <= ?
             AND root NOT IN (SELECT value FROM json_each(?))
             AND watch_action.id NOT IN (SELECT value FROM json_each(?)) ORDER BY due_at, watch_action.id LIMIT ?`,
          now,
          JSON.stringify(exceptRoots),
          JSON.stringify(exceptIds),
          limit,
        )
        .map(watchAction);
    },

    nextAction(now) {
      const row = db.get(
        `SELECT min(due_at) AS due FROM watch_action WHERE state IN ('due', 'under-way') AND due_at > ?`,
        now,
      );
      return row === undefined ? null : rows.numberOrNull(row, 'due');
    },

    actions(folder, offset, limit) {
      const counted = db.get('SELECT count(*) AS total FROM watch_action WHERE folder = ?', folder);
      return {
        total: counted === undefined ? 0 : rows.number(counted, 'total'),
        rows: db
          .all(
            `${SELECT} WHERE folder = ? ORDER BY watch_action.id DESC LIMIT ? OFFSET ?`,
            folder,
            limit,
            offset,
          )
          .map(watchAction),
      };
    },

    action(id) {
      const row = db.get(`${SELECT} WHERE watch_action.id = ?`, id);
      return row === undefined ? null : watchAction(row);
    },

    setAction(id, { state, to, at, failure }) {
      const open = state === 'due' || state === 'under-way';
      db.transaction(() => {
        db.run(
          `UPDATE watch_action SET state = ?, moved_to = iif(?, ?, moved_to), at = ?, failure = ? WHERE id = ?`,
          state,
          to === undefined ? 0 : 1,
          to ?? null,
          open ? null : (at ?? clock.now()),
          rows.failureText(failure ?? null),
          id,
        );
        if (state === 'done' || state === 'undone') markPutAway(db, id, state === 'done');
      });
    },
  };
}

/** Only the row of the very file: what was uploaded under its name since is another one. */
function markPutAway(db: Database, id: number, putAway: boolean): void {
  const row = db.get('SELECT ledger, path, size, mtime FROM watch_action WHERE id = ?', id);
  if (row === undefined) return;
  const { folder, name } = splitPath(rows.text(row, 'path'));
  db.run(
    `UPDATE watch_file SET put_away = ?
     WHERE dir = (SELECT id FROM watch_dir WHERE ledger = ? AND path = ?) AND name = ?
       AND size = ? AND mtime = ? AND state = 'done'`,
    putAway ? 1 : 0,
    rows.number(row, 'ledger'),
    folder,
    name,
    rows.number(row, 'size'),
    rows.number(row, 'mtime'),
  );
}
