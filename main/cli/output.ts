/**
 * Long texts on standard output or into a file, piece by piece. Used by `receipt` and `reconcile`.
 */

import { once } from 'node:events';
import type { Program } from '../app/program.ts';

/** Writes everything; waits for whoever reads. Rejects when the signal comes first. */
export async function print(
  pieces: AsyncIterable<string> | Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain', { signal });
  }
}

/** To the named file, else to standard output. Throws with a sentence where the file cannot be written. */
export function deliver(
  program: Program,
  pieces: AsyncIterable<string>,
  output: string | null,
  signal: AbortSignal,
): Promise<void> {
  return output === null ? print(pieces, signal) : program.deps.saveText(output, pieces, signal);
}
