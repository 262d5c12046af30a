/**
 * Use cases of watch folders: adding, changing, switching, what waits and why, what a person decides. Runs each folder that is
 * on. Called through the contract's handlers and by the command line.
 */

import type {
  DryRunView,
  MatchView,
  RootView,
  WaitingRow,
  WatchActionView,
  WatchDraftView,
  WatchedRowView,
  WatchFolderView,
  WatchStateView,
} from '../../../preload/contract/watch.ts';
import type { AccountRecord } from '../../adapters/sqlite/index.ts';
import type { DatasetInfo } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import { metadataNotTaken, routeTakesMetadata } from '../../core/metadata.ts';
import type { UnitStateName } from '../../core/model.ts';
import { relativeTo } from '../../core/paths.ts';
import { createSlicer } from '../../core/slicer.ts';
import type { Decision } from '../../core/watch/dealing.ts';
import { FolderRun } from '../../core/watch/folder-run.ts';
import { overlap, sayOverlap } from '../../core/watch/overlap.ts';
import type { WatchFolder, WatchId } from '../../core/watch/rules.ts';
import type { WatchAction } from '../../core/watch/store-port.ts';
import type { Datasets } from '../datasets.ts';
import type { AppDeps } from '../deps.ts';
import { destinationProblem } from '../destination.ts';
import type { Reviews } from '../reviews.ts';
import { BLIND_MS, type UnlessBlind, unlessBlind } from '../unless-blind.ts';
import { Afterwards } from './afterwards.ts';
import { DryRuns } from './dry-run.ts';
import { explain } from './explain.ts';
import { match } from './match.ts';
import { type Added, QueueIntake } from './queue-intake.ts';
import { inspectRoot } from './roots.ts';
import { requireGoodRules } from './rules-check.ts';
import { actionView, folderView, stateView, watchedRowView } from './views.ts';

/** What happens in the watch folders, for the command line. */
export type WatchEvent =
  | ({ readonly kind: 'added' } & Added)
  | { readonly kind: 'state'; readonly watchId: WatchId; readonly state: WatchStateView };

/** Files that were there before are dealt with in pieces of this size. */
const REVIEWED_AT_ONCE = 1_000;
/** Units come to their end in showers: what waits for them is looked at again at most so often. */
const RECONSIDER_MS = 300;

const GOES_ON: ReadonlySet<UnitStateName> = new Set([
  'collecting',
  'ready',
  'registering',
  'processing',
  'linking',
  'uncertain',
]);

export interface WatchingParts {
  readonly datasets: Datasets;
  readonly reviews: Reviews;
  readonly sizeLimit: () => number;
  /** Something that pages show of watch folders is different. */
  readonly changed: () => void;
  /** Units were added to the queue. */
  readonly queued: (added: Added) => void;
}

export interface WatchBrief {
  readonly id: WatchId;
  readonly root: string;
  readonly accountId: string;
  readonly on: boolean;
  readonly state: WatchStateView;
  /** Files that are not finished, or whose group is not. */
  readonly waiting: number;
  /** Of those, what a person has to decide, and what is stuck. */
  readonly attention: number;
}

export class Watching {
  readonly #deps: AppDeps;
  readonly #parts: WatchingParts;
  readonly #runs = new Map<WatchId, FolderRun>();
  /** Runs that are coming to their end: the next one of the same folder waits for that. */
  readonly #stopping = new Map<WatchId, Promise<void>>();
  readonly #listeners = new Set<(event: WatchEvent) => void>();
  readonly #intake: QueueIntake;
  readonly #afterwards: Afterwards;
  readonly #dryRuns: DryRuns;
  /** Null: not started. */
  #started: 'all' | readonly WatchId[] | null = null;
  #closed = false;
  #held = false;
  #reconsiderAt: (() => void) | null = null;
  readonly #unlessBlind: UnlessBlind;
  #stopRetry = (): void => undefined;
  readonly #told = new Map<WatchId, string>();

