/** Groups of a dataset, projects and their datasets, and what is refused (encord-api.md C.5). */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { Client, Key, SEED_A, SEED_B } from './support.ts';

const EMAIL = 'admin@lab.example';
const VIEWER = 'viewer@lab.example';
const BOSS = 'boss@lab.example';
const STRANGE = '99999999-9999-4999-8999-999999999999';
const SEED_C = Buffer.alloc(32, 9);

let folder: string;
let emulator: Emulator;
let admin: Client;
let viewer: Client;
/** Administers the organisation, and nothing in it. */
let boss: Client;

const id = z.object({ groupHash: z.string() });
const groupPage = z.object({
  results: z.array(
    id.extend({
      name: z.string(),
      description: z.string(),
      createdAt: z.iso.datetime(),
      userRole: z.number().optional(),
      isSameOrganisation: z.boolean().optional(),
    }),
  ),
  nextPageToken: z.string().nullable(),
});
const projectPage = z.object({
  results: z.array(
    z.object({
      projectHash: z.string(),
      title: z.string(),
      status: z.string(),
      userRole: z.number().nullable(),
      createdAt: z.iso.datetime(),
      ontologyHash: z.string(),
    }),
  ),
  nextPageToken: z.string().nullable(),
});
const datasetPage = z.object({
  results: z.array(z.object({ datasetHash: z.string(), title: z.string(), description: z.string() })),
  nextPageToken: z.string().nullable(),
});

