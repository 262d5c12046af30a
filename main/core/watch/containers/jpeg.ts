/** JPEG: a scan, and an end marker behind it, for each picture of the file. Called through `index.ts`. */

import { asciiAt } from '../../media/media-type.ts';
import type { Completeness } from '../readiness.ts';
import { furtherPictures } from './jpeg-pictures.ts';
import { bytesShort, COMPLETE, incomplete, MOST_AT_ONCE, type Source, UNKNOWN } from './source.ts';

const NO_SCAN = incomplete('its picture data is missing');
const NO_END = incomplete('its end marker is missing');

/** Programs and cameras append something to many images; more than this may be another picture, or a film. */
const MOST_APPENDED = 65_536;
const TAIL_BYTES = 4_096;

const EOI = 0xd9;
const SOS = 0xda;
const APP2 = 0xe2;

interface Head {
  /** Where the bytes of the first scan begin. */
  readonly scan: number;
  /** Where the last of further pictures ends that the head lists; 0 for none. */
  readonly pictures: number;
}

/** Thumbnails in the head have end markers of their own, so only what stands behind the first scan counts. */
export async function jpeg(source: Source): Promise<Completeness> {
  const head = await readHead(source);
  if ('kind' in head) return head;
  if (head.pictures > source.size) {
    return bytesShort('the last of its pictures', head.pictures - source.size);
  }
  if (await endsInMarker(source, head.scan)) return COMPLETE;
  const end = await findEnd(source, head.scan);
  if (end === null) return NO_END;
  return source.size - end <= MOST_APPENDED ? COMPLETE : UNKNOWN;
}

/** Walks the segments before the first scan. */
async function readHead(source: Source): Promise<Head | Completeness> {
  let pictures = 0;
  for (let offset = 2; ; ) {
    const start = await source.view(offset, 2);
    if (!start) return NO_SCAN;
    const [lead, code] = [start.getUint8(0), start.getUint8(1)];
    if (lead !== 0xff) return lead === 0 && code === 0 ? NO_SCAN : UNKNOWN;
    if (code === 0xff) {
      offset++;
    } else if (standsAlone(code)) {
      offset += 2;
    } else {
      if (code === EOI) return UNKNOWN;
      const length = (await source.view(offset + 2, 2))?.getUint16(0) ?? 0;
      const next = offset + 2 + length;
      if (length < 2 || next > source.size) return NO_SCAN;
      if (code === SOS) return { scan: next, pictures };
      const name = code === APP2 ? await source.bytes(offset + 4, 4) : null;
      if (name && asciiAt(name, 0, 'MPF\0')) pictures = await furtherPictures(source, offset + 8, next);
      offset = next;
    }
  }
}

/** Restart markers and one more have no length behind them. */
function standsAlone(code: number): boolean {
  return code === 0x01 || (code >= 0xd0 && code <= 0xd8);
}

/** Whether the file ends in an end marker, apart from zeros. */
async function endsInMarker(source: Source, scan: number): Promise<boolean> {
  const start = Math.max(scan, source.size - TAIL_BYTES);
  const tail = await source.bytes(start, source.size - start);
  const last = tail?.findLastIndex((byte) => byte !== 0) ?? -1;
  return last > 0 && tail?.[last] === EOI && tail[last - 1] === 0xff;
}

/**
 * Goes through the scans to the end marker; behind it is the answer, null where the file ends before. In the bytes of a
 * scan no 0xff stands before anything but zero, a restart or a marker.
 */
async function findEnd(source: Source, scan: number): Promise<number | null> {
  for (let offset = scan; offset < source.size - 1; ) {
    const block = await source.bytes(offset, Math.min(MOST_AT_ONCE, source.size - offset));
    if (!block) return null;
    let at = 0;
    while (at < block.length) {
      at = block.indexOf(0xff, at);
      if (at < 0) at = block.length;
      const code = block[at + 1];
      // A marker that the block cuts is read again with what follows.
      if (code === undefined) break;
      if (code === EOI) return offset + at + 2;
      const plain = code === 0 || code === 0xff || standsAlone(code);
      if (!plain && at + 3 >= block.length) break;
      at += plain ? (code === 0xff ? 1 : 2) : 2 + (block[at + 2] ?? 0) * 256 + (block[at + 3] ?? 0);
    }
    if (offset + block.length >= source.size) return null;
    offset += at;
  }
  return null;
}
