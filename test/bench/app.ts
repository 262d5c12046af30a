/**
 * The first minute: how soon the window can be used after a start, whether it stays smooth while the queue changes a
 * thousand times a second, and what main takes of the memory when nothing moves. In browser mode, in a Chromium that
 * runs already; where Electron's binary is, the start and the memory of the desktop program too.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, _electron as electron, type Page, chromium as playwright } from 'playwright';
import { findChromium } from '../../.setup/find.mjs';
import { makeKey } from '../fixtures/keys.ts';
import type { ScaleStep } from './scale-program.ts';
import {
  type BenchOptions,
  type Listening,
  listen,
  type Measurement,
  makeFolder,
  median,
  removeFolder,
  residentMiB,
  round,
  runStep,
  startStep,
  stop,
  wait,
} from './tools.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCALE_PROGRAM = join(import.meta.dirname, 'scale-program.ts');
const CHANGING_PROGRAM = join(import.meta.dirname, 'app-program.ts');
const ROWS = 10_000;
const CHANGES_A_SECOND = 1_000;
/** Frames are counted for so long. */
const LOOK_MS = 5_000;
/** After the page is up: what a start leaves to be collected is collected by then. */
const IDLE_MS = 5_000;

export async function* app({ runs }: BenchOptions): AsyncGenerator<Measurement | string> {
  const executablePath = findChromium();
  if (executablePath === null) {
    yield 'app: there is no Chromium here, so nothing was measured.';
    return;
  }
  const folder = makeFolder();
  const key = makeKey('bench@example.com');
  const emulator = await listen(join(ROOT, 'test', 'emulator', 'index.ts'), [
    ...['--port', '0', '--data', join(folder, 'emulator')],
    ...['--public-key', key.publicKey, '--fast'],
  ]);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ENCORD_SSH_KEY: key.privateKey,
    ENCORD_DOMAIN: emulator.url,
    ENCORD_UPLOADER_HOME: join(folder, 'home'),
  };
  const browser = await playwright.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'],
  });
  try {
    // The first run of all: the queue that the others find.
    await runStep(SCALE_PROGRAM, { step: 'add', units: ROWS, folder, files: 0 } satisfies ScaleStep, env);
    await runStep(SCALE_PROGRAM, { step: 'pause' } satisfies ScaleStep, env);
    yield* starts(browser, env, runs);
    yield* smoothness(browser, env);
    yield* onElectron(env, runs);
  } finally {
    await browser.close();
    await stop(emulator);
    removeFolder(folder);
  }
}

async function* starts(
  browser: Browser,
  env: NodeJS.ProcessEnv,
  runs: number,
): AsyncGenerator<Measurement | string> {
  const seconds: number[] = [];
  const idle: number[] = [];
  for (let turn = 0; turn < runs; turn += 1) {
    const begun = performance.now();
    const served = await serve(env);
    const page = await open(browser, served.url);
    seconds.push((performance.now() - begun) / 1000);
    await wait(IDLE_MS);
    idle.push(residentMiB(served.child));
    await page.close();
    await stop(served);
  }
  const many = ROWS.toLocaleString('en');
  yield {
    name: `start to usable window, ${many} rows queued (browser mode)`,
    value: round(median(seconds)),
    unit: 's',
    aim: '1.5 s',
  };
  yield {
    name: `memory of main when nothing moves, ${many} rows queued (browser mode)`,
    value: round(median(idle), 0),
    unit: 'MiB',
    aim: '200 MiB',
  };
}

