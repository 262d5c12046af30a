/** StorageFolder and StorageItem as v2 shows them (encord-api.md C.14): nullable keys are sent as null. */

import { folderRole } from '../auth/principal.ts';
import type { Folder } from '../store/folders.ts';
import type { Item } from '../store/items.ts';
import type { User } from '../store/users.ts';
import { readUrl } from '../v1/views.ts';
import type { World } from '../world.ts';

export function v2Time(at: number): string {
  return new Date(at).toISOString();
}

export function roleName(role: number | null): 'admin' | 'user' | null {
  return role === null ? null : role === 0 ? 'admin' : 'user';
}

function ownerName(world: World, userHash: string): string {
  return world.users.byHash(userHash)?.email ?? userHash;
}

export function folderView(world: World, user: User, folder: Folder): Record<string, unknown> {
  return {
    uuid: folder.uuid,
    parent: folder.parent,
    name: folder.name,
    description: folder.description,
    clientMetadata: folder.clientMetadata,
    owner: ownerName(world, folder.owner),
    createdAt: v2Time(folder.createdAt),
    lastEditedAt: v2Time(folder.lastEditedAt),
    userRole: roleName(folderRole(world, user, folder)) ?? 'user',
    syncedDatasetHash: folder.syncedDataset,
    pathToRoot: world.folders
      .pathToRoot(folder)
      .slice(1)
      .map((step) => ({
        uuid: step.uuid,
        parentUuid: step.parent,
        name: step.name,
        syncedDatasetHash: step.syncedDataset,
      })),
  };
}

export function itemView(world: World, base: string, item: Item, signUrl: boolean): Record<string, unknown> {
  const detail = (key: string): string | number | null => item.details[key] ?? null;
  return {
    uuid: item.uuid,
    parent: item.folder,
    itemType: item.itemType,
    name: item.name,
    description: '',
    clientMetadata: item.clientMetadata,
    owner: ownerName(world, item.owner),
    createdAt: v2Time(item.createdAt),
    lastEditedAt: v2Time(item.lastEditedAt),
    isTombstone: false,
    isPlaceholder: false,
    backedDataUnitsCount: world.items.countRowsOfItem(item.uuid),
    storageLocation: detail('storageLocation') ?? 'encord',
    integrationHash: detail('integrationHash'),
    url: item.objectKey,
    signedUrl: signUrl ? readUrl(world, base, item.objectKey) : null,
    fileSize: item.fileSize,
    mimeType: item.mimeType,
    duration: item.duration,
    fps: item.fps,
    height: item.height,
    width: item.width,
    dicomInstanceUid: detail('dicomInstanceUid'),
    dicomStudyUid: detail('dicomStudyUid'),
    dicomSeriesUid: detail('dicomSeriesUid'),
    frameCount: item.frameCount,
    audioSampleRate: detail('audioSampleRate'),
    audioBitDepth: detail('audioBitDepth'),
    audioCodec: detail('audioCodec'),
    audioNumChannels: detail('audioNumChannels'),
  };
}
