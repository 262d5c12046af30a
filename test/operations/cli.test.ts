/** Every operation of the table on the command line: the very command of its cell, and what came of it. */

import { mkdirSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../main/app/program.ts';
import { type Ran, runCommand } from '../fixtures/command-line.ts';
import { Lab } from '../fixtures/lab.ts';
import { type Absent, CLI_ABSENT, CLI_CHECKS, type CliCheck, type Desk } from './cli-checks.ts';
import { type Scene, seedScenes } from './scenes.ts';
import { OPERATIONS, type OperationId } from './table.ts';

const PLACEHOLDER = /^[A-Z]+…?$/;

let lab: Lab;
let scenes: ReadonlyMap<OperationId, Scene>;
/** One program for all commands, which saves the time of opening it. */
let program: Program;
let close: () => Promise<void>;

beforeAll(async () => {
  lab = await Lab.open({ jobDelayMs: 20 });
  scenes = await seedScenes(lab);
  program = await lab.program();
  close = program.close.bind(program);
  program.close = () => Promise.resolve();
});
afterAll(async () => {
  await close?.();
  await lab?.close();
});

const run = (args: readonly string[]): Promise<Ran> =>
  runCommand(args, { env: lab.env, home: lab.home, open: () => Promise.resolve(program) });

function sceneOf(id: OperationId): Scene {
  const scene = scenes.get(id);
  if (!scene) throw new Error(`There is no scene for ${id}.`);
  return scene;
}

const CHECKS = Object.entries(CLI_CHECKS) as readonly [keyof typeof CLI_CHECKS, CliCheck][];

describe.each(CHECKS)('%s', (id, check) => {
  it('is done by the commands of its cell', async () => {
    const ran: Ran[] = [];
    const folder = join(lab.folder, `files of ${id}`);
    mkdirSync(folder);
    const scene = sceneOf(id);
    const desk: Desk = {
      ...scene,
      folder,
      done: async (...args) => {
        const one = await run([...args, '--json']);
        ran.push(one);
        expect(one.code, `${args.join(' ')}\n${one.err}\n${one.out}`).toBe(0);
        return one.objects;
      },
      control: (method, path, body) => lab.control(method, path, body),
      rows: async () => new Map((await lab.rows(scene.dataset.title)).map((row) => [row.title, row])),
      state: () => lab.state(),
    };
    await check(desk);
    for (const command of commandsOf(OPERATIONS[id].cli)) {
      expect(
        ran.some(({ args }) => isRunBy(command, args)),
        `The cell says \`${command}\`; its check ran\n${ran.map(({ args }) => args.join(' ')).join('\n')}`,
      ).toBe(true);
    }
  });
});

const ABSENT = Object.entries(CLI_ABSENT) as readonly [keyof typeof CLI_ABSENT, Absent][];

describe.each(ABSENT)('%s', (id, absent) => {
  it('is not there, and has a reason', async () => {
    expect(OPERATIONS[id].cli.no).toMatch(/\w+ \w+/);
    if ('written' in absent) {
      const naming = (await sources()).filter(({ text }) => absent.written.test(text));
      return expect(naming.map(({ path }) => path)).toEqual([]);
    }
    const refused = await run(absent.typed(sceneOf(id)));
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/unknown command|is invalid/)]);
  });
});

describe('a command of a cell', () => {
  it('is told from others', () => {
    const command = 'datasets create TITLE --storage aws';
    expect(isRunBy(command, ['datasets', 'create', 'x', '--storage', 'aws', '--json'])).toBe(true);
    expect(isRunBy(command, ['datasets', 'create', 'x', '--static', '--storage', 'aws'])).toBe(true);
    expect(isRunBy(command, ['datasets', 'create', 'x', '--json'])).toBe(false);
    expect(isRunBy(command, ['--json', 'datasets', 'create', 'x', '--storage', 'aws'])).toBe(false);
    expect(isRunBy('folders list', ['items', 'list', 'folders'])).toBe(false);
    expect(isRunBy('items delete ITEM…', ['items', 'delete'])).toBe(false);
  });
});

/** What speaks with Encord. */
async function sources(): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const cwd = join(import.meta.dirname, '..', '..');
  const paths: string[] = [];
  for await (const path of glob('main/adapters/encord/**/*.ts', { cwd })) paths.push(path);
  expect(paths.length).toBeGreaterThan(10);
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(cwd, path), 'utf8') })));
}

/** The commands that a cell names, each between backticks. */
function commandsOf(cell: string): readonly string[] {
  const commands = [...cell.matchAll(/`([^`]+)`/g)].map(([, command]) => command ?? '');
  if (commands.length === 0) throw new Error(`There is no command in the cell ${cell}.`);
  return commands;
}

/**
 * Whether these arguments are the command: its words up to the first placeholder are their beginning, and the others
 * come after, in their order.
 */
function isRunBy(command: string, args: readonly string[]): boolean {
  let at = 0;
  let begun = false;
  for (const word of command.split(' ')) {
    if (PLACEHOLDER.test(word)) {
      begun = true;
      at += 1;
      continue;
    }
    const found = args.indexOf(word, at);
    if (found === -1 || (!begun && found !== at)) return false;
    at = found + 1;
  }
  return at <= args.length;
}
