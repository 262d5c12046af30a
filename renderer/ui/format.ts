/** Numbers, sizes, speeds and times as the pages say them: thousands separators, 10^6 and 10^9, the machine's zone. */

const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `1204` → `1,204`. */
export function count(value: number): string {
  return integer.format(value);
}

/** `plural(1, 'file')` → `1 file`; `plural(1204, 'file')` → `1,204 files`. */
export function plural(value: number, singular: string, many = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : many}`;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'];

function sized(bytes: number): { value: string; unit: string } {
  let step = 0;
  let value = Math.max(0, bytes);
  // 999.95 would print as "1000.0": it belongs to the next unit.
  while (value >= 999.5 && step < UNITS.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = step === 0 || value >= 99.95 || step === 1 ? integer.format(value) : one.format(value);
  return { value: digits, unit: UNITS[step] ?? 'bytes' };
}

/** `1_240_000_000` → `1.2 GB`, `1_000_000_000` → `1 GB`. */
export function size(bytes: number): string {
  const { value: exact, unit } = sized(bytes);
  const value = exact.replace(/\.0$/, '');
  return unit === 'bytes' && value === '1' ? '1 byte' : `${value} ${unit}`;
}

/** `312 MB of 1.2 GB`, and `0.3 of 1.2 GB` where both share a unit. */
export function sizeOf(done: number, total: number): string {
  const left = sized(done);
  const right = sized(total);
  return left.unit === right.unit || done === 0
    ? `${done === 0 ? '0' : left.value} of ${size(total)}`
    : `${left.value} ${left.unit} of ${size(total)}`;
}

/** Bytes a second: `84 MB/s`. */
export function speed(bytesPerSecond: number): string {
  const { value, unit } = sized(bytesPerSecond);
  const rounded = unit === 'MB' && bytesPerSecond >= 10e6 ? integer.format(bytesPerSecond / 1e6) : value;
  return `${rounded} ${unit}/s`;
}

const LIMIT_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** A bandwidth limit, in the binary units that it is set in: `512 KiB/s`, `1.5 MiB/s until 19:00`. */
export function limitNow(bytesPerSecond: number, until: number | null, now: number): string {
  let value = bytesPerSecond;
  let step = 0;
  while (value >= 1024 && step < LIMIT_UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  const limit = `${Number(value.toFixed(2))} ${LIMIT_UNITS[step]}/s`;
  if (until === null) return limit;
  return `${limit} until ${until - now < 86_400_000 ? '' : `${weekday.format(until)}, `}${clock.format(until)}`;
}

/** Seconds, rounded as a person would say it: `about 6 minutes left`. */
export function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < 10) return 'a few seconds left';
  if (seconds < 50) return `about ${Math.round(seconds / 10) * 10} seconds left`;
  if (seconds < 100) return 'about a minute left';
  const minutes = seconds / 60;
  if (minutes < 20) return `about ${Math.round(minutes)} minutes left`;
  if (minutes < 57.5) return `about ${Math.round(minutes / 5) * 5} minutes left`;
  const hours = minutes / 60;
  if (hours < 1.25) return 'about an hour left';
  if (hours < 10) {
    const halves = Math.round(hours * 2) / 2;
    const whole = Math.floor(halves);
    return `about ${whole}${halves > whole ? '½' : ''} hours left`;
  }
  if (hours < 36) return `about ${Math.round(hours)} hours left`;
  return `about ${Math.round(hours / 24)} days left`;
}

/** The short form for a row: `6 min`. */
export function timeLeftShort(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${one.format(seconds / 3600)} h`;
}

/** Seconds until something: `in 12 s`, `in 3 min`, `now`. */
export function until(ms: number, now: number): string {
  const seconds = Math.ceil((ms - now) / 1000);
  return seconds <= 0 ? 'now' : `in ${timeLeftShort(seconds)}`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** `22:00` as this reader's clock has it, e.g. `10:00 PM`. */
export function clockTime(time: string): string {
  return clock.format(new Date(`2026-01-01T${time}`));
}

/** Milliseconds since the epoch: `14:02`, `yesterday, 14:02`, `20 Nov, 14:02`, `20 Nov 2025`. */
export function when(ms: number, now = Date.now()): string {
  const then = new Date(ms);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return clock.format(then);
  const yesterday = new Date(now - 86_400_000);
  if (then.toDateString() === yesterday.toDateString()) return `yesterday, ${clock.format(then)}`;
  return then.getFullYear() === today.getFullYear()
    ? `${day.format(then)}, ${clock.format(then)}`
    : dayYear.format(then);
}

/** The full date and time, for titles and details. */
export function whenExact(ms: number): string {
  return exact.format(new Date(ms));
}

/** A server's time text as `when`; empty where there is none or it cannot be read. */
export function whenText(text: string | null): string {
  const ms = msOf(text);
  return Number.isNaN(ms) ? '' : when(ms);
}

/** A server's time text in full; empty as for `whenText`. */
export function whenExactText(text: string | null): string {
  const ms = msOf(text);
  return Number.isNaN(ms) ? '' : whenExact(ms);
}

function msOf(text: string | null): number {
  if (text === null) return Number.NaN;
  // Encord's v1 times carry no zone and are UTC.
  return Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(' ', 'T')}Z`);
}

/** Seconds of video: `1:04`, `1:02:09`. */
export function playTime(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Anything but blanks and signs without a shape, such as a zero-width joiner. */
const VISIBLE = /[^\p{Cf}\p{Z}]/u;

/**
 * A name on one line: control characters, which names may hold, become visible signs. So do those that turn the direction
 * of what follows around, by which a name could pass for another. Empty where nothing of it can be seen.
 */
export function oneLine(name: string): string {
  let shown = '';
  for (const letter of name) {
    const code = letter.codePointAt(0) ?? 0;
    const turns = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    shown += code < 0x20 || code === 0x7f || turns ? (letter === '\n' ? '⏎' : '·') : letter;
  }
  return VISIBLE.test(shown) ? shown : '';
}
