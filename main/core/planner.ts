/**
 * The planner: from paths to the units of a batch, found, sniffed, grouped and checked while people watch.
 * Called by the use cases of review, the command line and watch folders, who read the plan through `plan.ts`.
 */

import { type Failure, toFailure, UploaderError } from './errors.ts';
import { isFrameOfSequence } from './media/index.ts';
import type { UnitId } from './model.ts';
import { sortInSlices } from './natural.ts';
import { ancestors, commonPrefix, folderName, folderPath, folderPrefix } from './paths.ts';
import type {
  FolderMode,
  FolderView,
  Plan,
  PlanListener,
  PlanPorts,
  PlanRequest,
  PlanResult,
  PlanTotals,
  UnitView,
} from './plan.ts';
import { Given } from './plan-given.ts';
import { type FileEntry, type Looked, lookInto } from './plan-look.ts';
import {
  compareFiles,
  type FileRecord,
  type Folder,
  filesOf,
  isFrame,
  pathOf,
  sumOf,
} from './plan-records.ts';
import { PlanTree } from './plan-tree.ts';
import { PlanViews } from './plan-views.ts';
import type { WalkEntry } from './ports.ts';
import { groupWithout } from './refusals.ts';
import { isNumberedSequence } from './sequence.ts';
import { SeriesBook } from './series.ts';
import { Settling } from './settling.ts';
import { createSlicer, type Slicer } from './slicer.ts';

/** How many files are looked into at the same time. */
const HEADS_AT_ONCE = 16;
/** Milliseconds between two reports to the listener. */
const REPORT_EVERY_MS = 100;

/** Begins to plan at once; what the plan comes to is read from the result while it grows. */
export function createPlan(request: PlanRequest, ports: PlanPorts, listener: PlanListener): Plan {
  return new Planner(request, ports, listener);
}

class Planner implements Plan {
  readonly scanned: Promise<void>;
  private readonly request: PlanRequest;
  private readonly ports: PlanPorts;
  private readonly listener: PlanListener;
  private readonly tree = new PlanTree();
  private readonly series = new SeriesBook();
  private readonly views: PlanViews;
  private readonly abort = new AbortController();
  private readonly slicer: Slicer;
  private readonly startedAt: number;
  private readonly named: ReadonlySet<string>;
  private readonly given: Given;
  private readonly prefixes = new Map<string, string>();
  private readonly failures = new Map<string, Failure>();
  private met = 0;
  private scanning = true;
  private currentFolder: string | null = null;
  private reportedAt = Number.NEGATIVE_INFINITY;
  private settling: Settling | null = null;
  private settledFor: string | null = null;
  private blocked: Failure | null = null;

  constructor(request: PlanRequest, ports: PlanPorts, listener: PlanListener) {
    this.request = request;
    this.ports = ports;
    this.listener = listener;
    this.slicer = createSlicer(ports.clock);
    this.startedAt = ports.clock.now();
    this.named = new Set(request.paths);
    this.given = new Given(request);
    this.views = new PlanViews(this.tree, request, this.given, this.startedAt);
    this.scanned = this.scan();
    // Whoever waits for the scan hears of its failure; where nobody does, it is not an unhandled rejection.
    this.scanned.catch(() => undefined);
    if (request.datasetId !== null) this.settle(request.datasetId).catch(() => undefined);
  }

  totals(): PlanTotals {
    const { live, twins, refused, skipped } = this.tree;
    return {
      files: live.files,
      bytes: live.bytes,
      units: { ...live.units },
      twins: twins.length,
      refused: refused.length + (this.tree.takesText ? 0 : this.tree.textFiles),
      skipped: skipped.length,
      listed: sumOf(live.units) + twins.length,
      met: this.met,
      scanning: this.scanning,
      currentFolder: this.currentFolder,
      settling: this.settling ? { checked: this.settling.checked, total: this.settling.total } : null,
      settledFor: this.settledFor,
      textFiles: this.tree.textFiles,
      takeText: this.tree.takesText,
      blocked: this.blocked,
    };
  }

  units(offset: number, limit: number): readonly UnitView[] {
    return this.views.units(offset, limit);
  }

  preflightFiles() {
    return this.views.preflightFiles();
  }

  folders(offset = 0, limit = this.tree.folders.length): readonly FolderView[] {
    return this.views.folders(offset, limit);
  }

  turnedAway(offset: number, limit: number) {
    return this.views.turnedAway(offset, limit);
  }

  setFolder(path: string, mode: FolderMode): void {
    const folder = this.tree.find(path);
    if (!folder) throw new UploaderError('invalid-input', 'The plan has no such folder.');
    if (!folder.switchable) {
      throw new UploaderError(
        'invalid-input',
        'What this folder becomes was decided before and cannot be switched.',
      );
    }
    const media = mode === 'single' ? null : mode === 'group' ? 'image-group' : 'image-sequence';
    if (media === (folder.grouped ? folder.media : null)) return;
    if (media === 'image-sequence') {
      for (const file of filesOf(folder)) if (!isFrameOfSequence(file.format)) throw notOfSequence(file);
    }
    this.unsettle();
    this.tree.setGrouping(folder, media);
    this.report();
  }

