/**
 * TIFF and BigTIFF: a chain of directories, each of which says where its pixels are. Both can lie anywhere, and whatever
 * they point to has to lie within the file. Called through `index.ts`.
 */

import type { Completeness } from '../readiness.ts';
import { bytesShort, COMPLETE, incomplete, type Source, UNKNOWN } from './source.ts';

const NO_DIRECTORY = incomplete('its directory is missing, which is written last');
const NO_PIXELS = incomplete('its pixels are missing');

/** Bytes of one value, by type; types that nobody knows take no room. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const STRIP_OFFSETS = 273;
const STRIP_BYTES = 279;
const TILE_OFFSETS = 324;
const TILE_BYTES = 325;
const SUB_DIRECTORIES = 330;
/** More than this behind everything that a directory points to is a page whose directory is yet to come. */
const MOST_UNUSED = 4_096;
/** So many offsets are read at once. */
const CHUNK = 512;

/** The values of one field: where they stand, how many, and how long each is. */
interface Values {
  readonly at: number;
  readonly count: number;
  readonly bytes: number;
}

/** How numbers are written in this file. */
interface Layout {
  readonly little: boolean;
  /** BigTIFF: offsets and counts have eight bytes. */
  readonly big: boolean;
}

export async function tiff(source: Source): Promise<Completeness> {
  const head = await source.view(0, Math.min(16, source.size));
  if (!head || head.byteLength < 8) return NO_DIRECTORY;
  const little = head.getUint8(0) === 0x49;
  const big = head.getUint16(2, little) === 43;
  if (big && head.byteLength < 16) return NO_DIRECTORY;
  const first = big ? Number(head.getBigUint64(8, little)) : head.getUint32(4, little);
  return first === 0 ? NO_DIRECTORY : new Pages(source, { little, big }).judge(first);
}

/** What is known of a file's pages while their directories are gone through. */
class Pages {
  private readonly source: Source;
  private readonly layout: Layout;
  /** Where the last thing ends that anything points to. */
  private end = 0;
  private pieces = 0;
  /** Strips or tiles that are nowhere, as in sparse files, and in those that are being written. */
  private holes = 0;

  constructor(source: Source, layout: Layout) {
    this.source = source;
    this.layout = layout;
  }

  async judge(first: number): Promise<Completeness> {
    const seen = new Set<number>();
    const due = [first];
    for (let offset = due.pop(); offset !== undefined; offset = due.pop()) {
      // A chain that bites its tail says nothing about its end.
      if (seen.has(offset)) return UNKNOWN;
      seen.add(offset);
      const next = await this.directory(offset);
      if (next === null) return NO_DIRECTORY;
      due.push(...next);
    }
    if (this.end > this.source.size)
      return bytesShort('what its directory lists', this.end - this.source.size);
    if (this.pieces === 0) return NO_PIXELS;
    const growing = this.source.size - this.end > MOST_UNUSED;
    return this.holes === 0 && !growing ? COMPLETE : UNKNOWN;
  }

  /** The directories that this one points to; null where it does not lie within the file as a whole. */
  private async directory(offset: number): Promise<number[] | null> {
    const { big, little } = this.layout;
    const counted = await this.source.view(offset, big ? 8 : 2);
    if (!counted) return null;
    const count = big ? Number(counted.getBigUint64(0, little)) : counted.getUint16(0, little);
    const start = offset + counted.byteLength;
    const fieldBytes = big ? 20 : 12;
    const link = await this.number(start + count * fieldBytes, big ? 8 : 4);
    if (link === null) return null;
    this.reach(start + count * fieldBytes + (big ? 8 : 4));
    const fields = new Map<number, Values>();
    for (let index = 0; index < count; index++) {
      const field = await this.field(start + index * fieldBytes);
      if (field) fields.set(field.tag, field.values);
    }
    await this.pixels(fields.get(STRIP_OFFSETS), fields.get(STRIP_BYTES));
    await this.pixels(fields.get(TILE_OFFSETS), fields.get(TILE_BYTES));
    const further = await this.numbers(fields.get(SUB_DIRECTORIES), 0, CHUNK);
    return [...(link === 0 ? [] : [link]), ...further.filter((each) => each !== 0)];
  }

  private async field(offset: number): Promise<{ readonly tag: number; readonly values: Values } | null> {
    const { big, little } = this.layout;
    const head = await this.source.view(offset, big ? 12 : 8);
    if (!head) return null;
    const count = big ? Number(head.getBigUint64(4, little)) : head.getUint32(4, little);
    const bytes = TYPE_BYTES[head.getUint16(2, little)] ?? 0;
    const room = big ? 8 : 4;
    let at = offset + head.byteLength;
    if (count * bytes > room) {
      at = (await this.number(at, room)) ?? 0;
      this.reach(at + count * bytes);
    }
    return { tag: head.getUint16(0, little), values: { at, count, bytes } };
  }

  private async pixels(offsets: Values | undefined, lengths: Values | undefined): Promise<void> {
    if (!offsets) return;
    for (let from = 0; from < offsets.count; from += CHUNK) {
      const starts = await this.numbers(offsets, from, CHUNK);
      // What cannot be read lies beyond the end, which is known by then.
      if (starts.length === 0) return;
      const sizes = await this.numbers(lengths, from, CHUNK);
      for (const [index, start] of starts.entries()) {
        if (start === 0) this.holes++;
        else this.pieces++;
        this.reach(start + (sizes[index] ?? 0));
      }
    }
  }

  private reach(end: number): void {
    this.end = Math.max(this.end, end);
  }

  /** At most `most` values from an index on; none where they lie beyond the end of the file. */
  private async numbers(values: Values | undefined, from: number, most: number): Promise<number[]> {
    if (!values || values.bytes === 0) return [];
    const { at, bytes } = values;
    const count = Math.min(values.count - from, most);
    const view = await this.source.view(at + from * bytes, count * bytes);
    return view ? Array.from({ length: count }, (_, index) => this.numberIn(view, index * bytes, bytes)) : [];
  }

  private async number(offset: number, bytes: number): Promise<number | null> {
    const view = await this.source.view(offset, bytes);
    return view && this.numberIn(view, 0, bytes);
  }

  private numberIn(view: DataView, at: number, bytes: number): number {
    const { little } = this.layout;
    if (bytes === 8) return Number(view.getBigUint64(at, little));
    if (bytes === 4) return view.getUint32(at, little);
    return bytes === 2 ? view.getUint16(at, little) : view.getUint8(at);
  }
}
