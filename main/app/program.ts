/**
 * The program without its hosts: puts engine, use cases and events together. Made by the composition root; the
 * hosts see it through `App`, the command line uses the use cases themselves.
 */

import type { Answer } from '../../preload/contract/errors.ts';
import type { Topic } from '../../preload/contract/events.ts';
import type { EventName } from '../../preload/contract/names.ts';
import type { ConnectionView, SettingsView, SnapshotView } from '../../preload/contract/views.ts';
import { Engine } from '../core/engine.ts';
import { asUploaderError, toLogFields } from '../core/errors.ts';
import { mediaType } from '../core/media/index.ts';
import type { Bounds } from '../core/pace.ts';
import { Accounts } from './accounts.ts';
import { answerCall } from './answer-call.ts';
import { Bandwidth } from './bandwidth.ts';
import { ClockWatch } from './clock-watch.ts';
import { DataHashes } from './data-hashes.ts';
import { Datasets } from './datasets.ts';
import type { AppDeps } from './deps.ts';
import { diagnosticsText } from './desktop/diagnostics.ts';
import { Glance } from './desktop/glance.ts';
import { News } from './desktop/news.ts';
import { Places } from './desktop/places.ts';
import { Drops } from './drops.ts';
import { Exports } from './exports.ts';
import { createHandlers, type Handlers } from './handlers.ts';
import { Housekeeping } from './housekeeping.ts';
import { Cloud } from './manage/cloud.ts';
import { Jobs } from './manage/jobs.ts';
import { Media } from './manage/media.ts';
import { People } from './manage/people.ts';
import { Rows } from './manage/rows.ts';
import { Storage } from './manage/storage.ts';
import { Network } from './network/network.ts';
import { waitsFor } from './network/waits-for.ts';
import { NetworkWatch } from './network-watch.ts';
import { failureView } from './outcome.ts';
import { Pulse } from './pulse.ts';
import { Queue, totalsView } from './queue.ts';
import { Receipts } from './receipts.ts';
import { Reconcile } from './reconcile.ts';
import { Reviews } from './reviews.ts';
import { Settings } from './settings.ts';
import type { App, Download, MediaAnswer } from './types.ts';
import { type UnlessBlind, unlessBlind } from './unless-blind.ts';
import { Watching } from './watch/watching.ts';

type Listener = (name: EventName, payload: unknown) => void;

