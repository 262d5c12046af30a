/** Videos: MP4, MOV, WebM and MKV, one unit a file. Called through the list in `index.ts`. */

import { brandsOf, familyOf } from './isobmff.ts';
import { asciiAt, bytesAt, type Format, looksLikeText, type MediaType, uint32At } from './media-type.ts';

const MP4: Format = { mime: 'video/mp4', name: 'an MP4 video' };
const MOV: Format = { mime: 'video/quicktime', name: 'a MOV video' };
const WEBM: Format = { mime: 'video/webm', name: 'a WebM video' };
const MKV: Format = { mime: 'video/x-matroska', name: 'an MKV video' };

export const video: MediaType = {
  id: 'video',
  label: { one: 'video', many: 'videos' },
  takes: 'MP4, MOV, WebM and MKV videos',
  grouping: 'file',
  extensions: ['mp4', 'm4v', 'mov', 'qt', 'webm', 'mkv'],
  repeatable: true,
  createVideo: false,
  storage: {
    itemType: 'video',
    list: 'videos',
    externalFileType: 'VIDEO',
    made: 'video',
    putAs: 'application/octet-stream',
  },
  documented: { grantQuery: 'signedvideourl', registerBy: 'video' },
  sniff(head) {
    const brands = brandsOf(head);
    if (brands) {
      const family = familyOf(brands);
      return family === 'mp4' ? MP4 : family === 'mov' ? MOV : null;
    }
    if (isOldQuickTime(head)) return MOV;
    const docType = ebmlDocType(head);
    return docType === 'webm' ? WEBM : docType === 'matroska' ? MKV : null;
  },
  titleOf: (name) => name,
};

const FIRST_BOXES = ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'];
const FILLERS = ['wide', 'free', 'skip'];
const SECOND_BOXES = [...FIRST_BOXES, 'ftyp', 'uuid', 'moof'];

/** QuickTime files older than `ftyp` begin with one of a few boxes; their four letters alone would fit prose too. */
function isOldQuickTime(head: Uint8Array): boolean {
  const type = FIRST_BOXES.find((name) => asciiAt(head, 4, name));
  if (type === undefined || looksLikeText(head)) return false;
  const size = uint32At(head, 0) ?? 0;
  // 0 reaches to the end of the file, 1 says that a 64-bit size follows; both make sense of `mdat` alone.
  if (size < 8) return type === 'mdat' && size <= 1;
  if (!FILLERS.includes(type) || head.length < size + 8) return true;
  return SECOND_BOXES.some((name) => asciiAt(head, size + 4, name));
}

/** The document type that an EBML header declares: `webm`, `matroska` or another; null where there is no header. */
function ebmlDocType(head: Uint8Array): string | null {
  if (!bytesAt(head, 0, [0x1a, 0x45, 0xdf, 0xa3])) return null;
  const header = vint(head, 4);
  if (!header) return null;
  let offset = header.next;
  const end = Math.min(head.length, header.next + header.value);
  while (offset < end) {
    const idLength = lengthOfVint(head[offset]);
    const isDocType = bytesAt(head, offset, [0x42, 0x82]);
    const size = vint(head, offset + idLength);
    if (idLength === 0 || !size) return null;
    if (isDocType) {
      const text = String.fromCharCode(...head.subarray(size.next, Math.min(end, size.next + size.value)));
      return text.replace(/\0+$/, '');
    }
    offset = size.next + size.value;
  }
  return null;
}

function lengthOfVint(first: number | undefined): number {
  return first === undefined || first === 0 ? 0 : Math.clz32(first) - 23;
}

/** An EBML number of variable length: its value without the length marker, and where the next byte is. */
function vint(head: Uint8Array, offset: number): { value: number; next: number } | null {
  const first = head[offset];
  const length = lengthOfVint(first);
  if (first === undefined || length === 0 || offset + length > head.length) return null;
  let value = first & (0xff >> length);
  for (let i = 1; i < length; i++) value = value * 256 + (head[offset + i] ?? 0);
  return { value, next: offset + length };
}
