/**
 * Somebody got into the page of the program, and tries what a page can try: to go elsewhere, to open windows and frames,
 * to get something of the machine or onto it, to reach a network, to have files that are no pages. Each is refused, and
 * afterwards the program works. What it sends to main is tried in `messages.spec.ts`.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Desktop } from '../../electron-standin/driver.ts';
import { expect, test } from './fixtures.ts';
import { pageOf, unharmed } from './hostile.ts';

test('it goes nowhere: no address, no form, no history, no window, no frame, no webview; listed links leave for the browser', async ({
  launch,
}) => {
  const desktop = await launch({ packaged: true });
  const page = await pageOf(desktop);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('requestfailed', (request) => said.push(`failed: ${request.url()}`));
  /** Runs in the page, until Chromium says that it came to nothing. */
  const refused = async (what: string, sign: RegExp, attempt: (to: string) => void): Promise<void> => {
    said.length = 0;
    await page.evaluate(attempt, what);
    await expect.poll(() => said.join('\n'), { message: what }).toMatch(sign);
    expect(await page.evaluate(() => Reflect.get(window, 'mark')), what).toBe('here');
  };
  const go = (to: string) => void location.assign(to);
  await refused('https://example.com/', /failed: https:\/\/example/, go);
  await refused('https://docs.encord.com/', /failed: https:\/\/docs/, go);
  await refused('/other', /failed: .*\/other/, go);
  await refused('/index.html', /failed: .*\/index\.html/, go);
  await refused('app://somewhere/else', /failed: app:/, go);
  await refused(
    'encord-uploader://dataset/11111111-2222-4333-8444-555555555555',
    /failed: encord-uploader:/,
    go,
  );
  await refused('file:///etc/passwd', /Not allowed to load local resource/, go);
  await refused('data:text/html,here', /Not allowed to navigate top frame to data URL/, go);
  await refused('javascript:window.mark=1', /Content Security Policy/, go);
  await refused('reload', /failed: /, () => location.reload());
  await refused('https://example.com/refresh', /failed: .*refresh/, (to) => {
    const meta = document.createElement('meta');
    meta.httpEquiv = 'refresh';
    meta.content = `0;url=${to}`;
    document.head.append(meta);
  });
  await refused('https://example.com/link', /failed: .*link/, (to) => {
    document.body.append(Object.assign(document.createElement('a'), { id: 'link', href: to }));
    document.getElementById('link')?.click();
  });
  for (const action of ['https://example.com/form', '/']) {
    await refused(action, /form-action 'none'/, (to) => {
      const form = Object.assign(document.createElement('form'), { action: to, method: 'post' });
      document.body.append(form);
      form.submit();
    });
  }
  // There is nothing to go back to.
  expect(await page.evaluate(() => [history.length, history.back()])).toEqual([1, undefined]);

  for (const src of ['/', 'app://encord-uploader/', 'https://example.com/', 'data:text/html,x']) {
    await refused(src, /frame-ancestors|Framing|Refused to (frame|display)|chromewebdata|X-Frame/i, (to) => {
      document.body.append(Object.assign(document.createElement('iframe'), { src: to }));
    });
  }
  for (const tag of ['object', 'embed']) {
    await refused(tag, /Content Security Policy/, (name) => {
      document.body.append(
        Object.assign(document.createElement(name), {
          src: 'https://example.com/',
          data: 'https://example.com/',
        }),
      );
    });
  }
  const inside = await page.evaluate(async () => {
    const bridges: string[] = [];
    for (const more of [{ srcdoc: '<script>parent.mark = 1</script>' }, { src: 'about:blank' }]) {
      const frame = document.createElement('iframe');
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      document.body.append(Object.assign(frame, more));
      await loaded;
      bridges.push(typeof frame.contentWindow?.encordUploader);
    }
    const webview = document.createElement('webview');
    webview.setAttribute('src', 'https://example.com/');
    document.body.append(webview);
    return [...bridges, webview.constructor.name, 'loadURL' in webview];
  });
  expect(inside).toEqual(['undefined', 'undefined', 'HTMLElement', false]);

  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), {
      href: 'https://example.com/blank',
      target: '_blank',
    });
    document.body.append(link);
    link.click();
  });
  const addresses = [
    ...['https://example.com/', 'https://docs.encord.com.example.com/', 'https://me@docs.encord.com/'],
    ...['https://docs.encord.com:8443/', 'http://docs.encord.com/', 'file:///etc/passwd', '/', 'about:blank'],
    ...['data:text/html,x', 'javascript:1', 'smb://example.com/x', 'encord-uploader://dataset/1'],
    // The last of all: whatever came before it has been decided when it is opened.
    'https://docs.encord.com/last',
  ];
  for (const address of addresses) {
    expect(await page.evaluate((to) => window.open(to) === null, address), address).toBe(true);
  }
  await expect.poll(async () => (await desktop.machine()).opened).toEqual(['https://docs.encord.com/last']);
  await expect.poll(() => page.context().pages().length).toBe(1);
  await unharmed(desktop, page);
});

