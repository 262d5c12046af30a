/** A storage to send to, of raw sockets, so that a test decides how slowly it reads and when it says what. */

import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface Received {
  readonly requestLine: string;
  readonly headers: ReadonlyMap<string, string>;
  bytes: number;
  sha256: string | null;
  /** Whether as many bytes came as were announced. */
  whole: boolean;
}

export interface Behaviour {
  /** Called at the head of a request; what it returns is written before any of the body is read. */
  readonly onHead?: (socket: Socket, nth: number) => string | null;
  /** Called with each piece of the body, before more is read; it may wait. */
  readonly onData?: (socket: Socket, received: Received, piece: Buffer) => Promise<void> | void;
  /** The answer to a whole body. */
  readonly answer?: (received: Received, nth: number) => string | null;
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

export function answer(status: number, body = '', headers = ''): string {
  return `HTTP/1.1 ${status} Some Words\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

export class Receiver {
  readonly received: Received[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  private server: Server | null = null;
  private readonly behaviour: Behaviour;

  constructor(behaviour: Behaviour = {}) {
    this.behaviour = behaviour;
  }

  /** The address to put to, with a query that must not be told to anybody. */
  async listen(tls: TlsOptions | null = null): Promise<string> {
    const take = (socket: Socket): void => {
      this.connections++;
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
      this.serve(socket).catch(() => undefined);
    };
    const server = tls ? createTlsServer(tls, take) : createServer(take);
    server.on('tlsClientError', () => undefined);
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return `${tls ? 'https' : 'http'}://127.0.0.1:${port}/bucket/object?X-Goog-Signature=VERYSECRET`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    const { server } = this;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  private async serve(socket: Socket): Promise<void> {
    const pieces = socket[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      let end = rest.indexOf('\r\n\r\n');
      while (end < 0) {
        const next = await pieces.next();
        if (next.done) return;
        rest = Buffer.concat([rest, next.value]);
        end = rest.indexOf('\r\n\r\n');
      }
      const [requestLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
      const headers = new Map(
        lines.map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.replace(/^.*?: ?/, '')]),
      );
      rest = rest.subarray(end + 4);
      const received: Received = { requestLine, headers, bytes: 0, sha256: null, whole: false };
      this.received.push(received);
      const nth = this.received.length;
      const early = this.behaviour.onHead?.(socket, nth);
      if (early) socket.write(early);
      rest = await this.body(socket, received, rest, pieces);
      if (!received.whole) return;
      const last = this.behaviour.answer ? this.behaviour.answer(received, nth) : OK;
      if (last) socket.write(last);
    }
  }

  private async body(
    socket: Socket,
    received: Received,
    first: Buffer,
    pieces: AsyncIterableIterator<Buffer>,
  ) {
    const length = Number(received.headers.get('content-length'));
    const hash = createHash('sha256');
    let piece = first;
    for (;;) {
      const part = piece.subarray(0, length - received.bytes);
      hash.update(part);
      received.bytes += part.length;
      if (part.length > 0) await this.behaviour.onData?.(socket, received, part);
      if (received.bytes >= length) {
        received.whole = true;
        received.sha256 = hash.digest('hex');
        return piece.subarray(part.length);
      }
      const next = await pieces.next();
      if (next.done) return Buffer.alloc(0);
      piece = next.value;
    }
  }
}
