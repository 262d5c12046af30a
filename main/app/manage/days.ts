/**
 * Ranges of days as pages ask for them, as instants of this machine's time zone. Used by the lists of datasets and rows.
 */

import type { DateRange } from '../../../preload/contract/manage.ts';

/**
 * Whether an instant (ISO 8601; null is unknown) lies on one of the days. Bounds are inclusive; where there is one, what is
 * unknown is outside. Null instead of a test where the range has no bounds, so that nothing need be parsed.
 */
export function withinDays({ from, to }: DateRange): ((at: string | null) => boolean) | null {
  if (from === null && to === null) return null;
  const start = from === null ? Number.NEGATIVE_INFINITY : startOfDay(from, 0);
  const end = to === null ? Number.POSITIVE_INFINITY : startOfDay(to, 1);
  return (at) => {
    const instant = instantOf(at);
    // A comparison with NaN is false, so what cannot be read is outside.
    return instant >= start && instant < end;
  };
}

/** Milliseconds since the epoch; NaN for null and for what is no time. */
export function instantOf(at: string | null): number {
  return at === null ? Number.NaN : Date.parse(at);
}

/** @param later how many days after; the calendar knows of days with 23 or 25 hours */
function startOfDay(day: string, later: number): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const start = new Date(0);
  start.setHours(0, 0, 0, 0);
  // Not the constructor: that takes years before 100 for those of the last century.
  start.setFullYear(year, month - 1, date + later);
  return start.getTime();
}
