/**
 * Shapes of Encord's answers about storage folders and items (encord-api.md C.13, C.14, C.16). Only ids are
 * indispensable; anything else may be null, absent or of another type. Dates stay as they come. Used by the calls on
 * storage.
 */

import { z } from 'zod';
import {
  type DatasetGroup,
  type FolderInfo,
  type FolderSummary,
  ITEM_TYPES,
  type ItemInfo,
  type ItemReencodeState,
  type ItemUsage,
} from '../../../core/manage/ports.ts';
import { scrubWords } from '../scrub.ts';
import {
  count,
  jsonTextOf,
  listOf,
  maybeAmount,
  maybeCount,
  metadataText,
  or,
  pageOf,
  role,
} from '../tolerant.ts';

export const id = z.string().min(1);
const text = or(z.string(), '');
const maybeText = or(z.string(), null);
const maybeId = or(id, null);

// ---------------------------------------------------------------------------------------------- folders

const step = z.object({ uuid: id, parentUuid: maybeId, name: text });
type Step = z.output<typeof step>;

export const folder = z
  .object({
    uuid: id,
    name: text,
    description: text,
    parent: maybeId,
    pathToRoot: listOf(step),
    syncedDatasetHash: maybeId,
    owner: text,
    userRole: role,
    createdAt: maybeText,
    lastEditedAt: maybeText,
    clientMetadata: metadataText,
  })
  .transform(
    (each): FolderInfo => ({
      id: each.uuid,
      name: each.name,
      description: each.description,
      parentId: each.parent,
      path: fromTheTop(each.pathToRoot, each.parent),
      syncedDatasetId: each.syncedDatasetHash,
      owner: each.owner,
      role: each.userRole,
      createdAt: each.createdAt,
      editedAt: each.lastEditedAt,
      clientMetadata: each.clientMetadata,
    }),
  );
export const folderPage = pageOf(folder);

/** The ancestors from the top down, found from parent to parent, since the server's order is not published. */
function fromTheTop(steps: readonly Step[], parent: string | null): FolderInfo['path'] {
  const byId = new Map(steps.map((each) => [each.uuid, each]));
  const path: { id: string; name: string }[] = [];
  for (let next = parent; next !== null; ) {
    const found = byId.get(next);
    if (found === undefined) break;
    // What leads round in a circle is followed once.
    byId.delete(next);
    path.unshift({ id: found.uuid, name: found.name });
    next = found.parentUuid;
  }
  return path;
}

const NO_COUNTS: ReadonlySet<string> = new Set(['files', 'folders', 'totalSize', 'uploadJobs']);

export const summary = z.record(z.string(), z.unknown()).transform((each): FolderSummary => {
  const { files, folders, totalSize, uploadJobs } = counted.parse(each);
  const counts = Object.entries(each).flatMap(([name, value]) => {
    const number = count.parse(value);
    return number > 0 && !NO_COUNTS.has(name) ? [[name, number] as const] : [];
  });
  return { files, folders, totalBytes: totalSize, uploadJobs, counts: Object.fromEntries(counts) };
});
const counted = z.object({ files: count, folders: count, totalSize: count, uploadJobs: count });

export const groupPage = pageOf(
  z
    .object({
      groupHash: id,
      name: text,
      description: text,
      createdAt: maybeText,
      isSameOrganisation: or(z.boolean(), null),
      userRole: role,
    })
    .transform(
      (each): DatasetGroup => ({
        id: each.groupHash,
        name: each.name,
        description: each.description,
        createdAt: each.createdAt,
        sameOrganisation: each.isSameOrganisation,
        role: each.userRole,
      }),
    ),
);

// ---------------------------------------------------------------------------------------------- items

