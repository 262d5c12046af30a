/**
 * A pretended main for the tests of the pages: the contract over HTTP and a WebSocket as browser mode has it, under
 * the same CSP, with state from memory. Started by the specs in `pages/`; run by hand
 * (`node test/e2e/fake-main.ts busy 8123`) it prints an address to look at.
 */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';
import { CALLS } from '../../preload/contract/calls.ts';
import type { NewsView, PlaceView } from '../../preload/contract/desktop.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type { Events } from '../../preload/contract/events.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { SavedView, TransferView } from '../../preload/contract/views.ts';
import {
  SOCKET_PATH,
  SOCKET_PROTOCOL,
  type WireCall,
  type WireMessage,
} from '../../preload/contract/wire.ts';
import { answerCall, type FakeHandlers, handlersOf } from './fake-handlers.ts';
import type { FakePlan } from './fake-plan.ts';
import { mediaAt } from './fake-rows.ts';
import { type FakeState, makeState, type Scene, totalsOf } from './fake-state.ts';

const PAGES = fileURLToPath(new URL('../../dist/renderer/', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface FakeOptions {
  scene: Scene;
  host?: 'electron' | 'browser';
  /** Files that a review finds, and over how many ticks of 60 ms. */
  plan?: { files: number; ticks: number };
  /** Bytes a second of each pretended transfer; 0 keeps everything still. */
  speed?: number;
}

export class FakeMain {
  readonly token = 'fake-token';
  readonly state: FakeState;
  readonly options: Required<FakeOptions>;
  /** Every call that pages made, in order. */
  readonly calls: WireCall[] = [];
  /** Relative paths and sizes of the files that pages sent. */
  readonly received: { path: string; size: number; bytes: number }[] = [];
  /** What the file held that came last. */
  receivedText = '';
  plan: FakePlan | null = null;
  /** What the pages fetched as a file: names of promised downloads. */
  readonly fetched: string[] = [];
  #downloads = new Map<string, { name: string; text: string }>();
  /** A failure that the next call of that name gets instead of its answer. */
  readonly failNext = new Map<CallName, Answer<never>>();
  /** Makes another answer of the value that a call would get. */
  alter: ((name: CallName, value: unknown) => unknown) | null = null;
  /** Calls whose answers wait until a test lets them go. */
  readonly #held = new Map<CallName, Promise<void>>();
  #server: Server;
  #sockets = new Set<WebSocket>();
  #handlers: FakeHandlers;
  #upgrades = new WebSocketServer({ noServer: true, handleProtocols: () => SOCKET_PROTOCOL });
  #seq = 0;
  #timer: ReturnType<typeof setInterval> | null = null;
  #sent = new Map<number, number>();
  #refuse = false;

  constructor(options: FakeOptions) {
    this.options = { host: 'browser', plan: { files: 1_204, ticks: 5 }, speed: 42e6, ...options };
    this.state = makeState(options.scene, this.options.host);
    this.#handlers = handlersOf(this);
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.#refuse || request.url !== SOCKET_PATH || !this.#allowed(request)) {
        socket.destroy();
        return;
      }
      this.#upgrades.handleUpgrade(request, socket, head, (client) => this.#welcome(client));
    });
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    if (this.options.speed > 0) this.#timer = setInterval(() => this.#move(), 250);
  }

  /** The address with its token, as the program prints it. */
  get url(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return `http://127.0.0.1:${port}/#token=${this.token}`;
  }

  /** Cuts every line, and takes none until `restore`. */
  cut(): void {
    this.#refuse = true;
    for (const socket of this.#sockets) socket.terminate();
  }

  restore(): void {
    this.#refuse = false;
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.plan?.stop();
    for (const socket of this.#sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get seq(): number {
    return this.#seq;
  }

  /** As if a tick had been sent and never arrived. */
  loseTick(): void {
    this.#seq += 1;
  }

  /** Tells the pages that something has changed. */
  changed(...topics: Events['changed']['topics']): void {
    this.#seq += 1;
    const { connection, paused, bandwidth } = this.state.snapshot;
    this.#tell({
      event: 'changed',
      payload: {
        seq: this.#seq,
        topics,
        totals: totalsOf(this.state.batches),
        connection,
        paused,
        bandwidth,
      },
    });
  }

  /** As main keeps a text: a file where there is a dialog, else a promised download. */
  save(name: string, text: string): SavedView {
    if (this.options.host === 'electron') return { kind: 'saved', path: `/home/lab/${name}` };
    const path = `/downloads/${this.#downloads.size}`;
    this.#downloads.set(path, { name, text });
    return { kind: 'download', path, name };
  }

  /** As if tray, menu, notification or link had asked for these places. */
  go(...places: PlaceView[]): void {
    this.state.places.push(...places);
    this.#tell({ event: 'go', payload: null });
  }

  /** What the host shows as a notification; pages hear it too. */
  news(news: NewsView): void {
    this.#tell({ event: 'news', payload: news });
  }

  tellPlan(plan: Events['plan']): void {
    this.#tell({ event: 'plan', payload: plan });
  }

  #tell(message: WireMessage): void {
    const text = JSON.stringify(message);
    for (const socket of this.#sockets) socket.send(text);
  }

  #allowed(request: IncomingMessage): boolean {
    return (request.headers['sec-websocket-protocol'] ?? '')
      .split(/, ?/)
      .includes(`${SOCKET_PROTOCOL}.${this.token}`);
  }

  #welcome(client: WebSocket): void {
    this.#sockets.add(client);
    client.on('close', () => this.#sockets.delete(client));
    client.on('message', (data) => {
      const message: WireCall = JSON.parse(data.toString());
      void this.#answer(message).then((answer) => client.send(JSON.stringify({ id: message.id, answer })));
    });
  }

  /** From now on the call is not answered; the result lets go of what waits. */
  hold(name: CallName): () => void {
    let release = (): void => undefined;
    this.#held.set(name, new Promise<void>((resolve) => (release = resolve)));
    return () => {
      this.#held.delete(name);
      release();
    };
  }

  async #answer(message: WireCall): Promise<Answer<unknown>> {
    this.calls.push(message);
    await this.#held.get(message.call);
    const failing = this.failNext.get(message.call);
    if (failing) {
      this.failNext.delete(message.call);
      return failing;
    }
    const parsed = CALLS[message.call].input.safeParse(message.input);
    if (!parsed.success)
      return { ok: false, error: { code: 'invalid-input', message: parsed.error.message, details: {} } };
    const answer = answerCall(this.#handlers, message.call, parsed.data);
    return answer.ok && this.alter ? { ok: true, value: this.alter(message.call, answer.value) } : answer;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'PUT' && url.pathname.startsWith('/drops/')) {
      let bytes = 0;
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        bytes += chunk.length;
        chunks.push(chunk);
      }
      this.receivedText = Buffer.concat(chunks).toString();
      const allowed = request.headers.authorization === `Bearer ${this.token}`;
      this.received.push({
        path: url.searchParams.get('path') ?? '',
        size: Number(url.searchParams.get('size')),
        bytes,
      });
      response.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: true, value: null }));
      return;
    }
    const download = this.#downloads.get(url.pathname);
    if (download && request.headers.authorization === `Bearer ${this.token}`) {
      this.#downloads.delete(url.pathname);
      this.fetched.push(download.name);
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(download.text);
      return;
    }
    const media = mediaAt(url.pathname);
    if (media) {
      response.writeHead(200, { 'content-type': media.type, 'content-length': media.body.length });
      response.end(media.body);
      return;
    }
    const file = normalize(url.pathname === '/' ? 'index.html' : url.pathname.slice(1));
    try {
      const body = await readFile(join(PAGES, file));
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; connect-src 'self' ws:",
        'cache-control': 'no-store',
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  /** Four files on their way; a full one is done, and the next begins. */
  #move(): void {
    const { snapshot, batches } = this.state;
    const still =
      snapshot.paused ||
      snapshot.connection.kind === 'offline' ||
      snapshot.accounts.some(
        (account) => account.id === snapshot.activeAccountId && account.blocked !== null,
      );
    const transfers: TransferView[] = [];
    let finished = false;
    for (const { row, units } of still ? [] : batches) {
      for (const unit of row.paused ? [] : units) {
        if (transfers.length === 4) break;
        if (unit.state !== 'collecting' || unit.paused || (unit.notBefore ?? 0) > Date.now()) continue;
        const size = unit.bytes - unit.storedBytes;
        const sent = (this.#sent.get(unit.id) ?? size * 0.2) + this.options.speed / 4;
        if (sent >= size) {
          Object.assign(unit, { state: 'processing', storedBytes: unit.bytes, storedItems: unit.itemCount });
          setTimeout(() => {
            Object.assign(unit, { state: 'done' });
            this.changed('queue');
          }, 1_500);
          finished = true;
          continue;
        }
        this.#sent.set(unit.id, sent);
        transfers.push({
          itemId: unit.id * 1_000,
          unitId: unit.id,
          batchId: row.id,
          sentBytes: sent,
          size,
          speed: this.options.speed,
        });
      }
    }
    const speed = transfers.length * this.options.speed;
    if (transfers.length > 0 || finished) this.#tell({ event: 'progress', payload: { transfers, speed } });
    if (finished) this.changed('queue');
  }
}

const [, script, scene, port] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  const main = new FakeMain({ scene: (scene ?? 'busy') as Scene });
  await main.listen(Number(port ?? 0));
  process.stdout.write(`${main.url}\n`);
}
