/** The storage route (generation F) and the dataset jobs (generation C): jobs, units, links (encord-api.md C.6, C.7, C.12). */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  Client,
  dataItems,
  grantsPage,
  http,
  Key,
  mp4,
  png,
  put,
  SEED_A,
  SEED_B,
  sha256,
  started,
} from './support.ts';

type Grant = z.output<typeof grantsPage>['results'][number];

const folderState = z.object({
  status: z.enum(['PENDING', 'DONE', 'ERROR', 'CANCELLED']),
  itemsWithNames: z.array(z.object({ itemUuid: z.string(), name: z.string() })),
  errors: z.array(z.string()),
  unitErrors: z.array(
    z.object({
      objectUrls: z.array(z.string()),
      error: z.string(),
      subtaskUuid: z.string(),
      actionDescription: z.string(),
    }),
  ),
  unitsPendingCount: z.number(),
  unitsDoneCount: z.number(),
  unitsErrorCount: z.number(),
  unitsCancelledCount: z.number(),
});

const pageOfItems = z.object({
  results: z.array(z.object({ uuid: z.string(), name: z.string(), itemType: z.string() })),
  nextPageToken: z.string().nullable(),
});

async function world(mirrored: boolean, options: Parameters<typeof started>[0] = {}) {
  const emulator = await started(options);
  const client = new Client(emulator.url, new Key(SEED_A));
  const made = await client.dataset('D', mirrored);
  return { emulator, client, dataset: made.dataset, folder: made.folder ?? (await client.folder('F')) };
}

async function granted(client: Client, folder: string, itemType: string, bodies: Buffer[]): Promise<Grant[]> {
  const { results } = await client.okV2(grantsPage, 'POST', `storage/folders/${folder}/upload-signed-urls`, {
    itemType,
    count: bodies.length,
  });
  for (const [i, body] of bodies.entries()) await put(results[i]?.signedUrl ?? '', body);
  return results;
}

function image(grant: Grant, title: string): Record<string, unknown> {
  return {
    objectUrl: grant.objectKey,
    title,
    clientMetadata: { k: 1 },
    externalFileType: 'IMAGE',
    placeholderItemUuid: grant.itemUuid,
  };
}

function video(grant: Grant, title: string): Record<string, unknown> {
  return { ...image(grant, title), externalFileType: 'VIDEO' };
}

function group(frames: Grant[], title: string, createVideo = false): Record<string, unknown> {
  return {
    images: frames.map((grant, i) => ({
      url: 'ignored',
      title: `${i}.png`,
      placeholderItemUuid: grant.itemUuid,
    })),
    title,
    clientMetadata: {},
    createVideo,
    externalFileType: 'IMG_GROUP',
    clusterByResolution: false,
  };
}

async function start(client: Client, folder: string, lists: Record<string, unknown[]>, ignoreErrors = false) {
  const body = { dataItems: dataItems(lists), ignoreErrors };
  return client.okV2(z.string(), 'POST', `storage/folders/${folder}/data-upload-jobs`, body);
}

function poll(client: Client, folder: string, job: string, seconds = 30) {
  return client.okV2(
    folderState,
    'GET',
    `storage/folders/${folder}/data-upload-jobs/${job}?timeoutSeconds=${seconds}`,
  );
}

