/**
 * One odd entry does not take a list away from whoever looks at it; where it is decided whether something exists already,
 * or where files go, it is not overlooked either. Answers that the parser itself gives up on, and lists without an end.
 */

import { afterEach, describe, expect, it } from 'vitest';
import type { Answer, KnownUnit } from '../../../../main/core/encord-port.ts';
import type { Target } from '../../../../main/core/model.ts';
import { type OpenSession, openSession, outcome, value } from '../manage-support.ts';
import { keyFromSeed, never, ok, type Reply, SEED, scriptedEncord } from '../support.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

const DATASET = '00000000-0000-4000-8000-00000000000d';
const FOLDER = '00000000-0000-4000-8000-00000000000f';
const ITEM = '00000000-0000-4000-8000-000000000001';
const API_KEY = 'lCuoabcdefabcdef-jlan8';
/** What is no entry of any list. */
const ODD = [null, 7, 'x', [], {}, { uuid: 7, data_hash: '', datasetUuid: null, groupHash: [], api_key: {} }];

async function session(
  script: Record<string, Reply | ((nth: number) => Reply)>,
  as: 'ssh' | 'api-key' = 'ssh',
): Promise<OpenSession['session']> {
  const replies = Object.entries(script).map(
    ([name, reply]) =>
      [name, (_: unknown, nth: number) => (typeof reply === 'function' ? reply(nth) : reply)] as const,
  );
  const server = await scriptedEncord(Object.fromEntries(replies));
  cleanUp.push(() => server.close());
  const credential =
    as === 'ssh' ? { privateKey: keyFromSeed(SEED, '') } : { apiKey: API_KEY, datasetId: DATASET };
  const open = openSession(server.url, credential);
  cleanUp.push(() => open.close());
  return open.session;
}

const page = (results: unknown): Reply => ({ json: { results, nextPageToken: null } });

describe('a list goes on without an entry that makes no sense', () => {
  type Session = OpenSession['session'];
  const lists: readonly (readonly [
    string,
    string,
    (list: unknown[]) => Reply,
    unknown,
    (s: Session) => Promise<Answer<readonly unknown[]>>,
  ])[] = [
    [
      'datasets',
      'GET datasets/list',
      (result) => ({ json: { result } }),
      { datasetUuid: 'a' },
      (s) => s.datasets({}, never),
    ],
    [
      'datasets (v1)',
      'datasetwithuserrole GET',
      ok,
      { dataset: { dataset_hash: 'a' } },
      (s) => s.datasets({}, never),
    ],
    ['rows', 'datarows GET', ok, { data_hash: 'a' }, (s) => s.rows(DATASET, never)],
    [
      'rows (older)',
      'dataset GET',
      (data_rows) => ok({ data_rows }),
      { data_hash: 'a' },
      (s) => s.rows(DATASET, never),
    ],
    [
      'attached rows',
      'datasetlinkitems POST',
      ok,
      { data_hash: 'a' },
      (s) => s.manage.rows.attach(DATASET, [ITEM], 'SKIP', never),
    ],
    ['folders to choose from', 'GET storage/folders', page, { uuid: 'a' }, (s) => s.folders('', never)],
    [
      'people',
      'datasetusers POST',
      ok,
      { user_email: 'a' },
      (s) => s.manage.team.addUsers(DATASET, ['a'], 'user', never),
    ],
    [
      'groups',
      `GET datasets/${DATASET}/groups`,
      page,
      { groupHash: 'a' },
      (s) => s.manage.team.groups(DATASET, never),
    ],
    [
      'projects',
      'GET projects',
      page,
      { projectHash: 'a' },
      (s) => s.manage.projects.list({ organisation: false }, never),
    ],
    ['keys', 'datasetapikey GET', ok, { api_key: 'a' }, (s) => s.manage.keys.list(DATASET, never)],
    [
      'integrations',
      'GET cloud-integrations',
      (result) => ({ json: { result } }),
      { id: 'a' },
      (s) => s.manage.cloud.integrations(null, never),
    ],
    [
      'children',
      `GET storage/folders/${FOLDER}/items/${ITEM}/child-items`,
      page,
      { uuid: 'a' },
      (s) => s.manage.storage.children({ id: ITEM, folderId: FOLDER }, { signedUrls: false }, never),
    ],
  ];
  it.each(lists)('%s', async (_, call, wrap, entry, ask) => {
    const good = await ask(await session({ [call]: wrap([...ODD, entry, ...ODD]) }));
    expect(value(good)).toHaveLength(1);
    // No list at all is no empty one.
    for (const none of [{ data_rows: {} }, 'x', 7]) {
      const answer = ask(
        await session({
          [call]: {
            json: call.includes('/') || call.startsWith('GET ') ? none : { status: 200, response: none },
          },
        }),
      );
      expect(await outcome(answer)).toBe('lost: bad-answer');
    }
  });

  it('and with a field of another type as one that is not told', async () => {
    const wrong = {
      data_title: 7,
      data_type: [],
      file_size: '10',
      width: -1,
      height: 1e300,
      duration: {},
      created_at: 5,
      backing_item_uuid: 9,
      is_optimised_image_group: 'no',
      images_data: 'none',
    };
    const [row] = value(
      await (await session({ 'datarows GET': ok([{ data_hash: 'a', ...wrong }]) })).rows(DATASET, never),
    );
    expect(row).toEqual({
      dataHash: 'a',
      title: '',
      type: '',
      mime: null,
      size: null,
      width: null,
      height: null,
      fps: null,
      durationSeconds: null,
      createdAt: null,
      editedAt: null,
      itemUuid: null,
      storage: null,
      fileLink: null,
      isSequence: null,
    });
  });
});

