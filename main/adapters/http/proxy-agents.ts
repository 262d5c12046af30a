/** Agents of Node whose connections go through a proxy. Made by `agents.ts`. */

import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Login, ProxyWay } from './proxy-way.ts';
import type { Target } from './tunnel.ts';

/** What Node hands a connection to. */
type Take = (error: Error | null, stream: Duplex) => void;
type Open = (target: Target) => Promise<Duplex>;

/** For https through any proxy: the server proves who it is at the end of the tunnel. */
export class TunnelHttpsAgent extends HttpsAgent {
  readonly #open: Open;

  constructor(options: ConstructorParameters<typeof HttpsAgent>[0], open: Open) {
    super(options);
    this.#open = open;
  }

  override createConnection(options: ClientRequestArgs, take?: Take): undefined {
    hand(this.#open(targetOf(options, 443)), take, (socket) =>
      // TLS begins on what is given instead of on a new connection.
      super.createConnection({ ...options, socket } as ClientRequestArgs),
    );
  }
}

/** For http through a SOCKS proxy. */
export class TunnelHttpAgent extends HttpAgent {
  readonly #open: Open;

  constructor(options: AgentOptions, open: Open) {
    super(options);
    this.#open = open;
  }

  override createConnection(options: ClientRequestArgs, take?: Take): undefined {
    hand(this.#open(targetOf(options, 80)), take, (socket) => socket);
  }
}

/** For http through an HTTP proxy, which reads the requests: Node writes the whole address and the login into them. */
export class ReadingProxyAgent extends HttpAgent {
  readonly #connect: () => Promise<Duplex>;

  constructor(options: AgentOptions, way: ProxyWay, login: Login | null, connect: () => Promise<Duplex>) {
    const url = new URL('http://proxy');
    url.hostname = way.host.includes(':') ? `[${way.host}]` : way.host;
    url.port = String(way.port);
    if (login !== null) {
      url.username = encodeURIComponent(login.user);
      url.password = encodeURIComponent(login.password);
    }
    super({ ...options, proxyEnv: { HTTP_PROXY: url.href } });
    this.#connect = connect;
  }

  override createConnection(_options: ClientRequestArgs, take?: Take): undefined {
    hand(this.#connect(), take, (socket) => socket);
  }
}

/** For a way that is none: every request fails with the reason. */
export class FailingAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;

  constructor(error: Error) {
    this.http = new TunnelHttpAgent({}, () => Promise.reject(error));
    this.https = new TunnelHttpsAgent({}, () => Promise.reject(error));
  }
}

function hand(
  opening: Promise<Duplex>,
  take: Take | undefined,
  use: (socket: Duplex) => Duplex | null | undefined,
): void {
  // Node hands over no stream beside an error, whatever its types say.
  const fail = take as ((error: unknown) => void) | undefined;
  opening
    .then((socket) => {
      const made = use(socket);
      if (made) take?.(null, made);
    })
    .catch((error: unknown) => fail?.(error));
}

function targetOf(options: ClientRequestArgs, usual: number): Target {
  return { host: options.host ?? 'localhost', port: Number(options.port ?? usual) };
}
