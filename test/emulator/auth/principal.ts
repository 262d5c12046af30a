/** Who is calling, and what he may do. Used by the v1 and v2 handlers. */

import { Refusal } from '../refusal.ts';
import { ADMIN, type ApiKey, type Dataset, type Role } from '../store/datasets.ts';
import type { Folder } from '../store/folders.ts';
import type { Item } from '../store/items.ts';
import type { User } from '../store/users.ts';
import type { World } from '../world.ts';

/** A person by key or token, or a dataset API key that acts in the name of its maker on one dataset. */
export interface Principal {
  readonly user: User;
  readonly apiKey: ApiKey | null;
}

/** `any`: a key of this dataset, whatever its scopes. */
export type Scope = 'dataset.read' | 'dataset.write' | 'any';

/**
 * The dataset, if the principal may do on it what `scope` says: API keys need the scope, people a role, and to
 * write the admin role (a viewer reads but neither uploads nor administers, encord-api.md C.5).
 * @throws Refusal
 */
export function accessDataset(
  world: World,
  principal: Principal,
  datasetHash: string,
  scope: Scope,
): Dataset {
  const { apiKey, user } = principal;
  if (apiKey && apiKey.datasetHash !== datasetHash) {
    throw new Refusal('AUTHORISATION_ERROR', 'This API key belongs to another dataset.');
  }
  const dataset = world.datasets.get(datasetHash);
  if (!dataset) throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'The dataset does not exist.');
  if (apiKey) {
    if (scope !== 'any' && !apiKey.scopes.includes(scope)) {
      throw new Refusal('OPERATION_NOT_ALLOWED', `The API key lacks the scope ${scope}.`);
    }
    return dataset;
  }
  const role = world.datasets.role(datasetHash, user.userHash);
  const organisationAdmin = user.organisationRole === ADMIN;
  if (role === null && !(organisationAdmin && scope !== 'dataset.write')) {
    throw new Refusal('AUTHORISATION_ERROR', 'You have no access to this dataset.');
  }
  if (scope === 'dataset.write' && role !== ADMIN) {
    throw new Refusal('AUTHORISATION_ERROR', 'Your role on this dataset does not allow this.');
  }
  return dataset;
}

/** A folder that does not exist and one that may not be seen look alike (encord-api.md E.2: 403). */
function noFolder(): Refusal {
  return new Refusal('AUTHORISATION_ERROR', 'The folder does not exist or you have no access to it.');
}

/** @throws Refusal when the folder cannot be read, or with `write` when the role is not admin. */
export function accessFolder(world: World, user: User, uuid: string, write: boolean): Folder {
  const folder = world.folders.get(uuid);
  if (!folder) throw noFolder();
  const role = folderRole(world, user, folder);
  if (role === null) throw noFolder();
  if (write && role !== ADMIN) {
    throw new Refusal('AUTHORISATION_ERROR', 'Your role on this folder does not allow this.');
  }
  return folder;
}

/** The user's role on a folder; an organisation's admin may read them all. */
export function folderRole(world: World, user: User, folder: Folder): Role | null {
  return world.folders.role(folder, user.userHash) ?? (user.organisationRole === ADMIN ? 1 : null);
}

/** @throws Refusal when the item is not there (yet) or its folder cannot be read. */
export function accessItem(world: World, user: User, uuid: string): Item {
  const item = world.items.get(uuid);
  const folder = item && item.visibleAt <= world.now() ? world.folders.get(item.folder) : null;
  if (!item || !folder || folderRole(world, user, folder) === null) {
    throw new Refusal('AUTHORISATION_ERROR', 'The item does not exist or you have no access to it.');
  }
  return item;
}

/**
 * An integration that the user may register data of.
 * @throws Refusal when it does not exist or is somebody else's, which is answered alike
 */
export function accessIntegration(world: World, user: User, uuid: string): string {
  const seen = world.users.integrations(user.userHash, user.organisationRole === ADMIN);
  if (!seen.some((integration) => integration.uuid === uuid)) {
    throw new Refusal('AUTHORISATION_ERROR', 'The integration does not exist or you have no access to it.');
  }
  return uuid;
}
