/** What happens to files after their upload: moved or put into the trash, only the very bytes, and back again. */

import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBytes } from '../../../../main/adapters/watch/bytes.ts';
import { createPutAway } from '../../../../main/adapters/watch/index.ts';
import { moveToFree } from '../../../../main/adapters/watch/place.ts';
import type { UploadedBytes } from '../../../../main/core/watch/ports.ts';
import { eventually } from '../../../fixtures/eventually.ts';
import {
  asOrdinaryUser,
  asRoot,
  clock,
  identify,
  linux,
  mountTmpfs,
  posix,
  put,
  temporary,
} from './support.ts';

const putAway = createPutAway({ clock });

/** What was uploaded, if the file as it is now was. */
function uploaded(path: string): UploadedBytes {
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { identity: identify(path), sha256 };
}

/** A signal that is aborted after so many looks at it. */
function abortedAfter(looks: number): AbortSignal {
  let left = looks;
  return Object.defineProperty(new AbortController().signal, 'aborted', { get: () => left-- <= 0 });
}

/** All names below a folder, hidden ones too. */
function all(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

describe('move', () => {
  it('moves a file with its time, making folders, and never over another', async () => {
    const root = temporary();
    const to = join(root, 'uploaded', '2026-03-01', 'in', 'a.tar.png');
    for (const [content, expected] of [
      ['first', 'a.tar.png'],
      ['second', 'a.tar (2).png'],
      ['third', 'a.tar (3).png'],
    ] as const) {
      const from = put(root, 'in/a.tar.png', content);
      utimesSync(from, 5, 1_700_000_000.123);
      const before = identify(from);
      const now = await putAway.move(from, to, uploaded(from));
      expect(now).toBe(join(dirname(to), expected));
      expect(readFileSync(now, 'utf8')).toBe(content);
      expect(identify(now)).toEqual(before);
      expect(existsSync(from)).toBe(false);
    }
    expect(all(root).filter((path) => path.includes('encord-uploader'))).toEqual([]);
  });

  it('leaves what is not the bytes that were uploaded, or no file', async () => {
    const root = temporary();
    const from = put(root, 'a.png', 'bytes');
    const seen = uploaded(from);
    const to = join(root, 'uploaded', 'a.png');
    const refused = async (code: string, path = from, bytes: UploadedBytes = seen): Promise<void> => {
      await expect(putAway.move(path, to, bytes)).rejects.toMatchObject({ code });
      expect(existsSync(to)).toBe(false);
    };
    // The same size and time, but other bytes.
    writeFileSync(from, 'bytez');
    utimesSync(from, 1, seen.identity.mtimeMs / 1_000);
    await refused('file-changed', from, { ...seen, identity: identify(from) });
    appendFileSync(from, 'more');
    await refused('file-changed');
    await refused('file-missing', join(root, 'gone.png'));
    expect(readFileSync(from, 'utf8')).toBe('bytezmore');
    if (posix) {
      const link = join(root, 'link.png');
      symlinkSync(from, link);
      await refused('file-unreadable', link, uploaded(from));
      expect(existsSync(link)).toBe(true);
    }
    // Without a hash, size and time have to do.
    expect(await putAway.move(from, to, { identity: identify(from), sha256: null })).toBe(to);
  });

  it('leaves a file that took the place of the checked one at the last moment', async () => {
    const root = temporary();
    const from = put(root, 'a.png', 'old');
    const checked = await checkBytes(from, uploaded(from));
    renameSync(put(root, 'a.part', 'new'), from);
    const to = join(root, 'b.png');
    await expect(moveToFree(from, [to], checked)).rejects.toMatchObject({ code: 'file-changed' });
    expect(all(root)).toEqual(['a.png']);
    expect(readFileSync(from, 'utf8')).toBe('new');
  });

  it('is broken off while it reads, and leaves everything as it was', async () => {
    const root = temporary();
    const from = put(root, 'in/a.png', Buffer.alloc(1_300_000, 'abc'));
    const seen = uploaded(from);
    const to = join(root, 'uploaded', 'in', 'a.png');
    await expect(putAway.move(from, to, seen, abortedAfter(2))).rejects.toMatchObject({ code: 'cancelled' });
    await expect(putAway.trash(from, seen, abortedAfter(2))).rejects.toMatchObject({
      code: linux ? 'cancelled' : 'not-available',
    });
    expect(all(root)).toEqual(['in', 'in/a.png']);
    expect(uploaded(from)).toEqual(seen);
  });

  it('is broken off while it copies onto another disk, and leaves no half of it', async ({ skip }) => {
    const other = mountTmpfs('size=8m')?.path ?? (existsSync('/dev/shm') ? temporary('/dev/shm') : null);
    const root = temporary();
    if (other === null || statSync(other).dev === statSync(root).dev)
      return skip('there is no second disk here');
    const from = put(root, 'a.png', Buffer.alloc(1_300_000, 'abc'));
    const seen = uploaded(from);
    // Without a hash nothing is read before the copy: three parts and the end are read from here, then from there.
    for (const parts of [2, 6]) {
      const moved = putAway.move(
        from,
        join(other, 'in', 'deep', 'a.png'),
        { ...seen, sha256: null },
        abortedAfter(parts),
      );
      await expect(moved).rejects.toMatchObject({ code: 'cancelled' });
      expect(all(other)).toEqual([]);
    }
    expect(uploaded(from)).toEqual(seen);
  });

  it.skipIf(!posix)('finishes a move that was killed between its two steps', async () => {
    const root = temporary();
    const from = put(root, 'a.png');
    const to = join(root, 'b.png');
    linkSync(from, to);
    expect(await putAway.move(from, to, uploaded(from))).toBe(to);
    expect(all(root)).toEqual(['b.png']);
  });

  it.skipIf(!posix)('ends what a killed move left under a hidden name', async () => {
    const root = temporary();
    const hidden = async (from: string, to: string): Promise<string> => {
      const names = new Set<string>();
      const watcher = watch(root, (_, name) => name?.startsWith('.encord') && names.add(name));
      await putAway.move(from, to, uploaded(from));
      await eventually(() => expect(names.size).toBe(1));
      watcher.close();
      return join(root, [...names].join());
    };
    const from = put(root, 'a.png', 'first');
    const to = join(root, 'uploaded', 'a.png');
    const name = await hidden(from, to);
    const seen = uploaded(to);

    linkSync(to, name);
    await putAway.recover(from, seen);
    expect(all(root)).toEqual(['uploaded', 'uploaded/a.png']);

    // Another file had come to the old path.
    writeFileSync(name, 'newer');
    await putAway.recover(put(root, 'b.png'), seen);
    expect(all(root)).toContain(basename(name));
    await putAway.recover(from, seen);
    expect(all(root)).toEqual(['a.png', 'b.png', 'uploaded', 'uploaded/a.png']);
    expect(readFileSync(from, 'utf8')).toBe('newer');

    // The only name of what was uploaded is no second one.
    renameSync(to, name);
    await putAway.recover(join(root, 'a.png'), seen);
    expect(readFileSync(join(root, 'a (2).png'), 'utf8')).toBe('first');
    await putAway.recover(join(root, 'gone', 'a.png'), seen);
  });

  it('copies onto another disk, with time and rights, and leaves no half of it', async ({ skip }) => {
    const other = mountTmpfs('size=8m')?.path ?? (existsSync('/dev/shm') ? temporary('/dev/shm') : null);
    const root = temporary();
    if (other === null || statSync(other).dev === statSync(root).dev)
      return skip('there is no second disk here');
    const content = Buffer.alloc(1_300_000, 'abc');
    const from = put(root, 'a.png', content);
    chmodSync(from, 0o640);
    utimesSync(from, 5, 1_700_000_000.5);
    put(other, 'in/a.png', 'another');
    const before = statSync(from);
    const to = await putAway.move(from, join(other, 'in', 'a.png'), uploaded(from));
    expect(to).toBe(join(other, 'in', 'a (2).png'));
    expect(readFileSync(to).equals(content)).toBe(true);
    expect(statSync(to)).toMatchObject({ mode: before.mode, mtimeMs: before.mtimeMs });
    expect(all(root)).toEqual([]);
    expect(all(other)).toEqual(['in', 'in/a (2).png', 'in/a.png']);

    await putAway.restore(to, from);
    expect(uploaded(from)).toEqual({
      identity: { size: 1_300_000, mtimeMs: before.mtimeMs },
      sha256: expect.any(String),
    });
    expect(all(other)).toEqual(['in', 'in/a.png']);
  });

  it('says that the disk is full, and keeps the file', async ({ skip }) => {
    const mounted = mountTmpfs('size=64k');
    if (!mounted) return skip('mounting is not allowed here');
    const root = temporary();
    const from = put(root, 'a.png', Buffer.alloc(200_000));
    const moved = putAway.move(from, join(mounted.path, 'a.png'), uploaded(from));
    await expect(moved).rejects.toMatchObject({ code: 'disk-full' });
    expect(all(root)).toEqual(['a.png']);
    expect(all(mounted.path)).toEqual([]);
  });

  it('does without a second name where the system allows none', async ({ skip }) => {
    const guard = '/proc/sys/fs/protected_hardlinks';
    if (!asRoot || !existsSync(guard) || readFileSync(guard, 'utf8').trim() !== '1') {
      return skip(
        'only root can make files of two users, and only where links to those of others are refused',
      );
    }
    const root = temporary();
    const from = put(root, 'in/a.png', 'new');
    put(root, 'out/a.png', 'old');
    for (const folder of ['in', 'out']) chownSync(join(root, folder), 65_534, 65_534);
    chownSync(from, 1, 1);
    const seen = uploaded(from);
    const to = join(root, 'out', 'a.png');
    await asOrdinaryUser(root, async () => {
      expect(() => linkSync(from, join(root, 'in', 'b.png'))).toThrow(/EPERM/);
      expect(await putAway.move(from, to, seen)).toBe(join(root, 'out', 'a (2).png'));
    });
    expect(all(root)).toEqual(['in', 'out', 'out/a (2).png', 'out/a.png']);
    expect(readFileSync(join(root, 'out', 'a (2).png'), 'utf8')).toBe('new');
    expect(readFileSync(to, 'utf8')).toBe('old');
  });
});

describe('trash', () => {
  it.skipIf(!linux)(
    'goes into the trash at home, described as desktops expect it, and comes back',
    async () => {
      const root = temporary();
      const dataHome = join(temporary(), 'share');
      const now = new Date(2026, 2, 1, 4, 5, 6).getTime();
      const home = createPutAway({ clock: { now: () => now }, dataHome });
      const from = put(root, 'in/ü % a.png', 'bytes');
      const seen = uploaded(from);
      const there = await home.trash(from, seen);
      const trash = join(dataHome, 'Trash');
      expect(there).toBe(join(trash, 'files', 'ü % a.png'));
      expect(existsSync(from)).toBe(false);
      expect(readFileSync(join(trash, 'info', 'ü % a.png.trashinfo'), 'utf8')).toBe(
        `[Trash Info]\nPath=${root}/in/%C3%BC%20%25%20a.png\nDeletionDate=2026-03-01T04:05:06\n`,
      );
      // A second one of the same name, and a name that is taken without a description.
      put(trash, 'files/ü % a (2).png', 'orphan');
      put(root, 'in/ü % a.png', 'second');
      expect(await home.trash(from, uploaded(from))).toBe(join(trash, 'files', 'ü % a (3).png'));

      put(root, 'in/ü % a.png', 'in its place');
      await expect(home.restore(String(there), from)).rejects.toMatchObject({ code: 'already-exists' });
      expect(readFileSync(from, 'utf8')).toBe('in its place');
      unlinkSync(from);
      rmdirSync(dirname(from));
      await home.restore(String(there), from);
      expect(uploaded(from)).toEqual(seen);
      expect(all(trash)).toEqual([
        'files',
        'files/ü % a (2).png',
        'files/ü % a (3).png',
        'info',
        'info/ü % a (3).png.trashinfo',
      ]);
      await expect(home.restore(String(there), from)).rejects.toMatchObject({ code: 'file-missing' });
    },
  );

  it.skipIf(!linux)('finishes what was killed between its two steps', async () => {
    const root = temporary();
    const dataHome = join(temporary(), 'share');
    const home = createPutAway({ clock, dataHome });
    const from = put(root, 'a.png', 'bytes');
    const there = String(await home.trash(from, uploaded(from)));
    linkSync(there, from);
    expect(await home.trash(from, uploaded(from))).toBe(there);
    expect(all(root)).toEqual([]);
    expect(readdirSync(join(dataHome, 'Trash', 'files'))).toEqual(['a.png']);
  });

  it.skipIf(!linux)('is at the top of another disk, or the one that is shared there', async ({ skip }) => {
    const mounted = mountTmpfs();
    if (!mounted) return skip('mounting is not allowed here');
    const { path } = mounted;
    const uid = process.getuid?.();
    const home = createPutAway({ clock, dataHome: join(temporary(), 'share') });
    const from = put(path, 'in/a.png');
    const there = join(path, `.Trash-${uid}`);
    expect(await home.trash(from, uploaded(from))).toBe(join(there, 'files', 'a.png'));
    expect(readFileSync(join(there, 'info', 'a.png.trashinfo'), 'utf8')).toMatch(/^Path=in\/a\.png$/m);

    // Not to be used while everybody could remove what is in it, nor when it is a link.
    mkdirSync(join(path, '.Trash'));
    put(path, 'in/a.png');
    expect(await home.trash(from, uploaded(from))).toBe(join(there, 'files', 'a (2).png'));
    chmodSync(join(path, '.Trash'), 0o1777);
    put(path, 'in/a.png');
    expect(await home.trash(from, uploaded(from))).toBe(join(path, '.Trash', String(uid), 'files', 'a.png'));
  });

  it.skipIf(!linux)('says so where there can be none, and leaves changed files', async ({ skip }) => {
    const root = temporary();
    const home = createPutAway({ clock, dataHome: join(temporary(), 'share') });
    const from = put(root, 'a.png');
    const seen = uploaded(from);
    appendFileSync(from, 'more');
    await expect(home.trash(from, seen)).rejects.toMatchObject({ code: 'file-changed' });
    expect(existsSync(from)).toBe(true);

    const mounted = mountTmpfs();
    if (!mounted) return skip('mounting is not allowed here');
    put(mounted.path, `.Trash-${process.getuid?.()}`, 'a file of this name');
    const there = put(mounted.path, 'a.png');
    await expect(home.trash(there, uploaded(there))).rejects.toMatchObject({ code: 'not-available' });
    expect(existsSync(there)).toBe(true);
  });

  it("is the host's own on other systems, which does not tell where it puts files", async () => {
    const root = temporary();
    const from = put(root, 'a.png');
    const trashed: string[] = [];
    const trashItem = async (path: string): Promise<void> => {
      trashed.push(path);
      unlinkSync(path);
    };
    const hosted = createPutAway({ clock, platform: 'darwin', trashItem });
    const seen = uploaded(from);
    expect(await hosted.trash(from, seen)).toBeNull();
    expect(trashed).toEqual([from]);
    await expect(hosted.trash(from, seen)).rejects.toMatchObject({ code: 'file-missing' });
    put(root, 'a.png', 'changed');
    await expect(hosted.trash(from, seen)).rejects.toMatchObject({ code: 'file-changed' });
    expect(trashed).toHaveLength(1);
    const bare = createPutAway({ clock, platform: 'win32' });
    await expect(bare.trash(from, uploaded(from))).rejects.toMatchObject({ code: 'not-available' });
  });
});

describe('prune', () => {
  it('removes folders that became empty, up to and without the root', async () => {
    const root = temporary();
    mkdirSync(join(root, 'a', 'b', 'c'), { recursive: true });
    put(root, 'a/keep.png');
    await putAway.prune(root, 'a/b/c');
    expect(all(root)).toEqual(['a', 'a/keep.png']);
    unlinkSync(join(root, 'a', 'keep.png'));
    // Absolute, and gone already at its end.
    await putAway.prune(root, join(root, 'a', 'gone', 'deeper'));
    expect(all(root)).toEqual([]);
    await putAway.prune(root, '');
    expect(existsSync(root)).toBe(true);
    await expect(putAway.prune(root, join(root, '..'))).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(putAway.prune(root, temporary())).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it.skipIf(!posix)('follows no links', async () => {
    const root = temporary();
    const elsewhere = temporary();
    mkdirSync(join(elsewhere, 'empty', 'deep'), { recursive: true });
    symlinkSync(join(elsewhere, 'empty'), join(root, 'link'));
    await putAway.prune(root, 'link/deep');
    await putAway.prune(root, 'link');
    expect(existsSync(join(elsewhere, 'empty', 'deep'))).toBe(true);
    expect(readdirSync(root)).toEqual(['link']);
  });
});
