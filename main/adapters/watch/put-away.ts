/**
 * Moves uploaded files out of the way: only the very bytes that were uploaded, never over another file, never through a
 * link. Made by the composition root for what happens after an upload.
 */

import { mkdir, realpath, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { UploaderError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { PutAway } from '../../core/watch/ports.ts';
import { systemCode } from '../files/problems.ts';
import { checkBytes, takeAsItIs } from './bytes.ts';
import { relativeTo } from './paths.ts';
import { finishLeaving, moveToFree, numbered } from './place.ts';
import { outside, watchProblem } from './problems.ts';
import { forgetTrashed, moveToTrash } from './trash.ts';

export interface PutAwayDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** The host's own trash, where it has one; on Linux it is not needed. */
  readonly trashItem?: ((path: string) => Promise<void>) | null;
  /** For tests: another system, and another data folder of the user. */
  readonly platform?: NodeJS.Platform;
  readonly dataHome?: string;
}

export function createPutAway(deps: PutAwayDeps): PutAway {
  const platform = deps.platform ?? process.platform;
  return {
    move: (from, to, uploaded, signal) =>
      inWords(async () => {
        const checked = await checkBytes(from, uploaded, signal);
        const made = await mkdir(dirname(to), { recursive: true });
        try {
          return await moveToFree(from, numbered(to), checked, signal);
        } catch (thrown) {
          if (made !== undefined) await prune(dirname(made), dirname(to)).catch(() => undefined);
          throw thrown;
        }
      }),

    trash: (from, uploaded, signal) =>
      inWords(async () => {
        if (platform !== 'linux' && !deps.trashItem) throw noTrash();
        const checked = await checkBytes(from, uploaded, signal);
        if (platform === 'linux') {
          return moveToTrash(from, checked, deps.dataHome ?? userDataFolder(), deps.clock.now(), signal);
        }
        await deps.trashItem?.(from);
        return null;
      }),

    recover: (from, { identity }) => inWords(() => finishLeaving(from, identity)),

    restore: (from, to) =>
      inWords(async () => {
        const checked = await takeAsItIs(from);
        await mkdir(dirname(to), { recursive: true });
        try {
          await moveToFree(from, [to], checked);
        } catch (thrown) {
          if (systemCode(thrown) === 'EEXIST') throw taken(to);
          throw thrown;
        }
        await forgetTrashed(from);
      }),

    prune: (root, folder) => prune(resolve(root), resolve(root, folder)),
  };
}

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw watchProblem(thrown);
  }
}

/** Stops without an error at the first folder that is not empty, or that the system does not let go. */
async function prune(root: string, folder: string): Promise<void> {
  for (let path = folder; path !== root; path = dirname(path)) {
    const inside = relativeTo(root, path);
    if (inside === null || inside === '') throw outside();
    try {
      const [realRoot, real] = await Promise.all([realpath(root), realpath(path)]);
      // Behind a link on the way; the last part may be no link either, which `rmdir` refuses by itself.
      if (real !== join(realRoot, inside)) return;
      await rmdir(path);
    } catch (thrown) {
      if (systemCode(thrown) !== 'ENOENT') return;
    }
  }
}

function userDataFolder(): string {
  const told = process.env.XDG_DATA_HOME;
  return told && isAbsolute(told) ? told : join(homedir(), '.local', 'share');
}

function noTrash(): UploaderError {
  return new UploaderError(
    'not-available',
    'This program cannot reach the trash of the system when it runs without a window. Choose to keep or to move uploaded files instead.',
  );
}

function taken(path: string): UploaderError {
  return new UploaderError(
    'already-exists',
    `There is another file at ${path} by now. Move that one away, then undo again.`,
  );
}
