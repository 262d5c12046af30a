/** What befalls the data folder: a full disk, no permission, a database that another program holds or that is damaged. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_FILE } from '../../../main/adapters/sqlite/index.ts';
import { openForPages } from '../../../main/compose.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { Lab, sha256 } from '../../fixtures/lab.ts';
import { makePng } from '../../fixtures/png.ts';
import { Rig } from './rig.ts';

const NAMES = Array.from({ length: 30 }, (_, index) => `image-${index}.png`);

let cleanUp: (() => unknown)[] = [];

beforeEach(() => {
  cleanUp = [];
});
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each();
});

async function openRig(dataFolder: string | null = null): Promise<Rig> {
  const rig = await Rig.open(dataFolder);
  cleanUp.push(() => rig.close());
  await rig.call('settings.set', { concurrency: 2 });
  return rig;
}

async function openLab(): Promise<Lab> {
  const lab = await Lab.open();
  cleanUp.push(() => lab.close());
  return lab;
}

function done(rig: Rig, batchId: number): number {
  return rig.program.deps.store.totals({ kind: 'batch', id: batchId }).units.done;
}

async function expectOnce(rig: Rig, paths: readonly string[]): Promise<void> {
  const { datasets, items } = await rig.lab.state();
  const rows = datasets.flatMap((dataset) => dataset.rows);
  expect(rows.map((row) => row.sha256).sort()).toEqual(paths.map(sha256).sort());
  expect(items).toHaveLength(paths.length);
}

/** What the program says instead of starting. */
async function refusal(lab: Lab): Promise<{ code: string; message: string }> {
  const opened = await lab.program().catch((reason: unknown) => reason);
  if (opened instanceof Error && 'code' in opened) {
    return { code: String(opened.code), message: opened.message };
  }
  throw new Error('The program opened.');
}

/** A file system of its own, small or not to be written; null where this machine does not let us. */
function mount(options: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'encord-disk-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  cleanUp.push(() => execFileSync('umount', ['-l', folder], { stdio: 'ignore' }));
  return folder;
}

/** Until not a byte more fits. */
function fillUp(filler: string): void {
  for (const bytes of [65_536, 4_096, 512]) {
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(bytes));
    } catch {
      // No more of this size.
    }
  }
}

