/** Storage folders and items through the adapter: against the emulator by HTTP, and against servers that say odd things. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { connect } from '../../../main/adapters/encord/session.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import type { Answer } from '../../../main/core/encord-port.ts';
import type { ItemQuery, StorageCalls } from '../../../main/core/manage/ports.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { keyFromSeed, memoryLog, never, random, SEED, scriptedEncord, systemClock } from './support.ts';

const [ADMIN_KEY, VIEWER_KEY] = [SEED, Buffer.alloc(32, 7)].map((seed) => keyFromSeed(seed, 'lab')) as [
  string,
  string,
];
const DATASET = '11111111-1111-4111-8111-111111111111';
const GROUP = '22222222-2222-4222-8222-222222222222';
const [FROM, TO] = ['33333333-0000-4000-8000-000000000001', '33333333-0000-4000-8000-000000000002'];
const NOWHERE = '99999999-9999-4999-8999-999999999999';
const ANY_FOLDER = {
  parentId: null,
  search: '',
  recursive: false,
  order: 'name',
  descending: false,
  pageSize: 100,
  pageToken: null,
} as const;
const ANY_ITEM: ItemQuery = {
  folderId: null,
  search: '',
  types: [],
  recursive: false,
  inDataset: null,
  order: 'name',
  descending: false,
  pageSize: 100,
  pageToken: null,
};

let emulator: Emulator;
let admin: StorageCalls;
let viewer: StorageCalls;
const cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'manage-storage-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  emulator = await startEmulator({ dataDir: folder, jobDelayMs: 10 });
  cleanUp.push(() => emulator.close());
  const publicKey = (key: string): string => sshpk.parsePrivateKey(key, 'ssh').toPublic().toString('ssh');
  await control('seed', {
    users: [
      { email: 'admin@lab.example', publicKey: publicKey(ADMIN_KEY), organisationRole: 'admin' },
      { email: 'viewer@lab.example', publicKey: publicKey(VIEWER_KEY), organisationRole: 'user' },
    ],
    groups: [{ uuid: GROUP, name: 'Readers', description: 'They read.' }],
    integrations: [
      { uuid: FROM, title: 'From' },
      { uuid: TO, title: 'To' },
    ],
    datasets: [
      { datasetHash: DATASET, title: 'Keyed', apiKeys: [{ title: 'both', key: 'api-key-of-both' }] },
    ],
  });
  admin = session(emulator.url, ADMIN_KEY);
  viewer = session(emulator.url, VIEWER_KEY);
});
afterAll(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

async function control(name: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${emulator.url}/__emulator/${name}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  return response.json();
}

function session(domain: string, secret: string): StorageCalls {
  const agents = createAgents();
  cleanUp.push(() => agents.close());
  const clock = systemClock();
  const deps = { http: createHttpClient({ agents, clock }), clock, random, log: memoryLog(), version: '0' };
  const credentials = secret.startsWith('-----')
    ? ({ kind: 'ssh', key: parsePrivateKey(secret), domain } as const)
    : ({ kind: 'api-key', apiKey: secret, datasetId: DATASET, domain } as const);
  return connect(credentials, deps).manage.storage;
}

function value<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  const { kind, error } = answer.failure;
  throw new Error(`${kind}: ${error.message} ${JSON.stringify(error.details)}`);
}

/** Kind and code of a failure. */
function failure(answer: Answer<unknown>): string {
  return answer.ok ? 'ok' : `${answer.failure.kind} ${answer.failure.error.code}`;
}

async function makeFolder(name: string, parentId: string | null = null): Promise<string> {
  return value(await admin.createFolder({ name, description: '', parentId }, never)).id;
}

