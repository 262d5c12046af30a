/**
 * Dry runs: exactly what a watch folder would upload, grouped and named, and what would stay, before it is switched on. Used
 * by `watching.ts` and through the contract.
 */

import type { DryRunLeft, DryRunUnit, DryRunView, WatchDraftView } from '../../../preload/contract/watch.ts';
import { asUploaderError, type Failure, toFailure, UploaderError } from '../../core/errors.ts';
import { HEAD_BYTES } from '../../core/media/index.ts';
import { below, relativeTo } from '../../core/paths.ts';
import type { Plan } from '../../core/plan.ts';
import { createPlan } from '../../core/planner.ts';
import { type Assembled, assemble, type FileHere } from '../../core/watch/assembly.ts';
import { type Frame, fewAtOnce, frameOf, isFrame, SIZE_BYTES } from '../../core/watch/first-bytes.ts';
import { sayReason } from '../../core/watch/reasons.ts';
import { unfinishedPattern } from '../../core/watch/rungs/unfinished-name.ts';
import { createSelection } from '../../core/watch/selection.ts';
import type { AppDeps } from '../deps.ts';
import { mediaProblem } from '../destination.ts';
import { failureView } from '../outcome.ts';
import { plannedOf, Templates } from './planning.ts';
import { rulesProblems } from './rules-check.ts';

/** So many frames are looked into for their sizes. */
const LOOKED_INTO = 2_000;
/** Files that stay are listed up to this many. */
const MOST_LEFT = 10_000;
/** Dry runs that nobody ended; the oldest goes. */
const KEPT = 4;

interface DryRun {
  readonly id: string;
  readonly abort: AbortController;
  phase: DryRunView['phase'];
  failure: Failure | null;
  files: number;
  bytes: number;
  leftCount: number;
  readonly left: DryRunLeft[];
  units: readonly DryRunUnit[];
  plan: Plan | null;
}

export class DryRuns {
  readonly #deps: AppDeps;
  readonly #sizeLimit: () => number;
  readonly #runs = new Map<string, DryRun>();

  constructor(deps: AppDeps, sizeLimit: () => number) {
    this.#deps = deps;
    this.#sizeLimit = sizeLimit;
  }

  /** Begins at once; `view` says how far it is. Throws `invalid-input` for rules that make no sense. */
  start(draft: WatchDraftView): DryRunView {
    const [problem] = rulesProblems(draft.rules, this.#deps.watch.tools);
    if (problem) throw new UploaderError('invalid-input', problem.text);
    const run: DryRun = {
      id: this.#deps.random.uuid(),
      abort: new AbortController(),
      phase: 'scanning',
      failure: null,
      files: 0,
      bytes: 0,
      leftCount: 0,
      left: [],
      units: [],
      plan: null,
    };
    this.#runs.set(run.id, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > KEPT && oldest !== undefined) this.end(oldest);
    this.#go(run, draft).catch((thrown: unknown) => {
      run.phase = 'failed';
      run.failure = toFailure(asUploaderError(thrown), this.#deps.clock.now());
    });
    return this.view(run.id);
  }

  /** Throws `invalid-input` for one that was ended, or never was; so do the windows. */
  view(id: string): DryRunView {
    const run = this.#get(id);
    return {
      dryRunId: run.id,
      phase: run.phase,
      failure: run.failure ? failureView(run.failure) : null,
      files: run.files,
      bytes: run.bytes,
      units: run.units.length,
      left: run.leftCount,
    };
  }

  units(id: string, offset: number, limit: number): { total: number; rows: DryRunUnit[] } {
    const { units } = this.#get(id);
    return { total: units.length, rows: units.slice(offset, offset + limit) };
  }

  left(id: string, offset: number, limit: number): { total: number; rows: DryRunLeft[] } {
    const { left } = this.#get(id);
    return { total: left.length, rows: left.slice(offset, offset + limit) };
  }

  end(id: string): void {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    run?.abort.abort();
    run?.plan?.cancel();
  }

  close(): void {
    for (const id of [...this.#runs.keys()]) this.end(id);
  }

  #get(id: string): DryRun {
    const run = this.#runs.get(id);
    if (run) return run;
    throw new UploaderError('invalid-input', 'This dry run is over. Start another one.');
  }

  async #go(run: DryRun, draft: WatchDraftView): Promise<void> {
    const root = this.#deps.watch.resolve(draft.root);
    const folder = { root, rules: draft.rules };
    const files = await this.#scan(run, folder);
    const looked = await this.#lookInto(run, folder, files);
    const frames = files.filter(({ path }) => !looked.refused.has(path));
    for (const file of files) {
      const why = looked.refused.get(file.path);
      if (why !== undefined) stay(run, file, why);
    }
    const { units, left } = assemble(frames, draft.rules, (path) => looked.frames.get(path));
    for (const { file, why } of left) stay(run, file, why);
    run.phase = 'comparing';
    await this.#plan(run, folder, draft, units);
    run.phase = 'ready';
  }

