/** v2 calls on datasets: create, list, upload URLs of generation C (encord-api.md C.1, C.2, C.6). */

import { z } from 'zod';
import { instant, queryBool, queryInt } from '../shape.ts';
import { ADMIN } from '../store/datasets.ts';
import type { Grant, GrantType } from '../store/objects.ts';
import { createDataset } from '../v1/datasets.ts';
import { bodyOf, queryOf, type Route, type V2Call } from './route.ts';
import { roleName, v2Time } from './views.ts';

const createBody = z.object({
  title: z.string().min(1),
  description: z.string().nullish(),
  createBackingFolder: z.boolean(),
  legacyCall: z.boolean(),
});

function create(call: V2Call): unknown {
  const body = bodyOf(call, createBody);
  const dataset = createDataset(call.world, call.user.userHash, {
    title: body.title,
    description: body.description ?? '',
    type: 0,
    mirrored: body.createBackingFolder,
  });
  return { datasetUuid: dataset.datasetHash, backingFolderUuid: dataset.backingFolder };
}

const listQuery = z.object({
  titleEq: z.string().optional(),
  titleLike: z.string().optional(),
  descriptionEq: z.string().optional(),
  descriptionLike: z.string().optional(),
  createdBefore: instant.optional(),
  createdAfter: instant.optional(),
  editedBefore: instant.optional(),
  editedAfter: instant.optional(),
  includeOrgAccess: queryBool.default(false),
});

function list(call: V2Call): unknown {
  const { world, user } = call;
  const { includeOrgAccess, ...filter } = queryOf(call, listQuery);
  const everything = includeOrgAccess && user.organisationRole === ADMIN;
  return {
    result: world.datasets.list(user.userHash, filter, everything).map(({ dataset, role }) => ({
      datasetUuid: dataset.datasetHash,
      title: dataset.title,
      description: dataset.description,
      createdAt: v2Time(dataset.createdAt),
      lastEditedAt: v2Time(dataset.lastEditedAt),
      userRole: roleName(role),
      storageLocation: dataset.type,
      backingFolderUuid: dataset.backingFolder,
    })),
  };
}

/** Grants as `{itemUuid, objectKey, signedUrl}`, made in one transaction. */
export function grantUrls(
  call: V2Call,
  count: number,
  grant: Pick<Grant, 'scope' | 'folder' | 'framesSubfolder'> & { itemType: GrantType },
): Record<string, unknown>[] {
  const { world, user } = call;
  const now = world.now();
  return world.db.transaction(() =>
    Array.from({ length: count }, () => {
      const made = world.objects.grant({
        ...grant,
        title: null,
        userHash: user.userHash,
        datasetHash: null,
        now,
      });
      return {
        itemUuid: made.id,
        objectKey: made.objectKey,
        signedUrl: world.signer.signUpload(call.base, made.objectKey, now, world.settings),
      };
    }),
  );
}

const presignedQuery = z.object({
  count: queryInt.pipe(z.int().min(1).max(200)),
  uploadItemType: z.enum(['video', 'image', 'audio', 'dicomFile']),
});

function presignedUrls(call: V2Call): unknown {
  const { count, uploadItemType } = queryOf(call, presignedQuery);
  const grant = { scope: 'user', itemType: uploadItemType, folder: null, framesSubfolder: null } as const;
  return { results: grantUrls(call, count, grant), nextPageToken: null };
}

export const datasetRoutes: readonly Route[] = [
  { method: 'POST', path: 'datasets', run: create },
  { method: 'GET', path: 'datasets/list', run: list },
  { method: 'GET', path: 'presigned-urls', kind: 'grant', run: presignedUrls },
];
