/** Storage folders: create, get, list, search, summary (encord-api.md C.14). Changes are in `folderChanges.ts`. */

import { z } from 'zod';
import { accessFolder } from '../auth/principal.ts';
import { queryBool, queryInt, uuid } from '../shape.ts';
import { ADMIN } from '../store/datasets.ts';
import { cloudFolderParams, followBucket } from './cloudFolders.ts';
import {
  bodyOf,
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  offsetOf,
  page,
  pathUuid,
  queryOf,
  type Route,
  type V2Call,
} from './route.ts';
import { folderView } from './views.ts';

const jsonText = z.string().refine((value) => {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}, 'clientMetadata must be a JSON object as a string');

const createBody = z.object({
  name: z.string().min(1),
  description: z.string().nullish(),
  parent: uuid.nullish(),
  clientMetadata: jsonText.nullish(),
  cloudSyncedFolderParams: cloudFolderParams.nullish(),
});

function create(call: V2Call): unknown {
  const { world, user } = call;
  const body = bodyOf(call, createBody);
  if (body.parent) accessFolder(world, user, body.parent, true);
  const folder = world.db.transaction(() => {
    const made = world.folders.create({
      name: body.name,
      description: body.description ?? '',
      parent: body.parent ?? null,
      clientMetadata: body.clientMetadata ?? null,
      owner: user.userHash,
      now: world.now(),
    });
    if (body.cloudSyncedFolderParams) followBucket(world, user, made.uuid, body.cloudSyncedFolderParams);
    return made;
  });
  return folderView(world, user, folder);
}

const listQuery = z.object({
  search: z.string().optional(),
  isRecursive: queryBool.default(false),
  datasetSynced: queryBool.optional(),
  includeOrgAccess: queryBool.default(false),
  order: z.enum(['name', 'createdAt']).default('name'),
  desc: queryBool.default(false),
  pageSize: queryInt.pipe(z.int().min(1).max(MAX_PAGE_SIZE)).default(DEFAULT_PAGE_SIZE),
  pageToken: z.string().optional(),
});

function listed(call: V2Call, parent: string | null | undefined): unknown {
  const { world, user } = call;
  const query = queryOf(call, listQuery);
  const offset = offsetOf(query.pageToken);
  const folders = world.folders.list({
    userHash: user.userHash,
    parent,
    recursive: query.isRecursive,
    search: query.search,
    datasetSynced: query.datasetSynced,
    everything: query.includeOrgAccess && user.organisationRole === ADMIN,
    order: query.order,
    desc: query.desc,
    offset,
    limit: query.pageSize,
  });
  return page(
    folders.map((folder) => folderView(world, user, folder)),
    offset,
    query.pageSize,
  );
}

/** Keys of the summary for each item type; what has none there is counted in `files` only. */
const SUMMARY_KEY: Record<string, string> = {
  video: 'videos',
  image: 'images',
  imageGroup: 'imageGroups',
  imageSequence: 'imageSequences',
  dicomFile: 'dicomFiles',
  dicomSeries: 'dicomSeries',
  nifti: 'niftis',
  audio: 'audios',
  pdf: 'pdfs',
  plainText: 'plainTexts',
};

function summary(call: V2Call): unknown {
  const { world } = call;
  const folder = accessFolder(world, call.user, pathUuid(call, 0), false);
  const folders = world.folders.subtree(folder.uuid);
  const counts: Record<string, number> = { files: 0, folders: folders.length - 1 };
  for (const key of Object.values(SUMMARY_KEY)) counts[key] = 0;
  let totalSize = 0;
  for (const { itemType, count, bytes } of world.items.countByType(folders)) {
    counts.files = (counts.files ?? 0) + count;
    totalSize += bytes;
    const key = SUMMARY_KEY[itemType];
    if (key) counts[key] = count;
  }
  return { ...counts, tombstones: 0, uploadJobs: world.jobs.countOfFolder(folders), totalSize };
}

export const folderRoutes: readonly Route[] = [
  { method: 'POST', path: 'storage/folders', run: create },
  { method: 'GET', path: 'storage/folders', run: (call) => listed(call, null) },
  { method: 'GET', path: 'storage/search/folders', run: (call) => listed(call, undefined) },
  {
    method: 'GET',
    path: 'storage/folders/*',
    run: (call) =>
      folderView(call.world, call.user, accessFolder(call.world, call.user, pathUuid(call, 0), false)),
  },
  {
    method: 'GET',
    path: 'storage/folders/*/folders',
    run: (call) => listed(call, accessFolder(call.world, call.user, pathUuid(call, 0), false).uuid),
  },
  { method: 'GET', path: 'storage/folders/*/summary', run: summary },
];
