/**
 * Reads the brands of ISO base media files (MP4, MOV, AVIF, HEIC, M4A, …), which all begin with an `ftyp` box.
 * Called by the media types of this folder.
 */

import { asciiAt, uint32At } from './media-type.ts';

/** Major brand first, then the compatible ones; null where the file does not begin with an `ftyp` box. */
export function brandsOf(head: Uint8Array): readonly string[] | null {
  if (!asciiAt(head, 4, 'ftyp')) return null;
  const size = uint32At(head, 0) ?? 0;
  if (size < 12) return null;
  const brands: string[] = [];
  const end = Math.min(size, head.length);
  for (let offset = 8; offset + 4 <= end; offset += 4) {
    // The four bytes after the major brand are its version, not a brand.
    if (offset !== 12) brands.push(latin(head, offset));
  }
  return brands;
}

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1']);
const AUDIO_BRANDS = new Set(['M4A ', 'M4B ', 'M4P ', 'F4A ', 'F4B ', 'aax ', 'aaxc']);

export type BrandFamily = 'avif' | 'heic' | 'audio' | 'jpeg-2000' | 'raw-photo' | '3gp' | 'mov' | 'mp4';

/** What the brands make of the file. Brands that nobody listed are variants of MP4 (DASH, XAVC, …). */
export function familyOf(brands: readonly string[]): BrandFamily {
  const major = brands[0] ?? '';
  if (AVIF_BRANDS.has(major)) return 'avif';
  if (HEIC_BRANDS.has(major)) return brands.some((brand) => AVIF_BRANDS.has(brand)) ? 'avif' : 'heic';
  if (AUDIO_BRANDS.has(major)) return 'audio';
  if (major === 'jp2 ' || major === 'jpx ' || major === 'jpm ' || major === 'mjp2') return 'jpeg-2000';
  if (major === 'crx ') return 'raw-photo';
  if (major === 'qt  ') return 'mov';
  if (/^3g[2egprs]/.test(major)) {
    // Phones write 3GP brands into plain MP4 files; then a brand of MP4 stands beside.
    return brands.some((brand) => /^(isom|iso[2-9]|mp4[12]|avc1)$/.test(brand)) ? 'mp4' : '3gp';
  }
  return 'mp4';
}

function latin(head: Uint8Array, offset: number): string {
  return String.fromCharCode(...head.subarray(offset, offset + 4));
}
