/** The calls on rows, against the emulator and against servers that lack a call or answer oddly. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RowCalls, RowRef } from '../../../main/core/manage/ports.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { EmulatorControl } from '../../fixtures/emulator-control.ts';
import { makeKey } from '../../fixtures/keys.ts';
import { Client, Key, SEED_A, urlObject } from '../emulator/support.ts';
import { type Credential, type OpenSession, openSession, outcome, value } from './manage-support.ts';
import { png } from './media.ts';
import { never, no, ok, type ScriptedEncord, scriptedEncord } from './support.ts';

const ADMIN = makeKey('admin@lab.example');
const VIEWER = makeKey('viewer@lab.example');
const STRANGE = '99999999-9999-4999-8999-999999999999';
const EVERYTHING = { signedUrl: true, frames: true, clientMetadata: true };
const NOTHING = { signedUrl: false, frames: false, clientMetadata: false };

let folder: string;
let emulator: Emulator;
let control: EmulatorControl;
const open: OpenSession[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'encord-rows-'));
  emulator = await startEmulator({
    dataDir: folder,
    publicKeys: [ADMIN.publicKey, VIEWER.publicKey, new Key(SEED_A).openSsh],
    jobDelayMs: 5_000,
  });
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

let dataset: string;
let keys: { both: string; read: string };
let nth = 0;

beforeEach(async () => {
  nth += 1;
  keys = { both: `both-scopes-${nth}`, read: `read-only-${nth}` };
  dataset = await control.dataset('Cells', 'admin@lab.example', {
    users: [
      { email: 'admin@lab.example', role: 'admin' },
      { email: 'viewer@lab.example', role: 'user' },
      // Whom the hand-written client signs in as.
      { email: 'test@example.org', role: 'admin' },
    ],
    apiKeys: [
      { title: 'both', key: keys.both },
      { title: 'read', key: keys.read, scopes: ['dataset.read'] },
    ],
    rows: [
      { count: 2, title: 'video', itemType: 'video', clientMetadata: { old: true } },
      { title: 'picture', itemType: 'image' },
    ],
  });
});

function calls(credential: Credential = { privateKey: ADMIN.privateKey }, url = emulator.url): RowCalls {
  const opened = openSession(url, credential);
  open.push(opened);
  return opened.session.manage.rows;
}
const withKey = (apiKey: string): RowCalls => calls({ apiKey, datasetId: dataset });

async function refs(): Promise<Record<string, RowRef & { readonly dataHash: string }>> {
  const opened = openSession(emulator.url, { privateKey: ADMIN.privateKey });
  open.push(opened);
  const rows = value(await opened.session.rows(dataset, never));
  return Object.fromEntries(rows.map((row) => [row.title, row]));
}

async function ref(title: string): Promise<RowRef> {
  const found = (await refs())[title];
  if (found === undefined) throw new Error(`There is no row ${title}.`);
  return found;
}

/** A group of two frames by the documented route; its hash. */
async function makeGroup(): Promise<string> {
  const client = new Client(emulator.url, new Key(SEED_A));
  const grants = await client.ok(
    urlObject.array(),
    'signedimagesurl',
    'GET',
    ['slide one', 'slide two'],
    null,
    dataset,
  );
  for (const [index, grant] of grants.entries()) {
    await fetch(grant.signed_url, { method: 'PUT', body: new Uint8Array(png(index)) });
  }
  const hashes = grants.map((grant) => grant.data_hash);
  await client.v1('images', 'PUT', null, grants, dataset);
  const payload = { image_group_title: 'slides', create_video: false };
  await client.v1('imagegroup', 'POST', hashes, payload, dataset);
  return (await ref('slides')).dataHash;
}

