/**
 * Images of 50 KB with round-trip time added to everything: the whole program on both routes, against a client that
 * follows the API documentation's sample one image after another, and against rclone copying the same files to a
 * WebDAV receiver behind the same delay.
 */

import { spawn } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { RouteName } from '../../main/core/model.ts';
import { makeKey } from '../fixtures/keys.ts';
import { makePng } from '../fixtures/png.ts';
import type { ProgramReport, ProgramSetup } from './program.ts';
import {
  type BenchOptions,
  endsWithUs,
  hasProgram,
  type Listening,
  listen,
  type Measurement,
  makeFolder,
  median,
  removeFolder,
  round,
  stop,
  timeCommand,
} from './tools.ts';

const BYTES = 50_000;
const ROOT = join(import.meta.dirname, '..', '..');

/** How many images each client takes at a round-trip time: as many as it does in some seconds. */
const PLANS = [
  { rttMs: 0, program: 2_000, sequential: 600, rclone: { 4: 600, 32: 600 } },
  { rttMs: 50, program: 2_000, sequential: 30, rclone: { 4: 120, 32: 160 } },
  { rttMs: 200, program: 1_000, sequential: 8, rclone: { 4: 32, 32: 64 } },
] as const;

/** Where processor time and memory are told. */
const COSTS_AT_MS = 50;

/** Images a second, on the machine of the README. */
const AIMS: Readonly<Record<RouteName, ReadonlyMap<number, number>>> = {
  storage: new Map([
    [50, 300],
    [200, 100],
  ]),
  documented: new Map([
    [50, 150],
    [200, 50],
  ]),
};

const ROUTES = ['storage', 'documented'] as const;
const TRANSFERS = [4, 32] as const;
type Other = 'sequential' | (typeof TRANSFERS)[number];
const OTHERS: Readonly<Record<Other, string>> = {
  sequential: "the API documentation's sample, one by one",
  4: 'rclone to WebDAV, 4 transfers (its default)',
  32: 'rclone to WebDAV, 32 transfers',
};

export async function* small({ runs }: BenchOptions): AsyncGenerator<Measurement | string> {
  const others: Other[] = ['sequential'];
  if (hasProgram('rclone')) others.push(...TRANSFERS);
  else yield 'small: without rclone, which is not installed.';
  const folder = makeFolder();
  try {
    const images = new Images(folder);
    for (const plan of PLANS) yield* atDistance(plan, { folder, images, runs, others });
  } finally {
    removeFolder(folder);
  }
}

interface Setting {
  readonly folder: string;
  readonly images: Images;
  readonly runs: number;
  readonly others: readonly Other[];
}

/** One round-trip time: in each run everybody once, so that what disturbs the machine disturbs all. */
async function* atDistance(
  plan: (typeof PLANS)[number],
  { folder, images, runs, others }: Setting,
): AsyncGenerator<Measurement> {
  const rates = new Map<Other, number[]>(others.map((other) => [other, []]));
  const ours = new Map<RouteName, ProgramReport[]>(ROUTES.map((route) => [route, []]));
  for (let run = 0; run < runs; run += 1) {
    const place = join(folder, `run-${plan.rttMs}-${run}`);
    mkdirSync(place);
    await withEmulator(place, plan.rttMs, async (env) => {
      for (const route of ROUTES) {
        const setup = { folder: images.first(plan.program), files: plan.program, route };
        ours.get(route)?.push(await runProgram(setup, { ...env, ENCORD_UPLOADER_HOME: join(place, route) }));
      }
      rates.get('sequential')?.push(await runSequential(images.paths(plan.sequential), env));
    });
    for (const transfers of TRANSFERS) {
      const count = plan.rclone[transfers];
      const rate = (): Promise<number> =>
        runRclone(images.first(count), count, transfers, join(place, `webdav-${transfers}`), plan.rttMs);
      if (rates.has(transfers)) rates.get(transfers)?.push(await rate());
    }
    rmSync(place, { recursive: true, force: true });
  }
  const where = plan.rttMs === 0 ? 'no delay' : `${plan.rttMs} ms`;
  for (const route of ROUTES) {
    const reports = ours.get(route) ?? [];
    const mine = reports.map(({ seconds }) => plan.program / seconds);
    const aim = AIMS[route].get(plan.rttMs);
    const name = `images of 50 KB, ${where}, ${route} route`;
    const value = round(median(mine), 0);
    for (const [index, other] of others.entries()) {
      const theirs = rates.get(other) ?? [];
      yield {
        name,
        value,
        unit: 'images/s',
        against: OTHERS[other],
        ratio: round(median(mine.map((rate, at) => rate / (theirs[at] ?? Number.NaN))), 1),
        ...(aim === undefined || index > 0 ? {} : { aim: `${aim} images/s` }),
      };
    }
    if (plan.rttMs === COSTS_AT_MS) yield* costs(name, reports, plan.program);
  }
  for (const [other, each] of rates) {
    yield {
      name: `images of 50 KB, ${where}, ${OTHERS[other]}`,
      value: round(median(each), 1),
      unit: 'images/s',
    };
  }
}

