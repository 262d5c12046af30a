/**
 * The ledger as it is compared with a dataset: read in chunks, completed with data hashes that became known later, and
 * told of rows that are gone. Called by `index.ts`. Nothing here changes a state.
 */

import type { MediaId } from '../../core/model.ts';
import type { UploadedUnit } from '../../core/reconcile.ts';
import type { Database, Row } from './database.ts';
import * as rows from './rows.ts';

/** Rows that are read at a time. */
const CHUNK = 1_000;
/** Ids that one step looks through, and so the most that it reads or writes in one transaction. */
const SCAN = 2_000;

export interface UploadedFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface ReconcileStore {
  /** Datasets into which something was uploaded, in the order of the first time. */
  ledgerDatasets(): readonly string[];
  /** The newest unit that the ledger has of any dataset; 0 where it has none. */
  ledgerEnd(): number;
  /** What was uploaded into the dataset after this unit, oldest first, in chunks, of which some may be empty. */
  uploadedUnits(datasetId: string, after: number): Iterable<readonly UploadedUnit[]>;
  uploadedUnit(id: number): UploadedUnit | null;
  /** The files of an uploaded unit, in order. */
  uploadedFiles(id: number): readonly UploadedFile[];
  /** Whether two units of the ledger are of the very same files, as far as is known of their content. */
  sameFiles(id: number, other: number): boolean;
  /** Data hashes, storage items and placeholders by which rows of units are known that are not done yet. */
  identitiesUnderway(datasetId: string): Iterable<readonly string[]>;
  /** Whether the ledger has units whose storage item is known, but not what the dataset calls the row made of it. */
  lacksDataHashes(datasetId: string): boolean;
  /**
   * Writes data hashes that became known later, by storage item, to the units of the queue and then to the ledger: one
   * transaction for each step of the result, which is the number of rows that it wrote, maybe none. What is known is not
   * changed.
   */
  noteDataHashes(datasetId: string, hashes: ReadonlyMap<string, string>): Iterable<number>;
  /**
   * The rows of these units are gone: what is uploaded again must neither be skipped because of them nor be taken for
   * theirs. They stay in the ledger, remembered by their files alone.
   */
  forgetContent(ids: Iterable<number>): void;
}

const OF_DATASET = '(SELECT id FROM ledger_dataset WHERE dataset_id = ?)';
const UNIT = `SELECT u.id, u.media, u.title, u.data_hash, u.item_uuid, u.done_at, count(i.position) AS files,
  coalesce(sum(i.size), 0) AS bytes, coalesce(i.path, '') AS path, min(i.position) AS first`;
const FILES = 'LEFT JOIN ledger_item AS i ON i.ledger_unit = u.id';
const LACKING = 'data_hash IS NULL AND item_uuid IS NOT NULL';

export function reconcileStore(db: Database): ReconcileStore {
  const ledgerEnd = (): number => {
    const row = db.get('SELECT coalesce(max(id), 0) AS id FROM ledger_unit');
    return row === undefined ? 0 : rows.number(row, 'id');
  };
  const files = (id: number): Row[] =>
    db.all('SELECT path, size, mtime, sha256 FROM ledger_item WHERE ledger_unit = ? ORDER BY position', id);

  return {
    ledgerDatasets: () =>
      db.all('SELECT dataset_id FROM ledger_dataset ORDER BY id').map((row) => rows.text(row, 'dataset_id')),

    ledgerEnd,

    *uploadedUnits(datasetId, after) {
      // By ranges of ids: the units of a dataset may be few among those of others, and no step may look at them all.
      for (let from = after; from < ledgerEnd(); from += SCAN) {
        yield db
          .all(
            `${UNIT} FROM ledger_unit AS u ${FILES}
             WHERE u.dataset = ${OF_DATASET} AND u.id > ? AND u.id <= ? GROUP BY u.id ORDER BY u.id`,
            datasetId,
            from,
            from + SCAN,
          )
          .map(uploadedUnit);
      }
    },

    uploadedUnit(id) {
      const row = db.get(`${UNIT} FROM ledger_unit AS u ${FILES} WHERE u.id = ? GROUP BY u.id`, id);
      return row === undefined ? null : uploadedUnit(row);
    },

    uploadedFiles: (id) =>
      files(id).map((row) => ({
        path: rows.text(row, 'path'),
        size: rows.number(row, 'size'),
        mtimeMs: rows.number(row, 'mtime'),
      })),

    sameFiles(id, other) {
      const [one, two] = [files(id), files(other)];
      return one.length === two.length && one.every((row, index) => isSameFile(row, two[index]));
    },

    *identitiesUnderway(datasetId) {
      const batches = db.all(
        `SELECT id FROM batch WHERE dataset_id = ?
           AND registering + processing + linking + uncertain + failed > 0 ORDER BY id`,
        datasetId,
      );
      for (const batch of batches) yield* underway(db, rows.number(batch, 'id'));
    },

    lacksDataHashes: (datasetId) =>
      db.get(`SELECT 1 FROM ledger_unit WHERE dataset = ${OF_DATASET} AND ${LACKING} LIMIT 1`, datasetId) !==
      undefined,

    *noteDataHashes(datasetId, hashes) {
      const batches = db.all('SELECT first_unit, unit_count FROM batch WHERE dataset_id = ?', datasetId);
      for (const batch of batches) {
        const first = rows.number(batch, 'first_unit');
        const last = first + rows.number(batch, 'unit_count') - 1;
        yield* noted(db, hashes, { table: 'unit', which: `state = 'done'`, after: first - 1, end: last });
      }
      // Last: as long as the ledger lacks a hash, it is asked for again.
      const which = `dataset = ${OF_DATASET}`;
      yield* noted(db, hashes, { table: 'ledger_unit', which, datasetId, after: 0, end: ledgerEnd() });
    },

    forgetContent(ids) {
      db.transaction(() => {
        for (const id of ids) {
          db.run('UPDATE ledger_unit SET content_key = NULL WHERE id = ?', id);
          db.run('UPDATE ledger_item SET sha256 = NULL WHERE ledger_unit = ?', id);
        }
      });
    },
  };
}