/** A folder that the viewer sees, with items without bytes; ids by name. */
async function filledFolder(
  name: string,
  items: readonly { readonly title: string; readonly itemType?: string }[],
): Promise<{ id: string; items: Record<string, string> }> {
  const users = [{ email: 'viewer@lab.example', role: 'user' }];
  const owner = 'admin@lab.example';
  const seeded = z
    .object({ folders: z.tuple([z.object({ uuid: z.string() })]) })
    .parse(await control('seed', { folders: [{ name, owner, users, items }] }));
  const id = seeded.folders[0].uuid;
  const listed = value(await admin.items({ ...ANY_ITEM, folderId: id }, never));
  return { id, items: Object.fromEntries(listed.items.map((item) => [item.name, item.id])) };
}

async function mirroredDataset(
  title: string,
  rows: readonly string[],
): Promise<{ dataset: string; folder: string }> {
  const owner = 'admin@lab.example';
  const entry = { title, owner, mirrored: true, rows: rows.map((row) => ({ title: row })) };
  const seeded = z
    .object({ datasets: z.tuple([z.object({ datasetHash: z.string(), backingFolderUuid: z.string() })]) })
    .parse(await control('seed', { datasets: [entry] }));
  const [{ datasetHash, backingFolderUuid }] = seeded.datasets;
  return { dataset: datasetHash, folder: backingFolderUuid };
}

describe('folders', () => {
  it('are made, read with their path, changed, moved and deleted', async () => {
    const top = await makeFolder('top');
    const made = value(
      await admin.createFolder({ name: 'below', description: 'Second', parentId: top }, never),
    );
    expect(made).toMatchObject({ name: 'below', description: 'Second', parentId: top, role: 'admin' });
    const deepest = await makeFolder('deepest', made.id);
    expect(value(await admin.folder(deepest, never)).path).toEqual([
      { id: top, name: 'top' },
      { id: made.id, name: 'below' },
    ]);
    const change = { name: 'renamed', clientMetadata: '{"site":"north"}' };
    expect(value(await admin.changeFolder(made.id, change, never))).toBeNull();
    expect(value(await admin.folder(made.id, never))).toMatchObject({
      ...change,
      description: 'Second',
      owner: 'admin@lab.example',
      syncedDatasetId: null,
    });
    expect(value(await admin.moveFolders([deepest], null, never))).toBeNull();
    expect(value(await admin.folder(deepest, never))).toMatchObject({ parentId: null, path: [] });
    expect(value(await admin.moveFolders([deepest], top, never))).toBeNull();
    expect(value(await admin.deleteFolder(top, never))).toBeNull();
    expect(failure(await admin.folder(deepest, never))).toBe('refused forbidden');
  });

  it('are listed by pages, at the top, below one at any depth, and everywhere by name', async () => {
    const parent = await makeFolder('pages');
    for (const name of ['page-a', 'page-b', 'page-c']) await makeFolder(name, parent);
    const listed = value(
      await admin.folders({ ...ANY_FOLDER, parentId: parent, pageSize: 2, descending: true }, never),
    );
    expect(listed.items.map((folder) => folder.name)).toEqual(['page-c', 'page-b']);
    const rest = value(
      await admin.folders(
        { ...ANY_FOLDER, parentId: parent, pageSize: 2, descending: true, pageToken: listed.next },
        never,
      ),
    );
    expect(rest).toMatchObject({ items: [{ name: 'page-a' }], next: null });
    const deep = await makeFolder('page-deep', rest.items[0]?.id ?? null);
    const names = async (query: object): Promise<string[]> =>
      value(await admin.folders({ ...ANY_FOLDER, ...query }, never)).items.map((folder) => folder.id);
    expect(await names({ parentId: parent })).not.toContain(deep);
    expect(await names({ parentId: parent, recursive: true })).toContain(deep);
    expect(await names({ search: 'page-deep' })).toEqual([]);
    expect(await names({ search: 'page-deep', recursive: true })).toEqual([deep]);
    expect(await names({})).toContain(parent);
    expect(failure(await admin.folders({ ...ANY_FOLDER, pageToken: 'wrong' }, never))).toBe(
      'refused bad-request',
    );
  });

  it('are counted', async () => {
    const { id } = await filledFolder('counted', [
      { title: 'a' },
      { title: 'b' },
      { title: 'c', itemType: 'video' },
    ]);
    await makeFolder('inside', id);
    expect(value(await admin.summary(id, never))).toEqual({
      files: 3,
      folders: 1,
      totalBytes: 0,
      uploadJobs: 0,
      counts: { images: 2, videos: 1 },
    });
  });

  it('are refused to who may not change them, with what is wrong about the request', async () => {
    const { id } = await filledFolder('guarded', []);
    const mirrored = await mirroredDataset('has a folder', ['row']);
    expect(failure(await viewer.changeFolder(id, { name: 'x' }, never))).toBe('refused forbidden');
    expect(failure(await viewer.deleteFolder(id, never))).toBe('refused forbidden');
    expect(failure(await viewer.moveFolders([id], null, never))).toBe('refused forbidden');
    expect(failure(await viewer.createFolder({ name: 'x', description: '', parentId: id }, never))).toBe(
      'refused forbidden',
    );
    expect(failure(await admin.changeFolder(id, { clientMetadata: '[1]' }, never))).toBe(
      'refused invalid-input',
    );
    expect(failure(await admin.changeFolder(id, { name: '' }, never))).toBe('refused bad-request');
    expect(failure(await admin.deleteFolder(mirrored.folder, never))).toBe('refused bad-request');
    expect(failure(await admin.moveFolders([id], id, never))).toBe('refused bad-request');
    expect(failure(await admin.summary(NOWHERE, never))).toBe('refused forbidden');
  });

  it('have groups with roles', async () => {
    const { id } = await filledFolder('with groups', []);
    expect(value(await admin.addFolderGroups(id, [GROUP], 'admin', never))).toBeNull();
    expect(value(await viewer.folderGroups(id, never))).toEqual([
      {
        id: GROUP,
        name: 'Readers',
        description: 'They read.',
        createdAt: expect.any(String),
        sameOrganisation: true,
        role: 'admin',
      },
    ]);
    expect(failure(await viewer.addFolderGroups(id, [GROUP], 'user', never))).toBe('refused forbidden');
    expect(failure(await viewer.removeFolderGroups(id, [GROUP], never))).toBe('refused forbidden');
    expect(failure(await admin.addFolderGroups(id, [NOWHERE], 'user', never))).toBe('refused not-found');
    expect(value(await admin.removeFolderGroups(id, [GROUP], never))).toBeNull();
    expect(value(await admin.folderGroups(id, never))).toEqual([]);
  });
});

