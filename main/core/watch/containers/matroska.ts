/**
 * WebM and MKV: elements one after another, each with its length, in a segment whose length is written last. Called
 * through `index.ts`.
 */

import type { Completeness } from '../readiness.ts';
import { bytesShort, COMPLETE, incomplete, type Source, UNKNOWN } from './source.ts';

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
/** What may stand anywhere: filler, and a checksum. */
const ANYWHERE = [0xec, 0xbf];
/** An id has four bytes at most, a length eight. */
const HEADER_BYTES = 12;

export interface Element {
  readonly id: number;
  /** Null where the writer did not know it yet, or never will. */
  readonly length: number | null;
  readonly data: number;
}

const NO_SEGMENT = incomplete('its segment is missing, which holds the data');
const NO_LENGTH = incomplete('the length of its segment is missing, which is written last');
const CUT_HEADER = incomplete('its last element is cut off');

export async function matroska(source: Source): Promise<Completeness> {
  let segments = 0;
  for (let offset = 0; offset < source.size; ) {
    const element = await readElement(source, offset);
    if (element === 'cut') return segments === 0 ? NO_SEGMENT : CUT_HEADER;
    const known = element !== 'none' && [EBML, SEGMENT, ...ANYWHERE].includes(element.id);
    if (!known) return segments === 0 ? NO_SEGMENT : UNKNOWN;
    if (element.id === SEGMENT) {
      segments++;
      if (element.length === 0) return NO_LENGTH;
      if (element.length === null) return walkSegment(source, element.data);
    }
    const end = element.data + (element.length ?? 0);
    if (end > source.size) {
      return bytesShort(element.id === SEGMENT ? 'its segment' : 'one of its elements', end - source.size);
    }
    offset = end;
  }
  return segments === 0 ? NO_SEGMENT : COMPLETE;
}

/**
 * A segment of unknown length goes on for as long as there are elements, so it can be seen to be cut, and never to be
 * whole. What is in a cluster of unknown length is walked like what is beside it.
 */
async function walkSegment(source: Source, start: number): Promise<Completeness> {
  for (let offset = start; offset < source.size; ) {
    const element = await readElement(source, offset);
    if (element === 'cut') return CUT_HEADER;
    if (element === 'none' || (element.length === null && element.id !== CLUSTER)) return UNKNOWN;
    const end = element.data + (element.length ?? 0);
    if (end > source.size) {
      return bytesShort(
        element.id === CLUSTER ? 'its last cluster' : 'one of its elements',
        end - source.size,
      );
    }
    offset = end;
  }
  return UNKNOWN;
}

/** `cut` where the file ends in it, `none` where no element begins. */
export async function readElement(source: Source, offset: number): Promise<Element | 'cut' | 'none'> {
  const bytes = await source.bytes(offset, Math.min(HEADER_BYTES, source.size - offset));
  if (!bytes) return 'cut';
  const idLength = lengthOf(bytes[0] ?? 0);
  if (idLength > 4) return 'none';
  const first = bytes[idLength];
  if (first === undefined) return 'cut';
  const lengthLength = lengthOf(first);
  if (lengthLength > 8) return 'none';
  const data = idLength + lengthLength;
  if (data > bytes.length) return 'cut';
  const id = bytes.subarray(0, idLength).reduce((value, byte) => value * 256 + byte, 0);
  const mask = 0xff >> lengthLength;
  const digits = [first & mask, ...bytes.subarray(idLength + 1, data)];
  // All ones say that the length is unknown.
  const unknown = digits.every((byte, index) => byte === (index === 0 ? mask : 0xff));
  const length = unknown ? null : digits.reduce((value, byte) => value * 256 + byte, 0);
  return { id, length, data: offset + data };
}

/** How many bytes a number has that begins with this one; 9 where none does. */
function lengthOf(first: number): number {
  return Math.clz32(first) - 23;
}
