/**
 * The second half of the engine: from stored bytes to a data row. Registers ready units, settles doubts by lookup,
 * follows jobs, links storage items. Every call here is preceded by a committed fact, so that a process that dies
 * between the two finds out what happened instead of doing it again. Used by the engine only.
 */

import { asUploaderError, type Failure, UploaderError } from './errors.ts';
import type { UnitEvent } from './machine.ts';
import type { Intent, Item, Unit, UnitId } from './model.ts';
import type {
  Answer,
  CallFailure,
  Change,
  JobState,
  KnownUnit,
  Registered,
  RegisterUnit,
  Registration,
} from './ports.ts';
import { backoffMs } from './retry.ts';
import { type ReadyBatch, unreachable, type Workshop } from './work.ts';

/** Registrations under way at once in one batch: enough to hide the round trips of a route that takes one by one. */
const CALLS_AT_ONCE = 16;
/** Jobs of one batch that are polled at once; each poll is held open by the server. */
const POLLS_AT_ONCE = 8;
/** Units that one lookup or link call concerns. */
const LOOKUP_SIZE = 100;
const LINK_SIZE = 200;
/** A server that answers a long poll at once is not asked again sooner than this. */
const POLL_PAUSE_MS = 200;
const POLL_PAUSE_CAP_MS = 3_000;

type Step = 'ready' | 'registering' | 'processing' | 'linking';

export class Registrations {
  readonly #shop: Workshop;
  readonly #running = new Set<UnitId>();
  readonly #calls = new Map<string, number>();
  /** Units whose joint registration was refused as a whole: the next one takes fewer, until the bad one is alone. */
  readonly #atMost = new Map<UnitId, number>();
  /** When a job may be polled again, and the pause before that. Activity, not fact: it is not stored. */
  readonly #polls = new Map<string, { next: number; pause: number }>();

  constructor(shop: Workshop) {
    this.#shop = shop;
  }

  get busy(): number {
    return this.#running.size;
  }

  /** The next time after `now` at which a job wants to be polled; null when none waits. */
  nextPoll(now: number): number | null {
    let next: number | null = null;
    for (const poll of this.#polls.values()) {
      if (poll.next > now && (next === null || poll.next < next)) next = poll.next;
    }
    return next;
  }

  start(batches: readonly ReadyBatch[], wake: () => void): void {
    for (const ready of batches) {
      this.#startStep(ready, 'linking', wake);
      this.#startStep(ready, 'registering', wake);
      this.#startStep(ready, 'processing', wake);
      this.#startStep(ready, 'ready', wake);
    }
  }

