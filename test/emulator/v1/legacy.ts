/** Generation L: signed URLs by name, PUT, then synchronous registration (encord-api.md C.8). */

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { shaped, uuid } from '../shape.ts';
import type { Folder } from '../store/folders.ts';
import type { Item } from '../store/items.ts';
import type { UnitResult } from '../store/jobs.ts';
import type { Grant, GrantType } from '../store/objects.ts';
import {
  addFrame,
  addLegacyGroups,
  addSeries,
  type CheckedFile,
  checkFile,
  randomTitle,
  registerUnit,
  type Target,
  UnitFailure,
} from '../units/register.ts';
import type { FileSpec } from '../units/spec.ts';
import type { DatasetCall, Operations } from './call.ts';

const MAX_NAME = 300;
const name = z.string().min(1).max(MAX_NAME);
const oneOrMore = z.union([name.transform((value) => [value]), z.array(name).min(1)]);

/** These calls store with Encord only (encord-api.md E.1). */
function requireEncordStorage(call: DatasetCall): void {
  if (call.dataset.type !== 0) {
    throw new Refusal(
      'UPLOAD_OPERATION_NOT_SUPPORTED_ERROR',
      'The dataset keeps its data in a private cloud.',
    );
  }
}

function grantFor(call: DatasetCall, itemType: GrantType, title: string): Record<string, unknown> {
  const { world, principal, dataset } = call;
  const grant = world.objects.grant({
    scope: 'dataset',
    itemType,
    title,
    userHash: principal.user.userHash,
    datasetHash: dataset.datasetHash,
    folder: null,
    framesSubfolder: null,
    now: world.now(),
  });
  return {
    signed_url: world.signer.signUpload(call.base, grant.objectKey, world.now(), world.settings),
    data_hash: grant.id,
    title,
    file_link: grant.objectKey,
  };
}

function signedUrl(itemType: GrantType): (call: DatasetCall) => unknown {
  return (call) => {
    requireEncordStorage(call);
    return grantFor(call, itemType, shaped(name, call.uid, 'uid'));
  };
}

function signedUrls(itemType: GrantType, names: z.ZodType<string[]>): (call: DatasetCall) => unknown {
  return (call) => {
    requireEncordStorage(call);
    const titles = shaped(names, call.uid, 'uid');
    return call.world.db.transaction(() => titles.map((title) => grantFor(call, itemType, title)));
  };
}

/** The URL object as it was handed out; `title` may have been replaced. */
const urlObject = z.object({
  signed_url: z.string(),
  data_hash: uuid,
  title: z.string().min(1).max(MAX_NAME),
  file_link: z.string(),
  video_title: z.string().max(MAX_NAME).nullish(),
  folder_uuid: uuid.nullish(),
});
type UrlObject = z.output<typeof urlObject>;

/** The grant of this hash, if it was made for this dataset and this user (an API key counts as its maker). */
function grantedHere(call: DatasetCall, dataHash: string): Grant | null {
  const grant = call.world.objects.grantById(dataHash);
  if (grant?.datasetHash !== call.dataset.datasetHash || grant.userHash !== call.principal.user.userHash)
    return null;
  return grant;
}

/**
 * The grant that a URL object stands for.
 * @throws Refusal when it is unknown, of another dataset or kind, or when the echo is not what was handed out
 */
function grantOf(call: DatasetCall, echo: UrlObject, types: readonly GrantType[]): Grant {
  const { world } = call;
  const grant = grantedHere(call, echo.data_hash);
  if (!grant) {
    throw new Refusal(
      'RESOURCE_NOT_FOUND_ERROR',
      `The data hash ${echo.data_hash} was not granted to you for this dataset.`,
    );
  }
  const url = URL.parse(echo.signed_url);
  const check = url && world.signer.checkUpload(url.host, url.pathname + url.search);
  if (echo.file_link !== grant.objectKey || !check?.ok || check.objectKey !== grant.objectKey) {
    throw new Refusal(
      'INVALID_ARGUMENTS_ERROR',
      'The payload is not the URL object that was handed out for this hash.',
    );
  }
  if (!types.includes(grant.itemType)) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', `The hash was granted for a ${grant.itemType}.`);
  }
  return grant;
}

