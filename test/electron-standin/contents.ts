/** Electron's `WebContents`: one page of Chromium with its messages, and what it may not do. Made by `window.ts`. */

import { readFileSync } from 'node:fs';
import type Electron from 'electron';
import { app } from './app.ts';
import type { FromPage } from './bridge.ts';
import { decodeClone, encodeClone } from './clone.ts';
import { ipcMain, schemeHandlers } from './ipc.ts';
import { Page, type PageOwner, type Wish } from './page.ts';
import { askPermissions, defaultSession, session, watchDownloads } from './session.ts';
import { eventWith, lacking, StandinEvent, StrictEmitter, strict } from './strict.ts';
import { nativeTheme } from './system.ts';
import type { As } from './types.ts';

export const allContents = new Set<StandinContents>();
let lastId = 0;

/** What a page of a window is made with. */
export interface ContentsOptions {
  readonly preferences: Electron.WebPreferences;
  readonly size: () => { width: number; height: number };
}

export class StandinContents extends StrictEmitter implements As<Electron.WebContents> {
  readonly id = ++lastId;
  readonly session = session.defaultSession;
  readonly mainFrame: Electron.WebFrameMain;
  readonly standin;

  constructor(options: ContentsOptions) {
    super('WebContents');
    const { preferences } = options;
    // Turned off, a page would reach what this double keeps from it in worlds of its own.
    if (
      preferences.contextIsolation === false ||
      preferences.nodeIntegration ||
      preferences.sandbox === false
    ) {
      lacking('a window without sandbox and context isolation');
    }
    this.standin = {
      options,
      page: null as Promise<Page> | null,
      url: '',
      title: '',
      destroyed: false,
      crashed: false,
      loading: false,
      throttled: preferences.backgroundThrottling ?? true,
      devToolsOpened: false,
      windowOpenHandler: null as
        | ((details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse)
        | null,
    };
    const { standin } = this;
    const frame = {
      get url() {
        return standin.url;
      },
      parent: null,
      routingId: this.id,
      processId: this.id,
      isDestroyed: () => standin.destroyed,
    };
    this.mainFrame = strict<object>('WebFrameMain', frame) as Electron.WebFrameMain;
    allContents.add(this);
    app.emit('web-contents-created', new StandinEvent(), this);
  }

  getURL(): string {
    return this.standin.url;
  }
  getTitle(): string {
    return this.standin.title;
  }
  isDestroyed(): boolean {
    return this.standin.destroyed;
  }
  isCrashed(): boolean {
    return this.standin.crashed;
  }
  isLoading(): boolean {
    return this.standin.loading;
  }
  isLoadingMainFrame(): boolean {
    return this.standin.loading;
  }
  isFocused(): boolean {
    return lacking('to say whether a page has the focus');
  }
  setWindowOpenHandler(
    handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse,
  ): void {
    this.standin.windowOpenHandler = handler;
  }
  setWebRTCIPHandlingPolicy(policy: Parameters<Electron.WebContents['setWebRTCIPHandlingPolicy']>[0]): void {
    const { chromium, webRtc } = app.standin;
    // Here Chromium takes it at its start alone.
    if (chromium && policy !== webRtc) lacking('two policies for WebRTC');
    app.standin.webRtc = policy;
  }
  setBackgroundThrottling(allowed: boolean): void {
    this.standin.throttled = allowed;
  }
  getBackgroundThrottling(): boolean {
    return this.standin.throttled;
  }
  openDevTools(): void {
    // Where they are switched off, Electron does nothing, silently.
    if (this.standin.options.preferences.devTools === false) return;
    this.standin.devToolsOpened = true;
    this.emit('devtools-opened', new StandinEvent());
  }
  closeDevTools(): void {
    this.standin.devToolsOpened = false;
  }
  toggleDevTools(): void {
    if (this.standin.devToolsOpened) this.closeDevTools();
    else this.openDevTools();
  }
  isDevToolsOpened(): boolean {
    return this.standin.devToolsOpened;
  }
  send(channel: string, ...args: unknown[]): void {
    const text = cloned(args);
    void this.page().then((page) => page.tell('hear', channel, text));
  }
  async loadURL(url: string): Promise<void> {
    const page = await this.page();
    this.standin.loading = true;
    const loaded = new Promise<void>((resolve) => this.once('did-finish-load', () => resolve()));
    await page.load(url);
    await loaded;
    await page.forgetHistory();
  }
  reload(): void {
    const { crashed, url } = this.standin;
    void this.page().then((page) => (crashed ? page.load(url) : page.reload()));
  }
  forcefullyCrashRenderer(): void {
    void this.page().then((page) => page.session.send('Page.crash').catch(() => {}));
  }
  focus(): void {}
  getZoomFactor(): number {
    return 1;
  }

  /** Opened when it is first needed; an error in opening it ends the process, as nothing can come of it. */
  page(): Promise<Page> {
    const { standin } = this;
    if (standin.destroyed) return new Promise(() => {});
    standin.page ??= this.open();
    return standin.page;
  }
  async open(): Promise<Page> {
    const { preferences, size } = this.standin.options;
    const preload = preferences.preload === undefined ? null : readFileSync(preferences.preload, 'utf8');
    const chromium = app.chromium();
    await watchDownloads(chromium);
    const page = await Page.open(chromium, size(), preload, pageOwner(this), new Set(schemeHandlers.keys()));
    await page.dark(nativeTheme.shouldUseDarkColors);
    return page;
  }
  async end(): Promise<void> {
    const { standin } = this;
    if (standin.destroyed) return;
    const page = await standin.page;
    standin.destroyed = true;
    allContents.delete(this);
    await page?.close();
    this.emit('destroyed', new StandinEvent());
  }
}

/** The clone of a list of arguments as it goes to a page. */
function cloned(args: readonly unknown[]): string {
  try {
    return encodeClone(args);
  } catch {
    throw new Error('Failed to serialize arguments');
  }
}

/** How contents answer their page. */
function pageOwner(contents: StandinContents): PageOwner {
  const { standin } = contents;
  return {
    allows: (wish) => mayGo(contents, wish),
    async loads({ url, method, resourceType, isMainFrame }) {
      const kind =
        resourceType === 'Document' ? (isMainFrame ? 'mainFrame' : 'subFrame') : kindOf(resourceType);
      const leads = await defaultSession.decide({ url, method, resourceType: kind });
      if (leads !== null && leads !== url) lacking('a request that webRequest redirects');
      return leads !== null;
    },
    async serve(scheme, request) {
      const handler = schemeHandlers.get(scheme);
      if (!handler) return new Response(null, { status: 404 });
      return handler(request as Parameters<typeof handler>[0]);
    },
    hear: (message) => void hear(contents, message),
    windowWanted({ url, frameName, features }) {
      const details = {
        url,
        frameName,
        features,
        disposition: features === '' ? 'foreground-tab' : 'new-window',
        referrer: { url: '', policy: 'no-referrer' },
      } satisfies Electron.HandlerDetails;
      const answer = standin.windowOpenHandler?.(details);
      if (answer?.action !== 'deny') lacking(`a window that a page opens itself (${url})`);
    },
    loaded(what) {
      if (what === 'dom') {
        contents.emit('dom-ready', new StandinEvent());
        return;
      }
      standin.loading = false;
      contents.emit('did-finish-load', new StandinEvent());
    },
    moved(url) {
      standin.url = url;
      standin.crashed = false;
      contents.emit('did-navigate', new StandinEvent(), url, 200, 'OK');
      askPermissions(contents, app.chromium());
    },
    titled(title) {
      if (title === standin.title || title === '') return;
      standin.title = title;
      contents.emit('page-title-updated', new StandinEvent(), title, true);
    },
    said: (level, message) => {
      contents.emit('console-message', eventWith({ level, message, lineNumber: 0, sourceId: '' }));
    },
    crashed() {
      standin.crashed = true;
      const details: Electron.RenderProcessGoneDetails = { reason: 'crashed', exitCode: 5 };
      contents.emit('render-process-gone', new StandinEvent(), details);
      app.emit('render-process-gone', new StandinEvent(), contents, details);
    },
    gone: () => contents.emit('standin-gone'),
  };
}

/** Asks the program's listeners as Electron does; about a redirect no frame event exists. */
function mayGo(contents: StandinContents, { kind, url, isMainFrame }: Wish): boolean {
  const details = eventWith({
    url,
    isMainFrame,
    isSameDocument: false,
    frame: contents.mainFrame,
    initiator: null,
  });
  if (kind === 'redirect') {
    contents.emit('will-redirect', details, url, false, isMainFrame, 0, 0);
    return !details.defaultPrevented;
  }
  contents.emit('will-frame-navigate', details);
  if (isMainFrame && !details.defaultPrevented)
    contents.emit('will-navigate', details, url, false, isMainFrame, 0, 0);
  return !details.defaultPrevented;
}

async function hear(contents: StandinContents, message: FromPage): Promise<void> {
  const args = decodeClone(message.args) as unknown[];
  // Of the frame as it was when it sent this.
  const frame = strict<object>('WebFrameMain', {
    url: message.url,
    parent: null,
    routingId: contents.id,
    processId: contents.id,
    isDestroyed: () => contents.isDestroyed(),
  });
  const event = strict<object>(
    'IpcMainEvent',
    eventWith({
      sender: contents,
      senderFrame: frame,
      frameId: contents.id,
      processId: contents.id,
      type: 'frame',
      ports: [],
      reply: (channel: string, ...answer: unknown[]) => contents.send(channel, ...answer),
    }),
  ) as Electron.IpcMainInvokeEvent;
  if (message.id === null) {
    ipcMain.emit(message.channel, event, ...args);
    return;
  }
  const page = await contents.page();
  try {
    const value = await ipcMain.answer(message.channel, event, args);
    page.tell('settle', message.id, true, encodeClone(value));
  } catch (thrown) {
    page.tell('settle', message.id, false, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

type ResourceType = Electron.OnBeforeRequestListenerDetails['resourceType'];

/** Electron's name of what Chromium's protocol calls a resource type. */
function kindOf(resourceType: string): ResourceType {
  const names: Readonly<Record<string, ResourceType>> = {
    Stylesheet: 'stylesheet',
    Script: 'script',
    Image: 'image',
    Font: 'font',
    XHR: 'xhr',
    Fetch: 'xhr',
    Ping: 'ping',
    Media: 'media',
    WebSocket: 'webSocket',
  };
  return names[resourceType] ?? 'other';
}
