/** The emulator's storage items: changing, moving, deleting, re-encoding, data groups, re-pointing, metadata schema. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Cast, itemShape, NOWHERE, pageOf, startCast } from './storage-cast.ts';
import type { Client } from './support.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast.close());

/** HTTP status of a call, for its refusals. */
async function status(client: Client, method: string, path: string, body?: unknown): Promise<number> {
  return (await client.v2(method, path, body)).status;
}

async function read(item: string | undefined): Promise<z.output<typeof itemShape>> {
  return cast.admin.okV2(itemShape, 'GET', `storage/items/${item}`);
}

describe('changing items', () => {
  it('renames the item and its rows; metadata is an object going in and a string coming out', async () => {
    const { dataset, folder, items } = await cast.mirrored('renaming', ['old']);
    const path = `storage/folders/${folder}/items/${items.old}`;
    const changed = await cast.admin.okV2(itemShape, 'PATCH', path, {
      name: 'new',
      clientMetadata: { a: [1] },
    });
    expect(changed).toMatchObject({ name: 'new', clientMetadata: '{"a":[1]}', backedDataUnitsCount: 1 });
    expect(await cast.rowsOf(dataset)).toEqual(['new']);
    await cast.admin.okV2(itemShape, 'PATCH', path, { name: 'newer' });
    expect(await read(items.old)).toMatchObject({ name: 'newer', clientMetadata: '{"a":[1]}' });
  });

  it('refuses a user, another folder, the unknown, and wrong shapes', async () => {
    const { uuid, items } = await cast.folder('unchanged', { items: [{ title: 'same' }] });
    const other = await cast.folder('other');
    const path = `storage/folders/${uuid}/items/${items.same}`;
    expect(await status(cast.viewer, 'PATCH', path, { name: 'x' })).toBe(403);
    expect(await status(cast.stranger, 'PATCH', path, { name: 'x' })).toBe(403);
    const elsewhere = `storage/folders/${other.uuid}/items/${items.same}`;
    expect(await status(cast.admin, 'PATCH', elsewhere, { name: 'x' })).toBe(403);
    const unknown = `storage/folders/${uuid}/items/${NOWHERE}`;
    expect(await status(cast.admin, 'PATCH', unknown, { name: 'x' })).toBe(403);
    expect(await status(cast.admin, 'PATCH', path, { name: '' })).toBe(422);
    expect(await status(cast.admin, 'PATCH', path, { clientMetadata: '{}' })).toBe(422);
    expect((await read(items.same)).name).toBe('same');
  });

  it('changes up to a thousand, or none', async () => {
    const { items } = await cast.folder('bulk', { items: [{ title: 'one' }, { title: 'two' }] });
    const [one, two] = [String(items.one), String(items.two)];
    const bulk = 'storage/items/patch-bulk';
    const page = await cast.admin.okV2(pageOf(itemShape), 'PATCH', bulk, {
      itemPatches: { [two]: { name: '2' }, [one]: { clientMetadata: { n: 1 } } },
    });
    expect(page.results.map((item) => [item.name, item.clientMetadata])).toEqual([
      ['2', '{}'],
      ['one', '{"n":1}'],
    ]);
    const half = { itemPatches: { [one]: { name: 'lost' }, [NOWHERE]: { name: 'x' } } };
    expect(await status(cast.admin, 'PATCH', bulk, half)).toBe(403);
    expect((await read(one)).name).toBe('one');
    expect(await status(cast.viewer, 'PATCH', bulk, { itemPatches: { [one]: {} } })).toBe(403);
    const many = Array.from({ length: 1001 }, (_, i) => [
      `cccccccc-0000-4000-8000-${String(i).padStart(12, '0')}`,
      {},
    ]);
    const tooMany = { itemPatches: Object.fromEntries(many) };
    expect(await status(cast.admin, 'PATCH', bulk, tooMany)).toBe(422);
    expect(await status(cast.admin, 'PATCH', bulk, {})).toBe(422);
  });
});

