/** The emulator's storage folders: changing, moving, deleting, groups, cloud-synced folders, and what each refuses. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Cast, folderShape, NOWHERE, pageOf, startCast } from './storage-cast.ts';
import type { Client } from './support.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast.close());

async function read(folder: string): Promise<z.output<typeof folderShape>> {
  return cast.admin.okV2(folderShape, 'GET', `storage/folders/${folder}`);
}

/** HTTP status of a call, for its refusals. */
async function status(client: Client, method: string, path: string, body?: unknown): Promise<number> {
  return (await client.v2(method, path, body)).status;
}

describe('PATCH storage/folders', () => {
  it('changes what is given and leaves the rest; metadata is an object going in and a string coming out', async () => {
    const { uuid } = await cast.folder('before');
    const changed = await cast.admin.okV2(folderShape, 'PATCH', `storage/folders/${uuid}`, {
      name: 'after',
      clientMetadata: { site: 'north' },
    });
    expect(changed).toMatchObject({ name: 'after', description: '', clientMetadata: '{"site":"north"}' });
    await cast.admin.okV2(folderShape, 'PATCH', `storage/folders/${uuid}`, { description: 'two' });
    expect(await read(uuid)).toMatchObject({
      name: 'after',
      description: 'two',
      clientMetadata: '{"site":"north"}',
    });
  });

  it('refuses a user, a stranger, what does not exist, and wrong shapes', async () => {
    const { uuid } = await cast.folder('guarded');
    const path = `storage/folders/${uuid}`;
    expect(await status(cast.viewer, 'PATCH', path, { name: 'x' })).toBe(403);
    expect(await status(cast.stranger, 'PATCH', path, { name: 'x' })).toBe(403);
    expect(await status(cast.admin, 'PATCH', `storage/folders/${NOWHERE}`, { name: 'x' })).toBe(403);
    expect(await status(cast.admin, 'PATCH', path, { name: '' })).toBe(422);
    expect(await status(cast.admin, 'PATCH', path, { clientMetadata: '{"a":1}' })).toBe(422);
    expect(await status(cast.admin, 'PATCH', path)).toBe(422);
    expect((await read(uuid)).name).toBe('guarded');
  });

  it('changes many or none', async () => {
    const [a, b] = [await cast.folder('many a'), await cast.folder('many b')];
    const done = await cast.admin.okV2(pageOf(folderShape), 'PATCH', 'storage/folders/patch-bulk', {
      folderPatches: { [a.uuid]: { name: 'A' }, [b.uuid]: { name: 'B' } },
    });
    expect(done.results.map((folder) => folder.name)).toEqual(['A', 'B']);
    const half = { folderPatches: { [a.uuid]: { name: 'lost' }, [NOWHERE]: { name: 'x' } } };
    expect(await status(cast.admin, 'PATCH', 'storage/folders/patch-bulk', half)).toBe(403);
    expect((await read(a.uuid)).name).toBe('A');
    const own = { folderPatches: { [a.uuid]: { name: 'theirs' } } };
    expect(await status(cast.viewer, 'PATCH', 'storage/folders/patch-bulk', own)).toBe(403);
    expect(await status(cast.admin, 'PATCH', 'storage/folders/patch-bulk', { patches: {} })).toBe(422);
    const wrong = { folderPatches: { folder: { name: 'x' } } };
    expect(await status(cast.admin, 'PATCH', 'storage/folders/patch-bulk', wrong)).toBe(422);
  });
});

describe('POST storage/folders/move', () => {
  it('moves below another folder, and to the top where no parent is named', async () => {
    const [parent, child] = [await cast.folder('parent'), await cast.folder('child')];
    const body = { folderUuids: [child.uuid], newParentUuid: parent.uuid };
    expect(await status(cast.admin, 'POST', 'storage/folders/move', body)).toBe(204);
    expect((await read(child.uuid)).parent).toBe(parent.uuid);
    expect(await status(cast.admin, 'POST', 'storage/folders/move', { folderUuids: [child.uuid] })).toBe(204);
    expect((await read(child.uuid)).parent).toBeNull();
  });

  it('refuses circles, a user, the unknown, wrong shapes, and the borders of mirrored datasets', async () => {
    const outer = await cast.folder('outer');
    const inner = await cast.folder('inner', { parent: outer.uuid });
    const mirrored = await cast.mirrored('bordered', []);
    const move = (client: Client, folder: string, newParentUuid: string): Promise<number> =>
      status(client, 'POST', 'storage/folders/move', { folderUuids: [folder], newParentUuid });
    expect(await move(cast.admin, outer.uuid, inner.uuid)).toBe(400);
    expect(await move(cast.admin, outer.uuid, outer.uuid)).toBe(400);
    expect(await move(cast.viewer, inner.uuid, outer.uuid)).toBe(403);
    expect(await move(cast.admin, NOWHERE, outer.uuid)).toBe(403);
    expect(await move(cast.admin, inner.uuid, NOWHERE)).toBe(403);
    expect(await move(cast.admin, inner.uuid, mirrored.folder)).toBe(400);
    expect(await status(cast.admin, 'POST', 'storage/folders/move', { folderUuids: [] })).toBe(422);
    expect((await read(inner.uuid)).parent).toBe(outer.uuid);
  });
});

