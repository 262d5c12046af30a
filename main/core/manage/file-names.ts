/**
 * Titles of data rows as names of files: a title is whatever somebody, or a server, wrote, and a name has to be one on
 * every file system and must do no harm on any. Used by downloads.
 */

import { compareNatural } from '../natural.ts';

/** File systems take 255 bytes; room is left for a number and for the ending of an unfinished file. */
const MOST_BYTES = 200;
/** A longer ending is not one. */
const LONGEST_EXTENSION = 20;
/** Names of devices, with any ending. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** What an unfinished download is called by. */
export const PART_ENDING = '.part';

/**
 * The title without what a file system does not take, or what shows a name as another than it is (marks of the writing
 * direction). Never empty, never hidden, never a path, never longer than 200 bytes; the ending is kept.
 */
export function safeFileName(title: string): string {
  const plain = title
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cs}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/gu, '')
    .replace(/[<>:"/\\|?*]/g, '_')
    .replace(/^\s+|[.\s]+$/g, '')
    .replace(/^\.+/, '_');
  const named = plain === '' ? 'untitled' : plain;
  const { stem, extension } = parts(named);
  const short = shortened(stem, MOST_BYTES - byteLength(extension)) + extension;
  const free = RESERVED.test(short) ? `_${short}` : short;
  return free.toLowerCase().endsWith(PART_ENDING) ? `${free}_` : free;
}

/** The name with a number before its ending: `a (2).mp4`. */
export function numbered(name: string, number: number): string {
  const { stem, extension } = parts(name);
  return `${stem} (${number})${extension}`;
}

/** A safe name for each title, in their order, each once; upper and lower case are the same. */
export function uniqueFileNames(titles: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  /** Where counting goes on for a name, so that a hundred thousand equal titles are no work of hours. */
  const next = new Map<string, number>();
  return titles.map((title) => {
    const name = safeFileName(title);
    const key = fileKey(name);
    let free = name;
    let number = next.get(key) ?? 2;
    while (taken.has(fileKey(free))) free = numbered(name, number++);
    next.set(key, number);
    taken.add(fileKey(free));
    return free;
  });
}

/** What two names that are one file somewhere have in common. */
export function fileKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Names of a group's frames: their own where these already sort as the frames do, else with their number before them. */
export function frameNames(titles: readonly string[]): readonly string[] {
  const names = uniqueFileNames(titles);
  const inOrder = names.every((name, at) => at === 0 || compareNatural(names[at - 1] ?? '', name) < 0);
  if (inOrder) return names;
  const digits = String(titles.length).length;
  return uniqueFileNames(names.map((name, at) => `${String(at + 1).padStart(digits, '0')} ${name}`));
}

function parts(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.');
  if (dot <= 0 || name.length - dot > LONGEST_EXTENSION) return { stem: name, extension: '' };
  return { stem: name.slice(0, dot), extension: name.slice(dot) };
}

function shortened(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  let length = 0;
  let kept = '';
  for (const character of text) {
    length += byteLength(character);
    if (length > bytes) break;
    kept += character;
  }
  return kept.trimEnd();
}

/** Bytes in UTF-8. */
function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