  async #scan(run: DryRun, { root, rules }: Rooted): Promise<FileHere[]> {
    const selection = createSelection(rules, this.#deps.watch.tools);
    const files: FileHere[] = [];
    const skip = (folder: string) => selection.skipFolder(folder);
    for await (const found of this.#deps.watch.disk(root).scan([''], skip, run.abort.signal)) {
      for (const [index, name] of found.names.entries()) {
        const path = found.folder === '' ? name : `${found.folder}/${name}`;
        const identity = { size: found.sizes[index] ?? 0, mtimeMs: found.mtimes[index] ?? 0 };
        const file = { path, seen: { identity, inode: found.inodes[index] || null } };
        const choice = selection.takes(path);
        const pattern = unfinishedPattern(name, rules.readiness, this.#deps.watch.tools);
        if (choice.taken && pattern !== null) {
          if (!name.startsWith('.')) stay(run, file, sayReason({ kind: 'unfinished-name', pattern }));
        } else if (choice.taken) {
          files.push(file);
          run.files += 1;
          run.bytes += identity.size;
        } else if (!choice.taken && !choice.silent) stay(run, file, choice.why);
      }
      for (const { path, error } of found.problems) {
        stay(run, { path, seen: { identity: { size: 0, mtimeMs: 0 }, inode: null } }, error.message);
      }
    }
    return files;
  }

  /** What is no image, or no DICOM file of a series, is no frame, and stays alone; formats, and sizes of the first frames, for remarks on groups that mix them. */
  async #lookInto(run: DryRun, { root, rules }: Rooted, files: readonly FileHere[]): Promise<Looked> {
    const looked = { frames: new Map<string, Frame>(), refused: new Map<string, string>() };
    const { becomes } = rules;
    if (becomes.kind === 'files') return looked;
    const disk = this.#deps.watch.disk(root);
    const lookInto = async ({ path }: FileHere, index: number): Promise<void> => {
      const bytes = index < LOOKED_INTO ? SIZE_BYTES : HEAD_BYTES;
      const found = await frameOf(disk, path, becomes.media, bytes).catch(() => null);
      // What cannot be read is the plan's to tell.
      if (!found) return;
      if (isFrame(found)) looked.frames.set(path, found);
      else looked.refused.set(path, found.message);
    };
    await fewAtOnce(files, lookInto, () => run.abort.signal.aborted);
    return looked;
  }

  async #plan(
    run: DryRun,
    folder: Rooted,
    { datasetId, accountId }: Pick<WatchDraftView, 'datasetId' | 'accountId'>,
    assembled: readonly Assembled[],
  ): Promise<void> {
    const { files, store, clock, watch } = this.#deps;
    const units = assembled.map(({ unit }) => unit);
    const notes = new Map(assembled.map(({ unit, note }) => [unit.key, note]));
    // The hash is known only when the file is read; it stands for itself until then.
    const templates = new Templates(folder.rules);
    const hashes = new Map(
      units.flatMap((unit) => unit.files.map(({ path }) => [below(folder.root, path), '{sha256}'] as const)),
    );
    const planned = plannedOf(folder, units, templates, watch, hashes);
    const account = store.account(accountId);
    const plan = createPlan(
      {
        ...planned,
        sizeLimitBytes: this.#sizeLimit(),
        datasetId: null,
        mediaProblem: (media) => account && mediaProblem(account, media),
      },
      { files, ledger: store, clock },
      () => undefined,
    );
    run.plan = plan;
    await plan.scanned;
    if (!(await plan.settle(datasetId))) throw new UploaderError('cancelled', 'The dry run was ended.');
    run.units = plan.units(0, Number.MAX_SAFE_INTEGER).map((view) => ({
      media: view.media,
      title: view.title,
      path: relativeTo(folder.root, view.path) || view.path,
      frames: view.files,
      bytes: view.bytes,
      metadata: metadataOf(view.clientMetadata),
      note:
        view.twin === null
          ? ((view.group ? notes.get(view.group) : null) ?? view.note)
          : 'It is in the queue already.',
    }));
    for (const away of plan.turnedAway(0, Number.MAX_SAFE_INTEGER)) {
      const path = relativeTo(folder.root, away.path) || away.path;
      stay(
        run,
        { path, seen: { identity: { size: away.size, mtimeMs: 0 }, inode: null } },
        away.failure.message,
      );
    }
    plan.cancel();
    run.plan = null;
  }
}

/** By path; `refused`: why. */
interface Looked {
  readonly frames: ReadonlyMap<string, Frame>;
  readonly refused: ReadonlyMap<string, string>;
}

type Rooted = { readonly root: string; readonly rules: WatchDraftView['rules'] };

function stay(run: DryRun, file: FileHere, why: string): void {
  run.leftCount += 1;
  if (run.left.length < MOST_LEFT) run.left.push({ path: file.path, size: file.seen.identity.size, why });
}

/** It was made of strings by `Templates`. */
function metadataOf(text: string | null): Record<string, string> {
  const parsed: unknown = text === null ? {} : JSON.parse(text);
  return Object.fromEntries(
    Object.entries(parsed ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
  );
}
