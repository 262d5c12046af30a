/**
 * The list of further pictures that a JPEG can have behind its first one (CIPA DC-007, "multi-picture format"): previews of
 * cameras, gain maps of telephones. Called by `jpeg.ts`.
 */

import { asciiAt } from '../../media/media-type.ts';
import type { Source } from './source.ts';

const ENTRIES_TAG = 0xb002;
const FIELD_BYTES = 12;
const ENTRY_BYTES = 16;
const MOST_FIELDS = 64;
const MOST_PICTURES = 256;

/**
 * Where the last of the pictures ends that the list between two offsets names; 0 where it names none, or makes no sense.
 * The list is written like a TIFF directory, and its offsets count from its own beginning.
 */
export async function furtherPictures(source: Source, start: number, end: number): Promise<number> {
  const header = await source.view(start, 8);
  if (!header || end - start < 8) return 0;
  const little = asciiAt(new Uint8Array(header.buffer, header.byteOffset, 2), 0, 'II');
  const directory = start + header.getUint32(4, little);
  const fields = (await source.view(directory, 2))?.getUint16(0, little) ?? 0;
  for (let index = 0; index < Math.min(fields, MOST_FIELDS); index++) {
    const offset = directory + 2 + index * FIELD_BYTES;
    if (offset + FIELD_BYTES > end) return 0;
    const field = await source.view(offset, FIELD_BYTES);
    if (field?.getUint16(0, little) !== ENTRIES_TAG) continue;
    const pictures = Math.min(Math.floor(field.getUint32(4, little) / ENTRY_BYTES), MOST_PICTURES);
    return lastEnd(source, start, start + field.getUint32(8, little), pictures, little);
  }
  return 0;
}

async function lastEnd(
  source: Source,
  start: number,
  entries: number,
  pictures: number,
  little: boolean,
): Promise<number> {
  let last = 0;
  for (let index = 0; index < pictures; index++) {
    const entry = await source.view(entries + index * ENTRY_BYTES, ENTRY_BYTES);
    const offset = entry?.getUint32(8, little) ?? 0;
    // The first picture is the file itself, and has no offset.
    if (entry && offset > 0) last = Math.max(last, start + offset + entry.getUint32(4, little));
  }
  return last;
}
