/** What the commands' options may hold, and what it means. Used by `index.ts`. */

import { InvalidArgumentError, Option } from 'commander';
import type { SettingsView } from '../../preload/contract/views.ts';
import { readBandwidth } from '../core/timetable.ts';
import type { Terminal } from './terminal.ts';

/** Settings for this run only. */
export type RunSettings = Partial<
  Pick<SettingsView, 'sizeLimitBytes' | 'concurrency' | 'concurrencyBounds' | 'bandwidth'>
>;

export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is 0 to 65535.');
  return port;
}

export function parseConcurrency(text: string): Pick<RunSettings, 'concurrency' | 'concurrencyBounds'> {
  const [, first, second] = /^(\d{1,2})(?:\s*-\s*(\d{1,2}))?$/.exec(text.trim()) ?? [];
  const least = Number(first);
  const most = Number(second ?? first);
  if (!(least >= 1 && most <= 64)) {
    throw new InvalidArgumentError(
      'Give a number from 1 to 64, such as 8, or two for the program to choose between, such as 4-32.',
    );
  }
  if (least > most) throw new InvalidArgumentError(`Give the smaller number first: ${most}-${least}.`);
  if (second === undefined) return { concurrency: least };
  return { concurrency: 'auto', concurrencyBounds: { least, most } };
}

export function bandwidthOption(): Option {
  return new Option(
    '--bwlimit <limits>',
    'at most so many bytes a second for all files together, as rclone has it: 512k, 1.5M, off, or a timetable such as "08:00,512k 12:00,10M 19:00,off" or "Mon-08:00,1M Fri-18:00,off"',
  ).argParser(parseBandwidth);
}

function parseBandwidth(text: string): string {
  const reading = readBandwidth(text);
  if (!reading.ok) throw new InvalidArgumentError(reading.problem);
  return text;
}

/** Says what of a limit was understood and does not count here. */
export function noteBandwidth(terminal: Terminal, text: string | undefined): void {
  const reading = readBandwidth(text ?? '');
  for (const note of reading.ok ? reading.notes : []) terminal.note(note);
}

/** Options that were not given leave the settings as they are. */
export function withoutUndefined<T extends object>(
  options: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  // The entries are the options' own; only the type of `fromEntries` forgets them.
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
};

export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?b?)$/i.exec(text.trim());
  const factor = match ? SIZES[(match[2] ?? '').toLowerCase().replace(/^b$/, '')] : undefined;
  const bytes = match && factor ? Math.round(Number(match[1]) * factor) : 0;
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw new InvalidArgumentError('Give bytes, or a number with kB, MB, GB.');
  return bytes;
}
