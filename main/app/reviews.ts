/**
 * Use cases of review: a drop becomes a plan, people look at it and change it, and it becomes a batch or is dropped.
 * Used by the handlers and by the command line. Plans live in memory: until *Upload* nothing is promised.
 */

import type {
  PlanFolderView,
  PlanUnitView,
  PlanView,
  PlanWarningView,
  TurnedAwayView,
} from '../../preload/contract/views.ts';
import type { AgainPlan } from '../core/again.ts';
import { asUploaderError, toFailure, UploaderError } from '../core/errors.ts';
import type { NewBatch, UnitId } from '../core/model.ts';
import type { FolderMode, Plan, PlanListener } from '../core/plan.ts';
import { createPlan } from '../core/planner.ts';
import { Preflight } from '../core/preflight/preflight.ts';
import type { Datasets } from './datasets.ts';
import type { AppDeps } from './deps.ts';
import { destinationProblem, mediaProblem } from './destination.ts';
import { failureView, windowOf } from './outcome.ts';
import {
  type Committed,
  destinationOf,
  phaseOf,
  Review,
  type ReviewRequest,
  unlessAdding,
} from './review.ts';

export type { Committed, Review, ReviewRequest } from './review.ts';

/** More files than this are added in slices, so that pages and queue go on meanwhile. */
const AT_ONCE = 500;
/** Adding is shown from here on, and so often, in milliseconds. */
const TELL_AFTER_MS = 500;
const TELL_EVERY_MS = 150;

export class Reviews {
  readonly #deps: AppDeps;
  readonly #datasets: Datasets;
  readonly #sizeLimit: () => number;
  readonly #changed: (view: PlanView) => void;
  readonly #reviews = new Map<string, Review>();
  /** Fulfilled when nothing is being added any more. */
  #turn: Promise<void> = Promise.resolve();

  constructor(deps: AppDeps, datasets: Datasets, sizeLimit: () => number, changed: (view: PlanView) => void) {
    this.#deps = deps;
    this.#datasets = datasets;
    this.#sizeLimit = sizeLimit;
    this.#changed = changed;
  }

  /** Begins to plan at once and answers what is known. */
  start(request: ReviewRequest): Review {
    const { files, store, clock } = this.#deps;
    return this.open(request, (listener) =>
      createPlan(
        {
          paths: request.paths,
          as: request.as,
          sizeLimitBytes: this.#sizeLimit(),
          datasetId: null,
          mediaProblem: (media) => mediaProblem(request.account, media),
          ...(request.title === undefined ? {} : { title: request.title }),
        },
        { files, ledger: store, clock },
        listener,
      ),
    );
  }

  /** A review of a plan that somebody else makes. */
  open(request: ReviewRequest, make: (listener: PlanListener) => Plan | AgainPlan): Review {
    const deps = this.#deps;
    const id = deps.random.uuid();
    let review: Review | null = null;
    const plan = make(() => {
      if (review) this.#changed(this.view(review));
    });
    const made = new Review(id, request, plan);
    review = made;
    this.#reviews.set(id, made);
    plan.scanned.then(
      () => {
        made.scanned = true;
        this.#lookInto(made);
        this.#tell(made);
      },
      (reason: unknown) => {
        made.failure = toFailure(asUploaderError(reason), deps.clock.now());
        this.#tell(made);
      },
    );
    return made;
  }

  /** Throws `invalid-input` for a plan that was discarded or never was. */
  get(id: string): Review {
    const review = this.#reviews.get(id);
    if (!review) throw new UploaderError('invalid-input', 'This review is over. Drop the files again.');
    return review;
  }

  /** Chooses where it goes, and begins to look for what is there already. */
  async setDataset(review: Review, datasetId: string, folderId: string | null): Promise<void> {
    unlessAdding(review);
    const { account } = review.request;
    review.folderId = folderId;
    review.destinationProblem = null;
    try {
      review.dataset = await this.#datasets.info(account.id, datasetId);
      const problem = destinationProblem(account, review.dataset);
      review.destinationProblem = problem && toFailure(problem, this.#deps.clock.now());
    } catch (reason) {
      review.dataset = null;
      review.destinationProblem = toFailure(asUploaderError(reason), this.#deps.clock.now());
      this.#tell(review);
      return;
    }
    this.#settle(review);
    this.#tell(review);
  }

  setFolder(review: Review, path: string, as: FolderMode): void {
    unlessAdding(review);
    review.plan.setFolder(path, as);
    this.#settle(review);
    this.#tell(review);
  }

  /** Whether text files of dropped folders are uploaded as well. */
  takeText(review: Review, take: boolean): void {
    unlessAdding(review);
    review.plan.takeText(take);
    this.#settle(review);
    this.#tell(review);
  }

  /**
   * Waits for scan and comparison, then adds the batch: as a whole, or where that fails not at all, and the review
   * stays. One after another: the next one is compared with what this one added.
   */
  async commit(review: Review): Promise<Committed> {
    unlessAdding(review);
    const adding = { done: 0, abort: new AbortController() };
    review.adding = adding;
    const before = this.#turn;
    let free = (): void => undefined;
    this.#turn = new Promise((resolve) => {
      free = resolve;
    });
    try {
      await this.#settled(review);
      this.#tell(review);
      await before;
      return await this.#add(review, adding);
    } catch (reason) {
      review.adding = null;
      this.#tell(review);
      throw reason;
    } finally {
      // Also where this one failed before its turn: who waits for it waits for those before it, too.
      void before.then(free);
    }
  }

