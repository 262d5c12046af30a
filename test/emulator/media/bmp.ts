/** BMP: file header, a known information header, and all rows of an uncompressed picture inside the file. */

import type { MediaFacts } from '../store/items.ts';
import { imageFacts, type MediaFile, NotMedia } from './reader.ts';

export function looksLikeBmp(head: Buffer): boolean {
  return head.toString('latin1', 0, 2) === 'BM' && head.length >= 26 && head.readUInt32LE(6) === 0;
}

/** @throws NotMedia */
export async function inspectBmp(file: MediaFile): Promise<MediaFacts> {
  const head = await file.exactly(0, 26);
  const data = head.readUInt32LE(10);
  if (head.readUInt32LE(14) === 12) {
    return complete(file, data, head.readUInt16LE(18), head.readUInt16LE(20), head.readUInt16LE(24), 0);
  }
  const info = await file.exactly(0, 34);
  return complete(
    file,
    data,
    info.readInt32LE(18),
    Math.abs(info.readInt32LE(22)),
    info.readUInt16LE(28),
    info.readUInt32LE(30),
  );
}

function complete(
  file: MediaFile,
  data: number,
  width: number,
  height: number,
  bits: number,
  compression: number,
): MediaFacts {
  const plain = compression === 0 || compression === 3;
  const needed = plain ? Math.ceil((width * bits) / 32) * 4 * height : 1;
  if (data < 26 || data + needed > file.size) throw new NotMedia('The BMP file is truncated.');
  return imageFacts('image/bmp', width, height);
}
