/** Mirrored datasets and what moves in and out of the folders that they follow. Used by v2/. */

import type { Item } from '../store/items.ts';
import type { World } from '../world.ts';
import { ensureRow } from './register.ts';

/** The datasets that mirror the folder or one above it; none for the top (null). */
export function mirrorsOf(world: World, folderUuid: string | null): ReadonlySet<string> {
  const folder = folderUuid === null ? null : world.folders.get(folderUuid);
  if (!folder) return new Set();
  return new Set(
    world.folders.pathToRoot(folder).flatMap(({ syncedDataset }) => {
      return syncedDataset !== null && world.datasets.get(syncedDataset) ? [syncedDataset] : [];
    }),
  );
}

/** Whether what moves from the one folder to the other leaves or enters a mirrored dataset. */
export function changesMirrors(world: World, from: string | null, to: string | null): boolean {
  const [left, entered] = [mirrorsOf(world, from), mirrorsOf(world, to)];
  return left.size !== entered.size || [...left].some((dataset) => !entered.has(dataset));
}

/** An item that has come into the folder gets a row in each dataset that mirrors it; frames are no rows. */
export function enterMirrors(world: World, item: Item, folderUuid: string): void {
  if (item.isFrame) return;
  for (const datasetHash of mirrorsOf(world, folderUuid)) {
    const dataset = world.datasets.get(datasetHash);
    if (dataset) ensureRow(world, dataset, item, undefined);
  }
}

/** Moves an item; rows of the datasets that it leaves go, and it gets rows in those that it enters. */
export function moveItem(world: World, item: Item, to: string): void {
  const now = world.now();
  const [before, after] = [mirrorsOf(world, item.folder), mirrorsOf(world, to)];
  for (const row of world.items.rowsOfItem(item.uuid)) {
    if (!before.has(row.datasetHash) || after.has(row.datasetHash)) continue;
    world.items.removeRow(row.dataHash);
    world.datasets.touch(row.datasetHash, now);
  }
  world.storageEdits.moveItem(item.uuid, to, now);
  enterMirrors(world, item, to);
}
