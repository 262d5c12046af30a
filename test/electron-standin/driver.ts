/**
 * How the end-to-end tests drive the desktop program, whether it runs on Electron itself or on the stand-in: what a
 * person and the system can do to it, and what they can see of it. Used by `test/e2e/desktop`.
 */

import type { Page } from '@playwright/test';

export interface LaunchOptions {
  /** The data folder and profile, kept between launches of one test; made and removed by the test. */
  readonly home: string;
  /** As given on the command line: files, folders, a link, switches. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Which displays there are; the first is the primary one. The stand-in alone can have others than the machine's. */
  readonly displays?: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  /** As electron-builder's packages say of themselves; the stand-in alone can pretend. */
  readonly packaged?: boolean;
  /** False: nothing shows the tray, as on some desktops of Linux. */
  readonly tray?: boolean;
  /** A PAC file's text that `session.resolveProxy` answers by. */
  readonly pac?: string;
}

/** A menu as a person sees it. */
export interface MenuFact {
  readonly label: string;
  readonly enabled: boolean;
  readonly checked: boolean;
  readonly accelerator: string | null;
  readonly role: string | null;
  readonly type: 'normal' | 'separator' | 'submenu' | 'checkbox' | 'radio';
  readonly submenu: readonly MenuFact[];
}

export interface WindowFact {
  readonly visible: boolean;
  readonly focused: boolean;
  readonly minimized: boolean;
  readonly maximized: boolean;
  readonly bounds: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** 0 to 1; null: no progress shown. */
  readonly progress: number | null;
  readonly url: string;
}

export interface TrayFact {
  /** The file of the picture, without its folder; empty where it was drawn in memory. */
  readonly image: string;
  readonly template: boolean;
  readonly toolTip: string;
  readonly menu: readonly MenuFact[];
}

export interface NotificationFact {
  readonly title: string;
  readonly body: string;
  readonly shown: boolean;
  readonly silent: boolean;
}

export interface DialogFact {
  readonly kind: 'open' | 'save' | 'message' | 'error';
  readonly title: string;
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  /** It belongs to a window that could be seen. */
  readonly owned: boolean;
}

/** What the next dialog of a kind is answered; a dialog that nobody foresaw fails the test by name. */
export type DialogAnswer =
  | { readonly kind: 'open'; readonly paths: readonly string[] }
  | { readonly kind: 'save'; readonly path: string | null }
  /** By the label of the button. */
  | { readonly kind: 'message'; readonly button: string; readonly checked?: boolean };

/** What the system, or somebody else on it, does. */
export type SystemEvent =
  | { readonly kind: 'suspend' | 'resume' | 'shutdown' | 'activate' }
  | { readonly kind: 'open-file'; readonly path: string }
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'theme'; readonly dark: boolean }
  | { readonly kind: 'displays'; readonly displays: NonNullable<LaunchOptions['displays']> };

export interface MachineFacts {
  /** Addresses that were handed to the person's browser. */
  readonly opened: readonly string[];
  readonly shownFolders: readonly string[];
  readonly trashed: readonly string[];
  /** The text on the clipboard. */
  readonly copied: string;
  /** How many blockers of sleep are on. */
  readonly blockers: number;
  readonly badge: number;
  readonly loginItem: { readonly openAtLogin: boolean; readonly args: readonly string[] } | null;
  readonly protocolClient: string | null;
  readonly theme: 'system' | 'light' | 'dark';
}

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running desktop program. */
export interface Desktop {
  readonly kind: 'electron' | 'stand-in';
  /** The page of its window, once it has one. */
  page(): Promise<Page>;
  windows(): Promise<readonly WindowFact[]>;
  /** As a person does it, by the title bar. */
  window(does: 'close' | 'minimize' | 'maximize' | 'focus'): Promise<void>;
  moveWindow(bounds: WindowFact['bounds']): Promise<void>;
  tray(): Promise<TrayFact | null>;
  /** By the labels on the way, e.g. `['Pause uploads']`. */
  clickTrayMenu(path: readonly string[]): Promise<void>;
  clickTray(): Promise<void>;
  menu(): Promise<readonly MenuFact[]>;
  clickMenu(path: readonly string[]): Promise<void>;
  notifications(): Promise<readonly NotificationFact[]>;
  /** By its index in `notifications`. */
  clickNotification(index: number): Promise<void>;
  answerNext(...answers: readonly DialogAnswer[]): Promise<void>;
  /** All that were shown so far. */
  dialogs(): Promise<readonly DialogFact[]>;
  cause(event: SystemEvent): Promise<void>;
  machine(): Promise<MachineFacts>;
  /** Drops files or folders of this machine onto the page's window. */
  drop(paths: readonly string[]): Promise<void>;
  /** Starts the program a second time beside this one, with arguments; how that start ended. */
  startAgain(args: readonly string[]): Promise<Ending>;
  /** All that it printed so far. */
  output(): string;
  readonly ended: Promise<Ending>;
  /** As the system has it quit (by the Dock, say); does not wait for the end. */
  quit(): Promise<void>;
  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void;
  /** Ends it, however it is; for the end of a test. */
  dispose(): Promise<void>;
}

export interface Driver {
  readonly kind: Desktop['kind'];
  launch(options: LaunchOptions): Promise<Desktop>;
}
