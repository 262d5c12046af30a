/** The life of the Electron host, on a double of Electron: one instance, one window, a clean end, nothing allowed. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Electron from 'electron';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { HostServices } from '../../../main/app/types.ts';
import { type DesktopOptions, type DesktopProgram, runDesktop } from '../../../main/electron/program.ts';
import { CALL_CHANNEL } from '../../../preload/contract/names.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeApp } from '../web/fake-app.ts';
import { aGlance, someSettings } from './fake-desk.ts';
import { FakeEvent, FakeNotification, FakeWindow, fake, partOf, reset } from './fake-electron.ts';

// A getter for each name, because the double is renewed before each test.
vi.mock('electron', async () => {
  const { electron } = await import('./fake-electron.ts');
  const names = (
    'app BrowserWindow clipboard dialog ipcMain Menu nativeImage nativeTheme Notification powerMonitor ' +
    'powerSaveBlocker protocol screen session shell'
  ).split(' ');
  return Object.defineProperties(
    {},
    Object.fromEntries(names.map((name) => [name, { enumerable: true, get: () => electron[name] }])),
  );
});

// Parts with tests of their own; whether there is a tray, a test decides.
const tray = vi.hoisted(() => ({ shown: false }));
vi.mock('../../../main/electron/tray.ts', () => ({
  startTray: () => ({ shown: tray.shown, stop: () => {} }),
}));
vi.mock('../../../main/electron/notifications.ts', () => ({ startNotifications: () => () => {} }));
vi.mock('../../../main/electron/updates.ts', () => ({
  createUpdates: () => ({ begin: () => () => {} }),
}));

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
let before: Map<string, NodeJS.SignalsListener[]>;

beforeEach(() => {
  reset();
  tray.shown = false;
  before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
});

afterEach(() => {
  for (const signal of SIGNALS) {
    for (const listener of process.listeners(signal)) {
      if (!before.get(signal)?.includes(listener)) process.off(signal, listener);
    }
  }
});

/** An app whose closing the test ends. */
class FakeProgram extends FakeApp implements DesktopProgram {
  started = false;
  closings = 0;
  glance = aGlance();
  settings = someSettings({ theme: 'dark' });
  slept: string[] = [];
  endClosing = () => {};

  constructor() {
    super();
    this.answer = async (name) => {
      return name === 'settings.get' ? this.settings : name === 'app.glance' ? this.glance : null;
    };
  }
  override async suspend(): Promise<void> {
    this.slept.push('suspend');
  }
  override wake(): void {
    this.slept.push('wake');
  }
  /** What the window was asked to open. */
  get places(): unknown[] {
    return this.calls.flatMap(({ name, input }) => (name === 'app.goTo' ? [input] : []));
  }
  async start(): Promise<void> {
    this.started = true;
  }
  override close(): Promise<void> {
    this.closings += 1;
    return new Promise((resolve) => {
      this.endClosing = resolve;
    });
  }
}

function start(options: Partial<DesktopOptions> = {}) {
  const program = new FakeProgram();
  runDesktop({
    pagesFolder: '/nonexistent/pages',
    preload: '/app/dist/preload/index.cjs',
    profileFolder: null,
    open: async () => program,
    ...options,
  });
  return {
    program,
    window: () =>
      eventually(() => {
        const [window] = FakeWindow.open;
        if (!window) throw new Error('There is no window yet.');
        return window;
      }),
  };
}

/** A call as a page's preload makes it. */
function invoke(from: Partial<Electron.IpcMainInvokeEvent>, name: unknown, input: unknown): unknown {
  const handler = fake.handlers.get(CALL_CHANNEL);
  if (!handler) throw new Error('Nobody listens to calls.');
  return handler(partOf<Electron.IpcMainInvokeEvent>('IpcMainInvokeEvent', from), name, input);
}

function frame(url: string, parent: Electron.WebFrameMain | null = null): Electron.WebFrameMain {
  return partOf<Electron.WebFrameMain>('WebFrameMain', { url, parent });
}

function contentsOf(window: FakeWindow): Electron.WebContents {
  const contents: unknown = window.webContents;
  // The double stands for the contents wherever the code under test compares or sends.
  return contents as Electron.WebContents;
}

test('the window comes up on the private scheme, sandboxed, in the theme of the settings', async () => {
  const host = start({ profileFolder: '/dev/null/window' });
  const window = await host.window();
  expect(fake.app.done).toEqual(['sandbox', 'userData /dev/null/window']);
  expect(fake.schemes.map((one) => one.scheme)).toEqual(['app']);
  expect(fake.served).toEqual(['app']);
  expect(window.done).toEqual(['load app://encord-uploader/', 'show', 'focus']);
  expect(window.options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    devTools: true,
  });
  expect(fake.nativeTheme.themeSource).toBe('dark');
  expect(host.program.started).toBe(true);
});

