/**
 * A thousand random schedules of writers, each from its seed: whatever is written how, and whatever events are lost, nothing is
 * taken that is not final, everything final is taken once, and nothing else. `ENCORD_WATCH_SEED=17` plays one seed alone and
 * tells its story.
 */

import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Chance } from '../../crash/random.ts';
import { randomSchedule, type Schedule } from './random-writers.ts';
import { lookAt, SimulatedFolder } from './simulated-folder.ts';

const ALONE = process.env.ENCORD_WATCH_SEED;
const ROUNDS = 1_000;
/** Seeds that are one test together. */
const TOGETHER = 100;
/** Longer than two scans lie apart, where events are to be had. */
const LONG_MS = 35 * 60_000;

const PARENT = quickFolder();

/** What is wrong after a schedule was played; empty where all is as it should be. */
async function play(seed: number): Promise<{ wrong: string[]; story: readonly string[]; takes: number }> {
  const schedule = randomSchedule(new Chance('schedule', seed));
  const parts = SimulatedFolder.folder(schedule.rules, schedule.existing);
  const folder = new SimulatedFolder(parts, schedule.steps, seed, PARENT);
  try {
    schedule.before(folder);
    const end = schedule.endsAt + LONG_MS;
    await folder.play(end);
    const asks = folder.run.waiting.window(0, 100).filter((row) => row.tone === 'ask');
    folder.run.waiting.decide(
      asks.map((row) => row.key),
      'upload',
    );
    await folder.passTo(end + LONG_MS);
    return { wrong: wrongIn(folder, schedule), story: folder.story, takes: folder.takes.length };
  } finally {
    await folder.close();
  }
}

function wrongIn(folder: SimulatedFolder, { rules, finals }: Schedule): string[] {
  const wrong = [...folder.faults];
  const taken = new Map<string, number>();
  for (const { path, sha256 } of folder.takes) {
    taken.set(sha256, (taken.get(sha256) ?? 0) + 1);
    if (!finals.get(path)?.has(sha256))
      wrong.push(`${path} was taken as ${sha256.slice(0, 8)}, which it never was in the end.`);
  }
  for (const [sha256, times] of taken)
    if (times > 1) wrong.push(`${sha256.slice(0, 8)} was taken ${times} times.`);
  for (const path of readdirSync(folder.root, { recursive: true, encoding: 'utf8' })) {
    const now = lookAt(join(folder.root, path));
    if (now.kind !== 'file' || !finals.has(path)) continue;
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder.root, path)))
      .digest('hex');
    const known = folder.ledger.get(path);
    const same =
      known?.identity.size === now.identity.size && known.identity.mtimeMs === now.identity.mtimeMs;
    if (!known || !same) {
      const waits = folder.run.waiting.window(0, 100).find((row) => row.key === path);
      wrong.push(
        `${path} was never dealt with as it is; known: ${JSON.stringify(known)}, waits: ${JSON.stringify(waits)}.`,
      );
    } else if (
      known.state === 'ignored' ? rules.changed !== 'ignore' : known.state !== 'before' && !taken.has(sha256)
    ) {
      wrong.push(`${path} is ${known.state}, and its content was never taken.`);
    }
  }
  for (const path of folder.ledger.keys())
    if (!finals.has(path)) wrong.push(`${path} was dealt with, and is no data.`);
  return wrong;
}

/** In memory where that is possible: nothing here is about disks. */
function quickFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

if (ALONE === undefined) {
  const firsts = Array.from({ length: ROUNDS / TOGETHER }, (_, index) => index * TOGETHER + 1);

  describe('nothing is taken that is not final, and everything final once', () => {
    it.each(firsts)(`${TOGETHER} schedules from seed %i on`, async (first) => {
      const failures: string[] = [];
      let takes = 0;
      for (let seed = first; seed < first + TOGETHER; seed += 1) {
        const played = await play(seed);
        takes += played.takes;
        if (played.wrong.length > 0) failures.push(`ENCORD_WATCH_SEED=${seed}: ${played.wrong.join(' ')}`);
      }
      expect(failures).toEqual([]);
      // On the average more than one file of each was taken: the schedules are not empty.
      expect(takes).toBeGreaterThan(TOGETHER);
    });
  });
} else {
  it(`the schedule of seed ${ALONE}`, async () => {
    const { wrong, story } = await play(Number(ALONE));
    expect(wrong, story.join('\n')).toEqual([]);
  });
}
