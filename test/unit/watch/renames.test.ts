/** What is known of files that had names that mean "being written", when they are met under finished ones. */

import { beforeEach, expect, it } from 'vitest';
import type { SeenFile } from '../../../main/core/watch/ports.ts';
import { Renames } from '../../../main/core/watch/renames.ts';

let renames: Renames;
beforeEach(() => {
  renames = new Renames();
});

const seen = (size: number, mtimeMs = 1_000, inode: string | null = '1:7'): SeenFile => ({
  identity: { size, mtimeMs },
  inode,
});

it('knows a file by its inode, whichever name is heard of first', () => {
  renames.sighted(seen(100), 0);
  expect(renames.claim(seen(100), 60_000)).toBe(true);
  renames.sighted(seen(100), 0);
  renames.vanished('1:7', 60_000);
  expect(renames.claim(seen(100), 61_000)).toBe(true);
  expect(renames.claim(seen(100, 1_000, '1:8'), 61_000)).toBe(false);
  expect(renames.claim(seen(100, 1_000, null), 61_000)).toBe(false);
});

it('vouches for a file once: what is written to it later is not covered by its old name', () => {
  renames.sighted(seen(100), 0);
  expect(renames.claim(seen(100), 10)).toBe(true);
  expect(renames.has('1:7')).toBe(false);
  expect(renames.claim(seen(100), 20)).toBe(false);
});

it('bears a last write that nobody saw just before the renaming, and no other change', () => {
  renames.sighted(seen(100, 1_000), 0);
  expect(renames.claim(seen(150, 1_900), 1_000)).toBe(true);
  renames.sighted(seen(100, 1_000), 0);
  expect(renames.claim(seen(150, 9_000), 8_000)).toBe(false);
});

it('is not misled by a new file with the inode of a removed one', () => {
  renames.sighted(seen(100), 0);
  renames.vanished('1:7', 500);
  expect(renames.claim(seen(64, 600), 600)).toBe(false);
});

it('forgets what vanished a while ago, and everything when nothing can be seen', () => {
  renames.sighted(seen(100), 0);
  renames.vanished('1:7', 0);
  expect(renames.claim(seen(100), 10_001)).toBe(false);
  renames.sighted(seen(100), 0);
  renames.clear();
  expect(renames.claim(seen(100), 10)).toBe(false);
});
