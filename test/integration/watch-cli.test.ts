/**
 * Watch folders on the command line, as a lab would use them: tried, added, run until idle, explained, removed and added
 * again, and declared in a file. What counts is what the server holds in the end.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { eventually } from '../fixtures/eventually.ts';
import { type CliRun, Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';

// Each test runs the command line several times, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let lab: Lab;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
});

afterAll(() => lab?.close());

interface Bench {
  readonly root: string;
  readonly dataset: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a `watch` command on the data folder of this bench. */
  watch(...args: string[]): Promise<CliRun>;
  image(path: string): void;
  titles(): Promise<readonly string[]>;
}

/** A folder, a dataset and a data folder of their own. */
async function bench(): Promise<Bench> {
  serial += 1;
  const root = join(lab.folder, `in-${serial}`);
  mkdirSync(root);
  const dataset = `Dataset ${serial}`;
  await lab.dataset(dataset);
  const env = { ENCORD_UPLOADER_HOME: join(lab.folder, `home-${serial}`) };
  return {
    root,
    dataset,
    env,
    watch: (...args) => lab.run(['watch', ...args], env),
    image(path) {
      serial += 1;
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), makePng({ seed: serial }));
    },
    titles: async () => (await lab.rows(dataset)).map((row) => row.title).sort(),
  };
}

/** What was printed of one kind, as JSON. */
function printed(run: CliRun, kind: string): readonly unknown[] {
  return run.lines.flatMap((line) => z.record(z.string(), z.unknown()).parse(line)[kind] ?? []);
}

const QUICK = ['--quiet', '0.3', '--quiet-per-gb', '0'];
const UNTIL_IDLE = ['run', '--until-idle', '1', '--json'];

