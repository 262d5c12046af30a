/**
 * Turns stored bytes into storage items and data rows. Used by the job runner (generations C and F) and by the
 * synchronous calls of generation L. What is asynchronous (looking into the files) comes first; the changes are
 * one transaction, in which the caller can record that the unit is finished.
 */

import { randomBytes } from 'node:crypto';
import { inspectMedia } from '../media/inspect.ts';
import { NotMedia } from '../media/reader.ts';
import type { Dataset } from '../store/datasets.ts';
import type { Folder } from '../store/folders.ts';
import type { Item, MediaFacts } from '../store/items.ts';
import type { UnitResult } from '../store/jobs.ts';
import type { Grant, GrantType } from '../store/objects.ts';
import { visibleAt, type World } from '../world.ts';
import { checkBucketFile, duplicateOf, newFilesOf } from './bucket.ts';
import type { FileSpec, UnitSpec } from './spec.ts';

/** A unit that cannot be registered; the message is what the client reads. */
export class UnitFailure extends Error {
  /** True where the stored bytes are not what they should be, false where they are missing or an item is. */
  readonly wrongContent: boolean;

  constructor(message: string, wrongContent: boolean) {
    super(message);
    this.wrongContent = wrongContent;
  }
}

/** Where the results go. */
export interface Target {
  readonly folder: Folder;
  readonly dataset: Dataset | null;
  readonly owner: string;
}

/** A file whose bytes were looked at. */
export interface CheckedFile {
  readonly spec: FileSpec;
  readonly size: number;
  readonly media: MediaFacts;
}

const NO_FACTS: MediaFacts = {
  mimeType: null,
  width: null,
  height: null,
  fps: null,
  duration: null,
  frameCount: null,
  details: {},
};

/** @throws UnitFailure when the object is missing or not what it should be */
export async function checkFile(world: World, spec: FileSpec, type: GrantType): Promise<CheckedFile> {
  const { integration } = spec;
  if (integration !== null) {
    return checkBucketFile(world, { ...spec, integration }, type).catch((error: unknown) => {
      throw error instanceof NotMedia ? new UnitFailure(`${spec.title}: ${error.message}`, true) : error;
    });
  }
  const object = world.objects.get(spec.objectKey);
  if (!object) throw new UnitFailure(`The object ${spec.objectKey} was not uploaded.`, false);
  try {
    const media = spec.media ?? (await inspectMedia(type, object.path, object.size));
    return { spec, size: object.size, media };
  } catch (error) {
    if (error instanceof NotMedia) throw new UnitFailure(`${spec.title}: ${error.message}`, true);
    // Another PUT replaced the object, and with it its file, in this very moment.
    const replaced = world.objects.get(spec.objectKey)?.generation !== object.generation;
    if (replaced) return checkFile(world, spec, type);
    throw error;
  }
}

/**
 * Registers one unit.
 * @param commit runs in the transaction that makes the results, e.g. to mark the unit of a job as done
 * @throws UnitFailure; nothing is registered then
 */
export async function registerUnit(
  world: World,
  spec: UnitSpec,
  target: Target,
  commit: (results: readonly UnitResult[]) => void,
): Promise<readonly UnitResult[]> {
  const skip = (): readonly UnitResult[] | null => reuseDuplicate(world, spec, target);
  if (spec.kind !== 'groupFromItems' && spec.duplicates !== 'make') {
    const skipped = world.db.transaction(() => {
      const results = skip();
      if (results) commit(results);
      return results;
    });
    if (skipped) return skipped;
  }
  const make = await maker(world, spec, target);
  return world.db.transaction(() => {
    // While the files were looked at, another job may have made what this one is to skip.
    const results = skip() ?? make();
    commit(results);
    return results;
  });
}

/** Looks at the unit's files; what it returns makes the items, and is to be called inside a transaction. */
async function maker(world: World, spec: UnitSpec, target: Target): Promise<() => readonly UnitResult[]> {
  if (spec.kind === 'file') {
    const checked = await checkFile(world, spec.file, spec.itemType);
    return () => [addSingle(world, checked, spec.itemType, spec.clientMetadata, target)];
  }
  if (spec.kind === 'groupFromItems') {
    return () => {
      const frames = spec.items.map((uuid) => {
        const item = world.items.get(uuid);
        if (item?.itemType !== 'image')
          throw new UnitFailure(`The image item ${uuid} does not exist.`, false);
        return item;
      });
      return addGroups(world, spec, frames, target);
    };
  }
  const type = spec.kind === 'series' ? 'dicomFile' : 'image';
  const files = spec.kind === 'series' ? newFilesOf(world, spec, target.folder) : spec.files;
  const checked: CheckedFile[] = [];
  for (const file of files) checked.push(await checkFile(world, file, type));
  return () => {
    const parts = checked.map((file) => addFrame(world, file, type, target));
    return spec.kind === 'series'
      ? [addSeries(world, parts, spec.title, spec.clientMetadata, target)]
      : addGroups(world, spec, parts, target);
  };
}

