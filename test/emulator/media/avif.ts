/** AVIF: brand, complete boxes, a size in the item properties, and media data. */

import type { MediaFacts } from '../store/items.ts';
import { boxesIn, topLevelBoxes } from './boxes.ts';
import { imageFacts, type MediaFile, NotMedia } from './reader.ts';

export function looksLikeAvif(head: Buffer): boolean {
  return head.toString('latin1', 4, 8) === 'ftyp' && /avif|avis/.test(head.toString('latin1', 8, 32));
}

/** @throws NotMedia */
export async function inspectAvif(file: MediaFile): Promise<MediaFacts> {
  const boxes = await topLevelBoxes(file);
  const meta = boxes.find((box) => box.type === 'meta');
  if (!meta) throw new NotMedia('The AVIF file has no "meta" box: it is truncated.');
  const bytes = Buffer.from(await file.exactly(meta.content, meta.end - meta.content));
  // `meta` is a full box: four bytes of version and flags come before its children.
  const children = boxesIn(bytes, 4, bytes.length);
  if (!boxes.some((box) => box.type === 'mdat') && !children.some((box) => box.type === 'idat')) {
    throw new NotMedia('The AVIF file has no media data.');
  }
  const iprp = children.find((box) => box.type === 'iprp');
  const ipco = iprp && boxesIn(bytes, iprp.content, iprp.end).find((box) => box.type === 'ipco');
  const sizes = (ipco ? boxesIn(bytes, ipco.content, ipco.end) : [])
    .filter((box) => box.type === 'ispe' && box.end - box.content >= 12)
    .map((box) => ({
      width: bytes.readUInt32BE(box.content + 4),
      height: bytes.readUInt32BE(box.content + 8),
    }))
    .sort((a, b) => b.width * b.height - a.width * a.height);
  const [largest] = sizes;
  if (!largest) throw new NotMedia('The AVIF file does not say its size.');
  return imageFacts('image/avif', largest.width, largest.height);
}
