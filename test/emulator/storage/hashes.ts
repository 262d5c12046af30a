/** The hashes that Google Cloud Storage answers with, computed while bytes arrive: CRC-32C and md5, plus SHA-256. */

import { createHash, type Hash } from 'node:crypto';

/** Eight tables of 256 for "slicing by 8" over the reflected Castagnoli polynomial. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    tables[n] = c;
  }
  for (let slice = 1; slice < 8; slice++) {
    for (let n = 0; n < 256; n++) {
      const before = tables[(slice - 1) * 256 + n] ?? 0;
      tables[slice * 256 + n] = (before >>> 8) ^ (tables[before & 255] ?? 0);
    }
  }
  return tables;
}

/** Continues a CRC-32C over more bytes; start with 0. The `?? 0` are for the type checker: no index is out of range. */
export function crc32c(bytes: Uint8Array, start = 0): number {
  const t = TABLES;
  let crc = ~start;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^=
      (bytes[i] ?? 0) |
      ((bytes[i + 1] ?? 0) << 8) |
      ((bytes[i + 2] ?? 0) << 16) |
      ((bytes[i + 3] ?? 0) << 24);
    crc =
      (t[1792 + (crc & 255)] ?? 0) ^
      (t[1536 + ((crc >>> 8) & 255)] ?? 0) ^
      (t[1280 + ((crc >>> 16) & 255)] ?? 0) ^
      (t[1024 + (crc >>> 24)] ?? 0) ^
      (t[768 + (bytes[i + 4] ?? 0)] ?? 0) ^
      (t[512 + (bytes[i + 5] ?? 0)] ?? 0) ^
      (t[256 + (bytes[i + 6] ?? 0)] ?? 0) ^
      (t[bytes[i + 7] ?? 0] ?? 0);
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ (t[(crc ^ (bytes[i] ?? 0)) & 255] ?? 0);
  return ~crc >>> 0;
}

export interface Digests {
  /** base64 of the 16 bytes, and of the four bytes in big-endian order, as in `x-goog-hash`. */
  readonly md5: string | null;
  readonly crc32c: string | null;
  /** hex */
  readonly sha256: string | null;
}

/** Takes the bytes of one object in order. */
export class ObjectHasher {
  readonly #md5: Hash | null;
  readonly #sha256: Hash | null;
  #crc = 0;

  /** @param google whether md5 and CRC-32C are computed; @param sha256 whether SHA-256 is (large objects: later) */
  constructor(google: boolean, sha256: boolean) {
    this.#md5 = google ? createHash('md5') : null;
    this.#sha256 = sha256 ? createHash('sha256') : null;
  }

  update(bytes: Buffer): void {
    this.#sha256?.update(bytes);
    if (!this.#md5) return;
    this.#md5.update(bytes);
    this.#crc = crc32c(bytes, this.#crc);
  }

  digests(): Digests {
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(this.#crc);
    return {
      md5: this.#md5?.digest('base64') ?? null,
      crc32c: this.#md5 ? crc.toString('base64') : null,
      sha256: this.#sha256?.digest('hex') ?? null,
    };
  }
}
