/**
 * What runs in the page: the preload's world with its `electron`, and the pages' world with what the bridge exposed.
 * The two share nothing but copies that pass through events of the document, as the two worlds of Electron share
 * nothing but copies. Every function stands alone, for it becomes source text; used by `page.ts`.
 */

import { decodeClone, encodeClone } from './clone.ts';

/** The world of the preload, as Chromium and Electron call it. */
export const WORLD = 'Electron Isolated Context';
/** What the preload's world calls to reach the stand-in. */
export const BINDING = 'electronStandinBinding';

export interface Announced {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  /** Milliseconds; null for folders, of which a page sees no time. */
  readonly modified: number | null;
}

/** A message of the preload to main. */
export interface FromPage {
  readonly id: number | null;
  readonly channel: string;
  /** By `encodeClone`. */
  readonly args: string;
  readonly url: string;
  /** Null for a message. */
  readonly wish: PageWish | null;
}

/** What a page wanted that Chromium lets nobody hold up: it was refused in the page, and main is asked afterwards. */
export interface PageWish {
  readonly kind: 'navigate' | 'window';
  readonly url: string;
  readonly frameName: string;
  readonly features: string;
}

/** One packed value on its way between the worlds. */
type Packed =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'function' | 'promise'; readonly id: number }
  | { readonly kind: 'array'; readonly items: readonly Packed[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Packed])[] };

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly target: number; readonly args: readonly Packed[] }
  | { readonly kind: 'answer' | 'settle'; readonly id: number; readonly ok: boolean; readonly value: Packed }
  | { readonly kind: 'expose'; readonly name: string; readonly value: Packed }
  | { readonly kind: 'wish'; readonly wish: PageWish };

/** The script for the preload's world. @param secret a word that pages cannot know */
export function preloadWorldSource(preload: string, secret: string): string {
  return `(() => {
    if (window.top !== window) return;
    const wanted = (wish) => ${BINDING}(JSON.stringify({ id: null, channel: '', args: '', url: location.href, wish }));
    (${stayHere})(wanted);
    const peer = (${makePeer})(${JSON.stringify(`${secret}-in`)}, ${JSON.stringify(`${secret}-out`)}, () => {}, wanted);
    const electron = (${makeElectron})(peer, ${BINDING}, ${encodeClone}, ${decodeClone});
    const require = (name) => {
      if (name === 'electron' || name === 'electron/renderer') return electron;
      throw new Error('module not found: ' + name);
    };
    const module = { exports: {} };
    (function (require, module, exports) {${preload}
    })(require, module, module.exports);
  })();`;
}

/** The script for the pages' world; must be added before the one of the preload. */
export function pageWorldSource(secret: string): string {
  return `(() => {
    (${refuseChoosers})();
    if (window.top !== window) return (${refuseWindows})(() => {});
    const { defineProperty } = Object;
    const expose = (name, value) => {
      if (name in window) throw new Error('Cannot bind an API on top of an existing property on the window object');
      defineProperty(window, name, { value, enumerable: true });
    };
    const peer = (${makePeer})(${JSON.stringify(`${secret}-out`)}, ${JSON.stringify(`${secret}-in`)}, expose, () => {});
    (${refuseWindows})(peer.want);
  })();`;
}

/** A window that main denies is none for the page that asked. */
function refuseWindows(want: (wish: PageWish) => void): void {
  window.open = (url = '', frameName = '', features = '') => {
    const address = url === '' ? 'about:blank' : new URL(url, document.baseURI).href;
    want({ kind: 'window', url: address, frameName: frameName === '_blank' ? '' : frameName, features });
    return null;
  };
}

/** What would show a chooser that no program of Electron has unless it makes one. Refused as Electron refuses it. */
function refuseChoosers(): void {
  const refuse = (name: string) => () => Promise.reject(new DOMException('Permission denied', name));
  const choosers: readonly (readonly [string, string, () => Promise<unknown>])[] = [
    ['MediaDevices', 'getDisplayMedia', refuse('NotAllowedError')],
    ['USB', 'requestDevice', refuse('NotFoundError')],
    ['Serial', 'requestPort', refuse('NotFoundError')],
    ['Bluetooth', 'requestDevice', refuse('NotFoundError')],
    ['HID', 'requestDevice', () => Promise.resolve([])],
  ];
  for (const [owner, name, answer] of choosers) {
    const prototype = Reflect.get(window, owner)?.prototype;
    if (prototype && name in prototype) Object.defineProperty(prototype, name, { value: answer });
  }
}

