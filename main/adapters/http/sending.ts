/** What all uploads of a sender share, and what makes one `stored`. Used by `put.ts` and `resumable.ts`. */

import type { PutOutcome } from '../../core/ports.ts';
import type { Digests } from './digests.ts';
import type { Line } from './exchange.ts';
import type { HashWorkers } from './hash-workers.ts';
import type { Hasher } from './hasher.ts';
import type { PutAnswer } from './put-answers.ts';
import { mismatch, type StorageHashes } from './storage-hashes.ts';

export interface Tools extends Line {
  readonly hash: boolean;
  readonly hashes: StorageHashes;
  readonly workers: HashWorkers;
}

/** The storage has confirmed `size` bytes, all of which the hasher has seen: are they the same? */
export async function confirmed(
  tools: Tools,
  host: string,
  size: number,
  answer: PutAnswer,
  hasher: Hasher | null,
): Promise<PutOutcome> {
  const digests: Digests = (await hasher?.digests()) ?? new Map();
  tools.hashes.learn(host, answer.headers);
  const error = mismatch(digests, answer.headers, host);
  if (error) return { kind: 'transient', error, retryAfterMs: null };
  return { kind: 'stored', bytes: size, sha256: digests.get('sha256') ?? null };
}
