/**
 * A receipt of a hundred thousand units is written in the memory of a small one: the process grows with neither format.
 * Read from `/proc`, so on Linux alone.
 */

import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClock } from '../../main/adapters/clock.ts';
import { openStore } from '../../main/adapters/sqlite/index.ts';
import type { PlannedUnit } from '../../main/core/model.ts';
import { Lab } from '../fixtures/lab.ts';

const UNITS = 100_000;
const MIB = 1024 ** 2;

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
  const store = openStore(lab.home, { clock: createClock() });
  try {
    store.addAccount({
      id: `ssh SHA256:nobody ${lab.emulator.url}`,
      name: 'Nobody',
      kind: 'ssh',
      fingerprint: 'SHA256:nobody',
      domain: lab.emulator.url,
      routeChoice: 'auto',
      fallbackNotice: null,
      datasetId: null,
      email: null,
      addedAt: 1,
      secretIn: 'run',
    });
    for (const count of [100, UNITS]) {
      const batch = {
        accountId: `ssh SHA256:nobody ${lab.emulator.url}`,
        name: `of ${count}`,
        datasetId: 'dataset-1',
        datasetTitle: 'Cells',
        routeChoice: 'auto',
        folderChoice: null,
        addedAt: Date.now(),
      } as const;
      store.addBatch(batch, planned(count), []);
    }
  } finally {
    store.close();
  }
});

afterAll(() => lab?.close());

function* planned(count: number): Generator<PlannedUnit> {
  for (let index = 0; index < count; index += 1) {
    const name = `frame_${String(index).padStart(7, '0')}.png`;
    yield {
      media: 'image',
      title: name,
      items: [
        {
          path: `/data/acquisition/2026-05-01/run-${Math.floor(index / 5000)}/${name}`,
          name,
          identity: { size: 50_000 + index, mtimeMs: 1_750_000_000_000 + index },
          mime: 'image/png',
          sha256: index.toString(16).padStart(64, '0'),
        },
      ],
    };
  }
}

/** Writes a receipt; answers the most memory that was ever resident, in bytes. */
async function written(batch: number, format: string, output: string): Promise<number> {
  const { child, ended } = lab.start(['receipt', String(batch), '--format', format, '--output', output]);
  let highest = 0;
  const looking = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      highest = Math.max(highest, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended: what was read last is the answer.
    }
  }, 10);
  expect((await ended).code).toBe(0);
  clearInterval(looking);
  return highest;
}

async function linesWith(path: string, text: string): Promise<number> {
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(path) }))
    if (line.includes(text)) lines += 1;
  return lines;
}

it.runIf(process.platform === 'linux')(
  'a receipt of 100,000 units is not held in memory',
  async () => {
    for (const format of ['json', 'csv']) {
      const small = await written(1, format, join(lab.folder, `small.${format}`));
      const path = join(lab.folder, `large.${format}`);
      const large = await written(2, format, path);
      expect(small).toBeGreaterThan(20 * MIB);
      // What stays is what the collector has not come to yet. All of it at once would take 250 MiB more.
      expect(large - small).toBeLessThan(120 * MIB);
      expect(await linesWith(path, '/data/acquisition/')).toBe(UNITS);
    }
  },
  120_000,
);
