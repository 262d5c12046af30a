/** Electron's `Tray` and `Notification`. Parts of `electron.ts`; the test's control reads and clicks them. */

import { randomUUID } from 'node:crypto';
import type Electron from 'electron';
import type { NotificationFact, TrayFact } from './driver.ts';
import { imageOf } from './image.ts';
import { menuFacts, type StandinMenu } from './menu.ts';
import { eventWith, StrictEmitter } from './strict.ts';
import type { As } from './types.ts';

const NOWHERE = { x: 0, y: 0, width: 0, height: 0 };

export class StandinTray extends StrictEmitter implements As<Electron.Tray> {
  static there: StandinTray | null = null;
  readonly standin;

  constructor(image: Electron.NativeImage | string) {
    super('Tray');
    this.standin = {
      image: imageOf(image),
      toolTip: '',
      title: '',
      menu: null as StandinMenu | null,
      poppedUp: null as StandinMenu | null,
      destroyed: false,
    };
    if (StandinTray.there) throw new Error('The stand-in for Electron has room for one tray.');
    StandinTray.there = this;
  }

  setImage(image: Electron.NativeImage | string): void {
    this.needed().image = imageOf(image);
  }
  setPressedImage(_image: Electron.NativeImage | string): void {}
  setToolTip(toolTip: string): void {
    this.needed().toolTip = toolTip;
  }
  setTitle(title: string): void {
    this.needed().title = title;
  }
  getTitle(): string {
    return this.standin.title;
  }
  setIgnoreDoubleClickEvents(_ignore: boolean): void {}
  setContextMenu(menu: Electron.Menu | null): void {
    this.needed().menu = menu as unknown as StandinMenu | null;
  }
  popUpContextMenu(menu?: Electron.Menu): void {
    this.needed().poppedUp = (menu as unknown as StandinMenu | undefined) ?? this.standin.menu;
  }
  closeContextMenu(): void {}
  getBounds(): Electron.Rectangle {
    return { ...NOWHERE };
  }
  isDestroyed(): boolean {
    return this.standin.destroyed;
  }
  destroy(): void {
    if (StandinTray.there === this) StandinTray.there = null;
    this.standin.destroyed = true;
  }

  needed(): StandinTray['standin'] {
    if (this.standin.destroyed) throw new Error('Tray is destroyed');
    return this.standin;
  }
  fact(): TrayFact {
    const { image, toolTip } = this.standin;
    return {
      image: image.standin.picture.file,
      template: image.isMacTemplateImage,
      toolTip,
      menu: menuFacts(this.menu()),
    };
  }
  /** As a person gets it: the one that was set, or the one that is popped up for a click. */
  menu(): StandinMenu | null {
    const { standin } = this;
    if (standin.menu !== null) return standin.menu;
    this.emit('right-click', eventWith({}), { ...NOWHERE });
    return standin.poppedUp;
  }
  clicked(): void {
    this.emit('click', eventWith({}), { ...NOWHERE }, { x: 0, y: 0 });
  }
}

export class StandinNotification extends StrictEmitter implements As<Electron.Notification> {
  static all: StandinNotification[] = [];
  readonly id: string;
  title: string;
  body: string;
  silent: boolean;
  subtitle: string;
  urgency: 'normal' | 'critical' | 'low';
  timeoutType: 'default' | 'never';
  readonly standin = { shown: false, ever: false };

  constructor(options: Electron.NotificationConstructorOptions = {}) {
    super('Notification');
    this.id = options.id ?? randomUUID();
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    this.silent = options.silent ?? false;
    this.subtitle = options.subtitle ?? '';
    this.urgency = options.urgency ?? 'normal';
    this.timeoutType = options.timeoutType ?? 'default';
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    if (!this.standin.ever) StandinNotification.all.push(this);
    this.standin.ever = true;
    this.standin.shown = true;
    this.emit('show', eventWith({}));
  }
  close(): void {
    if (!this.standin.shown) return;
    this.standin.shown = false;
    this.emit('close', eventWith({}));
  }

  fact(): NotificationFact {
    return { title: this.title, body: this.body, shown: this.standin.shown, silent: this.silent };
  }
}
