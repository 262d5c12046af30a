/**
 * Starts the Electron host on the double of Electron, with a program whose end the test decides; each test gets a new
 * machine. For the tests of `main/electron/program.ts`.
 */

import { afterEach, beforeEach, vi } from 'vitest';
import { type DesktopOptions, type DesktopProgram, runDesktop } from '../../../main/electron/program.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { FakeApp } from '../web/fake-app.ts';
import { aGlance, someSettings } from './fake-desk.ts';
import { FakeWindow, reset } from './fake-electron.ts';

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
const tray = vi.hoisted(() => ({ shown: false, seen: true as boolean | null }));
vi.mock('../../../main/electron/tray.ts', () => ({
  startTray: () => ({ shown: tray.shown, stop: () => {} }),
}));
vi.mock('../../../main/electron/tray-host.ts', () => ({ trayIsSeen: async () => tray.seen }));
vi.mock('../../../main/electron/notifications.ts', () => ({ startNotifications: () => () => {} }));
vi.mock('../../../main/electron/updates.ts', () => ({
  createUpdates: () => ({ begin: () => () => {} }),
}));

export { tray };

export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export let before: Map<string, NodeJS.SignalsListener[]>;

beforeEach(() => {
  reset();
  tray.shown = false;
  tray.seen = true;
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
export class FakeProgram extends FakeApp implements DesktopProgram {
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

export function start(options: Partial<DesktopOptions> = {}) {
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

export const UNDER_WAY = aGlance({
  state: 'uploading',
  line: '3 of 9',
  unfinished: 6,
  moving: true,
  fraction: 0.5,
});

/** As the system starts it: `arguments` after the program's own folder. */
export function startWith(args: readonly string[], options: Partial<DesktopOptions> = {}) {
  const argv = process.argv;
  process.argv = ['/electron', '/program', ...args];
  try {
    return start(options);
  } finally {
    process.argv = argv;
  }
}
