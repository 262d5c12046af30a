/** Faults that tests ask for: which requests they hit and what then happens (`/__emulator/faults`). */

import { z } from 'zod';

export const FAULT_KINDS = ['sign-in', 'grant', 'put', 'register', 'poll', 'link', 'api'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const count = z.int().min(1);
const milliseconds = z.number().min(0);

export const faultSchema = z.strictObject({
  match: z.strictObject({
    /** `api` is every call of v1 and v2; the others are what their names say. */
    kind: z.enum(FAULT_KINDS),
    nth: count.optional(),
    /** Equal to a title or name in the request, or to the title of the job or grant that it is about. */
    title: z.string().optional(),
  }),
  do: z
    .strictObject({
      status: z.int().min(200).max(599).optional(),
      error: z.string().min(1).optional(),
      retryAfter: z.number().min(0).optional(),
      reset: z.literal(true).optional(),
      resetAfterBytes: z.int().min(0).optional(),
      stallMs: milliseconds.optional(),
      delayMs: milliseconds.optional(),
      dropResponse: z.literal(true).optional(),
      expireUrl: z.literal(true).optional(),
    })
    .refine((value) => Object.keys(value).length > 0, 'name at least one thing to do'),
  times: count.optional(),
});

export type Fault = z.output<typeof faultSchema>;
export type FaultAction = Fault['do'];

interface Armed {
  readonly fault: Fault;
  matched: number;
  fired: number;
}

/** Kept in memory: a restart of the emulator clears them. */
export class Faults {
  #armed: Armed[] = [];

  add(fault: Fault): void {
    this.#armed.push({ fault, matched: 0, fired: 0 });
  }

  clear(): void {
    this.#armed = [];
  }

  list(): (Fault & { matched: number; fired: number })[] {
    return this.#armed.map(({ fault, matched, fired }) => ({ ...fault, matched, fired }));
  }

  /**
   * Counts the request for every fault that it matches, and returns what the first due one does.
   * A fault is due from its `nth` match on, `times` times.
   * @param titles asked only when a fault wants to know
   */
  take(kinds: readonly FaultKind[], titles: () => readonly string[]): FaultAction | null {
    if (this.#armed.length === 0) return null;
    let known: readonly string[] | null = null;
    let due: Armed | null = null;
    for (const armed of this.#armed) {
      const { match, times = 1 } = armed.fault;
      if (!kinds.includes(match.kind)) continue;
      if (match.title !== undefined) {
        known ??= titles();
        if (!known.includes(match.title)) continue;
      }
      armed.matched += 1;
      if (due === null && armed.matched >= (match.nth ?? 1) && armed.fired < times) due = armed;
    }
    if (due === null) return null;
    due.fired += 1;
    return due.fault.do;
  }
}
