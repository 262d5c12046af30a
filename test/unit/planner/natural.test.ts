/** Natural order, numbered sequences and the core's few path functions. */

import { describe, expect, it } from 'vitest';
import { compareNatural, sortInSlices } from '../../../main/core/natural.ts';
import { ancestors, commonPrefix, folderName, folderPath, folderPrefix } from '../../../main/core/paths.ts';
import { isNumberedSequence } from '../../../main/core/sequence.ts';
import { createSlicer } from '../../../main/core/slicer.ts';

const slicer = createSlicer({ monotonic: () => performance.now() });

describe('compareNatural', () => {
  it.each([
    [
      ['frame10', 'frame2', 'Frame1'],
      ['Frame1', 'frame2', 'frame10'],
    ],
    [
      ['a02', 'a2', 'a1', 'a002'],
      ['a1', 'a2', 'a02', 'a002'],
    ],
    [
      ['a1b10', 'a1b9', 'a01b2'],
      ['a01b2', 'a1b9', 'a1b10'],
    ],
    [
      ['b', 'A', 'B', 'a'],
      ['A', 'a', 'B', 'b'],
    ],
    [
      ['x99999999999999999999', 'x100000000000000000000'],
      ['x99999999999999999999', 'x100000000000000000000'],
    ],
    [
      ['é2', 'É10', 'z'],
      ['z', 'é2', 'É10'],
    ],
    [
      ['1.png', '1', '1a'],
      ['1', '1.png', '1a'],
    ],
    [
      ['img', 'img0', 'img00'],
      ['img', 'img0', 'img00'],
    ],
  ])('puts %j into order', (names, sorted) => {
    expect([...names].sort(compareNatural)).toEqual(sorted);
    expect([...names].reverse().sort(compareNatural)).toEqual(sorted);
  });

  it('is a total order: no two different names are equal, and it is transitive', () => {
    const pieces = ['a', 'A', '0', '00', '1', '01', '10', '-', 'é', ''];
    const names = [...new Set(pieces.flatMap((x) => pieces.flatMap((y) => pieces.map((z) => x + y + z))))];
    const sorted = [...names].sort(compareNatural);
    for (let i = 1; i < sorted.length; i++) {
      expect(compareNatural(sorted[i - 1] ?? '', sorted[i] ?? '')).toBeLessThan(0);
    }
    for (let i = 0; i < sorted.length; i += 7) {
      for (let j = i + 1; j < sorted.length; j += 5) {
        expect(compareNatural(sorted[i] ?? '', sorted[j] ?? '')).toBeLessThan(0);
      }
    }
  });
});

describe('sortInSlices', () => {
  it('sorts like a sort, stable, and pauses on the way', async () => {
    let pauses = 0;
    const always = { spent: () => true, pause: async () => void pauses++ };
    const list = Array.from({ length: 5_000 }, (_, i) => ({ key: (i * 7919) % 613, i }));
    const expected = [...list].sort((a, b) => a.key - b.key);
    await sortInSlices(list, (a, b) => a.key - b.key, always);
    expect(list).toEqual(expected);
    expect(pauses).toBeGreaterThan(10);
  });

  it.each([0, 1, 511, 512, 513, 1025])('sorts %i entries', async (length) => {
    const list = Array.from({ length }, (_, i) => (i * 31) % length);
    await sortInSlices(list, (a, b) => a - b, slicer);
    expect(list).toEqual(Array.from(list).sort((a, b) => a - b));
    expect(list).toHaveLength(length);
  });
});

describe('isNumberedSequence', () => {
  const numbered = (numbers: readonly number[], stem = 'frame_') => numbers.map((n) => `${stem}${n}.png`);
  it.each([
    ['neighbours', numbered([1, 2]), true],
    ['two that are no neighbours', numbered([1, 5]), false],
    ['every tenth', numbered([0, 10, 20, 30, 40]), true],
    ['with gaps', numbered([1, 2, 3, 5, 6, 9, 10]), true],
    ['scattered', numbered([1, 8, 9, 40, 73, 90, 200, 340]), false],
    [
      'one stranger among ten',
      [...numbered([1, 2, 3, 4, 5, 6, 7, 8, 9]), 'map.png'].sort(compareNatural),
      true,
    ],
    ['two strangers among four', ['a.png', 'b.png', ...numbered([1, 2])], false],
    ['names without numbers', ['cat.png', 'dog.png'], false],
    ['two cameras', [...numbered([1, 2, 3], 'a'), ...numbered([1, 2, 3], 'b')], false],
    ['one image', numbered([1]), false],
    ['the same number written twice', ['a1.png', 'a01.png'], false],
  ])('%s', async (_name, names, expected) => {
    expect(await isNumberedSequence(names, slicer)).toBe(expected);
  });
});

describe('paths', () => {
  it('splits paths of both kinds', () => {
    expect(folderPrefix('/data/a\\b/c.png')).toBe('/data/a\\b/');
    expect(folderPrefix('C:\\data\\c.png')).toBe('C:\\data\\');
    expect(folderPath('/data/')).toBe('/data');
    expect(folderPath('/')).toBe('/');
    expect(folderPath('C:\\')).toBe('C:\\');
    expect(folderName('/data/run 1/')).toBe('run 1');
    expect(folderName('\\\\server\\share\\run\\')).toBe('run');
    expect(folderName('/')).toBe('/');
    expect([...ancestors('/a/b/c')]).toEqual(['/a/b', '/a', '/']);
    expect([...ancestors('C:\\a\\b')]).toEqual(['C:\\a', 'C:\\']);
    expect(commonPrefix('/a/bc/', '/a/bd/')).toBe('/a/');
    expect(commonPrefix('/a/b/', '/a/b/')).toBe('/a/b/');
    expect(commonPrefix('C:\\a\\', 'D:\\a\\')).toBe('');
  });
});
