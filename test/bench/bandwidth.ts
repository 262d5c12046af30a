/**
 * The bandwidth limit, as the receiver sees it: how many bytes arrive in ten seconds, over what the limit allows, for one
 * file and for eight, with a change of the limit in mid-run. Nothing is compared: the ratio should be 1, within 0.05.
 */

import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { createClock } from '../../main/adapters/clock.ts';
import { createAgents } from '../../main/adapters/http/agents.ts';
import { createSender } from '../../main/adapters/http/put.ts';
import { Throttle } from '../../main/adapters/http/throttle.ts';
import type { Sender } from '../../main/core/ports.ts';
import { sayLimit } from '../../main/core/timetable.ts';
import { listen, type Measurement, makeFolder, removeFolder, round, stop } from './tools.ts';

const MIB = 1024 ** 2;
const SPAN_MS = 10_000;
const LARGE_BYTES = 4096 * MIB;
const SMALL_BYTES = 50_000;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

interface Run {
  /** Sent at the same time, again and again. */
  readonly files: number;
  /** Of each; so large that none ends, unless told. */
  readonly bytes?: number;
  /** From one to the other while the files are on their way. */
  readonly limits: readonly [number, number];
}

const RUNS: readonly Run[] = [
  { files: 1, limits: [2 * MIB, 20 * MIB] },
  { files: 8, limits: [2 * MIB, 20 * MIB] },
  { files: 1, limits: [20 * MIB, 2 * MIB] },
  { files: 8, limits: [20 * MIB, 2 * MIB] },
  { files: 8, limits: [100 * MIB, MIB / 10] },
  { files: 8, bytes: SMALL_BYTES, limits: [2 * MIB, 20 * MIB] },
];

const counted = z.object({ bytes: z.number(), ms: z.number(), files: z.record(z.string(), z.number()) });
type Counted = z.infer<typeof counted>;

export async function* bandwidth(): AsyncGenerator<Measurement> {
  const folder = makeFolder();
  const meter = await listen(join(import.meta.dirname, 'meter.ts'), []);
  const agents = createAgents();
  const clock = createClock();
  const throttle = new Throttle(clock);
  const sender = createSender({ agents, clock, log: SILENT, stallMs: 60_000, hash: true, throttle });
  const count = async (): Promise<Counted> => counted.parse(await (await fetch(meter.url)).json());
  try {
    for (const [run, { files, bytes = LARGE_BYTES, limits }] of RUNS.entries()) {
      const path = join(folder, `${run}.bin`);
      const file = await open(path, 'w');
      // A hole: what is measured is the limit, and reading nothing is as good as reading something.
      await file.truncate(bytes);
      await file.close();
      const what = `${files === 1 ? 'one file' : `${files} files`}${bytes === LARGE_BYTES ? '' : ` of ${bytes / 1000} KB`}`;
      const end = new AbortController();
      throttle.setLimit(limits[0]);
      const sending = Array.from({ length: files }, (_, index) =>
        send(sender, `${meter.url}/${run}/${index}`, path, end.signal),
      );
      for (const limit of limits) {
        throttle.setLimit(limit);
        const before = await count();
        await wait(SPAN_MS);
        const after = await count();
        const rate = ((after.bytes - before.bytes) / (after.ms - before.ms)) * 1000;
        const shares = Array.from({ length: files }, (_, index) => {
          const name = `/${run}/${index}`;
          return (after.files[name] ?? 0) - (before.files[name] ?? 0);
        });
        const name = `${what}, ${limit === limits[0] ? 'limited to' : 'then changed to'} ${sayLimit(limit)}`;
        yield {
          name,
          value: round(rate / MIB, 3),
          unit: 'MiB/s',
          against: 'the limit',
          ratio: round(rate / limit, 3),
        };
        if (files > 1) {
          yield {
            name: `${name}: the slowest of them`,
            value: round((Math.min(...shares) / Math.max(...shares)) * 100, 1),
            unit: '% of the fastest',
          };
        }
      }
      end.abort();
      await Promise.all(sending);
    }
  } finally {
    agents.close();
    await stop(meter);
    removeFolder(folder);
  }
}

/** Again and again until it is told to stop. */
async function send(sender: Sender, url: string, path: string, signal: AbortSignal): Promise<void> {
  const { size, mtimeMs } = statSync(path);
  while (!signal.aborted) {
    const outcome = await sender.put({
      url,
      headers: { 'content-type': 'application/octet-stream' },
      path,
      identity: { size, mtimeMs },
      signal,
      onProgress: () => undefined,
    });
    if (outcome.kind !== 'stored' && outcome.kind !== 'cancelled') {
      throw new Error(`The receiver did not take the file: ${outcome.error.message}`);
    }
  }
}
