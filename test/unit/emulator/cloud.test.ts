/** Data of people's own buckets: registration into datasets and folders, and de-identification (encord-api.md C.9, C.10, C.16). */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { Client, dataItems, http, Key, png, SEED_A, SEED_B, started, temporaryFolder } from './support.ts';

const BUCKET = 'https://lab.s3.eu-west-2.amazonaws.com';
const INTEGRATION = 'aaaaaaaa-0000-4000-8000-000000000001';
const FOREIGN = 'aaaaaaaa-0000-4000-8000-000000000002';
const UNKNOWN = 'aaaaaaaa-0000-4000-8000-0000000000ff';
const READ_KEY = 'key-that-only-reads';

const video = { url: `${BUCKET}/v/a.mp4`, itemType: 'video', mimeType: 'video/mp4', fileSize: 5000, fps: 25 };
const image = (nth: number) => ({ url: `${BUCKET}/i/${nth}.png`, bytes: png(4, 3, nth).toString('base64') });
const dicom = (nth: number) => ({ url: `${BUCKET}/d/${nth}.dcm`, itemType: 'dicomFile' });
const SEEDED = [
  video,
  image(1),
  image(2),
  image(3),
  dicom(1),
  dicom(2),
  { url: `${BUCKET}/s/1.wav`, itemType: 'audio', mimeType: 'audio/wav' },
  { url: `${BUCKET}/t/1.txt`, itemType: 'plainText' },
];

let emulator: Emulator;
let client: Client;
let viewer: Client;
let dataset: string;
const folder = mkdtempSync(join(tmpdir(), 'emulator-cloud-'));