describe('where it is decided what exists, an entry that makes no sense is not overlooked', () => {
  const unit = (media: KnownUnit['media'], frames: readonly string[]): KnownUnit => ({
    id: 1,
    media,
    title: 'a group',
    frames: frames.map((id) => ({ id, objectKey: id })),
    intentAt: 0,
  });
  const storage: Target = { route: 'storage', datasetId: DATASET, folderId: FOLDER, mirrored: false };
  const documented: Target = { route: 'documented', datasetId: DATASET, folderId: null, mirrored: false };
  const odd = ODD.slice(1);

  it.each(odd)('among stored items: %j', async (entry) => {
    const s = await session({ 'POST storage/items/get-bulk': page([entry]) });
    const looked = s.route('storage').lookup(storage, [unit('video', [ITEM])], never);
    expect(await outcome(looked)).toBe('lost: bad-answer');
  });

  it.each(odd)('among stored groups: %j', async (entry) => {
    const s = await session({ [`GET storage/folders/${FOLDER}/items`]: page([entry]) });
    const looked = s.route('storage').lookup(storage, [unit('image-group', [ITEM])], never);
    expect(await outcome(looked)).toBe('lost: bad-answer');
  });

  it.each(odd)('among the rows of a dataset: %j', async (entry) => {
    const s = await session({ 'datarows GET': ok([entry]) }, 'api-key');
    for (const known of [unit('video', [ITEM]), unit('image-group', [ITEM])]) {
      expect(await outcome(s.route('documented').lookup(documented, [known], never))).toBe(
        'lost: bad-answer',
      );
    }
  });

  it('among the frames of a group', async () => {
    const group = {
      data_hash: 'g',
      data_title: 'a group',
      data_type: 'IMG_GROUP',
      images_data: [{ image_hash: ITEM }, {}],
    };
    const s = await session({ 'datarows GET': ok([group]), 'datarow GET': ok(group) }, 'api-key');
    const looked = s.route('documented').lookup(documented, [unit('image-group', [ITEM])], never);
    expect(await outcome(looked)).toBe('lost: bad-answer');
  });

  it('among rows that are asked for by hash, since those that are not told count as gone', async () => {
    const s = await session({ 'datarows GET': ok([{ data_title: 'a' }]) });
    expect(await outcome(s.manage.rows.rowsByHash(DATASET, ['a'], never))).toBe('lost: bad-answer');
  });

  it('among folders of which one may be the dataset’s own', async () => {
    const listed = { result: [{ datasetUuid: DATASET, title: 'Streets' }] };
    const s = await session({
      'GET datasets/list': { json: listed },
      'GET storage/folders': page([{ uuid: FOLDER, name: 7 }]),
      'POST storage/folders': { json: { uuid: ITEM, name: 'Streets' } },
    });
    const target = s.resolveTarget({ datasetId: DATASET, routeChoice: 'storage', folderChoice: null }, never);
    expect(await outcome(target)).toBe('lost: bad-answer');
  });

  it('and a job that does not say how many it made proves nothing of a unit', async () => {
    const state = { status: 'DONE', unitsErrorCount: 1 };
    const s = await session({ [`GET storage/folders/${FOLDER}/data-upload-jobs/${ITEM}`]: { json: state } });
    const polled = value(await s.route('storage').poll(storage, ITEM, [unit('video', [ITEM])], never));
    expect(polled).toEqual({ kind: 'ended', results: new Map([[1, { kind: 'unknown' }]]) });
  });

  it('and two files never get one address', async () => {
    const address = { itemUuid: ITEM, objectKey: 'k', signedUrl: 'https://storage.example/k' };
    const s = await session({
      [`POST storage/folders/${FOLDER}/upload-signed-urls`]: page([address, address]),
    });
    const file = { media: 'video', name: 'a.mp4', mime: 'video/mp4' } as const;
    expect(await outcome(s.route('storage').grant(storage, [file, file], never))).toBe('lost: bad-answer');
  });
});

