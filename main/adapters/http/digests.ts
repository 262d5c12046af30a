/**
 * The hashes that can be computed as bytes pass: SHA-256 for the ledger, the others to compare with what a storage
 * answers. Called by `hasher.ts`, on the main thread and in workers.
 */

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c } from './crc32c.ts';

export type Algorithm = 'sha256' | 'crc32c' | 'crc32' | 'md5';

/** Lower-case hex; a CRC is its four bytes in big-endian order. */
export type Digests = ReadonlyMap<Algorithm, string>;

export interface Digest {
  update(bytes: Uint8Array): void;
  /** Once, at the end. */
  hex(): string;
}

export function createDigest(algorithm: Algorithm): Digest {
  switch (algorithm) {
    case 'sha256':
    case 'md5': {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
    }
    case 'crc32':
      return new Crc(crc32);
    case 'crc32c':
      return new Crc(crc32c);
  }
}

class Crc implements Digest {
  private readonly step: (bytes: Uint8Array, crc: number) => number;
  private crc = 0;

  constructor(step: (bytes: Uint8Array, crc: number) => number) {
    this.step = step;
  }

  update(bytes: Uint8Array): void {
    this.crc = this.step(bytes, this.crc);
  }

  hex(): string {
    return this.crc.toString(16).padStart(8, '0');
  }
}
