/**
 * Who may talk to browser mode: the checks of Host, Origin and token, as pure functions. Used by `server.ts`,
 * `socket.ts` and `drops.ts`.
 *
 * A page of another site can make a browser send requests to loopback, and by DNS rebinding even under a name of
 * its own: so the Host is compared with an exact list, the Origin with that Host, and the token proves that the
 * page was opened from the address that the program printed.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { SOCKET_PROTOCOL } from '../../preload/contract/wire.ts';

/** Names under which a server bound to `host` may be called; `extra` are addresses of the machine where it listens on all. */
export function allowedHosts(host: string, port: number, extra: readonly string[] = []): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]', bracketed(host), ...extra.map(bracketed)];
  const hosts = new Set<string>();
  for (const name of names) {
    hosts.add(`${name.toLowerCase()}:${port}`);
    // A browser leaves the default port out of Host and Origin.
    if (port === 80) hosts.add(name.toLowerCase());
  }
  return hosts;
}

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** The Host header, if it is one of ours; else null, to be answered with 421. */
export function checkHost(header: string | undefined, allowed: ReadonlySet<string>): string | null {
  const host = header?.toLowerCase();
  return host !== undefined && allowed.has(host) ? host : null;
}

/** The Host header of a request; undefined where there is none, or more than one, of which Node would show the first. */
export function hostHeader(rawHeaders: readonly string[]): string | undefined {
  const hosts = rawHeaders.filter(
    (_text, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host',
  );
  return hosts.length === 1 ? hosts[0] : undefined;
}

/** True when the request comes from a page that this very host served. */
export function sameOrigin(origin: string | undefined, host: string): boolean {
  return origin?.toLowerCase() === `http://${host}`;
}

/** Compares in constant time, whatever the lengths. */
export function tokenMatches(offered: string | null, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(offered ?? ''), digest(token)) && offered !== null;
}

/** The token of `Authorization: Bearer <token>`. */
export function bearerToken(header: string | undefined): string | null {
  return /^Bearer ([\w-]{1,200})$/i.exec(header ?? '')?.[1] ?? null;
}

/** The token among the offered subprotocols `encord-uploader, encord-uploader.<token>`. */
export function socketToken(header: string | undefined): string | null {
  const offered = (header ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(SOCKET_PROTOCOL)) return null;
  const prefix = `${SOCKET_PROTOCOL}.`;
  return offered.find((name) => name.startsWith(prefix))?.slice(prefix.length) ?? null;
}
