/** What a life of the program is told to do, and what it says at its end. Used by the program that is killed and its harness. */

import { z } from 'zod';

export const lifeSchema = z.object({
  /** Those that are missing are added first. The rules are checked where they are used. */
  folders: z.array(
    z.object({ root: z.string(), dataset: z.string(), rules: z.unknown(), existing: z.enum(['all', 'new']) }),
  ),
  route: z.enum(['storage', 'documented']),
  kill: z.object({ name: z.string(), nth: z.number(), part: z.number() }).nullable(),
  /** `add`: ends when the folders are there. `run`: works until it is killed. `finish`: until there is nothing to do. */
  until: z.enum(['add', 'run', 'finish']),
  /** Answers these units in doubt, by number. */
  settle: z
    .object({ units: z.array(z.number()), how: z.enum(['check-again', 'register-anyway']) })
    .nullable(),
  /** Where the trash is made. */
  trash: z.string(),
  /** Breaks the program on purpose, to show that the harness would notice. */
  sabotage: z.enum(['resend', 'hasty']).nullable(),
});
export type Life = z.infer<typeof lifeSchema>;

export const endSchema = z.object({
  /** Why it did not come to rest; null where it did. */
  stuck: z.string().nullable(),
  uncertain: z.array(z.number()),
  /** For people who read about a failed round. */
  told: z.array(z.string()),
});
export type LifeEnd = z.infer<typeof endSchema>;
