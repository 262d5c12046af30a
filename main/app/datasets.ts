/**
 * Use cases of datasets: list and search, create, look at rows, find storage folders. Lists come whole from Encord
 * (its calls are not paged), are kept for a while, and pages get windows of them.
 */

import { ANY_DATASET, ANY_ROW, type DatasetListing } from '../../preload/contract/manage.ts';
import type { DataRowView, DatasetView, StorageFolderView } from '../../preload/contract/views.ts';
import type { DataRow, DatasetInfo, EncordSession } from '../core/encord-port.ts';
import { UploaderError } from '../core/errors.ts';
import { storageLocationName } from '../core/manage/storage-location.ts';
import type { AccountId } from '../core/model.ts';
import type { Clock } from '../core/ports.ts';
import { DatasetList, isMirrored } from './manage/dataset-list.ts';
import { RowList } from './manage/row-list.ts';
import { unwrap, windowOf } from './outcome.ts';

/** A list older than this is asked for again when somebody looks at it. */
const FRESH_MS = 60_000;
/** Row lists can be long: only the ones last looked at are kept. */
const ROW_LISTS_KEPT = 3;

interface Kept<T> {
  readonly at: number;
  readonly list: Promise<T>;
}

export class Datasets {
  readonly #clock: Clock;
  readonly #session: (id: AccountId) => Promise<EncordSession>;
  readonly #signal: AbortSignal;
  readonly #own = new Map<AccountId, Kept<DatasetList>>();
  readonly #organisation = new Map<AccountId, Kept<DatasetList>>();
  /** By account and dataset; the one looked at last is at the end. */
  readonly #rows = new Map<string, Kept<RowList>>();

  constructor(clock: Clock, session: (id: AccountId) => Promise<EncordSession>, signal: AbortSignal) {
    this.#clock = clock;
    this.#session = session;
    this.#signal = signal;
  }