/** Another program that holds the database, against writers or against all others; resolves when it has it. */
async function holder(path: string, against: 'writers' | 'all'): Promise<ChildProcess> {
  const script = `
    const { DatabaseSync } = require('node:sqlite');
    const db = new DatabaseSync(process.argv[1], { timeout: 5000 });
    if (process.argv[2] === 'all') db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN IMMEDIATE');
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script, path, against], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUp.push(() => child.kill('SIGKILL'));
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

describe('a disk that is full', () => {
  it('in the middle of a batch loses and doubles nothing; all goes on when there is room', async (context) => {
    const disk = mount('size=6m');
    if (disk === null) return context.skip('this machine mounts no file systems for us');
    const rig = await openRig(join(disk, 'home'));
    const dataset = await rig.lab.dataset('dataset');
    const { batchId, paths } = await rig.drop(dataset, ...NAMES);
    await rig.until(() => done(rig, batchId) >= 3);
    const filler = join(disk, 'filler');
    // What the log of the database has left over is used up first.
    fillUp(filler);
    for (let minutes = 0; minutes < 30; minutes += 1) {
      await rig.until(() => !rig.program.engine.busy);
      rig.clock.leap(60_000);
      fillUp(filler);
    }
    expect(done(rig, batchId)).toBeLessThan(paths.length);
    // Said once, above everything, and in the log once, however often it was tried.
    expect(await rig.readings(batchId)).toMatchObject([
      {
        where: 'connection',
        code: 'disk-full',
        message:
          'The disk of the data folder is full. Nothing is lost; uploads go on by themselves when there is room.',
      },
    ]);
    expect((await rig.call('app.snapshot', null)).connection.kind).toBe('stuck');
    const answer = await rig.program.handle('queue.pause', { scope: { kind: 'batch', id: batchId } });
    expect(answer).toMatchObject({
      ok: false,
      error: {
        code: 'disk-full',
        message: expect.stringMatching(/^There is no space left on the disk .* Free some\.$/),
      },
    });
    rmSync(filler);
    expect(new Set(await rig.untilAtRest(batchId))).toEqual(new Set(['done']));
    expect((await rig.call('app.snapshot', null)).connection).toEqual({ kind: 'online' });
    await expectOnce(rig, paths);
  });

  it('stops what the command line does, which says so and goes on', async (context) => {
    const disk = mount('size=6m');
    if (disk === null) return context.skip('this machine mounts no file systems for us');
    const lab = await openLab();
    await lab.dataset('dataset');
    const home = join(disk, 'home');
    // Sent slowly, so that the disk is full before the end.
    await lab.fault({ kind: 'put' }, { delayMs: 300 }, 1_000);
    const folder = join(lab.folder, 'images');
    mkdirSync(folder);
    const paths = NAMES.map((name, index) => {
      writeFileSync(join(folder, name), makePng({ seed: index, bytes: 600 }));
      return join(folder, name);
    });
    const args = ['upload', folder, '--dataset', 'dataset', '--concurrency', '1'];
    const { child, ended } = lab.start(args, { ENCORD_UPLOADER_HOME: home });
    let said = '';
    child.stderr?.on('data', (text: Buffer) => {
      said += String(text);
    });
    await eventually(async () => expect((await lab.rows('dataset')).length).toBeGreaterThan(2));
    const filler = join(disk, 'filler');
    await eventually(() => {
      fillUp(filler);
      expect(said).toContain('The disk of the data folder is full. Nothing is lost;');
    });
    rmSync(filler);
    const { code, stderr } = await ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect((await lab.rows('dataset')).map((row) => row.sha256).sort()).toEqual(paths.map(sha256).sort());
  });

  it('at the start is said', async (context) => {
    const disk = mount('size=64k');
    if (disk === null) return context.skip('this machine mounts no file systems for us');
    const lab = await openLab();
    const filler = join(disk, 'filler');
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(4_096));
    } catch {
      // Full.
    }
    lab.env.ENCORD_UPLOADER_HOME = join(disk, 'home');
    expect(await refusal(lab)).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/^There is no space left on the disk/),
    });
  });
});

describe('a data folder that may not be written', () => {
  it('is said, with what to do', async (context) => {
    const disk = mount('size=4m,ro');
    if (disk === null) return context.skip('this machine mounts no file systems for us');
    const lab = await openLab();
    lab.env.ENCORD_UPLOADER_HOME = disk;
    expect(await refusal(lab)).toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringMatching(/Check its permissions, or choose another with ENCORD_UPLOADER_HOME\.$/),
    });
  });
});

describe('a database that another program holds', () => {
  it('at the start is said, and left alone', async () => {
    const lab = await openLab();
    await (await lab.program()).close();
    const other = await holder(join(lab.home, DATABASE_FILE), 'all');
    expect(await refusal(lab)).toMatchObject({
      code: 'data-folder-in-use',
      message: expect.stringMatching(/Close it and try again\.$/),
    });
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await lab.program()).close();
  });

  it('in the middle of a batch holds the batch up, and no more', async () => {
    const rig = await openRig();
    const dataset = await rig.lab.dataset('dataset');
    const { batchId, paths } = await rig.drop(dataset, ...NAMES);
    await rig.until(() => done(rig, batchId) >= 3);
    const other = await holder(join(rig.lab.home, DATABASE_FILE), 'writers');
    const before = done(rig, batchId);
    for (let tries = 0; tries < 3; tries += 1) {
      rig.clock.leap(20_000);
      await rig.until(() => !rig.program.engine.busy);
    }
    expect(done(rig, batchId)).toBe(before);
    expect(await rig.readings(batchId)).toMatchObject([
      {
        where: 'connection',
        code: 'data-folder-in-use',
        message: expect.stringMatching(/when it lets go\.$/),
      },
    ]);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(new Set(await rig.untilAtRest(batchId))).toEqual(new Set(['done']));
    await expectOnce(rig, paths);
  });
});

describe('a damaged database', () => {
  it.each([
    [
      'that is none',
      () => Buffer.from('this is no database, though it is long enough to be one'.repeat(200)),
    ],
    ['whose first page is scrambled', (whole: Buffer) => Buffer.from(whole).fill(0xa5, 20, 4_000)],
  ])('%s is kept as it is and said; nothing is made in its place', async (_, damage) => {
    const lab = await openLab();
    await (await lab.program()).close();
    const path = join(lab.home, DATABASE_FILE);
    const whole = readFileSync(path);
    writeFileSync(path, damage(whole));
    const damaged = readFileSync(path);
    const sentence =
      /is damaged or is not a database of this program\. It was left as it is\. Put a copy of it back; or keep it aside, with the command `repair`, and start with an empty queue, which does not know what was uploaded before\.$/;
    for (let times = 0; times < 2; times += 1) {
      expect(await refusal(lab)).toMatchObject({
        code: 'database-corrupt',
        message: expect.stringMatching(sentence),
      });
      expect(readFileSync(path).equals(damaged)).toBe(true);
    }
    expect((await lab.run(['status'])).stderr).toMatch(/is damaged or is not a database/);

    // Either way out works.
    expect((await lab.run(['repair'])).code).toBe(1);
    expect(readFileSync(path).equals(damaged)).toBe(true);
    writeFileSync(path, whole);
    expect((await lab.run(['repair'])).stdout).toMatch(/is sound\. Nothing needs to be done\.$/m);
    expect(readFileSync(path).equals(whole)).toBe(true);
    await (await lab.program()).close();
    writeFileSync(path, damaged);
    const { code, lines } = await lab.run(['repair', '--yes', '--json']);
    const repair = { folder: lab.home, damaged: true, kept: expect.stringContaining('.damaged-') };
    expect({ code, lines }).toEqual({ code: 0, lines: [{ repair }] });
    const [kept] = readdirSync(lab.home).filter((name) => name.startsWith(`${DATABASE_FILE}.damaged-`));
    expect(readFileSync(join(lab.home, kept ?? '')).equals(damaged)).toBe(true);
    expect(existsSync(path)).toBe(false);
    await (await lab.program()).close();
    expect(existsSync(path)).toBe(true);
  });

  it('is kept aside from the pages when a person says so, with the copies of dropped files', async () => {
    const { lab, path, damaged } = await damagedLab();
    mkdirSync(join(lab.home, 'drops', 'drop-1'), { recursive: true });
    writeFileSync(join(lab.home, 'drops', 'drop-1', 'a.png'), 'the bytes of a drop');
    const app = await openForPages(lab.options());
    cleanUp.push(() => app.close());
    await app.start();
    const events: string[] = [];
    app.listen((name) => events.push(name));
    for (let times = 0; times < 2; times += 1) {
      expect(await app.handle('app.snapshot', null)).toMatchObject({
        ok: false,
        error: { code: 'database-corrupt' },
      });
      expect(await app.handle('queue.totals', { scope: { kind: 'all' } })).toMatchObject({ ok: false });
      expect(readFileSync(path).equals(damaged)).toBe(true);
    }
    const answer = await app.handle('app.setDatabaseAside', null);
    expect(answer).toMatchObject({ ok: true, value: { path: expect.stringContaining('.damaged-') } });
    expect(await app.handle('app.snapshot', null)).toMatchObject({ ok: true });
    // From now on it is the program itself, for those who listen too, and nothing is kept aside a second time.
    await app.handle('queue.pause', { scope: { kind: 'all' } });
    await eventually(() => expect(events).toContain('changed'));
    expect(await app.handle('app.setDatabaseAside', null)).toMatchObject({
      ok: false,
      error: { code: 'not-available' },
    });
    const names = readdirSync(lab.home);
    const [kept] = names.filter((name) => name.startsWith(`${DATABASE_FILE}.damaged-`));
    expect(readFileSync(join(lab.home, kept ?? '')).equals(damaged)).toBe(true);
    const [drops] = names.filter((name) => name.startsWith('drops.damaged-'));
    expect(readFileSync(join(lab.home, drops ?? '', 'drop-1', 'a.png'), 'utf8')).toBe('the bytes of a drop');
  });

  it('opens from the pages when a copy was put back', async () => {
    const { lab, path, whole } = await damagedLab();
    const app = await openForPages(lab.options());
    cleanUp.push(() => app.close());
    await app.start();
    expect(await app.handle('app.snapshot', null)).toMatchObject({ ok: false });
    writeFileSync(path, whole);
    expect(await app.handle('app.snapshot', null)).toMatchObject({ ok: true });
    expect(readdirSync(lab.home).filter((name) => name.includes('.damaged-'))).toEqual([]);
  });
});

/** A data folder whose database was scrambled after the program had closed it. */
async function damagedLab(): Promise<{ lab: Lab; path: string; whole: Buffer; damaged: Buffer }> {
  const lab = await openLab();
  await (await lab.program()).close();
  const path = join(lab.home, DATABASE_FILE);
  const whole = readFileSync(path);
  const damaged = Buffer.from(whole).fill(0xa5, 20, 4_000);
  writeFileSync(path, damaged);
  return { lab, path, whole, damaged };
}
