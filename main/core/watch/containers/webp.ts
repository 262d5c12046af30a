/** WebP: a RIFF file that says how long it is. Called through `index.ts`. */

import type { Completeness } from '../readiness.ts';
import { bytesShort, COMPLETE, incomplete, type Source, UNKNOWN } from './source.ts';

const RIFF_HEADER = 8;
/** The form `WEBP`, and the header of one chunk at least. */
const LEAST = 12;
/** What programs append is small; more is an image whose length is yet to be written. */
const MOST_APPENDED = 4_096;

export async function webp(source: Source): Promise<Completeness> {
  const length = (await source.view(4, 4))?.getUint32(0, true) ?? 0;
  if (length < LEAST) return incomplete('its length is missing, which is written last');
  const end = RIFF_HEADER + length;
  if (end > source.size) return bytesShort('its RIFF chunk', end - source.size);
  return source.size - end <= MOST_APPENDED ? COMPLETE : UNKNOWN;
}
