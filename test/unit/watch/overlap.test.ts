/** Whether two watch folders would see the same files, for paths of both kinds. */

import { describe, expect, it } from 'vitest';
import { type Overlap, overlap, sayOverlap } from '../../../main/core/watch/overlap.ts';

type Case = [root: string, other: string, kind: Overlap<unknown>['kind'] | null];

function kind(root: string, other: string, caseSensitive: boolean): Overlap<unknown>['kind'] | null {
  return overlap(root, [{ root: other }], caseSensitive)?.kind ?? null;
}

describe('two roots', () => {
  it.each<Case>([
    ['/data/a', '/data/a', 'same'],
    ['/data/a/', '/data/a', 'same'],
    ['/data//a', '/data/./a', 'same'],
    ['/data/a/b', '/data/a', 'inside'],
    ['/data', '/data/a/b', 'contains'],
    ['/', '/data', 'contains'],
    ['/data', '/', 'inside'],
    ['/data/ab', '/data/a', null],
    ['/data/a', '/data/ab', null],
    ['/data/x/../a', '/data/a', 'same'],
    ['/data/a', '/Data/A', null],
    ['/data/a\\b', '/data/a', null],
    ['/data/mu\u0308ll', '/data/m\u00fcll', null],
    ['/data/b\uFFFDld', '/data/b\uFFFDld/🎞', 'contains'],
    ['/', '/', 'same'],
  ])('%s beside %s where case counts: %s', (root, other, expected) => {
    expect(kind(root, other, true)).toBe(expected);
  });

  it.each<Case>([
    ['/data/a', '/Data/A', 'same'],
    ['/data/mu\u0308ll', '/Data/M\u00dcll/x', 'contains'],
    ['C:\\Data', 'c:\\data\\', 'same'],
    ['C:\\Data', 'c:/data/Rig', 'contains'],
    ['C:\\Data\\rig', 'C:\\Data', 'inside'],
    ['C:\\Data2', 'C:\\Data', null],
    ['C:\\', 'C:\\Data', 'contains'],
    ['C:\\Data', 'D:\\Data', null],
    ['\\\\nas\\scans\\rig', '\\\\NAS\\scans', 'inside'],
    ['\\\\nas\\scans', '\\\\nas2\\scans', null],
    ['\\\\?\\C:\\Data', 'C:\\Data', 'same'],
    ['\\\\?\\UNC\\nas\\scans', '\\\\nas\\scans\\rig', 'contains'],
    ['\\\\nas\\scans', '/nas/scans', null],
  ])('%s beside %s where case does not count: %s', (root, other, expected) => {
    expect(kind(root, other, false)).toBe(expected);
  });

  it('a drive has no case', () => {
    expect(kind('c:\\Data', 'C:\\Data', true)).toBe('same');
    expect(kind('c:\\Data', 'C:\\data', true)).toBeNull();
  });
});

describe('many roots', () => {
  const others = [
    { root: '/data/rig/day', id: 1 },
    { root: '/data', id: 2 },
    { root: '/data/rig', id: 3 },
    { root: '/other', id: 4 },
  ];

  it('the plainest reason comes first', () => {
    expect(overlap('/data/rig', others, true)).toEqual({ kind: 'same', other: others[2] });
    expect(overlap('/data/rig/x', others, true)).toEqual({ kind: 'inside', other: others[1] });
    expect(overlap('/', others, true)).toEqual({ kind: 'contains', other: others[0] });
    expect(overlap('/elsewhere', others, true)).toBeNull();
    expect(overlap('/data', [], true)).toBeNull();
  });

  it('is said with both folders and what to do', () => {
    const say = (root: string) => {
      const found = overlap(root, others, true);
      return found && sayOverlap(root, found);
    };
    expect(say('/other')).toMatch(/^“\/other” is a watch folder already\. .*remove it first\.$/);
    expect(say('/other/x')).toMatch(/^“\/other\/x” lies in “\/other”, .*\.$/);
    expect(say('/')).toMatch(/^“\/” contains “\/data\/rig\/day”, .*\.$/);
  });
});
