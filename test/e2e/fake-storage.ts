/** The calls on storage folders and items as the pretended main answers them. Used by `fake-handlers.ts`. */
import { jsonText } from '../../main/adapters/json-text.ts';
import { metadataProblems } from '../../main/app/manage/row-metadata.ts';
import type { CallInput } from '../../preload/contract/calls.ts';
import type { FolderView, ItemView } from '../../preload/contract/manage.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import { counts, jobsOf, working } from './fake-jobs.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';
import { BROKEN_FOLDER, newFolder, storageOf } from './fake-storage-scene.ts';

/** As many as Encord hands out at once: more are known only when somebody looks further. */
const TOKEN_PAGE = 200;
const collator = new Intl.Collator('en', { numeric: true });

/** A window on a list whose end is not told before it is reached. */
function openWindow<Row>(rows: readonly Row[], { offset, limit }: { offset: number; limit: number }) {
  const known = Math.min(rows.length, Math.ceil((offset + limit) / TOKEN_PAGE) * TOKEN_PAGE);
  const complete = known >= rows.length;
  return {
    total: known + (complete ? 0 : 1),
    complete,
    rows: rows.slice(offset, Math.min(known, offset + limit)),
  };
}

type Ordered = Pick<CallInput<'storage.items'>, 'order' | 'descending'>;

function inOrder<Row extends { name: string; createdAt: string | null }>(rows: Row[], by: Ordered): Row[] {
  const sign = by.descending ? -1 : 1;
  return rows.sort(
    (a, b) =>
      sign *
      (by.order === 'name'
        ? collator.compare(a.name, b.name)
        : (a.createdAt ?? '').localeCompare(b.createdAt ?? '')),
  );
}