describe('DELETE storage/folders', () => {
  it('takes everything below with it', async () => {
    const top = await cast.folder('doomed', { items: [{ title: 'file' }] });
    const below = await cast.folder('doomed too', { parent: top.uuid, items: [{ title: 'file below' }] });
    expect(await status(cast.admin, 'DELETE', `storage/folders/${top.uuid}`)).toBe(204);
    expect(await status(cast.admin, 'GET', `storage/folders/${below.uuid}`)).toBe(403);
    expect(await status(cast.admin, 'GET', `storage/items/${below.items['file below']}`)).toBe(403);
    expect(await status(cast.admin, 'DELETE', `storage/folders/${top.uuid}`)).toBe(403);
  });

  it('refuses a user, the folder of a mirrored dataset, and items that are in a dataset', async () => {
    const plain = await cast.folder('kept', { items: [{ title: 'in use' }] });
    expect(await status(cast.viewer, 'DELETE', `storage/folders/${plain.uuid}`)).toBe(403);
    const mirrored = await cast.mirrored('has a folder', []);
    expect(await status(cast.admin, 'DELETE', `storage/folders/${mirrored.folder}`)).toBe(400);
    const { dataset } = await cast.admin.dataset('uses an item', false);
    const link = { item_uuids: [plain.items['in use']], duplicates_behavior: 'SKIP' };
    await cast.admin.ok(z.unknown(), 'datasetlinkitems', 'POST', dataset, link, dataset);
    const refused = await cast.admin.v2('DELETE', `storage/folders/${plain.uuid}`);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('in a dataset');
    expect(await cast.rowsOf(dataset)).toEqual(['in use']);
  });

  it('refuses where a group elsewhere would lose its frames', async () => {
    const frames = await cast.folder('frames', { items: [{ title: 'one' }] });
    const groups = await cast.folder('groups');
    await cast.admin.okV2(z.unknown(), 'POST', `storage/folders/${groups.uuid}/create-group-items`, [
      { layoutType: 'default-grid', layoutContents: [frames.items.one] },
    ]);
    expect(await status(cast.admin, 'DELETE', `storage/folders/${frames.uuid}`)).toBe(400);
    expect(await status(cast.admin, 'DELETE', `storage/folders/${groups.uuid}`)).toBe(204);
    expect(await status(cast.admin, 'DELETE', `storage/folders/${frames.uuid}`)).toBe(204);
  });
});

