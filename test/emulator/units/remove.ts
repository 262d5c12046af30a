/** Removal of storage items with what only they use. Called by v1 and v2 deletions, inside their transaction. */

import type { World } from '../world.ts';

/**
 * Removes an item, its rows and its stored object.
 * @param unusedFrames also removes frames (or series files) that no other group has
 * @returns the number of items removed
 */
export function removeItem(world: World, uuid: string, unusedFrames: boolean): number {
  const item = world.items.get(uuid);
  if (!item) return 0;
  const children = world.items.children(uuid);
  for (const row of world.items.rowsOfItem(uuid)) world.items.removeRow(row.dataHash);
  world.items.remove(uuid);
  if (item.objectKey !== null) world.objects.remove(item.objectKey);
  let removed = 1;
  if (!unusedFrames) return removed;
  for (const child of children) {
    const used = world.items.groupsOf(child.uuid).length > 0 || world.items.countRowsOfItem(child.uuid) > 0;
    if (child.isFrame && !used) removed += removeItem(world, child.uuid, false);
  }
  return removed;
}