  #startStep(ready: ReadyBatch, step: Step, wake: () => void): void {
    const limits: Record<Step, number> = {
      ready: ready.target.route === 'storage' ? 2 : CALLS_AT_ONCE,
      registering: 2,
      processing: POLLS_AT_ONCE,
      linking: 1,
    };
    const key = `${step} ${ready.batch.id}`;
    while ((this.#calls.get(key) ?? 0) < limits[step]) {
      const allowance = ready.gate.allowance(this.#shop.now());
      if (allowance === 'none') return;
      const units = this.#choose(ready, step);
      if (units.length === 0) return;
      if (allowance === 'one') ready.gate.probe();
      for (const unit of units) this.#running.add(unit.id);
      this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
      void this.#work(ready, step, units)
        .catch((reason: unknown) => {
          this.#shop.deps.log.error('A step of the registration could not be recorded.', {
            step,
            code: asUploaderError(reason).code,
          });
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

  /** Units for one call of this step. */
  #choose(ready: ReadyBatch, step: Step): readonly Unit[] {
    const due = this.#shop.deps.store
      .dueUnits(ready.batch.id, step, this.#shop.now(), this.#running.size + LINK_SIZE)
      .filter((unit) => !this.#running.has(unit.id));
    const first = due[0];
    if (!first) return [];
    switch (step) {
      case 'ready': {
        const most = Math.min(
          ready.session.route(ready.target.route).unitsPerRegistration(first.media),
          this.#atMost.get(first.id) ?? Number.POSITIVE_INFINITY,
        );
        return due.filter((unit) => unit.media === first.media).slice(0, Math.max(1, most));
      }
      case 'registering':
        return due
          .filter((unit) => unit.state.at === 'registering' && unit.state.doubt)
          .slice(0, LOOKUP_SIZE);
      case 'processing':
        return this.#chooseJob(due);
      case 'linking':
        return due.slice(0, Math.max(1, Math.min(LINK_SIZE, this.#atMost.get(first.id) ?? LINK_SIZE)));
      default:
        return unreachable(step);
    }
  }

  #chooseJob(due: readonly Unit[]): readonly Unit[] {
    const now = this.#shop.now();
    for (const unit of due) {
      if (unit.state.at !== 'processing') continue;
      const { job } = unit.state;
      if ((this.#polls.get(job)?.next ?? 0) > now) continue;
      return due.filter((other) => other.state.at === 'processing' && other.state.job === job);
    }
    return [];
  }

  #work(ready: ReadyBatch, step: Step, units: readonly Unit[]): Promise<void> {
    switch (step) {
      case 'ready':
        return this.#register(ready, units);
      case 'registering':
        return this.#lookup(ready, units);
      case 'processing':
        return this.#poll(ready, units);
      case 'linking':
        return this.#link(ready, units);
      default:
        return unreachable(step);
    }
  }

  // ------------------------------------------------------------------------------------------ register

  async #register(ready: ReadyBatch, units: readonly Unit[]): Promise<void> {
    const shop = this.#shop;
    const requests = units.map((unit) => registerUnit(unit, shop.deps.store.itemsOf(unit.id)));
    const route = ready.session.route(ready.target.route);
    if (!(await this.#prepared(ready, units, requests))) return;
    const intent: Intent = { id: shop.deps.random.uuid(), at: shop.now() };
    await shop.committer.commit(units.map((unit) => change(unit, { on: 'intent', intent })));
    // A cancel or a stop may have come between the choice and the commit: only what is registering now is sent.
    const sending = requests.filter(
      (request) => shop.deps.store.unit(request.id)?.state.at === 'registering',
    );
    if (sending.length === 0) return;
    if (shop.signal.aborted) return this.#notRegistered(units, null, 0);
    const answer = await shop.call(ready.batch.accountId, () =>
      route.register(ready.target, sending, shop.patientSignal),
    );
    if (answer.ok) return this.#registered(units, answer.value);
    await this.#registerFailed(units, answer.failure);
  }

  /** Tells the server what must come before the registration; false where that did not succeed. */
  async #prepared(
    ready: ReadyBatch,
    units: readonly Unit[],
    requests: readonly RegisterUnit[],
  ): Promise<boolean> {
    const shop = this.#shop;
    const { prepare } = ready.session.route(ready.target.route);
    if (prepare === null) return true;
    const answer = await shop.call(ready.batch.accountId, () => prepare(ready.target, requests, shop.signal));
    if (answer.ok) return !shop.signal.aborted;
    if (shop.signal.aborted) return false;
    const { failure } = answer;
    if (failure.kind !== 'refused' && failure.kind !== 'no-such-call') {
      await this.#later(units, answer);
      return false;
    }
    const why = shop.failure(failure.error);
    await shop.committer.commit(units.map((unit) => change(unit, { on: 'refused', failure: why })));
    return false;
  }

  async #registered(units: readonly Unit[], registration: Registration): Promise<void> {
    for (const unit of units) this.#atMost.delete(unit.id);
    const at = this.#shop.now();
    await this.#shop.committer.commit(
      units.map((unit) => {
        switch (registration.kind) {
          case 'job':
            return change(unit, { on: 'job-started', job: registration.job });
          case 'registered':
            return change(unit, { on: 'registered', ...registration.result, at });
          default:
            return unreachable(registration);
        }
      }),
    );
  }

  async #registerFailed(units: readonly Unit[], failed: CallFailure): Promise<void> {
    const shop = this.#shop;
    const failure = shop.failure(failed.error);
    switch (failed.kind) {
      case 'lost':
        await shop.committer.commit(
          units.map((unit) =>
            change(unit, { on: 'in-doubt', failure, notBefore: shop.now() + this.#wait(0) }),
          ),
        );
        return;
      case 'never-sent':
      case 'wait':
        return this.#notRegistered(units, failure, shop.now() + this.#wait(0));
      case 'signed-out':
        return this.#notRegistered(units, failure, 0);
      case 'no-such-call':
      case 'refused': {
        if (units.length === 1) {
          for (const unit of units) this.#atMost.delete(unit.id);
          await shop.committer.commit(units.map((unit) => change(unit, { on: 'refused', failure })));
          return;
        }
        const half = Math.ceil(units.length / 2);
        for (const unit of units) this.#atMost.set(unit.id, half);
        return this.#notRegistered(units, null, 0);
      }
      default:
        return unreachable(failed);
    }
  }

  #notRegistered(units: readonly Unit[], failure: Failure | null, notBefore: number): Promise<void> {
    return this.#shop.committer.commit(
      units.map((unit) => change(unit, { on: 'not-registered', failure, notBefore })),
    );
  }

  // ------------------------------------------------------------------------------------------ lookup

  async #lookup(ready: ReadyBatch, units: readonly Unit[]): Promise<void> {
    const shop = this.#shop;
    const known = units.map((unit) => knownUnit(unit, shop.deps.store.itemsOf(unit.id)));
    const route = ready.session.route(ready.target.route);
    const answer = await shop.call(ready.batch.accountId, () =>
      route.lookup(ready.target, known, shop.signal),
    );
    if (answer.ok) return this.#lookedUp(units, answer.value);
    if (answer.failure.kind === 'refused' || answer.failure.kind === 'no-such-call') {
      // The server will never tell: then its silence counts as absence, which for a group means asking a person.
      return this.#lookedUp(units, new Map());
    }
    await this.#later(units, answer);
  }

  async #lookedUp(units: readonly Unit[], found: ReadonlyMap<UnitId, Registered>): Promise<void> {
    const shop = this.#shop;
    const now = shop.now();
    await shop.committer.commit(
      units.map((unit) => {
        const result = found.get(unit.id);
        if (result) return change(unit, { on: 'registered', ...result, at: now });
        const { attempts, intentAt } = doubtOf(unit);
        const settledAt = intentAt + shop.deps.settleMs;
        return change(unit, {
          on: 'absent',
          final: now >= settledAt,
          repeatable: shop.deps.media(unit.media).repeatable,
          failure: shop.failure(uncertainty(unit)),
          notBefore: Math.min(settledAt, now + this.#wait(attempts)),
        });
      }),
    );
  }

  // ------------------------------------------------------------------------------------------ poll

  async #poll(ready: ReadyBatch, units: readonly Unit[]): Promise<void> {
    const shop = this.#shop;
    const job = units[0]?.state.at === 'processing' ? units[0].state.job : '';
    const known = units.map((unit) => knownUnit(unit, shop.deps.store.itemsOf(unit.id)));
    const route = ready.session.route(ready.target.route);
    const answer = await shop.call(ready.batch.accountId, () =>
      route.poll(ready.target, job, known, shop.signal),
    );
    if (!answer.ok) {
      if (answer.failure.kind === 'refused' || answer.failure.kind === 'no-such-call') {
        return this.#jobGone(job, units, shop.failure(answer.failure.error));
      }
      return this.#later(units, answer);
    }
    await this.#polled(job, units, answer.value);
  }

  async #polled(job: string, units: readonly Unit[], state: JobState): Promise<void> {
    const shop = this.#shop;
    switch (state.kind) {
      case 'pending': {
        const pause = Math.min((this.#polls.get(job)?.pause ?? POLL_PAUSE_MS / 2) * 2, POLL_PAUSE_CAP_MS);
        this.#polls.set(job, { next: shop.now() + pause, pause });
        return;
      }
      case 'gone':
        return this.#jobGone(
          job,
          units,
          shop.failure(
            new UploaderError('job-lost', 'Encord no longer knows the job that was to register this.'),
          ),
        );
      case 'ended': {
        this.#polls.delete(job);
        const at = shop.now();
        await shop.committer.commit(
          units.map((unit) => {
            const result = state.results.get(unit.id) ?? { kind: 'unknown' as const };
            switch (result.kind) {
              case 'done': {
                const { itemUuid, dataHash, linked } = result;
                return change(unit, { on: 'registered', itemUuid, dataHash, linked, at });
              }
              case 'failed':
                return change(unit, { on: 'job-failed', failure: shop.failure(result.error) });
              case 'unknown':
                return change(unit, {
                  on: 'in-doubt',
                  failure: shop.failure(uncertainty(unit)),
                  notBefore: 0,
                });
              default:
                return unreachable(result);
            }
          }),
        );
        return;
      }
      default:
        return unreachable(state);
    }
  }

  async #jobGone(job: string, units: readonly Unit[], failure: Failure): Promise<void> {
    this.#polls.delete(job);
    await this.#shop.committer.commit(
      units.map((unit) => change(unit, { on: 'in-doubt', failure, notBefore: 0 })),
    );
  }