describe('moving items', () => {
  it('takes rows out of the dataset that is left and into the one that is entered, only where that is allowed', async () => {
    const from = await cast.mirrored('left', ['stays', 'goes']);
    const to = await cast.mirrored('entered', []);
    const path = `storage/folders/${from.folder}/items/move`;
    const body = { itemUuids: [from.items.goes], newParentUuid: to.folder };
    expect(await status(cast.admin, 'POST', path, body)).toBe(400);
    expect(await cast.rowsOf(from.dataset)).toEqual(['stays', 'goes']);
    const allowed = { ...body, allowSyncedDatasetMove: true };
    expect(await status(cast.admin, 'POST', path, allowed)).toBe(204);
    expect(await cast.rowsOf(from.dataset)).toEqual(['stays']);
    expect(await cast.rowsOf(to.dataset)).toEqual(['goes']);
    expect((await read(from.items.goes)).parent).toBe(to.folder);
  });

  it('moves between plain folders, and within a mirrored one, without being asked', async () => {
    const a = await cast.folder('a', { items: [{ title: 'plain' }] });
    const b = await cast.folder('b');
    const move = { itemUuids: [a.items.plain], newParentUuid: b.uuid };
    expect(await status(cast.admin, 'POST', `storage/folders/${a.uuid}/items/move`, move)).toBe(204);
    const mirrored = await cast.mirrored('within', ['inside']);
    const below = await cast.folder('below', { parent: mirrored.folder });
    const within = { itemUuids: [mirrored.items.inside], newParentUuid: below.uuid };
    expect(await status(cast.admin, 'POST', `storage/folders/${mirrored.folder}/items/move`, within)).toBe(
      204,
    );
    expect(await cast.rowsOf(mirrored.dataset)).toEqual(['inside']);
  });

  it('refuses a user on either side, the unknown, and items of other folders', async () => {
    const a = await cast.folder('from here', { items: [{ title: 'thing' }] });
    const b = await cast.folder('to there');
    const move = (client: Client, from: string, itemUuids: unknown, newParentUuid: string): Promise<number> =>
      status(client, 'POST', `storage/folders/${from}/items/move`, { itemUuids, newParentUuid });
    expect(await move(cast.viewer, a.uuid, [a.items.thing], b.uuid)).toBe(403);
    expect(await move(cast.admin, a.uuid, [a.items.thing], NOWHERE)).toBe(403);
    expect(await move(cast.admin, a.uuid, [NOWHERE], b.uuid)).toBe(403);
    expect(await move(cast.admin, b.uuid, [a.items.thing], a.uuid)).toBe(403);
    expect(await move(cast.admin, a.uuid, [], b.uuid)).toBe(422);
    expect(await status(cast.admin, 'POST', `storage/folders/${a.uuid}/items/move`, {})).toBe(422);
    expect((await read(a.items.thing)).parent).toBe(a.uuid);
  });
});

describe('deleting items', () => {
  const counts = z.object({ removedItemsCount: z.number(), removedFoldersCount: z.number() });
  const remove = (folder: string, childUuids: readonly unknown[], more: object = {}) =>
    cast.admin.okV2(counts, 'POST', `storage/folders/${folder}/items/delete`, { childUuids, ...more });

  it('counts items and folders, and takes the rows of the items', async () => {
    const { dataset, folder, items } = await cast.mirrored('shrinking', ['kept', 'dropped']);
    const below = await cast.folder('below too', { parent: folder, items: [{ title: 'deep' }] });
    expect(await remove(folder, [items.dropped, below.uuid])).toEqual({
      removedItemsCount: 2,
      removedFoldersCount: 1,
    });
    expect(await cast.rowsOf(dataset)).toEqual(['kept']);
    expect(await status(cast.admin, 'GET', `storage/items/${items.dropped}`)).toBe(403);
  });

  it('refuses parts of a group that stays, and takes them together with it', async () => {
    const { uuid, items } = await cast.folder('grouped', { items: [{ title: 'p' }, { title: 'q' }] });
    const create = [{ layoutType: 'default-list', layoutContents: [items.p, items.q], name: 'pair' }];
    const [group] = await cast.admin.okV2(
      z.array(z.string()),
      'POST',
      `storage/folders/${uuid}/create-group-items`,
      create,
    );
    const path = `storage/folders/${uuid}/items/delete`;
    expect(await status(cast.admin, 'POST', path, { childUuids: [items.p] })).toBe(400);
    expect(await remove(uuid, [items.p, group], { removeUnusedFrames: true })).toEqual({
      removedItemsCount: 2,
      removedFoldersCount: 0,
    });
    expect((await cast.itemsOf(uuid)).map((item) => item.name)).toEqual(['q']);
  });

  it('refuses a user, other folders, the unknown, and wrong shapes', async () => {
    const { uuid, items } = await cast.folder('safe', { items: [{ title: 'here' }] });
    const other = await cast.folder('not here');
    const path = `storage/folders/${uuid}/items/delete`;
    expect(await status(cast.viewer, 'POST', path, { childUuids: [items.here] })).toBe(403);
    const elsewhere = `storage/folders/${other.uuid}/items/delete`;
    expect(await status(cast.admin, 'POST', elsewhere, { childUuids: [items.here] })).toBe(403);
    expect(await status(cast.admin, 'POST', path, { childUuids: [items.here, NOWHERE] })).toBe(403);
    expect(await status(cast.admin, 'POST', path, { childUuids: [] })).toBe(422);
    expect((await read(items.here)).name).toBe('here');
  });
});

