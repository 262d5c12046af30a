/**
 * One page of Chromium as a window of the stand-in has it: its preload in a world of its own, its requests answered by
 * the program's protocol handler, its wish to go elsewhere asked about. Used by `contents.ts`.
 */

import { randomUUID } from 'node:crypto';
import { asChromiumSees, asProgramSees, privateScheme } from './addresses.ts';
import {
  type Announced,
  BINDING,
  type FromPage,
  type PageWish,
  pageWorldSource,
  preloadWorldSource,
  WORLD,
} from './bridge.ts';
import type { Chromium, Session } from './chromium.ts';
import { lacking } from './strict.ts';
import { openTarget } from './targets.ts';

export interface Wish {
  readonly kind: 'navigate' | 'redirect';
  readonly url: string;
  readonly isMainFrame: boolean;
}

/** What a page asks its owner, and tells it. Addresses are the program's. */
export interface PageOwner {
  /** False: it stays where it is. */
  allows(wish: Wish): boolean;
  /** False: it is not asked for at all. */
  loads(request: {
    url: string;
    method: string;
    resourceType: string;
    isMainFrame: boolean;
  }): Promise<boolean>;
  serve(scheme: string, request: Request): Promise<Response>;
  hear(message: FromPage): void;
  windowWanted(details: { url: string; frameName: string; features: string }): void;
  loaded(what: 'dom' | 'all'): void;
  moved(url: string): void;
  titled(title: string): void;
  said(level: string, text: string): void;
  crashed(): void;
  /** Closed by somebody else than its owner. */
  gone(): void;
}

interface Paused {
  readonly requestId: string;
  readonly redirectedRequestId?: string;
  readonly frameId: string;
  readonly resourceType: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly postData?: string;
  };
}

