/**
 * One request to a storage and its answer, with a part of a file as its body. Called by the senders (`put.ts`,
 * `resumable.ts`), which say what the answer means.
 *
 * There is no total time limit: slow is fine, silent is not. When no byte has moved for a while the exchange is
 * given up as `stalled`. Nothing of the URL but its host reaches an error or the log.
 */

import {
  type ClientRequest,
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { UploaderError } from '../../core/errors.ts';
import type { Clock, PutOutcome } from '../../core/ports.ts';
import type { Agents } from './agents.ts';
import { BUFFER_BYTES, type BufferPool } from './buffers.ts';
import { connectionError, systemCode } from './failures.ts';
import type { PutAnswer } from './put-answers.ts';
import { Body, type FilePart } from './put-body.ts';
import { agentFor, isKept, whenReady } from './sockets.ts';
import type { Throttle } from './throttle.ts';

export interface Line {
  /** Own the sockets, and the authorities that are trusted. */
  readonly agents: Agents;
  readonly clock: Clock;
  /** Milliseconds without a byte in either direction after which an upload is given up. */
  readonly stallMs: number;
  readonly pool: BufferPool;
  /** Shared by all uploads, which together keep to its limit. */
  readonly throttle: Throttle;
}

export interface Order {
  readonly method: 'PUT' | 'POST';
  readonly url: URL;
  /** Without Content-Length. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null for an empty body. */
  readonly part: FilePart | null;
  readonly signal: AbortSignal;
  /** Bytes that the socket took. */
  readonly onMoved: (bytes: number) => void;
}

export type Failed = Exclude<PutOutcome, { readonly kind: 'stored' | 'expired' }>;

export type Exchanged =
  /** `whole`: all of the body had been handed over, so that a confirmation can be one. */
  | { readonly kind: 'answered'; readonly answer: PutAnswer; readonly whole: boolean }
  /** `stale`: the connection was a kept one and broke before any byte of an answer. */
  | { readonly kind: 'failed'; readonly outcome: Failed; readonly stale: boolean };

/** An answer's body is read to free the connection, and to learn a reason: not for longer, and no more of it. */
const ANSWER_MS = 5_000;
const ANSWER_BYTES = 16 * 1024;

/** Null for what is no address to send to. Node's own error is dropped: it may quote a secret. */
export function parseAddress(address: string): URL | null {
  const url = URL.parse(address);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url : null;
}

export function unusableAddress(): Failed {
  const message = 'Encord gave an upload address that cannot be used. Retry; if it stays so, tell Encord.';
  return { kind: 'refused', error: new UploaderError('bad-answer', message) };
}

/** Never throws. */
export async function exchange(line: Line, order: Order): Promise<Exchanged> {
  const agent = await agentFor(line.agents, order.url, order.signal);
  if (agent === null || order.signal.aborted)
    return { kind: 'failed', outcome: { kind: 'cancelled' }, stale: false };
  const outgoing = openRequest(agent, order);
  if (!outgoing) return { kind: 'failed', outcome: unusableAddress(), stale: false };
  return new Exchange(line, order, outgoing).ended;
}

/** Null where the address or a header holds what cannot be sent. */
function openRequest(agent: HttpAgent, { method, url, headers, part }: Order): ClientRequest | null {
  try {
    const secure = url.protocol === 'https:';
    const length = part ? part.to - part.from : 0;
    return (secure ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...headers, 'Content-Length': String(length) },
      agent,
    });
  } catch {
    return null;
  }
}

class Exchange {
  readonly ended: Promise<Exchanged>;
  private readonly line: Line;
  private readonly order: Order;
  private readonly outgoing: ClientRequest;
  private readonly host: string;
  private readonly body: Body | null;
  private resolve: (exchanged: Exchanged) => void = () => undefined;
  private settled = false;
  private connected = false;
  private kept = false;
  private incoming: IncomingMessage | null = null;
  private answer: PutAnswer | null = null;
  private reading = false;
  private held = false;
  private sent = 0;
  private movedAt = 0;
  private stopWatch: () => void = () => undefined;
  private stopAnswerTimer: () => void = () => undefined;

  constructor(line: Line, order: Order, outgoing: ClientRequest) {
    this.line = line;
    this.order = order;
    this.outgoing = outgoing;
    this.host = order.url.host;
    this.ended = new Promise((resolve) => {
      this.resolve = resolve;
    });
    this.body =
      order.part &&
      new Body({
        part: order.part,
        pool: line.pool,
        throttle: line.throttle,
        outgoing,
        clock: line.clock,
        onMoved: (bytes) => this.onMoved(bytes),
        onReading: (reading) => {
          this.reading = reading;
        },
        onHeld: (held) => {
          this.held = held;
          this.move();
        },
      });
    this.listen();
    if (this.body) this.body.send().catch((thrown: unknown) => this.onFileError(thrown));
    else outgoing.end();
  }

