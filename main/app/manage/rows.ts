/**
 * Use cases of the rows of a dataset: find, choose, take out as a table, and start work on those that were chosen. What is
 * about one row, and client metadata, have files of their own. Called by the handlers and by the command line.
 */

import type {
  DatasetDetail,
  RowColumn,
  RowFilter,
  RowSelection,
  RowSort,
  RowTally,
} from '../../../preload/contract/manage.ts';
import type { DataRowView, SavedView } from '../../../preload/contract/views.ts';
import type { AccountRecord } from '../../adapters/sqlite/index.ts';
import type { DataRow, EncordSession } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import type { JobId, JobTask } from '../../core/manage/jobs.ts';
import { datasetPage } from '../../core/manage/web-app.ts';
import type { AccountId } from '../../core/model.ts';
import { createSlicer } from '../../core/slicer.ts';
import { type Datasets, dataRowView, wantedRows } from '../datasets.ts';
import type { AppDeps, WatchDeps } from '../deps.ts';
import type { Drops } from '../drops.ts';
import type { Exports } from '../exports.ts';
import { windowOf } from '../outcome.ts';
import { mayOf } from './permissions.ts';
import { RowDetails } from './row-details.ts';
import { writeRows } from './row-export.ts';
import { sumOf } from './row-list.ts';
import { type MetadataMode, RowMetadata } from './row-metadata.ts';

/** Titles that a question before a deletion shows. */
const TITLES_SHOWN = 10;
/** The only type that Encord re-encodes. */
const VIDEO = 'VIDEO';

export type RowsDeps = Pick<AppDeps, 'clock' | 'random' | 'texts' | 'staging'> & {
  readonly watch: Pick<WatchDeps, 'resolve'>;
};

export interface RowsParts {
  readonly datasets: Datasets;
  readonly drops: Pick<Drops, 'paths'>;
  readonly exports: Pick<Exports, 'save'>;
  readonly session: (id: AccountId) => Promise<EncordSession>;
  readonly signal: AbortSignal;
  /** Begins long work, which goes on by itself. */
  readonly startJob: (request: {
    readonly accountId: AccountId;
    readonly datasetTitle: string | null;
    readonly task: JobTask;
  }) => JobId | Promise<JobId>;
}

export interface SomeRows {
  readonly datasetId: string;
  readonly rows: RowSelection;
}

export interface RowTable {
  readonly datasetId: string;
  readonly filter: RowFilter;
  readonly sort: RowSort;
  readonly columns: readonly RowColumn[];
  readonly format: 'csv' | 'json';
}

export class Rows {
  /** One row at a time. */
  readonly details: RowDetails;
  readonly metadata: RowMetadata;
  readonly #deps: RowsDeps;
  readonly #parts: RowsParts;

  constructor(deps: RowsDeps, parts: RowsParts) {
    this.#deps = deps;
    this.#parts = parts;
    const { datasets, drops, session, signal } = parts;
    this.details = new RowDetails(datasets, session, signal);
    this.metadata = new RowMetadata({
      deps,
      drops,
      signal,
      rowsOf: async (accountId, datasetId) => (await datasets.rowList(accountId, datasetId, 'kept')).all,
      start: (accountId, datasetId, task) => this.#start(accountId, datasetId, task),
    });
  }

  /** What an account may do with a dataset, and where its page is. */
  async dataset(
    account: Pick<AccountRecord, 'id' | 'kind' | 'domain'>,
    datasetId: string,
  ): Promise<DatasetDetail> {
    const info = await this.#parts.datasets.info(account.id, datasetId);
    return {
      datasetId,
      backingFolderId: info.backingFolderId,
      webUrl: datasetPage(account.domain, datasetId),
      may: mayOf(account.kind, info),
    };
  }

  /** A window of what the filter finds; `types` and `bytes` are of the whole dataset. */
  async find(
    accountId: AccountId,
    input: {
      datasetId: string;
      filter: RowFilter;
      sort: RowSort;
      refresh: boolean;
      offset: number;
      limit: number;
    },
  ): Promise<{ total: number; rows: DataRowView[]; types: Record<string, number>; bytes: number }> {
    const list = await this.#parts.datasets.rowList(accountId, input.datasetId, wantedRows(input));
    const found = await list.find(input.filter, input.sort);
    const { total, rows } = windowOf(found, input.offset, input.limit);
    return { total, rows: rows.map(dataRowView), types: { ...list.types }, bytes: list.bytes };
  }

