/** Changing, moving and deleting storage items (encord-api.md C.13, C.14). */

import { z } from 'zod';
import { accessFolder, accessItem } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { jsonObject, uuid } from '../shape.ts';
import type { Item } from '../store/items.ts';
import type { User } from '../store/users.ts';
import { changesMirrors, moveItem } from '../units/mirrors.ts';
import { removeItem } from '../units/remove.ts';
import type { World } from '../world.ts';
import { patchesOf, removeTree } from './folderChanges.ts';
import { bodyOf, pathUuid, type Route, type V2Call } from './route.ts';
import { itemView } from './views.ts';

/** The item, if the user is an administrator of its folder. @throws Refusal */
export function writableItem(world: World, user: User, itemUuid: string): Item {
  const item = accessItem(world, user, itemUuid);
  accessFolder(world, user, item.folder, true);
  return item;
}

/** The same, and it must be in that folder. @throws Refusal as for an item that does not exist */
function writableIn(world: World, user: User, folder: string, itemUuid: string): Item {
  const item = writableItem(world, user, itemUuid);
  if (item.folder !== folder) {
    throw new Refusal(
      'AUTHORISATION_ERROR',
      `The item ${itemUuid} does not exist in this folder or you have no access to it.`,
    );
  }
  return item;
}

const patch = z.object({
  name: z.string().min(1).nullish(),
  // An object here, a JSON string in every answer: a trap of the real interface.
  clientMetadata: jsonObject.nullish(),
});

function applyPatch({ world, base }: V2Call, item: Item, change: z.output<typeof patch>): unknown {
  const { name, clientMetadata } = change;
  world.storageEdits.changeItem(
    item.uuid,
    {
      name: name ?? undefined,
      clientMetadata: clientMetadata ? JSON.stringify(clientMetadata) : undefined,
    },
    world.now(),
  );
  return itemView(world, base, world.items.get(item.uuid) ?? item, false);
}

function change(call: V2Call): unknown {
  const { world, user } = call;
  const folder = accessFolder(world, user, pathUuid(call, 0), true);
  const item = writableIn(world, user, folder.uuid, pathUuid(call, 1));
  const body = bodyOf(call, patch);
  return world.db.transaction(() => applyPatch(call, item, body));
}

/** All or none. */
function changeMany(call: V2Call): unknown {
  const { itemPatches } = bodyOf(call, z.object({ itemPatches: patchesOf(patch) }));
  const results = call.world.db.transaction(() =>
    Object.entries(itemPatches).map(([id, each]) =>
      applyPatch(call, writableItem(call.world, call.user, id), each),
    ),
  );
  return { results, nextPageToken: null };
}

const moveBody = z.object({
  itemUuids: z.array(uuid).min(1),
  newParentUuid: uuid,
  allowSyncedDatasetMove: z.boolean().default(false),
});

function move(call: V2Call): unknown {
  const { world, user } = call;
  const from = accessFolder(world, user, pathUuid(call, 0), true);
  const body = bodyOf(call, moveBody);
  const to = accessFolder(world, user, body.newParentUuid, true);
  const items = body.itemUuids.map((id) => writableIn(world, user, from.uuid, id));
  if (!body.allowSyncedDatasetMove && changesMirrors(world, from.uuid, to.uuid)) {
    throw new Refusal(
      'INVALID_ARGUMENTS_ERROR',
      'The move changes a mirrored dataset. Set allowSyncedDatasetMove to move nevertheless.',
    );
  }
  world.db.transaction(() => {
    for (const item of items) moveItem(world, item, to.uuid);
  });
  return undefined;
}

const deleteBody = z.object({
  childUuids: z.array(uuid).min(1),
  removeUnusedFrames: z.boolean().default(false),
});

/**
 * Children of a folder are its items and its sub-folders. Items go with the rows that they stand behind, as deleting
 * a row goes with its file; a frame of a group that stays is refused, since the group would lose it.
 */
function remove(call: V2Call): unknown {
  const { world, user } = call;
  const folder = accessFolder(world, user, pathUuid(call, 0), true);
  const { childUuids, removeUnusedFrames } = bodyOf(call, deleteBody);
  const named = new Set(childUuids);
  return world.db.transaction(() => {
    const counts = { removedItemsCount: 0, removedFoldersCount: 0 };
    const items: Item[] = [];
    for (const id of named) {
      if (world.folders.get(id)?.parent === folder.uuid) {
        const removed = removeTree(world, user, id);
        counts.removedItemsCount += removed.items;
        counts.removedFoldersCount += removed.folders;
      } else items.push(writableIn(world, user, folder.uuid, id));
    }
    for (const item of items) {
      if (world.items.groupsOf(item.uuid).some((group) => !named.has(group.uuid))) {
        throw new Refusal('INVALID_ARGUMENTS_ERROR', `${item.name} is part of a group: delete that first.`);
      }
      for (const row of world.items.rowsOfItem(item.uuid)) world.datasets.touch(row.datasetHash, world.now());
    }
    // Groups first: what they were made of is then used by nobody, whichever order the client named them in.
    const isGroup = (item: Item): number => (world.items.children(item.uuid).length > 0 ? 0 : 1);
    for (const item of items.toSorted((a, b) => isGroup(a) - isGroup(b))) {
      counts.removedItemsCount += removeItem(world, item.uuid, removeUnusedFrames);
    }
    return counts;
  });
}

export const itemChangeRoutes: readonly Route[] = [
  { method: 'PATCH', path: 'storage/items/patch-bulk', run: changeMany },
  { method: 'PATCH', path: 'storage/folders/*/items/*', run: change },
  { method: 'POST', path: 'storage/folders/*/items/move', run: move },
  { method: 'POST', path: 'storage/folders/*/items/delete', run: remove },
];
