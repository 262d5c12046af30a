/** Who is let in: both signatures with the reference's vectors (encord-api.md B.6), their refusals, tokens, API keys. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Client, http, Key, SEED_A, SEED_B, started } from './support.ts';

const VECTOR_BODY =
  '{"query_type": "dataset", "query_method": "GET", "values": {"uid": null, "payload": null}}';
const PUBLIC_HEX = '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8';
const V1_SIGNATURE =
  'ef4ad9b3d0b3418b7d9dab0a37518bb0bb20ff8b47692c129c61f93869e058bbe1b9b2b8cdb386fef4a21b32f29ba4090f3f9264f83d7b224d6f57c16dc1c406';
const CREATED = 1_700_000_000;
const PARAMS = `("@method" "@request-target" "content-digest");created=${CREATED};keyid="${PUBLIC_HEX}";alg="ed25519"`;

/** Seeds the vector's key as an admin of one dataset. */
async function vectorWorld(clock?: () => number) {
  const emulator = await started({ trustNewKeys: false, ...(clock ? { clock } : {}) });
  const client = new Client(emulator.url, new Key(SEED_A));
  await client.control('POST', 'keys', { publicKey: new Key(SEED_A).openSsh, email: 'a@example.org' });
  const seeded = z
    .object({ datasets: z.array(z.object({ datasetHash: z.string() })) })
    .parse(await client.control('POST', 'seed', { datasets: [{ title: 'D', owner: 'a@example.org' }] }));
  return { emulator, client, dataset: seeded.datasets[0]?.datasetHash ?? '' };
}

