/**
 * The table of rows as a file, piece by piece: CSV with one record a row, or JSON. Pure; used by the rows use case.
 *
 * The shapes are stable, because scripts read them: `version` goes up when a field changes its meaning or goes away.
 */

import type { RowColumn } from '../../../preload/contract/manage.ts';
import { type Cell, csvLine } from '../../core/csv.ts';
import type { DataRow } from '../../core/encord-port.ts';
import { storageLocationName } from '../../core/manage/storage-location.ts';

/** Rows in one piece of text. */
const CHUNK = 500;

export interface RowExport {
  readonly dataset: { readonly id: string; readonly title: string };
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  readonly rows: readonly DataRow[];
  /** In the order in which they are written. */
  readonly columns: readonly RowColumn[];
}

export function writeRows(source: RowExport, format: 'csv' | 'json'): Generator<string> {
  return format === 'csv' ? asCsv(source) : asJson(source);
}

interface Field {
  readonly name: string;
  readonly cell: (row: DataRow) => Cell | boolean;
}

const FIELDS: Readonly<Record<RowColumn, Field>> = {
  title: { name: 'title', cell: ({ title }) => title },
  type: { name: 'type', cell: ({ type }) => type },
  mime: { name: 'mime_type', cell: ({ mime }) => mime },
  size: { name: 'size', cell: ({ size }) => size },
  dimensions: {
    name: 'dimensions',
    cell: ({ width, height }) => (width === null || height === null ? null : `${width}x${height}`),
  },
  fps: { name: 'frames_per_second', cell: ({ fps }) => fps },
  duration: { name: 'duration_seconds', cell: ({ durationSeconds }) => durationSeconds },
  sequence: { name: 'is_sequence', cell: ({ isSequence }) => isSequence },
  storage: { name: 'storage', cell: ({ storage }) => storageLocationName(storage) },
  fileLink: { name: 'file_link', cell: ({ fileLink }) => fileLink },
  itemUuid: { name: 'item_uuid', cell: ({ itemUuid }) => itemUuid },
  dataHash: { name: 'data_hash', cell: ({ dataHash }) => dataHash },
  created: { name: 'created_at', cell: ({ createdAt }) => createdAt },
  edited: { name: 'edited_at', cell: ({ editedAt }) => editedAt },
};

function* asCsv({ rows, columns }: RowExport): Generator<string> {
  const fields = columns.map((column) => FIELDS[column]);
  yield csvLine(fields.map(({ name }) => name));
  for (let start = 0; start < rows.length; start += CHUNK) {
    let piece = '';
    for (const row of rows.slice(start, start + CHUNK)) {
      piece += csvLine(
        fields.map(({ cell }) => {
          const value = cell(row);
          return typeof value === 'boolean' ? String(value) : value;
        }),
      );
    }
    yield piece;
  }
}

function* asJson({ dataset, madeAt, rows, columns }: RowExport): Generator<string> {
  const fields = columns.map((column) => FIELDS[column]);
  const head = {
    format: 'encord-uploader-rows',
    version: 1,
    made_at: new Date(madeAt).toISOString(),
    dataset,
  };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [`;
  for (let start = 0; start < rows.length; start += CHUNK) {
    let piece = '';
    for (const [index, row] of rows.slice(start, start + CHUNK).entries()) {
      const record = Object.fromEntries(fields.map(({ name, cell }) => [name, cell(row)]));
      piece += `${start + index === 0 ? '' : ','}\n    ${JSON.stringify(record)}`;
    }
    yield piece;
  }
  yield '\n  ]\n}\n';
}