/**
 * Addresses for which nothing is fetched, and links to new windows, cannot be held up outside; here they can be
 * refused, and asked about.
 */
function stayHere(wanted: (wish: PageWish) => void): void {
  window.navigation?.addEventListener('navigate', (event) => {
    const { url, sameDocument } = event.destination;
    if (sameDocument || !event.cancelable || event.downloadRequest !== null) return;
    if (!/^(about|blob):/.test(url)) return;
    event.preventDefault();
    wanted({ kind: 'navigate', url, frameName: '', features: '' });
  });
  const followed = (event: MouseEvent) => {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link?.href || link.hasAttribute('download') || event.defaultPrevented || event.button === 2) return;
    const aside = event.button === 1 || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!aside && ['', '_self', '_top', '_parent'].includes(link.target)) return;
    event.preventDefault();
    wanted({ kind: 'window', url: link.href, frameName: link.target.replace('_blank', ''), features: '' });
  };
  // After the page itself, which may want something else of a click.
  window.addEventListener('click', followed);
  window.addEventListener('auxclick', followed);
}

/** One end of the bridge: hears events of one type, sends those of the other. */
function makePeer(
  hears: string,
  sends: string,
  expose: (name: string, value: unknown) => void,
  wanted: (wish: PageWish) => void,
) {
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const answers = new Map<number, { ok: boolean; value: Packed }>();
  const promises = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>();
  const { freeze } = Object;
  const dispatch = document.dispatchEvent.bind(document);
  let lastId = 0;

  const copied = (value: object) => {
    try {
      return structuredClone(value);
    } catch {
      throw new Error('An object could not be cloned.');
    }
  };
  const send = (message: Message) => void dispatch(new CustomEvent(sends, { detail: message }));
  /** What is being packed: all that stands around the next value. */
  const around = new Set<object>();
  const pack = (value: unknown): Packed => {
    if (typeof value === 'symbol') throw new Error('An object could not be cloned.');
    if (typeof value === 'function') {
      functions.push(value as (...args: unknown[]) => unknown);
      return { kind: 'function', id: functions.length - 1 };
    }
    if (typeof value !== 'object' || value === null) return { kind: 'value', value };
    if (value instanceof Promise) {
      const id = ++lastId;
      const settle = (ok: boolean) => (outcome: unknown) =>
        send({ kind: 'settle', id, ok, value: pack(outcome) });
      value.then(settle(true), settle(false));
      return { kind: 'promise', id };
    }
    const list = Array.isArray(value);
    if (!list && Object.prototype.toString.call(value) !== '[object Object]')
      return { kind: 'value', value: copied(value) };
    // Electron passes circles on, and ends at this depth.
    if (around.has(value)) throw new Error('The stand-in for Electron passes no circles over the bridge.');
    if (around.size >= 1_000) throw new Error('Electron contextBridge recursion depth exceeded.');
    around.add(value);
    try {
      if (list) return { kind: 'array', items: value.map(pack) };
      return {
        kind: 'object',
        entries: Object.entries(value).map(([key, inner]) => [key, pack(inner)] as const),
      };
    } finally {
      around.delete(value);
    }
  };
  const unpack = (packed: Packed): unknown => {
    switch (packed.kind) {
      case 'value':
        return packed.value;
      case 'array':
        return packed.items.map(unpack);
      case 'object':
        return Object.fromEntries(packed.entries.map(([key, inner]) => [key, unpack(inner)]));
      case 'promise':
        return new Promise((resolve, reject) => promises.set(packed.id, { resolve, reject }));
      case 'function':
        return (...args: unknown[]) => call(packed.id, args);
    }
  };
  const call = (target: number, args: unknown[]): unknown => {
    const id = ++lastId;
    send({ kind: 'call', id, target, args: args.map(pack) });
    const answer = answers.get(id);
    answers.delete(id);
    if (!answer) throw new Error('The other world of this page is gone.');
    const value = unpack(answer.value);
    if (!answer.ok) throw value;
    return value;
  };
  const answerCall = (target: number, args: readonly Packed[]): { ok: boolean; value: Packed } => {
    try {
      return { ok: true, value: pack(functions[target]?.(...args.map(unpack))) };
    } catch (thrown) {
      return { ok: false, value: { kind: 'value', value: thrown } };
    }
  };
  const frozen = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
    for (const inner of Object.values(value)) frozen(inner);
    return freeze(value);
  };
  document.addEventListener(hears, (event) => {
    const message = (event as CustomEvent<Message>).detail;
    switch (message.kind) {
      case 'call':
        return send({ kind: 'answer', id: message.id, ...answerCall(message.target, message.args) });
      case 'answer':
        return void answers.set(message.id, message);
      case 'settle': {
        const promise = promises.get(message.id);
        promises.delete(message.id);
        const value = unpack(message.value);
        return message.ok ? promise?.resolve(value) : promise?.reject(value);
      }
      case 'expose':
        return expose(message.name, frozen(unpack(message.value)));
      case 'wish':
        return wanted(message.wish);
    }
  });
  return {
    expose: (name: string, value: unknown) => send({ kind: 'expose', name, value: pack(value) }),
    want: (wish: PageWish) => send({ kind: 'wish', wish }),
  };
}

