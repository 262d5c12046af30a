/**
 * The contract over WebSockets: answers the calls of every authenticated page and pushes events to all of them.
 * Used by `server.ts` only, which has checked Host, Origin and token before a socket comes here.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Answer } from '../../preload/contract/errors.ts';
import type { EventName } from '../../preload/contract/names.ts';
import {
  CLOSE_CODES,
  MAX_MESSAGE_BYTES,
  SOCKET_PROTOCOL,
  type WireMessage,
} from '../../preload/contract/wire.ts';
import { answerPage, RateLimit } from '../app/messages.ts';
import type { App } from '../app/types.ts';

/** What `WireCall` looks like from a page that may be hostile: the app decides which names exist. */
const wireCall = z.object({
  id: z.number().int().min(0),
  call: z.string().max(100),
  input: z.unknown(),
});

export interface SocketLimits {
  /** Pages at the same time. */
  readonly sockets: number;
  /** Calls of one page that are not answered yet; reading pauses above it. */
  readonly openCalls: number;
  readonly callsPerSecond: number;
  readonly callsBurst: number;
  /** `progress` is left out for a page that lags by more bytes than this. */
  readonly lagBytes: number;
  /** A page that lags by more than this is cut off; it connects again and asks for everything. */
  readonly maxLagBytes: number;
  /** Between two pings; a page that is read and has not answered one by the next is gone. */
  readonly pingMs: number;
}

export const SOCKET_LIMITS: SocketLimits = {
  sockets: 32,
  openCalls: 32,
  callsPerSecond: 500,
  callsBurst: 2_000,
  lagBytes: 256 * 1024,
  maxLagBytes: 32 * 1024 * 1024,
  pingMs: 20_000,
};

/** All pages of one server. */
export class Sockets {
  readonly #app: App;
  readonly #limits: SocketLimits;
  readonly #server: WebSocketServer;
  readonly #alive = new WeakSet<WebSocket>();
  readonly #stopListening: () => void;
  readonly #pings: NodeJS.Timeout;

  constructor(app: App, limits: SocketLimits) {
    this.#app = app;
    this.#limits = limits;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: () => SOCKET_PROTOCOL,
    });
    this.#stopListening = app.listen((name, payload) => this.#push(name, payload));
    this.#pings = setInterval(() => this.#ping(), limits.pingMs);
    this.#pings.unref();
  }

  /** True when one more page would be too many. */
  get full(): boolean {
    return this.#server.clients.size >= this.#limits.sockets;
  }

  /** Completes the handshake of a request that was checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client));
  }

  /** Ends every page's socket: those that answer the farewell in time say goodbye, the rest are cut. */
  async close(): Promise<void> {
    this.#stopListening();
    clearInterval(this.#pings);
    const clients = [...this.#server.clients];
    const gone = clients.map((client) => new Promise<void>((resolve) => client.once('close', resolve)));
    for (const client of clients) client.close(1001, 'The program stops.');
    const cut = setTimeout(() => {
      for (const client of clients) client.terminate();
    }, 500);
    await Promise.all(gone);
    clearTimeout(cut);
    this.#server.close();
  }

  #serve(client: WebSocket): void {
    const rate = new RateLimit(this.#limits.callsPerSecond, this.#limits.callsBurst, performance.now());
    let open = 0;
    this.#alive.add(client);
    client.on('pong', () => this.#alive.add(client));
    // An oversized or broken frame: `ws` closes the socket by itself, with 1009 or the like.
    client.on('error', () => {});
    client.on('message', (data, isBinary) => {
      if (client.readyState !== client.OPEN) return;
      if (!rate.take(performance.now())) {
        client.close(CLOSE_CODES.tooManyMessages, 'Too many messages.');
        return;
      }
      const call = isBinary ? null : readCall(String(data));
      if (call === null) {
        client.close(CLOSE_CODES.malformed, 'Not a call.');
        return;
      }
      open += 1;
      if (open >= this.#limits.openCalls) client.pause();
      void answerPage(this.#app, call.call, call.input).then((answer) => {
        // Counted until written, so that a page that asks without reading is not answered into memory.
        client.send(encode(call.id, answer), () => {
          open -= 1;
          if (client.isPaused && open < this.#limits.openCalls) client.resume();
        });
      });
    });
  }

  #push(event: EventName, payload: unknown): void {
    if (this.#server.clients.size === 0) return;
    const text = JSON.stringify({ event, payload } satisfies WireMessage);
    for (const client of this.#server.clients) {
      if (client.readyState !== client.OPEN) continue;
      if (client.bufferedAmount > this.#limits.maxLagBytes) client.terminate();
      // Progress is overtaken by the next; a `changed` tick is never left out, as pages count them.
      else if (event !== 'progress' || client.bufferedAmount <= this.#limits.lagBytes) client.send(text);
    }
  }

  #ping(): void {
    for (const client of this.#server.clients) {
      // What a paused page says is not read, its pongs neither: it counts as alive until it is read again.
      if (client.isPaused) this.#alive.add(client);
      else if (!this.#alive.delete(client)) client.terminate();
      else if (client.readyState === client.OPEN) client.ping();
    }
  }
}

function encode(id: number, answer: Answer<unknown>): string {
  return JSON.stringify({ id, answer } satisfies WireMessage);
}

function readCall(text: string): z.infer<typeof wireCall> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const call = wireCall.safeParse(value);
  return call.success ? call.data : null;
}
