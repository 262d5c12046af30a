/**
 * The one window of the program: made when it is wanted, put where it was, hidden instead of closed where the program
 * goes on in the tray, opened again once where its page crashed. Made by `program.ts`.
 */

import { BrowserWindow, nativeTheme, screen } from 'electron';
import { START_ADDRESS } from './address.ts';
import type { Kept } from './desk.ts';
import { after } from './timer.ts';
import { windowOptions } from './window.ts';
import { boundsToOpen, keepWindowState, keptState, type WindowState } from './window-state.ts';

/** A page that crashes again so soon after it was reloaded will crash once more. */
const CRASHES_AGAIN_MS = 60_000;
/** A page that does not load keeps nobody from being asked. */
const SHOWN_LIMIT_MS = 2_000;

/** `hide`: the program goes on, in the tray; `quit`: as a person quits. */
export type Closing = 'hide' | 'quit';

export interface MainWindowParts {
  readonly preload: string;
  readonly devTools: boolean;
  readonly kept: Kept;
  /** Asked when a person closes the window; `close` lets it go. Where it has to be found out first, the window waits. */
  readonly closing: () => 'close' | Closing | Promise<Closing>;
  readonly quit: () => void;
  /** It was hidden and the program goes on. */
  readonly hidden: () => void;
  /** There is a new one, or it is shown again. */
  readonly appeared: () => void;
  /** The page crashed, and again after it was loaded anew: true where it is to be tried once more. */
  readonly crashed: (window: BrowserWindow) => Promise<boolean>;
  /** Windows asks whether the session may end. Others are asked too, and may keep it from ending. */
  readonly mayEnd: () => void;
  /** The session ends (Windows), which waits for nobody any more: what was to be let go had to be when it asked. */
  readonly shutDown: () => void;
}

export class MainWindow {
  readonly #parts: MainWindowParts;
  #window: BrowserWindow | null = null;
  #stopKeeping: () => void = () => undefined;
  /** It is shown as soon as there is something to see: unless it was closed before. */
  #awaited = false;
  /** Not yet seen: maximized, where it was so, when it is shown first. */
  #unseen: WindowState | null = null;
  #reloadedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: MainWindowParts) {
    this.#parts = parts;
  }

  get window(): BrowserWindow | null {
    return this.#window;
  }

  /** Can be seen by a person who looks at it. */
  get inFront(): boolean {
    const window = this.#window;
    return window?.isVisible() === true && !window.isMinimized() && window.isFocused();
  }

  show(): void {
    const window = this.#window;
    if (window === null) {
      this.#window = this.#make();
      this.#parts.appeared();
      return;
    }
    this.#awaited = false;
    if (window.isMinimized()) window.restore();
    if (this.#unseen?.maximized) window.maximize();
    this.#unseen = null;
    window.show();
    window.focus();
  }

  /** As `show`; fulfilled once it can be seen. Null where somebody closed it meanwhile. */
  async shown(): Promise<BrowserWindow | null> {
    if (this.#window === null || !this.#awaited) this.show();
    const window = this.#window;
    if (window === null || window.isVisible()) return window;
    await new Promise<void>((resolve) => {
      window.once('show', () => resolve());
      window.once('closed', () => resolve());
      after(SHOWN_LIMIT_MS, resolve);
    });
    if (this.#window !== window) return null;
    if (!window.isVisible()) this.show();
    return window;
  }

  /** Writes where it was; at the end of the program. */
  keep(): void {
    this.#stopKeeping();
  }

  #make(): BrowserWindow {
    const { preload, devTools, kept, appeared, mayEnd, shutDown } = this.#parts;
    const state = keptState(kept);
    const primary = screen.getPrimaryDisplay();
    const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
    const workAreas = [primary, ...others].map(({ workArea }) => workArea);
    const { workArea } = primary;
    const window = new BrowserWindow({
      ...windowOptions({ workArea, dark: nativeTheme.shouldUseDarkColors, preload, devTools }),
      ...boundsToOpen(state, workAreas),
    });
    this.#awaited = true;
    this.#unseen = state;
    this.#stopKeeping = keepWindowState(window, kept, () => this.#unseen === null);
    window.once('ready-to-show', () => {
      if (this.#awaited) this.show();
    });
    // Windows makes a button on the taskbar with each showing, a moment after it.
    window.on('show', appeared);
    window.on('focus', appeared);
    window.on('close', (event) => this.#close(window, event));
    window.on('closed', () => {
      this.#window = null;
    });
    if (process.platform === 'win32') {
      window.on('query-session-end', mayEnd);
      window.on('session-end', shutDown);
    }
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') void this.#afterCrash(window);
    });
    this.#load(window);
    return window;
  }

  #close(window: BrowserWindow, event: { preventDefault(): void }): void {
    const does = this.#parts.closing();
    if (does === 'close') return;
    event.preventDefault();
    if (typeof does === 'string') this.#closeAs(does, window);
    else void does.then((found) => this.#closeAs(found, window));
  }

  #closeAs(does: Closing, window: BrowserWindow): void {
    if (window.isDestroyed()) return;
    if (does === 'hide') this.#awaited = false;
    if (does === 'quit') {
      this.#parts.quit();
      return;
    }
    if (window.isFullScreen()) {
      // Hidden at once, macOS would leave an empty screen behind.
      window.once('leave-full-screen', () => window.hide());
      window.setFullScreen(false);
    } else window.hide();
    this.#parts.hidden();
  }

  async #afterCrash(window: BrowserWindow): Promise<void> {
    const again = performance.now() - this.#reloadedAt < CRASHES_AGAIN_MS;
    if (again && !this.#awaited && !window.isVisible() && !window.isMinimized()) {
      // Nobody sees it who could be asked: whoever wants it gets a new one. Not in the midst of its own event.
      after(0, () => {
        if (!window.isDestroyed()) window.destroy();
      });
      return;
    }
    if (again && (await this.shown()) !== window) return;
    if (again && !(await this.#parts.crashed(window))) return;
    if (window.isDestroyed()) return;
    this.#reloadedAt = performance.now();
    this.#load(window);
  }

  #load(window: BrowserWindow): void {
    window.loadURL(START_ADDRESS).catch((thrown: unknown) => {
      console.error(thrown instanceof Error ? thrown.message : String(thrown));
    });
  }
}