/** Frames of the page that lists the queue, while units of it come to their end one after another. */
async function* smoothness(browser: Browser, env: NodeJS.ProcessEnv): AsyncGenerator<Measurement | string> {
  const child = startStep(CHANGING_PROGRAM, { rate: CHANGES_A_SECOND }, env);
  const lines = child.stdout ? createInterface({ input: child.stdout }) : null;
  const said: unknown[] = [];
  const first = new Promise<string>((resolve, reject) => {
    lines?.on('line', (line) => {
      const parsed: unknown = JSON.parse(line);
      said.push(parsed);
      if (typeof parsed === 'object' && parsed !== null && 'listening' in parsed)
        resolve(String(parsed.listening));
    });
    child.once('exit', (code) => reject(new Error(`The changing program ended with ${code}.`)));
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const page = await open(browser, await first);
  // Rows of the batch are on screen, so that what changes is drawn; where it is open already, so much the better.
  const row = page.getByRole('row').first();
  if ((await row.getAttribute('aria-expanded')) === 'false') await row.getByLabel('Open').click();
  await page.getByRole('row').nth(10).waitFor();
  const still = await frames(page);
  child.stdin?.write('go\n');
  await wait(500);
  const moving = await frames(page);
  child.kill('SIGTERM');
  await ended;
  await page.close();
  const last = said.at(-1);
  if (typeof last !== 'object' || last === null || !('changes' in last) || !('seconds' in last))
    throw new Error('The changing program did not say what it did.');
  const rate = Number(last.changes) / Number(last.seconds);
  yield {
    name: `frames while ${round(rate, 0).toLocaleString('en')} changes a second are committed`,
    value: round(moving.perSecond, 1),
    unit: 'a second',
    against: 'the same page, nothing changing',
    ratio: round(moving.perSecond / still.perSecond),
    aim: '60 a second',
  };
  yield { name: 'longest time between two of them', value: round(moving.longest, 0), unit: 'ms' };
}

/** Of the desktop program itself: Electron starts with its browser, which browser mode finds running. */
async function* onElectron(env: NodeJS.ProcessEnv, runs: number): AsyncGenerator<Measurement | string> {
  const binary = electronBinary();
  if (binary === null) {
    yield 'app: Electron’s binary is not here, so start and memory were measured in browser mode only.';
    return;
  }
  const seconds: number[] = [];
  const idle: number[] = [];
  for (let turn = 0; turn < runs; turn += 1) {
    const begun = performance.now();
    const program = await electron.launch({
      executablePath: binary,
      args: [join(ROOT, 'dist', 'main', 'index.js')],
      env: Object.fromEntries(
        Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
    });
    await usable(await program.firstWindow());
    seconds.push((performance.now() - begun) / 1000);
    await wait(IDLE_MS);
    idle.push((await program.evaluate(() => process.memoryUsage().rss)) / 1024 ** 2);
    await program.close();
  }
  yield { name: 'start to usable window (Electron)', value: round(median(seconds)), unit: 's', aim: '1.5 s' };
  yield {
    name: 'memory of main when nothing moves (Electron)',
    value: round(median(idle), 0),
    unit: 'MiB',
    aim: '200 MiB',
  };
}

function electronBinary(): string | null {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const dist =
    override || join(createRequire(import.meta.url).resolve('electron/package.json'), '..', 'dist');
  const names = ['electron', 'electron.exe', 'Electron.app/Contents/MacOS/Electron'];
  return names.map((name) => join(dist, name)).find((path) => existsSync(path)) ?? null;
}

function serve(env: NodeJS.ProcessEnv): Promise<Listening> {
  return listen(join(ROOT, 'main', 'headless.ts'), ['serve', '--no-open', '--json'], env);
}

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  await usable(page);
  return page;
}

/** The queue's own row is there, and the page answers. */
async function usable(page: Page): Promise<void> {
  await page.getByRole('main').getByText('scale').first().waitFor();
}

/** Frames a second by the page's own clock, and the longest wait for one, in milliseconds. */
function frames(page: Page): Promise<{ perSecond: number; longest: number }> {
  return page.evaluate(
    (lookMs) =>
      new Promise<{ perSecond: number; longest: number }>((resolve) => {
        let [first, last, count, longest] = [0, 0, 0, 0];
        const look = (now: number): void => {
          if (first === 0) first = now;
          else {
            count += 1;
            longest = Math.max(longest, now - last);
          }
          last = now;
          if (now - first < lookMs) requestAnimationFrame(look);
          else resolve({ perSecond: (count * 1000) / (last - first), longest });
        };
        requestAnimationFrame(look);
      }),
    LOOK_MS,
  );
}
