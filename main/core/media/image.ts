/** Single images: JPEG, PNG, WebP, AVIF, BMP and TIFF, one unit a file. Called through the list in `index.ts`. */

import { brandsOf, familyOf } from './isobmff.ts';
import { asciiAt, bytesAt, type Format, type MediaType } from './media-type.ts';

const JPEG: Format = { mime: 'image/jpeg', name: 'a JPEG image' };
const PNG: Format = { mime: 'image/png', name: 'a PNG image' };
const WEBP: Format = { mime: 'image/webp', name: 'a WebP image' };
const AVIF: Format = { mime: 'image/avif', name: 'an AVIF image' };
const BMP: Format = { mime: 'image/bmp', name: 'a BMP image' };
const TIFF: Format = { mime: 'image/tiff', name: 'a TIFF image' };

export const IMAGE_FORMATS = 'JPEG, PNG, WebP, AVIF, BMP and TIFF images';
export const IMAGE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'avif', 'bmp', 'tif', 'tiff'] as const;

export const image: MediaType = {
  id: 'image',
  label: { one: 'image', many: 'images' },
  takes: IMAGE_FORMATS,
  grouping: 'file',
  extensions: IMAGE_EXTENSIONS,
  repeatable: true,
  createVideo: false,
  storage: { itemType: 'image', list: 'images', externalFileType: 'IMAGE', made: 'image', putAs: null },
  documented: { grantQuery: 'signedimagesurl', registerBy: 'singleimage' },
  sniff: sniffImage,
  titleOf: (name) => name,
};

/** The image format of a head, else null. Frames of groups are the same formats. */
export function sniffImage(head: Uint8Array): Format | null {
  if (bytesAt(head, 0, [0xff, 0xd8, 0xff])) return JPEG;
  if (bytesAt(head, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return PNG;
  if (asciiAt(head, 0, 'RIFF') && asciiAt(head, 8, 'WEBP')) return WEBP;
  if (isTiff(head)) return TIFF;
  if (isBmp(head)) return BMP;
  const brands = brandsOf(head);
  return brands && familyOf(brands) === 'avif' ? AVIF : null;
}

/** Classic TIFF and BigTIFF of both byte orders, but not the raw photos of Canon that begin alike. */
function isTiff(head: Uint8Array): boolean {
  const classic = asciiAt(head, 0, 'II*\0') || asciiAt(head, 0, 'MM\0*');
  const big =
    bytesAt(head, 0, [0x49, 0x49, 0x2b, 0, 8, 0, 0, 0]) ||
    bytesAt(head, 0, [0x4d, 0x4d, 0, 0x2b, 0, 8, 0, 0]);
  return (classic && !asciiAt(head, 8, 'CR')) || big;
}

/** Sizes of the information headers there have been: two letters alone would take in many texts. */
const BMP_HEADERS = [12, 16, 40, 52, 56, 64, 108, 124];

function isBmp(head: Uint8Array): boolean {
  return asciiAt(head, 0, 'BM') && BMP_HEADERS.some((size) => bytesAt(head, 14, [size, 0, 0, 0]));
}
