/** WebP: a RIFF container that ends inside the file, with a picture chunk that says its size. */

import type { MediaFacts } from '../store/items.ts';
import { imageFacts, type MediaFile, NotMedia } from './reader.ts';

export function looksLikeWebp(head: Buffer): boolean {
  return head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP';
}

/** @throws NotMedia */
export async function inspectWebp(file: MediaFile): Promise<MediaFacts> {
  const head = await file.exactly(0, 30);
  if (head.readUInt32LE(4) + 8 > file.size) throw new NotMedia('The WebP file is truncated.');
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      if (head.readUIntBE(23, 3) !== 0x9d012a) throw new NotMedia('The WebP picture is damaged.');
      return imageFacts('image/webp', head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff);
    case 'VP8L': {
      if (head[20] !== 0x2f) throw new NotMedia('The WebP picture is damaged.');
      const bits = head.readUInt32LE(21);
      return imageFacts('image/webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return imageFacts('image/webp', head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1);
    default:
      throw new NotMedia('The WebP file holds no picture.');
  }
}
