/**
 * The door from watch folders to the queue: plans finished units like everybody's, leaves out what the dataset has or what is
 * on its way there, and adds the rest as one batch, in the transaction that marks its files as taken. Used by `watching.ts`.
 */

import type { AccountRecord } from '../../adapters/sqlite/index.ts';
import { asUploaderError, isDataFolderError, UploaderError } from '../../core/errors.ts';
import type { BatchId, NewBatch, TurnedAway, UnitId } from '../../core/model.ts';
import { relativeTo } from '../../core/paths.ts';
import type { Plan } from '../../core/plan.ts';
import { createPlan } from '../../core/planner.ts';
import type { FinishedUnit, Intake, Taken } from '../../core/watch/intake.ts';
import type { WatchFolder, WatchId } from '../../core/watch/rules.ts';
import type { Noted, Underway } from '../../core/watch/store-port.ts';
import type { AppDeps } from '../deps.ts';
import { mediaProblem } from '../destination.ts';
import { Copies } from './copies.ts';
import { type Planned, plannedOf, Templates } from './planning.ts';

/** What one sweep brought into the queue. */
export interface Added {
  readonly watchId: WatchId;
  /** Null when there was nothing to add. */
  readonly batchId: BatchId | null;
  readonly twins: readonly UnitId[];
  readonly turnedAway: readonly TurnedAway[];
}

export interface QueueIntakeParts {
  readonly deps: Pick<AppDeps, 'store' | 'files' | 'clock' | 'log' | 'watch'>;
  readonly sizeLimit: () => number;
  /** Batches are added one after another; what is done in a turn must not wait for anything. */
  readonly inTurn: <T>(work: () => T) => Promise<T>;
  readonly added: (added: Added) => void;
}

/** Units of a folder that are planned and added together. */
interface Sweep {
  readonly folder: WatchFolder;
  readonly account: AccountRecord;
  readonly units: readonly FinishedUnit[];
  readonly planned: Planned;
  /** Filled when they are added. */
  readonly outcomes: Map<string, Taken>;
  /** Whether no other folder has added anything for the dataset since copies were looked for. */
  readonly alone: () => boolean;
}

/** Files on their way by size, and how much had been added by then. */
interface UnderwayBySize {
  readonly added: number;
  readonly bySize: ReadonlyMap<number, readonly Underway[]>;
}

/** Told at the first moment of a plan and every later one; nobody looks at it here. */
const nobody = (): void => undefined;

export class QueueIntake implements Intake {
  readonly #parts: QueueIntakeParts;
  readonly #copies: Copies;
  /** How often something was added, by any folder. */
  #added = 0;

  constructor(parts: QueueIntakeParts) {
    this.#parts = parts;
    this.#copies = new Copies(parts.deps);
  }

  async take(
    folder: WatchFolder,
    units: readonly FinishedUnit[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Taken>> {
    try {
      return await this.#take(folder, units, signal);
    } catch (thrown) {
      const error = asUploaderError(thrown);
      if (!isDataFolderError(error) && error.code !== 'cancelled' && error.code !== 'account-unknown') {
        this.#parts.deps.log.warn('Finished files could not be added to the queue.', {
          folder: folder.id,
          code: error.code,
          reason: error.message,
        });
      }
      return new Map(units.map((unit) => [unit.key, { kind: 'later', error }]));
    }
  }