  /** All datasets of the account, newest change first. */
  async all(account: AccountId, refresh = false): Promise<readonly DatasetInfo[]> {
    return (await this.#list(account, false, refresh)).find('');
  }

  /** `listing` left out: all of the account's own, newest change first. */
  async window(
    account: AccountId,
    input: {
      search: string;
      listing?: DatasetListing | undefined;
      refresh: boolean;
      offset: number;
      limit: number;
    },
  ): Promise<{ total: number; rows: DatasetView[] }> {
    const listing = input.listing ?? ANY_DATASET;
    const list = await this.#list(account, listing.organisation, input.refresh);
    const { total, rows } = windowOf(await list.find(input.search, listing), input.offset, input.limit);
    return { total, rows: rows.map((info) => datasetView(info, list.othersCalled(info))) };
  }

  /** How many other datasets of the account have the title of this one; 0 where Encord cannot be asked. */
  async othersCalled(account: AccountId, dataset: Pick<DatasetInfo, 'id' | 'title'>): Promise<number> {
    try {
      return (await this.#list(account, false, false)).othersCalled(dataset);
    } catch {
      // A remark beside something that has been done: no reason to fail.
      return 0;
    }
  }

  /** By id or exact title. Throws `dataset-unknown`, or `dataset-ambiguous` with the ids to choose from. */
  async find(account: AccountId, idOrTitle: string): Promise<DatasetInfo> {
    const list = await this.all(account, true);
    const byId = list.find((each) => each.id.toLowerCase() === idOrTitle.toLowerCase());
    if (byId) return byId;
    const matches = list.filter((each) => each.title === idOrTitle);
    const [first, second] = matches;
    if (!first) {
      throw new UploaderError(
        'dataset-unknown',
        `No dataset is called ${JSON.stringify(idOrTitle)}, and none has that id. Check the name, or create it first.`,
      );
    }
    if (second) {
      const choices = matches.map((each) => each.id).join(', ');
      throw new UploaderError(
        'dataset-ambiguous',
        `${matches.length} datasets are called ${JSON.stringify(idOrTitle)}. Name one by its id: ${choices}.`,
      );
    }
    return first;
  }

  async info(account: AccountId, id: string): Promise<DatasetInfo> {
    const known = (await this.all(account)).find((each) => each.id === id);
    if (known) return known;
    const organisation = await this.#organisation.get(account)?.list.catch(() => null);
    const seen = organisation?.all.find((each) => each.id === id);
    if (seen) return seen;
    const session = await this.#session(account);
    return unwrap(await session.dataset(id, this.#signal));
  }

  /** `storage`: of `StorageLocation`; another than Encord's own is made by the older protocol. */
  async create(
    account: AccountId,
    request: { title: string; description: string; mirrored: boolean; storage?: number },
  ): Promise<DatasetInfo> {
    const session = await this.#session(account);
    const created = unwrap(await session.createDataset(request, this.#signal));
    this.#own.delete(account);
    this.#organisation.delete(account);
    return created;
  }

  async rows(
    account: AccountId,
    input: { datasetId: string; search: string; refresh: boolean; offset: number; limit: number },
  ): Promise<{ total: number; rows: DataRowView[] }> {
    const list = await this.rowList(account, input.datasetId, wantedRows(input));
    const found = await list.find({ ...ANY_ROW, search: input.search }, null);
    const { total, rows } = windowOf(found, input.offset, input.limit);
    return { total, rows: rows.map(dataRowView) };
  }

  /**
   * The rows of a dataset, asked for again when they are older than a minute. `old`: those that are kept do, so that
   * somebody who moves through a long list is not held up, and it does not change under him.
   * Throws what the call does, `dataset-unknown` among it.
   */
  async rowList(account: AccountId, datasetId: string, wanted: 'fresh' | 'kept' | 'old'): Promise<RowList> {
    const key = rowsKey(account, datasetId);
    if (wanted === 'old') {
      const kept = this.#rows.get(key);
      if (kept) return kept.list;
    }
    const list = this.#kept(this.#rows, key, wanted === 'fresh', async () => {
      const session = await this.#session(account);
      return new RowList(unwrap(await session.rows(datasetId, this.#signal)), this.#clock);
    });
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= ROW_LISTS_KEPT) break;
      this.#rows.delete(oldest);
    }
    return list;
  }

  /** A row as the kept list has it, without asking. */
  async keptRow(account: AccountId, datasetId: string, dataHash: string): Promise<DataRow | undefined> {
    const list = await this.#rows.get(rowsKey(account, datasetId))?.list.catch(() => null);
    return list?.row(dataHash);
  }

  /** A row was changed and read again: the list has it as it is now, without being asked for. */
  async noteRow(account: AccountId, datasetId: string, row: DataRow): Promise<void> {
    const key = rowsKey(account, datasetId);
    const kept = this.#rows.get(key);
    const list = await kept?.list.catch(() => null);
    if (!kept || !list || this.#rows.get(key) !== kept) return;
    this.#rows.set(key, { at: kept.at, list: Promise.resolve(list.with(row)) });
  }

  async folders(account: AccountId, search: string): Promise<StorageFolderView[]> {
    const session = await this.#session(account);
    const folders = unwrap(await session.folders(search, this.#signal));
    return folders.map((folder) => ({ id: folder.id, name: folder.name, path: [...folder.path] }));
  }

  /** Some dataset holds something else than before: rows are asked for again by who begins at the top of a list. */
  forgetRows(): void {
    for (const [key, kept] of this.#rows) this.#rows.set(key, { ...kept, at: Number.NEGATIVE_INFINITY });
  }

  forget(account: AccountId): void {
    this.#own.delete(account);
    this.#organisation.delete(account);
    this.#rows.clear();
  }

  #list(account: AccountId, organisation: boolean, refresh: boolean): Promise<DatasetList> {
    return this.#kept(organisation ? this.#organisation : this.#own, account, refresh, async () => {
      const session = await this.#session(account);
      const query = organisation ? { organisation } : {};
      return new DatasetList(unwrap(await session.datasets(query, this.#signal)), this.#clock);
    });
  }

  #kept<K, T>(kept: Map<K, Kept<T>>, key: K, refresh: boolean, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock.now();
    const before = kept.get(key);
    kept.delete(key);
    if (before && !refresh && Math.abs(now - before.at) < FRESH_MS) {
      kept.set(key, before);
      return before.list;
    }
    const list = ask();
    kept.set(key, { at: now, list });
    // A failed answer is not kept: the next look asks again.
    list.catch(() => {
      if (kept.get(key)?.list === list) kept.delete(key);
    });
    return list;
  }
}

/** Only who begins at the top of a list looks for what is new. */
export function wantedRows(input: { refresh: boolean; offset: number }): 'fresh' | 'kept' | 'old' {
  if (input.refresh) return 'fresh';
  return input.offset === 0 ? 'kept' : 'old';
}

function rowsKey(account: AccountId, datasetId: string): string {
  return `${account} ${datasetId}`;
}

/** @param sameTitle how many other datasets have its title */
export function datasetView(info: DatasetInfo, sameTitle: number): DatasetView {
  return {
    id: info.id,
    title: info.title,
    description: info.description,
    createdAt: info.createdAt,
    editedAt: info.editedAt,
    role: info.role,
    mirrored: isMirrored(info),
    storage: storageLocationName(info.storage),
    sameTitle,
  };
}

export function dataRowView(row: DataRow): DataRowView {
  return {
    dataHash: row.dataHash,
    title: row.title,
    type: row.type,
    mime: row.mime,
    size: row.size,
    width: row.width,
    height: row.height,
    fps: row.fps,
    durationSeconds: row.durationSeconds,
    sequence: row.isSequence,
    storage: storageLocationName(row.storage),
    fileLink: row.fileLink,
    itemUuid: row.itemUuid,
    createdAt: row.createdAt,
    editedAt: row.editedAt,
  };
}
