/** `DELETE /__emulator/keys` and `DELETE /__emulator/datasets`: what people do in Encord's own pages meanwhile. */

import { publicHexOfOpenSsh } from '../auth/keys.ts';
import { Refusal } from '../refusal.ts';
import type { World } from '../world.ts';

/**
 * From now on the key's signatures are nobody's. API keys of datasets are credentials of their own, and stay valid
 * unless they are to go as well.
 * @throws Refusal
 */
export function revokeKey(world: World, publicKey: string, apiKeys: boolean): unknown {
  const publicHex = publicHexOfOpenSsh(publicKey);
  const user = world.users.byKey(publicHex);
  if (!user) throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'Nobody has this key.');
  world.users.removeKey(publicHex);
  if (apiKeys) world.datasets.removeApiKeysOf(user.userHash);
  return { email: user.email };
}

/**
 * The dataset is gone, and its backing folder with it: a folder that nobody has access to and one that does not exist
 * are answered alike (encord-api.md E.2). What was stored stays, and counts in the state.
 * @throws Refusal
 */
export function removeDataset(world: World, datasetHash: string): unknown {
  const dataset = world.datasets.get(datasetHash);
  if (!dataset) throw new Refusal('RESOURCE_NOT_FOUND_ERROR', `There is no dataset ${datasetHash}.`);
  if (dataset.backingFolder !== null) {
    const nobody = world.users.ensure('nobody@emulator.invalid', world.now());
    world.folders.handOver(dataset.backingFolder, nobody.userHash);
  }
  world.datasets.remove(datasetHash);
  return { title: dataset.title };
}
