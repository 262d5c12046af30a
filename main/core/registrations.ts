/**
 * The second half of the engine: from stored bytes to a data row. Starts the steps of units (registering, settling
 * doubts, following jobs, linking) as far as the account's gate lets them. Used by the engine only.
 */

import { Doubts } from './doubts.ts';
import { UploaderError } from './errors.ts';
import { Jobs } from './jobs.ts';
import { Links } from './links.ts';
import type { Unit, UnitId } from './model.ts';
import { Registering } from './registering.ts';
import { change, type UnitStep } from './unit-steps.ts';
import type { ReadyBatch, Workshop } from './work.ts';

/** The most units that one reading brings. */
const MOST_AT_ONCE = 2_000;

interface Running {
  readonly calls: number;
  readonly units: number;
}

export class Registrations {
  readonly #shop: Workshop;
  readonly #jobs: Jobs;
  /** In this order: what is nearest to its end first. */
  readonly #steps: readonly UnitStep[];
  /** Units of the calls that are under way. */
  readonly #under = new Set<UnitId>();
  /** By state and batch. */
  readonly #calls = new Map<string, Running>();
  /** Units whose step could not be recorded (disk full, say): an intent of theirs may be open with nobody waiting. */
  readonly #unrecorded = new Set<UnitId>();

  constructor(shop: Workshop) {
    this.#shop = shop;
    this.#jobs = new Jobs(shop);
    this.#steps = [new Links(shop), new Doubts(shop), this.#jobs, new Registering(shop)];
  }

  get busy(): number {
    return this.#under.size;
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
    const key = keyOf(ready, step.state);
    const free = step.atOnce(ready) - this.#running(key).calls;
    if (free <= 0 || !this.#isWorthAsking(ready, step.state)) return;
    let due: readonly Unit[] | null = null;
    for (let call = 0; call < free; call += 1) {
      const allowance = ready.gate.allowance(this.#shop.now());
      if (allowance === 'none') return;
      due ??= this.#due(ready, step, free);
      const units: readonly Unit[] = due.length === 0 ? [] : step.choose(ready, due);
      if (units.length === 0) return;
      const chosen = new Set(units.map(({ id }) => id));
      due = due.filter(({ id }) => !chosen.has(id));
      if (allowance === 'one') ready.gate.probe();
      this.#startCall(ready, step, units, wake);
    }
  }

  /** Not where all units in that state are under way: reading them again would bring nothing. */
  #isWorthAsking({ batch: { id, open } }: ReadyBatch, state: UnitStep['state']): boolean {
    return open[state] > (state === 'processing' ? this.#running(`${state} ${id}`).units : 0);
  }

  #due(ready: ReadyBatch, step: UnitStep, calls: number): readonly Unit[] {
    const limit = this.#running(keyOf(ready, step.state)).units + calls * step.perCall(ready);
    return this.#shop.deps.store
      .dueUnits(ready.batch.id, step.state, this.#shop.now(), Math.min(limit, MOST_AT_ONCE))
      .filter((unit) => !this.#under.has(unit.id));
  }

  #startCall(ready: ReadyBatch, step: UnitStep, units: readonly Unit[], wake: () => void): void {
    const key = keyOf(ready, step.state);
    this.#count(key, 1, units.length);
    for (const unit of units) this.#under.add(unit.id);
    void step
      .run(ready, units)
      .catch((reason: unknown) => {
        for (const unit of units) this.#unrecorded.add(unit.id);
        this.#shop.noteUnrecorded(
          `A step of the registration (${step.state}) could not be recorded.`,
          reason,
        );
      })
      .finally(() => {
        ready.gate.probeEnded();
        for (const unit of units) this.#under.delete(unit.id);
        this.#count(key, -1, -units.length);
        wake();
      });
  }

  #running(key: string): Readonly<Running> {
    return this.#calls.get(key) ?? { calls: 0, units: 0 };
  }

  #count(key: string, calls: 1 | -1, units: number): void {
    const before = this.#running(key);
    const after = { calls: before.calls + calls, units: before.units + units };
    if (after.calls > 0) this.#calls.set(key, after);
    else this.#calls.delete(key);
  }

  /** As at a start: of an intent whose answer is not on record only a lookup can tell what came of it. */
  async #doubtUnrecorded(): Promise<void> {
    const shop = this.#shop;
    const unrecorded = [...this.#unrecorded];
    this.#unrecorded.clear();
    const failure = shop.failure(
      new UploaderError('interrupted', 'What Encord answered could not be written down. Looking it up.'),
    );
    try {
      const units = unrecorded.flatMap((id) => shop.deps.store.unit(id) ?? []);
      const open = units.filter(
        (unit) => !this.#under.has(unit.id) && unit.state.at === 'registering' && unit.state.doubt === null,
      );
      await shop.committer.commit(
        open.map((unit) => change(unit, { on: 'in-doubt', failure, notBefore: 0 })),
      );
    } catch {
      // Still not to be read or written: next time.
      for (const id of unrecorded) this.#unrecorded.add(id);
    }
  }
}

function keyOf(ready: ReadyBatch, state: UnitStep['state']): string {
  return `${state} ${ready.batch.id}`;
}
