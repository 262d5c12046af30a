/**
 * What is on disk beside what the ledger knows: which files are new, changed, known or gone. Holds the files that a run
 * still has to deal with. Used by `folder-run.ts` alone.
 */

import type { UploaderError } from '../errors.ts';
import type { Slicer } from '../slicer.ts';
import { changePending, join, newPending, type Pending, sameIdentity, split } from './pending.ts';
import type { Look, ScannedFolder, SeenFile } from './ports.ts';
import { Renames } from './renames.ts';
import type { WatchFolder } from './rules.ts';
import type { KnownFile, Noted, WatchStore } from './store-port.ts';

/** What was there before is written down in pieces of this size. */
const NOTES_AT_ONCE = 1_000;
/** Of a folder with more files than this, so many are compared at once. */
const NAMES_AT_ONCE = 1_000;

export interface ObserverPorts {
  readonly store: WatchStore;
  readonly now: () => { readonly monotonic: number; readonly wall: number };
  readonly takes: (path: string) => boolean;
  /** Whether the name means that it is being written. */
  readonly unfinished: (name: string) => boolean;
  /** A file that is no data came, changed or went: a marker or a list, which others may wait for. */
  readonly besides: (folder: string) => void;
  /** A pending file came, changed or went. */
  readonly changed: (file: Pending, what: 'came' | 'changed' | 'went') => void;
}

export class Observer {
  readonly pending = new Map<string, Pending>();
  /** Names and folders that could not be read at the last look. */
  readonly problems = new Map<string, UploaderError>();
  readonly #ports: ObserverPorts;
  readonly #folder: () => WatchFolder;
  /** Touched by an event since the watcher started: not there before, whatever their times say. */
  readonly #touched = new Set<string>();
  readonly #renames = new Renames();
  /** How many pending files each folder has. */
  readonly #folders = new Map<string, number>();
  #notes: Noted[] = [];
  #scan = 0;

  constructor(folder: () => WatchFolder, ports: ObserverPorts) {
    this.#folder = folder;
    this.#ports = ports;
  }

