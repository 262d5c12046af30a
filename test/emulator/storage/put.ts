/**
 * PUT to a signed URL: the body goes to disk with constant memory and becomes visible as a whole or not at all
 * (encord-api.md D). Called by server.ts only.
 */

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { FaultAction } from '../control/faults.ts';
import { header, pause, reset, send } from '../http.ts';
import type { Grant, StoredObject } from '../store/objects.ts';
import type { World } from '../world.ts';
import { objectHeaders, refuseBody, xmlError, xmlErrorOfStatus } from './answers.ts';
import { ObjectHasher } from './hashes.ts';

/** Bodies up to this size are held in memory and written at once; larger ones are streamed and get SHA-256 later. */
const SMALL_BYTES = 1024 * 1024;
/** Bytes gathered for one write to disk; at most two such blocks are held. */
const BLOCK_BYTES = 1024 * 1024;

export async function putObject(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? '';
  const check = world.signer.check('PUT', header(request, 'host') ?? '', target, world.now());
  const grant = check.objectKey === null ? null : world.objects.grantByKey(check.objectKey);
  const fault = await takeFault(world, request, response, grant);
  if (fault === 'answered') return;
  if (!check.ok) return refuseBody(request, response, xmlError(check.code, check.detail));
  const declared = header(request, 'content-length');
  const chunked = /\bchunked\b/i.test(header(request, 'transfer-encoding') ?? '');
  if (declared === undefined && !chunked) {
    return refuseBody(request, response, xmlError('MissingContentLength'));
  }
  const size = declared === undefined ? null : Number(declared);
  let object: StoredObject | null;
  try {
    object = await receive(world, request, response, check.objectKey, size, fault);
  } catch (error) {
    // The client went away in the middle of the body: nothing is stored and nobody is there to be told.
    if (request.destroyed && !request.complete) return;
    throw error;
  }
  if (!object) return;
  if (fault?.dropResponse) return reset(request);
  send(response, {
    status: 200,
    headers: { ...objectHeaders(object), 'Content-Type': 'text/html; charset=UTF-8' },
  });
}

/** The fault that this request meets, if any; `answered` where it ended the exchange. */
export async function takeFault(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  grant: Grant | null,
): Promise<FaultAction | 'answered' | null> {
  const fault = world.faults.take(['put'], () => (grant?.title ? [grant.title] : []));
  if (!fault) return null;
  if (fault.delayMs !== undefined) await pause(fault.delayMs, response);
  if (fault.reset) {
    reset(request);
    return 'answered';
  }
  if (fault.expireUrl) {
    refuseBody(request, response, xmlError('ExpiredToken', 'Request signature expired.'));
    return 'answered';
  }
  if (fault.status === undefined && fault.error === undefined) return fault;
  const headers: Record<string, string> = {};
  if (fault.retryAfter !== undefined) headers['Retry-After'] = String(fault.retryAfter);
  refuseBody(request, response, xmlErrorOfStatus(fault.status ?? 500, fault.error, headers));
  return 'answered';
}

/** Stores the body. Null when there is nothing more to answer: a fault ended it, or Content-MD5 did not match. */
async function receive(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  objectKey: string,
  size: number | null,
  fault: FaultAction | null,
): Promise<StoredObject | null> {
  const small = size !== null && size <= SMALL_BYTES;
  const hasher = new ObjectHasher(world.hashes, small);
  const sink = small ? new MemorySink() : await DiskSink.create(world.objects.incoming);
  const stallAt =
    fault?.stallMs === undefined ? null : (fault.resetAfterBytes ?? Math.floor((size ?? 0) / 2));
  let received = 0;
  let stalled = false;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      received += chunk.length;
      if (stallAt !== null && !stalled && received >= stallAt) {
        stalled = true;
        await pause(fault?.stallMs ?? 0, response);
      }
      if (fault?.resetAfterBytes !== undefined && received >= fault.resetAfterBytes) {
        await sink.discard();
        reset(request);
        return null;
      }
      hasher.update(chunk);
      const full = sink.take(chunk);
      if (full) await full;
    }
    if (!request.complete || (size !== null && received !== size)) throw new Error('The body ended early.');
    const digests = hasher.digests();
    const promised = header(request, 'content-md5');
    if (promised !== undefined && digests.md5 !== null && promised !== digests.md5) {
      await sink.discard();
      send(response, xmlError('BadDigest'));
      return null;
    }
    const { file, path } = world.objects.newFile();
    await sink.finish(path);
    return world.objects.store({
      objectKey,
      file,
      size: received,
      contentType: header(request, 'content-type') ?? 'application/octet-stream',
      ...digests,
      now: world.now(),
    });
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

class MemorySink {
  readonly #chunks: Buffer[] = [];

  take(chunk: Buffer): Promise<void> | null {
    this.#chunks.push(chunk);
    return null;
  }

  async finish(path: string): Promise<void> {
    const [only] = this.#chunks;
    // Synchronous: for a small file it costs less than a trip to the thread pool.
    writeFileSync(path, this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks));
  }

  async discard(): Promise<void> {
    this.#chunks.length = 0;
  }
}

class DiskSink {
  readonly #handle: FileHandle;
  readonly #path: string;
  #block: Buffer[] = [];
  #blockBytes = 0;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  static async create(folder: string): Promise<DiskSink> {
    const path = join(folder, randomUUID());
    return new DiskSink(await open(path, 'wx'), path);
  }

  /** A promise when the caller must wait before it gives more: one block is being written while the next fills. */
  take(chunk: Buffer): Promise<void> | null {
    this.#block.push(chunk);
    this.#blockBytes += chunk.length;
    return this.#blockBytes >= BLOCK_BYTES ? this.#flush() : null;
  }

  async #flush(): Promise<void> {
    await this.#writing;
    const block = this.#block;
    this.#block = [];
    this.#blockBytes = 0;
    if (block.length === 0) return;
    this.#writing = writeAll(this.#handle, block);
    // Its failure surfaces at the next flush; until then it must not count as unhandled.
    this.#writing.catch(() => undefined);
  }

  async finish(path: string): Promise<void> {
    await this.#flush();
    await this.#writing;
    await this.#handle.close();
    await rename(this.#path, path);
  }

  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#handle.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }
}

/** `writev` may write less than it is given; then the rest goes out by single writes. */
async function writeAll(handle: FileHandle, block: readonly Buffer[]): Promise<void> {
  const total = block.reduce((sum, part) => sum + part.length, 0);
  const { bytesWritten } = await handle.writev([...block]);
  if (bytesWritten === total) return;
  let rest = Buffer.concat(block, total).subarray(bytesWritten);
  while (rest.length > 0) {
    const written = await handle.write(rest);
    rest = rest.subarray(written.bytesWritten);
  }
}
