/**
 * Dataset management on the command line: each command once against the emulator, in the test's own process, with what it
 * prints, what it exits with, and what the server holds afterwards; and what it refuses.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Program } from '../../../main/app/program.ts';
import { type CliHost, runCli } from '../../../main/cli/index.ts';
import { Lab } from '../../fixtures/lab.ts';
import { makePng } from '../../fixtures/png.ts';

const BUCKET = 'https://lab.s3.eu-west-2.amazonaws.com';
const INTEGRATION = '11111111-2222-4333-8444-555555555555';
const OTHER = { owner: 'owner@example.com', users: [{ email: 'lab@example.com', role: 'user' }] };
const API_KEY = 'a-key-of-the-seed';

const seeded = z.object({
  datasets: z.array(z.object({ datasetHash: z.string(), backingFolderUuid: z.string().nullable() })),
});

let lab: Lab;
/** Most commands run on one program, which saves the time of opening it. */
let shared: Program;
let close: () => Promise<void>;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
  await lab.control('POST', 'seed', {
    users: [{ email: 'lab@example.com', organisationRole: 'admin' }],
    integrations: [
      {
        title: 'Lab bucket',
        uuid: INTEGRATION,
        owner: 'lab@example.com',
        objects: [
          ...[1, 2].map((n) => ({ url: `${BUCKET}/v/${n}.mp4`, itemType: 'video', mimeType: 'video/mp4' })),
          { url: `${BUCKET}/d/1.dcm`, itemType: 'dicomFile', mimeType: 'application/dicom' },
        ],
      },
    ],
    groups: [{ name: 'Readers' }],
    projects: [{ title: 'Cells', owner: 'lab@example.com' }],
  });
  shared = await lab.program();
  close = shared.close.bind(shared);
  shared.close = () => Promise.resolve();
});

