/** How a request comes to its socket, and what can be known of that. Used by those of this folder that make requests. */

import type { ClientRequest, Agent as HttpAgent } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Agents } from './agents.ts';

/**
 * The agent for a URL; null where the request was given up first: the system that is asked for its proxy, and the keychain
 * for a login, may be long in answering.
 */
export async function agentFor(agents: Agents, url: URL, signal: AbortSignal): Promise<HttpAgent | null> {
  if (signal.aborted) return null;
  const found = agents.for(url);
  if (!(found instanceof Promise)) return found;
  const givenUp = Promise.withResolvers<null>();
  const give = (): void => givenUp.resolve(null);
  signal.addEventListener('abort', give, { once: true });
  try {
    return await Promise.race([found, givenUp.promise]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}

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
