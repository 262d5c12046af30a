/** What can be known of a request's socket. Used by `client.ts` and `exchange.ts`. */

import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const used = new WeakSet<Socket>();

/**
 * Whether the socket has served a request before, to be asked once for each. Node says so of sockets that lay idle, but
 * not of one that a waiting request got from the one before it.
 */
export function isKept(outgoing: ClientRequest, socket: Socket): boolean {
  const kept = outgoing.reusedSocket || used.has(socket);
  used.add(socket);
  return kept;
}

/**
 * A kept socket is ready at once; a fresh one when connected, over TLS when the server has been verified. A fresh one
 * that failed at once is no longer connecting either, so that alone proves nothing.
 */
export function whenReady(socket: Socket, kept: boolean, ready: () => void): void {
  const secure = socket instanceof TLSSocket;
  const connected = !socket.connecting && !socket.destroyed && socket.remoteAddress !== undefined;
  if (kept || (connected && (!secure || socket.authorized))) ready();
  else socket.once(secure ? 'secureConnect' : 'connect', ready);
}