describe('a watch folder', () => {
  it('is tried, added and run; nothing comes twice, however often it is run, removed and added again', async () => {
    const { root, dataset, watch, image, titles } = await bench();
    image('a.png');
    image('deep/b.png');
    writeFileSync(join(root, 'c.png.part'), 'half a file');
    writeFileSync(join(root, 'notes.mp4'), 'These are notes, not a video.\n');
    const add = ['add', root, '--dataset', dataset, ...QUICK, '--title', '{folder}/{name}', '--json'];

    const tried = await watch(...add, '--dry-run');
    expect(tried.code, tried.stderr).toBe(0);
    expect(printed(tried, 'unit')).toHaveLength(2);
    expect(printed(tried, 'left')).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'notes.mp4', why: expect.any(String) })]),
    );
    expect(printed(await watch('list', '--json'), 'watch')).toEqual([]);
    expect(await titles()).toEqual([]);

    const added = await watch(...add);
    expect(added.code, added.stderr).toBe(0);
    const first = await watch(...UNTIL_IDLE);
    // The notes are refused.
    expect(first.code, first.stderr).toBe(1);
    expect(first.summary).toMatchObject({ done: 2, refused: 1, failed: 0, skipped: 0 });
    expect(printed(first, 'added')).toHaveLength(2);
    expect(printed(first, 'ended')).toHaveLength(2);
    expect(printed(first, 'refused')).toEqual([expect.objectContaining({ path: join(root, 'notes.mp4') })]);
    expect(await titles()).toHaveLength(2);
    const { puts, registrations } = await lab.state();

    const second = await watch(...UNTIL_IDLE);
    expect(second.code, second.stderr).toBe(0);
    expect(second.summary).toMatchObject({ done: 0, skipped: 0, units: [] });

    const done = await watch('explain', join(root, 'a.png'));
    expect(done.stdout).toMatch(/uploaded/);
    const waits = await watch('explain', join(root, 'c.png.part'), '--json');
    expect(printed(waits, 'explain')).toEqual([
      { path: join(root, 'c.png.part'), sentences: expect.arrayContaining([expect.stringContaining(root)]) },
    ]);

    expect((await watch('remove', root)).code).toBe(0);
    expect((await watch('list')).stdout).toContain('There is no watch folder yet');
    expect((await watch(...add)).code).toBe(0);
    const third = await watch(...UNTIL_IDLE);
    expect(third.summary.done).toBe(0);
    expect(await titles()).toHaveLength(2);
    expect(await lab.state()).toMatchObject({ puts, registrations });
  });

  it('takes files that arrive while it runs, and groups each folder', async () => {
    const { root, dataset, watch, image, env } = await bench();
    await watch(
      'add',
      root,
      '--dataset',
      dataset,
      '--as',
      'image-group',
      '--close',
      'marker:done.txt',
      ...QUICK,
    );
    const run = lab.start(['watch', 'run', '--json'], env);
    let out = '';
    run.child.stdout?.on('data', (text: string) => {
      out += text;
    });
    await eventually(() => expect(out).toMatch(/"kind":"(watching|polling)"/));
    for (const name of ['f10', 'f9', 'f11']) image(`run-1/${name}.png`);
    writeFileSync(join(root, 'run-1', 'done.txt'), '');
    await expect.poll(async () => (await lab.rows(dataset)).length, { timeout: 30_000 }).toBe(1);
    await eventually(() => expect(out).toContain('"ended"'));
    run.child.kill('SIGTERM');
    const ended = await run.ended;
    expect(ended.code).toBe(130);
    expect(ended.summary).toMatchObject({ done: 1 });
    const [row] = await lab.rows(dataset);
    expect(row?.title).toBe('run-1');
    expect(row?.images?.map((each) => each.title)).toEqual(['f9.png', 'f10.png', 'f11.png']);
  });

  it('goes on where a killed run stopped', async () => {
    const { root, dataset, watch, image, env } = await bench();
    for (let index = 0; index < 10; index += 1) image(`image${index}.png`);
    await watch('add', root, '--dataset', dataset, ...QUICK);
    const before = (await lab.state()).puts;
    await lab.fault({ kind: 'put', nth: 4 }, { stallMs: 60_000 }, 100);
    const killed = lab.start(['watch', 'run', '--concurrency', '1', '--json'], env);
    await eventually(async () => expect((await lab.state()).puts).toBeGreaterThanOrEqual(before + 3));
    killed.child.kill('SIGKILL');
    await killed.ended;
    await lab.control('DELETE', 'faults');
    const again = await watch(...UNTIL_IDLE);
    expect(again.code, again.stderr).toBe(0);
    expect(again.summary.failed).toBe(0);
    const rows = await lab.rows(dataset);
    expect(rows).toHaveLength(10);
    expect(new Set(rows.map((row) => row.sha256)).size).toBe(10);
  });

  it('is paused, resumed and scanned', async () => {
    const { root, dataset, watch, image } = await bench();
    image('a.png');
    await watch('add', root, '--dataset', dataset, '--off', ...QUICK);
    const refused = await watch(...UNTIL_IDLE);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('No watch folder is on');
    expect((await watch('resume', root)).code).toBe(0);
    expect((await watch('pause', '1')).code).toBe(0);
    expect((await watch('list')).stdout).toContain('paused');
    const scan = await watch('scan', root, '--json');
    expect(printed(scan, 'dry_run')).toEqual([expect.objectContaining({ units: 1, left: 0 })]);
    expect(await lab.rows(dataset)).toEqual([]);
  });

  it('leaves what was there before for a review, and uploads what is chosen', async () => {
    const { root, dataset, watch, image, titles } = await bench();
    for (const name of ['a.png', 'b.png', 'c.png']) image(name);
    await watch('add', root, '--dataset', dataset, '--existing', 'review', ...QUICK);
    const first = await watch(...UNTIL_IDLE);
    expect(first.summary).toMatchObject({ done: 0 });
    expect(first.stderr).toContain('3 files wait for a review');
    const held = printed(await watch('review', root, '--json'), 'held');
    expect(held).toHaveLength(3);
    const chosen = await watch('review', root, join(root, 'b.png'), '--upload', '--json');
    expect(printed(chosen, 'reviewed')).toEqual([expect.objectContaining({ files: 1, decision: 'upload' })]);
    expect(printed(await watch('review', root, '--leave', '--json'), 'reviewed')).toEqual([
      expect.objectContaining({ files: 2, decision: 'leave' }),
    ]);
    expect((await watch(...UNTIL_IDLE)).summary).toMatchObject({ done: 1 });
    expect(await titles()).toEqual(['b.png']);
  });

  it('moves files away when their rows are there, and takes that back', async () => {
    const { root, dataset, watch, image } = await bench();
    image('deep/a.png');
    await watch('add', root, '--dataset', dataset, '--after', 'move', ...QUICK);
    expect((await watch(...UNTIL_IDLE)).summary).toMatchObject({ done: 1 });
    expect(existsSync(join(root, 'deep', 'a.png'))).toBe(false);
    const actions = printed(await watch('undo', '--json'), 'action');
    expect(actions).toEqual([expect.objectContaining({ kind: 'move', path: 'deep/a.png', state: 'done' })]);
    const { id } = z.object({ id: z.number() }).parse(actions[0]);
    expect((await watch('undo', String(id))).code).toBe(0);
    expect(existsSync(join(root, 'deep', 'a.png'))).toBe(true);
    expect((await watch(...UNTIL_IDLE)).summary).toMatchObject({ done: 0 });
    expect(await lab.rows(dataset)).toHaveLength(1);
  });
});

