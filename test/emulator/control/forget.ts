/** `POST /__emulator/forget-jobs`: what a server that lost its memory of running work looks like. Called by control.ts. */

import { z } from 'zod';
import type { World } from '../world.ts';

/** Ids as the calls that start the work give them, numbers as text. Without a list, all work. */
export const forgetSchema = z.strictObject({ jobs: z.array(z.string()).optional() });

/**
 * Upload jobs, de-identifications and re-encodings. What they have made stays; polls of upload jobs that wait are
 * answered at once.
 */
export function forgetJobs(world: World, { jobs }: z.output<typeof forgetSchema>): unknown {
  const named = jobs ?? null;
  const uploads = world.jobs.forget(named);
  for (const job of uploads) world.runner.wake(job);
  const others = [world.deidentifyTasks, world.reencodings, world.reencodeTasks];
  return { forgotten: others.reduce((sum, tasks) => sum + tasks.forget(named), uploads.length) };
}
