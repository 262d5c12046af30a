/**
 * The life of the Electron host: one instance, its parts put together, a clean end. Called by the composition root
 * (`main/index.ts`), which brings the program that is shown.
 */

import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  app,
  dialog,
  ipcMain,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  session,
  shell,
} from 'electron';
import type { App, HostServices } from '../app/types.ts';
import { startMenu } from './application-menu.ts';
import { Arrivals } from './arrivals.ts';
import { closingDoes, tellAboutTray } from './closing.ts';
import type { Desk } from './desk.ts';
import { desktopServices } from './dialogs.ts';
import { Ending } from './ending.ts';
import { connectPages } from './ipc.ts';
import { createKept } from './kept.ts';
import { handOver, type Launch, readLaunch, secondLaunch } from './launch.ts';
import { followLoginItem } from './login-item.ts';
import { MainWindow } from './main-window.ts';
import { type MadeDesk, makeDesk } from './make-desk.ts';
import { askAfterCrash, askToQuit, tell } from './messages.ts';
import { startNotifications } from './notifications.ts';
import { nameForSystem, openedAtLogin, ownCommand, registerLinks } from './own-start.ts';
import { followPower } from './power.ts';
import { privilegedScheme, servePages } from './protocol.ts';
import { mustAsk, quitWhenDone } from './quitting.ts';
import { guardAllContents, guardSession } from './security.ts';
import { badgePixels, followTaskbar, type Taskbar } from './taskbar.ts';
import { followTheme } from './theme.ts';
import { after } from './timer.ts';
import { startTray } from './tray.ts';
import { createUpdates } from './updates.ts';

/** The program once it is open; `start` makes it ready for pages and begins to upload. */
export interface DesktopProgram extends App {
  start(options: { watch: boolean }): Promise<void>;
}

export interface DesktopOptions {
  readonly pagesFolder: string;
  readonly preload: string;
  /** Where the window keeps its own things (caches); one instance of the program runs for each. Null: the usual place. */
  readonly profileFolder: string | null;
  /** Opens the program; throws an error whose message is a sentence for people. */
  open(host: HostServices): Promise<DesktopProgram>;
}

/**
 * Runs the program until the person quits. Must be called before Electron is ready, that is at once. A second
 * start shows the first one's window, hands over what it was started with, and ends.
 */
export function runDesktop(options: DesktopOptions): void {
  app.enableSandbox();
  nameForSystem();
  protocol.registerSchemesAsPrivileged([privilegedScheme]);
  if (options.profileFolder !== null) app.setPath('userData', options.profileFolder);
  const argv = [...process.argv];
  const folder = process.cwd();
  if (!app.requestSingleInstanceLock(handOver(argv, folder))) {
    app.quit();
    return;
  }
  new Desktop(options, readLaunch(argv, { folder, packaged: app.isPackaged }));
}

class Desktop {
  readonly #options: DesktopOptions;
  readonly #launch: Launch;
  readonly #kept = createKept(join(app.getPath('userData'), 'desktop.json'));
  readonly #arrivals = new Arrivals(after);
  readonly #window: MainWindow;
  readonly #ending: Ending;
  #program: DesktopProgram | null = null;
  #made: MadeDesk | null = null;
  #taskbar: Taskbar | null = null;
  #hasTray = false;
  #stops: (() => void)[] = [];

