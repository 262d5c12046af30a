/**
 * Cloud-synced storage folders: what they follow, and synchronisations (encord-api.md C.14). A synchronisation is an
 * upload job of what lies in the bucket and is not in the folder yet; what went from the bucket stays in the folder.
 * The real server's treatment of sub-folders is not known: here everything lands in the folder itself.
 */

import { z } from 'zod';
import { accessFolder, accessIntegration } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { queryInt, uuid } from '../shape.ts';
import type { User } from '../store/users.ts';
import { bucketUrl, titleOfUrl } from '../units/bucketUrl.ts';
import type { UnitSpec } from '../units/spec.ts';
import type { World } from '../world.ts';
import { pathUuid, queryOf, type Route, type V2Call } from './route.ts';

/** `cloudSyncedFolderParams` of a new folder. */
export const cloudFolderParams = z.object({ integrationUuid: uuid, remoteUrl: bucketUrl });

/** @throws Refusal when the user has no such integration */
export function followBucket(
  world: World,
  user: User,
  folder: string,
  params: z.output<typeof cloudFolderParams>,
): void {
  const integration = accessIntegration(world, user, params.integrationUuid);
  const remoteUrl = params.remoteUrl.endsWith('/') ? params.remoteUrl : `${params.remoteUrl}/`;
  world.cloudFolders.add(folder, { integration, remoteUrl });
}

const SINGLES = ['video', 'image', 'audio', 'nifti', 'plainText', 'pdf'] as const;
type Single = (typeof SINGLES)[number];

/** By the end of the name, where the bucket does not tell. */
const TYPE_OF_NAME: readonly (readonly [RegExp, Single])[] = [
  [/\.(mp4|mov|webm|mkv)$/i, 'video'],
  [/\.(jpe?g|png|webp|avif|bmp|tiff?)$/i, 'image'],
  [/\.(mp3|wav|flac)$/i, 'audio'],
  [/\.nii(\.gz)?$/i, 'nifti'],
  [/\.pdf$/i, 'pdf'],
  [/\.(html?|json|xml|txt|md|csv)$/i, 'plainText'],
];

function singleType(url: string, told: string | null): Single | null {
  if (told !== null) return SINGLES.find((type) => type === told) ?? null;
  return TYPE_OF_NAME.find(([pattern]) => pattern.test(titleOfUrl(url)))?.[1] ?? null;
}

function start(call: V2Call): unknown {
  const { world, user } = call;
  const folder = accessFolder(world, user, pathUuid(call, 0), true).uuid;
  const followed = world.cloudFolders.get(folder);
  if (!followed) throw new Refusal('INVALID_ARGUMENTS_ERROR', 'The folder is not synced with a bucket.');
  // Files of a series tell only together what they are; a sync of them is not known.
  const specs = world.cloudFolders.objects(followed).flatMap(({ url, itemType: told }): UnitSpec[] => {
    const itemType = singleType(url, told);
    if (itemType === null) return [];
    const file = {
      grantId: null,
      integration: followed.integration,
      objectKey: url,
      title: url.slice(followed.remoteUrl.length),
      media: null,
      size: null,
    };
    return [{ kind: 'file', itemType, file, clientMetadata: '{}', duplicates: 'skip' }];
  });
  const job = world.db.transaction(() => {
    const made = world.jobs.create(
      {
        datasetHash: null,
        folder,
        userHash: user.userHash,
        ignoreErrors: true,
        fileName: null,
        now: world.now(),
      },
      specs.map((spec) => ({
        spec: JSON.stringify(spec),
        title: spec.kind === 'file' ? spec.file.title : null,
      })),
    );
    world.cloudFolders.addSync(made.uuid);
    return made;
  });
  world.runner.run(job);
  return job.uuid;
}

/** Seconds that a poll is held at most. */
const MAX_POLL_SECONDS = 60;
const pollQuery = z.object({ timeoutSeconds: queryInt.pipe(z.int().min(0)).default(MAX_POLL_SECONDS) });

async function poll(call: V2Call): Promise<unknown> {
  const { world } = call;
  const { timeoutSeconds } = queryOf(call, pollQuery);
  const id = syncOf(call);
  await world.runner.wait(id, Math.min(timeoutSeconds, MAX_POLL_SECONDS) * 1000, call.signal);
  const status = world.jobs.get(syncOf(call))?.status ?? 'ERROR';
  const counts = world.jobs.counts(id);
  const is = (...wanted: readonly string[]): number => (wanted.includes(status) ? 1 : 0);
  return {
    status: status.toLowerCase(),
    scanPagesProcessingPending: 0,
    scanPagesProcessingDone: 1,
    scanPagesProcessingError: 0,
    scanPagesProcessingCancelled: 0,
    uploadJobsPending: is('PENDING'),
    uploadJobsDone: is('DONE'),
    uploadJobsError: is('ERROR', 'CANCELLED'),
    uploadJobsUnitsPending: counts.pending,
    uploadJobsUnitsDone: counts.done,
    uploadJobsUnitsError: counts.error,
    uploadJobsUnitsCancelled: counts.cancelled,
  };
}

/** The synchronisation of the path, if it is one of this folder. */
function syncOf(call: V2Call): string {
  const folder = accessFolder(call.world, call.user, pathUuid(call, 0), false);
  const job = call.world.jobs.get(pathUuid(call, 1));
  if (!job || job.folder !== folder.uuid || !call.world.cloudFolders.isSync(job.uuid)) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'The folder has no such synchronisation.');
  }
  return job.uuid;
}

export const cloudFolderRoutes: readonly Route[] = [
  { method: 'POST', path: 'storage/folders/*/cloud-synced-folder-syncs', kind: 'register', run: start },
  // Not a slip: the two paths differ.
  {
    method: 'GET',
    path: 'storage/folders/*/cloud-linked-folder-syncs/*/long-polling',
    kind: 'poll',
    run: poll,
  },
];
