/**
 * Which way leads to a server, by the settings, the operating system or the environment. Answers are kept for a while by
 * origin, and dropped when the network or the settings change and when a proxy cannot be reached. Made by `agents.ts`.
 */

import { connect, type LookupFunction } from 'node:net';
import { UploaderError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { readPacWords } from './pac-words.ts';
import { addressOf, DIRECT, isProxy, type ProxyWay, type Way, wayOfEnvironment } from './proxy-way.ts';

/** Where the ways are taken from. */
export type WaySource =
  | { readonly kind: 'none' }
  | { readonly kind: 'manual'; readonly way: ProxyWay }
  | { readonly kind: 'environment'; readonly env: Readonly<Record<string, string | undefined>> }
  /** The words of a PAC file for a URL; see `HostServices.resolveProxy`. */
  | { readonly kind: 'system'; readonly resolve: (url: string) => Promise<string> };

export interface Found {
  readonly way: Way;
  /** All that were named, in their order. */
  readonly list: readonly Way[];
  /** The system could not say, so the way is direct: why, in a sentence. */
  readonly trouble: string | null;
}

export interface WaysDeps {
  readonly clock: Clock;
  readonly lookup?: LookupFunction | undefined;
}

/** So long the system's answer counts; asking again costs little. */
const KEPT_MS = 30_000;
/** So long a proxy that could not be reached comes last. */
const AVOIDED_MS = 60_000;
/** A PAC file that has not answered by then is taken for none. */
const ASKED_MS = 10_000;
/** A proxy of several that does not take a connection by then is passed over. */
const TRIED_MS = 5_000;
const MOST_ORIGINS = 1_000;

export class Ways {
  readonly #deps: WaysDeps;
  #source: WaySource = { kind: 'none' };
  readonly #kept = new Map<string, { readonly found: Found; readonly until: number }>();
  readonly #asked = new Map<string, Promise<Found>>();
  /** Addresses of proxies, and until when they come last. */
  readonly #avoided = new Map<string, number>();
  /** Told apart, so that an answer to an earlier question is not kept. */
  #age = 0;

  constructor(deps: WaysDeps) {
    this.#deps = deps;
  }

  get source(): WaySource['kind'] {
    return this.#source.kind;
  }

  use(source: WaySource): void {
    this.#source = source;
    this.forget();
  }

  /** Everything is found out anew. */
  forget(): void {
    this.#age += 1;
    this.#kept.clear();
    this.#asked.clear();
    this.#avoided.clear();
  }

  /** At once where it is known, which it is but for the first question in a while. Never rejects. */
  of(url: URL): Found | Promise<Found> {
    const kept = this.#kept.get(url.origin);
    if (kept && this.#deps.clock.monotonic() < kept.until) return kept.found;
    const asked = this.#asked.get(url.origin);
    if (asked) return asked;
    const source = this.#source;
    if (source.kind !== 'system') {
      return this.#keep(url.origin, single(simpleWay(source, url)), Number.POSITIVE_INFINITY);
    }
    const age = this.#age;
    const asking = this.#ask(source.resolve, url.origin).then((found) => {
      if (age !== this.#age) return found;
      this.#asked.delete(url.origin);
      return this.#keep(url.origin, found, this.#deps.clock.monotonic() + KEPT_MS);
    });
    this.#asked.set(url.origin, asking);
    return asking;
  }

  /** A proxy could not be reached: where there are others, they are tried first from now on. */
  failed(way: ProxyWay): void {
    const address = addressOf(way);
    this.#avoided.set(address, this.#deps.clock.monotonic() + AVOIDED_MS);
    for (const [origin, { found }] of this.#kept) {
      if (isProxy(found.way) && addressOf(found.way) === address && found.list.length > 1) {
        this.#kept.delete(origin);
      }
    }
  }

  #keep(origin: string, found: Found, until: number): Found {
    if (this.#kept.size >= MOST_ORIGINS) this.#kept.clear();
    this.#kept.set(origin, { found, until });
    return found;
  }

  /** Only the origin is asked for: the rest of a signed URL is a secret. */
  async #ask(resolve: (url: string) => Promise<string>, origin: string): Promise<Found> {
    let words: string;
    try {
      words = await within(this.#deps.clock, ASKED_MS, resolve(`${origin}/`));
    } catch (reason) {
      const why = reason instanceof UploaderError ? 'it does not answer' : 'it failed';
      const trouble = `The system was asked for its proxy, and ${why}. The connection is made without one.`;
      return { way: DIRECT, list: [DIRECT], trouble };
    }
    const list = readPacWords(words);
    if (list.length === 0) {
      const trouble = 'The system named no way that is understood. The connection is made without a proxy.';
      return { way: DIRECT, list: [DIRECT], trouble };
    }
    return { way: await this.#firstReachable(list), list, trouble: null };
  }

  /** The first where nothing answers, so that what is said is about it. */
  async #firstReachable(list: readonly Way[]): Promise<Way> {
    const [first = DIRECT] = list;
    if (list.length === 1) return first;
    const now = this.#deps.clock.monotonic();
    const isAvoided = (way: Way): boolean => isProxy(way) && (this.#avoided.get(addressOf(way)) ?? 0) > now;
    for (const way of [...list.filter((way) => !isAvoided(way)), ...list.filter(isAvoided)]) {
      if (!isProxy(way) || (await this.#takesConnections(way))) return way;
    }
    return first;
  }

  #takesConnections({ host, port }: ProxyWay): Promise<boolean> {
    const { clock, lookup } = this.#deps;
    return new Promise((resolve) => {
      const socket = connect({ host, port, ...(lookup ? { lookup } : {}) });
      const end = (answer: boolean): void => {
        stop();
        socket.destroy();
        resolve(answer);
      };
      const stop = clock.after(TRIED_MS, () => end(false));
      socket.once('connect', () => end(true));
      socket.on('error', () => end(false));
    });
  }
}

function simpleWay(source: Exclude<WaySource, { kind: 'system' }>, url: URL): Way {
  switch (source.kind) {
    case 'none':
      return DIRECT;
    case 'manual':
      return source.way;
    case 'environment':
      return wayOfEnvironment(source.env, url);
  }
}

function single(way: Way): Found {
  return { way, list: [way], trouble: null };
}

/** Rejects with `stalled` when the time is over; what comes later is of no matter. */
function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(ms, () => reject(new UploaderError('stalled', 'It took too long.')));
    work.then(resolve, reject).finally(stop);
  });
}