/**
 * What the folder has already of a unit that is to be skipped then: it is put into the dataset where it is not in it
 * yet, so that a repeated registration ends as the first would have (encord-cloud-files.md 2; that is inferred).
 */
function reuseDuplicate(world: World, spec: UnitSpec, target: Target): readonly UnitResult[] | null {
  const item = duplicateOf(world, spec, target.folder);
  if (!item || spec.kind === 'groupFromItems') return null;
  if (spec.duplicates === 'upsert') {
    world.storageEdits.changeItem(item.uuid, { clientMetadata: spec.clientMetadata }, world.now());
  }
  const dataHash = target.dataset ? ensureRow(world, target.dataset, item, undefined) : null;
  mirror(world, item);
  return [{ itemUuid: item.uuid, dataHash, name: item.name }];
}

/**
 * A video, image, audio file, … A grant stands for one item: registering it again finds that item and makes no
 * second one. That the real server behaves so is inferred, not documented (the client's design relies on it for
 * singles only): groups and series have no such identity, and every registration makes another.
 */
function addSingle(
  world: World,
  file: CheckedFile,
  itemType: GrantType,
  clientMetadata: string,
  target: Target,
): UnitResult {
  const { grantId } = file.spec;
  const earlier = grantId === null ? null : world.items.byGrant(grantId);
  const grant = grantId === null ? null : world.objects.grantById(grantId);
  const item = earlier ?? addItem(world, file, itemType, clientMetadata, target, grant, false);
  if (!earlier) world.db.count('registrations');
  // Generation L knows the row by the grant's own hash; C and F know the item by it.
  const dataHash = grant?.scope === 'dataset' ? grant.id : undefined;
  const row = target.dataset ? ensureRow(world, target.dataset, item, dataHash) : null;
  mirror(world, item);
  return { itemUuid: item.uuid, dataHash: row, name: item.name };
}

/** A frame of a group or a file of a series: a storage item, but no unit and no data row. */
export function addFrame(world: World, file: CheckedFile, itemType: GrantType, target: Target): Item {
  const { grantId } = file.spec;
  if (grantId === null) return addItem(world, file, itemType, '{}', target, null, true);
  const earlier = world.items.byGrant(grantId);
  if (earlier) return earlier;
  const grant = world.objects.grantById(grantId);
  return addItem(world, file, itemType, '{}', target, grant, true);
}

function addItem(
  world: World,
  file: CheckedFile,
  itemType: GrantType,
  clientMetadata: string,
  target: Target,
  grant: Grant | null,
  isFrame: boolean,
): Item {
  const now = world.now();
  const folder =
    grant?.framesSubfolder && isFrame
      ? world.folders.ensureChild(target.folder, grant.framesSubfolder, now)
      : target.folder;
  return world.items.add({
    uuid: grant && grant.scope !== 'dataset' ? grant.id : undefined,
    grantId: file.spec.grantId,
    folder: folder.uuid,
    itemType,
    name: file.spec.title,
    clientMetadata,
    owner: target.owner,
    isFrame,
    objectKey: file.spec.objectKey,
    fileSize: file.size,
    ...file.media,
    now,
    visibleAt: visibleAt(world),
  });
}

/** One group, or sequences: one for each resolution where the client asked for that. */
function addGroups(
  world: World,
  spec: { title: string; clientMetadata: string; createVideo: boolean; clusterByResolution: boolean },
  frames: readonly Item[],
  target: Target,
): UnitResult[] {
  const clusters = new Map<string, Item[]>();
  for (const frame of frames) {
    const key = spec.createVideo && spec.clusterByResolution ? `${frame.width}x${frame.height}` : '';
    const cluster = clusters.get(key);
    if (cluster) cluster.push(frame);
    else clusters.set(key, [frame]);
  }
  return [...clusters.values()].map((cluster) => {
    const [first] = cluster;
    const oneSize = cluster.every((frame) => frame.width === first?.width && frame.height === first?.height);
    return addCompound(world, spec.createVideo ? 'imageSequence' : 'imageGroup', cluster, spec, target, {
      ...NO_FACTS,
      mimeType: spec.createVideo ? 'video/mp4' : null,
      width: oneSize || spec.createVideo ? (first?.width ?? null) : null,
      height: oneSize || spec.createVideo ? (first?.height ?? null) : null,
      frameCount: cluster.length,
      details: whereabouts(first),
    });
  });
}