  private listen(): void {
    const { outgoing } = this;
    this.order.signal.addEventListener('abort', this.onAbort, { once: true });
    // Until there is a socket the request may wait for its turn, which is no stall.
    outgoing.once('socket', (socket) => {
      this.watch();
      this.kept = isKept(outgoing, socket);
      whenReady(socket, this.kept, () => {
        this.connected = true;
        this.move();
      });
    });
    outgoing.once('response', (incoming) => this.onResponse(incoming));
    outgoing.on('error', (thrown) => this.onConnectionError(thrown));
    outgoing.once('close', () => this.onConnectionError(null));
  }

  private readonly onAbort = (): void => {
    this.fail({ kind: 'cancelled' });
  };

  private onFileError(thrown: unknown): void {
    // An answer that came while the file was read says more: it is being read.
    if (this.answer) return;
    // The request is short of its last bytes, so the storage makes no object of it.
    this.fail(failureOfFile(thrown));
  }

  private onConnectionError(thrown: unknown): void {
    if (this.settled) return;
    if (this.answer) {
      this.conclude();
      return;
    }
    const stale = this.kept && this.sent <= BUFFER_BYTES && isReset(thrown);
    const error = connectionError(thrown, this.host, this.connected);
    this.fail({ kind: 'transient', error, retryAfterMs: null }, stale);
  }

  private onResponse(incoming: IncomingMessage): void {
    this.move();
    if (incoming.statusCode === 407) {
      // The proxy answers instead of the storage.
      const error = this.line.agents.refusedByProxy(this.order.url, incoming.headers);
      this.fail({ kind: 'transient', error, retryAfterMs: null });
      return;
    }
    // An answer to half a file is a refusal, or makes no sense: the rest is not worth sending.
    if (!this.whole) this.body?.stop();
    this.incoming = incoming;
    const chunks: Buffer[] = [];
    let length = 0;
    this.answer = { status: incoming.statusCode ?? 0, headers: incoming.headers, body: '' };
    const end = (): void => {
      if (this.answer) this.answer = { ...this.answer, body: Buffer.concat(chunks).toString('latin1') };
      this.conclude();
    };
    incoming.on('data', (chunk: Buffer) => {
      this.move();
      length += chunk.length;
      if (length <= ANSWER_BYTES) chunks.push(chunk);
      else end();
    });
    incoming.once('end', end);
    incoming.once('error', end);
    this.stopAnswerTimer = this.line.clock.after(ANSWER_MS, end);
  }

  private get whole(): boolean {
    return this.body?.complete ?? true;
  }

  /** Hands on the answer, as far as it was read. */
  private conclude(): void {
    if (this.settled || !this.answer) return;
    const { whole } = this;
    this.settle({ kind: 'answered', answer: this.answer, whole });
    // A connection with an unfinished request or answer can serve no other.
    if (!whole || this.incoming?.complete !== true) this.outgoing.destroy();
  }

  private fail(outcome: Failed, stale = false): void {
    this.settle({ kind: 'failed', outcome, stale });
    this.outgoing.destroy();
  }

  private settle(exchanged: Exchanged): void {
    if (this.settled) return;
    this.settled = true;
    this.stopWatch();
    this.stopAnswerTimer();
    this.body?.stop();
    this.order.signal.removeEventListener('abort', this.onAbort);
    this.resolve(exchanged);
  }

  private onMoved(bytes: number): void {
    this.move();
    this.sent += bytes;
    if (!this.settled) this.order.onMoved(bytes);
  }

  private move(): void {
    this.movedAt = this.line.clock.monotonic();
  }

  /** Looks again when the quiet could have lasted long enough, instead of setting a timer for every write. */
  private watch(): void {
    this.move();
    const { clock, stallMs } = this.line;
    const look = (): void => {
      // Nobody is silent while the limit is what is waited for.
      if (this.held) this.move();
      const left = this.movedAt + stallMs - clock.monotonic();
      if (left > 0) {
        this.stopWatch = clock.after(left, look);
        return;
      }
      this.fail(stalled(stallMs, this.host, this.reading ? 'file' : 'storage'));
    };
    this.stopWatch = clock.after(stallMs, look);
  }
}

export function stalled(stallMs: number, host: string, waitingFor: 'file' | 'storage'): Failed {
  const seconds = Math.round(stallMs / 1000);
  const who = waitingFor === 'file' ? 'The disk or network drive of the file' : host;
  const message = `${who} has been silent for ${seconds} seconds. The upload is tried again.`;
  const error = new UploaderError('stalled', message, { details: { host, waitingFor } });
  return { kind: 'transient', error, retryAfterMs: null };
}

/** What was thrown while the file was read and hashed. `internal` is this program's trouble, not the file's. */
export function failureOfFile(thrown: unknown): Failed {
  const error =
    thrown instanceof UploaderError ? thrown : new UploaderError('internal', 'The file could not be sent.');
  return error.code === 'internal'
    ? { kind: 'transient', error, retryAfterMs: null }
    : { kind: 'file', error };
}

function isReset(thrown: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(systemCode(thrown));
}
