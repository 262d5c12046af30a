/** The files that downloads meet and make. Called by `download.ts`. */

import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UploaderError } from '../../core/errors.ts';
import type { DownloadRequest } from '../../core/manage/downloads.ts';
import { numbered } from '../../core/manage/file-names.ts';
import { systemCode } from '../files/problems.ts';
import { createDigest, type Digest } from './digests.ts';
import type { toldHash } from './storage-hashes.ts';

const BUFFER_BYTES = 512 * 1024;
/** So many files of one name in one folder are no accident. */
const MOST_NAMES = 10_000;

export type Spot =
  /** The very file is there. */
  | { readonly kind: 'present'; readonly name: string; readonly bytes: number }
  /** `twins`: files of the same name and size, which may be the very file. */
  | { readonly kind: 'free'; readonly twins: readonly string[] };

/** Looks for the file under its name, and under those that it would get beside another. */
export async function spotFor(
  request: DownloadRequest,
  total: number | null,
  hash: ReturnType<typeof toldHash>,
  signal: AbortSignal,
): Promise<Spot> {
  const twins: string[] = [];
  for (const name of candidates(request)) {
    const path = join(request.folder, name);
    const found = await stat(path).catch(missing);
    if (found === null) break;
    if (!found.isFile() || total === null || found.size !== total) continue;
    if (hash === null) twins.push(name);
    else if ((await hashOf(path, hash.algorithm, signal)) === hash.hex) {
      return { kind: 'present', name, bytes: total };
    }
  }
  return { kind: 'free', twins };
}

/** Gives the finished file its name, or the first free one like it; which. */
export async function place(part: string, request: DownloadRequest): Promise<string> {
  for (const name of candidates(request)) {
    if (await moved(part, join(request.folder, name))) return name;
  }
  throw new UploaderError(
    'file-name',
    `There are too many files called ${request.name} in ${request.folder}. Choose another folder.`,
  );
}

/** False where something has that name. `rename` alone would put the file over it. */
async function moved(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    await rm(part, { force: true });
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') return false;
  }
  // Not every file system has links. The name is taken by an empty file, which is ours to put another over.
  try {
    await (await open(path, 'wx')).close();
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') return false;
    throw thrown;
  }
  await rename(part, path);
  return true;
}

function* candidates({ name, isTaken }: DownloadRequest): Generator<string> {
  yield name;
  for (let number = 2; number < MOST_NAMES; number++) {
    const next = numbered(name, number);
    if (!isTaken(next)) yield next;
  }
}

/** Bytes; 0 where there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(missing))?.size ?? 0;
}

/** Takes in the first bytes of an open file. */
export async function feed(
  file: FileHandle,
  length: number,
  digest: Digest,
  signal: AbortSignal,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(BUFFER_BYTES, Math.max(1, length)));
  let position = 0;
  while (position < length) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, length - position), position);
    if (bytesRead === 0) break;
    digest.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function hashOf(
  path: string,
  algorithm: Parameters<typeof createDigest>[0],
  signal: AbortSignal,
): Promise<string | null> {
  const digest = createDigest(algorithm);
  const file = await open(path, 'r').catch(() => null);
  // One that cannot be read is not known to be the same.
  if (file === null) return null;
  try {
    await feed(file, Number.POSITIVE_INFINITY, digest, signal);
  } finally {
    await file.close();
  }
  return digest.hex();
}

/** Whether two files of one size hold the same bytes. */
export async function isSame(one: string, other: string, signal: AbortSignal): Promise<boolean> {
  const first = await hashOf(one, 'sha256', signal);
  return first !== null && first === (await hashOf(other, 'sha256', signal));
}

export function diskTrouble(thrown: unknown, folder: string): UploaderError {
  if (thrown instanceof UploaderError) return thrown;
  const code = systemCode(thrown);
  const options = { details: { system: code ?? 'unknown' }, cause: thrown };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UploaderError(
      'disk-full',
      `There is no space left for ${folder}. Free some, then retry.`,
      options,
    );
  }
  return new UploaderError(
    'invalid-input',
    `${folder} cannot be written to (${code ?? 'unknown'}). Choose a folder that you may write to, then retry.`,
    options,
  );
}

function missing(thrown: unknown): null {
  const code = systemCode(thrown);
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw thrown;
}
