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
import type { GlanceView } from '../../preload/contract/desktop.ts';
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
import { type Closing, MainWindow } from './main-window.ts';
import { type MadeDesk, makeDesk } from './make-desk.ts';
import { askAfterCrash, askToQuit, tell } from './messages.ts';
import { startNotifications } from './notifications.ts';
import { nameForSystem, openedAtLogin, ownCommand, registerLinks } from './own-start.ts';
import { followPower, type PowerFollower } from './power.ts';
import { privilegedScheme, servePages } from './protocol.ts';
import { mustAsk, type QuitAnswer, quitWhenDone } from './quitting.ts';
import { guardAllContents, guardSession } from './security.ts';
import { badgePixels, followTaskbar, type Taskbar } from './taskbar.ts';
import { followTheme } from './theme.ts';
import { after } from './timer.ts';
import { startTray } from './tray.ts';
import { trayIsSeen } from './tray-host.ts';
import { createUpdates } from './updates.ts';

/** Chromium takes each of them, and has them quit as a person does: with a question. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** At login, a panel that shows the tray may come so much later than the program. */
const TRAY_PATIENCE_MS = 10_000;

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
  #power: PowerFollower | null = null;
  #trayMade = false;
  /** Somebody shows it. Null, nobody can tell: some old panels do, of whom the session knows nothing. */
  #traySeen: boolean | null = null;
  /** A person asked for the window before the program was open. */
  #wanted = false;
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
    this.#window = new MainWindow({
      preload: options.preload,
      devTools: !app.isPackaged,
      kept: this.#kept,
      closing: () => this.#closing(),
      quit: () => app.quit(),
      hidden: () => {
        tellAboutTray(this.#kept, process.platform, (text) => tell(text, () => this.#show()));
      },
      appeared: () => this.#taskbar?.refresh(),
      crashed: askAfterCrash,
      mayEnd: () => {
        if (!this.#ending.begun) this.#power?.hold();
      },
      shutDown: () => this.#ending.quitNow(),
    });
    this.#listen();
    this.#start().catch((thrown: unknown) => this.#cannotStart(thrown));
  }

  #listen(): void {
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
    app.on('activate', () => {
      // macOS may say it of the start itself, also of a hidden one.
      if (this.#made !== null) this.#show();
    });
    app.on('window-all-closed', () => {
      // Where it ends, this is said only if the quit that closed the windows was lost.
      if (this.#ending.begun || (process.platform !== 'darwin' && !this.#hasTray)) app.quit();
    });
  }

  /** Without one the window is all there is of the program. */
  get #hasTray(): boolean {
    return this.#trayMade && this.#traySeen !== false;
  }

  async #start(): Promise<void> {
    this.#arrivals.add(this.#launch);
    await app.whenReady();
    // Only now: Chromium took them when it got ready, also from whoever had listened before.
    for (const signal of SIGNALS) process.on(signal, () => this.#ending.quitNow());
    const hidden = this.#launch.hidden || openedAtLogin();
    const seen = this.#trayIsSeen(hidden);
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
    this.#traySeen = await seen;
    if (this.#ending.begun) return;
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
    if (!hidden || !this.#hasTray || this.#wanted) this.#show();
    this.#arrivals.begin((place) => desk.open(place));
    registerLinks();
  }

  #trayIsSeen(hidden: boolean): Promise<boolean | null> {
    const until = performance.now() + TRAY_PATIENCE_MS;
    const patient = () => hidden && !this.#wanted && !this.#ending.begun && performance.now() < until;
    return trayIsSeen({ platform: process.platform, patient });
  }

  #startParts(desk: Desk, stopUpdates: () => void): void {
    // Also where nobody shows it yet: a panel may come later.
    const tray = startTray(desk);
    this.#trayMade = tray.shown;
    this.#taskbar = followTaskbar(desk, {
      app,
      window: () => this.#window.window,
      badge: () => {
        const { buffer, ...size } = badgePixels();
        return nativeImage.createFromBitmap(buffer, size);
      },
      platform: process.platform,
    });
    const power = followPower(desk, {
      blocker: powerSaveBlocker,
      monitor: powerMonitor,
      shutDown: () => this.#ending.quitNow(),
    });
    this.#power = power;
    this.#stops.push(
      stopUpdates,
      () => tray.stop(),
      () => this.#taskbar?.stop(),
      startNotifications(desk),
      startMenu(desk),
      followTheme(desk, nativeTheme),
      () => power.stop(),
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
    if (this.#made === null) this.#wanted = true;
    else if (!this.#ending.begun) this.#window.show();
  }

  #closing(): 'close' | Closing | Promise<Closing> {
    if (this.#ending.begun) return 'close';
    const closeToTray = this.#made?.desk.settings.get()?.desktop.closeToTray ?? true;
    const does = () => closingDoes(process.platform, { closeToTray, hasTray: this.#hasTray });
    if (!closeToTray || !this.#trayMade || this.#traySeen === true) return does();
    // A panel may have come since the start.
    return trayIsSeen({ platform: process.platform, patient: () => false }).then((seen) => {
      this.#traySeen = seen ?? this.#traySeen;
      return this.#ending.begun ? 'quit' : does();
    });
  }

  async #question(made: MadeDesk) {
    const glance = await made.glanceNow();
    return mustAsk(glance) ? () => this.#ask(glance) : null;
  }

  /** People see what they are asked, also where the window was hidden or there is none. */
  async #ask(glance: GlanceView): Promise<QuitAnswer> {
    const window = this.#ending.begun ? null : await this.#window.shown();
    return window === null || this.#ending.begun ? 'stay' : askToQuit(window, glance);
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
