/**
 * What a connection check finds out, one thing at a time: the proxy, names, the server's identity, an answer. Called by
 * `main/app/network`, which says what it means. Nothing but a GET without credentials is ever sent, and that only to a
 * server whose identity was proved.
 */

import { lookup as lookupName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { connect as connectTls, type DetailedPeerCertificate, type PeerCertificate } from 'node:tls';
import { asUploaderError, UploaderError } from '../../core/errors.ts';
import type { Connections } from './agents.ts';
import type { HttpClient } from './client.ts';
import { connectionError } from './failures.ts';
import { addressOf, isProxy } from './proxy-way.ts';
import type { WaySource } from './ways.ts';

export interface ProxyFinding {
  readonly source: WaySource['kind'];
  /** Without a login; null: the connection is direct. */
  readonly proxy: string | null;
  /** The others that were named, in their order; `direct` among them. */
  readonly others: readonly string[];
  /** The system could not say: why. */
  readonly note: string | null;
  /** The proxy does not lead to the server. */
  readonly error: UploaderError | null;
}

export interface IdentityFinding {
  /** Null where the server's certificate is trusted; else Node's word for what is wrong with it. */
  readonly problem: string | null;
  /** The authority at the top of the chain that the server sent, in its own words; null where it names none. */
  readonly issuer: string | null;
  readonly protocol: string | null;
}

export interface AnswerFinding {
  readonly status: number;
  /** The server's clock, in milliseconds since the epoch; null where it tells none. */
  readonly date: number | null;
  /** Milliseconds from question to answer. */
  readonly took: number;
}

/** All reject with an `UploaderError` where the thing cannot be found out, soon after the signal is aborted. */
export interface ConnectionProbe {
  /** The way to the URL's server; through a proxy, also whether that leads there. */
  proxy(url: URL, signal: AbortSignal): Promise<ProxyFinding>;
  /** The addresses of the server's name, as this machine knows them. */
  names(url: URL, signal: AbortSignal): Promise<readonly string[]>;
  /** Who the server at the end of the way says it is. Only for https. */
  identity(url: URL, signal: AbortSignal): Promise<IdentityFinding>;
  /** Whatever is answered to a GET. */
  answer(url: URL, signal: AbortSignal): Promise<AnswerFinding>;
}

/** An answer's body is of no interest. */
const MOST_BYTES = 1_000_000;
/** The longest name of an authority that is handed on. */
const LONGEST_NAME = 80;
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function createProbe(deps: {
  readonly connections: Connections;
  readonly http: HttpClient;
  readonly lookup?: LookupFunction | undefined;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
}): ConnectionProbe {
  const { connections, http } = deps;
  return {
    async proxy(url, signal) {
      const { way, list, trouble } = await unlessAborted(Promise.resolve(connections.found(url)), signal);
      const finding = { source: connections.source, note: trouble, others: [], proxy: null, error: null };
      if (way.kind === 'unusable') return { ...finding, error: way.error };
      if (!isProxy(way)) return finding;
      const proxy = addressOf(way);
      const named = list.flatMap((each) => (isProxy(each) ? [addressOf(each)] : [each.kind]));
      const others = named.filter((name) => name !== proxy);
      try {
        (await unlessAborted(connections.open(url, signal), signal)).destroy();
        return { ...finding, proxy, others };
      } catch (reason) {
        return { ...finding, proxy, others, error: asUploaderError(reason) };
      }
    },
    names: (url, signal) => unlessAborted(resolveName(bareHost(url), deps.lookup), signal),
    async identity(url, signal) {
      const socket = await unlessAborted(connections.open(url, signal), signal);
      const host = bareHost(url);
      const asking = new Promise<IdentityFinding>((resolve, reject) => {
        const secure = connectTls({
          socket,
          host,
          ...(isIP(host) === 0 ? { servername: host } : {}),
          secureContext: connections.trust(),
          minVersion: 'TLSv1.2',
          // To read the certificate of a server that is not trusted; nothing is sent on this connection.
          rejectUnauthorized: false,
        });
        secure.once('secureConnect', () => {
          const problem = secure.authorized ? null : String(secure.authorizationError || 'unknown');
          resolve({
            problem,
            issuer: issuerOf(secure.getPeerCertificate(true)),
            protocol: secure.getProtocol(),
          });
          secure.destroy();
        });
        secure.once('close', () => reject(connectionError(null, url.host, false)));
        secure.on('error', (reason) => reject(connectionError(reason, url.host, false)));
      });
      return unlessAborted(asking, signal).finally(() => socket.destroy());
    },
    async answer(url, signal) {
      const startedAt = deps.monotonic();
      const outcome = await unlessAborted(
        http.request({
          method: 'GET',
          url,
          headers: { 'User-Agent': 'encord-uploader' },
          body: null,
          signal,
          idleMs: 10_000,
          maxBytes: MOST_BYTES,
          repeatable: true,
        }),
        signal,
      );
      if (outcome.kind !== 'answer') throw outcome.error;
      const date = Date.parse(outcome.headers.date ?? '');
      return {
        status: outcome.status,
        date: Number.isNaN(date) ? null : date,
        took: deps.monotonic() - startedAt,
      };
    },
  };
}

function resolveName(host: string, lookup: LookupFunction | undefined): Promise<readonly string[]> {
  if (isIP(host) !== 0) return Promise.resolve([host]);
  return new Promise((resolve, reject) => {
    const resolver = lookup ?? (lookupName as LookupFunction);
    resolver(host, { all: true }, (error, found) => {
      if (error) reject(connectionError(error, host, false));
      else resolve(Array.isArray(found) ? found.map(({ address }) => address) : [found]);
    });
  });
}

/** A lookup and a handshake cannot be told to stop; they are left to themselves. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(new UploaderError('stalled', 'There was no answer in time.'));
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The last of the chain is the one whose authority would have to be trusted. */
function issuerOf(certificate: DetailedPeerCertificate): string | null {
  let last: PeerCertificate | DetailedPeerCertificate = certificate;
  const seen = new Set<unknown>();
  while ('issuerCertificate' in last && last.issuerCertificate && !seen.has(last)) {
    seen.add(last);
    if (last.issuerCertificate === last) break;
    last = last.issuerCertificate;
  }
  const issuer: Partial<Record<'CN' | 'O', unknown>> | undefined = last.issuer;
  const name = [issuer?.CN, issuer?.O].find((each) => typeof each === 'string' && each.trim() !== '');
  // Whoever made the certificate chose the name: it is shown as text, short and on one line.
  return typeof name === 'string' ? name.replace(CONTROLS, ' ').trim().slice(0, LONGEST_NAME) : null;
}