/** With whether it is one: a placeholder is an address handed out, a tombstone what is left of a deleted item. */
export const item = z
  .object({
    uuid: id,
    parent: text,
    itemType: maybeText,
    name: text,
    owner: text,
    createdAt: maybeText,
    lastEditedAt: maybeText,
    isTombstone: or(z.boolean(), false),
    isPlaceholder: or(z.boolean(), false),
    backedDataUnitsCount: count,
    storageLocation: maybeText,
    integrationHash: maybeId,
    fileSize: maybeCount,
    mimeType: maybeText,
    duration: maybeAmount,
    fps: maybeAmount,
    width: maybeAmount,
    height: maybeAmount,
    frameCount: maybeCount,
    audioSampleRate: maybeCount,
    audioBitDepth: maybeCount,
    audioCodec: maybeText,
    audioNumChannels: maybeCount,
    dicomStudyUid: maybeText,
    dicomSeriesUid: maybeText,
    dicomInstanceUid: maybeText,
    clientMetadata: metadataText,
    signedUrl: maybeId,
  })
  .transform((each): { readonly exists: boolean; readonly info: ItemInfo } => ({
    exists: !each.isPlaceholder && !each.isTombstone,
    info: {
      id: each.uuid,
      folderId: each.parent,
      type: ITEM_TYPES.find((type) => type === each.itemType) ?? 'other',
      name: each.name,
      owner: each.owner,
      createdAt: each.createdAt,
      editedAt: each.lastEditedAt,
      rows: each.backedDataUnitsCount,
      storage: each.storageLocation,
      integrationId: each.integrationHash,
      size: each.fileSize,
      mime: each.mimeType,
      durationSeconds: each.duration,
      fps: each.fps,
      width: each.width,
      height: each.height,
      frameCount: each.frameCount,
      audio: someOf({
        sampleRate: each.audioSampleRate,
        bitDepth: each.audioBitDepth,
        codec: each.audioCodec,
        channels: each.audioNumChannels,
      }),
      dicom: someOf({
        studyUid: each.dicomStudyUid,
        seriesUid: each.dicomSeriesUid,
        instanceUid: each.dicomInstanceUid,
      }),
      clientMetadata: each.clientMetadata,
      signedUrl: each.signedUrl,
    },
  }));
export const itemPage = pageOf(item).transform(({ items, next }) => ({
  items: items.flatMap(({ exists, info }) => (exists ? [info] : [])),
  next,
}));

/** Null where nothing of it is known. */
function someOf<T extends object>(facts: T): T | null {
  return Object.values(facts).every((value) => value === null) ? null : facts;
}

export const usage = z
  .object({
    frameInGroups: count,
    accessibleGroupItems: listOf(z.object({ uuid: id, name: text, parentUuid: maybeId })),
    usedInDatasets: count,
    accessibleDatasets: listOf(
      z.object({ datasetHash: id, title: text, backingFolderUuid: maybeId, dataHashes: listOf(id) }),
    ),
  })
  .transform(
    (each): ItemUsage => ({
      inGroups: Math.max(each.frameInGroups, each.accessibleGroupItems.length),
      groups: each.accessibleGroupItems.map((group) => ({
        id: group.uuid,
        name: group.name,
        folderId: group.parentUuid,
      })),
      inDatasets: Math.max(each.usedInDatasets, each.accessibleDatasets.length),
      datasets: each.accessibleDatasets.map((dataset) => ({
        id: dataset.datasetHash,
        title: dataset.title,
        mirrored: dataset.backingFolderUuid !== null,
        dataHashes: dataset.dataHashes,
      })),
    }),
  );

export const removed = z
  .object({ removedItemsCount: count, removedFoldersCount: count })
  .transform((each) => ({ items: each.removedItemsCount, folders: each.removedFoldersCount }));

export const ids = z.array(id);

/** The organisation's schema as JSON text; null where there is none. */
export const schemaText = z
  .record(z.string(), z.unknown())
  .nullable()
  .transform((value, issue) => {
    const json = value === null ? null : jsonTextOf(value);
    if (value !== null && json === null) issue.addIssue('The schema is nested too deeply.');
    return json;
  });

/** C.13: in lower case, unlike that of rows. A status that is not known here is taken for one on the way. */
export const reencodeState = z
  .object({ status: z.string(), result: z.unknown().optional() })
  .transform(({ status, result }): ItemReencodeState => {
    const said = typeof result === 'string' ? result : saying.parse(result);
    const words = said === null || said === '' ? null : scrubWords(said);
    switch (status.toLowerCase()) {
      case 'done':
        return { kind: 'done', words };
      case 'error':
        return { kind: 'failed', words };
      default:
        return { kind: 'running', words };
    }
  });
const saying = or(
  z.object({ message: maybeText, error: maybeText }).transform((each) => each.message ?? each.error),
  null,
);
