/** JPEG: markers up to the scan, a frame header with a size, and an end-of-image marker behind the scan. */

import type { MediaFacts } from '../store/items.ts';
import { imageFacts, type MediaFile, NotMedia } from './reader.ts';

/** How much of the end is searched for the end marker; some cameras pad the file. */
const TAIL_BYTES = 64 * 1024;

export function looksLikeJpeg(head: Buffer): boolean {
  return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
}

/** @throws NotMedia */
export async function inspectJpeg(file: MediaFile): Promise<MediaFacts> {
  let size: { width: number; height: number } | null = null;
  let scan: number | null = null;
  for (let at = 2; scan === null; ) {
    const head = await file.read(at, 9);
    if (head.length < 4) throw new NotMedia('The JPEG ends before its image data: it is truncated.');
    const marker = head[1] ?? 0;
    if (head[0] !== 0xff) throw new NotMedia('The JPEG markers are damaged.');
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    if (marker === 0xd9) throw new NotMedia('The JPEG holds no image data.');
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (frame && head.length === 9) size = { height: head.readUInt16BE(5), width: head.readUInt16BE(7) };
    const next = at + 2 + head.readUInt16BE(2);
    if (marker === 0xda) scan = next;
    at = next;
  }
  if (!size) throw new NotMedia('The JPEG has no frame header.');
  const from = Math.max(scan, file.size - TAIL_BYTES);
  const tail = await file.read(from, TAIL_BYTES);
  if (tail.lastIndexOf(Buffer.from([0xff, 0xd9])) < 0) {
    throw new NotMedia('The JPEG has no end marker: it is truncated.');
  }
  return imageFacts('image/jpeg', size.width, size.height);
}
