/** Calls on storage items (encord-api.md C.13, C.14). Used by `storage.ts`. */

import type { Answer } from '../../../core/encord-port.ts';
import { UploaderError } from '../../../core/errors.ts';
import type { ItemInfo, ItemQuery, StorageCalls, TokenPage } from '../../../core/manage/ports.ts';
import { failed } from '../failures.ts';
import { allPages } from '../pages.ts';
import { eachOf } from '../parallel.ts';
import type { V2 } from '../v2.ts';
import { PATIENT_MS } from '../wire.ts';
import { ANYTHING, done, flag, LIST, objectOf, pageQuery, without } from './storage-calls.ts';
import { item, itemPage, removed, usage } from './storage-schemas.ts';

export type ItemCalls = Pick<
  StorageCalls,
  'items' | 'item' | 'itemsById' | 'children' | 'usage' | 'changeItems' | 'moveItems' | 'deleteItems'
>;

/** Calls at once where one answers for one item only. */
const AT_ONCE = 8;

export function itemCalls(v2: V2): ItemCalls {
  return {
    items: (query, signal) => items(v2, query, signal),
    item: (itemId, want, signal) => oneItem(v2, itemId, want.signedUrl, signal),
    itemsById: (itemIds, signal) => itemsById(v2, itemIds, signal),

    children: ({ id: itemId, folderId }, { signedUrls }, signal) =>
      allPages(
        v2,
        {
          path: ['storage', 'folders', folderId, 'items', itemId, 'child-items'],
          query: [['signUrls', flag(signedUrls)]],
          page: itemPage,
          doing: 'list what the item consists of',
        },
        signal,
      ),

    usage: ({ id: itemId, folderId }, signal) =>
      v2.call(
        {
          method: 'GET',
          path: ['storage', 'folders', folderId, 'items', itemId, 'summary'],
          answer: usage,
          doing: 'find where the item is used',
          ...LIST,
        },
        signal,
      ),

    async changeItems(changes, signal) {
      const itemPatches: Record<string, unknown> = {};
      for (const [itemId, { name, clientMetadata }] of changes) {
        const metadata = clientMetadata === undefined ? undefined : objectOf(clientMetadata);
        if (metadata !== undefined && !metadata.ok) return metadata;
        itemPatches[itemId] = without({ name, clientMetadata: metadata?.value });
      }
      if (changes.size === 0) return { ok: true, value: null };
      return done(
        await v2.call(
          {
            method: 'PATCH',
            path: ['storage', 'items', 'patch-bulk'],
            body: { itemPatches },
            answer: ANYTHING,
            doing: changes.size === 1 ? 'change the item' : 'change the items',
            idleMs: PATIENT_MS,
            ...LIST,
          },
          signal,
        ),
      );
    },

    async moveItems({ fromFolderId, itemIds, toFolderId, allowSyncedDatasetMove }, signal) {
      return done(
        await v2.call(
          {
            method: 'POST',
            path: ['storage', 'folders', fromFolderId, 'items', 'move'],
            body: { itemUuids: itemIds, newParentUuid: toFolderId, allowSyncedDatasetMove },
            answer: ANYTHING,
            doing: itemIds.length === 1 ? 'move the item' : 'move the items',
            // Sent again after it was done, it would be refused: the items are not there any more.
            repeatable: false,
            idleMs: PATIENT_MS,
          },
          signal,
        ),
      );
    },

    deleteItems: ({ folderId, itemIds, removeUnusedFrames }, signal) =>
      v2.call(
        {
          method: 'POST',
          path: ['storage', 'folders', folderId, 'items', 'delete'],
          body: { childUuids: itemIds, removeUnusedFrames },
          answer: removed,
          doing: itemIds.length === 1 ? 'delete the item' : 'delete the items',
          repeatable: false,
          idleMs: PATIENT_MS,
        },
        signal,
      ),
  };
}

async function items(v2: V2, query: ItemQuery, signal: AbortSignal): Promise<Answer<TokenPage<ItemInfo>>> {
  const { folderId, types, inDataset } = query;
  const search = query.search.trim();
  if (folderId === null && search === '' && types.length === 0) {
    const message = 'To look in all folders, type something to search for or choose types.';
    return failed('refused', new UploaderError('invalid-input', message));
  }
  return v2.call(
    {
      method: 'GET',
      path: folderId === null ? ['storage', 'search', 'items'] : ['storage', 'folders', folderId, 'items'],
      query: [
        ...(search === '' ? [] : [['search', search] as const]),
        ...(folderId !== null && query.recursive ? [['isRecursive', 'True'] as const] : []),
        ...(inDataset === null ? [] : [['isInDataset', flag(inDataset)] as const]),
        ...types.map((type) => ['itemTypes', type] as const),
        ...pageQuery(query),
      ],
      answer: itemPage,
      doing: 'list the items',
      ...LIST,
    },
    signal,
  );
}

async function oneItem(
  v2: V2,
  itemId: string,
  signedUrl: boolean,
  signal: AbortSignal,
): Promise<Answer<ItemInfo>> {
  const answer = await v2.call(
    {
      method: 'GET',
      path: ['storage', 'items', itemId],
      query: [['signUrl', flag(signedUrl)]],
      answer: item,
      doing: 'read the item',
      ...LIST,
    },
    signal,
  );
  if (!answer.ok) return answer;
  const { exists, info } = answer.value;
  if (exists) return { ok: true, value: info };
  const message = 'Encord has no file for this item: it was deleted, or never uploaded. Choose another one.';
  return failed('refused', new UploaderError('not-found', message));
}

async function itemsById(
  v2: V2,
  itemIds: readonly string[],
  signal: AbortSignal,
): Promise<Answer<readonly ItemInfo[]>> {
  if (itemIds.length === 0) return { ok: true, value: [] };
  const bulk = await v2.call(
    {
      method: 'POST',
      path: ['storage', 'items', 'get-bulk'],
      body: { itemUuids: itemIds, signUrls: false },
      answer: itemPage,
      doing: 'read the items',
      ...LIST,
    },
    signal,
  );
  if (bulk.ok) return { ok: true, value: inOrder(bulk.value.items, itemIds) };
  if (bulk.failure.kind !== 'refused') return bulk;
  // One id that the server does not know can make it refuse them all: ask one by one.
  const each = await eachOf(itemIds, AT_ONCE, async (itemId): Promise<Answer<ItemInfo | null>> => {
    const answer = await oneItem(v2, itemId, false, signal);
    return answer.ok || answer.failure.kind !== 'refused' ? answer : { ok: true, value: null };
  });
  return each.ok ? { ok: true, value: each.value.filter((found) => found !== null) } : each;
}

function inOrder(found: readonly ItemInfo[], itemIds: readonly string[]): readonly ItemInfo[] {
  const byId = new Map(found.map((each) => [each.id, each]));
  return itemIds.flatMap((itemId) => byId.get(itemId) ?? []);
}
