/**
 * Rows through the whole program against the emulator: found, renamed, given client metadata, read for text, taken out as a
 * table and deleted, each looked at on the server afterwards.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Program } from '../../../main/app/program.ts';
import { CALLS, type CallInput, type CallOutput } from '../../../preload/contract/calls.ts';
import { ANY_DATASET, ANY_ROW } from '../../../preload/contract/manage.ts';
import type { CallName } from '../../../preload/contract/names.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { Lab } from '../../fixtures/lab.ts';
import { makePng } from '../../fixtures/png.ts';

const WINDOW = { refresh: true, offset: 0, limit: 500 };
const BY_TITLE = { column: 'title', descending: false } as const;

let lab: Lab;
let program: Program;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
  program = await lab.program();
  await program.start();
});

afterAll(async () => {
  await program.close();
  await lab.close();
});

/** The value of a call as its contract has it; throws what the program said no with. */
async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await program.handle(name, input);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  // The schema of the same name checks it; the map's type ties the two together.
  return CALLS[name].output.parse(answer.value) as CallOutput<N>;
}

async function dataset(more: Record<string, unknown> = {}): Promise<{ id: string; title: string }> {
  serial += 1;
  const title = `Rows ${serial}`;
  return { id: await lab.dataset(title, more), title };
}

function find(datasetId: string, filter: Partial<typeof ANY_ROW> = {}) {
  return call('rows.find', { datasetId, filter: { ...ANY_ROW, ...filter }, sort: BY_TITLE, ...WINDOW });
}

function all(datasetId: string): CallInput<'rows.delete'> {
  return { datasetId, rows: { kind: 'filter', filter: ANY_ROW, except: [] } };
}

async function ended(jobId: number) {
  return eventually(async () => {
    const job = await call('jobs.get', { jobId });
    expect(job.endedAt).not.toBeNull();
    return job;
  });
}

/** The text that a call promised as a download. */
async function downloaded(saved: CallOutput<'rows.export'>): Promise<string> {
  if (saved.kind !== 'download') throw new Error(`It is ${saved.kind}.`);
  const download = await program.download(saved.path.replace('/downloads/', ''));
  if (!download.ok) throw new Error(download.error.message);
  let text = '';
  for await (const piece of download.value.pieces()) text += piece;
  return text;
}

describe('datasets', () => {
  it('are made with the storage that was asked for, and a title that is there already is pointed out', async () => {
    const made = { title: 'Twice', description: '', mirrored: false };
    expect(await call('datasets.create', { ...made, storage: 'gcp' })).toMatchObject({
      storage: 'gcp',
      mirrored: false,
      sameTitle: 0,
    });
    expect(await call('datasets.create', made)).toMatchObject({ storage: 'encord', sameTitle: 1 });
    const listing = { ...ANY_DATASET, storage: 'gcp' } as const;
    const { rows } = await call('datasets.list', { search: 'twice', listing, ...WINDOW });
    expect(rows).toMatchObject([{ title: 'Twice', storage: 'gcp', sameTitle: 1 }]);
  });

  it('tell what somebody with the role user may not do', async () => {
    const { id } = await dataset({
      owner: 'owner@example.com',
      users: [{ email: 'lab@example.com', role: 'user' }],
    });
    const { may, webUrl } = await call('datasets.detail', { datasetId: id });
    expect(may.changeRows).toContain('Your role on this dataset is user');
    expect(may.storage).toBeNull();
    expect(webUrl).toBeNull();
  });
});