function* underway(db: Database, batchId: number): Generator<readonly string[]> {
  for (let from = 0; ; ) {
    const found = db.all(
      `SELECT unit.id, unit.item_uuid, unit.item_count, item.grant_id FROM unit
       JOIN item ON item.id = unit.first_item
       WHERE unit.batch_id = ? AND unit.shelf IN ('active', 'attention') AND unit.id > ?
         AND unit.state <> 'collecting'
       ORDER BY unit.id LIMIT ${CHUNK}`,
      batchId,
      from,
    );
    const last = found.at(-1);
    if (last === undefined) return;
    from = rows.number(last, 'id');
    yield found.flatMap((row) => {
      // A frame's own identity is no row's: a group gets its identity from the server alone.
      const single = rows.number(row, 'item_count') === 1 ? rows.textOrNull(row, 'grant_id') : null;
      return [rows.textOrNull(row, 'item_uuid'), single].filter((identity) => identity !== null);
    });
  }
}

interface Noted {
  readonly table: 'unit' | 'ledger_unit';
  readonly which: string;
  /** The parameter of `which`, where it has one. */
  readonly datasetId?: string;
  /** Ids after this one, and up to the other. */
  readonly after: number;
  readonly end: number;
}

function* noted(
  db: Database,
  hashes: ReadonlyMap<string, string>,
  { table, which, datasetId, after, end }: Noted,
): Generator<number> {
  for (let from = after; from < end; from += SCAN) {
    yield db.transaction(() => {
      let written = 0;
      const found = db.all(
        `SELECT id, item_uuid FROM ${table} WHERE ${which} AND id > ? AND id <= ? AND ${LACKING}`,
        ...(datasetId === undefined ? [] : [datasetId]),
        from,
        Math.min(from + SCAN, end),
      );
      for (const row of found) {
        const hash = hashes.get(rows.text(row, 'item_uuid'));
        if (hash === undefined) continue;
        written += db.run(`UPDATE ${table} SET data_hash = ? WHERE id = ?`, hash, rows.number(row, 'id'));
      }
      return written;
    });
  }
}

function uploadedUnit(row: Row): UploadedUnit {
  const media: MediaId = rows.media(row);
  return {
    id: rows.number(row, 'id'),
    media,
    title: rows.text(row, 'title'),
    dataHash: rows.textOrNull(row, 'data_hash'),
    itemUuid: rows.textOrNull(row, 'item_uuid'),
    doneAt: rows.number(row, 'done_at'),
    files: rows.number(row, 'files'),
    bytes: rows.number(row, 'bytes'),
    path: rows.text(row, 'path'),
  };
}

function isSameFile(one: Row, two: Row | undefined): boolean {
  if (two === undefined || one.path !== two.path || one.size !== two.size) return false;
  // Overwritten in place with other content of the same length.
  return one.sha256 === null || two.sha256 === null || one.sha256 === two.sha256;
}
