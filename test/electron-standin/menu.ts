/** Electron's `Menu` and `MenuItem`. Parts of `electron.ts`; the test's control reads and clicks them. */

import type Electron from 'electron';
import { app } from './app.ts';
import type { MenuFact } from './driver.ts';
import { actOfRole, roleFact } from './roles.ts';
import { StandinEvent, StrictEmitter, strict } from './strict.ts';
import type { As } from './types.ts';
import { StandinWindow } from './window.ts';

type Options = Electron.MenuItemConstructorOptions;

export class StandinMenuItem implements As<Electron.MenuItem> {
  id: string;
  label: string;
  sublabel: string;
  toolTip: string;
  type: Electron.MenuItem['type'];
  checked: boolean;
  enabled: boolean;
  visible: boolean;
  readonly accelerator: Electron.MenuItem['accelerator'];
  readonly role?: NonNullable<Electron.MenuItem['role']>;
  readonly submenu?: Electron.Menu;
  readonly click: () => void;
  readonly standin: { menu: StandinMenu | null };

  constructor(options: Options) {
    const fact = options.role === undefined ? null : roleFact(options.role);
    const submenu = options.submenu ?? fact?.submenu;
    this.id = options.id ?? '';
    this.label = options.label ?? fact?.label ?? '';
    this.sublabel = options.sublabel ?? '';
    this.toolTip = options.toolTip ?? '';
    this.type = options.type ?? (submenu ? 'submenu' : 'normal');
    this.checked = options.checked ?? false;
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.accelerator = options.accelerator ?? fact?.accelerator ?? null;
    if (options.role !== undefined) this.role = options.role as NonNullable<Electron.MenuItem['role']>;
    if (submenu) {
      this.submenu = Array.isArray(submenu) ? asMenu(StandinMenu.buildFromTemplate(submenu)) : submenu;
    }
    this.standin = { menu: null };
    if (this.type === 'submenu' && !this.submenu) throw new Error('Invalid submenu');
    if (this.type !== 'separator' && this.label === '') {
      throw new Error('A menu item that is no separator has a label or a role.');
    }
    const held = strict('MenuItem', this);
    this.click = () => {
      if (!held.enabled || !held.visible) return;
      held.toggle();
      if (options.role !== undefined) actOfRole(options.role);
      else
        options.click?.(
          held as unknown as Electron.MenuItem,
          focusedWindow(),
          new StandinEvent() as Electron.KeyboardEvent,
        );
    };
    // biome-ignore lint/correctness/noConstructorReturn: the strict object takes this one's place.
    return held;
  }

  /** As a click does before anybody hears of it. */
  toggle(): void {
    if (this.type === 'checkbox') this.checked = !this.checked;
    if (this.type !== 'radio') return;
    for (const other of this.standin.menu?.items ?? []) if (other.type === 'radio') other.checked = false;
    this.checked = true;
  }
}

export class StandinMenu extends StrictEmitter {
  readonly items: StandinMenuItem[] = [];

  constructor() {
    super('Menu');
  }

  static buildFromTemplate(template: (Options | Electron.MenuItem)[]): StandinMenu {
    if (!Array.isArray(template))
      throw new TypeError('Invalid template for Menu: Menu template must be an array');
    const menu = new StandinMenu();
    for (const entry of template) {
      menu.append(entry instanceof StandinMenuItem ? entry : new StandinMenuItem(entry as Options));
    }
    return menu;
  }
  static setApplicationMenu(menu: StandinMenu | null): void {
    app.applicationMenu = menu === null ? null : asMenu(menu);
  }
  static getApplicationMenu(): StandinMenu | null {
    return app.applicationMenu as unknown as StandinMenu | null;
  }

  append(item: StandinMenuItem): void {
    this.insert(this.items.length, item);
  }
  insert(position: number, item: StandinMenuItem): void {
    item.standin.menu = this;
    this.items.splice(position, 0, item);
  }
  getMenuItemById(id: string): StandinMenuItem | null {
    for (const item of this.items) {
      const found =
        item.id === id ? item : (item.submenu as unknown as StandinMenu | undefined)?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }
}

/** As a person sees it: what is hidden is not there. */
export function menuFacts(menu: StandinMenu | null): MenuFact[] {
  return (menu?.items ?? [])
    .filter((item) => item.visible)
    .map((item) => ({
      label: item.label,
      enabled: item.enabled,
      checked: item.checked,
      accelerator: item.accelerator,
      role: item.role ?? null,
      type: plainType(item.type),
      submenu: menuFacts((item.submenu as unknown as StandinMenu | undefined) ?? null),
    }));
}

/** Clicks what the labels on the way name; an error names what cannot be clicked. */
export function clickMenu(menu: StandinMenu | null, path: readonly string[]): void {
  const [label, ...rest] = path;
  const seen = (menu?.items ?? []).filter((item) => item.visible);
  const item = seen.find((one) => one.label === label);
  if (!item) {
    throw new Error(`The menu has no "${label}". It has: ${seen.map((one) => one.label || '–').join(', ')}.`);
  }
  if (!item.enabled) throw new Error(`"${label}" in the menu is disabled.`);
  if (rest.length > 0) clickMenu((item.submenu as unknown as StandinMenu | undefined) ?? null, rest);
  else item.click();
}

function plainType(type: Electron.MenuItem['type']): MenuFact['type'] {
  if (type === 'header' || type === 'palette')
    throw new Error(`The tests know no menu item of type ${type}.`);
  return type;
}

function asMenu(mine: StandinMenu): Electron.Menu {
  return mine as unknown as Electron.Menu;
}

function focusedWindow(): Electron.BrowserWindow | undefined {
  return StandinWindow.getFocusedWindow() ?? undefined;
}