  async #take(
    folder: WatchFolder,
    units: readonly FinishedUnit[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Taken>> {
    const account = this.#parts.deps.store.account(folder.accountId);
    if (!account) throw accountMissing();
    const outcomes = new Map<string, Taken>();
    const hashes = new Map<string, string>();
    const templates = new Templates(folder.rules);
    let left = units;
    for (let added = false; !added; ) {
      const underway = this.#underway(folder, left);
      const copies = await this.#copies.underway(folder, left, underway, hashes, signal);
      for (const [key, taken] of copies) outcomes.set(key, taken);
      if (templates.wantHashes) await this.#copies.hashAll(folder, left, hashes, outcomes, signal);
      left = left.filter((unit) => !outcomes.has(unit.key));
      if (left.length === 0) break;
      const planned = plannedOf(folder, left, templates, this.#parts.deps.watch, hashes);
      const planning = left;
      // Another folder may have added copies while this one planned.
      const alone = (): boolean => this.#addsNothing(folder, planning, underway);
      added = await this.#plan({ folder, account, units: left, planned, outcomes, alone }, signal);
    }
    const copies = this.#ofSkipped(folder, units, outcomes);
    if (copies.length > 0) {
      for (const unit of copies) outcomes.delete(unit.key);
      const planned = plannedOf(folder, copies, templates, this.#parts.deps.watch, hashes);
      await this.#plan({ folder, account, units: copies, planned, outcomes, alone: () => true }, signal);
    }
    this.#wake(folder, units, outcomes);
    return outcomes;
  }

  /** Copies of files that were skipped in this very sweep: the dataset has their content, so all of them are skipped at once. */
  #ofSkipped(
    folder: WatchFolder,
    units: readonly FinishedUnit[],
    outcomes: ReadonlyMap<string, Taken>,
  ): readonly FinishedUnit[] {
    const { store } = this.#parts.deps;
    const skipped = new Map<string, boolean>();
    return units.filter((unit) => {
      const outcome = outcomes.get(unit.key);
      if (outcome?.kind !== 'underway') return false;
      const path = relativeTo(folder.root, outcome.path);
      if (path === null || outcomes.get(path)?.kind !== 'settled') return false;
      const known = skipped.get(path) ?? store.known(folder.ledger, path)?.state === 'skipped';
      skipped.set(path, known);
      return known;
    });
  }

  /**
   * What a file was to wait for may have come to its end meanwhile, or have been turned away in this very sweep: then nothing
   * would ever wake it, so it is looked at again.
   */
  #wake(folder: WatchFolder, units: readonly FinishedUnit[], outcomes: Map<string, Taken>): void {
    const { store } = this.#parts.deps;
    const paths = new Map<number, ReadonlySet<string>>();
    for (const unit of units) {
      const outcome = outcomes.get(unit.key);
      const size = unit.files[0]?.seen.identity.size;
      if (outcome?.kind !== 'underway' || size === undefined) continue;
      const known =
        paths.get(size) ?? new Set(store.underway(folder.datasetId, size).map(({ path }) => path));
      paths.set(size, known);
      if (!known.has(outcome.path)) outcomes.set(unit.key, { kind: 'changed' });
    }
  }

  /** What is on its way into the dataset, by the sizes of these single files. */
  #underway(folder: WatchFolder, units: readonly FinishedUnit[]): UnderwayBySize {
    const { store } = this.#parts.deps;
    const bySize = new Map<number, readonly Underway[]>();
    for (const { group, files } of units) {
      const size = files[0]?.seen.identity.size;
      if (group !== null || size === undefined || bySize.has(size)) continue;
      bySize.set(size, store.underway(folder.datasetId, size));
    }
    return { added: this.#added, bySize };
  }

  /** Whether nothing of these sizes came on its way since. */
  #addsNothing(folder: WatchFolder, units: readonly FinishedUnit[], before: UnderwayBySize): boolean {
    if (before.added === this.#added) return true;
    const now = this.#underway(folder, units);
    for (const [size, files] of now.bySize) {
      const known = new Set(before.bySize.get(size)?.map(({ path }) => path));
      if (files.some(({ path }) => !known.has(path))) return false;
    }
    return true;
  }

  /** Adds what is planned; false, and nothing is added, when it was not alone any more. */
  async #plan(sweep: Sweep, signal: AbortSignal): Promise<boolean> {
    const { folder, account, units, planned, outcomes, alone } = sweep;
    const { deps, sizeLimit, inTurn, added } = this.#parts;
    const { files, store, clock } = deps;
    const plan = createPlan(
      {
        ...planned,
        sizeLimitBytes: sizeLimit(),
        datasetId: null,
        mediaProblem: (media) => mediaProblem(account, media),
      },
      { files, ledger: store, clock },
      nobody,
    );
    const stop = (): void => plan.cancel();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await plan.scanned;
      for (;;) {
        if (signal.aborted) throw stopped();
        const against = this.#queueNow();
        if (!(await plan.settle(folder.datasetId))) continue;
        const done = await inTurn(() => {
          if (signal.aborted) throw stopped();
          if (!alone()) return 'not alone';
          // While it waited for its turn, somebody else may have added the same files.
          if (against !== this.#queueNow() && !this.#isQuiet(plan)) return null;
          return this.#add(folder, account, plan, units, outcomes);
        });
        if (done === 'not alone') return false;
        if (!done) continue;
        added(done);
        return true;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      plan.cancel();
    }
  }

  /** Nothing of this plan can be in the queue by other ways when all of it is turned away anyway. */
  #isQuiet(plan: Plan): boolean {
    return plan.totals().listed === 0;
  }

