/**
 * The call that turns stored bytes into a data row. The intent is committed before it is made, and its answer together
 * with the new state, so that a process that dies between the two finds out what happened instead of doing it again.
 * Used by the engine only.
 */

import type { CallFailure, RegisterUnit, Registration } from './encord-port.ts';
import { type Failure, UploaderError } from './errors.ts';
import { MEDIA_TYPES } from './media/index.ts';
import type { Intent, Item, Unit } from './model.ts';
import { TargetTrouble } from './target-trouble.ts';
import { change, Halving, isNo, later, nextTry, type UnitStep } from './unit-steps.ts';
import { isAboutTarget, type ReadyBatch, unreachable, type Workshop } from './work.ts';

/** Registrations under way at once in one batch: enough to hide the round trips of a route that takes one by one. */
const CALLS_AT_ONCE = 32;
const JOBS_AT_ONCE = 2;
/** Characters of client metadata in one call: Encord takes 10 MB of each unit, which in a job of many is too much. */
const METADATA_AT_ONCE = 4_000_000;

export class Registering implements UnitStep {
  readonly state = 'ready';
  readonly #shop: Workshop;
  readonly #halving = new Halving();
  readonly #target: TargetTrouble;

  constructor(shop: Workshop) {
    this.#shop = shop;
    this.#target = new TargetTrouble(shop);
  }

  atOnce(ready: ReadyBatch): number {
    return ready.target.route === 'storage' ? JOBS_AT_ONCE : CALLS_AT_ONCE;
  }

  perCall(ready: ReadyBatch): number {
    const route = ready.session.route(ready.target.route);
    return Math.max(...MEDIA_TYPES.map(({ id }) => route.unitsPerRegistration(id)));
  }

