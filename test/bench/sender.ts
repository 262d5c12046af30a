/**
 * The program's sender in a process of its own, so that its processor time and memory are counted alone. Started by
 * `large.ts` with one JSON argument (`SenderSetup`); takes orders over the channel of `fork` and answers each.
 */

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { createClock } from '../../main/adapters/clock.ts';
import { createAgents } from '../../main/adapters/http/agents.ts';
import { createSender } from '../../main/adapters/http/put.ts';

export interface SenderSetup {
  readonly hash: boolean;
  /** Certificates (PEM) trusted beside the system's. */
  readonly extraCa: readonly string[];
}

export type SenderOrder =
  | { readonly put: { readonly url: string; readonly path: string } }
  /** Hashes so many bytes of memory on one thread: what the hash itself can do. */
  | { readonly sha256: { readonly bytes: number } };

export interface SenderReport {
  readonly seconds: number;
  /** Processor time of all threads. */
  readonly cpuSeconds: number;
  /** The most resident memory so far. */
  readonly peakBytes: number;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const HASHED_AT_ONCE = 512 * 1024;

if (import.meta.main) {
  const setup: SenderSetup = JSON.parse(process.argv[2] ?? '');
  const agents = createAgents({ extraCa: setup.extraCa });
  const sender = createSender({
    agents,
    clock: createClock(),
    log: SILENT,
    stallMs: 60_000,
    hash: setup.hash,
  });

  const put = async ({ url, path }: { url: string; path: string }): Promise<void> => {
    const { size, mtimeMs } = statSync(path);
    const outcome = await sender.put({
      url,
      headers: { 'content-type': 'application/octet-stream' },
      path,
      identity: { size, mtimeMs },
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    if (outcome.kind !== 'stored') throw new Error(`The receiver did not take the file: ${outcome.kind}`);
  };

  const hash = (bytes: number): void => {
    const piece = new Uint8Array(HASHED_AT_ONCE);
    const sha256 = createHash('sha256');
    for (let done = 0; done < bytes; done += piece.length) sha256.update(piece);
    sha256.digest();
  };

  process.on('message', async (order: SenderOrder) => {
    const cpu = process.cpuUsage();
    const begun = performance.now();
    if ('put' in order) await put(order.put);
    else hash(order.sha256.bytes);
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    process.send?.({ seconds, cpuSeconds: (user + system) / 1e6, peakBytes } satisfies SenderReport);
  });
  process.on('disconnect', () => process.exit(0));
}
