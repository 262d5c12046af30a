/** v1 operations on datasets and their rows: create, list, info, filtered rows, one row, delete, link (C.1–C.3, C.11, C.12). */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { folderRole } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { instant, shaped, uuid } from '../shape.ts';
import type { Dataset } from '../store/datasets.ts';
import type { Item } from '../store/items.ts';
import { addRow } from '../units/register.ts';
import { removeItem } from '../units/remove.ts';
import type { World } from '../world.ts';
import type { DatasetCall, Operations, V1Call } from './call.ts';
import { requireOwnUid } from './jobs.ts';
import { DATA_TYPE, DATASET_TYPE, dataRowView, PLAIN, v1Time } from './views.ts';

const createPayload = z.object({
  title: z.string().min(1),
  // The documentation's Node sample writes the number between quotes.
  type: z.union([z.int(), z.string().regex(/^\d$/).transform(Number)]).pipe(z.int().min(0).max(4)),
  description: z.string().nullish(),
  create_backing_folder: z.boolean().nullish(),
});

/**
 * Makes a dataset, and with `mirrored` the folder that it is kept in sync with.
 * @param type StorageLocation of encord-api.md C.1
 */
export function createDataset(
  world: World,
  owner: string,
  input: {
    title: string;
    description: string;
    type: number;
    mirrored: boolean;
    datasetHash?: string | undefined;
    now?: number;
  },
): Dataset {
  const now = input.now ?? world.now();
  return world.db.transaction(() => {
    const datasetHash = input.datasetHash ?? randomUUID();
    const folder = input.mirrored
      ? world.folders.create({
          name: input.title,
          description: '',
          parent: null,
          clientMetadata: null,
          owner,
          now,
          syncedDataset: datasetHash,
        })
      : null;
    return world.datasets.create({ ...input, datasetHash, owner, now, backingFolder: folder?.uuid ?? null });
  });
}

function create(call: V1Call): unknown {
  const payload = shaped(createPayload, call.payload, 'payload');
  const dataset = createDataset(call.world, call.principal.user.userHash, {
    title: payload.title,
    description: payload.description ?? '',
    type: payload.type,
    // The API documentation sends no such key, from before there were folders: its datasets are static.
    mirrored: payload.create_backing_folder ?? false,
  });
  return {
    title: dataset.title,
    type: dataset.type,
    dataset_hash: dataset.datasetHash,
    user_hash: dataset.owner,
    backing_folder_uuid: dataset.backingFolder,
  };
}

const listPayload = z
  .object({
    filter: z
      .object({
        title_eq: z.string().nullish(),
        title_like: z.string().nullish(),
        desc_eq: z.string().nullish(),
        desc_like: z.string().nullish(),
        created_before: instant.nullish(),
        created_after: instant.nullish(),
        edited_before: instant.nullish(),
        edited_after: instant.nullish(),
      })
      .nullish(),
  })
  .nullish();

function list(call: V1Call): unknown {
  const filter = shaped(listPayload, call.payload, 'payload')?.filter;
  return call.world.datasets
    .list(
      call.principal.user.userHash,
      {
        titleEq: filter?.title_eq ?? undefined,
        titleLike: filter?.title_like ?? undefined,
        descriptionEq: filter?.desc_eq ?? undefined,
        descriptionLike: filter?.desc_like ?? undefined,
        createdBefore: filter?.created_before ?? undefined,
        createdAfter: filter?.created_after ?? undefined,
        editedBefore: filter?.edited_before ?? undefined,
        editedAfter: filter?.edited_after ?? undefined,
      },
      false,
    )
    .map(({ dataset, role }) => ({
      user_role: role,
      dataset: {
        dataset_hash: dataset.datasetHash,
        user_hash: dataset.owner,
        title: dataset.title,
        description: dataset.description,
        type: dataset.type,
        created_at: v1Time(dataset.createdAt),
        last_edited_at: v1Time(dataset.lastEditedAt),
        backing_folder_uuid: dataset.backingFolder,
      },
    }));
}

const accessSettings = z.object({ fetch_client_metadata: z.boolean().nullish() }).nullish();

function info(call: DatasetCall): unknown {
  const payload = shaped(
    z.object({ dataset_access_settings: accessSettings }).nullish(),
    call.payload,
    'payload',
  );
  const { world, dataset } = call;
  const detail = {
    ...PLAIN,
    clientMetadata: payload?.dataset_access_settings?.fetch_client_metadata ?? false,
  };
  return {
    dataset_hash: dataset.datasetHash,
    title: dataset.title,
    description: dataset.description,
    dataset_type: DATASET_TYPE[dataset.type] ?? 'CORD_STORAGE',
    backing_folder_uuid: dataset.backingFolder,
    data_rows: world.items
      .rows(dataset.datasetHash, {}, world.now())
      .map((entry) => dataRowView(world, call.base, entry, detail)),
  };
}

const rowsPayload = z.object({
  title_eq: z.string().nullish(),
  title_like: z.string().nullish(),
  created_before: instant.nullish(),
  created_after: instant.nullish(),
  data_types: z.array(z.enum([...new Set(Object.values(DATA_TYPE)), 'DICOM_STUDY'])).nullish(),
  data_hashes: z.array(z.string()).nullish(),
  dataset_access_settings: accessSettings,
});

