/**
 * The formats of lists that name files: lines of hashes, JSON, and tables with headings. Called by `manifests.ts`, which
 * says what the entries come to; pure.
 */

/** What a list says of one file, as its format has it. */
export interface RawEntry {
  readonly path: string;
  readonly size: number | null;
  /** Hexadecimal digits, or something else that a column of hashes holds. */
  readonly hashes: readonly string[];
}

// ---------------------------------------------------------------------------------------------- lines of hashes

/** `hash  name` and `hash *name`; a backslash before it says that the name's line breaks and backslashes are quoted. */
const SUM = /^(\\?)([0-9a-fA-F]{32,128})(?: [ *]|[ \t])(.+)$/;
/** What BSD writes, and `sha256sum --tag`. */
const TAGGED = /^(\\?)[A-Z][A-Z0-9/-]* ?\((.+)\) ?= ?([0-9a-fA-F]{32,128})$/;

/** Null where the first line is none of a hash. */
export function readSums(lines: readonly string[]): RawEntry[] | null {
  const entries: RawEntry[] = [];
  for (const line of lines) {
    const entry = readSum(line);
    if (entry) entries.push(entry);
    else if (entries.length === 0) return null;
  }
  return entries.length === 0 ? null : entries;
}

function readSum(line: string): RawEntry | null {
  const sum = SUM.exec(line);
  const tagged = sum ? null : TAGGED.exec(line);
  const quoted = (sum ?? tagged)?.[1] === '\\';
  const hex = sum?.[2] ?? tagged?.[3];
  const written = sum?.[3] ?? tagged?.[2];
  if (hex === undefined || written === undefined) return null;
  const path = quoted
    ? written.replaceAll(/\\([\\nr])/g, (_, sign: string) => UNQUOTED[sign] ?? sign)
    : written;
  return { path, size: null, hashes: [hex] };
}

const UNQUOTED: Readonly<Record<string, string>> = { n: '\n', r: '\r' };

// ---------------------------------------------------------------------------------------------- JSON

/** An array of objects or names, such an array as `files`, or an object by names; null where it is not JSON. */
export function readJson(text: string): RawEntry[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value)) return readFiles(value);
  const files = value.files;
  if (typeof files === 'object' && files !== null) return readFiles(files);
  const single = readRecord(value, null);
  const isOne = single !== null && (single.size !== null || single.hashes.length > 0);
  return isOne ? [single] : readFiles(value);
}

function readFiles(value: unknown): RawEntry[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown) => {
      if (typeof each === 'string') return [{ path: each, size: null, hashes: [] }];
      return (isRecord(each) ? readRecord(each, null) : null) ?? [];
    });
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([path, said]) => {
    if (typeof said === 'string') return { path, size: null, hashes: [said] };
    if (isRecord(said)) return readRecord(said, path) ?? { path, size: null, hashes: [] };
    return { path, size: asSize(said), hashes: [] };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an object says of a file: of the one given, else of the one that it names. Null where it names none. */
function readRecord(record: Record<string, unknown>, given: string | null): RawEntry | null {
  let path = given;
  let size: number | null = null;
  const hashes: string[] = [];
  for (const [key, value] of Object.entries(record)) {
    const column = columnOf(key);
    if (column === 'path' && typeof value === 'string') path ??= value;
    if (column === 'size') size = asSize(value);
    if (column === 'hash' && typeof value === 'string') hashes.push(value);
  }
  return path === null ? null : { path, size, hashes };
}

// ---------------------------------------------------------------------------------------------- tables

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * CSV and its kin as RFC 4180 has them, where the first line names a column of files; else null. `odd` rows have nothing in
 * that column.
 */
export function readTable(text: string): { readonly entries: RawEntry[]; readonly odd: number } | null {
  const heading = text.split(/\r\n|\n|\r/).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  const columnsBy = (delimiter: string) => [...records(heading, delimiter)][0]?.map(columnOf) ?? [];
  const delimiter = DELIMITERS.find((each) => columnsBy(each).includes('path'));
  if (delimiter === undefined) return null;
  const columns = columnsBy(delimiter);
  const entries: RawEntry[] = [];
  let odd = 0;
  let begun = false;
  for (const cells of records(text, delimiter)) {
    if (!begun) {
      begun = cells.some((cell) => columnOf(cell) === 'path') && !cells[0]?.startsWith('#');
      continue;
    }
    const entry = readRow(cells, columns);
    if (entry) entries.push(entry);
    else odd++;
  }
  return { entries, odd };
}

function readRow(
  cells: readonly string[],
  columns: readonly (keyof typeof COLUMNS | null)[],
): RawEntry | null {
  const path = cells[columns.indexOf('path')]?.trim() ?? '';
  if (path === '') return null;
  const hashes = cells.filter((_, index) => columns[index] === 'hash');
  return { path, size: asSize(cells[columns.indexOf('size')]), hashes };
}

/** Records of cells; empty lines are none. */
function* records(text: string, delimiter: string): Generator<string[]> {
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    const cell = text[at] === '"' ? quotedCell(text, at, delimiter) : plainCell(text, at, delimiter);
    cells.push(cell.value);
    at = cell.end;
    if (text[at] === delimiter) {
      at++;
      if (at < text.length) continue;
      cells.push('');
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    if (cells.some((value) => value.trim() !== '')) yield cells;
    cells = [];
  }
}

interface CellRead {
  readonly value: string;
  /** Where a delimiter or a line break stands, or the text ends. */
  readonly end: number;
}

function plainCell(text: string, start: number, delimiter: string): CellRead {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
  return { value: text.slice(start, end), end };
}

/** A quote that is never closed holds the rest of the text. */
function quotedCell(text: string, start: number, delimiter: string): CellRead {
  let value = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      // What stands behind a closing quote belongs to the cell: nothing is lost.
      const rest = plainCell(text, quote + 1, delimiter);
      return { value: value + rest.value, end: rest.end };
    }
    value += '"';
    from = quote + 2;
  }
}

// ---------------------------------------------------------------------------------------------- columns

const COLUMNS: Readonly<Record<'path' | 'size' | 'hash', readonly string[]>> = {
  path: ['name', 'file', 'filename', 'path'],
  size: ['size', 'bytes'],
  hash: ['sha256', 'md5', 'sha1', 'checksum', 'hash'],
};

/** What a heading or a key is about; null for all that is of no use here. */
function columnOf(heading: string): 'path' | 'size' | 'hash' | null {
  const word = heading.trim().toLowerCase().replaceAll(/[-_ ]/g, '');
  if (COLUMNS.path.includes(word)) return 'path';
  if (COLUMNS.size.includes(word)) return 'size';
  return COLUMNS.hash.includes(word) ? 'hash' : null;
}

/** A whole number of bytes, as a number or in digits; null for anything else. */
function asSize(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^\s*\d+\s*$/.test(text)) return null;
  const size = Number(text);
  return Number.isSafeInteger(size) ? size : null;
}
