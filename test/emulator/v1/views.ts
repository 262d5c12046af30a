/** DataRow and friends as v1 shows them (encord-api.md C.3): every key that clients require, null where unknown. */

import type { DataRow, Item, ItemType } from '../store/items.ts';
import type { World } from '../world.ts';

/** Upper-case data types of C.3. */
export const DATA_TYPE: Record<ItemType, string> = {
  video: 'VIDEO',
  image: 'IMAGE',
  group: 'GROUP',
  imageGroup: 'IMG_GROUP',
  imageSequence: 'IMG_GROUP',
  dicomFile: 'DICOM',
  dicomSeries: 'DICOM',
  audio: 'AUDIO',
  nifti: 'NIFTI',
  plainText: 'PLAIN_TEXT',
  pdf: 'PDF',
  scene: 'SCENE',
};

/** `dataset_type` of C.3, by StorageLocation. */
export const DATASET_TYPE = ['CORD_STORAGE', 'AWS_S3', 'GCP_STR', 'AZURE_STR', 'S3_COMPATIBLE_STR'] as const;

/** StorageLocation of C.1, of what lies in somebody's own bucket; Encord's own is 0. */
const STORAGE_CODE: Readonly<Record<string, number>> = { s3: 1, gcp: 2, azure: 3, s3Compatible: 4 };

function storageCode(item: Item): number {
  return STORAGE_CODE[String(item.details.storageLocation)] ?? 0;
}

/** `YYYY-MM-DD HH:MM:SS` in UTC. */
export function v1Time(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

export interface RowDetail {
  readonly clientMetadata: boolean;
  readonly signedUrl: boolean;
  /** Null leaves `images_data` null, as calls do that do not ask for it. */
  readonly images: { readonly signedUrls: boolean } | null;
}

export const PLAIN: RowDetail = { clientMetadata: false, signedUrl: false, images: null };

export function readUrl(world: World, base: string, objectKey: string | null): string | null {
  if (objectKey === null) return null;
  return world.signer.sign('GET', base, objectKey, world.now(), world.settings.urlLifetimeSeconds);
}

export function dataRowView(
  world: World,
  base: string,
  { row, item }: { row: DataRow; item: Item },
  detail: RowDetail,
): Record<string, unknown> {
  const compound = item.itemType === 'imageGroup' || item.itemType === 'imageSequence';
  return {
    data_hash: row.dataHash,
    data_title: row.title,
    data_type: DATA_TYPE[item.itemType],
    created_at: v1Time(row.createdAt),
    last_edited_at: v1Time(row.lastEditedAt),
    width: item.width,
    height: item.height,
    file_link: item.objectKey,
    file_size: item.fileSize,
    file_type: item.mimeType,
    storage_location: storageCode(item),
    frames_per_second: item.itemType === 'video' ? item.fps : null,
    duration: item.itemType === 'video' ? item.duration : null,
    client_metadata: detail.clientMetadata ? JSON.parse(item.clientMetadata) : null,
    signed_url: detail.signedUrl ? readUrl(world, base, item.objectKey) : null,
    is_optimised_image_group: compound ? item.itemType === 'imageSequence' : null,
    backing_item_uuid: item.uuid,
    images_data: detail.images && compound ? imagesData(world, base, item, detail.images.signedUrls) : null,
  };
}

/** A frame is known by the hash that it was granted with, else by its item. */
export function frameHash(frame: Item): string {
  return frame.grantId ?? frame.uuid;
}

function imagesData(world: World, base: string, group: Item, signedUrls: boolean): Record<string, unknown>[] {
  return world.items.children(group.uuid).map((frame) => ({
    image_hash: frameHash(frame),
    title: frame.name,
    file_link: frame.objectKey,
    file_type: frame.mimeType,
    file_size: frame.fileSize,
    storage_location: storageCode(frame),
    created_at: v1Time(frame.createdAt),
    last_edited_at: v1Time(frame.lastEditedAt),
    height: frame.height,
    width: frame.width,
    signed_url: signedUrls ? readUrl(world, base, frame.objectKey) : null,
  }));
}
