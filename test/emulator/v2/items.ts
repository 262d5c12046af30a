/** Storage items: lists, search, one, bulk, children, usage (encord-api.md C.14). */

import { z } from 'zod';
import { accessFolder, accessItem, folderRole } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { queryBool, queryInt, uuid } from '../shape.ts';
import { ITEM_TYPES, type Item } from '../store/items.ts';
import {
  bodyOf,
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  offsetOf,
  page,
  pathUuid,
  queryOf,
  type Route,
  type V2Call,
} from './route.ts';
import { itemView, v2Time } from './views.ts';

const listQuery = z.object({
  search: z.string().optional(),
  isRecursive: queryBool.default(false),
  isInDataset: queryBool.optional(),
  itemTypes: z.array(z.enum(ITEM_TYPES)).default([]),
  order: z.enum(['name', 'createdAt']).default('name'),
  desc: queryBool.default(false),
  pageSize: queryInt.pipe(z.int().min(1).max(MAX_PAGE_SIZE)).default(DEFAULT_PAGE_SIZE),
  pageToken: z.string().optional(),
  signUrls: queryBool.default(false),
});

function listed(
  call: V2Call,
  foldersOf: (recursive: boolean) => readonly string[],
  needsFilter: boolean,
): unknown {
  const { world } = call;
  const query = queryOf(call, listQuery, ['itemTypes']);
  if (needsFilter && !query.search && query.itemTypes.length === 0) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'Give search or itemTypes.');
  }
  const offset = offsetOf(query.pageToken);
  const items = world.items.list({
    folders: foldersOf(query.isRecursive),
    search: query.search,
    itemTypes: query.itemTypes,
    isInDataset: query.isInDataset,
    order: query.order,
    desc: query.desc,
    offset,
    limit: query.pageSize,
    now: world.now(),
  });
  return page(
    items.map((item) => itemView(world, call.base, item, query.signUrls)),
    offset,
    query.pageSize,
  );
}

function ofFolder(call: V2Call): unknown {
  const folder = accessFolder(call.world, call.user, pathUuid(call, 0), false);
  return listed(
    call,
    (recursive) => (recursive ? call.world.folders.subtree(folder.uuid) : [folder.uuid]),
    false,
  );
}

/** Everywhere that the user may look. */
function search(call: V2Call): unknown {
  const visible = (): string[] =>
    call.world.folders
      .list({
        userHash: call.user.userHash,
        parent: undefined,
        recursive: true,
        search: undefined,
        datasetSynced: undefined,
        everything: false,
        order: 'name',
        desc: false,
        offset: 0,
        limit: Number.MAX_SAFE_INTEGER - 1,
      })
      .map((folder) => folder.uuid);
  return listed(call, visible, true);
}

function one(call: V2Call): unknown {
  const { signUrl } = queryOf(call, z.object({ signUrl: queryBool.default(false) }));
  return itemView(call.world, call.base, accessItem(call.world, call.user, pathUuid(call, 0)), signUrl);
}

const bulkBody = z.object({
  itemUuids: z.array(uuid).max(MAX_PAGE_SIZE),
  signUrls: z.boolean().default(false),
});

/** Items in the order of the request; unknown and forbidden ones are left out (`requireAll` false by default). */
function bulk(call: V2Call): unknown {
  const { world, user } = call;
  const body = bodyOf(call, bulkBody.extend({ requireAll: z.boolean().default(false) }));
  const results = body.itemUuids.flatMap((itemUuid) => {
    try {
      return [itemView(world, call.base, accessItem(world, user, itemUuid), body.signUrls)];
    } catch (error) {
      if (error instanceof Refusal && !body.requireAll) return [];
      throw error;
    }
  });
  return { results, nextPageToken: null };
}

/** The item of a path `storage/folders/{f}/items/{i}/…`; it must be in that folder. */
function inFolder(call: V2Call): Item {
  const folder = accessFolder(call.world, call.user, pathUuid(call, 0), false);
  const item = accessItem(call.world, call.user, pathUuid(call, 1));
  if (item.folder !== folder.uuid) {
    throw new Refusal('AUTHORISATION_ERROR', 'The item does not exist or you have no access to it.');
  }
  return item;
}

function children(call: V2Call): unknown {
  const { signUrls } = queryOf(call, z.object({ signUrls: queryBool.default(false) }));
  const items = call.world.items.children(inFolder(call).uuid);
  return {
    results: items.map((item) => itemView(call.world, call.base, item, signUrls)),
    nextPageToken: null,
  };
}

function usage(call: V2Call): unknown {
  const { world, user } = call;
  const item = inFolder(call);
  const groups = world.items.groupsOf(item.uuid);
  const byDataset = Map.groupBy(world.items.rowsOfItem(item.uuid), (row) => row.datasetHash);
  const datasets = [...byDataset].flatMap(([datasetHash, rows]) => {
    const dataset = world.datasets.get(datasetHash);
    return dataset && world.datasets.role(datasetHash, user.userHash) !== null ? [{ dataset, rows }] : [];
  });
  return {
    frameInGroups: groups.length,
    accessibleGroupItems: groups.flatMap((group) => {
      const folder = world.folders.get(group.folder);
      if (!folder || folderRole(world, user, folder) === null) return [];
      return [
        {
          uuid: group.uuid,
          name: group.name,
          parentUuid: folder.uuid,
          parentName: folder.name,
          itemType: group.itemType,
        },
      ];
    }),
    usedInDatasets: byDataset.size,
    accessibleDatasets: datasets.map(({ dataset, rows }) => ({
      datasetHash: dataset.datasetHash,
      backingFolderUuid: dataset.backingFolder,
      title: dataset.title,
      dataHashes: rows.map((row) => row.dataHash),
      dataUnitsCreatedAt: v2Time(Math.min(...rows.map((row) => row.createdAt))),
    })),
    groupLayout: null,
  };
}

export const itemRoutes: readonly Route[] = [
  { method: 'GET', path: 'storage/folders/*/items', run: ofFolder },
  { method: 'GET', path: 'storage/search/items', run: search },
  { method: 'POST', path: 'storage/items/get-bulk', run: bulk },
  { method: 'GET', path: 'storage/items/*', run: one },
  { method: 'GET', path: 'storage/folders/*/items/*/child-items', run: children },
  { method: 'GET', path: 'storage/folders/*/items/*/summary', run: usage },
];
