/** README with the table of operations as it should be. Used by `readme.test.ts` and `write-readme.ts`. */

import { join } from 'node:path';
import { OPERATION_IDS, operationsTable } from './table.ts';

export const README = join(import.meta.dirname, '..', '..', 'README.md');

const BEGIN = '<!-- operations: made from test/operations/table.ts -->';
const END = '<!-- /operations -->';

/** The text with the table between its two marks. Throws where a mark is missing. */
export function withTable(readme: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END, from);
  if (from === -1 || to === -1) throw new Error(`README needs the lines ${BEGIN} and ${END}.`);
  const table = [
    '<details>',
    `<summary>The ${OPERATION_IDS.length} operations</summary>`,
    '',
    operationsTable(),
    '',
    '</details>',
  ].join('\n');
  return `${readme.slice(0, from + BEGIN.length)}\n${table}\n${readme.slice(to)}`;
}
