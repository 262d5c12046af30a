/**
 * Use cases of browser drops: their bytes come into the data folder first, are uploaded from there, and the copies
 * are removed when nothing needs them any more.
 */

import { UploaderError } from '../core/errors.ts';
import type { BatchId } from '../core/model.ts';
import type { AppDeps } from './deps.ts';

export class Drops {
  readonly #deps: Pick<AppDeps, 'staging' | 'store' | 'random' | 'log'>;
  readonly #open = new Set<string>();
  /** Files that arrive just now, by drop. */
  readonly #arriving = new Map<string, Set<Promise<void>>>();

  constructor(deps: Pick<AppDeps, 'staging' | 'store' | 'random' | 'log'>) {
    this.#deps = deps;
  }

  async open(): Promise<{ dropId: string; uploadPath: string }> {
    const dropId = this.#deps.random.uuid();
    await this.#deps.staging.open(dropId);
    this.#open.add(dropId);
    return { dropId, uploadPath: `/drops/${dropId}` };
  }

  async receive(
    dropId: string,
    relativePath: string,
    facts: { size: number; mtimeMs: number | null },
    body: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    if (!this.#open.has(dropId))
      throw new UploaderError('invalid-input', 'This drop is closed. Drop the files again.');
    const arriving = this.#deps.staging.receive(dropId, relativePath, facts, body);
    const others = this.#arriving.get(dropId) ?? new Set();
    this.#arriving.set(dropId, others.add(arriving));
    try {
      await arriving;
    } finally {
      others.delete(arriving);
      if (others.size === 0) this.#arriving.delete(dropId);
    }
  }

  /** Gives up a drop that takes files still, and removes what arrived; of another nothing. */
  async discard(dropId: string): Promise<void> {
    if (!this.#open.delete(dropId)) return;
    // What is still written would make the folder again.
    await Promise.allSettled(this.#arriving.get(dropId) ?? []);
    await this.#deps.staging.remove(dropId);
  }

  /** The staged paths to plan from; the drop takes no more files. */
  async paths(dropId: string): Promise<readonly string[]> {
    if (!this.#open.delete(dropId)) {
      throw new UploaderError('invalid-input', 'This drop is closed. Drop the files again.');
    }
    const roots = await this.#deps.staging.roots(dropId);
    if (roots.length === 0)
      throw new UploaderError('invalid-input', 'No file of this drop arrived. Drop them again.');
    return roots;
  }

  /**
   * Removes the copies that no batch needs any more: of batches that ended well, and at start also those of
   * reviews that were never finished.
   */
  async sweep(atStart: boolean): Promise<void> {
    for (const dropId of await this.#deps.staging.list()) {
      if (this.#open.has(dropId)) continue;
      const batchId = this.#batchOf(dropId);
      if (batchId === null ? !atStart : this.#needed(batchId)) continue;
      await this.#deps.staging.remove(dropId);
      this.#deps.store.setSetting(`drop:${dropId}`, null);
      this.#deps.log.info('Removed the copies of a finished drop.', { dropId });
    }
  }

  /** The store wrote it together with the batch. */
  #batchOf(dropId: string): BatchId | null {
    const text = this.#deps.store.getSetting(`drop:${dropId}`);
    const parsed: unknown = text === null ? null : JSON.parse(text);
    return typeof parsed === 'number' ? parsed : null;
  }

  /** Failed and uncertain units may be tried again, so their copies stay. */
  #needed(batchId: BatchId): boolean {
    if (!this.#deps.store.batch(batchId)) return false;
    const { units } = this.#deps.store.totals({ kind: 'batch', id: batchId });
    const all = Object.values(units).reduce((sum, count) => sum + count, 0);
    return all > units.done + units.cancelled;
  }
}