test('an installed program has no developer tools', async () => {
  fake.app.isPackaged = true;
  const window = await start().window();
  expect(window.options.webPreferences?.devTools).toBe(false);
});

test('a second start ends and shows the first one’s window', async () => {
  fake.app.firstInstance = false;
  const open = vi.fn<DesktopOptions['open']>();
  start({ open });
  expect(fake.app.done).toContain('quit');
  expect(open).not.toHaveBeenCalled();

  reset();
  const window = await start().window();
  window.minimized = true;
  fake.app.emit('second-instance', new FakeEvent(), ['/uploader'], '/', null);
  expect(FakeWindow.open).toHaveLength(1);
  expect(window.done.slice(-3)).toEqual(['restore', 'show', 'focus']);
});

test('own pages are answered and hear events; nobody else is', async () => {
  const host = start();
  const window = await host.window();
  const own = { sender: contentsOf(window), senderFrame: frame('app://encord-uploader/') };
  expect(await invoke(own, 'settings.get', null)).toEqual({ ok: true, value: host.program.settings });
  const heard = host.program.calls.length;

  const stranger = partOf<Electron.WebContents>('WebContents', {});
  for (const from of [
    { ...own, sender: stranger },
    { ...own, senderFrame: null },
    { ...own, senderFrame: frame('https://app.encord.com/') },
    { ...own, senderFrame: frame('app://encord-uploader/', frame('app://encord-uploader/')) },
  ]) {
    await expect(invoke(from, 'settings.get', null)).rejects.toThrow('not one of the program’s pages');
  }
  expect(await invoke(own, { name: 'settings.get' }, null)).toMatchObject({ ok: false });
  expect(host.program.calls).toHaveLength(heard);
  expect(await invoke(own, 'accounts.readKey', null)).toMatchObject({ ok: false });

  host.program.emit('progress', { transfers: [], speed: 1 });
  expect(window.webContents.sent).toEqual([
    ['encord-uploader:event', 'progress', { transfers: [], speed: 1 }],
  ]);
  window.webContents.destroyed = true;
  host.program.emit('progress', { transfers: [], speed: 2 });
  expect(window.webContents.sent).toHaveLength(1);
});

test('pages go nowhere, open nothing and are granted nothing', async () => {
  const window = await start().window();
  for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
    const event = new FakeEvent();
    window.webContents.emit(name, event);
    expect([name, event.prevented]).toEqual([name, true]);
  }
  const openWindow = (url: string) => window.webContents.windowOpenHandler?.({ url });
  expect(openWindow('https://docs.encord.com/')).toEqual({ action: 'deny' });
  expect(openWindow('https://evil.example/')).toEqual({ action: 'deny' });
  expect(openWindow('file:///etc/passwd')).toEqual({ action: 'deny' });
  expect(fake.opened).toEqual(['https://docs.encord.com/']);

  const contents = contentsOf(window);
  const answers: unknown[] = [];
  fake.session.permission?.(
    contents,
    'media',
    (granted) => answers.push(granted),
    partOf<Electron.PermissionRequest>('PermissionRequest', {}),
  );
  answers.push(
    fake.session.permissionCheck?.(
      contents,
      'clipboard-read',
      '',
      partOf<Electron.PermissionCheckHandlerHandlerDetails>('details', {}),
    ),
    fake.session.device?.(partOf<Electron.DevicePermissionHandlerHandlerDetails>('details', {})),
  );
  fake.session.display?.(
    partOf<Electron.DisplayMediaRequestHandlerHandlerRequest>('request', {}),
    (streams) => answers.push(streams),
  );
  expect(answers).toEqual([false, false, false, null]);
  const download = new FakeEvent();
  fake.session.emit('will-download', download);
  expect(download.prevented).toBe(true);
});

test('quitting waits until the program is closed, once, and shows no window meanwhile', async () => {
  const host = start();
  const window = await host.window();
  // Without a tray, closing the window is quitting.
  window.close();
  fake.app.quit();
  await eventually(() => expect(host.program.closings).toBe(1));
  window.destroy();
  fake.app.emit('second-instance', new FakeEvent(), ['/uploader'], '/', null);
  fake.app.emit('activate');
  expect(FakeWindow.open).toEqual([]);
  expect(fake.questions).toEqual([]);
  expect(fake.app.done).not.toContain('quit');
  host.program.endClosing();
  await eventually(() => expect(fake.app.done).toContain('quit'));
  expect(host.program.closings).toBe(1);
});

