/** The calls on people, groups, projects and API keys, against the emulator and against servers that answer oddly. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Management } from '../../../main/core/manage/ports.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { EmulatorControl } from '../../fixtures/emulator-control.ts';
import { makeKey } from '../../fixtures/keys.ts';
import { type Credential, type OpenSession, openSession, outcome, value } from './manage-support.ts';
import { never, ok, type ScriptedEncord, scriptedEncord } from './support.ts';

const ADMIN = makeKey('admin@lab.example');
const VIEWER = makeKey('viewer@lab.example');
const STRANGE = '99999999-9999-4999-8999-999999999999';
const seeded = z.object({
  groups: z.array(z.object({ groupHash: z.string(), name: z.string() })),
  projects: z.array(z.object({ projectHash: z.string() })),
});

let folder: string;
let emulator: Emulator;
let control: EmulatorControl;
const open: OpenSession[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'encord-people-'));
  emulator = await startEmulator({ dataDir: folder, publicKeys: [ADMIN.publicKey, VIEWER.publicKey] });
  control = new EmulatorControl(() => emulator.url);
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  await control.call('DELETE', 'faults');
});

const MEMBERS = [
  { email: 'admin@lab.example', role: 'admin' },
  { email: 'viewer@lab.example', role: 'user' },
];
let dataset: string;
let project: string;
let group: string;
let apiKeys: { both: string; read: string };
let nth = 0;

beforeEach(async () => {
  nth += 1;
  apiKeys = { both: `both-scopes-${nth}`, read: `read-only-${nth}` };
  dataset = await control.dataset('Cells', 'admin@lab.example', {
    owner: 'owner@lab.example',
    users: MEMBERS,
    apiKeys: [
      { title: 'Both', key: apiKeys.both },
      { title: 'Read', key: apiKeys.read, scopes: ['dataset.read'] },
    ],
  });
  const made = seeded.parse(
    await control.call('POST', 'seed', {
      groups: [{ name: 'Biologists', description: 'Third floor' }],
      projects: [{ title: 'Count cells', owner: 'owner@lab.example', users: MEMBERS }],
    }),
  );
  group = made.groups[0]?.groupHash ?? '';
  project = made.projects[0]?.projectHash ?? '';
});

function manage(credential: Credential = { privateKey: ADMIN.privateKey }, url = emulator.url): Management {
  const opened = openSession(url, credential);
  open.push(opened);
  return opened.session.manage;
}
const viewer = (): Management => manage({ privateKey: VIEWER.privateKey });
const keyed = (apiKey = apiKeys.both): Management => manage({ apiKey, datasetId: dataset });

describe('people', () => {
  it.each(['ssh', 'api-key'])('adds them with %s, and tells the role that somebody kept', async (kind) => {
    const { team } = kind === 'ssh' ? manage() : keyed();
    const emails = ['new@lab.example', 'admin@lab.example'];
    expect(value(await team.addUsers(dataset, emails, 'user', never))).toEqual([
      { email: 'new@lab.example', role: 'user' },
      { email: 'admin@lab.example', role: 'admin' },
    ]);
    expect(value(await team.addUsers(dataset, ['boss@lab.example'], 'admin', never))).toEqual([
      { email: 'boss@lab.example', role: 'admin' },
    ]);
  });

  it('is refused by role, scope, id and input', async () => {
    const add = (from: Management, id = dataset, emails = ['x@lab.example']) =>
      outcome(from.team.addUsers(id, emails, 'user', never));
    expect(await add(viewer())).toBe('refused: forbidden');
    expect(await add(keyed(apiKeys.read))).toBe('refused: scope-missing');
    expect(await add(manage(), STRANGE)).toBe('refused: not-found');
    expect(await add(manage(), dataset, [])).toBe('refused: bad-request');
    // The key speaks for its own dataset, which is not the one that is meant.
    expect(await add(keyed(), STRANGE)).toBe('refused: dataset-unknown');
  });
});

describe('groups', () => {
  it('lists, adds, changes and removes them', async () => {
    const { team } = manage();
    const all = value(await team.organisationGroups(never));
    expect(all.find(({ id }) => id === group)).toEqual({
      id: group,
      name: 'Biologists',
      description: 'Third floor',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    value(await team.addGroups(dataset, [group], 'user', never));
    expect(value(await viewer().team.groups(dataset, never))).toMatchObject([
      { id: group, name: 'Biologists', sameOrganisation: true, role: 'user' },
    ]);
    value(await team.addGroups(dataset, [group], 'admin', never));
    expect(value(await team.groups(dataset, never))).toMatchObject([{ id: group, role: 'admin' }]);
    value(await team.removeGroups(dataset, [group], never));
    expect(value(await team.groups(dataset, never))).toEqual([]);
  });

  it('is refused by role, credential and id', async () => {
    const every = (from: Management, id = dataset) =>
      Promise.all([
        outcome(from.team.addGroups(id, [group], 'user', never)),
        outcome(from.team.removeGroups(id, [group], never)),
      ]);
    expect(await every(viewer())).toEqual(Array(2).fill('refused: forbidden'));
    expect(await every(manage(), STRANGE)).toEqual(Array(2).fill('refused: not-found'));
    expect(await outcome(manage().team.groups(STRANGE, never))).toBe('refused: not-found');
    expect(await outcome(manage().team.addGroups(dataset, [STRANGE], 'user', never))).toBe(
      'refused: not-found',
    );
    expect(await outcome(manage().team.removeGroups(dataset, [], never))).toBe('refused: bad-request');
    const { team } = keyed();
    expect(await every(keyed())).toEqual(Array(2).fill('refused: not-available'));
    expect(await outcome(team.groups(dataset, never))).toBe('refused: not-available');
    expect(await outcome(team.organisationGroups(never))).toBe('refused: not-available');
  });
});

describe('projects', () => {
  it('lists all pages of them, and attaches and detaches a dataset', async () => {
    await control.call('POST', 'seed', {
      projects: [{ title: 'Many', owner: 'admin@lab.example', count: 1100 }],
    });
    const { projects } = manage();
    const all = value(await projects.list({ organisation: false }, never));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(1100);
    expect(all.find(({ id }) => id === project)).toMatchObject({
      title: 'Count cells',
      role: 'admin',
      status: 'in-progress',
      editedAt: expect.any(String),
    });
    const seen = value(await viewer().projects.list({ organisation: true }, never));
    expect(seen.find(({ id }) => id === project)?.role).toBe('user');

    value(await projects.attach(project, dataset, never));
    expect(value(await viewer().projects.datasets(project, never))).toEqual([dataset]);
    value(await projects.detach(project, dataset, never));
    expect(value(await projects.datasets(project, never))).toEqual([]);
    expect(await outcome(projects.detach(project, dataset, never))).toBe('refused: not-found');
  });

  it('is refused by role on either side, by credential and id', async () => {
    const elsewhere = await control.dataset('Elsewhere', 'somebody@else.example', {
      owner: 'somebody@else.example',
    });
    const every = (from: Management, projectId = project, datasetId = dataset) =>
      Promise.all([
        outcome(from.projects.attach(projectId, datasetId, never)),
        outcome(from.projects.detach(projectId, datasetId, never)),
      ]);
    expect(await every(viewer())).toEqual(Array(2).fill('refused: forbidden'));
    expect(await every(manage(), project, elsewhere)).toEqual(Array(2).fill('refused: forbidden'));
    expect(await every(manage(), STRANGE)).toEqual(Array(2).fill('refused: not-found'));
    expect(await every(manage(), project, STRANGE)).toEqual(Array(2).fill('refused: not-found'));
    expect(await every(keyed())).toEqual(Array(2).fill('refused: not-available'));
    const { projects } = keyed();
    expect(await outcome(projects.list({ organisation: false }, never))).toBe('refused: not-available');
    expect(await outcome(projects.datasets(project, never))).toBe('refused: not-available');
    expect(await outcome(manage().projects.datasets(STRANGE, never))).toBe('refused: not-found');
  });
});

describe('API keys', () => {
  it('lists them, and makes one that opens the dataset', async () => {
    const { keys } = manage();
    const made = value(
      await keys.create(dataset, { title: 'Scope', scopes: ['dataset.read', 'dataset.write'] }, never),
    );
    expect(made).toEqual({
      apiKey: expect.stringMatching(/.{20}/),
      title: 'Scope',
      keyHash: expect.any(String),
      scopes: ['dataset.read', 'dataset.write'],
    });
    const listed = value(await keys.list(dataset, never));
    expect(listed.map(({ title, scopes }) => [title, scopes.length])).toEqual([
      ['Both', 2],
      ['Read', 1],
      ['Scope', 2],
    ]);
    expect(value(await keyed(made.apiKey).team.addUsers(dataset, ['y@lab.example'], 'user', never))).toEqual([
      { email: 'y@lab.example', role: 'user' },
    ]);
    const logged = open.flatMap(({ lines }) => lines).join();
    for (const { apiKey } of listed) expect(logged).not.toContain(apiKey);
  });

  it('is refused by role, credential, id and input, and makes none twice by itself', async () => {
    const request = { title: 'T', scopes: ['dataset.read'] };
    const every = (from: Management, id = dataset) =>
      Promise.all([outcome(from.keys.list(id, never)), outcome(from.keys.create(id, request, never))]);
    expect(await every(viewer())).toEqual(Array(2).fill('refused: forbidden'));
    expect(await every(manage(), STRANGE)).toEqual(Array(2).fill('refused: not-found'));
    expect(await every(keyed())).toEqual(Array(2).fill('refused: not-available'));
    expect(await outcome(manage().keys.create(dataset, { title: 'T', scopes: ['all'] }, never))).toBe(
      'refused: bad-request',
    );
    await control.call('POST', 'faults', { match: { kind: 'api' }, do: { dropResponse: true } });
    const { keys } = manage();
    const lost = await keys.create(dataset, request, never);
    expect(!lost.ok && [lost.failure.kind, lost.failure.error.message]).toEqual([
      'lost',
      expect.stringContaining('look at the list'),
    ]);
    expect(value(await keys.list(dataset, never)).map(({ title }) => title)).toEqual(['Both', 'Read', 'T']);
  });
});

describe('other servers', () => {
  const servers: ScriptedEncord[] = [];
  afterEach(async () => {
    for (const each of servers.splice(0)) await each.close();
  });
  async function against(script: Parameters<typeof scriptedEncord>[0]) {
    const server = await scriptedEncord(script);
    servers.push(server);
    return { server, ...manage({ privateKey: ADMIN.privateKey }, server.url) };
  }

  it('names the resource of every call', async () => {
    const { server, projects, team, keys } = await against({
      'projectdataset POST': () => ok(true),
      'projectdataset DELETE': () => ok(null),
      'datasetusers POST': () => ok([]),
      'datasetapikey GET': () => ok([]),
    });
    value(await projects.attach('P', 'D', never));
    value(await projects.detach('P', 'D', never));
    value(await team.addUsers('D', ['a@b'], 'admin', never));
    value(await keys.list('D', never));
    expect(server.calls.map(({ headers, body }) => [headers.resourcetype, headers.resourceid, body])).toEqual(
      [
        ['project', 'P', { uid: null, payload: { dataset_hashes: ['D'] } }],
        ['project', 'P', { uid: ['D'], payload: null }],
        ['dataset', 'D', { uid: 'D', payload: { user_emails: ['a@b'], user_role: 0 } }],
        ['', '', { uid: null, payload: { dataset_hash: 'D' } }],
      ],
    );
  });

  it('believes a false', async () => {
    const { projects } = await against({
      'projectdataset POST': () => ok(false),
      'projectdataset DELETE': () => ok(false),
    });
    expect(await outcome(projects.attach('P', 'D', never))).toBe('refused: bad-request');
    expect(await outcome(projects.detach('P', 'D', never))).toBe('refused: bad-request');
  });

  it('takes roles as numbers or words, whatever else is missing, and lists that have no end', async () => {
    const page = (results: unknown, nextPageToken: unknown = null) => ({ json: { results, nextPageToken } });
    const { server, projects, team, keys } = await against({
      'GET datasets/D/groups': (_, nth) =>
        page(
          [{ groupHash: `G${nth}`, userRole: nth === 1 ? 'admin' : 1 }, { name: 'no id' }, null],
          'the same token again',
        ),
      'GET projects': () =>
        page([
          { projectHash: 'P1', userRole: 0, title: 7 },
          { projectHash: 'P2', userRole: 'admin', status: null },
          { projectHash: 'P3', userRole: 3 },
          { projectHash: 'P4', userRole: null },
          { title: 'no id' },
        ]),
      'GET projects/P1/datasets': () => page([{ datasetHash: 'D1' }, { datasetUuid: 'D2' }, {}]),
      'datasetusers POST': () => ok([{ user_email: 'a@b', user_role: 'user' }, { user_email: null }, 5]),
      'datasetapikey GET': () =>
        ok([
          { api_key: 'K1', scopes: '["dataset.read"]', title: null },
          { api_key: 'K2', scopes: ['a', 1] },
          { api_key: 'K3', scopes: '{' },
          { title: 'no key' },
        ]),
    });
    expect(value(await team.groups('D', never))).toEqual([
      { id: 'G1', name: '', description: '', createdAt: null, sameOrganisation: null, role: 'admin' },
      { id: 'G2', name: '', description: '', createdAt: null, sameOrganisation: null, role: 'user' },
    ]);
    expect(server.calls.map(({ query }) => query.get('pageToken'))).toEqual([null, 'the same token again']);
    const listed = value(await projects.list({ organisation: true }, never));
    expect(listed.map(({ id, role, title }) => [id, role, title])).toEqual([
      ['P1', 'admin', ''],
      ['P2', 'admin', ''],
      ['P3', 'user', ''],
      ['P4', null, ''],
    ]);
    expect(server.calls.at(-1)?.query.get('includeOrgAccess')).toBe('True');
    expect(value(await projects.datasets('P1', never))).toEqual(['D1', 'D2']);
    expect(value(await team.addUsers('D', ['a@b'], 'user', never))).toEqual([{ email: 'a@b', role: 'user' }]);
    expect(value(await keys.list('D', never))).toEqual([
      { apiKey: 'K1', title: '', keyHash: null, scopes: ['dataset.read'] },
      { apiKey: 'K2', title: '', keyHash: null, scopes: ['a'] },
      { apiKey: 'K3', title: '', keyHash: null, scopes: [] },
    ]);
  });

  it('says that a server has no such call', async () => {
    const { projects, team, keys } = await against({});
    for (const answer of [
      projects.list({ organisation: false }, never),
      projects.attach('P', 'D', never),
      team.organisationGroups(never),
      team.addUsers('D', ['a@b'], 'user', never),
      keys.create('D', { title: 'T', scopes: [] }, never),
    ]) {
      expect(await outcome(answer)).toBe('no-such-call: no-such-call');
    }
  });
});
