/** The Electron host at home on the desktop: what it is handed, hiding and showing, questions, sleep, crashes. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Electron from 'electron';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { HostServices } from '../../../main/app/types.ts';
import type { DesktopOptions, DesktopProgram } from '../../../main/electron/program.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { aGlance, someSettings } from './fake-desk.ts';
import { FakeEvent, FakeNotification, FakeWindow, fake, partOf, reset } from './fake-electron.ts';
import { FakeProgram, SIGNALS, start, startWith, tray, UNDER_WAY } from './program-rig.ts';

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

test('where nobody shows the tray, closing quits, and hidden it shows its window after all', async () => {
  tray.shown = true;
  tray.seen = false;
  const host = startWith(['--hidden']);
  const window = await host.window();
  window.close();
  await eventually(() => expect(host.program.closings).toBe(1));
  expect(FakeNotification.shown).toEqual([]);
});

test('a panel that came after the start is seen when the window is closed, and one that nobody knows of stays', async () => {
  pretendSystem('linux');
  tray.shown = true;
  tray.seen = false;
  const host = start();
  const window = await host.window();
  await eventually(() => expect(fake.app.protocolClient).not.toEqual([]));
  tray.seen = true;
  window.close();
  await eventually(() => expect(window.visible).toBe(false));
  window.show();
  // Known once, it is not asked for again.
  tray.seen = false;
  window.close();
  expect([window.visible, host.program.closings]).toEqual([false, 0]);

  reset();
  tray.seen = null;
  const other = start();
  const its = await other.window();
  await eventually(() => expect(fake.app.protocolClient).not.toEqual([]));
  its.close();
  await eventually(() => expect(its.visible).toBe(false));
  expect([its.destroyed, other.program.closings]).toEqual([false, 0]);
});

/** A hidden start that is still opening; the result lets it go on. */
async function openingHidden() {
  tray.shown = true;
  let open = (_program: DesktopProgram): void => {};
  const program = new FakeProgram();
  const opening = vi.fn<DesktopOptions['open']>(() => {
    return new Promise((resolve) => {
      open = resolve;
    });
  });
  const host = startWith(['--hidden'], { open: opening });
  await eventually(() => expect(opening).toHaveBeenCalled());
  return { host, goOn: () => open(program) };
}

test('somebody who asks for the window while a hidden start is opening gets it', async () => {
  const { host, goOn } = await openingHidden();
  const second = { argv: ['/electron', '/program'], folder: '/' };
  fake.app.emit('second-instance', new FakeEvent(), [], '/', second);
  goOn();
  await host.window();
});

test('macOS, which activates what it starts, brings up no window that was to stay hidden', async () => {
  const { goOn } = await openingHidden();
  fake.app.emit('activate');
  goOn();
  await eventually(() => expect(fake.app.protocolClient).not.toEqual([]));
  expect(FakeWindow.open).toEqual([]);
  fake.app.emit('activate');
  expect(FakeWindow.open).toHaveLength(1);
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

test.each([true, false])(
  'a word that cannot be said (notifications: %s) keeps no window open',
  async (supported) => {
    tray.shown = true;
    FakeNotification.supported = supported;
    const broken = () => {
      throw new Error('The system has no room for it.');
    };
    const show = vi.spyOn(FakeNotification.prototype, 'show').mockImplementation(broken);
    onTestFinished(() => show.mockRestore());
    fake.dialog.showMessageBox = async () => broken();
    const window = await start().window();
    window.close();
    expect([window.visible, window.destroyed]).toEqual([false, false]);
  },
);

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

test('people see what they are asked: a window that was hidden, or was not there, comes up with the question', async () => {
  tray.shown = true;
  const host = startWith(['--hidden']);
  await eventually(() => expect(fake.app.protocolClient).not.toEqual([]));
  host.program.glance = UNDER_WAY;
  fake.answers.push(2, 2);
  fake.app.quit();
  await eventually(() => expect(fake.questions).toHaveLength(1));
  const window = await host.window();
  expect([fake.owners, window.visible]).toEqual([[window], true]);
  window.close();
  expect(window.visible).toBe(false);
  await eventually(() => {
    fake.app.quit();
    expect(fake.questions).toHaveLength(2);
  });
  expect([fake.owners, window.visible]).toEqual([[window, window], true]);
});

test('a page that does not load keeps no question from being asked, and the end of the program does', async () => {
  tray.shown = true;
  FakeWindow.loads = false;
  const host = startWith(['--hidden']);
  await eventually(() => expect(fake.app.protocolClient).not.toEqual([]));
  host.program.glance = UNDER_WAY;
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  fake.answers.push(2);
  fake.app.quit();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fake.questions).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(fake.questions).toHaveLength(1);
  expect(FakeWindow.open[0]?.visible).toBe(true);
  FakeWindow.open[0]?.close();
  FakeWindow.open[0]?.destroy();
  fake.app.quit();
  await vi.advanceTimersByTimeAsync(1_000);
  process.emit('SIGTERM');
  await vi.advanceTimersByTimeAsync(5_000);
  expect([fake.questions.length, host.program.closings]).toEqual([1, 1]);
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
  expect([fake.powerSaveBlocker.on.size, fake.powerMonitor.eventNames()]).toEqual([0, ['shutdown']]);
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

test('a hidden page that crashes again asks nobody; whoever wants the window gets a new one', async () => {
  tray.shown = true;
  const window = await start().window();
  const crash = () => window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
  crash();
  window.close();
  crash();
  await eventually(() => expect(window.destroyed).toBe(true));
  expect([fake.questions, fake.app.done.includes('quit')]).toEqual([[], false]);
  fake.app.emit('activate');
  await eventually(() => expect(FakeWindow.open.map(({ visible }) => visible)).toEqual([true]));
});

function pretendSystem(system: NodeJS.Platform): void {
  const { platform } = process;
  const pretend = (value: string) => Object.defineProperty(process, 'platform', { value });
  pretend(system);
  onTestFinished(() => void pretend(platform));
}

test('a window of Windows that was hidden has its badge and its bar again when it is shown', async () => {
  pretendSystem('win32');
  tray.shown = true;
  const host = start();
  const window = await host.window();
  host.program.glance = { ...UNDER_WAY, attention: 2 };
  host.program.emit('progress', {});
  await eventually(() => expect(window.overlay).toBe('2 uploads need attention'));
  window.close();
  // Its button on the taskbar went with it.
  Object.assign(window, { overlay: null, progress: null });
  fake.app.emit('activate');
  expect([window.overlay, window.progress]).toEqual([
    '2 uploads need attention',
    { value: 0.5, mode: 'error' },
  ]);
});

test('a session of Windows that may end holds the uploads; one that ends, ends the program', async () => {
  pretendSystem('win32');
  const host = start();
  const window = await host.window();
  await eventually(() => expect(fake.app.protocolClient).not.toEqual([]));
  window.emit('query-session-end');
  expect([host.program.slept, host.program.closings]).toEqual([['suspend'], 0]);
  window.emit('session-end');
  expect(host.program.closings).toBe(1);
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
