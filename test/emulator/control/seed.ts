/** `POST /__emulator/seed`: users, roles, groups, folders, datasets, API keys, rows, projects and integrations in bulk. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { publicHexOfOpenSsh } from '../auth/keys.ts';
import { Refusal } from '../refusal.ts';
import { instant, uuid } from '../shape.ts';
import { ITEM_TYPES } from '../store/items.ts';
import type { User } from '../store/users.ts';
import { ensureRow } from '../units/register.ts';
import { createDataset } from '../v1/datasets.ts';
import type { World } from '../world.ts';
import { bucketObject, putObject } from './seedBuckets.ts';
import {
  groupEntry,
  groupRole,
  projectEntry,
  seedGroupRoles,
  seedGroups,
  seedProjects,
} from './seedPeople.ts';

const role = z.enum(['admin', 'user']);
const member = z.strictObject({ email: z.string().min(1), role });
const apiKey = z.strictObject({
  title: z.string().default('API key'),
  scopes: z.array(z.enum(['dataset.read', 'dataset.write'])).default(['dataset.read', 'dataset.write']),
  key: z.string().min(1).optional(),
});
/** Rows without stored bytes, for lists and filters. `title` gets a number appended when there is more than one. */
const rowBlock = z.strictObject({
  count: z.int().min(1).default(1),
  title: z.string().default('row'),
  itemType: z.enum(ITEM_TYPES).default('image'),
  mimeType: z.string().nullable().default(null),
  fileSize: z.int().min(0).default(1000),
  width: z.int().nullable().default(null),
  height: z.int().nullable().default(null),
  createdAt: instant.optional(),
  clientMetadata: z.record(z.string(), z.unknown()).default({}),
});

export const seedSchema = z.strictObject({
  users: z
    .array(
      z.strictObject({
        email: z.string().min(1),
        publicKey: z.string().optional(),
        organisationRole: role.optional(),
      }),
    )
    .default([]),
  integrations: z
    .array(
      z.strictObject({
        title: z.string(),
        /** Of an integration that is there already: its bucket gets more objects. */
        uuid: uuid.optional(),
        owner: z.string().optional(),
        objects: z.array(bucketObject).default([]),
      }),
    )
    .default([]),
  folders: z
    .array(
      z.strictObject({
        uuid: uuid.optional(),
        name: z.string().min(1),
        parent: uuid.optional(),
        owner: z.string().optional(),
        users: z.array(member).default([]),
        items: z.array(rowBlock).default([]),
      }),
    )
    .default([]),
  datasets: z
    .array(
      z.strictObject({
        datasetHash: uuid.optional(),
        title: z.string().min(1),
        description: z.string().default(''),
        /** StorageLocation: 0 Encord, 1 AWS, 2 GCP, 3 Azure, 4 S3 compatible. */
        type: z.int().min(0).max(4).default(0),
        mirrored: z.boolean().default(false),
        count: z.int().min(1).default(1),
        owner: z.string().optional(),
        users: z.array(member).default([]),
        groups: z.array(groupRole).default([]),
        apiKeys: z.array(apiKey).default([]),
        rows: z.array(rowBlock).default([]),
        createdAt: instant.optional(),
      }),
    )
    .default([]),
  groups: z.array(groupEntry).default([]),
  projects: z.array(projectEntry).default([]),
});

export type Seed = z.output<typeof seedSchema>;

/** Users that are named but unknown are made. Without an owner the first user owns it, or `admin@emulator.invalid`. */
class Seeding {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  user(email: string | undefined): User {
    const { users } = this.#world;
    if (email === undefined) {
      const first = users.first();
      if (first) return first;
    }
    return users.ensure(email ?? 'admin@emulator.invalid', this.#world.now());
  }

  /** @throws Refusal, before a constraint of the database would, in words */
  #absent(what: string, found: unknown): void {
    if (found) throw new Refusal('RESOURCE_EXISTS_ERROR', `${what} exists already.`);
  }

