/**
 * The two ways in which a page reaches main, for hostile messages: the Electron host's handler, to which arguments come as
 * clones, and browser mode's real socket. Used by `contract.ts`.
 */

import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Program } from '../../main/app/program.ts';
import { connectPages } from '../../main/electron/ipc.ts';
import { serveApp } from '../../main/web/server.ts';
import { CALL_CHANNEL } from '../../preload/contract/names.ts';
import { socketProtocols } from '../../preload/contract/wire.ts';
import { partOf } from '../unit/electron/fake-electron.ts';

export interface Host {
  readonly kind: 'electron' | 'browser';
  /** Rejects where the host has not answered, which it always must. Null: this cannot be sent at all. */
  send(name: unknown, input: unknown): Promise<unknown>;
  /** What no page of the program sends, to a page of its own: the host ends that one and nothing else. */
  garbage(text: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** The limits of calls a second are not what is tried here. */
const FREE = { callsPerSecond: 1e9, callsBurst: 1e9, openCalls: 10_000 };

type Handler = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown;

export function electronHost(program: Program): Host {
  const handlers = new Map<string, Handler>();
  const contents = partOf<Electron.WebContents>('WebContents', {
    isDestroyed: () => false,
    // What cannot be cloned could not be sent.
    send: (_channel: string, ...args: unknown[]) => void structuredClone(args),
  });
  const stop = connectPages(
    {
      handle: (channel: string, handler: Handler) => void handlers.set(channel, handler),
      removeHandler: (channel: string) => void handlers.delete(channel),
    },
    program,
    () => [contents],
    FREE,
  );
  const senderFrame = partOf<Electron.WebFrameMain>('WebFrameMain', {
    url: 'app://encord-uploader/',
    parent: null,
  });
  const event = partOf<Electron.IpcMainInvokeEvent>('IpcMainInvokeEvent', { sender: contents, senderFrame });
  const invoke = async (...args: unknown[]): Promise<unknown> => {
    const handler = handlers.get(CALL_CHANNEL);
    if (!handler) throw new Error('Nobody listens to calls.');
    return structuredClone(await handler(event, ...structuredClone(args)));
  };
  return {
    kind: 'electron',
    send: invoke,
    async garbage(text) {
      await invoke(text);
      await invoke();
      await invoke(text, text, text);
    },
    close: async () => stop(),
  };
}

export async function browserHost(program: Program, pagesFolder: string): Promise<Host> {
  const served = await serveApp({
    app: program,
    pagesFolder,
    port: 0,
    limits: { ...FREE, openCalls: 256, pingMs: 600_000 },
  });
  const { origin, hash } = new URL(served.url);
  const connect = async (): Promise<WebSocket> => {
    const socket = new WebSocket(
      `${origin.replace('http', 'ws')}/socket`,
      socketProtocols(hash.replace('#token=', '')),
      { headers: { origin } },
    );
    await once(socket, 'open');
    return socket;
  };
  const page = await connect();
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(reason: Error): void }>();
  page.on('message', (data) => {
    const message: unknown = JSON.parse(String(data));
    if (typeof message !== 'object' || message === null || !('id' in message)) return;
    const id = Number(message.id);
    waiting.get(id)?.resolve('answer' in message ? message.answer : undefined);
    waiting.delete(id);
  });
  page.on('close', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`The page’s socket was closed: ${code}.`));
    waiting.clear();
  });
  let next = 0;
  return {
    kind: 'browser',
    send(name, input) {
      const id = next++;
      // A name that is no text ends the socket: that is garbage, and tried there.
      // JSON has no undefined: as the whole of an input it would be left out, and that is garbage, too.
      const text = jsonOf({ id, call: typeof name === 'string' ? name : String(name), input: input ?? null });
      if (text === null || text.length > 7_000_000) return Promise.resolve(null);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        page.send(text, (failed) => {
          if (failed) reject(failed);
        });
      });
    },
    async garbage(text) {
      const other = await connect();
      other.on('error', () => {});
      const closed = once(other, 'close');
      other.send(text);
      const [code] = await closed;
      if (code !== 4400 && code !== 1009) throw new Error(`Garbage was answered with ${code}.`);
    },
    async close() {
      page.close();
      await served.close();
    },
  };
}

/** As a page would write it, with what JSON can say and JavaScript cannot: numbers beyond numbers. Null: not at all. */
function jsonOf(message: unknown): string | null {
  try {
    return JSON.stringify(message, (_key, value: unknown) => {
      if (typeof value === 'bigint') return '\u0001huge';
      if (value instanceof Map || value instanceof Set) return [...value];
      // Holes of an endless list would be written out one by one.
      if (Array.isArray(value) && value.length > 200_000) return value.slice(0, 10);
      return typeof value === 'number' && !Number.isFinite(value) ? '\u0001huge' : value;
    }).replaceAll('"\\u0001huge"', '1e999');
  } catch {
    return null;
  }
}
