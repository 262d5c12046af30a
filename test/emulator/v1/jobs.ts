/** Generation C: registration into a dataset as a job, and its long poll (encord-api.md C.6, C.10). */

import { z } from 'zod';
import { accessFolder } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { shaped, uuid } from '../shape.ts';
import { dataUploadItems, toSpecs } from '../units/dataItems.ts';
import { titleOf } from '../units/spec.ts';
import type { DatasetCall, Operations } from './call.ts';

/** Seconds that the server holds one poll at most; the SDK asks for up to 60 (encord-api.md C.9). */
const MAX_POLL_SECONDS = 60;

const startPayload = z.object({
  dataItems: dataUploadItems,
  ignoreErrors: z.boolean(),
  folderUuid: uuid.nullish(),
});

/** `uid` repeats the dataset hash of the ResourceID header. */
function requireOwnUid(call: DatasetCall): void {
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
  const payload = shaped(startPayload, call.payload, 'payload');
  const { world, dataset, principal } = call;
  const folder = folderOf(call, payload.folderUuid ?? null);
  const userHash = principal.user.userHash;
  const specs = toSpecs(world, payload.dataItems, { userHash, datasetHash: dataset.datasetHash, folder });
  const job = world.jobs.create(
    {
      datasetHash: dataset.datasetHash,
      folder,
      userHash,
      ignoreErrors: payload.ignoreErrors,
      fileName: null,
      now: world.now(),
    },
    specs.map((spec) => ({ spec: JSON.stringify(spec), title: titleOf(spec) })),
  );
  world.runner.run(job);
  return { process_hash: job.uuid };
}

const pollPayload = z.object({ process_hash: uuid, timeout_seconds: z.number().min(0) });

async function poll(call: DatasetCall): Promise<unknown> {
  requireOwnUid(call);
  const payload = shaped(pollPayload, call.payload, 'payload');
  const { world } = call;
  if (world.jobs.get(payload.process_hash)?.datasetHash !== call.dataset.datasetHash) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'The dataset has no such process.');
  }
  const seconds = Math.min(payload.timeout_seconds, MAX_POLL_SECONDS);
  await world.runner.wait(payload.process_hash, seconds * 1000, call.signal);
  const job = world.jobs.get(payload.process_hash);
  const units = world.jobs.units(payload.process_hash);
  const counts = world.jobs.counts(payload.process_hash);
  const failed = units.flatMap((unit) => (unit.error ? [{ unit, error: unit.error }] : []));
  return {
    status: job?.status ?? 'ERROR',
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
