/**
 * Hashes the bytes of one file in order, with several algorithms at once. Here on the calling thread, for small files
 * and where no worker can be had; `hash-workers.ts` does the same in other threads. Used by the senders.
 */

import { type Algorithm, createDigest, type Digest, type Digests } from './digests.ts';

export interface Hasher {
  /** Bytes taken so far, which is where in the file the next ones begin. */
  readonly position: number;
  /**
   * Takes the next bytes; they must not change before `done` is called, which may be at once.
   * Throws `internal` when the hashing broke off.
   */
  update(bytes: Buffer, done: () => void): void;
  /** Of all bytes taken; once. Rejects with `internal` when the hashing broke off. */
  digests(): Promise<Digests>;
  /** Lets go of what the hashing holds; also after `digests`, and more than once. */
  drop(): void;
}

export class InlineHasher implements Hasher {
  position = 0;
  private readonly parts: readonly (readonly [Algorithm, Digest])[];

  constructor(algorithms: readonly Algorithm[]) {
    this.parts = algorithms.map((algorithm) => [algorithm, createDigest(algorithm)]);
  }

  update(bytes: Buffer, done: () => void): void {
    for (const [, digest] of this.parts) digest.update(bytes);
    this.position += bytes.length;
    done();
  }

  digests(): Promise<Digests> {
    return Promise.resolve(new Map(this.parts.map(([algorithm, digest]) => [algorithm, digest.hex()])));
  }

  drop(): void {
    // Nothing outside this object is held.
  }
}
