/**
 * MP4, MOV and AVIF: boxes one after another, each with its length, of which some have to be there. Called through
 * `index.ts`.
 */

import type { Completeness } from '../readiness.ts';
import { bytesShort, COMPLETE, incomplete, type Source, UNKNOWN } from './source.ts';

interface Walk {
  /** Types of the boxes that are whole, and of one that reaches to the end. */
  readonly types: ReadonlySet<string>;
  readonly end:
    | { readonly kind: 'whole' }
    /** The last box has no length: it is whatever there is. */
    | { readonly kind: 'endless' }
    /** The last box says that it is longer than the file. */
    | { readonly kind: 'cut'; readonly type: string; readonly short: number }
    /** What follows is no box. */
    | { readonly kind: 'stray' };
}

const NO_MOOV = incomplete('its moov box is missing, which cameras write last');
const NO_DATA = incomplete('its mdat box is missing, which holds the data');

/** MP4 and MOV: every box whole, a `moov`, and an `mdat`. */
export async function movie(source: Source): Promise<Completeness> {
  const { types, end } = await walk(source);
  if (end.kind === 'cut') return cut(end);
  if (!types.has('moov')) return NO_MOOV;
  if (!types.has('mdat')) return NO_DATA;
  // Fragments can go on for ever, unless the index that ends them is there.
  const growing = types.has('moof') && !types.has('mfra');
  return end.kind === 'whole' && !growing ? COMPLETE : UNKNOWN;
}

/** AVIF: the description first (`meta`, for animations `moov`), then the data. */
export async function avif(source: Source): Promise<Completeness> {
  const { types, end } = await walk(source);
  if (end.kind === 'cut') return cut(end);
  if (!types.has('meta') && !types.has('moov')) return incomplete('its meta box is missing');
  // Without `mdat` the data would have to be in the description itself.
  return end.kind === 'whole' && types.has('mdat') ? COMPLETE : UNKNOWN;
}

function cut({ type, short }: { readonly type: string; readonly short: number }): Completeness {
  return bytesShort(`its ${type} box`, short);
}

async function walk(source: Source): Promise<Walk> {
  const types = new Set<string>();
  let offset = 0;
  while (offset < source.size) {
    const header = await source.view(offset, 8);
    const type = header && typeOf(header);
    if (!type) return { types, end: { kind: 'stray' } };
    let length = header.getUint32(0);
    if (length === 0) {
      types.add(type);
      return { types, end: { kind: 'endless' } };
    }
    let least = 8;
    if (length === 1) {
      const large = await source.view(offset + 8, 8);
      if (!large) return { types, end: { kind: 'cut', type, short: offset + 16 - source.size } };
      length = Number(large.getBigUint64(0));
      least = 16;
    }
    // A length that is yet to be written is zero, or whatever stands there.
    if (length < least) return { types, end: { kind: 'stray' } };
    const short = offset + length - source.size;
    if (short > 0) return { types, end: { kind: 'cut', type, short } };
    types.add(type);
    offset += length;
  }
  return { types, end: { kind: 'whole' } };
}

/** Four printable characters (QuickTime has © as well); null for anything else. */
function typeOf(header: DataView): string | null {
  const codes = [4, 5, 6, 7].map((at) => header.getUint8(at));
  const isType = codes.every((code) => (code >= 0x20 && code < 0x7f) || code === 0xa9);
  return isType ? String.fromCharCode(...codes) : null;
}
