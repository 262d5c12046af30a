/**
 * Use cases of reconcile: what this machine uploaded into a dataset beside the rows that Encord lists for it, as
 * windows for a page, as CSV, and as a review that uploads again what is missing.
 */

import type {
  DifferentRowView,
  ExtraRowView,
  MissingRowView,
  ReconcileView,
  SavedView,
} from '../../preload/contract/views.ts';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import { createAgainPlan, type LostUnit } from '../core/again.ts';
import { csvLine } from '../core/csv.ts';
import type { EncordSession } from '../core/encord-port.ts';
import { UploaderError } from '../core/errors.ts';
import { type Comparison, Reconciler, Superseding, type UploadedUnit } from '../core/reconcile.ts';
import { createSlicer } from '../core/slicer.ts';
import type { DataHashes } from './data-hashes.ts';
import type { Datasets } from './datasets.ts';
import type { AppDeps } from './deps.ts';
import { mediaProblem } from './destination.ts';
import type { Exports } from './exports.ts';
import { unwrap } from './outcome.ts';
import type { Review, Reviews } from './reviews.ts';

/** Comparisons are kept for the pages that look at them; they are cheap to make again. */
const KEPT = 4;
/** Lines of CSV in one piece. */
const LINES = 500;

export interface Report extends Comparison {
  readonly id: string;
  readonly account: AccountRecord;
  readonly datasetId: string;
  readonly datasetTitle: string;
  /** When the rows were asked for, milliseconds since the epoch. */
  readonly at: number;
}

export const RECONCILE_COLUMNS = [
  'result',
  'title',
  'media',
  'path',
  'files',
  'bytes',
  'uploaded_at',
  'data_hash',
  'item_uuid',
  'row_title',
  'row_type',
  'row_bytes',
  'row_created_at',
  'dataset',
  'dataset_title',
  'compared_at',
] as const;

interface Parts {
  readonly datasets: Datasets;
  readonly dataHashes: DataHashes;
  readonly reviews: Reviews;
  readonly exports: Exports;
  readonly session: (id: string) => Promise<EncordSession>;
  readonly signal: AbortSignal;
}

export class Reconcile {
  readonly #deps: AppDeps;
  readonly #parts: Parts;
  readonly #reports = new Map<string, Report>();

  constructor(deps: AppDeps, parts: Parts) {
    this.#deps = deps;
    this.#parts = parts;
  }

