/**
 * The entries of an upload file: counted, listed, and taken out of it. Called by the use cases of cloud data and by
 * those of long work, which make a file of just the entries that failed. Whatever the file holds, nothing here throws;
 * pure.
 */

import type { CloudFile } from '../ports.ts';
import type { TextPath } from '../text-ports.ts';
import { CLOUD_LISTS, type CloudList } from './kinds.ts';
import { isObject } from './values.ts';

export const SKIP_DUPLICATES = 'skip_duplicate_urls';

export interface CloudEntry {
  /** Counts from 0 within the file. */
  readonly index: number;
  readonly path: TextPath;
  /** As people call it: "video", "image sequence", …. */
  readonly kind: string;
  readonly title: string | null;
  readonly urls: number;
  readonly firstUrl: string;
  readonly clientMetadata: boolean;
}

export interface EntryCounts {
  /** Key of the file → how many entries; those with none are left out. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly entries: number;
  readonly urls: number;
}

export function countEntries(file: CloudFile): EntryCounts {
  const kinds: Record<string, number> = {};
  let entries = 0;
  let urls = 0;
  for (const { list, all } of lists(file)) {
    if (all.length > 0) kinds[list.key] = all.length;
    entries += all.length;
    for (const entry of all) urls += urlsOf(list, entry).length;
  }
  return { kinds, entries, urls };
}

/** A window of the entries, in the order of `entryPaths`. */
export function listEntries(file: CloudFile, offset: number, limit: number): CloudEntry[] {
  const found: CloudEntry[] = [];
  let before = 0;
  for (const { list, all } of lists(file)) {
    const from = Math.max(offset - before, 0);
    const window = all.slice(from, from + limit - found.length);
    found.push(...window.map((entry, at) => describe(list, entry, from + at, before + from + at)));
    before += all.length;
    if (found.length >= limit) break;
  }
  return found;
}

/** Where the entries stand in the file. */
export function entryPaths(file: CloudFile): TextPath[] {
  return lists(file).flatMap(({ list, all }) => all.map((_, index) => [list.key, index]));
}

/** The file with only those entries that name one of these URLs; what else stands in it stays. */
export function takeEntries(file: CloudFile, urls: ReadonlySet<string>): CloudFile {
  const kept = Object.entries(file).flatMap(([key, value]) => {
    const list = CLOUD_LISTS.get(key);
    if (!list || !Array.isArray(value)) return [[key, value] as const];
    const entries = value.filter((entry: unknown) => urlsOf(list, entry).some((url) => urls.has(url)));
    return entries.length > 0 ? [[key, entries] as const] : [];
  });
  return Object.fromEntries(kept);
}

export function skipsDuplicates(file: CloudFile): boolean {
  return Object.hasOwn(file, SKIP_DUPLICATES) && file[SKIP_DUPLICATES] === true;
}

/** The file with the word on duplicates changed; false is the default and is left out. */
export function withSkipDuplicates(file: CloudFile, skip: boolean): CloudFile {
  const others = Object.entries(file).filter(([key]) => key !== SKIP_DUPLICATES);
  return Object.fromEntries(skip ? [...others, [SKIP_DUPLICATES, true]] : others);
}

/** The URLs of one entry, frames in their order. */
export function urlsOf(list: CloudList, entry: unknown): string[] {
  if (list.shape === 'open') return urlsWithin(entry, OPEN_DEPTH);
  if (!isObject(entry)) return [];
  if (list.shape === 'single') return typeof entry.objectUrl === 'string' ? [entry.objectUrl] : [];
  return Object.entries(entry)
    .flatMap(([key, url]) => {
      const number = frameNumber(key);
      return number !== null && typeof url === 'string' ? [{ number, url }] : [];
    })
    .sort((a, b) => a.number - b.number)
    .map(({ url }) => url);
}

/** Of `objectUrl_3` the 3; null for every other key. */
export function frameNumber(key: string): number | null {
  const digits = /^objectUrl_(0|[1-9]\d{0,8})$/.exec(key)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** How deep URLs are looked for where the shape is not known. */
const OPEN_DEPTH = 20;

function urlsWithin(value: unknown, levels: number): string[] {
  if (typeof value === 'string') return /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null || levels === 0) return [];
  return Object.values(value).flatMap((part) => urlsWithin(part, levels - 1));
}

function lists(file: CloudFile): { readonly list: CloudList; readonly all: readonly unknown[] }[] {
  return [...CLOUD_LISTS.values()].flatMap((list) => {
    const all = Object.hasOwn(file, list.key) ? file[list.key] : null;
    return Array.isArray(all) ? [{ list, all }] : [];
  });
}

function describe(list: CloudList, entry: unknown, at: number, index: number): CloudEntry {
  const urls = urlsOf(list, entry);
  const fields = isObject(entry) ? entry : {};
  return {
    index,
    path: [list.key, at],
    kind: list.key === 'image_groups' && fields.createVideo === true ? 'image sequence' : list.label,
    title: typeof fields.title === 'string' && fields.title !== '' ? fields.title : null,
    urls: urls.length,
    firstUrl: urls[0] ?? '',
    clientMetadata: isObject(fields.clientMetadata) && Object.keys(fields.clientMetadata).length > 0,
  };
}
