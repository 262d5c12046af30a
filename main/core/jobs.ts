/**
 * Follows the jobs in which the server registers units. Used by the engine only.
 */

import { uncertainty } from './doubts.ts';
import type { JobState, JobUnitResult } from './encord-port.ts';
import { type Failure, UploaderError } from './errors.ts';
import type { UnitEvent } from './machine.ts';
import type { Unit } from './model.ts';
import { change, isNo, knownUnit, later, type UnitStep } from './unit-steps.ts';
import { type ReadyBatch, unreachable, type Workshop } from './work.ts';

/** Units of one job that a poll concerns. */
const UNITS_OF_A_JOB = 500;
/** Jobs of one batch that are polled at once; each poll is held open by the server. */
const POLLS_AT_ONCE = 8;
/** A server that answers a long poll at once is not asked again sooner than this. */
const POLL_PAUSE_MS = 200;
const POLL_PAUSE_CAP_MS = 3_000;

export class Jobs implements UnitStep {
  readonly state = 'processing';
  readonly #shop: Workshop;
  /** When a job may be polled again, and the pause before that. Activity, not fact: it is not stored. */
  readonly #polls = new Map<string, { next: number; pause: number }>();

  constructor(shop: Workshop) {
    this.#shop = shop;
  }

  /** The next time after `now` at which a job wants to be polled; null when none waits. */
  nextPoll(now: number): number | null {
    let next: number | null = null;
    for (const poll of this.#polls.values()) {
      if (poll.next > now && (next === null || poll.next < next)) next = poll.next;
    }
    return next;
  }

  /** The clock was set back, so that no remembered time means anything. */
  forgetWaits(): void {
    this.#polls.clear();
  }

  atOnce(): number {
    return POLLS_AT_ONCE;
  }

  perCall(): number {
    return UNITS_OF_A_JOB;
  }

  choose(_ready: ReadyBatch, due: readonly Unit[]): readonly Unit[] {
    const now = this.#shop.now();
    for (const unit of due) {
      if (unit.state.at !== 'processing') continue;
      const { job } = unit.state;
      if ((this.#polls.get(job)?.next ?? 0) > now) continue;
      return due.filter((other) => other.state.at === 'processing' && other.state.job === job);
    }
    return [];
  }

  async run(ready: ReadyBatch, units: readonly Unit[]): Promise<void> {
    const shop = this.#shop;
    const job = units[0]?.state.at === 'processing' ? units[0].state.job : '';
    const known = units.map((unit) => knownUnit(unit, shop.deps.store.itemsOf(unit.id)));
    const route = ready.session.route(ready.target.route);
    const answer = await shop.call(ready.batch.accountId, () =>
      route.poll(ready.target, job, known, shop.signal),
    );
    if (answer.ok) return this.#polled(job, units, answer.value);
    if (!isNo(answer.failure)) return later(shop, units, answer.failure);
    return this.#gone(job, units, shop.failure(answer.failure.error));
  }

  async #polled(job: string, units: readonly Unit[], state: JobState): Promise<void> {
    const shop = this.#shop;
    switch (state.kind) {
      case 'pending': {
        const pause = Math.min((this.#polls.get(job)?.pause ?? POLL_PAUSE_MS / 2) * 2, POLL_PAUSE_CAP_MS);
        this.#polls.set(job, { next: shop.now() + pause, pause });
        return;
      }
      case 'gone': {
        const why = new UploaderError(
          'job-lost',
          'Encord no longer knows the job that was to register this. Looking whether it was registered.',
        );
        return this.#gone(job, units, shop.failure(why));
      }
      case 'ended':
        this.#polls.delete(job);
        return shop.committer.commit(
          units.map((unit) =>
            change(unit, this.#eventOf(unit, state.results.get(unit.id) ?? { kind: 'unknown' })),
          ),
        );
      default:
        return unreachable(state);
    }
  }

  #eventOf(unit: Unit, result: JobUnitResult): UnitEvent {
    const shop = this.#shop;
    switch (result.kind) {
      case 'done': {
        const { itemUuid, dataHash, linked } = result;
        return { on: 'registered', itemUuid, dataHash, linked, at: shop.now() };
      }
      case 'failed':
        return { on: 'job-failed', failure: shop.failure(result.error) };
      case 'unknown':
        return { on: 'in-doubt', failure: shop.failure(uncertainty(unit)), notBefore: 0 };
      default:
        return unreachable(result);
    }
  }

  #gone(job: string, units: readonly Unit[], failure: Failure): Promise<void> {
    this.#polls.delete(job);
    return this.#shop.committer.commit(
      units.map((unit) => change(unit, { on: 'in-doubt', failure, notBefore: 0 })),
    );
  }
}