test('it gets nothing of the machine, nothing onto it, and reaches no network', async ({ lab, launch }) => {
  const desktop = await launch({ packaged: true });
  const page = await pageOf(desktop);
  const downloads: string[] = [];
  page.on('download', (download) => downloads.push(download.url()));
  const outcomes = await page.evaluate(async () => {
    const outcome = async (attempt: () => unknown): Promise<string> => {
      // Out of what the test evaluates, where no policy holds.
      await new Promise((resolve) => setTimeout(resolve));
      try {
        return `got ${String(await attempt())}`;
      } catch {
        return 'refused';
      }
    };
    const ask = (of: string, method: string, ...args: unknown[]): Promise<unknown> =>
      Reflect.get(Reflect.get(navigator, of), method).apply(Reflect.get(navigator, of), args);
    /** Loads an element with that address. */
    const element = (name: string, more: object) =>
      new Promise((resolve, reject) => {
        const made = Object.assign(document.createElement(name), more, { onload: resolve, onerror: reject });
        document.head.append(made);
      });
    const opens = (source: EventTarget) =>
      new Promise((resolve, reject) => {
        for (const name of ['open', 'load', 'message']) source.addEventListener(name, resolve);
        source.addEventListener('error', reject);
      });
    const read = (address: string) => {
      const request = new XMLHttpRequest();
      request.open('GET', address);
      const done = opens(request);
      request.send();
      return done;
    };
    const blob = (text: string) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    const away = 'https://example.com/';
    const attempts: Record<string, () => unknown> = {
      camera: () => navigator.mediaDevices.getUserMedia({ video: true }),
      microphone: () => navigator.mediaDevices.getUserMedia({ audio: true }),
      screen: () => navigator.mediaDevices.getDisplayMedia({ video: true }),
      place: () =>
        new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      clipboard: () => navigator.clipboard.readText(),
      midi: () => navigator.requestMIDIAccess({ sysex: true }),
      usb: () => ask('usb', 'requestDevice', { filters: [] }),
      serial: () => ask('serial', 'requestPort'),
      // It says that nobody chose anything.
      hid: async () => Reflect.get(Object(await ask('hid', 'requestDevice', { filters: [] })), 0).productName,
      wakeLock: () => navigator.wakeLock.request('screen'),
      pointer: () => document.createElement('canvas').requestPointerLock(),
      fetchAway: () => fetch(away, { mode: 'no-cors' }),
      fetchFile: () => fetch('file:///etc/passwd'),
      fetchOwn: () => fetch('/'),
      post: () => fetch('/', { method: 'POST', body: 'x' }),
      readAway: () => read(away),
      readFile: () => read('file:///etc/passwd'),
      socket: () => opens(new WebSocket('wss://example.com/')),
      events: () => opens(new EventSource(away)),
      picture: () => element('img', { src: `${away}a.png` }),
      style: () => element('link', { rel: 'stylesheet', href: `${away}a.css` }),
      prefetch: () => element('link', { rel: 'prefetch', href: `${away}a.css` }),
      script: () => element('script', { src: `${away}a.js` }),
      scriptData: () => element('script', { src: 'data:text/javascript,1' }),
      scriptBlob: () => element('script', { src: blob('1') }),
      module: () => import(String('data:text/javascript,1')),
      worker: () => opens(new Worker(blob('postMessage(1)'))),
      serviceWorker: () => navigator.serviceWorker.register('/assets/worker.js'),
      eval: () => new Function('return 1')(),
      webRtc: async () => {
        const connection = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:3478' }] });
        connection.createDataChannel('away');
        const way = new Promise((resolve, reject) => {
          connection.addEventListener('icecandidate', ({ candidate }) =>
            candidate ? resolve(candidate.candidate) : reject(new Error('There is none.')),
          );
        });
        await connection.setLocalDescription();
        return way.finally(() => connection.close());
      },
      wasm: () => WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])),
    };
    const found: Record<string, string> = {};
    for (const [name, attempt] of Object.entries(attempts)) found[name] = await outcome(attempt);
    const inline = Object.assign(document.createElement('script'), { textContent: 'window.mark = "inline"' });
    document.head.append(inline);
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.mark = 1">');
    const base = Object.assign(document.createElement('base'), { href: away });
    document.head.append(base);
    const states = [
      'camera',
      'microphone',
      'geolocation',
      'notifications',
      'clipboard-read',
      'midi',
      'local-fonts',
    ];
    return {
      got: Object.entries(found).filter(([, what]) => what !== 'refused'),
      notifications: await Notification.requestPermission(),
      persists: await navigator.storage.persist(),
      states: await Promise.all(
        states.map(
          async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state,
        ),
      ),
      base: new URL('x', document.baseURI).host === location.host,
      node: ['require', 'process', 'module', 'electron', 'ipcRenderer'].filter((name) => name in window),
    };
  });
  expect(outcomes).toEqual({
    ...{ got: [], notifications: 'denied', persists: false, base: true, node: [] },
    states: Array(7).fill('denied'),
  });

  const before = readdirSync(lab.folder);
  // One at a time: Chromium itself refuses the second of two that begin at once.
  for (const [index, kind] of ['data', 'blob'].entries()) {
    await page.evaluate((of) => {
      const blob = URL.createObjectURL(new Blob(['harm']));
      const href = of === 'blob' ? blob : 'data:application/octet-stream,harm';
      const link = Object.assign(document.createElement('a'), { href, download: 'harm.exe' });
      document.body.append(link);
      link.click();
    }, kind);
    await expect.poll(() => downloads.length).toBe(index + 1);
  }
  for (const keys of ['Control+Shift+I', 'F12', 'Control+Shift+J', 'Control+R', 'F5'])
    await page.keyboard.press(keys);
  const roles = (items: Awaited<ReturnType<Desktop['menu']>>): (string | null)[] =>
    items.flatMap((item) => [item.role?.toLowerCase() ?? null, ...roles(item.submenu)]);
  const forbidden = ['toggledevtools', 'reload', 'forcereload', 'viewmenu', 'appmenu'];
  expect(roles(await desktop.menu()).filter((role) => role !== null && forbidden.includes(role))).toEqual([]);
  expect(readdirSync(lab.folder)).toEqual(before);
  expect(existsSync(join(lab.folder, 'Downloads'))).toBe(false);
  expect(await desktop.machine()).toMatchObject({ opened: [], shownFolders: [], trashed: [] });
  await unharmed(desktop, page);
});

