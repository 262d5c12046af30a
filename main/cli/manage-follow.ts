/**
 * Follows long work to its end with a line of progress, and says what came of it. Used by the commands that start a job,
 * and by `jobs wait`. A job that nobody follows goes on with the next program that owns the data folder.
 */

import { type Command, InvalidArgumentError } from 'commander';
import type { JobResultView, JobView } from '../../preload/contract/manage.ts';
import type { Program } from '../app/program.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { JobId } from '../core/manage/jobs.ts';
import { EXIT } from './exit.ts';
import { print } from './output.ts';
import type { Terminal } from './terminal.ts';

/** How often jobs are looked at. */
const LOOK_EVERY_MS = 100;
/** Results that are asked for at once. */
const PAGE = 500;
/** Failed units that are named; the others are for `jobs show`. */
const NAMED = 20;

/** What no waiting mends: a person has to do something first. */
const NEEDS_SOMEBODY: ReadonlySet<ErrorCode> = new Set([
  'unauthenticated',
  'key-unknown',
  'account-unknown',
  'account-missing',
  'keychain-locked',
  'keychain-unavailable',
  'passphrase-needed',
  'passphrase-wrong',
  'clock-wrong',
  'disk-full',
]);

export interface Following {
  readonly program: Program;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Adds `--no-wait`, for work that Encord does: what this program does itself needs it to run. */
export function leavable(command: Command): Command {
  return command.option(
    '--no-wait',
    'end as soon as Encord has begun: it goes on there, and `jobs wait` follows it',
  );
}

export function parseJob(text: string): JobId {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It is a number that `jobs list` shows.');
  return Number(text);
}

/**
 * Waits until the jobs have ended, prints what failed of each and what came of it, and answers the exit code of the worst.
 * @param wait false: only until Encord has begun
 */
export async function follow(at: Following, jobIds: readonly JobId[], wait = true): Promise<number> {
  const { program, terminal, signal } = at;
  const settled = (view: JobView): boolean =>
    view.endedAt !== null || needsSomebody(view) || (!wait && view.state !== 'starting');
  await waitFor(at, jobIds, settled);
  terminal.settle();
  let exit: number = EXIT.ok;
  for (const jobId of jobIds) {
    const view = program.jobs.get(jobId);
    await sayOutcome(at, view, !wait);
    exit = worse(exit, exitOfJob(view, !wait));
  }
  return signal.aborted ? EXIT.interrupted : exit;
}

/** The results of a job, one after the other. */
export function* resultsOf(program: Program, jobId: JobId, only: 'failed' | 'all'): Generator<JobResultView> {
  for (let offset = 0; ; offset += PAGE) {
    const { rows } = program.jobs.results({ jobId, only, offset, limit: PAGE });
    yield* rows;
    if (rows.length < PAGE) return;
  }
}

export function resultLine({ ok, title, message, action, subtask }: JobResultView): string {
  const more = [message, action, subtask === null ? '' : `Subtask ${subtask}.`].filter((text) => text !== '');
  return `  ${ok ? '' : 'failed: '}${title}: ${more.join(' ')}`;
}

function waitFor(
  { program, terminal, signal }: Following,
  jobIds: readonly JobId[],
  settled: (view: JobView) => boolean,
): Promise<void> {
  return new Promise((done, fail) => {
    const end = (): void => {
      clearInterval(looking);
      signal.removeEventListener('abort', end);
      done();
    };
    const look = (): void => {
      try {
        const open = jobIds.map((id) => program.jobs.get(id)).filter((view) => !settled(view));
        const [first] = open;
        if (first === undefined) end();
        else {
          const others = open.length > 1 ? ` (and ${open.length - 1} more)` : '';
          terminal.progress(`${first.title}${others}: ${first.sentence}`, fractionOf(first));
        }
      } catch (reason) {
        end();
        fail(reason);
      }
    };
    const looking = setInterval(look, LOOK_EVERY_MS);
    if (signal.aborted) end();
    else {
      signal.addEventListener('abort', end, { once: true });
      look();
    }
  });
}

async function sayOutcome(
  { program, terminal, signal }: Following,
  view: JobView,
  left: boolean,
): Promise<void> {
  const { jobId, sentence, title, errors, endedAt } = view;
  if (terminal.json) {
    // What was printed is whole, also of a command that was interrupted.
    if (endedAt !== null && !signal.aborted) await print(jsonResults(program, jobId), signal);
    return terminal.object({ job: view });
  }
  let named = 0;
  for (const result of errors > 0 ? resultsOf(program, jobId, 'failed') : []) {
    if (named++ === NAMED) break;
    terminal.line(resultLine(result));
  }
  if (errors > NAMED) terminal.line(`  and ${errors - NAMED} more: \`jobs show ${jobId}\``);
  terminal.line(`${title}: ${sentence}`);
  if (endedAt !== null) return;
  if (needsSomebody(view)) {
    terminal.note(`It waits as job ${jobId}. Put that right, then \`jobs wait ${jobId}\`.`);
  } else if (signal.aborted) {
    terminal.note(`Interrupted. \`jobs wait ${jobId}\` goes on with it.`);
  } else if (left) terminal.note(`Encord is at it. \`jobs wait ${jobId}\` follows it to its end.`);
}

function* jsonResults(program: Program, jobId: JobId): Generator<string> {
  for (const result of resultsOf(program, jobId, 'all')) yield `${JSON.stringify({ result })}\n`;
}

function needsSomebody({ endedAt, failure }: JobView): boolean {
  return endedAt === null && failure !== null && NEEDS_SOMEBODY.has(failure.code);
}

function exitOfJob(view: JobView, left: boolean): number {
  switch (view.state) {
    case 'done':
      return view.counts.failed > 0 ? EXIT.failed : EXIT.ok;
    case 'uncertain':
      return EXIT.uncertain;
    case 'failed':
    case 'cancelled':
      return EXIT.failed;
    case 'starting':
    case 'following':
    case 'working':
      return left && !needsSomebody(view) ? EXIT.ok : EXIT.failed;
  }
}

function worse(one: number, other: number): number {
  if (one === EXIT.uncertain || other === EXIT.uncertain) return EXIT.uncertain;
  return Math.max(one, other);
}

function fractionOf({ counts: { pending, done, failed, cancelled } }: JobView): number | null {
  const all = pending + done + failed + cancelled;
  return all === 0 ? null : 1 - pending / all;
}
