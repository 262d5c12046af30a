/**
 * What the commands on datasets and on what belongs to them share: what they work with, the options that each has, words
 * that several of them read. Used by the `manage-*.ts` files.
 */

import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { DatasetDetail, TextProblem } from '../../preload/contract/manage.ts';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import type { DatasetInfo, EncordSession } from '../core/encord-port.ts';
import { UploaderError } from '../core/errors.ts';
import { confirm } from './input.ts';
import type { Terminal } from './terminal.ts';

/** What these commands need of the command line. */
export interface ManageHost {
  /** Opens the program, runs the command on it, and closes it. */
  readonly run: (
    command: (terminal: Terminal, program: Program) => Promise<number>,
    options: { readonly json?: boolean },
  ) => Promise<void>;
  /** The named account, else the one that is used by default. Throws where there is none. */
  readonly account: (program: Program, name: string | undefined) => AccountRecord;
  readonly signal: AbortSignal;
}

/** Options that each of these commands has. */
export interface Common {
  readonly account?: string;
  readonly json?: boolean;
}

/** What a command works with while it runs. */
export interface Work {
  readonly program: Program;
  readonly terminal: Terminal;
  readonly account: AccountRecord;
  readonly signal: AbortSignal;
}

/** More rows than any list has. */
export const ALL = Number.MAX_SAFE_INTEGER;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Encord takes up to 10 MB of client metadata for an item. */
const TEXT_BYTES = 10_000_000;

/** Adds `--account` and `--json`. */
export function common(command: Command): Command {
  return command
    .option('--account <account>', 'name, fingerprint or id')
    .option('--json', 'print JSON, one object a line');
}

export function roleOption(): Option {
  return new Option('--role <role>', 'what they may do').choices(['admin', 'user']).default('user');
}

export function runWith(
  host: ManageHost,
  options: Common,
  command: (work: Work) => Promise<number>,
): Promise<void> {
  return host.run(
    async (terminal, program) =>
      command({ program, terminal, account: host.account(program, options.account), signal: host.signal }),
    options,
  );
}

/** What Encord can be asked beyond the use cases. */
export async function manageOf({ program, account }: Work): Promise<EncordSession['manage']> {
  return (await program.accounts.session(account.id)).manage;
}

/** By id or exact title. Throws like `Datasets.find`. */
export function datasetNamed({ program, account }: Work, name: string): Promise<DatasetInfo> {
  return program.datasets.find(account.id, name);
}

/** Throws with the reason why this account may not do it, before anything is asked or sent. */
export async function mustBeAllowed(
  { program, account }: Work,
  datasetId: string,
  what: keyof DatasetDetail['may'],
): Promise<void> {
  const why = (await program.rows.dataset(account, datasetId)).may[what];
  if (why !== null) throw new UploaderError(account.kind === 'api-key' ? 'not-available' : 'forbidden', why);
}

/**
 * Whether to do what cannot be undone: asks on a terminal. Throws `invalid-input` where there is none and nobody said
 * `--yes`.
 */
export async function agreed(
  { terminal, signal }: Work,
  question: string,
  yes: boolean | undefined,
): Promise<boolean> {
  if (yes) return true;
  const answer = await confirm(question, signal);
  if (answer === null) {
    throw new UploaderError(
      'invalid-input',
      'Nothing was changed. There is no terminal to ask on: give --yes to do it.',
    );
  }
  if (!answer) terminal.note('Nothing was changed.');
  return answer;
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * The one of a list that a person named by its id or exact name. Throws `invalid-input` where it is none, or where several
 * have that name, with their ids.
 */
export function theOne<T>(
  name: string,
  list: readonly T[],
  {
    what,
    many,
    id,
    title,
  }: { what: string; many: string; id: (each: T) => string; title: (each: T) => string },
): T {
  const byId = list.find((each) => id(each).toLowerCase() === name.toLowerCase());
  if (byId !== undefined) return byId;
  const called = list.filter((each) => title(each) === name);
  const [first, second] = called;
  if (first === undefined) {
    throw new UploaderError(
      'invalid-input',
      `No ${what} is called ${JSON.stringify(name)}, and none has that id.`,
    );
  }
  if (second !== undefined) {
    const choices = called.map(id).join(', ');
    throw new UploaderError(
      'invalid-input',
      `${called.length} ${many} are called ${JSON.stringify(name)}. Name one by its id: ${choices}.`,
    );
  }
  return first;
}

/** Text that was typed, or with `@` the text of a file. Throws what reading the file does. */
export function textOrFile({ program, signal }: Work, given: string): Promise<string> {
  return given.startsWith('@')
    ? program.deps.texts.read(resolve(given.slice(1)), TEXT_BYTES, signal)
    : Promise.resolve(given);
}

/** Says what is wrong in a text, each with its place. */
export function sayProblems({ terminal }: Work, problems: readonly TextProblem[]): void {
  for (const problem of problems) {
    terminal.note(problemLine(problem));
    terminal.object({ problem });
  }
}

export function problemLine({ line, column, message }: TextProblem): string {
  if (line === null) return message;
  return column === null ? `Line ${line}: ${message}` : `Line ${line}, column ${column}: ${message}`;
}

export function parseDay(text: string): string {
  if (!z.iso.date().safeParse(text).success) throw new InvalidArgumentError('Give a day as 2026-11-27.');
  return text;
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Give a number from 1 up.');
  return Number(text);
}

/** Of an option that may be given several times, and may hold several after commas. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return [...before, ...words];
}