  users(seed: Seed): unknown[] {
    return seed.users.map((entry) => {
      const user = this.user(entry.email);
      if (entry.organisationRole) {
        this.#world.users.setOrganisationRole(user.userHash, entry.organisationRole === 'admin' ? 0 : 1);
      }
      if (entry.publicKey !== undefined) addKey(this.#world, entry.publicKey, user);
      return { email: user.email, userHash: user.userHash };
    });
  }

  integrations(seed: Seed): unknown[] {
    return seed.integrations.map((entry) => {
      const world = this.#world;
      const owner = entry.owner === undefined ? null : this.user(entry.owner).userHash;
      const made = world.users.ensureIntegration(entry.title, owner, entry.uuid ?? randomUUID());
      for (const object of entry.objects) putObject(world, made.uuid, object);
      return made;
    });
  }

  folders(seed: Seed): unknown[] {
    return seed.folders.map((entry) => {
      const { folders } = this.#world;
      const owner = this.user(entry.owner);
      if (entry.parent !== undefined && !folders.get(entry.parent)) {
        throw new Refusal('INVALID_ARGUMENTS_ERROR', `There is no folder ${entry.parent}.`);
      }
      if (entry.uuid !== undefined) this.#absent(`The folder ${entry.uuid}`, folders.get(entry.uuid));
      const folder = folders.create({
        uuid: entry.uuid,
        name: entry.name,
        description: '',
        parent: entry.parent ?? null,
        clientMetadata: null,
        owner: owner.userHash,
        now: this.#world.now(),
      });
      for (const { email, role: name } of entry.users) {
        folders.setRole(folder.uuid, this.user(email).userHash, name === 'admin' ? 0 : 1);
      }
      const items = entry.items.flatMap((block) => this.#items(folder.uuid, owner.userHash, block));
      return { uuid: folder.uuid, name: folder.name, items: items.length };
    });
  }

  datasets(seed: Seed): unknown[] {
    return seed.datasets.flatMap((entry) =>
      Array.from({ length: entry.count }, (_, i) =>
        this.#dataset(entry, entry.count === 1 ? '' : ` ${i + 1}`),
      ),
    );
  }

  #dataset(entry: Seed['datasets'][number], suffix: string): unknown {
    const world = this.#world;
    const owner = this.user(entry.owner);
    if (entry.datasetHash !== undefined && suffix === '') {
      this.#absent(`The dataset ${entry.datasetHash}`, world.datasets.get(entry.datasetHash));
    }
    for (const { key } of entry.apiKeys) {
      if (key !== undefined) this.#absent('An API key of the seed', world.datasets.apiKey(key));
    }
    const dataset = createDataset(world, owner.userHash, {
      title: entry.title + suffix,
      description: entry.description,
      type: entry.type,
      mirrored: entry.mirrored,
      datasetHash: suffix === '' ? entry.datasetHash : undefined,
      now: entry.createdAt ?? world.now(),
    });
    for (const { email, role: name } of entry.users) {
      world.datasets.setRole(dataset.datasetHash, this.user(email).userHash, name === 'admin' ? 0 : 1);
    }
    seedGroupRoles(world, dataset.datasetHash, entry.groups);
    const keys = entry.apiKeys.map((key) =>
      world.datasets.addApiKey({
        datasetHash: dataset.datasetHash,
        title: key.title,
        scopes: key.scopes,
        userHash: owner.userHash,
        now: world.now(),
        apiKey: key.key,
      }),
    );
    let rows = 0;
    for (const block of entry.rows) {
      const folder =
        dataset.backingFolder ??
        world.folders.ensureRoot(`Files of dataset ${dataset.datasetHash}`, owner.userHash, world.now()).uuid;
      for (const item of this.#items(folder, owner.userHash, block)) {
        ensureRow(world, dataset, item, undefined);
        rows += 1;
      }
    }
    return {
      datasetHash: dataset.datasetHash,
      title: dataset.title,
      backingFolderUuid: dataset.backingFolder,
      apiKeys: keys.map((key) => ({ key: key.apiKey, title: key.title, scopes: key.scopes })),
      rows,
    };
  }

  #items(folder: string, owner: string, block: z.output<typeof rowBlock>) {
    const world = this.#world;
    const now = block.createdAt ?? world.now();
    const clientMetadata = JSON.stringify(block.clientMetadata);
    return Array.from({ length: block.count }, (_, i) =>
      world.items.add({
        grantId: null,
        folder,
        itemType: block.itemType,
        name: block.count === 1 ? block.title : `${block.title}-${String(i + 1).padStart(6, '0')}`,
        clientMetadata,
        owner,
        isFrame: false,
        objectKey: null,
        fileSize: block.fileSize,
        mimeType: block.mimeType,
        width: block.width,
        height: block.height,
        fps: null,
        duration: null,
        frameCount: null,
        details: {},
        now,
        visibleAt: now,
      }),
    );
  }
}

/**
 * Registers an OpenSSH public key for a user.
 * @throws Refusal when the line is malformed or the key belongs to somebody else
 */
export function addKey(world: World, publicKey: string, user: User): void {
  let publicHex: string;
  try {
    publicHex = publicHexOfOpenSsh(publicKey);
  } catch (error) {
    throw new Refusal(
      'INVALID_ARGUMENTS_ERROR',
      error instanceof Error ? error.message : 'The key is malformed.',
    );
  }
  if (!world.users.addKey(publicHex, user.userHash)) {
    throw new Refusal('DUPLICATE_SSH_KEY_ERROR', 'The key is registered for another user.');
  }
}

/** All or nothing. @throws Refusal */
export function seed(world: World, input: Seed): unknown {
  return world.db.transaction(() => {
    const seeding = new Seeding(world);
    return {
      users: seeding.users(input),
      groups: seedGroups(world, input.groups),
      integrations: seeding.integrations(input),
      folders: seeding.folders(input),
      datasets: seeding.datasets(input),
      projects: seedProjects(world, input.projects, (email) => seeding.user(email)),
    };
  });
}
