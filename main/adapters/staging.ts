/**
 * Keeps the bytes of files that were dropped on a browser page, inside the data folder, until they are uploaded.
 * Made by the composition root for `main/app/drops.ts`.
 */

import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UploaderError } from '../core/errors.ts';
import type { Staging } from '../core/ports.ts';

const ID = /^[0-9a-f-]{8,64}$/i;
/**
 * Bytes still on their way stand under a hidden name of their own, so that a broken transfer is never taken for a file
 * and a name of full length still fits.
 */
const PARTIAL = '.encord-uploader-partial-';

export function createStaging(folder: string): Staging {
  const place = (dropId: string): string => {
    if (!ID.test(dropId)) throw new UploaderError('invalid-input', 'This is not a drop of this program.');
    return join(folder, dropId);
  };

  return {
    async open(dropId) {
      const path = place(dropId);
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    },

    async receive(dropId, relativePath, facts, body) {
      const root = place(dropId);
      const path = inside(root, relativePath);
      const partial = join(dirname(path), PARTIAL + randomUUID());
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await write(partial, exactly(body, facts.size));
        if (facts.mtimeMs !== null) await utimes(partial, new Date(), new Date(facts.mtimeMs));
        await rename(partial, path);
      } catch (reason) {
        await rm(partial, { force: true });
        throw writeError(reason);
      }
    },

    async roots(dropId) {
      const root = place(dropId);
      const names = await readdir(root);
      return names.filter((name) => !name.startsWith(PARTIAL)).map((name) => join(root, name));
    },

    async remove(dropId) {
      await rm(place(dropId), { recursive: true, force: true });
    },

    async list() {
      try {
        return (await readdir(folder)).filter((name) => ID.test(name));
      } catch (reason) {
        if (codeOf(reason) === 'ENOENT') return [];
        throw reason;
      }
    },
  };
}

/** The file is there before the first byte is waited for, and closed at the end, so that what failed can be removed. */
async function write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await pipeline(bytes, file.createWriteStream());
  } finally {
    await file.close();
  }
}

/** The path from a page is a request: it must stay inside the drop. */
function inside(root: string, relativePath: string): string {
  const path = resolve(root, ...relativePath.split('/').filter((part) => part !== '' && part !== '.'));
  if (!path.startsWith(root + sep) || relativePath.includes('\0')) {
    throw new UploaderError('invalid-input', 'A dropped file has a name that leads out of its folder.');
  }
  return path;
}

async function* exactly(body: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > size) break;
    yield chunk;
  }
  if (received !== size) {
    throw new UploaderError('connection-lost', 'The browser did not send the whole file. Drop it again.');
  }
}

function writeError(reason: unknown): UploaderError {
  if (reason instanceof UploaderError) return reason;
  const code = codeOf(reason);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UploaderError(
      'disk-full',
      'The disk of the data folder is full, so the dropped files cannot be taken in. Make room, or choose the files on the machine itself.',
    );
  }
  if (code === 'ENAMETOOLONG' || code === 'EINVAL' || code === 'EISDIR' || code === 'ENOTDIR') {
    return new UploaderError(
      'file-name',
      'A dropped file has a name that this machine cannot write. Rename it.',
    );
  }
  return new UploaderError('connection-lost', 'A dropped file did not arrive whole. Drop it again.', {
    cause: reason,
  });
}

function codeOf(reason: unknown): string | undefined {
  return reason instanceof Error && 'code' in reason && typeof reason.code === 'string'
    ? reason.code
    : undefined;
}
