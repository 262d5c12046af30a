/**
 * The command line is killed with SIGKILL while it waits for a grant, in the middle of a PUT, while it registers and
 * while it polls; the same command again must bring every file, none twice, and none of the singles in doubt.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';

let lab: Lab | null = null;

afterEach(async () => {
  await lab?.close();
  lab = null;
});

const MOMENTS = [
  { at: 'grant', nth: 1, fault: { delayMs: 60_000 } },
  { at: 'put', nth: 2, fault: { stallMs: 60_000 } },
  { at: 'register', nth: 1, fault: { delayMs: 60_000 } },
  { at: 'register', nth: 1, fault: { dropResponse: true, delayMs: 60_000 } },
  { at: 'poll', nth: 1, fault: { delayMs: 60_000 } },
] as const;

describe.each(['storage', 'documented'] as const)('on the %s route', (route) => {
  const moments = MOMENTS.filter((moment) => route === 'storage' || moment.at !== 'poll');

  it.each(moments)('killed during $at ($fault)', async ({ at, nth, fault }) => {
    lab = await Lab.open();
    const current = lab;
    await current.dataset('Data');
    const folder = join(current.folder, 'in');
    writeImages(folder, 12);
    const args = ['upload', folder, '--dataset', 'Data', '--route', route, '--json'];

    await current.fault({ kind: at, nth }, fault);
    const first = current.start(args);
    await eventually(async () => expect(await faultsHit(current)).toBeGreaterThan(0));
    first.child.kill('SIGKILL');
    expect((await first.ended).code).toBeNull();

    // What the emulator holds back is let go, as the answer to a dead client would be.
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
      await eventually(async () => {
        const ended = run.child.exitCode !== null;
        expect(ended || (await current.state()).puts >= target).toBe(true);
      });
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
    ? faults.reduce((sum: number, fault: { fired?: number }) => sum + (fault.fired ?? 0), 0)
    : 0;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `image${index}.png`);
}

function writeImages(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (const [index, name] of names(count).entries())
    writeFileSync(join(folder, name), makePng({ seed: index }));
}
