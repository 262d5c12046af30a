/** Lists of files (manifests) that a folder's files are looked up in: read once while they are used, and not kept for ever. */

import { expect, it } from 'vitest';
import { createGlobs } from '../../../main/adapters/watch/globs.ts';
import { Judging } from '../../../main/core/watch/judging.ts';
import type { WatchDisk } from '../../../main/core/watch/ports.ts';
import { DEFAULT_RULES } from '../../../main/core/watch/rules.ts';

const globs = createGlobs();
const TEXT = new TextEncoder().encode(`${'a'.repeat(64)}  scan.png\n`);

/** Every folder has one list of the same content. */
function lists(): { judging: Judging; read: string[]; touch(): void } {
  const read: string[] = [];
  let mtimeMs = 1_000;
  const disk: Pick<WatchDisk, 'names' | 'look' | 'read'> = {
    names: async () => ['list.sha256'],
    look: async () => ({ kind: 'file', identity: { size: TEXT.length, mtimeMs }, inode: null }),
    read: async (path) => {
      read.push(path);
      return TEXT;
    },
  };
  const judging = new Judging({
    disk: disk as WatchDisk,
    rules: () => DEFAULT_RULES.readiness,
    tools: { glob: globs.name },
    monotonic: () => 0,
    signal: new AbortController().signal,
  });
  const touch = (): void => {
    mtimeMs += 1;
  };
  return { judging, read, touch };
}

it('a list is read again only when it is another one', async () => {
  const { judging, read, touch } = lists();
  for (let times = 0; times < 3; times++) {
    expect(await judging.listIn('day', '*.sha256')).toEqual(new Set(['scan.png']));
  }
  expect(read).toEqual(['day/list.sha256']);
  touch();
  expect(await judging.listIn('day', '*.sha256')).toEqual(new Set(['scan.png']));
  expect(read).toHaveLength(2);
});

it('the last twenty are kept, those that were used last', async () => {
  const { judging, read } = lists();
  const ask = (folder: number) => judging.listIn(`day ${folder}`, '*.sha256');
  for (let folder = 1; folder <= 20; folder++) await ask(folder);
  await ask(1);
  await ask(21);
  expect(read).toHaveLength(21);
  // The second was the one that nobody had asked for since.
  for (const folder of [1, 3, 20, 21]) await ask(folder);
  expect(read).toHaveLength(21);
  await ask(2);
  expect(read.at(-1)).toBe('day 2/list.sha256');
  expect(read).toHaveLength(22);
});
