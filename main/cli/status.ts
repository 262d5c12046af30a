/**
 * `status` and `retry`.
 */

import type { QueueReader } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import type { UnitId } from '../core/model.ts';
import { EXIT } from './exit.ts';
import { liftHolds, runToEnd } from './run.ts';
import { summarise, summaryExit, summarySentence, type Watched } from './summary.ts';
import type { Terminal } from './terminal.ts';
import { bytesText, countText } from './words.ts';

const NOTHING: Watched = { batchId: null, twins: [], turnedAway: [] };
/** Batches that `status` lists, newest first. */
const BATCHES_SHOWN = 50;

export function status(store: Omit<QueueReader, 'close'>, terminal: Terminal): number {
  const totals = store.totals({ kind: 'all' });
  const batches = store.batches(0, BATCHES_SHOWN);
  if (batches.length === 0) terminal.line('The queue is empty.');
  for (const batch of batches) {
    const { units } = batch.totals;
    const waiting = units.collecting + units.ready + units.registering + units.processing + units.linking;
    const parts = [
      `${units.done.toLocaleString('en')} done`,
      ...(waiting > 0 ? [`${waiting.toLocaleString('en')} to go`] : []),
      ...(units.failed > 0 ? [`${units.failed.toLocaleString('en')} failed`] : []),
      ...(units.uncertain > 0 ? [`${units.uncertain.toLocaleString('en')} uncertain`] : []),
      ...(batch.totals.refused > 0 ? [`${batch.totals.refused.toLocaleString('en')} refused`] : []),
    ];
    const paused = batch.paused ? ' (paused)' : '';
    terminal.line(
      `${batch.id}  ${batch.name} → ${batch.datasetTitle}: ${parts.join(', ')} of ${countText(batch.unitCount, 'unit', 'units')}, ` +
        `${bytesText(batch.totals.bytes)}${paused}${batch.trouble ? `. ${batch.trouble.message}` : ''}`,
    );
    terminal.object({ batch });
    for (const id of store.unitsIn({ kind: 'batch', id: batch.id }, ['failed', 'uncertain'])) {
      const unit = store.unitView(id);
      if (!unit) continue;
      terminal.line(`  ${unit.id}  ${unit.state}: ${unit.title}: ${unit.failure?.message ?? ''}`);
      terminal.object({ unit });
    }
  }
  terminal.object({ totals });
  return EXIT.ok;
}

export interface RetryOptions {
  /** As they were typed; none means all that failed or is uncertain. */
  readonly units: readonly string[];
  /** What is uncertain is registered again instead of looked for. */
  readonly registerAnyway: boolean;
}

export async function retry(
  program: Program,
  terminal: Terminal,
  options: RetryOptions,
  interrupted: AbortSignal,
): Promise<number> {
  if (options.registerAnyway && options.units.length === 0) {
    throw new UploaderError(
      'invalid-input',
      'Name the units that are to be registered anyway, by their numbers. See `status`.',
    );
  }
  const named = options.units.map((name) => knownUnit(program, name));
  const units =
    named.length > 0 ? named : [...program.deps.store.unitsIn({ kind: 'all' }, ['failed', 'uncertain'])];
  if (units.length === 0) {
    terminal.line('Nothing failed, and nothing is uncertain.');
    terminal.object({ summary: summarise(program.deps.store, NOTHING, new Map()) });
    return EXIT.ok;
  }
  if (named.length === 0) await program.queue.retry({ kind: 'all' });
  for (const id of named) await program.queue.retry({ kind: 'unit', id });
  for (const id of units) {
    if (program.deps.store.unit(id)?.state.at !== 'uncertain') continue;
    if (options.registerAnyway) program.queue.registerAnyway(id);
    else program.queue.checkAgain(id);
  }
  await program.queue.goOn(units);
  const watched = { batchId: null, twins: units, turnedAway: [] };
  await liftHolds(program, watched, terminal, interrupted);
  await program.start();
  const troubles = await runToEnd(program, watched, terminal, interrupted);
  terminal.settle();
  const summary = summarise(program.deps.store, watched, troubles);
  for (const unit of summary.units) {
    if (unit.error) terminal.line(`${unit.state}: ${unit.title}: ${unit.error.message}`);
  }
  terminal.line(summarySentence(summary, 'Retried'));
  terminal.object({ summary });
  if (interrupted.aborted) {
    terminal.note('Interrupted. Nothing is lost: `upload` or `retry` goes on.');
    return EXIT.interrupted;
  }
  return summaryExit(summary);
}

function knownUnit(program: Program, name: string): UnitId {
  const id = Number(name);
  const unit = Number.isInteger(id) ? program.deps.store.unit(id) : null;
  if (!unit)
    throw new UploaderError('invalid-input', `There is no unit ${JSON.stringify(name)}. See \`status\`.`);
  return id;
}
