/**
 * Tells a refusal that will meet every unit of a batch alike (the dataset was deleted, the account may not write into
 * it) from one that concerns a single unit, where the server's answer is the same for both. Used by the engine only;
 * lives in memory: after a start it is found out again.
 */

import type { CallFailure } from './encord-port.ts';
import type { BatchId, Unit, UnitId } from './model.ts';
import { isNo } from './unit-steps.ts';
import { isAboutTarget, type ReadyBatch, type Workshop } from './work.ts';

export class TargetTrouble {
  readonly #shop: Workshop;
  /** The unit that was refused last by itself, and how, for batches in which nothing has succeeded since. */
  readonly #refused = new Map<BatchId, { readonly unit: UnitId; readonly code: string }>();
  /** Questions under way: many calls may be refused at the same moment. */
  readonly #asking = new Map<BatchId, Promise<boolean>>();

  constructor(shop: Workshop) {
    this.#shop = shop;
  }

  /**
   * Whether to hold the batch instead of failing its units one by one: where the account sees no such dataset any more;
   * or where a second unit is refused just as another one was, and none was taken between them.
   */
  async meetsAll(ready: ReadyBatch, units: readonly Unit[], failed: CallFailure): Promise<boolean> {
    if (!isNo(failed)) return false;
    const { code } = failed.error;
    const { id } = ready.batch;
    const maybeAll = isAboutTarget(failed.error) || failed.kind === 'no-such-call';
    if (isAboutTarget(failed.error) && (await this.#datasetIsGone(ready))) return true;
    const [unit] = units;
    if (!maybeAll || !unit || units.length > 1) return false;
    const earlier = this.#refused.get(id);
    // It stays on record: many calls are under way together, and all of them are to wait then.
    if (earlier && earlier.unit !== unit.id && earlier.code === code) return true;
    this.#refused.set(id, { unit: unit.id, code });
    return false;
  }

  /** A unit of the batch was taken: what was refused before it was refused for itself. */
  succeeded(ready: ReadyBatch): void {
    this.#refused.delete(ready.batch.id);
  }

  #datasetIsGone(ready: ReadyBatch): Promise<boolean> {
    const { id, accountId } = ready.batch;
    const asking = this.#asking.get(id);
    if (asking) return asking;
    const question = this.#shop
      .call(accountId, () => ready.session.dataset(ready.target.datasetId, this.#shop.signal))
      .then((answer) => !answer.ok && isNo(answer.failure))
      .finally(() => this.#asking.delete(id));
    this.#asking.set(id, question);
    return question;
  }
}
