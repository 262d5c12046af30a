/**
 * A million images in the queue (`--units N`): how fast they are added, how soon the first is on its way after a start,
 * how much memory it takes, and how long pages wait for what they ask.
 */

import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeKey } from '../fixtures/keys.ts';
import { makePng } from '../fixtures/png.ts';
import { FILES_IN_A_FOLDER, fileAt } from './scale-files.ts';
import type { ScaleAnswer, ScaleStep } from './scale-program.ts';
import {
  type BenchOptions,
  cpuOf,
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
  wait,
} from './tools.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(import.meta.dirname, 'scale-program.ts');
/** Files that are really there: more than are sent while the memory is looked at. */
const FILES = 15_000;
const FILE_BYTES = 2_000;
const STARTS = 3;
/** A program that has sent nothing by then never will. */
const LIMIT_MS = 60_000;
/** How long the program works before its memory is looked at. */
const WORK_MS = 3_000;

export async function* scale({ units }: BenchOptions): AsyncGenerator<Measurement | string> {
  const folder = makeFolder();
  const key = makeKey('bench@example.com');
  const emulator = await listen(join(ROOT, 'test', 'emulator', 'index.ts'), [
    ...['--port', '0', '--data', join(folder, 'emulator')],
    ...['--public-key', key.publicKey, '--fast'],
  ]);
  const env = (home: string): NodeJS.ProcessEnv => ({
    ...process.env,
    ENCORD_SSH_KEY: key.privateKey,
    ENCORD_DOMAIN: emulator.url,
    ENCORD_UPLOADER_HOME: join(folder, home),
  });
  const many = units.toLocaleString('en');
  try {
    const files = Math.min(FILES, units);
    makeFiles(folder, files);
    for (const answer of await run({ step: 'add', units, folder, files }, env('many'))) {
      if (!('rate' in answer)) continue;
      const { rate, perCpuSecond, longestStop } = answer;
      yield {
        name: `adding ${many} images`,
        value: round(rate, 0),
        unit: 'a second',
        aim: '30,000 a second',
      };
      yield { name: 'the same, of processor time', value: round(perCpuSecond, 0), unit: 'a second' };
      yield {
        name: 'longest stop of everything else meanwhile',
        value: round(longestStop, 1),
        unit: 'ms',
      };
    }
    yield size(folder);
    yield* queries(`${many} waiting`, await run({ step: 'ask' }, env('many')));

    const starts: number[] = [];
    const processor: number[] = [];
    const peaks: number[] = [];
    for (let turn = 0; turn < STARTS; turn += 1) {
      const before = await puts(emulator.url);
      const worked = await work(env('many'), async () => (await puts(emulator.url)) > before);
      starts.push(worked.seconds);
      processor.push(worked.cpuSeconds);
      peaks.push(worked.peakMiB);
    }
    yield {
      name: `start to first PUT with ${many} queued`,
      value: round(median(starts)),
      unit: 's',
      aim: '2 s',
    };
    yield { name: 'the same, of processor time', value: round(median(processor)), unit: 's' };
    const empty = await work(env('empty'), () => true);
    yield {
      name: `memory with ${many} queued over that with none, at its peak`,
      value: round(median(peaks) - empty.peakMiB, 0),
      unit: 'MiB',
      aim: '150 MiB',
    };

    await run({ step: 'settle', units: Math.floor(units / 5) }, env('many'));
    yield* queries(`a fifth of ${many} done, some failed`, await run({ step: 'ask' }, env('many')));
  } finally {
    await stop(emulator);
    removeFolder(folder);
  }
}

function run(step: ScaleStep, env: NodeJS.ProcessEnv): Promise<ScaleAnswer[]> {
  return runStep(PROGRAM, step, env);
}

function* queries(when: string, answers: readonly ScaleAnswer[]): Generator<Measurement | string> {
  const asked = answers.filter((answer) => 'name' in answer);
  for (const { name, median: middle, worst, cpu } of asked)
    yield `${when}: ${name}: ${round(middle, 1)} ms, at worst ${round(worst, 1)} ms, ${round(cpu, 1)} ms of processor time`;
  const slowest = asked.reduce((a, b) => (b.median > a.median ? b : a));
  yield {
    name: `slowest query of the pages, ${when} (${slowest.name})`,
    value: round(slowest.median, 1),
    unit: 'ms',
    aim: '20 ms',
  };
  yield {
    name: `the longest that any one of them took, ${when}`,
    value: round(Math.max(...asked.map(({ worst }) => worst)), 1),
    unit: 'ms',
  };
  yield {
    name: 'the same, of processor time',
    value: round(Math.max(...asked.map(({ cpu }) => cpu)), 1),
    unit: 'ms',
  };
}

/** Starts the program on its queue: seconds until something is true, and its memory at the peak a while later. */
async function work(
  env: NodeJS.ProcessEnv,
  until: () => boolean | Promise<boolean>,
): Promise<{ seconds: number; cpuSeconds: number; peakMiB: number }> {
  const begun = performance.now();
  const step: ScaleStep = { step: 'work' };
  const child = startStep(PROGRAM, step, env);
  child.stdout?.resume();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    while (!(await until())) {
      if (child.exitCode !== null) throw new Error('The program ended before it began.');
      if (performance.now() - begun > LIMIT_MS) throw new Error('The program sends nothing.');
      await wait(5);
    }
    const seconds = (performance.now() - begun) / 1000;
    const cpuSeconds = cpuOf(child);
    await wait(WORK_MS);
    return { seconds, cpuSeconds, peakMiB: peakMiB(child) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

function makeFiles(folder: string, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const path = fileAt(folder, index);
    if (index % FILES_IN_A_FOLDER === 0) mkdirSync(dirname(path));
    writeFileSync(path, makePng({ seed: index, bytes: FILE_BYTES }));
  }
}

function size(folder: string): Measurement {
  const { size: bytes } = statSync(join(folder, 'many', 'uploader.db'));
  return { name: 'the database with them', value: round(bytes / 1024 ** 2, 0), unit: 'MiB' };
}
