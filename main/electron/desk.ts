/**
 * What the parts of the desktop host (tray, notifications, taskbar, power, menu, updates) share. Made by `program.ts`;
 * the parts know nothing of each other.
 */

import type { GlanceView, PlaceView } from '../../preload/contract/desktop.ts';
import type { SettingsView } from '../../preload/contract/views.ts';
import type { App } from '../app/types.ts';

export interface Desk {
  readonly program: Pick<App, 'handle' | 'listen' | 'suspend' | 'wake'>;
  /** As it was last seen; asked for anew, coalesced, whenever the program says that something changed. */
  readonly glance: Watched<GlanceView>;
  readonly settings: Watched<SettingsView>;
  /** `Quit when done`: for this run only. */
  readonly quitWhenDone: Watched<boolean> & { set(on: boolean): void };
  /** True while the window can be seen by a person who looks at it. */
  windowInFront(): boolean;
  /** Shows the window, made where there is none, in front of the others. */
  showWindow(): void;
  /** Shows the window and has its page open something. */
  open(place: PlaceView): void;
  /** As a person quits: asks where work is under way. */
  quit(): void;
  /** Small things of this host that outlive a run; never a secret. */
  readonly kept: Kept;
}

export interface Watched<T> {
  /** Null until the program is open. */
  get(): T | null;
  /** Called with every new value; the result stops it. */
  follow(listener: (value: T) => void): () => void;
}

/** A small file in the profile folder; what cannot be read is as if it had never been kept. */
export interface Kept {
  read(name: string): unknown;
  /** Replaces one entry; a disk that is full is no failure of the program. */
  write(name: string, value: unknown): void;
}
