/**
 * `datasets list` and `datasets create`, and the dataset that other commands name.
 */

import type { AccountRecord } from '../adapters/sqlite/index.ts';
import { datasetView } from '../app/datasets.ts';
import type { Program } from '../app/program.ts';
import type { DatasetInfo } from '../core/encord-port.ts';
import { asUploaderError, UploaderError } from '../core/errors.ts';
import type { AccountId } from '../core/model.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

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

/** By id or title; with `create` it is made where no dataset has this title. Throws like `Datasets.find`. */
export async function findDataset(
  program: Program,
  account: AccountRecord,
  { dataset, create }: { readonly dataset: string; readonly create: boolean },
): Promise<DatasetInfo> {
  try {
    return await program.datasets.find(account.id, dataset);
  } catch (reason) {
    if (!create || !canBeMade(dataset, reason)) throw reason;
    return program.datasets.create(account.id, { title: dataset, description: '', mirrored: true });
  }
}

/** Whether a dataset that was not found could be made: an id that nothing has is a mistake, and no title. */
export function canBeMade(dataset: string, reason: unknown): boolean {
  return reason instanceof UploaderError && reason.code === 'dataset-unknown' && !UUID.test(dataset);
}

/** The rows of a mirrored dataset are made by Encord, which names them only when it is asked. */
export async function completeHashes(program: Program, account: AccountId, dataset: string): Promise<void> {
  try {
    await program.dataHashes.complete(account, dataset);
  } catch (reason) {
    // No upload depends on it, and the receipt asks again.
    program.deps.log.warn('Data hashes could not be asked for.', {
      dataset,
      code: asUploaderError(reason).code,
    });
  }
}