describe('answers that are made to break the reader', () => {
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;

  it('metadata too deep to be written takes nothing else away', async () => {
    const text = `{"status":200,"response":[{"data_hash":"a","data_title":"t","client_metadata":${deep}}]}`;
    const s = await session({ 'datarows GET': { text } });
    const [row] = value(await s.manage.rows.rowsByHash(DATASET, ['a'], never));
    expect(row).toMatchObject({ title: 't', clientMetadata: null });
  });

  it('nor can it be sent', async () => {
    const s = await session({});
    const row = { dataHash: 'a', itemUuid: null };
    expect(await outcome(s.manage.rows.setMetadata(DATASET, row, deep, never))).toBe(
      'refused: invalid-input',
    );
  });

  it('two hundred thousand mistakes in one answer are one failure', async () => {
    const results = Array.from({ length: 200_000 }, () => 7);
    const storage: Target = { route: 'storage', datasetId: DATASET, folderId: FOLDER, mirrored: false };
    const s = await session({ [`POST storage/folders/${FOLDER}/upload-signed-urls`]: page(results) });
    const file = { media: 'video', name: 'a.mp4', mime: 'video/mp4' } as const;
    expect(await outcome(s.route('storage').grant(storage, [file], never))).toBe('lost: bad-answer');
  });

  it('words that are long and tangled are read in time', async () => {
    const tangled = 'a://'.repeat(5000);
    const unitErrors = Array.from({ length: 1000 }, () => ({ error: tangled, actionDescription: tangled }));
    const job = { kind: 'folder', folderId: FOLDER, id: ITEM } as const;
    const state = { status: 'ERROR', unitErrors };
    const s = await session({ [`GET storage/folders/${FOLDER}/data-upload-jobs/${ITEM}`]: { json: state } });
    expect(value(await s.manage.cloud.state(job, 1, never)).unitErrors).toHaveLength(1000);
  });

  it('a list without an end has one', async () => {
    const s = await session({
      'GET projects': (nth) => ({ json: { results: [], nextPageToken: `token ${nth}` } }),
    });
    expect(await outcome(s.manage.projects.list({ organisation: false }, never))).toBe('lost: bad-answer');
  });

  it.each(['..', '.', '\uD800', ''])('the id %j leads nowhere', async (id) => {
    const s = await session({});
    expect(await outcome(s.manage.storage.folder(id, never))).toBe('refused: invalid-input');
  });

  it('somebody else’s page is no success', async () => {
    const s = await session({ [`DELETE storage/folders/${FOLDER}`]: { text: '<html>Sign in</html>' } });
    expect(await outcome(s.manage.storage.deleteFolder(FOLDER, never))).toBe('lost: bad-answer');
  });
});
