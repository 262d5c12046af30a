/**
 * What is done with storage items beyond changing them: re-encoding, grouping, re-pointing to another bucket
 * (encord-api.md C.13, C.16).
 */

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { accessFolder, accessIntegration, accessItem } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { jsonObject, uuid } from '../shape.ts';
import type { Item } from '../store/items.ts';
import type { Reencoding } from '../store/reencodings.ts';
import { bucketUrl, storageOf } from '../units/bucketUrl.ts';
import { enterMirrors } from '../units/mirrors.ts';
import { visibleAt, type World } from '../world.ts';
import { writableItem } from './itemChanges.ts';
import { bodyOf, MAX_PAGE_SIZE, pathUuid, type Route, type V2Call } from './route.ts';

const reencodeBody = z.object({
  storageItems: z.array(uuid).min(1),
  processTitle: z.string().min(1),
  forceFullReencoding: z.boolean(),
});

/** The process takes as long as a job does, by the emulator's own clock. */
function reencode(call: V2Call): unknown {
  const { world, user } = call;
  const { storageItems, processTitle } = bodyOf(call, reencodeBody);
  for (const id of storageItems) {
    const item = writableItem(world, user, id);
    if (item.itemType !== 'video') {
      throw new Refusal('INVALID_ARGUMENTS_ERROR', `Only videos can be re-encoded: ${item.name} is none.`);
    }
  }
  return world.reencodings.create({
    userHash: user.userHash,
    title: processTitle,
    items: storageItems,
    endsAt: world.now() + world.settings.jobDelayMs,
  });
}

/** What of the process is on disk, brought up to the present: a video that was deleted meanwhile is an error. */
function settled(world: World, process: Reencoding): Reencoding {
  if (process.status !== 'submitted' || world.now() < process.endsAt) return process;
  const status = process.items.every((id) => world.items.get(id)) ? 'done' : 'error';
  world.db.transaction(() => {
    world.reencodings.end(process.uuid, status);
    if (status === 'done') for (const id of process.items) world.storageEdits.touchItem(id, process.endsAt);
  });
  return { ...process, status };
}

function reencodeStatus(call: V2Call): unknown {
  const { world, user } = call;
  const found = world.reencodings.get(pathUuid(call, 0));
  if (found?.userHash !== user.userHash) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'There is no such process, or it is not yours.');
  }
  const process = settled(world, found);
  const result = process.items.flatMap((id) => {
    const item = world.items.get(id);
    return item ? [{ itemUuid: id, url: item.objectKey, signedUrl: null }] : [];
  });
  return { status: process.status, result: process.status === 'done' ? result : null };
}

const groupCommon = { name: z.string().min(1).nullish(), clientMetadata: jsonObject.nullish() };
const groupBody = z
  .array(
    z.discriminatedUnion('layoutType', [
      z.object({
        layoutType: z.enum(['default-grid', 'default-list']),
        layoutContents: z.array(uuid).min(1),
        ...groupCommon,
      }),
      z.object({
        layoutType: z.literal('custom'),
        layoutContents: z.record(z.string(), uuid),
        layout: jsonObject,
        settings: jsonObject.nullish(),
        ...groupCommon,
      }),
    ]),
  )
  .min(1);

/** Data groups are items of their own and, in a mirrored dataset's folder, rows; their parts stay what they are. */
function createGroups(call: V2Call): unknown {
  const { world, user } = call;
  const folder = accessFolder(world, user, pathUuid(call, 0), true);
  const groups = bodyOf(call, groupBody);
  return world.db.transaction(() =>
    groups.map((group) => {
      const parts = Object.values(group.layoutContents).map((id) => partOf(call, id));
      if (parts.length === 0) throw new Refusal('INVALID_ARGUMENTS_ERROR', 'A group needs items.');
      const item = world.items.add({
        grantId: null,
        folder: folder.uuid,
        itemType: 'group',
        name: group.name ?? `group-${randomBytes(4).toString('hex')}`,
        clientMetadata: JSON.stringify(group.clientMetadata ?? {}),
        owner: user.userHash,
        isFrame: false,
        objectKey: null,
        fileSize: null,
        mimeType: null,
        width: null,
        height: null,
        fps: null,
        duration: null,
        frameCount: null,
        details: {},
        now: world.now(),
        visibleAt: visibleAt(world),
      });
      world.items.addChildren(
        item.uuid,
        parts.map((part) => part.uuid),
      );
      enterMirrors(world, item, folder.uuid);
      return item.uuid;
    }),
  );
}

