/**
 * Use cases of datasets: list and search, create, look at rows, find storage folders. Lists come whole from Encord
 * (its calls are not paged), are kept for a while, and pages get windows of them.
 */

import type { DataRowView, DatasetView, StorageFolderView } from '../../preload/contract/views.ts';
import type { DataRow, DatasetInfo, EncordSession } from '../core/encord-port.ts';
import { UploaderError } from '../core/errors.ts';
import type { AccountId } from '../core/model.ts';
import type { Clock } from '../core/ports.ts';
import { unwrap, windowOf } from './outcome.ts';

/** A list older than this is asked for again when somebody looks at it. */
const FRESH_MS = 60_000;
/** Row lists can be long: only the ones last looked at are kept. */
const ROW_LISTS_KEPT = 3;

interface Kept<T> {
  readonly at: number;
  readonly list: Promise<readonly T[]>;
}

export class Datasets {
  readonly #clock: Clock;
  readonly #session: (id: AccountId) => Promise<EncordSession>;
  readonly #signal: AbortSignal;
  readonly #lists = new Map<AccountId, Kept<DatasetInfo>>();
  readonly #rows = new Map<string, Kept<DataRow>>();

  constructor(clock: Clock, session: (id: AccountId) => Promise<EncordSession>, signal: AbortSignal) {
    this.#clock = clock;
    this.#session = session;
    this.#signal = signal;
  }

  /** All datasets of the account, newest change first. */
  async all(account: AccountId, refresh = false): Promise<readonly DatasetInfo[]> {
    return this.#kept(this.#lists, account, refresh, async () => {
      const session = await this.#session(account);
      const list = unwrap(await session.datasets({}, this.#signal));
      return [...list].sort((a, b) => (b.editedAt ?? '').localeCompare(a.editedAt ?? ''));
    });
  }

  async window(
    account: AccountId,
    input: { search: string; refresh: boolean; offset: number; limit: number },
  ): Promise<{ total: number; rows: DatasetView[] }> {
    const needle = input.search.trim().toLocaleLowerCase();
    const list = await this.all(account, input.refresh);
    const found = needle
      ? list.filter((each) => each.title.toLocaleLowerCase().includes(needle) || each.id === needle)
      : list;
    const { total, rows } = windowOf(found, input.offset, input.limit);
    return { total, rows: rows.map(datasetView) };
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
    const list = await this.all(account);
    const known = list.find((each) => each.id === id);
    if (known) return known;
    const session = await this.#session(account);
    return unwrap(await session.dataset(id, this.#signal));
  }

  async create(
    account: AccountId,
    request: { title: string; description: string; mirrored: boolean },
  ): Promise<DatasetInfo> {
    const session = await this.#session(account);
    const created = unwrap(await session.createDataset(request, this.#signal));
    this.#lists.delete(account);
    return created;
  }

  async rows(
    account: AccountId,
    input: { datasetId: string; search: string; refresh: boolean; offset: number; limit: number },
  ): Promise<{ total: number; rows: DataRowView[] }> {
    const list = await this.#kept(this.#rows, `${account} ${input.datasetId}`, input.refresh, async () => {
      const session = await this.#session(account);
      return unwrap(await session.rows(input.datasetId, this.#signal));
    });
    while (this.#rows.size > ROW_LISTS_KEPT) {
      const oldest = this.#rows.keys().next();
      if (oldest.done) break;
      this.#rows.delete(oldest.value);
    }
    const needle = input.search.trim().toLocaleLowerCase();
    const found = needle ? list.filter((row) => row.title.toLocaleLowerCase().includes(needle)) : list;
    const { total, rows } = windowOf(found, input.offset, input.limit);
    return { total, rows: rows.map(dataRowView) };
  }

  async folders(account: AccountId, search: string): Promise<StorageFolderView[]> {
    const session = await this.#session(account);
    const folders = unwrap(await session.folders(search, this.#signal));
    return folders.map((folder) => ({ id: folder.id, name: folder.name, path: [...folder.path] }));
  }

  /** Uploads changed what a dataset holds: its rows are asked for again. */
  forgetRows(): void {
    this.#rows.clear();
  }

  forget(account: AccountId): void {
    this.#lists.delete(account);
    this.#rows.clear();
  }

  #kept<K, T>(
    kept: Map<K, Kept<T>>,
    key: K,
    refresh: boolean,
    ask: () => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const now = this.#clock.now();
    const before = kept.get(key);
    if (before && !refresh && Math.abs(now - before.at) < FRESH_MS) return before.list;
    const list = ask();
    kept.set(key, { at: now, list });
    // A failed answer is not kept: the next look asks again.
    list.catch(() => {
      if (kept.get(key)?.list === list) kept.delete(key);
    });
    return list;
  }
}

export function datasetView(info: DatasetInfo): DatasetView {
  return {
    id: info.id,
    title: info.title,
    description: info.description,
    createdAt: info.createdAt,
    editedAt: info.editedAt,
    role: info.role,
    mirrored: info.role === null && info.backingFolderId === null ? null : info.backingFolderId !== null,
    storage: info.storage === null ? null : info.storage === 0 ? 'encord' : 'private',
  };
}

function dataRowView(row: DataRow): DataRowView {
  const { dataHash, title, type, size, width, height, durationSeconds, createdAt } = row;
  return { dataHash, title, type, size, width, height, durationSeconds, createdAt };
}
