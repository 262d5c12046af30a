/**
 * Reads lists that lie beside data and name files with their sizes or hashes: what `sha256sum` and its kin write, CSV and
 * TSV with headings, JSON, and plain lists of names. Called by the run; pure, and calm about whatever it is given.
 */

import { type RawEntry, readJson, readSums, readTable } from './manifest-formats.ts';
import type { Listed } from './readiness.ts';

type ListedFile = Extract<Listed, { kind: 'listed' }>;
export type ListedHash = NonNullable<ListedFile['hash']>;
export type ManifestEntry = Pick<ListedFile, 'size' | 'hash'>;

export interface Manifest {
  /** By path below the list's own folder, with `/`. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
  /** A sentence on what was not understood; what was understood stands all the same. Null where all was. */
  readonly problem: string | null;
}

/** Reading is one go that nothing can interrupt: a list of 100,000 files with hashes has some ten million characters. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** The text of a list: UTF-8, or UTF-16 with a mark, which is what shells of Windows write. */
export function manifestText(bytes: Uint8Array): string {
  const little = bytes[0] === 0xff && bytes[1] === 0xfe;
  const big = bytes[0] === 0xfe && bytes[1] === 0xff;
  return new TextDecoder(little ? 'utf-16le' : big ? 'utf-16be' : 'utf-8').decode(bytes);
}

/**
 * Reads a list; `name` is its own, for sentences. A file that is listed twice has what is listed last, as lists grow at
 * their end; of several hashes of one file the strongest counts.
 */
export function parseManifest(name: string, text: string): Manifest {
  if (text.length > MOST_CHARACTERS) {
    return none(`${name} is too long for a list: it has more than 16 million characters. Split it.`);
  }
  if (text.includes('\0')) return none(`${name} is not a text. Write the list as plain text in UTF-8.`);
  const plain = text.replace(/^\ufeff/, '');
  if (/^\s*[[{]/.test(plain)) {
    const found = readJson(plain);
    if (found !== null) return gather(name, found, 0);
    // Names can begin with a bracket too.
    if (plain.includes('"') || !/\w\.\w/.test(plain)) {
      return none(`${name} is not whole, or not JSON. It is read again when it changes.`);
    }
  }
  const lines = plain.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const sums = readSums(lines);
  if (sums !== null) return gather(name, sums, lines.length - sums.length);
  const table = readTable(plain);
  if (table !== null) return gather(name, table.entries, table.odd);
  return gather(
    name,
    lines.map((line) => ({ path: line.trim(), size: null, hashes: [] })),
    0,
  );
}

function none(problem: string): Manifest {
  return { entries: new Map(), problem };
}

/** Makes entries of what was read; `odd` lines were not understood. */
function gather(name: string, raw: readonly RawEntry[], odd: number): Manifest {
  const entries = new Map<string, ManifestEntry>();
  let outside = 0;
  for (const entry of raw) {
    const path = relative(entry.path);
    if (path === null) {
      outside++;
      continue;
    }
    const earlier = entries.get(path)?.hash ?? null;
    const hash = strongest(entry.hashes);
    const kept = earlier !== null && strength(earlier) > strength(hash) ? earlier : hash;
    entries.set(path, { size: entry.size ?? entries.get(path)?.size ?? null, hash: kept });
  }
  const problems = [
    odd > 0 ? `${lines(odd)} of ${name} could not be read.` : null,
    outside > 0
      ? `${lines(outside)} of ${name} named no file below its folder. Write paths that begin there.`
      : null,
    entries.size === 0 && odd + outside === 0 ? `${name} lists nothing.` : null,
  ].filter((problem) => problem !== null);
  return { entries, problem: problems.length === 0 ? null : problems.join(' ') };
}

function lines(count: number): string {
  return count === 1 ? 'One line' : `${count.toLocaleString('en')} lines`;
}

/** With `/`, without `./`; null for what is not below the list's folder. */
function relative(path: string): string | null {
  const slashed = path.replaceAll('\\', '/');
  if (slashed.startsWith('/') || /^[a-zA-Z]:\//.test(slashed)) return null;
  const parts = slashed.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}

const ALGORITHMS: ReadonlyMap<number, ListedHash['algorithm']> = new Map([
  [64, 'sha256'],
  [40, 'sha1'],
  [32, 'md5'],
]);

/** The hash that digits are by their number; null for what is none, or one that is not compared here. */
function asHash(text: string): ListedHash | null {
  const hex = text
    .trim()
    .toLowerCase()
    .replace(/^(?:sha-?256|sha-?1|md5)[:=-]/, '');
  const algorithm = /^[0-9a-f]+$/.test(hex) ? ALGORITHMS.get(hex.length) : undefined;
  return algorithm ? { algorithm, hex } : null;
}

/** Sixty-four digits count for more than forty. */
function strength(hash: ListedHash | null): number {
  return hash?.hex.length ?? 0;
}

function strongest(texts: readonly string[]): ListedHash | null {
  let best: ListedHash | null = null;
  for (const text of texts) {
    const hash = asHash(text);
    if (strength(hash) > strength(best)) best = hash;
  }
  return best;
}