  /**
   * The rows that are meant, against the list as it is now. Throws `not-found` where some of those that were named are not
   * in the dataset: a hash of another dataset must never pass for one that was done. Throws `invalid-input` where a filter
   * finds another number of rows than was agreed to.
   */
  async select(accountId: AccountId, { datasetId, rows: selection }: SomeRows): Promise<readonly DataRow[]> {
    const { datasets } = this.#parts;
    const list = await datasets.rowList(accountId, datasetId, 'kept');
    if (selection.kind === 'filter') {
      const except = new Set(selection.except);
      const all = await list.find(selection.filter, null);
      const found = except.size === 0 ? all : all.filter(({ dataHash }) => !except.has(dataHash));
      const { expected = found.length } = selection;
      if (found.length !== expected) throw changedMeanwhile(found.length, expected);
      return found;
    }
    const named = [...new Set(selection.dataHashes)];
    const known = named.flatMap((dataHash) => list.row(dataHash) ?? []);
    if (known.length === named.length) return known;
    // The list may be older than a row that was just made.
    const newer = await datasets.rowList(accountId, datasetId, 'fresh');
    const rows = named.flatMap((dataHash) => newer.row(dataHash) ?? []);
    if (rows.length === named.length) return rows;
    const missing = named.filter((dataHash) => newer.row(dataHash) === undefined);
    throw new UploaderError(
      'not-found',
      missing.length === 1
        ? 'One of the chosen rows is not in this dataset, so nothing was done. Look at the list again, and choose from what is there.'
        : `${missing.length.toLocaleString('en')} of the chosen rows are not in this dataset, so nothing was done. Look at the list again, and choose from what is there.`,
      { details: { rows: missing.slice(0, TITLES_SHOWN).join(', ') } },
    );
  }

  async tally(accountId: AccountId, some: SomeRows): Promise<RowTally> {
    const rows = await this.select(accountId, some);
    return {
      rows: rows.length,
      ...sumOf(rows),
      inOwnCloud: rows.filter(({ storage }) => storage !== null && storage !== 0).length,
      titles: rows.slice(0, TITLES_SHOWN).map(({ title }) => title),
    };
  }

  async delete(accountId: AccountId, some: SomeRows): Promise<JobId> {
    const rows = await this.#chosen(accountId, some);
    const dataHashes = rows.map(({ dataHash }) => dataHash);
    const { datasetId } = some;
    return this.#start(accountId, datasetId, { kind: 'delete-rows', datasetId, dataHashes });
  }

  /** Videos only; others of the selection are left out. Throws `invalid-input` where there is none. */
  async reencode(accountId: AccountId, some: SomeRows): Promise<JobId> {
    const videos = (await this.#chosen(accountId, some)).filter(({ type }) => type === VIDEO);
    if (videos.length === 0) {
      throw new UploaderError('invalid-input', 'Only videos are re-encoded, and no video is selected.');
    }
    const dataHashes = videos.map(({ dataHash }) => dataHash);
    const { datasetId } = some;
    return this.#start(accountId, datasetId, { kind: 'reencode-rows', datasetId, dataHashes });
  }

  /** @param some `into`: a folder of this machine, which is made where it is missing */
  async download(accountId: AccountId, some: SomeRows & { readonly into: string }): Promise<JobId> {
    const rows = (await this.#chosen(accountId, some)).map(({ dataHash, title }) => ({ dataHash, title }));
    const { datasetId } = some;
    const into = this.#deps.watch.resolve(some.into);
    return this.#start(accountId, datasetId, { kind: 'download-rows', datasetId, rows, into });
  }

  /** One text for all chosen rows: its problems, or the job. */
  async setMetadata(
    accountId: AccountId,
    { text, mode, ...some }: SomeRows & { readonly text: string; readonly mode: MetadataMode },
  ): ReturnType<RowMetadata['set']> {
    const rows = await this.#chosen(accountId, some);
    return this.metadata.set(accountId, some.datasetId, rows, { text, mode });
  }

  async export(accountId: AccountId, table: RowTable): Promise<SavedView> {
    const { name, pieces } = await this.table(accountId, table);
    return this.#parts.exports.save(name, pieces);
  }

  /** The rows that a filter finds now, as a text that is made piece by piece, and what its file is called. */
  async table(
    accountId: AccountId,
    { datasetId, filter, sort, columns, format }: RowTable,
  ): Promise<{ name: string; pieces: () => AsyncGenerator<string> }> {
    const { clock } = this.#deps;
    const title = (await this.#titleOf(accountId, datasetId)) ?? datasetId;
    const list = await this.#parts.datasets.rowList(accountId, datasetId, 'kept');
    const rows = await list.find(filter, sort);
    const source = { dataset: { id: datasetId, title }, madeAt: clock.now(), rows, columns };
    return {
      name: `Rows of ${title}.${format}`,
      async *pieces() {
        const slicer = createSlicer(clock);
        for (const piece of writeRows(source, format)) {
          yield piece;
          if (slicer.spent()) await slicer.pause();
        }
      },
    };
  }

  async #chosen(accountId: AccountId, some: SomeRows): Promise<readonly DataRow[]> {
    const rows = await this.select(accountId, some);
    if (rows.length > 0) return rows;
    throw new UploaderError('invalid-input', 'No row is selected, or none is left that the filter finds.');
  }

  async #start(accountId: AccountId, datasetId: string, task: JobTask): Promise<JobId> {
    const datasetTitle = await this.#titleOf(accountId, datasetId);
    return this.#parts.startJob({ accountId, datasetTitle, task });
  }

  /** Null where Encord cannot be asked: a name to show is no reason to fail. */
  async #titleOf(accountId: AccountId, datasetId: string): Promise<string | null> {
    const info = await this.#parts.datasets.info(accountId, datasetId).catch(() => null);
    return info?.title ?? null;
  }
}

function changedMeanwhile(found: number, expected: number): UploaderError {
  const [now, before] = [found, expected].map((rows) => rows.toLocaleString('en'));
  return new UploaderError(
    'invalid-input',
    `The rows changed meanwhile: ${now} are meant now, and ${before} were shown, so nothing was done. Look at the list again, and choose once more.`,
  );
}