describe('re-encoding items', () => {
  const state = z.object({
    status: z.string(),
    result: z.array(z.object({ itemUuid: z.string() })).nullable(),
  });
  const start = (client: Client, storageItems: readonly unknown[], more: object = {}) =>
    client.v2('POST', 'storage/items/reencode', {
      storageItems,
      processTitle: 'again',
      forceFullReencoding: false,
      ...more,
    });

  it('takes its time, then is done, or an error where a video is gone', async () => {
    const { uuid, items } = await cast.folder('videos', {
      items: [
        { title: 'v', itemType: 'video' },
        { title: 'w', itemType: 'video' },
      ],
    });
    await cast.admin.control('POST', 'settings', { jobDelayMs: 3_600_000 });
    const [first, second] = await Promise.all(
      [[items.v], [items.v, items.w]].map(async (videos) =>
        z.string().parse(JSON.parse((await start(cast.admin, videos)).text)),
      ),
    );
    const stateOf = (id: string | undefined) => cast.admin.okV2(state, 'GET', `storage/items/reencode/${id}`);
    expect(await stateOf(first)).toEqual({ status: 'submitted', result: null });
    await cast.admin.okV2(z.unknown(), 'POST', `storage/folders/${uuid}/items/delete`, {
      childUuids: [items.w],
    });
    await cast.admin.control('POST', 'settings', { jobDelayMs: 0 });
    const third: unknown = JSON.parse((await start(cast.admin, [items.v])).text);
    expect(await stateOf(String(third))).toEqual({ status: 'done', result: [{ itemUuid: items.v }] });
    await cast.admin.control('POST', 'clock', { shiftSeconds: 3_601 });
    for (const client of [cast.admin, cast.viewer, cast.stranger]) client.shiftSeconds += 3_601;
    expect((await stateOf(first)).status).toBe('done');
    expect((await stateOf(second)).status).toBe('error');
    const path = `storage/items/reencode/${first}`;
    expect(await status(cast.viewer, 'GET', path)).toBe(404);
    await cast.admin.control('POST', 'forget-jobs', { jobs: [first] });
    expect(await status(cast.admin, 'GET', path)).toBe(404);
  });

  it('refuses a user, what is no video, the unknown, and wrong shapes', async () => {
    const { items } = await cast.folder('pictures', {
      items: [{ title: 'picture' }, { title: 'film', itemType: 'video' }],
    });
    expect((await start(cast.viewer, [items.film])).status).toBe(403);
    expect((await start(cast.admin, [items.film, items.picture])).status).toBe(400);
    expect((await start(cast.admin, [NOWHERE])).status).toBe(403);
    expect((await start(cast.admin, [])).status).toBe(422);
    expect((await start(cast.admin, [items.film], { processTitle: '' })).status).toBe(422);
    expect(await status(cast.admin, 'GET', `storage/items/reencode/${NOWHERE}`)).toBe(404);
  });
});

describe('data groups', () => {
  it('are items with their parts in order, and rows of a mirrored dataset', async () => {
    const { dataset, folder, items } = await cast.mirrored('with groups', ['x', 'y']);
    const path = `storage/folders/${folder}/create-group-items`;
    const made = await cast.admin.okV2(z.array(z.string()), 'POST', path, [
      {
        layoutType: 'default-grid',
        layoutContents: [items.y, items.x],
        name: 'both',
        clientMetadata: { k: 1 },
      },
      { layoutType: 'custom', layoutContents: { left: items.x }, layout: { type: 'tile' } },
    ]);
    expect(made).toHaveLength(2);
    const parts = await cast.admin.okV2(
      pageOf(itemShape),
      'GET',
      `storage/folders/${folder}/items/${made[0]}/child-items`,
    );
    expect(parts.results.map((item) => item.name)).toEqual(['y', 'x']);
    expect(await read(made[0])).toMatchObject({ itemType: 'group', name: 'both', clientMetadata: '{"k":1}' });
    expect(await cast.rowsOf(dataset)).toHaveLength(4);

    const group = { layoutType: 'default-grid', layoutContents: [items.x] };
    expect(await status(cast.viewer, 'POST', path, [group])).toBe(403);
    const change = (more: object): Promise<number> =>
      status(cast.admin, 'POST', path, [{ ...group, ...more }]);
    expect(await change({ layoutContents: [NOWHERE] })).toBe(403);
    expect(await change({ layoutContents: [made[0]] })).toBe(400);
    expect(await change({ layoutContents: [] })).toBe(422);
    expect(await change({ layoutType: 'spiral' })).toBe(422);
    expect(await status(cast.admin, 'POST', path, [])).toBe(422);
    expect(await status(cast.admin, 'POST', path, group)).toBe(422);
    expect(await cast.rowsOf(dataset)).toHaveLength(4);
  });
});

