/** The session against servers that lack calls, and what it must never do twice or by mistake. */
import { afterEach, describe, expect, it } from 'vitest';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { connect } from '../../../main/adapters/encord/session.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import type { Answer, EncordSession } from '../../../main/core/encord-port.ts';
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
} from './support.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

const DATASET = '00000000-0000-4000-8000-00000000000d';
const AUTO = { datasetId: DATASET, routeChoice: 'auto', folderChoice: null } as const;

type Script = Record<string, (call: Call, nth: number) => Reply>;

async function start(
  script: Script,
): Promise<{ server: ScriptedEncord; session: EncordSession; log: string[] }> {
  const server = await scriptedEncord(script);
  const agents = createAgents();
  cleanUp.push(
    () => agents.close(),
    () => server.close(),
  );
  const clock = systemClock();
  const log = memoryLog();
  const deps = { http: createHttpClient({ agents, clock }), clock, random, log, version: '0.0.0' };
  const credentials = {
    kind: 'ssh',
    key: parsePrivateKey(keyFromSeed(SEED, '')),
    domain: server.url,
  } as const;
  return { server, session: connect(credentials, deps), log: log.lines };
}

function value<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.failure.kind}: ${answer.failure.error.message}`);
  return answer.value;
}

const listed = (more: object = {}): Reply => ({
  json: { result: [{ datasetUuid: DATASET, title: 'Traffic', storageLocation: 0, ...more }] },
});
const page = (results: unknown[], nextPageToken: string | null = null): Reply => ({
  json: { results, nextPageToken },
});
const folder = (uuid: string, name: string, more: object = {}): object => ({
  uuid,
  name,
  createdAt: '2026',
  ...more,
});

describe('a server without storage folders', () => {
  const old: Script = {
    'datasetwithuserrole GET': () =>
      ok([
        {
          user_role: 0,
          dataset: { dataset_hash: DATASET, title: 'Traffic', type: 0, created_at: '2026-01-02 03:04:05' },
        },
      ]),
    'dataset GET': () =>
      ok({ dataset_hash: DATASET, title: 'Traffic', dataset_type: 'CORD_STORAGE', data_rows: [] }),
  };

  it('is signed in to by its older calls, and offers the documented route alone', async () => {
    const { session } = await start(old);
    expect(value(await session.check(never))).toEqual({ name: null, routes: ['documented'] });
    expect(value(await session.datasets({}, never))).toMatchObject([
      { id: DATASET, createdAt: '2026-01-02T03:04:05Z', role: 'admin', storage: 0 },
    ]);
  });

  it('is known by a 404 in any words', async () => {
    const missing = (): Reply => ({ status: 404, json: { message: 'The requested resource was not found' } });
    const { session } = await start({
      ...old,
      'GET user/current': missing,
      'GET datasets/list': missing,
      'GET storage/folders': missing,
    });
    expect(value(await session.check(never)).routes).toEqual(['documented']);
    expect(value(await session.resolveTarget(AUTO, never)).target.route).toBe('documented');
  });

  it('gets the documented route from auto, with a word about it, and not from storage', async () => {
    const { session } = await start(old);
    const resolved = value(await session.resolveTarget(AUTO, never));
    expect(resolved.target).toEqual({
      route: 'documented',
      datasetId: DATASET,
      folderId: null,
      mirrored: false,
    });
    expect(resolved.notice).toContain('documented route');
    expect(await session.resolveTarget({ ...AUTO, routeChoice: 'storage' }, never)).toMatchObject({
      ok: false,
      failure: { kind: 'no-such-call' },
    });
  });

  it('does not fall back to a route that the dataset cannot take', async () => {
    const { session } = await start({
      ...old,
      'datasetwithuserrole GET': () => ok([]),
      'dataset GET': () => ok({ dataset_hash: DATASET, title: 'Traffic', dataset_type: 'AWS_S3' }),
    });
    expect(await session.resolveTarget(AUTO, never)).toMatchObject({
      ok: false,
      failure: { kind: 'refused', error: { code: 'dataset-storage' } },
    });
  });

  it('creates datasets by its older call', async () => {
    const { session, server } = await start({ 'dataset POST': () => ok({ dataset_hash: 'new', type: 0 }) });
    const made = value(await session.createDataset({ title: 'T', description: 'D', mirrored: true }, never));
    expect(made).toMatchObject({ id: 'new', backingFolderId: null });
    expect(server.calls[1]?.body.payload).toEqual({
      title: 'T',
      type: 0,
      description: 'D',
      create_backing_folder: true,
    });
  });
});

describe('falling back', () => {
  it.each([
    ['trouble', { status: 503 }, 'lost'],
    ['refusing', { status: 403, json: { message: 'no' } }, 'refused'],
    ['a reset', null, 'lost'],
  ] as const)('does not happen for %s', async (_, reply, kind) => {
    const { session } = await start({
      'GET datasets/list': () => listed(),
      'GET storage/folders': () => reply,
    });
    expect(await session.resolveTarget(AUTO, never)).toMatchObject({ ok: false, failure: { kind } });
  });

  it('does not happen for a folder that was deleted', async () => {
    const { session } = await start({
      'GET datasets/list': () => listed({ backingFolderUuid: 'gone' }),
      'GET storage/folders': () => page([]),
    });
    expect(await session.resolveTarget(AUTO, never)).toMatchObject({ ok: false });
  });
});

describe('the folder of a static dataset', () => {
  it('is the one of exactly its title, over pages, the oldest, and no other dataset owns it', async () => {
    const { session, server } = await start({
      'GET datasets/list': () => listed(),
      'GET storage/folders': ({ query }) =>
        query.get('pageToken') === null
          ? page([folder('f1', 'Traffic 2'), folder('f2', 'Traffic', { syncedDatasetHash: 'x' })], 'p2')
          : page([
              folder('f3', 'Traffic', { createdAt: '2026-02' }),
              folder('f4', 'Traffic', { createdAt: '2026-01' }),
            ]),
    });
    expect(value(await session.resolveTarget(AUTO, never)).target.folderId).toBe('f4');
    expect(server.names()).not.toContain('POST storage/folders');
  });

  it('is not made where the search failed', async () => {
    const { session, server } = await start({
      'GET datasets/list': () => listed(),
      'GET storage/folders': ({ query }) =>
        query.get('pageToken') === null ? page([], 'p2') : { status: 502 },
      'POST storage/folders': () => ({ json: folder('new', 'Traffic') }),
    });
    expect(await session.resolveTarget(AUTO, never)).toMatchObject({ ok: false, failure: { kind: 'lost' } });
    expect(server.names()).not.toContain('POST storage/folders');
  });

  it('is found the second time where the answer of its making was lost', async () => {
    let made = false;
    const { session, server } = await start({
      'GET datasets/list': () => listed(),
      'GET storage/folders': () => page(made ? [folder('new', 'Traffic')] : []),
      'POST storage/folders': () => {
        made = true;
        return null;
      },
    });
    expect(await session.resolveTarget(AUTO, never)).toMatchObject({ ok: false, failure: { kind: 'lost' } });
    expect(value(await session.resolveTarget(AUTO, never)).target.folderId).toBe('new');
    expect(server.names().filter((name) => name === 'POST storage/folders')).toHaveLength(1);
  });
});

describe('datasets and folders', () => {
  it('reads what the server may leave out or name otherwise', async () => {
    const { session } = await start({
      'GET datasets/list': () => ({
        json: {
          result: [
            { datasetHash: 'h', title: null, userRole: 'superuser', storageLocation: 'moon', extra: 1 },
          ],
        },
      }),
    });
    expect(value(await session.datasets({}, never))).toEqual([
      {
        id: 'h',
        title: '',
        description: '',
        createdAt: null,
        editedAt: null,
        role: null,
        storage: null,
        backingFolderId: null,
      },
    ]);
  });

  it('finds a dataset that the list does not show', async () => {
    const { session } = await start({
      'GET datasets/list': () => ({ json: { result: [] } }),
      'dataset GET': () => ok({ dataset_hash: DATASET, title: 'Shared', dataset_type: 'GCP_STR' }),
    });
    expect(value(await session.dataset(DATASET, never))).toMatchObject({ title: 'Shared', storage: 2 });
  });

  it('says that a dataset may have been created when the answer was lost, and does not repeat the call', async () => {
    const { session, server } = await start({ 'POST datasets': () => null });
    const answer = await session.createDataset({ title: 'T', description: '', mirrored: true }, never);
    expect(!answer.ok && answer.failure.error.message).toContain('may have been created');
    expect(server.calls).toHaveLength(1);
  });

  it('puts the names of a folder path in order, whatever the order of the server', async () => {
    const path = [
      { uuid: 'own', parentUuid: 'b', name: 'own' },
      { uuid: 'b', parentUuid: 'a', name: 'B' },
      { uuid: 'a', parentUuid: null, name: 'A' },
    ];
    const { session } = await start({
      'GET storage/search/folders': () =>
        page([
          folder('own', 'own', { pathToRoot: path }),
          folder('own', 'own', { pathToRoot: [...path].reverse() }),
        ]),
    });
    const folders = value(await session.folders('own', never));
    expect(folders.map((each) => each.path)).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });

  it('takes an empty dataset told as null for no rows', async () => {
    const { session } = await start({ 'datarows GET': () => ok(null) });
    expect(value(await session.rows(DATASET, never))).toEqual([]);
  });
});

describe('the log', () => {
  it('names calls and numbers, and holds neither key, signature nor address', async () => {
    const { session, log } = await start({
      'GET datasets/list': () => listed(),
      'datasetapikey GET': () =>
        ok([{ api_key: 'secret-api-key', scopes: ['dataset.read', 'dataset.write'] }]),
      'signedimagesurl GET': () =>
        ok([
          { signed_url: 'https://s.test/k?sig=secret-signature', data_hash: 'h', title: 'a', file_link: 'k' },
        ]),
      'singleimage POST': () => no(500, 'UNKNOWN_ERROR', 'for https://s.test/k?sig=secret-signature'),
    });
    const target = { route: 'documented', datasetId: DATASET, folderId: null, mirrored: false } as const;
    const route = session.route('documented');
    const [grant] = value(
      await route.grant(target, [{ media: 'image', name: 'a', mime: 'image/png' }], never),
    );
    if (grant === undefined) throw new Error('no grant');
    const frames = [{ grant, name: 'a', mime: 'image/png', size: 1 }];
    await route.register(
      target,
      [{ id: 1, media: 'image', title: 'a', frames, clientMetadata: null }],
      never,
    );
    const text = log.join('\n');
    expect(text).toContain('singleimage POST');
    for (const secret of ['secret-api-key', 'secret-signature', SEED.toString('hex'), 'Authorization']) {
      expect(text).not.toContain(secret);
    }
  });
});
