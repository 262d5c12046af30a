/** Progress on the taskbar and the dock, and a badge for what needs a person. Called by `program.ts`. */

import type { App, BrowserWindow, NativeImage } from 'electron';
import type { GlanceView } from '../../preload/contract/desktop.ts';
import type { Desk } from './desk.ts';

export interface Progress {
  /** 0 to 1; -1: none is shown. */
  readonly value: number;
  readonly mode: 'none' | 'normal' | 'paused' | 'error';
}

/** What the bar shows. Only Windows has colours for a bar that stands still; elsewhere it would look like progress. */
export function progressOf(glance: GlanceView | null, platform: NodeJS.Platform): Progress {
  if (glance === null) return { value: -1, mode: 'none' };
  if (glance.fraction === null) {
    return glance.state === 'attention' && platform === 'win32'
      ? { value: 1, mode: 'error' }
      : { value: -1, mode: 'none' };
  }
  return {
    value: glance.fraction,
    mode: glance.paused ? 'paused' : glance.attention > 0 ? 'error' : 'normal',
  };
}

export interface Taskbar {
  /** To be called when there is a new window, or one that was hidden: on Windows it has a new button on the taskbar. */
  refresh(): void;
  stop(): void;
}

export function followTaskbar(
  desk: Pick<Desk, 'glance'>,
  parts: {
    readonly app: Pick<App, 'setBadgeCount'>;
    readonly window: () => Pick<BrowserWindow, 'setProgressBar' | 'setOverlayIcon'> | null;
    /** The picture of the badge where there are no numbers: Windows. */
    readonly badge: () => NativeImage;
    readonly platform: NodeJS.Platform;
  },
): Taskbar {
  const { app, badge, platform } = parts;
  /** What the badge says; null: nobody knows. */
  let counted: number | null = 0;
  const show = () => {
    const glance = desk.glance.get();
    const attention = glance?.attention ?? 0;
    const window = parts.window();
    const { value, mode } = progressOf(glance, platform);
    window?.setProgressBar(value, { mode });
    if (attention === counted) return;
    if (platform !== 'win32') app.setBadgeCount(attention);
    else if (window === null) return;
    else window.setOverlayIcon(attention > 0 ? badge() : null, attention > 0 ? wordsOf(attention) : '');
    counted = attention;
  };
  const stop = desk.glance.follow(show);
  show();
  return {
    refresh() {
      if (platform === 'win32') counted = null;
      show();
    },
    stop() {
      stop();
      if (platform !== 'win32' && counted !== 0) app.setBadgeCount(0);
    },
  };
}

function wordsOf(attention: number): string {
  return attention === 1 ? '1 upload needs attention' : `${attention} uploads need attention`;
}

const BADGE_SIZE = 16;
/** Red, as what failed has it in the pages. */
const BADGE_COLOUR = { red: 0xdc, green: 0x26, blue: 0x26 };

/** A red dot with soft edges: pixels as `nativeImage.createFromBitmap` takes them, blue first. */
export function badgePixels(): { readonly buffer: Buffer; readonly width: number; readonly height: number } {
  const buffer = Buffer.alloc(BADGE_SIZE * BADGE_SIZE * 4);
  const middle = (BADGE_SIZE - 1) / 2;
  for (let y = 0; y < BADGE_SIZE; y += 1) {
    for (let x = 0; x < BADGE_SIZE; x += 1) {
      const inside = Math.min(1, Math.max(0, BADGE_SIZE / 2 - Math.hypot(x - middle, y - middle)));
      const { red, green, blue } = BADGE_COLOUR;
      // Colours are weighed by their opacity.
      const pixel = [blue * inside, green * inside, red * inside, 255 * inside].map(Math.round);
      buffer.set(pixel, (y * BADGE_SIZE + x) * 4);
    }
  }
  return { buffer, width: BADGE_SIZE, height: BADGE_SIZE };
}
