/**
 * Puts registered storage items into their dataset, where the route does not do that by itself. Used by the engine only.
 */

import type { Unit } from './model.ts';
import { change, Halving, isNo, later, type UnitStep } from './unit-steps.ts';
import type { ReadyBatch, Workshop } from './work.ts';

/** Units that one link call concerns. */
const LINK_SIZE = 200;

export class Links implements UnitStep {
  readonly state = 'linking';
  readonly #shop: Workshop;
  readonly #halving = new Halving();

  constructor(shop: Workshop) {
    this.#shop = shop;
  }

  atOnce(): number {
    return 1;
  }

  choose(_ready: ReadyBatch, due: readonly Unit[]): readonly Unit[] {
    const [first] = due;
    return first ? due.slice(0, Math.min(LINK_SIZE, this.#halving.most(first))) : [];
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
      return shop.committer.commit(
        units.map((unit) => {
          const uuid = unit.state.at === 'linking' ? unit.state.itemUuid : '';
          return change(unit, { on: 'linked', dataHash: answer.value.get(uuid) ?? null, at });
        }),
      );
    }
    if (!isNo(answer.failure)) return later(shop, units, answer.failure);
    if (units.length > 1) return this.#halving.halve(units);
    this.#halving.forget(units);
    const failure = shop.failure(answer.failure.error);
    return shop.committer.commit(units.map((unit) => change(unit, { on: 'link-refused', failure })));
  }
}
