/**
 * The sender: one file to a signed URL, over `node:http`. Made once by the composition roots, called by the engine
 * through the `Sender` port. Here the plain PUT, which starts at its first byte each time; `resumable.ts` has the other.
 */

import { UploaderError } from '../../core/errors.ts';
import type { Clock, Log, PutOutcome, PutRequest, Sender } from '../../core/ports.ts';
import type { Agents } from './agents.ts';
import { BUFFER_BYTES, BufferPool } from './buffers.ts';
import { type Exchanged, exchange, failureOfFile, parseAddress, unusableAddress } from './exchange.ts';
import { HashWorkers } from './hash-workers.ts';
import { type Hasher, InlineHasher } from './hasher.ts';
import { Progress } from './progress.ts';
import { refusalOf } from './put-answers.ts';
import { opensSession, sendResumable } from './resumable.ts';
import { confirmed, type Tools } from './sending.ts';
import { StorageHashes } from './storage-hashes.ts';
import { Throttle } from './throttle.ts';

export interface SenderOptions {
  /** Own the sockets, and the authorities that are trusted. */
  readonly agents: Agents;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds without a byte in either direction after which an upload is given up. */
  readonly stallMs: number;
  /** Whether SHA-256 is computed as the bytes pass, and what the storage answers with beside it, to compare. */
  readonly hash: boolean;
  /** The threads that hash large files; those of this sender unless given. */
  readonly workers?: HashWorkers;
  /** The limit that all uploads share; without one there is none. */
  readonly throttle?: Throttle;
  /** Told of scheme and host of each address before a file goes there. */
  readonly noteOrigin?: (origin: string) => void;
}

export function createSender(options: SenderOptions): Sender {
  const tools: Tools = {
    agents: options.agents,
    clock: options.clock,
    stallMs: options.stallMs,
    pool: new BufferPool(),
    throttle: options.throttle ?? new Throttle(options.clock),
    hash: options.hash,
    hashes: new StorageHashes(),
    workers: options.workers ?? new HashWorkers(),
  };
  return {
    async put(request) {
      const origin = URL.parse(request.url)?.origin;
      if (origin !== undefined) options.noteOrigin?.(origin);
      const outcome = await send(tools, request);
      if ('error' in outcome) {
        const { code, details } = outcome.error;
        options.log.debug('An upload did not succeed.', { kind: outcome.kind, code, ...details });
      }
      return outcome;
    },
  };
}

async function send(tools: Tools, request: PutRequest): Promise<PutOutcome> {
  if (request.signal.aborted) return { kind: 'cancelled' };
  const url = parseAddress(request.url);
  if (!url) return unusableAddress();
  const hasher = await openHasher(tools, url, request.identity.size);
  try {
    const way = opensSession(url) ? sendResumable : sendWhole;
    return await way(tools, url, request, hasher);
  } catch (thrown) {
    return failureOfFile(thrown);
  } finally {
    hasher?.drop();
  }
}

/** Null without hashing. A thread costs a small file more than its hashes do. */
async function openHasher(tools: Tools, url: URL, size: number): Promise<Hasher | null> {
  if (!tools.hash) return null;
  const wanted = tools.hashes.wanted(url);
  const algorithms =
    wanted === null || wanted === 'sha256' ? (['sha256'] as const) : (['sha256', wanted] as const);
  return size <= BUFFER_BYTES ? new InlineHasher(algorithms) : tools.workers.open(algorithms);
}

async function sendWhole(
  tools: Tools,
  url: URL,
  request: PutRequest,
  hasher: Hasher | null,
): Promise<PutOutcome> {
  const { path, identity, signal, headers } = request;
  const attempt = (): Promise<Exchanged> => {
    const progress = new Progress(tools.clock, request.onProgress);
    const part = { path, identity, hasher, from: 0, to: identity.size };
    const onMoved = (bytes: number): void => progress.add(bytes);
    return exchange(tools, { method: 'PUT', url, headers, part, signal, onMoved });
  };
  const first = await attempt();
  // A kept connection that the storage had closed says nothing about the storage: the file goes out anew.
  const ended = first.kind === 'failed' && first.stale && !signal.aborted ? await attempt() : first;
  if (ended.kind === 'failed') return ended.outcome;
  const { answer, whole } = ended;
  const refusal = refusalOf(answer, url.host, tools.clock.now());
  if (refusal) return refusal;
  if (!whole) {
    const message = 'The storage confirmed the file before all of it was sent. The upload is tried again.';
    const error = new UploaderError('bad-answer', message, { details: { host: url.host } });
    return { kind: 'transient', error, retryAfterMs: null };
  }
  request.onProgress(identity.size);
  return confirmed(tools, url.host, identity.size, answer, hasher);
}
