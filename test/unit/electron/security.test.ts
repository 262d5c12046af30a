/** What pages cannot do in the Electron host, each attempted; and what the host's sources never use. */

import { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guardAllContents, guardContents, guardSession } from '../../../main/electron/security.ts';
import { windowOptions } from '../../../main/electron/window.ts';
import { FakeEvent, fake, partOf, reset } from './fake-electron.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Contents as Electron makes them, with what a guard may do to them. */
class Contents extends EventEmitter {
  open: ((details: Electron.HandlerDetails) => unknown) | null = null;
  devToolsClosed = 0;
  webRtc = 'default';
  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRtc = policy;
  }
  setWindowOpenHandler(
    handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse,
  ): void {
    this.open = handler;
  }
  closeDevTools(): void {
    this.devToolsClosed += 1;
  }
  /** What a listener was handed and did, when something happens. */
  attempt(name: string, ...more: unknown[]): FakeEvent {
    const event = new FakeEvent();
    this.emit(name, event, ...more);
    return event;
  }
}

/** The doubles stand for what the guards listen to; Electron's own types list every event by itself. */
function asElectron(contents: Contents): Electron.WebContents;
function asElectron(session: typeof fake.session): Electron.Session;
function asElectron(double: unknown): unknown {
  return double;
}

function guarded() {
  const contents = new Contents();
  const opened: string[] = [];
  guardContents(asElectron(contents), { openExternal: async (url) => void opened.push(url) });
  return { contents, opened };
}

test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
  '%s is refused, wherever it leads',
  (name) => {
    const { contents } = guarded();
    for (const url of [
      'https://app.encord.com/',
      'file:///etc/passwd',
      'app://encord-uploader/',
      'javascript:1',
    ]) {
      const details = Object.assign(new FakeEvent(), { url });
      contents.emit(name, details);
      expect([url, details.prevented]).toEqual([url, true]);
    }
  },
);

test('a page cannot keep its window from being closed', () => {
  expect(guarded().contents.attempt('will-prevent-unload').prevented).toBe(true);
});

test('no window is opened; one that was is destroyed; listed links alone leave for the browser', () => {
  const { contents, opened } = guarded();
  for (const url of [
    'https://docs.encord.com/',
    'https://evil.example/',
    'file:///etc/passwd',
    'about:blank',
  ]) {
    const details = partOf<Electron.HandlerDetails>('HandlerDetails', { url });
    expect(contents.open?.(details)).toEqual({ action: 'deny' });
  }
  expect(opened).toEqual(['https://docs.encord.com/']);
  let destroyed = 0;
  contents.emit('did-create-window', { destroy: () => (destroyed += 1) });
  expect(destroyed).toBe(1);
});

test('WebRTC has no UDP', () => {
  expect(guarded().contents.webRtc).toBe('disable_non_proxied_udp');
});

test('a machine without a browser is no failure', async () => {
  const contents = new Contents();
  guardContents(asElectron(contents), { openExternal: () => Promise.reject(new Error('no browser')) });
  const details = partOf<Electron.HandlerDetails>('HandlerDetails', { url: 'https://docs.encord.com/' });
  expect(contents.open?.(details)).toEqual({ action: 'deny' });
});

test('no certificate is trusted or given, no login answered, no device chosen', () => {
  const { contents } = guarded();
  const answers: unknown[][] = [];
  const answer = (...given: unknown[]) => void answers.push(given);
  expect(contents.attempt('certificate-error', 'https://a', 'expired', {}, answer).prevented).toBe(true);
  expect(contents.attempt('select-client-certificate', 'https://a', [{}], answer).prevented).toBe(true);
  expect(contents.attempt('login', {}, {}, answer).prevented).toBe(true);
  expect(contents.attempt('select-bluetooth-device', [{ deviceId: 'x' }], answer).prevented).toBe(true);
  expect(answers).toEqual([[false], [null], [], ['']]);
});