/** Bodies that a response of these must not have. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

export class Page {
  readonly chromium: Chromium;
  readonly session: Session;
  readonly targetId: string;
  readonly owner: PageOwner;
  readonly schemes: ReadonlySet<string>;
  /** Frames that asked themselves to go elsewhere; whoever else navigates is main or the test. */
  readonly wishes = new Set<string>();
  /** The preload's world in the document that is shown. */
  world: number | null = null;
  closed = false;
  /** Main has something loaded into it, which is where its history begins. */
  begins = false;

  constructor(
    chromium: Chromium,
    target: { targetId: string; session: Session },
    owner: PageOwner,
    schemes: ReadonlySet<string>,
  ) {
    this.chromium = chromium;
    this.session = target.session;
    this.targetId = target.targetId;
    this.owner = owner;
    this.schemes = schemes;
  }

  /** An empty page in which the preload runs from the first document on. @param preload its source, if any */
  static async open(
    chromium: Chromium,
    size: { width: number; height: number },
    preload: string | null,
    owner: PageOwner,
    schemes: ReadonlySet<string>,
  ): Promise<Page> {
    const page = new Page(chromium, await openTarget(chromium, size), owner, schemes);
    page.listen();
    const { session } = page;
    const secret = randomUUID();
    await Promise.all([
      session.send('Page.enable'),
      session.send('Runtime.enable'),
      session.send('Inspector.enable'),
      session.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] }),
      session.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: pageWorldSource(secret) }),
      preload === null
        ? null
        : session.send('Page.addScriptToEvaluateOnNewDocument', {
            source: preloadWorldSource(preload, secret),
            worldName: WORLD,
          }),
      page.resize(size),
    ]);
    return page;
  }

  async load(address: string): Promise<void> {
    this.begins = true;
    const url = asChromiumSees(address, this.schemes);
    const { errorText } = await this.session.send<{ errorText?: string }>('Page.navigate', { url });
    if (errorText) throw new Error(`${errorText.replace('net::', '')} (-2) loading '${address}'`);
  }

  /** A window of Electron begins with what is loaded into it: there is no empty page to go back to. */
  async forgetHistory(): Promise<void> {
    // Refused where the page is on its way elsewhere, or away.
    await this.session.send('Page.resetNavigationHistory').catch(() => {});
  }

  reload(): Promise<unknown> {
    return this.session.send('Page.reload');
  }

  resize({ width, height }: { width: number; height: number }): Promise<unknown> {
    return this.session.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  dark(on: boolean): Promise<unknown> {
    return this.session.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: on ? 'dark' : 'light' }],
    });
  }

  /** Calls a function that the preload's world has for the stand-in; where there is no such world it is lost. */
  tell(name: 'settle' | 'hear' | 'announce', ...args: unknown[]): void {
    if (this.world === null || this.closed) return;
    this.session
      .send('Runtime.callFunctionOn', {
        executionContextId: this.world,
        functionDeclaration: `function (...args) { electronStandin.${name}(...args); }`,
        arguments: args.map((value) => ({ value })),
        silent: true,
      })
      // The document went away in the meantime, and with it whoever waited.
      .catch(() => {});
  }

  /** A person's drop of files of this machine on the middle of the page. */
  async drop(files: readonly Announced[], size: { width: number; height: number }): Promise<void> {
    this.tell('announce', files);
    const data = { items: [], files: files.map((file) => file.path), dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
      const at = { x: Math.round(size.width / 2), y: Math.round(size.height / 2) };
      await this.session.send('Input.dispatchDragEvent', { type, ...at, data });
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.chromium.browser.send('Target.closeTarget', { targetId: this.targetId }).catch(() => {});
  }

  listen(): void {
    const { session, owner } = this;
    session.on<{ context: { id: number; name: string; auxData?: { frameId?: string } } }>(
      'Runtime.executionContextCreated',
      ({ context }) => {
        if (context.name === WORLD && context.auxData?.frameId === this.targetId) this.world = context.id;
      },
    );
    session.on<{ executionContextId: number }>('Runtime.executionContextDestroyed', (gone) => {
      if (gone.executionContextId === this.world) this.world = null;
    });
    session.on<{ name: string; payload: string; executionContextId: number }>(
      'Runtime.bindingCalled',
      (call) => {
        if (call.name === BINDING && call.executionContextId === this.world) {
          const message: FromPage = JSON.parse(call.payload);
          if (message.wish !== null) {
            this.refused(message.wish);
            return;
          }
          owner.hear({ ...message, url: asProgramSees(message.url) });
        }
      },
    );
    session.on<{ type: string; args: { value?: unknown; description?: string }[] }>(
      'Runtime.consoleAPICalled',
      ({ type, args }) => owner.said(type, args.map((arg) => String(arg.value ?? arg.description)).join(' ')),
    );
    session.on<{ frameId: string; url: string }>('Page.frameRequestedNavigation', ({ frameId, url }) => {
      if (/^https?:/.test(url)) this.wishes.add(frameId);
      // Nothing is fetched for the others, so nothing can be held up: Chromium leads most of them nowhere.
      else this.wish('navigate', frameId, url);
    });
    session.on<{ frame: { parentId?: string; url: string } }>('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId === undefined) owner.moved(asProgramSees(frame.url));
    });
    session.on<{ frameId: string; url: string }>('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId === this.targetId) owner.moved(asProgramSees(url));
    });
    session.on<{ url: string; windowName: string; windowFeatures: string[] }>('Page.windowOpen', (wanted) =>
      owner.windowWanted({
        url: asProgramSees(wanted.url),
        frameName: wanted.windowName === '_blank' ? '' : wanted.windowName,
        features: wanted.windowFeatures.join(','),
      }),
    );
    session.on('Page.domContentEventFired', () => owner.loaded('dom'));
    session.on('Page.loadEventFired', () => void this.wasLoaded());
    session.on('Inspector.targetCrashed', () => {
      this.world = null;
      owner.crashed();
    });
    session.on<Paused>('Fetch.requestPaused', (paused) => {
      // The page went elsewhere, or away, while it was answered.
      this.answer(paused).catch(() => {});
    });
    session.on<{ title: string }>('Standin.titled', ({ title }) => owner.titled(title));
    session.on('Standin.gone', () => {
      if (this.closed) return;
      this.closed = true;
      owner.gone();
    });
  }

  async wasLoaded(): Promise<void> {
    // A window of Electron has no empty page before the first, to which somebody could go back.
    if (this.begins) await this.session.send('Page.resetNavigationHistory').catch(() => {});
    this.begins = false;
    this.owner.loaded('all');
  }

  /** Asks main about what the page was refused already. */
  refused({ kind, url, frameName, features }: PageWish): void {
    if (kind === 'window') this.owner.windowWanted({ url: asProgramSees(url), frameName, features });
    else if (this.wish('navigate', this.targetId, url)) lacking(`to go to ${url}`);
  }

  wish(kind: Wish['kind'], frameId: string, url: string): boolean {
    return this.owner.allows({ kind, url: asProgramSees(url), isMainFrame: frameId === this.targetId });
  }

  async answer(paused: Paused): Promise<void> {
    const { requestId, request, frameId } = paused;
    if (paused.resourceType === 'Document' && !this.mayGo(paused)) {
      await this.session.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      return;
    }
    const isMainFrame = frameId === this.targetId;
    const { url, method } = request;
    if (
      !(await this.owner.loads({
        url: asProgramSees(url),
        method,
        resourceType: paused.resourceType,
        isMainFrame,
      }))
    ) {
      await this.session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
      return;
    }
    const scheme = privateScheme(url);
    if (scheme === null || !this.schemes.has(scheme)) {
      await this.session.send('Fetch.continueRequest', { requestId });
      return;
    }
    const response = await this.owner
      .serve(scheme, programRequest(request))
      .catch((thrown: unknown) => new Response(String(thrown), { status: 500 }));
    const body = WITHOUT_BODY.has(response.status)
      ? ''
      : Buffer.from(await response.arrayBuffer()).toString('base64');
    await this.session.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body,
    });
  }

  mayGo(paused: Paused): boolean {
    const { url } = paused.request;
    if (paused.redirectedRequestId !== undefined) return this.wish('redirect', paused.frameId, url);
    // A page's process says what it wants on the same line, and before, it asks for it: the wish is known by now.
    const wanted = this.wishes.delete(paused.frameId);
    return !wanted || this.wish('navigate', paused.frameId, url);
  }
}

/** The request as the program's handler gets it. */
function programRequest({ url, method, headers, postData }: Paused['request']): Request {
  const translated = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    asProgramSees(value),
  ]);
  const body = method === 'GET' || method === 'HEAD' ? null : (postData ?? null);
  return new Request(asProgramSees(url), { method, headers: translated, body });
}