export class Program implements App {
  readonly deps: AppDeps;
  readonly accounts: Accounts;
  readonly datasets: Datasets;
  readonly reviews: Reviews;
  readonly queue: Queue;
  readonly settings: Settings;
  readonly bandwidth: Bandwidth;
  readonly drops: Drops;
  readonly dataHashes: DataHashes;
  readonly receipts: Receipts;
  readonly reconcile: Reconcile;
  readonly jobs: Jobs;
  readonly rows: Rows;
  readonly cloud: Cloud;
  readonly watch: Watching;
  readonly engine: Engine;
  readonly #abort = new AbortController();
  readonly #pulse: Pulse;
  readonly #exports: Exports;
  readonly #listeners = new Set<Listener>();
  readonly #handlers: Handlers;
  #keychain: SnapshotView['keychain'] = {
    kind: 'unavailable',
    reason: 'The keychain has not been asked yet.',
  };
  readonly shown: Media;
  readonly people: People;
  readonly storage: Storage;
  readonly places: Places;
  readonly glance: Glance;
  readonly news: News;
  readonly network: Network;
  readonly #stopUpdates: () => void;
  readonly #clockWatch: ClockWatch;
  readonly #networkWatch: NetworkWatch;
  readonly housekeeping: Housekeeping;
  readonly #unlessBlind: UnlessBlind;
  #doneUnits = 0;
  /** Accounts that Encord turned away, and why, as pages were told of them last. */
  #blocked = '';

  constructor(deps: AppDeps) {
    this.deps = deps;
    this.#unlessBlind = unlessBlind(deps.log, 'What changed in the queue could not be looked at.');
    this.settings = new Settings(deps);
    this.bandwidth = new Bandwidth({
      clock: deps.clock,
      limiter: deps.limiter,
      changed: () => this.changed('settings'),
    });
    this.accounts = new Accounts(deps, () => {
      this.changed('accounts');
      // What waited for credentials goes on.
      this.jobs.tryNow();
    });
    this.datasets = new Datasets(deps.clock, (id) => this.accounts.session(id), this.#abort.signal);
    this.drops = new Drops(deps);
    this.engine = new Engine({
      store: deps.store,
      clock: deps.clock,
      random: deps.random,
      log: deps.log,
      sender: deps.engineParts.sender,
      settleMs: deps.engineParts.settleMs,
      ...(deps.engineParts.backoff ? { backoff: deps.engineParts.backoff } : {}),
      session: (id) => this.accounts.session(id).catch(asUploaderError),
      inspect: deps.inspect,
      media: mediaType,
      concurrency: () => boundsOf(this.settings.get()),
      listener: {
        // What is missed now is seen when the engine says that the data folder can be used again.
        changed: () => void this.#unlessBlind(() => this.#engineChanged()),
        routeNotice: (id, notice) => this.accounts.noteRoute(id, notice),
        sent: (bytes) => this.#pulse.sent(bytes),
      },
    });
    this.#pulse = new Pulse(
      deps.clock,
      {
        counts: () => ({
          totals: totalsView(deps.store.totals({ kind: 'all' })),
          paused: deps.store.isPaused(),
        }),
        connection: () => this.connection(),
        bandwidth: () => this.bandwidth.view(),
      },
      () => this.engine.transfers(),
      (name, payload) => this.#emit(name, payload),
    );
    this.queue = new Queue(deps.store, this.engine, deps.clock, () => {
      this.changed('queue');
      this.watch.unitsChanged();
    });
    this.reviews = new Reviews(
      deps,
      this.datasets,
      () => this.settings.get().sizeLimitBytes,
      (view) => this.#emit('plan', view),
    );
    const session = (id: string) => this.accounts.session(id);
    this.shown = new Media(deps, session, this.signal);
    this.storage = new Storage({
      deps,
      session,
      itemsOf: (account, datasetId) => this.#itemsOf(account, datasetId),
      start: (accountId, task) => this.jobs.start({ accountId, datasetTitle: null, task }),
      changed: () => {
        this.datasets.forgetRows();
        this.changed('datasets');
      },
      signal: this.signal,
    });
    this.people = new People({
      clock: deps.clock,
      session,
      domain: (id) => this.accounts.record(id).domain,
      addKeyAccount: (from, key) => this.#addKeyAccount(from, key),
      signal: this.signal,
    });
    this.dataHashes = new DataHashes(deps, session, this.signal, () => this.changed('queue'));
    this.#exports = new Exports(deps, this.signal);
    this.receipts = new Receipts(deps, this.dataHashes, this.#exports);
    this.jobs = new Jobs(deps, {
      session,
      exports: this.#exports,
      changed: () => this.changed('jobs'),
      rowsChanged: (tell) => {
        this.datasets.forgetRows();
        if (!tell) return;
        // Rows come and go with items of storage folders.
        this.storage.forget();
        this.changed('datasets');
      },
    });
    this.reconcile = new Reconcile(deps, {
      datasets: this.datasets,
      dataHashes: this.dataHashes,
      reviews: this.reviews,
      exports: this.#exports,
      session,
      signal: this.signal,
    });
    this.rows = new Rows(deps, {
      datasets: this.datasets,
      drops: this.drops,
      exports: this.#exports,
      session,
      signal: this.signal,
      startJob: (request) => this.jobs.start(request),
    });
    this.cloud = new Cloud(deps, {
      datasets: this.datasets,
      drops: this.drops,
      exports: this.#exports,
      session,
      signal: this.signal,
      startJob: (request) => this.jobs.start(request),
    });
    this.watch = new Watching(deps, {
      datasets: this.datasets,
      reviews: this.reviews,
      sizeLimit: () => this.settings.get().sizeLimitBytes,
      changed: () => this.changed('watch'),
      queued: ({ twins }) => {
        this.queue.goOn(twins).catch((reason: unknown) => {
          deps.log.warn('Uploads could not be gone on with.', toLogFields(asUploaderError(reason)));
        });
        this.engine.wake();
        this.changed('queue');
      },
    });
    this.#clockWatch = new ClockWatch(
      deps.clock,
      () => deps.store.accounts(),
      (id) => this.accounts.check(id, this.signal).then(() => this.engine.tryNow()),
    );
    this.#networkWatch = new NetworkWatch({
      clock: deps.clock,
      offline: () => this.engine.connection().kind === 'offline',
      addresses: deps.addresses,
      back: () => {
        deps.log.info('The network of this machine changed. What waits for it is tried.');
        this.networkBack();
      },
    });
    this.housekeeping = new Housekeeping({
      clock: deps.clock,
      log: deps.log,
      queue: this.queue,
      drops: this.drops,
      settings: this.settings,
      signal: this.signal,
    });
    this.places = new Places(() => this.#emit('go', null));
    this.glance = new Glance(this);
    this.news = new News(this, (news) => this.#emit('news', news));
    this.network = new Network(this);
    this.#stopUpdates = deps.host.updates?.listen(() => this.changed('updates')) ?? (() => undefined);
    this.#handlers = createHandlers(this);
    this.bandwidth.follow(this.settings.get().bandwidth);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Begins to work on the queue; with `watch`, on the watch folders too: all that are on, or those named. */
  async start({ watch = false }: { watch?: boolean | readonly number[] } = {}): Promise<void> {
    this.#doneUnits = this.deps.store.totals({ kind: 'all' }).units.done;
    this.engine.start();
    this.jobs.begin();
    if (watch !== false) this.watch.start(watch === true ? null : watch);
    this.#clockWatch.look();
    // A keychain may take its time; who needs a secret asks for it, and who shows its state is told of it.
    void this.refreshKeychain().then(() => this.changed('accounts'));
    void this.accounts.tidy().catch(() => undefined);
    await this.housekeeping.start();
  }

  async refreshKeychain(): Promise<void> {
    const status = await this.deps.secrets.status();
    this.#keychain =
      status.kind === 'ready'
        ? { kind: 'ready', reason: status.where }
        : { kind: status.kind, reason: status.reason };
  }

  handle(name: string, input: unknown): Promise<Answer<unknown>> {
    return answerCall(this.#handlers, this.deps.log, name, input);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async receive(
    dropId: string,
    relativePath: string,
    facts: { size: number; mtimeMs: number | null },
    body: AsyncIterable<Uint8Array>,
  ): Promise<Answer<null>> {
    try {
      await this.drops.receive(dropId, relativePath, facts, body);
      return { ok: true, value: null };
    } catch (reason) {
      const { code, message, details } = asUploaderError(reason);
      return { ok: false, error: { code, message, details: { ...details } } };
    }
  }

  media(id: string, range: string | null, signal: AbortSignal): Promise<MediaAnswer> {
    return this.shown.open(id, range, signal);
  }

  async download(id: string): Promise<Answer<Download>> {
    try {
      return { ok: true, value: this.#exports.take(id) };
    } catch (reason) {
      const { code, message, details } = asUploaderError(reason);
      return { ok: false, error: { code, message, details: { ...details } } };
    }
  }

  /** Bytes per second, smoothed; 0 when nothing moves. */
  get speed(): number {
    return this.#pulse.speed;
  }

  changed(...topics: Topic[]): void {
    this.#pulse.changed(...topics);
    this.news.look();
  }

  async snapshot(): Promise<SnapshotView> {
    const { deps } = this;
    await this.refreshKeychain();
    const activeAccountId = deps.store.activeAccountId();
    const last = activeAccountId === null ? null : deps.store.getSetting(`lastDataset:${activeAccountId}`);
    const lastDataset: unknown = last === null ? null : JSON.parse(last);
    return {
      seq: this.#pulse.seq,
      host: deps.host.host,
      version: deps.version,
      platform: deps.platform,
      capabilities: {
        nativeDialogs: deps.host.chooseFiles !== null,
        dropsArePaths: deps.host.dropsArePaths,
        serverChooser: deps.host.serverChooser,
        openFolder: deps.host.openFolder !== null,
        desktop: deps.host.host === 'electron',
        updates: deps.host.updates !== undefined,
      },
      keychain: this.#keychain,
      accounts: this.accounts.views(),
      activeAccountId,
      settings: this.settings.get(),
      paused: deps.store.isPaused(),
      order: deps.store.order(),
      connection: this.connection(),
      bandwidth: this.bandwidth.view(),
      totals: totalsView(deps.store.totals({ kind: 'all' })),
      speed: this.#pulse.speed,
      lastDatasetId: typeof lastDataset === 'string' ? lastDataset : null,
    };
  }

  connection(): ConnectionView {
    const state = this.engine.connection();
    switch (state.kind) {
      case 'open':
        return this.engine.heardFrom ? { kind: 'online' } : { kind: 'unknown' };
      case 'offline':
        return {
          kind: 'offline',
          failure: failureView(state.failure),
          nextTryAt: state.until > this.deps.clock.now() ? state.until : null,
          waitsFor: waitsFor(state.failure),
        };
      case 'waiting':
        return { kind: 'waiting', failure: failureView(state.failure), until: state.until };
      case 'stuck':
        return { kind: 'stuck', failure: failureView(state.failure) };
    }
  }

  async suspend(): Promise<void> {
    this.deps.log.info(
      'The machine goes to sleep, or the session may end. What is on its way is broken off.',
    );
    await Promise.all([this.engine.hold(), this.jobs.hold(), this.watch.hold()]);
  }

  wake(): void {
    this.engine.release();
    this.jobs.release();
    this.watch.release().catch((reason: unknown) => {
      this.deps.log.error(
        'The watch folders could not be gone on with.',
        toLogFields(asUploaderError(reason)),
      );
    });
    this.networkBack();
  }

  /** What waits for the network tries at once. Never throws: the system calls it. */
  networkBack(): void {
    try {
      this.network.forget();
    } catch (reason) {
      const fields = toLogFields(asUploaderError(reason));
      this.deps.log.warn('Whether the proxy has a login could not be looked up.', fields);
    }
    this.engine.tryNow();
    this.jobs.tryNow();
  }

  diagnostics(): Promise<string> {
    return diagnosticsText(this);
  }

  /** Gives up the calls that somebody waits for; the queue goes on until `close`. */
  interrupt(): void {
    this.#abort.abort();
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.watch.close();
    await this.jobs.close();
    this.reviews.close();
    this.news.close();
    this.network.close();
    this.#stopUpdates();
    this.#clockWatch.close();
    this.#networkWatch.close();
    this.bandwidth.close();
    await this.engine.stop();
    this.#pulse.close();
    this.#listeners.clear();
    this.deps.store.close();
    this.deps.release();
  }

  async #itemsOf(account: string, datasetId: string): Promise<ReadonlySet<string>> {
    const { all } = await this.datasets.rowList(account, datasetId, 'kept');
    return new Set(all.flatMap(({ itemUuid }) => (itemUuid === null ? [] : [itemUuid])));
  }

  /** The account that is in use stays in use: it has more rights than a dataset's key. */
  async #addKeyAccount(
    from: string,
    { apiKey, datasetId, title }: { apiKey: string; datasetId: string; title: string },
  ): Promise<string> {
    const { domain, secretIn } = this.accounts.record(from);
    const active = this.deps.store.activeAccountId();
    const view = await this.accounts.signIn(
      // Where the secret of the other is kept for this run alone, there may be no keychain for this one.
      { method: 'api-key', apiKey, datasetId, domain, name: title, forThisRunOnly: secretIn !== 'keychain' },
      this.signal,
    );
    if (active !== null) this.accounts.switchTo(active);
    return view.id;
  }

  #engineChanged(): void {
    this.changed('queue', 'connection');
    this.watch.unitsChanged();
    this.#networkWatch.look();
    this.#noteBlocked();
    const { done } = this.deps.store.totals({ kind: 'all' }).units;
    if (done === this.#doneUnits) return;
    this.#doneUnits = done;
    this.datasets.forgetRows();
    this.dataHashes.unitsDone();
    this.housekeeping.unitsDone();
  }

  /** Only a change of it is told: pages ask for all accounts then. */
  #noteBlocked(): void {
    const blocked = JSON.stringify(
      this.deps.store.accounts().flatMap(({ id, blocked: why }) => (why ? [[id, why.code]] : [])),
    );
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.#pulse.changed('accounts');
    this.#clockWatch.look();
  }

  #emit(name: EventName, payload: unknown): void {
    for (const listener of this.#listeners) listener(name, payload);
  }
}

/** How many files may be sent at the same time: what a person fixed, or what the program may choose from. */
function boundsOf({ concurrency, concurrencyBounds }: SettingsView): Bounds {
  return concurrency === 'auto' ? concurrencyBounds : { least: concurrency, most: concurrency };
}
