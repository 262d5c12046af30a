/**
 * A watch folder in which 100,000 files lie: how long looking through it takes beside `find`, what watching it costs
 * while nothing happens, how soon a new file is on its way, and how long pages wait for what they ask.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Existing } from '../../main/core/watch/rules.ts';
import { makeKey } from '../fixtures/keys.ts';
import { makePng } from '../fixtures/png.ts';
import {
  type BenchOptions,
  cpuOf,
  type Listening,
  listen,
  type Measurement,
  makeFolder,
  median,
  peakMiB,
  puts,
  removeFolder,
  round,
  runStep,
  startStep,
  stop,
  type Timed,
  timeCommand,
  wait,
} from './tools.ts';
import { FILES, FOLDERS, makeTree, makeWaiting, pathAt } from './watch-files.ts';
import type { WatchAnswer, WatchStep } from './watch-program.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(import.meta.dirname, 'watch-program.ts');
const MANY = FILES.toLocaleString('en');
const WAITING = 10_000;
/** So long that nothing is finished while it is measured. */
const NEVER_QUIET_S = 3_600;
const QUIET_S = 2;
const NEW_FILES = 10;
const NEW_FILE_BYTES = 2_000;
const IDLE_S = 60;
const STARTS = 3;
/** How long a program that watches is left alone before its memory is looked at. */
const REST_MS = 3_000;
/** A file that is not on its way by then never will be. */
const LIMIT_MS = 60_000;
const FIND = ['-printf', '%s %T@ %p\n'];

type Env = (home: string) => NodeJS.ProcessEnv;
type First = Extract<WatchAnswer, { whole: number }>;
type Again = Extract<WatchAnswer, { rescan: number }>;

export async function* watch({ runs }: BenchOptions): AsyncGenerator<Measurement | string> {
  if (spawnSync('find', [ROOT, '-maxdepth', '0', ...FIND]).status !== 0) {
    yield 'watch: left out, since there is no find with -printf here.';
    return;
  }
  const folder = makeFolder();
  const key = makeKey('bench@example.com');
  const emulator = await listen(join(ROOT, 'test', 'emulator', 'index.ts'), [
    ...['--port', '0', '--data', join(folder, 'emulator')],
    ...['--public-key', key.publicKey, '--fast'],
  ]);
  const env: Env = (home) => ({
    ...process.env,
    ENCORD_SSH_KEY: key.privateKey,
    ENCORD_DOMAIN: emulator.url,
    ENCORD_UPLOADER_HOME: join(folder, home),
  });
  const tree = join(folder, 'tree');
  try {
    makeTree(tree);
    yield* scans(tree, runs, env);
    const empty = join(folder, 'nothing');
    mkdirSync(empty);
    const add = (root: string): WatchStep => ({ step: 'add', root, existing: 'new', quietSeconds: QUIET_S });
    const first = await run(add(tree), env('known'));
    await run(add(empty), env('empty'));
    yield* memory(first.filter(isFirst), env);
    yield* atWork(tree, env, emulator);
    const waiting = join(folder, 'waiting');
    makeWaiting(waiting, WAITING);
    yield* pages(await run({ step: 'ask', tree, waiting }, env('pages')));
  } finally {
    await stop(emulator);
    removeFolder(folder);
  }
}

// ---------------------------------------------------------------------------------------------- scans

const NAMES = {
  new: `first scan of ${MANY} files in ${FOLDERS.toLocaleString('en')} folders, each written down as being there before`,
  all: 'the same, each held in memory to be uploaded',
} as const satisfies Partial<Record<Existing, string>>;

/** In each run everybody once, so that what disturbs the machine disturbs all. */
async function* scans(tree: string, runs: number, env: Env): AsyncGenerator<Measurement | string> {
  const find = (): Promise<Timed> => timeCommand('find', [tree, ...FIND]);
  const finds: Timed[] = [];
  const firsts = { new: [] as First[], all: [] as First[] };
  const agains: Again[] = [];
  await find();
  for (let turn = 0; turn < runs; turn += 1) {
    finds.push(await find());
    for (const existing of ['new', 'all'] as const) {
      const step: WatchStep = { step: 'add', root: tree, existing, quietSeconds: NEVER_QUIET_S };
      const answers = await run(step, env(`${existing}-${turn}`));
      firsts[existing].push(...answers.filter(isFirst));
      if (existing === 'new') agains.push(...answers.filter((answer) => 'rescan' in answer));
    }
  }
  const seconds = median(finds.map((timed) => timed.seconds));
  const cpu = median(finds.map((timed) => timed.cpuSeconds ?? Number.NaN));
  yield `find -printf of the same tree: ${round(seconds)} s, ${round(cpu)} s of processor time`;
  for (const existing of ['new', 'all'] as const) {
    const found = firsts[existing];
    const name = NAMES[existing];
    const ratios = found.map(({ scan }, turn) => scan / (finds[turn]?.seconds ?? Number.NaN));
    yield { name, value: round(median(ratios)), unit: 'times as long as `find -printf`', aim: '3 times' };
    yield* theSame(existing, found);
  }
  const [how] = firsts.new.map((first) => first.how);
  yield {
    name: `looking through it again, watched by ${how}`,
    value: round(median(agains.map(({ rescan }) => rescan)) / seconds),
    unit: 'times as long as `find -printf`',
  };
  yield {
    name: 'looking through it again, of processor time',
    value: round(median(agains.map((again) => again.cpu))),
    unit: 's',
  };
}

