/**
 * Watches large trees on Linux by one native watch for each folder: it costs nothing for each file. New folders are
 * watched as they appear. Chosen by `start.ts`.
 */

import { type FSWatcher, watch } from 'node:fs';
import { systemCode } from '../files/problems.ts';
import {
  type FolderIdentity,
  FolderQuestions,
  isUnsayable,
  type Watching,
  type WatchOrder,
} from './events.ts';
import { watchLimit } from './limits.ts';
import { absolute, baseOf, below, folderOf } from './paths.ts';
import { rootProblem, watchProblem } from './problems.ts';

/** So few that setting their watches holds up nobody. */
const FOLDERS_AT_ONCE = 32;

/** Rejects with `watch-limit`, `file-missing` or `file-unreadable`. */
export async function watchFolders(order: WatchOrder): Promise<Watching> {
  const watches = new FolderWatches(order);
  try {
    await watches.grow(['']);
    return watches;
  } catch (thrown) {
    await watches.close();
    throw watchLimit(thrown) ?? rootProblem(order.root, thrown);
  }
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly children: Set<string>;
  /** Device and inode, once it was listed. */
  identity: string;
}

class FolderWatches implements Watching {
  readonly how = 'one watch a folder';
  private readonly order: WatchOrder;
  private readonly watched = new Map<string, Watched>();
  /** Folders that may not be entered: a change of their rights is an event like any other. */
  private readonly refused = new Set<string>();
  private readonly questions: FolderQuestions;
  private closed = false;

  constructor(order: WatchOrder) {
    this.order = order;
    this.questions = new FolderQuestions(
      (path) => absolute(order.root, path),
      (batch) => this.onFolders(batch),
    );
  }

  get size(): number {
    return this.watched.size;
  }

  /** Watches these folders and all below them: each first, so that what appears while it is listed is heard of. */
  async grow(folders: readonly string[]): Promise<void> {
    const { root, scanner, skip } = this.order;
    const due = [...folders];
    while (due.length > 0 && !this.closed) {
      const armed = due.splice(-FOLDERS_AT_ONCE).filter((folder) => this.arm(folder));
      if (armed.length === 0) continue;
      const answer = await scanner.list(root, armed, false);
      if ('system' in answer.root) throw Object.assign(new Error('root'), { code: answer.root.system });
      due.push(...answer.left);
      for (const listing of answer.listings) {
        const watched = this.watched.get(listing.folder);
        if (watched) watched.identity = listing.identity;
        for (const name of listing.folders === '' ? [] : listing.folders.split('\0')) {
          const folder = below(listing.folder, name);
          if (!isUnsayable(name) && !skip(folder)) due.push(folder);
        }
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { watcher } of this.watched.values()) watcher.close();
    this.watched.clear();
    await this.questions.close();
  }

  /** False where there is nothing to list. Throws at a limit, and where the root itself cannot be watched. */
  private arm(folder: string): boolean {
    if (this.closed) return false;
    if (this.watched.has(folder)) return true;
    const parent = this.watched.get(folderOf(folder));
    // Its parent went away while this one waited for its turn.
    if (folder !== '' && !parent) return false;
    try {
      const options = { persistent: false };
      const watcher = watch(absolute(this.order.root, folder), options, (event, name) =>
        this.onEvent(folder, event, name),
      );
      watcher.on('error', (thrown) => this.onError(folder, thrown));
      this.watched.set(folder, { watcher, children: new Set(), identity: '' });
      if (folder !== '') parent?.children.add(folder);
      this.refused.delete(folder);
      return true;
    } catch (thrown) {
      if (folder === '' || watchLimit(thrown)) throw thrown;
      const code = systemCode(thrown);
      // The scan tells people of folders that may not be read.
      if (code === 'EACCES' || code === 'EPERM') this.refused.add(folder);
      this.order.log.debug('A folder cannot be watched.', { folder, code });
      return false;
    }
  }

  private drop(folder: string): void {
    this.refused.delete(folder);
    const watched = this.watched.get(folder);
    if (!watched) return;
    for (const child of watched.children) this.drop(child);
    watched.watcher.close();
    this.watched.delete(folder);
    this.watched.get(folderOf(folder))?.children.delete(folder);
  }

  private onEvent(folder: string, event: string, name: string | null): void {
    if (this.closed) return;
    const { events } = this.order;
    if (name === null || isUnsayable(name)) {
      events.unsure(folder);
      return;
    }
    if (event === 'rename' && folder !== '' && name === baseOf(folder)) {
      // Its own removal is told under its own name. A new folder in its place may have the same inode, and no watch.
      this.drop(folder);
      this.questions.ask(folder);
    }
    const path = below(folder, name);
    if (event === 'rename' || this.refused.has(path)) this.questions.ask(path);
    events.touched(path);
  }

  private onError(folder: string, thrown: unknown): void {
    if (this.closed) return;
    this.order.log.debug('The watch of a folder ended.', { folder, code: systemCode(thrown) });
    this.drop(folder);
    if (folder === '') this.order.events.doubted();
    else this.questions.ask(folder);
  }

  /** What became of names that were made, moved or removed. */
  private async onFolders(batch: ReadonlyMap<string, FolderIdentity>): Promise<void> {
    const { events, skip } = this.order;
    const appeared: string[] = [];
    for (const [path, identity] of batch) {
      const watched = this.watched.get(path);
      if (watched && watched.identity === identity) continue;
      // Removed, moved away, or another folder is in its place.
      this.drop(path);
      if (identity !== null && !skip(path)) appeared.push(path);
    }
    if (appeared.length === 0) return;
    try {
      await this.grow(appeared);
    } catch (thrown) {
      const limit = watchLimit(thrown);
      if (limit) events.failed(limit);
      else if (systemCode(thrown) !== null) events.doubted();
      else events.failed(watchProblem(thrown));
      return;
    }
    for (const path of appeared) events.unsure(path);
  }
}
