/** Changing rows, re-encoding them and reading their text, and what is refused (encord-api.md C.13). */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { Client, Key, png, put, SEED_A, SEED_B, temporaryFolder, urlObject } from './support.ts';

const EMAIL = 'admin@lab.example';
const VIEWER = 'viewer@lab.example';
const STRANGE = '99999999-9999-4999-8999-999999999999';

const seeded = z.object({ datasets: z.array(z.object({ datasetHash: z.string() })) });
const rowList = z.array(
  z.object({
    data_hash: z.string(),
    data_title: z.string(),
    data_type: z.string(),
    client_metadata: z.record(z.string(), z.unknown()).nullable(),
    backing_item_uuid: z.string(),
  }),
);

let folder: string;
let emulator: Emulator;
let admin: Client;
let viewer: Client;
/** API keys of the dataset under test. */
let writer: Client;
let reader: Client;
let dataset: string;
let foreign: { dataset: string; row: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emulator-rows-'));
  emulator = await startEmulator({ dataDir: folder, jobDelayMs: 5_000 });
  admin = new Client(emulator.url, new Key(SEED_A));
  viewer = new Client(emulator.url, new Key(SEED_B));
  await admin.control('POST', 'seed', {
    users: [
      { email: EMAIL, publicKey: new Key(SEED_A).openSsh },
      { email: VIEWER, publicKey: new Key(SEED_B).openSsh },
    ],
  });
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

let nth = 0;
beforeEach(async () => {
  nth += 1;
  const made = seeded.parse(
    await admin.control('POST', 'seed', {
      datasets: [
        {
          title: 'Cells',
          owner: EMAIL,
          users: [{ email: VIEWER, role: 'user' }],
          apiKeys: [
            { title: 'both', key: `both-${nth}` },
            { title: 'read', key: `read-${nth}`, scopes: ['dataset.read'] },
          ],
          rows: [
            { count: 2, title: 'video', itemType: 'video', clientMetadata: { old: true } },
            { title: 'picture', itemType: 'image' },
          ],
        },
        { title: 'Others', owner: EMAIL, rows: [{ title: 'foreign', itemType: 'video' }] },
      ],
    }),
  );
  const [first, second] = made.datasets.map(({ datasetHash }) => datasetHash);
  dataset = first ?? '';
  foreign = { dataset: second ?? '', row: (await rowsOf(second ?? ''))[0]?.data_hash ?? '' };
  writer = new Client(emulator.url, `both-${nth}`);
  reader = new Client(emulator.url, `read-${nth}`);
});

function rowsOf(hash: string, client = admin): Promise<z.output<typeof rowList>> {
  const settings = { dataset_access_settings: { fetch_client_metadata: true } };
  return client.ok(rowList, 'datarows', 'GET', null, settings, hash);
}

async function row(title: string): Promise<z.output<typeof rowList>[number]> {
  const found = (await rowsOf(dataset)).find((each) => each.data_title === title);
  if (found === undefined) throw new Error(`There is no row ${title}.`);
  return found;
}

type Call = readonly [type: string, method: string, uid: unknown, payload: unknown];

/** The name of a refusal, or the answer itself. */
async function refusal(client: Client, [type, method, uid, payload]: Call, hash = dataset): Promise<unknown> {
  const answer = await client.v1(type, method, uid, payload, hash);
  return answer.status === 200 ? answer : answer.response;
}

const changed = z.object({ updated_fields: z.array(z.string()), data_row: rowList.element });

describe('changing a row', () => {
  it('renames it, replaces its client metadata, or both, with either credential', async () => {
    const one = await row('video-000001');
    const renamed = await writer.ok(
      changed,
      'datarow',
      'POST',
      one.data_hash,
      { data_title: 'new' },
      dataset,
    );
    expect(renamed).toMatchObject({
      updated_fields: ['data_title'],
      data_row: { data_title: 'new', client_metadata: { old: true } },
    });
    const payload = { data_title: 'newer', client_metadata: { a: [1] } };
    const both = await admin.ok(changed, 'datarow', 'POST', one.data_hash, payload, dataset);
    expect(both.updated_fields).toEqual(['data_title', 'client_metadata']);
    expect(await row('newer')).toMatchObject({ data_hash: one.data_hash, client_metadata: { a: [1] } });
    const none = await admin.ok(changed, 'datarow', 'POST', one.data_hash, {}, dataset);
    expect(none.updated_fields).toEqual([]);
    expect((await rowsOf(foreign.dataset)).map((each) => each.data_title)).toEqual(['foreign']);
  });

  it('renames several by the oldest call, all or none', async () => {
    const [one, two] = [await row('video-000001'), await row('picture')];
    const change = (hash: string, title: string) => ({ video_hash: hash, title });
    const payload = [change(one.data_hash, 'first'), change(two.data_hash, 'second')];
    expect(await writer.ok(z.unknown(), 'video', 'POST', dataset, payload, dataset)).toEqual({
      success: true,
    });
    const wrong = [change(one.data_hash, 'other'), change(foreign.row, 'other')];
    expect(await refusal(admin, ['video', 'POST', dataset, wrong])).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
    expect((await rowsOf(dataset)).map((each) => each.data_title)).toEqual([
      'first',
      'video-000002',
      'second',
    ]);
  });

  it('is refused by role, scope, id and payload', async () => {
    const { data_hash } = await row('picture');
    const change: Call = ['datarow', 'POST', data_hash, { data_title: 'x' }];
    const oldest: Call = ['video', 'POST', dataset, [{ video_hash: data_hash, title: 'x' }]];
    for (const call of [change, oldest]) {
      expect(await refusal(viewer, call)).toEqual(['AUTHORISATION_ERROR']);
      expect(await refusal(reader, call)).toEqual(['OPERATION_NOT_ALLOWED']);
      expect(await refusal(writer, call, foreign.dataset)).toEqual(['AUTHORISATION_ERROR']);
      expect(await refusal(admin, call, STRANGE)).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
    }
    for (const hash of [STRANGE, foreign.row]) {
      expect(await refusal(admin, ['datarow', 'POST', hash, { data_title: 'x' }])).toEqual([
        'RESOURCE_NOT_FOUND_ERROR',
      ]);
    }
    for (const bad of [
      ['datarow', 'POST', 'no uuid', { data_title: 'x' }],
      ['datarow', 'POST', data_hash, null],
      ['datarow', 'POST', data_hash, { data_title: '' }],
      ['datarow', 'POST', data_hash, { data_title: 'x'.repeat(301) }],
      ['datarow', 'POST', data_hash, { client_metadata: '{}' }],
      ['datarow', 'POST', data_hash, { client_metadata: [] }],
      ['video', 'POST', foreign.dataset, [{ video_hash: data_hash, title: 'x' }]],
      ['video', 'POST', dataset, []],
      ['video', 'POST', dataset, { video_hash: data_hash, title: 'x' }],
      ['video', 'POST', dataset, [{ video_hash: data_hash }]],
    ] as const) {
      expect([bad, await refusal(admin, bad)]).toEqual([bad, ['INVALID_ARGUMENTS_ERROR']]);
    }
    expect((await row('picture')).client_metadata).toEqual({});
  });
});

const status = z.object({
  status: z.string(),
  result: z.array(z.object({ data_hash: z.string(), bucket_path: z.string() })).optional(),
});

describe('re-encoding', () => {
  const start = (hashes: readonly string[]): Promise<number> =>
    writer.ok(z.number(), 'reencodevideotask', 'PUT', null, { data_hash: hashes }, dataset);
  const ask = (task: number, client = reader) =>
    client.ok(status, 'reencodevideotask', 'GET', task, null, dataset);

  it('takes its time, ignores rows of other datasets, and ends with a result for each video', async () => {
    const { data_hash } = await row('video-000001');
    const task = await start([data_hash, foreign.row]);
    expect(await ask(task)).toEqual({ status: 'SUBMITTED' });
    await admin.control('POST', 'clock', { shiftSeconds: 6 });
    const done = await ask(task);
    expect(done).toMatchObject({ status: 'DONE', result: [{ data_hash }] });
    expect(done.result).toHaveLength(1);
  });

  it('ends in an error where a video is gone by then', async () => {
    const [one, two] = [await row('video-000001'), await row('video-000002')];
    const task = await start([one.data_hash, two.data_hash]);
    await writer.ok(z.unknown(), 'video', 'DELETE', [two.data_hash], null, dataset);
    expect((await ask(task)).status).toBe('SUBMITTED');
    await admin.control('POST', 'clock', { shiftSeconds: 6 });
    expect(await ask(task)).toEqual({ status: 'ERROR' });
  });

  it('outlives a restart', async () => {
    const options = { dataDir: temporaryFolder(), publicKeys: [new Key(SEED_A).openSsh], jobDelayMs: 5_000 };
    const first = await startEmulator(options);
    const before = new Client(first.url, new Key(SEED_A));
    const [own] = seeded.parse(
      await before.control('POST', 'seed', {
        datasets: [{ title: 'D', rows: [{ title: 'film', itemType: 'video' }] }],
      }),
    ).datasets;
    const hash = own?.datasetHash ?? '';
    const films = (await rowsOf(hash, before)).map((each) => each.data_hash);
    const task = await before.ok(z.number(), 'reencodevideotask', 'PUT', null, { data_hash: films }, hash);
    await first.close();
    const second = await startEmulator(options);
    try {
      const after = new Client(second.url, new Key(SEED_A));
      const now = () => after.ok(status, 'reencodevideotask', 'GET', task, null, hash);
      expect((await now()).status).toBe('SUBMITTED');
      await after.control('POST', 'clock', { shiftSeconds: 6 });
      expect(await now()).toMatchObject({ status: 'DONE', result: [{ data_hash: films[0] }] });
    } finally {
      await second.close();
    }
  });

  it('is refused by role, scope, id, type and payload', async () => {
    const { data_hash } = await row('video-000001');
    const begin: Call = ['reencodevideotask', 'PUT', null, { data_hash: [data_hash] }];
    expect(await refusal(viewer, begin)).toEqual(['AUTHORISATION_ERROR']);
    expect(await refusal(reader, begin)).toEqual(['OPERATION_NOT_ALLOWED']);
    expect(await refusal(admin, begin, STRANGE)).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
    for (const payload of [null, {}, { data_hash: [] }, { data_hash: 'x' }, { data_hash: ['no uuid'] }]) {
      const call: Call = ['reencodevideotask', 'PUT', null, payload];
      expect([payload, await refusal(admin, call)]).toEqual([payload, ['INVALID_ARGUMENTS_ERROR']]);
    }
    const picture: Call = [
      'reencodevideotask',
      'PUT',
      null,
      { data_hash: [(await row('picture')).data_hash] },
    ];
    expect(await refusal(admin, picture)).toEqual(['INVALID_ARGUMENTS_ERROR']);

    const task = await start([data_hash]);
    const question: Call = ['reencodevideotask', 'GET', task, null];
    expect((await ask(task, viewer)).status).toBe('SUBMITTED');
    expect(await refusal(admin, question, foreign.dataset)).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
    expect(await refusal(admin, ['reencodevideotask', 'GET', task + 1000, null])).toEqual([
      'RESOURCE_NOT_FOUND_ERROR',
    ]);
    expect(await refusal(admin, ['reencodevideotask', 'GET', 'first', null])).toEqual([
      'INVALID_ARGUMENTS_ERROR',
    ]);
  });
});

describe('reading the text of an image group', () => {
  it('gives a result for each frame, and is refused for what is no group', async () => {
    const grants = await writer.ok(
      z.array(urlObject),
      'signedimagesurl',
      'GET',
      ['slide one.png', 'slide two.png'],
      null,
      dataset,
    );
    for (const [index, grant] of grants.entries()) await put(grant.signed_url, png(4, 4, index));
    await writer.ok(z.unknown(), 'images', 'PUT', null, grants, dataset);
    const hashes = grants.map((grant) => grant.data_hash);
    const [group] = await writer.ok(
      z.array(z.object({ data_hash: z.string() })),
      'imagegroup',
      'POST',
      hashes,
      { image_group_title: 'slides', create_video: false },
      dataset,
    );
    const read = (hash: unknown): Call => ['imagegroupocr', 'GET', null, { image_group_data_hash: hash }];
    for (const client of [reader, viewer]) {
      expect(await refusal(client, read(group?.data_hash))).toMatchObject({
        status: 200,
        response: [
          { processed_texts: { image_hash: hashes[0], texts: ['slide', 'one', 'png'] } },
          { processed_texts: { image_hash: hashes[1], texts: ['slide', 'two', 'png'] } },
        ],
      });
    }
    expect(await refusal(admin, read((await row('picture')).data_hash))).toEqual(['INVALID_ARGUMENTS_ERROR']);
    expect(await refusal(admin, read(foreign.row))).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
    expect(await refusal(admin, read(null))).toEqual(['INVALID_ARGUMENTS_ERROR']);
    const stranger = new Client(emulator.url, 'a key that nobody has');
    expect(await refusal(stranger, read(group?.data_hash))).toEqual(['AUTHENTICATION_ERROR']);
  });
});
