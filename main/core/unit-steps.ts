/**
 * What the steps of a unit from stored bytes to a data row share: their shape, how a failed call makes units wait, and
 * how a call that was refused as a whole is cut into smaller ones. Used by the engine only.
 */

import type { CallFailure, KnownUnit } from './encord-port.ts';
import type { UnitEvent } from './machine.ts';
import type { Item, Unit, UnitId } from './model.ts';
import { backoffMs } from './retry.ts';
import type { Change } from './store-port.ts';
import type { ReadyBatch, Workshop } from './work.ts';

/** One step: which of the due units one call takes, and the call with all that comes of it. */
export interface UnitStep {
  readonly state: 'ready' | 'registering' | 'processing' | 'linking';
  /** Calls of one batch at the same time. */
  atOnce(ready: ReadyBatch): number;
  /** The most units that one call takes. */
  perCall(ready: ReadyBatch): number;
  /** From due units in order, of which there is at least one. Empty where none wants a call yet. */
  choose(ready: ReadyBatch, due: readonly Unit[]): readonly Unit[];
  /** Rejects where what happened could not be recorded. */
  run(ready: ReadyBatch, units: readonly Unit[]): Promise<void>;
}

export function change(unit: Unit, event: UnitEvent): Change {
  return { kind: 'unit', id: unit.id, event };
}

/** A unit as the server may know it. */
export function knownUnit(unit: Unit, items: readonly Item[]): KnownUnit {
  const intentAt =
    unit.state.at === 'registering' || unit.state.at === 'processing' || unit.state.at === 'uncertain'
      ? unit.state.intent.at
      : 0;
  return {
    id: unit.id,
    media: unit.media,
    title: unit.title,
    intentAt,
    frames: items.flatMap((item) =>
      item.state.at === 'stored' ? [{ id: item.state.grant.id, objectKey: item.state.grant.objectKey }] : [],
    ),
  };
}

/** How often the unit's present step has failed. */
export function attemptsOf(unit: Unit): number {
  return 'attempts' in unit.state ? unit.state.attempts : 0;
}

/** When the units may be tried again: the wait doubles with each attempt. Milliseconds since the epoch. */
export function nextTry(shop: Workshop, units: readonly Unit[]): number {
  const attempts = Math.max(0, ...units.map(attemptsOf));
  return shop.now() + backoffMs(attempts, shop.deps.random, shop.backoff);
}

/** A poll, a lookup, a link or a preparation did not get through. Broken off by the engine itself, it is as if not tried. */
export function later(shop: Workshop, units: readonly Unit[], failed: CallFailure): Promise<void> {
  if (shop.signal.aborted) return Promise.resolve();
  const failure = shop.failure(failed.error);
  const notBefore = nextTry(shop, units);
  return shop.committer.commit(units.map((unit) => change(unit, { on: 'later', failure, notBefore })));
}

/** Whether the server said no to the call as a whole. */
export function isNo(failed: CallFailure): boolean {
  return failed.kind === 'refused' || failed.kind === 'no-such-call';
}

/** Units whose joint call was refused: the next one takes fewer, until the bad one is alone. */
export class Halving {
  readonly #atMost = new Map<UnitId, number>();

  most(unit: Unit): number {
    return this.#atMost.get(unit.id) ?? Number.POSITIVE_INFINITY;
  }

  halve(units: readonly Unit[]): void {
    const half = Math.ceil(units.length / 2);
    for (const unit of units) this.#atMost.set(unit.id, half);
  }

  forget(units: readonly Unit[]): void {
    for (const unit of units) this.#atMost.delete(unit.id);
  }
}
