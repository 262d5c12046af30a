/**
 * What the benchmarks share: child processes that say where they listen, commands that are timed, medians, and what a
 * measurement is.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it was compared with, and this program's share of it: above 1 is faster. */
  readonly against?: string;
  readonly ratio?: number;
  /** What was aimed at, in words. */
  readonly aim?: string;
}

/** A benchmark tells its measurements as they come, and what it left out as a sentence. */
export type Bench = (options: BenchOptions) => AsyncGenerator<Measurement | string>;

export interface BenchOptions {
  /** Bytes of the large file. */
  readonly largeBytes: number;
  /** Interleaved pairs, or runs, that a median is of. */
  readonly runs: number;
  /** Of the long queue. */
  readonly units: number;
}

export interface Listening {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
}

const children = new Set<ChildProcess>();
const folders = new Set<string>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) removeFolder(folder);
});

/** An empty folder that is gone when this process ends, however it does. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encord-bench-'));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  // Whoever still writes into it has just been ended.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  folders.delete(folder);
}

/** However this process ends, the child ends too. */
export function endsWithUs<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Starts a script that prints `{"listening": URL}` when it is ready. */
export function listen(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Listening> {
  const child = endsWithUs(
    spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it listened.`)));
    createInterface({ input: child.stdout }).once('line', (line) => {
      const said: unknown = JSON.parse(line);
      if (typeof said !== 'object' || said === null || !('listening' in said)) {
        reject(new Error(`${script} said something else: ${line}`));
        return;
      }
      const url = String(said.listening);
      resolve({ url, port: Number(new URL(url).port), child });
    });
  });
}

export async function stop(each: Listening): Promise<void> {
  if (each.child.exitCode !== null || each.child.signalCode !== null) return;
  const ended = new Promise((resolve) => each.child.once('exit', resolve));
  each.child.kill('SIGTERM');
  await ended;
}

/** Whether a program can be started here. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}

export interface Timed {
  readonly seconds: number;
  /** Null where the shell does not tell. */
  readonly cpuSeconds: number | null;
}

/** Runs a command; rejects unless it ends with 0. */
export function timeCommand(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Timed> {
  const begun = performance.now();
  // A POSIX shell tells the processor time of its children, which Node does not.
  const script = '"$0" "$@" >/dev/null && times >&3';
  const [file, rest] =
    process.platform === 'win32' ? [command, args] : ['/bin/sh', ['-c', script, command, ...args]];
  const child = endsWithUs(spawn(file, rest, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] }));
  const said: string[] = ['', ''];
  for (const [index, stream] of [child.stdio[2], child.stdio[3]].entries()) {
    stream?.on('data', (chunk: Buffer) => {
      said[index] += chunk.toString();
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = (performance.now() - begun) / 1000;
      if (code === 0) resolve({ seconds, cpuSeconds: childrenTime(said[1] ?? '') });
      else reject(new Error(`${command} ended with ${code}: ${said[0]}`));
    });
  });
}

/** Of what `times` prints: two lines of `1m2.34s 0m0.56s`, the shell's own and its children's. */
function childrenTime(printed: string): number | null {
  const times = [...printed.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  const [, , user, system] = times;
  return user === undefined || system === undefined ? null : user + system;
}

/**
 * Starts a script with one JSON argument, `step`; what it prints is there in `stdout`. It ends when this process does.
 */
export function startStep(script: string, step: unknown, env: NodeJS.ProcessEnv): ChildProcess {
  return endsWithUs(
    spawn(process.execPath, [script, JSON.stringify(step)], { env, stdio: ['pipe', 'pipe', 'inherit'] }),
  );
}

/** The JSON lines that such a script printed; rejects unless it ends well. */
export function runStep<Answer>(script: string, step: unknown, env: NodeJS.ProcessEnv): Promise<Answer[]> {
  const child = startStep(script, step, env);
  const answers: Answer[] = [];
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => answers.push(JSON.parse(line)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(answers);
      else reject(new Error(`${JSON.stringify(step)} ended with ${code}.`));
    });
  });
}

/** Seconds of processor time of all its threads; see proc(5), fields 14 and 15, in hundredths. */
export function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Where the system tells it: the most that the process ever had resident. */
export function peakMiB({ pid }: ChildProcess): number {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) / 1024;
}

/** Where the system tells it: what the process has resident now. */
export function residentMiB({ pid }: ChildProcess): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) / 1024;
}

/** How many PUTs an emulator has had. */
export async function puts(url: string): Promise<number> {
  const response = await fetch(`${url}/__emulator/state`);
  const state: unknown = await response.json();
  return typeof state === 'object' && state !== null && 'puts' in state ? Number(state.puts) : 0;
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? Number.NaN)) / 2 : upper;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
