/**
 * Watch folders as the database knows them: where from, where to, their rules. Their ledgers outlive them. Called by
 * `watch.ts`.
 */

import { UploaderError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Existing, NewWatchFolder, WatchFolder, WatchId } from '../../core/watch/rules.ts';
import type { WatchStore } from '../../core/watch/store-port.ts';
import type { Database, Param, Row } from './database.ts';
import * as rows from './rows.ts';
import { rulesSchema } from './watch-rules.ts';

type FolderStore = Pick<
  WatchStore,
  'watchFolders' | 'watchFolder' | 'addWatchFolder' | 'changeWatchFolder' | 'removeWatchFolder'
>;

const EXISTING = ['all', 'new', 'review'] as const satisfies readonly Existing[];

const SELECT = `SELECT watch_folder.id, ledger, root, account_id, dataset_id, dataset_title, folder_choice, rules, existing,
  switched_on, begun, mounted, added_at FROM watch_folder JOIN watch_ledger ON watch_ledger.id = ledger`;
const OWN_COLUMNS = `ledger, account_id, dataset_title, folder_choice, rules, existing, switched_on, begun, mounted,
  added_at`;

function watchFolder(row: Row): WatchFolder {
  return {
    id: rows.number(row, 'id'),
    ledger: rows.number(row, 'ledger'),
    root: rows.text(row, 'root'),
    accountId: rows.text(row, 'account_id'),
    datasetId: rows.text(row, 'dataset_id'),
    datasetTitle: rows.text(row, 'dataset_title'),
    folderChoice: rows.textOrNull(row, 'folder_choice'),
    rules: rows.json(row, 'rules', rulesSchema),
    existing: rows.oneOf(row, 'existing', EXISTING),
    on: rows.flag(row, 'switched_on'),
    begun: rows.flag(row, 'begun'),
    mounted: rows.flag(row, 'mounted'),
    addedAt: rows.number(row, 'added_at'),
  };
}

/** In the order of `OWN_COLUMNS`. */
function columns(folder: Omit<WatchFolder, 'id'>): Param[] {
  return [
    folder.ledger,
    folder.accountId,
    folder.datasetTitle,
    folder.folderChoice,
    JSON.stringify(folder.rules),
    folder.existing,
    folder.on ? 1 : 0,
    folder.begun ? 1 : 0,
    folder.mounted ? 1 : 0,
    folder.addedAt,
  ];
}

export function folderStore(db: Database, clock: Clock): FolderStore {
  const find = (id: WatchId): WatchFolder | null => {
    const row = db.get(`${SELECT} WHERE watch_folder.id = ?`, id);
    return row === undefined ? null : watchFolder(row);
  };
  const mustExist = (id: WatchId): WatchFolder => {
    const found = find(id);
    if (found !== null) return found;
    throw new UploaderError('watch-unknown', 'There is no such watch folder (any more).', {
      details: { watch: String(id) },
    });
  };
  /** Found, or made. Throws `watch-nested` where another folder than this one has it. */
  const ledgerFor = ({ root, datasetId }: NewWatchFolder, own: WatchId | null): number => {
    const known = db.get('SELECT id FROM watch_ledger WHERE root = ? AND dataset_id = ?', root, datasetId);
    const row =
      known ??
      db.get('INSERT INTO watch_ledger (root, dataset_id) VALUES (?, ?) RETURNING id', root, datasetId);
    const ledger = row === undefined ? 0 : rows.number(row, 'id');
    if (db.get('SELECT 1 FROM watch_folder WHERE ledger = ? AND id IS NOT ?', ledger, own) === undefined) {
      return ledger;
    }
    throw new UploaderError(
      'watch-nested',
      'This folder is watched for this dataset already. Change that watch folder instead.',
      { details: { root } },
    );
  };
  /** What waits for its time and is no longer wanted. */
  const callOff = (id: WatchId, wanted: string): void => {
    db.run(
      `UPDATE watch_action SET state = 'undone', at = ? WHERE folder = ? AND state = 'due' AND kind <> ?`,
      clock.now(),
      id,
      wanted,
    );
  };

  return {
    watchFolders: () => db.all(`${SELECT} ORDER BY watch_folder.id`).map(watchFolder),
    watchFolder: find,

    addWatchFolder(folder) {
      return db.transaction(() => {
        const ledger = ledgerFor(folder, null);
        const row = db.get(
          `INSERT INTO watch_folder (${OWN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
          ...columns({ ...folder, ledger, begun: false, mounted: false }),
        );
        return mustExist(row === undefined ? 0 : rows.number(row, 'id'));
      });
    },

    changeWatchFolder(id, change) {
      return db.transaction(() => {
        const changed = { ...mustExist(id), ...change };
        db.run(
          `UPDATE watch_folder SET (${OWN_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
          ...columns({ ...changed, ledger: ledgerFor(changed, id) }),
          id,
        );
        callOff(id, changed.rules.after.kind);
        return mustExist(id);
      });
    },

    removeWatchFolder(id) {
      db.transaction(() => {
        db.run('DELETE FROM watch_folder WHERE id = ?', id);
        callOff(id, 'nothing');
      });
    },
  };
}