function partOf({ world, user }: V2Call, id: string): Item {
  const item = accessItem(world, user, id);
  if (item.itemType === 'group') {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', `${item.name} is a data group, and these hold no others.`);
  }
  return item;
}

const migrateBody = z.object({
  urlsMap: z.record(z.string(), bucketUrl.nullable()).nullish(),
  itemsMap: z.record(uuid, bucketUrl.nullable()).nullish(),
  fromIntegrationHash: uuid.nullish(),
  toIntegrationHash: uuid.nullish(),
  validateAccess: z.boolean().default(false),
  skipMissing: z.boolean().default(false),
});

/** Uuids of the items that were re-pointed; all or none. What is mapped to null stays as it is. */
function migrate(call: V2Call): unknown {
  const { world, user } = call;
  const body = bodyOf(call, migrateBody);
  const urls = Object.entries(body.urlsMap ?? {});
  const items = Object.entries(body.itemsMap ?? {});
  if (urls.length + items.length === 0) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', 'Give urlsMap or itemsMap.');
  }
  if (urls.length + items.length > MAX_PAGE_SIZE) {
    throw new Refusal('INVALID_ARGUMENTS_ERROR', `At most ${MAX_PAGE_SIZE} at a time.`);
  }
  const to = body.toIntegrationHash ? accessIntegration(world, user, body.toIntegrationHash) : null;
  const from = body.fromIntegrationHash ? accessIntegration(world, user, body.fromIntegrationHash) : null;
  const isFrom = (item: Item): boolean => from === null || item.details.integrationHash === from;
  return world.db.transaction(() => {
    const moved: string[] = [];
    const repoint = (found: readonly Item[], named: string, url: string | null): void => {
      const fitting = found.filter(
        (item) => typeof item.details.integrationHash === 'string' && isFrom(item),
      );
      if (fitting.length === 0 && !body.skipMissing) {
        throw new Refusal('INVALID_ARGUMENTS_ERROR', `No item of yours is at ${named}.`);
      }
      if (url === null) return;
      for (const item of fitting) {
        const integration = to ?? String(item.details.integrationHash);
        if (body.validateAccess && !world.buckets.get(integration, url)) {
          throw new Refusal('INVALID_ARGUMENTS_ERROR', `The integration finds no object ${url}.`);
        }
        const details = { ...item.details, storageLocation: storageOf(url), integrationHash: integration };
        world.storageEdits.repointItem(item.uuid, url, details, world.now());
        moved.push(item.uuid);
      }
    };
    for (const [old, url] of urls) repoint(writableAt(call, old), old, url);
    for (const [id, url] of items) repoint([writableItem(world, user, id)], id, url);
    return moved;
  });
}

/** Items at a URL in folders that the user administers. */
function writableAt({ world, user }: V2Call, url: string): Item[] {
  return world.cloudFolders.itemsAt(url).flatMap((id) => {
    try {
      return [writableItem(world, user, id)];
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  });
}

export const itemWorkRoutes: readonly Route[] = [
  { method: 'POST', path: 'storage/items/reencode', run: reencode },
  { method: 'GET', path: 'storage/items/reencode/*', kind: 'poll', run: reencodeStatus },
  { method: 'POST', path: 'storage/folders/*/create-group-items', run: createGroups },
  { method: 'POST', path: 'storage/items/migrate-storage', run: migrate },
];
