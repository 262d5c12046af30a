/** Groups of the organisation on a storage folder (encord-api.md C.14): here roles are words, and only words. */

import { z } from 'zod';
import { accessFolder } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { queryInt, uuid } from '../shape.ts';
import type { World } from '../world.ts';
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
import { roleName, v2Time } from './views.ts';

const listQuery = z.object({
  pageSize: queryInt.pipe(z.int().min(1).max(MAX_PAGE_SIZE)).default(DEFAULT_PAGE_SIZE),
  pageToken: z.string().optional(),
});

function list(call: V2Call): unknown {
  const { world } = call;
  const folder = accessFolder(world, call.user, pathUuid(call, 0), false);
  const { pageSize, pageToken } = queryOf(call, listQuery);
  const offset = offsetOf(pageToken);
  const rows = world.folderGroups.list(folder.uuid, offset, pageSize);
  return page(
    rows.flatMap(({ groupHash, role }) => {
      const group = world.groups.get(groupHash);
      if (!group) return [];
      const { name, description, createdAt } = group;
      return [
        {
          groupHash,
          name,
          description,
          createdAt: v2Time(createdAt),
          isSameOrganisation: true,
          userRole: roleName(role),
        },
      ];
    }),
    offset,
    pageSize,
  );
}

function known(world: World, groups: readonly string[]): readonly string[] {
  for (const groupHash of groups) {
    if (!world.groups.get(groupHash)) {
      throw new Refusal('RESOURCE_NOT_FOUND_ERROR', `There is no group ${groupHash}.`);
    }
  }
  return groups;
}

const addBody = z.object({ groupHashList: z.array(uuid).min(1), userRole: z.enum(['admin', 'user']) });

function add(call: V2Call): unknown {
  const { world } = call;
  const folder = accessFolder(world, call.user, pathUuid(call, 0), true);
  const { groupHashList, userRole } = bodyOf(call, addBody);
  world.db.transaction(() => {
    for (const groupHash of known(world, groupHashList)) {
      world.folderGroups.set(folder.uuid, groupHash, userRole === 'admin' ? 0 : 1);
    }
  });
  return undefined;
}

/** One that has no role there is ignored. */
function remove(call: V2Call): unknown {
  const { world } = call;
  const folder = accessFolder(world, call.user, pathUuid(call, 0), true);
  const { groupHashList } = queryOf(call, z.object({ groupHashList: z.array(uuid).min(1) }), [
    'groupHashList',
  ]);
  world.db.transaction(() => {
    for (const groupHash of known(world, groupHashList)) world.folderGroups.remove(folder.uuid, groupHash);
  });
  return undefined;
}

export const folderGroupRoutes: readonly Route[] = [
  { method: 'GET', path: 'storage/folders/*/groups', run: list },
  { method: 'POST', path: 'storage/folders/*/groups', run: add },
  { method: 'DELETE', path: 'storage/folders/*/groups', run: remove },
];