afterAll(async () => {
  await close?.();
  await lab?.close();
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Each line of standard output as JSON. */
  readonly objects: readonly Record<string, unknown>[];
}

/** Runs the command line as `main/headless.ts` does, without a process of its own. */
async function run(
  args: readonly string[],
  open: () => Promise<Program> = () => Promise.resolve(shared),
  signal = new AbortController().signal,
): Promise<Ran> {
  const host: CliHost = {
    version: '0',
    environment: lab.env,
    open,
    peek: () => null,
    examine: () => ({ folder: lab.home, damage: null }),
    keepAside: () => '',
    serve: () => Promise.resolve(0),
  };
  let out = '';
  let err = '';
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const errors = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  try {
    const code = await runCli(args, host, signal);
    const record = z.record(z.string(), z.unknown());
    return {
      ...{ code, out, err },
      get objects() {
        return out
          .split('\n')
          .filter(Boolean)
          .map((line) => record.parse(JSON.parse(line)));
      },
    };
  } finally {
    output.mockRestore();
    errors.mockRestore();
  }
}

/** A program of its own for each command, as it is for people, on the data folder of this name. */
function apart(name: string): () => Promise<Program> {
  return () => lab.program({ ENCORD_UPLOADER_HOME: join(lab.folder, name) });
}

/** A command that succeeds, with `--json`; what it printed. */
async function done(...args: string[]): Promise<readonly Record<string, unknown>[]> {
  const ran = await run([...args, '--json']);
  expect(ran.err + (ran.code === 0 ? '' : ran.out)).not.toMatch(/error/i);
  expect(ran.code).toBe(0);
  return ran.objects;
}

/** The values under one key of what was printed. */
function under<T>(objects: readonly Record<string, unknown>[], key: string, schema: z.ZodType<T>): T[] {
  return objects.filter((each) => key in each).map((each) => schema.parse(each[key]));
}

async function dataset(
  more: Record<string, unknown> = {},
): Promise<{ title: string; id: string; folder: string }> {
  serial += 1;
  const title = `Set ${serial}`;
  const users = [{ email: 'lab@example.com', role: 'admin' }];
  const seed = { datasets: [{ title, mirrored: true, users, ...more }] };
  const [made] = seeded.parse(await lab.control('POST', 'seed', seed)).datasets;
  return { title, id: made?.datasetHash ?? '', folder: made?.backingFolderUuid ?? '' };
}

function file(name: string, text: string): string {
  const path = join(lab.folder, name);
  writeFileSync(path, text);
  return path;
}

const row = z.object({ dataHash: z.string(), title: z.string(), type: z.string(), itemUuid: z.string() });
const job = z.object({ jobId: z.number(), kind: z.string(), state: z.string(), counts: z.unknown() });
const withId = z.object({ id: z.string() });

describe('datasets', () => {
  it('are made, listed by what is asked, and shown', async () => {
    const [made] = await done('datasets', 'create', 'On a bucket', '--static', '--storage', 'gcp');
    expect(made).toMatchObject({ dataset: { mirrored: false, storage: 'gcp', sameTitle: 0 } });
    const again = await run(['datasets', 'create', 'On a bucket', '--mirrored']);
    expect(again.err).toContain('1 other dataset has this title');
    const listed = await done('datasets', 'list', '--search', 'on a', '--storage', 'gcp', '--sort', 'title');
    expect(listed).toMatchObject([{ dataset: { title: 'On a bucket', sameTitle: 1, role: 'admin' } }]);
    expect(await done('datasets', 'list', '--created-to', '2001-01-01')).toEqual([]);
    await dataset({ title: 'Of the organisation', owner: 'owner@example.com', users: [] });
    expect(await done('datasets', 'list', '--organisation', '--search', 'of the org')).toHaveLength(1);
    const { title, id } = await dataset({ rows: [{ count: 2, itemType: 'video', fileSize: 500 }] });
    expect(await done('datasets', 'show', title)).toMatchObject([
      { dataset: { id, rows: 2, bytes: 1000, types: { VIDEO: 2 }, may: { team: null } } },
    ]);
    const ambiguous = await run(['datasets', 'show', 'On a bucket']);
    expect([ambiguous.code, ambiguous.err]).toEqual([2, expect.stringContaining('Name one by its id')]);
  });

  it('take items and folders that Encord has', async () => {
    const from = await dataset({ rows: [{ count: 3 }] });
    const into = await dataset({ mirrored: false });
    const items = under(await done('items', 'list', from.folder), 'item', withId);
    expect(items).toHaveLength(3);
    const [first] = items;
    const attached = await done('datasets', 'attach', into.title, '--item', first?.id ?? '');
    expect(under(attached, 'job', job)).toMatchObject([{ state: 'done', counts: { done: 1 } }]);
    await done('datasets', 'attach', into.title, '--folder', from.folder);
    expect(await lab.rows(into.title)).toHaveLength(3);
    expect((await run(['datasets', 'attach', into.title])).code).toBe(2);
  });
});

describe('rows', () => {
  it('are listed, shown, renamed and exported', async () => {
    const { title } = await dataset({
      rows: [{ title: 'b' }, { title: 'a', itemType: 'video', clientMetadata: { site: 1 } }, { title: 'c' }],
    });
    const all = under(await done('datasets', 'rows', title, '--sort', 'title', '--descending'), 'row', row);
    expect(all.map((each) => each.title)).toEqual(['c', 'b', 'a']);
    expect(await done('datasets', 'rows', title, '--type', 'video')).toMatchObject([{ row: { title: 'a' } }]);
    expect(await done('datasets', 'rows', title, '--limit', '1')).toHaveLength(1);
    const [shown] = await done('datasets', 'rows', title, '--row', 'a');
    expect(shown).toMatchObject({ row: { title: 'a' }, detail: { usage: { datasets: 1 } } });
    expect(await done('datasets', 'rename', title, 'c', 'd e')).toMatchObject([{ row: { title: 'd e' } }]);
    const csv = await run(['datasets', 'export', title, '--columns', 'title,data-hash', '--search', 'd e']);
    expect(csv.out).toBe(`title,data_hash\r\nd e,${all[0]?.dataHash}\r\n`);
    const path = join(lab.folder, 'rows.json');
    const saved = await run(['datasets', 'export', title, '--format', 'json', '--output', path]);
    expect([saved.code, saved.out]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ rows: [{}, {}, {}] });
    expect((await run(['datasets', 'rows', title, '--sort', 'colour'])).code).toBe(2);
    expect((await run(['datasets', 'rows', title, '--created-from', '2026-02-30'])).code).toBe(2);
  });

  it('go only after a yes, and only those that are meant', async () => {
    const { title } = await dataset({
      rows: [
        { title: 'x' },
        { title: 'twin' },
        { title: 'twin' },
        { count: 2, title: 'v', itemType: 'video' },
      ],
    });
    const asked = await run(['datasets', 'delete-rows', title, '--type', 'VIDEO']);
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('2 rows go');
    expect(asked.err).toContain('--yes');
    const twin = await run(['datasets', 'delete-rows', title, 'twin', '--yes']);
    expect([twin.code, twin.err]).toEqual([2, expect.stringMatching(/2 rows are called "twin".*-/)]);
    expect((await run(['datasets', 'delete-rows', title, '--yes'])).code).toBe(2);
    expect((await run(['datasets', 'delete-rows', title, 'x', '--all', '--yes'])).code).toBe(2);
    expect(await lab.rows(title)).toHaveLength(5);
    const gone = await run(['datasets', 'delete-rows', title, '--type', 'VIDEO', '--yes']);
    expect([gone.code, gone.out]).toEqual([0, expect.stringContaining('All 2 are deleted')]);
    await done('datasets', 'delete-rows', title, 'x', '--yes');
    expect((await lab.rows(title)).map((each) => each.title)).toEqual(['twin', 'twin']);
  });

  it('have client metadata, by text and by table', async () => {
    const { title } = await dataset({
      rows: [{ title: 'a', clientMetadata: { kept: 1 } }, { title: 'b' }],
    });
    const wrong = await run(['datasets', 'metadata', title, 'a', '--set', '{\n"x": }']);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('Line 2')]);
    await done('datasets', 'metadata', title, 'a', '--set', '{"site": "Bern"}', '--merge');
    const text = file('meta.json', '{"day": 4}');
    await done('datasets', 'metadata', title, 'b', '--set', `@${text}`);
    expect(await done('datasets', 'metadata', title)).toMatchObject([
      { metadata: { title: 'a', clientMetadata: { kept: 1, site: 'Bern' } } },
      { metadata: { title: 'b', clientMetadata: { day: 4 } } },
    ]);
    const table = file('table.csv', 'which,shift\na,early\nzzz,late\n');
    const args = ['datasets', 'metadata', title, '--csv', table, '--key', 'which=title', '--merge'];
    const refused = await run(args);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Line 3')]);
    expect((await run([...args, '--skip-problems'])).code).toBe(0);
    expect((await lab.rows(title)).map((each) => each.client_metadata)).toEqual([
      { kept: 1, site: 'Bern', shift: 'early' },
      { day: 4 },
    ]);
    expect((await run(['datasets', 'metadata', title, '--csv', table, '--key', 'which'])).code).toBe(2);
  });

  it('are uploaded, downloaded, and read for text', async () => {
    const { title } = await dataset();
    const folder = join(lab.folder, 'up');
    mkdirSync(join(folder, 'group'), { recursive: true });
    writeFileSync(join(folder, 'one.png'), makePng({ seed: 1 }));
    for (const n of [1, 2, 3]) writeFileSync(join(folder, 'group', `f${n}.png`), makePng({ seed: 10 + n }));
    expect((await run(['upload', folder, '--dataset', title, '--group-folders'])).code).toBe(0);
    const into = join(lab.folder, 'down');
    const downloaded = await done('datasets', 'download', title, 'one.png', '--into', into);
    expect(under(downloaded, 'job', job)).toMatchObject([{ state: 'done', counts: { done: 1 } }]);
    expect(readFileSync(join(into, 'one.png'))).toEqual(readFileSync(join(folder, 'one.png')));
    await done('datasets', 'download', title, '--all', '--into', into);
    expect(
      readdirSync(into, { recursive: true }).filter((name) => String(name).endsWith('.png')),
    ).toHaveLength(4);
    const [text] = await done('datasets', 'text', title, 'group');
    expect(text).toMatchObject({ text: { results: 3, found: [{}, {}, {}] } });
    const [shown] = await done('datasets', 'rows', title, '--row', 'group');
    expect(shown).toMatchObject({ frames: [{ title: 'f1.png' }, {}, {}] });
  });
});

