/**
 * `watch run`: runs watch folders and the queue, until nothing has happened for a while or until the interruption. Says
 * what happens meanwhile, and in the end the summary that `upload` has. Registered by `watch.ts`.
 */

import type { WatchFolderView } from '../../preload/contract/watch.ts';
import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import type { WorkingBatch } from '../core/store-port.ts';
import { completeHashes } from './datasets.ts';
import { EXIT } from './exit.ts';
import { lookUntil } from './look-until.ts';
import { batchTrouble, connectionText, liftAccountHolds } from './run.ts';
import { type Summary, summaryExit, summarySentence } from './summary.ts';
import type { Terminal } from './terminal.ts';
import { folderNamed } from './watch-folders.ts';
import { WatchNews } from './watch-news.ts';
import { OPEN_STATES, RunRecord } from './watch-record.ts';
import { bytesText, countText } from './words.ts';

export interface WatchRunOptions {
  /** Numbers or folders on disk, as they were typed; none: all that are on. */
  readonly folders: readonly string[];
  /** Ends when nothing has been going on for so long; null: only when interrupted. */
  readonly untilIdleSeconds: number | null;
}

/** How often the end is looked for. */
const LOOK_EVERY_MS = 250;
/** How often the line of progress is drawn: it asks every folder for its counts. */
const DRAW_EVERY_MS = 1_000;
/** Units that the summary of an endless run names. */
const UNITS_NAMED = 100_000;

/** Runs to the end or to the interruption; answers the exit code. */
export async function runFolders(
  program: Program,
  terminal: Terminal,
  options: WatchRunOptions,
  interrupted: AbortSignal,
): Promise<number> {
  const folders = chosen(program, options.folders);
  const ids = folders.map((folder) => folder.id);
  const accounts = new Set(folders.map((folder) => folder.accountId));
  await liftAccountHolds(program, accounts, terminal, interrupted);
  const endless = options.untilIdleSeconds === null;
  const record = new RunRecord(program.deps.store, endless ? UNITS_NAMED : Number.POSITIVE_INFINITY);
  const news = new WatchNews(program.deps.store, folders, record, terminal.json);
  const deaf = program.watch.listen((event) => news.heard(event));
  try {
    await program.start({ watch: ids });
    await untilOver(program, terminal, news, record, options.untilIdleSeconds, interrupted);
  } finally {
    deaf();
  }
  if (!interrupted.aborted && !record.isEmpty) await completeAll(program, folders);
  terminal.settle();
  news.ended(record.look(Number.POSITIVE_INFINITY));
  news.tell(terminal, Number.POSITIVE_INFINITY);
  const now = program.watch.list().filter((folder) => ids.includes(folder.id));
  for (const remark of remarks(now)) terminal.note(remark);
  const summary = record.summary((id) => batchTrouble(program, id));
  for (const unit of summary.units) {
    if (unit.state === 'failed' || unit.state === 'uncertain') {
      terminal.line(`${unit.state}: ${unit.path}: ${unit.error?.message ?? ''}`);
    }
  }
  terminal.line(runSentence(summary, folders));
  terminal.object({ summary });
  if (interrupted.aborted) {
    terminal.note('Interrupted. Nothing is lost: run the same command again to go on.');
    return EXIT.interrupted;
  }
  const exit = summaryExit(summary);
  const unseen = now.some((folder) => folder.state.kind === 'suspended');
  return exit === EXIT.ok && unseen ? EXIT.failed : exit;
}

/** Throws `watch-unknown`, or `invalid-input` where there is nothing to run. */
function chosen(program: Program, names: readonly string[]): readonly WatchFolderView[] {
  if (names.length === 0) {
    const on = program.watch.list().filter((folder) => folder.on);
    if (on.length > 0) return on;
    throw new UploaderError(
      'invalid-input',
      'No watch folder is on. Add one with `watch add DIR --dataset UUID|TITLE`, or switch one on with `watch resume`.',
    );
  }
  const named = new Map(names.map((name) => folderNamed(program, name)).map((folder) => [folder.id, folder]));
  const paused = [...named.values()].find((folder) => !folder.on);
  if (!paused) return [...named.values()];
  throw new UploaderError(
    'invalid-input',
    `${paused.root} is paused. Switch it on with \`watch resume ${paused.id}\`, then run it.`,
  );
}

