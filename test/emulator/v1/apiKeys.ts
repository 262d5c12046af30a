/** Dataset API keys (encord-api.md C.4) and the probe of a key (B.1). */

import { z } from 'zod';
import { accessDataset } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { shaped, uuid } from '../shape.ts';
import type { ApiKey } from '../store/datasets.ts';
import type { DatasetCall, Operations, V1Call } from './call.ts';

const SCOPES = ['dataset.read', 'dataset.write'] as const;

/** A list, or a string that holds one as JSON: the documentation's Node and cURL samples differ (C.4). */
const scopes = z
  .union([
    z.array(z.string()),
    z.string().transform((value, context) => {
      try {
        return z.array(z.string()).parse(JSON.parse(value));
      } catch {
        context.addIssue({ code: 'custom', message: 'scopes must be a list, or a JSON string of a list' });
        return z.NEVER;
      }
    }),
  ])
  .pipe(z.array(z.enum(SCOPES)).min(1));

function view(key: ApiKey): Record<string, unknown> {
  return {
    resource_hash: key.datasetHash,
    api_key: key.apiKey,
    title: key.title,
    key_hash: key.keyHash,
    scopes: key.scopes,
  };
}

function administered(call: V1Call): string {
  const { dataset_hash } = shaped(z.object({ dataset_hash: uuid }), call.payload, 'payload');
  accessDataset(call.world, call.principal, dataset_hash, 'dataset.write');
  return dataset_hash;
}

function create(call: V1Call): unknown {
  const datasetHash = administered(call);
  const payload = shaped(z.object({ title: z.string(), scopes }), call.payload, 'payload');
  const { world, principal } = call;
  return view(
    world.datasets.addApiKey({
      datasetHash,
      title: payload.title,
      scopes: [...new Set(payload.scopes)],
      userHash: principal.user.userHash,
      now: world.now(),
    }),
  );
}

function list(call: V1Call): unknown {
  return call.world.datasets.apiKeys(administered(call)).map(view);
}

function master(call: V1Call): unknown {
  const datasetHash = administered(call);
  const { world, principal } = call;
  const found = world.datasets.masterKey(datasetHash);
  return view(
    found ??
      world.datasets.addApiKey({
        datasetHash,
        title: 'Master key',
        scopes: SCOPES,
        userHash: principal.user.userHash,
        now: world.now(),
        master: true,
      }),
  );
}

function meta(call: DatasetCall): unknown {
  const { apiKey } = call.principal;
  if (!apiKey) throw new Refusal('OPERATION_NOT_ALLOWED', 'Only an API key can be asked what it belongs to.');
  return { title: apiKey.title, resource_type: 'dataset' };
}

export const apiKeyOperations: Operations = {
  'datasetapikey POST': { on: 'user', run: create },
  'datasetapikey GET': { on: 'user', run: list },
  'datasetapikey PUT': { on: 'user', run: master },
  'apikeymeta GET': { on: 'dataset', scope: 'any', kind: 'sign-in', run: meta },
};
