/**
 * The watchers of each kind, on real folders: what is made, changed, moved and removed is told of, also below folders
 * that just appeared, and a root that goes away and comes back is watched again.
 */

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStartWatcher, type WatcherDeps } from '../../../../main/adapters/watch/index.ts';
import type { UploaderError } from '../../../../main/core/errors.ts';
import type { Log } from '../../../../main/core/ports.ts';
import type { Watcher } from '../../../../main/core/watch/ports.ts';
import { asOrdinaryUser, clock, linux, put, scannerForTest, skipUsual, temporary } from './support.ts';

const log: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {}

/** On other systems, the kind for large trees is theirs. */
const KINDS: readonly { readonly how: string; readonly files: number; readonly platform: NodeJS.Platform }[] =
  [
    { how: 'chokidar', files: 10, platform: process.platform },
    ...(linux ? [{ how: 'one watch a folder', files: 100_000, platform: 'linux' as const }] : []),
    { how: 'one watch of the root', files: 100_000, platform: linux ? 'darwin' : process.platform },
  ];

class Heard {
  readonly touched = new Set<string>();
  readonly unsure = new Set<string>();
  readonly failed: UploaderError[] = [];

  /** Told of itself, or with a folder that is to be looked through. */
  has(path: string): boolean {
    if (this.touched.has(path) || this.unsure.has('')) return true;
    return [...this.unsure].some((folder) => path === folder || path.startsWith(`${folder}/`));
  }

  forget(): void {
    this.touched.clear();
    this.unsure.clear();
  }
}

async function start(
  kind: (typeof KINDS)[number],
  root: string,
  skip: (folder: string) => boolean = skipUsual,
  more: Partial<WatcherDeps> = {},
): Promise<{ watcher: Watcher; heard: Heard }> {
  const heard = new Heard();
  const { platform, files, how } = kind;
  const startWatcher = createStartWatcher({
    ...{ clock, log, scanner: scannerForTest(), platform, againMs: 5 },
    ...more,
  });
  const watcher = await startWatcher(root, {
    files,
    skip,
    listener: {
      touched: (path) => heard.touched.add(path),
      unsure: (folder) => heard.unsure.add(folder),
      failed: (error) => heard.failed.push(error),
    },
  });
  onTestFinished(() => watcher.close());
  expect(watcher.how).toBe(how);
  return { watcher, heard };
}

