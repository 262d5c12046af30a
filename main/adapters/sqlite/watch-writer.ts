/**
 * Writes files into the ledger of a watch folder. Called by `adding.ts`, in the transaction that adds their units, and
 * by `watch-files.ts`; to be used inside transactions.
 */

import { type Failure, UploaderError } from '../../core/errors.ts';
import {
  type FileIdentity,
  type NewBatch,
  type PlannedUnit,
  UNIT_STATES,
  type UnitId,
  type UnitStateName,
} from '../../core/model.ts';
import { relativeTo } from '../../core/paths.ts';
import type { KnownState } from '../../core/watch/store-port.ts';
import type { Database } from './database.ts';
import { RowBuffer } from './row-buffer.ts';
import * as rows from './rows.ts';

const FILE_ROW = '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
const ADD_FILES = `INSERT INTO watch_file (dir, name, ledger, size, mtime, inode, state, reason, grouping, unit_id, item_id,
  sha256, at) VALUES `;
const OR_REPLACE = ` ON CONFLICT (dir, name) DO UPDATE SET size = excluded.size, mtime = excluded.mtime,
  inode = excluded.inode, state = excluded.state, reason = excluded.reason, grouping = excluded.grouping,
  unit_id = excluded.unit_id, item_id = excluded.item_id, sha256 = excluded.sha256, at = excluded.at,
  put_away = 0`;

/** What is written of a file. */
export interface FileRow {
  readonly identity: FileIdentity;
  readonly inode: string | null;
  readonly state: KnownState;
  readonly reason: Failure | null;
  readonly group: string | null;
  readonly unitId: UnitId | null;
  readonly itemId: number | null;
  readonly sha256: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A file that is of a unit, before it is known what has become of the unit. */
export type OfUnit = Pick<FileRow, 'identity' | 'inode' | 'group' | 'at'>;

export class LedgerWriter {
  readonly #db: Database;
  readonly #ledger: number;
  readonly #files: RowBuffer;
  readonly #folders = new Map<string, number>();
  /** Taken with the rows that wait, and when. */
  #taken: string[] = [];
  #takenAt = 0;

  constructor(db: Database, ledger: number) {
    this.#db = db;
    this.#ledger = ledger;
    this.#files = new RowBuffer(db, ADD_FILES, FILE_ROW, OR_REPLACE);
  }

  /** Replaces what is known of the relative path. */
  write(path: string, row: FileRow): void {
    const { folder, name } = splitPath(path);
    const full = this.#files.add(
      this.#folder(folder),
      name,
      this.#ledger,
      row.identity.size,
      row.identity.mtimeMs,
      row.inode,
      row.state,
      rows.failureText(row.reason),
      row.group,
      row.unitId,
      row.itemId,
      row.sha256,
      row.at,
    );
    if (row.state === 'taken') {
      this.#taken.push(path);
      this.#takenAt = row.at;
    }
    if (full) this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    this.#files.write();
    if (this.#taken.length > 0) callOff(this.#db, this.#ledger, this.#taken, this.#takenAt);
    this.#taken = [];
  }

  #folder(path: string): number {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const row =
      this.#db.get('SELECT id FROM watch_dir WHERE ledger = ? AND path = ?', this.#ledger, path) ??
      this.#db.get('INSERT INTO watch_dir (ledger, path) VALUES (?, ?) RETURNING id', this.#ledger, path);
    const id = row === undefined ? 0 : rows.number(row, 'id');
    this.#folders.set(path, id);
    return id;
  }
}

/** What is due to be done with files of an earlier upload, and has not begun, is not done: they are to be sent again. */
export function callOff(db: Database, ledger: number, paths: readonly string[], at: number): void {
  // With all that the index says of its rows, so that it is used.
  db.run(
    `UPDATE watch_action SET state = 'undone', at = ?
     WHERE ledger = ? AND path IN (SELECT value FROM json_each(?)) AND state IN ('due', 'under-way') AND state = 'due'`,
    at,
    ledger,
    JSON.stringify(paths),
  );
}

