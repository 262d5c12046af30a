/**
 * Client metadata for many rows out of a table: finds the column that names the row, the row that each line means, and
 * what its cells say. Pure; used by the rows use case.
 */

import type { MetadataTableView, TextProblem } from '../../../preload/contract/manage.ts';
import type { DataRow } from '../../core/encord-port.ts';
import type { RowRef } from '../../core/manage/ports.ts';
import type { CsvReading, JsonText } from '../../core/manage/text-ports.ts';
import type { Slicer } from '../../core/slicer.ts';

export type TableKey = NonNullable<MetadataTableView['key']>;

export interface MetadataChange {
  readonly row: RowRef;
  readonly title: string;
  /** Text of a JSON object. */
  readonly json: string;
}

export interface MetadataTable {
  readonly headings: readonly string[];
  /** Null where no heading is known to name rows: then nothing is matched. */
  readonly key: TableKey | null;
  readonly lines: number;
  /** Lines that name one row. */
  readonly matched: number;
  readonly problems: readonly TextProblem[];
  /** Of matched lines with anything to set. */
  readonly changes: readonly MetadataChange[];
}

/** How many lines are gone through between two looks at the clock. */
const STRIDE = 64;

/** Headings that name a row, as letters alone, the surest first. */
const KEY_HEADINGS: readonly (readonly [by: TableKey['by'], headings: readonly string[]])[] = [
  ['dataHash', ['datahash', 'datauuid', 'dataid', 'rowid']],
  ['itemUuid', ['itemuuid', 'itemid', 'storageitem', 'storageitemuuid', 'backingitemuuid']],
  ['title', ['title', 'datatitle', 'filename', 'file', 'datafile', 'name']],
];

/**
 * @param chosen null lets the headings decide; a heading that is not there is a problem
 * @param json reads cells that look like objects and arrays
 */
export async function readMetadataTable(
  csv: CsvReading,
  rows: readonly DataRow[],
  chosen: TableKey | null,
  json: JsonText,
  slicer: Slicer,
): Promise<MetadataTable> {
  const { headings } = csv;
  const problems: TextProblem[] = [...csv.problems];
  const key = chosen ?? recognisedKey(headings);
  const keyColumn = key ? headings.indexOf(key.heading) : -1;
  if (key === null || keyColumn === -1) {
    const message =
      chosen === null
        ? 'No column is recognised as the one that names the rows. Choose it, or call it title, data_hash or item_uuid.'
        : `There is no column ${quoted(chosen.heading)}. Choose one of the columns that are there.`;
    problems.push({ line: null, column: null, message });
    return { headings, key: null, lines: csv.rows.length, matched: 0, problems, changes: [] };
  }
  const columns = metadataColumns(headings, keyColumn, problems);
  const byKey = indexed(rows, key.by);
  const lineOf = new Map<DataRow, number>();
  const changes: MetadataChange[] = [];
  for (const [index, { line, cells }] of csv.rows.entries()) {
    if (index % STRIDE === 0 && slicer.spent()) await slicer.pause();
    const row = rowOf(cells[keyColumn] ?? '', key, byKey);
    const before = typeof row === 'string' ? undefined : lineOf.get(row);
    if (typeof row === 'string' || before !== undefined) {
      const twice = `This line means the same row as line ${before}. Only the first one counts.`;
      problems.push({ line, column: null, message: typeof row === 'string' ? row : twice });
      continue;
    }
    lineOf.set(row, line);
    const members = columns.flatMap(({ name, column }) => {
      const cell = (cells[column] ?? '').trim();
      return cell === '' ? [] : [`${JSON.stringify(name)}:${jsonOf(cell, json)}`];
    });
    if (members.length === 0) continue;
    changes.push({
      row: { dataHash: row.dataHash, itemUuid: row.itemUuid },
      title: row.title,
      json: `{${members.join(',')}}`,
    });
  }
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { headings, key, lines: csv.rows.length, matched: lineOf.size, problems, changes };
}

function recognisedKey(headings: readonly string[]): TableKey | null {
  for (const [by, names] of KEY_HEADINGS) {
    for (const name of names) {
      const heading = headings.find((each) => each.toLowerCase().replace(/[^a-z]/g, '') === name);
      if (heading !== undefined) return { heading, by };
    }
  }
  return null;
}

function metadataColumns(
  headings: readonly string[],
  keyColumn: number,
  problems: TextProblem[],
): { name: string; column: number }[] {
  const columns: { name: string; column: number }[] = [];
  const seen = new Set<string>();
  for (const [column, name] of headings.entries()) {
    if (column === keyColumn) continue;
    if (name === '' || seen.has(name)) {
      const what =
        name === '' ? `Column ${column + 1} has no heading` : `Two columns are called ${quoted(name)}`;
      problems.push({
        line: 1,
        column: null,
        message: `${what}. What is in column ${column + 1} is left out.`,
      });
      continue;
    }
    seen.add(name);
    columns.push({ name, column });
  }
  return columns;
}

/** What a key names: more than one row where several have it. */
function indexed(rows: readonly DataRow[], by: TableKey['by']): ReadonlyMap<string, readonly DataRow[]> {
  const index = new Map<string, DataRow[]>();
  for (const row of rows) {
    const name = by === 'title' ? row.title.trim() : row[by]?.toLowerCase();
    if (!name) continue;
    const others = index.get(name);
    if (others) others.push(row);
    else index.set(name, [row]);
  }
  return index;
}

/** The row, or a sentence on why there is none. */
function rowOf(
  cell: string,
  { heading, by }: TableKey,
  byKey: ReadonlyMap<string, readonly DataRow[]>,
): DataRow | string {
  const name = by === 'title' ? cell.trim() : cell.trim().toLowerCase();
  if (name === '') return `The cell of ${quoted(heading)} is empty, so the line names no row.`;
  // A table of this program has an apostrophe before what a spreadsheet would take for a formula.
  const found = byKey.get(name) ?? (/^'[=+\-@\t\r]/.test(name) ? byKey.get(name.slice(1)) : undefined);
  const [row, second] = found ?? [];
  if (!row) return `No row of the dataset has the ${BY[by]} ${quoted(cell.trim())}. Check the spelling.`;
  if (second) {
    return `${(found?.length ?? 0).toLocaleString('en')} rows have the ${BY[by]} ${quoted(cell.trim())}. Name the one that is meant by its data hash.`;
  }
  return row;
}

const BY: Readonly<Record<TableKey['by'], string>> = {
  title: 'title',
  dataHash: 'data hash',
  itemUuid: 'storage item',
};

/**
 * The JSON text of a cell: one that is JSON (an object, an array, a number, `true`, `false`, `null`) is taken as that,
 * everything else as text. A number of more digits than programs keep, like a long identifier, is text too.
 */
function jsonOf(cell: string, json: JsonText): string {
  const isJson = /^[[{]/.test(cell)
    ? json.parse(cell).ok
    : /^(true|false|null)$/.test(cell) ||
      (/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$/.test(cell) && isKept(cell));
  return isJson ? cell : JSON.stringify(cell);
}

/** Whether a number of a JSON text is still the same after it was read into a number of a program. */
function isKept(number: string): boolean {
  const digits = number
    .replace(/[eE].*$/, '')
    .replace('.', '')
    .replace(/^-?0*/, '');
  return digits.length <= 15 && Number.isFinite(Number(number));
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
