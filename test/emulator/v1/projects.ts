/** Attaching datasets to a project and detaching them (encord-api.md C.5): admin rights are needed on both sides. */

import { z } from 'zod';
import { accessDataset } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { shaped, uuid } from '../shape.ts';
import type { Operations, ProjectCall } from './call.ts';

const hashes = z.array(uuid).min(1);

function administered(call: ProjectCall, datasetHashes: readonly string[]): readonly string[] {
  return datasetHashes.map(
    (hash) => accessDataset(call.world, call.principal, hash, 'dataset.write').datasetHash,
  );
}

/** A dataset that is attached already stays so. All or none. */
function attach(call: ProjectCall): unknown {
  const { world, project } = call;
  const { dataset_hashes } = shaped(z.object({ dataset_hashes: hashes }), call.payload, 'payload');
  const datasets = administered(call, dataset_hashes);
  world.db.transaction(() => {
    for (const hash of datasets) world.projects.attach(project.projectHash, hash, world.now());
  });
  return true;
}

/** One that is not attached is an error, as the SDK says of the same call. All or none. */
function detach(call: ProjectCall): unknown {
  const { world, project } = call;
  const datasets = administered(call, shaped(hashes, call.uid, 'uid'));
  const foreign = datasets.find((hash) => !world.projects.uses(project.projectHash, hash));
  if (foreign !== undefined) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', `The project does not use the dataset ${foreign}.`);
  }
  world.db.transaction(() => {
    for (const hash of datasets) world.projects.detach(project.projectHash, hash, world.now());
  });
  return true;
}

export const projectOperations: Operations = {
  'projectdataset POST': { on: 'project', run: attach },
  'projectdataset DELETE': { on: 'project', run: detach },
};