describe('items', () => {
  it('are listed by pages, searched everywhere, and read by id in the order asked for', async () => {
    const { id, items } = await filledFolder('listed', [
      { title: 'needle-1' },
      { title: 'needle-2', itemType: 'audio' },
      { title: 'needle-3', itemType: 'video' },
    ]);
    const query = { ...ANY_ITEM, folderId: id, order: 'createdAt', pageSize: 2 } as const;
    const first = value(await viewer.items(query, never));
    const second = value(await viewer.items({ ...query, pageToken: first.next }, never));
    expect([...first.items, ...second.items].map((item) => [item.name, item.type])).toEqual([
      ['needle-1', 'image'],
      ['needle-2', 'audio'],
      ['needle-3', 'video'],
    ]);
    expect(second.next).toBeNull();
    const found = async (change: Partial<ItemQuery>): Promise<string[]> =>
      value(await admin.items({ ...ANY_ITEM, ...change }, never)).items.map((item) => item.name);
    expect(await found({ search: 'needle', types: ['audio', 'video'] })).toEqual(['needle-2', 'needle-3']);
    expect(await found({ folderId: id, inDataset: true })).toEqual([]);
    expect(failure(await admin.items(ANY_ITEM, never))).toBe('refused invalid-input');
    const wanted = [String(items['needle-3']), NOWHERE, String(items['needle-1'])];
    expect(value(await admin.itemsById(wanted, never)).map((item) => item.name)).toEqual([
      'needle-3',
      'needle-1',
    ]);
    expect(value(await admin.item(wanted[0] ?? '', { signedUrl: false }, never))).toMatchObject({
      id: wanted[0],
      folderId: id,
      size: 1000,
      rows: 0,
      storage: 'encord',
      clientMetadata: '{}',
      audio: null,
      dicom: null,
      signedUrl: null,
    });
    expect(failure(await admin.item(NOWHERE, { signedUrl: true }, never))).toBe('refused forbidden');
  });

  it('are renamed and described, many at once', async () => {
    const { items } = await filledFolder('changed', [{ title: 'one' }, { title: 'two' }]);
    const [one, two] = [String(items.one), String(items.two)];
    const changes = new Map([
      [one, { name: 'first' }],
      [two, { clientMetadata: '{"n":2}' }],
    ]);
    expect(value(await admin.changeItems(changes, never))).toBeNull();
    expect(value(await admin.itemsById([one, two], never))).toMatchObject([
      { name: 'first', clientMetadata: '{}' },
      { name: 'two', clientMetadata: '{"n":2}' },
    ]);
    expect(failure(await viewer.changeItems(changes, never))).toBe('refused forbidden');
    expect(failure(await admin.changeItems(new Map([[NOWHERE, { name: 'x' }]]), never))).toBe(
      'refused forbidden',
    );
    const broken = new Map([[one, { clientMetadata: '{"n":' }]]);
    expect(failure(await admin.changeItems(broken, never))).toBe('refused invalid-input');
    expect(value(await admin.changeItems(new Map(), never))).toBeNull();
  });

  it('move out of a mirrored dataset only where that is allowed, and tell where they are used', async () => {
    const mirrored = await mirroredDataset('mirrors', ['row']);
    const plain = await makeFolder('plain');
    const [row] = value(await admin.items({ ...ANY_ITEM, folderId: mirrored.folder }, never)).items;
    const item = { id: row?.id ?? '', folderId: mirrored.folder };
    expect(value(await admin.usage(item, never))).toEqual({
      inGroups: 0,
      groups: [],
      inDatasets: 1,
      datasets: [
        { id: mirrored.dataset, title: 'mirrors', mirrored: true, dataHashes: [expect.any(String)] },
      ],
    });
    const move = { fromFolderId: mirrored.folder, itemIds: [item.id], toFolderId: plain };
    const refused = await admin.moveItems({ ...move, allowSyncedDatasetMove: false }, never);
    expect(failure(refused)).toBe('refused bad-request');
    expect(value(await admin.moveItems({ ...move, allowSyncedDatasetMove: true }, never))).toBeNull();
    expect(value(await admin.item(item.id, { signedUrl: false }, never))).toMatchObject({
      folderId: plain,
      rows: 0,
    });
    expect(failure(await admin.usage(item, never))).toBe('refused forbidden');
    const back = { fromFolderId: plain, itemIds: [item.id], toFolderId: mirrored.folder };
    expect(failure(await viewer.moveItems({ ...back, allowSyncedDatasetMove: true }, never))).toBe(
      'refused forbidden',
    );
  });

  it('become data groups, and are deleted with counts', async () => {
    const { id, items } = await filledFolder('grouped', [{ title: 'p' }, { title: 'q' }]);
    const itemIds = [String(items.q), String(items.p)];
    const [group] = value(
      await admin.createDataGroup(id, { name: 'pair', layout: 'default-grid', itemIds }, never),
    );
    const parts = await admin.children({ id: group ?? '', folderId: id }, { signedUrls: false }, never);
    expect(value(parts).map((item) => item.name)).toEqual(['q', 'p']);
    expect(value(await admin.usage({ id: itemIds[0] ?? '', folderId: id }, never))).toMatchObject({
      inGroups: 1,
      groups: [{ id: group, name: 'pair', folderId: id }],
    });
    const remove = (by: StorageCalls, all: readonly string[]) =>
      by.deleteItems({ folderId: id, itemIds: all, removeUnusedFrames: true }, never);
    expect(failure(await remove(viewer, itemIds))).toBe('refused forbidden');
    expect(failure(await remove(admin, itemIds))).toBe('refused bad-request');
    expect(value(await remove(admin, [...itemIds, group ?? '']))).toEqual({ items: 3, folders: 0 });
    expect(
      failure(await admin.createDataGroup(id, { name: null, layout: 'default-list', itemIds }, never)),
    ).toBe('refused forbidden');
  });

  it('are re-encoded: started, followed to the end, forgotten', async () => {
    const { items } = await filledFolder('films', [{ title: 'film', itemType: 'video' }, { title: 'still' }]);
    const start = (by: StorageCalls, name: string) =>
      by.reencodeItems({ itemIds: [String(items[name])], title: 'again', force: false }, never);
    expect(failure(await start(viewer, 'film'))).toBe('refused forbidden');
    expect(failure(await start(admin, 'still'))).toBe('refused bad-request');
    const process = value(await start(admin, 'film'));
    await expect
      .poll(async () => value(await admin.reencodeItemsState(process, never)), { timeout: 5000 })
      .toEqual({ kind: 'done', words: null });
    await control('forget-jobs', { jobs: [process] });
    expect(failure(await admin.reencodeItemsState(process, never))).toBe('refused not-found');
  });

  it('are pointed to another bucket', async () => {
    const [old, next] = ['https://old.s3.amazonaws.com/a.png', 'https://new.s3.amazonaws.com/a.png'];
    const request = {
      urls: new Map([[old, next]]),
      fromIntegrationId: FROM,
      toIntegrationId: TO,
      validateAccess: false,
      skipMissing: false,
    } as const;
    expect(failure(await admin.migrate(request, never))).toBe('refused bad-request');
    expect(value(await admin.migrate({ ...request, skipMissing: true }, never))).toBeNull();
    expect(failure(await admin.migrate({ ...request, toIntegrationId: NOWHERE }, never))).toBe(
      'refused forbidden',
    );
  });
});

