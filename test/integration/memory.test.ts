/**
 * A video of 4 GiB goes through the command line in constant memory: the process grows no further with it than with a
 * video of a few kilobytes. Read from `/proc`, so on Linux alone.
 */

import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, Lab } from '../fixtures/lab.ts';
import { padMp4 } from '../fixtures/sample.ts';

const GIB = 1024 ** 3;
const VIDEO = join(import.meta.dirname, '..', 'fixtures', 'media', 'video.mp4');

let lab: Lab;

beforeAll(async () => {
  // The emulator's own hashes of 4 GiB would take most of the time.
  lab = await Lab.open({ hashes: false });
});

afterAll(() => lab?.close());

/** Why this machine cannot do it; null where it can. */
function whyNot(): string | null {
  if (process.platform !== 'linux')
    return 'the memory of a process is read from /proc, which is on Linux alone';
  const { bavail, bsize } = statfsSync(lab.folder);
  return bavail * bsize > 6 * GIB
    ? null
    : 'the emulator stores the video, and there are no 6 GiB of disk free';
}

/** Runs the command line; answers its end and the most memory that was ever resident, in bytes. */
async function watched(args: readonly string[]): Promise<{ run: CliRun; highest: number }> {
  const { child, ended } = lab.start(args);
  let highest = 0;
  const looking = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      highest = Math.max(highest, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended: what was read last is the answer.
    }
  }, 20);
  const run = await ended;
  clearInterval(looking);
  return { run, highest };
}

describe('memory', () => {
  it('does not grow with the size of a video', async (context) => {
    const reason = whyNot();
    if (reason) context.skip(reason);
    await lab.dataset('Large');
    const upload = (path: string) =>
      watched(['upload', path, '--dataset', 'Large', '--size-limit', '5GB', '--json']);
    const small = await upload(VIDEO);
    expect(small.run.summary.done).toBe(1);
    const path = join(lab.folder, 'large.mp4');
    await padMp4(VIDEO, path, 4 * GIB);
    const large = await upload(path);
    expect(large.run.summary).toMatchObject({ done: 1, bytes: 4 * GIB });
    expect(small.highest).toBeGreaterThan(20 * 1024 ** 2);
    expect(large.highest - small.highest).toBeLessThan(96 * 1024 ** 2);
  }, 120_000);
});
