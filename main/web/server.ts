/**
 * Browser mode: an HTTP server on loopback that serves the built pages, takes the bytes of dropped files and
 * carries the contract over a WebSocket. Called by the composition root (`main/headless.ts`).
 */

import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join, relative, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { DOWNLOADS_PATH, DROPS_PATH, MEDIA_PATH, SOCKET_PATH } from '../../preload/contract/wire.ts';
import {
  NO_PAGES,
  type Page,
  type PageHeaders,
  pageHeaders,
  pageMap,
  securityHeaders,
} from '../app/pages.ts';
import type { App } from '../app/types.ts';
import { answerDownload, sendDownload } from './downloads.ts';
import { answerDrop, refusal, takeDrop } from './drops.ts';
import {
  allowedHosts,
  bearerToken,
  bracketed,
  checkHost,
  hostHeader,
  sameOrigin,
  socketToken,
  tokenMatches,
} from './guard.ts';
import { sendMedia } from './media.ts';
import { SOCKET_LIMITS, type SocketLimits, Sockets } from './socket.ts';

export interface ServeOptions {
  readonly app: App;
  /** Where the built pages are; it may be missing, then a browser is told so. */
  readonly pagesFolder: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Loopback unless told otherwise. */
  readonly host?: string;
  /** At least 22 characters of letters, digits, `-` and `_`; 256 random bits unless given. */
  readonly token?: string;
  readonly limits?: Partial<ServeLimits>;
}

export interface ServeLimits extends SocketLimits {
  readonly connections: number;
  /** For the headers of a request to arrive. */
  readonly headersMs: number;
  /** Without a byte of a dropped file. */
  readonly stallMs: number;
}

export interface Served {
  /** With the token in the fragment, which a browser sends to nobody. */
  readonly url: string;
  readonly port: number;
  /** Ends all connections, those that are sending a file too, and waits until they are gone. */
  close(): Promise<void>;
}

const OLD_ADDRESS = 'This page’s address is no longer good. Open the one that the program printed last.';

const LIMITS: ServeLimits = { ...SOCKET_LIMITS, connections: 256, headersMs: 10_000, stallMs: 60_000 };

/**
 * Starts browser mode. Rejects with a sentence when the port is taken or may not be used, or when the token is
 * too weak to be one.
 */
