/**
 * How a text that is made piece by piece leaves the program: into a file that the person chose in the system's dialog,
 * or, where there is none, through the browser as a download. Used by receipts and by the comparison of a dataset.
 */

import type { SavedView } from '../../preload/contract/views.ts';
import { UploaderError } from '../core/errors.ts';
import type { AppDeps } from './deps.ts';
import type { Download } from './types.ts';

/** Downloads that were promised and not fetched: more are those of pages that are gone. */
const PROMISED_AT_MOST = 20;

export class Exports {
  readonly #deps: Pick<AppDeps, 'host' | 'random' | 'saveText'>;
  readonly #signal: AbortSignal;
  readonly #promised = new Map<string, Download>();

  constructor(deps: Pick<AppDeps, 'host' | 'random' | 'saveText'>, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  /** `name` is what the file is called unless the person says otherwise; pieces are made only when they are wanted. */
  async save(name: string, pieces: () => AsyncIterable<string>): Promise<SavedView> {
    const { chooseSavePath } = this.#deps.host;
    const safe = fileName(name);
    if (chooseSavePath === null) {
      const id = this.#deps.random.uuid();
      this.#promised.set(id, { name: safe, pieces });
      for (const oldest of this.#promised.keys()) {
        if (this.#promised.size <= PROMISED_AT_MOST) break;
        this.#promised.delete(oldest);
      }
      return { kind: 'download', path: `/downloads/${id}`, name: safe };
    }
    const path = await chooseSavePath(safe);
    if (path === null) return { kind: 'cancelled' };
    await this.#deps.saveText(path, pieces(), this.#signal);
    return { kind: 'saved', path };
  }

  /** A promised download, once. Throws `not-found`. */
  take(id: string): Download {
    const download = this.#promised.get(id);
    this.#promised.delete(id);
    if (!download) {
      throw new UploaderError('not-found', 'This download is no longer there. Ask for it again on the page.');
    }
    return download;
  }
}

/** Without what some file system does not take in a name. */
function fileName(name: string): string {
  const safe = name.replace(/[\p{Cc}<>:"/\\|?*]+/gu, ' ').trim();
  return safe.slice(-150) || 'export';
}
