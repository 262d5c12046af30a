/**
 * The dataset that `upload` and the commands of watch folders name, which is made where it is missing.
 */

import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import type { DatasetInfo } from '../core/encord-port.ts';
import { asUploaderError, UploaderError } from '../core/errors.ts';
import type { AccountId } from '../core/model.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

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
