/**
 * What the benchmarks share: child processes that say where they listen, medians, and how a measurement is told.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it was compared with, and this program's share of it: above 1 is faster. */
  readonly against?: string;
  readonly ratio?: number;
}

export interface Listening {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
}

/** Starts a script that prints `{"listening": URL}` when it is ready. */
export function listen(script: string, args: readonly string[]): Promise<Listening> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
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
  if (each.child.exitCode !== null) return;
  const ended = new Promise((resolve) => each.child.once('exit', resolve));
  each.child.kill('SIGTERM');
  await ended;
}

/** Seconds that a command takes; rejects unless it ends with 0. */
export function timeCommand(command: string, args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve((performance.now() - begun) / 1000);
      else reject(new Error(`${command} ended with ${code}: ${complaint}`));
    });
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