test('developer tools that open in the installed program are closed; those of the sources stay', () => {
  for (const [isPackaged, closed] of [
    [true, 1],
    [false, 0],
  ] as const) {
    const app = Object.assign(new EventEmitter(), { isPackaged });
    // Of the many events of an app, the guard listens to one; its emitter is what it needs.
    guardAllContents(app as unknown as Electron.App, { openExternal: async () => {} });
    const contents = new Contents();
    app.emit('web-contents-created', new FakeEvent(), contents);
    expect(contents.attempt('will-navigate').prevented).toBe(true);
    contents.emit('devtools-opened');
    expect(contents.devToolsClosed).toBe(closed);
  }
});

test('a session grants no permission, no device, no screen and no download', () => {
  const { session } = reset();
  guardSession(asElectron(session));
  const contents = partOf<Electron.WebContents>('WebContents', {});
  const answers: unknown[] = [];
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'fullscreen',
    'openExternal',
    'fileSystem',
  ] as const) {
    session.permission?.(
      contents,
      permission,
      (granted) => answers.push(granted),
      partOf<Electron.PermissionRequest>('PermissionRequest', {}),
    );
    answers.push(
      session.permissionCheck?.(
        contents,
        permission,
        'app://encord-uploader/',
        partOf<Electron.PermissionCheckHandlerHandlerDetails>('details', {}),
      ),
    );
  }
  answers.push(session.device?.(partOf<Electron.DevicePermissionHandlerHandlerDetails>('details', {})));
  expect(answers).toEqual(Array(13).fill(false));
  const screens: unknown[] = [];
  session.display?.(partOf<Electron.DisplayMediaRequestHandlerHandlerRequest>('request', {}), (streams) =>
    screens.push(streams),
  );
  expect(screens).toEqual([null]);
  const download = new FakeEvent();
  session.emit('will-download', download);
  expect(download.prevented).toBe(true);
});

test.each([
  ['https://evil.example/beacon', true],
  ['http://127.0.0.1:1/', true],
  ['file:///etc/passwd', true],
  ['wss://evil.example/', true],
  ['app://encord-uploader/assets/index.js', false],
  ['data:image/png;base64,AA==', false],
])('a request for %s is cancelled: %s', (url, cancel) => {
  reset();
  guardSession(asElectron(fake.session));
  const answers: unknown[] = [];
  fake.session.beforeRequest?.(
    partOf<Electron.OnBeforeRequestListenerDetails>('details', { url }),
    (answer) => answers.push(answer),
  );
  expect(answers).toEqual([{ cancel }]);
});

test('a window has every door of Electron shut, and nothing beyond', () => {
  const { webPreferences } = windowOptions({
    workArea: { x: 0, y: 0, width: 1000, height: 800 },
    dark: true,
    preload: '/preload.cjs',
    devTools: false,
  });
  // All of it: what is added here is to be thought about.
  expect(webPreferences).toEqual({
    preload: '/preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
    devTools: false,
  });
});

test.each([
  ['startDrag', /\bstartDrag\b/],
  ['enableBlinkFeatures', /enableBlinkFeatures|enable-blink-features/],
  ['a webview', /<webview|allowpopups/i],
  ['a remote module', /@electron\/remote|enableRemoteModule/],
  ['a page from a file', /\bloadFile\(/],
  ['script put into a page', /executeJavaScript|insertCSS/],
  ['protocols of files', /registerFileProtocol|interceptFileProtocol/],
  ['links opened anywhere but in the guard', /openExternal\(/],
])('nowhere in the program is there %s', (what, pattern) => {
  const found = sources().filter(({ text }) => pattern.test(text));
  const expected = what.startsWith('links') ? ['main/electron/security.ts'] : [];
  expect(found.map(({ file }) => file)).toEqual(expected);
});

function sources(): { file: string; text: string }[] {
  return ['main/electron', 'main/index.ts', 'preload/index.ts', 'renderer'].flatMap((part) =>
    (part.endsWith('.ts')
      ? [part]
      : readdirSync(join(ROOT, part), { recursive: true }).map((name) => `${part}/${name}`)
    )
      .filter((file) => /\.(tsx?|html)$/.test(file))
      .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') })),
  );
}
