/**
 * A small HTTP client for API calls on `node:http` and `node:https`. Called by the Encord adapter.
 *
 * Its one purpose beyond the exchange: a failure says whether the server can have acted. Nothing is sent before the
 * connection stands (over TLS: before the server has proved who it is), so a failure until then is `never-sent`;
 * every later one is `lost`. It never throws, follows no redirect, and repeats nothing but a repeatable request that
 * met a kept connection which the server had already closed.
 */

import {
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UploaderError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Agents } from './agents.ts';
import { connectionError, systemCode } from './failures.ts';
import { agentFor, isKept, whenReady } from './sockets.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** http or https; its path and query go out exactly as they stand here. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte in either direction after which the exchange is given up. */
  readonly idleMs: number;
  /** Most bytes of an answer, after decompression. */
  readonly maxBytes: number;
  /** True where sending it twice does no harm. */
  readonly repeatable: boolean;
}

export type HttpOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  /** The request provably did not reach the server. */
  | { readonly kind: 'never-sent'; readonly error: UploaderError }
  /** The server may have acted. */
  | { readonly kind: 'lost'; readonly error: UploaderError };

export interface HttpClient {
  /** Never throws, never rejects. */
  request(request: HttpRequest): Promise<HttpOutcome>;
}

/** A connection that is not there by then is given up. */
const CONNECT_MS = 30_000;
/** Large bodies go out in slices, so that a slow line is seen to move. */
const SLICE = 64 * 1024;

const unzip = promisify(gunzip);

/** `agents` are shared with the streaming PUT; timers go by `clock`. */
export function createHttpClient(deps: { readonly agents: Agents; readonly clock: Clock }): HttpClient {
  return {
    async request(request) {
      const first = await exchange(deps, request);
      if (first.stale && request.repeatable && !request.signal.aborted) {
        return (await exchange(deps, request)).outcome;
      }
      return first.outcome;
    },
  };
}

interface Exchanged {
  readonly outcome: HttpOutcome;
  /** The connection was a kept one and broke before any byte of an answer. */
  readonly stale: boolean;
}

function cancelled(): UploaderError {
  return new UploaderError('cancelled', 'The call was cancelled.');
}

async function exchange(
  { agents, clock }: { readonly agents: Agents; readonly clock: Clock },
  request: HttpRequest,
): Promise<Exchanged> {
  const { url, signal } = request;
  const agent = await agentFor(agents, url, signal);
  const host = url.host;
  if (agent === null || signal.aborted) {
    return { outcome: { kind: 'never-sent', error: cancelled() }, stale: false };
  }
  return new Promise((resolve) => {
    let connected = false;
    let kept = false;
    let answered = false;
    let settled = false;
    let stopTimer = (): void => {};

    const settle = (outcome: HttpOutcome, stale = false): void => {
      if (settled) return;
      settled = true;
      stopTimer();
      signal.removeEventListener('abort', onAbort);
      resolve({ outcome, stale });
    };
    const fail = (error: UploaderError, stale = false): void => {
      settle({ kind: connected ? 'lost' : 'never-sent', error }, stale);
      outgoing.destroy();
    };
    const onAbort = (): void => fail(cancelled());
    const watch = (ms: number): void => {
      stopTimer();
      if (settled) return;
      stopTimer = clock.after(ms, () => {
        const what = connected
          ? `${host} has been silent for ${Math.round(ms / 1000)} seconds.`
          : `${host} does not answer.`;
        fail(
          new UploaderError('stalled', `${what} The network may be down or very slow: check it.`, {
            details: { host },
          }),
        );
      });
    };
    const progress = (): void => watch(request.idleMs);

    const headers: Record<string, string> = { 'Accept-Encoding': 'gzip', ...request.headers };
    if (request.body !== null) headers['Content-Length'] = String(request.body.length);
    const secure = url.protocol === 'https:';
    let outgoing: ClientRequest;
    try {
      outgoing = (secure ? httpsRequest : httpRequest)({
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers,
        agent,
      });
    } catch {
      // Node refuses header values with control characters. Its error is dropped: a header may be a secret.
      const message = `The request to ${host} holds characters that cannot be sent. Check the API key and the address.`;
      resolve({
        outcome: { kind: 'never-sent', error: new UploaderError('invalid-input', message) },
        stale: false,
      });
      return;
    }
    outgoing.on('socket', (socket) => {
      watch(CONNECT_MS);
      kept = isKept(outgoing, socket);
      whenReady(socket, kept, () => {
        connected = true;
        progress();
      });
    });
    outgoing.on('close', () => {
      if (!answered) fail(connectionError(null, host, connected));
    });
    outgoing.on('error', (thrown) => {
      const stale = kept && !answered && isReset(thrown);
      fail(connectionError(thrown, host, connected), stale);
    });
    outgoing.on('response', (incoming) => {
      if (incoming.statusCode === 407) {
        // The proxy answers instead of the server, which has heard nothing.
        connected = false;
        fail(agents.refusedByProxy(url, incoming.headers));
        return;
      }
      answered = true;
      progress();
      void read(incoming, request.maxBytes, progress).then(
        (body) =>
          settle({ kind: 'answer', status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
        (thrown: unknown) =>
          fail(thrown instanceof UploaderError ? thrown : connectionError(thrown, host, connected)),
      );
    });
    signal.addEventListener('abort', onAbort, { once: true });
    send(outgoing, request.body, () => {
      if (connected) progress();
    });
  });
}

function isReset(thrown: unknown): boolean {
  const code = systemCode(thrown);
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED';
}

/** Writes slice by slice, each after the one before has left; an error ends it through the request's event. */
function send(outgoing: ClientRequest, body: Uint8Array | null, onProgress: () => void): void {
  if (body === null || body.length <= SLICE) {
    outgoing.end(body ?? undefined);
    return;
  }
  const next = (from: number): void => {
    if (outgoing.destroyed) return;
    const slice = body.subarray(from, from + SLICE);
    const to = from + slice.length;
    if (to === body.length) {
      outgoing.end(slice, onProgress);
      return;
    }
    outgoing.write(slice, (error) => {
      if (error) return;
      onProgress();
      next(to);
    });
  };
  next(0);
}

/** The whole body, or a rejection: too long, broken off, or not what its encoding says. */
async function read(incoming: IncomingMessage, maxBytes: number, onProgress: () => void): Promise<Buffer> {
  const tooLong = (): UploaderError =>
    new UploaderError(
      'bad-answer',
      `The server sent more than ${Math.round(maxBytes / 1e6)} MB where a short answer was expected, so it was not read. Check the address of the server, and whether a proxy is in the way.`,
    );
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLong();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    // A response without an encoding set yields buffers.
    if (!Buffer.isBuffer(chunk)) continue;
    onProgress();
    length += chunk.length;
    if (length > maxBytes) throw tooLong();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (incoming.headers['content-encoding'] !== 'gzip' || body.length === 0) return body;
  try {
    return await unzip(body, { maxOutputLength: maxBytes });
  } catch (thrown) {
    if (systemCode(thrown) === 'ERR_BUFFER_TOO_LARGE') throw tooLong();
    throw new UploaderError(
      'bad-answer',
      'The answer of the server is damaged: it could not be decompressed. Check whether a proxy is in the way.',
    );
  }
}