describe('the schema of client metadata', () => {
  it('is read and changed as JSON text', async () => {
    expect(value(await admin.metadataSchema(never))).toBeNull();
    expect(failure(await viewer.setMetadataSchema('{"site":{"ty":"text"}}', never))).toBe(
      'refused forbidden',
    );
    expect(failure(await admin.setMetadataSchema('"text"', never))).toBe('refused invalid-input');
    expect(failure(await admin.setMetadataSchema('{"site":{"ty":"colour"}}', never))).toBe(
      'refused bad-request',
    );
    expect(value(await admin.setMetadataSchema('{"site":{"ty":"text"}}', never))).toBeNull();
    expect(value(await viewer.metadataSchema(never))).toBe('{"site":{"ty":"text"}}');
  });
});

describe('an account with an API key', () => {
  it('is told that it needs an SSH key, by every call', async () => {
    const calls = session(emulator.url, 'api-key-of-both');
    const names = Object.keys(admin).toSorted();
    expect(Object.keys(calls).toSorted()).toEqual(names);
    for (const name of names) {
      // Every call refuses before it looks at what it was given.
      const call: () => Promise<Answer<unknown>> = Reflect.get(calls, name);
      expect([name, failure(await call())]).toEqual([name, 'refused not-available']);
    }
  });
});

