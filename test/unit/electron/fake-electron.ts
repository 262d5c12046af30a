/**
 * A double of the part of Electron that the host uses, for unit tests: records what was asked, lets a test cause
 * what people and the system cause, and throws by name on whatever it lacks. Its shapes are held to Electron's types.
 */

import { EventEmitter } from 'node:events';
import type Electron from 'electron';

/** An object with some members of a type; using any other is an error that names it. */
export function partOf<T extends object>(name: string, members: Partial<T>): T {
  return new Proxy<Partial<T>>(members, {
    get(target, key, receiver) {
      // Promises and test reports look at these of any object.
      if (!(key in target) && typeof key === 'string' && key !== 'then' && key !== 'toJSON') {
        throw new Error(`The double of ${name} has no ${key}.`);
      }
      return Reflect.get(target, key, receiver);
    },
    // The proxy refuses what the double lacks: what is left is the whole as far as the code may see it.
  }) as T;
}

/** What an event listener may refuse. */
export class FakeEvent {
  prevented = false;
  preventDefault(): void {
    this.prevented = true;
  }
}

class FakeContents extends EventEmitter {
  readonly sent: unknown[][] = [];
  destroyed = false;
  windowOpenHandler: ((details: { url: string }) => unknown) | null = null;
  setWebRTCIPHandlingPolicy(): void {}
  send(...message: unknown[]): void {
    this.sent.push(message);
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  setWindowOpenHandler(
    handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse,
  ): void {
    this.windowOpenHandler = (details) =>
      handler(partOf<Electron.HandlerDetails>('HandlerDetails', { url: details.url }));
  }
}

export class FakeWindow extends EventEmitter {
  static open: FakeWindow[] = [];
  /** False where a page takes longer than the test. */
  static loads = true;
  readonly webContents = new FakeContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly done: string[] = [];
  minimized = false;
  maximized = false;
  visible = false;
  focused = false;
  destroyed = false;
  fullScreen = false;
  bounds: Electron.Rectangle;
  progress: { value: number; mode: string | undefined } | null = null;
  overlay: string | null = null;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.bounds = { x, y, width, height };
    FakeWindow.open.push(this);
    fake.app.emit('web-contents-created', new FakeEvent(), this.webContents);
  }
  async loadURL(url: string): Promise<void> {
    this.done.push(`load ${url}`);
    await Promise.resolve();
    if (FakeWindow.loads) this.emit('ready-to-show');
  }
  show(): void {
    const before = this.visible;
    this.visible = true;
    this.focused = true;
    this.done.push('show');
    if (!before) this.emit('show');
  }
  hide(): void {
    this.visible = false;
    this.focused = false;
    this.done.push('hide');
  }
  focus(): void {
    this.focused = true;
    this.done.push('focus');
    this.emit('focus');
  }
  maximize(): void {
    this.maximized = true;
    this.done.push('maximize');
  }
  isVisible(): boolean {
    return this.visible;
  }
  isFocused(): boolean {
    return this.focused;
  }
  isMaximized(): boolean {
    return this.maximized;
  }
  isFullScreen(): boolean {
    return this.fullScreen;
  }
  setFullScreen(on: boolean): void {
    this.fullScreen = on;
    this.done.push(`full screen ${on}`);
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  getNormalBounds(): Electron.Rectangle {
    return this.bounds;
  }
  setProgressBar(value: number, options?: Electron.ProgressBarOptions): void {
    this.progress = { value, mode: options?.mode };
  }
  setOverlayIcon(_icon: Electron.NativeImage | null, description: string): void {
    this.overlay = description;
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  restore(): void {
    this.minimized = false;
    this.done.push('restore');
  }
  /** As a person does it: the program may refuse. */
  close(): void {
    const event = new FakeEvent();
    this.emit('close', event);
    if (!event.prevented) this.destroy();
  }
  destroy(): void {
    this.destroyed = true;
    FakeWindow.open = FakeWindow.open.filter((one) => one !== this);
    this.webContents.destroyed = true;
    this.emit('closed');
    if (FakeWindow.open.length === 0) fake.app.emit('window-all-closed');
  }
}

class FakeApp extends EventEmitter {
  firstInstance = true;
  isPackaged = false;
  ready: Promise<void> = Promise.resolve();
  /** What this start would hand over to the one that runs. */
  handedOver: Record<string, unknown> = {};
  badge = 0;
  protocolClient: readonly unknown[] = [];
  readonly paths = new Map<string, string>();
  readonly done: string[] = [];
  setAppUserModelId(): void {}
  enableSandbox(): void {
    this.done.push('sandbox');
  }
  setPath(name: string, path: string): void {
    this.done.push(`${name} ${path}`);
    this.paths.set(name, path);
  }
  requestSingleInstanceLock(data: Record<string, unknown> = {}): boolean {
    this.handedOver = data;
    return this.firstInstance;
  }
  getPath(name: string): string {
    // Where nothing can be written, by nobody.
    return this.paths.get(name) ?? '/dev/null/profile';
  }
  getAppPath(): string {
    return '/program';
  }
  setBadgeCount(count: number): boolean {
    this.badge = count;
    return true;
  }
  setAsDefaultProtocolClient(...about: unknown[]): boolean {
    this.protocolClient = about;
    return true;
  }
  whenReady(): Promise<void> {
    return this.ready;
  }
  quit(): void {
    const event = new FakeEvent();
    this.emit('before-quit', event);
    if (!event.prevented) this.done.push('quit');
  }
  exit(code: number): void {
    this.done.push(`exit ${code}`);
  }
}

class FakeSession extends EventEmitter {
  permission: Parameters<Electron.Session['setPermissionRequestHandler']>[0] = null;
  permissionCheck: Parameters<Electron.Session['setPermissionCheckHandler']>[0] = null;
  device: Parameters<Electron.Session['setDevicePermissionHandler']>[0] = null;
  display: Parameters<Electron.Session['setDisplayMediaRequestHandler']>[0] = null;
  beforeRequest: Parameters<Electron.WebRequest['onBeforeRequest']>[0] = null;
  readonly webRequest = {
    onBeforeRequest: (listener: FakeSession['beforeRequest']) => {
      this.beforeRequest = listener;
    },
  };
  async resolveProxy(url: string): Promise<string> {
    return `PROXY for-${new URL(url).hostname}:8080`;
  }
  setPermissionRequestHandler(handler: FakeSession['permission']): void {
    this.permission = handler;
  }
  setPermissionCheckHandler(handler: FakeSession['permissionCheck']): void {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler: FakeSession['device']): void {
    this.device = handler;
  }
  setDisplayMediaRequestHandler(handler: FakeSession['display']): void {
    this.display = handler;
  }
}

/** Notifications of this machine, as they were shown. */
export class FakeNotification extends EventEmitter {
  static supported = true;
  static shown: FakeNotification[] = [];
  static isSupported(): boolean {
    return FakeNotification.supported;
  }
  readonly options: Electron.NotificationConstructorOptions;
  constructor(options: Electron.NotificationConstructorOptions) {
    super();
    this.options = options;
  }
  show(): void {
    FakeNotification.shown.push(this);
  }
}

class FakeBlocker {
  readonly on = new Set<number>();
  #next = 1;
  start(kind: string): number {
    if (kind !== 'prevent-app-suspension') throw new Error(`The double knows no blocker ${kind}.`);
    this.on.add(this.#next);
    return this.#next++;
  }
  stop(id: number): boolean {
    return this.on.delete(id);
  }
}

type Handler = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown;

function fresh() {
  const handlers = new Map<string, Handler>();
  const errors: string[][] = [];
  const opened: string[] = [];
  const questions: Electron.MessageBoxOptions[] = [];
  const owners: unknown[] = [];
  const answers: number[] = [];
  return {
    questions,
    /** The window of each question, null where it had none. */
    owners,
    /** The buttons that the next questions are answered with; without one, the dialog stays open. */
    answers,
    powerMonitor: new EventEmitter(),
    powerSaveBlocker: new FakeBlocker(),
    copied: [] as string[],
    displays: [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
    app: new FakeApp(),
    session: new FakeSession(),
    handlers,
    errors,
    opened,
    schemes: [] as Electron.CustomScheme[],
    served: [] as string[],
    menus: [] as unknown[],
    nativeTheme: { themeSource: 'system', shouldUseDarkColors: true } satisfies Pick<
      Electron.NativeTheme,
      'themeSource' | 'shouldUseDarkColors'
    >,
    ipcMain: {
      handle: (channel: string, handler: Handler) => void handlers.set(channel, handler),
      removeHandler: (channel: string) => void handlers.delete(channel),
    } satisfies Pick<Electron.IpcMain, 'handle' | 'removeHandler'>,
    shell: {
      openExternal: async (url: string) => void opened.push(url),
      openPath: async () => '',
      trashItem: async () => undefined,
    } satisfies Pick<Electron.Shell, 'openExternal' | 'openPath' | 'trashItem'>,
    dialog: {
      showErrorBox: (...texts: string[]) => void errors.push(texts),
      showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
      showMessageBox: async (...asked: readonly unknown[]) => {
        // With the owner first, where there is one.
        questions.push(asked.at(-1) as Electron.MessageBoxOptions);
        owners.push(asked.length > 1 ? asked[0] : null);
        const response = answers.shift();
        return response === undefined
          ? new Promise<Electron.MessageBoxReturnValue>(() => {})
          : { response, checkboxChecked: false };
      },
    } satisfies Pick<Electron.Dialog, 'showErrorBox' | 'showOpenDialog' | 'showMessageBox'>,
  };
}

/** The state of the double in this test. */
export let fake = fresh();

/** A new machine on which nothing was started. */
export function reset(): typeof fake {
  FakeWindow.open = [];
  FakeWindow.loads = true;
  FakeNotification.shown = [];
  FakeNotification.supported = true;
  fake = fresh();
  return fake;
}

/** What `import … from 'electron'` gives to the code under test; always of the current machine. */
export const electron = partOf<Record<string, unknown>>('electron', {
  get app() {
    return fake.app;
  },
  BrowserWindow: FakeWindow,
  get dialog() {
    return fake.dialog;
  },
  get ipcMain() {
    return fake.ipcMain;
  },
  Menu: {
    setApplicationMenu: (menu: unknown) => void fake.menus.push(menu),
    buildFromTemplate: (template: unknown) => template,
  },
  get nativeTheme() {
    return fake.nativeTheme;
  },
  protocol: {
    registerSchemesAsPrivileged: (schemes: Electron.CustomScheme[]) => void fake.schemes.push(...schemes),
    handle: (scheme: string) => void fake.served.push(scheme),
  },
  Notification: FakeNotification,
  clipboard: { writeText: async (text: string) => void fake.copied.push(text) },
  nativeImage: { createFromBitmap: () => ({}) },
  get powerMonitor() {
    return fake.powerMonitor;
  },
  get powerSaveBlocker() {
    return fake.powerSaveBlocker;
  },
  screen: { getPrimaryDisplay: () => fake.displays[0], getAllDisplays: () => fake.displays },
  session: {
    get defaultSession() {
      return fake.session;
    },
  },
  get shell() {
    return fake.shell;
  },
});
