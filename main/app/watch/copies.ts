/**
 * Finds files whose content is on its way into the same dataset from another path: copies in two watch folders, moved files,
 * hard links. Only files of equal sizes are read. Used by `queue-intake.ts` alone.
 */

import { asUploaderError } from '../../core/errors.ts';
import type { FileIdentity } from '../../core/model.ts';
import { below } from '../../core/paths.ts';
import type { FinishedUnit, Taken } from '../../core/watch/intake.ts';
import type { WatchFolder } from '../../core/watch/rules.ts';
import type { Underway } from '../../core/watch/store-port.ts';
import type { AppDeps } from '../deps.ts';

/** So many hashes of files under way are remembered, by what the files were. */
const REMEMBERED = 20_000;

export class Copies {
  readonly #deps: Pick<AppDeps, 'files'>;
  readonly #remembered = new Map<string, string>();

  constructor(deps: Pick<AppDeps, 'files'>) {
    this.#deps = deps;
  }

  /**
   * The units that have to wait for another path, by key; `underway` has what is on its way by their sizes, and `hashes`
   * gets what had to be read, by absolute path. Groups are their ordered frames, and are compared as a whole when they are
   * planned.
   */
  async underway(
    folder: WatchFolder,
    units: readonly FinishedUnit[],
    underway: { readonly bySize: ReadonlyMap<number, readonly Underway[]> },
    hashes: Map<string, string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Taken>> {
    const found = new Map<string, Taken>();
    const bySize = new Map<number, Underway[]>();
    for (const [size, files] of underway.bySize) bySize.set(size, [...files]);
    for (const unit of units) {
      const [file] = unit.files;
      if (unit.group !== null || !file) continue;
      const { identity, inode } = file.seen;
      const path = below(folder.root, file.path);
      const others = bySize.get(identity.size) ?? [];
      const candidates = others.filter((other) => other.path !== path);
      if (candidates.length > 0) {
        const twin = await this.#twin({ path, identity, inode, sha256: null }, candidates, hashes, signal);
        if (twin !== null) {
          found.set(unit.key, twin);
          continue;
        }
      }
      // Those that follow in this sweep are compared with it, too.
      others.push({ path, identity, inode, sha256: null });
    }
    return found;
  }

  /** Reads every single file whose hash is not known yet. What cannot be read is to be looked at again. */
  async hashAll(
    folder: WatchFolder,
    units: readonly FinishedUnit[],
    hashes: Map<string, string>,
    outcomes: Map<string, Taken>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const unit of units) {
      const [file] = unit.files;
      if (unit.group !== null || !file || outcomes.has(unit.key)) continue;
      const path = below(folder.root, file.path);
      if (hashes.has(path)) continue;
      const hash = await this.#hash(path, file.seen.identity, signal);
      if (typeof hash === 'string') hashes.set(path, hash);
      else outcomes.set(unit.key, hash);
    }
  }

  /** What the file has to wait for; null where none of the candidates has its content. */
  async #twin(
    file: Underway,
    candidates: readonly Underway[],
    hashes: Map<string, string>,
    signal: AbortSignal,
  ): Promise<Taken | null> {
    // A file that was moved, or that has two names, need not be read to be known.
    const moved = candidates.find(
      (other) =>
        file.inode !== null && other.inode === file.inode && other.identity.mtimeMs === file.identity.mtimeMs,
    );
    if (moved) return { kind: 'underway', path: moved.path };
    const own = await this.#hash(file.path, file.identity, signal);
    if (typeof own !== 'string') return own;
    hashes.set(file.path, own);
    for (const other of candidates) {
      const theirs = other.sha256 ?? (await this.#hash(other.path, other.identity, signal));
      if (theirs === own) return { kind: 'underway', path: other.path };
    }
    return null;
  }

  /** Else what becomes of a file that is not (any more) what it was, or cannot be read. */
  async #hash(path: string, identity: FileIdentity, signal: AbortSignal): Promise<string | Taken> {
    const key = `${identity.size} ${identity.mtimeMs} ${path}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    try {
      const now = await this.#deps.files.identify(path);
      if (now.size !== identity.size || now.mtimeMs !== identity.mtimeMs) return { kind: 'changed' };
      const hash = await this.#deps.files.sha256(path, identity, signal);
      this.#remembered.set(key, hash);
      const [oldest] = this.#remembered.keys();
      if (this.#remembered.size > REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
      return hash;
    } catch (thrown) {
      const error = asUploaderError(thrown);
      if (error.code === 'cancelled') throw thrown;
      const gone = error.code === 'file-missing' || error.code === 'file-changed';
      return gone ? { kind: 'changed' } : { kind: 'later', error };
    }
  }
}
