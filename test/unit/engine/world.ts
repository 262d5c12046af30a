/**
 * A small Encord in memory and a sender that stores without a network, behind the core's ports: lets the engine's
 * tests decide what each call meets. The store under the engine is the real one. Used by the tests in this folder.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../../main/adapters/clock.ts';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import type {
  Answer,
  CallFailure,
  EncordSession,
  KnownUnit,
  Registered,
  Route,
} from '../../../main/core/encord-port.ts';
import { Engine } from '../../../main/core/engine.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import { hasFrames, mediaType } from '../../../main/core/media/index.ts';
import type { MediaId, PlannedUnit, RouteName, UnitId } from '../../../main/core/model.ts';
import type { Clock, Log, PutOutcome, PutRequest, Sender } from '../../../main/core/ports.ts';
import type { Change } from '../../../main/core/store-port.ts';
import { DEFAULT_RULES, type WatchFolder } from '../../../main/core/watch/rules.ts';
import { management } from '../../fixtures/management.ts';

export const ACCOUNT = 'ssh SHA256:test http://127.0.0.1';
export const DATASET = '11111111-1111-4111-8111-111111111111';

export type CallKind = 'resolve' | 'grant' | 'put' | 'register' | 'poll' | 'lookup' | 'link';
/** What a call meets instead of its ordinary answer. `after` acts first and then loses the answer. */
export type Fault = CallFailure | { readonly kind: 'after'; readonly error: UploaderError };

