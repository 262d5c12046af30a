/**
 * The bandwidth setting: one limit, or a timetable of limits over the week, in the syntax of rclone's `--bwlimit`
 * (https://rclone.org/docs/#bwlimit-bandwidth-spec). Pure. Used by the settings, the command line and whoever says to
 * people what holds when.
 *
 * What rclone takes means the same here, as its documentation has it: bytes a second, steps of 1,024, a bare number
 * is KiB, `off` and 0 are no limit, an entry without a day holds on every day, and an entry holds until the next one of
 * the week. (rclone itself, before the first entry of its week, which begins on Sunday, takes the entry written last.)
 */

const MINUTES_OF_DAY = 24 * 60;
const MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY;
const MINUTE_MS = 60_000;
/** The first of January 1970 was a Thursday, and weeks begin on Sunday here. */
const EPOCH_MINUTE = 4 * MINUTES_OF_DAY;

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const FACTORS: Readonly<Record<string, number>> = {
  b: 1,
  '': 2 ** 10,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
  e: 2 ** 60,
};
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes a second; null is no limit. */
export type Limit = number | null;

export interface Entry {
  /** Minutes since Sunday, 00:00. */
  readonly minute: number;
  readonly limit: Limit;
}

/** By time, each with another limit than the one before it; never empty, and with a single entry when nothing changes. */
export type Timetable = readonly Entry[];

export type Reading =
  /** `notes`: sentences on what was understood and does not count here. */
  | { readonly ok: true; readonly timetable: Timetable; readonly notes: readonly string[] }
  /** A sentence that names the part that is wrong, and says what to write. */
  | { readonly ok: false; readonly problem: string };

/** Minutes by which local time is ahead of UTC at an instant in milliseconds since the epoch. */
export type OffsetAt = (at: number) => number;

const machineOffset: OffsetAt = (at) => -new Date(at).getTimezoneOffset();

/** What looks like the first half of an entry. */
const TIME = /^([a-z]+-)?\d\d?:\d\d$/i;

class Wrong extends Error {}

function withoutLimit(time: string): Wrong {
  return new Wrong(`“${time}” has no limit. Write a time, a comma and a limit, such as ${time},512k.`);
}

/** Reads what a person typed. Nothing at all is no limit. */
export function readBandwidth(text: string): Reading {
  const parts = text.split(/[\s;]+/).filter((part) => part !== '');
  const notes: string[] = [];
  try {
    const [only] = parts;
    if (only === undefined) return { ok: true, timetable: [{ minute: 0, limit: null }], notes };
    const entries =
      parts.length === 1 && !only.includes(',')
        ? [{ minute: 0, limit: readPair(only, only, notes) }]
        : parts.flatMap((part) => readEntry(part, notes));
    return { ok: true, timetable: inOrder(entries), notes: [...new Set(notes)] };
  } catch (thrown) {
    if (thrown instanceof Wrong) return { ok: false, problem: thrown.message };
    throw thrown;
  }
}

/** `Mon-08:00,512k`, or `08:00,512k` for each day. */
function readEntry(part: string, notes: string[]): Entry[] {
  const [when = '', rate, ...more] = part.split(',');
  if (rate === undefined) {
    if (TIME.test(part)) throw withoutLimit(part);
    throw new Wrong(
      `“${part}” has no time. Write a time, a comma and a limit, such as 08:00,${/\d/.test(part) ? part : '512k'}.`,
    );
  }
  if (more.length > 0) {
    throw new Wrong(
      `“${part}” has more than one comma. Write one time and one limit, such as 08:00,512k, and a space before the next.`,
    );
  }
  if (/^\d+$/.test(when) && /^\d+[a-z]*$/i.test(rate)) {
    throw new Wrong(
      `“${part}” has no time before the comma. Write a time and a limit, such as 08:00,512k; a fraction has a point, such as ${when}.${rate}.`,
    );
  }
  const [clock = '', day, ...rest] = when.split('-').reverse();
  if (rest.length > 0) {
    throw new Wrong(
      `“${when}” in “${part}” is not one time. Write a day and when the limit begins, such as Mon-08:00; it holds until the next entry.`,
    );
  }
  const days = day === undefined ? [...DAYS.keys()] : [readDay(day, part)];
  const minute = readClock(clock, part);
  const limit = readPair(rate, part, notes);
  return days.map((each) => ({ minute: each * MINUTES_OF_DAY + minute, limit }));
}

