/**
 * One emulator for a whole file of tests, with the people that the rules on storage folders are about: an administrator
 * who makes everything, somebody with the role of a user on it, somebody without any role. Used by folders.test.ts and
 * items.test.ts.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startEmulator } from '../../emulator/server.ts';
import { Client, Key, SEED_A, SEED_B } from './support.ts';

export const folderShape = z.object({
  uuid: z.string(),
  parent: z.string().nullable(),
  name: z.string(),
  description: z.string(),
  clientMetadata: z.string().nullable(),
  lastEditedAt: z.string(),
  syncedDatasetHash: z.string().nullable(),
});
export const itemShape = z.object({
  uuid: z.string(),
  parent: z.string(),
  itemType: z.string(),
  name: z.string(),
  clientMetadata: z.string(),
  lastEditedAt: z.string(),
  backedDataUnitsCount: z.number(),
  url: z.string().nullable(),
  integrationHash: z.string().nullable(),
  storageLocation: z.string(),
});
export type ItemShape = z.output<typeof itemShape>;

export function pageOf<S extends z.ZodType>(shape: S) {
  return z.object({ results: z.array(shape), nextPageToken: z.string().nullable() });
}

export interface Cast {
  readonly admin: Client;
  readonly viewer: Client;
  readonly stranger: Client;
  /** A folder of the administrator that the viewer may see, with items named in order of their creation. */
  folder(
    name: string,
    options?: { parent?: string; items?: readonly { title: string; itemType?: string }[] },
  ): Promise<{ uuid: string; items: Record<string, string> }>;
  /** A dataset that mirrors its folder, with rows of these titles. */
  mirrored(
    title: string,
    rows: readonly string[],
  ): Promise<{ dataset: string; folder: string; items: Record<string, string> }>;
  itemsOf(folder: string): Promise<ItemShape[]>;
  /** Titles of a dataset's rows. */
  rowsOf(dataset: string): Promise<string[]>;
  close(): Promise<void>;
}

export const NOWHERE = '99999999-9999-4999-8999-999999999999';

export async function startCast(): Promise<Cast> {
  const dataDir = mkdtempSync(join(tmpdir(), 'emulator-test-'));
  const emulator = await startEmulator({ dataDir, jobDelayMs: 20 });
  const keys = [SEED_A, SEED_B, Buffer.alloc(32, 9)].map((seed) => new Key(seed));
  const [admin, viewer, stranger] = keys.map((key) => new Client(emulator.url, key));
  if (!admin || !viewer || !stranger) throw new Error('Somebody is missing.');
  await admin.control('POST', 'seed', {
    users: ['admin@lab.example', 'viewer@lab.example', 'stranger@lab.example'].map((email, index) => ({
      email,
      publicKey: keys[index]?.openSsh,
      organisationRole: 'user',
    })),
  });
  const share = [{ email: 'viewer@lab.example', role: 'user' }];

  const itemsOf = async (folder: string): Promise<ItemShape[]> =>
    (await admin.okV2(pageOf(itemShape), 'GET', `storage/folders/${folder}/items?order=createdAt`)).results;
  const byName = async (folder: string): Promise<Record<string, string>> =>
    Object.fromEntries((await itemsOf(folder)).map((item) => [item.name, item.uuid]));

  return {
    admin,
    viewer,
    stranger,
    itemsOf,
    async folder(name, { parent, items = [] } = {}) {
      const seeded = z
        .object({ folders: z.tuple([z.object({ uuid: z.string() })]) })
        .parse(await admin.control('POST', 'seed', { folders: [{ name, parent, users: share, items }] }));
      const [{ uuid }] = seeded.folders;
      return { uuid, items: await byName(uuid) };
    },
    async mirrored(title, rows) {
      const seeded = z
        .object({ datasets: z.tuple([z.object({ datasetHash: z.string(), backingFolderUuid: z.string() })]) })
        .parse(
          await admin.control('POST', 'seed', {
            datasets: [{ title, mirrored: true, users: share, rows: rows.map((row) => ({ title: row })) }],
          }),
        );
      const [{ datasetHash: dataset, backingFolderUuid: folder }] = seeded.datasets;
      return { dataset, folder, items: await byName(folder) };
    },
    async rowsOf(dataset) {
      const state = await admin.state();
      const found = state.datasets.find((each) => each.dataset_hash === dataset);
      return (found?.rows ?? []).map((row) => row.title);
    },
    async close() {
      await emulator.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
