/** Shared by the sender's tests on hashes and resuming: files, senders and requests, tidied up after each test. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createSender, type SenderOptions } from '../../../main/adapters/http/put.ts';
import type { PutRequest, Sender } from '../../../main/core/ports.ts';

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