/** A data row or storage item of the pretended server: its frames' ids, in order. */
export interface Made {
  readonly uuid: string;
  readonly frames: readonly string[];
  readonly title: string;
  linked: boolean;
}

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'engine-'));
  /** Milliseconds by which this world's clocks are ahead of the machine's. */
  readonly ahead = { now: 0, monotonic: 0 };
  readonly clock: Clock = shifted(createClock(), this.ahead);
  readonly made: Made[] = [];
  readonly calls: CallKind[] = [];
  readonly puts: PutRequest[] = [];
  readonly stored = new Set<string>();
  /** Asked before each call; the first answer that is not null is what the call meets. */
  meets: (kind: CallKind, detail: string) => Fault | PutOutcome | null = () => null;
  /** What a PUT waits for; null: nothing. */
  holds: ((request: PutRequest) => Promise<PutOutcome>) | null = null;
  /** What an answer waits for after the server has acted; null: nothing. */
  delays: ((kind: CallKind) => Promise<void> | null) | null = null;
  /** What happens before each registration, as on the documented route, and how it fails; null: nothing does. */
  prepares: (() => Promise<CallFailure | undefined>) | null = null;
  /** Whether the account still sees the dataset. */
  datasetGone = false;
  /** Told of bytes on their way. */
  sent: (bytes: number) => void = () => undefined;
  /** Asked before each commit; what it throws, the store throws. */
  commits: (changes: readonly Change[]) => void = () => undefined;
  /** Asked before waits are forgotten; what it throws, the store throws. */
  forgets: () => void = () => undefined;
  /** Units that jobs refuse, by title. */
  readonly bad = new Set<string>();
  route: RouteName;
  unitsPerRegistration = 200;
  bounds = { least: 2, most: 64 };
  /** Milliseconds, as those of `backoff`: of an engine that is made after they were set. */
  settleMs = 50;
  backoff = { baseMs: 4, capMs: 40 };
  store: Store;
  engine: Engine;
  readonly #log: Log;
  #next = 0;
  readonly #jobs = new Map<string, { made: Map<UnitId, Made | 'bad'>; polls: number }>();

  constructor(route: RouteName, log: Log = SILENT) {
    this.route = route;
    this.#log = log;
    this.store = openStore(this.folder, { clock: this.clock });
    this.store.addAccount({
      id: ACCOUNT,
      name: 'Test',
      kind: 'ssh',
      fingerprint: 'SHA256:test',
      domain: 'http://127.0.0.1',
      routeChoice: 'auto',
      fallbackNotice: null,
      datasetId: null,
      email: null,
      addedAt: 0,
      secretIn: 'run',
    });
    this.engine = this.#makeEngine();
  }

  /** As after a kill: nothing of memory is left, the database is as it was. */
  async restart(): Promise<void> {
    await this.engine.stop();
    this.store.close();
    this.store = openStore(this.folder, { clock: this.clock });
    this.engine = this.#makeEngine();
    this.engine.start();
  }

  async end(): Promise<void> {
    await this.engine.stop();
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A watch folder whose batches upload to the world's dataset. */
  watch(root: string): WatchFolder {
    return this.store.addWatchFolder({
      root,
      accountId: ACCOUNT,
      datasetId: DATASET,
      datasetTitle: 'Dataset',
      folderChoice: null,
      rules: DEFAULT_RULES,
      existing: 'all',
      on: true,
      addedAt: 0,
    });
  }

  /** @param from the watch folder that adds it */
  add(media: MediaId, title: string, frames = 1, from: WatchFolder | null = null): number {
    const unit: PlannedUnit = {
      media,
      title,
      items: Array.from({ length: frames }, (_, index) => ({
        path: `/files/${title}/${index}`,
        name: `${index}.png`,
        identity: { size: 10, mtimeMs: 1 },
        mime: 'image/png',
        sha256: null,
      })),
    };
    return this.addUnits([unit], from);
  }

  addUnits(units: readonly PlannedUnit[], from: WatchFolder | null = null): number {
    const batch = this.store.addBatch(
      {
        accountId: ACCOUNT,
        name: 'batch',
        datasetId: DATASET,
        datasetTitle: 'Dataset',
        routeChoice: 'auto',
        folderChoice: null,
        addedAt: this.clock.now(),
        watch: from && { folder: from.id, ledger: from.ledger, root: from.root },
      },
      units,
      [],
    );
    this.engine.start();
    this.engine.wake();
    return batch;
  }

  /** The state of the only unit with this title. */
  state(title: string): string {
    for (const id of this.store.unitsIn({ kind: 'all' }, [
      'collecting',
      'ready',
      'registering',
      'processing',
      'linking',
      'done',
      'failed',
      'uncertain',
      'cancelled',
    ])) {
      const unit = this.store.unit(id);
      if (unit?.title === title) return unit.state.at;
    }
    return 'unknown';
  }

  rows(title: string): Made[] {
    return this.made.filter((made) => made.title === title);
  }

  #makeEngine(): Engine {
    const { store } = this;
    return new Engine({
      store: {
        ...store,
        commit: (changes) => {
          this.commits(changes);
          store.commit(changes);
        },
        forgetWaits: (...which) => {
          this.forgets();
          store.forgetWaits(...which);
        },
      },
      clock: this.clock,
      random: { uuid: () => crypto.randomUUID(), fraction: () => 0.5 },
      log: this.#log,
      sender: this.#sender(),
      session: async () => this.#session(),
      inspect: async () => ({ size: 11, mtimeMs: 2 }),
      media: mediaType,
      concurrency: () => this.bounds,
      listener: { changed: () => undefined, routeNotice: () => undefined, sent: (bytes) => this.sent(bytes) },
      settleMs: this.settleMs,
      backoff: this.backoff,
    });
  }

  #sender(): Sender {
    return {
      put: async (request) => {
        this.calls.push('put');
        this.puts.push(request);
        if (this.holds) return this.holds(request);
        const met = this.meets('put', request.path);
        if (met && met.kind !== 'after' && isPutOutcome(met)) return met;
        this.stored.add(request.url);
        request.onProgress(request.identity.size);
        return { kind: 'stored', bytes: request.identity.size, sha256: hashOf(request.path) };
      },
    };
  }

  /** Runs the act unless a fault comes before it; loses the answer where the fault says so. */
  async #call<T>(kind: CallKind, detail: string, act: () => T): Promise<Answer<T>> {
    this.calls.push(kind);
    const met = this.meets(kind, detail);
    if (met?.kind === 'after') {
      act();
      return { ok: false, failure: { kind: 'lost', error: met.error } };
    }
    if (met && !isPutOutcome(met)) return { ok: false, failure: met };
    const value = act();
    await this.delays?.(kind);
    return { ok: true, value };
  }

  #session(): EncordSession {
    const route = this.#route();
    return {
      check: () => this.#call('resolve', '', () => ({ name: null, routes: [this.route] })),
      route: () => route,
      resolveTarget: ({ datasetId }) =>
        this.#call('resolve', datasetId, () => ({
          target: {
            route: this.route,
            datasetId,
            folderId: this.route === 'storage' ? 'folder' : null,
            mirrored: false,
          },
          notice: null,
        })),
      datasets: async () => ({ ok: true, value: [] }),
      dataset: async (id) =>
        this.datasetGone
          ? { ok: false, failure: { kind: 'refused', error: new UploaderError('dataset-unknown', 'Gone.') } }
          : {
              ok: true,
              value: {
                id,
                title: 'Dataset',
                description: '',
                createdAt: null,
                editedAt: null,
                role: 'admin',
                storage: 0,
                backingFolderId: null,
              },
            },
      createDataset: () => Promise.reject(new Error('not asked for here')),
      rows: async () => ({ ok: true, value: [] }),
      folders: async () => ({ ok: true, value: [] }),
      manage: management(),
    };
  }

  #make(title: string, frames: readonly string[], single: boolean): Made {
    const known = single ? this.made.find((made) => made.frames[0] === frames[0]) : undefined;
    if (known) return known;
    const made = {
      uuid: single ? (frames[0] ?? '') : `made-${this.#next++}`,
      frames,
      title,
      linked: this.route === 'documented',
    };
    this.made.push(made);
    return made;
  }

  #find(unit: KnownUnit): Made | undefined {
    const wanted = unit.frames.map((frame) => frame.id).join();
    return this.made.find((made) => made.frames.join() === wanted);
  }

  async #prepare(): Promise<Answer<null>> {
    const failure = await this.prepares?.();
    return failure ? { ok: false, failure } : { ok: true, value: null };
  }

  #registered(made: Made): Registered {
    return { itemUuid: made.uuid, dataHash: `row-${made.uuid}`, linked: made.linked };
  }

  #route(): Route {
    return {
      name: this.route,
      grantsPerCall: 50,
      unitsPerRegistration: (media) => (hasFrames(media) ? 1 : this.unitsPerRegistration),
      prepare: this.prepares && (() => this.#prepare()),
      putHeaders: () => ({}),
      grant: (_target, requests) =>
        this.#call('grant', requests.map((each) => each.name).join(), () =>
          requests.map(() => {
            const id = `object-${this.#next++}`;
            return { url: `secret://${id}`, id, objectKey: id, echo: '', grantedAt: this.clock.now() };
          }),
        ),
      register: (_target, units) =>
        this.#call('register', units.map((unit) => unit.title).join(), () => {
          const made = new Map<UnitId, Made | 'bad'>();
          for (const unit of units) {
            for (const frame of unit.frames) {
              if (!this.stored.has(frame.grant.url)) throw new Error('registered before it was stored');
            }
            const frames = unit.frames.map((frame) => frame.grant.id);
            made.set(
              unit.id,
              this.bad.has(unit.title) ? 'bad' : this.#make(unit.title, frames, !hasFrames(unit.media)),
            );
          }
          const [only] = made.values();
          if (this.route === 'documented' && only && only !== 'bad') {
            return { kind: 'registered' as const, result: this.#registered(only) };
          }
          const job = `job-${this.#next++}`;
          this.#jobs.set(job, { made, polls: 0 });
          return { kind: 'job' as const, job };
        }),
      poll: (_target, job) =>
        this.#call('poll', job, () => {
          const known = this.#jobs.get(job);
          if (!known) return { kind: 'gone' as const };
          known.polls += 1;
          if (known.polls === 1) return { kind: 'pending' as const, done: 0, total: known.made.size };
          return {
            kind: 'ended' as const,
            results: new Map(
              [...known.made].map(([id, made]) => [
                id,
                made === 'bad'
                  ? { kind: 'failed' as const, error: new UploaderError('media-refused', 'not a video') }
                  : { kind: 'done' as const, ...this.#registered(made) },
              ]),
            ),
          };
        }),
      lookup: (_target, units) =>
        this.#call('lookup', units.map((unit) => unit.title).join(), () => {
          const found = new Map<UnitId, Registered>();
          for (const unit of units) {
            const made = this.#find(unit);
            if (made) found.set(unit.id, this.#registered(made));
          }
          return found;
        }),
      link: (_target, uuids) =>
        this.#call('link', uuids.join(), () => {
          for (const made of this.made) if (uuids.includes(made.uuid)) made.linked = true;
          return new Map(uuids.map((uuid) => [uuid, `row-${uuid}`]));
        }),
    };
  }
}

export const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function shifted(clock: Clock, ahead: { readonly now: number; readonly monotonic: number }): Clock {
  return {
    ...clock,
    now: () => clock.now() + ahead.now,
    monotonic: () => clock.monotonic() + ahead.monotonic,
  };
}

function isPutOutcome(met: Fault | PutOutcome): met is PutOutcome {
  return (
    ['stored', 'expired', 'file', 'transient', 'cancelled'].includes(met.kind) ||
    (met.kind === 'refused' && 'put' in met.error.details)
  );
}

/** A stand-in for a hash: 64 hex digits that differ with the path. */
function hashOf(path: string): string {
  return Buffer.from(path).toString('hex').padEnd(64, '0').slice(-64);
}
