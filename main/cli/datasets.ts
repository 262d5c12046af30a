/**
 * `datasets list` and `datasets create`.
 */

import type { AccountRecord } from '../adapters/sqlite/index.ts';
import { datasetView } from '../app/datasets.ts';
import type { Program } from '../app/program.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

export async function listDatasets(
  program: Program,
  terminal: Terminal,
  account: AccountRecord,
  search: string,
): Promise<number> {
  const needle = search.toLocaleLowerCase();
  const all = await program.datasets.all(account.id, true);
  const found = all.filter((dataset) => dataset.title.toLocaleLowerCase().includes(needle));
  if (found.length === 0)
    terminal.line(all.length === 0 ? 'There are no datasets yet.' : 'No title contains that.');
  for (const dataset of found) {
    const kind = dataset.backingFolderId ? 'mirrored' : 'static';
    terminal.line(`${dataset.id}  ${kind.padEnd(8)}  ${dataset.title}`);
    terminal.object({ dataset: datasetView(dataset) });
  }
  return EXIT.ok;
}

export async function createDataset(
  program: Program,
  terminal: Terminal,
  account: AccountRecord,
  request: { title: string; description: string; mirrored: boolean },
): Promise<number> {
  const created = await program.datasets.create(account.id, request);
  terminal.line(`${created.id}  ${created.title}`);
  terminal.object({ dataset: datasetView(created) });
  return EXIT.ok;
}