describe('folder jobs', () => {
  it('register a video, an image and a group, whose rows appear in the mirrored dataset without the frames', async () => {
    const { client, folder } = await world(true);
    const videos = await granted(client, folder, 'video', [mp4()]);
    const images = await granted(client, folder, 'image', [png(2, 2), png(3, 3), png(4, 4)]);
    const [v, a, b, c] = [...videos, ...images];
    if (!v || !a || !b || !c) throw new Error('grants are missing');
    const job = await start(client, folder, {
      videos: [video(v, 'v.mp4')],
      images: [image(a, 'a.png')],
      imageGroups: [group([c, b], 'g')],
    });
    const done = await poll(client, folder, job);
    expect(done).toMatchObject({
      status: 'DONE',
      unitsDoneCount: 3,
      unitsPendingCount: 0,
      errors: [],
      unitErrors: [],
    });
    expect(done.itemsWithNames).toContainEqual({ itemUuid: v.itemUuid, name: 'v.mp4' });
    expect(done.itemsWithNames).toContainEqual({ itemUuid: a.itemUuid, name: 'a.png' });
    const state = await client.state();
    const rows = state.datasets[0]?.rows ?? [];
    expect(rows.map((row) => [row.title, row.data_type]).sort()).toEqual([
      ['a.png', 'IMAGE'],
      ['g', 'IMG_GROUP'],
      ['v.mp4', 'VIDEO'],
    ]);
    const images_ = rows.find((row) => row.title === 'g')?.images.map((frame) => frame.sha256);
    expect(images_).toEqual([sha256(png(4, 4)), sha256(png(3, 3))]);
    expect(state.items).toHaveLength(5);
    expect(state.items.every((item) => item.linked)).toBe(true);
    expect(state.registrations).toBe(3);

    const item = await client.okV2(z.looseObject({}), 'GET', `storage/items/${v.itemUuid}?signUrl=True`);
    expect(item).toMatchObject({
      uuid: v.itemUuid,
      parent: folder,
      itemType: 'video',
      clientMetadata: '{"k":1}',
      mimeType: 'video/mp4',
      frameCount: 20,
      fps: 10,
      storageLocation: 'encord',
      isTombstone: false,
      integrationHash: null,
      audioCodec: null,
    });
    const signed = z.object({ signedUrl: z.string() }).parse(item);
    expect((await http('GET', signed.signedUrl)).status).toBe(200);
  });

  it('find a placeholder again instead of doubling it, but make every group anew', async () => {
    const { client, folder } = await world(true);
    const [a, b] = await granted(client, folder, 'image', [png(), png(5, 5)]);
    if (!a || !b) throw new Error('grants are missing');
    for (let round = 0; round < 2; round++) {
      const job = await start(client, folder, {
        images: [image(a, 'a.png')],
        imageGroups: [group([b], 'g')],
      });
      expect((await poll(client, folder, job)).status).toBe('DONE');
    }
    const state = await client.state();
    expect(state.items.filter((item) => item.title === 'a.png')).toHaveLength(1);
    expect(state.items.filter((item) => item.type === 'imageGroup')).toHaveLength(2);
    expect(state.registrations).toBe(3);
  });

  it('report each unit that fails, and keep the others', async () => {
    const { client, folder } = await world(true);
    const videos = await granted(client, folder, 'video', [
      Buffer.from('text'),
      mp4().subarray(0, 400),
      mp4(),
    ]);
    const [text, half, whole] = videos;
    const missing = (
      await client.okV2(grantsPage, 'POST', `storage/folders/${folder}/upload-signed-urls`, {
        itemType: 'video',
        count: 1,
      })
    ).results[0];
    if (!text || !half || !whole || !missing) throw new Error('grants are missing');
    const all = [video(text, 't.mp4'), video(half, 'h.mp4'), video(whole, 'w.mp4'), video(missing, 'm.mp4')];
    const strict = await poll(client, folder, await start(client, folder, { videos: all }));
    expect(strict).toMatchObject({
      status: 'ERROR',
      unitsDoneCount: 1,
      unitsErrorCount: 3,
      unitsPendingCount: 0,
    });
    expect(strict.itemsWithNames).toEqual([{ itemUuid: whole.itemUuid, name: 'w.mp4' }]);
    expect(strict.unitErrors.map((error) => error.objectUrls)).toEqual([
      [text.objectKey],
      [half.objectKey],
      [missing.objectKey],
    ]);
    expect(strict.unitErrors[0]).toMatchObject({
      error: expect.stringContaining('not a supported video'),
      actionDescription: 'Uploading video',
      subtaskUuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(strict.unitErrors[1]?.error).toContain('truncated');
    expect(strict.unitErrors[2]?.error).toContain('not uploaded');
    expect(strict.errors).toHaveLength(3);
    const lenient = await poll(client, folder, await start(client, folder, { videos: all }, true));
    expect(lenient).toMatchObject({ status: 'DONE', unitsDoneCount: 1, unitsErrorCount: 3 });
    expect((await client.state()).registrations).toBe(1);
  });

  it('believe media metadata that the client gives', async () => {
    const { client, folder } = await world(true);
    const [grant] = await granted(client, folder, 'video', [Buffer.from('anything')]);
    if (!grant) throw new Error('no grant');
    const videoMetadata = { fps: 25, duration: 4, width: 10, height: 20, fileSize: 8, mimeType: 'video/mp4' };
    const job = await start(client, folder, { videos: [{ ...video(grant, 'v.mp4'), videoMetadata }] });
    expect((await poll(client, folder, job)).status).toBe('DONE');
    const item = await client.okV2(z.looseObject({}), 'GET', `storage/items/${grant.itemUuid}`);
    expect(item).toMatchObject({ width: 10, height: 20, fps: 25, frameCount: 100 });
  });

  it('refuse unknown placeholders, those of another folder or user, and incomplete payloads', async () => {
    const { emulator, client, folder } = await world(true);
    const other = await client.folder('other');
    const [grant] = await granted(client, other, 'image', [png()]);
    if (!grant) throw new Error('no grant');
    const refused = async (lists: Record<string, unknown[]>, where = folder) =>
      (
        await client.v2('POST', `storage/folders/${where}/data-upload-jobs`, {
          dataItems: dataItems(lists),
          ignoreErrors: false,
        })
      ).status;
    expect(await refused({ images: [image(grant, 'a.png')] })).toBe(400);
    const unknown = { ...image(grant, 'a.png'), placeholderItemUuid: '11111111-2222-3333-4444-555555555555' };
    expect(await refused({ images: [unknown] }, other)).toBe(400);
    expect(await refused({ videos: [video(grant, 'a.mp4')] }, other)).toBe(400);
    expect(await refused({ images: [{ ...image(grant, 'a.png'), externalFileType: 'VIDEO' }] }, other)).toBe(
      422,
    );
    const { images: _, ...incomplete } = dataItems({});
    const body = { dataItems: incomplete, ignoreErrors: false };
    expect((await client.v2('POST', `storage/folders/${other}/data-upload-jobs`, body)).status).toBe(422);
    const somebody = new Client(emulator.url, new Key(SEED_B));
    const foreign = { dataItems: dataItems({ images: [image(grant, 'a.png')] }), ignoreErrors: false };
    expect((await somebody.v2('POST', `storage/folders/${other}/data-upload-jobs`, foreign)).status).toBe(
      403,
    );
    expect((await client.state()).registrations).toBe(0);
  });

  it('hold a poll until the end, answer at once with timeout 0, and can be cancelled', async () => {
    const { client, folder } = await world(true, { jobDelayMs: 60_000 });
    const [a] = await granted(client, folder, 'image', [png()]);
    if (!a) throw new Error('no grant');
    const job = await start(client, folder, { images: [image(a, 'a.png')] });
    expect(await poll(client, folder, job, 0)).toMatchObject({ status: 'PENDING', unitsPendingCount: 1 });
    const waiting = poll(client, folder, job, 30);
    const path = `storage/folders/${folder}/data-upload-jobs/${job}/cancel`;
    expect(await client.okV2(z.unknown(), 'POST', path)).toEqual({ unitsCancelledCount: 1 });
    expect(await waiting).toMatchObject({ status: 'CANCELLED', unitsCancelledCount: 1, itemsWithNames: [] });
    expect((await client.state()).registrations).toBe(0);
    expect(
      (await client.v2('GET', `storage/folders/${await client.folder('x')}/data-upload-jobs/${job}`)).status,
    ).toBe(404);
  });

  it('make sequences, groups from items, and frames in a sub-folder', async () => {
    const { client, folder, dataset } = await world(true);
    const { results } = await client.okV2(
      grantsPage,
      'POST',
      `storage/folders/${folder}/upload-signed-urls`,
      {
        itemType: 'image',
        count: 2,
        framesSubfolderName: 'frames',
      },
    );
    for (const grant of results) await put(grant.signedUrl, png());
    const job = await start(client, folder, { imageGroups: [group(results, 's', true)] });
    expect((await poll(client, folder, job)).status).toBe('DONE');
    const list = (query: string) =>
      client.okV2(pageOfItems, 'GET', `storage/folders/${folder}/items?${query}`);
    expect((await list('desc=False')).results.map((item) => [item.name, item.itemType])).toEqual([
      ['s', 'imageSequence'],
    ]);
    expect((await list('isRecursive=True&itemTypes=image&itemTypes=video')).results).toHaveLength(2);
    const again = await start(client, folder, {
      imageGroupsFromItems: [
        {
          imageItems: results.map((grant) => grant.itemUuid),
          title: 'again',
          clientMetadata: {},
          createVideo: false,
          externalFileType: 'IMG_GROUP_FROM_ITEMS',
          clusterByResolution: false,
        },
      ],
    });
    const [made] = (await poll(client, folder, again)).itemsWithNames;
    const children = await client.okV2(
      pageOfItems,
      'GET',
      `storage/folders/${folder}/items/${made?.itemUuid}/child-items`,
    );
    expect(children.results.map((item) => item.uuid)).toEqual(results.map((grant) => grant.itemUuid));
    const rows = await client.v1('datarows', 'GET', null, { title_eq: 'again' }, dataset);
    expect(rows.response).toMatchObject([{ data_type: 'IMG_GROUP', is_optimised_image_group: false }]);
  });
});

describe('linking', () => {
  it('skips, fails or doubles what is there already', async () => {
    const { client, folder, dataset } = await world(false);
    const [a, b] = await granted(client, folder, 'image', [png(), png(5, 5)]);
    if (!a || !b) throw new Error('grants are missing');
    const job = await start(client, folder, { images: [image(a, 'a.png'), image(b, 'b.png')] });
    expect((await poll(client, folder, job)).status).toBe('DONE');
    expect((await client.state()).items.map((item) => item.linked)).toEqual([false, false]);
    const link = (uuids: string[], behaviour: string) =>
      client.v1(
        'datasetlinkitems',
        'POST',
        dataset,
        { item_uuids: uuids, duplicates_behavior: behaviour },
        dataset,
      );
    expect((await link([a.itemUuid], 'SKIP')).response).toMatchObject([
      { data_title: 'a.png', backing_item_uuid: a.itemUuid },
    ]);
    await link([a.itemUuid], 'SKIP');
    expect((await link([b.itemUuid, a.itemUuid], 'FAIL')).response).toEqual(['RESOURCE_EXISTS_ERROR']);
    expect((await client.state()).datasets[0]?.rows).toHaveLength(1);
    await link([a.itemUuid, b.itemUuid], 'DUPLICATE');
    expect((await client.state()).datasets[0]?.rows.map((row) => row.title)).toEqual([
      'a.png',
      'a.png',
      'b.png',
    ]);
    expect((await link(['11111111-2222-3333-4444-555555555555'], 'SKIP')).response).toEqual([
      'RESOURCE_NOT_FOUND_ERROR',
    ]);
    const usage = await client.okV2(
      z.looseObject({}),
      'GET',
      `storage/folders/${folder}/items/${a.itemUuid}/summary`,
    );
    expect(usage).toMatchObject({
      usedInDatasets: 1,
      accessibleDatasets: [{ datasetHash: dataset, title: 'D' }],
    });
  });

  it('deletes rows with their files, and ignores hashes of other datasets', async () => {
    const { client, folder, dataset } = await world(true);
    const [a, b] = await granted(client, folder, 'image', [png(), png(5, 5)]);
    if (!a || !b) throw new Error('grants are missing');
    await poll(
      client,
      folder,
      await start(client, folder, { images: [image(a, 'a.png'), image(b, 'b.png')] }),
    );
    const hash = (await client.state()).datasets[0]?.rows[0]?.data_hash;
    const other = await client.dataset('other', false);
    await client.v1('video', 'DELETE', [hash], null, other.dataset);
    expect((await client.state()).datasets[0]?.rows).toHaveLength(2);
    await client.v1('video', 'DELETE', [hash], null, dataset);
    expect(await client.state()).toMatchObject({ objects: 1, items: [{ title: 'b.png' }] });
  });
});

const datasetState = z.object({
  status: z.string(),
  data_hashes_with_titles: z.array(
    z.object({ data_hash: z.string(), title: z.string(), backing_item_uuid: z.string() }),
  ),
  errors: z.array(z.string()),
  data_unit_errors: z.array(
    z.object({
      object_urls: z.array(z.string()),
      error: z.string(),
      subtask_uuid: z.string(),
      action_description: z.string(),
    }),
  ),
  units_done_count: z.number(),
  units_error_count: z.number(),
});

describe('dataset jobs', () => {
  const presign = async (client: Client, bodies: Buffer[]): Promise<Grant[]> => {
    const path = `presigned-urls?count=${bodies.length}&uploadItemType=image`;
    const { results } = await client.okV2(grantsPage, 'GET', path);
    for (const [i, body] of bodies.entries()) await put(results[i]?.signedUrl ?? '', body);
    return results;
  };
  const byUrl = (grant: Grant, title: string) => {
    const { placeholderItemUuid: _, ...element } = image(grant, title);
    return element;
  };

  it('register by object key, with a folder for static datasets and without for mirrored ones', async () => {
    const { client, folder, dataset } = await world(false);
    const mirrored = await client.dataset('M', true);
    const [good, bad] = await presign(client, [png(), Buffer.from('no image')]);
    if (!good || !bad) throw new Error('grants are missing');
    const payload = {
      dataItems: dataItems({ images: [byUrl(good, 'a.png'), byUrl(bad, 'b.png')] }),
      ignoreErrors: true,
    };
    const begin = (where: string, body: unknown) =>
      client.v1('datasetdatalongpolling', 'POST', where, body, where);
    expect((await begin(dataset, payload)).response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    expect((await begin(mirrored.dataset, { ...payload, folderUuid: folder })).response).toEqual([
      'INVALID_ARGUMENTS_ERROR',
    ]);
    for (const [where, body] of [
      [dataset, { ...payload, folderUuid: folder }],
      [mirrored.dataset, payload],
    ] as const) {
      const { process_hash } = z
        .object({ process_hash: z.string() })
        .parse((await begin(where, body)).response);
      const done = await client.ok(
        datasetState,
        'datasetdatalongpolling',
        'GET',
        where,
        { process_hash, timeout_seconds: 30 },
        where,
      );
      expect(done).toMatchObject({
        status: 'DONE',
        units_done_count: 1,
        units_error_count: 1,
        data_hashes_with_titles: [{ title: 'a.png' }],
        data_unit_errors: [{ object_urls: [bad.objectKey], action_description: 'Uploading image' }],
      });
      const row = await client.v1('datarow', 'GET', done.data_hashes_with_titles[0]?.data_hash, null, where);
      expect(row.response).toMatchObject({ data_title: 'a.png', data_type: 'IMAGE' });
    }
    const strangers = dataItems({ images: [{ ...byUrl(good, 'a.png'), objectUrl: 'cord-images/unknown' }] });
    const unknown = await begin(mirrored.dataset, { dataItems: strangers, ignoreErrors: true });
    expect(unknown.response).toEqual(['INVALID_ARGUMENTS_ERROR']);
  });
});

describe('lookups', () => {
  it('page through folders and items, and find them by name', async () => {
    const { client, folder } = await world(true);
    await client.control('POST', 'seed', {
      folders: [
        { name: 'Alpha' },
        { name: '100% sure' },
        { name: 'Beta', items: [{ count: 25, title: 'x' }] },
      ],
    });
    const folders = z.object({ results: z.array(z.object({ uuid: z.string(), name: z.string() })) });
    const names = async (query: string) =>
      (await client.okV2(folders, 'GET', `storage/folders?${query}`)).results.map((entry) => entry.name);
    expect(await names('order=name&desc=True')).toEqual(['D', 'Beta', 'Alpha', '100% sure']);
    expect(await names('search=0%25')).toEqual(['100% sure']);
    expect(await names('datasetSynced=True')).toEqual(['D']);
    const beta = (await client.okV2(folders, 'GET', 'storage/search/folders?search=beta')).results[0]?.uuid;
    const seen: string[] = [];
    let token: string | null = '';
    while (token !== null) {
      const page: z.output<typeof pageOfItems> = await client.okV2(
        pageOfItems,
        'GET',
        `storage/folders/${beta}/items?pageSize=10${token === '' ? '' : `&pageToken=${token}`}`,
      );
      seen.push(...page.results.map((item) => item.name));
      token = page.nextPageToken;
    }
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect((await client.v2('GET', `storage/folders/${beta}/items?pageSize=1001`)).status).toBe(422);
    expect((await client.v2('GET', 'storage/search/items')).status).toBe(400);
    const found = await client.okV2(pageOfItems, 'GET', 'storage/search/items?search=x-000003');
    expect(found.results.map((item) => item.name)).toEqual(['x-000003']);
    const summary = await client.okV2(z.looseObject({}), 'GET', `storage/folders/${beta}/summary`);
    expect(summary).toMatchObject({ files: 25, images: 25, folders: 0 });
    const sub = await client.okV2(z.looseObject({}), 'POST', 'storage/folders', {
      name: 'sub',
      parent: folder,
    });
    expect(sub).toMatchObject({
      parent: folder,
      pathToRoot: [{ uuid: folder, parentUuid: null }],
      userRole: 'admin',
    });
  });

  it('show registered units late when they are told to, while state shows them', async () => {
    const { client, folder, dataset } = await world(true, { lookupDelayMs: 3_600_000 });
    const [a] = await granted(client, folder, 'image', [png()]);
    if (!a) throw new Error('no grant');
    await poll(client, folder, await start(client, folder, { images: [image(a, 'a.png')] }));
    expect((await client.state()).datasets[0]?.rows).toHaveLength(1);
    const rows = async () => (await client.v1('datarows', 'GET', null, {}, dataset)).response;
    expect(await rows()).toEqual([]);
    expect((await client.v2('GET', `storage/items/${a.itemUuid}`)).status).toBe(403);
    const bulk = { itemUuids: [a.itemUuid], signUrls: false };
    expect((await client.okV2(pageOfItems, 'POST', 'storage/items/get-bulk', bulk)).results).toEqual([]);
    await client.control('POST', 'clock', { shiftSeconds: 3601 });
    client.shiftSeconds = 3601;
    expect(await rows()).toHaveLength(1);
    expect((await client.v2('GET', `storage/items/${a.itemUuid}`)).status).toBe(200);
    expect((await client.okV2(pageOfItems, 'POST', 'storage/items/get-bulk', bulk)).results).toHaveLength(1);
  });
});
