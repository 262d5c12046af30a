/**
 * Electron's `app`: the life of the program from ready to its end, one instance, paths, and what it tells the system of
 * itself. Part of `electron.ts`; windows and the test's control reach it too.
 */

import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Electron from 'electron';
import { Chromium } from './chromium.ts';
import { allowed, fromOutside } from './from-outside.ts';
import { InstanceLock } from './lock.ts';
import { machine } from './machine.ts';
import { resolveProxy } from './pac.ts';
import { eventWith, StandinEvent, StrictEmitter, strict } from './strict.ts';
import type { As } from './types.ts';

/** What `app` must be able to do with windows; `window.ts` enters itself here. */
export interface LivingWindow {
  /** False where a listener refuses. */
  askToClose(): boolean;
  end(): Promise<void>;
  focus(): void;
}

/** The checkout: what would be the program's archive. */
const ROOT = join(import.meta.dirname, '..', '..');
const { version, name: packageName } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

class StandinApp extends StrictEmitter implements As<Electron.App> {
  readonly isPackaged = machine.packaged;
  readonly dock: Electron.Dock | undefined = undefined;
  readonly commandLine = commandLine();
  name: string = packageName;
  applicationMenu: Electron.Menu | null = null;
  readonly standin = {
    windows: new Set<LivingWindow>(),
    chromium: null as Chromium | null,
    webRtc: 'default',
    ready: false,
    quitting: false,
    ending: null as Promise<never> | null,
    paths: new Map<string, string>(),
    lock: null as InstanceLock | null,
    relaunch: null as Electron.RelaunchOptions | null,
    aboutShown: 0,
    makeReady: (): void => {},
    whenReady: null as Promise<void> | null,
  };

  constructor() {
    super('app');
    const { standin } = this;
    standin.whenReady = new Promise((resolve) => {
      standin.makeReady = resolve;
    });
  }

  enableSandbox(): void {
    if (this.standin.ready) throw new Error('app.enableSandbox() can only be called before app is ready');
  }
  isReady(): boolean {
    return this.standin.ready;
  }
  whenReady(): Promise<void> {
    return this.standin.whenReady ?? Promise.reject(new Error('There is no app.'));
  }
  quit(): void {
    const { standin } = this;
    if (standin.quitting) return;
    // Written down only now, as Electron does it.
    standin.quitting = allowed(this, 'before-quit');
    if (!standin.quitting) return;
    if (standin.windows.size === 0) this.finish();
    for (const window of standin.windows) if (window.askToClose()) void window.end();
  }
  exit(code = 0): void {
    void this.end(code);
  }
  relaunch(options: Electron.RelaunchOptions = {}): void {
    this.standin.relaunch = options;
  }
  requestSingleInstanceLock(additionalData?: Record<string, unknown>): boolean {
    const { standin } = this;
    standin.lock ??= new InstanceLock(this.getPath('userData'), (second) =>
      this.emit('second-instance', new StandinEvent(), [...second.argv], second.cwd, second.data),
    );
    return standin.lock.take({ argv: process.argv, cwd: process.cwd(), data: additionalData ?? null });
  }
  hasSingleInstanceLock(): boolean {
    return this.standin.lock?.held != null;
  }
  releaseSingleInstanceLock(): void {
    this.standin.lock?.release();
  }
  getAppPath(): string {
    return ROOT;
  }
  getVersion(): string {
    return version;
  }
  getName(): string {
    return this.name;
  }
  setName(name: string): void {
    this.name = name;
  }
  getLocale(): string {
    return 'en-GB';
  }
  getSystemLocale(): string {
    return 'en-GB';
  }
  getPreferredSystemLanguages(): string[] {
    return ['en-GB'];
  }
  getLocaleCountryCode(): string {
    return 'GB';
  }
  getPath(name: string): string {
    const { paths } = this.standin;
    const known = paths.get(name) ?? usualPath(name, (other) => this.getPath(other), this.name);
    if (known === null) throw new Error(`Failed to get '${name}' path`);
    return known;
  }
  setPath(name: string, path: string): void {
    if (usualPath(name, () => '', this.name) === null) throw new Error(`Failed to set path '${name}'`);
    this.standin.paths.set(name, path);
  }
  setAppLogsPath(path?: string): void {
    this.standin.paths.set('logs', path ?? join(this.getPath('userData'), 'logs'));
  }
  setAppUserModelId(_id: string): void {}
  setDesktopName(_name: string): void {}
  setBadgeCount(count = 0): boolean {
    machine.badge = count;
    return true;
  }
  getBadgeCount(): number {
    return machine.badge;
  }
  setLoginItemSettings(settings: Electron.Settings): void {
    machine.loginItem = { openAtLogin: settings.openAtLogin ?? false, args: settings.args ?? [] };
  }
  getLoginItemSettings(): Electron.LoginItemSettings {
    // As on Linux, where Electron keeps no such thing.
    const openAtLogin = process.platform !== 'linux' && (machine.loginItem?.openAtLogin ?? false);
    return {
      openAtLogin,
      wasOpenedAtLogin: false,
      status: openAtLogin ? 'enabled' : 'not-registered',
      executableWillLaunchAtLogin: openAtLogin,
      launchItems: [],
    };
  }
  setAsDefaultProtocolClient(protocol: string): boolean {
    machine.protocolClient = protocol;
    return true;
  }
  isDefaultProtocolClient(protocol: string): boolean {
    return machine.protocolClient === protocol;
  }
  removeAsDefaultProtocolClient(protocol: string): boolean {
    const was = machine.protocolClient === protocol;
    if (was) machine.protocolClient = null;
    return was;
  }
  setAboutPanelOptions(_options: Electron.AboutPanelOptionsOptions): void {}
  showAboutPanel(): void {
    this.standin.aboutShown += 1;
  }
  setUserTasks(_tasks: Electron.Task[]): boolean {
    return true;
  }
  addRecentDocument(_path: string): void {}
  clearRecentDocuments(): void {}
  resolveProxy(url: string): Promise<string> {
    return resolveProxy(url);
  }
  focus(): void {
    const [first] = this.standin.windows;
    first?.focus();
  }
  hide(): void {}
  show(): void {}

