/**
 * `upload`: plans the given paths, queues them, and works on the queue until each unit has come to its end.
 */

import { resolve } from 'node:path';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import type { Review } from '../app/reviews.ts';
import { UploaderError } from '../core/errors.ts';
import { mediaType } from '../core/media/index.ts';
import type { MediaId, RouteChoice, TurnedAway } from '../core/model.ts';
import type { PreflightWarning } from '../core/preflight/preflight.ts';
import { completeHashes, findDataset } from './datasets.ts';
import { EXIT } from './exit.ts';
import { liftHolds, runToEnd } from './run.ts';
import { summarise, summaryExit, summarySentence, type Watched } from './summary.ts';
import type { Terminal } from './terminal.ts';
import { bytesText, countText } from './words.ts';

export interface UploadOptions {
  readonly paths: readonly string[];
  readonly dataset: string;
  readonly create: boolean;
  readonly as: 'auto' | MediaId;
  readonly title: string | null;
  readonly route: RouteChoice | null;
  readonly folder: string | null;
  readonly account: AccountRecord;
  /** Whether folders of numbered frames become image groups, as the review would suggest. */
  readonly groupFolders: boolean;
}

/** How often the line of progress is drawn while files are looked at. */
const DRAW_EVERY_MS = 100;
interface Planned extends Watched {
  readonly warnings: readonly PreflightWarning[];
}

const NOTHING: Watched = { batchId: null, twins: [], turnedAway: [] };

/** Runs to the end or to the interruption; answers the exit code. */
export async function upload(
  program: Program,
  options: UploadOptions,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<number> {
  const account = options.route ? { ...options.account, routeChoice: options.route } : options.account;
  if (account.kind === 'api-key' && account.routeChoice === 'storage') {
    throw new UploaderError(
      'invalid-input',
      'A dataset API key cannot take the storage route. Leave out --route.',
    );
  }
  const dataset = await findDataset(program, account, options);
  // So that what is skipped is named by its row.
  await completeHashes(program, account.id, dataset.id);
  const review = program.reviews.start({
    paths: options.paths.map((path) => resolve(path)),
    as: options.as,
    account,
    dropId: null,
    ...(options.title === null ? {} : { title: options.title }),
  });
  await program.reviews.setDataset(review, dataset.id, options.folder);
  const watched = await planned(program, review, options.groupFolders, terminal, interrupted);
  if (watched === null) {
    terminal.object({ summary: summarise(program.deps.store, NOTHING, new Map()) });
    terminal.note('Interrupted before anything was queued. Run the same command again.');
    return EXIT.interrupted;
  }
  reportTurnedAway(watched.turnedAway, terminal);
  reportWarnings(watched.warnings, terminal);
  if (watched.batchId === null && watched.twins.length + watched.turnedAway.length === 0) {
    terminal.note(nothingFound(options));
  }

  await liftHolds(program, watched, terminal, interrupted);
  await program.start();
  const troubles = await runToEnd(program, watched, terminal, interrupted);
  if (!interrupted.aborted) await completeHashes(program, account.id, dataset.id);
  terminal.settle();
  const summary = summarise(program.deps.store, watched, troubles);
  for (const unit of summary.units) {
    if (unit.state === 'failed' || unit.state === 'uncertain') {
      terminal.line(`${unit.state}: ${unit.path}: ${unit.error?.message ?? ''}`);
    }
  }
  terminal.line(summarySentence(summary, dataset.title));
  terminal.object({ summary });
  if (interrupted.aborted) {
    terminal.note('Interrupted. Nothing is lost: run the same command again to go on.');
    return EXIT.interrupted;
  }
  return summaryExit(summary);
}

function nothingFound(options: UploadOptions): string {
  const where = options.paths.length === 1 ? options.paths[0] : 'these folders';
  const { as } = options;
  const grouping = as === 'auto' ? 'file' : mediaType(as).grouping;
  const what =
    grouping === 'folder' && as !== 'auto' ? `images to make an ${mediaType(as).label.one} of` : 'files';
  return `There are no ${what} in ${where}.`;
}

async function planned(
  program: Program,
  review: Review,
  groupFolders: boolean,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<Planned | null> {
  const stop = (): void => void program.reviews.discard(review);
  interrupted.addEventListener('abort', stop, { once: true });
  const drawing = setInterval(() => {
    const totals = review.plan.totals();
    if (review.adding) {
      const all = totals.listed - totals.twins + totals.refused + totals.skipped;
      terminal.progress(`Adding ${countText(all, 'unit', 'units')} to the queue`, review.adding.done / all);
      return;
    }
    const step = totals.scanning ? 'Looking at' : 'Comparing';
    terminal.progress(`${step} ${countText(totals.met, 'file', 'files')} · ${bytesText(totals.bytes)}`, null);
  }, DRAW_EVERY_MS);
  try {
    await review.plan.scanned;
    await review.preflight?.finished;
    if (groupFolders) {
      for (const folder of review.plan.folders()) {
        if (folder.suggestion === 'group') program.reviews.setFolder(review, folder.path, 'group');
      }
    }
    const warnings = review.preflight?.warnings() ?? [];
    const { batchId, twins, turnedAway } = await program.reviews.commit(review);
    await program.queue.goOn(twins);
    return { batchId, twins, turnedAway, warnings };
  } catch (reason) {
    if (interrupted.aborted) return null;
    throw reason;
  } finally {
    clearInterval(drawing);
    terminal.settle();
    interrupted.removeEventListener('abort', stop);
  }
}

/** More lines than this nobody reads; with `--json` all of them are there. */
const WARNINGS_SHOWN = 20;

function reportWarnings(warnings: readonly PreflightWarning[], terminal: Terminal): void {
  for (const [index, { path, title, message }] of warnings.entries()) {
    if (index < WARNINGS_SHOWN) terminal.note(path === null ? message : `${path}: ${message}`);
    terminal.object({ warning: { path, title, message } });
  }
  const more = warnings.length - WARNINGS_SHOWN;
  if (more > 0) terminal.note(`${countText(more, 'remark', 'remarks')} more; --json lists them all.`);
}

function reportTurnedAway(turnedAway: readonly TurnedAway[], terminal: Terminal): void {
  for (const each of turnedAway) {
    if (each.kind === 'refused') terminal.line(`refused: ${each.path}: ${each.failure.message}`);
    terminal.object({
      [each.kind]: {
        path: each.path,
        title: each.title,
        code: each.failure.code,
        message: each.failure.message,
      },
    });
  }
}
