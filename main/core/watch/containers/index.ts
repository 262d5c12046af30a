/**
 * Is a container whole? Finds out by its first bytes what a file is, and asks its format. Called by the run, for files
 * that nothing else speaks against.
 */

import { HEAD_BYTES, sniff } from '../../media/index.ts';
import type { Completeness } from '../readiness.ts';
import { bmp } from './bmp.ts';
import { avif, movie } from './boxes.ts';
import { jpeg } from './jpeg.ts';
import { matroska } from './matroska.ts';
import { png } from './png.ts';
import { incomplete, isZero, OutOfBudget, type ReadBytes, Source, UNKNOWN } from './source.ts';
import { tiff } from './tiff.ts';
import { webp } from './webp.ts';

const BY_MIME: Readonly<Record<string, (source: Source) => Promise<Completeness>>> = {
  'video/mp4': movie,
  'video/quicktime': movie,
  'video/webm': matroska,
  'video/x-matroska': matroska,
  'image/jpeg': jpeg,
  'image/png': png,
  'image/webp': webp,
  'image/avif': avif,
  'image/bmp': bmp,
  'image/tiff': tiff,
};

/** Places between the first and the last byte that are looked at for holes, and how many bytes at each. */
const PROBES = 16;
const PROBE_BYTES = 64;
/** So many zeros at the very end are no end that a format has. */
const TAIL_BYTES = 16;

/**
 * Whether a file of `size` bytes has what its format writes last. `unknown` for formats that do not say, for empty files,
 * and where finding out would take too many reads; `complete` only where nothing speaks against it. What `read` throws is
 * passed on, else nothing is thrown, whatever the bytes are.
 */
export async function completenessOf(read: ReadBytes, size: number): Promise<Completeness> {
  const source = new Source(read, size);
  try {
    const head = await source.bytes(0, Math.min(HEAD_BYTES, size));
    if (head === null || head.length === 0) return UNKNOWN;
    // Reserved and not written yet, or written last, as by copiers that save the header for the end.
    if (isZero(head)) return incomplete('its beginning is missing, there are only zeros');
    // Names play no part in the formats that show here whether they are whole.
    const found = sniff(head, '');
    const check = found.kind === 'taken' ? BY_MIME[found.format.mime] : undefined;
    if (!check) return UNKNOWN;
    const answer = await check(source);
    return answer.kind === 'complete' && (await hasHoles(source)) ? UNKNOWN : answer;
  } catch (thrown) {
    if (thrown instanceof OutOfBudget) return UNKNOWN;
    throw thrown;
  }
}

/**
 * Whether zeros stand at the end or at one of a few places: space that was reserved and may not be filled yet. Black
 * pixels and silence look the same, so it is a doubt and no verdict; the other rungs decide then.
 */
async function hasHoles(source: Source): Promise<boolean> {
  const { size } = source;
  const tail = await source.bytes(Math.max(0, size - TAIL_BYTES), Math.min(TAIL_BYTES, size));
  if (tail === null || isZero(tail)) return true;
  for (let probe = 1; probe < PROBES; probe++) {
    const offset = Math.floor(((size - PROBE_BYTES) * probe) / PROBES);
    const bytes = await source.bytes(offset, PROBE_BYTES);
    if (bytes !== null && isZero(bytes)) return true;
  }
  return false;
}