/** `uid` is the data hash in the API documentation, null in the SDK's `singleimage` (encord-api.md H). */
function echoed(call: DatasetCall, uidMayBeNull: boolean): UrlObject {
  const echo = shaped(urlObject, call.payload, 'payload');
  const uid = shaped(uidMayBeNull ? uuid.nullable() : uuid, call.uid, 'uid');
  if (uid !== null && uid !== echo.data_hash) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'uid and payload.data_hash differ.');
  }
  return echo;
}

function fileOf(grant: Grant, title: string): FileSpec {
  return {
    grantId: grant.id,
    integration: null,
    objectKey: grant.objectKey,
    title,
    media: null,
    size: null,
  };
}

/** Where the item goes: the named folder, the backing folder, or a folder that is kept for such uploads. */
function targetOf(call: DatasetCall, folderUuid: string | null | undefined): Target {
  const { world, dataset, principal } = call;
  const owner = principal.user.userHash;
  let folder: Folder | null;
  if (dataset.backingFolder !== null) {
    if (folderUuid && folderUuid !== dataset.backingFolder) {
      throw new Refusal('INVALID_ARGUMENTS_ERROR', 'A mirrored dataset takes no other folder than its own.');
    }
    folder = world.folders.get(dataset.backingFolder);
  } else if (folderUuid) {
    folder = world.folders.get(folderUuid);
    if (!folder || world.folders.role(folder, owner) !== 0) {
      throw new Refusal('AUTHORISATION_ERROR', 'The folder does not exist or you may not upload into it.');
    }
  } else {
    folder = world.folders.ensureRoot(`Files of dataset ${dataset.datasetHash}`, dataset.owner, world.now());
  }
  if (!folder) throw new Refusal('UNKNOWN_ERROR', 'The folder of the dataset is gone.');
  return { folder, dataset, owner };
}

/** Words a failed unit for a synchronous call. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof UnitFailure)) throw error;
    throw new Refusal(
      error.wrongContent ? 'FILE_TYPE_NOT_SUPPORTED_ERROR' : 'RESOURCE_NOT_FOUND_ERROR',
      error.message,
    );
  }
}

async function registerSingle(
  call: DatasetCall,
  echo: UrlObject,
  grant: Grant,
  title: string,
): Promise<UnitResult> {
  const itemType = grant.itemType === 'audio' ? 'audio' : grant.itemType === 'video' ? 'video' : 'image';
  const spec = {
    kind: 'file',
    itemType,
    file: fileOf(grant, title),
    clientMetadata: '{}',
    duplicates: 'make',
  } as const;
  const [result] = await refusing(
    registerUnit(call.world, spec, targetOf(call, echo.folder_uuid), () => undefined),
  );
  if (!result) throw new Refusal('UNKNOWN_ERROR', 'Nothing was registered.');
  return result;
}

/** Video, and audio too. */
async function video(call: DatasetCall): Promise<unknown> {
  requireEncordStorage(call);
  const echo = echoed(call, false);
  const grant = grantOf(call, echo, ['video', 'audio']);
  const result = await registerSingle(call, echo, grant, echo.video_title ?? echo.title);
  return {
    data_hash: result.dataHash,
    title: result.name,
    file_link: grant.objectKey,
    backing_item_uuid: result.itemUuid,
  };
}

async function singleImage(call: DatasetCall): Promise<unknown> {
  requireEncordStorage(call);
  const echo = echoed(call, true);
  await registerSingle(call, echo, grantOf(call, echo, ['image']), echo.title);
  return { success: true };
}

async function registerFrames(call: DatasetCall, echoes: readonly UrlObject[]): Promise<Item[]> {
  requireEncordStorage(call);
  const grants = echoes.map((echo) => ({ echo, grant: grantOf(call, echo, ['image']) }));
  const checked: { file: CheckedFile; target: Target }[] = [];
  for (const { echo, grant } of grants) {
    const file = await refusing(checkFile(call.world, fileOf(grant, echo.title), 'image'));
    checked.push({ file, target: targetOf(call, echo.folder_uuid) });
  }
  return call.world.db.transaction(() =>
    checked.map(({ file, target }) => addFrame(call.world, file, 'image', target)),
  );
}