  /** The Chromium of the windows, started with the first of them. */
  chromium(): Chromium {
    const { standin } = this;
    standin.chromium ??= new Chromium(join(this.getPath('sessionData'), 'standin-chromium'), standin.webRtc);
    return standin.chromium;
  }
  closingRefused(): void {
    this.standin.quitting = false;
  }
  windowEnded(window: LivingWindow): void {
    const { standin } = this;
    standin.windows.delete(window);
    setImmediate(() => fromOutside(() => this.withoutWindow()));
  }
  withoutWindow(): void {
    const { windows, quitting, ending } = this.standin;
    if (windows.size > 0 || ending) return;
    if (quitting) this.finish();
    // Without a listener, a program without windows quits.
    else if (!this.emit('window-all-closed')) this.quit();
  }
  finish(): void {
    if (allowed(this, 'will-quit')) void this.end(0);
    else this.standin.quitting = false;
  }
  end(code: number): Promise<never> {
    const { standin } = this;
    standin.ending ??= (async () => {
      await Promise.all([...standin.windows].map((window) => window.end()));
      this.emit('quit', eventWith({}), code);
      await Promise.all([standin.lock?.handedOver, standin.chromium?.close()]);
      standin.lock?.release();
      process.exit(code);
    })();
    return standin.ending;
  }
}

/** Where Electron keeps things of that name by default; null: it knows no such name. */
function usualPath(name: string, path: (name: string) => string, appName: string): string | null {
  const home = homedir();
  switch (name) {
    case 'home':
      return home;
    case 'appData':
      return process.env.XDG_CONFIG_HOME || join(home, '.config');
    case 'userData':
      return join(path('appData'), appName);
    case 'sessionData':
      return path('userData');
    case 'crashDumps':
      return join(path('userData'), 'Crashpad');
    case 'logs':
      return join(path('userData'), 'logs');
    case 'temp':
      return tmpdir();
    case 'exe':
    case 'module':
      return process.execPath;
    case 'assets':
      return dirname(process.execPath);
    case 'desktop':
    case 'documents':
    case 'downloads':
    case 'music':
    case 'pictures':
    case 'videos':
      return join(home, name[0]?.toUpperCase() + name.slice(1));
    default:
      return null;
  }
}

/** Switches as Chromium reads them: of the program's own start, and those that it adds. */
function commandLine(): Electron.CommandLine {
  const switches = new Map<string, string>();
  for (const argument of process.argv.slice(1)) {
    const found = /^--([a-z][\w-]*)(?:=(.*))?$/i.exec(argument);
    if (found?.[1]) switches.set(found[1].toLowerCase(), found[2] ?? '');
  }
  const members = {
    hasSwitch: (name) => switches.has(name),
    getSwitchValue: (name) => switches.get(name) ?? '',
    appendSwitch: (name, value = '') => void switches.set(name.toLowerCase(), value),
    removeSwitch: (name) => void switches.delete(name),
  } satisfies Pick<Electron.CommandLine, 'hasSwitch' | 'getSwitchValue' | 'appendSwitch' | 'removeSwitch'>;
  return strict<object>('app.commandLine', members) as Electron.CommandLine;
}

export const app = new StandinApp();

/** As Chromium does when it gets ready: whoever listened before hears no more of them, and without somebody new they quit. */
function takeSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) app.quit();
    });
  }
}

/** Called once, when the program's own script asks for Electron. */
export function beginLife(): void {
  // Nothing need be open for a program to stay alive until it quits.
  setInterval(() => {}, 2 ** 30);
  // That script runs to its end first, like in Electron.
  setImmediate(() => {
    if (app.standin.quitting || app.standin.ending) return;
    takeSignals();
    app.standin.ready = true;
    app.standin.makeReady();
    app.emit('ready', new StandinEvent(), {});
  });
}