test('the pages’ own addresses: nothing beside the pages, no other host, no method but reading, no media by guessing', async ({
  launch,
}) => {
  const desktop = await launch({ packaged: true });
  const page = await pageOf(desktop);
  const other = (await page.evaluate(() => location.href)).replace('encord-uploader', 'somebody-else');
  const loads = (src: string) =>
    page.evaluate(
      (address) =>
        new Promise<boolean>((resolve) => {
          const image = new Image();
          image.onload = () => resolve(true);
          image.onerror = () => resolve(false);
          image.src = address;
        }),
      src,
    );
  // What is there can be had, so that a refusal of the others means something.
  expect(await loads('/icon.svg')).toBe(true);
  const guesses = [
    ...['/media/x', '/media/1', '/media/', '/media/../icon.svg/', '/media/%2e%2e%2ficon.svg', '//icon.svg'],
    ...[
      '/..%2fmain%2findex.js',
      '/%2e%2e/preload/index.cjs',
      '/assets/..%5c..%5cpackage.json',
      '/icon.svg%00',
    ],
    ...['/ICON.SVG', '/icon.svg/', '/./.%2e/icon.svg%2f', `${other}icon.svg`, 'file:///etc/hostname'],
  ];
  const got: string[] = [];
  for (const guess of guesses) if (await loads(guess)) got.push(guess);
  expect(got).toEqual([]);
  await unharmed(desktop, page);
});
