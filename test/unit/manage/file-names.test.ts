/** Titles as names of files. */

import { expect, test } from 'vitest';
import { frameNames, safeFileName, uniqueFileNames } from '../../../main/core/manage/file-names.ts';

test.each([
  ['a.mp4', 'a.mp4'],
  ['../../etc/passwd', '__.._etc_passwd'],
  ['..', 'untitled'],
  ['', 'untitled'],
  [' . ', 'untitled'],
  ['.profile', '_profile'],
  ['a\u0000b\nc', 'abc'],
  ['gpj\u202e4pm.exe', 'gpj4pm.exe'],
  ['C:\\x|y?.png', 'C__x_y_.png'],
  ['NUL', '_NUL'],
  ['com1.txt', '_com1.txt'],
  ['name. . ', 'name'],
  ['a.mp4.part', 'a.mp4.part_'],
  ['bad \ud800 half', 'bad  half'],
])('%j becomes %j', (title, name) => {
  expect(safeFileName(title)).toBe(name);
});

test('a long name keeps its ending and fits, whatever its letters', () => {
  for (const letter of ['a', 'ü', '漢', '🎬']) {
    const name = safeFileName(`${letter.repeat(10_000)}.mp4`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(name)).toBeGreaterThan(190);
    expect(name.endsWith(`${letter}.mp4`)).toBe(true);
  }
});

test('each name is there once, also where upper and lower case are the same', () => {
  expect(uniqueFileNames(['a.mp4', 'A.mp4', 'a (2).mp4', 'a.mp4', 'b'])).toEqual([
    'a.mp4',
    'A (2).mp4',
    'a (2) (2).mp4',
    'a (3).mp4',
    'b',
  ]);
  const many = uniqueFileNames(Array.from({ length: 100_000 }, () => 'same.png'));
  expect(new Set(many).size).toBe(100_000);
});

test('frames keep their names where these sort as the frames do, else their place is put before them', () => {
  expect(frameNames(['f1.png', 'f2.png', 'f10.png'])).toEqual(['f1.png', 'f2.png', 'f10.png']);
  expect(frameNames(['b.png', 'a.png'])).toEqual(['1 b.png', '2 a.png']);
});
