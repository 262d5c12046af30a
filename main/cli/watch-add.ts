/**
 * `watch add`: makes a watch folder, or with `--dry-run` shows what it would upload. Registered by `watch.ts`.
 */

import { resolve } from 'node:path';
import type { WatchRulesView } from '../../preload/contract/watch.ts';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import type { Existing } from '../core/watch/rules.ts';
import { canBeMade, findDataset } from './datasets.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { printDryRun } from './watch-dry-run.ts';
import { sayBecoming } from './watch-words.ts';

export interface AddOptions {
  readonly directory: string;
  readonly dataset: string;
  readonly create: boolean;
  readonly account: AccountRecord;
  readonly folder: string | null;
  readonly rules: WatchRulesView;
  readonly existing: Existing;
  readonly on: boolean;
  readonly dryRun: boolean;
}

/** What a dry run compares with where the dataset is still to be made: nothing is in it. */
const NO_DATASET = '00000000-0000-0000-0000-000000000000';

export async function addFolder(
  program: Program,
  terminal: Terminal,
  options: AddOptions,
  signal: AbortSignal,
): Promise<number> {
  const { root, problem, notes } = await program.watch.inspect(resolve(options.directory));
  // Before a dataset is made for it; else adding it says so.
  if (problem !== null && options.create && !options.dryRun)
    throw new UploaderError('invalid-input', problem);
  for (const note of notes) terminal.note(note);
  const { account, folder, rules, existing } = options;
  const draft = { root, accountId: account.id, folderId: folder, rules, existing };
  if (options.dryRun) {
    const datasetId = await datasetOrNone(program, options);
    return printDryRun(
      program,
      terminal,
      { ...draft, datasetId },
      { list: true, stays: async () => null },
      signal,
    );
  }
  const dataset = await findDataset(program, account, options);
  const view = await program.watch.add({ ...draft, datasetId: dataset.id }, options.on);
  const when = view.on ? 'runs with `watch run` or `serve`' : 'is paused until `watch resume`';
  terminal.line(
    `Watch folder ${view.id}: ${view.root} → ${view.datasetTitle}, ${sayBecoming(view.rules.becomes)}. It ${when}.`,
  );
  terminal.object({ watch: view });
  return EXIT.ok;
}

async function datasetOrNone(program: Program, { account, dataset, create }: AddOptions): Promise<string> {
  try {
    return (await program.datasets.find(account.id, dataset)).id;
  } catch (reason) {
    if (create && canBeMade(dataset, reason)) return NO_DATASET;
    throw reason;
  }
}