  /** A look at one path that an event named. */
  look(path: string, look: Look): void {
    if (!this.#folder().begun) this.#touched.add(path);
    this.problems.delete(path);
    switch (look.kind) {
      case 'file':
        this.#see(path, look, undefined);
        return;
      case 'problem':
        if (this.#ports.takes(path)) this.problems.set(path, look.error);
        return;
      case 'gone':
      case 'other':
        this.#gone(path);
        return;
      case 'folder':
        // It took the place of a file, perhaps.
        this.#drop(path);
        return;
    }
  }

  /** A scan begins; `ended` looks for what it did not meet. */
  beginScan(): void {
    this.#scan += 1;
  }

  /** Folders of many files are compared in pieces, with pauses between them. */
  async scanned(found: ScannedFolder, slicer: Slicer): Promise<void> {
    const { store } = this.#ports;
    const { folder, names, problems } = found;
    const { ledger } = this.#folder();
    for (const problem of problems) this.problems.set(problem.path, problem.error);
    if (names.length <= NAMES_AT_ONCE) {
      this.#compare(found, 0, names.length, store.knownIn(ledger, folder));
      return;
    }
    for (let first = 0; first < names.length; first += NAMES_AT_ONCE) {
      if (slicer.spent()) await slicer.pause();
      const end = Math.min(names.length, first + NAMES_AT_ONCE);
      this.#compare(found, first, end, store.knownIn(ledger, folder, names.slice(first, end)));
    }
  }

  #compare(found: ScannedFolder, first: number, end: number, known: ReadonlyMap<string, KnownFile>): void {
    const { folder } = found;
    for (let index = first; index < end; index += 1) {
      const name = found.names[index] ?? '';
      const path = join(folder, name);
      const size = found.sizes[index] ?? 0;
      const mtimeMs = found.mtimes[index] ?? 0;
      const row = known.get(name);
      // Most files of most scans: known, and as they were.
      if (row && row.identity.size === size && row.identity.mtimeMs === mtimeMs) {
        if (this.pending.has(path)) this.#drop(path);
        continue;
      }
      const seen = { identity: { size, mtimeMs }, inode: found.inodes[index] || null };
      this.#see(path, seen, row ?? null, { folder, name });
    }
  }

  /** The scan of these folders is over: what is pending below them and was not met may be gone. */
  unseen(folders: readonly string[]): Pending[] {
    const below = (path: string) => folders.some((folder) => folder === '' || path.startsWith(`${folder}/`));
    const unseen: Pending[] = [];
    for (const file of this.pending.values()) {
      if (file.seenIn !== this.#scan && below(file.path)) unseen.push(file);
    }
    return unseen;
  }

  /** What was there before is written down; called when the first scan is over, too. */
  writeNotes(): void {
    if (this.#notes.length === 0) return;
    const { store, now } = this.#ports;
    // The folder's first scan is over only when that is written, which waits for the disk with all that was before.
    store.note(this.#folder().ledger, this.#notes, now().wall, { relaxed: true });
    this.#notes = [];
  }

  /** It is dealt with. */
  settle(path: string): void {
    this.#drop(path);
  }

  /** A pending file counts as a new one from now on: its earlier version was not sent. False where it is not pending. */
  isNew(path: string): boolean {
    const file = this.pending.get(path);
    if (file) file.again = false;
    return file !== undefined;
  }

  forgetTouched(): void {
    this.#touched.clear();
  }

  clear(): void {
    this.pending.clear();
    this.problems.clear();
    this.#renames.clear();
    this.#folders.clear();
    this.#notes = [];
  }

  /** `row`: what the ledger knows; undefined where it was not asked. */
  #see(path: string, seen: SeenFile, row: KnownFile | null | undefined, place = split(path)): void {
    if (!this.#ports.takes(path)) {
      this.#ports.besides(place.folder);
      return;
    }
    const folder = this.#folder();
    const known = row === undefined ? this.#ports.store.known(folder.ledger, path) : row;
    if (known && sameIdentity(known.identity, seen.identity)) {
      if (this.pending.has(path)) this.#drop(path);
      return;
    }
    const before = this.pending.get(path);
    if (before) {
      before.seenIn = this.#scan;
      const { monotonic } = this.#ports.now();
      const unchanged = sameIdentity(before.seen.identity, seen.identity);
      if (before.seen.inode !== seen.inode) this.#renames.vanished(before.seen.inode, monotonic);
      if (unchanged ? this.#renames.has(seen.inode) : this.#ports.unfinished(before.name)) {
        this.#renames.sighted(seen, monotonic);
      }
      if (unchanged) return;
      changePending(before, seen, monotonic);
      noteKnown(before, known);
      this.#ports.changed(before, 'changed');
      return;
    }
    if (!known && this.#wasBefore(path, seen)) {
      const state = folder.existing === 'new' ? 'before' : 'held';
      const { identity, inode } = seen;
      this.#notes.push({ path, identity, inode, state, reason: null, group: null, unitId: null });
      if (this.#notes.length >= NOTES_AT_ONCE) this.writeNotes();
      return;
    }
    const now = this.#ports.now();
    const file = newPending(path, seen, now, this.#scan, place);
    const unfinished = this.#ports.unfinished(file.name);
    if (unfinished) this.#renames.sighted(seen, now.monotonic);
    else file.renamedInto = this.#renames.claim(seen, now.monotonic);
    noteKnown(file, known);
    this.pending.set(path, file);
    this.#folders.set(file.folder, (this.#folders.get(file.folder) ?? 0) + 1);
    this.#ports.changed(file, 'came');
  }

  /**
   * There before the folder was added, as far as can be known: met by the first scan, no younger than the folder, and
   * not touched since it is watched.
   */
  #wasBefore(path: string, seen: SeenFile): boolean {
    const { begun, existing, addedAt } = this.#folder();
    return !begun && existing !== 'all' && seen.identity.mtimeMs <= addedAt && !this.#touched.has(path);
  }

  #gone(path: string): void {
    if (this.pending.has(path)) this.#drop(path);
    else this.#goneFolder(path);
    this.#ports.besides(split(path).folder);
  }

  /** Of a folder all that was below it: it was renamed, or removed. */
  #goneFolder(path: string): void {
    const inside = `${path}/`;
    for (const folder of this.#folders.keys()) {
      if (folder !== path && !folder.startsWith(inside)) continue;
      for (const each of [...this.pending.keys()]) if (each.startsWith(inside)) this.#drop(each);
      return;
    }
  }

  #drop(path: string): void {
    const file = this.pending.get(path);
    if (!file) return;
    this.pending.delete(path);
    const left = (this.#folders.get(file.folder) ?? 1) - 1;
    if (left > 0) this.#folders.set(file.folder, left);
    else this.#folders.delete(file.folder);
    if (this.#renames.has(file.seen.inode) && this.#ports.unfinished(file.name)) {
      this.#renames.vanished(file.seen.inode, this.#ports.now().monotonic);
    }
    this.#ports.changed(file, 'went');
  }
}

function noteKnown(file: Pending, known: KnownFile | null): void {
  file.again = isAgain(known);
  file.takenWith = known?.putAway ? null : (known?.group ?? null);
}

/** Whether a file that the ledger knows differently was taken before, so that the folder's rule for changes applies. */
function isAgain(known: KnownFile | null): boolean {
  if (known?.putAway) return false;
  switch (known?.state) {
    case undefined:
    // It was left alone as it was; as it is now, it is new.
    case 'before':
    case 'held':
    case 'refused':
    case 'cancelled':
      return false;
    case 'taken':
    case 'done':
    case 'skipped':
    case 'ignored':
      return true;
  }
}