  // ------------------------------------------------------------------------------------------ link

  async #link(ready: ReadyBatch, units: readonly Unit[]): Promise<void> {
    const shop = this.#shop;
    const uuids = units.flatMap((unit) => (unit.state.at === 'linking' ? [unit.state.itemUuid] : []));
    const route = ready.session.route(ready.target.route);
    const answer = await shop.call(ready.batch.accountId, () =>
      route.link(ready.target, uuids, shop.patientSignal),
    );
    if (answer.ok) {
      const at = shop.now();
      await shop.committer.commit(
        units.map((unit) => {
          const uuid = unit.state.at === 'linking' ? unit.state.itemUuid : '';
          return change(unit, { on: 'linked', dataHash: answer.value.get(uuid) ?? null, at });
        }),
      );
      return;
    }
    const { failure } = answer;
    if (failure.kind !== 'refused' && failure.kind !== 'no-such-call') return this.#later(units, answer);
    if (units.length > 1) {
      const half = Math.ceil(units.length / 2);
      for (const unit of units) this.#atMost.set(unit.id, half);
      return;
    }
    await shop.committer.commit(
      units.map((unit) => change(unit, { on: 'link-refused', failure: shop.failure(failure.error) })),
    );
  }

  // ------------------------------------------------------------------------------------------ shared

  async #later(units: readonly Unit[], answer: Answer<unknown> & { ok: false }): Promise<void> {
    const shop = this.#shop;
    const failure = shop.failure(answer.failure.error);
    const notBefore = shop.now() + this.#wait(0);
    await shop.committer.commit(units.map((unit) => change(unit, { on: 'later', failure, notBefore })));
  }

  #wait(attempts: number): number {
    return backoffMs(attempts, this.#shop.deps.random, this.#shop.backoff);
  }
}

function change(unit: Unit, event: UnitEvent): Change {
  return { kind: 'unit', id: unit.id, event };
}

function doubtOf(unit: Unit): { attempts: number; intentAt: number } {
  return unit.state.at === 'registering'
    ? { attempts: unit.state.attempts, intentAt: unit.state.intent.at }
    : { attempts: 0, intentAt: 0 };
}

function uncertainty(unit: Unit): UploaderError {
  return new UploaderError(
    'uncertain',
    `Nobody answered whether ${JSON.stringify(unit.title)} was registered, and Encord does not show it. ` +
      'Check again, look into the dataset, or register it anyway if it is not there.',
  );
}

function registerUnit(unit: Unit, items: readonly Item[]): RegisterUnit {
  return {
    id: unit.id,
    media: unit.media,
    title: unit.title,
    frames: items.map((item) => {
      if (item.state.at !== 'stored' || !('url' in item.state.grant)) {
        throw new UploaderError('internal', 'A unit was to be registered whose files are not all stored.');
      }
      return { grant: item.state.grant, name: item.name, mime: item.mime, size: item.identity.size };
    }),
  };
}

function knownUnit(unit: Unit, items: readonly Item[]): KnownUnit {
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