  takeText(take: boolean): void {
    if (this.tree.takesText === take) return;
    this.unsettle();
    this.tree.takeText(take);
    this.report();
  }

  setTitle(key: string, title: string): void {
    this.views.setTitle(key, title);
  }

  async settle(datasetId: string): Promise<boolean> {
    if (this.settling?.datasetId !== datasetId) {
      this.unsettle();
      this.settling = new Settling({
        datasetId,
        tree: this.tree,
        ports: this.ports,
        scanned: this.scanned,
        routeCheck: this.request.routeCheck ?? null,
        asObserved: this.request.expected !== undefined,
        refuse: (file, error) => this.refuse(file, error),
        progress: () => this.reportSometimes(),
      });
    }
    const settling = this.settling;
    try {
      const outcome = await settling.finished;
      if (outcome.kind === 'superseded') return false;
      // Two callers may have joined one comparison: the second finds the same facts written already.
      this.settledFor = datasetId;
      this.blocked = outcome.blocked ? this.failure(outcome.blocked) : null;
      return true;
    } finally {
      if (this.settling === settling) this.settling = null;
      this.report();
    }
  }

  result(): PlanResult {
    if (this.settledFor === null) {
      throw new UploaderError(
        'invalid-input',
        'The files are still being compared with what was uploaded before.',
      );
    }
    return {
      units: this.blocked ? [] : this.views.planned(),
      turnedAway: this.views.allTurnedAway(this.blocked),
      twins: this.blocked ? [] : this.twins(),
    };
  }

  cancel(): void {
    this.abort.abort();
    this.unsettle();
  }

  private twins(): readonly UnitId[] {
    return this.tree.twins.flatMap((unit) => (unit.mark?.kind === 'twin' ? [unit.mark.unitId] : []));
  }

  private unsettle(): void {
    this.settling?.cancel();
    this.settling = null;
    this.settledFor = null;
    this.blocked = null;
  }

  private async scan(): Promise<void> {
    try {
      const { signal } = this.abort;
      const { files } = this.ports;
      const found = this.given.byName
        ? this.given.entries(files, signal)
        : files.walk(this.request.paths, signal);
      const chunks = found[Symbol.asyncIterator]();
      let next = chunks.next();
      for (let chunk = await next; !chunk.done && !signal.aborted; chunk = await next) {
        // The walk goes on while this chunk is looked into.
        next = chunks.next();
        next.catch(() => undefined);
        await this.take(chunk.value);
        this.reportSometimes();
      }
      if (!signal.aborted) await this.finish();
      if (signal.aborted) throw new UploaderError('cancelled', 'Looking at the files was cancelled.');
    } finally {
      this.scanning = false;
      this.report();
    }
  }

