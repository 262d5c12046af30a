/** The box structure that MP4, MOV and AVIF share (ISO/IEC 14496-12). */

import { type MediaFile, NotMedia } from './reader.ts';

export interface Box {
  readonly type: string;
  /** Offsets in the file, or in the buffer that was walked: start of the content, end of the box. */
  readonly content: number;
  readonly end: number;
}

/** The top-level boxes. @throws NotMedia when one reaches beyond the end of the file */
export async function topLevelBoxes(file: MediaFile): Promise<Box[]> {
  const boxes: Box[] = [];
  for (let at = 0; at < file.size; ) {
    const head = await file.read(at, 16);
    if (head.length < 8) throw new NotMedia('The file ends inside a box header: it is truncated.');
    const box = boxAt(head, 0, at, file.size);
    if (!box) throw new NotMedia('The box structure is damaged.');
    if (box.end > file.size) {
      throw new NotMedia(`The "${box.type}" box reaches beyond the end of the file: it is truncated.`);
    }
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

/** Boxes inside a buffer from `start` to `end`; stops at what is no box. */
export function boxesIn(bytes: Buffer, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end; ) {
    const box = boxAt(bytes, at, at, end);
    if (!box || box.end > end) break;
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

/** @param at where the header is in `bytes`; @param offset where the box starts; @param limit end of what holds it */
function boxAt(bytes: Buffer, at: number, offset: number, limit: number): Box | null {
  const type = bytes.toString('latin1', at + 4, at + 8);
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return null;
  const size = bytes.readUInt32BE(at);
  if (size === 0) return { type, content: offset + 8, end: limit };
  if (size === 1) {
    if (bytes.length < at + 16) return null;
    const large = Number(bytes.readBigUInt64BE(at + 8));
    return large < 16 ? null : { type, content: offset + 16, end: offset + large };
  }
  return size < 8 ? null : { type, content: offset + 8, end: offset + size };
}
