/** BMP: says how long the file is, and how many pixels follow. Called through `index.ts`. */

import type { Completeness } from '../readiness.ts';
import { bytesShort, COMPLETE, type Source, UNKNOWN } from './source.ts';

/** The header of OS/2's first version, with 16-bit sides. */
const CORE_HEADER = 12;
/** As much of both headers as is looked at. */
const CORE_HEADERS = 26;
const HEADERS = 34;
/** Compression: none, and masks of bits; with them the pixels have a length of their own. */
const PLAIN = [0, 3, 6];

export async function bmp(source: Source): Promise<Completeness> {
  const head = await source.view(0, Math.min(source.size, HEADERS));
  if (!head || head.byteLength < CORE_HEADERS) return bytesShort('its header', CORE_HEADERS - source.size);
  const core = head.getUint32(14, true) === CORE_HEADER;
  if (!core && head.byteLength < HEADERS) return bytesShort('its header', HEADERS - source.size);
  const said = head.getUint32(2, true);
  const pixels = pixelsEnd(head, core);
  if (pixels !== null && pixels > source.size) return bytesShort('its picture', pixels - source.size);
  if (said <= source.size && (pixels !== null || said > 0)) return COMPLETE;
  // Some writers count wrongly: with all pixels there the length alone is no reason to wait.
  return pixels === null && said > source.size
    ? bytesShort('what its header announces', said - source.size)
    : UNKNOWN;
}

/** Where the pixels end; null where they are packed. */
function pixelsEnd(head: DataView, core: boolean): number | null {
  const width = core ? head.getUint16(18, true) : head.getInt32(18, true);
  const height = core ? head.getUint16(20, true) : head.getInt32(22, true);
  const bits = head.getUint16(core ? 24 : 28, true);
  if (!core && !PLAIN.includes(head.getUint32(30, true))) return null;
  const row = Math.ceil((Math.abs(width) * bits) / 32) * 4;
  return head.getUint32(10, true) + row * Math.abs(height);
}
