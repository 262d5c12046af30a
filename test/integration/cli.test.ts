/**
 * The command line as people run it: what it prints, what it exits with, and that running it again doubles nothing.
 */

import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { makeKey } from '../fixtures/keys.ts';
import { Lab, sha256 } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';

let lab: Lab;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
});

afterAll(() => lab.close());

/** A folder with images of its own, and a dataset of its own. */
async function bench(count: number): Promise<{ folder: string; dataset: string; id: string }> {
  serial += 1;
  const folder = join(lab.folder, `in-${serial}`);
  mkdirSync(folder);
  for (let index = 0; index < count; index += 1) {
    writeFileSync(join(folder, `image${index}.png`), makePng({ seed: serial * 1000 + index }));
  }
  const dataset = `Dataset ${serial}`;
  return { folder, dataset, id: await lab.dataset(dataset) };
}

describe.each(['storage', 'documented'] as const)('upload on the %s route', (route) => {
  it('says again what is done, and uploads nothing twice', async () => {
    const { folder, dataset } = await bench(5);
    const args = ['upload', folder, '--dataset', dataset, '--route', route, '--json'];
    const first = await lab.run(args);
    expect(first.code).toBe(0);
    expect(first.summary).toMatchObject({ done: 5, skipped: 0, failed: 0, refused: 0 });
    const puts = (await lab.state()).puts;
    const again = await lab.run(args);
    expect(again.code).toBe(0);
    expect(again.summary).toMatchObject({ done: 0, skipped: 5 });
    expect(again.summary.units.every((unit) => unit.earlier)).toBe(true);
    expect((await lab.state()).puts).toBe(puts);
    expect(await lab.rows(dataset)).toHaveLength(5);
  });

  it('knows a file by its content, also renamed and touched, but not in another dataset', async () => {
    const { folder, dataset } = await bench(1);
    await lab.run(['upload', folder, '--dataset', dataset, '--route', route, '--json']);
    renameSync(join(folder, 'image0.png'), join(folder, 'renamed.png'));
    utimesSync(join(folder, 'renamed.png'), new Date(), new Date(1_700_000_000_000));
    const again = await lab.run(['upload', folder, '--dataset', dataset, '--route', route, '--json']);
    expect(again.summary).toMatchObject({ done: 0, skipped: 1 });
    const other = await lab.run([
      'upload',
      folder,
      '--dataset',
      `${dataset} other`,
      '--create',
      '--route',
      route,
      '--json',
    ]);
    expect(other.summary).toMatchObject({ done: 1, skipped: 0 });
  });

  it('makes one group of each folder, in natural order, with equal names in different folders', async () => {
    const { folder, dataset } = await bench(0);
    for (const sub of ['left', 'right']) {
      mkdirSync(join(folder, sub));
      for (const number of [10, 2, 1]) {
        const seed = serial * 1000 + number + (sub === 'left' ? 0 : 100);
        writeFileSync(join(folder, sub, `frame${number}.png`), makePng({ seed }));
      }
    }
    const run = await lab.run([
      'upload',
      folder,
      '--dataset',
      dataset,
      '--as',
      'image-group',
      '--route',
      route,
      '--json',
    ]);
    expect(run.summary).toMatchObject({ done: 2, failed: 0 });
    const rows = await lab.rows(dataset);
    expect(rows.map((row) => row.title).sort()).toEqual(['left', 'right']);
    for (const row of rows) {
      expect(row.images?.map((image) => image.title)).toEqual(['frame1.png', 'frame2.png', 'frame10.png']);
    }
  });

  it('makes one sequence of each folder, its frames in order, and doubles none', async () => {
    const { folder, dataset } = await bench(0);
    const run = join(folder, `run-${serial}`);
    mkdirSync(run);
    for (const number of [10, 2, 1]) {
      writeFileSync(join(run, `frame${number}.png`), makePng({ seed: serial * 1000 + number }));
    }
    const args = [
      'upload',
      folder,
      '--dataset',
      dataset,
      '--as',
      'image-sequence',
      '--route',
      route,
      '--json',
    ];
    const first = await lab.run(args);
    expect(first.code).toBe(0);
    expect(first.summary).toMatchObject({ done: 1, failed: 0, refused: 0 });
    expect(first.summary.units).toMatchObject([
      { media: 'image-sequence', title: `run-${serial}`, state: 'done' },
    ]);
    const [row, ...more] = await lab.rows(dataset);
    expect(more).toEqual([]);
    expect(row?.images?.map((image) => [image.title, image.sha256])).toEqual(
      ['frame1.png', 'frame2.png', 'frame10.png'].map((name) => [name, sha256(join(run, name))]),
    );
    const before = await lab.state();
    const made = before.items.filter((item) => item.title === `run-${serial}`);
    expect(made).toMatchObject([{ type: 'imageSequence', linked: true }]);
    const again = await lab.run(args);
    expect(again.code).toBe(0);
    expect(again.summary).toMatchObject({ done: 0, skipped: 1 });
    const { registrations, puts } = await lab.state();
    expect({ registrations, puts }).toEqual({ registrations: before.registrations, puts: before.puts });
  });

  it('makes one group of a list of files from several folders', async () => {
    const { folder, dataset } = await bench(0);
    const paths = ['b', 'a'].map((sub, index) => {
      mkdirSync(join(folder, sub));
      const path = join(folder, sub, 'same.png');
      writeFileSync(path, makePng({ seed: serial * 1000 + index }));
      return path;
    });
    const run = await lab.run([
      ...[
        'upload',
        ...paths,
        '--dataset',
        dataset,
        '--as',
        'image-group',
        '--title',
        'Both',
        '--route',
        route,
        '--json',
      ],
    ]);
    expect(run.summary).toMatchObject({ done: 1 });
    const [row] = await lab.rows(dataset);
    expect(row?.title).toBe('Both');
    expect(row?.images).toHaveLength(2);
  });

  it('stops cleanly when interrupted, and goes on when run again', async () => {
    const { folder, dataset } = await bench(20);
    await lab.fault({ kind: 'put', nth: 5 }, { stallMs: 30_000 });
    const args = ['upload', folder, '--dataset', dataset, '--route', route, '--concurrency', '1', '--json'];
    const first = lab.start(args);
    const before = (await lab.state()).puts;
    await eventually(async () => expect((await lab.state()).puts).toBeGreaterThanOrEqual(before + 4));
    first.child.kill('SIGINT');
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('run the same command again');
    await lab.control('DELETE', 'faults');
    const again = await lab.run(args);
    expect(again.code).toBe(0);
    expect(again.summary.done + again.summary.skipped).toBe(20);
    expect(await lab.rows(dataset)).toHaveLength(20);
  });
});