beforeAll(async () => {
  emulator = await startEmulator({ dataDir: folder, trustNewKeys: true, jobDelayMs: 5 });
  client = new Client(emulator.url, new Key(SEED_A));
  viewer = new Client(emulator.url, new Key(SEED_B));
  await furnish(client);
  dataset = (await client.dataset('Mirrored', true)).dataset;
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Users, integrations, and a dataset with a key that only reads. */
async function furnish(on: Client): Promise<void> {
  await on.control('POST', 'seed', {
    users: [
      { email: 'admin@lab.example', publicKey: new Key(SEED_A).openSsh },
      { email: 'viewer@lab.example', publicKey: new Key(SEED_B).openSsh },
    ],
    integrations: [
      { title: 'Lab bucket', uuid: INTEGRATION, objects: SEEDED },
      { title: 'Not yours', uuid: FOREIGN, owner: 'other@lab.example' },
    ],
    datasets: [
      {
        datasetHash: UNKNOWN,
        title: 'Shared',
        mirrored: true,
        users: [{ email: 'viewer@lab.example', role: 'user' }],
        apiKeys: [{ key: READ_KEY, scopes: ['dataset.read'] }],
      },
    ],
  });
}

const unitErrors = z.array(
  z.strictObject({
    object_urls: z.array(z.string()),
    error: z.string().min(1),
    subtask_uuid: z.uuid(),
    action_description: z.string(),
  }),
);
const datasetState = z.object({
  status: z.string(),
  data_hashes_with_titles: z.array(z.object({ data_hash: z.string(), title: z.string() })),
  data_unit_errors: unitErrors,
  units_done_count: z.number(),
  units_error_count: z.number(),
  units_cancelled_count: z.number(),
});

function begin(payload: unknown, on = client, where = dataset) {
  return on.v1('datasetdatalongpolling', 'POST', where, payload, where);
}

/** Registers and waits for the end. */
async function registered(files: unknown, ignoreErrors = true, where = dataset) {
  const answer = await begin({ files, integrationId: INTEGRATION, ignoreErrors }, client, where);
  return ended(answer.response, where);
}

async function ended(response: unknown, where = dataset) {
  const { process_hash } = z.object({ process_hash: z.string() }).parse(response);
  const poll = { process_hash, timeout_seconds: 30 };
  return client.ok(datasetState, 'datasetdatalongpolling', 'GET', where, poll, where);
}

const videos = (...urls: string[]) => ({ videos: urls.map((objectUrl) => ({ objectUrl })) });

describe('registration into a dataset', () => {
  it('takes each unit by itself, and says of those that fail what and why', async () => {
    const files = {
      videos: [
        { objectUrl: video.url, title: 'a.mp4', clientMetadata: { site: 'x' } },
        { objectUrl: `${BUCKET}/v/missing.mp4` },
        { objectUrl: image(1).url },
      ],
      images: [{ objectUrl: image(1).url }],
    };
    const done = await registered(files);
    expect(done).toMatchObject({
      status: 'DONE',
      units_done_count: 2,
      units_error_count: 2,
      data_hashes_with_titles: [{ title: 'a.mp4' }, { title: '/i/1.png' }],
      data_unit_errors: [
        { object_urls: [`${BUCKET}/v/missing.mp4`], action_description: 'Uploading video' },
        { object_urls: [image(1).url], error: expect.stringContaining('not a supported video') },
      ],
    });
    const [row, still] = done.data_hashes_with_titles;
    const want = {
      additional_data: { signed_url: true, images_data_fetch_options: null, client_metadata: true },
    };
    const seen = await client.v1('datarow', 'GET', row?.data_hash, want, dataset);
    expect(seen.response).toMatchObject({
      file_link: video.url,
      storage_location: 1,
      file_size: 5000,
      client_metadata: { site: 'x' },
    });
    const read = z
      .object({ signed_url: z.string(), width: z.literal(4), backing_item_uuid: z.string() })
      .parse((await client.v1('datarow', 'GET', still?.data_hash, want, dataset)).response);
    expect((await http('GET', read.signed_url)).status).toBe(200);
    expect(
      await client.okV2(z.looseObject({}), 'GET', `storage/items/${read.backing_item_uuid}`),
    ).toMatchObject({ url: image(1).url, storageLocation: 's3', integrationHash: INTEGRATION });
    // Without the option, one that fails makes the whole an error.
    expect(await registered(videos(`${BUCKET}/v/missing.mp4`), false)).toMatchObject({ status: 'ERROR' });
  });

  it('knows the older spelling, and wants a folder for a static dataset', async () => {
    const older = { files: videos(video.url), integration_id: INTEGRATION, ignore_errors: false };
    expect(await ended((await begin(older)).response)).toMatchObject({ status: 'DONE', units_done_count: 1 });
    const fixed = (await client.dataset('Static', false)).dataset;
    const files = { files: videos(video.url), integrationId: INTEGRATION, ignoreErrors: false };
    expect((await begin(files, client, fixed)).response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    const folderUuid = await client.folder('For static');
    expect((await begin({ ...files, folderUuid })).response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    const answer = await begin({ ...files, folderUuid, fileName: 'list.json' }, client, fixed);
    expect(await ended(answer.response, fixed)).toMatchObject({ status: 'DONE', units_done_count: 1 });
  });

  it('makes groups, sequences, series and all other kinds; media metadata is believed', async () => {
    const where = (await client.dataset('Kinds', true)).dataset;
    const facts = { fps: 10, duration: 2, width: 640, height: 480, file_size: 9, mime_type: 'video/webm' };
    const frames = { objectUrl_0: image(2).url, objectUrl_1: image(1).url };
    const done = await registered(
      {
        videos: [{ objectUrl: 'https://storage.cloud.google.com/b/unseen.webm', videoMetadata: facts }],
        audio: [{ objectUrl: `${BUCKET}/s/1.wav` }],
        text: [{ objectUrl: `${BUCKET}/t/1.txt` }],
        image_groups: [
          { title: 'group', ...frames },
          { title: 'sequence', createVideo: true, ...frames },
        ],
        dicom_series: [{ title: 'series', objectUrl_0: dicom(1).url, objectUrl_1: dicom(2).url }],
      },
      false,
      where,
    );
    expect(done).toMatchObject({ status: 'DONE', units_done_count: 6 });
    const rows = z
      .array(z.looseObject({ data_title: z.string() }))
      .parse((await client.v1('datarows', 'GET', null, {}, where)).response);
    const row = (title: string) => rows.find((each) => each.data_title === title);
    expect(row('/b/unseen.webm')).toMatchObject({ storage_location: 2, width: 640, file_size: 9 });
    expect(row('group')).toMatchObject({ data_type: 'IMG_GROUP', is_optimised_image_group: false });
    expect(row('sequence')).toMatchObject({ is_optimised_image_group: true, storage_location: 1 });
    expect(row('series')).toMatchObject({ data_type: 'DICOM', file_link: null });
    const { datasets } = await client.state();
    const group = datasets
      .find((each) => each.dataset_hash === where)
      ?.rows.find((each) => each.title === 'group');
    expect(group?.images.map((each) => each.title)).toEqual(['/i/2.png', '/i/1.png']);
  });

  it('doubles what is registered twice, unless it is told to skip; metadata then changes only where asked', async () => {
    const where = (await client.dataset('Twice', true)).dataset;
    const files = {
      videos: [{ objectUrl: video.url, title: 'v' }],
      image_groups: [{ title: 'g', objectUrl_0: image(1).url, objectUrl_1: image(2).url }],
      dicom_series: [{ title: 's', objectUrl_0: dicom(1).url }],
    };
    const titles = async () => {
      const { datasets } = await client.state();
      return datasets.find((each) => each.dataset_hash === where)?.rows.map((row) => row.title);
    };
    await registered(files, true, where);
    const again = await registered({ ...files, skip_duplicate_urls: true }, true, where);
    expect(again).toMatchObject({ status: 'DONE', units_done_count: 3 });
    expect(await titles()).toEqual(['v', 'g', 's']);
    // Of the series in part known, only the new file; a group in another order is another group.
    await registered(
      {
        image_groups: [{ title: 'g2', objectUrl_0: image(2).url, objectUrl_1: image(1).url }],
        dicom_series: [{ title: 's2', objectUrl_0: dicom(1).url, objectUrl_1: dicom(2).url }],
        skip_duplicate_urls: true,
      },
      true,
      where,
    );
    expect(await titles()).toEqual(['v', 'g', 's', 'g2', 's2']);
    await registered(files, true, where);
    expect(await titles()).toEqual(['v', 'g', 's', 'g2', 's2', 'v', 'g', 's']);

    const metadata = async () => {
      const payload = { title_eq: 'v', dataset_access_settings: { fetch_client_metadata: true } };
      const answer = await client.v1('datarows', 'GET', null, payload, where);
      return z.array(z.object({ client_metadata: z.unknown() })).parse(answer.response)[0]?.client_metadata;
    };
    const changed = {
      videos: [{ objectUrl: video.url, clientMetadata: { k: 1 } }],
      skip_duplicate_urls: true,
    };
    await registered(changed, true, where);
    expect(await metadata()).toEqual({});
    await registered({ ...changed, upsert_metadata: true }, true, where);
    expect(await metadata()).toEqual({ k: 1 });
  });

  it('can be one call that answers at the end', async () => {
    const add = (files: unknown) =>
      client.v1(
        'datasetdata',
        'POST',
        dataset,
        { integration_id: INTEGRATION, ignore_errors: false, files },
        dataset,
      );
    expect((await add(videos(video.url))).response).toMatchObject({
      dataset_data_info: [{ title: '/v/a.mp4', data_hash: expect.any(String) }],
    });
    const refused = await add(videos(`${BUCKET}/v/missing.mp4`));
    expect(refused).toMatchObject({
      response: ['INVALID_ARGUMENTS_ERROR'],
      payload: expect.stringMatching('missing'),
    });
  });
});

describe('a file that is not one', () => {
  const url = video.url;
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', [{ objectUrl: url }]],
    ['an unknown key', { films: [] }],
    ['the keys of the other shape', { imageGroups: [] }],
    ['scenes', { scenes: [] }],
    ['an element without a URL', { videos: [{ title: 'a' }] }],
    ['an unknown key in an element', { videos: [{ objectUrl: url, name: 'a' }] }],
    ['a blank in a URL', videos(`${BUCKET}/a b.mp4`)],
    ['a URL that is a path', videos('/v/a.mp4')],
    ['a URL of another kind', videos('s3://lab/v/a.mp4')],
    ['a URL that is too long', videos(`${BUCKET}/${'a/'.repeat(8200)}`)],
    ['a file name that is too long', videos(`${BUCKET}/${'a'.repeat(301)}`)],
    ['a title that is too long', { videos: [{ objectUrl: url, title: 'a'.repeat(301) }] }],
    ['metadata of the other shape', { images: [{ objectUrl: url, imageMetadata: { fileSize: 1 } }] }],
    ['client metadata that is text', { videos: [{ objectUrl: url, clientMetadata: '{}' }] }],
    ['a group without a title', { image_groups: [{ objectUrl_0: url }] }],
    ['a group without URLs', { image_groups: [{ title: 'g' }] }],
    ['a gap in the numbers', { image_groups: [{ title: 'g', objectUrl_0: url, objectUrl_2: url }] }],
    ['numbers from 1', { dicom_series: [{ title: 's', objectUrl_1: url }] }],
    ['a sequence of DICOM', { dicom_series: [{ title: 's', objectUrl_0: url, createVideo: true }] }],
    ['more items than one file may have', { images: Array.from({ length: 500_001 }, () => 0) }],
  ])('%s is refused before anything begins', async (_, files) => {
    const answer = await begin({ files, integrationId: INTEGRATION, ignoreErrors: true });
    expect(answer.response).toEqual(['INVALID_ARGUMENTS_ERROR']);
  });
});

describe('who may', () => {
  it('only those who may write, with an integration of theirs', async () => {
    const payload = { files: videos(video.url), integrationId: INTEGRATION, ignoreErrors: true };
    expect((await begin(payload, viewer, UNKNOWN)).response).toEqual(['AUTHORISATION_ERROR']);
    const reader = new Client(emulator.url, READ_KEY);
    expect((await begin(payload, reader, UNKNOWN)).response).toEqual(['OPERATION_NOT_ALLOWED']);
    expect((await begin({ ...payload, integrationId: FOREIGN })).response).toEqual(['AUTHORISATION_ERROR']);
    expect((await begin({ ...payload, integrationId: UNKNOWN })).response).toEqual(['AUTHORISATION_ERROR']);
    expect((await begin({ ...payload, integrationId: undefined })).response).toEqual([
      'INVALID_ARGUMENTS_ERROR',
    ]);
    const both = { ...payload, dataItems: dataItems({}) };
    expect((await begin(both)).response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    const integrations = await reader.v1('cloudintegration', 'GET', null, null, UNKNOWN);
    expect(integrations.response).toEqual([{ id: INTEGRATION, title: 'Lab bucket' }]);
    const process = { process_hash: UNKNOWN, timeout_seconds: 0 };
    const unknown = await client.v1('datasetdatalongpolling', 'GET', dataset, process, dataset);
    expect(unknown.response).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
  });
});

const folderState = z.object({
  status: z.string(),
  itemsWithNames: z.array(z.object({ itemUuid: z.string(), name: z.string() })),
  unitErrors: z.array(z.object({ objectUrls: z.array(z.string()), subtaskUuid: z.uuid() })),
  unitsPendingCount: z.number(),
  unitsCancelledCount: z.number(),
  fileName: z.string().nullable(),
});

describe('registration into a folder', () => {
  const start = async (on: Client, where: string, body: object) =>
    on.v2('POST', `storage/folders/${where}/data-upload-jobs`, { ignoreErrors: true, ...body });
  const state = (on: Client, where: string, job: string, seconds = 30) =>
    on.okV2(folderState, 'GET', `storage/folders/${where}/data-upload-jobs/${job}?timeoutSeconds=${seconds}`);

  it('takes a file or structured items, with an integration', async () => {
    const where = await client.folder('Cloud');
    const external = { externalFiles: videos(video.url, `${BUCKET}/no.mp4`), integrationHash: INTEGRATION };
    const job = JSON.parse((await start(client, where, { ...external, fileName: 'f.json' })).text);
    expect(await state(client, where, job)).toMatchObject({
      status: 'DONE',
      itemsWithNames: [{ name: '/v/a.mp4' }],
      unitErrors: [{ objectUrls: [`${BUCKET}/no.mp4`] }],
      fileName: 'f.json',
    });
    const element = {
      objectUrl: image(3).url,
      title: '3.png',
      clientMetadata: {},
      externalFileType: 'IMAGE',
    };
    const structured = { dataItems: dataItems({ images: [element] }), integrationHash: INTEGRATION };
    const other = JSON.parse((await start(client, where, structured)).text);
    expect(await state(client, where, other)).toMatchObject({
      status: 'DONE',
      itemsWithNames: [{ name: '3.png' }],
    });

    const group = { images: [{ url: image(3).url }], clientMetadata: {}, createVideo: false };
    const untitled = { ...group, externalFileType: 'IMG_GROUP', clusterByResolution: false };
    for (const [body, status] of [
      [{ ...structured, dataItems: dataItems({ imageGroups: [untitled] }) }, 400],
      [{ ...structured, dataItems: dataItems({ images: [{ ...element, objectUrl: 'a key' }] }) }, 422],
      [{ externalFiles: videos(video.url) }, 400],
      [{ ...external, ...structured }, 400],
      [{ ...external, integrationHash: FOREIGN }, 403],
      [{ ...external, externalFiles: { films: [] } }, 422],
    ] as const) {
      expect((await start(client, where, body)).status).toBe(status);
    }
    expect((await start(viewer, where, external)).status).toBe(403);
    expect((await start(client, UNKNOWN, external)).status).toBe(403);
  });

  it('can be cancelled, goes on after a restart, and can be forgotten', async () => {
    const dataDir = temporaryFolder();
    const slow = await started({ dataDir, jobDelayMs: 600_000 });
    let on = new Client(slow.url, new Key(SEED_A));
    await furnish(on);
    const where = await on.folder('Slow');
    const external = { externalFiles: videos(video.url, `${BUCKET}/no.mp4`), integrationHash: INTEGRATION };
    const jobs: string[] = [];
    for (let i = 0; i < 3; i += 1) jobs.push(JSON.parse((await start(on, where, external)).text));
    const [cancelled = '', lost = '', kept = ''] = jobs;
    const cancel = (job: string) => on.v2('POST', `storage/folders/${where}/data-upload-jobs/${job}/cancel`);
    expect(JSON.parse((await cancel(cancelled)).text)).toEqual({ unitsCancelledCount: 2 });
    expect(await state(on, where, cancelled)).toMatchObject({ status: 'CANCELLED', unitsCancelledCount: 2 });
    expect((await cancel(UNKNOWN)).status).toBe(404);

    // A poll that waits is told as soon as its job is forgotten.
    const waiting = on.v2('GET', `storage/folders/${where}/data-upload-jobs/${lost}?timeoutSeconds=60`);
    await on.control('POST', 'forget-jobs', { jobs: [lost] });
    expect((await waiting).status).toBe(404);
    expect(await state(on, where, kept, 0)).toMatchObject({ status: 'PENDING', unitsPendingCount: 2 });
    await slow.close();

    const restarted = await started({ dataDir });
    on = new Client(restarted.url, new Key(SEED_A));
    expect(await state(on, where, kept)).toMatchObject({
      status: 'DONE',
      itemsWithNames: [{ name: '/v/a.mp4' }],
    });
    expect(await on.control('POST', 'forget-jobs')).toEqual({ forgotten: 2 });
    expect((await on.v2('GET', `storage/folders/${where}/data-upload-jobs/${kept}`)).status).toBe(404);
  });
});

describe('de-identification', () => {
  const body = { integrationUuid: INTEGRATION, dicomUrls: [dicom(1).url], redactPixelsMode: 'redactAllText' };
  const ended = async (task: string) =>
    JSON.parse((await client.v2('GET', `dicom-deidentification/${task}?timeoutSeconds=30`)).text);

  it('ends with new files in the bucket, or in an error', async () => {
    const start = async (change: object) =>
      JSON.parse((await client.v2('POST', 'dicom-deidentification', { ...body, ...change })).text);
    const done = await ended(await start({ uploadDir: 'clean/' }));
    expect(done).toMatchObject({
      status: 'DONE',
      urls: [expect.stringMatching(/\/clean\/deid_\d+_1\.dcm$/)],
    });
    const series = { dicom_series: [{ title: 'clean', objectUrl_0: done.urls[0] }] };
    expect(await registered(series, false)).toMatchObject({ status: 'DONE', units_done_count: 1 });
    for (const dicomUrls of [[dicom(1).url, dicom(99).url], [video.url]]) {
      expect(await ended(await start({ dicomUrls }))).toEqual({ status: 'ERROR', urls: null });
    }
    const task = await start({
      saveConditions: [{ value: ['CT'], conditionType: 'in', dicomTag: '00080060' }],
    });
    expect(await ended(task)).toMatchObject({ status: 'DONE' });
    expect((await viewer.v2('GET', `dicom-deidentification/${task}`)).status).toBe(404);
    await client.control('POST', 'forget-jobs', { jobs: [task] });
    expect((await client.v2('GET', `dicom-deidentification/${task}`)).status).toBe(404);
  });

  it.each<[string, object, number]>([
    ['no URLs', { dicomUrls: [] }, 422],
    ['another mode', { redactPixelsMode: 'all' }, 422],
    [
      'a condition of another kind',
      { saveConditions: [{ value: 'x', conditionType: 'is', dicomTag: '1' }] },
      422,
    ],
    ['an integration of somebody else', { integrationUuid: FOREIGN }, 403],
    ['an unknown integration', { integrationUuid: UNKNOWN }, 403],
  ])('is refused for %s', async (_, change, status) => {
    expect((await client.v2('POST', 'dicom-deidentification', { ...body, ...change })).status).toBe(status);
  });
});
