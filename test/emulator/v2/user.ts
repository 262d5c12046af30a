/** Who am I, bearer tokens, cloud integrations (encord-api.md B.4, C.9). */

import { z } from 'zod';
import { queryBool, uuid } from '../shape.ts';
import { ADMIN } from '../store/datasets.ts';
import { queryOf, type Route, type V2Call } from './route.ts';

function bearerToken({ world, user }: V2Call): unknown {
  return { token: world.users.issueToken(user.userHash, world.now()) };
}

const integrationsQuery = z.object({
  filterIntegrationUuids: z.array(uuid).optional(),
  filterIntegrationTitles: z.array(z.string()).optional(),
  includeOrgAccess: queryBool.default(false),
});

function integrations(call: V2Call): unknown {
  const { world, user } = call;
  const query = queryOf(call, integrationsQuery, ['filterIntegrationUuids', 'filterIntegrationTitles']);
  const all = query.includeOrgAccess && user.organisationRole === ADMIN;
  return {
    result: world.users
      .integrations(user.userHash, all)
      .filter((found) => query.filterIntegrationUuids?.includes(found.uuid) ?? true)
      .filter((found) => query.filterIntegrationTitles?.includes(found.title) ?? true)
      .map(({ uuid: integrationUuid, title }) => ({ integrationUuid, title })),
  };
}

export const userRoutes: readonly Route[] = [
  { method: 'GET', path: 'user/bearer-token', kind: 'sign-in', signedOnly: true, run: bearerToken },
  // The path before November 2024, which SDK 0.1.137 uses.
  { method: 'GET', path: 'user/bearer_token', kind: 'sign-in', signedOnly: true, run: bearerToken },
  {
    method: 'GET',
    path: 'user/current',
    kind: 'sign-in',
    run: ({ user }) => ({ userEmail: user.email, userHash: user.userHash }),
  },
  {
    method: 'GET',
    path: 'user/current-organisation/info',
    kind: 'sign-in',
    run: ({ user }) => ({ userRole: user.organisationRole }),
  },
  { method: 'GET', path: 'cloud-integrations', run: integrations },
];
