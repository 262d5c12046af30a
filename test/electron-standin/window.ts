/**
 * Electron's `BrowserWindow`: what a window manager would know of it is kept here, what it shows is a page of Chromium.
 * Part of `electron.ts`; the test's control does to it what a person does.
 */

import type Electron from 'electron';
import { app, type LivingWindow } from './app.ts';
import { StandinContents } from './contents.ts';
import { allowed } from './from-outside.ts';
import { StandinEvent, StrictEmitter } from './strict.ts';
import { nativeTheme, screen } from './system.ts';
import type { As } from './types.ts';

type Rectangle = Electron.Rectangle;

const open = new Set<StandinWindow>();
let focused: StandinWindow | null = null;
let lastId = 0;

export class StandinWindow extends StrictEmitter implements As<Electron.BrowserWindow>, LivingWindow {
  readonly id = ++lastId;
  readonly webContents: Electron.WebContents;
  title: string;
  readonly standin;

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super('BrowserWindow');
    this.title = options.title ?? app.getName();
    const state = {
      options,
      normal: firstBounds(options),
      visible: false,
      minimized: false,
      maximized: false,
      fullScreen: false,
      destroyed: false,
      ending: null as Promise<void> | null,
      progress: null as number | null,
      overlay: null as string | null,
      flashing: false,
      minimum: [options.minWidth ?? 0, options.minHeight ?? 0],
    };
    const contents = new StandinContents({
      preferences: options.webPreferences ?? {},
      size: () => this.getContentBounds(),
    });
    this.standin = { ...state, contents };
    this.webContents = contents as unknown as Electron.WebContents;
    open.add(this);
    app.standin.windows.add(this);
    this.followContents(contents);
    app.emit('browser-window-created', new StandinEvent(), this);
    if (options.show !== false) this.show();
  }

  static getAllWindows(): Electron.BrowserWindow[] {
    return [...open].map(asWindow);
  }
  static getFocusedWindow(): Electron.BrowserWindow | null {
    return focused === null ? null : asWindow(focused);
  }
  static fromWebContents(contents: Electron.WebContents): Electron.BrowserWindow | null {
    return StandinWindow.getAllWindows().find((one) => one.webContents === contents) ?? null;
  }
  static fromId(id: number): Electron.BrowserWindow | null {
    return StandinWindow.getAllWindows().find((one) => one.id === id) ?? null;
  }

  loadURL(url: string): Promise<void> {
    return this.standin.contents.loadURL(url);
  }
  reload(): void {
    this.standin.contents.reload();
  }
  show(): void {
    this.appear();
    this.focus();
  }
  showInactive(): void {
    this.appear();
  }
  hide(): void {
    if (!this.standin.visible) return;
    this.standin.visible = false;
    this.blur();
    this.emit('hide', new StandinEvent());
  }
  focus(): void {
    if (!this.standin.visible || focused === this) return;
    focused?.blur();
    focused = this;
    this.emit('focus', new StandinEvent());
    app.emit('browser-window-focus', new StandinEvent(), this);
  }
  blur(): void {
    if (focused !== this) return;
    focused = null;
    this.emit('blur', new StandinEvent());
    app.emit('browser-window-blur', new StandinEvent(), this);
  }
  moveTop(): void {}
  close(): void {
    if (this.askToClose()) void this.end();
  }
  destroy(): void {
    void this.end();
  }
  minimize(): void {
    if (this.standin.minimized) return;
    this.standin.minimized = true;
    this.blur();
    this.emit('minimize', new StandinEvent());
  }
  restore(): void {
    if (this.standin.minimized) {
      this.standin.minimized = false;
      this.standin.visible = true;
      this.emit('restore', new StandinEvent());
      this.focus();
    } else this.unmaximize();
  }
  maximize(): void {
    this.appear();
    if (this.standin.maximized) return;
    this.standin.maximized = true;
    this.emit('maximize', new StandinEvent());
    this.resized();
  }
  unmaximize(): void {
    if (!this.standin.maximized) return;
    this.standin.maximized = false;
    this.emit('unmaximize', new StandinEvent());
    this.resized();
  }
  setFullScreen(on: boolean): void {
    if (this.standin.fullScreen === on) return;
    this.standin.fullScreen = on;
    this.emit(on ? 'enter-full-screen' : 'leave-full-screen', new StandinEvent());
    this.resized();
  }
  isDestroyed(): boolean {
    return this.standin.destroyed;
  }
  isVisible(): boolean {
    return this.standin.visible;
  }
  isFocused(): boolean {
    return focused === this;
  }
  isMinimized(): boolean {
    return this.standin.minimized;
  }
  isMaximized(): boolean {
    return this.standin.maximized;
  }
  isFullScreen(): boolean {
    return this.standin.fullScreen;
  }
  isNormal(): boolean {
    return !this.standin.minimized && !this.standin.maximized && !this.standin.fullScreen;
  }
  isEnabled(): boolean {
    return true;
  }
  getBounds(): Rectangle {
    const { normal, maximized, fullScreen } = this.standin;
    if (fullScreen) return { ...screen.getDisplayMatching(normal).bounds };
    return maximized ? { ...screen.getDisplayMatching(normal).workArea } : { ...normal };
  }
  getNormalBounds(): Rectangle {
    return { ...this.standin.normal };
  }
  getContentBounds(): Rectangle {
    return this.getBounds();
  }
  getSize(): number[] {
    const { width, height } = this.getBounds();
    return [width, height];
  }
  getPosition(): number[] {
    const { x, y } = this.getBounds();
    return [x, y];
  }
  setBounds(bounds: Partial<Rectangle>): void {
    const before = this.standin.normal;
    const [minWidth = 0, minHeight = 0] = this.standin.minimum;
    const wanted = { ...before, ...bounds };
    const now = {
      ...wanted,
      width: Math.max(wanted.width, minWidth),
      height: Math.max(wanted.height, minHeight),
    };
    this.standin.normal = now;
    if (now.x !== before.x || now.y !== before.y) {
      this.emit('move', new StandinEvent());
      this.emit('moved', new StandinEvent());
    }
    if (now.width !== before.width || now.height !== before.height) this.resized();
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }
  setPosition(x: number, y: number): void {
    this.setBounds({ x, y });
  }
  center(): void {
    const { width, height } = this.standin.normal;
    const { x, y } = centred({ width, height });
    this.setBounds({ x, y });
  }
  setMinimumSize(width: number, height: number): void {
    this.standin.minimum = [width, height];
  }
  getMinimumSize(): number[] {
    return [...this.standin.minimum];
  }
  setProgressBar(progress: number): void {
    this.standin.progress = progress < 0 ? null : progress;
  }
  setOverlayIcon(overlay: Electron.NativeImage | null, description: string): void {
    this.standin.overlay = overlay === null ? null : description;
  }
  flashFrame(flag: boolean): void {
    this.standin.flashing = flag;
  }
  setTitle(title: string): void {
    this.title = title;
  }
  getTitle(): string {
    return this.title;
  }
  setIcon(_icon: Electron.NativeImage | string): void {}
  setBackgroundColor(_color: string): void {}
  setTitleBarOverlay(_options: Electron.TitleBarOverlayOptions): void {}
  setMenu(_menu: Electron.Menu | null): void {}
  removeMenu(): void {}
  setMenuBarVisibility(_visible: boolean): void {}
  setAutoHideMenuBar(_hide: boolean): void {}
  setSkipTaskbar(_skip: boolean): void {}
  setRepresentedFilename(_name: string): void {}
  setDocumentEdited(_edited: boolean): void {}

  appear(): void {
    if (this.standin.visible) return;
    this.standin.visible = true;
    this.emit('show', new StandinEvent());
  }
  /** False where a listener refuses, which is the end of a quit as well. */
  askToClose(): boolean {
    if (this.standin.destroyed || allowed(this, 'close')) return true;
    app.closingRefused();
    return false;
  }
  end(): Promise<void> {
    this.standin.ending ??= (async () => {
      this.blur();
      await this.standin.contents.end();
      this.standin.destroyed = true;
      this.standin.visible = false;
      open.delete(this);
      this.emit('closed');
      app.windowEnded(this);
    })();
    return this.standin.ending;
  }
  resized(): void {
    this.emit('resize', new StandinEvent());
    this.emit('resized', new StandinEvent());
    void this.standin.contents.page().then((page) => page.resize(this.getContentBounds()).catch(() => {}));
  }
  followContents(contents: StandinContents): void {
    let shown = false;
    contents.on('did-finish-load', () => {
      if (shown) return;
      shown = true;
      this.emit('ready-to-show', new StandinEvent());
    });
    contents.on('page-title-updated', (_event: unknown, title: string) => {
      const event = new StandinEvent();
      this.emit('page-title-updated', event, title, true);
      if (!event.defaultPrevented) this.title = title;
    });
    contents.on('standin-gone', () => void this.end());
    const darken = () => {
      void contents.page().then((page) => page.dark(nativeTheme.shouldUseDarkColors).catch(() => {}));
    };
    nativeTheme.on('updated', darken);
    this.once('closed', () => nativeTheme.off('updated', darken));
  }
}

/** The double as whoever holds it may see it. */
function asWindow(mine: StandinWindow): Electron.BrowserWindow {
  return mine as unknown as Electron.BrowserWindow;
}

function centred({ width, height }: { width: number; height: number }): Rectangle {
  const { workArea } = screen.getPrimaryDisplay();
  return {
    x: workArea.x + Math.round((workArea.width - width) / 2),
    y: workArea.y + Math.round((workArea.height - height) / 2),
    width,
    height,
  };
}

function firstBounds(options: Electron.BrowserWindowConstructorOptions): Rectangle {
  const size = {
    width: Math.max(options.width ?? 800, options.minWidth ?? 0),
    height: Math.max(options.height ?? 600, options.minHeight ?? 0),
  };
  const { x, y } = centred(size);
  return { x: options.x ?? x, y: options.y ?? y, ...size };
}
