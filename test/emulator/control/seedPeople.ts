/** Groups and projects of a seed. Called by seed.ts. */

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { instant, uuid } from '../shape.ts';
import type { Role } from '../store/datasets.ts';
import type { User } from '../store/users.ts';
import type { World } from '../world.ts';

const role = z.enum(['admin', 'user']);

export const groupEntry = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(''),
  uuid: uuid.optional(),
  count: z.int().min(1).default(1),
});

/** A group's role on a dataset; `group` is its uuid or its name. */
export const groupRole = z.strictObject({ group: z.string().min(1), role });

export const projectEntry = z.strictObject({
  title: z.string().min(1),
  description: z.string().default(''),
  status: z.string().default('in-progress'),
  owner: z.string().optional(),
  users: z.array(z.strictObject({ email: z.string().min(1), role })).default([]),
  /** Hashes of datasets that are there, or are made by the same seed. */
  datasets: z.array(uuid).default([]),
  uuid: uuid.optional(),
  count: z.int().min(1).default(1),
  createdAt: instant.optional(),
});

type UserOf = (email: string | undefined) => User;

function numbered(name: string, count: number): string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);
}

export function roleNumber(name: z.output<typeof role>): Role {
  return name === 'admin' ? 0 : 1;
}

/** @throws Refusal where a uuid is taken */
export function seedGroups(world: World, entries: readonly z.output<typeof groupEntry>[]): unknown[] {
  return entries.flatMap(({ name, description, uuid: given, count }) => {
    const groupHash = count === 1 ? given : undefined;
    if (groupHash !== undefined && world.groups.get(groupHash)) {
      throw new Refusal('RESOURCE_EXISTS_ERROR', `The group ${groupHash} exists already.`);
    }
    return numbered(name, count).map((each) =>
      world.groups.create({ name: each, description, groupHash, now: world.now() }),
    );
  });
}

/** @throws Refusal for a group that is not there */
export function seedGroupRoles(
  world: World,
  datasetHash: string,
  entries: readonly z.output<typeof groupRole>[],
): void {
  for (const entry of entries) {
    const group = world.groups.get(entry.group) ?? world.groups.byName(entry.group);
    if (!group) throw new Refusal('INVALID_ARGUMENTS_ERROR', `There is no group ${entry.group}.`);
    world.groups.setDatasetRole(datasetHash, group.groupHash, roleNumber(entry.role));
  }
}

/** @throws Refusal where a uuid is taken or a dataset is not there */
export function seedProjects(
  world: World,
  entries: readonly z.output<typeof projectEntry>[],
  userOf: UserOf,
): unknown[] {
  return entries.flatMap((entry) => {
    const projectHash = entry.count === 1 ? entry.uuid : undefined;
    if (projectHash !== undefined && world.projects.get(projectHash)) {
      throw new Refusal('RESOURCE_EXISTS_ERROR', `The project ${projectHash} exists already.`);
    }
    const missing = entry.datasets.find((hash) => world.datasets.get(hash) === null);
    if (missing !== undefined) {
      throw new Refusal('INVALID_ARGUMENTS_ERROR', `There is no dataset ${missing}.`);
    }
    return numbered(entry.title, entry.count).map((title) => {
      const project = world.projects.create({
        title,
        description: entry.description,
        status: entry.status,
        owner: userOf(entry.owner).userHash,
        projectHash,
        now: entry.createdAt ?? world.now(),
      });
      for (const { email, role: name } of entry.users) {
        world.projects.setRole(project.projectHash, userOf(email).userHash, roleNumber(name));
      }
      for (const hash of entry.datasets) world.projects.attach(project.projectHash, hash, project.createdAt);
      return { projectHash: project.projectHash, title };
    });
  });
}