describe('long work', () => {
  it('is followed to its end, or left to Encord and waited for by a later program', async () => {
    const { title } = await dataset({ rows: [{ title: 'v', itemType: 'video' }, { title: 'i' }] });
    const here = (...args: string[]): Promise<Ran> => run(args, apart('long'));
    const followed = await here('datasets', 'reencode', title, '--all');
    expect([followed.code, followed.err]).toEqual([0, expect.stringContaining('1 row is no video')]);
    expect((await here('datasets', 'reencode', title, 'i')).code).toBe(2);
    const started = await here('datasets', 'reencode', title, 'v', '--no-wait', '--json');
    const [left] = under(started.objects, 'job', job);
    expect([started.code, left?.state]).toEqual([0, expect.not.stringMatching('starting')]);
    const id = String(left?.jobId);
    const waited = await here('jobs', 'wait', id, '--json');
    expect(under(waited.objects, 'job', job)).toMatchObject([{ state: 'done' }]);
    expect((await here('jobs', 'show', id)).out).toContain('v: ');
    expect((await here('jobs', 'list', '--open', '--json')).objects).toEqual([]);
    expect((await here('jobs', 'list', '--dataset', title, '--json')).objects).toHaveLength(2);
    expect((await here('jobs', 'wait')).out).toContain('No job is open');
    expect((await here('jobs', 'cancel', id)).code).toBe(0);
    expect((await here('jobs', 'retry', id)).code).toBe(1);
    expect((await here('jobs', 'show', '9999')).code).toBe(1);
    expect((await here('jobs', 'wait', 'x')).code).toBe(2);
    expect((await here('jobs', 'clear', id, '--json')).objects).toEqual([{ cleared: 1 }]);
  });

  it('that was interrupted goes on with `jobs wait`', async () => {
    const { title } = await dataset({ rows: [{ count: 3 }] });
    const stopping = new AbortController();
    const stopped = await run(
      ['datasets', 'delete-rows', title, '--all', '--yes'],
      async () => {
        const program = await apart('stopped')();
        const start = program.jobs.start.bind(program.jobs);
        program.jobs.start = (request) => {
          const id = start(request);
          stopping.abort();
          return id;
        };
        return program;
      },
      stopping.signal,
    );
    expect([stopped.code, stopped.err]).toEqual([130, expect.stringContaining('Interrupted')]);
    expect((await run(['jobs', 'wait'], apart('stopped'))).code).toBe(0);
    expect(await lab.rows(title)).toEqual([]);
  });

  it('that is uncertain, or that some of failed, is told by the exit code', async () => {
    const { title } = await dataset({ rows: [{ title: 'v', itemType: 'video' }] });
    const failing = (state: 'uncertain' | 'done') => async (): Promise<Program> => {
      const program = await apart('failing')();
      const { get } = program.jobs;
      program.jobs.get = (id) => ({
        ...get.call(program.jobs, id),
        ...{ state, endedAt: 1, counts: { pending: 0, done: 0, failed: 1, cancelled: 0 } },
      });
      return program;
    };
    expect((await run(['datasets', 'reencode', title, 'v'], failing('uncertain'))).code).toBe(3);
    expect((await run(['datasets', 'reencode', title, 'v'], failing('done'))).code).toBe(1);
  });
});

