/**
 * Settles doubts: units of which nobody knows whether the server registered them are looked up by their identity.
 * Nothing here registers anything. Used by the engine only.
 */

import type { Registered } from './encord-port.ts';
import { UploaderError } from './errors.ts';
import type { Unit, UnitId } from './model.ts';
import { change, Halving, isNo, knownUnit, later, nextTry, type UnitStep } from './unit-steps.ts';
import type { ReadyBatch, Workshop } from './work.ts';

/** Units that one lookup concerns. */
const LOOKUP_SIZE = 100;

export class Doubts implements UnitStep {
  readonly state = 'registering';
  readonly #shop: Workshop;
  readonly #halving = new Halving();
  /** When this process first looked, on the clock that only goes forward. Activity, not fact: it is not stored. */
  readonly #looked = new Map<UnitId, number>();

  constructor(shop: Workshop) {
    this.#shop = shop;
  }

  atOnce(): number {
    return 2;
  }

  perCall(): number {
    return LOOKUP_SIZE;
  }

  choose(_ready: ReadyBatch, due: readonly Unit[]): readonly Unit[] {
    const doubted = due.filter((unit) => unit.state.at === 'registering' && unit.state.doubt);
    const [first] = doubted;
    return first ? doubted.slice(0, Math.min(LOOKUP_SIZE, this.#halving.most(first))) : [];
  }

  async run(ready: ReadyBatch, units: readonly Unit[]): Promise<void> {
    const shop = this.#shop;
    const known = units.map((unit) => knownUnit(unit, shop.deps.store.itemsOf(unit.id)));
    const route = ready.session.route(ready.target.route);
    // What is absent was absent when the server looked, which may have been as early as this.
    const askedAt = shop.now();
    const asked = shop.deps.clock.monotonic();
    const answer = await shop.call(ready.batch.accountId, () =>
      route.lookup(ready.target, known, shop.signal),
    );
    if (answer.ok) return this.#lookedUp(units, answer.value, askedAt, asked);
    if (!isNo(answer.failure)) return later(shop, units, answer.failure);
    // One unit that the server will not speak of must not hide the others.
    if (units.length > 1) return this.#halving.halve(units);
    // It will never tell: then its silence counts as absence, which for a group means asking a person.
    return this.#lookedUp(units, new Map(), askedAt, asked);
  }

  async #lookedUp(
    units: readonly Unit[],
    found: ReadonlyMap<UnitId, Registered>,
    askedAt: number,
    asked: number,
  ): Promise<void> {
    const shop = this.#shop;
    const settled = new Set<UnitId>();
    const changes = units.map((unit) => {
      const result = found.get(unit.id);
      if (result) {
        settled.add(unit.id);
        return change(unit, { on: 'registered', ...result, at: shop.now() });
      }
      const sentAt = Math.max(unit.state.at === 'registering' ? unit.state.intent.at : 0, shop.lastWoke.at);
      const settledAt = sentAt + shop.deps.settleMs;
      const first = Math.max(this.#looked.get(unit.id) ?? asked, shop.lastWoke.monotonic);
      this.#looked.set(unit.id, first);
      // A clock that was set back would keep the doubt open for as long as it was wrong.
      const final = askedAt >= settledAt || asked - first >= shop.deps.settleMs;
      if (final) settled.add(unit.id);
      return change(unit, {
        on: 'absent',
        final,
        repeatable: shop.deps.media(unit.media).repeatable,
        failure: shop.failure(uncertainty(unit)),
        notBefore: Math.min(Math.max(settledAt, shop.now()), nextTry(shop, [unit])),
      });
    });
    await shop.committer.commit(changes);
    this.#halving.forget(units);
    for (const id of settled) this.#looked.delete(id);
  }
}

/** What is said of a unit whose registration nobody answered. */
export function uncertainty(unit: Unit): UploaderError {
  return new UploaderError(
    'uncertain',
    `Nobody answered whether ${JSON.stringify(unit.title)} was registered, and Encord does not show it. ` +
      'Check again, look into the dataset, or register it anyway if it is not there.',
  );
}
