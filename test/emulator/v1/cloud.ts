/** Cloud integrations of a dataset's user, and the synchronous registration of bucket data (encord-api.md C.9). */

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { shaped, uuid } from '../shape.ts';
import { readCloudFile } from '../units/cloudFile.ts';
import type { DatasetCall, Operations } from './call.ts';
import { beginJob, requireOwnUid } from './jobs.ts';

/** Milliseconds for which one look at the job lasts; the call itself has no end but the job's. */
const LOOK_MS = 60_000;

const payloadSchema = z.strictObject({
  integration_id: uuid,
  ignore_errors: z.boolean(),
  files: z.unknown(),
});

/** A static dataset has no folder here: the call is older than folders, so one is kept for it. */
async function add(call: DatasetCall): Promise<unknown> {
  requireOwnUid(call);
  const payload = shaped(payloadSchema, call.payload, 'payload');
  const { world, dataset } = call;
  const items = readCloudFile(payload.files);
  const folder =
    dataset.backingFolder ??
    world.folders.ensureRoot(`Files of dataset ${dataset.datasetHash}`, dataset.owner, world.now()).uuid;
  const job = beginJob(call, items, {
    folder,
    integration: payload.integration_id,
    ignoreErrors: payload.ignore_errors,
    fileName: null,
  });
  while (world.jobs.get(job)?.status === 'PENDING' && !call.signal.aborted) {
    await world.runner.wait(job, LOOK_MS, call.signal);
    if (!world.runner.isRunning(job)) break;
  }
  const units = world.jobs.units(job);
  if (world.jobs.get(job)?.status !== 'DONE') {
    const errors = units.flatMap((unit) => unit.error?.error ?? []);
    throw new Refusal('INVALID_ARGUMENTS_ERROR', errors.join(' ') || 'The data was not registered.');
  }
  return {
    dataset_data_info: units.flatMap((unit) =>
      unit.results.map((result) => ({ data_hash: result.dataHash, title: result.name })),
    ),
  };
}

export const cloudOperations: Operations = {
  'cloudintegration GET': {
    on: 'dataset',
    scope: 'dataset.read',
    run: ({ world, principal }) =>
      world.users.integrations(principal.user.userHash).map(({ uuid: id, title }) => ({ id, title })),
  },
  'datasetdata POST': { on: 'dataset', scope: 'dataset.write', kind: 'register', run: add },
};