function rows(call: DatasetCall): unknown {
  const payload = shaped(rowsPayload, call.payload, 'payload');
  const { world } = call;
  const detail = {
    ...PLAIN,
    clientMetadata: payload.dataset_access_settings?.fetch_client_metadata ?? false,
  };
  const types = payload.data_types && new Set<string>(payload.data_types);
  return world.items
    .rows(
      call.dataset.datasetHash,
      {
        titleEq: payload.title_eq ?? undefined,
        titleLike: payload.title_like ?? undefined,
        createdBefore: payload.created_before ?? undefined,
        createdAfter: payload.created_after ?? undefined,
        dataHashes: payload.data_hashes ?? undefined,
      },
      world.now(),
    )
    .filter(({ item }) => !types || types.has(DATA_TYPE[item.itemType]))
    .map((entry) => dataRowView(world, call.base, entry, detail));
}

const rowPayload = z
  .object({
    additional_data: z
      .object({
        signed_url: z.boolean().nullish(),
        images_data_fetch_options: z.object({ fetch_signed_urls: z.boolean().nullish() }).nullish(),
        client_metadata: z.boolean().nullish(),
      })
      .nullish(),
  })
  .nullish();

function row(call: DatasetCall): unknown {
  const dataHash = shaped(uuid, call.uid, 'uid');
  const wanted = shaped(rowPayload, call.payload, 'payload')?.additional_data;
  const { world } = call;
  const entry = world.items.visibleRow(call.dataset.datasetHash, dataHash, world.now());
  if (!entry) throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'There is no such data row in this dataset.');
  const images = wanted?.images_data_fetch_options;
  return dataRowView(world, call.base, entry, {
    signedUrl: wanted?.signed_url ?? false,
    clientMetadata: wanted?.client_metadata ?? false,
    images: images ? { signedUrls: images.fetch_signed_urls ?? false } : null,
  });
}

/** Hashes of other datasets are ignored; files in Encord's storage go with the last row that uses them (C.11). */
function remove(call: DatasetCall): unknown {
  const hashes = shaped(z.array(z.string()), call.uid, 'uid');
  const { world } = call;
  world.db.transaction(() => {
    for (const hash of hashes) {
      const found = world.items.row(hash);
      if (found?.datasetHash !== call.dataset.datasetHash) continue;
      world.items.removeRow(hash);
      if (world.items.countRowsOfItem(found.itemUuid) === 0) removeItem(world, found.itemUuid, true);
    }
    world.datasets.touch(call.dataset.datasetHash, world.now());
  });
  return { success: true };
}

/** The old call for groups: one hash instead of a list (C.11). */
function removeOne(call: DatasetCall): unknown {
  return remove({ ...call, uid: [shaped(z.string(), call.uid, 'uid')] });
}

const usersPayload = z.object({
  user_emails: z.array(z.string().min(1)).min(1),
  user_role: z.union([z.literal(0), z.literal(1)]),
});

/** An existing user keeps his role, and the answer shows that one (encord-api.md C.5). */
function addUsers(call: DatasetCall): unknown {
  const { world, dataset } = call;
  requireOwnUid(call);
  const payload = shaped(usersPayload, call.payload, 'payload');
  return world.db.transaction(() =>
    payload.user_emails.map((email) => {
      const user = world.users.ensure(email, world.now());
      const kept = world.datasets.role(dataset.datasetHash, user.userHash);
      if (kept === null) world.datasets.setRole(dataset.datasetHash, user.userHash, payload.user_role);
      return { user_email: email, user_role: kept ?? payload.user_role, dataset_hash: dataset.datasetHash };
    }),
  );
}

const linkPayload = z.object({
  item_uuids: z.array(uuid),
  duplicates_behavior: z.enum(['SKIP', 'FAIL', 'DUPLICATE']),
});

function link(call: DatasetCall): unknown {
  const { world, dataset } = call;
  requireOwnUid(call);
  const payload = shaped(linkPayload, call.payload, 'payload');
  const items = payload.item_uuids.map((itemUuid) => linkable(call, itemUuid));
  const hashes = world.db.transaction(() =>
    items.map((item) => {
      const earlier = world.items.rowOfItem(dataset.datasetHash, item.uuid);
      if (earlier && payload.duplicates_behavior === 'FAIL') {
        throw new Refusal('RESOURCE_EXISTS_ERROR', `The item ${item.uuid} is in the dataset already.`);
      }
      if (earlier && payload.duplicates_behavior === 'SKIP') return earlier.dataHash;
      return addRow(world, dataset.datasetHash, item, undefined);
    }),
  );
  const linked = new Map(
    world.items
      .rows(dataset.datasetHash, { dataHashes: hashes }, null)
      .map((entry) => [entry.row.dataHash, dataRowView(world, call.base, entry, PLAIN)]),
  );
  return [...new Set(hashes)].map((hash) => linked.get(hash));
}

function linkable(call: DatasetCall, itemUuid: string): Item {
  const { world, principal } = call;
  const item = world.items.get(itemUuid);
  const folder = item && world.folders.get(item.folder);
  if (!folder || folderRole(world, principal.user, folder) === null) {
    throw new Refusal(
      'RESOURCE_NOT_FOUND_ERROR',
      `The item ${itemUuid} does not exist or you have no access to it.`,
    );
  }
  return item;
}

export const datasetOperations: Operations = {
  'dataset POST': { on: 'user', run: create },
  'datasetwithuserrole GET': { on: 'user', run: list },
  'dataset GET': { on: 'dataset', scope: 'dataset.read', run: info },
  'datarows GET': { on: 'dataset', scope: 'dataset.read', run: rows },
  'datarow GET': { on: 'dataset', scope: 'dataset.read', run: row },
  'video DELETE': { on: 'dataset', scope: 'dataset.write', run: remove },
  'imagegroup DELETE': { on: 'dataset', scope: 'dataset.write', run: removeOne },
  'datasetusers POST': { on: 'dataset', scope: 'dataset.write', run: addUsers },
  'datasetlinkitems POST': { on: 'dataset', scope: 'dataset.write', kind: 'link', run: link },
};
