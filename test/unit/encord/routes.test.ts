/** Both routes against a scripted server: what goes out, and what is made of odd answers. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { connect } from '../../../main/adapters/encord/session.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import type { Answer, EncordSession, KnownUnit, RegisterUnit } from '../../../main/core/encord-port.ts';
import type { MediaId, Target } from '../../../main/core/model.ts';
import {
  type Call,
  keyFromSeed,
  memoryLog,
  never,
  no,
  ok,
  type Reply,
  random,
  type ScriptedEncord,
  SEED,
  scriptedEncord,
  systemClock,
  VECTOR_PUBLIC_HEX,
} from './support.ts';
import { take } from './take.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

const FOLDER = '00000000-0000-4000-8000-00000000000f';
const DATASET = '00000000-0000-4000-8000-00000000000d';
const JOBS = `POST storage/folders/${FOLDER}/data-upload-jobs`;
const ITEMS = `GET storage/folders/${FOLDER}/items`;
const STORAGE: Target = { route: 'storage', datasetId: DATASET, folderId: FOLDER, mirrored: false };
const DOCUMENTED: Target = { route: 'documented', datasetId: DATASET, folderId: null, mirrored: false };

async function start(
  script: Record<string, (call: Call, nth: number) => Reply>,
  kind: 'ssh' | 'api-key' = 'ssh',
): Promise<{ server: ScriptedEncord; session: EncordSession }> {
  const server = await scriptedEncord(script);
  const agents = createAgents();
  cleanUp.push(
    () => agents.close(),
    () => server.close(),
  );
  const clock = systemClock();
  const deps = {
    http: createHttpClient({ agents, clock }),
    clock,
    random,
    log: memoryLog(),
    version: '1.2.3',
  };
  const domain = server.url;
  const session =
    kind === 'ssh'
      ? connect({ kind, key: parsePrivateKey(keyFromSeed(SEED, '')), domain }, deps)
      : connect({ kind, apiKey: 'the-api-key', datasetId: DATASET, domain }, deps);
  return { server, session };
}

function value<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.failure.kind}: ${answer.failure.error.message}`);
  return answer.value;
}

function urlObject(name: string): Record<string, unknown> {
  return {
    signed_url: `https://storage.test/${name}?sig=1`,
    data_hash: `H-${name}`,
    title: name,
    file_link: `link/${name}`,
    novelty: { kept: [1, 2] },
  };
}

function unit(media: MediaId, title: string, names: readonly string[]): RegisterUnit {
  const frames = names.map((name) => ({
    grant: {
      url: `https://storage.test/${name}?sig=1`,
      id: `H-${name}`,
      objectKey: `link/${name}`,
      echo: JSON.stringify(urlObject(name)),
      grantedAt: 0,
    },
    name,
    mime: 'image/png',
    size: 10,
  }));
  return { id: 1, media, title, frames, clientMetadata: null };
}

function known(media: MediaId, title: string, ids: readonly string[], id = 1): KnownUnit {
  const frames = ids.map((each) => ({ id: each, objectKey: `key-${each}` }));
  return { id, media, title, frames, intentAt: Date.parse('2026-01-02T00:00:00Z') };
}

const page = (results: unknown[], nextPageToken: string | null = null): Reply => ({
  json: { results, nextPageToken },
});

describe('what every call carries', () => {
  it('v2: a valid signature over the request as sent, a trace id and the program', async () => {
    let valid = false;
    const { session } = await start({
      'GET storage/search/folders': ({ headers, query }) => {
        const digest = createHash('sha256').update('').digest('base64');
        const input = String(headers['signature-input']).replace('encord-sig=', '');
        const base = [
          '"@method": GET',
          `"@request-target": /v2/public/storage/search/folders?search=a+%26+%C3%BC&pageSize=100`,
          `"content-digest": sha-256=:${digest}:`,
          `"@signature-params": ${input}`,
        ].join('\n');
        const signature = Buffer.from(String(headers.signature).slice('encord-sig=:'.length, -1), 'base64');
        const spki = Buffer.from(`302a300506032b6570032100${VECTOR_PUBLIC_HEX}`, 'hex');
        const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
        valid = verify(null, Buffer.from(base), key, signature);
        expect(query.get('search')).toBe('a & ü');
        expect(headers['user-agent']).toBe('encord-uploader/1.2.3');
        expect(headers['x-cloud-trace-context']).toMatch(/^[0-9a-f]{32}\/1;o=1$/);
        return page([]);
      },
    });
    expect(value(await session.folders('a & ü', never))).toEqual([]);
    expect(valid).toBe(true);
  });

  it('v1: the dataset, and the key or its signature', async () => {
    const answers = { 'datarows GET': (): Reply => ok([]) };
    const ssh = await start(answers);
    value(await ssh.session.rows(DATASET, never));
    expect(ssh.server.calls[0]?.headers).toMatchObject({ resourceid: DATASET, resourcetype: 'dataset' });
    expect(ssh.server.calls[0]?.headers.authorization).toMatch(
      new RegExp(`^${VECTOR_PUBLIC_HEX}:[0-9a-f]{128}$`),
    );
    const apiKey = await start(answers, 'api-key');
    value(await apiKey.session.rows(DATASET, never));
    expect(apiKey.server.calls[0]?.headers).toMatchObject({
      resourceid: DATASET,
      authorization: 'the-api-key',
    });
  });
});

describe('storage route', () => {
  it('asks again for the rest where the server hands out fewer addresses', async () => {
    let handedOut = 0;
    const { session, server } = await start({
      [`POST storage/folders/${FOLDER}/upload-signed-urls`]: ({ body }) => {
        const count = Math.min(100, Number(body.count));
        return page(
          Array.from({ length: count }, () => {
            handedOut += 1;
            return {
              itemUuid: `i${handedOut}`,
              objectKey: `k${handedOut}`,
              signedUrl: `https://s.test/${handedOut}`,
            };
          }),
        );
      },
    });
    const request = { media: 'image-group', name: 'a.png', mime: 'image/png' } as const;
    const grants = value(
      await session.route('storage').grant(
        STORAGE,
        Array.from({ length: 150 }, () => request),
        never,
      ),
    );
    expect(grants).toHaveLength(150);
    expect(new Set(grants.map((grant) => grant.id)).size).toBe(150);
    expect(server.calls.map((call) => call.body)).toEqual([
      { itemType: 'image', count: 150 },
      { itemType: 'image', count: 50 },
    ]);
  });

  it('does not turn for ever where none are handed out', async () => {
    const { session } = await start({
      [`POST storage/folders/${FOLDER}/upload-signed-urls`]: () => page([]),
    });
    const request = { media: 'video', name: 'v.mp4', mime: 'video/mp4' } as const;
    const answer = await session.route('storage').grant(STORAGE, [request], never);
    expect(answer).toMatchObject({ ok: false, failure: { error: { code: 'bad-answer' } } });
  });

  it('registers with all lists, errors ignored, placeholders and titles', async () => {
    const { session, server } = await start({ [JOBS]: () => ({ json: 'job' }) });
    const route = session.route('storage');
    value(await route.register(STORAGE, [unit('image', 'one', ['a']), unit('video', 'two', ['b'])], never));
    value(await route.register(STORAGE, [unit('image-group', 'g', ['f2', 'f10'])], never));
    const empty = {
      videos: [],
      images: [],
      imageGroups: [],
      dicomSeries: [],
      imageGroupsFromItems: [],
      audio: [],
      nifti: [],
      text: [],
      pdf: [],
      skipDuplicateUrls: false,
      upsertMetadata: false,
    };
    const common = { clientMetadata: {} };
    expect(server.calls[0]?.body).toEqual({
      ignoreErrors: true,
      dataItems: {
        ...empty,
        images: [
          {
            ...common,
            objectUrl: 'link/a',
            title: 'one',
            externalFileType: 'IMAGE',
            placeholderItemUuid: 'H-a',
          },
        ],
        videos: [
          {
            ...common,
            objectUrl: 'link/b',
            title: 'two',
            externalFileType: 'VIDEO',
            placeholderItemUuid: 'H-b',
          },
        ],
      },
    });
    expect(server.calls[1]?.body.dataItems).toEqual({
      ...empty,
      imageGroups: [
        {
          ...common,
          images: [
            { url: 'link/f2', title: 'f2', placeholderItemUuid: 'H-f2' },
            { url: 'link/f10', title: 'f10', placeholderItemUuid: 'H-f10' },
          ],
          title: 'g',
          createVideo: false,
          externalFileType: 'IMG_GROUP',
          clusterByResolution: false,
        },
      ],
    });
  });

  it('registers a sequence as a group of which a video is made, alone in its job', async () => {
    const { session, server } = await start({ [JOBS]: () => ({ json: 'job' }) });
    const route = session.route('storage');
    expect(route.unitsPerRegistration('image-sequence')).toBe(1);
    value(await route.register(STORAGE, [unit('image-sequence', 's', ['f2', 'f10'])], never));
    expect(server.calls[0]?.body.dataItems).toMatchObject({
      images: [],
      videos: [],
      imageGroups: [
        {
          images: [
            { url: 'link/f2', title: 'f2', placeholderItemUuid: 'H-f2' },
            { url: 'link/f10', title: 'f10', placeholderItemUuid: 'H-f10' },
          ],
          title: 's',
          createVideo: true,
          externalFileType: 'IMG_GROUP',
          clusterByResolution: false,
        },
      ],
    });
  });

  it.each([403, 404])('takes a job that is answered with %i for gone', async (status) => {
    const { session } = await start({
      [`GET storage/folders/${FOLDER}/data-upload-jobs/J`]: () => ({
        status,
        json: { message: 'unknown job' },
      }),
    });
    expect(value(await session.route('storage').poll(STORAGE, 'J', [], never))).toEqual({ kind: 'gone' });
  });

  it('does not take a server in trouble for a job that is gone', async () => {
    const { session } = await start({
      [`GET storage/folders/${FOLDER}/data-upload-jobs/J`]: () => ({ status: 503 }),
    });
    expect(await session.route('storage').poll(STORAGE, 'J', [], never)).toMatchObject({
      ok: false,
      failure: { kind: 'lost' },
    });
  });

  it('links with SKIP and maps the rows that are told', async () => {
    const { session, server } = await start({
      'datasetlinkitems POST': () => ok([{ data_hash: 'D1', data_type: 'image', backing_item_uuid: 'i1' }]),
    });
    const linked = value(await session.route('storage').link(STORAGE, ['i1', 'i2'], never));
    expect([...linked]).toEqual([
      ['i1', 'D1'],
      ['i2', null],
    ]);
    expect(server.calls[0]?.body).toEqual({
      uid: DATASET,
      payload: { item_uuids: ['i1', 'i2'], duplicates_behavior: 'SKIP' },
    });
  });

  describe('lookup', () => {
    it('finds singles in bulk; a placeholder is not an item', async () => {
      const { session } = await start({
        'POST storage/items/get-bulk': () => page([{ uuid: 'i1' }, { uuid: 'i2', isPlaceholder: true }]),
      });
      const units = ['i1', 'i2', 'i3'].map((id, nth) => known('image', 't', [id], nth + 1));
      const found = value(
        await session.route('storage').lookup({ ...STORAGE, mirrored: true }, units, never),
      );
      expect([...found]).toEqual([[1, { itemUuid: 'i1', dataHash: null, linked: true }]]);
    });

    it('asks one by one where the bulk call is refused for one unknown id', async () => {
      const { session, server } = await start({
        'POST storage/items/get-bulk': () => ({ status: 403, json: { message: 'no access' } }),
        'GET storage/items/i1': () => ({ json: { uuid: 'i1', isPlaceholder: false } }),
        'GET storage/items/i2': () => ({ status: 403, json: { message: 'no access' } }),
      });
      const units = ['i1', 'i2', 'i3'].map((id, nth) => known('video', 't', [id], nth + 1));
      const found = value(await session.route('storage').lookup(STORAGE, units, never));
      expect([...found.keys()]).toEqual([1]);
      expect(server.calls).toHaveLength(4);
    });

    it('says nothing rather than "absent" where the server fails', async () => {
      const { session } = await start({
        'POST storage/items/get-bulk': () => ({ status: 403 }),
        'GET storage/items/i1': () => ({ status: 503 }),
      });
      expect(
        await session.route('storage').lookup(STORAGE, [known('image', 't', ['i1'])], never),
      ).toMatchObject({
        ok: false,
        failure: { kind: 'lost' },
      });
    });

    const children = (id: string): string => `GET storage/folders/${FOLDER}/items/${id}/child-items`;
    const frames = (...ids: string[]): unknown[] => ids.map((uuid) => ({ uuid }));

    it.each([
      ['image-group', 'imageGroup'],
      ['image-sequence', 'imageSequence'],
    ] as const)('finds an %s by its ordered frames among its likes, over pages', async (media, itemType) => {
      const { session, server } = await start({
        [ITEMS]: ({ query }) =>
          query.get('pageToken') === null
            ? page(
                [
                  { uuid: 'other', name: 'scan and more' },
                  { uuid: 'swapped', name: 'scan' },
                ],
                'next',
              )
            : page([
                { uuid: 'longer', name: 'scan', frameCount: 3 },
                { uuid: 'right', name: 'scan', frameCount: 2 },
              ]),
        [children('swapped')]: () => page(frames('f2', 'f1')),
        [children('right')]: ({ query }) =>
          query.get('pageToken') === null ? page(frames('f1'), 'more') : page(frames('f2')),
      });
      const found = value(
        await session.route('storage').lookup(STORAGE, [known(media, 'scan', ['f1', 'f2'])], never),
      );
      expect(found.get(1)?.itemUuid).toBe('right');
      expect(server.calls[0]?.query.getAll('itemTypes')).toEqual([itemType]);
      expect(server.names()).not.toContain(children('other'));
    });

    it('finds a group whose title the search does not take, among the newest', async () => {
      const title = 'two\nlines 😀';
      const { session } = await start({
        [ITEMS]: ({ query }) =>
          query.has('search')
            ? page([])
            : page([{ uuid: 'right', name: 'two lines 😀', createdAt: '2026-01-02T00:00:05Z' }]),
        [children('right')]: () => page(frames('f1')),
      });
      const found = value(
        await session.route('storage').lookup(STORAGE, [known('image-group', title, ['f1'])], never),
      );
      expect(found.get(1)?.itemUuid).toBe('right');
    });

    it('stops at groups that are older than the intent', async () => {
      const { session, server } = await start({
        [ITEMS]: ({ query }) =>
          query.has('search')
            ? page([])
            : page([{ uuid: 'old', name: 'x', createdAt: '2025-01-01T00:00:00Z' }], 'next'),
      });
      const found = value(
        await session.route('storage').lookup(STORAGE, [known('image-group', 'scan', ['f1'])], never),
      );
      expect(found.size).toBe(0);
      expect(server.calls).toHaveLength(2);
    });
  });
});

describe('documented route', () => {
  it('asks for video addresses one by one and for images at once, in order', async () => {
    const { session, server } = await start(
      {
        'signedvideourl GET': ({ body }) => ok(urlObject(String(body.uid))),
        'signedimagesurl GET': ({ body }) =>
          ok(Array.isArray(body.uid) ? body.uid.map(String).map(urlObject) : null),
      },
      'api-key',
    );
    const route = session.route('documented');
    const of = (media: MediaId, ...names: string[]) => names.map((name) => ({ media, name, mime: '' }));
    const videos = value(await route.grant(DOCUMENTED, of('video', 'a.mp4', 'b.mp4'), never));
    expect(videos.map((grant) => grant.id)).toEqual(['H-a.mp4', 'H-b.mp4']);
    const images = value(await route.grant(DOCUMENTED, of('image', 'a.png', 'b.png'), never));
    expect(images.map((grant) => grant.objectKey)).toEqual(['link/a.png', 'link/b.png']);
    expect(JSON.parse(images[1]?.echo ?? '')).toEqual(urlObject('b.png'));
    expect(server.calls).toHaveLength(3);
  });

  it.each([
    ['fewer', ['a']],
    ['the same one twice', ['a', 'a']],
  ])('does not take %s for an answer', async (_, names) => {
    const { session } = await start({ 'signedimagesurl GET': () => ok(names.map(urlObject)) }, 'api-key');
    const requests = ['a', 'b'].map((name) => ({ media: 'image' as const, name, mime: '' }));
    expect(await session.route('documented').grant(DOCUMENTED, requests, never)).toMatchObject({
      ok: false,
      failure: { error: { code: 'bad-answer' } },
    });
  });

  it('registers singles with the whole echo and the title of the unit', async () => {
    const { session, server } = await start(
      {
        'video PUT': () => ok({ data_hash: 'H-v', title: 'x', file_link: 'l', backing_item_uuid: 'item' }),
        'singleimage POST': () => ok({ success: true }),
      },
      'api-key',
    );
    const route = session.route('documented');
    expect(value(await route.register(DOCUMENTED, [unit('video', 'My film', ['v'])], never))).toEqual({
      kind: 'registered',
      result: { itemUuid: 'item', dataHash: 'H-v', linked: true },
    });
    expect(server.calls[0]?.body).toEqual({
      uid: 'H-v',
      payload: { ...urlObject('v'), video_title: 'My film' },
    });
    expect(value(await route.register(DOCUMENTED, [unit('image', 'My image', ['i'])], never))).toEqual({
      kind: 'registered',
      result: { itemUuid: null, dataHash: 'H-i', linked: true },
    });
    expect(server.calls[1]?.body).toEqual({ uid: 'H-i', payload: { ...urlObject('i'), title: 'My image' } });
  });

  it('takes an image that was not taken for refused', async () => {
    const { session } = await start({ 'singleimage POST': () => ok({ success: false }) }, 'api-key');
    const answer = await session.route('documented').register(DOCUMENTED, [unit('image', 't', ['i'])], never);
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'refused', error: { code: 'media-refused' } },
    });
  });

  it.each([
    ['group', 'image-group', false],
    ['sequence', 'image-sequence', true],
  ] as const)('creates a %s once, from its frames in order', async (_, media, video) => {
    const names = Array.from({ length: 20 }, (_, nth) => `frame${nth}.png`);
    const { session, server } = await start(
      {
        'image PUT': ({ body }) => ok({ data_hash: body.uid }),
        'imagegroup POST': () =>
          ok([
            { data_hash: 'G1', title: 'g' },
            { data_hash: 'G2', title: 'g' },
          ]),
      },
      'api-key',
    );
    const answer = await take(session.route('documented'), DOCUMENTED, [unit(media, 'g', names)], never);
    expect(value(answer)).toMatchObject({ result: { dataHash: 'G1', linked: true } });
    expect(server.calls).toHaveLength(21);
    expect(server.calls[20]).toMatchObject({
      name: 'imagegroup POST',
      body: {
        uid: names.map((name) => `H-${name}`),
        payload: { image_group_title: 'g', create_video: video },
      },
    });
    expect(server.calls[0]?.body.payload).toEqual(urlObject('frame0.png'));
  });

  it.each([
    ['a reset', null, 'never-sent'],
    ['500', no(500, 'UNKNOWN_ERROR'), 'never-sent'],
    ['429', no(429, 'UNKNOWN_ERROR'), 'wait'],
    ['401', no(401, 'AUTHENTICATION_ERROR'), 'signed-out'],
    ['a refusal', no(404, 'RESOURCE_NOT_FOUND_ERROR'), 'refused'],
  ] as const)(
    'leaves no doubt where a frame meets %s, because no group was asked for',
    async (_, reply, kind) => {
      const { session, server } = await start(
        {
          'image PUT': ({ body }) => (body.uid === 'H-b' ? reply : ok({ data_hash: body.uid })),
          'imagegroup POST': () => ok([{ data_hash: 'G' }]),
        },
        'api-key',
      );
      const answer = await take(
        session.route('documented'),
        DOCUMENTED,
        [unit('image-group', 'g', ['a', 'b'])],
        never,
      );
      expect(answer).toMatchObject({ ok: false, failure: { kind } });
      expect(server.names()).not.toContain('imagegroup POST');
    },
  );

  it('goes on where a frame is known already', async () => {
    const { session } = await start(
      {
        'image PUT': () => no(400, 'RESOURCE_EXISTS_ERROR'),
        'imagegroup POST': () => ok([{ data_hash: 'G' }]),
      },
      'api-key',
    );
    const answer = await take(
      session.route('documented'),
      DOCUMENTED,
      [unit('image-group', 'g', ['a'])],
      never,
    );
    expect(value(answer)).toMatchObject({ result: { dataHash: 'G' } });
  });

  it('is in doubt where the call for the group itself is lost', async () => {
    const { session } = await start(
      { 'image PUT': ({ body }) => ok({ data_hash: body.uid }), 'imagegroup POST': () => null },
      'api-key',
    );
    const answer = await take(
      session.route('documented'),
      DOCUMENTED,
      [unit('image-group', 'g', ['a'])],
      never,
    );
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'lost' } });
  });

  describe('lookup', () => {
    it('finds singles by hash', async () => {
      const { session, server } = await start(
        { 'datarows GET': () => ok([{ data_hash: 'h2', data_type: 'IMAGE', backing_item_uuid: 'i2' }]) },
        'api-key',
      );
      const units = ['h1', 'h2'].map((id, nth) => known('image', 't', [id], nth + 1));
      const found = value(await session.route('documented').lookup(DOCUMENTED, units, never));
      expect([...found]).toEqual([[2, { itemUuid: 'i2', dataHash: 'h2', linked: true }]]);
      expect(server.calls[0]?.body.payload).toMatchObject({ data_hashes: ['h1', 'h2'] });
    });

    it('filters the whole dataset where the server has no filtered call', async () => {
      const { session } = await start(
        {
          'dataset GET': () =>
            ok({
              dataset_hash: DATASET,
              data_rows: [{ data_hash: 'h1', data_type: 'VIDEO' }, { data_hash: 'x' }],
            }),
        },
        'api-key',
      );
      const found = value(
        await session.route('documented').lookup(DOCUMENTED, [known('video', 't', ['h1'])], never),
      );
      expect([...found.keys()]).toEqual([1]);
    });

    it.each(['image-group', 'image-sequence'] as const)(
      'finds an %s by its ordered frames, also under a tidied title',
      async (media) => {
        const rows: Record<string, string[]> = { swapped: ['f2', 'f1'], right: ['f1', 'f2'] };
        const row = (hash: string, title: string) => ({
          data_hash: hash,
          data_title: title,
          data_type: 'IMG_GROUP',
        });
        const { session } = await start(
          {
            'datarows GET': ({ body }) => {
              const exact = JSON.stringify(body.payload).includes('"title_eq":"');
              return ok(exact ? [row('swapped', 'a\nb')] : [row('right', 'a b'), row('unlike', 'c')]);
            },
            'datarow GET': ({ body }) => {
              const hash = String(body.uid);
              return ok({ ...row(hash, ''), images_data: rows[hash]?.map((image_hash) => ({ image_hash })) });
            },
          },
          'api-key',
        );
        const found = value(
          await session.route('documented').lookup(DOCUMENTED, [known(media, 'a\nb', ['f1', 'f2'])], never),
        );
        expect(found.get(1)?.dataHash).toBe('right');
      },
    );
  });

  describe('under an SSH key', () => {
    const video = () => unit('video', 'v', ['v']);
    const made = { data_hash: 'H-v' };
    const fit = { api_key: 'fit-key', scopes: '["dataset.read", "dataset.write"]', resource_hash: DATASET };

    it('takes a key of the dataset that has both scopes', async () => {
      const { session, server } = await start({
        'datasetapikey GET': () => ok([{ api_key: 'weak', scopes: ['dataset.read'] }, fit]),
        'video PUT': () => ok(made),
      });
      const route = session.route('documented');
      await Promise.all([1, 2, 3].map(() => route.register(DOCUMENTED, [video()], never)));
      expect(server.names().filter((name) => name === 'datasetapikey GET')).toHaveLength(1);
      expect(server.calls.at(-1)?.headers).toMatchObject({ authorization: 'fit-key', resourceid: DATASET });
    });

    it('makes one where there is none', async () => {
      const { session, server } = await start({
        'datasetapikey GET': () => ok([]),
        'datasetapikey POST': () => ok({ api_key: 'new-key', scopes: ['dataset.read', 'dataset.write'] }),
        'video PUT': () => ok(made),
      });
      value(await session.route('documented').register(DOCUMENTED, [video()], never));
      expect(server.calls[1]?.body.payload).toEqual({
        dataset_hash: DATASET,
        title: 'Encord Uploader',
        scopes: ['dataset.read', 'dataset.write'],
      });
      expect(server.calls[2]?.headers.authorization).toBe('new-key');
    });

    it('signs by itself where keys are forbidden', async () => {
      const { session, server } = await start({
        'datasetapikey GET': () => no(403, 'AUTHORISATION_ERROR'),
        'datasetapikey POST': () => no(403, 'AUTHORISATION_ERROR'),
        'video PUT': () => ok(made),
      });
      value(await session.route('documented').register(DOCUMENTED, [video()], never));
      expect(server.calls.at(-1)?.headers.authorization).toContain(VECTOR_PUBLIC_HEX);
    });

    it('signs by itself when the key is revoked in between', async () => {
      const { session, server } = await start({
        'datasetapikey GET': () => ok([fit]),
        'video PUT': ({ headers }) =>
          headers.authorization === 'fit-key' ? no(401, 'AUTHENTICATION_ERROR') : ok(made),
      });
      value(await session.route('documented').register(DOCUMENTED, [video()], never));
      expect(server.names()).toEqual(['datasetapikey GET', 'video PUT', 'video PUT']);
    });

    it('does not register where the keys cannot be asked for', async () => {
      const { session, server } = await start({ 'datasetapikey GET': () => ({ status: 502 }) });
      const answer = await session.route('documented').register(DOCUMENTED, [video()], never);
      expect(answer.ok).toBe(false);
      expect(server.names()).toEqual(['datasetapikey GET']);
    });
  });
});
