/** The `Retry-After` header, for every adapter that speaks HTTP. */

/** A server that asks for more is not believed: the person can always retry by hand. */
const LONGEST_MS = 3_600_000;

/**
 * Milliseconds to wait, from seconds or an HTTP date; null where the header is absent or makes no sense.
 * `now` is milliseconds since the epoch.
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  // The parser of dates takes almost anything for a year, so a date has to begin with the name of a day.
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : date - now;
  return Number.isFinite(ms) ? Math.min(LONGEST_MS, Math.max(0, Math.ceil(ms))) : null;
}
