/**
 * CRC-32C (Castagnoli), which Google Cloud Storage answers with and Node does not have. Called by `digests.ts` alone.
 *
 * "Slicing by 16": sixteen tables take four words in one step. Reading words instead of bytes makes it 1.7 times as
 * fast; words are little-endian on every processor that Node and Electron run on here.
 */

const POLYNOMIAL = 0x82f63b78;
const SLICES = 16;
const T = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(SLICES * 256);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[n] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256] ?? 0;
    tables[at] = (before >>> 8) ^ (tables[before & 255] ?? 0);
  }
  return tables;
}

/** Continues a CRC-32C over more bytes, from 0; unsigned. */
export function crc32c(bytes: Uint8Array, start = 0): number {
  const { buffer, byteOffset, length } = bytes;
  const head = (4 - (byteOffset & 3)) & 3;
  if (length < head + 16) return ~byByte(bytes, 0, length, ~start) >>> 0;
  const count = (length - head) >>> 4;
  const crc = byByte(bytes, 0, head, ~start);
  const words = new Int32Array(buffer, byteOffset + head, count * 4);
  return ~byByte(bytes, head + count * 16, length, byWords(words, crc)) >>> 0;
}

// The `?? 0` are for the type checker, and free: no index is out of range.
function byByte(bytes: Uint8Array, from: number, to: number, start: number): number {
  let crc = start;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ (T[(crc ^ (bytes[i] ?? 0)) & 255] ?? 0);
  return crc;
}

function byWords(words: Int32Array, start: number): number {
  let crc = start;
  for (let i = 0; i < words.length; i += 4) {
    const a = (words[i] ?? 0) ^ crc;
    const b = words[i + 1] ?? 0;
    const c = words[i + 2] ?? 0;
    const d = words[i + 3] ?? 0;
    crc =
      (T[3840 + (a & 255)] ?? 0) ^
      (T[3584 + ((a >>> 8) & 255)] ?? 0) ^
      (T[3328 + ((a >>> 16) & 255)] ?? 0) ^
      (T[3072 + (a >>> 24)] ?? 0) ^
      (T[2816 + (b & 255)] ?? 0) ^
      (T[2560 + ((b >>> 8) & 255)] ?? 0) ^
      (T[2304 + ((b >>> 16) & 255)] ?? 0) ^
      (T[2048 + (b >>> 24)] ?? 0) ^
      (T[1792 + (c & 255)] ?? 0) ^
      (T[1536 + ((c >>> 8) & 255)] ?? 0) ^
      (T[1280 + ((c >>> 16) & 255)] ?? 0) ^
      (T[1024 + (c >>> 24)] ?? 0) ^
      (T[768 + (d & 255)] ?? 0) ^
      (T[512 + ((d >>> 8) & 255)] ?? 0) ^
      (T[256 + ((d >>> 16) & 255)] ?? 0) ^
      (T[d >>> 24] ?? 0);
  }
  return crc;
}
