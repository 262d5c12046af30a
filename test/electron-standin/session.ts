/** Electron's `session`: what pages may have of the machine, downloads, the proxy. Part of `electron.ts`. */

import type Electron from 'electron';
import type { Chromium } from './chromium.ts';
import type { StandinContents } from './contents.ts';
import { machine } from './machine.ts';
import { resolveProxy } from './pac.ts';
import { lacking, StandinEvent, StrictEmitter, strict } from './strict.ts';
import type { As } from './types.ts';

type RequestHandler = Parameters<Electron.Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0];
type Permission = Parameters<NonNullable<RequestHandler>>[1];

/** What pages can ask for, as Electron and as Chromium names it. */
const PERMISSIONS: readonly (readonly [Permission, string])[] = [
  ['geolocation', 'geolocation'],
  ['notifications', 'notifications'],
  ['media', 'camera'],
  ['media', 'microphone'],
  ['clipboard-read', 'clipboard-read'],
  ['clipboard-sanitized-write', 'clipboard-write'],
  ['midi', 'midi'],
  ['idle-detection', 'idle-detection'],
  ['screen-wake-lock', 'screen-wake-lock'],
  ['local-fonts', 'local-fonts'],
  ['window-management', 'window-management'],
  ['persistent-storage', 'persistent-storage'],
];

type BeforeRequest = Parameters<Electron.WebRequest['onBeforeRequest']>[0];

class StandinSession extends StrictEmitter implements As<Electron.Session> {
  readonly webRequest: Electron.WebRequest;
  readonly standin = {
    beforeRequest: null as BeforeRequest,
    request: null as RequestHandler,
    check: null as CheckHandler,
    device: null as Parameters<Electron.Session['setDevicePermissionHandler']>[0],
    display: null as Parameters<Electron.Session['setDisplayMediaRequestHandler']>[0],
    partition: '',
  };

  constructor(partition: string) {
    super('Session');
    this.standin.partition = partition;
    const webRequest = {
      onBeforeRequest: (...args: [BeforeRequest] | [Electron.WebRequestFilter, BeforeRequest]) => {
        const [listener, filtered] = args;
        if (filtered !== undefined) lacking('a filter of webRequest');
        this.standin.beforeRequest = listener as BeforeRequest;
      },
    } satisfies Pick<Electron.WebRequest, 'onBeforeRequest'>;
    this.webRequest = strict<object>('session.webRequest', webRequest) as Electron.WebRequest;
  }

  /** Where a request is let to lead: where it was meant to, elsewhere, or nowhere (null). */
  decide(
    details: Pick<Electron.OnBeforeRequestListenerDetails, 'url' | 'method' | 'resourceType'>,
  ): Promise<string | null> {
    const { beforeRequest } = this.standin;
    if (!beforeRequest) return Promise.resolve(details.url);
    const whole = strict('OnBeforeRequestListenerDetails', { ...details, timestamp: Date.now() });
    return new Promise((resolve) => {
      beforeRequest(whole as Electron.OnBeforeRequestListenerDetails, ({ cancel, redirectURL }) =>
        resolve(cancel ? null : (redirectURL ?? details.url)),
      );
    });
  }

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.standin.request = handler;
  }
  setPermissionCheckHandler(handler: CheckHandler): void {
    this.standin.check = handler;
  }
  setDevicePermissionHandler(handler: StandinSession['standin']['device']): void {
    this.standin.device = handler;
  }
  setDisplayMediaRequestHandler(handler: StandinSession['standin']['display']): void {
    this.standin.display = handler;
  }
  isPersistent(): boolean {
    return !this.standin.partition || this.standin.partition.startsWith('persist:');
  }
  resolveProxy(url: string): Promise<string> {
    return resolveProxy(url);
  }
  async setProxy({ mode }: Electron.ProxyConfig): Promise<void> {
    if (mode === 'direct') machine.pac = null;
    else if (mode !== 'system') lacking(`a proxy of the mode ${mode}`);
  }
  async forceReloadProxyConfig(): Promise<void> {}
  async closeAllConnections(): Promise<void> {}
  async clearCache(): Promise<void> {}
  async clearAuthCache(): Promise<void> {}
  // Each start of the stand-in has a profile of its own: what is cleared at the end is gone anyway.
  async clearStorageData(): Promise<void> {}
  async clearData(): Promise<void> {}
  setSpellCheckerEnabled(_on: boolean): void {}
}

const partitions = new Map<string, StandinSession>();

function fromPartition(partition: string): Electron.Session {
  const known = partitions.get(partition) ?? new StandinSession(partition);
  partitions.set(partition, known);
  return asSession(known);
}

/** The double as whoever holds it may see it. */
function asSession(mine: StandinSession): Electron.Session {
  return mine as unknown as Electron.Session;
}

/** The session of every window. */
export const defaultSession = new StandinSession('');

export const session = strict('session', {
  defaultSession: asSession(defaultSession),
  fromPartition,
});

/**
 * Asks the program about every permission beforehand, as Chromium tells nobody when a page asks, and has Chromium
 * answer its pages so.
 */
export function askPermissions(contents: StandinContents, chromium: Chromium): void {
  const { request, check } = defaultSession.standin;
  const asElectron = contents as unknown as Electron.WebContents;
  const details = { isMainFrame: true, requestingUrl: contents.getURL() };
  for (const [permission, name] of PERMISSIONS) {
    const set = (granted: boolean) =>
      void chromium.browser
        .send('Browser.setPermission', { permission: { name }, setting: granted ? 'granted' : 'denied' })
        // Not each Chromium has each of them.
        .catch(() => {});
    if (
      check &&
      !check(asElectron, permission as Parameters<typeof check>[1], contents.getURL(), {
        isMainFrame: true,
        securityOrigin: contents.getURL(),
      })
    ) {
      set(false);
    } else if (request) request(asElectron, permission, set, details);
    // As in Electron: where nobody decides, everything is granted.
    else set(true);
  }
}

/** Has the program asked about each download of a page; without its consent nothing is kept. */
export async function watchDownloads(chromium: Chromium): Promise<void> {
  const { browser } = chromium;
  browser.on<{ guid: string; url: string; suggestedFilename: string }>(
    'Browser.downloadWillBegin',
    (begun) => {
      const event = new StandinEvent();
      const item = strict('DownloadItem', {
        getURL: () => begun.url,
        getFilename: () => begun.suggestedFilename,
      });
      defaultSession.emit('will-download', event, item, null);
      void browser.send('Browser.cancelDownload', { guid: begun.guid }).catch(() => {});
      if (!event.defaultPrevented) lacking('a download by a page');
    },
  );
  await browser.send('Browser.setDownloadBehavior', { behavior: 'deny', eventsEnabled: true });
}