function readDay(day: string, part: string): number {
  const wanted = day.toLowerCase();
  const index = DAYS.findIndex((name) =>
    [name.toLowerCase(), name.slice(0, 3).toLowerCase()].includes(wanted),
  );
  if (index >= 0) return index;
  throw new Wrong(
    `“${day}” in “${part}” is not a day. Write Mon, Tue, Wed, Thu, Fri, Sat or Sun, or leave it out for every day.`,
  );
}

function readClock(clock: string, part: string): number {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(clock) ?? [];
  if (Number(hours) < 24 && Number(minutes) < 60) return Number(hours) * 60 + Number(minutes);
  throw new Wrong(
    `“${clock}” in “${part}” is not a time. Write hours and minutes with two digits each, such as 08:00, from 00:00 to 23:59.`,
  );
}

/** `UPLOAD:DOWNLOAD` or one for both. */
function readPair(text: string, part: string, notes: string[]): Limit {
  const colon = text.indexOf(':');
  if (colon < 0) return readLimit(text, part);
  if (TIME.test(text)) throw withoutLimit(text);
  const limit = readLimit(text.slice(0, colon), part);
  readLimit(text.slice(colon + 1), part);
  notes.push(
    `Of “${text}” only the first half counts, which is for uploads: this program downloads nothing that is worth a limit.`,
  );
  return limit;
}

function readLimit(text: string, part: string): Limit {
  if (text.toLowerCase() === 'off') return null;
  const [, number, unit = '', binary = ''] =
    /^\+?((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([bkmgtpe]?)(ib?)?$/i.exec(text) ?? [];
  const factor = FACTORS[unit.toLowerCase()];
  const plain = unit === '' || unit.toLowerCase() === 'b';
  const limit = Math.trunc(Number(number) * (factor ?? Number.NaN));
  if (Number.isFinite(limit) && !(binary !== '' && plain)) return limit === 0 ? null : limit;
  const where = text === part ? '' : ` in “${part}”`;
  const what =
    text === '' ? `“${part}” has no limit where one should be.` : `“${text}”${where} is not a limit.`;
  const bytes = /^([\d.]+)([kmgtp])(?:b|bps|b\/s|bytes?)$/i.exec(text);
  const instead = bytes ? `${bytes[1]}${bytes[2]?.toUpperCase()}` : null;
  throw new Wrong(
    instead
      ? `${what} Write ${instead}, which is ${instead.slice(0, -1)} ${UNITS[' KMGTP'.indexOf(instead.slice(-1))]} a second.`
      : `${what} Write a number with B, K, M or G for bytes, KiB, MiB or GiB a second, such as 512K or 1.5M, or write off.`,
  );
}

/** Of two entries for one time the later one counts; an entry that changes nothing is none. */
function inOrder(entries: readonly Entry[]): Timetable {
  const byMinute = new Map(entries.map(({ minute, limit }) => [minute, limit]));
  const sorted = [...byMinute].sort(([a], [b]) => a - b).map(([minute, limit]) => ({ minute, limit }));
  const changes = sorted.filter(({ limit }, index) => limit !== sorted.at(index - 1)?.limit);
  return changes.length > 0 ? changes : sorted.slice(0, 1);
}

/**
 * The limit that holds at an instant in milliseconds since the epoch: what the timetable says for the time that the
 * clock on the wall shows. An entry in an hour that daylight saving skips holds from the end of that hour; where an
 * hour comes twice, both times are as the clock shows.
 */
export function limitAt(timetable: Timetable, at: number, offsetAt: OffsetAt = machineOffset): Limit {
  return limitOf(timetable, minuteOfWeek(at, offsetAt(at)));
}

/** The next instant after `at` from which another limit holds; null where none ever does. */
export function nextChange(
  timetable: Timetable,
  at: number,
  offsetAt: OffsetAt = machineOffset,
): number | null {
  if (timetable.length < 2) return null;
  const now = limitAt(timetable, at, offsetAt);
  const end = at + 2 * MINUTES_OF_WEEK * MINUTE_MS;
  let from = at;
  while (from < end) {
    const offset = offsetAt(from);
    const minute = minuteOfWeek(from, offset);
    const next =
      timetable.find((entry) => entry.minute > minute)?.minute ?? first(timetable) + MINUTES_OF_WEEK;
    let to = Math.floor(from / MINUTE_MS + (next - minute)) * MINUTE_MS;
    // The clock is put forward or back before that: what it shows then may be another part of the table.
    if (offsetAt(to) !== offset) to = offsetChange(from, to, offsetAt);
    if (limitAt(timetable, to, offsetAt) !== now) return to;
    from = to;
  }
  return null;
}

/** The first whole minute after `from`, up to `to`, with the offset that `to` has. */
function offsetChange(from: number, to: number, offsetAt: OffsetAt): number {
  const later = offsetAt(to);
  let before = Math.floor(from / MINUTE_MS);
  let after = to / MINUTE_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle * MINUTE_MS) === later) after = middle;
    else before = middle;
  }
  return after * MINUTE_MS;
}