describe('reading', () => {
  it('gives what is asked for, and no more', async () => {
    const rows = withKey(keys.read);
    const group = await makeGroup();
    const whole = value(await rows.row(dataset, group, EVERYTHING, never));
    expect(whole).toMatchObject({
      title: 'slides',
      type: 'IMG_GROUP',
      clientMetadata: '{}',
      signedUrl: null,
    });
    expect(whole.frames?.map(({ title, width, mime }) => [title, width, mime])).toEqual([
      ['slide one', 8, 'image/png'],
      ['slide two', 8, 'image/png'],
    ]);
    const bytes = await fetch(whole.frames?.[1]?.signedUrl ?? '');
    expect(Buffer.from(await bytes.arrayBuffer())).toEqual(png(1));

    expect(value(await rows.row(dataset, group, NOTHING, never))).toMatchObject({
      clientMetadata: null,
      signedUrl: null,
      frames: null,
    });
    const { dataHash } = await ref('video-000001');
    expect(value(await rows.row(dataset, dataHash, EVERYTHING, never))).toMatchObject({
      clientMetadata: '{"old":true}',
      frames: null,
    });
  });

  it('finds rows by hash, and leaves out what is not there', async () => {
    const [one, two] = [await ref('video-000002'), await ref('picture')];
    const found = value(
      await withKey(keys.read).rowsByHash(dataset, [two.dataHash, STRANGE, one.dataHash], never),
    );
    expect(Object.fromEntries(found.map((row) => [row.title, row.clientMetadata]))).toEqual({
      'video-000002': '{"old":true}',
      picture: '{}',
    });
    expect(value(await calls().rowsByHash(dataset, [], never))).toEqual([]);
  });

  it('says what is not there or not allowed', async () => {
    const { dataHash } = await ref('picture');
    expect(await outcome(calls().row(dataset, STRANGE, NOTHING, never))).toBe('refused: not-found');
    expect(await outcome(calls().row(STRANGE, dataHash, NOTHING, never))).toBe('refused: not-found');
    expect(await outcome(calls().rowsByHash(STRANGE, [dataHash], never))).toBe('refused: dataset-unknown');
    expect(await outcome(withKey('revoked').row(dataset, dataHash, NOTHING, never))).toBe(
      'signed-out: unauthenticated',
    );
  });

  it('reads the text of an image group', async () => {
    const group = await makeGroup();
    const [first, second] = value(await withKey(keys.read).recogniseText(dataset, group, never));
    expect([first, second]).toMatchObject([
      { processed_texts: { texts: ['slide', 'one'] } },
      { processed_texts: { texts: ['slide', 'two'] } },
    ]);
    const { dataHash } = await ref('picture');
    expect(await outcome(calls().recogniseText(dataset, dataHash, never))).toBe('refused: bad-request');
  });
});

