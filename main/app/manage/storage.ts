/**
 * Use cases of storage folders and items (encord-api.md C.13, C.14). Called by the handlers and the command line; another
 * account's folders never mix with these.
 */

import type { CallInput } from '../../../preload/contract/calls.ts';
import type {
  FolderSummaryView,
  FolderView,
  GroupView,
  ItemDetail,
  ItemView,
  TextProblem,
} from '../../../preload/contract/manage.ts';
import type { Answer, EncordSession } from '../../core/encord-port.ts';
import type { JobId, JobTask } from '../../core/manage/jobs.ts';
import { type FolderInfo, ITEM_TYPES, type ItemInfo, type Role } from '../../core/manage/ports.ts';
import type { AccountId } from '../../core/model.ts';
import type { AppDeps } from '../deps.ts';
import { unwrap, withoutUndefined } from '../outcome.ts';
import { itemFacts } from './item-facts.ts';
import { groupView } from './people.ts';
import { metadataProblems } from './row-metadata.ts';
import { type OpenWindow, TokenList } from './token-list.ts';

const PAGE = 200;
/** Lists that pages may be looking at; the oldest go. */
const LISTS_KEPT = 8;
/** A list is asked for anew when it is older and somebody begins it again. */
const FRESH_MS = 60_000;
/** Of groups and datasets that use an item. */
const NAMES_SHOWN = 20;

type FolderQuery = Omit<CallInput<'storage.folders'>, 'offset' | 'limit'>;
type ItemQuery = Omit<CallInput<'storage.items'>, 'offset' | 'limit'>;

export interface StorageDeps {
  readonly deps: Pick<AppDeps, 'clock' | 'texts'>;
  readonly session: (id: AccountId) => Promise<EncordSession>;
  /** Items that stand behind rows of a dataset. */
  readonly itemsOf: (account: AccountId, datasetId: string) => Promise<ReadonlySet<string>>;
  readonly start: (account: AccountId, task: JobTask) => JobId;
  /** Rows of datasets may have changed with their items. */
  readonly changed: () => void;
  readonly signal: AbortSignal;
}

interface Kept<T> {
  readonly at: number;
  readonly list: TokenList<T>;
}

export class Storage {
  readonly #parts: StorageDeps;
  readonly #folders = new Map<string, Kept<FolderInfo>>();
  readonly #items = new Map<string, Kept<ItemInfo>>();

  constructor(parts: StorageDeps) {
    this.#parts = parts;
  }

  // ---------------------------------------------------------------------------------------------- folders

