/** Makes sure that a file holds the very bytes that were uploaded. Used by `put-away.ts`. */

import { createHash } from 'node:crypto';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import type { UploadedBytes } from '../../core/watch/ports.ts';
import { fileChanged } from '../files/problems.ts';
import { cancelled, notARegularFile, READ_HERE } from './problems.ts';

const BUFFER_BYTES = 512 * 1024;

/** Device and inode of the file that was checked, with its size and time: whoever has another one has another file. */
export type Checked = string;

/**
 * Rejects with `file-changed` where size, time or hash differ, also while the file is read; with `file-unreadable` for
 * links and the like; with `cancelled` when aborted; and with the system's errors.
 */
export async function checkBytes(
  path: string,
  uploaded: UploadedBytes,
  signal?: AbortSignal,
): Promise<Checked> {
  const before = await mark(path);
  if (!sameIdentity(before, uploaded)) throw fileChanged();
  if (uploaded.sha256 !== null && (await sha256Of(path, signal)) !== uploaded.sha256.toLowerCase())
    throw fileChanged();
  // The path may lead to another file by now than the one that was read.
  if ((await mark(path)).checked !== before.checked) throw fileChanged();
  return before.checked;
}

/** The file at the path as it is, unchecked. Rejects like `checkBytes`. */
export async function takeAsItIs(path: string): Promise<Checked> {
  return (await mark(path)).checked;
}

/** Whether the file at the path is still the one that was checked. */
export async function isChecked(path: string, checked: Checked): Promise<boolean> {
  return (await mark(path)).checked === checked;
}

interface Marked {
  readonly size: number;
  readonly mtimeMs: number;
  readonly checked: Checked;
}

async function mark(path: string): Promise<Marked> {
  const stats = await lstat(path, { bigint: true });
  if (!stats.isFile()) throw notARegularFile();
  const { dev, ino, size, mtimeNs } = stats;
  // As the numbers of an ordinary `stat` are made, to the last bit.
  const mtimeMs = Number(mtimeNs / 1_000_000_000n) * 1_000 + Number(mtimeNs % 1_000_000_000n) / 1_000_000;
  return { size: Number(size), mtimeMs, checked: `${dev}:${ino}:${size}:${mtimeNs}` };
}

function sameIdentity({ size, mtimeMs }: Marked, { identity }: UploadedBytes): boolean {
  return size === identity.size && mtimeMs === identity.mtimeMs;
}

async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const file = await open(path, READ_HERE);
  try {
    return await hashAll(file, signal);
  } finally {
    await file.close();
  }
}

/**
 * Reads from the beginning to the end; `also` gets each part, which is valid until it answered. Looks at the signal before
 * each part, and rejects with `cancelled`.
 */
export async function hashAll(
  file: FileHandle,
  signal: AbortSignal | undefined,
  also?: (part: Buffer) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  for (let position = 0; ; ) {
    if (signal?.aborted) throw cancelled();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return hash.digest('hex');
    const part = buffer.subarray(0, bytesRead);
    hash.update(part);
    await also?.(part);
    position += bytesRead;
  }
}
