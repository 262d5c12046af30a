/**
 * Files of somebody's own bucket at registration: looking at them through the integration, and finding items that
 * stand for the same URLs. Used by `units/register.ts`.
 */

import { inspectMedia } from '../media/inspect.ts';
import type { Folder } from '../store/folders.ts';
import type { Item, MediaFacts } from '../store/items.ts';
import type { GrantType } from '../store/objects.ts';
import type { World } from '../world.ts';
import { storageOf } from './bucketUrl.ts';
import { type CheckedFile, UnitFailure } from './register.ts';
import type { FileSpec, UnitSpec } from './spec.ts';

/**
 * Looks at an object of a bucket. One whose facts the client gave is not looked at, and need not be there.
 * @throws UnitFailure when it is not there or of another kind, NotMedia when its bytes are
 */
export async function checkBucketFile(
  world: World,
  spec: FileSpec & { readonly integration: string },
  type: GrantType,
): Promise<CheckedFile> {
  const located = (media: MediaFacts): MediaFacts => ({
    ...media,
    details: {
      ...media.details,
      storageLocation: storageOf(spec.objectKey),
      integrationHash: spec.integration,
    },
  });
  if (spec.media) return { spec, size: spec.size ?? 0, media: located(spec.media) };
  const object = world.buckets.get(spec.integration, spec.objectKey);
  if (!object) {
    throw new UnitFailure(`The integration finds no object ${spec.objectKey}.`, false);
  }
  if (object.path !== null) {
    return { spec, size: object.size, media: located(await inspectMedia(type, object.path, object.size)) };
  }
  if (object.itemType !== type) throw new UnitFailure(`${spec.title}: The object is no ${type}.`, true);
  return { spec, size: object.size, media: located(object.facts) };
}

/** The item that a unit would double, where it is to skip what its folder has already; else null. */
export function duplicateOf(world: World, spec: UnitSpec, folder: Folder): Item | null {
  if (spec.kind === 'groupFromItems' || spec.duplicates === 'make') return null;
  if (spec.kind === 'file') {
    const found = itemsAt(world, folder, spec.file.objectKey);
    return found.find((item) => item.itemType === spec.itemType && !item.isFrame) ?? null;
  }
  const [first] = spec.files;
  if (!first) return null;
  const groups = itemsAt(world, folder, first.objectKey).flatMap((item) => world.items.groupsOf(item.uuid));
  if (spec.kind === 'series') {
    const known = spec.files.every((file) => isKnownFile(world, folder, file));
    return known ? (groups.find((group) => group.itemType === 'dicomSeries') ?? null) : null;
  }
  const type = spec.createVideo ? 'imageSequence' : 'imageGroup';
  const urls = spec.files.map((file) => file.objectKey).join('\n');
  return (
    groups.find((group) => {
      if (group.itemType !== type) return false;
      return (
        world.items
          .children(group.uuid)
          .map((frame) => frame.objectKey)
          .join('\n') === urls
      );
    }) ?? null
  );
}

/**
 * Of a series in part known, the files that its folder does not have yet (encord-cloud-files.md 2); all of them where
 * the folder has every file, but no series of them any more.
 */
export function newFilesOf(
  world: World,
  spec: Extract<UnitSpec, { readonly kind: 'series' }>,
  folder: Folder,
): readonly FileSpec[] {
  if (spec.duplicates === 'make') return spec.files;
  const unknown = spec.files.filter((file) => !isKnownFile(world, folder, file));
  return unknown.length === 0 ? spec.files : unknown;
}

function isKnownFile(world: World, folder: Folder, file: FileSpec): boolean {
  return itemsAt(world, folder, file.objectKey).some((item) => item.itemType === 'dicomFile');
}

function itemsAt(world: World, folder: Folder, url: string): Item[] {
  return world.buckets.itemsAt(folder.uuid, url).flatMap((uuid) => world.items.get(uuid) ?? []);
}
