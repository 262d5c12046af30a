/**
 * `watch apply`: makes the watch folders what a file says. Shows the differences first; applied again it changes nothing.
 * Registered by `watch.ts`.
 */

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import { asUploaderError, UploaderError } from '../core/errors.ts';
import { canBeMade, findDataset } from './datasets.ts';
import { EXIT, exitCodeOf } from './exit.ts';
import { confirm } from './input.ts';
import type { Terminal } from './terminal.ts';
import { readWatchFile, type WantedFolder } from './watch-file.ts';
import {
  changesAnything,
  type Plan,
  planOf,
  type Step,
  sayStep,
  stepObject,
  type Target,
} from './watch-plan.ts';
import { countText } from './words.ts';

export interface ApplyOptions {
  readonly file: string;
  /** Does it without being asked. */
  readonly yes: boolean;
  readonly prune: boolean;
  /** The account of folders that name none. Throws where there is none. */
  readonly defaultAccount: () => AccountRecord;
}

export async function applyFile(
  program: Program,
  terminal: Terminal,
  options: ApplyOptions,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  const path = resolve(options.file);
  const reading = readWatchFile(await textOf(path), {
    base: dirname(path),
    home: homedir(),
    env: environment,
  });
  if (!reading.ok) {
    for (const { line, column, problem } of reading.problems) {
      terminal.note(`${options.file}:${line}:${column}: ${problem}`);
      terminal.object({ problem: { line, column, message: problem } });
    }
    terminal.note('Nothing was changed.');
    return EXIT.usage;
  }
  const plan = planOf(
    await targetsOf(program, reading.folders, options),
    program.watch.list(),
    options.prune,
  );
  show(plan, terminal);
  if (!changesAnything(plan)) {
    terminal.line('Everything is as the file says.');
    terminal.object({ applied: counted(plan.steps) });
    return EXIT.ok;
  }
  const agreed = options.yes || (await confirm('Make these changes?', signal));
  if (agreed === null) {
    terminal.note('Nothing was changed. There is no terminal to ask on: give --yes to make these changes.');
    return EXIT.usage;
  }
  if (!agreed) {
    terminal.note('Nothing was changed.');
    return EXIT.ok;
  }
  return carryOut(program, terminal, plan);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (reason) {
    throw new UploaderError(
      'file-unreadable',
      `The file ${path} cannot be read: ${asUploaderError(reason).message}`,
      { cause: reason },
    );
  }
}

/** Throws what stands in the way of any of them, before anything is changed. */
async function targetsOf(
  program: Program,
  folders: readonly WantedFolder[],
  options: ApplyOptions,
): Promise<readonly Target[]> {
  const found = new Map<string, Promise<Target['dataset']>>();
  const targets: Target[] = [];
  for (const wanted of folders) {
    const account =
      wanted.account === null ? options.defaultAccount() : program.accounts.find(wanted.account);
    const root = program.deps.watch.resolve(wanted.root);
    const key = JSON.stringify([account.id, wanted.dataset, wanted.create]);
    const dataset =
      knownDataset(program, root, account, wanted) ?? found.get(key) ?? datasetOf(program, account, wanted);
    found.set(key, Promise.resolve(dataset));
    const { folder, on, existing, rules } = wanted;
    targets.push({ root, account, dataset: await dataset, folder, on, existing, rules });
  }
  return targets;
}

/** A folder that is there keeps the dataset that it has under this name: Encord need not be asked. */
function knownDataset(
  program: Program,
  root: string,
  account: AccountRecord,
  { dataset }: WantedFolder,
): Promise<Target['dataset']> | null {
  const view = program.watch.list().find((each) => each.root === root && each.accountId === account.id);
  if (!view || (view.datasetTitle !== dataset && view.datasetId !== dataset.toLowerCase())) return null;
  return Promise.resolve({ id: view.datasetId, title: view.datasetTitle });
}

async function datasetOf(
  program: Program,
  account: AccountRecord,
  { dataset, create }: WantedFolder,
): Promise<Target['dataset']> {
  try {
    const { id, title } = await program.datasets.find(account.id, dataset);
    return { id, title };
  } catch (reason) {
    if (!create || !canBeMade(dataset, reason)) throw reason;
    return { id: null, title: dataset };
  }
}

function show(plan: Plan, terminal: Terminal): void {
  for (const step of plan.steps) {
    for (const line of sayStep(step)) terminal.line(line);
    terminal.object({ plan: stepObject(step) });
  }
  if (plan.others.length === 0) return;
  const others = countText(plan.others.length, 'watch folder is', 'watch folders are');
  terminal.note(`${others} not in the file and stay as they are; --prune removes them.`);
}

/** One that fails does not keep the others from being done. */
async function carryOut(program: Program, terminal: Terminal, plan: Plan): Promise<number> {
  const done: Step[] = [];
  let exit: number = EXIT.ok;
  for (const step of plan.steps) {
    try {
      await carryOutStep(program, step);
      done.push(step);
    } catch (reason) {
      if (program.signal.aborted) throw reason;
      const error = asUploaderError(reason);
      const root = 'target' in step ? step.target.root : step.view.root;
      terminal.note(`${root}: ${error.message}`);
      terminal.object({ error: { root, code: error.code, message: error.message } });
      if (exit === EXIT.ok) exit = exitCodeOf(error);
    }
  }
  const counts = counted(done);
  const said = Object.entries(counts).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
  terminal.line(`Applied: ${said.join(', ') || 'nothing'}.`);
  terminal.object({ applied: counts });
  return exit;
}

async function carryOutStep(program: Program, step: Step): Promise<void> {
  switch (step.kind) {
    case 'same':
      return;
    case 'remove':
      await program.watch.remove(step.view.id);
      return;
    case 'add': {
      const { target } = step;
      await program.watch.add(
        { root: target.root, existing: target.existing, ...(await destination(program, target)) },
        target.on,
      );
      return;
    }
    case 'change': {
      const { view, target } = step;
      // Off before it changes, on after it: nothing is taken by a mixture of old and new.
      if (!target.on && view.on) await program.watch.switchTo(view.id, false);
      await program.watch.change(view.id, await destination(program, target));
      if (target.on && !view.on) await program.watch.switchTo(view.id, true);
      return;
    }
  }
}

async function destination(program: Program, target: Target) {
  const { account, dataset, folder, rules } = target;
  // Another folder of the same file may have made it meanwhile.
  const wanted = { dataset: dataset.title, create: true };
  const datasetId =
    dataset.id ?? (await findDataset(program, program.accounts.record(account.id), wanted)).id;
  return { accountId: account.id, datasetId, folderId: folder, rules };
}

function counted(
  steps: readonly Step[],
): Readonly<Record<'added' | 'changed' | 'removed' | 'unchanged', number>> {
  const count = (kind: Step['kind']): number => steps.filter((step) => step.kind === kind).length;
  return {
    added: count('add'),
    changed: count('change'),
    removed: count('remove'),
    unchanged: count('same'),
  };
}