export function storageHandlers(main: FakeMain): Pick<FakeHandlers, Extract<CallName, `storage.${string}`>> {
  const storage = storageOf(main);
  const folder = (id: string): FolderView => {
    const found = storage.folders.get(id);
    if (!found) throw new Refusal('not-found', 'This account cannot see a folder with this id.');
    return found;
  };
  const item = (id: string): ItemView => {
    const found = storage.item(id);
    if (!found) throw new Refusal('not-found', 'This item is not there any more.');
    return found;
  };
  /** A folder that this person may change. */
  const own = (id: string): FolderView => {
    const found = folder(id);
    if (found.role !== 'admin')
      throw new Refusal('forbidden', `You are a viewer of ${found.name}: only its admins can change it.`);
    return found;
  };
  const notForKeys = () => {
    if (main.state.snapshot.activeAccountId === 'key')
      throw new Refusal('forbidden', 'This account is an API key: storage needs an SSH key.');
  };
  // Ten thousand items are not sorted anew for each page of the same list.
  let sorted: { as: string; rows: ItemView[] } | null = null;
  const forget = () => {
    sorted = null;
    main.changed('datasets');
    return null;
  };

  return {
    'storage.folders': ({ parentId, search, order, descending, offset, limit }) => {
      notForKeys();
      const text = search.trim().toLowerCase();
      const all =
        text === ''
          ? storage.childrenOf(parentId)
          : [...storage.folders.values()].filter(
              (each) =>
                each.name.toLowerCase().includes(text) &&
                (parentId === null || (each.id !== parentId && storage.isWithin(each.id, parentId))),
            );
      return openWindow(inOrder(all, { order, descending }), { offset, limit });
    },
    'storage.folder': ({ folderId }) => folder(folderId),
    'storage.summary': ({ folderId }) => {
      folder(folderId);
      const items = storage.itemsIn(folderId, true);
      const counts: Record<string, number> = {};
      for (const { type } of items) counts[type] = (counts[type] ?? 0) + 1;
      return {
        files: items.length,
        folders: [...storage.folders.keys()].filter((id) => id !== folderId && storage.isWithin(id, folderId))
          .length,
        totalBytes: items.reduce((sum, each) => sum + (each.size ?? 0), 0),
        uploadJobs: 0,
        counts,
      };
    },
    'storage.createFolder': ({ name, description, parentId }) => {
      if (parentId !== null) own(parentId);
      const made = newFolder(name, description, parentId, storage.folders.size);
      storage.addFolder(made);
      forget();
      return folder(made.id);
    },
    'storage.changeFolder': ({ folderId, name, description, clientMetadata }) => {
      const found = own(folderId);
      const problems = clientMetadata === undefined ? [] : metadataProblems(clientMetadata, jsonText);
      if (problems.length > 0) return { problems };
      found.name = name ?? found.name;
      found.description = description ?? found.description;
      found.clientMetadata = clientMetadata ?? found.clientMetadata;
      storage.renewPaths();
      forget();
      return { problems: [] };
    },
    'storage.moveFolders': ({ folderIds, parentId }) => {
      if (parentId !== null) own(parentId);
      for (const id of folderIds)
        if (parentId !== null && storage.isWithin(parentId, id))
          throw new Refusal('bad-request', 'A folder cannot be moved into itself. Choose another one.');
      for (const id of folderIds) own(id).parentId = parentId;
      storage.renewPaths();
      return forget();
    },
    'storage.deleteFolder': ({ folderId }) => {
      if (own(folderId).syncedDatasetId !== null)
        throw new Refusal(
          'bad-request',
          'This folder belongs to a mirrored dataset. Delete the dataset instead.',
        );
      storage.removeFolder(folderId);
      return forget();
    },
    'storage.folderGroups': ({ folderId }) => {
      folder(folderId);
      return storage.groups.get(folderId) ?? [];
    },
    'storage.addFolderGroups': ({ folderId, groupIds, role }) => {
      own(folderId);
      const kept = (storage.groups.get(folderId) ?? []).filter(({ id }) => !groupIds.includes(id));
      const added = groupIds.map((id) => ({ id, name: id, description: '', role, sameOrganisation: true }));
      storage.groups.set(folderId, [...kept, ...added]);
      return forget();
    },
    'storage.removeFolderGroups': ({ folderId, groupIds }) => {
      own(folderId);
      storage.groups.set(
        folderId,
        (storage.groups.get(folderId) ?? []).filter(({ id }) => !groupIds.includes(id)),
      );
      return forget();
    },
    'storage.items': ({ offset, limit, datasetId, refresh, ...query }) => {
      notForKeys();
      const { folderId, types, recursive, inDataset } = query;
      const text = query.search.trim().toLowerCase();
      if (folderId === null && text === '' && types.length === 0)
        throw new Refusal(
          'bad-request',
          'Search for a name, or choose a type: Encord does not list all items at once.',
        );
      if (folderId === BROKEN_FOLDER)
        throw new Refusal(
          'server-error',
          'Encord could not list the items of this folder. Try again in a minute.',
        );
      if (folderId !== null) folder(folderId);
      const as = JSON.stringify(query);
      if (sorted?.as !== as || refresh)
        sorted = {
          as,
          rows: inOrder(
            storage
              .itemsIn(folderId, recursive)
              .filter(
                (each) =>
                  each.name.toLowerCase().includes(text) &&
                  (types.length === 0 || types.includes(each.type)) &&
                  (inDataset === null || each.rows > 0 === inDataset),
              ),
            query,
          ),
        };
      const { rows, ...rest } = openWindow(sorted.rows, { offset, limit });
      return {
        ...rest,
        rows: rows.map((each) => ({
          ...each,
          inDataset: datasetId === null ? null : storage.isLinked(datasetId, each),
        })),
      };
    },
    'storage.item': ({ itemId }) => {
      const found = item(itemId);
      const datasets = main.state.datasets.filter(({ id }) => storage.isLinked(id, found));
      return {
        item: found,
        clientMetadata: storage.metadata.get(itemId) ?? null,
        facts: found.type === 'audio' ? [{ name: 'Sample rate', value: '44,100 Hz' }] : [],
        usage: {
          groups: found.type === 'image' && found.folderId === 'f-reader' ? 1 : 0,
          groupNames: found.type === 'image' && found.folderId === 'f-reader' ? ['case 01 imageGroup'] : [],
          datasets: datasets.length,
          datasetsSeen: datasets
            .slice(0, 20)
            .map(({ id, title, mirrored }) => ({ id, title, mirrored: mirrored === true })),
        },
      };
    },
    'storage.itemMedia': ({ itemId }) => {
      const { type, size } = item(itemId);
      if (type === 'image')
        return {
          kind: 'media',
          path: `/media/image/${encodeURIComponent(itemId)}`,
          mime: 'image/svg+xml',
          size,
          as: 'image',
        };
      if (type === 'video')
        return {
          kind: 'media',
          path: `/media/video/${encodeURIComponent(itemId)}`,
          mime: 'video/webm',
          size,
          as: 'video',
        };
      return { kind: 'none', why: 'There is no preview of this type here. Open it in Encord to look at it.' };
    },
    'storage.renameItem': ({ itemId, name }) => {
      const found = item(itemId);
      own(found.folderId);
      found.name = name;
      return forget();
    },
    'storage.setItemMetadata': ({ itemIds, text }) => {
      const problems = metadataProblems(text, jsonText);
      if (problems.length > 0) return { problems };
      for (const id of itemIds) storage.metadata.set(item(id).id, text);
      return { problems: [] };
    },
    'storage.moveItems': ({ itemIds, fromFolderId, toFolderId, allowSyncedDatasetMove }) => {
      const synced = own(fromFolderId).syncedDatasetId ?? own(toFolderId).syncedDatasetId;
      if (synced !== null && !allowSyncedDatasetMove)
        throw new Refusal(
          'bad-request',
          'This move changes a mirrored dataset. Allow that, or choose another folder.',
        );
      storage.moveItems(itemIds, toFolderId);
      return forget();
    },
    'storage.deleteItems': ({ folderId, itemIds }) => {
      own(folderId);
      const gone = new Set(itemIds.map((id) => item(id).id));
      storage.removeItems(gone);
      forget();
      return { items: gone.size, folders: 0 };
    },
    'storage.reencodeItems': ({ itemIds, title, force }) => {
      for (const id of itemIds) item(id);
      const jobId = jobsOf(main).add({
        task: { kind: 'reencode-items', itemIds, title, force },
        units: itemIds.length,
        state: working(counts(0, itemIds.length)),
      });
      return { jobId };
    },
  };
}
