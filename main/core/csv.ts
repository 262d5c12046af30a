/**
 * Lines of CSV as RFC 4180 has them, safe to open in a spreadsheet. Used by receipts and by the comparison of a
 * dataset; pure.
 */

export type Cell = string | number | null;

/**
 * One record with its line break. A text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`,
 * `@`, a tab or a carriage return) is written with an apostrophe before it, which spreadsheets show as text; whoever
 * needs the exact text reads the JSON, where nothing is added. Numbers are written as they are, null as nothing.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function field(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