describe('what is refused', () => {
  it('exits with 1 and says why, while the rest is uploaded', async () => {
    const { folder, dataset } = await bench(2);
    writeFileSync(join(folder, 'empty.png'), '');
    writeFileSync(join(folder, 'notes.mp4'), 'These are notes, not a video.\n');
    const run = await lab.run(['upload', folder, '--dataset', dataset, '--json']);
    expect(run.code).toBe(1);
    expect(run.summary).toMatchObject({ done: 2, refused: 2 });
    const refused = run.summary.units.filter((unit) => unit.state === 'refused');
    expect(refused.map((unit) => unit.error?.code).sort()).toEqual(['file-empty', 'file-type']);
  });

  it('exits with 1 when nothing is left', async () => {
    const { folder, dataset } = await bench(0);
    writeFileSync(join(folder, 'empty.png'), '');
    const run = await lab.run(['upload', folder, '--dataset', dataset, '--json']);
    expect(run.code).toBe(1);
    expect(run.summary).toMatchObject({ done: 0, refused: 1 });
  });

  it('refuses files over the limit that is set', async () => {
    const { folder, dataset } = await bench(1);
    writeFileSync(join(folder, 'large.png'), makePng({ seed: 99, bytes: 20_000 }));
    const run = await lab.run(['upload', folder, '--dataset', dataset, '--size-limit', '10kB', '--json']);
    expect(run.summary).toMatchObject({ done: 1, refused: 1 });
    expect(run.summary.units.find((unit) => unit.state === 'refused')?.error?.code).toBe('file-too-large');
  });

  it('refuses a dataset on private storage on the documented route', async () => {
    const { folder } = await bench(1);
    await lab.dataset('Private', { type: 1, mirrored: false });
    const run = await lab.run(['upload', folder, '--dataset', 'Private', '--route', 'documented', '--json']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('documented route');
  });
});

describe('usage', () => {
  it.each([
    [['upload']],
    [['upload', '/tmp', '--as', 'hologram', '--dataset', 'x']],
    [['nonsense']],
    [['upload', '/tmp']],
    [['upload', '/tmp', '--dataset', 'No such dataset']],
    [['upload', '/tmp', '--dataset', 'x', '--account', 'nobody']],
    [['login']],
  ])('%j exits with 2 and says what is wrong', async (args) => {
    const run = await lab.run(args);
    expect(run.code).toBe(2);
    expect(run.stderr.trim()).not.toBe('');
    expect(run.stdout).toBe('');
  });

  it.each(['login', 'logout', 'accounts', 'upload', 'status', 'retry', 'serve'])(
    '%s --help',
    async (command) => {
      const run = await lab.run([command, '--help']);
      expect(run.code).toBe(0);
      expect(run.stdout).toContain(`encord-uploader ${command}`);
    },
  );

  it('names both datasets of one title', async () => {
    await lab.dataset('Twice');
    await lab.dataset('Twice');
    const { folder } = await bench(1);
    const run = await lab.run(['upload', folder, '--dataset', 'Twice']);
    expect(run.code).toBe(2);
    const ids = (await lab.state()).datasets
      .filter((each) => each.title === 'Twice')
      .map((each) => each.dataset_hash);
    for (const id of ids) expect(run.stderr).toContain(id);
  });

  it('says which process owns the data folder', async () => {
    const { folder, dataset } = await bench(1);
    await lab.fault({ kind: 'grant' }, { delayMs: 20_000 });
    const first = lab.start(['upload', folder, '--dataset', dataset]);
    await eventually(async () => {
      const second = await lab.run(['accounts']);
      expect(second.code).toBe(1);
      expect(second.stderr).toContain(String(first.child.pid));
    });
    // To look is allowed at any time.
    await eventually(async () => {
      const { code, stdout } = await lab.run(['status']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('1 to go') });
    });
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(130);
    await lab.control('DELETE', 'faults');
  });

  it('says that the key is not known, without a word of the key', async () => {
    const { privateKey } = makeKey('stranger@example.com');
    const home = join(lab.folder, 'stranger');
    const run = await lab.run(['datasets', 'list'], {
      ENCORD_SSH_KEY: privateKey,
      ENCORD_UPLOADER_HOME: home,
    });
    expect(run.code).toBe(1);
    expect(run.stderr).not.toBe('');
    for (const line of privateKey.split('\n').slice(1, -2))
      expect(run.stderr + run.stdout).not.toContain(line.slice(0, 20));
  });
});