describe('changing', () => {
  it('asks nothing of another dataset with the key of one: it would answer for its own', async () => {
    const key = withKey(keys.both);
    for (const call of [
      key.remove(STRANGE, ['D1'], never),
      key.reencode(STRANGE, ['D1'], never),
      key.rowsByHash(STRANGE, ['D1'], never),
    ]) {
      expect(await outcome(call)).toBe('refused: dataset-unknown');
    }
  });

  it.each(['ssh', 'api-key'])('renames rows with %s', async (kind) => {
    const rows = kind === 'ssh' ? calls() : withKey(keys.both);
    const row = await ref('picture');
    const title = '<b>ü"\\ \u202Egnp.';
    value(await rows.rename(dataset, row, title, never));
    expect((await ref(title)).dataHash).toBe(row.dataHash);
    expect(await outcome(rows.rename(dataset, { ...row, dataHash: STRANGE }, 'x', never))).toBe(
      'refused: not-found',
    );
    expect(await outcome(rows.rename(dataset, row, '', never))).toBe('refused: bad-request');
  });

  it.each(['ssh', 'api-key'])('replaces client metadata with %s', async (kind) => {
    const rows = kind === 'ssh' ? calls() : withKey(keys.both);
    const row = await ref('video-000001');
    const json = '{"rig": 7, "path": "ü\\"\\\\", "n": [1, null]}';
    value(await rows.setMetadata(dataset, row, json, never));
    const [read] = value(await rows.rowsByHash(dataset, [row.dataHash], never));
    expect(JSON.parse(read?.clientMetadata ?? '')).toEqual(JSON.parse(json));
    for (const bad of ['[]', '"text"', 'null', '{"a":', '']) {
      expect([bad, await outcome(rows.setMetadata(dataset, row, bad, never))]).toEqual([
        bad,
        'refused: invalid-input',
      ]);
    }
  });

  it('goes by the row where the account cannot reach the storage item', async () => {
    const row = { ...(await ref('video-000001')), itemUuid: STRANGE };
    value(await calls().setMetadata(dataset, row, '{"by":"row"}', never));
    const [read] = value(await calls().rowsByHash(dataset, [row.dataHash], never));
    expect(read?.clientMetadata).toBe('{"by":"row"}');
  });

  it('deletes, and is told nothing of hashes that are not there', async () => {
    const [one, two] = [await ref('video-000001'), await ref('picture')];
    value(await withKey(keys.both).remove(dataset, [one.dataHash, two.dataHash, STRANGE], never));
    expect(Object.keys(await refs())).toEqual(['video-000002']);
  });

  it('re-encodes, and follows the task to its end', async () => {
    const [one, two] = [await ref('video-000001'), await ref('video-000002')];
    const rows = withKey(keys.both);
    const task = value(await rows.reencode(dataset, [one.dataHash], never));
    const lost = value(await rows.reencode(dataset, [two.dataHash], never));
    expect(task).toMatch(/^\d+$/);
    expect(value(await rows.reencodeState(dataset, task, never))).toEqual({ kind: 'running' });
    value(await rows.remove(dataset, [two.dataHash], never));
    await control.call('POST', 'clock', { shiftSeconds: 6 });
    expect(value(await rows.reencodeState(dataset, task, never))).toMatchObject({
      kind: 'done',
      results: [{ dataHash: one.dataHash, bucketPath: expect.any(String) }],
    });
    expect(value(await calls().reencodeState(dataset, lost, never))).toEqual({ kind: 'failed' });
    expect(await outcome(rows.reencodeState(dataset, '987654', never))).toBe('refused: not-found');
    expect(await outcome(rows.reencodeState(dataset, 'no number', never))).toBe('refused: bad-request');
    const picture = await ref('picture');
    expect(await outcome(rows.reencode(dataset, [picture.dataHash], never))).toBe('refused: bad-request');
    await control.call('POST', 'faults', { match: { kind: 'api' }, do: { dropResponse: true } });
    expect(await outcome(rows.reencode(dataset, [one.dataHash], never))).toMatch(/^lost: /);
  });

  it('attaches storage items, by each way with what is there already', async () => {
    const row = await ref('picture');
    const items = [row.itemUuid ?? ''];
    const other = await control.dataset('Other', 'admin@lab.example');
    const rows = calls();
    const first = value(await rows.attach(other, items, 'FAIL', never));
    expect(first).toMatchObject([{ title: 'picture', itemUuid: items[0] }]);
    expect(await outcome(rows.attach(other, items, 'FAIL', never))).toBe('refused: already-exists');
    const again = value(await rows.attach(other, items, 'SKIP', never));
    expect(again.map(({ dataHash }) => dataHash)).toEqual(first.map(({ dataHash }) => dataHash));
    const double = value(await rows.attach(other, items, 'DUPLICATE', never));
    expect(double[0]?.dataHash).not.toBe(first[0]?.dataHash);
    expect(await outcome(rows.attach(other, [STRANGE], 'SKIP', never))).toBe('refused: not-found');
    expect(await outcome(rows.attach(other, ['no uuid'], 'SKIP', never))).toBe('refused: bad-request');
  });

  it('is refused by role and by scope', async () => {
    const row = await ref('video-000001');
    const every = (rows: RowCalls) =>
      Promise.all([
        outcome(rows.rename(dataset, row, 'x', never)),
        outcome(rows.setMetadata(dataset, row, '{}', never)),
        outcome(rows.remove(dataset, [row.dataHash], never)),
        outcome(rows.reencode(dataset, [row.dataHash], never)),
        outcome(rows.attach(dataset, [row.itemUuid ?? ''], 'SKIP', never)),
      ]);
    const viewer = await every(calls({ privateKey: VIEWER.privateKey }));
    expect(viewer).toEqual(Array(5).fill('refused: forbidden'));
    expect(await every(withKey(keys.read))).toEqual(Array(5).fill('refused: scope-missing'));
    expect(Object.keys(await refs())).toHaveLength(3);
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
    return { server, rows: calls({ privateKey: ADMIN.privateKey }, server.url) };
  }
  const row = { dataHash: 'D1', itemUuid: STRANGE };

  it('falls back to the oldest call for titles, and believes a false', async () => {
    let success = true;
    const { server, rows } = await against({ 'video POST': () => ok({ success }) });
    value(await rows.rename('DS', row, 'new', never));
    expect(server.names()).toEqual(['datarow POST', 'video POST']);
    expect(server.calls[1]?.body).toEqual({ uid: 'DS', payload: [{ video_hash: 'D1', title: 'new' }] });
    success = false;
    expect(await outcome(rows.rename('DS', row, 'new', never))).toBe('refused: bad-request');
    const neither = await against({});
    expect(await outcome(neither.rows.rename('DS', row, 'new', never))).toBe('no-such-call: no-such-call');
  });

  it('asks for the item first, then for the row; and for no second thing after another refusal', async () => {
    const path = 'PATCH storage/items/patch-bulk';
    const silent = await against({
      [path]: () => ({ json: { results: [] } }),
      'datarow POST': () => ok({ updated_fields: null }),
    });
    value(await silent.rows.setMetadata('DS', row, '{"a":1}', never));
    expect(silent.server.names()).toEqual([path, 'datarow POST']);
    expect(silent.server.calls[0]?.body).toEqual({
      itemPatches: { [STRANGE]: { clientMetadata: { a: 1 } } },
    });
    expect(silent.server.calls[1]?.body).toEqual({ uid: 'D1', payload: { client_metadata: { a: 1 } } });

    const older = await against({ 'datarow POST': () => ok({}) });
    value(await older.rows.setMetadata('DS', row, '{}', never));
    value(await older.rows.setMetadata('DS', { ...row, itemUuid: null }, '{}', never));
    expect(older.server.names()).toEqual([path, 'datarow POST', 'datarow POST']);

    const strict = await against({
      [path]: () => ({ status: 400, json: { message: 'against the schema' } }),
    });
    expect(await outcome(strict.rows.setMetadata('DS', row, '{}', never))).toBe('refused: bad-request');
    expect(strict.server.names()).toEqual([path]);
  });

  it('takes rows, tasks and text with whatever is missing or odd', async () => {
    let response: unknown = null;
    const answer = () => ok(response);
    const { rows } = await against({
      'datarow GET': answer,
      'datarows GET': answer,
      'reencodevideotask GET': answer,
      'reencodevideotask PUT': answer,
      'imagegroupocr GET': answer,
      'datasetlinkitems POST': answer,
    });
    expect(await outcome(rows.row('DS', 'D1', EVERYTHING, never))).toBe('refused: not-found');
    expect(value(await rows.rowsByHash('DS', ['D1'], never))).toEqual([]);
    expect(value(await rows.recogniseText('DS', 'D1', never))).toEqual([]);
    expect(value(await rows.attach('DS', [STRANGE], 'SKIP', never))).toEqual([]);
    expect(await outcome(rows.reencodeState('DS', '1', never))).toBe('refused: not-found');

    response = {
      data_hash: 'D1',
      client_metadata: '{"as":"text"}',
      signed_url: 'no url',
      images_data: [{ image_hash: 'F1', signed_url: 5, width: '7' }],
    };
    expect(value(await rows.row('DS', 'D1', EVERYTHING, never))).toMatchObject({
      title: '',
      size: null,
      clientMetadata: '{"as":"text"}',
      signedUrl: null,
      frames: [{ imageHash: 'F1', title: '', signedUrl: null, width: null }],
    });
    response = [{ data_hash: 'D1', client_metadata: [1] }, { data_hash: 'not asked for' }];
    expect(value(await rows.rowsByHash('DS', ['D1'], never))).toMatchObject([
      { dataHash: 'D1', clientMetadata: null },
    ]);
    response = { status: 'done', result: null };
    expect(value(await rows.reencodeState('DS', '1', never))).toEqual({ kind: 'done', results: [] });
    response = { status: 'QUEUED' };
    expect(value(await rows.reencodeState('DS', '1', never))).toEqual({ kind: 'running' });
    response = '17';
    expect(value(await rows.reencode('DS', ['D1'], never))).toBe('17');
    response = {};
    expect(await outcome(rows.reencode('DS', ['D1'], never))).toBe('lost: bad-answer');
    response = 5;
    expect(value(await rows.recogniseText('DS', 'D1', never))).toEqual([]);
  });

  it('hands on no address that was not asked for, and logs none', async () => {
    const signed_url = 'https://storage.example/secret-of-the-row';
    const frame = { image_hash: 'F1', signed_url: 'https://storage.example/secret-of-the-frame' };
    const { rows } = await against({
      'datarow GET': () => ok({ data_hash: 'D1', signed_url, images_data: [frame], client_metadata: {} }),
      'datarows GET': () => ok([{ data_hash: 'D1', signed_url, images_data: [frame] }]),
    });
    const wanted = { ...NOTHING, frames: true };
    const found = [
      value(await rows.row('DS', 'D1', wanted, never)),
      ...value(await rows.rowsByHash('DS', ['D1'], never)),
    ];
    expect(JSON.stringify(found)).not.toContain('secret');
    value(await rows.row('DS', 'D1', EVERYTHING, never));
    expect(open.flatMap(({ lines }) => lines).join()).not.toContain('secret');
  });

  it('hands on refusals with the words of the server', async () => {
    const { rows } = await against({
      'video DELETE': () => no(400, 'INVALID_ARGUMENTS_ERROR', 'not these'),
    });
    const answer = await rows.remove('DS', ['D1'], never);
    expect(!answer.ok && answer.failure.error.message).toContain('not these');
  });
});
