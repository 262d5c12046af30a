/** Who has files open for writing: real processes that hold real files, and what `lsof` prints. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, closeSync, linkSync, mkdirSync, openSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWatchDisk } from '../../../../main/adapters/watch/index.ts';
import { readLsof } from '../../../../main/adapters/watch/lsof.ts';
import { asOrdinaryUser, asRoot, clock, linux, put, scannerForTest, temporary } from './support.ts';

/** A process that has the file open until the end of the test. */
async function hold(path: string, flags: string, user?: number): Promise<ChildProcess> {
  const program = `require('node:fs').openSync(process.argv[1], process.argv[2]); console.log('open'); setInterval(() => {}, 1e6);`;
  const options = user === undefined ? {} : { uid: user, gid: user };
  const child = spawn(process.execPath, ['-e', program, path, flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}

describe.skipIf(!linux)('on Linux', () => {
  it('tells which process writes, and not of those that read', async () => {
    const root = temporary();
    for (const path of ['in/written.png', 'appended\n.png', 'both.png', 'read.png', 'nobody.png'])
      put(root, path);
    const writer = await hold(join(root, 'in/written.png'), 'w');
    const appender = await hold(join(root, 'appended\n.png'), 'a');
    const both = await hold(join(root, 'both.png'), 'r+');
    await hold(join(root, 'read.png'), 'r');

    const disk = createWatchDisk(root, { clock, scanner: scannerForTest() });
    const answers = await disk.openness([
      'in/written.png',
      'appended\n.png',
      'both.png',
      'read.png',
      'nobody.png',
      'gone.png',
    ]);
    const by = (child: ChildProcess) => ({
      kind: 'process',
      pid: child.pid,
      name: expect.stringMatching(/^(?:node|MainThread)$/),
    });
    expect(Object.fromEntries(answers)).toEqual({
      'in/written.png': by(writer),
      'appended\n.png': by(appender),
      'both.png': by(both),
      'read.png': { kind: 'nobody' },
      'nobody.png': { kind: 'nobody' },
      'gone.png': { kind: 'nobody' },
    });
    expect(await disk.openness([])).toEqual(new Map());
  });

  it('tells of a handle of this process, of a file that was renamed, and of a root that is a link', async () => {
    const root = temporary();
    const named = join(temporary(), 'named');
    symlinkSync(root, named);
    const descriptor = openSync(put(root, 'a.part'), 'a');
    onTestFinished(() => closeSync(descriptor));
    renameSync(join(root, 'a.part'), join(root, 'a.png'));
    const disk = createWatchDisk(named, { clock, scanner: scannerForTest() });
    expect((await disk.openness(['a.png'])).get('a.png')).toMatchObject({
      kind: 'process',
      pid: process.pid,
    });
  });

  it('finds a process that reaches the file by another way', async ({ skip }) => {
    const root = temporary();
    const other = temporary();
    put(root, 'a.png');
    mkdirSync(join(other, 'bound'));
    try {
      execFileSync('mount', ['--bind', root, join(other, 'bound')], { stdio: 'ignore' });
    } catch {
      return skip('mounting is not allowed here');
    }
    onTestFinished(() => {
      execFileSync('umount', ['-l', join(other, 'bound')]);
    });
    const writer = await hold(join(other, 'bound', 'a.png'), 'a');
    linkSync(put(other, 'b.png'), join(root, 'b.png'));
    const disk = createWatchDisk(root, { clock, scanner: scannerForTest() });
    const answers = await disk.openness(['a.png', 'b.png']);
    expect(answers.get('a.png')).toMatchObject({ kind: 'process', pid: writer.pid });
    expect(answers.get('b.png')).toEqual({ kind: 'nobody' });
  });

  it('claims nothing of files of others while there are processes that it may not look at', async ({
    skip,
  }) => {
    if (!asRoot) return skip('only root can make files of two users');
    const root = temporary();
    const theirs = put(root, 'theirs.png');
    const ours = put(root, 'ours.png');
    const disk = createWatchDisk(root, { clock, scanner: scannerForTest() });
    await asOrdinaryUser(root, async () => {
      process.seteuid?.(0);
      chownSync(ours, 65_534, 65_534);
      chownSync(theirs, 1, 1);
      process.seteuid?.(65_534);
      const answers = await disk.openness(['ours.png', 'theirs.png']);
      expect(Object.fromEntries(answers)).toEqual({
        'ours.png': { kind: 'nobody' },
        'theirs.png': { kind: 'unknown' },
      });
    });
  });

  it('by lsof, as on macOS, tells the same', async ({ skip }) => {
    const root = temporary();
    for (const path of ['written.png', 'new\nline ü.png', 'read.png']) put(root, path);
    const writer = await hold(join(root, 'written.png'), 'w');
    const other = await hold(join(root, 'new\nline ü.png'), 'a');
    await hold(join(root, 'read.png'), 'r');
    const disk = createWatchDisk(root, { clock, scanner: scannerForTest(), platform: 'darwin' });
    const answers = await disk.openness(['written.png', 'new\nline ü.png', 'read.png']);
    if (answers.get('read.png')?.kind === 'unknown') return skip('there is no lsof here');
    expect(answers.get('written.png')).toMatchObject({ kind: 'process', pid: writer.pid });
    expect(answers.get('new\nline ü.png')).toMatchObject({ kind: 'process', pid: other.pid });
    expect(answers.get('read.png')).toEqual({ kind: 'nobody' });
  });
});

it('is unknown where the system does not tell', async () => {
  const root = temporary();
  put(root, 'a.png');
  const disk = createWatchDisk(root, { clock, scanner: scannerForTest(), platform: 'freebsd' });
  expect(await disk.openness(['a.png'])).toEqual(new Map([['a.png', { kind: 'unknown' }]]));
});

it('reads what lsof prints', () => {
  const output = [
    'p12',
    'cImageJ',
    'fcwd',
    'a ',
    'n/data',
    'f3',
    'ar',
    'n/data/read.png',
    'f4u',
    'au',
    'n/data/both.png',
    'p13',
    'crsync',
    'f5',
    'aw',
    'n/data/\\xc3\\xbc\\\\x.png',
    'f6',
    'aw',
    'npipe',
    '',
  ].join('\n');
  expect([...readLsof(output)]).toEqual([
    ['/data/both.png', { pid: 12, name: 'ImageJ' }],
    ['/data/ü\\x.png', { pid: 13, name: 'rsync' }],
  ]);
});
