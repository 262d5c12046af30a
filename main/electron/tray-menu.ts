/** What the tray shows of the program: which picture, which words, which menu. Pure; used by `tray.ts`. */

import type { MenuItemConstructorOptions } from 'electron';
import type { GlanceView, PlaceView } from '../../preload/contract/desktop.ts';
import { cut } from '../app/desktop/words.ts';

const NAME = 'Encord Uploader';
/** The ring of the picture fills in so many steps; see `assets/tray/draw.ts`. */
const STEPS = 8;
/** Windows cuts a tooltip at 127 characters. */
const TOOLTIP_LENGTH = 120;
const LABEL_NAME = 40;
const LABEL_LENGTH = 90;

/** The ground that the picture stands on; macOS colours its pictures itself. */
export type Ground = 'light' | 'dark' | 'template';

/** The name of a file of `assets/tray`; the system takes the size that it wants. */
export function pictureOf(glance: GlanceView | null, ground: Ground): string {
  const suffix = ground === 'template' ? 'Template' : `-on-${ground}`;
  return `${drawingOf(glance)}${suffix}.png`;
}

function drawingOf(glance: GlanceView | null): string {
  if (glance === null) return 'attention';
  if (glance.state !== 'uploading') return glance.state;
  // Full only when all of it is there.
  return `uploading-${Math.floor((glance.fraction ?? 0) * STEPS)}`;
}

export function tooltipOf(glance: GlanceView | null): string {
  return cut(`${NAME} · ${lineOf(glance)}`, TOOLTIP_LENGTH);
}

/** Beside the picture on macOS: how far it is, while it moves. */
export function titleOf(glance: GlanceView | null): string {
  if (glance?.state !== 'uploading' || glance.fraction === null) return '';
  return `${Math.floor(glance.fraction * 100)}%`;
}

/** All that the menu says; the same as before means that it need not be made again. */
export interface TrayMenuState {
  readonly line: string;
  readonly paused: boolean;
  readonly quitWhenDone: boolean;
  readonly batches: GlanceView['batches'];
  readonly folders: GlanceView['folders'];
}

export function menuStateOf(glance: GlanceView | null, quitWhenDone: boolean): TrayMenuState {
  return {
    line: lineOf(glance),
    paused: glance?.paused ?? false,
    quitWhenDone,
    batches: glance?.batches ?? [],
    folders: glance?.folders ?? [],
  };
}

export interface TrayActions {
  setPaused(paused: boolean): void;
  showWindow(): void;
  open(place: PlaceView): void;
  setQuitWhenDone(on: boolean): void;
  quit(): void;
}

export function trayMenu(state: TrayMenuState, actions: TrayActions): MenuItemConstructorOptions[] {
  const batches = state.batches.map(({ id, name, line }) => ({
    label: labelOf(name, line),
    click: () => actions.open({ kind: 'uploads', batchId: id }),
  }));
  const folders = state.folders.map(({ id, name, line }) => ({
    label: labelOf(name, line),
    click: () => actions.open({ kind: 'watch', watchId: id }),
  }));
  return [
    { label: verbatim(cut(state.line, LABEL_LENGTH)), enabled: false },
    { type: 'separator' },
    {
      label: state.paused ? 'Resume uploads' : 'Pause uploads',
      click: () => actions.setPaused(!state.paused),
    },
    { label: `Open ${NAME}`, click: () => actions.showWindow() },
    { type: 'separator' },
    { label: 'Recent batches', submenu: orNone(batches, 'No batches yet') },
    { label: 'Watch folders', submenu: orNone(folders, 'No watch folders') },
    { type: 'separator' },
    {
      label: 'Quit when done',
      type: 'checkbox',
      checked: state.quitWhenDone,
      click: () => actions.setQuitWhenDone(!state.quitWhenDone),
    },
    { label: 'Quit', click: () => actions.quit() },
  ];
}

/** Null: the program cannot answer, because its database is damaged, say. The window tells more. */
function lineOf(glance: GlanceView | null): string {
  return glance?.line ?? 'Open it to see what it needs';
}

function orNone(items: MenuItemConstructorOptions[], none: string): MenuItemConstructorOptions[] {
  return items.length > 0 ? items : [{ label: none, enabled: false }];
}

function labelOf(name: string, line: string): string {
  return verbatim(cut(`${cut(name, LABEL_NAME)} · ${line}`, LABEL_LENGTH));
}

/** In a menu `&` marks the letter that chooses the item. */
function verbatim(text: string): string {
  return text.replaceAll('&', '&&');
}
