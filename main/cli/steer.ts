/**
 * `pause`, `resume`, `top`, `order` and `clear`: what is done with the queue without working on it.
 */

import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { Program } from '../app/program.ts';
import { UploaderError } from '../core/errors.ts';
import type { Scope } from '../core/model.ts';
import { UNIT_ORDERS, type UnitOrder } from '../core/store-port.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { countText } from './words.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a command is about; none of them: the whole queue. */
interface Named {
  readonly batch?: number;
  readonly unit?: number;
  readonly account?: string;
}

/** Opens the program, runs the command on it, and closes it. */
export type Run = (
  command: (terminal: Terminal, program: Program) => Promise<number>,
  options: { readonly json?: boolean },
) => Promise<void>;

export function addSteeringCommands(cli: Command, run: Run): void {
  const pausing = (name: 'pause' | 'resume', description: string): void => {
    named(cli.command(name).description(description))
      .option('--account <account>', 'name, fingerprint or id')
      .option('--json', 'print JSON')
      .action((options) =>
        run((terminal, program) => setPaused(program, terminal, options, name === 'pause'), options),
      );
  };
  pausing(
    'pause',
    'Hold uploads: the whole queue, or one batch, unit or account. It stays so until `resume`.',
  );
  pausing('resume', 'Let uploads that were paused go on, with the next `upload`, `retry` or `serve`.');

  const queue = cli.command('queue').description('What goes first of what waits.');
  named(queue.command('top').description('Move a batch or a unit to the top.'))
    .option('--json', 'print JSON')
    .action((options) => run((terminal, program) => moveToTop(program, terminal, options), options));
  queue
    .command('order')
    .description('The order in which the units of each batch are taken; without an argument it is only said.')
    .addArgument(new Argument('[order]').choices([...UNIT_ORDERS]))
    .option('--json', 'print JSON')
    .action((wanted: UnitOrder | undefined, options) =>
      run((terminal, program) => order(program, terminal, wanted ?? null), options),
    );

  cli
    .command('clear')
    .description(
      'Take finished batches in which nothing failed off the list. What they uploaded stays known.',
    )
    .option('--older-than <days>', 'only those that ended so many days ago', parseDays)
    .option('--json', 'print JSON')
    .action((options) =>
      run((terminal, program) => clear(program, terminal, options.olderThan ?? null), options),
    );
}

function named(command: Command): Command {
  return command
    .option('--batch <number>', 'a batch, as `status` numbers them', parseNumber)
    .option('--unit <number>', 'a unit, as `status` and `retry` number them', parseNumber);
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It is a number that `status` shows.');
  return Number(text);
}

function parseDays(text: string): number {
  if (!/^\d{1,5}(\.\d+)?$/.test(text)) throw new InvalidArgumentError('Give a number of days.');
  return Number(text);
}

const ORDER_WORDS: Readonly<Record<UnitOrder, string>> = {
  added: 'in the order of adding',
  name: 'by name',
  smallest: 'smallest first',
  largest: 'largest first',
};

async function setPaused(
  program: Program,
  terminal: Terminal,
  named: Named,
  paused: boolean,
): Promise<number> {
  const scope = scopeOf(program, named);
  if (paused) program.queue.pause(scope);
  else program.queue.resume(scope);
  terminal.line(`${paused ? 'Paused' : 'Resumed'} ${wordsOf(program, scope)}.`);
  terminal.object({ [paused ? 'paused' : 'resumed']: scope });
  return EXIT.ok;
}

/** Throws `invalid-input` where neither a batch nor a unit is named. */
async function moveToTop(program: Program, terminal: Terminal, named: Named): Promise<number> {
  const scope = scopeOf(program, named);
  if (scope.kind !== 'batch' && scope.kind !== 'unit') {
    throw new UploaderError(
      'invalid-input',
      'Name what is to go first: --batch or --unit with its number, as `status` shows it.',
    );
  }
  program.queue.moveToTop(scope);
  terminal.line(`${wordsOf(program, scope)} goes first.`);
  terminal.object({ first: scope });
  return EXIT.ok;
}

/** Sets the order, or with null only says it. */
async function order(program: Program, terminal: Terminal, wanted: UnitOrder | null): Promise<number> {
  if (wanted !== null) program.queue.setOrder(wanted);
  const now = program.deps.store.order();
  terminal.line(`What waits is uploaded ${ORDER_WORDS[now]}.`);
  terminal.object({ order: now });
  return EXIT.ok;
}

/** Clears finished batches in which nothing failed, all of them or those that ended so many days ago. */
async function clear(program: Program, terminal: Terminal, days: number | null): Promise<number> {
  const before = days === null ? null : program.deps.clock.now() - days * DAY_MS;
  const batches = before === null ? program.queue.clear(null) : program.queue.prune({ before, units: null });
  terminal.line(
    batches === 0
      ? 'There is nothing to clear.'
      : `Cleared ${countText(batches, 'batch', 'batches')}. What they uploaded stays known.`,
  );
  terminal.object({ cleared: batches });
  return EXIT.ok;
}

function scopeOf(program: Program, { batch, unit, account }: Named): Scope {
  const given = [batch, unit, account].filter((each) => each !== undefined);
  if (given.length > 1) {
    throw new UploaderError('invalid-input', 'Name one thing: a batch, a unit or an account.');
  }
  const { store } = program.deps;
  if (batch !== undefined) {
    if (store.batch(batch)) return { kind: 'batch', id: batch };
    throw new UploaderError('invalid-input', `There is no batch ${batch}. See \`status\`.`);
  }
  if (unit !== undefined) {
    if (store.unit(unit)) return { kind: 'unit', id: unit };
    throw new UploaderError('invalid-input', `There is no unit ${unit}. See \`status\`.`);
  }
  return account === undefined ? { kind: 'all' } : { kind: 'account', id: program.accounts.find(account).id };
}

function wordsOf(program: Program, scope: Scope): string {
  const { store } = program.deps;
  switch (scope.kind) {
    case 'batch':
      return store.batch(scope.id)?.name ?? `batch ${scope.id}`;
    case 'unit':
      return store.unitView(scope.id)?.title ?? `unit ${scope.id}`;
    case 'account':
      return `the account ${program.accounts.record(scope.id).name}`;
    case 'item':
    case 'all':
      return 'the whole queue';
  }
}