/** What `require('electron')` gives to a sandboxed preload. */
function makeElectron(
  peer: { expose(name: string, value: unknown): void },
  binding: (text: string) => void,
  encode: (value: unknown) => string,
  decode: (text: string) => unknown,
) {
  type ChannelListener = (event: unknown, ...args: unknown[]) => void;
  const listeners = new Map<string, ChannelListener[]>();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
  let announced: Announced[] = [];
  let lastId = 0;

  const strict = (name: string, members: object) =>
    new Proxy(members, {
      get(target, key) {
        if (typeof key === 'string' && !(key in target) && key !== 'then') {
          throw new Error(`The stand-in for Electron has no ${name}.${key}.`);
        }
        return Reflect.get(target, key);
      },
    });
  const post = (id: number | null, channel: string, args: unknown[]) => {
    binding(
      JSON.stringify({ id, channel, args: encode(args), url: location.href, wish: null } satisfies FromPage),
    );
  };
  const on = (channel: string, listener: ChannelListener) => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
  };
  const off = (channel: string, listener: ChannelListener) => {
    const left = listeners.get(channel) ?? [];
    const at = left.lastIndexOf(listener);
    if (at >= 0) listeners.set(channel, left.toSpliced(at, 1));
  };

  // What the stand-in calls, in this world alone.
  Reflect.set(globalThis, 'electronStandin', {
    settle(id: number, ok: boolean, text: string) {
      const promise = waiting.get(id);
      waiting.delete(id);
      if (ok) promise?.resolve(decode(text));
      else promise?.reject(new Error(text));
    },
    hear(channel: string, text: string) {
      const args = decode(text) as unknown[];
      const event = { sender: ipcRenderer, ports: [] };
      for (const listener of [...(listeners.get(channel) ?? [])]) listener(event, ...args);
    },
    announce(files: Announced[]) {
      announced = files;
    },
  });

  const ipcRenderer = strict('ipcRenderer', {
    invoke(channel: string, ...args: unknown[]) {
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        post(id, channel, args);
        waiting.set(id, { resolve, reject });
      });
    },
    send: (channel: string, ...args: unknown[]) => post(null, channel, args),
    on(channel: string, listener: ChannelListener) {
      on(channel, listener);
      return ipcRenderer;
    },
    once(channel: string, listener: ChannelListener) {
      const once: ChannelListener = (event, ...args) => {
        off(channel, once);
        listener(event, ...args);
      };
      on(channel, once);
      return ipcRenderer;
    },
    off(channel: string, listener: ChannelListener) {
      off(channel, listener);
      return ipcRenderer;
    },
    removeListener(channel: string, listener: ChannelListener) {
      off(channel, listener);
      return ipcRenderer;
    },
    removeAllListeners(channel: string) {
      listeners.delete(channel);
      return ipcRenderer;
    },
  });
  const webUtils = strict('webUtils', {
    // Chromium tells a path only later, so whoever drops files announces them first. Two of one name and time are
    // taken in the order in which they were dropped.
    getPathForFile(file: File): string {
      if (!(file instanceof File)) throw new TypeError('An object that is no file has no path.');
      const same = (one: Announced) =>
        one.name === file.name &&
        (one.modified === null ||
          (one.size === file.size && Math.abs(one.modified - file.lastModified) <= 1));
      const found = announced.find(same);
      if (!found) return '';
      announced = [...announced.filter((one) => one !== found), found];
      return found.path;
    },
  });
  const contextBridge = strict('contextBridge', {
    exposeInMainWorld: (name: string, value: unknown) => peer.expose(name, value),
  });
  return strict('electron', { contextBridge, ipcRenderer, webUtils });
}
