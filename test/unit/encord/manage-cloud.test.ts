/** Cloud data by the adapter: against the emulator, and against servers that answer in other ways. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { connect } from '../../../main/adapters/encord/session.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { createHttpClient } from '../../../main/adapters/http/client.ts';
import type { Answer } from '../../../main/core/encord-port.ts';
import type {
  CloudCalls,
  CloudJobRef,
  CloudJobState,
  DeidentifyRequest,
} from '../../../main/core/manage/ports.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import {
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

const KEY_TEXT = keyFromSeed(SEED, 'tester@lab.example');
const PUBLIC = sshpk.parsePrivateKey(KEY_TEXT, 'ssh').toPublic().toString('ssh');
const VIEWER_TEXT = keyFromSeed(Buffer.alloc(32, 9), 'viewer@lab.example');
const VIEWER = sshpk.parsePrivateKey(VIEWER_TEXT, 'ssh').toPublic().toString('ssh');
const DATASET = '11111111-1111-4111-8111-111111111111';
const STATIC = '22222222-2222-4222-8222-222222222222';
const FOLDER = '33333333-3333-4333-8333-333333333333';
const INTEGRATION = '44444444-4444-4444-8444-444444444444';
const UNKNOWN = '55555555-5555-4555-8555-555555555555';
const BUCKET = 'https://lab.s3.eu-west-2.amazonaws.com';
const VIDEO = `${BUCKET}/v/a.mp4`;
const DICOM = `${BUCKET}/d/1.dcm`;
const MISSING = `${BUCKET}/v/missing.mp4`;

let emulator: Emulator;
let dataDir: string;
const cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'manage-cloud-'));
  emulator = await startEmulator({ dataDir, jobDelayMs: 20 });
  await control('seed', {
    users: [
      { email: 'tester@lab.example', publicKey: PUBLIC },
      { email: 'viewer@lab.example', publicKey: VIEWER },
    ],
    integrations: [
      {
        title: 'Lab bucket',
        uuid: INTEGRATION,
        objects: [
          { url: VIDEO, itemType: 'video' },
          { url: DICOM, itemType: 'dicomFile' },
        ],
      },
    ],
    folders: [{ uuid: FOLDER, name: 'Cloud', users: [{ email: 'viewer@lab.example', role: 'user' }] }],
    datasets: [
      {
        datasetHash: DATASET,
        title: 'Mirrored',
        mirrored: true,
        users: [{ email: 'viewer@lab.example', role: 'user' }],
        apiKeys: [{ key: 'key-of-both-scopes' }, { key: 'key-that-only-reads', scopes: ['dataset.read'] }],
      },
      { datasetHash: STATIC, title: 'Static' },
    ],
  });
});
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});
afterAll(async () => {
  await emulator.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function control(name: string, body: unknown): Promise<void> {
  const response = await fetch(`${emulator.url}/__emulator/${name}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
}

/** The calls of an account with an SSH key, or with the API key of the dataset. */
function cloud(credential: string = KEY_TEXT, domain = emulator.url): CloudCalls {
  const agents = createAgents();
  cleanUp.push(() => agents.close());
  const clock = systemClock();
  const http = createHttpClient({ agents, clock });
  const deps = { http, clock, random, log: memoryLog(), version: '0.0.0' };
  const ssh = credential.startsWith('-----');
  return connect(
    ssh
      ? { kind: 'ssh', key: parsePrivateKey(credential), domain }
      : { kind: 'api-key', apiKey: credential, datasetId: DATASET, domain },
    deps,
  ).manage.cloud;
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

const videos = (...urls: string[]) => ({ videos: urls.map((objectUrl) => ({ objectUrl })) });

const toDataset = {
  datasetId: DATASET,
  integrationId: INTEGRATION,
  folderId: null,
  file: videos(VIDEO, MISSING),
  fileName: 'list.json',
  ignoreErrors: true,
};
const toFolder = {
  folderId: FOLDER,
  integrationId: INTEGRATION,
  file: videos(VIDEO, MISSING),
  fileName: null,
  ignoreErrors: true,
};
const deidentify: DeidentifyRequest = {
  integrationId: INTEGRATION,
  dicomUrls: [DICOM],
  redactTags: true,
  redactPixels: 'redactAllText',
  saveConditions: [{ kind: 'notSubstr', tag: '00080060', value: 'US' }],
  uploadDir: 'clean',
};

async function ended(calls: CloudCalls, job: CloudJobRef): Promise<CloudJobState> {
  let state: CloudJobState;
  do state = value(await calls.state(job, 10, never));
  while (state.status === 'pending');
  return state;
}

/** Makes every job wait for as long as the test lasts. */
async function slowly(): Promise<void> {
  await control('settings', { jobDelayMs: 600_000 });
  cleanUp.push(() => control('settings', { jobDelayMs: 20 }));
}

describe('integrations', () => {
  it('come by either protocol, with an API key too', async () => {
    const found = [{ id: INTEGRATION, title: 'Lab bucket' }];
    expect(value(await cloud().integrations(null, never))).toEqual(found);
    expect(value(await cloud('key-of-both-scopes').integrations(DATASET, never))).toEqual(found);
    expect(failure(await cloud('no-such-key').integrations(DATASET, never))).toBe(
      'signed-out unauthenticated',
    );
  });
});

describe('registration into a dataset', () => {
  it.each([
    ['an SSH key', KEY_TEXT],
    ['an API key', 'key-of-both-scopes'],
  ])('is followed to its end, with %s', async (_, credential) => {
    const calls = cloud(credential);
    const job = value(await calls.register(toDataset, never));
    expect(job).toMatchObject({ kind: 'dataset', datasetId: DATASET });
    const state = await ended(calls, job);
    expect(state).toMatchObject({ status: 'done', pending: 0, done: 1, failed: 1, cancelled: 0 });
    expect(state.made).toEqual([
      { title: '/v/a.mp4', dataHash: expect.any(String), itemUuid: expect.any(String) },
    ]);
    expect(state.unitErrors).toEqual([
      {
        urls: [MISSING],
        message: expect.stringContaining('finds no object'),
        action: 'Uploading video',
        subtask: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    expect(state.errors).toHaveLength(1);
  });

  it('goes into the folder that is named for a static one, and fails as a whole where it is to', async () => {
    const calls = cloud();
    const request = { ...toDataset, datasetId: STATIC, ignoreErrors: false };
    expect(failure(await calls.register(request, never))).toBe('refused bad-request');
    const job = value(await calls.register({ ...request, folderId: FOLDER }, never));
    expect((await ended(calls, job)).status).toBe('error');
  });

  it('is refused where the role, the scope, the integration or the file is not fit', async () => {
    const refusal = async (calls: CloudCalls, change: object) =>
      failure(await calls.register({ ...toDataset, ...change }, never));
    expect(await refusal(cloud(VIEWER_TEXT), {})).toBe('refused forbidden');
    expect(await refusal(cloud('key-that-only-reads'), {})).toBe('refused scope-missing');
    expect(await refusal(cloud(), { datasetId: UNKNOWN })).toBe('refused not-found');
    expect(await refusal(cloud(), { integrationId: UNKNOWN })).toBe('refused forbidden');
    expect(await refusal(cloud(), { file: { films: [] } })).toBe('refused bad-request');
    expect(await refusal(cloud(), { folderId: FOLDER })).toBe('refused bad-request');
  });

  it('is not-found once the server knows it no more', async () => {
    const calls = cloud();
    await slowly();
    const job = value(await calls.register(toDataset, never));
    expect(value(await calls.state(job, 0, never))).toMatchObject({ status: 'pending', pending: 2 });
    await control('forget-jobs', {});
    expect(failure(await calls.state(job, 10, never))).toBe('refused not-found');
  });
});

describe('registration into a folder', () => {
  it('is followed to its end, or cancelled, or forgotten', async () => {
    const calls = cloud();
    const job = value(await calls.registerInFolder(toFolder, never));
    expect(await ended(calls, job)).toMatchObject({
      status: 'done',
      done: 1,
      failed: 1,
      made: [{ title: '/v/a.mp4', dataHash: null, itemUuid: expect.any(String) }],
      unitErrors: [{ urls: [MISSING], action: 'Uploading video' }],
    });
    await slowly();
    const slow = value(await calls.registerInFolder({ ...toFolder, fileName: 'f.json' }, never));
    if (slow.kind !== 'folder') throw new Error(slow.kind);
    expect(value(await calls.cancel(slow, never))).toBe(2);
    expect(value(await calls.state(slow, 10, never))).toMatchObject({ status: 'cancelled', cancelled: 2 });
    expect(value(await calls.cancel(slow, never))).toBe(0);
    await control('forget-jobs', { jobs: [slow.id] });
    expect(failure(await calls.state(slow, 10, never))).toBe('refused not-found');
    expect(failure(await calls.cancel(slow, never))).toBe('refused not-found');
  });

  it('is refused where the role, the folder, the integration or the file is not fit', async () => {
    const refusal = async (calls: CloudCalls, change: object) =>
      failure(await calls.registerInFolder({ ...toFolder, ...change }, never));
    expect(await refusal(cloud(VIEWER_TEXT), {})).toBe('refused forbidden');
    expect(await refusal(cloud(), { folderId: UNKNOWN })).toBe('refused forbidden');
    expect(await refusal(cloud(), { integrationId: UNKNOWN })).toBe('refused forbidden');
    expect(await refusal(cloud(), { file: videos('a b') })).toBe('refused bad-request');
  });
});

describe('de-identification', () => {
  it('ends with addresses, or in an error', async () => {
    const calls = cloud();
    const end = async (request: DeidentifyRequest) => {
      const task = value(await calls.deidentify(request, never));
      for (;;) {
        const state = value(await calls.deidentifyState(task, 10, never));
        if (state.kind !== 'running') return state;
      }
    };
    expect(await end(deidentify)).toEqual({
      kind: 'done',
      urls: [expect.stringMatching(/^https:\/\/lab\..*\/clean\/deid_\d+_1\.dcm$/)],
    });
    expect(await end({ ...deidentify, dicomUrls: [MISSING], saveConditions: [], uploadDir: null })).toEqual({
      kind: 'failed',
    });
    const refusal = async (change: object) =>
      failure(await calls.deidentify({ ...deidentify, ...change }, never));
    expect(await refusal({ integrationId: UNKNOWN })).toBe('refused forbidden');
    expect(await refusal({ dicomUrls: [] })).toBe('refused bad-request');
    expect(failure(await calls.deidentifyState(UNKNOWN, 0, never))).toBe('refused not-found');
  });
});

it('an API key does nothing in folders and buckets, and says what is needed', async () => {
  const calls = cloud('key-of-both-scopes');
  const job = { kind: 'folder', folderId: FOLDER, id: UNKNOWN } as const;
  for (const answer of [
    await calls.registerInFolder(toFolder, never),
    await calls.state(job, 0, never),
    await calls.cancel(job, never),
    await calls.deidentify(deidentify, never),
    await calls.deidentifyState(UNKNOWN, 0, never),
  ]) {
    expect(failure(answer)).toBe('refused not-available');
  }
});

describe('a server that answers in another way', () => {
  const inDataset = { kind: 'dataset', datasetId: DATASET, id: 'p' } as const;
  const inFolder = { kind: 'folder', folderId: FOLDER, id: UNKNOWN } as const;
  const START = `POST storage/folders/${FOLDER}/data-upload-jobs`;
  const POLL = `GET storage/folders/${FOLDER}/data-upload-jobs/${UNKNOWN}`;
  const V1_START = 'datasetdatalongpolling POST';
  const V1_POLL = 'datasetdatalongpolling GET';

  async function scripted(script: Record<string, () => Reply>): Promise<[CloudCalls, ScriptedEncord]> {
    const server = await scriptedEncord(script);
    cleanUp.push(() => server.close());
    return [cloud(KEY_TEXT, server.url), server];
  }

  it('is asked by v1 for integrations where it knows nothing else', async () => {
    const [calls, server] = await scripted({
      'cloudintegration GET': () => ok([{ id: 'i', title: null }, { title: 'no id' }, 'odd']),
    });
    expect(value(await calls.integrations(DATASET, never))).toEqual([{ id: 'i', title: '' }]);
    expect(failure(await calls.integrations(null, never))).toBe('no-such-call no-such-call');
    expect(server.names()).toEqual([
      'GET cloud-integrations',
      'cloudintegration GET',
      'GET cloud-integrations',
    ]);
  });

  it('may write its states in either spelling, and leave out or spoil what it likes', async () => {
    const camel = {
      status: 'DONE',
      dataHashesWithTitles: [{ dataHash: 'd', title: 't', backingItemUuid: 'i' }],
      dataUnitErrors: [{ objectUrls: ['u'], error: 'e', subtaskUuid: 's', actionDescription: 'a' }],
      unitsErrorCount: 1,
    };
    const snake = {
      status: 'ERROR',
      items_with_names: [{ item_uuid: 'i', name: 'n' }, null],
      unit_errors: [7, { object_urls: 'u', error: null, subtask_uuid: 4 }],
      errors: ['one', 2],
      units_done_count: 'many',
    };
    const replies = [ok(camel), ok({ status: 'odd' }), ok({}), ok(null)];
    const [calls] = await scripted({
      [V1_POLL]: () => replies.shift() ?? null,
      [POLL]: () => ({ json: snake }),
    });
    expect(value(await calls.state(inDataset, 1, never))).toEqual({
      status: 'done',
      pending: 0,
      done: 0,
      failed: 1,
      cancelled: 0,
      errors: [],
      unitErrors: [{ urls: ['u'], message: 'e', action: 'a', subtask: 's' }],
      made: [{ title: 't', dataHash: 'd', itemUuid: 'i' }],
    });
    expect(value(await calls.state(inFolder, 1, never))).toMatchObject({
      status: 'error',
      done: 0,
      errors: ['one'],
      unitErrors: [{ urls: [], message: '', action: '', subtask: null }],
      made: [{ title: 'n', dataHash: null, itemUuid: 'i' }],
    });
    expect(value(await calls.state(inDataset, 1, never)).status).toBe('pending');
    expect(failure(await calls.state(inDataset, 1, never))).toBe('refused not-found');
    expect(failure(await calls.state(inDataset, 1, never))).toBe('refused not-found');
  });

  it('has its words made fit to be shown', async () => {
    const error = `no ${'x'.repeat(500)} https://b/o?X-Amz-Signature=abc ‮`;
    const [calls] = await scripted({
      [POLL]: () => ({ json: { status: 'ERROR', errors: [error], unitErrors: [{ error }] } }),
    });
    const state = value(await calls.state(inFolder, 1, never));
    for (const shown of [state.errors[0], state.unitErrors[0]?.message]) {
      expect(shown).toMatch(/^no \(hidden\) https:\/\/b\/o\?\(hidden\)/);
    }
  });

  it('gets a start once, and leaves its outcome open where it does not answer', async () => {
    const [calls, server] = await scripted({
      [V1_START]: () => null,
      [START]: () => ({ status: 503 }),
      'POST dicom-deidentification': () => null,
    });
    expect(failure(await calls.register(toDataset, never))).toMatch(/^lost /);
    expect(failure(await calls.registerInFolder(toFolder, never))).toBe('lost server-error');
    expect(failure(await calls.deidentify(deidentify, never))).toMatch(/^lost /);
    expect(server.names()).toEqual([V1_START, START, 'POST dicom-deidentification']);
  });

  it('is told exactly what was asked for', async () => {
    const [calls, server] = await scripted({
      [V1_START]: () => ok({ process_hash: 'p' }),
      [V1_POLL]: () => ok({ status: 'PENDING' }),
      [START]: () => ({ json: UNKNOWN }),
      [POLL]: () => ({ json: { status: 'PENDING' } }),
      'POST dicom-deidentification': () => ({ json: UNKNOWN }),
    });
    const { file } = toDataset;
    value(await calls.register({ ...toDataset, folderId: FOLDER }, never));
    value(await calls.register({ ...toDataset, fileName: null }, never));
    value(await calls.state(inDataset, 60, never));
    value(await calls.registerInFolder(toFolder, never));
    value(await calls.state(inFolder, 60, never));
    value(await calls.deidentify(deidentify, never));
    const common = { files: file, integrationId: INTEGRATION, ignoreErrors: true };
    expect(server.calls.map((call) => call.body)).toEqual([
      { uid: DATASET, payload: { ...common, folderUuid: FOLDER, fileName: 'list.json' } },
      { uid: DATASET, payload: common },
      { uid: DATASET, payload: { process_hash: 'p', timeout_seconds: 60 } },
      { externalFiles: file, integrationHash: INTEGRATION, ignoreErrors: true },
      {},
      {
        integrationUuid: INTEGRATION,
        dicomUrls: [DICOM],
        redactDicomTags: true,
        redactPixelsMode: 'redactAllText',
        saveConditions: [{ value: 'US', conditionType: 'notSubstr', dicomTag: '00080060' }],
        uploadDir: 'clean',
      },
    ]);
    expect(server.calls[4]?.query.get('timeoutSeconds')).toBe('60');
  });

  it('has forgotten a job where it, or its framework, finds none; somebody else in between has not', async () => {
    const pages: Reply[] = [
      { status: 404, json: { message: 'gone' } },
      { status: 404, json: { detail: 'Not Found' } },
    ];
    const v1: Reply[] = [no(404, 'RESOURCE_NOT_FOUND_ERROR'), { status: 404, text: '<html>' }];
    const [calls] = await scripted({
      [POLL]: () => pages.shift() ?? null,
      [V1_POLL]: () => v1.shift() ?? null,
    });
    expect(failure(await calls.state(inFolder, 1, never))).toBe('refused not-found');
    expect(failure(await calls.state(inFolder, 1, never))).toBe('refused not-found');
    expect(failure(await calls.state(inDataset, 1, never))).toBe('refused not-found');
    expect(failure(await calls.state(inDataset, 1, never))).toBe('no-such-call no-such-call');
  });
});
