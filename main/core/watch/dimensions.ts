/**
 * Width and height of an image from its first bytes, for noticing frames of mixed sizes. Called with whatever was read of
 * a file; nothing in it is trusted.
 */

import { asciiAt, bytesAt } from '../media/media-type.ts';

/** Pixels, as they are stored: a camera's note that the picture is to be turned is not looked at. */
export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** Null for other formats, for damaged heads, and where the size stands behind the bytes that are given. Never throws. */
export function imageSize(head: Uint8Array): Dimensions | null {
  const bytes = new Bytes(head);
  if (bytesAt(head, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return png(bytes);
  if (bytesAt(head, 0, [0xff, 0xd8, 0xff])) return jpeg(bytes);
  if (bytes.is(0, 'RIFF') && bytes.is(8, 'WEBP')) return webp(bytes);
  if (bytes.is(0, 'BM')) return bmp(bytes);
  if (bytes.is(0, 'II')) return tiff(bytes, true);
  if (bytes.is(0, 'MM')) return tiff(bytes, false);
  return null;
}

/** Numbers at offsets; NaN beyond the end, which no comparison takes for true. */
class Bytes {
  private readonly head: Uint8Array;

  constructor(head: Uint8Array) {
    this.head = head;
  }

  is(at: number, text: string): boolean {
    return asciiAt(this.head, at, text);
  }

  /** An unsigned number of so many bytes. */
  number(at: number, length: number, littleEndian: boolean): number {
    let value = 0;
    for (let i = 0; i < length; i++) {
      const byte = this.head[littleEndian ? at + length - 1 - i : at + i];
      value = value * 256 + (byte ?? Number.NaN);
    }
    return value;
  }
}

function sized(width: number, height: number): Dimensions | null {
  return width > 0 && height > 0 ? { width, height } : null;
}

function png(bytes: Bytes): Dimensions | null {
  return bytes.is(12, 'IHDR') ? sized(bytes.number(16, 4, false), bytes.number(20, 4, false)) : null;
}

/** From marker to marker up to the start of a frame; thumbnails lie inside of segments, which are jumped over. */
function jpeg(bytes: Bytes): Dimensions | null {
  let at = 2;
  while (bytes.number(at, 1, false) === 0xff) {
    const marker = bytes.number(at + 1, 1, false);
    // Filling bytes, and markers without a segment.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else if (isFrame(marker)) return sized(bytes.number(at + 7, 2, false), bytes.number(at + 5, 2, false));
    // Compressed data, or the end: no frame will follow that begins here.
    else if (marker === 0xda || marker === 0xd9) return null;
    else {
      const length = bytes.number(at + 2, 2, false);
      if (!(length >= 2)) return null;
      at += 2 + length;
    }
  }
  return null;
}

/** SOF0 to SOF15, without the three of that range that mean other things. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function webp(bytes: Bytes): Dimensions | null {
  if (bytes.is(12, 'VP8X')) return sized(bytes.number(24, 3, true) + 1, bytes.number(27, 3, true) + 1);
  if (bytes.is(12, 'VP8L') && bytes.number(20, 1, true) === 0x2f) {
    const packed = bytes.number(21, 4, true);
    return sized((packed % 0x4000) + 1, (Math.floor(packed / 0x4000) % 0x4000) + 1);
  }
  if (bytes.is(12, 'VP8 ') && bytes.number(23, 3, false) === 0x9d012a) {
    return sized(bytes.number(26, 2, true) % 0x4000, bytes.number(28, 2, true) % 0x4000);
  }
  return null;
}

function bmp(bytes: Bytes): Dimensions | null {
  const header = bytes.number(14, 4, true);
  if (header === 12) return sized(bytes.number(18, 2, true), bytes.number(20, 2, true));
  if (!(header >= 16 && header <= 124)) return null;
  const height = bytes.number(22, 4, true);
  // A negative height means rows from the top.
  return sized(bytes.number(18, 4, true), height > 0x7fffffff ? 2 ** 32 - height : height);
}

/** The first directory; big TIFFs are too. */
function tiff(bytes: Bytes, littleEndian: boolean): Dimensions | null {
  const version = bytes.number(2, 2, littleEndian);
  if (version !== 42 && version !== 43) return null;
  const big = version === 43;
  const start = big ? bytes.number(8, 8, littleEndian) : bytes.number(4, 4, littleEndian);
  const entries = bytes.number(start, big ? 8 : 2, littleEndian);
  let width = Number.NaN;
  let height = Number.NaN;
  // Entries are sorted by tag, so the two come early; the loop ends at the end of the head at the latest.
  for (let index = 0; index < entries; index++) {
    const at = start + (big ? 8 + index * 20 : 2 + index * 12);
    const tag = bytes.number(at, 2, littleEndian);
    if (!(tag <= 257)) break;
    if (tag === 256) width = tiffValue(bytes, at, big, littleEndian);
    if (tag === 257) height = tiffValue(bytes, at, big, littleEndian);
  }
  return sized(width, height);
}

/** A number that stands in the entry itself. */
function tiffValue(bytes: Bytes, entry: number, big: boolean, littleEndian: boolean): number {
  const lengths: Readonly<Record<number, number>> = { 3: 2, 4: 4, 16: big ? 8 : 0 };
  const length = lengths[bytes.number(entry + 2, 2, littleEndian)] ?? 0;
  return length === 0 ? Number.NaN : bytes.number(entry + (big ? 12 : 8), length, littleEndian);
}