export function addSeries(
  world: World,
  files: readonly Item[],
  title: string,
  clientMetadata: string,
  target: Target,
): UnitResult {
  const first = files[0];
  return addCompound(world, 'dicomSeries', files, { title, clientMetadata }, target, {
    ...NO_FACTS,
    mimeType: 'application/dicom',
    width: first?.width ?? null,
    height: first?.height ?? null,
    frameCount: files.length,
    details: {
      dicomStudyUid: first?.details.dicomStudyUid ?? null,
      dicomSeriesUid: first?.details.dicomSeriesUid ?? null,
      ...whereabouts(first),
    },
  });
}

/** A group lies where its first frame does. */
function whereabouts(first: Item | undefined): MediaFacts['details'] {
  const { storageLocation, integrationHash } = first?.details ?? {};
  if (storageLocation === undefined || integrationHash === undefined) return {};
  return { storageLocation, integrationHash };
}

function addCompound(
  world: World,
  itemType: 'imageGroup' | 'imageSequence' | 'dicomSeries',
  parts: readonly Item[],
  naming: { title: string; clientMetadata: string },
  target: Target,
  media: MediaFacts,
): UnitResult {
  const item = world.items.add({
    grantId: null,
    folder: target.folder.uuid,
    itemType,
    name: naming.title,
    clientMetadata: naming.clientMetadata,
    owner: target.owner,
    isFrame: false,
    objectKey: null,
    fileSize: parts.reduce((sum, part) => sum + (part.fileSize ?? 0), 0),
    ...media,
    now: world.now(),
    visibleAt: visibleAt(world),
  });
  world.items.addChildren(
    item.uuid,
    parts.map((part) => part.uuid),
  );
  world.db.count('registrations');
  const dataHash = target.dataset ? ensureRow(world, target.dataset, item, undefined) : null;
  mirror(world, item);
  return { itemUuid: item.uuid, dataHash, name: item.name };
}

/** Synchronous groups of generation L, from frames that are registered already. */
export function addLegacyGroups(
  world: World,
  frames: readonly Item[],
  options: { title: string | null; createVideo: boolean },
  target: Target,
): UnitResult[] {
  return addGroups(
    world,
    {
      title: options.title ?? randomTitle('image-group'),
      clientMetadata: '{}',
      createVideo: options.createVideo,
      clusterByResolution: true,
    },
    frames,
    target,
  );
}

/** The title that a group or series gets when the client names none (encord-api.md C.6: "else random"). */
export function randomTitle(kind: 'image-group' | 'dicom-series'): string {
  return `${kind}-${randomBytes(4).toString('hex')}`;
}

/** The data hash of the item's row in the dataset, made when there is none. */
export function ensureRow(world: World, dataset: Dataset, item: Item, dataHash: string | undefined): string {
  const earlier = world.items.rowOfItem(dataset.datasetHash, item.uuid);
  if (earlier) return earlier.dataHash;
  return addRow(world, dataset.datasetHash, item, dataHash);
}

export function addRow(world: World, datasetHash: string, item: Item, dataHash: string | undefined): string {
  const now = world.now();
  const row = world.items.addRow({
    dataHash,
    datasetHash,
    itemUuid: item.uuid,
    title: item.name,
    now,
    visibleAt: item.visibleAt > now ? item.visibleAt : now,
  });
  world.datasets.touch(datasetHash, now);
  return row.dataHash;
}

/** Datasets that mirror the item's folder, or one above it, get a row for it (encord-api.md C.1, C.7). */
function mirror(world: World, item: Item): void {
  if (item.isFrame) return;
  const folder = world.folders.get(item.folder);
  if (!folder) return;
  for (const step of world.folders.pathToRoot(folder)) {
    const dataset = step.syncedDataset === null ? null : world.datasets.get(step.syncedDataset);
    if (dataset) ensureRow(world, dataset, item, undefined);
  }
}
