/**
 * Connections through a proxy: to the proxy itself, and through it to a server, by CONNECT or SOCKS. Used by
 * `proxy-agents.ts`. The login goes to the proxy and nowhere else.
 */

import { EventEmitter } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { SocksProxyAgent } from 'socks-proxy-agent';
import type { UploaderError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { systemCode } from './failures.ts';
import { loginRefused, unreachableProxy, unreachableThrough } from './proxy-failures.ts';
import type { Login, ProxyWay } from './proxy-way.ts';

export interface TunnelDeps {
  readonly clock: Clock;
  readonly lookup?: LookupFunction | undefined;
  /** For proxies that are spoken to by TLS. */
  readonly trust: () => SecureContext;
}

export interface Target {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A connection to or through a proxy that does not stand by then is given up. */
const TUNNEL_MS = 20_000;

/** A connection to the proxy itself. Rejects with an `UploaderError` of code `proxy`. */
export function connectToProxy(way: ProxyWay, deps: TunnelDeps, signal: AbortSignal): Promise<Socket> {
  const socket = startConnection(way, deps);
  return settled<Socket>(way, deps, signal, (resolve, reject) => {
    const fail = (reason: Error): void => reject(unreachableProxy(way, systemCode(reason)));
    socket.once('error', fail);
    socket.once(way.kind === 'https' ? 'secureConnect' : 'connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
    return () => socket.destroy();
  });
}

/** A connection through the proxy to the target. Rejects with an `UploaderError` of code `proxy` or `proxy-login`. */
export function openTunnel(
  way: ProxyWay,
  login: Login | null,
  target: Target,
  deps: TunnelDeps,
  signal: AbortSignal,
): Promise<Socket> {
  return way.kind === 'http' || way.kind === 'https'
    ? byConnect(way, login, target, deps, signal)
    : bySocks(way, login, target, deps, signal);
}

export function basicAuthorization({ user, password }: Login): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function startConnection({ kind, host, port }: ProxyWay, { lookup, trust }: TunnelDeps): Socket {
  const options = { host, port, noDelay: true, keepAlive: true, ...(lookup ? { lookup } : {}) };
  if (kind !== 'https') return connectTcp(options);
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ ...options, ...servername, secureContext: trust(), rejectUnauthorized: true });
}

function byConnect(
  way: ProxyWay,
  login: Login | null,
  target: Target,
  deps: TunnelDeps,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const { host, port } = way;
  const options = {
    host,
    port,
    method: 'CONNECT',
    path: authority,
    headers: {
      Host: authority,
      Connection: 'keep-alive',
      'Proxy-Connection': 'keep-alive',
      ...(login === null ? {} : { 'Proxy-Authorization': basicAuthorization(login) }),
    },
    ...(deps.lookup ? { lookup: deps.lookup } : {}),
  };
  return settled<Socket>(way, deps, signal, (resolve, reject) => {
    const asking: ClientRequest =
      way.kind === 'https'
        ? httpsRequest({
            ...options,
            // Else Node takes it from the Host header, which names the target.
            servername: isIP(host) === 0 ? host : '',
            agent: new HttpsAgent({ secureContext: deps.trust() }),
          })
        : httpRequest({ ...options, agent: false });
    asking.once('connect', (answer, socket: Socket, head: Buffer) => {
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        socket.setNoDelay(true);
        resolve(socket);
        return;
      }
      socket.on('error', () => undefined);
      socket.destroy();
      reject(refusalOf(way, target, statusCode, answer.headers, login));
    });
    asking.on('error', (reason) => reject(unreachableProxy(way, systemCode(reason))));
    asking.end();
    return () => asking.destroy();
  });
}

function refusalOf(
  way: ProxyWay,
  target: Target,
  status: number,
  headers: IncomingHttpHeaders,
  login: Login | null,
): UploaderError {
  return status === 407
    ? loginRefused(way, target.host, headers, login !== null)
    : unreachableThrough(way, target, String(status));
}

function bySocks(
  way: ProxyWay,
  login: Login | null,
  target: Target,
  deps: TunnelDeps,
  signal: AbortSignal,
): Promise<Socket> {
  // The proxy looks names up where its protocol can: only it may know them.
  const scheme = way.kind === 'socks5' ? 'socks5h' : 'socks4a';
  const url = new URL(`${scheme}://${way.host.includes(':') ? `[${way.host}]` : way.host}:${way.port}`);
  if (login !== null) {
    url.username = encodeURIComponent(login.user);
    url.password = encodeURIComponent(login.password);
  }
  const agent = new SocksProxyAgent(url);
  agent.proxy.host = way.host;
  return settled<Socket>(way, deps, signal, (resolve, reject) => {
    let given = true;
    // What a request would be to the agent: it only tells it of the connection.
    const telling = Object.assign(new EventEmitter(), {
      destroy: () => undefined,
    }) as unknown as ClientRequest;
    agent.connect(telling, { ...target, secureEndpoint: false }).then(
      (socket) => {
        if (given) resolve(socket as Socket);
        else socket.destroy();
      },
      (reason: unknown) => reject(socksFailure(way, target, reason, login)),
    );
    return () => {
      given = false;
    };
  });
}

/** The library says by its words alone what the proxy did. */
function socksFailure(way: ProxyWay, target: Target, reason: unknown, login: Login | null): UploaderError {
  const words = reason instanceof Error ? reason.message : '';
  if (/authentication|no acceptable|NoAcceptable|rejected.*auth/i.test(words)) {
    return loginRefused(way, target.host, { 'proxy-authenticate': 'Basic' }, login !== null);
  }
  const said = /rejected connection(?: - (\w+))?/i.exec(words);
  if (said) return unreachableThrough(way, target, said[1] ?? 'refused');
  return unreachableProxy(way, systemCode(reason));
}

/** The work's outcome within the time, or its undoing. */
function settled<T>(
  way: ProxyWay,
  { clock }: TunnelDeps,
  signal: AbortSignal,
  work: (resolve: (value: T) => void, reject: (error: UploaderError) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let undo = (): void => undefined;
    const end = (): void => {
      stop();
      signal.removeEventListener('abort', give);
    };
    const fail = (error: UploaderError): void => {
      end();
      reject(error);
    };
    const give = (): void => {
      fail(unreachableProxy(way, 'ETIMEDOUT'));
      undo();
    };
    const stop = clock.after(TUNNEL_MS, give);
    signal.addEventListener('abort', give, { once: true });
    undo = work((value) => {
      end();
      resolve(value);
    }, fail);
    if (signal.aborted) give();
  });
}