  constructor(deps: AppDeps, parts: WatchingParts) {
    this.#deps = deps;
    this.#parts = parts;
    this.#intake = new QueueIntake({
      deps,
      sizeLimit: parts.sizeLimit,
      inTurn: (work) => parts.reviews.inTurn(work),
      added: (added) => {
        parts.queued(added);
        this.#emit({ kind: 'added', ...added });
      },
    });
    this.#afterwards = new Afterwards({
      deps,
      putAway: deps.watch.putAway,
      disk: deps.watch.disk,
      local: deps.watch.local,
      changed: parts.changed,
    });
    this.#dryRuns = new DryRuns(deps, parts.sizeLimit);
    this.#unlessBlind = unlessBlind(deps.log, 'The watch folders could not be looked at.');
  }

  // -------------------------------------------------------------------------------------------- running

  /** Runs every folder that is on, or only those named. */
  start(only: readonly WatchId[] | null = null): void {
    this.#started = only ?? 'all';
    for (const folder of this.#deps.store.watchFolders()) this.#runWanted(folder);
    this.#afterwards.wake();
  }

  /** The machine is about to sleep: nothing is watched or scanned until `release`. */
  async hold(): Promise<void> {
    this.#held = true;
    await Promise.all([...this.#runs.keys()].map((id) => this.#halt(id)));
  }

  /** Ends a hold. Events of the time between were not seen, so each folder is looked through anew. */
  async release(): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    await Promise.all(this.#stopping.values());
    this.#runAll();
    this.#afterwards.wake();
    this.#parts.changed();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#reconsiderAt?.();
    this.#stopRetry();
    this.#dryRuns.close();
    await Promise.all([...this.#runs.keys()].map((id) => this.#halt(id)));
    await Promise.all(this.#stopping.values());
    await this.#afterwards.stop();
    this.#listeners.clear();
  }

  /** Units changed their states: what was held back for them, and what is to be put away, is looked at again. */
  unitsChanged(): void {
    this.#reconsiderIn(RECONSIDER_MS);
  }

  listen(listener: (event: WatchEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nothing is looked at, taken or put away, and nothing waits for time; what waits for a person does not count. */
  idle(): boolean {
    if (this.#reconsiderAt !== null || this.#afterwards.busy) return false;
    return [...this.#runs.values()].every((run) => run.idle || run.state.kind === 'suspended');
  }

  #reconsiderIn(ms: number): void {
    if (this.#started === null || this.#closed || this.#reconsiderAt !== null) return;
    this.#reconsiderAt = this.#deps.clock.after(ms, () => {
      this.#reconsiderAt = null;
      const seen = this.#unlessBlind(() => {
        for (const run of this.#runs.values()) run.reconsider();
      });
      if (!seen) this.#reconsiderIn(BLIND_MS);
      this.#afterwards.wake();
      this.#parts.changed();
    });
  }

  /** All that are wanted, as soon as the store can be read. */
  #runAll(): void {
    this.#stopRetry();
    if (this.#closed) return;
    const seen = this.#unlessBlind(() => {
      for (const folder of this.#deps.store.watchFolders()) this.#runWanted(folder);
    });
    if (!seen) this.#stopRetry = this.#deps.clock.after(BLIND_MS, () => this.#runAll());
  }

  #run(folder: WatchFolder): void {
    if (this.#runs.has(folder.id) || this.#stopping.has(folder.id) || this.#closed || this.#held) return;
    const deps = this.#deps;
    const run = new FolderRun(folder, {
      disk: deps.watch.disk(folder.root),
      startWatcher: deps.watch.startWatcher,
      selfTest: deps.watch.selfTest,
      store: deps.store,
      clock: deps.clock,
      log: deps.log,
      tools: deps.watch.tools,
      intake: this.#intake,
      unitGoesOn: (id) => {
        const unit = deps.store.unit(id);
        return unit !== null && GOES_ON.has(unit.state.at);
      },
      changed: () => this.#changed(folder.id),
    });
    this.#runs.set(folder.id, run);
    run.start();
  }

  #changed(id: WatchId): void {
    this.#parts.changed();
    const run = this.#runs.get(id);
    if (!run) return;
    const state = stateView(run.state);
    const text = JSON.stringify(state.kind === 'starting' ? { kind: state.kind } : state);
    if (this.#told.get(id) === text) return;
    this.#told.set(id, text);
    this.#emit({ kind: 'state', watchId: id, state });
  }

  /** Fulfilled when nothing of its run is left. */
  async #halt(id: WatchId): Promise<void> {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    this.#told.delete(id);
    if (run) {
      const stopped = run.stop().finally(() => this.#stopping.delete(id));
      this.#stopping.set(id, stopped);
    }
    await this.#stopping.get(id);
  }

  /** With the rules as they are now. */
  async #restart(id: WatchId): Promise<void> {
    await this.#halt(id);
    const folder = this.#deps.store.watchFolder(id);
    if (folder) this.#runWanted(folder);
    this.#parts.changed();
  }

  #runWanted(folder: WatchFolder): void {
    const wanted = this.#started === 'all' || this.#started?.includes(folder.id);
    if (folder.on && wanted) this.#run(folder);
  }

  #emit(event: WatchEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  // -------------------------------------------------------------------------------------------- folders

  list(): readonly WatchFolderView[] {
    return this.#deps.store.watchFolders().map((folder) => this.#view(folder));
  }

  /** What is known of each without asking its ledger: cheap enough for several times a second. */
  brief(): readonly WatchBrief[] {
    return this.#deps.store.watchFolders().map(({ id, root, accountId, on }) => {
      const run = this.#runs.get(id);
      const state = run?.state ?? { kind: 'off' };
      return {
        id,
        root,
        accountId,
        on,
        state: stateView(state),
        waiting: run?.waiting.size ?? 0,
        attention: run?.waiting.attention ?? 0,
      };
    });
  }

  /**
   * Throws `watch-nested`, `file-missing`, `file-unreadable`, `account-unknown`, `dataset-storage`, `invalid-input` for rules
   * that make no sense, and what asking for the dataset throws.
   */
  async add(draft: WatchDraftView, on: boolean): Promise<WatchFolderView> {
    requireGoodRules(draft.rules, this.#deps.watch.tools);
    const root = this.#deps.watch.resolve(draft.root);
    const { problem } = await inspectRoot(root, this.#deps);
    if (problem) throw problem;
    const account = this.#account(draft.accountId);
    const dataset = await this.#destination(account, draft.datasetId, draft.rules.metadata);
    // Once more, and without waiting for anything: somebody else may have added one meanwhile.
    const clash = overlap(root, this.#deps.store.watchFolders(), this.#deps.watch.caseSensitive);
    if (clash) throw new UploaderError('watch-nested', sayOverlap(root, clash));
    const folder = this.#deps.store.addWatchFolder({
      root,
      accountId: account.id,
      datasetId: dataset.id,
      datasetTitle: dataset.title,
      folderChoice: draft.folderId,
      rules: draft.rules,
      existing: draft.existing,
      on,
      addedAt: this.#deps.clock.now(),
    });
    this.#runWanted(folder);
    this.#parts.changed();
    return this.#view(folder);
  }

  async change(
    id: WatchId,
    change: Partial<Omit<WatchDraftView, 'root' | 'existing'>>,
  ): Promise<WatchFolderView> {
    const folder = this.#folder(id);
    const rules = change.rules ?? folder.rules;
    requireGoodRules(rules, this.#deps.watch.tools);
    const account = this.#account(change.accountId ?? folder.accountId);
    const dataset = await this.#destination(account, change.datasetId ?? folder.datasetId, rules.metadata);
    await this.#halt(id);
    this.#deps.store.changeWatchFolder(id, {
      rules,
      accountId: account.id,
      datasetId: dataset.id,
      datasetTitle: dataset.title,
      folderChoice: change.folderId === undefined ? folder.folderChoice : change.folderId,
    });
    await this.#restart(id);
    return this.#view(this.#folder(id));
  }

  async remove(id: WatchId): Promise<void> {
    this.#folder(id);
    await this.#halt(id);
    this.#deps.store.removeWatchFolder(id);
    this.#parts.changed();
  }

  async switchTo(id: WatchId, on: boolean): Promise<WatchFolderView> {
    this.#folder(id);
    this.#deps.store.changeWatchFolder(id, { on });
    await this.#restart(id);
    return this.#view(this.#folder(id));
  }

  /** Fulfilled when the folder was looked through. Throws `invalid-input` where it is off. */
  async scan(id: WatchId): Promise<void> {
    this.#folder(id);
    const run = this.#runs.get(id);
    if (!run) throw new UploaderError('invalid-input', 'This watch folder is off. Switch it on first.');
    await run.scan();
  }

  root(id: WatchId): string {
    return this.#folder(id).root;
  }

  // -------------------------------------------------------------------------------------------- files

  waiting(id: WatchId, offset: number, limit: number): { total: number; rows: WaitingRow[] } {
    this.#folder(id);
    const waiting = this.#runs.get(id)?.waiting;
    if (!waiting) return { total: 0, rows: [] };
    const rows = waiting.window(offset, limit).map((row) => ({ ...row, choices: [...row.choices] }));
    return { total: waiting.size, rows };
  }

  files(
    id: WatchId,
    which: 'uploads' | 'skipped' | 'held',
    offset: number,
    limit: number,
  ): { total: number; rows: WatchedRowView[] } {
    const { total, rows } = this.#deps.store.watchedRows(this.#folder(id).ledger, which, offset, limit);
    return { total, rows: rows.map(watchedRowView) };
  }

  decide(id: WatchId, keys: readonly string[], decision: Decision): void {
    this.#folder(id);
    this.#runs.get(id)?.waiting.decide(keys, decision);
    this.#parts.changed();
  }

  /** Files that were there before; those that are taken are looked at as if they were new. Null: all of them. */
  async review(
    id: WatchId,
    paths: readonly string[] | null,
    decision: 'upload' | 'ignore',
  ): Promise<{ files: number }> {
    const folder = this.#folder(id);
    const slicer = createSlicer(this.#deps.clock);
    let files = 0;
    if (paths !== null) files = this.#decideHeld(folder, paths, decision);
    else {
      // In pieces: what is reviewed leaves the list.
      for (;;) {
        const { rows } = this.#deps.store.watchedRows(folder.ledger, 'held', 0, REVIEWED_AT_ONCE);
        if (rows.length === 0) break;
        files += this.#decideHeld(
          folder,
          rows.map(({ path }) => path),
          decision,
        );
        await slicer.pause();
      }
    }
    if (decision === 'upload') void this.#runs.get(id)?.scan();
    this.#parts.changed();
    return { files };
  }

  /** How many of them were held. */
  #decideHeld({ ledger }: WatchFolder, paths: readonly string[], decision: 'upload' | 'ignore'): number {
    const { store, clock } = this.#deps;
    const held = paths.flatMap((path) => {
      const known = store.known(ledger, path);
      return known?.state === 'held' ? [{ path, identity: known.identity, inode: known.inode }] : [];
    });
    if (decision === 'upload') {
      store.forget(
        ledger,
        held.map(({ path }) => path),
      );
    } else {
      const rows = held.map(
        (file) => ({ ...file, state: 'before', reason: null, group: null, unitId: null }) as const,
      );
      store.note(ledger, rows, clock.now());
    }
    return held.length;
  }

  explain(path: string): Promise<readonly string[]> {
    const full = this.#deps.watch.resolve(path);
    const folder = this.#deps.store.watchFolders().find(({ root }) => relativeTo(root, full) !== null);
    return explain(full, folder ?? null, folder ? (this.#runs.get(folder.id) ?? null) : null, this.#deps);
  }

  // -------------------------------------------------------------------------------------------- afterwards

  actions(id: WatchId, offset: number, limit: number): { total: number; rows: WatchActionView[] } {
    this.#folder(id);
    const { total, rows } = this.#deps.store.actions(id, offset, limit);
    return { total, rows: rows.map(actionView) };
  }

  async undo(actionId: number): Promise<void> {
    const action: WatchAction | null = this.#deps.store.action(actionId);
    if (!action || !actionView(action).undoable) {
      throw new UploaderError('invalid-input', 'This cannot be undone here (any more).');
    }
    await this.#afterwards.undo(action);
  }

  // -------------------------------------------------------------------------------------------- before it is on

  async inspect(path: string): Promise<RootView> {
    const root = this.#deps.watch.resolve(path);
    const { problem, notes } = await inspectRoot(root, this.#deps);
    return { root, problem: problem?.message ?? null, notes: [...notes] };
  }

  match(draft: Pick<WatchDraftView, 'root' | 'rules'>, limit: number): Promise<MatchView> {
    return match({ ...draft, root: this.#deps.watch.resolve(draft.root) }, limit, this.#deps);
  }

  dryRun(draft: WatchDraftView): DryRunView {
    return this.#dryRuns.start(draft);
  }

  dryRunView(id: string): DryRunView {
    return this.#dryRuns.view(id);
  }

  dryRunUnits(id: string, offset: number, limit: number): ReturnType<DryRuns['units']> {
    return this.#dryRuns.units(id, offset, limit);
  }

  dryRunLeft(id: string, offset: number, limit: number): ReturnType<DryRuns['left']> {
    return this.#dryRuns.left(id, offset, limit);
  }

  dryRunEnd(id: string): void {
    this.#dryRuns.end(id);
  }

  #view(folder: WatchFolder): WatchFolderView {
    return folderView(folder, this.#runs.get(folder.id) ?? null, this.#deps);
  }

  #folder(id: WatchId): WatchFolder {
    const folder = this.#deps.store.watchFolder(id);
    if (!folder) throw new UploaderError('watch-unknown', 'There is no such watch folder (any more).');
    return folder;
  }

  #account(id: string): AccountRecord {
    const account = this.#deps.store.account(id);
    if (account) return account;
    throw new UploaderError(
      'account-unknown',
      'The account is not (or no longer) signed in. Choose another.',
    );
  }

  /** Throws where the account's route cannot upload there, or cannot send what the rules ask for. */
  async #destination(
    account: AccountRecord,
    datasetId: string,
    metadata: Readonly<Record<string, string>>,
  ): Promise<DatasetInfo> {
    const dataset = await this.#parts.datasets.info(account.id, datasetId);
    const problem = destinationProblem(account, dataset);
    if (problem) throw problem;
    const documented = account.kind === 'api-key' || account.routeChoice === 'documented';
    if (documented && !routeTakesMetadata('documented') && Object.keys(metadata).length > 0) {
      throw metadataNotTaken();
    }
    return dataset;
  }
}
