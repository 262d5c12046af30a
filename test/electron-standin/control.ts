/** Obeys the test that started this program: does to it what a person or the system would. Loaded by `register.ts`. */

import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { app } from './app.ts';
import type { Announced } from './bridge.ts';
import type { SystemEvent } from './driver.ts';
import { fromOutside } from './from-outside.ts';
import { machine } from './machine.ts';
import { clickMenu, menuFacts, StandinMenu } from './menu.ts';
import type { Answer, Order, Orders } from './orders.ts';
import { StandinEvent } from './strict.ts';
import { nativeTheme, powerMonitor, screen } from './system.ts';
import { StandinNotification, StandinTray } from './tray.ts';
import { StandinWindow } from './window.ts';

/** Listens to the test, if there is one; without it there is nothing to live for. */
export function obeyTest(): void {
  if (!process.send) return;
  process.on('message', (order: Order) => {
    if (order.standinOrder !== undefined) void obey(order);
  });
  process.on('disconnect', () => app.exit(1));
  process.channel?.unref();
}

async function obey({ standinOrder, name, args }: Order): Promise<void> {
  let answer: Answer;
  try {
    const order = orders[name] as (...args: readonly unknown[]) => unknown;
    answer = { standinAnswer: standinOrder, ok: true, value: await order(...args) };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    answer = { standinAnswer: standinOrder, ok: false, reason };
  }
  // The test may have ended meanwhile, which is the end here too.
  if (process.connected) process.send?.(answer);
}

/** An order may need a while. */
type Fulfilled = {
  [Name in keyof Orders]: (
    ...args: Parameters<Orders[Name]>
  ) => ReturnType<Orders[Name]> | Promise<ReturnType<Orders[Name]>>;
};

const orders: Fulfilled = {
  async page() {
    const [window] = windows();
    const contents = window?.standin.contents.standin;
    if (!window || !contents?.page || contents.crashed) return null;
    const page = await window.standin.contents.page();
    return { address: await page.chromium.address, targetId: page.targetId };
  },
  async colours() {
    const page = await theWindow().standin.contents.page();
    await page.dark(nativeTheme.shouldUseDarkColors);
    return null;
  },
  windows: () =>
    windows().map((window) => ({
      visible: window.isVisible() && !window.isMinimized(),
      focused: window.isFocused(),
      minimized: window.isMinimized(),
      maximized: window.isMaximized(),
      bounds: window.getBounds(),
      progress: window.standin.progress,
      url: window.webContents.getURL(),
    })),
  window(does) {
    const window = theWindow();
    if (does === 'close') fromOutside(() => window.close());
    else if (does === 'minimize') window.minimize();
    else if (does === 'maximize') window.maximize();
    else {
      window.restore();
      window.show();
    }
    return null;
  },
  moveWindow(bounds) {
    theWindow().setBounds(bounds);
    return null;
  },
  tray: () => StandinTray.there?.fact() ?? null,
  clickTrayMenu(path) {
    clickMenu(theTray().menu(), path);
    return null;
  },
  clickTray() {
    theTray().clicked();
    return null;
  },
  menu: () => menuFacts(StandinMenu.getApplicationMenu()),
  clickMenu(path) {
    clickMenu(StandinMenu.getApplicationMenu(), path);
    return null;
  },
  notifications: () => StandinNotification.all.map((one) => one.fact()),
  clickNotification(index) {
    const notification = StandinNotification.all[index];
    if (!notification?.standin.shown) throw new Error(`No notification ${index} is shown.`);
    notification.emit('click', new StandinEvent());
    notification.close();
    return null;
  },
  answerNext(answers) {
    machine.answers.push(...answers);
    return null;
  },
  dialogs: () => machine.dialogs,
  unforeseen: () => machine.unforeseen,
  cause(event) {
    cause(event);
    return null;
  },
  machine: () => ({
    opened: machine.opened,
    shownFolders: machine.shownFolders,
    trashed: machine.trashed,
    copied: machine.copied.at(-1) ?? '',
    blockers: machine.blockers.size,
    badge: machine.badge,
    loginItem: machine.loginItem,
    protocolClient: machine.protocolClient,
    theme: nativeTheme.themeSource,
  }),
  async drop(paths) {
    const window = theWindow();
    const page = await window.standin.contents.page();
    await page.drop(paths.map(announced), window.getContentBounds());
    return null;
  },
  quit() {
    fromOutside(() => app.quit());
    return null;
  },
};

function cause(event: SystemEvent): void {
  switch (event.kind) {
    case 'suspend':
    case 'resume':
    case 'shutdown':
      powerMonitor.emit(event.kind, new StandinEvent());
      return;
    case 'activate':
      app.emit(
        'activate',
        new StandinEvent(),
        windows().some((window) => window.isVisible()),
      );
      return;
    case 'open-file':
      app.emit('open-file', new StandinEvent(), event.path);
      return;
    case 'open-url':
      app.emit('open-url', new StandinEvent(), event.url);
      return;
    case 'theme':
      nativeTheme.systemTurns(event.dark);
      return;
    case 'displays':
      screen.change(event.displays);
  }
}

function windows(): StandinWindow[] {
  return StandinWindow.getAllWindows() as unknown as StandinWindow[];
}

function theWindow(): StandinWindow {
  const [window] = windows();
  if (!window) throw new Error('The program has no window.');
  return window;
}

function theTray(): StandinTray {
  if (!StandinTray.there) throw new Error('The program has no tray.');
  return StandinTray.there;
}

function announced(path: string): Announced {
  const stats = statSync(path);
  return {
    path,
    name: basename(path),
    size: stats.size,
    modified: stats.isDirectory() ? null : Math.floor(stats.mtimeMs),
  };
}
