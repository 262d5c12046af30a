/**
 * Places that somebody outside the pages wants opened: kept until a page takes them. Used by the handlers; the desktop
 * host asks through `app.goTo`.
 */

import type { PlaceView } from '../../../preload/contract/desktop.ts';

/** A tray that is clicked while no page is up asks for the same few things: older ones are forgotten. */
const MOST = 20;

export class Places {
  readonly #told: () => void;
  #waiting: PlaceView[] = [];

  /** `told` is called at each new place, to tell the pages. */
  constructor(told: () => void) {
    this.#told = told;
  }

  goTo(place: PlaceView): void {
    this.#waiting.push(place);
    this.#dropOldest();
    this.#told();
  }

  /** All that wait, in order; none of them is answered twice. */
  take(): PlaceView[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** Files that were handed over are never forgotten: somebody counts on them. */
  #dropOldest(): void {
    if (this.#waiting.length <= MOST) return;
    const oldest = this.#waiting.findIndex(({ kind }) => kind !== 'files');
    if (oldest >= 0) this.#waiting.splice(oldest, 1);
  }
}