describe('cloud data', () => {
  it('is checked, with the columns that were said, and sends nothing', async () => {
    expect(await done('cloud', 'integrations')).toMatchObject([
      { integration: { id: INTEGRATION, title: 'Lab bucket' } },
    ]);
    const bad = file('bad.json', `{"videos": [\n{"objectUrl": "${BUCKET}/a b.mp4"}]}`);
    const checked = await run(['cloud', 'check', bad]);
    expect([checked.code, checked.out]).toEqual([1, expect.stringMatching(/error: Line 2[\s\S]*1 error/)]);
    const csv = file('list.csv', `where;call it\n${BUCKET}/v/1.mp4;one\n`);
    const mapping = '{"url": "where", "title": "Call it", "kind": "video"}';
    const kept = ['cloud', 'check', csv, '--mapping', mapping, '--keep-mapping', '--entries'];
    expect(await done(...kept)).toMatchObject([
      { entry: { kind: 'video', title: 'one', line: 2 } },
      { check: { entries: 1, errors: 0, csv: { from: 'chosen' } } },
    ]);
    const path = join(lab.folder, 'sent.json');
    expect((await run(['cloud', 'check', csv, '--output', path])).code).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ videos: [{ title: 'one' }] });
    expect((await run(['cloud', 'check', csv, '--mapping', '{"url": "no"}'])).code).toBe(2);
  });

  it('is registered in a dataset and in a folder, and what failed is saved', async () => {
    const { title, folder } = await dataset();
    const path = file(
      'cloud.json',
      JSON.stringify({ videos: ['1', 'none'].map((n) => ({ objectUrl: `${BUCKET}/v/${n}.mp4` })) }),
    );
    const register = ['cloud', 'register', path, '--integration', 'Lab bucket'];
    const part = await run([...register, '--dataset', title, '--ignore-errors', '--json']);
    expect(part.code).toBe(1);
    const [registered] = under(part.objects, 'job', job);
    expect(registered).toMatchObject({ state: 'done', counts: { done: 1, failed: 1 } });
    expect(part.objects).toContainEqual({ result: expect.objectContaining({ ok: false }) });
    const failed = await run(['jobs', 'save-failed', String(registered?.jobId)]);
    expect(JSON.parse(failed.out)).toEqual({ videos: [{ objectUrl: `${BUCKET}/v/none.mp4` }] });
    expect((await run(register)).code).toBe(2);
    expect((await run([...register, '--dataset', title, '--new-folder', 'N'])).code).toBe(2);

    const one = file('one.json', JSON.stringify({ videos: [{ objectUrl: `${BUCKET}/v/2.mp4` }] }));
    const target = under(await done('folders', 'create', 'For the bucket'), 'folder', withId)[0]?.id ?? '';
    await done('cloud', 'register', one, '--integration', INTEGRATION, '--into', 'For the bucket');
    expect(await done('items', 'list', target)).toHaveLength(1);
    expect(folder).not.toBe(target);
    const listed = await done('cloud', 'jobs');
    expect(under(listed, 'job', job).map(({ kind }) => kind)).toEqual(['cloud-register', 'cloud-register']);
    expect((await run(['cloud', 'cancel', String(registered?.jobId)])).code).toBe(0);
  });

  it('of DICOM is de-identified', async () => {
    const list = file('urls.txt', `\n${BUCKET}/d/1.dcm\n`);
    const args = [
      'cloud',
      'deidentify',
      '--integration',
      INTEGRATION,
      '--file',
      list,
      '--pixels',
      'sensitive',
    ];
    expect(under(await done(...args), 'job', job)).toMatchObject([{ state: 'done', counts: { done: 1 } }]);
    expect((await run(['cloud', 'deidentify', '--integration', INTEGRATION])).code).toBe(2);
    expect((await run([...args, '--conditions', '[{"kind": "x"}]'])).code).toBe(2);
  });
});

