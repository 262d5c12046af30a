/**
 * Remembers files with names that mean "being written", so that the finished names that they get are known to come from them.
 * Used by `observer.ts` alone.
 */

import type { FileIdentity } from '../model.ts';
import { sameIdentity } from './pending.ts';
import type { SeenFile } from './ports.ts';

/** How long a vanished unfinished name is remembered. */
const REMEMBERED_MS = 10_000;
const MOST_REMEMBERED = 1_000;
/** A writer may write once more just before it renames, and nobody looks in between. */
const UNSEEN_MS = 2_000;

/** How a file was when it was last seen under its unfinished name. Monotonic milliseconds. */
interface Sighting {
  readonly identity: FileIdentity;
  readonly at: number;
}

export class Renames {
  /** By inode, as are those that vanished. */
  readonly #there = new Map<string, Sighting>();
  readonly #vanished = new Map<string, Sighting & { readonly goneAt: number }>();

  /** Whether a file of this inode is there under an unfinished name, as far as is known. */
  has(inode: string | null): boolean {
    return inode !== null && this.#there.has(inode);
  }

  /** A file is there under an unfinished name. */
  sighted({ inode, identity }: SeenFile, monotonic: number): void {
    if (inode !== null) this.#there.set(inode, { identity, at: monotonic });
  }

  /** Nothing of this inode is under its unfinished name any more. */
  vanished(inode: string | null, monotonic: number): void {
    const sighting = inode === null ? undefined : this.#there.get(inode);
    if (inode === null || !sighting) return;
    this.#there.delete(inode);
    this.#vanished.set(inode, { ...sighting, goneAt: monotonic });
    const [oldest] = this.#vanished.keys();
    if (this.#vanished.size > MOST_REMEMBERED && oldest !== undefined) this.#vanished.delete(oldest);
  }

  /**
   * Whether a file that is met under a finished name had an unfinished one until now, and was not written to since. It is
   * asked once: what is written to the file under its new name is not covered by the old one. The event of the new name may
   * come before that of the old one, or that one not at all.
   */
  claim({ inode, identity }: SeenFile, monotonic: number): boolean {
    if (inode === null) return false;
    const vanished = this.#vanished.get(inode);
    const recent = vanished && monotonic - vanished.goneAt <= REMEMBERED_MS ? vanished : undefined;
    const sighting = this.#there.get(inode) ?? recent;
    this.#there.delete(inode);
    this.#vanished.delete(inode);
    if (!sighting) return false;
    if (sameIdentity(sighting.identity, identity)) return true;
    // Systems give the inode of a removed file to the next one that is made, which begins smaller.
    return monotonic - sighting.at <= UNSEEN_MS && identity.size >= sighting.identity.size;
  }

  /** Nothing can be seen any more. */
  clear(): void {
    this.#there.clear();
    this.#vanished.clear();
  }
}