test.each(SIGNALS)('%s ends it like quitting', async (signal) => {
  const host = start();
  await host.window();
  process.emit(signal);
  expect(host.program.closings).toBe(1);
  host.program.endClosing();
  await eventually(() => expect(fake.app.done).toContain('quit'));
});

test('a program that cannot open says why and ends', async () => {
  const sentence = 'Another Encord Uploader (process 4711) uses this data folder.';
  start({ open: () => Promise.reject(new Error(sentence)) });
  await eventually(() => expect(fake.app.done).toContain('exit 1'));
  expect(fake.errors).toEqual([['Encord Uploader cannot start', sentence]]);
  expect(FakeWindow.open).toEqual([]);
});

test('a program that opens but cannot start lets go of its data folder before it ends', async () => {
  const program = new FakeProgram();
  program.start = () => Promise.reject(new Error('The disk is full.'));
  start({ open: async () => program });
  await eventually(() => expect(program.closings).toBe(1));
  expect(fake.app.done).not.toContain('exit 1');
  program.endClosing();
  await eventually(() => expect(fake.app.done).toContain('exit 1'));
  expect(fake.errors).toEqual([['Encord Uploader cannot start', 'The disk is full.']]);
});

test('quitting while it starts is no failure', async () => {
  const program = new FakeProgram();
  let fail = (_reason: Error) => {};
  program.start = () => {
    program.started = true;
    return new Promise((_resolve, reject) => {
      fail = reject;
    });
  };
  start({ open: async () => program });
  await eventually(() => expect(program.started).toBe(true));
  fake.app.quit();
  fail(new Error('The database is closed.'));
  program.endClosing();
  await eventually(() => expect(fake.app.done).toContain('quit'));
  expect([fake.errors, program.closings, FakeWindow.open]).toEqual([[], 1, []]);
});

test('quitting before anything was opened ends at once', () => {
  fake.app.ready = new Promise(() => {});
  start();
  fake.app.quit();
  expect(fake.app.done).toContain('quit');
});

// ---------------------------------------------------------------------------------------------- at home on the desktop

const UNDER_WAY = aGlance({ state: 'uploading', line: '3 of 9', unfinished: 6, moving: true, fraction: 0.5 });

/** As the system starts it: `arguments` after the program's own folder. */
function startWith(args: readonly string[], options: Partial<DesktopOptions> = {}) {
  const argv = process.argv;
  process.argv = ['/electron', '/program', ...args];
  try {
    return start(options);
  } finally {
    process.argv = argv;
  }
}

test('files of the start, and those that the system hands over until it is up, are one place', async () => {
  const host = startWith(['/data/a.png', 'encord-uploader://evil']);
  const event = new FakeEvent();
  fake.app.emit('open-file', event, '/data/b.png');
  await host.window();
  await eventually(() => expect(host.program.places).toHaveLength(1));
  expect(event.prevented).toBe(true);
  expect(host.program.places).toEqual([{ place: { kind: 'files', paths: ['/data/a.png', '/data/b.png'] } }]);
});

test('a second start hands over what it was started with; a link opens its dataset', async () => {
  fake.app.firstInstance = false;
  startWith(['/data/c.png']);
  const told = fake.app.handedOver;
  reset();
  const host = start();
  const window = await host.window();
  fake.app.emit('second-instance', new FakeEvent(), ['/electron', '--chromium'], '/elsewhere', told);
  const datasetId = '3f1a4c52-6f7b-4b52-9d7e-0a7c2b1d4e5f';
  fake.app.emit('open-url', new FakeEvent(), `encord-uploader://dataset/${datasetId}`);
  await eventually(() => expect(host.program.places).toHaveLength(2));
  expect(host.program.places).toEqual([
    { place: { kind: 'dataset', datasetId } },
    { place: { kind: 'files', paths: ['/data/c.png'] } },
  ]);
  expect(window.done.at(-1)).toBe('focus');
});

test('hidden it shows no window until somebody wants one, but without a tray it does', async () => {
  tray.shown = true;
  const hidden = startWith(['--hidden']);
  await eventually(() => expect(fake.app.protocolClient).not.toEqual([]));
  expect([FakeWindow.open, hidden.program.started]).toEqual([[], true]);
  // The system starts it at login once more, say.
  const again = { argv: ['/electron', '/program', '--hidden'], folder: '/' };
  fake.app.emit('second-instance', new FakeEvent(), [], '/', again);
  expect(FakeWindow.open).toEqual([]);
  fake.app.emit('activate');
  expect(FakeWindow.open).toHaveLength(1);

  reset();
  tray.shown = false;
  await startWith(['--hidden']).window();
});