  /** Looks into the files of a chunk, several at a time, and adds them in their order. */
  private async take(chunk: readonly WalkEntry[]): Promise<void> {
    const look = { request: this.request, files: this.ports.files, given: this.given, named: this.named };
    const looked: (Looked | null)[] = new Array(chunk.length).fill(null);
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < chunk.length && !this.abort.signal.aborted) {
        const index = next++;
        const entry = chunk[index];
        if (!entry) return;
        looked[index] = entry.kind === 'file' ? await lookInto(entry, look) : entry.error;
        if (this.slicer.spent()) await this.slicer.pause();
      }
    };
    await Promise.all(Array.from({ length: HEADS_AT_ONCE }, work));
    if (this.abort.signal.aborted) return;
    for (let i = 0; i < chunk.length; i++) {
      const entry = chunk[i];
      const found = looked[i];
      if (entry && found) this.add(entry, found);
    }
  }

  private add(entry: WalkEntry, looked: Looked): void {
    this.met++;
    const prefix = this.prefix(entry);
    this.currentFolder = folderPath(prefix);
    if (looked instanceof UploaderError || entry.kind === 'problem') {
      const error = looked instanceof UploaderError ? looked : entry.kind === 'problem' ? entry.error : null;
      if (error) this.turnAway(entry, prefix, error);
      return;
    }
    const { tags } = looked;
    const folder = tags ? this.seriesOf(entry, prefix, tags.series) : this.folderOf(entry, prefix);
    const before = folder.files.at(-1);
    const file = this.tree.add({
      prefix,
      name: entry.name,
      folder,
      media: looked.media,
      format: looked.format,
      size: entry.identity.size,
      mtimeMs: entry.identity.mtimeMs,
    });
    if (tags) this.series.note(file, tags);
    if (looked.aside) this.tree.setAside(file);
    // The frames of a given group come in their order already; those of a series are ordered at the end.
    if (!folder.given && !tags && before && compareFiles(before, file) > 0) folder.ordered = false;
  }

  private turnAway(entry: WalkEntry, prefix: string, error: UploaderError): void {
    const group = this.given.groupOf(entry.path);
    if (group) {
      const folder = this.tree.group(group);
      folder.refusal ??= this.failure(groupWithout(entry.name, entry.path, error));
      return;
    }
    const size = entry.kind === 'file' ? entry.identity.size : 0;
    const failure = this.failure(error);
    this.tree.refused.push({ prefix, name: entry.name, media: null, size, failure, group: null });
  }

  /** A file that was in the plan; with it goes all of its group, where that was given. */
  private refuse(file: FileRecord, error: UploaderError): void {
    const { folder, name } = file;
    if (!folder.given) {
      this.tree.refuse(file, this.failure(error));
      return;
    }
    if (folder.refusal) return;
    folder.refusal = this.failure(groupWithout(name, file.prefix + name, error));
    this.tree.withdraw(folder);
  }

  /** The directory of an entry, as one shared string; a root has no directory, and its name is its path. */
  private prefix(entry: WalkEntry): string {
    const prefix = entry.path.endsWith(entry.name)
      ? entry.path.slice(0, entry.path.length - entry.name.length)
      : folderPrefix(entry.path);
    const known = this.prefixes.get(prefix);
    if (known !== undefined) return known;
    this.prefixes.set(prefix, prefix);
    return prefix;
  }

  private folderOf(entry: FileEntry, prefix: string): Folder {
    const group = this.given.groupOf(entry.path);
    if (group) return this.tree.group(group);
    const { as } = this.request;
    const media = as === 'image-sequence' ? as : 'image-group';
    const grouped = as === media;
    const path = grouped && this.isOfList(entry.path) ? '' : folderPath(prefix);
    const name = folderName(prefix);
    return this.tree.folder({ path, name, grouped, media, switchable: as === 'auto' });
  }

  private seriesOf(entry: FileEntry, prefix: string, id: string): Folder {
    const first = { path: folderPath(prefix), name: folderName(prefix) };
    return this.tree.series(id, this.given.groupOf(entry.path), first);
  }

  /** Whether the file was named itself and is in none of the named folders. */
  private isOfList(path: string): boolean {
    if (!this.named.has(path)) return false;
    for (const folder of ancestors(path)) if (this.named.has(folder)) return false;
    return true;
  }

  /** What can be said of folders only when all their files are known: order, the list's name, suggestions. */
  private async finish(): Promise<void> {
    for (const folder of this.tree.folders) {
      if (this.abort.signal.aborted) return;
      if (!folder.ordered) {
        await sortInSlices(folder.files, compareFiles, this.slicer);
        folder.ordered = true;
      }
      if (folder.series !== null) await this.finishSeries(folder);
      this.tree.withdraw(folder);
      if (folder.path === '' && !folder.given)
        folder.name = folderName(folder.files.map((file) => file.prefix).reduce(commonPrefix));
      if (folder.switchable && folder.frames > 1) {
        folder.suggestion = (await isNumberedSequence(imageNames(folder), this.slicer)) ? 'group' : null;
      }
      if (this.slicer.spent()) await this.slicer.pause();
    }
  }

  /** A series of a given group goes with the group, where a file of that was refused. */
  private async finishSeries(series: Folder): Promise<void> {
    const refuse = (file: FileRecord, error: UploaderError): void => {
      if (series.given) series.refusal ??= this.failure(groupWithout(file.name, pathOf(file), error));
      else this.tree.refuse(file, this.failure(error));
    };
    const problem = await this.series.finish(series, this.slicer, refuse);
    if (problem) series.refusal ??= this.failure(problem);
    if (series.given) series.refusal = this.tree.groupRefusal(series.given) ?? series.refusal;
  }

  /** One failure object for all files that are turned away in the same words. */
  private failure(error: UploaderError): Failure {
    const key = `${error.code}\n${error.message}\n${JSON.stringify(error.details)}`;
    const known = this.failures.get(key);
    if (known) return known;
    const failure = toFailure(error, this.startedAt);
    this.failures.set(key, failure);
    return failure;
  }

  private report(): void {
    this.reportedAt = this.ports.clock.monotonic();
    this.listener(this.totals());
  }

  private reportSometimes(): void {
    if (this.ports.clock.monotonic() - this.reportedAt >= REPORT_EVERY_MS) this.report();
  }
}

function* imageNames(folder: Folder): Generator<string> {
  for (const file of folder.files) if (isFrame(file)) yield file.name;
}

function notOfSequence(file: FileRecord): UploaderError {
  return new UploaderError(
    'invalid-input',
    `${file.name} is ${file.format.name}, which cannot be a frame of an image sequence. Convert it to JPEG or PNG, or make the folder an image group.`,
  );
}
