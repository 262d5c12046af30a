/**
 * The sender: one file, one PUT to a signed URL, over `node:http`. Made once by the composition roots, called by the
 * engine through the `Sender` port.
 *
 * There is no total time limit: slow is fine, silent is not. When no byte has moved for a while the exchange is
 * given up as `stalled`. Nothing of the URL but its host reaches an error or the log.
 */

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { UploaderError } from '../../core/errors.ts';
import type { Clock, Log, PutOutcome, PutRequest, Sender } from '../../core/ports.ts';
import type { Agents } from './agents.ts';
import { connectionError, systemCode } from './failures.ts';
import { type PutAnswer, refusalOf } from './put-answers.ts';
import { Body, BUFFER_BYTES, BufferPool } from './put-body.ts';

export interface SenderOptions {
  /** Own the sockets, and the authorities that are trusted. */
  readonly agents: Agents;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds without a byte in either direction after which an upload is given up. */
  readonly stallMs: number;
  /** Whether SHA-256 is computed as the bytes pass. */
  readonly hash: boolean;
}

/** Milliseconds between two reports of progress. */
const REPORT_EVERY_MS = 200;
/** An answer's body is read to free the connection, and to learn a reason: not for longer, and no more of it. */
const ANSWER_MS = 5_000;
const ANSWER_BYTES = 16 * 1024;
/** Buffers kept between uploads: enough for a handful of large files side by side. */
const KEPT_BUFFERS = 12;

export function createSender(options: SenderOptions): Sender {
  const pool = new BufferPool(KEPT_BUFFERS);
  return {
    async put(request) {
      const first = await exchange(options, pool, request);
      // A kept connection that the storage had closed says nothing about the storage: the file goes out anew.
      const ended = first.stale && !request.signal.aborted ? await exchange(options, pool, request) : first;
      const { outcome } = ended;
      if ('error' in outcome) {
        const { code, details } = outcome.error;
        options.log.debug('An upload did not succeed.', { kind: outcome.kind, code, ...details });
      }
      return outcome;
    },
  };
}

interface Exchanged {
  readonly outcome: PutOutcome;
  /** The connection was a kept one and broke before any byte of an answer. */
  readonly stale: boolean;
}

async function exchange(options: SenderOptions, pool: BufferPool, request: PutRequest): Promise<Exchanged> {
  if (request.signal.aborted) return { outcome: { kind: 'cancelled' }, stale: false };
  const opened = openRequest(options.agents, request);
  if (!opened) {
    const message = 'Encord gave an upload address that cannot be used. Retry; if it stays so, tell Encord.';
    return { outcome: { kind: 'refused', error: new UploaderError('bad-answer', message) }, stale: false };
  }
  return new Exchange(options, pool, request, opened.outgoing, opened.host).ended;
}

/** Null where the address or a header holds what cannot be sent. Node's own error is dropped: it may quote a secret. */
function openRequest(agents: Agents, request: PutRequest): { outgoing: ClientRequest; host: string } | null {
  try {
    const url = new URL(request.url);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
    const secure = url.protocol === 'https:';
    const outgoing = (secure ? httpsRequest : httpRequest)(url, {
      method: 'PUT',
      headers: { ...request.headers, 'Content-Length': String(request.identity.size) },
      agent: secure ? agents.https : agents.http,
    });
    return { outgoing, host: url.host };
  } catch {
    return null;
  }
}

class Exchange {
  readonly ended: Promise<Exchanged>;
  private readonly options: SenderOptions;
  private readonly request: PutRequest;
  private readonly outgoing: ClientRequest;
  private readonly host: string;
  private readonly body: Body;
  private resolve: (exchanged: Exchanged) => void = () => undefined;
  private settled = false;
  private connected = false;
  private incoming: IncomingMessage | null = null;
  private answer: PutAnswer | null = null;
  private reading = false;
  private sent = 0;
  private movedAt = 0;
  private reportedAt = Number.NEGATIVE_INFINITY;
  private stopWatch: () => void = () => undefined;
  private stopAnswerTimer: () => void = () => undefined;

  constructor(
    options: SenderOptions,
    pool: BufferPool,
    request: PutRequest,
    outgoing: ClientRequest,
    host: string,
  ) {
    this.options = options;
    this.request = request;
    this.outgoing = outgoing;
    this.host = host;
    this.ended = new Promise((resolve) => {
      this.resolve = resolve;
    });
    this.body = new Body({
      path: request.path,
      identity: request.identity,
      hash: options.hash,
      pool,
      outgoing,
      clock: options.clock,
      onMoved: (bytes) => this.onMoved(bytes),
      onReading: (reading) => {
        this.reading = reading;
      },
    });
    this.listen();
    this.body.send().catch((thrown: unknown) => this.onFileError(thrown));
  }

