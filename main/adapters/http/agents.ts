/**
 * Keep-alive agents shared by API calls, downloads and the streaming PUT: directly to a server, or through the proxy that
 * leads to it. Made once by the composition root.
 *
 * Every proxy has a pool of its own. What is chosen can be changed while the program runs: requests under way end as they
 * began, and those that follow go the new way.
 */

import { type AgentOptions, Agent as HttpAgent, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { UploaderError } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { createClock } from '../clock.ts';
import { makePool, type Pool } from './agent-pool.ts';
import { connectionError } from './failures.ts';
import { FailingAgents, ReadingProxyAgent, TunnelHttpAgent, TunnelHttpsAgent } from './proxy-agents.ts';
import { loginRefused, takesPassword } from './proxy-failures.ts';
import { addressOf, isProxy, type Login, type ProxyWay, type Way } from './proxy-way.ts';
import { tellOfSystem, trustContext } from './trust.ts';
import { connectToProxy, openTunnel, type Target, type TunnelDeps } from './tunnel.ts';
import { type Found, type WaySource, Ways } from './ways.ts';

/** What those who make requests see. */
export interface Agents {
  /** The agent for a URL: at once where the way to its server is known, which it mostly is. Never rejects. */
  for(url: URL): HttpAgent | Promise<HttpAgent>;
  /** To be told of an answer of 407; the result is its meaning. */
  refusedByProxy(url: URL, headers: IncomingHttpHeaders): UploaderError;
  /** Closes all sockets, idle or not. */
  close(): void;
}

/** What those who choose see beside it. */
export interface Connections extends Agents {
  /** From now on; a login may still be on its way, and is waited for where a proxy is to be reached. */
  use(choice: {
    /** `system`: what was given when this was made: the host's, else the environment's. */
    readonly proxy: 'system' | 'none' | ProxyWay;
    readonly login: Login | null | Promise<Login | null>;
    /** Addresses of the proxies that get it: any network can name a proxy of its own, which must not learn it. */
    readonly loginFor: readonly string[];
    /** Authorities (PEM) beside those given when this was made. */
    readonly ca: readonly string[];
  }): void;
  /**
   * The network may be another: ways are found out anew, and idle connections are given up. A login that was refused
   * lately is tried again only where a person `asked`.
   */
  forget(by?: 'asked'): void;
  readonly source: WaySource['kind'];
  /** The way to a server. Never rejects. */
  found(url: URL): Found | Promise<Found>;
  /** A fresh connection to the server of the URL, without TLS. Rejects with an `UploaderError`. */
  open(url: URL, signal: AbortSignal): Promise<Socket>;
  trust(): SecureContext;
  /**
   * For https requests of others: each goes the way of its server, with the login and the authorities of now. To be asked
   * for anew for each request.
   */
  forOthers(): HttpsAgent;
  /** The proxy that asked for a login and got no good one, without the login. */
  readonly loginNeeded: string | null;
  /** `changed` is called when that is another. */
  listen(changed: () => void): void;
}

export interface AgentsOptions {
  /** Certificates (PEM) of a lab's own authority, trusted beside those of the program and of the system. */
  readonly extraCa?: readonly string[];
  /** Most sockets to one host; see `MAX_SOCKETS`. */
  readonly maxSockets?: number;
  /** `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` (also in lower case) of this environment are obeyed; none unless given. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
  /** The system's proxies, in the words of a PAC file; the environment counts unless given. */
  readonly resolveProxy?: ((url: string) => Promise<string>) | undefined;
  /** Name resolution, for tests. */
  readonly lookup?: AgentOptions['lookup'] | undefined;
  /** The machine's unless given. */
  readonly clock?: Clock;
  /** Is told how many authorities the system brings, once, when they first matter. */
  readonly log?: Log;
}

/** To one host: as many files as are ever sent at once, and the calls beside them where both have one host. */
const MAX_SOCKETS = 128;
/** An idle socket is closed after this long, before the other side or a middlebox forgets it silently. */
const IDLE_SOCKET_MS = 20_000;
/** Networks change many times an hour; where passwords are counted, few wrong ones lock a person out for as long. */
const REFUSED_MS = 15 * 60_000;
/** The pool of those who leave the way to it; no proxy has such an address. */
const OTHERS = 'others';

/** Certificates are always verified; authorities can be added, verification cannot be removed. */
export function createAgents(options: AgentsOptions = {}): Connections {
  return new ChosenAgents(options);
}

class ChosenAgents implements Connections {
  readonly #ways: Ways;
  readonly #system: WaySource;
  readonly #extraCa: readonly string[];
  readonly #shared: AgentOptions;
  readonly #tunnels: TunnelDeps;
  readonly #closing = new AbortController();
  readonly #pools = new Map<string, Pool>();
  /** Still in use by what began with them. */
  readonly #retired = new Set<Pool>();
  readonly #proxies = new Map<string, ProxyState>();
  #ca: readonly string[] = [];
  #trust: SecureContext | null = null;
  #log: Log | undefined;
  #login: Login | null | Promise<Login | null> = null;
  #loginFor: ReadonlySet<string> = new Set();
  #loginNeeded: string | null = null;
  #changed: () => void = () => undefined;

  constructor(options: AgentsOptions) {
    const clock = options.clock ?? createClock();
    // Node's own type of it is the same function, less exactly.
    const lookup = options.lookup as LookupFunction | undefined;
    this.#extraCa = options.extraCa ?? [];
    this.#log = options.log;
    this.#ways = new Ways({ clock, lookup });
    this.#system = options.resolveProxy
      ? { kind: 'system', resolve: options.resolveProxy }
      : { kind: 'environment', env: options.proxyEnv ?? {} };
    this.#ways.use(this.#system);
    const maxSockets = options.maxSockets ?? MAX_SOCKETS;
    this.#shared = {
      keepAlive: true,
      maxSockets,
      maxFreeSockets: maxSockets,
      scheduling: 'lifo',
      timeout: IDLE_SOCKET_MS,
      ...(lookup ? { lookup } : {}),
    };
    this.#tunnels = { clock, lookup, trust: () => this.trust() };
    // What is wrong with certificates that were added is found out now.
    if (this.#extraCa.length > 0) this.trust();
  }

  get source(): WaySource['kind'] {
    return this.#ways.source;
  }

  get loginNeeded(): string | null {
    return this.#loginNeeded;
  }

  listen(changed: () => void): void {
    this.#changed = changed;
  }

  for(url: URL): HttpAgent | Promise<HttpAgent> {
    const found = this.#ways.of(url);
    // Another way may have been chosen meanwhile.
    if (found instanceof Promise) return found.then(() => this.for(url));
    return this.#agentOf(found.way, url);
  }

  found(url: URL): Found | Promise<Found> {
    return this.#ways.of(url);
  }

  use({ proxy, login, loginFor, ca }: Parameters<Connections['use']>[0]): void {
    this.#login = login;
    this.#loginFor = new Set(loginFor);
    if (login instanceof Promise) {
      login.then(
        (read) => {
          if (this.#login === login) this.#login = read;
        },
        () => {
          if (this.#login === login) this.#login = null;
        },
      );
    }
    this.#ca = ca;
    this.#trust = null;
    if (proxy === 'system') this.#ways.use(this.#system);
    else this.#ways.use(proxy === 'none' ? { kind: 'none' } : { kind: 'manual', way: proxy });
    this.#startAnew(() => false);
  }

  forget(by?: 'asked'): void {
    this.#ways.forget();
    const since = this.#tunnels.clock.monotonic() - REFUSED_MS;
    this.#startAnew(({ refusedAt }) => by !== 'asked' && refusedAt !== null && refusedAt > since);
  }

  /** Refused logins may be tried again, each once, but for those that `stays` says. */
  #startAnew(stays: (state: ProxyState) => boolean): void {
    for (const key of [...this.#pools.keys()]) this.#retire(key);
    for (const [key, state] of this.#proxies) if (!stays(state)) this.#proxies.delete(key);
    if (this.#loginNeeded !== null && !this.#proxies.has(this.#loginNeeded)) this.#needLogin(null);
  }

  async open(url: URL, signal: AbortSignal): Promise<Socket> {
    const { way } = await this.#ways.of(url);
    const target = {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    };
    if (way.kind === 'unusable') throw way.error;
    if (way.kind === 'direct') return this.#openDirect(target, signal);
    return this.#throughProxy(way, (login) => openTunnel(way, login, target, this.#tunnels, signal));
  }

  trust(): SecureContext {
    this.#trust ??= trustContext([...this.#extraCa, ...this.#ca]);
    if (this.#log) tellOfSystem(this.#log);
    this.#log = undefined;
    return this.#trust;
  }

  forOthers(): HttpsAgent {
    const pool = this.#pools.get(OTHERS) ?? this.#othersPool();
    this.#pools.set(OTHERS, pool);
    return pool.https;
  }

  refusedByProxy(url: URL, headers: IncomingHttpHeaders): UploaderError {
    const found = this.#ways.of(url);
    const way = found instanceof Promise || !isProxy(found.way) ? null : found.way;
    if (way === null) return loginRefused(null, url.hostname, headers, false);
    const state = this.#stateOf(way);
    const error = loginRefused(way, url.hostname, headers, state.given !== null);
    this.#noteRefused(way, state, headers);
    this.#retire(addressOf(way));
    return error;
  }

  close(): void {
    this.#closing.abort();
    for (const pool of [...this.#pools.values(), ...this.#retired]) pool.destroy();
    this.#pools.clear();
    this.#retired.clear();
  }

  #agentOf(way: Way, url: URL): HttpAgent | Promise<HttpAgent> {
    const key = isProxy(way) ? addressOf(way) : way.kind;
    const pool = this.#pools.get(key);
    if (pool) return url.protocol === 'https:' ? pool.https : pool.http;
    if (way.kind === 'unusable') {
      const failing = new FailingAgents(way.error);
      return url.protocol === 'https:' ? failing.https : failing.http;
    }
    if (isProxy(way) && this.#mayGet(way) && this.#login instanceof Promise) {
      // Whatever the keychain says, it has been asked then.
      const again = (): HttpAgent | Promise<HttpAgent> => this.for(url);
      return this.#login.then(again, again);
    }
    const made = isProxy(way) ? this.#proxyPool(way) : this.#directPool();
    this.#pools.set(key, made);
    return url.protocol === 'https:' ? made.https : made.http;
  }

  #directPool(): Pool {
    return makePool(
      () => new HttpAgent(this.#shared),
      () => new HttpsAgent(this.#secure()),
    );
  }

  #proxyPool(way: ProxyWay): Pool {
    const { signal } = this.#closing;
    const tunnel = (target: Target): Promise<Duplex> => this.#tunnel(way, target);
    const reads = way.kind === 'http' || way.kind === 'https';
    return makePool(
      () =>
        reads
          ? new ReadingProxyAgent(this.#shared, way, this.#stateOf(way).given, () =>
              this.#throughProxy(way, () => connectToProxy(way, this.#tunnels, signal)),
            )
          : new TunnelHttpAgent(this.#shared, tunnel),
      () => new TunnelHttpsAgent(this.#secure(), tunnel),
    );
  }

  #othersPool(): Pool {
    const open = async (target: Target): Promise<Duplex> => {
      const url = httpsUrl(target);
      const { way } = await this.#ways.of(url);
      return isProxy(way) ? this.#tunnel(way, target) : this.open(url, this.#closing.signal);
    };
    return makePool(
      () => new TunnelHttpAgent(this.#shared, open),
      () => new TunnelHttpsAgent(this.#secure(), open),
    );
  }

  /** Where the proxy cannot be reached and another way is named, that one is taken: nobody notices the difference. */
  async #tunnel(way: ProxyWay, target: Target): Promise<Socket> {
    const { signal } = this.#closing;
    const through = (chosen: ProxyWay): Promise<Socket> =>
      this.#throughProxy(chosen, (login) => openTunnel(chosen, login, target, this.#tunnels, signal));
    try {
      return await through(way);
    } catch (reason) {
      if (!isUnreachable(reason)) throw reason;
      const { way: other } = await this.#ways.of(httpsUrl(target));
      if (other.kind === 'direct') return this.#openDirect(target, signal);
      if (!isProxy(other) || addressOf(other) === addressOf(way)) throw reason;
      return through(other);
    }
  }

  #secure(): ConstructorParameters<typeof HttpsAgent>[0] {
    return {
      ...this.#shared,
      // One context for all connections: given as a list, the certificates would be parsed for each of them.
      secureContext: this.trust(),
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    };
  }

  #retire(key: string): void {
    const pool = this.#pools.get(key);
    if (!pool) return;
    this.#pools.delete(key);
    for (const earlier of this.#retired) if (earlier.isIdle()) this.#retired.delete(earlier);
    pool.retire();
    this.#retired.add(pool);
  }

  #stateOf(way: ProxyWay): ProxyState {
    const key = addressOf(way);
    const known = this.#proxies.get(key);
    if (known) return known;
    const own = this.#mayGet(way) && !(this.#login instanceof Promise) ? this.#login : null;
    const state: ProxyState = { given: way.login ?? own, refusedAt: null, proved: false, proving: null };
    this.#proxies.set(key, state);
    return state;
  }

  /** The login of the settings, where its address brought none. */
  #mayGet(way: ProxyWay): boolean {
    return way.login === null && this.#loginFor.has(addressOf(way));
  }

  /**
   * Until a proxy has taken a login it is tried by one connection at a time, and never again once it was refused: many
   * wrong ones at once lock a person out of more than the proxy.
   */
  async #throughProxy(way: ProxyWay, open: (login: Login | null) => Promise<Socket>): Promise<Socket> {
    if (this.#mayGet(way) && this.#login instanceof Promise) await this.#login.catch(() => null);
    const state = this.#stateOf(way);
    while (!state.proved && state.given !== null && state.proving) {
      const failed = await state.proving;
      // Each would wait as long again, one after the other.
      if (isUnreachable(failed)) throw failed;
    }
    const opening = this.#opened(way, state, open);
    if (!state.proved && state.given !== null) {
      const proving = opening.then(
        () => null,
        (reason: unknown) => reason,
      );
      state.proving = proving;
      void proving.then(() => {
        if (state.proving === proving) state.proving = null;
      });
    }
    return opening;
  }

  async #opened(
    way: ProxyWay,
    state: ProxyState,
    open: (login: Login | null) => Promise<Socket>,
  ): Promise<Socket> {
    try {
      const socket = await open(state.given);
      state.proved = true;
      if (this.#loginNeeded === addressOf(way)) this.#needLogin(null);
      return socket;
    } catch (reason) {
      if (reason instanceof UploaderError && reason.code === 'proxy-login') {
        this.#noteRefused(way, state, reason.details.schemes === undefined);
      } else if (isUnreachable(reason)) this.#ways.failed(way);
      throw reason;
    }
  }

  #noteRefused(way: ProxyWay, state: ProxyState, asked: IncomingHttpHeaders | boolean): void {
    // Of an earlier choice: somebody has given another login meanwhile.
    if (this.#proxies.get(addressOf(way)) !== state) return;
    if (state.given !== null) state.refusedAt = this.#tunnels.clock.monotonic();
    state.given = null;
    state.proved = false;
    if (asked === true || (asked !== false && takesPassword(asked))) this.#needLogin(addressOf(way));
  }

  #needLogin(proxy: string | null): void {
    if (this.#loginNeeded === proxy) return;
    this.#loginNeeded = proxy;
    this.#changed();
  }

  #openDirect(target: Target, signal: AbortSignal): Promise<Socket> {
    const { lookup } = this.#tunnels;
    return new Promise((resolve, reject) => {
      const socket = connectTcp({ ...target, signal, ...(lookup ? { lookup } : {}) });
      const fail = (reason: Error): void => reject(connectionError(reason, target.host, false));
      socket.once('error', fail);
      socket.once('connect', () => {
        socket.off('error', fail);
        resolve(socket);
      });
    });
  }
}

function httpsUrl({ host, port }: Target): URL {
  return new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
}

/** The proxy itself, as opposed to what lies behind it. */
function isUnreachable(reason: unknown): boolean {
  return reason instanceof UploaderError && reason.code === 'proxy' && reason.details.host === undefined;
}

/** What is known of a proxy since the last choice. */
interface ProxyState {
  /** The login that it gets; null where there is none, or it was refused. */
  given: Login | null;
  /** Monotonic; null: it was not refused. */
  refusedAt: number | null;
  /** It has let something through. */
  proved: boolean;
  /** Fulfilled with why it failed, null where it did not. */
  proving: Promise<unknown> | null;
}
