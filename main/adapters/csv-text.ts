/**
 * CSV texts that people bring, as the core's port: out of spreadsheets, scripts and databases, with whichever of the
 * usual delimiters. Made by the composition root.
 */

import { type CsvError, parse as parseCsv } from 'csv-parse/sync';
import type { CsvReading, CsvText } from '../core/manage/text-ports.ts';

const DELIMITERS = [',', ';', '\t'] as const;
/** Problems kept of one text; where all its lines are wrong, nobody reads them all. */
const PROBLEMS_AT_MOST = 10_000;

export const csvText: CsvText = { parse };

function parse(text: string): CsvReading {
  const problems: CsvReading['problems'][number][] = [];
  const rows: CsvReading['rows'][number][] = [];
  let headings: string[] | null = null;
  /** Where the last record ended: a quote that is never closed was opened after it. */
  let ended = 0;

  parseCsv(text, {
    delimiter: delimiterOf(text),
    bom: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    // A line is judged here, with its number, not by the library's first error.
    relax_column_count: true,
    // JSON in a cell without quotes around it, and inch signs.
    relax_quotes: true,
    skip_records_with_error: true,
    on_record(cells: string[], { lines }) {
      take(cells, lines - breaksIn(cells));
      ended = lines;
      return null;
    },
    on_skip(error) {
      report(ended + 1, quoteSentence(error));
      return undefined;
    },
  });
  return { headings: headings ?? [], rows, problems };

  function take(cells: string[], line: number): void {
    if (cells.every((cell) => cell.trim() === '')) return;
    if (headings === null) {
      headings = cells.map((cell) => cell.trim());
      return;
    }
    const wanted = headings.length;
    const surplus = cells.slice(wanted);
    if (surplus.some((cell) => cell.trim() !== '')) {
      report(
        line,
        `This line has ${cells.length} cells, and there are ${wanted} headings. Put cells that hold the delimiter in quotes.`,
      );
    } else if (cells.length < wanted) {
      report(
        line,
        `This line has ${cells.length} of ${wanted} cells. Add the missing ones, empty if need be.`,
      );
    }
    rows.push({ line, cells: Array.from({ length: wanted }, (_, index) => cells[index] ?? '') });
  }

  function report(line: number, message: string): void {
    if (problems.length < PROBLEMS_AT_MOST) problems.push({ line, column: null, message });
  }
}

/** The one that splits the first line that is not empty into the most cells. */
function delimiterOf(text: string): string {
  const start = Math.max(text.search(/\S/), 0);
  const length = text.slice(start).search(/[\r\n]/);
  const first = length < 0 ? text.slice(start) : text.slice(start, start + length);
  const bare = first.replaceAll(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function breaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}

function quoteSentence(error: CsvError | undefined): string {
  return error?.code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'A quote that is opened on this line or after it is never closed. Close it, and write a quote inside a cell twice.'
    : 'This line cannot be read: a quote stands where none may. Write a quote inside a cell twice, and quotes around the cell.';
}
