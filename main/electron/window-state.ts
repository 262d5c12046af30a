/**
 * Where the window was, kept over the end of the program and put back on a screen that exists. Called by `program.ts`.
 */

import type { BrowserWindow, Rectangle } from 'electron';
import { z } from 'zod';
import type { Kept } from './desk.ts';
import { after } from './timer.ts';
import { firstBounds, MINIMUM } from './window.ts';

const ENTRY = 'window';
/** A window that is dragged moves often. */
const SETTLE_MS = 500;
/** Of the title bar so much must be seen that a hand can take it. */
const TITLE = { width: 120, height: 32 };

const size = z.number().int().min(1).max(100_000);
const place = z.number().int().min(-100_000).max(100_000);
const windowState = z.object({
  bounds: z.object({ x: place, y: place, width: size, height: size }),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof windowState>;

/** What was kept, if it can be read. */
export function keptState(kept: Kept): WindowState | null {
  const read = windowState.safeParse(kept.read(ENTRY));
  return read.success ? read.data : null;
}

/**
 * Where the window comes up: as it was, where its title bar can still be reached on one of the screens, never larger than
 * that screen; else in the middle of the first one. `workAreas` are the free parts of the screens, the primary one first.
 */
export function boundsToOpen(state: WindowState | null, workAreas: readonly Rectangle[]): Rectangle {
  const [primary = { x: 0, y: 0, width: 1024, height: 768 }] = workAreas;
  if (state === null) return firstBounds(primary);
  const { bounds } = state;
  const seen = workAreas
    .map((area) => ({ area, shown: common(bounds, area) }))
    .filter(({ area }) => {
      const title = common({ ...bounds, height: TITLE.height }, area);
      return title.width >= Math.min(TITLE.width, bounds.width) && title.height >= TITLE.height;
    })
    .sort((one, other) => other.shown.width * other.shown.height - one.shown.width * one.shown.height)[0];
  const area = seen?.area ?? primary;
  const width = Math.min(Math.max(bounds.width, MINIMUM.width), area.width);
  const height = Math.min(Math.max(bounds.height, MINIMUM.height), area.height);
  if (seen) return { x: bounds.x, y: bounds.y, width, height };
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  };
}

/**
 * Keeps where the window is, a moment after it came to rest, once it is as it was kept (`settled`). The result writes what
 * is not written yet, and ends it.
 */
export function keepWindowState(
  window: Pick<BrowserWindow, 'on' | 'getNormalBounds' | 'isMaximized' | 'isDestroyed'>,
  kept: Kept,
  settled: () => boolean,
): () => void {
  let cancel: (() => void) | null = null;
  const write = () => {
    cancel?.();
    cancel = null;
    if (window.isDestroyed() || !settled()) return;
    const { x, y, width, height } = window.getNormalBounds();
    kept.write(ENTRY, { bounds: { x, y, width, height }, maximized: window.isMaximized() });
  };
  const moved = () => {
    cancel?.();
    cancel = after(SETTLE_MS, write);
  };
  window.on('resize', moved);
  window.on('move', moved);
  window.on('maximize', moved);
  window.on('unmaximize', moved);
  window.on('close', write);
  return () => {
    if (cancel) write();
  };
}

function common(one: Rectangle, other: Rectangle): { readonly width: number; readonly height: number } {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return width > 0 && height > 0 ? { width, height } : { width: 0, height: 0 };
}