export async function serveApp(options: ServeOptions): Promise<Served> {
  const host = options.host ?? '127.0.0.1';
  const token = options.token ?? randomBytes(32).toString('base64url');
  if (!/^[\w-]{22,200}$/.test(token)) {
    throw new Error('The token of browser mode needs 22 to 200 letters, digits, "-" or "_".');
  }
  const limits = { ...LIMITS, ...options.limits };
  const pages = pageMap(await filesUnder(options.pagesFolder));
  const server = createServer({
    maxHeaderSize: 64 * 1024,
    headersTimeout: limits.headersMs,
    // A large file takes as long as it takes; `stallMs` watches over it.
    requestTimeout: 0,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
  });
  server.maxConnections = limits.connections;
  const port = await listen(server, options.port, host);
  const hosts = allowedHosts(host, port, isUnspecified(host) ? ownAddresses() : []);
  const sockets = new Sockets(options.app, limits);

  server.on('request', (request, response) => {
    // A body that nobody takes would keep the connection, byte by byte: it ends with the answer.
    if (request.method !== 'PUT' && hasBody(request)) response.setHeader('connection', 'close');
    const from = checkHost(hostHeader(request.rawHeaders), hosts);
    const headers = securityHeaders(from === null ? [] : connectSources(from));
    if (from === null) say(response, 421, 'This program answers only under its own address.', headers);
    else if (request.method === 'PUT' && request.url?.startsWith(DROPS_PATH)) {
      if (!sameOrigin(request.headers.origin, from)) {
        answerDrop(
          request,
          response,
          403,
          refusal('Files are taken only from the program’s own pages.'),
          headers,
        );
      } else if (!tokenMatches(bearerToken(request.headers.authorization), token)) {
        answerDrop(request, response, 401, refusal(OLD_ADDRESS), headers);
      } else {
        void takeDrop(options.app, request, response, { headers, stallMs: limits.stallMs });
      }
    } else if (request.method === 'GET' && request.url?.startsWith(DOWNLOADS_PATH)) {
      response.setTimeout(limits.stallMs, () => response.destroy());
      // A browser sends no Origin with a page's own GET; another site's cannot carry the token.
      if (tokenMatches(bearerToken(request.headers.authorization), token)) {
        void sendDownload(options.app, request, response, headers);
      } else answerDownload(response, 401, refusal(OLD_ADDRESS), headers);
    } else if (request.method === 'GET' && request.url?.startsWith(MEDIA_PATH)) {
      response.setTimeout(limits.stallMs, () => response.destroy());
      void sendMedia(options.app, request, response);
    } else {
      // Whoever asks and does not read the answer is cut off.
      response.setTimeout(limits.stallMs, () => response.destroy());
      void servePage(request, response, { pages, folder: options.pagesFolder, from, headers });
    }
  });
  server.on('upgrade', (request, socket, head) => {
    // The socket may die at any moment until `ws` takes it over.
    socket.on('error', () => socket.destroy());
    const from = checkHost(hostHeader(request.rawHeaders), hosts);
    if (from === null) refuseUpgrade(socket, '421 Misdirected Request');
    else if (request.url !== SOCKET_PATH) refuseUpgrade(socket, '404 Not Found');
    else if (!sameOrigin(request.headers.origin, from)) refuseUpgrade(socket, '403 Forbidden');
    else if (!tokenMatches(socketToken(request.headers['sec-websocket-protocol']), token)) {
      refuseUpgrade(socket, '401 Unauthorized');
    } else if (sockets.full) refuseUpgrade(socket, '503 Service Unavailable');
    else sockets.accept(request, socket, head);
  });

  const shown = isUnspecified(host) ? '127.0.0.1' : bracketed(host);
  return {
    url: `http://${shown}:${port}/#token=${token}`,
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await sockets.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'another program uses it. Choose another port'
          : error.code === 'EACCES'
            ? 'this user may not. Choose a port above 1023'
            : error.message;
      reject(
        new Error(`Browser mode cannot listen on ${bracketed(host)}:${port}: ${why}.`, { cause: error }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('Browser mode has no port.'));
      else resolve(address.port);
    });
  });
}

const isUnspecified = (host: string) => host === '0.0.0.0' || host === '::';

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}

/** `'self'` covers the socket in today's browsers only: older ones want it said. */
function connectSources(host: string): string[] {
  return ["'self'", `ws://${host}`];
}

/** Paths of the plain files under a folder, with `/`; none where there is no folder. Links are left out. */
async function filesUnder(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  } catch {
    return [];
  }
}

async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  site: {
    readonly pages: ReadonlyMap<string, Page>;
    readonly folder: string;
    readonly from: string;
    readonly headers: PageHeaders;
  },
): Promise<void> {
  const { headers } = site;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    say(response, 405, 'Only GET and HEAD are answered here.', { ...headers, allow: 'GET, HEAD' });
    return;
  }
  const pathname = request.url?.split('?', 1)[0] ?? '';
  const page = site.pages.get(pathname);
  if (page === undefined) {
    const noPages = site.pages.get('/') === undefined;
    say(response, noPages ? 503 : 404, noPages ? NO_PAGES : 'There is no such page.', headers);
    return;
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(join(site.folder, page.file));
  } catch {
    say(response, 404, 'This page is gone: the pages were built anew. Start the program again.', headers);
    return;
  }
  response.writeHead(200, {
    ...pageHeaders(page, connectSources(site.from)),
    'content-length': bytes.byteLength,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

function say(response: ServerResponse, status: number, sentence: string, headers: PageHeaders): void {
  response.writeHead(status, {
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(response.req.method === 'HEAD' ? undefined : `${sentence}\n`);
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
