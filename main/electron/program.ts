/**
 * The life of the Electron host: one instance, one window, a clean end. Called by the composition root
 * (`main/index.ts`), which brings the program that is shown.
 */

import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  protocol,
  screen,
  session,
  shell,
} from 'electron';
import type { App, HostServices } from '../app/types.ts';
import { START_ADDRESS } from './address.ts';
import { desktopServices } from './dialogs.ts';
import { connectPages } from './ipc.ts';
import { menuTemplate } from './menu.ts';
import { privilegedScheme, servePages } from './protocol.ts';
import { guardAllContents, guardSession } from './security.ts';
import { followTheme } from './theme.ts';
import { windowOptions } from './window.ts';

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
 * start shows the first one's window and ends.
 */
export function runDesktop(options: DesktopOptions): void {
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([privilegedScheme]);
  if (options.profileFolder !== null) app.setPath('userData', options.profileFolder);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }

  let window: BrowserWindow | null = null;
  let program: DesktopProgram | null = null;
  let ending: 'no' | 'closing' | 'closed' = 'no';

  const showWindow = () => {
    if (program === null || ending !== 'no') return;
    if (window === null) {
      const opened = openWindow(options.preload);
      opened.on('closed', () => {
        window = null;
      });
      window = opened;
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };

  guardAllContents(app, shell);
  app.on('second-instance', showWindow);
  app.on('activate', showWindow);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (ending === 'closed' || program === null) return;
    // Quitting waits until what is under way is written down.
    event.preventDefault();
    if (ending === 'closing') return;
    ending = 'closing';
    program
      .close()
      .catch((thrown: unknown) => console.error(sentenceOf(thrown)))
      .finally(() => {
        ending = 'closed';
        app.quit();
      });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());

  const start = async () => {
    await app.whenReady();
    const template = menuTemplate(process.platform);
    Menu.setApplicationMenu(template === null ? null : Menu.buildFromTemplate(template));
    guardSession(session.defaultSession);
    await servePages(protocol, options.pagesFolder, () => program?.media.bind(program) ?? null);
    program = await options.open(desktopServices(dialog, shell, () => window));
    // Before the first page asks: it looks at the keychain, among others.
    await program.start({ watch: true });
    connectPages(ipcMain, program, () => (window === null ? [] : [window.webContents]));
    await followTheme(program, nativeTheme);
    showWindow();
  };
  start().catch(async (thrown: unknown) => {
    // Quit before it was up: what was interrupted is no failure.
    if (ending !== 'no') return;
    dialog.showErrorBox('Encord Uploader cannot start', sentenceOf(thrown));
    await program?.close().catch(() => {});
    app.exit(1);
  });
}

function openWindow(preload: string): BrowserWindow {
  const window = new BrowserWindow(
    windowOptions({
      workArea: screen.getPrimaryDisplay().workArea,
      dark: nativeTheme.shouldUseDarkColors,
      preload,
      devTools: !app.isPackaged,
    }),
  );
  window.once('ready-to-show', () => window.show());
  window.loadURL(START_ADDRESS).catch((thrown: unknown) => console.error(sentenceOf(thrown)));
  return window;
}

function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
