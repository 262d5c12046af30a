/** The life of the Electron host, on a double of Electron: one instance, one window, a clean end, nothing allowed. */

import type Electron from 'electron';
import { expect, test, vi } from 'vitest';
import type { DesktopOptions } from '../../../main/electron/program.ts';
import { CALL_CHANNEL } from '../../../preload/contract/names.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeEvent, FakeWindow, fake, partOf, reset } from './fake-electron.ts';
import { before, FakeProgram, SIGNALS, start, tray } from './program-rig.ts';

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

test('a quit that was lost while the windows closed is made good when they are gone', async () => {
  tray.shown = true;
  const host = start();
  await host.window();
  await eventually(() => expect(fake.app.protocolClient).not.toEqual([]));
  fake.app.emit('window-all-closed');
  expect([host.program.closings, fake.app.done.includes('quit')]).toEqual([0, false]);
  process.emit('SIGTERM');
  host.program.endClosing();
  await eventually(() => expect(fake.app.done.at(-1)).toBe('quit'));
  const quits = fake.app.done.length;
  fake.app.emit('window-all-closed');
  expect(fake.app.done.slice(quits)).toEqual(['quit']);
});

test.each(SIGNALS)('%s ends it like quitting', async (signal) => {
  const host = start();
  await host.window();
  process.emit(signal);
  expect(host.program.closings).toBe(1);
  host.program.endClosing();
  await eventually(() => expect(fake.app.done).toContain('quit'));
});

test('signals are asked for when Electron is ready: earlier, Chromium would take them away', async () => {
  let ready = () => {};
  fake.app.ready = new Promise((resolve) => {
    ready = resolve;
  });
  const heard = () =>
    SIGNALS.map((signal) => process.listenerCount(signal) - (before.get(signal)?.length ?? 0));
  const host = start();
  expect(heard()).toEqual([0, 0, 0]);
  ready();
  await host.window();
  expect(heard()).toEqual([1, 1, 1]);
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