function* costs(name: string, reports: readonly ProgramReport[], files: number): Generator<Measurement> {
  const gib = (files * BYTES) / 1024 ** 3;
  const cpu = median(reports.map(({ cpuSeconds }) => cpuSeconds)) / gib;
  yield { name: `${name}: processor time`, value: round(cpu, 1), unit: 's/GiB' };
  const peak = median(reports.map(({ peakBytes }) => peakBytes));
  yield { name: `${name}: peak memory`, value: round(peak / 1024 ** 2, 0), unit: 'MiB' };
}

/** Made once; folders of the first so many of them are hard links. */
class Images {
  private readonly root: string;
  private readonly made: string[] = [];

  constructor(root: string) {
    this.root = root;
    mkdirSync(join(root, 'images'));
  }

  paths(count: number): readonly string[] {
    for (let index = this.made.length; index < count; index += 1) {
      const path = join(this.root, 'images', `image${index}.png`);
      writeFileSync(path, makePng({ seed: index, bytes: BYTES }));
      this.made.push(path);
    }
    return this.made.slice(0, count);
  }

  /** A folder of exactly so many of them. */
  first(count: number): string {
    const folder = join(this.root, `first-${count}`);
    if (mkdirSync(folder, { recursive: true }) === undefined) return folder;
    for (const [index, path] of this.paths(count).entries())
      linkSync(path, join(folder, `image${index}.png`));
    return folder;
  }
}

async function withEmulator(
  place: string,
  rttMs: number,
  work: (env: NodeJS.ProcessEnv) => Promise<void>,
): Promise<void> {
  const key = makeKey('bench@example.com');
  const emulator = await listen(join(ROOT, 'test', 'emulator', 'index.ts'), [
    ...['--port', '0', '--data', join(place, 'emulator')],
    ...['--public-key', key.publicKey],
  ]);
  try {
    await behind(emulator.port, rttMs, (url) =>
      work({ ...process.env, ENCORD_SSH_KEY: key.privateKey, ENCORD_DOMAIN: url }),
    );
  } finally {
    await stop(emulator);
  }
}

/** With the delay in front of a port; without any, the proxy is still there, so that nobody is spared it. */
async function behind<T>(port: number, rttMs: number, work: (url: string) => Promise<T>): Promise<T> {
  const args = ['--to', String(port), '--rtt', String(rttMs)];
  const delay = await listen(join(import.meta.dirname, 'delay.ts'), args);
  try {
    return await work(delay.url);
  } finally {
    await stop(delay);
  }
}

async function runProgram(setup: ProgramSetup, env: NodeJS.ProcessEnv): Promise<ProgramReport> {
  return JSON.parse(await runScript('program.ts', [JSON.stringify(setup)], env));
}

/** Images a second. */
async function runSequential(paths: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const said: { seconds: number } = JSON.parse(await runScript('sequential.ts', paths, env));
  return paths.length / said.seconds;
}

/** The last line that a script beside this one prints. */
function runScript(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const script = join(import.meta.dirname, name);
  const child = endsWithUs(
    spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(printed.trimEnd().split('\n').at(-1) ?? '');
      else reject(new Error(`${name} ended with ${code}.`));
    });
  });
}

/** Images a second, with the start of rclone and its look at both folders. */
async function runRclone(
  source: string,
  files: number,
  transfers: number,
  target: string,
  rttMs: number,
): Promise<number> {
  mkdirSync(target);
  const server = await serveWebdav(target);
  try {
    const { seconds } = await behind(server.port, rttMs, (url) =>
      timeCommand('rclone', [
        ...['--config', join(target, '..', 'no-rclone.conf'), 'copy', source, ':webdav:'],
        ...['--webdav-url', url, '--transfers', String(transfers)],
      ]),
    );
    const there = readdirSync(target).length;
    if (there !== files) throw new Error(`rclone copied ${there} of ${files} files.`);
    return files / seconds;
  } finally {
    await stop(server);
  }
}

/** rclone's own WebDAV server, over a folder. */
async function serveWebdav(folder: string): Promise<Listening> {
  const port = await freePort();
  const args = ['serve', 'webdav', folder, '--addr', `127.0.0.1:${port}`];
  const config = join(folder, '..', 'no-rclone.conf');
  const child = endsWithUs(
    spawn('rclone', ['--config', config, '--quiet', ...args], { stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const server = { url: `http://127.0.0.1:${port}`, port, child };
  for (;;) {
    if (child.exitCode !== null) throw new Error(`rclone ended with ${child.exitCode} before it listened.`);
    if (await answers(port)) return server;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
