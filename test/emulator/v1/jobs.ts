/**
 * Registration into a dataset as a job, of uploads (generation C) and of bucket data, and its long poll (encord-api.md
 * C.6, C.9, C.10).
 */

import { z } from 'zod';
import { accessFolder, accessIntegration } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { shaped, uuid } from '../shape.ts';
import type { Job } from '../store/jobs.ts';
import { readCloudFile } from '../units/cloudFile.ts';
import { type DataUploadItems, dataUploadItems, toSpecs } from '../units/dataItems.ts';
import { titleOf } from '../units/spec.ts';
import type { DatasetCall, Operations } from './call.ts';

/** Seconds that the server holds one poll at most; the SDK asks for up to 60 (encord-api.md C.9). */
const MAX_POLL_SECONDS = 60;

const startPayload = z.object({
  dataItems: dataUploadItems.nullish(),
  files: z.unknown().optional(),
  integrationId: uuid.nullish(),
  ignoreErrors: z.boolean(),
  folderUuid: uuid.nullish(),
  fileName: z.string().nullish(),
});
/** SDK up to 0.1.137. */
const olderPayload = z.strictObject({
  files: z.unknown(),
  integration_id: uuid,
  ignore_errors: z.boolean(),
  folder_uuid: uuid.nullish(),
});

/** `uid` repeats the dataset hash of the ResourceID header. */
export function requireOwnUid(call: DatasetCall): void {
  if (shaped(uuid, call.uid, 'uid') !== call.dataset.datasetHash) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'uid must be the dataset hash of the ResourceID header.');
  }
}

/** A static dataset needs a folder, a mirrored one has its own (encord-api.md C.6). */
function folderOf(call: DatasetCall, folderUuid: string | null): string {
  const { dataset } = call;
  if (dataset.backingFolder !== null) {
    if (folderUuid !== null) {
      throw new Refusal('INVALID_ARGUMENTS_ERROR', 'folderUuid must not be given for a mirrored dataset.');
    }
    return dataset.backingFolder;
  }
  if (folderUuid === null) {
    throw new Refusal(
      'INVALID_ARGUMENTS_ERROR',
      'folderUuid is required: the dataset has no backing folder.',
    );
  }
  return accessFolder(call.world, call.principal.user, folderUuid, true).uuid;
}

function start(call: DatasetCall): unknown {
  requireOwnUid(call);
  const payload = readStart(call.payload);
  const integration = payload.integrationId ?? null;
  const external = payload.files !== undefined && payload.files !== null;
  if (external === Boolean(payload.dataItems)) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'Give either dataItems or files.');
  }
  if (external && integration === null) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'files need an integrationId.');
  }
  const items = payload.dataItems ?? readCloudFile(payload.files);
  const { ignoreErrors } = payload;
  const fileName = payload.fileName ?? null;
  const folder = folderOf(call, payload.folderUuid ?? null);
  return { process_hash: beginJob(call, items, { folder, integration, ignoreErrors, fileName }) };
}

function readStart(payload: unknown): z.output<typeof startPayload> {
  if (typeof payload !== 'object' || payload === null || !('ignore_errors' in payload)) {
    return shaped(startPayload, payload, 'payload');
  }
  const older = shaped(olderPayload, payload, 'payload');
  return {
    files: older.files,
    integrationId: older.integration_id,
    ignoreErrors: older.ignore_errors,
    folderUuid: older.folder_uuid,
  };
}

/**
 * Starts a job on the call's dataset; its uuid.
 * @throws Refusal for an integration that the caller may not use, or an element that names nothing of his
 */
export function beginJob(
  call: DatasetCall,
  items: DataUploadItems,
  input: {
    readonly folder: string;
    readonly integration: string | null;
    readonly ignoreErrors: boolean;
    readonly fileName: string | null;
  },
): string {
  const { world, dataset, principal } = call;
  const { folder, integration, ignoreErrors, fileName } = input;
  if (integration !== null) accessIntegration(world, principal.user, integration);
  const { datasetHash } = dataset;
  const { userHash } = principal.user;
  const specs = toSpecs(world, items, { userHash, datasetHash, folder, integration });
  const job = world.jobs.create(
    { datasetHash, folder, userHash, ignoreErrors, fileName, now: world.now() },
    specs.map((spec) => ({ spec: JSON.stringify(spec), title: titleOf(spec) })),
  );
  world.runner.run(job);
  return job.uuid;
}

const pollPayload = z.object({ process_hash: uuid, timeout_seconds: z.number().min(0) });

function jobOf(call: DatasetCall, processHash: string): Job {
  const job = call.world.jobs.get(processHash);
  if (job?.datasetHash !== call.dataset.datasetHash) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'The dataset has no such process.');
  }
  return job;
}

async function poll(call: DatasetCall): Promise<unknown> {
  requireOwnUid(call);
  const payload = shaped(pollPayload, call.payload, 'payload');
  const { world } = call;
  jobOf(call, payload.process_hash);
  const seconds = Math.min(payload.timeout_seconds, MAX_POLL_SECONDS);
  await world.runner.wait(payload.process_hash, seconds * 1000, call.signal);
  const job = jobOf(call, payload.process_hash);
  const units = world.jobs.units(payload.process_hash);
  const counts = world.jobs.counts(payload.process_hash);
  const failed = units.flatMap((unit) => (unit.error ? [{ unit, error: unit.error }] : []));
  return {
    status: job.status,
    data_hashes_with_titles: units.flatMap((unit) =>
      unit.results.map((result) => ({
        data_hash: result.dataHash,
        title: result.name,
        backing_item_uuid: result.itemUuid,
      })),
    ),
    errors: failed.map(({ error }) => error.error),
    data_unit_errors: failed.map(({ unit, error }) => ({
      object_urls: error.objectUrls,
      error: error.error,
      subtask_uuid: unit.subtaskUuid,
      action_description: error.actionDescription,
    })),
    units_pending_count: counts.pending,
    units_done_count: counts.done,
    units_error_count: counts.error,
    units_cancelled_count: counts.cancelled,
  };
}

export const jobOperations: Operations = {
  'datasetdatalongpolling POST': { on: 'dataset', scope: 'dataset.write', kind: 'register', run: start },
  'datasetdatalongpolling GET': { on: 'dataset', scope: 'dataset.read', kind: 'poll', run: poll },
};