describe('status, retry and datasets', () => {
  it('shows a failure and brings it in after its cause is gone', async () => {
    const home = join(lab.folder, 'retry-home');
    const { folder, dataset } = await bench(2);
    await lab.fault({ kind: 'put', nth: 1 }, { status: 413 }, 100);
    const first = await lab.run(['upload', folder, '--dataset', dataset, '--json'], {
      ENCORD_UPLOADER_HOME: home,
    });
    await lab.control('DELETE', 'faults');
    expect(first.code).toBe(1);
    expect(first.summary.failed).toBe(2);
    const status = await lab.run(['status'], { ENCORD_UPLOADER_HOME: home });
    expect(status.stdout).toContain('2 failed');
    const retried = await lab.run(['retry', '--all', '--json'], { ENCORD_UPLOADER_HOME: home });
    expect(retried.code).toBe(0);
    expect(retried.summary.done).toBe(2);
    expect(await lab.rows(dataset)).toHaveLength(2);
  });

  it('creates and lists datasets', async () => {
    const created = await lab.run(['datasets', 'create', 'Fresh "one" ✓', '--json']);
    expect(created.code).toBe(0);
    const listed = await lab.run(['datasets', 'list', '--search', 'fresh']);
    expect(listed.stdout).toContain('Fresh "one" ✓');
  });
});
