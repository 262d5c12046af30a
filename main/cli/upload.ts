/**
 * `upload`: plans the given paths, queues them, and works on the queue until each unit has come to its end.
 */

import { resolve } from 'node:path';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import type { Review } from '../app/reviews.ts';
import { type Failure, toFailure, UploaderError } from '../core/errors.ts';
import type { AccountId, MediaId, RouteChoice, TurnedAway } from '../core/model.ts';
import type { DatasetInfo } from '../core/ports.ts';
import { EXIT } from './exit.ts';
import { summarise, summaryExit, summarySentence, type Watched } from './summary.ts';
import type { Terminal } from './terminal.ts';
import { bytesText, countText, etaText } from './words.ts';

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

/** How often the line of progress is drawn, and the end looked for. */
const LOOK_EVERY_MS = 100;

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
  const review = program.reviews.start({
    paths: options.paths.map((path) => resolve(path)),
    as: options.as,
    account,
    dropId: null,
    ...(options.title === null ? {} : { title: options.title }),
  });
  await program.reviews.setDataset(review, dataset.id, options.folder);
  const watched = await planned(program, review, options.groupFolders, terminal, interrupted);
  if (watched === null) return EXIT.interrupted;
  reportTurnedAway(watched.turnedAway, terminal);

  await program.start();
  const trouble = await runToEnd(program, watched, account.id, terminal, interrupted);
  terminal.settle();
  const summary = summarise(program.deps.store, watched, trouble);
  for (const unit of summary.units) {
    if (unit.state === 'failed' || unit.state === 'uncertain') {
      terminal.line(`${unit.state}: ${unit.title}: ${unit.error?.message ?? ''}`);
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

async function findDataset(
  program: Program,
  account: AccountRecord,
  options: UploadOptions,
): Promise<DatasetInfo> {
  try {
    return await program.datasets.find(account.id, options.dataset);
  } catch (reason) {
    if (!options.create || !(reason instanceof UploaderError) || reason.code !== 'dataset-unknown')
      throw reason;
    return program.datasets.create(account.id, { title: options.dataset, description: '', mirrored: true });
  }
}

async function planned(
  program: Program,
  review: Review,
  groupFolders: boolean,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<Watched | null> {
  const stop = (): void => void program.reviews.discard(review);
  interrupted.addEventListener('abort', stop, { once: true });
  const drawing = setInterval(() => {
    const totals = review.plan.totals();
    const step = totals.scanning ? 'Looking at' : 'Comparing';
    terminal.progress(`${step} ${countText(totals.met, 'file', 'files')} · ${bytesText(totals.bytes)}`, null);
  }, LOOK_EVERY_MS);
  try {
    await review.plan.scanned;
    if (groupFolders) {
      for (const folder of review.plan.folders()) {
        if (folder.suggestion === 'group') program.reviews.setFolder(review, folder.path, 'group');
      }
    }
    const { batchId, twins, turnedAway } = await program.reviews.commit(review);
    for (const id of twins) program.queue.resumeOrRetry(id);
    return { batchId, twins, turnedAway };
  } catch (reason) {
    if (interrupted.aborted) return null;
    throw reason;
  } finally {
    clearInterval(drawing);
    terminal.settle();
    interrupted.removeEventListener('abort', stop);
  }
}

function reportTurnedAway(turnedAway: readonly TurnedAway[], terminal: Terminal): void {
  for (const each of turnedAway) {
    if (each.kind === 'refused') terminal.line(`refused: ${each.title}: ${each.failure.message}`);
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

/** Waits until nothing of it can go on; answers what stands in the way of all of it, if anything does. */
export function runToEnd(
  program: Program,
  watched: Watched,
  accountId: AccountId | null,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<Failure | null> {
  const twins = new Set(watched.twins);
  return new Promise((done) => {
    const end = (trouble: Failure | null): void => {
      clearInterval(looking);
      interrupted.removeEventListener('abort', onInterrupt);
      done(trouble);
    };
    const onInterrupt = (): void => end(null);
    const look = (): void => {
      const state = lookAt(program, watched, twins);
      const trouble = state.trouble ?? (accountId === null ? null : accountTrouble(program, accountId));
      if (state.open === 0 || trouble) {
        end(state.open === 0 ? null : trouble);
      } else {
        terminal.progress(
          progressText(program, state),
          state.bytes > 0 ? state.storedBytes / state.bytes : null,
        );
      }
    };
    const looking = setInterval(look, LOOK_EVERY_MS);
    if (interrupted.aborted) end(null);
    else {
      interrupted.addEventListener('abort', onInterrupt, { once: true });
      look();
    }
  });
}

interface Look {
  readonly open: number;
  readonly done: number;
  readonly all: number;
  readonly bytes: number;
  readonly storedBytes: number;
  readonly trouble: Failure | null;
}

function lookAt(program: Program, watched: Watched, twins: ReadonlySet<number>): Look {
  const { store } = program.deps;
  let open = 0;
  let done = 0;
  let all = 0;
  let bytes = 0;
  let storedBytes = 0;
  let trouble: Failure | null = null;
  if (watched.batchId !== null) {
    const totals = store.totals({ kind: 'batch', id: watched.batchId });
    const { units } = totals;
    open += units.collecting + units.ready + units.registering + units.processing + units.linking;
    done += units.done;
    all += Object.values(units).reduce((sum, count) => sum + count, 0);
    bytes += totals.bytes;
    storedBytes += totals.storedBytes;
    const held = store.batch(watched.batchId)?.trouble;
    if (held && held.notBefore === Number.MAX_SAFE_INTEGER) trouble = held.failure;
  }
  for (const id of twins) {
    const unit = store.unitView(id);
    if (!unit) continue;
    all += 1;
    bytes += unit.bytes;
    storedBytes += unit.storedBytes;
    if (unit.state === 'done') done += 1;
    else if (unit.state !== 'failed' && unit.state !== 'uncertain' && unit.state !== 'cancelled') {
      open += 1;
      const held = store.batch(unit.batchId)?.trouble;
      if (held && held.notBefore === Number.MAX_SAFE_INTEGER) trouble = held.failure;
    }
  }
  return { open, done, all, bytes, storedBytes, trouble };
}

/** Why the account cannot go on: signed out by Encord, or its secret cannot be had. */
function accountTrouble(program: Program, accountId: AccountId): Failure | null {
  const blocked = program.deps.store.account(accountId)?.blocked;
  if (blocked) return blocked;
  const error = program.engine.sessionTrouble(accountId);
  return error ? toFailure(error, program.deps.clock.now()) : null;
}

function progressText(program: Program, state: Look): string {
  const connection = program.connection();
  if (connection.kind === 'offline') return `Offline, will go on by itself. ${connection.failure.message}`;
  if (connection.kind === 'waiting') return `Encord asked to wait. ${connection.failure.message}`;
  const sending = program.engine.transfers().reduce((sum, transfer) => sum + transfer.sentBytes, 0);
  const speed = program.speed;
  const parts = [`Uploading ${state.done.toLocaleString('en')} of ${countText(state.all, 'unit', 'units')}`];
  if (speed > 0) parts.push(`${bytesText(speed)}/s`);
  const eta = etaText(state.bytes - state.storedBytes - sending, speed);
  if (eta && state.storedBytes < state.bytes) parts.push(eta);
  return parts.join(' · ');
}