const seeded = z.object({
  groups: z.array(id),
  datasets: z.array(z.object({ datasetHash: z.string() })),
  projects: z.array(z.object({ projectHash: z.string() })),
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emulator-people-'));
  emulator = await startEmulator({ dataDir: folder });
  admin = new Client(emulator.url, new Key(SEED_A));
  viewer = new Client(emulator.url, new Key(SEED_B));
  boss = new Client(emulator.url, new Key(SEED_C));
  await admin.control('POST', 'seed', {
    users: [
      { email: EMAIL, publicKey: new Key(SEED_A).openSsh },
      { email: VIEWER, publicKey: new Key(SEED_B).openSsh },
      { email: BOSS, publicKey: new Key(SEED_C).openSsh, organisationRole: 'admin' },
    ],
    groups: [{ name: 'Team', description: 'All of us', count: 3 }],
  });
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

let dataset: string;
let other: string;
let project: string;
let groups: string[];

beforeEach(async () => {
  const member = [{ email: VIEWER, role: 'user' }];
  const made = seeded.parse(
    await admin.control('POST', 'seed', {
      datasets: [
        { title: 'Cells', description: 'Of mice', owner: EMAIL, users: member, apiKeys: [{ title: 'both' }] },
        { title: 'Other', owner: 'somebody@else.example' },
      ],
      projects: [{ title: 'Count cells', owner: EMAIL, users: member }],
    }),
  );
  dataset = made.datasets[0]?.datasetHash ?? '';
  other = made.datasets[1]?.datasetHash ?? '';
  project = made.projects[0]?.projectHash ?? '';
  groups = (await admin.okV2(groupPage, 'GET', 'user/current-organisation/groups')).results.map(
    (group) => group.groupHash,
  );
});

async function statusOf(client: Client, method: string, path: string, body?: unknown): Promise<number> {
  return (await client.v2(method, path, body)).status;
}

describe('groups', () => {
  it('lists those of the organisation page by page', async () => {
    const path = 'user/current-organisation/groups?pageSize=2';
    const first = await viewer.okV2(groupPage, 'GET', path);
    const second = await viewer.okV2(groupPage, 'GET', `${path}&pageToken=${first.nextPageToken}`);
    expect([...first.results, ...second.results].map(({ name, description }) => [name, description])).toEqual(
      [
        ['Team 1', 'All of us'],
        ['Team 2', 'All of us'],
        ['Team 3', 'All of us'],
      ],
    );
    expect([first.results.length, second.nextPageToken]).toEqual([2, null]);
    expect(await statusOf(admin, 'GET', `${path}&pageToken=nonsense`)).toBe(400);
    expect(await statusOf(admin, 'GET', 'user/current-organisation/groups?pageSize=0')).toBe(422);
  });

  it('adds them to a dataset, changes their role and removes them', async () => {
    const path = `datasets/${dataset}/groups`;
    const [one, two] = groups;
    expect(await statusOf(admin, 'POST', path, { groupHashList: [one, two], userRole: 1 })).toBe(204);
    expect(await statusOf(admin, 'POST', path, { groupHashList: [two], userRole: 0 })).toBe(204);
    for (const client of [admin, viewer, boss]) {
      const listed = await client.okV2(groupPage, 'GET', path);
      expect(listed.results).toMatchObject([
        { groupHash: one, name: 'Team 1', userRole: 1, isSameOrganisation: true },
        { groupHash: two, name: 'Team 2', userRole: 0, isSameOrganisation: true },
      ]);
    }
    expect(await statusOf(admin, 'DELETE', `${path}?groupHashList=${one}&groupHashList=${two}`)).toBe(204);
    expect((await admin.okV2(groupPage, 'GET', path)).results).toEqual([]);
  });

  it('is refused by role, id and payload', async () => {
    const path = `datasets/${dataset}/groups`;
    const [one] = groups;
    const body = { groupHashList: [one], userRole: 1 };
    for (const client of [viewer, boss]) {
      expect(await statusOf(client, 'POST', path, body)).toBe(403);
      expect(await statusOf(client, 'DELETE', `${path}?groupHashList=${one}`)).toBe(403);
    }
    expect(await statusOf(admin, 'GET', `datasets/${other}/groups`)).toBe(403);
    expect(await statusOf(admin, 'POST', `datasets/${other}/groups`, body)).toBe(403);
    expect(await statusOf(admin, 'GET', `datasets/${STRANGE}/groups`)).toBe(404);
    expect(await statusOf(admin, 'POST', path, { groupHashList: [one, STRANGE], userRole: 1 })).toBe(404);
    expect(await statusOf(admin, 'DELETE', `${path}?groupHashList=${STRANGE}`)).toBe(404);
    for (const bad of [
      undefined,
      {},
      { groupHashList: [], userRole: 1 },
      { groupHashList: one, userRole: 1 },
      { groupHashList: [one], userRole: 2 },
      { groupHashList: [one], userRole: 'user' },
    ]) {
      expect([bad, await statusOf(admin, 'POST', path, bad)]).toEqual([bad, 422]);
    }
    expect(await statusOf(admin, 'DELETE', path)).toBe(422);
    expect(await statusOf(admin, 'DELETE', `${path}?groupHashList=x`)).toBe(422);
    expect((await admin.okV2(groupPage, 'GET', path)).results).toEqual([]);
  });
});

describe('projects', () => {
  it('lists those that one has a role on, and all of them for an administrator of the organisation', async () => {
    const find = async (client: Client, more = '') => {
      const page = await client.okV2(projectPage, 'GET', `projects?pageSize=1000${more}`);
      return page.results.find((each) => each.projectHash === project);
    };
    expect(await find(admin)).toMatchObject({ title: 'Count cells', status: 'in-progress', userRole: 0 });
    expect((await find(viewer))?.userRole).toBe(1);
    expect(await find(boss)).toBeUndefined();
    expect((await find(boss, '&includeOrgAccess=True'))?.userRole).toBeNull();
    expect(await find(admin, '&titleLike=count%25')).toBeDefined();
    expect(await find(admin, '&titleEq=count')).toBeUndefined();
    expect(await find(admin, '&descLike=%25mice%25')).toBeUndefined();
    expect(await find(admin, '&createdAfter=2100-01-01T00:00:00Z')).toBeUndefined();
    expect(await find(admin, '&editedBefore=2100-01-01T00:00:00Z')).toBeDefined();
    expect(await find(admin, '&tagsAnyof=urgent')).toBeUndefined();
    const first = await admin.okV2(projectPage, 'GET', 'projects?pageSize=1');
    expect([first.results.length, first.results[0]?.projectHash]).toEqual([1, project]);
    for (const bad of ['includeOrgAccess=perhaps', 'createdBefore=soon', 'pageSize=1001']) {
      expect([bad, await statusOf(admin, 'GET', `projects?${bad}`)]).toEqual([bad, 422]);
    }
  });

  async function change(
    client: Client,
    method: 'POST' | 'DELETE',
    hashes: unknown,
    headers: Record<string, string> = { ResourceType: 'project' },
    hash = project,
  ): Promise<unknown> {
    const [uid, payload] = method === 'POST' ? [null, { dataset_hashes: hashes }] : [hashes, null];
    return (await client.v1('projectdataset', method, uid, payload, hash, { headers })).response;
  }
  const datasetsOf = async (client: Client): Promise<string[]> =>
    (await client.okV2(datasetPage, 'GET', `projects/${project}/datasets`)).results.map(
      (each) => each.datasetHash,
    );

  it('attaches and detaches a dataset', async () => {
    expect(await change(admin, 'POST', [dataset])).toBe(true);
    expect(await change(admin, 'POST', [dataset])).toBe(true);
    for (const client of [admin, viewer, boss]) expect(await datasetsOf(client)).toEqual([dataset]);
    expect(await change(admin, 'DELETE', [dataset])).toBe(true);
    expect(await datasetsOf(admin)).toEqual([]);
    expect(await change(admin, 'DELETE', [dataset])).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
  });

  it('goes on without a dataset that is deleted', async () => {
    await change(admin, 'POST', [dataset]);
    await admin.v2('POST', `datasets/${dataset}/groups`, { groupHashList: groups, userRole: 1 });
    await admin.ok(z.number(), 'reencodevideotask', 'PUT', null, { data_hash: [STRANGE] }, dataset);
    await admin.control('DELETE', 'datasets', { datasetHash: dataset });
    expect(await datasetsOf(admin)).toEqual([]);
  });

  it('is refused by role on either side, by credential, id, resource and payload', async () => {
    for (const method of ['POST', 'DELETE'] as const) {
      for (const client of [viewer, boss]) {
        expect(await change(client, method, [dataset])).toEqual(['AUTHORISATION_ERROR']);
      }
      expect(await change(admin, method, [other])).toEqual(['AUTHORISATION_ERROR']);
      expect(await change(admin, method, [dataset, STRANGE])).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
      const asProject = { ResourceType: 'project' };
      expect(await change(admin, method, [dataset], asProject, STRANGE)).toEqual([
        'RESOURCE_NOT_FOUND_ERROR',
      ]);
      expect(await change(admin, method, [dataset], asProject, 'none')).toEqual(['RESOURCE_NOT_FOUND_ERROR']);
      for (const headers of [{}, { ResourceType: 'dataset' }]) {
        expect(await change(admin, method, [dataset], headers)).toEqual(['INVALID_ARGUMENTS_ERROR']);
      }
      for (const bad of [[], null, dataset, ['no uuid']]) {
        expect([bad, await change(admin, method, bad)]).toEqual([bad, ['INVALID_ARGUMENTS_ERROR']]);
      }
    }
    const keys = await admin.ok(z.array(z.object({ api_key: z.string() })), 'datasetapikey', 'GET', null, {
      dataset_hash: dataset,
    });
    const keyed = new Client(emulator.url, keys[0]?.api_key ?? '');
    expect(await change(keyed, 'POST', [dataset])).toEqual(['AUTHORISATION_ERROR']);
    const wrongType = await admin.v1('dataset', 'GET', null, null, dataset, {
      headers: { ResourceType: 'project' },
    });
    expect(wrongType.response).toEqual(['INVALID_ARGUMENTS_ERROR']);
    expect(await datasetsOf(admin)).toEqual([]);
    expect(await statusOf(admin, 'GET', `projects/${STRANGE}/datasets`)).toBe(404);
    expect(await statusOf(new Client(emulator.url, new Key(Buffer.alloc(32, 3))), 'GET', 'projects')).toBe(
      401,
    );
  });

  it('seeds what is named, and refuses what is not there or twice', async () => {
    const seed = (more: Record<string, unknown>) => admin.control('POST', 'seed', more);
    await expect(seed({ projects: [{ title: 'P', datasets: [STRANGE] }] })).rejects.toThrow('400');
    await expect(seed({ projects: [{ title: 'P', uuid: project }] })).rejects.toThrow('400');
    await expect(seed({ groups: [{ name: 'G', uuid: groups[0] }] })).rejects.toThrow('400');
    const roles = [{ group: 'Nobody', role: 'user' }];
    await expect(seed({ datasets: [{ title: 'D', groups: roles }] })).rejects.toThrow('400');
    const hash = '88888888-8888-4888-8888-888888888888';
    await seed({
      datasets: [{ title: 'D', datasetHash: hash, groups: [{ group: 'Team 2', role: 'admin' }] }],
      projects: [{ title: 'P', datasets: [hash], uuid: hash }],
    });
    expect(await admin.control('GET', 'state')).toMatchObject({
      datasets: expect.arrayContaining([
        expect.objectContaining({
          dataset_hash: hash,
          groups: [{ group_hash: groups[1], name: 'Team 2', role: 0 }],
        }),
      ]),
      projects: expect.arrayContaining([{ project_hash: hash, title: 'P', datasets: [hash] }]),
    });
  });
});
