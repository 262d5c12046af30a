/**
 * Puts registered storage items into their dataset, where the route does not do that by itself. Used by the engine only.
 */

import type { Failure } from './errors.ts';
import type { BatchId, Unit } from './model.ts';
import { TargetTrouble } from './target-trouble.ts';
import { change, Halving, isNo, later, type UnitStep } from './unit-steps.ts';
import type { ReadyBatch, Workshop } from './work.ts';

/** Units that one link call concerns. */
const LINK_SIZE = 200;

export class Links implements UnitStep {
  readonly state = 'linking';
  readonly #shop: Workshop;
  readonly #halving = new Halving();
  readonly #target: TargetTrouble;
  /** Batches that cannot be linked until a person has done something about their trouble, which is this one. */
  readonly #held = new Map<BatchId, Failure>();

  constructor(shop: Workshop) {
    this.#shop = shop;
    this.#target = new TargetTrouble(shop);
  }

  atOnce(): number {
    return 1;
  }

  perCall(): number {
    return LINK_SIZE;
  }

  choose(ready: ReadyBatch, due: readonly Unit[]): readonly Unit[] {
    const [first] = due;
    if (!first || this.#isHeld(ready)) return [];
    return due.slice(0, Math.min(LINK_SIZE, this.#halving.most(first)));
  }

  async run(ready: ReadyBatch, units: readonly Unit[]): Promise<void> {
    const shop = this.#shop;
    const uuids = units.flatMap((unit) => (unit.state.at === 'linking' ? [unit.state.itemUuid] : []));
    const route = ready.session.route(ready.target.route);
    const answer = await shop.call(ready.batch.accountId, () =>
      route.link(ready.target, uuids, shop.patientSignal),
    );
    if (answer.ok) {
      const at = shop.now();
      this.#halving.forget(units);
      this.#target.succeeded(ready);
      return shop.committer.commit(
        units.map((unit) => {
          const uuid = unit.state.at === 'linking' ? unit.state.itemUuid : '';
          return change(unit, { on: 'linked', dataHash: answer.value.get(uuid) ?? null, at });
        }),
      );
    }
    if (!isNo(answer.failure)) return later(shop, units, answer.failure);
    const failure = shop.failure(answer.failure.error);
    if (await this.#target.meetsAll(ready, units, answer.failure)) return this.#hold(ready, failure);
    if (units.length > 1) return this.#halving.halve(units);
    this.#halving.forget(units);
    return shop.committer.commit(units.map((unit) => change(unit, { on: 'link-refused', failure })));
  }

  /** One sentence for the batch; its units wait as they are. */
  #hold(ready: ReadyBatch, failure: Failure): Promise<void> {
    this.#held.set(ready.batch.id, failure);
    const trouble = { failure, notBefore: Number.MAX_SAFE_INTEGER, attempts: 0 };
    return this.#shop.committer.commit([{ kind: 'batch-trouble', id: ready.batch.id, trouble }]);
  }

  /** Asked of the store, because what the engine read of the batch may be older than the trouble. */
  #isHeld({ batch: { id } }: ReadyBatch): boolean {
    const held = this.#held.get(id);
    if (!held) return false;
    const standing = this.#shop.deps.store.batch(id)?.trouble?.failure;
    if (standing?.at === held.at && standing.code === held.code) return true;
    this.#held.delete(id);
    return false;
  }
}
