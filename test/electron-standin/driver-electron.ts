/**
 * The driver over the real Electron, by Playwright, with `instrument.cjs` inside it for what cannot be seen from
 * outside. Chosen by `choose.ts` where Electron's binary is.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { _electron, type ElectronApplication } from '@playwright/test';
import type Electron from 'electron';
import { untilEnded, Words } from './child.ts';
import type {
  Desktop,
  DialogAnswer,
  DialogFact,
  Driver,
  LaunchOptions,
  MachineFacts,
  MenuFact,
  NotificationFact,
  SystemEvent,
  TrayFact,
  WindowFact,
} from './driver.ts';
import { sessionBus } from './session-bus.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const INSTRUMENT = join(import.meta.dirname, 'instrument.cjs');

/** What `instrument.cjs` leaves in the program. */
interface Noted {
  readonly tray: Electron.Tray | null;
  readonly trayImage: string;
  readonly trayTemplate: boolean;
  readonly trayToolTip: string;
  readonly trayMenu: Electron.Menu | null;
  readonly notifications: readonly {
    readonly notification: Electron.Notification;
    readonly shown: boolean;
  }[];
  readonly dialogs: DialogFact[];
  readonly answers: DialogAnswer[];
  readonly unforeseen: string[];
  readonly opened: string[];
  readonly shownFolders: string[];
  readonly trashed: string[];
  readonly blockers: Set<number>;
  readonly loginItem: MachineFacts['loginItem'];
  readonly protocolClient: string | null;
  readonly progress: Map<number, number | null>;
}

/** Runs in the program: the name that `instrument.cjs` gives its notes. */
declare const electronNoted: Noted;

export function electronDriver(executablePath: string): Driver {
  return { kind: 'electron', launch: (options) => launch(executablePath, options) };
}

async function launch(executablePath: string, options: LaunchOptions): Promise<Desktop> {
  if (options.displays !== undefined || options.packaged !== undefined) {
    throw new Error('Electron itself has the displays of this machine, and is as packaged as it is.');
  }
  const env = environment(options);
  const application = await _electron.launch({
    executablePath,
    args: [...before(), ROOT, ...(options.args ?? [])],
    env,
    cwd: ROOT,
  });
  const words = new Words();
  words.hear(application.process());
  return desktopOf(application, words, executablePath, env);
}