describe('people, projects and keys', () => {
  it('are invited, given roles, attached and made', async () => {
    const { title, id, folder } = await dataset();
    expect(
      await done('team', 'add', title, 'a@example.com', 'b@example.com', '--role', 'user'),
    ).toMatchObject([
      { user: { email: 'a@example.com', role: 'user' } },
      { user: { email: 'b@example.com', problem: null } },
    ]);
    expect((await run(['team', 'add', title, 'nobody'])).code).toBe(2);

    const [group] = under(await done('groups', 'list', '--search', 'read'), 'group', withId);
    await done('groups', 'add', 'Readers', '--dataset', title, '--role', 'user');
    expect(await done('groups', 'list', '--dataset', title)).toMatchObject([{ group: { name: 'Readers' } }]);
    await done('groups', 'remove', 'Readers', '--dataset', title);
    expect(await done('groups', 'list', '--dataset', title)).toEqual([]);
    await done('groups', 'add', group?.id ?? '', '--folder', folder);
    expect(await done('folders', 'groups', folder)).toMatchObject([{ group: { id: group?.id } }]);
    expect((await run(['groups', 'add', 'Readers'])).code).toBe(2);

    expect(await done('projects', 'list', '--search', 'cell')).toMatchObject([
      { project: { title: 'Cells' } },
    ]);
    await done('projects', 'attach', title, 'Cells');
    expect(await done('projects', 'of', title)).toMatchObject([{ project: { title: 'Cells' } }]);
    await done('projects', 'detach', title, 'Cells');
    expect(await done('projects', 'of', id)).toEqual([]);

    const made = await run(['keys', 'create', title, '--title', 'Robot', '--scope', 'read']);
    expect(made.code).toBe(0);
    const key = made.out.trim();
    expect(key.length).toBeGreaterThan(10);
    const listed = await run(['keys', 'list', title, '--json']);
    expect(listed.objects).toMatchObject([{ apiKey: { title: 'Robot', scopes: ['dataset.read'] } }]);
    expect(made.err + listed.out).not.toContain(key);
    expect((await run(['keys', 'create', title, '--title', 'x', '--scope', 'all'])).code).toBe(2);
  });
});

