/** What a user may do with a project. Used by the v1 and v2 handlers of projects. */

import { Refusal } from '../refusal.ts';
import { ADMIN } from '../store/datasets.ts';
import type { Project } from '../store/projects.ts';
import type { User } from '../store/users.ts';
import type { World } from '../world.ts';

/**
 * The project, if the user has a role on it, and with `write` the admin role. An organisation's admin may read them all.
 * @throws Refusal
 */
export function accessProject(world: World, user: User, projectHash: string, write: boolean): Project {
  const project = world.projects.get(projectHash);
  if (!project) throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'The project does not exist.');
  const role = world.projects.role(projectHash, user.userHash);
  if (role === null && (write || user.organisationRole !== ADMIN)) {
    throw new Refusal('AUTHORISATION_ERROR', 'You have no access to this project.');
  }
  if (write && role !== ADMIN) {
    throw new Refusal('AUTHORISATION_ERROR', 'Your role on this project does not allow this.');
  }
  return project;
}