  constructor(options: DesktopOptions, launch: Launch) {
    this.#options = options;
    this.#launch = launch;
    this.#ending = new Ending({
      app,
      isOpen: () => this.#program !== null,
      question: () => (this.#made === null ? null : this.#question(this.#made)),
      whenDone: () => this.#made?.desk.quitWhenDone.set(true),
      close: () => this.#close(),
      after,
    });
    const shutDown = () => this.#ending.quitNow();
    this.#window = new MainWindow({
      preload: options.preload,
      devTools: !app.isPackaged,
      kept: this.#kept,
      closing: () => this.#closing(),
      quit: () => app.quit(),
      hidden: () => {
        tellAboutTray(this.#kept, process.platform, (text) => tell(text, () => this.#show()));
      },
      made: () => this.#taskbar?.refresh(),
      crashed: () => askAfterCrash(this.#window.window),
      shutDown,
    });
    this.#listen(shutDown);
    this.#start().catch((thrown: unknown) => this.#cannotStart(thrown));
  }

  #listen(shutDown: () => void): void {
    guardAllContents(app, shell);
    app.on('second-instance', (_event, argv, folder, told) => {
      const launch = secondLaunch(told, { argv, folder }, app.isPackaged);
      const anything = this.#arrivals.add(launch);
      if (anything || !launch.hidden) this.#show();
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.#arrivals.add({ paths: [path], links: [] });
    });
    app.on('open-url', (event, link) => {
      event.preventDefault();
      this.#arrivals.add({ paths: [], links: [link] });
    });
    app.on('activate', () => this.#show());
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin' && !this.#hasTray) app.quit();
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, shutDown);
  }

  async #start(): Promise<void> {
    this.#arrivals.add(this.#launch);
    await app.whenReady();
    guardSession(session.defaultSession);
    await servePages(protocol, this.#options.pagesFolder, () => {
      return this.#program?.media.bind(this.#program) ?? null;
    });
    const updates = createUpdates();
    const program = await this.#options.open({
      ...desktopServices(dialog, shell, () => this.#window.window),
      resolveProxy: (url) => session.defaultSession.resolveProxy(url),
      updates,
    });
    this.#program = program;
    // Before the first page asks: it looks at the keychain, among others.
    await program.start({ watch: true });
    const contents = () => (this.#window.window === null ? [] : [this.#window.window.webContents]);
    this.#stops.push(connectPages(ipcMain, program, contents));
    const made = makeDesk({
      program,
      windowInFront: () => this.#window.inFront,
      showWindow: () => this.#show(),
      quit: () => app.quit(),
      kept: this.#kept,
    });
    this.#made = made;
    this.#stops.push(() => made.close());
    await made.ready;
    if (this.#ending.begun) return;
    const { desk } = made;
    this.#startParts(desk, updates.begin(desk));
    // Where there is no tray, nobody would find a program without a window.
    const hidden = this.#hasTray && (this.#launch.hidden || openedAtLogin());
    if (!hidden) this.#show();
    this.#arrivals.begin((place) => desk.open(place));
    registerLinks();
  }

  #startParts(desk: Desk, stopUpdates: () => void): void {
    const tray = startTray(desk);
    this.#hasTray = tray.shown;
    this.#taskbar = followTaskbar(desk, {
      app,
      window: () => this.#window.window,
      badge: () => {
        const { buffer, ...size } = badgePixels();
        return nativeImage.createFromBitmap(buffer, size);
      },
      platform: process.platform,
    });
    this.#stops.push(
      stopUpdates,
      () => tray.stop(),
      () => this.#taskbar?.stop(),
      startNotifications(desk),
      startMenu(desk),
      followTheme(desk, nativeTheme),
      followPower(desk, {
        blocker: powerSaveBlocker,
        monitor: powerMonitor,
        shutDown: () => this.#ending.quitNow(),
      }),
      followLoginItem(desk, {
        app,
        platform: process.platform,
        command: ownCommand(),
        autostart: join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'autostart'),
      }),
      quitWhenDone(desk, () => this.#ending.quitNow()),
    );
  }

  /** Before the program is open there is nothing to show: it shows itself then. */
  #show(): void {
    if (this.#made !== null && !this.#ending.begun) this.#window.show();
  }

  #closing(): 'hide' | 'quit' | 'close' {
    if (this.#ending.begun) return 'close';
    const closeToTray = this.#made?.desk.settings.get()?.desktop.closeToTray ?? true;
    return closingDoes(process.platform, { closeToTray, hasTray: this.#hasTray });
  }

  async #question(made: MadeDesk) {
    const glance = await made.glanceNow();
    return mustAsk(glance) ? () => askToQuit(this.#window.window, glance) : null;
  }

  async #close(): Promise<void> {
    this.#arrivals.close();
    this.#window.keep();
    for (const stop of this.#stops.splice(0)) stop();
    await this.#program?.close().catch((thrown: unknown) => console.error(sentenceOf(thrown)));
  }

  async #cannotStart(thrown: unknown): Promise<void> {
    // Quit before it was up: what was interrupted is no failure.
    if (this.#ending.begun) return;
    dialog.showErrorBox('Encord Uploader cannot start', sentenceOf(thrown));
    await this.#close();
    app.exit(1);
  }
}

function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
