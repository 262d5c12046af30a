/** Long work with the whole program against the emulator: followed and done to its end, also when the program is ended meanwhile. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Program } from '../../../main/app/program.ts';
import type { JobId, JobTask } from '../../../main/core/manage/jobs.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { Lab } from '../../fixtures/lab.ts';
import { makePng } from '../../fixtures/png.ts';

let lab: Lab;
let program: Program;
let number = 0;

beforeAll(async () => {
  lab = await Lab.open();
  await lab.control('POST', 'seed', { users: [{ email: 'other@example.com' }] });
});
afterAll(() => lab.close());
beforeEach(async () => {
  program = await lab.program();
  await program.start();
});
afterEach(async () => {
  await lab.control('DELETE', 'faults');
  await program.close();
});

async function restarted(): Promise<void> {
  await program.close();
  program = await lab.program();
  await program.start();
}

/** As at a power cut: from now on nothing that the program does is written. */
async function killed(): Promise<void> {
  program.deps.store.close();
  await program.close().catch(() => undefined);
  program = await lab.program();
  await program.start();
}

async function dataset(rows: readonly Record<string, unknown>[]): Promise<{ id: string; hashes: string[] }> {
  number += 1;
  const title = `Data ${number}`;
  const id = await lab.dataset(title, { rows });
  return { id, hashes: (await lab.rows(title)).map((row) => row.data_hash) };
}

function start(task: JobTask): JobId {
  return program.jobs.start({ accountId: program.accounts.active().id, datasetTitle: null, task });
}

function until(id: JobId, state: string): Promise<void> {
  return eventually(() => expect(program.jobs.get(id).state).toBe(state));
}

function counts(id: JobId): readonly number[] {
  const { pending, done, failed, cancelled } = program.jobs.get(id).counts;
  return [pending, done, failed, cancelled];
}

test('re-encoding is followed over the end of the program, and rows of other datasets are told apart', async () => {
  const other = await dataset([{ title: 'other', itemType: 'video' }]);
  const { id: datasetId, hashes } = await dataset([{ count: 2, title: 'clip', itemType: 'video' }]);
  await lab.fault({ kind: 'poll' }, { status: 503 }, 3);
  const id = start({ kind: 'reencode-rows', datasetId, dataHashes: [...hashes, ...other.hashes] });
  await until(id, 'following');
  await killed();
  await eventually(() => expect(program.jobs.get(id)).toMatchObject({ failure: { code: 'server-error' } }));
  await restarted();
  await until(id, 'done');
  expect(counts(id)).toEqual([0, 2, 1, 0]);
  expect(program.jobs.get(id).sentence).toBe('1 of 3 could not be re-encoded.');
});

test('a lost answer to the start of a re-encoding is in doubt', async () => {
  const { id: datasetId, hashes } = await dataset([{ title: 'clip', itemType: 'video' }]);
  // The first call looks which rows are there.
  await lab.fault({ kind: 'api', nth: 2 }, { dropResponse: true });
  const id = start({ kind: 'reencode-rows', datasetId, dataHashes: hashes });
  await until(id, 'uncertain');
  await restarted();
  expect(program.jobs.get(id).sentence).toMatch(/nobody knows whether Encord began/);
});

test('deleting tells rows of another dataset apart, over the end of the program', async () => {
  const other = await dataset([{ title: 'other' }]);
  const { id: datasetId, hashes } = await dataset([{ count: 600, title: 'row' }]);
  const id = start({ kind: 'delete-rows', datasetId, dataHashes: [...hashes, ...other.hashes] });
  await eventually(() => expect(program.jobs.get(id).counts.done).toBeGreaterThan(0));
  await killed();
  await until(id, 'done');
  expect(counts(id)).toEqual([0, 600, 1, 0]);
  const state = await lab.state();
  expect(state.datasets.find((each) => each.dataset_hash === datasetId)?.rows).toEqual([]);
  expect(state.datasets.find((each) => each.dataset_hash === other.id)?.rows).toHaveLength(1);
});

test('attaching takes what a folder and those below it hold, and stops at what is there with FAIL', async () => {
  const { id: datasetId } = await dataset([]);
  const email = 'lab@example.com';
  const users = [{ email, role: 'admin' }];
  const [folder, below] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  await lab.control('POST', 'seed', {
    folders: [
      { uuid: folder, name: 'Above', users, items: [{ count: 3, title: 'a' }] },
      { uuid: below, name: 'Below', parent: folder, users, items: [{ count: 2, title: 'b' }] },
    ],
  });
  const call = async (duplicates: 'SKIP' | 'FAIL'): Promise<JobId> => {
    const answer = await program.handle('attach.start', {
      datasetId,
      itemIds: [],
      folderIds: [folder],
      duplicates,
    });
    return z.object({ value: z.object({ jobId: z.number() }) }).parse(answer).value.jobId;
  };
  const first = await call('SKIP');
  await until(first, 'done');
  expect(counts(first)).toEqual([0, 5, 0, 0]);
  const second = await call('FAIL');
  await until(second, 'failed');
  const again = await call('SKIP');
  await until(again, 'done');
  const rows = (await lab.state()).datasets.find((each) => each.dataset_hash === datasetId)?.rows;
  expect(rows?.map(({ title }) => title).sort()).toEqual([
    'a-000001',
    'a-000002',
    'a-000003',
    'b-000001',
    'b-000002',
  ]);
});

test('downloading brings files and groups, goes on after the end of the program, and fetches nothing twice', async () => {
  const { id: datasetId } = await dataset([]);
  const title = `Data ${number}`;
  const source = join(lab.folder, 'source');
  mkdirSync(join(source, 'group'), { recursive: true });
  const files = ['one.png', 'two.png', 'group/b.png', 'group/a.png'];
  for (const [at, file] of files.entries())
    writeFileSync(join(source, file), makePng({ seed: at, width: 20, height: 20 }));
  await program.close();
  const plain = await lab.run([
    'upload',
    join(source, 'one.png'),
    join(source, 'two.png'),
    '--dataset',
    datasetId,
  ]);
  const group = await lab.run([
    'upload',
    join(source, 'group'),
    '--as',
    'image-group',
    '--dataset',
    datasetId,
  ]);
  expect([plain.code, group.code]).toEqual([0, 0]);
  program = await lab.program();
  await program.start();
  const rows = (await lab.rows(title)).map(({ data_hash, title: name }) => ({
    dataHash: data_hash,
    title: name,
  }));
  const into = join(lab.folder, 'into');
  const task: JobTask = { kind: 'download-rows', datasetId, rows, into };
  const id = start(task);
  await restarted();
  await until(id, 'done');
  expect(counts(id)).toEqual([0, 3, 0, 0]);
  expect(readdirSync(into).sort()).toEqual(['group', 'one.png', 'two.png']);
  expect(readdirSync(join(into, 'group')).sort()).toEqual(['a.png', 'b.png']);
  for (const file of files) expect(readFileSync(join(into, file))).toEqual(readFileSync(join(source, file)));
  const again = start(task);
  await until(again, 'done');
  expect(readdirSync(into).sort()).toEqual(['group', 'one.png', 'two.png']);
  const { results } = program.deps.store.jobResults(again, { only: 'all', offset: 0, limit: 9 });
  expect(results.map(({ message }) => message)).toContain('It was there already: one.png.');
});