describe.each(KINDS)('$how', (kind) => {
  it('tells of files that are made, appended to, renamed and removed, hidden ones too', async () => {
    const root = temporary();
    const elsewhere = temporary();
    put(root, 'in/old.png');
    put(root, 'in/gone.png');
    const { heard } = await start(kind, root);

    writeFileSync(join(root, 'new.png'), 'x');
    writeFileSync(join(root, '.encord-uploader-test-1'), '');
    writeFileSync(join(root, 'in', '映像🎬\n.png'), 'x');
    await expect
      .poll(() =>
        ['new.png', '.encord-uploader-test-1', 'in/映像🎬\n.png'].every((path) => heard.touched.has(path)),
      )
      .toBe(true);

    heard.forget();
    appendFileSync(join(root, 'in', 'old.png'), 'more');
    await expect.poll(() => heard.touched.has('in/old.png')).toBe(true);

    heard.forget();
    renameSync(put(elsewhere, 'a.png'), join(root, 'in', 'arrived.png'));
    renameSync(join(root, 'in', 'old.png'), join(root, 'in', 'renamed.png'));
    unlinkSync(join(root, 'in', 'gone.png'));
    await expect
      .poll(() =>
        ['in/arrived.png', 'in/old.png', 'in/renamed.png', 'in/gone.png'].filter(
          (path) => !heard.touched.has(path),
        ),
      )
      .toEqual([]);
    expect(heard.failed).toEqual([]);
  });

  it('tells of folders that appear, with what is in them already and what comes later', async () => {
    const root = temporary();
    const elsewhere = temporary();
    put(root, 'old/a.png');
    const { heard } = await start(kind, root);

    for (let round = 0; round < 20; round++) put(root, `new${round}/b/c/d.png`);
    put(elsewhere, 'moved/deep/e.png');
    renameSync(join(elsewhere, 'moved'), join(root, 'old', 'moved'));
    const expected = [
      ...Array.from({ length: 20 }, (_, round) => `new${round}/b/c/d.png`),
      'old/moved/deep/e.png',
    ];
    await expect.poll(() => expected.filter((path) => !heard.has(path))).toEqual([]);

    // Once all of it is watched, files in it are told by their names.
    const later = ['new0/b/c/', 'new19/b/', 'old/moved/deep/'];
    let count = 0;
    await expect
      .poll(() => {
        count++;
        for (const folder of later) put(root, `${folder}${count}.png`);
        return later.every((folder) => [...heard.touched].some((path) => path.startsWith(folder)));
      })
      .toBe(true);

    // Node imitates a watch of the whole tree on Linux, where this program does not use it, and loses such folders.
    if (linux && kind.how === 'one watch of the root') return;
    // A folder that is made again under the same name, perhaps with the same inode, is a new one.
    heard.forget();
    rmSync(join(root, 'new0'), { recursive: true });
    put(root, 'new0/b/c/again.png');
    await expect.poll(() => heard.has('new0/b/c/again.png')).toBe(true);
    await expect
      .poll(() => {
        put(root, `new0/b/c/x${count++}.png`);
        return [...heard.touched].some((path) => path.startsWith('new0/b/c/x'));
      })
      .toBe(true);
    expect(heard.failed).toEqual([]);
  });

  it('follows a folder that is renamed inside the root', async () => {
    const root = temporary();
    put(root, 'a/deep/1.png');
    const { heard } = await start(kind, root);
    renameSync(join(root, 'a'), join(root, 'b'));
    await expect.poll(() => heard.has('b/deep/1.png')).toBe(true);
    let count = 2;
    await expect
      .poll(() => {
        put(root, `b/deep/${count++}.png`);
        return [...heard.touched].some((path) => path.startsWith('b/deep/'));
      })
      .toBe(true);
  });

  it('tells of every file of a burst', async () => {
    const root = temporary();
    mkdirSync(join(root, 'in'));
    const { heard } = await start(kind, root);
    // On Linux, Node imitates a watch of the whole tree by one of each file.
    const length = linux && kind.how === 'one watch of the root' ? 100 : 2_000;
    const paths = Array.from({ length }, (_, number) => `in/frame_${number}.png`);
    for (const path of paths) writeFileSync(join(root, path), 'x');
    await expect.poll(() => paths.filter((path) => !heard.has(path)).length).toBe(0);
    expect(heard.failed).toEqual([]);
  });

  it('is silent about folders that are hidden, put away or skipped, and about what is behind links', async () => {
    const root = temporary();
    const elsewhere = temporary();
    put(elsewhere, 'a.png');
    for (const folder of ['.git', 'uploaded/2026-03-01', 'other', 'in']) put(root, `${folder}/old.png`);
    symlinkSync(elsewhere, join(root, 'in', 'out'));
    symlinkSync(root, join(root, 'in', 'loop'));
    const { heard } = await start(kind, root, (folder) => folder === 'other' || skipUsual(folder));
    for (const folder of ['.git', 'uploaded/2026-03-01', 'other', 'in/out']) put(root, `${folder}/new.png`);
    put(root, '.new/deep/a.png');
    put(root, 'in/last.png');
    await expect.poll(() => heard.touched.has('in/last.png')).toBe(true);
    const wrong = /^(?:\.git|uploaded\/2026-03-01|other|in\/out|in\/loop|\.new)\//;
    expect(
      [...heard.touched, ...[...heard.unsure].map((folder) => `${folder}/`)].filter((path) =>
        wrong.test(path),
      ),
    ).toEqual([]);
  });

  it('notices that the root goes away, and watches it again when it or another one is there', async () => {
    const root = temporary();
    put(root, 'in/a.png');
    const { heard, watcher } = await start(kind, root);
    const works = async (folder: string): Promise<void> => {
      let count = 0;
      await expect
        .poll(() => {
          put(root, `${folder}/${count++}.png`);
          return [...heard.touched].some((path) => path.startsWith(`${folder}/`));
        })
        .toBe(true);
    };
    const away = `${root}-away`;
    onTestFinished(() => rmSync(away, { recursive: true, force: true }));

    renameSync(root, away);
    await expect.poll(() => heard.unsure.has('')).toBe(true);
    heard.forget();
    renameSync(away, root);
    await expect.poll(() => heard.unsure.has('')).toBe(true);
    await works('in');

    heard.forget();
    rmSync(root, { recursive: true });
    await expect.poll(() => heard.unsure.has('')).toBe(true);
    heard.forget();
    mkdirSync(join(root, 'new'), { recursive: true });
    await expect.poll(() => heard.unsure.has('')).toBe(true);
    await works('new');

    heard.forget();
    renameSync(root, away);
    mkdirSync(join(root, 'third'), { recursive: true });
    await works('third');
    expect(heard.unsure.has('')).toBe(true);
    expect(heard.failed).toEqual([]);

    await watcher.close();
    heard.forget();
    put(root, 'third/late.png');
    rmSync(root, { recursive: true });
    expect([...heard.touched, ...heard.unsure]).toEqual([]);
  });

  it.skipIf(!linux)('looks through the folder of a name that is no text', async () => {
    const root = temporary();
    mkdirSync(join(root, 'in'));
    const { heard } = await start(kind, root);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/in/bad`), Buffer.from([0xff])]), 'x');
    await expect.poll(() => heard.unsure.has('in')).toBe(true);
  });

  it('waits for no disk that does not answer, neither to begin nor to end', async () => {
    const root = temporary();
    put(root, 'a.png');
    let answers = true;
    const stat = async (path: string) => {
      if (!answers) await new Promise(() => undefined);
      return statSync(path, { bigint: true });
    };
    const { heard, watcher } = await start(kind, root, skipUsual, { stat, rootMs: 20 });
    answers = false;
    renameSync(root, `${root}-away`);
    onTestFinished(() => rmSync(`${root}-away`, { recursive: true, force: true }));
    await expect.poll(() => heard.unsure.has('')).toBe(true);
    await watcher.close();
    renameSync(`${root}-away`, root);
    await expect(start(kind, root, skipUsual, { stat, rootMs: 20 })).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringMatching(/does not answer/),
    });
  });

  it('refuses a root that is missing or no folder', async () => {
    const root = temporary();
    await expect(start(kind, join(root, 'gone'))).rejects.toMatchObject({ code: 'file-missing' });
    await expect(start(kind, put(root, 'a.png'))).rejects.toMatchObject({ code: 'file-missing' });
  });
});

describe.skipIf(!linux)('one watch a folder', () => {
  const kind = KINDS[1] as (typeof KINDS)[number];

  it('holds a watch for each folder that is entered, and lets it go with the folder', async () => {
    const root = temporary();
    for (let folder = 0; folder < 150; folder++) put(root, `a/${folder}/x.png`);
    put(root, '.hidden/x.png');
    const { watcher } = await start(kind, root);
    expect(watcher.size).toBe(152);
    rmSync(join(root, 'a'), { recursive: true });
    await expect.poll(() => watcher.size).toBe(1);
    put(root, 'b/c/x.png');
    await expect.poll(() => watcher.size).toBe(3);
    await watcher.close();
    expect(watcher.size).toBe(0);
  });

  it('leaves out a folder that may not be read, and watches it when it may', async () => {
    const root = temporary();
    put(root, 'closed/a.png');
    chmodSync(join(root, 'closed'), 0o000);
    put(root, 'open/b.png');
    await asOrdinaryUser(root, async () => {
      const { watcher, heard } = await start(kind, root);
      expect(watcher.size).toBe(2);
      process.seteuid?.(0);
      chmodSync(join(root, 'closed'), 0o755);
      await expect.poll(() => heard.unsure.has('closed')).toBe(true);
      expect(watcher.size).toBe(3);
    });
  });
});

it('no watcher keeps the process alive', () => {
  const root = temporary();
  put(root, 'in/a.png');
  const adapters = new URL('../../../../main/adapters/', import.meta.url).href;
  const program = `
    const [adapters, root] = process.argv.slice(1);
    const { createStartWatcher, createScanner } = await import(adapters + 'watch/index.ts');
    const { createClock } = await import(adapters + 'clock.ts');
    const clock = createClock();
    const none = () => undefined;
    const log = { debug: none, info: none, warn: none };
    const startWatcher = createStartWatcher({ clock, log, scanner: createScanner({ clock }) });
    const listener = { touched: none, unsure: none, failed: none };
    for (const files of [1, 100000]) {
      const watcher = await startWatcher(root, { files, skip: () => false, listener });
      console.log(watcher.how, watcher.size);
    }
  `;
  const args = ['--input-type=module', '-e', program, adapters, root];
  const output = execFileSync(process.execPath, args, { timeout: 50_000 }).toString();
  expect(output).toMatch(/^chokidar 2\none watch [\w ]+ [12]\n$/);
});

/** Watches in a process that may have only few watches; prints what was thrown or told. */
const PROGRAM = `
  const [adapters, root, files, more] = process.argv.slice(1);
  const { createStartWatcher, createScanner } = await import(adapters + 'watch/index.ts');
  const { createClock } = await import(adapters + 'clock.ts');
  const { mkdirSync } = await import('node:fs');
  const clock = createClock();
  const none = () => undefined;
  const log = { debug: none, info: none, warn: none, error: none };
  const end = ({ code, message }) => { console.log(JSON.stringify({ code, message })); process.exit(0); };
  const startWatcher = createStartWatcher({ clock, log, scanner: createScanner({ clock }) });
  const listener = { touched: none, unsure: none, failed: end };
  await startWatcher(root, { files: Number(files), skip: () => false, listener }).catch(end);
  for (let i = 0; i < Number(more); i++) mkdirSync(root + '/more' + i);
  setTimeout(() => end({ code: 'nothing', message: '' }), 30000);
`;

describe.skipIf(!linux)('the limit of watches', () => {
  for (const { how, files } of KINDS.slice(0, 2)) {
    for (const when of ['at the start', 'later']) {
      it(`${how}: reached ${when}, it is said with the remedy`, ({ skip }) => {
        if (!mayLimit()) return skip('user namespaces are not allowed here');
        const root = temporary();
        const [before, after] = when === 'later' ? [5, 60] : [60, 0];
        for (let folder = 0; folder < before; folder++) mkdirSync(join(root, `f${folder}`));
        const adapters = new URL('../../../../main/adapters/', import.meta.url).href;
        const args = ['--input-type=module', '-e', PROGRAM, adapters, root, String(files), String(after)];
        expect(JSON.parse(limited(process.execPath, args))).toMatchObject({
          code: 'watch-limit',
          message: expect.stringMatching(/sysctl -w fs\.inotify\.max_user_watches=524288/),
        });
      });
    }
  }
});

/** Runs a program in a user namespace, which has a limit of its own: other programs of this machine keep theirs. */
function limited(program: string, args: readonly string[]): string {
  const script = 'echo 20 > /proc/sys/user/max_inotify_watches && exec "$@"';
  const all = ['--user', '--map-root-user', 'sh', '-c', script, 'sh', program, ...args];
  return execFileSync('unshare', all, { timeout: 50_000, stdio: ['ignore', 'pipe', 'ignore'] }).toString();
}

function mayLimit(): boolean {
  try {
    limited('true', []);
    return true;
  } catch {
    return false;
  }
}
