/**
 * `receipt`: the record of a batch as JSON or CSV.
 */

import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import type { BatchId } from '../core/model.ts';
import type { ReceiptFormat } from '../core/receipt.ts';
import { EXIT } from './exit.ts';
import { deliver } from './output.ts';
import type { Terminal } from './terminal.ts';
import { countText } from './words.ts';

export interface ReceiptOptions {
  /** As it was typed; null for the batch that finished last. */
  readonly batch: string | null;
  readonly format: ReceiptFormat;
  readonly output: string | null;
}

/** Batches that are listed, newest first. */
const BATCHES_SHOWN = 50;

export async function receipt(
  program: Program,
  terminal: Terminal,
  options: ReceiptOptions,
  signal: AbortSignal,
): Promise<number> {
  // A person at a terminal is asked which one; a script gets the last one.
  if (options.batch === null && options.output === null && process.stdout.isTTY)
    return list(program, terminal);
  const batchId = options.batch === null ? last(program) : named(program, options.batch);
  const made = await program.receipts.make(batchId);
  for (const note of made.notes) terminal.note(note);
  await deliver(program, made.pieces(options.format), options.output, signal);
  if (options.output !== null) terminal.note(`The receipt of batch ${batchId} is in ${options.output}.`);
  return EXIT.ok;
}

function list(program: Program, terminal: Terminal): number {
  const batches = program.deps.store.batches(0, BATCHES_SHOWN);
  if (batches.length === 0) terminal.line('The queue is empty: there is no batch to give a receipt of.');
  for (const batch of batches) {
    const state =
      batch.finishedAt === null ? 'not finished' : `finished ${new Date(batch.finishedAt).toLocaleString()}`;
    const units = countText(batch.unitCount, 'unit', 'units');
    terminal.line(`${batch.id}  ${batch.name} → ${batch.datasetTitle}: ${units}, ${state}`);
  }
  if (batches.length > 0) terminal.line('Name one of them: `receipt BATCH`.');
  return EXIT.ok;
}

function last(program: Program): BatchId {
  const id = program.deps.store.lastFinishedBatch();
  if (id === null) {
    throw new UploaderError(
      'invalid-input',
      'No batch has finished yet. `receipt BATCH` takes a running one.',
    );
  }
  return id;
}

function named(program: Program, name: string): BatchId {
  const id = Number(name);
  if (!Number.isInteger(id) || !program.deps.store.batch(id)) {
    throw new UploaderError(
      'invalid-input',
      `There is no batch ${JSON.stringify(name)} in the queue. A batch that was cleared from the list has no receipt any more; \`reconcile\` tells what was uploaded.`,
    );
  }
  return id;
}