test('links are registered for the program as it was started', async () => {
  await start().window();
  await eventually(() => {
    expect(fake.app.protocolClient).toEqual(['encord-uploader', process.execPath, ['/program']]);
  });
});

test('closing leaves the program in the tray, and says so once', async () => {
  tray.shown = true;
  const host = start();
  const window = await host.window();
  window.close();
  window.show();
  window.fullScreen = true;
  window.close();
  window.emit('leave-full-screen');
  expect(window.done.filter((one) => one === 'hide' || one.startsWith('full'))).toEqual([
    'hide',
    'full screen false',
    'hide',
  ]);
  expect(FakeNotification.shown.map(({ options }) => options.title)).toEqual(['Encord Uploader goes on']);
  expect([window.destroyed, host.program.closings]).toEqual([false, 0]);
  FakeNotification.shown[0]?.emit('click');
  expect(window.visible).toBe(true);
});

test('where the person does not want the tray, closing quits', async () => {
  tray.shown = true;
  const program = new FakeProgram();
  program.settings = someSettings({
    desktop: { startAtLogin: false, closeToTray: false, keepAwake: true },
  });
  const window = await start({ open: async () => program }).window();
  window.close();
  await eventually(() => expect(program.closings).toBe(1));
  expect(FakeNotification.shown).toEqual([]);
});

test('quitting while work is under way asks once, and cancelling leaves everything as it is', async () => {
  const host = start();
  const window = await host.window();
  host.program.glance = UNDER_WAY;
  let cancel = (_button: number): void => {};
  fake.dialog.showMessageBox = (...asked) => {
    fake.questions.push(asked.at(-1) as Electron.MessageBoxOptions);
    return new Promise((resolve) => {
      cancel = (response) => resolve({ response, checkboxChecked: false });
    });
  };
  fake.app.quit();
  await eventually(() => expect(fake.questions).toHaveLength(1));
  fake.app.quit();
  window.close();
  cancel(2);
  await eventually(() => {
    fake.app.quit();
    expect(fake.questions).toHaveLength(2);
  });
  expect(fake.questions[0]?.detail).toContain('3 of 9');
  expect([host.program.closings, window.destroyed]).toEqual([0, false]);
});

test('quit now closes it; when done waits for the last unit and can be taken back in the menu', async () => {
  const host = start();
  await host.window();
  host.program.glance = UNDER_WAY;
  fake.answers.push(0);
  fake.app.quit();
  const menu = () => JSON.stringify(fake.menus.at(-1));
  await eventually(() =>
    expect(menu()).toContain('"label":"Quit When Done","type":"checkbox","checked":true'),
  );
  expect(host.program.closings).toBe(0);
  host.program.glance = aGlance({ attention: 2 });
  host.program.emit('changed', { topics: ['queue'] });
  await eventually(() => expect(host.program.closings).toBe(1));
  expect(fake.questions).toHaveLength(1);

  reset();
  const other = start();
  await other.window();
  other.program.glance = UNDER_WAY;
  fake.answers.push(1);
  fake.app.quit();
  await eventually(() => expect(other.program.closings).toBe(1));
});

test.each([...SIGNALS, 'shutdown'] as const)(
  '%s never asks, not even while somebody is asked',
  async (how) => {
    const host = start();
    await host.window();
    host.program.glance = UNDER_WAY;
    fake.app.quit();
    await eventually(() => expect(fake.questions).toHaveLength(1));
    if (how === 'shutdown') fake.powerMonitor.emit('shutdown', new FakeEvent());
    else process.emit(how);
    expect(host.program.closings).toBe(1);
    host.program.endClosing();
    await eventually(() => expect(fake.app.done).toContain('quit'));
  },
);

test('it sleeps and wakes with the machine, keeps it awake while bytes move, and shows progress', async () => {
  const host = start();
  const window = await host.window();
  await eventually(() => expect(fake.powerMonitor.eventNames()).toHaveLength(3));
  host.program.glance = UNDER_WAY;
  host.program.emit('progress', {});
  await eventually(() => expect(fake.powerSaveBlocker.on.size).toBe(1));
  expect(window.progress).toEqual({ value: 0.5, mode: 'normal' });
  fake.powerMonitor.emit('suspend');
  fake.powerMonitor.emit('resume');
  expect(host.program.slept).toEqual(['suspend', 'wake']);
  process.emit('SIGTERM');
  expect([fake.powerSaveBlocker.on.size, fake.powerMonitor.eventNames()]).toEqual([0, []]);
});

