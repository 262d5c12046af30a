/**
 * Lists as the commands on datasets print them: a calm table, or one JSON object a line. Used by the `manage-*.ts` files.
 */

import { print } from './output.ts';
import { printable, type Terminal } from './terminal.ts';

/** Rows that the widths of columns are taken from, and the widest of them. */
const MEASURED = 1_000;
const WIDEST = 60;

interface Shape<T> {
  readonly object: (row: T) => unknown;
  /** In the order of the columns; the last one is as long as it is. */
  readonly cells: (row: T) => readonly (string | null)[];
  /** What is said where there is none. */
  readonly empty: string;
}

/** Waits for whoever reads. Rejects when the signal comes first. */
export async function printList<T>(
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
  rows: readonly T[],
  { object, cells, empty }: Shape<T>,
): Promise<void> {
  if (terminal.json)
    return print(
      linesOf(rows, (row) => JSON.stringify(object(row))),
      signal,
    );
  if (rows.length === 0) return terminal.line(empty);
  const shown = (row: T): readonly string[] => cells(row).map((cell) => printable(cell ?? '–'));
  const widths: number[] = [];
  for (const row of rows.slice(0, MEASURED)) {
    for (const [column, cell] of shown(row).entries()) {
      widths[column] = Math.min(WIDEST, Math.max(widths[column] ?? 0, cell.length));
    }
  }
  return print(
    linesOf(rows, (row) =>
      shown(row)
        .map((cell, column, all) => (column === all.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  '),
    ),
    signal,
  );
}

/** A text of several lines, each as a line. */
export function printText(terminal: Terminal, text: string): void {
  for (const line of text.split('\n')) terminal.line(line);
}

/** The day and the minute of an instant, in this machine's time zone; null where it is not known. */
export function timeText(at: string | number | null): string | null {
  if (at === null) return null;
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? null
    : date.toLocaleString('sv', { dateStyle: 'short', timeStyle: 'short' });
}

function* linesOf<T>(rows: readonly T[], line: (row: T) => string): Generator<string> {
  for (const row of rows) yield `${line(row)}\n`;
}
