/**
 * People and groups of a dataset: the port `TeamCalls` (encord-api.md C.5). Adding people is v1 on the dataset, which a
 * dataset API key may do; groups are known to v2 alone. Encord's API neither lists nor removes people.
 */

import type { Role, TeamCalls } from '../../../core/manage/ports.ts';
import { allPages } from '../pages.ts';
import { PATIENT_MS } from '../wire.ts';
import type { ManageCalls } from './calls.ts';
import { refusedWithoutSsh } from './needs-ssh.ts';
import { nothing } from './nothing.ts';
import { addedUsers, datasetGroupPage, groupPage } from './people-schemas.ts';

/** As the dataset calls of both protocols write it; other calls write words. */
const ROLE_NUMBER: Readonly<Record<Role, 0 | 1>> = { admin: 0, user: 1 };

export function createTeamCalls({ dataset, ssh }: ManageCalls): TeamCalls {
  return {
    addUsers: (datasetId, emails, role, signal) =>
      dataset.call(
        datasetId,
        {
          query: 'datasetusers',
          method: 'POST',
          uid: datasetId,
          payload: { user_emails: emails, user_role: ROLE_NUMBER[role] },
          answer: addedUsers,
          doing: 'add people to the dataset',
          // Whoever has a role already keeps it.
          repeatable: true,
          idleMs: PATIENT_MS,
        },
        signal,
      ),

    async groups(datasetId, signal) {
      if (ssh === null) return refusedWithoutSsh('Listing the groups of a dataset');
      return allPages(
        ssh.v2,
        {
          path: ['datasets', datasetId, 'groups'],
          page: datasetGroupPage,
          doing: 'list the groups of the dataset',
        },
        signal,
      );
    },

    async organisationGroups(signal) {
      if (ssh === null) return refusedWithoutSsh("Listing the organisation's groups");
      return allPages(
        ssh.v2,
        {
          path: ['user', 'current-organisation', 'groups'],
          page: groupPage,
          doing: 'list the groups of the organisation',
        },
        signal,
      );
    },

    async addGroups(datasetId, groupIds, role, signal) {
      if (ssh === null) return refusedWithoutSsh('Adding groups to a dataset');
      return ssh.v2.call(
        {
          method: 'POST',
          path: ['datasets', datasetId, 'groups'],
          body: { groupHashList: groupIds, userRole: ROLE_NUMBER[role] },
          answer: nothing,
          doing: 'add the groups to the dataset',
          repeatable: true,
        },
        signal,
      );
    },

    async removeGroups(datasetId, groupIds, signal) {
      if (ssh === null) return refusedWithoutSsh('Removing groups from a dataset');
      return ssh.v2.call(
        {
          method: 'DELETE',
          path: ['datasets', datasetId, 'groups'],
          query: groupIds.map((id) => ['groupHashList', id] as const),
          answer: nothing,
          doing: 'remove the groups from the dataset',
          repeatable: true,
        },
        signal,
      );
    },
  };
}
