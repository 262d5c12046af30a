/** Finds out whether events arrive for a root. Made by the composition root for `core/watch`. */

import { createHash } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/ports.ts';
import type { RunSelfTest, SelfTest } from '../../core/watch/ports.ts';
import { systemCode } from '../files/problems.ts';
import { noAnswer, watchProblem } from './problems.ts';

/** Hidden, so that no rule takes it for a file to upload. */
const NAME = '.encord-uploader-test-';
const WAIT_MS = 3_000;
/** How long the disk may take to write the file, and to remove it. */
const DISK_MS = 5_000;

export interface SelfTestDeps {
  readonly clock: Pick<Clock, 'after'>;
  /** Names this program among all that may watch the same folder: its machine and data folder. */
  readonly owner: string;
  /** Milliseconds that the event may take. */
  readonly waitMs?: number;
}

export function createSelfTest(deps: SelfTestDeps): RunSelfTest {
  // Always the same name, so that what a killed program left is found without looking through the folder.
  const name = NAME + createHash('sha256').update(deps.owner).digest('hex').slice(0, 16);
  return async (root, waitFor) => {
    // Listening begins before there is something to hear.
    const heard = waitFor(name).catch(() => false);
    const written = write(join(root, name));
    try {
      const skipped = await within(deps.clock, DISK_MS, written);
      if (skipped === 'late') return { kind: 'skipped', reason: noAnswer(root).message };
      if (skipped !== null) return skipped;
      const result = await within(deps.clock, deps.waitMs ?? WAIT_MS, heard);
      return { kind: result === true ? 'heard' : 'silent' };
    } finally {
      // After the writing, however long that takes; a disk that does not answer is not waited for.
      const removed = written.then(() => unlink(join(root, name))).catch(() => undefined);
      await within(deps.clock, DISK_MS, removed);
    }
  };
}

/** Null where it was written. */
async function write(path: string): Promise<SelfTest | null> {
  try {
    await unlink(path).catch(() => undefined);
    await (await open(path, 'wx', 0o600)).close();
    return null;
  } catch (thrown) {
    return { kind: 'skipped', reason: reasonOf(thrown) };
  }
}

function reasonOf(thrown: unknown): string {
  switch (systemCode(thrown)) {
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return 'Nothing may be written into the folder, so it could not be tried whether its events arrive.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk of the folder is full, so it could not be tried whether its events arrive.';
    default:
      return `It could not be tried whether its events arrive. ${watchProblem(thrown).message}`;
  }
}

function within<T>(clock: Pick<Clock, 'after'>, ms: number, promise: Promise<T>): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(ms, () => resolve('late'));
    promise.finally(stop).then(resolve, reject);
  });
}