describe('items/migrate-storage', () => {
  const [OLD, NEW] = ['dddddddd-0000-4000-8000-000000000001', 'dddddddd-0000-4000-8000-000000000002'];
  const AT = 'https://old.s3.amazonaws.com/a.png';
  const TO = 'https://storage.googleapis.com/new/a.png';

  it('re-points items by their URL or id, and checks the new place where asked', async () => {
    await cast.admin.control('POST', 'seed', {
      integrations: [
        { uuid: OLD, title: 'Old', objects: [{ url: AT, itemType: 'image' }] },
        { uuid: NEW, title: 'New', objects: [{ url: TO, itemType: 'image' }] },
      ],
    });
    const { uuid } = await cast.admin.okV2(z.object({ uuid: z.string() }), 'POST', 'storage/folders', {
      name: 'in a bucket',
    });
    const job = await cast.admin.okV2(z.string(), 'POST', `storage/folders/${uuid}/data-upload-jobs`, {
      externalFiles: { images: [{ objectUrl: AT, title: 'a' }] },
      integrationHash: OLD,
      ignoreErrors: false,
    });
    await cast.admin.okV2(
      z.object({ status: z.literal('DONE') }),
      'GET',
      `storage/folders/${uuid}/data-upload-jobs/${job}?timeoutSeconds=20`,
    );
    const [item] = await cast.itemsOf(uuid);
    expect(item).toMatchObject({ url: AT, integrationHash: OLD, storageLocation: 's3' });

    const migrate = (client: Client, body: object): Promise<number> =>
      status(client, 'POST', 'storage/items/migrate-storage', body);
    const there = { urlsMap: { [AT]: TO }, toIntegrationHash: NEW };
    // Only administrators of the folder have an item there; to others it is missing.
    expect(await migrate(cast.viewer, there)).toBe(400);
    expect(await migrate(cast.viewer, { ...there, skipMissing: true })).toBe(200);
    expect(await migrate(cast.admin, { ...there, toIntegrationHash: NOWHERE })).toBe(403);
    expect(await migrate(cast.admin, { ...there, fromIntegrationHash: NEW })).toBe(400);
    const missing = { urlsMap: { [AT]: `${TO}.gone` }, toIntegrationHash: NEW, validateAccess: true };
    expect(await migrate(cast.admin, missing)).toBe(400);
    expect(await migrate(cast.admin, { toIntegrationHash: NEW })).toBe(400);
    expect(await migrate(cast.admin, { urlsMap: { [AT]: 'no url' } })).toBe(422);
    expect(await migrate(cast.admin, { itemsMap: { [NOWHERE]: TO } })).toBe(403);
    const many = Array.from({ length: 1001 }, (_, i) => [`${AT}${i}`, TO]);
    expect(await migrate(cast.admin, { urlsMap: Object.fromEntries(many) })).toBe(400);
    expect(await cast.itemsOf(uuid)).toEqual([item]);

    const done = { ...there, fromIntegrationHash: OLD, validateAccess: true };
    const moved = await cast.admin.okV2(z.array(z.string()), 'POST', 'storage/items/migrate-storage', done);
    expect(moved).toEqual([item?.uuid]);
    expect(await cast.itemsOf(uuid)).toMatchObject([
      { url: TO, integrationHash: NEW, storageLocation: 'gcp' },
    ]);
    expect(await migrate(cast.admin, { itemsMap: { [String(item?.uuid)]: AT } })).toBe(200);
    expect(await cast.itemsOf(uuid)).toMatchObject([{ url: AT, integrationHash: NEW }]);
  });
});

describe('the schema of client metadata', () => {
  const path = 'organisation/client-metadata-schema-v2';

  it('is null until an administrator of the organisation sets one', async () => {
    expect((await cast.admin.v2('GET', path)).text).toBe('null');
    expect(await status(cast.admin, 'POST', path, { site: { ty: 'text' } })).toBe(403);
    await cast.admin.control('POST', 'seed', {
      users: [{ email: 'admin@lab.example', organisationRole: 'admin' }],
    });
    const schema = { site: { ty: 'enum', values: ['north', 'south'] }, age: { ty: 'number' } };
    expect(await status(cast.admin, 'POST', path, schema)).toBe(204);
    expect(JSON.parse((await cast.viewer.v2('GET', path)).text)).toEqual({
      ...schema,
      age: { ty: 'number', format: 'F64' },
    });
    expect(await status(cast.admin, 'POST', path, { site: { ty: 'colour' } })).toBe(422);
    expect(await status(cast.admin, 'POST', path, { $site: { ty: 'text' } })).toBe(422);
    expect(await status(cast.admin, 'POST', path, [])).toBe(422);
  });
});