  /** First what is turned away, then the batch: what a kill leaves out is found again. */
  #add(
    folder: WatchFolder,
    account: AccountRecord,
    plan: Plan,
    units: readonly FinishedUnit[],
    outcomes: Map<string, Taken>,
  ): Added {
    const { store, clock } = this.#parts.deps;
    const result = plan.result();
    const planned = [...result.units];
    const all = [...result.turnedAway];
    const byKey = new Map(units.map((unit) => [unit.key, unit]));
    const unitOf = (path: string, group: string | null | undefined) =>
      byKey.get(group ?? relativeTo(folder.root, path) ?? '');
    const rows: Noted[] = [];
    const turnedAway: TurnedAway[] = [];
    for (const away of all) {
      const unit = unitOf(away.path, away.group);
      if (!unit) continue;
      const again = lookAgain(away);
      if (again) outcomes.set(unit.key, again);
      else {
        turnedAway.push(away);
        rows.push(...noted(unit, away.kind, away.failure, null, ofSeries(folder, away.paths)));
      }
    }
    for (const view of plan.units(0, Number.MAX_SAFE_INTEGER)) {
      const unit = view.twin === null ? undefined : unitOf(view.path, view.group);
      if (unit) rows.push(...noted(unit, 'taken', null, view.twin, ofSeries(folder, view.paths)));
    }
    store.note(folder.ledger, rows, clock.now());
    const batchId =
      planned.length === 0
        ? null
        : store.addBatch(this.#batch(folder, account, planned), planned, turnedAway);
    if (batchId !== null) this.#added += 1;
    for (const unit of units) if (!outcomes.has(unit.key)) outcomes.set(unit.key, { kind: 'settled' });
    return { watchId: folder.id, batchId, twins: result.twins, turnedAway };
  }

  #batch(
    folder: WatchFolder,
    account: AccountRecord,
    planned: readonly { readonly title: string }[],
  ): NewBatch {
    const { store, clock } = this.#parts.deps;
    const name = folder.root.split(/[/\\]/).at(-1) || folder.root;
    const [first] = planned;
    const what =
      planned.length === 1
        ? (first?.title ?? '')
        : `${planned.length.toLocaleString('en')} from the watch folder`;
    return {
      accountId: account.id,
      name: `${name}: ${what}`,
      datasetId: folder.datasetId,
      datasetTitle: folder.datasetTitle,
      routeChoice: account.routeChoice,
      folderChoice: folder.folderChoice ?? store.lastFolder(account.id, folder.datasetId),
      addedAt: clock.now(),
      watch: { folder: folder.id, ledger: folder.ledger, root: folder.root },
    };
  }

  /** Differs when units were added, finished, cancelled or revived. */
  #queueNow(): string {
    return JSON.stringify(this.#parts.deps.store.totals({ kind: 'all' }).units);
  }
}

/** Rows of the ledger for all files of a unit, or for some (relative): a folder may hold several series. */
export function noted(
  unit: FinishedUnit,
  state: 'skipped' | 'refused' | 'taken',
  reason: Noted['reason'],
  unitId: UnitId | null,
  some: ReadonlySet<string> | null = null,
): Noted[] {
  const group = unit.group?.key ?? null;
  const files = unit.files.filter(({ path }) => some?.has(path) ?? true);
  return files.map(({ path, seen }) => ({ path, ...seen, state, reason, group, unitId }));
}

/** Null: all files of the unit. */
function ofSeries(
  { root }: WatchFolder,
  paths: readonly string[] | null | undefined,
): ReadonlySet<string> | null {
  return paths ? new Set(paths.flatMap((path) => relativeTo(root, path) ?? [])) : null;
}

/** What was turned away only for now: the file changed, went away, or could not be read. */
function lookAgain(away: TurnedAway): Taken | null {
  switch (away.failure.code) {
    case 'file-changed':
    case 'file-missing':
      return { kind: 'changed' };
    case 'file-unreadable': {
      const { code, message, details } = away.failure;
      return { kind: 'later', error: new UploaderError(code, message, { details }) };
    }
    default:
      return null;
  }
}

function stopped(): UploaderError {
  return new UploaderError('cancelled', 'The watch folder was stopped.');
}

function accountMissing(): UploaderError {
  return new UploaderError(
    'account-unknown',
    'The account of this watch folder was removed. Choose another one for it, or sign in again.',
  );
}
