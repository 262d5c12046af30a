/**
 * One request to the feed, with what electron-updater uses of Chromium's requests, but by Node. Made by `update-feed.ts`,
 * handed to electron-updater.
 */

import { EventEmitter } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Agent, type RequestOptions, request } from 'node:https';

const MOST_REDIRECTS = 10;
/** A connection on which nothing moves for as long is given up. */
const STILL_MS = 60_000;

/**
 * Follows redirects, of which electron-updater expects that nobody sees them where it asks for parts of a file. The last
 * address is written into `options`: who asks with the same ones for the next part gets there at once. Emits `error`
 * where no answer comes.
 */
export class FeedRequest extends EventEmitter {
  readonly #options: RequestOptions;
  readonly #agent: () => Agent;
  readonly #answered: (answer: IncomingMessage) => void;
  #asking: ClientRequest | null = null;
  #redirects = 0;

  constructor(options: RequestOptions, agent: () => Agent, answered: (answer: IncomingMessage) => void) {
    super();
    this.#options = options;
    this.#agent = agent;
    this.#answered = answered;
  }

  /** Sends it. */
  end(): void {
    // An http address, to which the feed might lead, gets TLS all the same.
    const options = { ...this.#options, protocol: 'https:', agent: this.#agent(), timeout: STILL_MS };
    const asking = request(options, (answer) => {
      if (leadsOn(answer)) this.#follow(answer);
      else this.#answered(answer);
    });
    asking.on('error', (error) => {
      // What becomes of the rest of a redirect's answer is nobody's concern.
      if (asking === this.#asking) this.emit('error', error);
    });
    asking.on('timeout', () => asking.destroy(new Error('Request timed out')));
    asking.end();
    this.#asking = asking;
  }

  abort(): void {
    this.#asking?.destroy();
  }

  #follow(answer: IncomingMessage): void {
    // Nobody reads what else is in such an answer: its socket would seem stuck.
    answer.resume();
    const next = URL.parse(answer.headers.location ?? '', addressOf(this.#options));
    this.#redirects += 1;
    if (next === null || !/^https?:$/.test(next.protocol)) {
      this.emit('error', new Error('A redirect leads nowhere'));
    } else if (this.#redirects > MOST_REDIRECTS) {
      this.emit('error', new Error('Too many redirects'));
    } else {
      this.#options.hostname = next.hostname;
      this.#options.port = next.port || undefined;
      this.#options.path = next.pathname + next.search;
      this.end();
    }
  }
}

function leadsOn({ statusCode = 0, headers }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
}

function addressOf({ hostname, port, path }: RequestOptions): string {
  return `https://${hostname}${port ? `:${port}` : ''}${path ?? '/'}`;
}
