/**
 * The Chromium behind the stand-in's windows: started with the first window, spoken to over its pipe, so that it ends
 * with the program however that ends; a test attaches beside it by the port. Used by `contents.ts` and `app.ts`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { findChromium } from '../../.setup/find.mjs';
import type { Notice } from './orders.ts';

/** Parameters and results of the protocol are what its documentation says; each caller names what it reads. */
export type Params = Record<string, unknown>;
type Listener = (params: never) => void;

/** How long an order to Chromium may take before the test is told which one it was. */
const ANSWER_MS = 60_000;
/** How long Chromium may take to end by itself. */
const END_MS = 5_000;

/** One session of the protocol: the browser's own, or a page's. */
export class Session {
  readonly id: string | null;
  readonly chromium: Chromium;
  readonly listeners = new Map<string, Set<Listener>>();

  constructor(chromium: Chromium, id: string | null) {
    this.chromium = chromium;
    this.id = id;
  }

  send<R = Params>(method: string, params: Params = {}): Promise<R> {
    return this.chromium.order(method, params, this.id) as Promise<R>;
  }

  on<P>(event: string, listener: (params: P) => void): void {
    const known = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, known.add(listener as Listener));
  }

  hear(event: string, params: Params): void {
    for (const listener of this.listeners.get(event) ?? []) listener(params as never);
  }
}

interface Pending {
  resolve(result: Params): void;
  reject(reason: Error): void;
  readonly method: string;
  readonly timer: NodeJS.Timeout;
}

export class Chromium {
  readonly child: ChildProcess;
  readonly browser: Session;
  readonly sessions = new Map<string, Session>();
  readonly pending = new Map<number, Pending>();
  readonly profile: string;
  /** The address by which a test attaches. */
  readonly address: Promise<string>;
  readonly ended: Promise<void>;
  lastId = 0;

  /** @param webRtc which of the machine's networks WebRTC may use, as Chromium's switch names it */
  constructor(profile: string, webRtc: string) {
    const executable = findChromium();
    if (executable === null) throw new Error('The stand-in for Electron found no Chromium for its windows.');
    this.profile = profile;
    mkdirSync(profile, { recursive: true });
    this.child = spawn(executable, chromiumArguments(profile, webRtc), {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    // Whoever kills the program learns what to wait for.
    if (process.connected) process.send?.({ standinChromium: this.child.pid ?? null } satisfies Notice);
    this.browser = new Session(this, null);
    this.address = this.readAddress();
    // Whoever attaches asks for it; a start without a test asks nobody.
    this.address.catch(() => {});
    this.ended = new Promise((resolve) => this.child.once('close', () => resolve()));
    this.ended.then(() => this.failAll('Chromium has ended'));
    this.listen();
  }

  order(method: string, params: Params, sessionId: string | null): Promise<Params> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new Error(`Chromium did not answer ${method}.`));
      }, ANSWER_MS);
      timer.unref();
      this.pending.set(id, { resolve, reject, method, timer });
      const order = { id, method, params, ...(sessionId === null ? {} : { sessionId }) };
      this.writer().write(`${JSON.stringify(order)}\0`);
    });
  }

  async attach(targetId: string): Promise<Session> {
    const { sessionId } = await this.browser.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const session = this.sessions.get(sessionId) ?? new Session(this, sessionId);
    this.sessions.set(sessionId, session);
    return session;
  }

  /** Ends it and removes what it kept. */
  async close(): Promise<void> {
    const asked = this.browser.send('Browser.close').catch(() => {});
    const timer = setTimeout(() => this.child.kill('SIGKILL'), END_MS);
    await Promise.all([asked, this.ended]);
    clearTimeout(timer);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  writer(): Writable {
    return this.child.stdio[3] as Writable;
  }

  listen(): void {
    const reader = this.child.stdio[4] as Readable;
    let rest: string[] = [];
    reader.setEncoding('utf8').on('data', (text: string) => {
      const parts = text.split('\0');
      for (const part of parts.slice(0, -1)) {
        this.take([...rest, part].join(''));
        rest = [];
      }
      const last = parts.at(-1);
      if (last) rest.push(last);
    });
    // A pipe that breaks means that Chromium ended, which `ended` tells.
    this.writer().on('error', () => {});
    reader.on('error', () => {});
  }

  take(text: string): void {
    const message = JSON.parse(text);
    if (message.id === undefined) {
      const session = message.sessionId ? this.sessions.get(message.sessionId) : this.browser;
      session?.hear(message.method, message.params);
      return;
    }
    const pending = this.pending.get(message.id);
    this.pending.delete(message.id);
    clearTimeout(pending?.timer);
    if (message.error) pending?.reject(new Error(`${pending.method}: ${message.error.message}`));
    else pending?.resolve(message.result);
  }

  failAll(why: string): void {
    for (const { reject, method, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(new Error(`${method}: ${why}.`));
    }
    this.pending.clear();
  }

  readAddress(): Promise<string> {
    return new Promise((resolve, reject) => {
      let said = '';
      (this.child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-20_000);
        const found = /DevTools listening on (ws:\S+)/.exec(said);
        if (found?.[1]) resolve(found[1]);
      });
      this.child.once('error', reject);
      this.child.once('close', () => reject(new Error(`Chromium ended:\n${said}`)));
    });
  }
}

function chromiumArguments(profile: string, webRtc: string): string[] {
  return [
    '--headless=new',
    // Chromium's sandbox refuses to start as root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    `--user-data-dir=${join(profile)}`,
    '--remote-debugging-pipe',
    '--remote-debugging-port=0',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-extensions',
    '--disable-breakpad',
    '--disable-crash-reporter',
    '--disable-default-apps',
    '--disable-popup-blocking',
    '--disable-dev-shm-usage',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    '--password-store=basic',
    '--use-mock-keychain',
    '--hide-scrollbars',
    '--mute-audio',
    // What a page may not have must be there to be refused.
    '--use-fake-device-for-media-stream',
    '--lang=en-GB',
    // No page of the program reaches a network, whatever it is told to do.
    '--host-resolver-rules=MAP * ~NOTFOUND',
    `--webrtc-ip-handling-policy=${webRtc}`,
    '--no-startup-window',
  ];
}
