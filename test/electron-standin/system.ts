/**
 * What Electron tells of the system around the program: its theme, its power, its screens. Parts of `electron.ts`; the
 * test's control changes them.
 */

import type Electron from 'electron';
import { type Area, machine } from './machine.ts';
import { StandinEvent, StrictEmitter, strict } from './strict.ts';
import type { As } from './types.ts';

class StandinTheme extends StrictEmitter implements As<Electron.NativeTheme> {
  readonly standin = { source: 'system' as Electron.NativeTheme['themeSource'] };
  readonly shouldUseHighContrastColors = false;
  readonly prefersReducedTransparency = false;

  constructor() {
    super('nativeTheme');
  }

  get shouldUseDarkColors(): boolean {
    return this.standin.source === 'system' ? machine.dark : this.standin.source === 'dark';
  }
  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return machine.dark;
  }
  get themeSource(): Electron.NativeTheme['themeSource'] {
    return this.standin.source;
  }
  set themeSource(source: Electron.NativeTheme['themeSource']) {
    const before = this.shouldUseDarkColors;
    this.standin.source = source;
    if (before !== this.shouldUseDarkColors) this.emit('updated', new StandinEvent());
  }

  systemTurns(dark: boolean): void {
    const before = this.shouldUseDarkColors;
    machine.dark = dark;
    if (before !== this.shouldUseDarkColors) this.emit('updated', new StandinEvent());
  }
}

export const nativeTheme = new StandinTheme();

class StandinPowerMonitor extends StrictEmitter implements As<Electron.PowerMonitor> {
  onBatteryPower = false;

  constructor() {
    super('powerMonitor');
  }

  getSystemIdleTime(): number {
    return 0;
  }
  getSystemIdleState(): 'active' | 'idle' | 'locked' | 'unknown' {
    return 'active';
  }
  isOnBatteryPower(): boolean {
    return this.onBatteryPower;
  }
}

export const powerMonitor = new StandinPowerMonitor();

let lastBlocker = 0;

export const powerSaveBlocker = strict('powerSaveBlocker', {
  start() {
    machine.blockers.add(++lastBlocker);
    return lastBlocker;
  },
  stop: (id) => machine.blockers.delete(id),
  isStarted: (id) => machine.blockers.has(id),
} satisfies Pick<Electron.PowerSaveBlocker, 'start' | 'stop' | 'isStarted'>);

class StandinScreen extends StrictEmitter implements As<Electron.Screen> {
  constructor() {
    super('screen');
  }

  getAllDisplays(): Electron.Display[] {
    return machine.displays.map(displayOf);
  }
  getPrimaryDisplay(): Electron.Display {
    return displayOf(this.first(), 0);
  }
  getDisplayMatching(rect: Electron.Rectangle): Electron.Display {
    return this.best((area) => shared(area, rect));
  }
  getDisplayNearestPoint({ x, y }: Electron.Point): Electron.Display {
    return this.best((area) => {
      const dx = Math.max(area.x - x, 0, x - (area.x + area.width));
      const dy = Math.max(area.y - y, 0, y - (area.y + area.height));
      return -(dx * dx + dy * dy);
    });
  }
  getCursorScreenPoint(): Electron.Point {
    const { x, y } = this.first();
    return { x, y };
  }

  change(displays: readonly Area[]): void {
    const before = this.getAllDisplays();
    machine.displays = displays;
    const after = this.getAllDisplays();
    for (const old of before.slice(after.length)) this.emit('display-removed', new StandinEvent(), old);
    for (const fresh of after.slice(before.length)) this.emit('display-added', new StandinEvent(), fresh);
    for (const [index, now] of after.entries()) {
      const was = before[index];
      if (was && JSON.stringify(was.bounds) !== JSON.stringify(now.bounds)) {
        this.emit('display-metrics-changed', new StandinEvent(), now, ['bounds', 'workArea']);
      }
    }
  }
  best(score: (area: Area) => number): Electron.Display {
    const scores = machine.displays.map(score);
    const index = scores.indexOf(Math.max(...scores));
    return displayOf(machine.displays[index] ?? this.first(), Math.max(index, 0));
  }
  first(): Area {
    const [first] = machine.displays;
    if (!first) throw new Error('The test took every display away.');
    return first;
  }
}

export const screen = new StandinScreen();

/** The area in pixels that two rectangles share. */
function shared(a: Area, b: Area): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function displayOf({ x, y, width, height }: Area, index: number): Electron.Display {
  const bounds = { x, y, width, height };
  const display = {
    id: index + 1,
    label: `Display ${index + 1}`,
    bounds,
    workArea: { ...bounds },
    size: { width, height },
    workAreaSize: { width, height },
    scaleFactor: 1,
    rotation: 0,
    internal: index === 0,
  } satisfies Partial<Electron.Display>;
  return strict<object>('Display', display) as Electron.Display;
}
