/**
 * The one window of the program: made when it is wanted, put where it was, hidden instead of closed where the program
 * goes on in the tray, opened again once where its page crashed. Made by `program.ts`.
 */

import { BrowserWindow, nativeTheme, screen } from 'electron';
import { START_ADDRESS } from './address.ts';
import type { Kept } from './desk.ts';
import { windowOptions } from './window.ts';
import { boundsToOpen, keepWindowState, keptState, type WindowState } from './window-state.ts';

/** A page that crashes again so soon after it was reloaded will crash once more. */
const CRASHES_AGAIN_MS = 60_000;

export interface MainWindowParts {
  readonly preload: string;
  readonly devTools: boolean;
  readonly kept: Kept;
  /** Asked when a person closes the window; `close` lets it go. */
  readonly closing: () => 'hide' | 'quit' | 'close';
  readonly quit: () => void;
  /** It was hidden and the program goes on. */
  readonly hidden: () => void;
  /** There is a new one. */
  readonly made: () => void;
  /** The page crashed, and again after it was loaded anew: true where it is to be tried once more. */
  readonly crashed: () => Promise<boolean>;
  /** The system ends (Windows): the program has a moment to end by itself. */
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
      this.#parts.made();
      return;
    }
    this.#awaited = false;
    if (window.isMinimized()) window.restore();
    if (this.#unseen?.maximized) window.maximize();
    this.#unseen = null;
    window.show();
    window.focus();
  }

  /** Writes where it was; at the end of the program. */
  keep(): void {
    this.#stopKeeping();
  }

  #make(): BrowserWindow {
    const { preload, devTools, kept, shutDown } = this.#parts;
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
    window.on('close', (event) => this.#close(window, event));
    window.on('closed', () => {
      this.#window = null;
    });
    if (process.platform === 'win32') {
      window.on('query-session-end', shutDown);
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
    if (again && !(await this.#parts.crashed())) return;
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
