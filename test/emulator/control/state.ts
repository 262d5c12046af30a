/** `GET /__emulator/state`: what is there, for comparisons with what should be. */

import type { Item } from '../store/items.ts';
import { DATA_TYPE } from '../v1/views.ts';
import type { World } from '../world.ts';

/** More than there are of anything. */
const EVERY = 1_000_000;

/** Shows everything, also what lookups do not show yet. Waits for the SHA-256 of large objects. */
export async function stateOf(world: World): Promise<unknown> {
  await world.objects.completeSha256();
  const overview = world.items.overview();
  const sha256 = new Map(overview.map((item) => [item.uuid, item.sha256]));
  const images = (item: Item): unknown[] => {
    if (
      item.itemType !== 'imageGroup' &&
      item.itemType !== 'imageSequence' &&
      item.itemType !== 'dicomSeries'
    )
      return [];
    return world.items.children(item.uuid).map((frame) => ({
      title: frame.name,
      sha256: sha256.get(frame.uuid) ?? null,
      file_size: frame.fileSize,
    }));
  };
  return {
    datasets: world.datasets.all().map((dataset) => ({
      dataset_hash: dataset.datasetHash,
      title: dataset.title,
      groups: world.groups
        .ofDataset(dataset.datasetHash, 0, EVERY)
        .map(({ group, role }) => ({ group_hash: group.groupHash, name: group.name, role })),
      rows: world.items.rows(dataset.datasetHash, {}, null).map(({ row, item }) => ({
        data_hash: row.dataHash,
        title: row.title,
        data_type: DATA_TYPE[item.itemType],
        file_size: item.fileSize,
        sha256: sha256.get(item.uuid) ?? null,
        client_metadata: JSON.parse(item.clientMetadata),
        images: images(item),
      })),
    })),
    items: overview.map((item) => ({
      item_uuid: item.uuid,
      title: item.title,
      type: item.type,
      ...(item.sha256 === null ? {} : { sha256: item.sha256 }),
      linked: item.linked,
    })),
    groups: world.groups.all().map(({ groupHash, name }) => ({ group_hash: groupHash, name })),
    projects: world.projects.all().map(({ projectHash, title }) => ({
      project_hash: projectHash,
      title,
      datasets: world.projects.datasets(projectHash, 0, EVERY).map(({ datasetHash }) => datasetHash),
    })),
    objects: world.objects.count(),
    puts: world.db.counter('puts'),
    registrations: world.db.counter('registrations'),
  };
}