function first(timetable: Timetable): number {
  return timetable[0]?.minute ?? 0;
}

function limitOf(timetable: Timetable, minute: number): Limit {
  const entry = timetable.findLast((each) => each.minute <= minute) ?? timetable.at(-1);
  return entry?.limit ?? null;
}

function minuteOfWeek(at: number, offset: number): number {
  const minute = Math.floor(at / MINUTE_MS) + offset + EPOCH_MINUTE;
  return ((minute % MINUTES_OF_WEEK) + MINUTES_OF_WEEK) % MINUTES_OF_WEEK;
}

// ---------------------------------------------------------------------------------------------- in words

/** `512 KiB/s`, `1.5 MiB/s`, `no limit`. */
export function sayLimit(limit: Limit): string {
  if (limit === null) return 'no limit';
  let value = limit;
  let step = 0;
  while (value >= 1024 && step < UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${Number(value.toFixed(2))} ${UNITS[step]}/s`;
}

/** `512 KiB/s until 19:00`, `no limit until Monday, 08:00`; `until` as `nextChange` has it. */
export function sayNow(
  limit: Limit,
  until: number | null,
  at: number,
  offsetAt: OffsetAt = machineOffset,
): string {
  if (until === null) return sayLimit(limit);
  const minute = minuteOfWeek(until, offsetAt(until));
  const day = until - at < MINUTES_OF_DAY * MINUTE_MS ? '' : `${DAYS[Math.floor(minute / MINUTES_OF_DAY)]}, `;
  return `${sayLimit(limit)} until ${day}${clockOf(minute)}`;
}

/** What holds on which days, Monday first; days in a row with the same limits are one. */
export function sayWeek(timetable: Timetable): readonly { readonly days: string; readonly limits: string }[] {
  if (timetable.length === 1) {
    const limit = timetable[0]?.limit ?? null;
    return [{ days: 'Always', limits: limit === null ? 'no limit' : `at most ${sayLimit(limit)}` }];
  }
  const week = [1, 2, 3, 4, 5, 6, 0].map((day) => ({ day: DAYS[day] ?? '', limits: sayDay(timetable, day) }));
  const runs: { from: string; to: string; days: number; limits: string }[] = [];
  for (const { day, limits } of week) {
    const last = runs.at(-1);
    if (last?.limits === limits) {
      last.to = day;
      last.days += 1;
    } else runs.push({ from: day, to: day, days: 1, limits });
  }
  return runs.map(({ from, to, days, limits }) => ({
    days: days === 7 ? 'Every day' : days === 1 ? from : `${from} ${days === 2 ? 'and' : 'to'} ${to}`,
    limits,
  }));
}

function sayDay(timetable: Timetable, day: number): string {
  const begin = day * MINUTES_OF_DAY;
  const during = timetable.filter(({ minute }) => minute > begin && minute < begin + MINUTES_OF_DAY);
  const atFirst = sayLimit(limitOf(timetable, begin));
  if (during.length === 0) return `${atFirst} all day`;
  return [atFirst, ...during.map(({ minute, limit }) => `${sayLimit(limit)} from ${clockOf(minute)}`)].join(
    ', ',
  );
}

function clockOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const ofDay = minute % MINUTES_OF_DAY;
  return `${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`;
}