function* theSame(existing: Existing, found: readonly First[]): Generator<Measurement | string> {
  const of = (pick: (first: First) => number): number => median(found.map(pick));
  const stops = found.map(({ longestStop }) => longestStop);
  yield `${existing}: ${round(of(({ scan }) => scan))} s, ${round(of(({ cpu }) => cpu))} s of processor time, stops ${stops.map((ms) => round(ms, 0)).join(', ')} ms`;
  yield {
    name: `from switching on to watching, with \`${existing}\` for existing files`,
    value: round(of(({ whole }) => whole)),
    unit: 's',
  };
  yield {
    name: `longest stop of everything else meanwhile, with \`${existing}\``,
    value: round(median(stops), 0),
    unit: 'ms',
    aim: '50 ms',
  };
}

// ---------------------------------------------------------------------------------------------- at rest and at work

async function* memory(first: readonly First[], env: Env): AsyncGenerator<Measurement> {
  const peaks = { known: [] as number[], empty: [] as number[] };
  for (let turn = 0; turn < STARTS; turn += 1) {
    for (const home of ['empty', 'known'] as const) {
      peaks[home].push(
        await watching(env(home), async (child) => {
          await wait(REST_MS);
          return peakMiB(child);
        }),
      );
    }
  }
  const empty = median(peaks.empty);
  yield {
    name: `memory with ${MANY} known files over that with an empty folder, at its peak`,
    value: round(median(peaks.known) - empty, 0),
    unit: 'MiB',
    aim: '150 MiB',
  };
  yield {
    name: 'the same while they are met for the first time',
    value: round(median(first.map((each) => each.peakMiB)) - empty, 0),
    unit: 'MiB',
    aim: '150 MiB',
  };
}

async function* atWork(tree: string, env: Env, { url }: Listening): AsyncGenerator<Measurement> {
  const { idle, delays } = await watching(env('known'), async (child) => {
    await wait(REST_MS);
    const before = cpuOf(child);
    const begun = performance.now();
    await wait(IDLE_S * 1_000);
    const seconds = (performance.now() - begun) / 1_000;
    const idle = (cpuOf(child) - before) / seconds;
    const delays: number[] = [];
    for (let index = 0; index < NEW_FILES; index += 1) delays.push(await newFile(tree, index, url));
    return { idle, delays };
  });
  yield {
    name: `processor time while nothing happens, over ${IDLE_S} s`,
    value: round(idle * 100),
    unit: '% of a core',
    aim: '1%',
  };
  const aim = `${QUIET_S + 1} s`;
  const name = `new file to its first PUT, with a quiet time of ${QUIET_S} s`;
  yield { name, value: round(median(delays)), unit: 's', aim };
  yield { name: `the same, the slowest of ${NEW_FILES}`, value: round(Math.max(...delays)), unit: 's', aim };
}

/** Seconds from the file's last byte to the moment when the server has it. */
async function newFile(tree: string, index: number, url: string): Promise<number> {
  const before = await puts(url);
  const path = join(tree, dirname(pathAt(index * 97)), `new_${index}.png`);
  writeFileSync(path, makePng({ seed: FILES + index, bytes: NEW_FILE_BYTES }));
  const begun = performance.now();
  while ((await puts(url)) === before) {
    if (performance.now() - begun > LIMIT_MS) throw new Error('The new file is not sent.');
    await wait(5);
  }
  return (performance.now() - begun) / 1_000;
}

/** Starts the program on what it knows, and looks at it as soon as it watches. */
async function watching<T>(
  env: NodeJS.ProcessEnv,
  look: (child: ReturnType<typeof startStep>) => Promise<T>,
): Promise<T> {
  const step: WatchStep = { step: 'watch' };
  const child = startStep(PROGRAM, step, env);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const lines = child.stdout ? createInterface({ input: child.stdout }) : null;
    await Promise.race([new Promise((resolve) => lines?.once('line', resolve)), ended]);
    if (child.exitCode !== null) throw new Error('The program ended before it watched.');
    return await look(child);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

// ---------------------------------------------------------------------------------------------- pages

function* pages(answers: readonly WatchAnswer[]): Generator<Measurement | string> {
  const asked = answers.filter((answer) => 'name' in answer);
  for (const { name, median: middle, worst, cpu } of asked)
    yield `${name}: ${round(middle, 1)} ms, at worst ${round(worst, 1)} ms, ${round(cpu, 1)} ms of processor time`;
  const slowest = asked.reduce((a, b) => (b.median > a.median ? b : a));
  yield {
    name: `slowest query of the page, ${WAITING.toLocaleString('en')} files waiting and ${MANY} in each list (${slowest.name})`,
    value: round(slowest.median, 1),
    unit: 'ms',
    aim: '20 ms',
  };
  yield {
    name: 'the longest that any one of them took',
    value: round(Math.max(...asked.map(({ worst }) => worst)), 1),
    unit: 'ms',
  };
  yield {
    name: 'the most processor time that any one of them took',
    value: round(Math.max(...asked.map(({ cpu }) => cpu)), 1),
    unit: 'ms',
  };
}

function run(step: WatchStep, env: NodeJS.ProcessEnv): Promise<WatchAnswer[]> {
  return runStep(PROGRAM, step, env);
}

function isFirst(answer: WatchAnswer): answer is First {
  return 'whole' in answer;
}
