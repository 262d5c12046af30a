/** Starts browser mode over a fake app and a small folder of pages; raw requests, sockets and clean-up for its tests. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type ServeOptions, serveApp } from '../../../main/web/server.ts';
import { socketProtocols, type WireMessage } from '../../../preload/contract/wire.ts';
import { FakeApp } from './fake-app.ts';

export const INDEX = '<!doctype html><title>Encord Uploader</title>';
export const SECRET = 'outside the pages';

export interface Site {
  readonly app: FakeApp;
  readonly port: number;
  readonly host: string;
  readonly origin: string;
  readonly token: string;
  readonly url: string;
  readonly pagesFolder: string;
  close(): Promise<void>;
}

/** A served site; gone when the test is over. */
export async function site(options: Partial<ServeOptions> = {}): Promise<Site> {
  const app = new FakeApp();
  const folder = await mkdtemp(join(tmpdir(), 'encord-web-'));
  const pagesFolder = join(folder, 'pages');
  await mkdir(join(pagesFolder, 'assets'), { recursive: true });
  await writeFile(join(pagesFolder, 'index.html'), INDEX);
  await writeFile(join(pagesFolder, 'assets', 'index-B4x9_kQz.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), SECRET);
  const served = await serveApp({ app, pagesFolder, port: 0, ...options });
  onTestFinished(async () => {
    await served.close();
    await rm(folder, { recursive: true, force: true });
  });
  const token = new URL(served.url).hash.replace('#token=', '');
  const host = `127.0.0.1:${served.port}`;
  return {
    app,
    port: served.port,
    host,
    origin: `http://${host}`,
    token,
    url: served.url,
    pagesFolder,
    close: served.close,
  };
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request whose path and headers go out exactly as given. */
export function ask(
  site: Site,
  options: {
    readonly path: string;
    readonly method?: string;
    readonly headers?: Record<string, string | number>;
    readonly body?: string | Uint8Array;
  },
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(site, options);
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
      response.on('error', reject);
    });
    outgoing.end(options.body);
  });
}

export function openRequest(
  site: Site,
  options: {
    readonly path: string;
    readonly method?: string;
    readonly headers?: Record<string, string | number>;
  },
): ClientRequest {
  return request({
    host: '127.0.0.1',
    port: site.port,
    agent: false,
    method: options.method ?? 'GET',
    path: options.path,
    headers: { host: site.host, ...options.headers },
  });
}

/** Headers of a PUT from a page of the site. */
export function pageOf(site: Site, size: number): Record<string, string | number> {
  return { origin: site.origin, authorization: `Bearer ${site.token}`, 'content-length': size };
}

/** Bytes straight to the port; everything that came back until the other side closed. */
export function raw(site: Site, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(site.port, '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk.toString();
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}

export interface PageOptions {
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
  readonly path?: string;
}

/** A page's side of the socket. */
export class Page {
  readonly messages: WireMessage[] = [];
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly closed: Promise<number>;
  #id = 0;
  readonly #waiting = new Map<number, (answer: unknown) => void>();

  constructor(site: Site, options: PageOptions = {}) {
    this.socket = new WebSocket(
      `ws://127.0.0.1:${site.port}${options.path ?? '/socket'}`,
      options.protocols ?? socketProtocols(site.token),
      { headers: { host: site.host, origin: site.origin, ...options.headers } },
    );
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve());
      this.socket.once('error', reject);
    });
    this.opened.catch(() => {});
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.once('close', (code) => resolve(code)));
    this.socket.on('message', (data) => {
      const message: WireMessage = JSON.parse(String(data));
      this.messages.push(message);
      if ('id' in message) this.#waiting.get(message.id)?.(message.answer);
    });
    onTestFinished(() => this.socket.terminate());
  }

  call(name: string, input: unknown): Promise<unknown> {
    const id = this.#id++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, call: name, input }));
    });
  }

  events(name: string): unknown[] {
    return this.messages.flatMap((one) => ('event' in one && one.event === name ? [one.payload] : []));
  }
}
