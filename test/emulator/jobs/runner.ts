/**
 * Runs upload jobs: takes their units one after the other, over time, and lets long polls wait for the end.
 * Its only memory is which jobs are being run; the rest is on disk, so a restart goes on where it stopped.
 */

import type { Job } from '../store/jobs.ts';
import { registerUnit, type Target, UnitFailure } from '../units/register.ts';
import { actionOf, objectKeys, unitSpec } from '../units/spec.ts';
import type { World } from '../world.ts';

/** A job's units are spread over this many pauses, however many there are. */
const SLICES = 5;

export class JobRunner {
  #world: World | null = null;
  #closed = false;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #pauses = new Set<() => void>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiters = new Map<string, Set<() => void>>();

  /** Starts with what was pending when the emulator last ended. */
  start(world: World): void {
    this.#world = world;
    for (const job of world.jobs.pending()) this.run(job);
  }

  run(job: Job): void {
    const world = this.#world;
    if (!world || this.#closed || this.#running.has(job.uuid)) return;
    const work = this.#work(world, job)
      .catch((error: unknown) => {
        // The emulator's own fault: say so on stderr and end the job, so that nobody polls for ever.
        console.error('emulator: a job failed:', error);
        if (!this.#closed) world.jobs.setStatus(job.uuid, 'ERROR');
      })
      .finally(() => {
        this.#running.delete(job.uuid);
        this.wake(job.uuid);
      });
    this.#running.set(job.uuid, work);
  }

  async #work(world: World, job: Job): Promise<void> {
    const units = world.jobs.units(job.uuid).filter((unit) => unit.status === 'pending');
    const perSlice = Math.max(1, Math.ceil(units.length / SLICES));
    const folder = world.folders.get(job.folder);
    const dataset = job.datasetHash === null ? null : world.datasets.get(job.datasetHash);
    if (!folder) throw new Error('The folder of a job is gone.');
    const target: Target = { folder, dataset, owner: job.userHash };
    await this.#pause(world.settings.jobDelayMs);
    for (const [done, unit] of units.entries()) {
      if (done > 0 && done % perSlice === 0) await this.#pause(world.settings.jobDelayMs / SLICES);
      if (this.#closed || world.jobs.get(job.uuid)?.status !== 'PENDING') return;
      await this.#runUnit(world, job, unit.position, unit.spec, target);
    }
    if (this.#closed || world.jobs.get(job.uuid)?.status !== 'PENDING') return;
    const failed = world.jobs.counts(job.uuid).error > 0;
    world.jobs.setStatus(job.uuid, failed && !job.ignoreErrors ? 'ERROR' : 'DONE');
  }

  async #runUnit(world: World, job: Job, position: number, json: string, target: Target): Promise<void> {
    const spec = unitSpec.parse(JSON.parse(json));
    try {
      await registerUnit(world, spec, target, (results) => {
        // Cancelled, or the emulator closed, while the files were looked at: the transaction is rolled back.
        if (this.#closed || world.jobs.get(job.uuid)?.status !== 'PENDING') throw new Interrupted();
        world.jobs.finishUnit(job.uuid, position, results);
      });
    } catch (error) {
      if (error instanceof Interrupted || this.#closed) return;
      if (!(error instanceof UnitFailure)) throw error;
      world.jobs.failUnit(job.uuid, position, {
        objectUrls: objectKeys(spec),
        error: error.message,
        actionDescription: actionOf(spec),
      });
    }
  }

  isRunning(job: string): boolean {
    return this.#running.has(job);
  }

  /** Resolves when the job has ended, after the given time, or when the caller gives up. */
  async wait(job: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#running.has(job) || milliseconds <= 0) return;
    // Cancelled or forgotten while it pauses between two units: nothing more will come.
    if (this.#world?.jobs.get(job)?.status !== 'PENDING') return;
    await new Promise<void>((resolve) => {
      const waiters = this.#waiters.get(job) ?? new Set();
      this.#waiters.set(job, waiters);
      const end = (): void => {
        clearTimeout(timer);
        this.#timers.delete(timer);
        waiters.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#timers.add(timer);
      waiters.add(end);
      signal.addEventListener('abort', end);
    });
  }

  /** Tells the long polls of a job to look again. */
  wake(job: string): void {
    for (const end of this.#waiters.get(job) ?? []) end();
    this.#waiters.delete(job);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#pauses.delete(resolve);
        resolve();
      }, milliseconds);
      this.#timers.add(timer);
      this.#pauses.add(resolve);
    });
  }

  /** Stops between two units; pending units stay pending. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const job of [...this.#waiters.keys()]) this.wake(job);
    for (const resolve of this.#pauses) resolve();
    await Promise.all(this.#running.values());
  }
}

class Interrupted extends Error {}
