/** Groups: those of the organisation, and their roles on a dataset (encord-api.md C.5). Here roles are numbers. */

import { z } from 'zod';
import { accessDataset, type Scope } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { queryInt, uuid } from '../shape.ts';
import type { Dataset } from '../store/datasets.ts';
import type { Group } from '../store/groups.ts';
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
import { v2Time } from './views.ts';

const pageQuery = z.object({
  pageSize: queryInt.pipe(z.int().min(1).max(MAX_PAGE_SIZE)).default(DEFAULT_PAGE_SIZE),
  pageToken: z.string().optional(),
});

function view({ groupHash, name, description, createdAt }: Group): Record<string, unknown> {
  return { groupHash, name, description, createdAt: v2Time(createdAt) };
}

function ofOrganisation(call: V2Call): unknown {
  const { pageSize, pageToken } = queryOf(call, pageQuery);
  const offset = offsetOf(pageToken);
  return page(call.world.groups.list(offset, pageSize).map(view), offset, pageSize);
}

function datasetOf(call: V2Call, scope: Scope): Dataset {
  return accessDataset(call.world, { user: call.user, apiKey: null }, pathUuid(call, 0), scope);
}

function ofDataset(call: V2Call): unknown {
  const dataset = datasetOf(call, 'dataset.read');
  const { pageSize, pageToken } = queryOf(call, pageQuery);
  const offset = offsetOf(pageToken);
  return page(
    call.world.groups
      .ofDataset(dataset.datasetHash, offset, pageSize)
      .map(({ group, role }) => ({ ...view(group), isSameOrganisation: true, userRole: role })),
    offset,
    pageSize,
  );
}

/** @throws Refusal unless the organisation has all of them */
function known(world: World, groups: readonly string[]): readonly string[] {
  const unknown = groups.find((groupHash) => world.groups.get(groupHash) === null);
  if (unknown !== undefined) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', `There is no group ${unknown}.`);
  }
  return groups;
}

const addBody = z.object({
  groupHashList: z.array(uuid).min(1),
  userRole: z.union([z.literal(0), z.literal(1)]),
});

/** A group that is there already gets the new role. */
function add(call: V2Call): unknown {
  const { world } = call;
  const { datasetHash } = datasetOf(call, 'dataset.write');
  const { groupHashList, userRole } = bodyOf(call, addBody);
  world.db.transaction(() => {
    for (const groupHash of known(world, groupHashList)) {
      world.groups.setDatasetRole(datasetHash, groupHash, userRole);
    }
  });
  return undefined;
}

/** One that has no role there is ignored. */
function remove(call: V2Call): unknown {
  const { world } = call;
  const { datasetHash } = datasetOf(call, 'dataset.write');
  const query = z.object({ groupHashList: z.array(uuid).min(1) });
  const { groupHashList } = queryOf(call, query, ['groupHashList']);
  world.db.transaction(() => {
    for (const groupHash of known(world, groupHashList)) {
      world.groups.removeFromDataset(datasetHash, groupHash);
    }
  });
  return undefined;
}

export const groupRoutes: readonly Route[] = [
  { method: 'GET', path: 'user/current-organisation/groups', run: ofOrganisation },
  { method: 'GET', path: 'datasets/*/groups', run: ofDataset },
  { method: 'POST', path: 'datasets/*/groups', run: add },
  { method: 'DELETE', path: 'datasets/*/groups', run: remove },
];
