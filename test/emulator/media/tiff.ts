/** TIFF (classic): a first directory inside the file, with a size, whose strips or tiles end inside the file. */

import type { MediaFacts } from '../store/items.ts';
import { imageFacts, type MediaFile, NotMedia } from './reader.ts';

const TAG = {
  width: 256,
  height: 257,
  stripOffsets: 273,
  stripBytes: 279,
  tileOffsets: 324,
  tileBytes: 325,
} as const;
const BYTES_OF_TYPE: Record<number, number> = { 1: 1, 3: 2, 4: 4 };

export function looksLikeTiff(head: Buffer): boolean {
  const mark = head.toString('latin1', 0, 4);
  return mark === 'II*\0' || mark === 'MM\0*';
}

/** @throws NotMedia */
export async function inspectTiff(file: MediaFile): Promise<MediaFacts> {
  const head = Buffer.from(await file.exactly(0, 8));
  const little = head[0] === 0x49;
  const u16 = (bytes: Buffer, at: number): number =>
    little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  const u32 = (bytes: Buffer, at: number): number =>
    little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const directory = u32(head, 4);
  const count = u16(await file.exactly(directory, 2), 0);
  const entries = Buffer.from(await file.exactly(directory + 2, count * 12));
  const values = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const at = i * 12;
    const width = BYTES_OF_TYPE[u16(entries, at + 2)];
    const amount = u32(entries, at + 4);
    const tag = u16(entries, at);
    if (width === undefined || !Object.values(TAG).some((known) => known === tag)) continue;
    const held =
      width * amount <= 4
        ? entries.subarray(at + 8, at + 12)
        : Buffer.from(await file.exactly(u32(entries, at + 8), width * amount));
    values.set(
      tag,
      Array.from({ length: amount }, (_, n) =>
        width === 1 ? (held[n] ?? 0) : width === 2 ? u16(held, n * 2) : u32(held, n * 4),
      ),
    );
  }
  const offsets = values.get(TAG.stripOffsets) ?? values.get(TAG.tileOffsets);
  const lengths = values.get(TAG.stripBytes) ?? values.get(TAG.tileBytes) ?? [];
  if (!offsets || offsets.length === 0) throw new NotMedia('The TIFF holds no image data.');
  if (offsets.some((offset, i) => offset + (lengths[i] ?? 1) > file.size)) {
    throw new NotMedia('TIFF image data lies beyond the end of the file: it is truncated.');
  }
  return imageFacts('image/tiff', values.get(TAG.width)?.[0] ?? 0, values.get(TAG.height)?.[0] ?? 0);
}
