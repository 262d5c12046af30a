/**
 * Tells folders of numbered frames (`frame_0001.png`, `frame_0002.png`, …) from folders of pictures.
 * Called by the planner for its suggestion to make a folder one image group.
 */

import type { Slicer } from './slicer.ts';

/** How much of a folder's images the sequence has to cover. */
const COVERAGE = 0.9;

interface Run {
  count: number;
  last: number;
  step: number;
  atStep: number;
}

/**
 * Whether the names, in natural order, form one numbered sequence: at least nine tenths of them share everything
 * but their last number, and at least half of the steps between those numbers are the smallest one. Two frames
 * alone must be neighbours.
 */
export async function isNumberedSequence(names: Iterable<string>, slicer: Slicer): Promise<boolean> {
  const runs = new Map<string, Run>();
  let total = 0;
  for (const name of names) {
    if (++total % 512 === 0 && slicer.spent()) await slicer.pause();
    const parts = /^(.*?)(\d+)(\D*)$/s.exec(name);
    if (!parts) continue;
    const stem = `${parts[1]}\0${parts[3]}`.toLowerCase();
    note(runs, stem, Number(parts[2]));
  }
  for (const run of runs.values()) {
    if (run.count < 2 || run.count < total * COVERAGE) continue;
    if (run.count === 2) return run.step === 1;
    return run.atStep * 2 >= run.count - 1;
  }
  return false;
}

function note(runs: Map<string, Run>, stem: string, value: number): void {
  const run = runs.get(stem);
  if (!run) {
    runs.set(stem, { count: 1, last: value, step: Number.POSITIVE_INFINITY, atStep: 0 });
    return;
  }
  const step = value - run.last;
  // The same number with other leading zeros is no further frame.
  if (step <= 0) return;
  run.count++;
  run.last = value;
  if (step < run.step) {
    run.step = step;
    run.atStep = 1;
  } else if (step === run.step) {
    run.atStep++;
  }
}