test('the program may ask the system for its proxies', async () => {
  let services: HostServices | null = null;
  const host = start({
    open: async (given) => {
      services = given;
      return host.program;
    },
  });
  await host.window();
  const { resolveProxy } = services as unknown as HostServices;
  expect(await resolveProxy?.('https://api.encord.com/')).toBe('PROXY for-api.encord.com:8080');
});

test('a page that crashes is loaded anew, and the second time a person is asked', async () => {
  const window = await start().window();
  const loads = () => window.done.filter((one) => one.startsWith('load')).length;
  const crash = () => window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
  window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
  expect(loads()).toBe(1);
  crash();
  expect([loads(), fake.questions]).toEqual([2, []]);
  fake.answers.push(1, 0);
  crash();
  await eventually(() => expect(fake.answers).toHaveLength(1));
  expect(loads()).toBe(2);
  crash();
  await eventually(() => expect(loads()).toBe(3));
  expect(fake.questions[0]?.message).toBe('The window stopped working.');
});

test('the window comes up where it was', async () => {
  const profileFolder = mkdtempSync(join(tmpdir(), 'encord-window-'));
  onTestFinished(() => rmSync(profileFolder, { recursive: true, force: true }));
  const first = await start({ profileFolder }).window();
  first.bounds = { x: 40, y: 50, width: 900, height: 600 };
  first.maximized = true;
  first.emit('move');
  process.emit('SIGTERM');
  reset();
  const again = await start({ profileFolder }).window();
  expect(again.options).toMatchObject({ x: 40, y: 50, width: 900, height: 600 });
  expect(again.done).toContain('maximize');
});

test('closed before there is anything to see it stays in the tray, and comes up as it was when it is wanted', async () => {
  const profileFolder = mkdtempSync(join(tmpdir(), 'encord-window-'));
  onTestFinished(() => rmSync(profileFolder, { recursive: true, force: true }));
  const first = await start({ profileFolder }).window();
  first.maximized = true;
  first.emit('move');
  process.emit('SIGTERM');
  reset();
  tray.shown = true;
  FakeWindow.loads = false;
  const window = await start({ profileFolder }).window();
  const closed = new FakeEvent();
  window.emit('close', closed);
  window.emit('ready-to-show');
  expect([closed.prevented, window.visible]).toEqual([true, false]);
  fake.app.emit('activate');
  expect([window.visible, window.maximized]).toEqual([true, true]);
});

test('a damaged database keeps no part from working: nobody is asked and the window is shown', async () => {
  const host = start();
  host.program.handle = async () => ({
    ok: false,
    error: { code: 'data-folder-unusable', message: 'The database is damaged.', details: {} },
  });
  await host.window();
  fake.app.quit();
  await eventually(() => expect(host.program.closings).toBe(1));
  expect([fake.questions, fake.errors]).toEqual([[], []]);
});

test('the menu’s items reach the page, the program, the clipboard and the browser', async () => {
  const host = start();
  await host.window();
  host.program.answer = async (name) => (name === 'app.diagnostics' ? { text: 'All is well.' } : null);
  const menus = fake.menus.at(-1) as Electron.MenuItemConstructorOptions[];
  const click = (label: string) => {
    const items = menus.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
    const item = partOf<Electron.MenuItem>('MenuItem', { checked: false });
    items
      .find((one) => one.label === label)
      ?.click?.(item, undefined, partOf<Electron.KeyboardEvent>('KeyboardEvent', {}));
  };
  for (const label of ['Add Files…', 'Pause Uploads', 'Open Log Folder', 'Check for Updates…']) click(label);
  click('Copy Diagnostics');
  click('Encord Documentation');
  await eventually(() => expect(fake.copied).toEqual(['All is well.']));
  expect(fake.opened).toEqual(['https://docs.encord.com/']);
  expect(host.program.calls.filter(({ name }) => !/^(settings.get|app.glance)$/.test(name))).toEqual([
    { name: 'app.goTo', input: { place: { kind: 'command', command: 'add-files' } } },
    { name: 'queue.pause', input: { scope: { kind: 'all' } } },
    { name: 'app.openFolder', input: { folder: 'logs' } },
    { name: 'updates.check', input: null },
    { name: 'app.goTo', input: { place: { kind: 'settings', section: 'updates' } } },
    { name: 'app.diagnostics', input: null },
  ]);
});