describe('storage', () => {
  it('has folders that are made, changed, moved and deleted', async () => {
    const [outer] = under(await done('folders', 'create', 'Outer'), 'folder', withId);
    const [inner] = under(
      await done('folders', 'create', 'Inner', '--parent', 'Outer', '--description', 'of tests'),
      'folder',
      withId,
    );
    expect(await done('folders', 'list', 'Outer')).toMatchObject([{ folder: { name: 'Inner' } }]);
    await done('folders', 'rename', 'Inner', 'Core');
    await done('folders', 'edit', inner?.id ?? '', '--metadata', '{"a": 1}');
    const [shown] = await done('folders', 'show', inner?.id ?? '');
    expect(shown).toMatchObject({
      folder: { name: 'Core', description: 'of tests', parentId: outer?.id },
      summary: { files: 0 },
    });
    await done('folders', 'move', 'Core', '--to', 'root');
    expect(await done('folders', 'list', '--search', 'Core')).toMatchObject([{ folder: { parentId: null } }]);
    const asked = await run(['folders', 'delete', 'Outer']);
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('0 files')]);
    await done('folders', 'delete', 'Outer', '--yes');
    expect((await run(['folders', 'show', 'Outer'])).code).toBe(2);
  });

  it('has items that are changed, moved, grouped, re-encoded and deleted', async () => {
    const { title, folder } = await dataset({ rows: [{ count: 2, title: 'clip', itemType: 'video' }] });
    const [first, second] = under(await done('items', 'list', folder, '--type', 'video'), 'item', withId);
    const [a, b] = [first?.id ?? '', second?.id ?? ''];
    expect(await done('items', 'show', a)).toMatchObject([{ usage: { datasets: 1 } }]);
    await done('items', 'rename', a, 'first clip');
    await done('items', 'metadata', a, b, '--set', '{"lens": 2}');
    expect(await done('items', 'metadata', a)).toMatchObject([
      { metadata: { name: 'first clip', clientMetadata: { lens: 2 } } },
    ]);
    expect((await run(['items', 'metadata', a, '--set', '[]'])).code).toBe(2);
    expect(under(await done('items', 'reencode', a, '--force'), 'job', job)).toMatchObject([
      { state: 'done' },
    ]);
    const [other] = under(await done('folders', 'create', 'Elsewhere'), 'folder', withId);
    const kept = await run(['items', 'move', b, '--to', other?.id ?? '']);
    expect(kept.code).toBe(1);
    await done('items', 'move', b, '--to', 'Elsewhere', '--allow-dataset-change');
    expect(await done('items', 'list', '--search', 'clip', '--type', 'video')).toHaveLength(2);
    expect((await run(['items', 'list'])).code).toBe(2);
    expect((await run(['items', 'delete', a])).code).toBe(2);
    const unknown = await run(['items', 'delete', a, crypto.randomUUID(), '--yes']);
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('There is no item')]);
    await done('items', 'delete', b, '--yes', '--keep-frames');
    expect(await done('items', 'list', other?.id ?? '')).toEqual([]);
    expect((await lab.rows(title)).map((each) => each.title)).toEqual(['first clip']);
    await done('items', 'group', a, '--into', folder, '--name', 'Alone', '--layout', 'list');
    expect(await done('items', 'list', folder, '--type', 'group')).toMatchObject([
      { item: { name: 'Alone', type: 'group' } },
    ]);
  });

  it('is pointed elsewhere by a table, and has a schema of its metadata', async () => {
    const { title } = await dataset();
    const one = file('point.json', JSON.stringify({ videos: [{ objectUrl: `${BUCKET}/v/1.mp4` }] }));
    await done('cloud', 'register', one, '--integration', INTEGRATION, '--dataset', title);
    const table = file('urls.csv', `old,new\n${BUCKET}/v/1.mp4,${BUCKET}/v/2.mp4\n`);
    expect(await done('items', 'migrate', '--csv', table, '--to', INTEGRATION, '--validate')).toEqual([
      { migrated: { urls: 1 } },
    ]);
    const twice = file('twice.csv', `old,new\n${BUCKET}/a,${BUCKET}/b\n${BUCKET}/a,\n`);
    const refused = await run(['items', 'migrate', '--csv', twice]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('Line 3')]);
    expect(await done('schema', 'show')).toEqual([{ schema: null }]);
    const schema = { site: { ty: 'text' } };
    const set = await run(['schema', 'set', file('schema.json', JSON.stringify(schema)), '--json']);
    expect(set.code).toBe(0);
    const [shown] = await done('schema', 'show');
    expect(shown).toEqual({ schema });
    expect((await run(['schema', 'set', file('no.json', '{"a": ')])).code).toBe(2);
  });
});

