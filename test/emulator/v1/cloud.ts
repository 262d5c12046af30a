/** Cloud integrations that a dataset's user can see (encord-api.md C.9). */

import type { Operations } from './call.ts';

export const cloudOperations: Operations = {
  'cloudintegration GET': {
    on: 'dataset',
    scope: 'dataset.read',
    run: ({ world, principal }) =>
      world.users.integrations(principal.user.userHash).map(({ uuid, title }) => ({ id: uuid, title })),
  },
};
