/**
 * The command line is killed with SIGKILL while it waits for a grant, in the middle of a PUT, while it registers and
 * while it polls; the same command again must bring every file, none twice, and none of the singles in doubt.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Lab } from '../fixtures/lab.ts';

let lab: Lab | null = null;

afterEach(async () => {
  await lab?.close();
  lab = null;
});

const MOMENTS = [
  { at: 'grant', fault: { delayMs: 60_000 } },
  { at: 'put', fault: { stallMs: 60_000 } },
  { at: 'register', fault: { delayMs: 60_000 } },
  { at: 'register', fault: { dropResponse: true, delayMs: 60_000 } },
  { at: 'poll', fault: { delayMs: 60_000 } },
] as const;

describe.each(['storage', 'documented'] as const)('on the %s route', (route) => {
  const moments = MOMENTS.filter((moment) => route === 'storage' || moment.at !== 'poll');

  it.each(moments)('killed during $at ($fault)', async ({ at, fault }) => {
    lab = await Lab.open();
    const current = lab;
    await current.dataset('Data');
    const folder = join(current.folder, 'in');
    writeImages(folder, 12);
    const args = ['upload', folder, '--dataset', 'Data', '--route', route, '--json'];

    await current.fault({ kind: at, nth: 2 }, fault);
    const first = current.start(args);
    await vi.waitFor(async () => expect(await faultsHit(current)).toBeGreaterThan(0), { timeout: 15_000 });
    first.child.kill('SIGKILL');
    expect((await first.ended).code).toBeNull();

    await current.control('DELETE', 'faults');
    const again = await current.run(args);
    expect(again.summary).toMatchObject({ failed: 0, refused: 0, uncertain: 0 });
    expect(again.summary.done + again.summary.skipped).toBe(12);
    expect(again.code).toBe(0);
    const rows = await current.rows('Data');
    expect(rows.map((row) => row.title).sort()).toEqual(names(12).sort());
    expect((await current.state()).items.filter((item) => item.type === 'image')).toHaveLength(12);
  });

  it('killed at many random moments', async () => {
    lab = await Lab.open();
    const current = lab;
    await current.dataset('Data');
    const folder = join(current.folder, 'in');
    writeImages(folder, 60);
    const args = ['upload', folder, '--dataset', 'Data', '--route', route, '--json'];
    let seed = 7;
    for (let round = 0; round < 6; round += 1) {
      const run = current.start(args);
      seed = (seed * 48_271) % 2_147_483_647;
      const target = 3 + (seed % 9) + round * 9;
      await vi.waitFor(
        async () => {
          const ended = run.child.exitCode !== null;
          expect(ended || (await current.state()).puts >= target).toBe(true);
        },
        { timeout: 20_000, interval: 5 },
      );
      run.child.kill('SIGKILL');
      await run.ended;
    }
    const last = await current.run(args);
    expect(last.summary).toMatchObject({ failed: 0, refused: 0, uncertain: 0 });
    expect((await current.rows('Data')).map((row) => row.title).sort()).toEqual(names(60).sort());
    expect((await current.state()).items.filter((item) => item.type === 'image')).toHaveLength(60);
  });
});

/** Faults that have struck, as the emulator counts them. */
async function faultsHit(current: Lab): Promise<number> {
  const faults = await current.control('GET', 'faults');
  return Array.isArray(faults)
    ? faults.reduce((sum: number, fault: { hits?: number }) => sum + (fault.hits ?? 0), 0)
    : 0;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `image${index}.png`);
}

function writeImages(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (const [index, name] of names(count).entries()) writeFileSync(join(folder, name), png(index));
}

/** A grey PNG of one pixel whose text differs with the number. */
function png(number: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from(`number\0${number}`, 'latin1')),
    chunk('IDAT', deflateSync(Buffer.from([0, number % 256]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
