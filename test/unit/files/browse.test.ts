/** The chooser of browser mode: one listing serves the windows of a folder, until the folder changes or time passes. */

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createBrowse } from '../../../main/adapters/browse.ts';

test('a folder is not read again for each window, but when it changed, or after a while', async () => {
  const root = mkdtempSync(join(tmpdir(), 'encord-uploader-browse-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'in');
  mkdirSync(join(folder, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'b10.png'), '12345');
  writeFileSync(join(folder, 'b9.png'), '1');
  writeFileSync(join(folder, '.hidden'), '1');
  let now = 0;
  const browse = createBrowse({ monotonic: () => now });

  const first = await browse(folder);
  expect(first).toMatchObject({ path: folder, parent: root });
  expect(first.entries.map(({ name, size }) => [name, size])).toEqual([
    ['sub', null],
    ['b9.png', 1],
    ['b10.png', 5],
  ]);
  expect((await browse(folder)).entries).toBe(first.entries);
  expect((await browse(join(folder, '.'))).entries).toBe(first.entries);

  writeFileSync(join(folder, 'c.png'), '1');
  utimesSync(folder, new Date(), new Date(Date.now() + 5_000));
  expect((await browse(folder)).entries).toHaveLength(4);

  // A file that grows does not touch its folder: what is older than a few seconds is read again.
  writeFileSync(join(folder, 'c.png'), '123');
  now += 10_000;
  expect((await browse(folder)).entries.find(({ name }) => name === 'c.png')?.size).toBe(3);

  rmSync(folder, { recursive: true });
  await expect(browse(folder)).rejects.toMatchObject({ code: 'file-missing' });
  mkdirSync(folder);
  expect((await browse(folder)).entries).toEqual([]);
});
