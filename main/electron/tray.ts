/** The tray: the program's state as a picture, its line, and a menu. Called by `program.ts`. */

import { join } from 'node:path';
import { Menu, nativeTheme, Tray } from 'electron';
import type { GlanceView } from '../../preload/contract/desktop.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { Desk } from './desk.ts';
import { after } from './timer.ts';
import {
  type Ground,
  menuStateOf,
  pictureOf,
  type TrayActions,
  type TrayMenuState,
  titleOf,
  tooltipOf,
  trayMenu,
} from './tray-menu.ts';

/** Where it is replaced under the eyes of whoever reads it: not at every change. */
const MENU_PAUSE_MS = 1_000;
/** Desktops whose bar is dark whatever the theme. */
const DARK_BAR = /\b(GNOME|Unity|Pantheon)\b/;

export interface TrayOptions {
  /** Where the pictures are; `assets/tray` seen from `dist/main` and from `main/electron` alike. */
  readonly folder?: string;
  readonly platform?: NodeJS.Platform;
  /** `XDG_CURRENT_DESKTOP`. */
  readonly desktop?: string;
}

/** `shown` is false where the system has no tray, which is no failure; `stop` removes it. */
export function startTray(desk: Desk, options: TrayOptions = {}): { readonly shown: boolean; stop(): void } {
  const whole: Required<TrayOptions> = {
    folder: join(import.meta.dirname, '..', '..', 'assets', 'tray'),
    platform: process.platform,
    desktop: process.env.XDG_CURRENT_DESKTOP ?? '',
    ...options,
  };
  const look = new TrayLook(whole);
  let tray: Tray;
  try {
    tray = new Tray(join(whole.folder, look.picture(desk.glance.get())));
  } catch {
    return { shown: false, stop: () => undefined };
  }
  const shown = new ShownTray(desk, whole, look, tray);
  return { shown: true, stop: () => shown.stop() };
}

/** Which ground the pictures stand on now. */
class TrayLook {
  readonly #options: Required<TrayOptions>;
  #darkBar = true;

  constructor(options: Required<TrayOptions>) {
    this.#options = options;
  }

  picture(glance: GlanceView | null): string {
    return pictureOf(glance, this.#ground());
  }

  #ground(): Ground {
    const { platform, desktop } = this.#options;
    if (platform === 'darwin') return 'template';
    if (platform === 'win32') return nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'dark' : 'light';
    if (DARK_BAR.test(desktop)) return 'dark';
    // A theme that was chosen for the window hides the system's: then it stays as it was seen last.
    if (nativeTheme.themeSource === 'system') this.#darkBar = nativeTheme.shouldUseDarkColors;
    return this.#darkBar ? 'dark' : 'light';
  }
}

class ShownTray {
  readonly #desk: Desk;
  readonly #options: Required<TrayOptions>;
  readonly #look: TrayLook;
  readonly #tray: Tray;
  readonly #stops: (() => void)[] = [];
  /** As the system has them now: what is the same is not set again. */
  #picture: string;
  #tooltip = '';
  #title = '';
  /** On Linux: what its menu says. */
  #menu = '';
  #menuWaits: (() => void) | null = null;
  /** Held as long as it may be open. */
  #poppedUp: Menu | null = null;

  constructor(desk: Desk, options: Required<TrayOptions>, look: TrayLook, tray: Tray) {
    this.#desk = desk;
    this.#options = options;
    this.#look = look;
    this.#tray = tray;
    this.#picture = look.picture(desk.glance.get());
    this.#listen();
    const refresh = () => this.#refresh();
    nativeTheme.on('updated', refresh);
    this.#stops.push(
      desk.glance.follow(refresh),
      desk.quitWhenDone.follow(refresh),
      () => nativeTheme.removeListener('updated', refresh),
      () => this.#menuWaits?.(),
    );
    this.#refresh();
  }

  /** Linux alone has to have the menu beforehand; elsewhere one that is set would close when it is replaced. */
  #listen(): void {
    const { platform } = this.#options;
    this.#tray.on('click', () => (platform === 'darwin' ? this.#popUp() : this.#desk.showWindow()));
    if (platform !== 'linux') this.#tray.on('right-click', () => this.#popUp());
    // Otherwise a second click soon after the first would be none.
    if (platform === 'darwin') this.#tray.setIgnoreDoubleClickEvents(true);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#tray.destroy();
  }

  #refresh(): void {
    const glance = this.#desk.glance.get();
    const picture = this.#look.picture(glance);
    if (picture !== this.#picture) {
      this.#picture = picture;
      this.#tray.setImage(join(this.#options.folder, picture));
    }
    const tooltip = tooltipOf(glance);
    if (tooltip !== this.#tooltip) {
      this.#tooltip = tooltip;
      this.#tray.setToolTip(tooltip);
    }
    const title = this.#options.platform === 'darwin' ? titleOf(glance) : '';
    if (title !== this.#title) {
      this.#title = title;
      this.#tray.setTitle(title, { fontType: 'monospacedDigit' });
    }
    if (this.#menuWaits === null) this.#refreshMenu();
  }

  #refreshMenu(): void {
    if (this.#options.platform !== 'linux') return;
    const state = this.#menuState();
    const text = JSON.stringify(state);
    if (text === this.#menu) return;
    this.#menu = text;
    this.#tray.setContextMenu(this.#menuOf(state));
    this.#menuWaits = after(MENU_PAUSE_MS, () => {
      this.#menuWaits = null;
      this.#refreshMenu();
    });
  }

  /** As things are now; while somebody reads it, it stays as it is. */
  #popUp(): void {
    this.#poppedUp = this.#menuOf(this.#menuState());
    this.#tray.popUpContextMenu(this.#poppedUp);
  }

  #menuState(): TrayMenuState {
    const { glance, quitWhenDone } = this.#desk;
    return menuStateOf(glance.get(), quitWhenDone.get() ?? false);
  }

  #menuOf(state: TrayMenuState): Menu {
    return Menu.buildFromTemplate(trayMenu(state, this.#actions()));
  }

  #actions(): TrayActions {
    const desk = this.#desk;
    // What cannot be done while the database is damaged, the page says already.
    const call = (name: CallName) => void desk.program.handle(name, { scope: { kind: 'all' } });
    return {
      setPaused: (paused) => call(paused ? 'queue.pause' : 'queue.resume'),
      showWindow: () => desk.showWindow(),
      open: (place) => desk.open(place),
      setQuitWhenDone: (on) => desk.quitWhenDone.set(on),
      quit: () => desk.quit(),
    };
  }
}
