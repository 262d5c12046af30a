/**
 * Every event from main to the pages. `changed` ticks are numbered without gaps per connection: a gap means that
 * something was missed and everything on screen is asked for again.
 */

import { z } from 'zod';
import { newsView } from './desktop.ts';
import type { EventName } from './names.ts';
import { bandwidthView, connectionView, planView, totalsView, transferView } from './views.ts';

/** What a tick says has changed; coalesced to a few a second. */
export const topic = z.enum([
  'queue',
  'accounts',
  'settings',
  'datasets',
  'connection',
  'watch',
  'jobs',
  'network',
  'updates',
]);
export type Topic = z.infer<typeof topic>;

export const EVENTS = {
  changed: z.object({
    seq: z.number().int(),
    topics: z.array(topic),
    totals: totalsView,
    connection: connectionView,
    paused: z.boolean(),
    bandwidth: bandwidthView,
  }),
  /** What is on its way now; sent a few times a second while bytes move, and once more when they stop. */
  progress: z.object({ transfers: z.array(transferView), speed: z.number() }),
  /** A review that is being made. */
  plan: planView,
  /** There is a place to open: `app.takePlaces`. */
  go: z.null(),
  /** For the host that shows notifications. */
  news: newsView,
} as const satisfies Record<EventName, z.ZodType>;

export type Events = { [N in EventName]: z.infer<(typeof EVENTS)[N]> };
