/**
 * Names the common kinds of file that no media type takes, so that a refusal can say what a file is.
 * Called by `index.ts` when no media type recognised the head.
 */

import { brandsOf, familyOf } from './isobmff.ts';
import { asciiAt, bytesAt, type Format, looksLikeText } from './media-type.ts';
import { formatOfText } from './text.ts';

type Signature = readonly [test: (head: Uint8Array) => boolean, mime: string, name: string];

const starts =
  (...bytes: number[]) =>
  (head: Uint8Array) =>
    bytesAt(head, 0, bytes);
const ascii =
  (text: string, offset = 0) =>
  (head: Uint8Array) =>
    asciiAt(head, offset, text);
const riff = (form: string) => (head: Uint8Array) => asciiAt(head, 0, 'RIFF') && asciiAt(head, 8, form);
const family = (name: string) => (head: Uint8Array) => {
  const brands = brandsOf(head);
  return brands !== null && familyOf(brands) === name;
};

/** In order: the first that fits names the file, so precise signatures stand before loose ones. */
const SIGNATURES: readonly Signature[] = [
  [family('heic'), 'image/heic', 'an HEIC image'],
  [family('audio'), 'audio/mp4', 'an M4A audio file'],
  [family('3gp'), 'video/3gpp', 'a 3GP video'],
  [family('raw-photo'), 'image/x-canon-cr3', 'a raw photo of a Canon camera'],
  [family('jpeg-2000'), 'image/jp2', 'a JPEG 2000 image'],
  [starts(0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20), 'image/jp2', 'a JPEG 2000 image'],
  [starts(0xff, 0x4f, 0xff, 0x51), 'image/jp2', 'a JPEG 2000 image'],
  [starts(0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20), 'image/jxl', 'a JPEG XL image'],
  [starts(0xff, 0x0a), 'image/jxl', 'a JPEG XL image'],
  [
    (head) => asciiAt(head, 0, 'II*\0') && asciiAt(head, 8, 'CR'),
    'image/x-canon-cr2',
    'a raw photo of a Canon camera',
  ],
  [ascii('GIF8'), 'image/gif', 'a GIF'],
  [ascii('8BPS'), 'image/vnd.adobe.photoshop', 'a Photoshop document'],
  [ascii('ni1\0', 344), 'application/nifti', 'the header of a NIfTI pair (.hdr and .img), half of a volume'],
  [riff('AVI '), 'video/x-msvideo', 'an AVI video'],
  [(head) => head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0, 'audio/aac', 'an AAC audio file'],
  [ascii('OggS'), 'application/ogg', 'an Ogg file'],
  [ascii('FLV'), 'video/x-flv', 'an FLV video'],
  [starts(0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11), 'video/x-ms-asf', 'a WMV video'],
  [starts(0, 0, 1, 0xba), 'video/mpeg', 'an MPEG video'],
  [starts(0, 0, 1, 0xb3), 'video/mpeg', 'an MPEG video'],
  [(head) => head[0] === 0x47 && head[188] === 0x47, 'video/mp2t', 'an MPEG transport stream'],
  [(head) => head[4] === 0x47 && head[196] === 0x47, 'video/mp2t', 'an MPEG transport stream'],
  [starts(0x06, 0x0e, 0x2b, 0x34), 'application/mxf', 'an MXF video'],
  [starts(0x1a, 0x45, 0xdf, 0xa3), 'application/x-ebml', 'an EBML file that is neither WebM nor MKV'],
  [ascii('PK\x03\x04'), 'application/zip', 'a ZIP archive or an Office document'],
  [ascii('PK\x05\x06'), 'application/zip', 'an empty ZIP archive'],
  [starts(0x1f, 0x8b), 'application/gzip', 'a gzip archive'],
  [starts(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), 'application/x-7z-compressed', 'a 7-Zip archive'],
  [ascii('Rar!\x1a\x07'), 'application/vnd.rar', 'a RAR archive'],
  [ascii('BZh'), 'application/x-bzip2', 'a bzip2 archive'],
  [starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), 'application/x-xz', 'an xz archive'],
  [starts(0x28, 0xb5, 0x2f, 0xfd), 'application/zstd', 'a Zstandard archive'],
  [ascii('ustar', 257), 'application/x-tar', 'a tar archive'],
  [
    starts(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
    'application/x-ole-storage',
    'an older Office document',
  ],
  [starts(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a), 'application/x-hdf5', 'an HDF5 file'],
  [starts(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59), 'application/x-npy', 'a NumPy array'],
  [ascii('SQLite format 3\0'), 'application/vnd.sqlite3', 'an SQLite database'],
  [starts(0x7f, 0x45, 0x4c, 0x46), 'application/x-elf', 'a program'],
  [starts(0x4d, 0x5a), 'application/vnd.microsoft.portable-executable', 'a Windows program'],
  [starts(0, 0, 1, 0), 'image/x-icon', 'an icon'],
];

/** What a file is that no media type takes; null where nobody knows. */
export function nameForeign(head: Uint8Array): Format | null {
  const hit = SIGNATURES.find(([test]) => test(head));
  // A loose signature can stand at the head of prose ("BZhello", "MZ"): what reads as text is text.
  if (looksLikeText(head)) return formatOfText(head);
  return hit ? { mime: hit[1], name: hit[2] } : null;
}
