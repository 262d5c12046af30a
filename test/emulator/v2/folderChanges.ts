/**
 * Changing, moving and deleting storage folders (encord-api.md C.14). What the reference leaves open is decided for
 * the careful: a folder is not deleted, nor moved in or out of a mirrored dataset, where that would silently change
 * the rows of a dataset, since these calls, unlike those on items, have nothing by which a client allows it.
 */

import { z } from 'zod';
import { accessFolder } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { jsonObject, uuid } from '../shape.ts';
import type { User } from '../store/users.ts';
import { changesMirrors } from '../units/mirrors.ts';
import { removeItem } from '../units/remove.ts';
import type { World } from '../world.ts';
import { bodyOf, MAX_PAGE_SIZE, pathUuid, type Route, type V2Call } from './route.ts';
import { folderView } from './views.ts';

const patch = z.object({
  name: z.string().min(1).nullish(),
  description: z.string().nullish(),
  // An object here, a JSON string where a folder is made: a trap of the real interface.
  clientMetadata: jsonObject.nullish(),
});

/** Patches by uuid: uuids are written in any way that pydantic takes. */
export function patchesOf<T extends z.ZodType>(of: T) {
  return z
    .record(uuid, of)
    .refine((patches) => Object.keys(patches).length <= MAX_PAGE_SIZE, `at most ${MAX_PAGE_SIZE} patches`);
}

function applyPatch(call: V2Call, folderUuid: string, change: z.output<typeof patch>): unknown {
  const { world, user } = call;
  const { uuid: id } = accessFolder(world, user, folderUuid, true);
  const { name, description, clientMetadata } = change;
  world.storageEdits.changeFolder(
    id,
    {
      name: name ?? undefined,
      description: description ?? undefined,
      clientMetadata: clientMetadata ? JSON.stringify(clientMetadata) : undefined,
    },
    world.now(),
  );
  return folderView(world, user, accessFolder(world, user, id, false));
}

function change(call: V2Call): unknown {
  return applyPatch(call, pathUuid(call, 0), bodyOf(call, patch));
}

/** All or none. */
function changeMany(call: V2Call): unknown {
  const { folderPatches } = bodyOf(call, z.object({ folderPatches: patchesOf(patch) }));
  const results = call.world.db.transaction(() =>
    Object.entries(folderPatches).map(([folder, each]) => applyPatch(call, folder, each)),
  );
  return { results, nextPageToken: null };
}

const moveBody = z.object({
  folderUuids: z.array(uuid).min(1),
  newParentUuid: uuid.nullish(),
});

function move(call: V2Call): unknown {
  const { world, user } = call;
  const body = bodyOf(call, moveBody);
  const parent = body.newParentUuid ?? null;
  if (parent !== null) accessFolder(world, user, parent, true);
  world.db.transaction(() => {
    for (const folderUuid of body.folderUuids) {
      const folder = accessFolder(world, user, folderUuid, true);
      if (parent !== null && world.folders.subtree(folder.uuid).includes(parent)) {
        throw new Refusal('INVALID_ARGUMENTS_ERROR', 'A folder cannot be moved into itself.');
      }
      if (changesMirrors(world, folder.parent, parent)) {
        throw new Refusal(
          'INVALID_ARGUMENTS_ERROR',
          `The folder ${folder.name} would leave or enter the folder of a mirrored dataset. Move its items instead.`,
        );
      }
      world.storageEdits.moveFolder(folder.uuid, parent, world.now());
    }
  });
  return undefined;
}

/**
 * Removes a folder with everything below it, inside the caller's transaction.
 * @returns the numbers of items and folders removed
 * @throws Refusal where it holds the backing folder of a dataset, items behind data rows, frames of groups that lie
 * elsewhere, or uploads that are under way
 */
export function removeTree(world: World, user: User, folderUuid: string): { items: number; folders: number } {
  const top = accessFolder(world, user, folderUuid, true);
  const tree = world.folders.subtree(top.uuid);
  const inTree = new Set(tree);
  const refuse = (because: string): never => {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', `The folder ${top.name} cannot be deleted: ${because}.`);
  };
  if (tree.some((id) => mirroredDataset(world, id))) {
    refuse('it is, or holds, the folder of a mirrored dataset');
  }
  if (world.jobs.pending().some((job) => inTree.has(job.folder))) refuse('uploads into it are under way');
  const items = itemsIn(world, tree);
  for (const item of items) {
    if (world.items.countRowsOfItem(item) > 0) refuse('items in it are in a dataset');
    if (world.items.groupsOf(item).some((group) => !inTree.has(group.folder))) {
      refuse('items in it are frames of groups that are elsewhere');
    }
  }
  for (const item of items) removeItem(world, item, false);
  // Every folder comes after the one that holds it: the deepest go first.
  for (const id of tree.toReversed()) world.storageEdits.removeFolder(id);
  return { items: items.length, folders: tree.length };
}

function mirroredDataset(world: World, folderUuid: string): boolean {
  const dataset = world.folders.get(folderUuid)?.syncedDataset ?? null;
  return dataset !== null && world.datasets.get(dataset) !== null;
}

function itemsIn(world: World, folders: readonly string[]): string[] {
  return world.items
    .list({
      folders,
      search: undefined,
      itemTypes: [],
      isInDataset: undefined,
      order: 'name',
      desc: false,
      offset: 0,
      limit: Number.MAX_SAFE_INTEGER - 1,
      now: Number.MAX_SAFE_INTEGER,
    })
    .map((item) => item.uuid);
}

function remove(call: V2Call): unknown {
  const { world, user } = call;
  const folder = pathUuid(call, 0);
  world.db.transaction(() => removeTree(world, user, folder));
  return undefined;
}

export const folderChangeRoutes: readonly Route[] = [
  { method: 'PATCH', path: 'storage/folders/patch-bulk', run: changeMany },
  { method: 'PATCH', path: 'storage/folders/*', run: change },
  { method: 'DELETE', path: 'storage/folders/*', run: remove },
  { method: 'POST', path: 'storage/folders/move', run: move },
];
