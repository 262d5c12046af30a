/** PNG: signature, IHDR first and undamaged, every chunk inside the file, IEND at the end. */

import { crc32 } from 'node:zlib';
import type { MediaFacts } from '../store/items.ts';
import { imageFacts, type MediaFile, NotMedia } from './reader.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

export function looksLikePng(head: Buffer): boolean {
  return head.subarray(0, 8).equals(SIGNATURE);
}

/** @throws NotMedia */
export async function inspectPng(file: MediaFile): Promise<MediaFacts> {
  const header = Buffer.from(await file.exactly(8, 25));
  if (
    header.toString('latin1', 4, 8) !== 'IHDR' ||
    crc32(header.subarray(4, 21)) !== header.readUInt32BE(21)
  ) {
    throw new NotMedia('The PNG header is damaged.');
  }
  let hasData = false;
  for (let at = 33; ; ) {
    const chunk = await file.read(at, 8);
    if (chunk.length < 8) throw new NotMedia('The PNG ends before its IEND chunk: it is truncated.');
    const type = chunk.toString('latin1', 4, 8);
    const end = at + 12 + chunk.readUInt32BE(0);
    if (end > file.size)
      throw new NotMedia('A PNG chunk reaches beyond the end of the file: it is truncated.');
    if (type === 'IDAT') hasData = true;
    if (type === 'IEND') break;
    at = end;
  }
  if (!hasData) throw new NotMedia('The PNG holds no image data.');
  return imageFacts('image/png', header.readUInt32BE(8), header.readUInt32BE(12));
}
