/** The machine's files, as the core's port. Made once by the composition roots. */

import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { UploaderError } from '../../core/errors.ts';
import type { FileIdentity } from '../../core/model.ts';
import type { Clock, Files } from '../../core/ports.ts';
import { fileChanged, fileProblem, notAFile, READ_NOW } from './problems.ts';
import { walk } from './walk.ts';

const BUFFER_BYTES = 512 * 1024;
/** Buffers kept for the next hashing; more hashings at once make their own and give them to the collector. */
const KEPT_BUFFERS = 4;

export function createFiles(ports: { readonly clock: Pick<Clock, 'monotonic'> }): Files {
  const buffers: Buffer[] = [];
  return {
    walk: (paths, signal) => walk(paths, signal, ports.clock),
    identify,
    head: (path, length) => readPart(path, 0, length),
    async sha256(path, identity, signal) {
      const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
      try {
        return await hashFile(path, identity, buffer, signal);
      } finally {
        if (buffers.length < KEPT_BUFFERS) buffers.push(buffer);
      }
    },
  };
}

async function identify(path: string): Promise<FileIdentity> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw notAFile(stats);
    return { size: stats.size, mtimeMs: stats.mtimeMs };
  } catch (thrown) {
    throw fileProblem(thrown);
  }
}

/** At most `length` bytes from the offset, fewer at the end. Throws `file-missing` or `file-unreadable`. */
export async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
  return reading(path, async (file) => {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  });
}

async function hashFile(
  path: string,
  identity: FileIdentity,
  buffer: Buffer,
  signal: AbortSignal,
): Promise<string> {
  return reading(path, async (file) => {
    const hash = createHash('sha256');
    let total = 0;
    while (total <= identity.size) {
      if (signal.aborted) throw new UploaderError('cancelled', 'Reading the file was cancelled.');
      const { bytesRead } = await file.read(buffer, 0, buffer.length, total);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      total += bytesRead;
    }
    const after = await file.stat();
    if (total !== identity.size || after.size !== identity.size || after.mtimeMs !== identity.mtimeMs) {
      throw fileChanged();
    }
    return hash.digest('hex');
  });
}

/** Opens, uses and closes; what fails is thrown in words. */
async function reading<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, READ_NOW);
    return await use(file);
  } catch (thrown) {
    throw fileProblem(thrown);
  } finally {
    await file?.close();
  }
}