async function image(call: DatasetCall): Promise<unknown> {
  const echo = echoed(call, false);
  const [frame] = await registerFrames(call, [echo]);
  return { data_hash: echo.data_hash, title: frame?.name ?? echo.title, file_link: echo.file_link };
}

async function images(call: DatasetCall): Promise<unknown> {
  shaped(z.null(), call.uid, 'uid');
  await registerFrames(call, shaped(z.array(urlObject).min(1), call.payload, 'payload'));
  return { success: true };
}

const groupPayload = z.object({
  image_group_title: z.string().max(MAX_NAME).nullish(),
  // The documentation sends {}: the SDK of its time made sequences by default (encord-api.md C.8).
  create_video: z.boolean().default(true),
  folder_uuid: uuid.nullish(),
});

function imageGroup(call: DatasetCall): unknown {
  requireEncordStorage(call);
  const hashes = shaped(z.array(uuid).min(1), call.uid, 'uid');
  const payload = shaped(groupPayload, call.payload, 'payload');
  const { world } = call;
  const frames = hashes.map((hash) => {
    const frame = grantedHere(call, hash) ? world.items.byGrant(hash) : null;
    if (frame?.itemType !== 'image') {
      throw new Refusal('RESOURCE_NOT_FOUND_ERROR', `The frame ${hash} is not registered in this dataset.`);
    }
    return frame;
  });
  // Not idempotent: the same frames sent twice are two groups.
  const results = world.db.transaction(() =>
    addLegacyGroups(
      world,
      frames,
      { title: payload.image_group_title ?? null, createVideo: payload.create_video },
      targetOf(call, payload.folder_uuid),
    ),
  );
  return results.map((result) => ({ data_hash: result.dataHash, title: result.name, file_link: null }));
}

const dicomFiles = z
  .array(z.object({ id: uuid, uri: z.string(), title: z.string().min(1).max(MAX_NAME) }))
  .min(1);

async function dicomSeries(call: DatasetCall): Promise<unknown> {
  requireEncordStorage(call);
  const files = shaped(dicomFiles, call.uid, 'uid');
  const payload = shaped(
    z.object({ title: z.string().nullish(), folder_uuid: uuid.nullish() }),
    call.payload,
    'payload',
  );
  const { world } = call;
  const target = targetOf(call, payload.folder_uuid);
  const checked: CheckedFile[] = [];
  for (const file of files) {
    const grant = grantedHere(call, file.id);
    if (grant?.objectKey !== file.uri || grant.itemType !== 'dicomFile') {
      throw new Refusal(
        'RESOURCE_NOT_FOUND_ERROR',
        `The file ${file.id} was not granted to you for this dataset.`,
      );
    }
    checked.push(await refusing(checkFile(world, fileOf(grant, file.title), 'dicomFile')));
  }
  const result = world.db.transaction(() => {
    const parts = checked.map((file) => addFrame(world, file, 'dicomFile', target));
    return addSeries(world, parts, payload.title ?? randomTitle('dicom-series'), '{}', target);
  });
  return { data_hash: result.dataHash, title: result.name };
}

const write = { on: 'dataset', scope: 'dataset.write' } as const;

export const legacyOperations: Operations = {
  'signedvideourl GET': { ...write, kind: 'grant', run: signedUrl('video') },
  'signedaudiourl GET': { ...write, kind: 'grant', run: signedUrl('audio') },
  'signedimagesurl GET': { ...write, kind: 'grant', run: signedUrls('image', oneOrMore) },
  'signeddicomsurl GET': { ...write, kind: 'grant', run: signedUrls('dicomFile', z.array(name).min(1)) },
  'video PUT': { ...write, kind: 'register', run: video },
  'singleimage POST': { ...write, kind: 'register', run: singleImage },
  'image PUT': { ...write, kind: 'register', run: image },
  'images PUT': { ...write, kind: 'register', run: images },
  'imagegroup POST': { ...write, kind: 'register', run: imageGroup },
  'dicomseries POST': { ...write, kind: 'register', run: dicomSeries },
};
