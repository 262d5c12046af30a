/**
 * The plan of what is to be uploaded again: units that the ledger has and the dataset no longer, with the media type,
 * title and order of files that they had. A plan like any other for review, except that the ledger is no reason to
 * skip them. Called by the use cases of reconcile.
 */

import { asUploaderError, type Failure, toFailure, UploaderError } from './errors.ts';
import { HEAD_BYTES, hasFrames, mediaType, noUnits } from './media/index.ts';
import type { FileIdentity, MediaId, PlannedItem, PlannedUnit, TurnedAway, UnitId } from './model.ts';
import { folderPrefix } from './paths.ts';
import type { Plan, PlanListener, PlanPorts, PlanRequest, PlanResult, PlanTotals, UnitView } from './plan.ts';
import { createSlicer, type Slicer } from './slicer.ts';

/** A unit of the ledger with its files as they were uploaded. */
export interface LostUnit {
  /** Of the ledger. */
  readonly id: number;
  readonly media: MediaId;
  readonly title: string;
  readonly files: readonly { readonly path: string; readonly identity: FileIdentity }[];
}

export interface AgainRequest {
  readonly datasetId: string;
  readonly datasetTitle: string;
  readonly units: readonly LostUnit[];
  /** As in `PlanRequest`. */
  readonly mediaProblem: NonNullable<PlanRequest['mediaProblem']>;
  /** Ids of those that were uploaded again meanwhile. */
  readonly uploadedAgain: () => Promise<ReadonlySet<number>>;
}

export interface AgainPlan extends Plan {
  /** The units of the ledger that `result()` uploads again. */
  replaced(): readonly number[];
}

interface Checked {
  readonly lost: LostUnit;
  readonly planned: PlannedUnit;
  /** The unfinished unit of the queue that holds the same files. */
  twin: UnitId | null;
}

/** Milliseconds between two reports to the listener. */
const REPORT_EVERY_MS = 100;

export function createAgainPlan(request: AgainRequest, ports: PlanPorts, listener: PlanListener): AgainPlan {
  return new Again(request, ports, listener);
}

class Again implements AgainPlan {
  readonly scanned: Promise<void>;
  readonly #request: AgainRequest;
  readonly #ports: PlanPorts;
  readonly #listener: PlanListener;
  readonly #abort = new AbortController();
  readonly #slicer: Slicer;
  #units: Checked[] = [];
  readonly #turnedAway: TurnedAway[] = [];
  #met = 0;
  #refused = 0;
  #scanning = true;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #settledFor: string | null = null;
  #blocked: Failure | null = null;

  constructor(request: AgainRequest, ports: PlanPorts, listener: PlanListener) {
    this.#request = request;
    this.#ports = ports;
    this.#listener = listener;
    this.#slicer = createSlicer(ports.clock);
    this.scanned = this.#scan();
    // Whoever waits for the scan hears of its failure; where nobody does, it is not an unhandled rejection.
    this.scanned.catch(() => undefined);
  }

  totals(): PlanTotals {
    const open = this.#units.filter(({ twin }) => twin === null);
    const units = noUnits();
    let files = 0;
    let bytes = 0;
    for (const { planned } of open) {
      units[planned.media] += 1;
      files += planned.items.length;
      bytes += bytesOf(planned);
    }
    return {
      files,
      bytes,
      units,
      twins: this.#units.length - open.length,
      refused: this.#refused,
      skipped: this.#turnedAway.length - this.#refused,
      listed: this.#units.length,
      met: this.#met,
      scanning: this.#scanning,
      currentFolder: null,
      settling: null,
      settledFor: this.#settledFor,
      textFiles: 0,
      takeText: false,
      blocked: this.#blocked,
    };
  }

