/**
 * One file of 1 GiB: this program's sender against `curl -T`, to the same receiver, five interleaved pairs each.
 */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../main/adapters/clock.ts';
import { createAgents } from '../../main/adapters/http/agents.ts';
import { createSender } from '../../main/adapters/http/put.ts';
import type { Sender } from '../../main/core/ports.ts';
import { listen, type Measurement, median, round, stop, timeCommand } from './tools.ts';

const BYTES = 1024 ** 3;
const PAIRS = 5;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export async function* large(): AsyncGenerator<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'encord-bench-'));
  const receiver = await listen(join(import.meta.dirname, 'receiver.ts'), []);
  const agents = createAgents();
  const clock = createClock();
  try {
    const path = join(folder, 'large.bin');
    await writeRandom(path);
    const sender = (hash: boolean): Sender =>
      createSender({ agents, clock, log: SILENT, stallMs: 60_000, hash });
    for (const [name, hash] of [
      ['large, hashing off', false],
      ['large, with SHA-256', true],
    ] as const) {
      const ours: number[] = [];
      const ratios: number[] = [];
      await timeOurs(sender(hash), receiver.url, path);
      for (let pair = 0; pair < PAIRS; pair += 1) {
        const curl = await timeCommand('curl', ['-sS', '-T', path, `${receiver.url}/curl`]);
        const mine = await timeOurs(sender(hash), receiver.url, path);
        ours.push(mine);
        ratios.push(curl / mine);
      }
      yield {
        name,
        value: round(BYTES / 1e6 / median(ours), 0),
        unit: 'MB/s',
        against: 'curl -T to the same receiver',
        ratio: round(median(ratios)),
      };
    }
  } finally {
    agents.close();
    await stop(receiver);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timeOurs(sender: Sender, url: string, path: string): Promise<number> {
  const { size, mtimeMs } = statSync(path);
  const begun = performance.now();
  const outcome = await sender.put({
    url: `${url}/ours`,
    headers: { 'content-type': 'application/octet-stream' },
    path,
    identity: { size, mtimeMs },
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  if (outcome.kind !== 'stored') throw new Error(`The receiver did not take the file: ${outcome.kind}`);
  return (performance.now() - begun) / 1000;
}

/** Bytes that do not compress, written once; the page cache serves all readers alike. */
async function writeRandom(path: string): Promise<void> {
  const chunk = Buffer.alloc(16 * 1024 * 1024);
  for (let at = 0; at < chunk.length; at += 65_536) crypto.getRandomValues(chunk.subarray(at, at + 65_536));
  const file = await open(path, 'w');
  try {
    for (let written = 0; written < BYTES; written += chunk.length) {
      chunk.writeUInt32LE(written >>> 0, 0);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
}