/** The files of a watch folder's batch, as its ledger takes them. */
export class TakenFiles {
  readonly #root: string;
  readonly #at: number;
  readonly #writer: LedgerWriter;

  /** Throws `internal` where the ledger is not the one of this root and dataset. */
  constructor(db: Database, watch: NonNullable<NewBatch['watch']>, batch: NewBatch) {
    const ledger = db.get('SELECT root, dataset_id FROM watch_ledger WHERE id = ?', watch.ledger);
    if (ledger?.root !== watch.root || ledger.dataset_id !== batch.datasetId) {
      throw new UploaderError('internal', 'The watch folder was changed meanwhile. It looks again.');
    }
    this.#root = watch.root;
    this.#at = batch.addedAt;
    this.#writer = new LedgerWriter(db, watch.ledger);
  }

  /** A unit that is being added; its items have consecutive ids. Throws `internal` for files that lie elsewhere. */
  ofUnit({ items, watched }: PlannedUnit, unitId: UnitId, firstItem: number): void {
    for (const [index, { path, identity }] of items.entries()) {
      const relative = relativeTo(this.#root, path);
      if (relative === null) {
        throw new UploaderError('internal', 'A file is not in the watch folder that adds it.', {
          details: { root: this.#root, path },
        });
      }
      this.#writer.write(relative, {
        identity,
        inode: watched?.inodes[index] ?? null,
        state: 'taken',
        reason: null,
        group: watched?.group ?? null,
        unitId,
        itemId: firstItem + index,
        sha256: null,
        at: this.#at,
      });
    }
  }

  flush(): void {
    this.#writer.flush();
  }
}

/** A unit that was added before, as what its files have become by now. */
export class EarlierUnit {
  readonly id: UnitId;
  /** Null where it left the list. */
  readonly #state: UnitStateName | null;
  readonly #doneAt: number | null;
  readonly #items: ReadonlyMap<
    string,
    Pick<FileRow, 'identity' | 'sha256' | 'itemId'> & { leftOut: boolean }
  >;

  constructor(db: Database, id: UnitId) {
    const unit = db.get('SELECT state, done_at, first_item, item_count FROM unit WHERE id = ?', id);
    this.id = id;
    this.#state = unit === undefined ? null : rows.oneOf(unit, 'state', UNIT_STATES);
    this.#doneAt = unit === undefined ? null : rows.numberOrNull(unit, 'done_at');
    const first = unit === undefined ? 0 : rows.number(unit, 'first_item');
    const items = db.all(
      'SELECT id, path, size, mtime, sha256, left_out FROM item WHERE id BETWEEN ? AND ?',
      first,
      first + (unit === undefined ? 0 : rows.number(unit, 'item_count')) - 1,
    );
    this.#items = new Map(
      items.map((item) => [
        rows.text(item, 'path'),
        {
          itemId: rows.number(item, 'id'),
          identity: { size: rows.number(item, 'size'), mtimeMs: rows.number(item, 'mtime') },
          sha256: rows.textOrNull(item, 'sha256'),
          leftOut: rows.flag(item, 'left_out'),
        },
      ]),
    );
  }

  /** The file as the ledger is to know it: triggers tell only what happens from now on. The path is absolute. */
  row(path: string, file: OfUnit): FileRow {
    const item = this.#items.get(path);
    const common = { ...file, reason: null, unitId: this.id, itemId: item?.itemId ?? null, sha256: null };
    if (this.#state === null || this.#state === 'cancelled' || item?.leftOut) {
      return { ...common, state: 'cancelled' };
    }
    if (this.#state !== 'done') return { ...common, state: 'taken' };
    const uploaded = item ? { identity: item.identity, sha256: item.sha256 } : {};
    return { ...common, ...uploaded, state: 'done', at: this.#doneAt ?? file.at };
  }
}

/** A relative path as its folder and the name in it. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(0, at)), name: path.slice(at + 1) };
}