  /** Waits for scan and comparison; throws where there is no place to go. */
  async #settled(review: Review): Promise<void> {
    const { plan } = review;
    destinationOf(review);
    await plan.scanned;
    for (;;) {
      const dataset = destinationOf(review);
      if (plan.totals().settledFor === dataset.id) return;
      this.#orClosed(review);
      await this.#compare(review, dataset.id);
    }
  }

  async #add(review: Review, adding: NonNullable<Review['adding']>): Promise<Committed> {
    this.#orClosed(review);
    const { plan, request } = review;
    const { store } = this.#deps;
    const dataset = destinationOf(review);
    // While people looked at the plan, the queue may have gone on.
    if (review.settledAgainst !== this.#queueNow()) await this.#compare(review, dataset.id);
    this.#orClosed(review);
    const result = plan.result();
    const totals = plan.totals();
    const twins = [...result.twins];
    const units = totals.listed - totals.twins;
    const turnedAway = [...result.turnedAway];
    if (units === 0) {
      this.#reviews.delete(review.id);
      await this.#dropStaged(request.dropId);
      return { batchId: null, twins, turnedAway };
    }
    // In this order: should the program end between the two, the worst is that they can be dropped again.
    if ('replaced' in plan) store.forgetContent(plan.replaced());
    const folder = review.folderId ?? store.lastFolder(request.account.id, dataset.id);
    const batch: NewBatch = {
      accountId: request.account.id,
      name: batchName(request, totals.files),
      datasetId: dataset.id,
      datasetTitle: dataset.title,
      routeChoice: request.account.routeChoice,
      folderChoice: folder,
      addedAt: this.#deps.clock.now(),
      dropId: request.dropId,
    };
    const onTwin = (twin: UnitId): void => {
      twins.push(twin);
    };
    const batchId =
      totals.files + turnedAway.length <= AT_ONCE
        ? store.addBatch(batch, result.units, turnedAway, onTwin)
        : await store.addLargeBatch(batch, result.units, turnedAway, {
            onTwin,
            signal: adding.abort.signal,
            onProgress: this.#progress(review, adding),
          });
    this.#reviews.delete(review.id);
    review.over.abort();
    if (review.folderId) store.setLastFolder(request.account.id, dataset.id, review.folderId);
    store.setSetting(`lastDataset:${request.account.id}`, JSON.stringify(dataset.id));
    return { batchId, twins, turnedAway };
  }

  /** Tells of it a few times a second, and only where it takes long enough to be looked at. */
  #progress(review: Review, adding: NonNullable<Review['adding']>): (done: number) => void {
    let tellAt = this.#deps.clock.monotonic() + TELL_AFTER_MS;
    return (done) => {
      adding.done = done;
      if (this.#deps.clock.monotonic() < tellAt) return;
      tellAt = this.#deps.clock.monotonic() + TELL_EVERY_MS;
      this.#tell(review);
    };
  }

  /** Does something with the queue when nothing is being added; it must not wait for anything itself. */
  async inTurn<T>(work: () => T): Promise<T> {
    const before = this.#turn;
    let free = (): void => undefined;
    this.#turn = new Promise((resolve) => {
      free = resolve;
    });
    try {
      await before;
      return work();
    } finally {
      void before.then(free);
    }
  }

  #orClosed(review: Review): void {
    if (!this.#reviews.has(review.id)) throw new UploaderError('cancelled', 'The review was closed.');
  }

  async discard(review: Review): Promise<void> {
    this.#reviews.delete(review.id);
    review.plan.cancel();
    review.over.abort();
    review.adding?.abort.abort();
    await this.#dropStaged(review.request.dropId);
  }

  /** Ends all of them, at the end of the program. */
  close(): void {
    for (const review of this.#reviews.values()) {
      review.plan.cancel();
      review.over.abort();
      review.adding?.abort.abort();
    }
    this.#reviews.clear();
  }

  view(review: Review): PlanView {
    const totals = review.plan.totals();
    const failure = review.failure ?? totals.blocked;
    return {
      planId: review.id,
      phase: phaseOf(review),
      failure: failure ? failureView(failure) : null,
      currentFolder: totals.scanning ? totals.currentFolder : null,
      files: totals.files,
      bytes: totals.bytes,
      units: { ...totals.units },
      refused: totals.refused,
      skipped: totals.skipped,
      queued: totals.twins,
      warnings: review.preflight?.warnings().length ?? 0,
      textFiles: totals.textFiles,
      takeText: totals.takeText,
      datasetId: review.dataset?.id ?? null,
      destinationProblem: review.destinationProblem ? failureView(review.destinationProblem) : null,
      added: review.adding?.done ?? 0,
    };
  }

  units(review: Review, offset: number, limit: number): { total: number; rows: PlanUnitView[] } {
    const rows = review.plan.units(offset, limit).map((unit, index) => ({
      index: offset + index,
      media: unit.media,
      title: unit.title,
      path: unit.path,
      frames: unit.files,
      bytes: unit.bytes,
      note: unit.twin === null ? unit.note : 'It is in the queue already and goes on there.',
    }));
    return { total: review.plan.totals().listed, rows };
  }

  folders(review: Review, offset: number, limit: number): { total: number; rows: PlanFolderView[] } {
    const all = review.plan.folders().filter((folder) => folder.switchable);
    const rows = all.slice(offset, offset + limit).map((folder) => ({
      path: folder.path,
      name: folder.name,
      images: folder.images,
      as: folder.mode,
      suggestion: folder.suggestion ?? ('single' as const),
    }));
    return { total: all.length, rows };
  }

  turnedAway(review: Review, offset: number, limit: number): { total: number; rows: TurnedAwayView[] } {
    const totals = review.plan.totals();
    const rows = review.plan.turnedAway(offset, limit).map((each) => ({
      kind: each.kind,
      path: each.path,
      title: each.title,
      size: each.size,
      failure: failureView(each.failure),
    }));
    return { total: totals.refused + totals.skipped, rows };
  }

  /** What preflight found that does not stand in the way. */
  warnings(review: Review, offset: number, limit: number): { total: number; rows: PlanWarningView[] } {
    const { total, rows } = windowOf(review.preflight?.warnings() ?? [], offset, limit);
    return { total, rows: rows.map((warning) => ({ ...warning })) };
  }

  /** Goes on beside the review; what it finds is told a few times a second. */
  #lookInto(review: Review): void {
    const { plan } = review;
    const { readPart, clock } = this.#deps;
    const ports = { read: readPart, clock, signal: review.over.signal };
    review.preflight = new Preflight(plan, ports, () => {
      if (clock.monotonic() - review.toldAt < TELL_EVERY_MS) return;
      review.toldAt = clock.monotonic();
      this.#tell(review);
    });
    void review.preflight.finished.then(() => this.#tell(review));
  }

  #settle(review: Review): void {
    if (!review.dataset || review.destinationProblem) return;
    this.#compare(review, review.dataset.id).then(
      () => this.#tell(review),
      (reason: unknown) => {
        const error = asUploaderError(reason);
        if (error.code === 'cancelled') return;
        review.failure = toFailure(error, this.#deps.clock.now());
        this.#tell(review);
      },
    );
  }

  async #compare(review: Review, datasetId: string): Promise<void> {
    const against = this.#queueNow();
    if (await review.plan.settle(datasetId)) review.settledAgainst = against;
  }

  /** Differs when units were added, finished, cancelled or revived. */
  #queueNow(): string {
    return JSON.stringify(this.#deps.store.totals({ kind: 'all' }).units);
  }

  #tell(review: Review): void {
    if (this.#reviews.has(review.id)) this.#changed(this.view(review));
  }

  async #dropStaged(dropId: string | null): Promise<void> {
    if (dropId) await this.#deps.staging.remove(dropId);
  }
}

function batchName(request: ReviewRequest, files: number): string {
  if (request.title) return request.title;
  const names = request.paths.map(
    (path) =>
      path
        .replace(/[/\\]+$/, '')
        .split(/[/\\]/)
        .at(-1) || path,
  );
  const [first] = names;
  if (names.length === 1 && first) return first;
  const rest = Math.max(names.length, files) - 1;
  return `${first ?? 'Files'} and ${rest.toLocaleString('en')} more`;
}
