/**
 * Cloud data through the calls of the whole program: a file is read from a path, a drop or a text, checked, shown and
 * registered by a job; what becomes of it is asked of the emulator.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../../main/app/program.ts';
import type { CallInput, CallOutput } from '../../../preload/contract/calls.ts';
import type { CloudCheckView } from '../../../preload/contract/manage.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { Lab } from '../../fixtures/lab.ts';

const BUCKET = 'https://lab.s3.eu-west-2.amazonaws.com';
const INTEGRATION = '11111111-2222-4333-8444-555555555555';
const objects = [
  ...[1, 2].map((n) => ({ url: `${BUCKET}/v/${n}.mp4`, itemType: 'video', mimeType: 'video/mp4' })),
  ...[1, 2, 3].map((n) => ({ url: `${BUCKET}/g/${n}.png`, itemType: 'image', mimeType: 'image/png' })),
  { url: `${BUCKET}/d/1.dcm`, itemType: 'dicomFile', mimeType: 'application/dicom' },
];

let lab: Lab;
let program: Program;
let mirrored: string;
let fixed: string;

beforeAll(async () => {
  lab = await Lab.open();
  await lab.control('POST', 'seed', {
    integrations: [{ title: 'Lab bucket', uuid: INTEGRATION, owner: 'lab@example.com', objects }],
  });
  mirrored = await lab.dataset('Cloud, mirrored');
  fixed = await lab.dataset('Cloud, static', { mirrored: false });
  program = await lab.program();
  await program.start();
});

afterAll(async () => {
  await program?.close();
  await lab?.close();
});

/** The answer of a call that succeeds. */
async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`);
  // The handler map ties the answer's shape to the name.
  return answer.value as CallOutput<N>;
}

async function failure<N extends CallName>(name: N, input: CallInput<N>) {
  const answer = await program.handle(name, input);
  return answer.ok ? null : answer.error;
}

function file(name: string, text: string): string {
  const path = join(lab.folder, name);
  writeFileSync(path, text);
  return path;
}

function check(name: string, text: string): Promise<CloudCheckView> {
  return call('cloud.check', { source: { kind: 'text', name, text }, mapping: null });
}

function problems(checkId: string) {
  return call('cloud.problems', { checkId, offset: 0, limit: 100 });
}

const START = {
  integrationId: INTEGRATION,
  datasetId: null,
  folder: null,
  ignoreErrors: true,
  skipDuplicates: false,
};

/** What the dataset has now, as Encord says. */
async function rows(datasetId: string) {
  const window = { search: '', refresh: true, offset: 0, limit: 100 };
  return (await call('datasets.rows', { datasetId, ...window })).rows;
}

/** The job when it has ended. */
function ended(jobId: number) {
  return eventually(async () => {
    const job = await call('jobs.get', { jobId });
    expect(job.endedAt).not.toBeNull();
    return job;
  });
}

describe('a file', () => {
  it('of JSON is checked with the line of each problem', async () => {
    const path = file(
      'wrong.json',
      `{\n  "videos": [\n    {"objectUrl": "${BUCKET}/a b.mp4"},\n    {"objectUrl": "${BUCKET}/1.mp4"},\n    {"objectUrl": "${BUCKET}/1.mp4",\n     "title": "x", "title": "y"}\n  ],\n  "imageGroups": []\n}\n`,
    );
    const view = await call('cloud.check', { source: { kind: 'path', path }, mapping: null });
    expect(view).toMatchObject({
      name: 'wrong.json',
      format: 'json',
      kinds: { videos: 3 },
      entries: 3,
      urls: 3,
      errors: 3,
      warnings: 1,
      csv: null,
      skipDuplicates: false,
    });
    const { total, rows } = await problems(view.checkId);
    expect(total).toBe(4);
    expect(rows.map(({ severity, line, column }) => [severity, line, column])).toEqual([
      ['error', 3, 6],
      ['warning', 5, 6],
      ['error', 6, 20],
      ['error', 8, 3],
    ]);
    expect(rows[1]?.message).toMatch(/First on line 4\.$/);
    const entries = await call('cloud.entries', { checkId: view.checkId, offset: 1, limit: 1 });
    expect(entries).toMatchObject({ total: 3, rows: [{ index: 1, kind: 'video', line: 4, title: null }] });
    const refused = await failure('cloud.start', { ...START, checkId: view.checkId, datasetId: mirrored });
    expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('3 errors') });
  });

  it('that is no JSON says where it breaks off', async () => {
    const view = await check('cut.json', '{"videos": [\n  {"objectUrl": ');
    expect(view).toMatchObject({ errors: 1, entries: 0, kinds: {} });
    expect((await problems(view.checkId)).rows).toMatchObject([{ severity: 'error', line: 2 }]);
    expect(await failure('cloud.saveJson', { checkId: view.checkId })).toMatchObject({
      code: 'invalid-input',
    });
  });

  it('of CSV is read by its headings, by other columns, and as it was kept', async () => {
    const csv = `where;call it;site\n${BUCKET}/v/1.mp4;one;01\n${BUCKET}/v/2.mp4;two;\n`;
    const view = await check('list.csv', csv);
    expect(view).toMatchObject({ format: 'csv', errors: 1, csv: { mapping: null, from: 'none' } });
    expect((await problems(view.checkId)).rows).toMatchObject([{ line: null, severity: 'error' }]);
    expect(await failure('cloud.keepMapping', { checkId: view.checkId })).toMatchObject({
      code: 'invalid-input',
    });

    const mapping = {
      url: [0],
      title: 1,
      kind: { by: 'all' as const, kind: 'video' as const },
      group: null,
      createVideo: null,
      metadata: [2],
    };
    const wrong = { ...mapping, title: 3 };
    expect(await failure('cloud.setMapping', { checkId: view.checkId, mapping: wrong })).toMatchObject({
      code: 'invalid-input',
    });
    const read = await call('cloud.setMapping', { checkId: view.checkId, mapping });
    expect(read).toMatchObject({
      checkId: view.checkId,
      errors: 0,
      kinds: { videos: 2 },
      csv: { headings: ['where', 'call it', 'site'], mapping, from: 'chosen' },
    });
    expect((await call('cloud.entries', { checkId: view.checkId, offset: 0, limit: 10 })).rows).toMatchObject(
      [
        { title: 'one', line: 2, clientMetadata: true, firstUrl: `${BUCKET}/v/1.mp4` },
        { title: 'two', line: 3, clientMetadata: false },
      ],
    );
    await call('cloud.keepMapping', { checkId: view.checkId });
    const again = await check('other.csv', csv.replace('where;call it', 'WHERE;Call_It'));
    expect(again).toMatchObject({ errors: 0, csv: { mapping, from: 'kept' } });

    const saved = await call('cloud.saveJson', { checkId: view.checkId });
    if (saved.kind !== 'download') throw new Error('This host has no dialog.');
    expect(saved.name).toBe('list.json');
    const download = await program.download(saved.path.split('/').at(-1) ?? '');
    if (!download.ok) throw new Error(download.error.message);
    let text = '';
    for await (const piece of download.value.pieces()) text += piece;
    expect(JSON.parse(text)).toEqual({
      videos: [
        { title: 'one', objectUrl: `${BUCKET}/v/1.mp4`, clientMetadata: { site: '01' } },
        { title: 'two', objectUrl: `${BUCKET}/v/2.mp4` },
      ],
    });
  });

  it('of CSV names the lines of what is wrong in it', async () => {
    const view = await check(
      'ragged.csv',
      `objectUrl,Image title\n${BUCKET}/1.png\n${BUCKET}/2.png,b,c\n${BUCKET}/3 4.png,d\n,e\n`,
    );
    expect(view).toMatchObject({ errors: 4, csv: { from: 'headings' } });
    expect((await problems(view.checkId)).rows.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  });

  it('that was dropped is read once, and its copy is removed', async () => {
    const bytes = Buffer.from(JSON.stringify({ videos: [{ objectUrl: `${BUCKET}/v/1.mp4` }] }));
    const { dropId } = await call('drops.open', { files: 1, bytes: bytes.length });
    const facts = { size: bytes.length, mtimeMs: null };
    async function* body() {
      yield bytes;
    }
    expect(await program.receive(dropId, 'dropped.json', facts, body())).toMatchObject({ ok: true });
    const copy = join(lab.home, 'drops', dropId);
    expect(existsSync(copy)).toBe(true);
    const view = await call('cloud.check', { source: { kind: 'drop', dropId }, mapping: null });
    expect(view).toMatchObject({ name: 'dropped.json', entries: 1, errors: 0 });
    expect(existsSync(copy)).toBe(false);
  });

  it('that cannot be read is refused in words', async () => {
    const missing = { kind: 'path' as const, path: join(lab.folder, 'no.json') };
    expect(await failure('cloud.check', { source: missing, mapping: null })).toMatchObject({
      code: 'file-missing',
    });
    const latin1 = join(lab.folder, 'latin1.csv');
    writeFileSync(latin1, Buffer.from('url\nhttps://b/ä', 'latin1'));
    const source = { kind: 'path' as const, path: latin1 };
    expect(await failure('cloud.check', { source, mapping: null })).toMatchObject({ code: 'file-type' });
  });

  it('goes when others were read since', async () => {
    const first = await check('first.json', '{"videos": []}');
    for (const name of ['2', '3', '4', '5']) await check(`${name}.json`, '{"videos": []}');
    expect(await failure('cloud.problems', { checkId: first.checkId, offset: 0, limit: 1 })).toMatchObject({
      code: 'not-found',
    });
  });
});

describe('registration', () => {
  const csv = [
    'objectUrl,image group title,type',
    `${BUCKET}/v/1.mp4,,video`,
    `${BUCKET}/g/2.png,pair,image group`,
    `${BUCKET}/g/1.png,pair,image group`,
    `${BUCKET}/v/none.mp4,,video`,
  ].join('\n');

  it('lists the integrations', async () => {
    expect(await call('cloud.integrations', { datasetId: mirrored })).toEqual([
      { id: INTEGRATION, title: 'Lab bucket' },
    ]);
  });

  it('into a mirrored dataset goes without a folder', async () => {
    const { checkId } = await check('rows.csv', csv);
    const folder = { kind: 'new' as const, name: 'Not this one', parentId: null };
    expect(await failure('cloud.start', { ...START, checkId, datasetId: mirrored, folder })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('Leave the folder out'),
    });
    const { jobId } = await call('cloud.start', {
      ...START,
      checkId,
      datasetId: mirrored,
      skipDuplicates: true,
    });
    const job = await ended(jobId);
    expect(job).toMatchObject({
      kind: 'cloud-register',
      state: 'done',
      datasetTitle: 'Cloud, mirrored',
      counts: { done: 2, failed: 1 },
      failedFile: true,
    });
    expect((await rows(mirrored)).map(({ title, type }) => [title, type]).sort()).toEqual([
      ['/v/1.mp4', 'VIDEO'],
      ['pair', 'IMG_GROUP'],
    ]);
    const kept = await call('jobs.saveFailed', { jobId });
    if (kept.kind !== 'download') throw new Error('This host has no dialog.');
    const download = await program.download(kept.path.split('/').at(-1) ?? '');
    if (!download.ok) throw new Error(download.error.message);
    let text = '';
    for await (const piece of download.value.pieces()) text += piece;
    expect(JSON.parse(text)).toEqual({
      videos: [{ objectUrl: `${BUCKET}/v/none.mp4` }],
      skip_duplicate_urls: true,
    });
  });

  it('into a static dataset needs a folder, which it makes where asked', async () => {
    const { checkId } = await check(
      'one.json',
      JSON.stringify({ videos: [{ objectUrl: `${BUCKET}/v/2.mp4` }] }),
    );
    expect(await failure('cloud.start', { ...START, checkId, datasetId: fixed })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('no folder of its own'),
    });
    expect(await failure('cloud.start', { ...START, checkId })).toMatchObject({ code: 'invalid-input' });
    const folder = { kind: 'new' as const, name: 'From the bucket', parentId: null };
    const { jobId } = await call('cloud.start', { ...START, checkId, datasetId: fixed, folder });
    expect(await ended(jobId)).toMatchObject({ state: 'done', counts: { done: 1, failed: 0 } });
    expect((await rows(fixed)).map(({ title }) => title)).toEqual(['/v/2.mp4']);
    const folders = await call('storage.folders', {
      parentId: null,
      search: 'From the bucket',
      order: 'name',
      descending: false,
      refresh: true,
      offset: 0,
      limit: 10,
    });
    expect(folders.rows.map(({ name }) => name)).toEqual(['From the bucket']);
  });

  it('says what Encord says where it takes none of it', async () => {
    const { checkId } = await check(
      'foreign.json',
      JSON.stringify({ videos: [{ objectUrl: `${BUCKET}/v/1.mp4` }] }),
    );
    const integrationId = '99999999-2222-4333-8444-555555555555';
    const { jobId } = await call('cloud.start', { ...START, checkId, datasetId: mirrored, integrationId });
    const job = await ended(jobId);
    expect(job).toMatchObject({
      state: 'failed',
      failure: { message: expect.stringContaining('integration') },
    });
  });
});

describe('de-identification', () => {
  const request = {
    integrationId: INTEGRATION,
    redactTags: true,
    redactPixels: 'redactNoText' as const,
    saveConditions: [],
    uploadDir: null,
  };

  it('is a job', async () => {
    const urls = [`${BUCKET}/d/1.dcm`, ` ${BUCKET}/d/1.dcm `];
    const { jobId } = await call('cloud.deidentify', { ...request, urls });
    expect(await ended(jobId)).toMatchObject({ kind: 'deidentify', state: 'done' });
  });

  it('takes URLs alone', async () => {
    const urls = [`${BUCKET}/d/1.dcm`, `${BUCKET}/d/a b.dcm`];
    expect(await failure('cloud.deidentify', { ...request, urls })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('URL 2 of 2'),
    });
  });
});