  choose(ready: ReadyBatch, due: readonly Unit[]): readonly Unit[] {
    const [first] = due;
    if (!first) return [];
    const route = ready.session.route(ready.target.route);
    const most = Math.min(route.unitsPerRegistration(first.media), this.#halving.most(first));
    const alike = due.filter((unit) => unit.media === first.media).slice(0, Math.max(1, most));
    return alike.slice(0, Math.max(1, withinMetadata(alike)));
  }

  async run(ready: ReadyBatch, chosen: readonly Unit[]): Promise<void> {
    const shop = this.#shop;
    const planned = await this.#requests(chosen);
    if (planned.length === 0 || !(await this.#prepared(ready, planned))) return;
    const prepared = new Set(planned.flatMap(({ request }) => request.frames.map(({ grant }) => grant.id)));

    const intent: Intent = { id: shop.deps.random.uuid(), at: shop.now() };
    await shop.committer.commit(planned.map(({ unit }) => change(unit, { on: 'intent', intent })));
    // A cancel, a retry or a frame that was left out may have come since the choice. From the intent on nothing of the
    // unit changes, so what stands there now is what is sent, and what a lookup will look for.
    const mine = planned.flatMap(({ unit: { id } }) => {
      const unit = shop.deps.store.unit(id);
      return unit?.state.at === 'registering' && unit.state.intent.id === intent.id ? [unit] : [];
    });
    if (shop.signal.aborted) return this.#notRegistered(mine, null, 0);
    const current = await this.#requests(mine);
    const isPrepared = ({ request }: Planned): boolean =>
      request.frames.every(({ grant }) => prepared.has(grant.id));
    const changed = current.filter((each) => !isPrepared(each)).map(({ unit }) => unit);
    if (changed.length > 0) await this.#notRegistered(changed, null, 0);
    const sending = current.filter(isPrepared);
    if (sending.length === 0) return;

    const units = sending.map(({ unit }) => unit);
    const route = ready.session.route(ready.target.route);
    const answer = await shop.call(ready.batch.accountId, () =>
      route.register(
        ready.target,
        sending.map(({ request }) => request),
        shop.patientSignal,
      ),
    );
    if (answer.ok) {
      this.#target.succeeded(ready);
      return this.#registered(units, answer.value);
    }
    if (meetsAllAlike(ready, answer.failure) || (await this.#target.meetsAll(ready, units, answer.failure))) {
      return this.#holdBatch(ready, units, answer.failure.error);
    }
    return this.#failed(units, answer.failure);
  }

  /** What is to be sent. Units whose grants are gone cannot be registered: said once, and *Retry* uploads them again. */
  async #requests(units: readonly Unit[]): Promise<Planned[]> {
    const shop = this.#shop;
    const planned: Planned[] = [];
    const gone: Unit[] = [];
    for (const unit of units) {
      const request = registerUnit(unit, shop.deps.store.itemsOf(unit.id));
      if (request) planned.push({ unit, request });
      else gone.push(unit);
    }
    if (gone.length > 0) {
      const failure = shop.failure(
        new UploaderError(
          'bad-request',
          'The upload addresses of these files are gone. Retry to upload them again.',
        ),
      );
      await shop.committer.commit(gone.map((unit) => change(unit, { on: 'refused', failure })));
    }
    return planned;
  }

  /** Tells the server what must come before the registration; false where that did not succeed. */
  async #prepared(ready: ReadyBatch, planned: readonly Planned[]): Promise<boolean> {
    const shop = this.#shop;
    const { prepare } = ready.session.route(ready.target.route);
    if (prepare === null) return true;
    const requests = planned.map(({ request }) => request);
    const units = planned.map(({ unit }) => unit);
    const answer = await shop.call(ready.batch.accountId, () => prepare(ready.target, requests, shop.signal));
    if (shop.signal.aborted) return false;
    if (answer.ok) return true;
    if (!isNo(answer.failure)) await later(shop, units, answer.failure);
    else if (await this.#target.meetsAll(ready, units, answer.failure)) {
      await this.#holdBatch(ready, units, answer.failure.error);
    } else await this.#refused(units, shop.failure(answer.failure.error));
    return false;
  }

  #registered(units: readonly Unit[], registration: Registration): Promise<void> {
    this.#halving.forget(units);
    const at = this.#shop.now();
    return this.#shop.committer.commit(
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

  #failed(units: readonly Unit[], failed: CallFailure): Promise<void> {
    const shop = this.#shop;
    const broken = shop.signal.aborted;
    const failure = shop.failure(broken && failed.error.code === 'cancelled' ? brokenOff() : failed.error);
    switch (failed.kind) {
      case 'lost': {
        const notBefore = broken ? 0 : nextTry(shop, units);
        return shop.committer.commit(
          units.map((unit) => change(unit, { on: 'in-doubt', failure, notBefore })),
        );
      }
      case 'never-sent':
      case 'wait':
        if (broken) return this.#notRegistered(units, null, 0);
        return this.#notRegistered(units, failure, nextTry(shop, units));
      case 'signed-out':
        return this.#notRegistered(units, failure, 0);
      case 'no-such-call':
      case 'refused':
        if (units.length === 1) return this.#refused(units, failure);
        this.#halving.halve(units);
        return this.#notRegistered(units, null, 0);
      default:
        return unreachable(failed);
    }
  }

  /** One sentence for the batch instead of one from each of its files. */
  #holdBatch(ready: ReadyBatch, units: readonly Unit[], error: UploaderError): Promise<void> {
    const trouble = { failure: this.#shop.failure(error), notBefore: Number.MAX_SAFE_INTEGER, attempts: 0 };
    return this.#shop.committer.commit([
      { kind: 'batch-trouble', id: ready.batch.id, trouble },
      ...units.map((unit) => change(unit, { on: 'not-registered', failure: null, notBefore: 0 })),
    ]);
  }

  #refused(units: readonly Unit[], failure: Failure): Promise<void> {
    this.#halving.forget(units);
    return this.#shop.committer.commit(units.map((unit) => change(unit, { on: 'refused', failure })));
  }

  #notRegistered(units: readonly Unit[], failure: Failure | null, notBefore: number): Promise<void> {
    return this.#shop.committer.commit(
      units.map((unit) => change(unit, { on: 'not-registered', failure, notBefore })),
    );
  }
}

function brokenOff(): UploaderError {
  return new UploaderError(
    'interrupted',
    'This was being registered when the machine went to sleep or the program ended. Looking whether it was.',
  );
}

/**
 * On the storage route the call names the folder and nothing else that could be missing or closed: what is wrong with a
 * file, its job says. On the documented route the same refusal may be about the one file, so more has to be known.
 */
function meetsAllAlike(ready: ReadyBatch, failed: CallFailure): boolean {
  return ready.target.route === 'storage' && failed.kind === 'refused' && isAboutTarget(failed.error);
}

/** How many of the units, from the first on, one call can take for their client metadata. */
function withinMetadata(units: readonly Unit[]): number {
  let characters = 0;
  const tooMany = units.findIndex((unit) => {
    characters += unit.clientMetadata?.length ?? 0;
    return characters > METADATA_AT_ONCE;
  });
  return tooMany < 0 ? units.length : tooMany;
}

interface Planned {
  readonly unit: Unit;
  readonly request: RegisterUnit;
}

/** Null where an item has no whole grant: without the echo the server would not know what is meant. */
function registerUnit(unit: Unit, items: readonly Item[]): RegisterUnit | null {
  const frames: RegisterUnit['frames'][number][] = [];
  for (const { state, name, mime, identity } of items) {
    if (state.at !== 'stored' || !('url' in state.grant)) return null;
    frames.push({ grant: state.grant, name, mime, size: identity.size });
  }
  const { id, media, title, clientMetadata } = unit;
  return frames.length === 0 ? null : { id, media, title, frames, clientMetadata };
}
