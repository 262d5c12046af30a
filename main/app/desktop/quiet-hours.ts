/** Quiet hours: a part of the day, in local time, that may go over midnight. Pure; used by `news-desk.ts`. */

import type { NotificationSettings } from '../../../preload/contract/desktop.ts';

const DAY_SECONDS = 24 * 60 * 60;

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/**
 * Milliseconds until the quiet hours that hold at this local time are over; null where none hold. Hours that end when they
 * begin hold never. Where the clocks change meanwhile it is an hour off: ask again then.
 */
export function quietFor(quiet: NotificationSettings['quiet'], now: TimeOfDay): number | null {
  if (quiet === null) return null;
  const at = (now.hour * 60 + now.minute) * 60 + now.second;
  const from = secondsOf(quiet.from);
  const length = between(from, secondsOf(quiet.to));
  const since = between(from, at);
  return since < length ? (length - since) * 1000 : null;
}

/** Seconds from one time of day to the next time that it is the other. */
function between(from: number, to: number): number {
  return (to - from + DAY_SECONDS) % DAY_SECONDS;
}

function secondsOf(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return (hour * 60 + minute) * 60;
}
