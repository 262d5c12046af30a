/** Writes the table of operations into README: `node test/operations/write-readme.ts`, by hand. */

import { readFileSync, writeFileSync } from 'node:fs';
import { README, withTable } from './readme-table.ts';

writeFileSync(README, withTable(readFileSync(README, 'utf8')));
