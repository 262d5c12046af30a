/** One root on disk: scans, looks, readings and what the root itself says, on real folders. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createWatchDisk, type WatchDiskDeps } from '../../../../main/adapters/watch/index.ts';
import { fileSystemKind, linuxKind } from '../../../../main/adapters/watch/kinds.ts';
import type { ScannedFolder, WatchDisk } from '../../../../main/core/watch/ports.ts';
import {
  asOrdinaryUser,
  clock,
  identify,
  linux,
  mountTmpfs,
  never,
  posix,
  put,
  scannerForTest,
  skipUsual,
  temporary,
} from './support.ts';

function open(root: string, more: Partial<WatchDiskDeps> = {}): WatchDisk {
  return createWatchDisk(root, { clock, scanner: scannerForTest(), ...more });
}

async function scanAll(
  disk: WatchDisk,
  folders: readonly string[] = [''],
  skip: (folder: string) => boolean = skipUsual,
): Promise<ScannedFolder[]> {
  const all: ScannedFolder[] = [];
  for await (const folder of disk.scan(folders, skip, never)) {
    expect(folder.sizes).toHaveLength(folder.names.length);
    expect(folder.mtimes).toHaveLength(folder.names.length);
    expect(folder.inodes).toHaveLength(folder.names.length);
    all.push(folder);
  }
  return all.sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

function pathsOf(folders: readonly ScannedFolder[]): string[] {
  return folders
    .flatMap(({ folder, names }) => names.map((name) => (folder === '' ? name : `${folder}/${name}`)))
    .sort();
}

describe('scan', () => {
  it('tells every file with size, time and inode, folder by folder, empty folders too', async () => {
    const root = temporary();
    put(root, 'a.png', '123');
    put(root, 'deep/er/b.png', '');
    put(root, 'deep/.hidden.png', '1');
    mkdirSync(join(root, 'empty'));
    utimesSync(join(root, 'a.png'), 5, 1_700_000_000.25);
    linkSync(join(root, 'a.png'), join(root, 'deep', 'again.png'));

    const folders = await scanAll(open(root));
    expect(folders.map(({ folder }) => folder)).toEqual(['', 'deep', 'deep/er', 'empty']);
    expect(pathsOf(folders)).toEqual(['a.png', 'deep/.hidden.png', 'deep/again.png', 'deep/er/b.png']);
    const [top, deep] = folders;
    expect([...(top?.sizes ?? [])]).toEqual([3]);
    expect([...(top?.mtimes ?? [])]).toEqual([1_700_000_000_250]);
    // Two names of one file have one inode, and a look tells the same as a scan.
    expect(deep?.inodes[deep.names.indexOf('again.png')]).toBe(top?.inodes[0]);
    expect(await open(root).look('a.png')).toEqual({
      kind: 'file',
      identity: identify(join(root, 'a.png')),
      inode: top?.inodes[0],
    });
    expect(folders.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('enters no hidden folders, none of what was put away, and none that is skipped; and only what was asked for', async () => {
    const root = temporary();
    for (const path of [
      'a.png',
      '.cache/no.png',
      'in/.git/no.png',
      '$RECYCLE.BIN/no.png',
      'uploaded/2026-03-01/no.png',
      'uploaded/other/yes.png',
      'in/uploaded/2026-03-01/yes.png',
      'nested/root/no.png',
      'nested/yes.png',
      'in/x/yes.png',
    ])
      put(root, path);
    const skip = (folder: string): boolean => folder === 'nested/root' || skipUsual(folder);
    const disk = open(root);
    expect(pathsOf(await scanAll(disk, [''], skip))).toEqual([
      'a.png',
      'in/uploaded/2026-03-01/yes.png',
      'in/x/yes.png',
      'nested/yes.png',
      'uploaded/other/yes.png',
    ]);
    expect(pathsOf(await scanAll(disk, ['in/x', 'nested', 'in', '.cache', 'nested/root'], skip))).toEqual([
      'in/uploaded/2026-03-01/yes.png',
      'in/x/yes.png',
      'nested/yes.png',
    ]);
    // A folder that is not there any more has no files.
    expect(await scanAll(disk, ['gone'])).toMatchObject([{ folder: 'gone', names: [], problems: [] }]);
    await expect(scanAll(disk, ['../x'])).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('goes through more folders and files than fit into one answer', async () => {
    const root = temporary();
    const expected: string[] = [];
    for (let folder = 0; folder < 90; folder++) {
      for (let file = 0; file < 10; file++) expected.push(`f${folder}/${file}.png`);
    }
    for (const path of expected) put(root, path, '');
    mkdirSync(join(root, 'large'));
    for (let file = 0; file < 4_500; file++) {
      expected.push(`large/${file}.png`);
      writeFileSync(join(root, 'large', `${file}.png`), '');
    }
    expect(pathsOf(await scanAll(open(root)))).toEqual(expected.sort());
  });

  it.skipIf(!posix)('follows no links and tells of none, wherever they lead', async () => {
    const root = temporary();
    const elsewhere = temporary();
    put(elsewhere, 'secret.png');
    put(root, 'real/a.png');
    symlinkSync(root, join(root, 'real', 'loop'));
    symlinkSync(elsewhere, join(root, 'out'));
    symlinkSync(join(elsewhere, 'secret.png'), join(root, 'out.png'));
    symlinkSync(join(root, 'real', 'a.png'), join(root, 'b.png'));
    symlinkSync('nowhere', join(root, 'dangling.png'));
    execFileSync('mkfifo', [join(root, 'pipe.png')]);

    const disk = open(root);
    const folders = await scanAll(disk);
    expect(pathsOf(folders)).toEqual(['real/a.png']);
    expect(folders.flatMap(({ problems }) => problems)).toEqual([]);
    await expect(scanAll(disk, ['out'])).rejects.toMatchObject({ code: 'file-unreadable' });

    expect(await disk.look('out.png')).toEqual({ kind: 'other' });
    expect(await disk.look('out')).toEqual({ kind: 'other' });
    expect(await disk.look('pipe.png')).toEqual({ kind: 'other' });
    const behind = {
      kind: 'problem',
      error: { code: 'file-unreadable', message: expect.stringMatching(/link/) },
    };
    expect(await disk.look('out/secret.png')).toMatchObject(behind);
    expect(await disk.look('real/loop/real/a.png')).toMatchObject(behind);
    expect(await disk.names('out')).toEqual([]);
    for (const path of ['out.png', 'out/secret.png', 'pipe.png']) {
      await expect(disk.read(path, 0, 10)).rejects.toMatchObject({ code: 'file-unreadable' });
    }
    // The root itself may be named by a link.
    const named = join(elsewhere, 'named');
    symlinkSync(root, named);
    expect(pathsOf(await scanAll(open(named)))).toEqual(['real/a.png']);
    expect(await open(named).look('real/a.png')).toMatchObject({ kind: 'file' });
  });

  it.skipIf(!linux)('takes names of any letters, and says which are no text', async () => {
    const root = temporary();
    const odd = ['new\nline.png', '映像🎬.mp4', 'quote"\'.png', 'really\uFFFD.png', 'ü.png', 'u\u0308.png'];
    for (const name of odd) put(root, name);
    const bytes = (name: string): Buffer =>
      Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
    writeFileSync(bytes('bad\xff.png'), 'x');
    writeFileSync(bytes('bad\xfe.png'), 'x');
    mkdirSync(bytes('folder\xff'));

    const disk = open(root);
    const folders = await scanAll(disk);
    expect(pathsOf(folders)).toEqual(odd.sort());
    expect(folders.flatMap(({ problems }) => problems)).toMatchObject([
      { path: 'bad\uFFFD.png', error: { code: 'file-name' } },
      { path: 'folder\uFFFD', error: { code: 'file-name' } },
    ]);
    for (const name of odd) expect(await disk.look(name)).toMatchObject({ kind: 'file' });
  });

  it.skipIf(!posix)('tells of folders that may not be read, and goes on', async () => {
    const root = temporary();
    put(root, 'closed/a.png');
    put(root, 'open/b.png');
    const disk = open(root);
    expect(pathsOf(await scanAll(disk))).toEqual(['closed/a.png', 'open/b.png']);
    chmodSync(join(root, 'closed'), 0o000);
    await asOrdinaryUser(root, async () => {
      const folders = await scanAll(disk);
      expect(pathsOf(folders)).toEqual(['open/b.png']);
      expect(folders.flatMap(({ problems }) => problems)).toMatchObject([
        { path: 'closed', error: { code: 'file-unreadable' } },
      ]);
      expect(await disk.look('closed/a.png')).toMatchObject({ kind: 'problem' });
    });
    chmodSync(join(root, 'closed'), 0o755);
    await asOrdinaryUser(root, async () => {
      expect(pathsOf(await scanAll(disk))).toEqual(['closed/a.png', 'open/b.png']);
    });
  });

  it('lets everything else have its turn, however long its reader takes over each folder', async () => {
    const root = temporary();
    for (let folder = 0; folder < 30; folder++) put(root, `f${folder}/a.png`);
    let turns = 0;
    const timer = setInterval(() => {
      turns++;
    }, 1);
    const between: number[] = [];
    for await (const _ of open(root).scan([''], skipUsual, never)) {
      between.push(turns);
      turns = 0;
      const begun = performance.now();
      while (performance.now() - begun < 10);
    }
    clearInterval(timer);
    expect(between).toHaveLength(31);
    // Right after an answer of the thread only sockets have theirs, and timers the next time.
    expect(between.filter((count) => count > 0).length).toBeGreaterThan(20);
  });

  it('ends when it is aborted, and rejects when the root goes away, or another takes its place, meanwhile', async () => {
    const root = temporary();
    for (let folder = 0; folder < 200; folder++) put(root, `f${folder}/a.png`);
    const disk = open(root);
    const abort = new AbortController();
    const aborted = async (): Promise<void> => {
      for await (const _ of disk.scan([''], skipUsual, abort.signal)) abort.abort();
    };
    await expect(aborted()).rejects.toMatchObject({ code: 'cancelled' });

    const interrupted = async (interrupt: () => void): Promise<void> => {
      let first = true;
      for await (const _ of disk.scan([''], skipUsual, never)) {
        if (first) interrupt();
        first = false;
      }
    };
    const away = `${root}-away`;
    await expect(interrupted(() => renameSync(root, away))).rejects.toMatchObject({ code: 'file-missing' });
    mkdirSync(root);
    await expect(scanAll(disk)).resolves.toMatchObject([{ folder: '', names: [] }]);
    rmSync(root, { recursive: true });
    await expect(scanAll(disk)).rejects.toMatchObject({ code: 'file-missing' });
    renameSync(away, root);
    const swap = (): void => {
      renameSync(root, away);
      mkdirSync(root);
    };
    await expect(interrupted(swap)).rejects.toMatchObject({ code: 'file-missing' });
    rmSync(away, { recursive: true });
  });

  it('enters a folder once that a mount shows a second time', async ({ skip }) => {
    const mounted = mountTmpfs();
    if (!mounted) return skip('mounting is not allowed here');
    const { path } = mounted;
    put(path, 'a/x.png');
    mkdirSync(join(path, 'again'));
    execFileSync('mount', ['--bind', join(path, 'a'), join(path, 'again')]);
    try {
      const folders = await scanAll(open(path));
      expect(folders).toHaveLength(2);
      expect(pathsOf(folders)).toHaveLength(1);
    } finally {
      execFileSync('umount', [join(path, 'again')]);
    }
  });
});

describe('root', () => {
  it('is there, or says why it is away', async () => {
    const root = temporary();
    const file = put(root, 'a.png');
    expect(await open(root).root()).toEqual({ kind: 'there', mounted: false, readOnly: false });
    const missing = await open(join(root, 'gone')).root();
    expect(missing).toMatchObject({ kind: 'away', error: { code: 'file-missing' } });
    expect(missing.kind === 'away' && missing.error.message).toContain(
      'is not there. If it is a network share or a removable disk, connect it; it goes on by itself.',
    );
    expect(await open(file).root()).toMatchObject({ kind: 'away', error: { code: 'file-missing' } });
    expect(await open(join(root, 'gone')).look('a.png')).toMatchObject({ kind: 'problem' });
  });

  it.skipIf(!posix)('is away while it may not be read or entered', async () => {
    const root = temporary();
    const disk = open(root);
    await asOrdinaryUser(root, async () => {
      chmodSync(root, 0o000);
      expect(await disk.root()).toMatchObject({ kind: 'away', error: { code: 'file-unreadable' } });
      chmodSync(root, 0o400);
      expect(await disk.root()).toMatchObject({ kind: 'away', error: { code: 'file-unreadable' } });
      chmodSync(root, 0o700);
      expect(await disk.root()).toMatchObject({ kind: 'there' });
    });
  });

  it('is known as a mount of its own, read-only where it is, and a scan notices when it is unmounted', async ({
    skip,
  }) => {
    const mounted = mountTmpfs();
    if (!mounted) return skip('mounting is not allowed here');
    const disk = open(mounted.path);
    put(mounted.path, 'a.png');
    expect(await disk.root()).toEqual({ kind: 'there', mounted: true, readOnly: false });
    expect(await disk.kind()).toEqual({ type: 'tmpfs', events: true });
    execFileSync('mount', ['-o', 'remount,ro', mounted.path]);
    expect(await disk.root()).toEqual({ kind: 'there', mounted: true, readOnly: true });
    execFileSync('mount', ['-o', 'remount,rw', mounted.path]);
    for (let folder = 0; folder < 200; folder++) put(mounted.path, `f${folder}/a.png`);
    let first = true;
    const unmounted = async (): Promise<void> => {
      for await (const _ of disk.scan([''], skipUsual, never)) {
        if (first) mounted.unmount();
        first = false;
      }
    };
    await expect(unmounted()).rejects.toMatchObject({ code: 'file-missing' });
    expect(await disk.root()).toMatchObject({ kind: 'there', mounted: false });
  });

  it('is away when the disk does not answer, is not asked a second time meanwhile, and comes back', async () => {
    const root = temporary();
    put(root, 'a.png');
    const answers = Promise.withResolvers<void>();
    let asked = 0;
    const disk = open(root, {
      rootMs: 20,
      stat: async (path) => {
        asked++;
        await answers.promise;
        return statSync(path);
      },
    });
    const silent = { code: 'file-unreadable', message: expect.stringMatching(/does not answer/) };
    expect(await disk.root()).toMatchObject({ kind: 'away', error: silent });
    expect(await disk.root()).toMatchObject({ kind: 'away', error: silent });
    expect(await disk.look('a.png')).toMatchObject({ kind: 'problem', error: silent });
    await expect(disk.read('a.png', 0, 1)).rejects.toMatchObject(silent);
    // No second call joins the one that hangs.
    expect(asked).toBe(1);
    answers.resolve();
    await expect.poll(() => disk.root()).toMatchObject({ kind: 'there' });
    expect(await disk.look('a.png')).toMatchObject({ kind: 'file' });
  });
});

describe('kind', () => {
  it('knows which file systems send no events', async () => {
    for (const [number, type] of [
      [0x6969, 'nfs'],
      [0xff534d42, 'cifs'],
      [0xfe534d42, 'smb2'],
      [0x65735546, 'fuse'],
      [0x01021997, '9p'],
      [0x786f4256, 'vboxsf'],
    ] as const)
      expect(linuxKind(number)).toEqual({ type, events: false });
    expect(linuxKind(0xef53)).toEqual({ type: 'ext4', events: true });
    expect(linuxKind(1)).toEqual({ type: null, events: true });
    for (const share of ['\\\\nas\\scans', '\\\\?\\UNC\\nas\\scans', '//nas/scans']) {
      expect(await fileSystemKind(share, 'win32')).toEqual({ type: 'smb', events: false });
    }
    for (const local of ['C:\\scans', '\\\\?\\C:\\scans', '\\\\.\\C:\\scans']) {
      expect(await fileSystemKind(local, 'win32')).toEqual({ type: null, events: true });
    }
  });
});

describe('single files', () => {
  it('are looked at: file, folder, gone, and nothing outside the root', async () => {
    const root = temporary();
    put(root, 'in/a.png', '12');
    const disk = open(root);
    expect(await disk.look('in')).toEqual({ kind: 'folder' });
    expect(await disk.look('')).toEqual({ kind: 'folder' });
    expect(await disk.look('in/b.png')).toEqual({ kind: 'gone' });
    expect(await disk.look('nowhere/b.png')).toEqual({ kind: 'gone' });
    expect(await disk.look('in/a.png/b')).toEqual({ kind: 'gone' });
    for (const path of ['../x', 'in/../../x', '/etc/passwd', 'in//a.png', './in', 'a\0b']) {
      expect(await disk.look(path)).toMatchObject({ kind: 'problem', error: { code: 'invalid-input' } });
      await expect(disk.read(path, 0, 1)).rejects.toMatchObject({ code: 'invalid-input' });
    }
    expect([...(await disk.names(''))]).toEqual(['in']);
    expect(await disk.names('gone')).toEqual([]);
  });

  it('are read in parts and hashed; a file that is not the one that was seen is not', async () => {
    const root = temporary();
    const content = Buffer.alloc(1_300_000, 'abc');
    const path = put(root, 'a.bin', content);
    const disk = open(root);
    expect(Buffer.from(await disk.read('a.bin', 1, 5)).toString()).toBe('bcabc');
    expect(await disk.read('a.bin', content.length - 2, 10)).toHaveLength(2);
    await expect(disk.read('gone.bin', 0, 1)).rejects.toMatchObject({ code: 'file-missing' });
    await expect(disk.read('', 0, 1)).rejects.toMatchObject({ code: 'file-unreadable' });

    const seen = identify(path);
    for (const algorithm of ['sha256', 'sha1', 'md5'] as const) {
      const expected = createHash(algorithm).update(content).digest('hex');
      expect(await disk.hash('a.bin', seen, algorithm, never)).toBe(expected);
    }
    const empty = put(root, 'empty', '');
    expect(await disk.hash('empty', identify(empty), 'md5', never)).toBe('d41d8cd98f00b204e9800998ecf8427e');
    await expect(disk.hash('a.bin', seen, 'md5', AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
    utimesSync(path, 1, 1);
    await expect(disk.hash('a.bin', seen, 'md5', never)).rejects.toMatchObject({ code: 'file-changed' });
    appendFileSync(path, 'x');
    await expect(disk.hash('a.bin', seen, 'md5', never)).rejects.toMatchObject({ code: 'file-changed' });
  });
});