function untilOver(
  program: Program,
  terminal: Terminal,
  news: WatchNews,
  record: RunRecord,
  untilIdleSeconds: number | null,
  interrupted: AbortSignal,
): Promise<void> {
  const { clock, store } = program.deps;
  const before = store.totals({ kind: 'all' }).units.done;
  let restingSince: number | null = null;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let stuck = false;
  return lookUntil(LOOK_EVERY_MS, interrupted, () => {
    const now = clock.monotonic();
    const connection = program.connection();
    // A command that prints JSON shows no progress, and waits here for something that a person can do.
    if (connection.kind === 'stuck' && !stuck) terminal.note(connection.failure.message);
    stuck = connection.kind === 'stuck';
    news.ended(record.look());
    const told = news.tell(terminal);
    if (untilIdleSeconds !== null) {
      if (told || goesOn(program)) restingSince = null;
      else restingSince ??= now;
      if (restingSince !== null && now - restingSince >= untilIdleSeconds * 1_000) return true;
    }
    if (now - drawnAt < DRAW_EVERY_MS) return false;
    drawnAt = now;
    terminal.progress(progressText(program, before), null);
    return false;
  });
}

/** Whether anything happens, or will happen without a person. */
function goesOn(program: Program): boolean {
  const { store } = program.deps;
  if (!program.watch.idle()) return true;
  const { units } = store.totals({ kind: 'all' });
  if (OPEN_STATES.every((state) => units[state] === 0)) return false;
  return store.workingBatches().some((batch) => isWorkedOn(program, batch));
}

/** Whether something of a batch is neither paused nor held up until a person does something. */
function isWorkedOn(program: Program, { id, open }: WorkingBatch): boolean {
  const { store } = program.deps;
  if (batchTrouble(program, id) !== null) return false;
  // What is past the point of return goes on also where it is paused.
  if (open.registering + open.processing + open.linking > 0) return true;
  const ever = Number.MAX_SAFE_INTEGER;
  return store.dueItems(id, ever, 1).length > 0 || store.dueUnits(id, 'ready', ever, 1).length > 0;
}

function progressText(program: Program, doneBefore: number): string {
  const held = connectionText(program.connection());
  if (held !== null) return held;
  const { units } = program.deps.store.totals({ kind: 'all' });
  const queued = OPEN_STATES.reduce((sum, state) => sum + units[state], 0);
  // Clearing the history takes from the count.
  const done = Math.max(0, units.done - doneBefore);
  const folders = program.watch.list().filter((folder) => folder.on);
  const waiting = folders.reduce((sum, folder) => sum + folder.waiting, 0);
  const parts = [
    `Watching ${countText(folders.length, 'folder', 'folders')}`,
    `${done.toLocaleString('en')} uploaded`,
  ];
  if (queued > 0) parts.push(`${queued.toLocaleString('en')} in the queue`);
  if (waiting > 0) parts.push(`${countText(waiting, 'file waits', 'files wait')}`);
  if (program.speed > 0) parts.push(`${bytesText(program.speed)}/s`);
  return parts.join(' · ');
}

/** The rows of each dataset that the folders upload into. */
async function completeAll(program: Program, folders: readonly WatchFolderView[]): Promise<void> {
  const places = new Map(folders.map((each) => [`${each.accountId} ${each.datasetId}`, each]));
  for (const { accountId, datasetId } of places.values()) await completeHashes(program, accountId, datasetId);
}

/** What a person has to know when nobody looks any more. */
function remarks(folders: readonly WatchFolderView[]): readonly string[] {
  return folders.flatMap(({ root, state, attention, held }) => [
    ...(state.kind === 'suspended' ? [`${root} cannot be seen: ${state.failure.message}`] : []),
    ...(attention > 0
      ? [
          `${root}: ${countText(attention, 'file or group needs', 'files or groups need')} a decision or is stuck.`,
        ]
      : []),
    ...(held > 0
      ? [`${root}: ${countText(held, 'file waits', 'files wait')} for a review: \`watch review\`.`]
      : []),
  ]);
}

function runSentence(summary: Summary, folders: readonly WatchFolderView[]): string {
  const titles = [...new Set(folders.map((folder) => folder.datasetTitle))];
  return summarySentence(
    summary,
    titles.length === 1 ? (titles[0] ?? '') : countText(titles.length, 'dataset', 'datasets'),
  );
}