  /** Asks for the rows now and compares. Throws what the call does, `dataset-unknown` among it. */
  async compare(account: AccountRecord, datasetId: string): Promise<Report> {
    const { store, clock, random, engineParts } = this.#deps;
    const { dataHashes, datasets, session, signal } = this.#parts;
    const at = clock.now();
    // Before the rows: what is uploaded while they are on their way may not be among them.
    const upTo = store.ledgerEnd();
    const title = (await datasets.info(account.id, datasetId)).title;
    const rows = unwrap(await (await session(account.id)).rows(datasetId, signal));
    await dataHashes.note(datasetId, rows);
    const reconciler = new Reconciler(rows, upTo, at - engineParts.settleMs);
    await this.#eachUploaded(datasetId, 0, (units) => reconciler.add(units));
    for (const identities of store.identitiesUnderway(datasetId)) reconciler.addUnderway(identities);
    const superseded = await this.#superseded(datasetId, reconciler.missing);
    const report: Report = {
      id: random.uuid(),
      account,
      datasetId,
      datasetTitle: title,
      at,
      ...reconciler.finish(superseded),
    };
    this.#reports.set(report.id, report);
    for (const oldest of this.#reports.keys()) {
      if (this.#reports.size <= KEPT) break;
      this.#reports.delete(oldest);
    }
    return report;
  }

  /** Throws `not-found` for a comparison that is no longer kept. */
  get(id: string): Report {
    const report = this.#reports.get(id);
    if (!report) {
      throw new UploaderError('not-found', 'This comparison is no longer kept. Reconcile the dataset again.');
    }
    return report;
  }

  view(report: Report): ReconcileView {
    return {
      reconcileId: report.id,
      datasetId: report.datasetId,
      datasetTitle: report.datasetTitle,
      at: report.at,
      rows: report.rows,
      uploaded: report.uploaded,
      both: report.both,
      missing: report.missing.length,
      extra: report.extra.length,
      different: report.different.length,
      underway: report.underway,
      recent: report.recent,
      unidentified: report.unidentified,
    };
  }

  missing(report: Report, offset: number, limit: number): { total: number; rows: MissingRowView[] } {
    const rows = report.missing.slice(offset, offset + limit).map((id) => this.uploaded(id));
    return { total: report.missing.length, rows };
  }

  extra(report: Report, offset: number, limit: number): { total: number; rows: ExtraRowView[] } {
    const rows = report.extra.slice(offset, offset + limit).map(
      ({ dataHash, itemUuid, title, type, size, createdAt }): ExtraRowView => ({
        dataHash,
        itemUuid,
        title,
        type,
        size,
        createdAt,
      }),
    );
    return { total: report.extra.length, rows };
  }

  different(report: Report, offset: number, limit: number): { total: number; rows: DifferentRowView[] } {
    const rows = report.different.slice(offset, offset + limit).map(({ unitId, row }): DifferentRowView => {
      const { title, path, bytes } = this.uploaded(unitId);
      return { id: unitId, title, path, bytes, dataHash: row.dataHash, rowBytes: row.size };
    });
    return { total: report.different.length, rows };
  }

  /** What the ledger has of one uploaded unit. */
  uploaded(id: number): MissingRowView {
    const unit = this.#deps.store.uploadedUnit(id);
    if (!unit) throw new UploaderError('internal', 'The ledger lost a unit while it was looked at.');
    const { media, title, path, files, bytes, doneAt, dataHash, itemUuid } = unit;
    return { id, media, title, path, files, bytes, doneAt, dataHash, itemUuid };
  }

  save(report: Report): Promise<SavedView> {
    const day = new Date(report.at).toISOString().slice(0, 10);
    return this.#parts.exports.save(`Reconcile ${report.datasetTitle} ${day}.csv`, () => this.csv(report));
  }

  /** What is missing, extra or different, one line each; RFC 4180. */
  async *csv(report: Report, withHeader = true): AsyncGenerator<string> {
    const slicer = createSlicer(this.#deps.clock);
    const common = [report.datasetId, report.datasetTitle, new Date(report.at).toISOString()] as const;
    if (withHeader) yield csvLine(RECONCILE_COLUMNS);
    let piece = '';
    let lines = 0;
    for (const line of this.#lines(report)) {
      piece += csvLine([...line, ...common]);
      lines += 1;
      if (lines % LINES !== 0) continue;
      yield piece;
      piece = '';
      if (slicer.spent()) await slicer.pause();
    }
    if (piece !== '') yield piece;
  }

  /** Opens a review of what is missing, with the files as they were uploaded. Throws `invalid-input` where nothing is. */
  async again(report: Report): Promise<Review> {
    const { store, files, clock } = this.#deps;
    const { reviews } = this.#parts;
    if (report.missing.length === 0) {
      throw new UploaderError('invalid-input', 'Nothing is missing, so there is nothing to upload again.');
    }
    const slicer = createSlicer(clock);
    const units: LostUnit[] = [];
    const lost: UploadedUnit[] = [];
    for (const id of report.missing) {
      const unit = store.uploadedUnit(id);
      if (!unit) continue;
      lost.push(unit);
      units.push({
        id,
        media: unit.media,
        title: unit.title,
        files: store
          .uploadedFiles(id)
          .map(({ path, size, mtimeMs }) => ({ path, identity: { size, mtimeMs } })),
      });
      if (slicer.spent()) await slicer.pause();
    }
    const { datasetId, datasetTitle } = report;
    const review = reviews.open(
      {
        paths: [],
        as: 'auto',
        title: `Missing from ${datasetTitle}`,
        account: report.account,
        dropId: null,
      },
      (listener) =>
        createAgainPlan(
          {
            datasetId,
            datasetTitle,
            units,
            mediaProblem: (media) => mediaProblem(report.account, media),
            uploadedAgain: () => this.#superseded(datasetId, lost),
          },
          { files, ledger: store, clock },
          listener,
        ),
    );
    await reviews.setDataset(review, datasetId, null);
    return review;
  }

  async #superseded(datasetId: string, missing: readonly UploadedUnit[]): Promise<ReadonlySet<number>> {
    const [first] = missing;
    if (!first) return new Set();
    const superseding = new Superseding(missing, this.#deps.store.sameFiles);
    await this.#eachUploaded(datasetId, first.id, (units) => superseding.add(units));
    return superseding.superseded;
  }

  /** Goes through the ledger without holding anything up. */
  async #eachUploaded(
    datasetId: string,
    after: number,
    work: (units: readonly UploadedUnit[]) => void,
  ): Promise<void> {
    const slicer = createSlicer(this.#deps.clock);
    for (const units of this.#deps.store.uploadedUnits(datasetId, after)) {
      work(units);
      if (slicer.spent()) await slicer.pause();
      if (this.#parts.signal.aborted)
        throw new UploaderError('interrupted', 'The comparison was broken off.');
    }
  }

  *#lines(report: Report): Generator<(string | number | null)[]> {
    for (const id of report.missing) {
      yield [...uploadedCells('missing', this.uploaded(id)), null, null, null, null];
    }
    for (const row of report.extra) {
      const cells = [row.title, row.type, row.size, row.createdAt];
      yield ['extra', null, null, null, null, null, null, row.dataHash, row.itemUuid, ...cells];
    }
    for (const { unitId, row } of report.different) {
      const cells = [row.title, row.type, row.size, row.createdAt];
      yield [...uploadedCells('different', this.uploaded(unitId)), ...cells];
    }
  }
}

function uploadedCells(result: string, unit: MissingRowView): (string | number | null)[] {
  const { title, media, path, files, bytes, doneAt, dataHash, itemUuid } = unit;
  return [result, title, media, path, files, bytes, new Date(doneAt).toISOString(), dataHash, itemUuid];
}
