/**
 * Re-encoding of a dataset's videos as a task (encord-api.md C.13). A task takes `jobDelayMs` of the emulator's time;
 * what becomes of it is decided when somebody asks after that, so that it needs nobody to run it and outlives restarts.
 */

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { shaped, uuid } from '../shape.ts';
import type { ReencodeTask } from '../store/tasks.ts';
import type { World } from '../world.ts';
import type { DatasetCall, Operations } from './call.ts';
import { readUrl } from './views.ts';

/** Rows of other datasets are ignored, as the SDK's documentation says; rows of this one must be videos. */
function start(call: DatasetCall): unknown {
  const { world, dataset } = call;
  const { data_hash } = shaped(z.object({ data_hash: z.array(uuid).min(1) }), call.payload, 'payload');
  const rows = world.items.rows(dataset.datasetHash, { dataHashes: data_hash }, world.now());
  const other = rows.find(({ item }) => item.itemType !== 'video');
  if (other) {
    throw new Refusal(
      'INVALID_ARGUMENTS_ERROR',
      `${other.row.dataHash} is no video: only those are re-encoded.`,
    );
  }
  return world.reencodeTasks.create(
    dataset.datasetHash,
    rows.map(({ row }) => row.dataHash),
    world.now() + world.settings.jobDelayMs,
  );
}

/** Ends the task if its time has come: in ERROR where one of its videos is gone by then. */
function settled(world: World, task: ReencodeTask): ReencodeTask {
  if (task.status !== 'SUBMITTED' || world.now() < task.endsAt) return task;
  return world.db.transaction(() => {
    const gone = task.dataHashes.some((hash) => world.items.row(hash) === null);
    const status = gone ? 'ERROR' : 'DONE';
    if (!gone) {
      for (const hash of task.dataHashes) world.items.touchRow(hash, task.endsAt);
    }
    world.reencodeTasks.end(task.id, status);
    return { ...task, status };
  });
}

function status(call: DatasetCall): unknown {
  const { world, dataset } = call;
  const known = world.reencodeTasks.get(shaped(z.int().min(0), call.uid, 'uid'));
  if (known?.datasetHash !== dataset.datasetHash) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'The dataset has no such task.');
  }
  const task = settled(world, known);
  if (task.status !== 'DONE') return { status: task.status };
  return {
    status: task.status,
    result: world.items
      .rows(dataset.datasetHash, { dataHashes: task.dataHashes }, null)
      .map(({ row, item }) => ({
        data_hash: row.dataHash,
        signed_url: readUrl(world, call.base, item.objectKey),
        bucket_path: item.objectKey ?? `videos/${row.dataHash}`,
      })),
  };
}

export const taskOperations: Operations = {
  'reencodevideotask PUT': { on: 'dataset', scope: 'dataset.write', run: start },
  'reencodevideotask GET': { on: 'dataset', scope: 'dataset.read', kind: 'poll', run: status },
};
