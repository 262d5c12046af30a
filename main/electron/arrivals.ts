/**
 * Collects what is handed to the program from outside (arguments, second starts, files dropped on its icon, links) and
 * opens it: all files of one moment as one place, because file managers hand over many files one by one. Made by
 * `program.ts`.
 */

import type { PlaceView } from '../../preload/contract/desktop.ts';
import type { Launch } from './launch.ts';
import { placeOfLink } from './links.ts';

/** Files that come within this time of each other belong together. */
const MOMENT_MS = 200;
/** As many as a place takes. */
const MOST_FILES = 100_000;

export class Arrivals {
  readonly #after: (ms: number, fn: () => void) => () => void;
  #open: ((place: PlaceView) => void) | null = null;
  #paths: string[] = [];
  #places: PlaceView[] = [];
  #cancel: () => void = () => undefined;

  constructor(after: (ms: number, fn: () => void) => () => void) {
    this.#after = after;
  }

  /** Whether there is anything to open for it. Links that mean nothing are left out. */
  add({ paths, links }: Pick<Launch, 'paths' | 'links'>): boolean {
    const places = links.flatMap((link) => placeOfLink(link) ?? []);
    this.#paths.push(...paths);
    this.#places.push(...places);
    this.#soon();
    return paths.length + places.length > 0;
  }

  /** From now on what comes is opened; what came before, at once. */
  begin(open: (place: PlaceView) => void): void {
    this.#open = open;
    this.#openAll();
  }

  close(): void {
    this.#cancel();
    this.#open = null;
  }

  #soon(): void {
    this.#cancel();
    this.#cancel = this.#after(MOMENT_MS, () => this.#openAll());
  }

  #openAll(): void {
    if (this.#open === null) return;
    this.#cancel();
    const paths = [...new Set(this.#paths)].slice(0, MOST_FILES);
    const places = this.#places;
    this.#paths = [];
    this.#places = [];
    for (const place of places) this.#open(place);
    if (paths.length > 0) this.#open({ kind: 'files', paths });
  }
}
