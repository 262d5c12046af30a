/**
 * Runs rounds of a crash harness, several at the same time, each of them against an emulator that nobody else uses
 * meanwhile. Used by the harnesses of the queue and of watch folders.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKey } from '../fixtures/keys.ts';
import { bundle } from './bundle.ts';
import { EmulatorProcess } from './emulator.ts';
import type { Programs } from './spawn.ts';

export const EMAIL = 'crash@example.com';

/** An emulator that has seen so many rounds is replaced: its answers about everything it has grow long. */
const ROUNDS_PER_EMULATOR = 20;

export interface Lab {
  readonly emulator: EmulatorProcess;
  readonly privateKey: string;
  readonly programs: Programs;
}

export interface LabOptions {
  /** The first round and how many. */
  readonly from: number;
  readonly rounds: number;
  /** Rounds at the same time, each with its own emulator. */
  readonly workers: number;
  /** After `atLeast` rounds none begins later than this many milliseconds after the start. */
  readonly limitMs: number | null;
  readonly atLeast?: number;
}

/** Makes the round of this number in this folder, which is its own; answers whether all is as it should be. */
export type MakeRound = (lab: Lab, folder: string, number: number) => Promise<boolean>;

/** The folders of everything are kept when a round failed. */
export async function inLabs(options: LabOptions, makeRound: MakeRound): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'encord-crash-'));
  let failed = false;
  // Also where a signal ends the run.
  const remove = (): void => {
    if (!failed) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', remove);
  const begun = performance.now();
  let next = options.from;
  const take = (): number | null => {
    if (next >= options.from + options.rounds) return null;
    const late = options.limitMs !== null && performance.now() - begun > options.limitMs;
    if (late && next >= options.from + (options.atLeast ?? 0)) return null;
    next += 1;
    return next - 1;
  };
  const programs = await bundle(join(folder, 'programs'));
  const work = async (place: string): Promise<void> => {
    let round = take();
    for (let count = 0; round !== null; count += 1) {
      const dataDir = join(place, `emulator${count}`);
      const key = makeKey(EMAIL);
      const emulator = new EmulatorProcess({ programs, dataDir, publicKey: key.publicKey, jobDelayMs: 40 });
      await emulator.start();
      try {
        const lab = { emulator, privateKey: key.privateKey, programs };
        for (let index = 0; index < ROUNDS_PER_EMULATOR && round !== null; index += 1) {
          const sound = await makeRound(lab, join(place, `round${round}`), round);
          failed ||= !sound;
          round = take();
          // What a failed round left on the server must not be counted against others.
          if (!sound) break;
        }
      } finally {
        await emulator.kill();
      }
      if (!failed) rmSync(dataDir, { recursive: true, force: true });
    }
  };
  await Promise.all(
    Array.from({ length: options.workers }, (_, worker) => work(join(folder, `worker${worker}`))),
  );
  process.off('exit', remove);
  remove();
}
