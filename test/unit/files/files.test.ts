/** The machine's files: the walk over real folders, and the reading of real files. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { createFiles } from '../../../main/adapters/files/index.ts';
import type { WalkEntry } from '../../../main/core/ports.ts';
import { watchLoop } from '../planner/loop.ts';

const files = createFiles({ clock: createClock() });
const never = new AbortController().signal;
const posix = process.platform !== 'win32';
let root = '';

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'files-')));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, content = 'x'): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

async function walk(...paths: string[]): Promise<WalkEntry[]> {
  const all: WalkEntry[] = [];
  for await (const chunk of files.walk(paths, never)) {
    expect(chunk.length).toBeLessThanOrEqual(512);
    all.push(...chunk);
  }
  return all;
}

const inside = (entries: readonly WalkEntry[]): string[] =>
  entries.map((entry) => entry.path.slice(root.length + 1));

describe('walk', () => {
  it('goes in natural order, files of a folder before its sub-folders', async () => {
    for (const path of [
      'b/f10.png',
      'b/f9.png',
      'b/F1.png',
      'a10/x',
      'a9/x',
      'z',
      'b/映像🎬.mp4',
      'b/new\nline',
    ])
      put(path);
    expect(inside(await walk(root))).toEqual([
      'z',
      'a9/x',
      'a10/x',
      'b/F1.png',
      'b/f9.png',
      'b/f10.png',
      'b/new\nline',
      'b/映像🎬.mp4',
    ]);
  });

  it('tells size and time as they are', async () => {
    const path = put('a.bin', 'hello');
    utimesSync(path, 1_700_000_000.25, 1_700_000_000.25);
    const [entry] = await walk(root);
    expect(entry).toEqual({
      kind: 'file',
      path,
      name: 'a.bin',
      identity: { size: 5, mtimeMs: statSync(path).mtimeMs },
    });
    expect(await files.identify(path)).toEqual({ size: 5, mtimeMs: statSync(path).mtimeMs });
  });

  it('leaves out hidden files and folders, unless they are named', async () => {
    for (const path of ['.hidden', 'Thumbs.db', 'desktop.ini', '.DS_Store', '.git/config', 'a.png'])
      put(path);
    expect(inside(await walk(root))).toEqual(['a.png']);
    expect(inside(await walk(join(root, '.hidden'), join(root, 'Thumbs.db'), join(root, '.git')))).toEqual([
      '.hidden',
      'Thumbs.db',
      '.git/config',
    ]);
    expect(inside(await walk(root, join(root, '.hidden')))).toEqual(['a.png', '.hidden']);
  });

  it('meets each path once, however the named ones overlap', async () => {
    for (const path of ['a/1', 'a/2', 'a/b/3', 'c/4']) put(path);
    const [a, one, b] = [join(root, 'a'), join(root, 'a/1'), join(root, 'a/b')];
    expect(inside(await walk(a, one, b, a))).toEqual(['a/1', 'a/2', 'a/b/3']);
    expect(inside(await walk(one, b, a)).sort()).toEqual(['a/1', 'a/2', 'a/b/3']);
    expect(inside(await walk(`${a}/`, join(root, 'c/../a/1'), one))).toEqual(['a/1', 'a/2', 'a/b/3']);
  });

  it.runIf(posix)('does not follow links inside folders, but one that is named', async () => {
    put('real/1');
    put('other/2');
    symlinkSync(join(root, 'other'), join(root, 'real/folder-link'));
    symlinkSync(join(root, 'other/2'), join(root, 'real/file-link'));
    symlinkSync(join(root, 'real'), join(root, 'real/loop'));
    symlinkSync(join(root, 'nowhere'), join(root, 'real/broken'));
    expect(inside(await walk(join(root, 'real')))).toEqual(['real/1']);
    const named = ['folder-link', 'file-link', 'broken'].map((name) => join(root, 'real', name));
    const entries = await walk(...named);
    expect(inside(entries)).toEqual(['real/folder-link/2', 'real/file-link', 'real/broken']);
    expect(entries[2]).toMatchObject({ kind: 'problem', error: { code: 'file-missing' } });
    // The folder and a link that leads back into it are one folder.
    expect(inside(await walk(join(root, 'real'), join(root, 'real/loop')))).toEqual(['real/1']);
  });

  it.runIf(posix)('takes two hard links as two files', async () => {
    linkSync(put('a'), join(root, 'b'));
    expect(inside(await walk(root))).toEqual(['a', 'b']);
  });

  it('says what is missing, and goes on', async () => {
    put('a');
    const entries = await walk(
      join(root, 'gone'),
      root,
      join(root, 'a/below-a-file'),
      join(root, 'gone too'),
    );
    expect(inside(entries)).toEqual(['gone', 'a', 'a/below-a-file', 'gone too']);
    for (const i of [0, 2, 3])
      expect(entries[i]).toMatchObject({ kind: 'problem', error: { code: 'file-missing' } });
  });

  it.runIf(posix && process.getuid?.() !== 0)(
    'says which folder it may not read (root may read all)',
    async () => {
      put('locked/a');
      put('open/b');
      chmodSync(join(root, 'locked'), 0);
      const entries = await walk(root);
      chmodSync(join(root, 'locked'), 0o700);
      expect(inside(entries)).toEqual(['locked', 'open/b']);
      expect(entries[0]).toMatchObject({ kind: 'problem', error: { code: 'file-unreadable' } });
    },
  );

  it.runIf(posix)('names pipes, sockets and devices, and never opens them', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const entries = [...(await walk(root)), ...(await walk('/dev/null', join(root, 'pipe')))];
      expect(
        entries.map((entry) => entry.kind === 'problem' && [entry.error.code, entry.error.message]),
      ).toEqual([
        ['file-unreadable', expect.stringContaining('a named pipe')],
        ['file-unreadable', expect.stringContaining('a socket')],
        ['file-unreadable', expect.stringContaining('a device')],
        ['file-unreadable', expect.stringContaining('a named pipe')],
      ]);
      await expect(files.identify(join(root, 'pipe'))).rejects.toMatchObject({ code: 'file-unreadable' });
      await expect(files.head(join(root, 'pipe'), 10)).rejects.toMatchObject({ code: 'file-unreadable' });
    } finally {
      server.close();
    }
  });

  it.runIf(process.platform === 'linux')(
    'refuses names whose bytes are no text, of files and folders',
    async () => {
      const raw = (name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
      writeFileSync(raw('bad\xff.png'), 'x');
      writeFileSync(raw('bad\xfe.png'), 'x');
      mkdirSync(raw('folder\xff'));
      put('real \uFFFD.png');
      const entries = await walk(root);
      expect(
        entries.map((entry) => [entry.kind, entry.kind === 'problem' ? entry.error.code : entry.name]),
      ).toEqual([
        ['problem', 'file-name'],
        ['problem', 'file-name'],
        ['file', 'real \uFFFD.png'],
        ['problem', 'file-name'],
      ]);
    },
  );

  it('stops when it is told to', async () => {
    for (let i = 0; i < 600; i++) put(`f${i}`);
    const abort = new AbortController();
    let met = 0;
    for await (const chunk of files.walk([root], abort.signal)) {
      met += chunk.length;
      abort.abort();
    }
    expect(met).toBeLessThan(600);
  });

  it('walks 20,000 files fast and leaves the event loop free', async () => {
    for (let folder = 0; folder < 20; folder++) {
      mkdirSync(join(root, `d${folder}`));
      for (let i = 0; i < 1_000; i++) writeFileSync(join(root, `d${folder}`, `frame_${i}.png`), '');
    }
    const loop = watchLoop();
    const before = performance.now();
    const entries = await walk(root);
    const took = performance.now() - before;
    const turns = loop.stop();
    expect(entries).toHaveLength(20_000);
    // Measured 0.6 s alone; the machine may be busy with other tests.
    expect(took).toBeLessThan(10_000);
    expect(turns.share(10)).toBeLessThan(0.01);
  });
});

describe('reading', () => {
  it('gives the first bytes, at most as many as asked for', async () => {
    const path = put('a', 'hello');
    expect(Buffer.from(await files.head(path, 3)).toString()).toBe('hel');
    expect(Buffer.from(await files.head(path, 4096)).toString()).toBe('hello');
    await expect(files.head(join(root, 'gone'), 3)).rejects.toMatchObject({ code: 'file-missing' });
    await expect(files.identify(root)).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(files.identify(join(root, 'gone'))).rejects.toMatchObject({ code: 'file-missing' });
  });

  it.each([0, 1, 512 * 1024, 512 * 1024 + 1, 3_000_000])('hashes %i bytes', async (size) => {
    const content = Buffer.alloc(size, 'abcdefg');
    const path = join(root, 'a');
    writeFileSync(path, content);
    const expected = createHash('sha256').update(content).digest('hex');
    const identity = await files.identify(path);
    const hashes = await Promise.all(Array.from({ length: 6 }, () => files.sha256(path, identity, never)));
    expect(hashes).toEqual(new Array(6).fill(expected));
  });

  it('notices that the file is not, or stops being, what was planned', async () => {
    const path = put('a', 'x'.repeat(2_000_000));
    const identity = await files.identify(path);
    const hash = files.sha256(path, identity, never);
    appendFileSync(path, 'y');
    await expect(hash).rejects.toMatchObject({ code: 'file-changed' });
    await expect(files.sha256(path, identity, never)).rejects.toMatchObject({ code: 'file-changed' });
    const now = await files.identify(path);
    utimesSync(path, 1, 1);
    await expect(files.sha256(path, now, never)).rejects.toMatchObject({ code: 'file-changed' });
    await expect(files.sha256(join(root, 'gone'), now, never)).rejects.toMatchObject({
      code: 'file-missing',
    });
  });

  it('stops when it is told to', async () => {
    const path = put('a');
    const abort = new AbortController();
    abort.abort();
    await expect(files.sha256(path, await files.identify(path), abort.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
