/**
 * The second half of the engine: from stored bytes to a data row. Starts the steps of units (registering, settling
 * doubts, following jobs, linking) as far as the account's gate lets them. Used by the engine only.
 */

import { Doubts } from './doubts.ts';
import { asUploaderError, UploaderError } from './errors.ts';
import { Jobs } from './jobs.ts';
import { Links } from './links.ts';
import type { Unit, UnitId } from './model.ts';
import { Registering } from './registering.ts';
import { change, type UnitStep } from './unit-steps.ts';
import type { ReadyBatch, Workshop } from './work.ts';

/** Due units that a step chooses from, beside those that are under way. */
const CHOICE = 200;

export class Registrations {
  readonly #shop: Workshop;
  readonly #jobs: Jobs;
  /** In this order: what is nearest to its end first. */
  readonly #steps: readonly UnitStep[];
  readonly #running = new Set<UnitId>();
  readonly #calls = new Map<string, number>();
  /** Units whose step could not be recorded (disk full, say): an intent of theirs may be open with nobody waiting. */
  readonly #unrecorded = new Set<UnitId>();

  constructor(shop: Workshop) {
    this.#shop = shop;
    this.#jobs = new Jobs(shop);
    this.#steps = [new Links(shop), new Doubts(shop), this.#jobs, new Registering(shop)];
  }

  get busy(): number {
    return this.#running.size;
  }

  /** The next time after `now` at which a job wants to be polled; null when none waits. */
  nextPoll(now: number): number | null {
    return this.#jobs.nextPoll(now);
  }

  /** The clock was set back, so that no remembered time means anything. */
  forgetWaits(): void {
    this.#jobs.forgetWaits();
  }

  start(batches: readonly ReadyBatch[], wake: () => void): void {
    if (this.#unrecorded.size > 0) void this.#doubtUnrecorded();
    for (const ready of batches) {
      for (const step of this.#steps) {
        // What has been begun goes on; only what is not registered yet is held back with its batch.
        if (step.state !== 'ready' || !ready.held) this.#startStep(ready, step, wake);
      }
    }
  }

  #startStep(ready: ReadyBatch, step: UnitStep, wake: () => void): void {
    const key = `${step.state} ${ready.batch.id}`;
    while ((this.#calls.get(key) ?? 0) < step.atOnce(ready)) {
      const allowance = ready.gate.allowance(this.#shop.now());
      if (allowance === 'none') return;
      const units = this.#choose(ready, step);
      if (units.length === 0) return;
      if (allowance === 'one') ready.gate.probe();
      for (const unit of units) this.#running.add(unit.id);
      this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
      void step
        .run(ready, units)
        .catch((reason: unknown) => {
          for (const unit of units) this.#unrecorded.add(unit.id);
          const { code, message } = asUploaderError(reason);
          const fields = { step: step.state, code, message };
          this.#shop.deps.log.error('A step of the registration could not be recorded.', fields);
        })
        .finally(() => {
          ready.gate.probeEnded();
          for (const unit of units) this.#running.delete(unit.id);
          const left = (this.#calls.get(key) ?? 1) - 1;
          if (left > 0) this.#calls.set(key, left);
          else this.#calls.delete(key);
          wake();
        });
    }
  }

  #choose(ready: ReadyBatch, step: UnitStep): readonly Unit[] {
    const due = this.#shop.deps.store
      .dueUnits(ready.batch.id, step.state, this.#shop.now(), this.#running.size + CHOICE)
      .filter((unit) => !this.#running.has(unit.id));
    return due.length === 0 ? [] : step.choose(ready, due);
  }

  /** As at a start: of an intent whose answer is not on record only a lookup can tell what came of it. */
  async #doubtUnrecorded(): Promise<void> {
    const shop = this.#shop;
    const units = [...this.#unrecorded].flatMap((id) => shop.deps.store.unit(id) ?? []);
    this.#unrecorded.clear();
    const open = units.filter(
      (unit) => !this.#running.has(unit.id) && unit.state.at === 'registering' && unit.state.doubt === null,
    );
    const failure = shop.failure(
      new UploaderError('interrupted', 'What Encord answered could not be written down. Looking it up.'),
    );
    try {
      await shop.committer.commit(
        open.map((unit) => change(unit, { on: 'in-doubt', failure, notBefore: 0 })),
      );
    } catch {
      // Still not to be written: next time.
      for (const unit of open) this.#unrecorded.add(unit.id);
    }
  }
}
