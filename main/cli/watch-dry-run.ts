/**
 * What a watch folder would upload as things are: units with their titles, and files that would stay, with the reason.
 * Changes nothing. Used by `watch add --dry-run` and `watch scan`.
 */

import type { DryRunView, WatchDraftView } from '../../preload/contract/watch.ts';
import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { bytesText, countText } from './words.ts';

export interface DryRunOptions {
  /** Lists every unit and every file that would stay; else they are only counted. */
  readonly list: boolean;
  /** Why a unit that begins with this file (relative) would stay nevertheless; null where it would not. */
  readonly stays: (path: string) => Promise<string | null>;
}

/** Rows that are asked for at once. */
const PAGE = 500;
const LOOK_EVERY_MS = 50;
/** Different reasons that are counted; what has yet others is summed up. */
const REASONS_KEPT = 20;
const OTHER_REASONS = 'for other reasons';

export async function printDryRun(
  program: Program,
  terminal: Terminal,
  draft: WatchDraftView,
  options: DryRunOptions,
  signal: AbortSignal,
): Promise<number> {
  const { dryRunId } = program.watch.dryRun(draft);
  try {
    const view = await ready(program, terminal, dryRunId, signal);
    const reasons = new Reasons();
    const { units, bytes } = await printUnits(program, terminal, view, options, reasons);
    printLeft(program, terminal, view, options, reasons);
    if (!options.list) for (const line of reasons.lines()) terminal.line(line);
    terminal.line(
      `${draft.root}: ${countText(units, 'unit', 'units')} (${bytesText(bytes)}) would be uploaded, ` +
        `${countText(reasons.total, 'file stays', 'files stay')}.`,
    );
    const { root } = draft;
    terminal.object({ dry_run: { root, units, bytes, left: reasons.total, why: reasons.counts() } });
    return EXIT.ok;
  } finally {
    program.watch.dryRunEnd(dryRunId);
  }
}

async function ready(
  program: Program,
  terminal: Terminal,
  dryRunId: string,
  signal: AbortSignal,
): Promise<DryRunView> {
  for (;;) {
    signal.throwIfAborted();
    const view = program.watch.dryRunView(dryRunId);
    if (view.phase === 'failed') {
      const { failure } = view;
      throw new UploaderError(failure?.code ?? 'internal', failure?.message ?? 'The dry run failed.');
    }
    if (view.phase === 'ready') {
      terminal.settle();
      return view;
    }
    const step = view.phase === 'scanning' ? 'Looking at' : 'Comparing';
    terminal.progress(`${step} ${countText(view.files, 'file', 'files')} · ${bytesText(view.bytes)}`, null);
    await new Promise<void>((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function printUnits(
  program: Program,
  terminal: Terminal,
  { dryRunId, units: total }: DryRunView,
  { list, stays }: DryRunOptions,
  reasons: Reasons,
): Promise<{ units: number; bytes: number }> {
  let units = 0;
  let bytes = 0;
  for (let offset = 0; offset < total; offset += PAGE) {
    for (const unit of program.watch.dryRunUnits(dryRunId, offset, PAGE).rows) {
      const why = await stays(unit.path);
      if (why !== null) {
        reasons.add(why, unit.frames);
        continue;
      }
      units += 1;
      bytes += unit.bytes;
      if (!list) continue;
      const frames = unit.frames > 1 ? `${countText(unit.frames, 'frame', 'frames')}, ` : '';
      const note = unit.note === null ? '' : `: ${unit.note}`;
      terminal.line(
        `+ ${unit.title}  (${unit.media}, ${frames}${bytesText(unit.bytes)})  ${unit.path}${note}`,
      );
      terminal.object({ unit });
    }
  }
  return { units, bytes };
}

function printLeft(
  program: Program,
  terminal: Terminal,
  { dryRunId, left: total }: DryRunView,
  { list }: DryRunOptions,
  reasons: Reasons,
): void {
  let offset = 0;
  for (;;) {
    const { rows } = program.watch.dryRunLeft(dryRunId, offset, PAGE);
    if (rows.length === 0) break;
    offset += rows.length;
    for (const row of rows) {
      reasons.add(row.why, 1);
      if (!list) continue;
      terminal.line(`- ${row.path}: ${row.why}`);
      terminal.object({ left: row });
    }
  }
  // Only so many are kept by name.
  if (offset >= total) return;
  reasons.add(OTHER_REASONS, total - offset);
  if (list) terminal.line(`- and ${countText(total - offset, 'other file', 'other files')}`);
}

/** How many files stay for which reason. */
class Reasons {
  readonly #counts = new Map<string, number>();
  total = 0;

  add(why: string, files: number): void {
    const kept = this.#counts.has(why) || this.#counts.size < REASONS_KEPT ? why : OTHER_REASONS;
    this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + files);
    this.total += files;
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  lines(): readonly string[] {
    return [...this.#counts].map(([why, files]) => `  ${countText(files, 'file', 'files')}: ${why}`);
  }
}