describe('odd servers', () => {
  it('nulls, absences and wrong types where the program can do without break nothing', async () => {
    const nulls = { uuid: 'f', pathToRoot: null, clientMetadata: 7, userRole: 'king', createdAt: 5 };
    const odd = {
      uuid: 'i',
      itemType: 'hologram',
      fileSize: 'big',
      duration: null,
      clientMetadata: { a: 1 },
    };
    const server = await scriptedEncord({
      'GET storage/folders': () => ({ json: { results: [null, nulls, { name: 'no id' }] } }),
      'GET storage/folders/f/items': () => ({
        json: { results: [odd, { uuid: 'p', isPlaceholder: true }], nextPageToken: 3 },
      }),
      'GET storage/folders/f/summary': () => ({
        json: { files: '3', totalSize: null, scenes: 2, other: [] },
      }),
      'GET storage/folders/f/items/i/summary': () => ({ json: { accessibleDatasets: [{ title: 'x' }, 4] } }),
      'GET storage/items/reencode/e': () => ({ json: { status: 'ERROR', result: { message: 'No codec' } } }),
    });
    cleanUp.push(() => server.close());
    const calls = session(server.url, ADMIN_KEY);
    expect(value(await calls.folders(ANY_FOLDER, never))).toEqual({
      items: [
        {
          id: 'f',
          name: '',
          description: '',
          parentId: null,
          path: [],
          syncedDatasetId: null,
          owner: '',
          role: null,
          createdAt: null,
          editedAt: null,
          clientMetadata: null,
        },
      ],
      next: null,
    });
    expect(value(await calls.items({ ...ANY_ITEM, folderId: 'f' }, never))).toMatchObject({
      items: [{ id: 'i', type: 'other', size: null, rows: 0, clientMetadata: '{"a":1}' }],
      next: null,
    });
    expect(value(await calls.summary('f', never))).toEqual({
      files: 0,
      folders: 0,
      totalBytes: 0,
      uploadJobs: 0,
      counts: { scenes: 2 },
    });
    expect(value(await calls.usage({ id: 'i', folderId: 'f' }, never))).toEqual({
      inGroups: 0,
      groups: [],
      inDatasets: 0,
      datasets: [],
    });
    expect(value(await calls.reencodeItemsState('e', never))).toEqual({ kind: 'failed', words: 'No codec' });
  });

  it('a lost answer to what must not be done twice is left in doubt, after one request', async () => {
    const server = await scriptedEncord({
      // Leaves a kept connection behind, so that the next request could be repeated on another one.
      'GET storage/folders/f': () => ({ json: { uuid: 'f' } }),
      'POST storage/folders/f/items/move': () => null,
      'PATCH storage/folders/f': (_call, nth) => (nth === 1 ? null : { status: 204 }),
    });
    cleanUp.push(() => server.close());
    const calls = session(server.url, ADMIN_KEY);
    value(await calls.folder('f', never));
    const move = { fromFolderId: 'f', itemIds: ['i'], toFolderId: 'g', allowSyncedDatasetMove: false };
    expect(failure(await calls.moveItems(move, never))).toMatch(/^lost /);
    value(await calls.folder('f', never));
    expect(value(await calls.changeFolder('f', { name: 'x' }, never))).toBeNull();
    expect(server.names()).toEqual([
      'GET storage/folders/f',
      'POST storage/folders/f/items/move',
      'GET storage/folders/f',
      'PATCH storage/folders/f',
      'PATCH storage/folders/f',
    ]);
  });

  it('a bulk read that is refused for one id is made one by one, and a page token given twice ends a list', async () => {
    const server = await scriptedEncord({
      'POST storage/items/get-bulk': () => ({ status: 403, json: { message: 'No.' } }),
      'GET storage/items/a': () => ({ json: { uuid: 'a' } }),
      'GET storage/items/b': () => ({ status: 403, json: { message: 'No.' } }),
      'GET storage/folders/f/groups': () => ({
        json: { results: [{ groupHash: 'g', userRole: 1 }], nextPageToken: 'again' },
      }),
    });
    cleanUp.push(() => server.close());
    const calls = session(server.url, ADMIN_KEY);
    expect(value(await calls.itemsById(['b', 'a'], never)).map((item) => item.id)).toEqual(['a']);
    expect(value(await calls.folderGroups('f', never))).toMatchObject([
      { id: 'g', role: 'user' },
      { id: 'g', role: 'user' },
    ]);
  });
});
