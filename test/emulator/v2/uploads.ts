/**
 * Generation F: upload URLs of a folder, upload jobs, also of bucket data, their long poll and cancel (encord-api.md
 * C.7, C.9).
 */

import { z } from 'zod';
import { accessFolder, accessIntegration } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { jsonObject, queryInt, uuid } from '../shape.ts';
import type { Job } from '../store/jobs.ts';
import { readCloudFile } from '../units/cloudFile.ts';
import { dataUploadItems, toSpecs } from '../units/dataItems.ts';
import { titleOf } from '../units/spec.ts';
import { grantUrls } from './datasets.ts';
import { bodyOf, pathUuid, queryOf, type Route, type V2Call } from './route.ts';

/** Seconds that one poll is held at most: the SDK asks for a week and relies on an earlier answer. */
const MAX_POLL_SECONDS = 60;
const DEFAULT_POLL_SECONDS = 60;
/** One call asks for all files of an upload; beyond this the answer would exceed what a server sends. */
const MAX_URLS = 100_000;

const urlsBody = z.object({
  itemType: z.enum(['video', 'image', 'audio', 'dicomFile', 'nifti', 'plainText', 'pdf']),
  count: z.int().min(1).max(MAX_URLS).default(1),
  framesSubfolderName: z
    .union([z.string().min(1), z.object({ auto: z.literal(true), suffix: z.string().optional() })])
    .nullish(),
});

function uploadUrls(call: V2Call): unknown {
  const folder = accessFolder(call.world, call.user, pathUuid(call, 0), true);
  const { itemType, count, framesSubfolderName: frames } = bodyOf(call, urlsBody);
  const framesSubfolder =
    typeof frames === 'object' && frames ? `frames${frames.suffix ?? ''}` : (frames ?? null);
  const grant = { scope: 'folder', itemType, folder: folder.uuid, framesSubfolder } as const;
  return { results: grantUrls(call, count, grant), nextPageToken: null };
}

const startBody = z.object({
  dataItems: dataUploadItems.nullish(),
  externalFiles: jsonObject.nullish(),
  integrationHash: uuid.nullish(),
  ignoreErrors: z.boolean(),
  fileName: z.string().nullish(),
});

function start(call: V2Call): unknown {
  const { world, user } = call;
  const folder = accessFolder(world, user, pathUuid(call, 0), true).uuid;
  const body = bodyOf(call, startBody);
  const { dataItems, externalFiles, ignoreErrors } = body;
  const integration = body.integrationHash ?? null;
  if (Boolean(dataItems) === Boolean(externalFiles)) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'Give either dataItems or externalFiles.');
  }
  if (externalFiles && integration === null) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'externalFiles need an integrationHash.');
  }
  if (integration !== null) accessIntegration(world, user, integration);
  const items = dataItems ?? readCloudFile(externalFiles);
  const { userHash } = user;
  const specs = toSpecs(world, items, { userHash, datasetHash: null, folder, integration });
  const fileName = body.fileName ?? null;
  const job = world.jobs.create(
    { datasetHash: null, folder, userHash, ignoreErrors, fileName, now: world.now() },
    specs.map((spec) => ({ spec: JSON.stringify(spec), title: titleOf(spec) })),
  );
  world.runner.run(job);
  return job.uuid;
}

/** The job of the path, if it is one of this folder. */
function jobOf(call: V2Call, write: boolean): Job {
  const folder = accessFolder(call.world, call.user, pathUuid(call, 0), write);
  const job = call.world.jobs.get(pathUuid(call, 1));
  if (!job || job.folder !== folder.uuid || job.datasetHash !== null) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'The folder has no such job.');
  }
  return job;
}

async function poll(call: V2Call): Promise<unknown> {
  const { uuid: id } = jobOf(call, false);
  const { world } = call;
  const query = queryOf(
    call,
    z.object({ timeoutSeconds: queryInt.pipe(z.int().min(0)).default(DEFAULT_POLL_SECONDS) }),
  );
  await world.runner.wait(id, Math.min(query.timeoutSeconds, MAX_POLL_SECONDS) * 1000, call.signal);
  const job = jobOf(call, false);
  const units = world.jobs.units(id);
  const counts = world.jobs.counts(id);
  const failed = units.flatMap((unit) => (unit.error ? [{ unit, error: unit.error }] : []));
  return {
    status: job.status,
    itemsWithNames: units.flatMap((unit) =>
      unit.results.map((result) => ({ itemUuid: result.itemUuid, name: result.name })),
    ),
    errors: failed.map(({ error }) => error.error),
    unitErrors: failed.map(({ unit, error }) => ({
      objectUrls: error.objectUrls,
      error: error.error,
      subtaskUuid: unit.subtaskUuid,
      actionDescription: error.actionDescription,
    })),
    unitsPendingCount: counts.pending,
    unitsDoneCount: counts.done,
    unitsErrorCount: counts.error,
    unitsCancelledCount: counts.cancelled,
    fileName: job.fileName,
  };
}

function cancel(call: V2Call): unknown {
  const { uuid: id } = jobOf(call, true);
  const unitsCancelledCount = call.world.jobs.cancel(id);
  call.world.runner.wake(id);
  return { unitsCancelledCount };
}

export const uploadRoutes: readonly Route[] = [
  { method: 'POST', path: 'storage/folders/*/upload-signed-urls', kind: 'grant', run: uploadUrls },
  { method: 'POST', path: 'storage/folders/*/data-upload-jobs', kind: 'register', run: start },
  { method: 'GET', path: 'storage/folders/*/data-upload-jobs/*', kind: 'poll', run: poll },
  { method: 'POST', path: 'storage/folders/*/data-upload-jobs/*/cancel', run: cancel },
];
