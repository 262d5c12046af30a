/** README has the table of operations as the list says it, and the list tells each operation once. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { README, withTable } from './readme-table.ts';
import { OPERATION_IDS, OPERATIONS } from './table.ts';

it('has the table as it is made from the list', () => {
  const readme = readFileSync(README, 'utf8');
  expect(readme, 'Write it anew: node test/operations/write-readme.ts').toBe(withTable(readme));
});

it('names each operation once, in cells that break no table', () => {
  const names = OPERATION_IDS.map((id) => OPERATIONS[id].name);
  expect(new Set(names).size).toBe(names.length);
  for (const id of OPERATION_IDS) {
    for (const value of Object.values(OPERATIONS[id])) {
      const text = typeof value === 'string' ? value : value.no;
      expect(text, id).toMatch(/^[^|\n]+$/);
    }
  }
});
