/** Shared by the sender's tests: files, senders and requests, tidied up after each test, and a clock. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createSender, type SenderOptions } from '../../../main/adapters/http/put.ts';
import type { Clock, PutRequest, Sender } from '../../../main/core/ports.ts';
import { eventually } from '../../fixtures/eventually.ts';

export const MIB = 1024 * 1024;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export interface TestFile {
  readonly path: string;
  readonly content: Buffer;
  readonly sha256: string;
}

export function fileOf(size: number): TestFile {
  const folder = mkdtempSync(join(tmpdir(), 'put-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'file');
  const content = randomBytes(size);
  writeFileSync(path, content);
  return { path, content, sha256: createHash('sha256').update(content).digest('hex') };
}

export function senderWith(options: Partial<SenderOptions> = {}): Sender {
  const agents = createAgents();
  onTestFinished(() => agents.close());
  return createSender({
    agents,
    clock: createClock(),
    log: SILENT,
    stallMs: 30_000,
    hash: true,
    ...options,
  });
}

export function requestOf(url: string, path: string, more: Partial<PutRequest> = {}): PutRequest {
  const { size, mtimeMs } = statSync(path);
  return {
    url,
    headers: { 'Content-Type': 'video/mp4', 'Cache-Control': 'max-age=86400' },
    path,
    identity: { size, mtimeMs },
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  };
}

/** A clock whose time is moved by hand; timers run as it passes them. */
export class HandClock implements Clock {
  private time = 0;
  private timers: { at: number; fn: () => void }[] = [];
  now = (): number => this.time;
  monotonic = (): number => this.time;

  /** Timers that are set. */
  get waiting(): number {
    return this.timers.length;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.time + ms, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** All at once: timers that became due run late, like on a busy machine. */
  pass(ms: number): void {
    this.time += ms;
    for (const timer of this.timers.filter(({ at }) => at <= this.time)) {
      this.timers = this.timers.filter((other) => other !== timer);
      timer.fn();
    }
  }
}

/** Lets time pass, in steps, with turns for the sockets in between, until it is so. */
export async function passUntil(clock: HandClock, so: () => boolean, stepMs = 10): Promise<void> {
  await eventually(async () => {
    for (let step = 0; step < 50 && !so(); step++) {
      clock.pass(stepMs);
      for (let turns = 0; turns < 20; turns++) await turn();
    }
    if (!so()) throw new Error('It is not so yet.');
  });
}