describe('storage/folders/*/groups', () => {
  const groupPage = pageOf(z.object({ groupHash: z.string(), name: z.string(), userRole: z.string() }));
  const GROUPS = ['aaaaaaaa-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000002'];

  it('adds with a role, changes it, lists by pages, removes', async () => {
    await cast.admin.control('POST', 'seed', {
      groups: GROUPS.map((uuid, index) => ({ uuid, name: `Group ${index + 1}` })),
    });
    const { uuid } = await cast.folder('shared');
    const path = `storage/folders/${uuid}/groups`;
    const add = (groupHashList: string[], userRole: unknown): Promise<number> =>
      status(cast.admin, 'POST', path, { groupHashList, userRole });
    expect(await add(GROUPS, 'user')).toBe(204);
    expect(await add(GROUPS.slice(1), 'admin')).toBe(204);
    const first = await cast.viewer.okV2(groupPage, 'GET', `${path}?pageSize=1`);
    const second = await cast.viewer.okV2(
      groupPage,
      'GET',
      `${path}?pageSize=1&pageToken=${first.nextPageToken}`,
    );
    expect([...first.results, ...second.results].map((group) => [group.name, group.userRole])).toEqual([
      ['Group 1', 'user'],
      ['Group 2', 'admin'],
    ]);
    expect(second.nextPageToken).toBeNull();
    const both = GROUPS.map((group) => `groupHashList=${group}`).join('&');
    expect(await status(cast.admin, 'DELETE', `${path}?${both}`)).toBe(204);
    expect((await cast.admin.okV2(groupPage, 'GET', path)).results).toEqual([]);

    expect(await add([NOWHERE], 'user')).toBe(404);
    expect(await add(GROUPS, 1)).toBe(422);
    expect(await add([], 'user')).toBe(422);
    expect(await status(cast.viewer, 'POST', path, { groupHashList: GROUPS, userRole: 'user' })).toBe(403);
    expect(await status(cast.viewer, 'DELETE', `${path}?${both}`)).toBe(403);
    expect(await status(cast.stranger, 'GET', path)).toBe(403);
    expect(await status(cast.admin, 'DELETE', path)).toBe(422);
    expect(await status(cast.admin, 'DELETE', `${path}?groupHashList=${NOWHERE}`)).toBe(404);
    expect(await status(cast.admin, 'GET', `${path}?pageToken=wrong`)).toBe(400);
  });
});

describe('cloud-synced folders', () => {
  const INTEGRATION = 'bbbbbbbb-0000-4000-8000-000000000001';
  const BUCKET = 'https://lab-bucket.s3.eu-west-1.amazonaws.com/scans/';
  const object = (name: string) => ({ url: `${BUCKET}${name}`, itemType: 'image' });
  const syncState = z.object({
    status: z.string(),
    uploadJobsUnitsPending: z.number(),
    uploadJobsUnitsDone: z.number(),
  });

  async function sync(folder: string): Promise<z.output<typeof syncState>> {
    const syncs = `storage/folders/${folder}/cloud-synced-folder-syncs`;
    const id = await cast.admin.okV2(z.string(), 'POST', syncs);
    const linked = `storage/folders/${folder}/cloud-linked-folder-syncs/${id}/long-polling?timeoutSeconds=`;
    expect((await cast.admin.okV2(syncState, 'GET', `${linked}0`)).status).toBe('pending');
    return cast.admin.okV2(syncState, 'GET', `${linked}20`);
  }

  it('takes in what is in the bucket, and what was added since', async () => {
    const seed = (names: string[]): Promise<unknown> =>
      cast.admin.control('POST', 'seed', {
        integrations: [
          { uuid: INTEGRATION, title: 'Lab', owner: 'admin@lab.example', objects: names.map(object) },
        ],
      });
    await seed(['a.png', 'b.png']);
    const params = { integrationUuid: INTEGRATION, remoteUrl: BUCKET };
    const made = { name: 'synced', cloudSyncedFolderParams: params };
    const { uuid } = await cast.admin.okV2(folderShape, 'POST', 'storage/folders', made);
    expect(await sync(uuid)).toEqual({
      status: 'done',
      uploadJobsUnitsPending: 0,
      uploadJobsUnitsDone: 2,
    });
    await seed(['c.png']);
    await sync(uuid);
    expect((await cast.itemsOf(uuid)).map((item) => [item.name, item.storageLocation])).toEqual([
      ['a.png', 's3'],
      ['b.png', 's3'],
      ['c.png', 's3'],
    ]);

    // Somebody else's integration, a place that is none, a folder that follows nothing, a sync that is none.
    const cloud = (client: Client, change: object): Promise<number> =>
      status(client, 'POST', 'storage/folders', {
        name: 'x',
        cloudSyncedFolderParams: { ...params, ...change },
      });
    expect(await cloud(cast.stranger, {})).toBe(403);
    expect(await cloud(cast.admin, { integrationUuid: NOWHERE })).toBe(403);
    expect(await cloud(cast.admin, { remoteUrl: 's3 bucket' })).toBe(422);
    const plain = await cast.folder('not synced');
    const start = (client: Client, folder: string): Promise<number> =>
      status(client, 'POST', `storage/folders/${folder}/cloud-synced-folder-syncs`);
    expect(await start(cast.admin, plain.uuid)).toBe(400);
    expect(await start(cast.stranger, uuid)).toBe(403);
    const unknown = `storage/folders/${uuid}/cloud-linked-folder-syncs/${NOWHERE}/long-polling`;
    expect(await status(cast.admin, 'GET', unknown)).toBe(404);
  });
});
