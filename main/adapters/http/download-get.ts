/**
 * One GET of a signed URL whose body is taken piece by piece. Called by `download.ts`, which says what the answer means.
 *
 * There is no total time limit: slow is fine, silent is not. While the disk takes a piece nobody is silent. Downloads are
 * not slowed down by the limit of the settings, which is about what is sent. Nothing of the URL but its host reaches an
 * error.
 */

import {
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { UploaderError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Agents } from './agents.ts';
import { connectionError } from './failures.ts';
import { agentFor, isKept, whenReady } from './sockets.ts';

export interface GetLine {
  /** Own the sockets, and the authorities that are trusted. */
  readonly agents: Agents;
  readonly clock: Clock;
  /** Milliseconds without a byte after which a download is given up. */
  readonly stallMs: number;
}

export interface GetAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Throws an `UploaderError` where it breaks off. To be read to its end, or dropped. */
  pieces(): AsyncIterator<Buffer, void>;
  drop(): void;
}

export type Got =
  | { readonly kind: 'answered'; readonly answer: GetAnswer }
  /** `stale`: the connection was a kept one and broke before any byte of an answer. */
  | { readonly kind: 'failed'; readonly error: UploaderError; readonly stale: boolean }
  | { readonly kind: 'cancelled' };

/** Never throws. */
export function get(
  line: GetLine,
  order: {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<Got> {
  if (order.signal.aborted) return Promise.resolve({ kind: 'cancelled' });
  return new Promise((resolve) => {
    void new Get(line, order.url, order.headers, order.signal, resolve).begin();
  });
}

class Get {
  private readonly line: GetLine;
  private readonly url: URL;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly signal: AbortSignal;
  private readonly resolve: (got: Got) => void;
  private outgoing: ClientRequest | null = null;
  private connected = false;
  private kept = false;
  private answered = false;
  private stalled = false;
  private stopWatch: () => void = () => undefined;

  constructor(
    line: GetLine,
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    resolve: (got: Got) => void,
  ) {
    this.line = line;
    this.url = url;
    this.headers = headers;
    this.signal = signal;
    this.resolve = resolve;
  }

  async begin(): Promise<void> {
    const { url } = this;
    const secure = url.protocol === 'https:';
    const agent = await agentFor(this.line.agents, url, this.signal);
    if (agent === null || this.signal.aborted) {
      this.resolve({ kind: 'cancelled' });
      return;
    }
    const outgoing = (secure ? httpsRequest : httpRequest)(url, {
      method: 'GET',
      headers: { ...this.headers },
      agent,
    });
    this.outgoing = outgoing;
    this.signal.addEventListener('abort', this.onAbort, { once: true });
    outgoing.once('socket', (socket) => {
      this.watch();
      this.kept = isKept(outgoing, socket);
      whenReady(socket, this.kept, () => {
        this.connected = true;
      });
    });
    outgoing.once('response', (incoming) => {
      if (incoming.statusCode === 407) {
        // The proxy answers instead of the storage.
        const error = this.line.agents.refusedByProxy(url, incoming.headers);
        this.resolve({ kind: 'failed', error, stale: false });
        this.end();
        return;
      }
      this.answered = true;
      this.stopWatch();
      this.resolve({ kind: 'answered', answer: this.answerOf(incoming) });
    });
    outgoing.on('error', (thrown) => this.onFailed(thrown));
    outgoing.once('close', () => this.onFailed(null));
    outgoing.end();
  }

  private answerOf(incoming: IncomingMessage): GetAnswer {
    return {
      status: incoming.statusCode ?? 0,
      headers: incoming.headers,
      pieces: () => this.pieces(incoming),
      drop: () => this.end(),
    };
  }

  private async *pieces(incoming: IncomingMessage): AsyncGenerator<Buffer> {
    try {
      this.watch();
      for await (const piece of incoming) {
        this.stopWatch();
        // A response without an encoding set yields buffers.
        if (Buffer.isBuffer(piece)) yield piece;
        this.watch();
      }
    } catch (thrown) {
      throw this.failure(thrown);
    } finally {
      if (incoming.complete) this.letGo();
      else this.end();
    }
  }

  private failure(thrown: unknown): UploaderError {
    const { host } = this.url;
    if (!this.stalled) return connectionError(thrown, host, this.connected);
    const seconds = Math.round(this.line.stallMs / 1000);
    const message = `${host} has been silent for ${seconds} seconds. The download is tried again.`;
    return new UploaderError('stalled', message, { details: { host } });
  }

  private onFailed(thrown: unknown): void {
    if (this.answered) return;
    this.letGo();
    if (this.signal.aborted) this.resolve({ kind: 'cancelled' });
    else this.resolve({ kind: 'failed', error: this.failure(thrown), stale: this.kept && !this.stalled });
  }

  private readonly onAbort = (): void => {
    // A request that still waits for a connection would say so only when it has one.
    if (!this.answered) this.resolve({ kind: 'cancelled' });
    this.end();
  };

  private end(): void {
    this.letGo();
    this.outgoing?.destroy();
  }

  private letGo(): void {
    this.stopWatch();
    this.signal.removeEventListener('abort', this.onAbort);
  }

  private watch(): void {
    this.stopWatch();
    this.stopWatch = this.line.clock.after(this.line.stallMs, () => {
      this.stalled = true;
      this.end();
    });
  }
}
