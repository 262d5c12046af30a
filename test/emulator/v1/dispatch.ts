/**
 * The v1 protocol: one POST endpoint for a resource and one for the user, the operation named in the body, and an
 * envelope around every answer (encord-api.md A, E.1). Called by server.ts.
 */

import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { authenticateV1 } from '../auth/authenticate.ts';
import { accessDataset } from '../auth/principal.ts';
import { accessProject } from '../auth/projectAccess.ts';
import type { FaultKind } from '../control/faults.ts';
import { header, jsonReply, type Reply } from '../http.ts';
import { BadShape, Refusal, statusOfName } from '../refusal.ts';
import { isUuid, shaped, uuid } from '../shape.ts';
import type { World } from '../world.ts';
import { apiKeyOperations } from './apiKeys.ts';
import type { Operation, Operations } from './call.ts';
import { cloudOperations } from './cloud.ts';
import { datasetOperations } from './datasets.ts';
import { jobOperations } from './jobs.ts';
import { legacyOperations } from './legacy.ts';
import { projectOperations } from './projects.ts';
import { rowOperations } from './rows.ts';
import { taskOperations } from './tasks.ts';

const OPERATIONS: Operations = {
  ...datasetOperations,
  ...apiKeyOperations,
  ...legacyOperations,
  ...jobOperations,
  ...cloudOperations,
  ...rowOperations,
  ...taskOperations,
  ...projectOperations,
};

const requestBody = z.object({
  query_type: z.string(),
  query_method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
  values: z
    .looseObject({})
    .refine((values) => 'uid' in values && 'payload' in values, 'uid and payload are required'),
});

export interface V1Request {
  readonly world: World;
  readonly request: IncomingMessage;
  /** `/public` or `/public/user`. */
  readonly path: '/public' | '/public/user';
  readonly body: Buffer;
  readonly base: string;
  readonly signal: AbortSignal;
}

/** The envelope of an error. */
export function v1Error(name: string, message: string, status = statusOfName(name)): Reply {
  return jsonReply(status, { status, response: [name], ...(message === '' ? {} : { payload: message }) });
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Which faults a request answers to, and the titles in it; asked before it is looked at in earnest. */
export function v1Subject(body: Buffer): { kinds: FaultKind[]; titles: () => string[]; job: string | null } {
  const parsed = requestBody.safeParse(parseBody(body));
  if (!parsed.success) return { kinds: ['api'], titles: () => [], job: null };
  const { query_type, query_method, values } = parsed.data;
  const kind = OPERATIONS[`${query_type} ${query_method}`]?.kind;
  const payload = values.payload;
  const job =
    typeof payload === 'object' && payload !== null && 'process_hash' in payload
      ? payload.process_hash
      : null;
  return {
    kinds: kind ? [kind, 'api'] : ['api'],
    titles: () => collectTitles([values.uid, payload]),
    job: typeof job === 'string' ? job : null,
  };
}

/** Every string that may be a title or name, or an id that stands for one. */
export function collectTitles(value: unknown): string[] {
  const found: string[] = [];
  const visit = (part: unknown): void => {
    if (typeof part === 'string') found.push(part);
    else if (Array.isArray(part)) part.forEach(visit);
    else if (typeof part === 'object' && part !== null) Object.values(part).forEach(visit);
  };
  visit(value);
  return found;
}

/** Answers a v1 request; never throws for what a client can cause. */
export async function answerV1(v1: V1Request): Promise<Reply> {
  try {
    return jsonReply(200, { status: 200, response: await perform(v1) });
  } catch (error) {
    if (error instanceof Refusal) return v1Error(error.code, error.message);
    if (error instanceof BadShape) return v1Error('INVALID_ARGUMENTS_ERROR', error.message);
    throw error;
  }
}

async function perform(v1: V1Request): Promise<unknown> {
  const { world, request, body } = v1;
  if (request.method !== 'POST') throw new Refusal('METHOD_NOT_ALLOWED_ERROR', 'v1 takes POST only.');
  const principal = authenticateV1(world, request, body);
  if (!/^application\/json\b/i.test(header(request, 'content-type') ?? '')) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'Content-Type must be application/json.');
  }
  const { query_type, query_method, values } = shaped(requestBody, parseBody(body), 'body');
  const operation: Operation | undefined = OPERATIONS[`${query_type} ${query_method}`];
  if (operation === undefined || (operation.on === 'user') !== (v1.path === '/public/user')) {
    throw new Refusal(
      'METHOD_NOT_ALLOWED_ERROR',
      `${query_method} of ${query_type} is not an operation of ${v1.path}.`,
    );
  }
  const call = {
    world,
    principal,
    uid: values.uid,
    payload: values.payload,
    base: v1.base,
    signal: v1.signal,
  };
  if (operation.on === 'user') {
    if (principal.apiKey) throw new Refusal('AUTHENTICATION_ERROR', 'An API key cannot act for a user.');
    return operation.run(call);
  }
  const resource = header(request, 'resourceid')?.trim();
  if (!resource) throw new Refusal('INVALID_ARGUMENTS_ERROR', 'The ResourceID header is required.');
  // Without a type it is a dataset, as the API documentation has it.
  const type = header(request, 'resourcetype')?.trim() || 'dataset';
  if (type !== operation.on) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', `${query_type} is not an operation on a ${type}.`);
  }
  if (!isUuid(resource)) throw new Refusal('RESOURCE_NOT_FOUND_ERROR', `The ${type} does not exist.`);
  if (operation.on === 'project') {
    if (principal.apiKey) throw new Refusal('AUTHORISATION_ERROR', 'This API key belongs to a dataset.');
    const project = accessProject(world, principal.user, shaped(uuid, resource, 'header'), true);
    return operation.run({ ...call, project });
  }
  const dataset = accessDataset(world, principal, shaped(uuid, resource, 'header'), operation.scope);
  return operation.run({ ...call, dataset });
}
