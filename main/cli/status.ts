/**
 * `status` and `retry`.
 */

import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import type { UnitId } from '../core/model.ts';
import { EXIT } from './exit.ts';
import { summarise, summaryExit, summarySentence } from './summary.ts';
import type { Terminal } from './terminal.ts';
import { runToEnd } from './upload.ts';
import { bytesText, countText } from './words.ts';

/** Batches that `status` lists, newest first. */
const BATCHES_SHOWN = 50;

export async function status(program: Program, terminal: Terminal): Promise<number> {
  const { store } = program.deps;
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
      `${batch.name} → ${batch.datasetTitle}: ${parts.join(', ')} of ${countText(batch.unitCount, 'unit', 'units')}, ` +
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

export async function retry(
  program: Program,
  terminal: Terminal,
  names: readonly string[],
  interrupted: AbortSignal,
): Promise<number> {
  const units = names.length > 0 ? names.map((name) => failedUnit(program, name)) : allFailed(program);
  if (units.length === 0) {
    terminal.line('Nothing failed.');
    return EXIT.ok;
  }
  for (const id of units) program.queue.retry({ kind: 'unit', id });
  await program.start();
  const watched = { batchId: null, twins: units, turnedAway: [] };
  const trouble = await runToEnd(program, watched, accountOf(program, units), terminal, interrupted);
  terminal.settle();
  const summary = summarise(program.deps.store, watched, trouble);
  for (const unit of summary.units) {
    if (unit.error) terminal.line(`${unit.state}: ${unit.title}: ${unit.error.message}`);
  }
  terminal.line(summarySentence(summary, 'Retried'));
  terminal.object({ summary });
  return interrupted.aborted ? EXIT.interrupted : summaryExit(summary);
}

function failedUnit(program: Program, name: string): UnitId {
  const id = Number(name);
  const unit = Number.isInteger(id) ? program.deps.store.unit(id) : null;
  if (!unit)
    throw new UploaderError('invalid-input', `There is no unit ${JSON.stringify(name)}. See \`status\`.`);
  return id;
}

function allFailed(program: Program): UnitId[] {
  return [...program.deps.store.unitsIn({ kind: 'all' }, ['failed'])];
}

function accountOf(program: Program, units: readonly UnitId[]): string | null {
  const [first] = units;
  const unit = first === undefined ? null : program.deps.store.unit(first);
  return unit ? (program.deps.store.batch(unit.batchId)?.accountId ?? null) : null;
}