  units(offset: number, limit: number): readonly UnitView[] {
    return this.#units.slice(offset, offset + limit).map(({ lost, planned, twin }) => ({
      key: String(lost.id),
      media: planned.media,
      title: planned.title,
      path: pathOf(lost),
      files: planned.items.length,
      bytes: bytesOf(planned),
      mime: planned.items.length === 1 ? (planned.items[0]?.mime ?? null) : null,
      twin,
      note: null,
      group: null,
      paths: null,
      clientMetadata: null,
    }));
  }

  /** None: they were uploaded before, just as they are. */
  preflightFiles(): readonly [] {
    return [];
  }

  folders(): readonly [] {
    return [];
  }

  turnedAway(offset: number, limit: number): readonly TurnedAway[] {
    return this.#turnedAway.slice(offset, offset + limit);
  }

  setFolder(): void {
    throw new UploaderError('invalid-input', 'What is uploaded again becomes what it was before.');
  }

  takeText(): void {
    throw new UploaderError(
      'invalid-input',
      'What is uploaded again are the files that were uploaded before.',
    );
  }

  setTitle(): void {
    throw new UploaderError('invalid-input', 'What is uploaded again keeps its title.');
  }

  async settle(datasetId: string): Promise<boolean> {
    await this.scanned;
    if (this.#abort.signal.aborted) return false;
    this.#settledFor = null;
    this.#blocked = datasetId === this.#request.datasetId ? null : this.#elsewhere();
    if (this.#blocked === null) {
      const done = await this.#request.uploadedAgain();
      this.#skip(done);
      for (const unit of this.#units) {
        unit.twin = await this.#twinOf(unit.planned);
        if (this.#slicer.spent()) await this.#slicer.pause();
        if (this.#abort.signal.aborted) return false;
      }
    }
    this.#settledFor = datasetId;
    this.#report();
    return true;
  }

  result(): PlanResult {
    if (this.#settledFor === null) {
      throw new UploaderError('invalid-input', 'The files are still being compared with the queue.');
    }
    const blocked = this.#blocked;
    if (blocked !== null) {
      const refused = this.#units.map(({ lost }) => turnedAway(lost, 'refused', blocked));
      return { units: [], turnedAway: [...this.#turnedAway, ...refused], twins: [] };
    }
    return {
      units: this.#open().map(({ planned }) => planned),
      turnedAway: this.#turnedAway,
      twins: this.#units.flatMap(({ twin }) => (twin === null ? [] : [twin])),
    };
  }

  replaced(): readonly number[] {
    return this.#open().map(({ lost }) => lost.id);
  }

  cancel(): void {
    this.#abort.abort();
    this.#settledFor = null;
  }

  #open(): Checked[] {
    return this.#units.filter(({ twin }) => twin === null);
  }

  async #scan(): Promise<void> {
    try {
      for (const lost of this.#request.units) {
        if (this.#abort.signal.aborted) {
          throw new UploaderError('cancelled', 'Looking at the files was cancelled.');
        }
        this.#met += lost.files.length;
        try {
          this.#units.push({ lost, planned: await this.#check(lost), twin: null });
        } catch (thrown) {
          this.#turnAway(lost, 'refused', asUploaderError(thrown));
        }
        if (this.#slicer.spent()) await this.#slicer.pause();
        if (this.#ports.clock.monotonic() - this.#reportedAt >= REPORT_EVERY_MS) this.#report();
      }
    } finally {
      this.#scanning = false;
      this.#report();
    }
  }

  /** The unit as it would go to the queue. Throws why it cannot: a file is gone, or is not what was uploaded. */
  async #check(lost: LostUnit): Promise<PlannedUnit> {
    const cannot = this.#request.mediaProblem(lost.media);
    if (cannot) throw cannot;
    const items: PlannedItem[] = [];
    for (const file of lost.files) {
      const identity = await this.#ports.files.identify(file.path);
      if (identity.size !== file.identity.size || identity.mtimeMs !== file.identity.mtimeMs) {
        throw new UploaderError(
          'file-changed',
          `${file.path} is not the file that was uploaded: it was changed since. Drop it to upload it as it is now.`,
        );
      }
      const name = file.path.slice(folderPrefix(file.path).length);
      const format = mediaType(lost.media).sniff(await this.#ports.files.head(file.path, HEAD_BYTES), name);
      if (format === null) {
        throw new UploaderError(
          'file-type',
          `${file.path} is no longer a file that can be part of ${aOf(lost.media)}. Put the right file in its place.`,
        );
      }
      items.push({ path: file.path, name, identity, mime: format.mime, sha256: null });
    }
    if (items.length === 0) throw new UploaderError('file-missing', 'Its files are not known any more.');
    return { media: lost.media, title: lost.title, items };
  }

  /** Takes out what was uploaded again while people looked. */
  #skip(done: ReadonlySet<number>): void {
    const before = this.#units;
    this.#units = before.filter(({ lost }) => !done.has(lost.id));
    for (const { lost } of before) {
      if (!done.has(lost.id)) continue;
      const message = 'It was uploaded again meanwhile. Nothing needs to be done.';
      this.#turnAway(lost, 'skipped', new UploaderError('duplicate', message));
    }
  }

  async #twinOf(unit: PlannedUnit): Promise<UnitId | null> {
    const { files, ledger } = this.#ports;
    const twin = ledger.activeTwin(this.#request.datasetId, unit.media, unit.items);
    if (twin === null) return null;
    for (const [index, item] of unit.items.entries()) {
      const wanted = twin.ifHashes?.[index] ?? null;
      if (wanted === null) continue;
      const hash = await files
        .sha256(item.path, item.identity, this.#abort.signal)
        // A file that changes now is found out at its transfer, like everywhere.
        .catch(() => null);
      if (hash !== wanted) return null;
    }
    return twin.unitId;
  }

  #turnAway(lost: LostUnit, kind: TurnedAway['kind'], error: UploaderError): void {
    if (kind === 'refused') this.#refused += 1;
    this.#turnedAway.push(turnedAway(lost, kind, toFailure(error, this.#ports.clock.now())));
  }

  #elsewhere(): Failure {
    return toFailure(
      new UploaderError(
        'invalid-input',
        `These files are missing from ${this.#request.datasetTitle} and are uploaded again there alone. To put them elsewhere, drop them.`,
      ),
      this.#ports.clock.now(),
    );
  }

  #report(): void {
    this.#reportedAt = this.#ports.clock.monotonic();
    this.#listener(this.totals());
  }
}

function turnedAway(lost: LostUnit, kind: TurnedAway['kind'], failure: Failure): TurnedAway {
  const size = lost.files.reduce((sum, { identity }) => sum + identity.size, 0);
  return { kind, path: pathOf(lost), title: lost.title, media: lost.media, size, failure, dataHash: null };
}

function bytesOf(unit: PlannedUnit): number {
  return unit.items.reduce((sum, { identity }) => sum + identity.size, 0);
}

/** The file, or the folder of the first file of a group. */
function pathOf({ media, files }: LostUnit): string {
  const path = files[0]?.path ?? '';
  return hasFrames(media) ? folderPrefix(path).slice(0, -1) || path : path;
}

function aOf(media: MediaId): string {
  const { one } = mediaType(media).label;
  return /^[aeiou]/.test(one) ? `an ${one}` : `a ${one}`;
}
