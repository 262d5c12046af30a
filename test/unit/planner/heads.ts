/** First bytes of real formats, written out, for the tests of sniffing and planning. */

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/** A box of ISO media: size, type, content. */
function box(type: string, content: readonly number[], size = content.length + 8): number[] {
  return [
    (size >>> 24) & 255,
    (size >>> 16) & 255,
    (size >>> 8) & 255,
    size & 255,
    ...ascii(type),
    ...content,
  ];
}

export function ftyp(...brands: string[]): Uint8Array {
  const [major = 'isom', ...rest] = brands;
  return Uint8Array.from([
    ...box('ftyp', [...ascii(major), 0, 0, 2, 0, ...rest.flatMap(ascii)]),
    ...box('mdat', [1, 2]),
  ]);
}

export function boxes(
  ...list: (readonly [type: string, content: readonly number[], size?: number])[]
): Uint8Array {
  return Uint8Array.from(list.flatMap(([type, content, size]) => box(type, content, size)));
}

export function ebml(docType: string): Uint8Array {
  const version = [0x42, 0x86, 0x81, 1];
  const type = [0x42, 0x82, 0x80 | docType.length, ...ascii(docType)];
  const header = [...version, ...type];
  return Uint8Array.from([0x1a, 0x45, 0xdf, 0xa3, 0x80 | header.length, ...header, 0x18, 0x53, 0x80, 0x67]);
}

export function bytes(...parts: (string | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? ascii(part) : [part])));
}

export const PNG = bytes(0x89, 'PNG\r\n', 0x1a, '\n', 0, 0, 0, 13, 'IHDR');
export const JPEG = bytes(0xff, 0xd8, 0xff, 0xe0, 0, 16, 'JFIF', 0);
export const MP4 = ftyp('isom', 'iso2', 'avc1', 'mp41');
export const BMP = bytes('BM', 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0);

/** `content` at an offset, zeros before it. */
export function at(offset: number, content: string): Uint8Array {
  return Uint8Array.from([...new Array<number>(offset).fill(0), ...ascii(content)]);
}
