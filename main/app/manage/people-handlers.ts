/** The part of the handler map that is about people, projects and keys. Used by `main/app/manage/handlers.ts`. */

import type { CallName } from '../../../preload/contract/names.ts';
import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';

type PeopleCallName = Extract<
  CallName,
  `team.${string}` | `groups.${string}` | `projects.${string}` | `keys.${string}`
>;

export function createPeopleHandlers({ accounts, people }: Program): Pick<Handlers, PeopleCallName> {
  const active = () => accounts.active().id;
  return {
    'team.add': (input) => people.addUsers(active(), input),
    'groups.ofDataset': ({ datasetId }) => people.groupsOf(active(), datasetId),
    'groups.ofOrganisation': (input) => people.organisationGroups(active(), input),
    'groups.add': async (input) => {
      await people.addGroups(active(), input);
      return null;
    },
    'groups.remove': async (input) => {
      await people.removeGroups(active(), input);
      return null;
    },
    'projects.list': (input) => people.projects(active(), input),
    'projects.ofDataset': ({ datasetId, refresh }) => people.projectsOf(active(), datasetId, refresh),
    'projects.attach': async ({ projectId, datasetId }) => {
      await people.attach(active(), projectId, datasetId);
      return null;
    },
    'projects.detach': async ({ projectId, datasetId }) => {
      await people.detach(active(), projectId, datasetId);
      return null;
    },
    'keys.list': ({ datasetId }) => people.keys(active(), datasetId),
    'keys.create': (input) => people.createKey(active(), input),
    'keys.use': async ({ datasetId, keyHash }) => ({
      accountId: await people.useKey(active(), datasetId, keyHash),
    }),
  };
}