/** What stands before the program's own arguments. */
function before(): string[] {
  // Electron's sandbox refuses to start as root.
  return ['-r', INSTRUMENT, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
}

function environment({ home, env = {}, pac, tray }: LaunchOptions): Record<string, string> {
  const whole = {
    ...process.env,
    NODE_OPTIONS: '',
    ENCORD_UPLOADER_HOME: home,
    ...env,
    ...sessionBus(env.PATH, tray),
    ...(pac === undefined ? {} : { ENCORD_UPLOADER_TEST_PAC: pac }),
  };
  return Object.fromEntries(
    Object.entries(whole).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function desktopOf(
  application: ElectronApplication,
  words: Words,
  executablePath: string,
  env: Record<string, string>,
): Desktop {
  const child = application.process();
  const ended = untilEnded(child);
  const page = async () => application.windows()[0] ?? (await application.firstWindow());
  return {
    kind: 'electron',
    page,
    windows: () => application.evaluate(windowFacts),
    window: (does) => application.evaluate(actOnWindow, does),
    moveWindow: (bounds) =>
      application.evaluate(({ BrowserWindow }, wanted) => {
        BrowserWindow.getAllWindows()[0]?.setBounds(wanted);
      }, bounds),
    tray: () => trayFact(application),
    async clickTrayMenu(path) {
      await application.evaluate(openTrayMenu);
      await application.evaluate(clickMenuOf, { which: 'tray' as const, path });
    },
    clickTray: () =>
      application.evaluate(() => {
        const nowhere = { x: 0, y: 0, width: 0, height: 0 };
        const click = {
          altKey: false,
          shiftKey: false,
          ctrlKey: false,
          metaKey: false,
          triggeredByAccelerator: false,
        };
        electronNoted.tray?.emit('click', click, nowhere, { x: 0, y: 0 });
      }),
    menu: () => application.evaluate(menuFactsOf, 'application' as const),
    clickMenu: (path) => application.evaluate(clickMenuOf, { which: 'application' as const, path }),
    notifications: () =>
      application.evaluate((): NotificationFact[] =>
        electronNoted.notifications.map(({ notification, shown }) => ({
          title: notification.title,
          body: notification.body,
          shown,
          silent: notification.silent,
        })),
      ),
    clickNotification: (index) =>
      application.evaluate((_electron, at) => {
        const entry = electronNoted.notifications[at];
        if (!entry?.shown) throw new Error(`No notification ${at} is shown.`);
        entry.notification.emit('click');
        entry.notification.close();
      }, index),
    answerNext: (...answers) =>
      application.evaluate((_electron, more) => void electronNoted.answers.push(...more), answers),
    dialogs: () => application.evaluate(() => electronNoted.dialogs),
    cause: (event) => application.evaluate(causeEvent, event),
    machine: () => application.evaluate(machineFacts),
    async drop(paths) {
      const shown = await page();
      const session = await application.context().newCDPSession(shown);
      const data = { items: [], files: [...paths], dragOperationsMask: 1 };
      const size = await shown.evaluate(() => ({ width: innerWidth, height: innerHeight }));
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await session.send('Input.dispatchDragEvent', { type, x: size.width / 2, y: size.height / 2, data });
      }
      await session.detach();
    },
    async startAgain(args) {
      const second = spawn(executablePath, [...before(), ROOT, ...args], { env, cwd: ROOT });
      words.hear(second);
      return untilEnded(second);
    },
    output: () => words.text,
    ended,
    // The answer may not come any more.
    quit: () => application.evaluate(({ app }) => app.quit()).catch(() => {}),
    signal: (signal) => void child.kill(signal),
    async dispose() {
      const gone = child.exitCode !== null || child.signalCode !== null;
      const unforeseen = gone
        ? []
        : await application.evaluate(() => electronNoted.unforeseen).catch(() => []);
      child.kill('SIGKILL');
      await ended;
      if (unforeseen.length > 0) throw new Error(unforeseen.join('\n'));
    },
  };
}

async function trayFact(application: ElectronApplication): Promise<TrayFact | null> {
  const fact = await application.evaluate(() =>
    electronNoted.tray === null
      ? null
      : {
          image: electronNoted.trayImage,
          template: electronNoted.trayTemplate,
          toolTip: electronNoted.trayToolTip,
        },
  );
  if (fact !== null) await application.evaluate(openTrayMenu);
  return fact && { ...fact, menu: await application.evaluate(menuFactsOf, 'tray' as const) };
}

// What follows runs in the program, each function as source text of its own.

function windowFacts({ BrowserWindow }: typeof Electron): WindowFact[] {
  return BrowserWindow.getAllWindows().map((window) => ({
    visible: window.isVisible() && !window.isMinimized(),
    focused: window.isFocused(),
    minimized: window.isMinimized(),
    maximized: window.isMaximized(),
    bounds: window.getBounds(),
    progress: electronNoted.progress.get(window.id) ?? null,
    url: window.webContents.getURL(),
  }));
}

function actOnWindow(
  { BrowserWindow }: typeof Electron,
  does: 'close' | 'minimize' | 'maximize' | 'focus',
): void {
  const [window] = BrowserWindow.getAllWindows();
  if (!window) throw new Error('The program has no window.');
  if (does === 'close') window.close();
  else if (does === 'minimize') window.minimize();
  else if (does === 'maximize') window.maximize();
  else {
    window.restore();
    window.show();
    window.focus();
  }
}

/** Where the program has none set beforehand, it is asked for one as by a click; the instruments keep it from being shown. */
function openTrayMenu(): void {
  if (process.platform !== 'linux') electronNoted.tray?.emit('right-click');
}

function menuFactsOf({ Menu }: typeof Electron, which: 'tray' | 'application'): MenuFact[] {
  const facts = (menu: Electron.Menu | null | undefined): MenuFact[] =>
    (menu?.items ?? [])
      .filter((item) => item.visible)
      .map((item) => ({
        label: item.label,
        enabled: item.enabled,
        checked: item.checked,
        accelerator: item.accelerator ?? null,
        role: item.role ?? null,
        type: item.type as MenuFact['type'],
        submenu: facts(item.submenu),
      }));
  return facts(which === 'tray' ? electronNoted.trayMenu : Menu.getApplicationMenu());
}

function clickMenuOf(
  { BrowserWindow, Menu }: typeof Electron,
  { which, path }: { which: 'tray' | 'application'; path: readonly string[] },
): void {
  let menu = which === 'tray' ? electronNoted.trayMenu : Menu.getApplicationMenu();
  let item: Electron.MenuItem | undefined;
  for (const label of path) {
    item = menu?.items.find((one) => one.visible && one.label === label);
    if (!item) throw new Error(`The menu has no "${label}".`);
    menu = item.submenu ?? null;
  }
  if (!item?.enabled) throw new Error(`"${path.join(' › ')}" in the menu is disabled.`);
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  item.click({}, window, window?.webContents);
}

function causeEvent({ app, nativeTheme, powerMonitor }: typeof Electron, event: SystemEvent): void {
  const refusable = { preventDefault: () => {}, defaultPrevented: false };
  switch (event.kind) {
    case 'suspend':
    case 'resume':
      powerMonitor.emit(event.kind);
      return;
    case 'shutdown':
      powerMonitor.emit('shutdown', refusable);
      return;
    case 'activate':
      app.emit('activate', refusable, true);
      return;
    case 'open-file':
      app.emit('open-file', refusable, event.path);
      return;
    case 'open-url':
      app.emit('open-url', refusable, event.url);
      return;
    case 'theme':
      // The system's own cannot be turned from here; what follows from it can.
      nativeTheme.themeSource = event.dark ? 'dark' : 'light';
      return;
    case 'displays':
      throw new Error('Electron itself has the displays of this machine.');
  }
}

async function machineFacts({ app, clipboard, nativeTheme }: typeof Electron): Promise<MachineFacts> {
  return {
    opened: electronNoted.opened,
    shownFolders: electronNoted.shownFolders,
    trashed: electronNoted.trashed,
    copied: await clipboard.readText(),
    blockers: electronNoted.blockers.size,
    badge: app.getBadgeCount(),
    loginItem: electronNoted.loginItem,
    protocolClient: electronNoted.protocolClient,
    theme: nativeTheme.themeSource,
  };
}