describe('what is refused', () => {
  let at: Bench;

  beforeAll(async () => {
    at = await bench();
    mkdirSync(join(at.root, 'deep'));
    mkdirSync(`${at.root}-2`);
    await at.watch('add', at.root, '--dataset', at.dataset, '--off');
  });

  it.each<[string, (at: Bench) => string[], RegExp]>([
    [
      'a folder in another one',
      ({ root, dataset }) => ['add', join(root, 'deep'), '--dataset', dataset],
      /./,
    ],
    [
      'no such dataset',
      ({ root }) => ['add', `${root}-2`, '--dataset', 'No such dataset'],
      /No dataset is called/,
    ],
    [
      'rules that clash',
      ({ root, dataset }) => ['add', root, '--dataset', dataset, '--gap', '3'],
      /--gap is about groups/,
    ],
    ['no such watch folder', () => ['pause', '7'], /There is no watch folder "7"/],
    ['a file that is nowhere to be seen', () => ['apply', '/no/such/file.yaml'], /cannot be read/],
  ])('%s', async (_, args, sentence) => {
    const run = await at.watch(...args(at));
    expect(run.code).toBeGreaterThan(0);
    expect(run.stderr).toMatch(sentence);
    expect(run.stdout).toBe('');
    expect(printed(await at.watch('list', '--json'), 'watch')).toHaveLength(1);
  });
});

describe('a file that declares them', () => {
  it('shows the differences, needs --yes, and applied again changes nothing', async () => {
    const { root, dataset, watch } = await bench();
    for (const name of ['one', 'two', 'three']) mkdirSync(join(root, name));
    const file = join(root, 'watch.yaml');
    const made = `${dataset} made`;
    const write = (more: string): void =>
      writeFileSync(
        file,
        `version: 1\ndefaults:\n  dataset: ${dataset}\n  quiet: 3\nfolders:\n  - root: one\n    as: video\n  - root: two\n    dataset: ${made}\n    create: true\n    on: false\n${more}`,
      );
    write('');

    const asked = await watch('apply', file);
    expect(asked.code).toBe(2);
    expect(asked.stdout).toContain(`+ ${join(root, 'one')} → ${dataset}`);
    expect(asked.stderr).toContain('--yes');
    expect((await lab.state()).datasets.map((each) => each.title)).not.toContain(made);

    const applied = await watch('apply', file, '--yes', '--json');
    expect(applied.code, applied.stderr).toBe(0);
    expect(printed(applied, 'applied')).toEqual([{ added: 2, changed: 0, removed: 0, unchanged: 0 }]);
    const again = await watch('apply', file, '--json');
    expect(again.code, again.stderr).toBe(0);
    expect(printed(again, 'applied')).toEqual([{ added: 0, changed: 0, removed: 0, unchanged: 2 }]);

    write('  - root: three\n    quiet: 5\n');
    await watch('apply', file, '--yes');
    write('    marker: "{name}.done"\n');
    const changed = await watch('apply', file, '--yes', '--prune');
    expect(changed.code, changed.stderr).toBe(0);
    expect(changed.stdout.split('\n')).toEqual(
      expect.arrayContaining([
        `- ${join(root, 'three')} → ${dataset}`,
        `= ${join(root, 'one')}`,
        `~ ${join(root, 'two')}`,
        '    marker: nothing → {name}.done',
      ]),
    );
    const watched = printed(await watch('list', '--json'), 'watch');
    expect(watched).toEqual([
      expect.objectContaining({ root: join(root, 'one'), on: true, datasetTitle: dataset }),
      expect.objectContaining({ root: join(root, 'two'), on: false, datasetTitle: made }),
    ]);
  });

  it('says what is wrong and where, and changes nothing', async () => {
    const { root, watch } = await bench();
    const file = join(root, 'watch.yaml');
    writeFileSync(file, 'version: 1\nfolders:\n  - root: .\n    dataset: D\n    quite: 3\n');
    const run = await watch('apply', file, '--yes');
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`${file}:5:5: \`quite\` is not known here. Do you mean \`quiet\`?`);
    expect(printed(await watch('list', '--json'), 'watch')).toEqual([]);
  });
});

it.each(['add', 'run', 'apply'])('watch %s --help', async (command) => {
  const run = await lab.run(['watch', command, '--help']);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain(`encord-uploader watch ${command}`);
});