  async folders(
    account: AccountId,
    query: FolderQuery,
    offset: number,
    limit: number,
  ): Promise<OpenWindow<FolderView>> {
    const { parentId, search, order, descending, refresh } = query;
    const text = search.trim();
    const question = JSON.stringify([account, parentId, text, order, descending]);
    const list = this.#list(this.#folders, question, { refresh, offset }, async (pageToken) => {
      const { storage } = (await this.#parts.session(account)).manage;
      const asked = { parentId, search: text, recursive: text !== '', order, descending, pageSize: PAGE };
      return unwrap(await storage.folders({ ...asked, pageToken }, this.#parts.signal));
    });
    const window = await list.window(offset, limit);
    return { ...window, rows: window.rows.map(folderView) };
  }

  async folder(account: AccountId, folderId: string): Promise<FolderView> {
    const { storage } = (await this.#parts.session(account)).manage;
    return folderView(unwrap(await storage.folder(folderId, this.#parts.signal)));
  }

  async summary(account: AccountId, folderId: string): Promise<FolderSummaryView> {
    const { storage } = (await this.#parts.session(account)).manage;
    const summary = unwrap(await storage.summary(folderId, this.#parts.signal));
    return { ...summary, counts: { ...summary.counts } };
  }

  async createFolder(
    account: AccountId,
    request: { name: string; description: string; parentId: string | null },
  ): Promise<FolderView> {
    const { storage } = (await this.#parts.session(account)).manage;
    return folderView(this.#settled(await storage.createFolder(request, this.#parts.signal), 'folders'));
  }

  /** The problems of the metadata's text, where it has any; then nothing was changed. */
  async changeFolder(
    account: AccountId,
    { folderId, ...change }: CallInput<'storage.changeFolder'>,
  ): Promise<{ problems: TextProblem[] }> {
    const given = withoutUndefined(change);
    if (given.clientMetadata !== undefined) {
      const problems = metadataProblems(given.clientMetadata, this.#parts.deps.texts.json);
      if (problems.length > 0) return { problems };
      given.clientMetadata = bare(given.clientMetadata);
    }
    const { storage } = (await this.#parts.session(account)).manage;
    this.#settled(await storage.changeFolder(folderId, given, this.#parts.signal), 'folders');
    return { problems: [] };
  }

  async moveFolders(
    account: AccountId,
    folderIds: readonly string[],
    parentId: string | null,
  ): Promise<void> {
    const { storage } = (await this.#parts.session(account)).manage;
    this.#settled(await storage.moveFolders(folderIds, parentId, this.#parts.signal), 'folders');
  }

  async deleteFolder(account: AccountId, folderId: string): Promise<void> {
    const { storage } = (await this.#parts.session(account)).manage;
    this.#settled(await storage.deleteFolder(folderId, this.#parts.signal), 'items');
  }

  async folderGroups(account: AccountId, folderId: string): Promise<GroupView[]> {
    const { storage } = (await this.#parts.session(account)).manage;
    return unwrap(await storage.folderGroups(folderId, this.#parts.signal)).map(groupView);
  }

  async addFolderGroups(
    account: AccountId,
    { folderId, groupIds, role }: { folderId: string; groupIds: readonly string[]; role: Role },
  ): Promise<void> {
    const { storage } = (await this.#parts.session(account)).manage;
    unwrap(await storage.addFolderGroups(folderId, groupIds, role, this.#parts.signal));
  }

  async removeFolderGroups(
    account: AccountId,
    { folderId, groupIds }: { folderId: string; groupIds: readonly string[] },
  ): Promise<void> {
    const { storage } = (await this.#parts.session(account)).manage;
    unwrap(await storage.removeFolderGroups(folderId, groupIds, this.#parts.signal));
  }

  // ---------------------------------------------------------------------------------------------- items

  async items(
    account: AccountId,
    query: ItemQuery,
    offset: number,
    limit: number,
  ): Promise<OpenWindow<ItemView>> {
    const { folderId, recursive, inDataset, order, descending, refresh, datasetId } = query;
    const search = query.search.trim();
    // Encord refuses words that it does not know: another version's are left out.
    const types = ITEM_TYPES.filter((type) => query.types.includes(type));
    const asked = { folderId, search, types, recursive, inDataset, order, descending, pageSize: PAGE };
    const list = this.#list(
      this.#items,
      JSON.stringify([account, asked]),
      { refresh, offset },
      async (pageToken) => {
        const { storage } = (await this.#parts.session(account)).manage;
        return unwrap(await storage.items({ ...asked, pageToken }, this.#parts.signal));
      },
    );
    const window = await list.window(offset, limit);
    const there = datasetId === null ? null : await this.#parts.itemsOf(account, datasetId);
    return { ...window, rows: window.rows.map((item) => itemView(item, there)) };
  }

  async item(account: AccountId, itemId: string): Promise<ItemDetail> {
    const { storage } = (await this.#parts.session(account)).manage;
    const item = unwrap(await storage.item(itemId, { signedUrl: false }, this.#parts.signal));
    const usage = unwrap(await storage.usage(item, this.#parts.signal));
    return {
      item: itemView(item, null),
      clientMetadata: indented(item.clientMetadata),
      facts: itemFacts(item, item),
      usage: {
        groups: usage.inGroups,
        groupNames: usage.groups.slice(0, NAMES_SHOWN).map(({ name }) => name),
        datasets: usage.inDatasets,
        datasetsSeen: usage.datasets
          .slice(0, NAMES_SHOWN)
          .map(({ id, title, mirrored }) => ({ id, title, mirrored })),
      },
    };
  }

  async renameItem(account: AccountId, itemId: string, name: string): Promise<void> {
    const { storage } = (await this.#parts.session(account)).manage;
    this.#settled(await storage.changeItems(new Map([[itemId, { name }]]), this.#parts.signal), 'items');
  }

  /** The problems of the text, where it has any; then nothing was changed. */
  async setItemMetadata(
    account: AccountId,
    { itemIds, text }: { itemIds: readonly string[]; text: string },
  ): Promise<{ problems: TextProblem[] }> {
    const problems = metadataProblems(text, this.#parts.deps.texts.json);
    if (problems.length > 0) return { problems };
    const { storage } = (await this.#parts.session(account)).manage;
    const clientMetadata = bare(text);
    const changes = new Map(itemIds.map((id) => [id, { clientMetadata }]));
    this.#settled(await storage.changeItems(changes, this.#parts.signal), 'items');
    return { problems: [] };
  }

  async moveItems(account: AccountId, request: CallInput<'storage.moveItems'>): Promise<void> {
    const { storage } = (await this.#parts.session(account)).manage;
    this.#settled(await storage.moveItems(request, this.#parts.signal), 'items');
  }

  async deleteItems(
    account: AccountId,
    request: CallInput<'storage.deleteItems'>,
  ): Promise<{ items: number; folders: number }> {
    const { storage } = (await this.#parts.session(account)).manage;
    const { items, folders } = this.#settled(await storage.deleteItems(request, this.#parts.signal), 'items');
    return { items, folders };
  }

  reencodeItems(account: AccountId, { itemIds, title, force }: CallInput<'storage.reencodeItems'>): JobId {
    return this.#parts.start(account, { kind: 'reencode-items', itemIds, title, force });
  }

  /** Of an account that signed out, or after a change elsewhere. */
  forget(): void {
    this.#forget();
  }

  /**
   * The value of a change. What was listed before is asked for anew, also where the answer was lost: the change may have
   * been made.
   */
  #settled<T>(answer: Answer<T>, what: 'folders' | 'items'): T {
    if (answer.ok || answer.failure.kind === 'lost') {
      this.#forget();
      if (what === 'items') this.#parts.changed();
    }
    return unwrap(answer);
  }

  #forget(): void {
    this.#folders.clear();
    this.#items.clear();
  }

  #list<T>(
    kept: Map<string, Kept<T>>,
    question: string,
    { refresh, offset }: { readonly refresh: boolean; readonly offset: number },
    ask: ConstructorParameters<typeof TokenList<T>>[0],
  ): TokenList<T> {
    const now = this.#parts.deps.clock.now();
    const before = kept.get(question);
    // Whoever is further down goes on in the list that they began, however long they look at it.
    if (before && (offset > 0 || (!refresh && Math.abs(now - before.at) < FRESH_MS))) return before.list;
    const list = new TokenList<T>(ask);
    kept.delete(question);
    kept.set(question, { at: now, list });
    for (const oldest of kept.keys()) {
      if (kept.size <= LISTS_KEPT) break;
      kept.delete(oldest);
    }
    return list;
  }
}

function folderView(folder: FolderInfo): FolderView {
  return {
    ...folder,
    path: folder.path.map(({ id, name }) => ({ id, name })),
    clientMetadata: indented(folder.clientMetadata),
  };
}

function itemView(item: ItemInfo, there: ReadonlySet<string> | null): ItemView {
  const { id, folderId, type, name, owner, createdAt, editedAt, rows, storage } = item;
  const { size, mime, durationSeconds, fps, width, height, frameCount } = item;
  return {
    ...{ id, folderId, type, name, owner, createdAt, editedAt, rows, storage },
    ...{ size, mime, durationSeconds, fps, width, height },
    frames: frameCount,
    inDataset: there === null ? null : there.has(id),
  };
}

/** Without the mark that some editors put before a text. */
function bare(text: string): string {
  return text.replace(/^\uFEFF/, '').trim();
}

/** JSON to read and to edit; none where the object is empty, and what is no JSON stays as it came. */
function indented(json: string | null): string | null {
  if (json === null) return null;
  try {
    const text = JSON.stringify(JSON.parse(json), null, 2);
    return text === '{}' ? null : text;
  } catch {
    return json;
  }
}