describe('rows', () => {
  it('are found, renamed, and shown with what is known of them', async () => {
    const { id } = await dataset({
      rows: [
        { count: 12, title: '<b>frame</b>', itemType: 'image', mimeType: 'image/png', width: 4, height: 3 },
        { title: 'talk', itemType: 'audio', clientMetadata: { who: 'x' } },
      ],
    });
    const found = await find(id, { search: 'FRAME', types: ['IMAGE'] });
    expect(found).toMatchObject({ total: 12, types: { IMAGE: 12, AUDIO: 1 } });
    expect(found.rows[1]?.title).toBe('<b>frame</b>-000002');
    const talk = (await find(id, { types: ['AUDIO'] })).rows[0];
    if (!talk) throw new Error('The audio row is not there.');
    const one = { datasetId: id, dataHash: talk.dataHash };
    const renamed = await call('rows.rename', { ...one, title: 'the \u202Etalk' });
    expect(renamed).toMatchObject({ dataHash: talk.dataHash, title: 'the \u202Etalk' });
    const listed = await call('rows.find', {
      ...one,
      filter: ANY_ROW,
      sort: BY_TITLE,
      ...WINDOW,
      refresh: false,
    });
    expect(listed.rows.map(({ title }) => title)).toContain('the \u202Etalk');
    const detail = await call('rows.detail', one);
    expect(JSON.parse(detail.clientMetadata ?? '')).toEqual({ who: 'x' });
    expect(detail.folder?.path.length).toBeGreaterThan(0);
    expect(detail.usage).toMatchObject({ datasets: 1, groups: 0 });
    await expect(call('rows.rename', { ...one, dataHash: crypto.randomUUID(), title: 'x' })).rejects.toThrow(
      'not-found',
    );
  });

  it('of an image group have their frames in order, and the text in them', async () => {
    const { id, title } = await dataset();
    const folder = join(lab.folder, 'group');
    mkdirSync(folder);
    for (const [index, name] of ['f10.png', 'f2.png', 'f1.png'].entries()) {
      writeFileSync(join(folder, name), makePng({ seed: 100 + index }));
    }
    const env = { ENCORD_UPLOADER_HOME: join(lab.folder, 'home-of-group') };
    const run = await lab.run(['upload', folder, '--dataset', title, '--group-folders', '--json'], env);
    expect(run.summary).toMatchObject({ done: 1 });
    const group = (await find(id)).rows[0];
    if (!group) throw new Error('The group is not there.');
    expect(group).toMatchObject({ type: 'IMG_GROUP', sequence: false });
    const one = { datasetId: id, dataHash: group.dataHash };
    expect(await call('rows.detail', one)).toMatchObject({ frames: 3 });
    const frames = await call('rows.frames', { ...one, offset: 1, limit: 2 });
    expect(frames).toMatchObject({ total: 3, rows: [{ title: 'f2.png' }, { title: 'f10.png' }] });
    const read = await call('rows.recogniseText', one);
    expect(read.results).toBe(3);
    expect(JSON.parse(read.text)).toHaveLength(3);
    expect(read.text).toContain('\n  ');
  });

  it('get client metadata, all the same one or by a table', async () => {
    const { id, title } = await dataset({
      rows: [
        { title: 'a.png', clientMetadata: { kept: 1 } },
        { title: 'b.png', clientMetadata: { kept: 2 } },
      ],
    });
    const set = { ...all(id), mode: 'merge' } as const;
    expect(await call('rows.setMetadata', { ...set, text: '{\n"a": }' })).toMatchObject({
      kind: 'invalid',
      problems: [{ line: 2 }],
    });
    const started = await call('rows.setMetadata', { ...set, text: '{"site": "Bern"}' });
    if (started.kind !== 'started') throw new Error('It was not started.');
    expect(await ended(started.jobId)).toMatchObject({ state: 'done', counts: { done: 2, failed: 0 } });
    const source = { kind: 'text', name: 't.csv', text: 'title;day;note\nb.png;3;\nzzz;4;' } as const;
    const table = await call('rows.readMetadataTable', { datasetId: id, source, key: null });
    expect(table).toMatchObject({ lines: 2, matched: 1, problems: [{ line: 3 }] });
    const { jobId } = await call('rows.applyMetadataTable', { tableId: table.tableId, mode: 'merge' });
    expect(await ended(jobId)).toMatchObject({ state: 'done', counts: { done: 1 } });
    const kept = new Map((await lab.rows(title)).map((row) => [row.title, row.client_metadata]));
    expect(kept.get('a.png')).toEqual({ kept: 1, site: 'Bern' });
    expect(kept.get('b.png')).toEqual({ kept: 2, site: 'Bern', day: 3 });
  });

  it('leave as a table, and for good', async () => {
    const { id, title } = await dataset({
      rows: ['=x 1', '=x 2', '=x 3', 'stays'].map((each) => ({ title: each })),
    });
    const columns: CallInput<'rows.export'>['columns'] = ['title', 'dataHash'];
    const table = {
      datasetId: id,
      filter: { ...ANY_ROW, search: '=x' },
      sort: BY_TITLE,
      columns,
    };
    const csv = await downloaded(await call('rows.export', { ...table, format: 'csv' }));
    expect(csv.split('\r\n').map((line) => line.split(',')[0])).toEqual([
      'title',
      "'=x 1",
      "'=x 2",
      "'=x 3",
      '',
    ]);
    const json = z
      .object({ rows: z.array(z.object({ title: z.string(), data_hash: z.string() })) })
      .parse(JSON.parse(await downloaded(await call('rows.export', { ...table, format: 'json' }))));
    expect(json.rows.map((each) => each.title)).toEqual(['=x 1', '=x 2', '=x 3']);

    const [first] = json.rows;
    const some: CallInput<'rows.delete'> = {
      datasetId: id,
      rows: { kind: 'filter', filter: table.filter, except: [first?.data_hash ?? ''] },
    };
    expect(await call('rows.tally', some)).toMatchObject({ rows: 2, types: { IMAGE: 2 }, inOwnCloud: 0 });
    const strange: CallInput<'rows.delete'>['rows'] = { kind: 'rows', dataHashes: [crypto.randomUUID()] };
    await expect(call('rows.delete', { datasetId: id, rows: strange })).rejects.toThrow('not-found');
    const { jobId } = await call('rows.delete', some);
    expect(await ended(jobId)).toMatchObject({ state: 'done', counts: { done: 2, failed: 0 } });
    expect((await lab.rows(title)).map((row) => row.title).sort()).toEqual(['=x 1', 'stays']);
    // The list knows of it by itself.
    const listed = await call('rows.find', {
      datasetId: id,
      filter: ANY_ROW,
      sort: BY_TITLE,
      ...WINDOW,
      refresh: false,
    });
    expect(listed.rows.map((each) => each.title)).toEqual(['=x 1', 'stays']);
  });
});
