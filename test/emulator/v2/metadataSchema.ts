/** The organisation's schema of client metadata (encord-api.md C.16): its types by key. */

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { ADMIN } from '../store/datasets.ts';
import { bodyOf, type Route, type V2Call } from './route.ts';

const HINTS = ['number', 'varchar', 'text', 'boolean', 'datetime', 'uuid'] as const;

const type = z.discriminatedUnion('ty', [
  z.object({ ty: z.literal('number'), format: z.enum(['F32', 'F64']).default('F64') }),
  z.object({ ty: z.literal('boolean') }),
  z.object({ ty: z.literal('varchar'), max_length: z.int().min(0).max(8192).default(8192) }),
  z.object({ ty: z.literal('datetime'), timezone: z.literal('UTC').default('UTC') }),
  z.object({ ty: z.literal('enum'), values: z.array(z.string()).min(1).max(256) }),
  z.object({ ty: z.literal('embedding'), size: z.int().min(1).max(4096) }),
  z.object({ ty: z.literal('text') }),
  z.object({ ty: z.literal('uuid') }),
  z.object({ ty: z.literal('variant'), hint: z.enum(HINTS).default('text') }),
  z.object({ ty: z.literal('user') }),
  z.object({ ty: z.literal('tombstone') }),
]);

const key = z
  .string()
  .regex(/^(?!\$)(?=.*[\p{L}\p{N}])[\p{L}\p{N}._ -]+$/u, 'is an invalid format for a metadata key');
const schema = z.record(key, type);

const NAME = 'client-metadata-schema';

/** Null until somebody sets one. */
function get({ world }: V2Call): unknown {
  return JSON.parse(world.db.meta(NAME, () => 'null'));
}

/** Who may change it is not published: here administrators of the organisation, whose pages it concerns. */
function set(call: V2Call): unknown {
  if (call.user.organisationRole !== ADMIN) {
    throw new Refusal('AUTHORISATION_ERROR', 'Only administrators of the organisation change its schema.');
  }
  call.world.db.setMeta(NAME, JSON.stringify(bodyOf(call, schema)));
  return undefined;
}

export const metadataSchemaRoutes: readonly Route[] = [
  { method: 'GET', path: 'organisation/client-metadata-schema-v2', run: get },
  { method: 'POST', path: 'organisation/client-metadata-schema-v2', run: set },
];