  private listen(): void {
    const { outgoing } = this;
    this.request.signal.addEventListener('abort', this.onAbort, { once: true });
    // Until there is a socket the request may wait for its turn, which is no stall.
    outgoing.once('socket', (socket) => {
      this.watch();
      if (outgoing.reusedSocket) this.connected = true;
      else {
        const event = 'encrypted' in socket ? 'secureConnect' : 'connect';
        socket.once(event, () => {
          this.connected = true;
          this.move();
        });
      }
    });
    outgoing.once('response', (incoming) => this.onResponse(incoming));
    outgoing.on('error', (thrown) => this.onConnectionError(thrown));
    outgoing.once('close', () => this.onConnectionError(null));
  }

  private readonly onAbort = (): void => {
    this.settle({ kind: 'cancelled' });
    this.outgoing.destroy();
  };

  private onFileError(thrown: unknown): void {
    // An answer that came while the file was read says more: it is being read.
    if (this.answer) return;
    const error =
      thrown instanceof UploaderError ? thrown : new UploaderError('internal', 'The file could not be sent.');
    this.settle({ kind: 'file', error });
    // The request is short of its last bytes, so the storage makes no object of it.
    this.outgoing.destroy();
  }

  private onConnectionError(thrown: unknown): void {
    if (this.settled) return;
    if (this.answer) {
      this.conclude();
      return;
    }
    const stale = this.outgoing.reusedSocket && this.sent <= BUFFER_BYTES && isReset(thrown);
    const error = connectionError(thrown, this.host, this.connected);
    this.settle({ kind: 'transient', error, retryAfterMs: null }, stale);
    this.outgoing.destroy();
  }

  private onResponse(incoming: IncomingMessage): void {
    this.move();
    // An answer to half a file is a refusal, or makes no sense: the rest is not worth sending.
    if (!this.body.complete) this.body.stop();
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
    this.stopAnswerTimer = this.options.clock.after(ANSWER_MS, end);
  }

  /** Says what the answer means, as far as it was read. */
  private conclude(): void {
    if (this.settled || !this.answer) return;
    const refusal = refusalOf(this.answer, this.host, this.options.clock.now());
    if (refusal) {
      this.settle(refusal);
    } else if (!this.body.complete) {
      const message = 'The storage confirmed the file before all of it was sent. The upload is tried again.';
      const error = new UploaderError('bad-answer', message, { details: { host: this.host } });
      this.settle({ kind: 'transient', error, retryAfterMs: null });
    } else {
      this.sent = this.request.identity.size;
      this.request.onProgress(this.sent);
      this.settle({ kind: 'stored', bytes: this.sent, sha256: this.body.digest() });
    }
    // A connection with an unfinished request or answer can serve no other.
    if (!this.body.complete || this.incoming?.complete !== true) this.outgoing.destroy();
  }

  private settle(outcome: PutOutcome, stale = false): void {
    if (this.settled) return;
    this.settled = true;
    this.stopWatch();
    this.stopAnswerTimer();
    this.body.stop();
    this.request.signal.removeEventListener('abort', this.onAbort);
    this.resolve({ outcome, stale });
  }

  private onMoved(bytes: number): void {
    this.move();
    this.sent += bytes;
    if (this.settled || this.movedAt - this.reportedAt < REPORT_EVERY_MS) return;
    this.reportedAt = this.movedAt;
    this.request.onProgress(this.sent);
  }

  private move(): void {
    this.movedAt = this.options.clock.monotonic();
  }

  /** Looks again when the quiet could have lasted long enough, instead of setting a timer for every write. */
  private watch(): void {
    this.move();
    const { clock, stallMs } = this.options;
    const look = (): void => {
      const left = this.movedAt + stallMs - clock.monotonic();
      if (left > 0) {
        this.stopWatch = clock.after(left, look);
        return;
      }
      this.onStall();
    };
    this.stopWatch = clock.after(stallMs, look);
  }

  private onStall(): void {
    const seconds = Math.round(this.options.stallMs / 1000);
    const who = this.reading ? 'The disk or network drive of the file' : this.host;
    const message = `${who} has been silent for ${seconds} seconds. The upload is tried again.`;
    const details = { host: this.host, waitingFor: this.reading ? 'file' : 'storage' };
    this.settle({
      kind: 'transient',
      error: new UploaderError('stalled', message, { details }),
      retryAfterMs: null,
    });
    this.outgoing.destroy();
  }
}

function isReset(thrown: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(systemCode(thrown));
}
