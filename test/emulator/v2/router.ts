/**
 * The v2 protocol: REST below `/v2/public/`, message signatures or bearer tokens, FastAPI-like errors
 * (encord-api.md A, B.3, E.2). Called by server.ts.
 */

import type { IncomingMessage } from 'node:http';
import { authenticateV2 } from '../auth/authenticate.ts';
import type { FaultKind } from '../control/faults.ts';
import { header, jsonReply, type Reply } from '../http.ts';
import { BadShape, Refusal } from '../refusal.ts';
import { collectTitles } from '../v1/dispatch.ts';
import type { World } from '../world.ts';
import { cloudFolderRoutes } from './cloudFolders.ts';
import { datasetRoutes } from './datasets.ts';
import { deidentificationRoutes } from './deidentification.ts';
import { folderChangeRoutes } from './folderChanges.ts';
import { folderGroupRoutes } from './folderGroups.ts';
import { folderRoutes } from './folders.ts';
import { groupRoutes } from './groups.ts';
import { itemChangeRoutes } from './itemChanges.ts';
import { itemRoutes } from './items.ts';
import { itemWorkRoutes } from './itemWork.ts';
import { metadataSchemaRoutes } from './metadataSchema.ts';
import { projectRoutes } from './projects.ts';
import type { Route } from './route.ts';
import { uploadRoutes } from './uploads.ts';
import { userRoutes } from './user.ts';

export const V2_PREFIX = '/v2/public/';

const ROUTES = [
  ...userRoutes,
  ...datasetRoutes,
  ...groupRoutes,
  ...projectRoutes,
  ...uploadRoutes,
  ...deidentificationRoutes,
  ...folderRoutes,
  ...folderChangeRoutes,
  ...folderGroupRoutes,
  ...cloudFolderRoutes,
  ...itemRoutes,
  ...itemChangeRoutes,
  ...itemWorkRoutes,
  ...metadataSchemaRoutes,
].map((route) => ({
  route,
  parts: route.path.split('/'),
}));

export interface V2Request {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly base: string;
  readonly signal: AbortSignal;
}

interface Match {
  readonly route: Route;
  readonly params: string[];
}

/** Routes whose path fits, whatever their method; fixed parts win over variable ones. */
function matches(path: string): Match[] {
  const given = path.slice(V2_PREFIX.length).split('/');
  const found = ROUTES.filter(
    ({ parts }) =>
      parts.length === given.length && parts.every((part, i) => part === '*' || part === given[i]),
  );
  const fixed = Math.max(0, ...found.map(({ parts }) => parts.filter((part) => part !== '*').length));
  return found
    .filter(({ parts }) => parts.filter((part) => part !== '*').length === fixed)
    .map(({ route, parts }) => ({
      route,
      params: given.filter((_, i) => parts[i] === '*').map((part) => decodeURIComponent(part)),
    }));
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

/** Which faults a request answers to, its titles, and the job that it is about. */
export function v2Subject(
  request: IncomingMessage,
  body: Buffer,
): { kinds: FaultKind[]; titles: () => string[]; job: string | null } {
  const match = matches(pathOf(request)).find(({ route }) => route.method === request.method);
  const kind = match?.route.kind;
  return {
    kinds: kind ? [kind, 'api'] : ['api'],
    titles: () => {
      try {
        return collectTitles(JSON.parse(body.toString('utf8')));
      } catch {
        return [];
      }
    },
    job: kind === 'poll' ? (match?.params[1] ?? null) : null,
  };
}

/** Answers a v2 request; never throws for what a client can cause. */
export async function answerV2(v2: V2Request): Promise<Reply> {
  try {
    const value = await perform(v2);
    return value === undefined ? { status: 204 } : jsonReply(200, value);
  } catch (error) {
    if (error instanceof MethodMissing) {
      return jsonReply(405, { detail: 'Method Not Allowed' }, { Allow: error.allowed.join(', ') });
    }
    if (error instanceof RouteMissing) return jsonReply(404, { detail: 'Not Found' });
    if (error instanceof BadShape) return jsonReply(422, { detail: error.detail });
    if (error instanceof Refusal)
      return jsonReply(error.code === 'SSH_KEY_NOT_FOUND_ERROR' ? 401 : error.status, {
        message: error.message,
      });
    throw error;
  }
}

class RouteMissing extends Error {}
class MethodMissing extends Error {
  readonly allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    super();
    this.allowed = allowed;
  }
}

async function perform(v2: V2Request): Promise<unknown> {
  const { world, request, body } = v2;
  const found = matches(pathOf(request));
  if (found.length === 0) throw new RouteMissing();
  const match = found.find(({ route }) => route.method === request.method);
  if (!match) throw new MethodMissing(found.map(({ route }) => route.method));
  const user = authenticateV2(world, request, body);
  if (match.route.signedOnly && header(request, 'signature') === undefined) {
    throw new Refusal('AUTHENTICATION_ERROR', 'This call must be signed with the SSH key.');
  }
  return match.route.run({
    world,
    user,
    params: match.params,
    query: new URLSearchParams((request.url ?? '').split('?').slice(1).join('?')),
    body: parseBody(request, body),
    base: v2.base,
    signal: v2.signal,
  });
}

function parseBody(request: IncomingMessage, body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!/^application\/json\b/i.test(header(request, 'content-type') ?? '')) {
    throw new BadShape([
      { loc: ['header', 'content-type'], msg: 'must be application/json', type: 'value_error' },
    ]);
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new BadShape([{ loc: ['body'], msg: 'JSON decode error', type: 'json_invalid' }]);
  }
}
