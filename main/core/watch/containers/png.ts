/** PNG: ends with an `IEND` chunk. Called through `index.ts`. */

import { asciiAt, bytesAt } from '../../media/media-type.ts';
import type { Completeness } from '../readiness.ts';
import { bytesShort, COMPLETE, incomplete, isZero, type Source, UNKNOWN } from './source.ts';

/** Length (none), type and checksum: the same in every PNG. */
const IEND = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82];
const NO_IEND = incomplete('its IEND chunk is missing, which comes last');
const SIGNATURE_BYTES = 8;
/** Length, type and checksum of a chunk. */
const FRAME_BYTES = 12;

export async function png(source: Source): Promise<Completeness> {
  const tail = await source.bytes(source.size - IEND.length, IEND.length);
  if (tail && bytesAt(tail, 0, IEND)) return COMPLETE;
  // Programs append things of their own, so the end of the file need not be the end of the image.
  for (let offset = SIGNATURE_BYTES; ; ) {
    const header = await source.view(offset, 8);
    if (!header) return NO_IEND;
    const type = await source.bytes(offset + 4, 4);
    if (!type?.every(isLetter)) return type && isReserved(type) ? NO_IEND : UNKNOWN;
    const end = offset + FRAME_BYTES + header.getUint32(0);
    if (end > source.size) return bytesShort('one of its chunks', end - source.size);
    if (asciiAt(type, 0, 'IEND')) return (await source.bytes(end - 1, 1))?.[0] === 0 ? NO_IEND : COMPLETE;
    offset = end;
  }
}

/** Zeros, with or without the first letters of a type: room whose filling has come so far. */
function isReserved(type: Uint8Array): boolean {
  const zeros = type.indexOf(0);
  return zeros >= 0 && type.subarray(0, zeros).every(isLetter) && isZero(type.subarray(zeros));
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