describe('who may not', () => {
  it('as a viewer is told why before anything is sent', async () => {
    const { title } = await dataset({ ...OTHER, rows: [{ title: 'v', itemType: 'video' }] });
    const { registrations } = await lab.state();
    for (const args of [
      ['datasets', 'delete-rows', title, '--all', '--yes'],
      ['datasets', 'rename', title, 'v', 'w'],
      ['datasets', 'reencode', title, '--all'],
      ['datasets', 'metadata', title, '--all', '--set', '{}'],
      ['datasets', 'attach', title, '--item', crypto.randomUUID()],
      ['team', 'add', title, 'a@example.com'],
      ['keys', 'create', title, '--title', 'k'],
    ]) {
      const ran = await run([...args, '--json']);
      expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('Your role on this dataset is user')]);
      expect(ran.objects).toMatchObject([{ error: { code: 'forbidden' } }]);
    }
    expect((await lab.rows(title)).map((each) => each.title)).toEqual(['v']);
    expect((await lab.state()).registrations).toBe(registrations);
  });

  it('with an API key is told what needs an SSH key, and may do the rest', async () => {
    const { title, id } = await dataset({
      rows: [{ title: 'r' }],
      apiKeys: [{ title: 'k', key: API_KEY }],
    });
    const open = async (): Promise<Program> => {
      const program = await apart('robot')();
      await program.accounts.signIn(
        {
          ...{ method: 'api-key', apiKey: API_KEY, datasetId: id, domain: lab.emulator.url },
          ...{ name: 'Robot', forThisRunOnly: true },
        },
        new AbortController().signal,
      );
      return program;
    };
    const as = ['--account', 'Robot', '--json'];
    const listed = await run(['datasets', 'rows', id, ...as], open);
    expect([listed.code, listed.objects]).toMatchObject([0, [{ row: { title: 'r' } }]]);
    for (const args of [
      ['folders', 'list'],
      ['team', 'add', title, 'a@example.com'],
      ['groups', 'list'],
      ['projects', 'list'],
      ['keys', 'list', title],
      ['datasets', 'create', 'Another'],
      ['datasets', 'attach', title, '--item', crypto.randomUUID()],
    ]) {
      const ran = await run([...args, ...as], open);
      expect([args, ran.code, ran.err]).toEqual([args, 1, expect.stringContaining('SSH key')]);
    }
  });

  it('is told of commands that are none, and of jobs that have to be waited for', async () => {
    const { title } = await dataset({ rows: [{ count: 2 }] });
    expect((await run(['datasets', 'burn', title])).code).toBe(2);
    // What the program does itself cannot be left to Encord.
    expect((await run(['datasets', 'delete-rows', title, '--all', '--yes', '--no-wait'])).code).toBe(2);
    expect(await lab.rows(title)).toHaveLength(2);
  });
});
