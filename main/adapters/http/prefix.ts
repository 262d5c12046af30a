/** Reads again, from the disk, what a storage has already, so that the hash is of the whole file. Used by `resumable.ts`. */

import type { FileIdentity } from '../../core/model.ts';
import { fileChanged, fileProblem } from '../files/problems.ts';
import { BUFFER_BYTES } from './buffers.ts';
import { type Failed, failureOfFile, type Line, stalled } from './exchange.ts';
import type { Hasher } from './hasher.ts';
import { OpenFile } from './open-file.ts';
import { isSame } from './put-body.ts';

export interface Prefix {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly hasher: Hasher;
  /** Up to here, exclusive. */
  readonly to: number;
  readonly signal: AbortSignal;
  /** For the sentence on a disk that is silent. */
  readonly host: string;
}

/** Null when the hasher has seen all bytes before `to`. */
export async function hashPrefix(line: Line, prefix: Prefix): Promise<Failed | null> {
  const { hasher, to, signal, host } = prefix;
  if (hasher.position >= to) return null;
  const ended = Promise.withResolvers<Failed>();
  const cancel = (): void => ended.resolve({ kind: 'cancelled' });
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  let stopTimer = (): void => undefined;
  const moved = (): void => {
    stopTimer();
    stopTimer = line.clock.after(line.stallMs, () => ended.resolve(stalled(line.stallMs, host, 'file')));
  };
  let over = false;
  try {
    moved();
    const read = readThrough(line, prefix, moved, () => over).then(() => null, failureOfFile);
    return await Promise.race([read, ended.promise]);
  } finally {
    over = true;
    stopTimer();
    signal.removeEventListener('abort', cancel);
  }
}

async function readThrough(
  line: Line,
  { path, identity, hasher, to }: Prefix,
  moved: () => void,
  isOver: () => boolean,
): Promise<void> {
  let file: OpenFile | null = null;
  try {
    file = await OpenFile.open(path);
    // A buffer that a hung reading may still fill is not given back.
    const buffer = line.pool.take();
    while (hasher.position < to) {
      const length = Math.min(BUFFER_BYTES, to - hasher.position);
      const filled = await file.fill(buffer, length, hasher.position);
      if (isOver()) return;
      if (filled < length) throw fileChanged();
      await new Promise<void>((resolve) => hasher.update(buffer.subarray(0, length), resolve));
      if (isOver()) return;
      moved();
    }
    // Looked at last: what is unchanged after the reading was unchanged during it.
    if (!isSame(await file.stat(), identity)) throw fileChanged();
    line.pool.give(buffer);
  } catch (thrown) {
    throw fileProblem(thrown);
  } finally {
    file?.close();
  }
}
