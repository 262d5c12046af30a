/**
 * Makes every call on datasets and what belongs to them, on a running program against the emulator. Used by
 * `calls.test.ts`, which holds each answer against its declared shape.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CallInput, CallOutput } from '../../preload/contract/calls.ts';
import {
  ANY_DATASET,
  ANY_ROW,
  type JobView,
  ROW_COLUMNS,
  type RowSelection,
} from '../../preload/contract/manage.ts';
import type { CallName } from '../../preload/contract/names.ts';
import { eventually } from '../fixtures/eventually.ts';
import type { Lab } from '../fixtures/lab.ts';

interface Tools {
  readonly lab: Lab;
  readonly call: <N extends CallName>(name: N, input: CallInput<N>) => Promise<CallOutput<N>>;
  readonly refused: (name: CallName, input: unknown) => Promise<{ readonly code: string }>;
  readonly saveTo: (path: string | null) => void;
}

const FIRST = { offset: 0, limit: 50 };
const NOBODY = '00000000-0000-4000-8000-000000000000';
const OWNER = 'lab@example.com';
const BUCKET = 'https://lab.s3.eu-west-2.amazonaws.com';
const INTEGRATION = '11111111-2222-4333-8444-555555555577';
const GROUP = '11111111-2222-4333-8444-5555555555aa';
const PROJECT = '11111111-2222-4333-8444-5555555555bb';

/** @throws Error where a call fails that should not; what was answered is held against its shape by `call` */
export async function makeManageCalls({ lab, call, refused, saveTo }: Tools): Promise<void> {
  await lab.control('POST', 'seed', {
    groups: [{ name: 'Readers', uuid: GROUP }],
    projects: [{ title: 'Cells', uuid: PROJECT, owner: OWNER }],
    integrations: [
      {
        title: 'Contract bucket',
        uuid: INTEGRATION,
        owner: OWNER,
        objects: [{ url: `${BUCKET}/1.png`, itemType: 'image', mimeType: 'image/png' }],
      },
    ],
  });
  const datasetId = await lab.dataset('Managed', {
    mirrored: false,
    rows: [
      { count: 3, title: 'film', itemType: 'video', mimeType: 'video/mp4' },
      { title: 'frames', itemType: 'imageGroup' },
      { count: 2, title: 'still', itemType: 'image', mimeType: 'image/png', width: 64, height: 48 },
    ],
  });
  const ended = async (jobId: number): Promise<JobView> => {
    await eventually(async () => {
      const job = await call('jobs.get', { jobId });
      expect(job.endedAt, job.sentence).not.toBeNull();
      return job;
    });
    return call('jobs.get', { jobId });
  };
  const sort = { column: 'title', descending: false } as const;
  const find = () => call('rows.find', { datasetId, filter: ANY_ROW, sort, refresh: true, ...FIRST });

  // Datasets and rows.
  const listing = { ...ANY_DATASET, kind: 'static', sort: 'title' } as const;
  const listed = await call('datasets.list', { search: 'managed', listing, refresh: true, ...FIRST });
  expect(listed.rows.map(({ title }) => title)).toEqual(['Managed']);
  const detail = await call('datasets.detail', { datasetId });
  expect(detail.may.changeRows).toBeNull();
  const found = await find();
  expect(found).toMatchObject({ total: 6, types: { VIDEO: 3, IMG_GROUP: 1, IMAGE: 2 } });
  const hashOf = (title: string): string => found.rows.find((row) => row.title === title)?.dataHash ?? '';
  const rows: RowSelection = { kind: 'rows', dataHashes: [hashOf('still-000001')] };
  expect(await call('rows.tally', { datasetId, rows })).toMatchObject({ rows: 1 });
  const one = { datasetId, dataHash: hashOf('still-000001') };
  await call('rows.detail', one);
  await call('rows.frames', { datasetId, dataHash: hashOf('frames'), ...FIRST });
  // Seeded rows have no bytes: it is said that there is nothing to see.
  expect(await call('rows.media', { ...one, imageHash: null, size: 'thumbnail' })).toMatchObject({
    kind: 'none',
  });
  expect(await call('rows.rename', { ...one, title: 'Renamed' })).toMatchObject({ title: 'Renamed' });
  expect((await refused('rows.rename', { ...one, dataHash: NOBODY, title: 'x' })).code).toBe('not-found');
  const wrong = await call('rows.setMetadata', { datasetId, rows, text: '{\n"a": }', mode: 'merge' });
  expect(wrong).toMatchObject({ kind: 'invalid', problems: [{ line: 2 }] });
  const set = await call('rows.setMetadata', { datasetId, rows, text: '{"a": 1}', mode: 'replace' });
  if (set.kind !== 'started') throw new Error('The metadata was not set.');
  expect(await ended(set.jobId)).toMatchObject({ state: 'done', counts: { done: 1 } });
  const source = {
    kind: 'text',
    name: 'table.csv',
    text: 'title,site\nRenamed,north\nnobody,south\n',
  } as const;
  const table = await call('rows.readMetadataTable', { datasetId, source, key: null });
  expect(table).toMatchObject({ matched: 1, problemCount: 1 });
  await ended((await call('rows.applyMetadataTable', { tableId: table.tableId, mode: 'merge' })).jobId);
  await call('rows.recogniseText', { datasetId, dataHash: hashOf('frames') });
  const films: RowSelection = { kind: 'filter', filter: { ...ANY_ROW, types: ['VIDEO'] }, except: [] };
  await ended((await call('rows.reencode', { datasetId, rows: films })).jobId);
  const into = join(lab.folder, 'downloads');
  expect(await ended((await call('rows.download', { datasetId, rows, into })).jobId)).toMatchObject({
    counts: { failed: 1 },
  });
  saveTo(join(lab.folder, 'rows.csv'));
  const columns = [...ROW_COLUMNS];
  await call('rows.export', { datasetId, filter: ANY_ROW, sort, columns, format: 'csv' });

  // Long work.
  const jobs = await call('jobs.list', { which: 'all', datasetId, ...FIRST });
  expect(jobs.open).toBe(0);
  const failed = jobs.rows.find(({ kind }) => kind === 'download-rows')?.jobId ?? 0;
  const results = await call('jobs.results', { jobId: failed, only: 'failed', ...FIRST });
  expect(results.total).toBe(1);
  await ended((await call('jobs.retry', { jobId: failed })).jobId);
  // It has ended meanwhile: there is nothing left to cancel, and that is no mistake of anybody's.
  await call('jobs.cancel', { jobId: failed });
  expect(await call('jobs.clear', { jobId: failed })).toEqual({ jobs: 1 });
  expect((await refused('jobs.get', { jobId: failed })).code).toBe('not-found');

  // Storage folders and items.
  const top = { search: '', order: 'name', descending: false, refresh: true, ...FIRST } as const;
  const made = await call('storage.createFolder', { name: 'Shelf', description: '', parentId: null });
  const other = await call('storage.createFolder', { name: 'Other', description: '', parentId: null });
  await call('storage.folders', { parentId: null, ...top });
  await call('storage.folder', { folderId: made.id });
  await call('storage.summary', { folderId: made.id });
  expect(await call('storage.changeFolder', { folderId: made.id, clientMetadata: '{"a": }' })).toMatchObject({
    problems: [{ line: 1 }],
  });
  await call('storage.changeFolder', { folderId: made.id, name: 'Shelf 1', clientMetadata: '{"a": 1}' });
  await call('storage.moveFolders', { folderIds: [made.id], parentId: other.id });
  const groupIds = [GROUP];
  await call('storage.addFolderGroups', { folderId: made.id, groupIds, role: 'user' });
  expect(await call('storage.folderGroups', { folderId: made.id })).toMatchObject([{ name: 'Readers' }]);
  await call('storage.removeFolderGroups', { folderId: made.id, groupIds });
  const everywhere = { folderId: null, types: ['image', 'video'], recursive: true, inDataset: null };
  const items = await call('storage.items', { ...everywhere, ...top, datasetId });
  const picture = items.rows.find(({ type, inDataset }) => type === 'image' && inDataset);
  const film = items.rows.find(({ type, inDataset }) => type === 'video' && inDataset);
  if (!picture || !film) throw new Error('The items of the dataset are not listed.');
  await call('storage.item', { itemId: picture.id });
  await call('storage.itemMedia', { itemId: picture.id, size: 'whole' });
  await call('storage.renameItem', { itemId: picture.id, name: 'Item' });
  expect(await call('storage.setItemMetadata', { itemIds: [picture.id], text: '[1]' })).toMatchObject({
    problems: [{ line: 1 }],
  });
  await call('storage.setItemMetadata', { itemIds: [picture.id], text: '{"b": 2}' });
  await call('storage.moveItems', {
    itemIds: [picture.id],
    fromFolderId: picture.folderId,
    toFolderId: other.id,
    allowSyncedDatasetMove: false,
  });
  await ended(
    (await call('storage.reencodeItems', { itemIds: [film.id], title: 'Again', force: true })).jobId,
  );

  // Attaching, and data of an own cloud.
  const second = await lab.dataset('Managed too', { mirrored: false });
  const attached = await call('attach.start', {
    datasetId: second,
    itemIds: [film.id],
    folderIds: [],
    duplicates: 'SKIP',
  });
  expect(await ended(attached.jobId)).toMatchObject({ state: 'done', counts: { done: 1 } });
  expect(await call('cloud.integrations', { datasetId: null })).toContainEqual({
    id: INTEGRATION,
    title: 'Contract bucket',
  });
  const csv = { kind: 'text', name: 'one.csv', text: `address,what\n${BUCKET}/1.png,image\n` } as const;
  const mapping = {
    url: [0],
    title: null,
    kind: { by: 'all', kind: 'image' },
    group: null,
    createVideo: null,
    metadata: [],
  } as const;
  const check = await call('cloud.check', { source: csv, mapping: null });
  const again = await call('cloud.setMapping', {
    checkId: check.checkId,
    mapping: { ...mapping, url: [0], metadata: [] },
  });
  expect(again).toMatchObject({ errors: 0, entries: 1 });
  const { checkId } = again;
  await call('cloud.keepMapping', { checkId });
  await call('cloud.problems', { checkId, ...FIRST });
  expect((await call('cloud.entries', { checkId, ...FIRST })).total).toBe(1);
  saveTo(join(lab.folder, 'one.json'));
  await call('cloud.saveJson', { checkId });
  const started = await call('cloud.start', {
    checkId,
    integrationId: INTEGRATION,
    datasetId,
    folder: { kind: 'existing', folderId: other.id },
    ignoreErrors: true,
    skipDuplicates: true,
  });
  expect(await ended(started.jobId)).toMatchObject({ state: 'done', counts: { done: 1 } });
  writeFileSync(
    join(lab.folder, 'wrong.json'),
    JSON.stringify({ images: [{ objectUrl: `${BUCKET}/no.png` }] }),
  );
  const wrongFile = { kind: 'path', path: join(lab.folder, 'wrong.json') } as const;
  const wrongCheck = await call('cloud.check', { source: wrongFile, mapping: null });
  const wrongJob = await call('cloud.start', {
    checkId: wrongCheck.checkId,
    integrationId: INTEGRATION,
    datasetId: null,
    folder: { kind: 'existing', folderId: other.id },
    ignoreErrors: true,
    skipDuplicates: false,
  });
  expect(await ended(wrongJob.jobId)).toMatchObject({ counts: { failed: 1 }, failedFile: true });
  saveTo(join(lab.folder, 'failed.json'));
  await call('jobs.saveFailed', { jobId: wrongJob.jobId });
  const deidentify = await call('cloud.deidentify', {
    integrationId: INTEGRATION,
    urls: [`${BUCKET}/no.dcm`],
    redactTags: true,
    redactPixels: 'redactAllText',
    saveConditions: [],
    uploadDir: null,
  });
  expect(await ended(deidentify.jobId)).toMatchObject({ state: 'failed' });

  // People, projects, keys.
  const emails = ['new@example.com', OWNER];
  expect(await call('team.add', { datasetId, emails, role: 'user' })).toMatchObject([
    { email: 'new@example.com', role: 'user', kept: false },
    { email: OWNER, role: 'admin', kept: true },
  ]);
  expect((await refused('team.add', { datasetId, emails: ['no address'], role: 'user' })).code).toBe(
    'invalid-input',
  );
  await call('groups.ofOrganisation', { search: 'read', ...FIRST });
  await call('groups.add', { datasetId, groupIds, role: 'user' });
  expect(await call('groups.ofDataset', { datasetId })).toMatchObject([{ name: 'Readers', role: 'user' }]);
  await call('groups.remove', { datasetId, groupIds });
  await call('projects.list', { search: '', refresh: true, ...FIRST });
  await call('projects.attach', { datasetId, projectId: PROJECT });
  expect(await call('projects.ofDataset', { datasetId, refresh: true })).toMatchObject({
    projects: [{ title: 'Cells' }],
    failed: 0,
  });
  await call('projects.detach', { datasetId, projectId: PROJECT });

  // Last, so that nothing is counted on that they delete.
  await call('storage.deleteItems', {
    folderId: other.id,
    itemIds: [picture.id],
    removeUnusedFrames: true,
  });
  await call('storage.deleteFolder', { folderId: made.id });
  expect((await refused('storage.deleteFolder', { folderId: NOBODY })).code).toBe('forbidden');
  const gone: RowSelection = { kind: 'rows', dataHashes: [hashOf('still-000002')] };
  expect(await ended((await call('rows.delete', { datasetId, rows: gone })).jobId)).toMatchObject({
    counts: { done: 1 },
  });
}

/** Apart from the others: the answer holds a key, by design and this once. Answers the key. */
export async function makeKeyCalls({ lab, call, refused }: Tools): Promise<string> {
  const datasetId = await lab.dataset('Keys');
  const { key, keyHash } = await call('keys.create', {
    datasetId,
    title: 'For a machine',
    scopes: ['dataset.read'],
  });
  expect(await call('keys.list', { datasetId })).toMatchObject([
    { title: 'For a machine', ending: key.slice(-4) },
  ]);
  expect((await refused('keys.use', { datasetId, keyHash: NOBODY })).code).toBe('not-found');
  const { accountId } = await call('keys.use', { datasetId, keyHash: keyHash ?? '' });
  await call('accounts.signOut', { accountId, cancelUnfinished: true });
  return key;
}