describe('v1', () => {
  it('accepts the signature of the reference over the exact bytes', async () => {
    const { emulator, dataset } = await vectorWorld();
    const ask = (body: string, authorization: string) =>
      http(
        'POST',
        `${emulator.url}/public`,
        { 'Content-Type': 'application/json', ResourceID: dataset, Authorization: authorization },
        body,
      );
    const good = await ask(VECTOR_BODY, `${PUBLIC_HEX}:${V1_SIGNATURE}`);
    expect(JSON.parse(good.text)).toMatchObject({
      status: 200,
      response: { dataset_hash: dataset, data_rows: [] },
    });

    const altered = await ask(VECTOR_BODY.replace('null}', 'null }'), `${PUBLIC_HEX}:${V1_SIGNATURE}`);
    expect(JSON.parse(altered.text)).toMatchObject({ status: 401, response: ['AUTHENTICATION_ERROR'] });

    const wrong = await ask(VECTOR_BODY, `${PUBLIC_HEX}:${V1_SIGNATURE.replace('ef4a', 'ef4b')}`);
    expect(JSON.parse(wrong.text)).toMatchObject({ status: 401, response: ['AUTHENTICATION_ERROR'] });
  });

  it('knows no stranger, unless it trusts new keys', async () => {
    const strict = await vectorWorld();
    const stranger = new Client(strict.emulator.url, new Key(SEED_B));
    expect(await stranger.v1('dataset', 'GET', null, null, strict.dataset)).toMatchObject({
      status: 400,
      response: ['SSH_KEY_NOT_FOUND_ERROR'],
    });
    expect((await stranger.v2('GET', 'user/current')).status).toBe(401);

    const trusting = await started({ trustNewKeys: true });
    const welcome = new Client(trusting.url, new Key(SEED_B));
    expect((await welcome.v2('GET', 'user/current')).status).toBe(200);
  });

  it('requires what the reference requires of headers and keys', async () => {
    const { client, dataset } = await vectorWorld();
    const noResource = await client.v1('dataset', 'GET', null, null, dataset, {
      headers: { ResourceID: '' },
    });
    expect(noResource.response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    const noType = await client.v1('dataset', 'GET', null, null, dataset, {
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(noType.response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    const project = await client.v1('dataset', 'GET', null, null, dataset, {
      headers: { ResourceType: 'project' },
    });
    expect(project.response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    const typed = await client.v1('dataset', 'GET', null, null, dataset, {
      headers: { ResourceType: 'dataset' },
    });
    expect(typed.status).toBe(200);
    const unknown = await client.v1('nonsense', 'GET', null, null, dataset);
    expect(unknown.response).toEqual(['METHOD_NOT_ALLOWED_ERROR']);
    const nowhere = await client.v1('dataset', 'GET', null, null, '00000000-0000-0000-0000-000000000000');
    expect(nowhere.response).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
  });
});

describe('v2', () => {
  const clock = () => CREATED * 1000 + 30_000;
  const get = (url: string, target: string, signature: string, digest: string) =>
    http('GET', url + target, {
      'Content-Digest': digest,
      'Signature-Input': `encord-sig=${PARAMS}`,
      Signature: `encord-sig=:${signature}:`,
    });
  const target = '/v2/public/presigned-urls?count=2&uploadItemType=image';
  const signature =
    'h5Pj1/FCSL1yHfCbmnfLv22uvD88RYZut/dXGqmrAaYZe2JCqeXN9BXFY6WM0dUjk0P0/X9kdtu3N8C4lDupDA==';
  const empty = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:';

  it('accepts the GET vector and nothing near it', async () => {
    const { emulator } = await vectorWorld(clock);
    expect((await get(emulator.url, target, signature, empty)).status).toBe(200);
    const otherTarget = await get(emulator.url, target.replace('count=2', 'count=3'), signature, empty);
    expect(otherTarget.status).toBe(401);
    expect(JSON.parse(otherTarget.text)).toHaveProperty('message');
    expect((await get(emulator.url, target, signature.replace('h5', 'h6'), empty)).status).toBe(401);
    expect((await get(emulator.url, target, signature, empty.replace('47', '48'))).status).toBe(401);
    expect((await http('GET', emulator.url + target)).status).toBe(401);
  });

  it('accepts the POST vector, and refuses an altered body', async () => {
    const { emulator } = await vectorWorld(clock);
    const body = '{"title": "T", "description": "D", "createBackingFolder": false, "legacyCall": false}';
    const headers = {
      'Content-Type': 'application/json',
      'Content-Digest': 'sha-256=:6NV8PjfaGnm44N+HeNOKoviWdlTCtIBuXCiFWIZ+0lo=:',
      'Signature-Input': `encord-sig=${PARAMS}`,
      Signature:
        'encord-sig=:lJxeGU/aNuMTVr2TOovM/lkguuz0YANfjyN1kgmKDTBId9FZSW2se9tSqCOdRrg0V9wEWHMLqHhvMZb//frZDg==:',
    };
    const altered = await http(
      'POST',
      `${emulator.url}/v2/public/datasets`,
      headers,
      body.replace('"T"', '"X"'),
    );
    expect(altered.status).toBe(401);
    const good = await http('POST', `${emulator.url}/v2/public/datasets`, headers, body);
    expect(good.status).toBe(200);
    expect(JSON.parse(good.text)).toMatchObject({ backingFolderUuid: null, datasetUuid: expect.any(String) });
  });

  it('accepts `created` within 300 seconds of its clock, which can be shifted', async () => {
    const { emulator, client } = await vectorWorld(clock);
    await client.control('POST', 'clock', { shiftSeconds: 269 });
    expect((await get(emulator.url, target, signature, empty)).status).toBe(200);
    await client.control('POST', 'clock', { shiftSeconds: 2 });
    expect((await get(emulator.url, target, signature, empty)).status).toBe(401);
    await client.control('POST', 'clock', { shiftSeconds: -602 });
    expect((await get(emulator.url, target, signature, empty)).status).toBe(401);
  });

  it('answers unknown paths, methods and shapes like the reference says', async () => {
    const { client } = await vectorWorld();
    expect((await client.v2('GET', 'nonsense')).status).toBe(404);
    expect((await client.v2('DELETE', 'datasets/list')).status).toBe(405);
    const shape = await client.v2('POST', 'datasets', { title: 'T', createBackingFolder: true });
    expect(shape.status).toBe(422);
    expect(JSON.parse(shape.text)).toEqual({
      detail: [expect.objectContaining({ loc: ['body', 'legacyCall'] })],
    });
    const many = await client.v2('GET', 'presigned-urls?count=201&uploadItemType=image');
    expect(many.status).toBe(422);
    expect((await client.v2('GET', 'storage/folders/00000000-0000-0000-0000-000000000000')).status).toBe(403);
  });
});

describe('bearer tokens', () => {
  it('stand for the user on both protocols until they expire', async () => {
    const { emulator, client, dataset } = await vectorWorld();
    const { token } = await client.okV2(z.object({ token: z.string() }), 'GET', 'user/bearer-token');
    const v2 = (authorization: string) =>
      http('GET', `${emulator.url}/v2/public/user/current`, { Authorization: authorization });
    expect(JSON.parse((await v2(`Bearer ${token}`)).text)).toMatchObject({ userEmail: 'a@example.org' });
    expect((await v2('Bearer nonsense')).status).toBe(401);
    const v1 = await client.v1('dataset', 'GET', null, null, dataset, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(v1.status).toBe(200);
    const again = await http('GET', `${emulator.url}/v2/public/user/bearer-token`, {
      Authorization: `Bearer ${token}`,
    });
    expect(again.status).toBe(401);
    await client.control('POST', 'clock', { shiftSeconds: 3601 });
    expect((await v2(`Bearer ${token}`)).status).toBe(401);
  });
});

describe('dataset API keys', () => {
  const keyObject = z.object({
    resource_hash: z.string(),
    api_key: z.string(),
    title: z.string(),
    key_hash: z.string(),
    scopes: z.array(z.string()),
  });

  it('open one dataset, within their scopes, on v1 only', async () => {
    const { emulator, client, dataset } = await vectorWorld();
    const other = await client.dataset('Other', false);
    const full = await client.ok(keyObject, 'datasetapikey', 'POST', null, {
      dataset_hash: dataset,
      title: 'full',
      scopes: '["dataset.read", "dataset.write"]',
    });
    const reading = await client.ok(keyObject, 'datasetapikey', 'POST', null, {
      dataset_hash: dataset,
      title: 'reading',
      scopes: ['dataset.read'],
    });
    expect(full).toMatchObject({ resource_hash: dataset, scopes: ['dataset.read', 'dataset.write'] });

    const writer = new Client(emulator.url, full.api_key);
    expect((await writer.v1('dataset', 'GET', null, null, dataset)).status).toBe(200);
    expect((await writer.v1('apikeymeta', 'GET', null, null, dataset)).response).toEqual({
      title: 'full',
      resource_type: 'dataset',
    });
    expect((await writer.v1('dataset', 'GET', null, null, other.dataset)).response).toEqual([
      'AUTHORISATION_ERROR',
    ]);
    expect((await writer.v1('datasetapikey', 'GET', null, { dataset_hash: dataset })).response).toEqual([
      'AUTHENTICATION_ERROR',
    ]);
    const v2 = await http('GET', `${emulator.url}/v2/public/user/current`, { Authorization: full.api_key });
    expect(v2.status).toBe(401);

    const reader = new Client(emulator.url, reading.api_key);
    expect((await reader.v1('dataset', 'GET', null, null, dataset)).status).toBe(200);
    expect(await reader.v1('signedvideourl', 'GET', 'v.mp4', null, dataset)).toMatchObject({
      status: 403,
      response: ['OPERATION_NOT_ALLOWED'],
    });
    const nobody = new Client(emulator.url, 'no-such-key');
    expect((await nobody.v1('dataset', 'GET', null, null, dataset)).response).toEqual([
      'AUTHENTICATION_ERROR',
    ]);
  });

  it('are listed, and the master key is made once', async () => {
    const { client, dataset } = await vectorWorld();
    expect(
      await client.ok(z.array(keyObject), 'datasetapikey', 'GET', null, { dataset_hash: dataset }),
    ).toEqual([]);
    const first = await client.ok(keyObject, 'datasetapikey', 'PUT', null, { dataset_hash: dataset });
    const second = await client.ok(keyObject, 'datasetapikey', 'PUT', null, { dataset_hash: dataset });
    expect(second).toEqual(first);
    expect(
      await client.ok(z.array(keyObject), 'datasetapikey', 'GET', null, { dataset_hash: dataset }),
    ).toEqual([first]);
    const bad = await client.v1('datasetapikey', 'POST', null, {
      dataset_hash: dataset,
      title: 't',
      scopes: ['all'],
    });
    expect(bad.response).toEqual(['INVALID_ARGUMENTS_ERROR']);
  });
});

describe('roles', () => {
  it('let a viewer read, and neither upload nor administer', async () => {
    const { emulator, client } = await vectorWorld();
    await client.control('POST', 'keys', { publicKey: new Key(SEED_B).openSsh, email: 'viewer@example.org' });
    const { dataset, folder } = await client.dataset('Shared', true);
    const viewer = new Client(emulator.url, new Key(SEED_B));
    expect((await viewer.v1('dataset', 'GET', null, null, dataset)).response).toEqual([
      'AUTHORISATION_ERROR',
    ]);
    expect((await viewer.v2('GET', `storage/folders/${folder}`)).status).toBe(403);

    const invited = await client.v1(
      'datasetusers',
      'POST',
      dataset,
      { user_emails: ['viewer@example.org', 'a@example.org'], user_role: 1 },
      dataset,
    );
    // The maker keeps the role he had.
    expect(invited.response).toEqual([
      { user_email: 'viewer@example.org', user_role: 1, dataset_hash: dataset },
      { user_email: 'a@example.org', user_role: 0, dataset_hash: dataset },
    ]);
    expect((await viewer.v1('dataset', 'GET', null, null, dataset)).status).toBe(200);
    expect((await viewer.v2('GET', `storage/folders/${folder}`)).status).toBe(200);
    for (const [type, method, uid, payload] of [
      ['signedvideourl', 'GET', 'v.mp4', null],
      ['video', 'DELETE', ['x'], null],
      ['datasetlinkitems', 'POST', dataset, { item_uuids: [], duplicates_behavior: 'SKIP' }],
    ] as const) {
      expect((await viewer.v1(type, method, uid, payload, dataset)).response).toEqual([
        'AUTHORISATION_ERROR',
      ]);
    }
    expect((await viewer.v1('datasetapikey', 'GET', null, { dataset_hash: dataset })).response).toEqual([
      'AUTHORISATION_ERROR',
    ]);
    const grant = await viewer.v2('POST', `storage/folders/${folder}/upload-signed-urls`, {
      itemType: 'image',
      count: 1,
    });
    expect(grant.status).toBe(403);
    const listed = await viewer.okV2(
      z.object({ result: z.array(z.object({ datasetUuid: z.string(), userRole: z.string() })) }),
      'GET',
      'datasets/list?includeOrgAccess=False',
    );
    expect(listed.result).toEqual([{ datasetUuid: dataset, userRole: 'user' }]);
  });
});
