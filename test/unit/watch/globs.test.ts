/** Globs of watch folders: what they match, as in .gitignore, and which ones are refused. */

import { describe, expect, it } from 'vitest';
import { createGlobs } from '../../../main/adapters/watch/globs.ts';

const globs = createGlobs({ caseSensitive: true });
const anyCase = createGlobs({ caseSensitive: false });

describe('paths', () => {
  it.each([
    // Without a slash: names at any depth.
    ['*.mp4', 'a.mp4', true],
    ['*.mp4', 'day/scan 1/a.mp4', true],
    ['*.mp4', 'a.mp4/b.txt', false],
    ['*.mp4', 'a.MP4', false],
    ['frame_???.png', 'x/frame_001.png', true],
    ['frame_???.png', 'x/frame_0001.png', false],
    ['*', 'a/b/c', true],
    // With one: from the root.
    ['raw/*.tif', 'raw/a.tif', true],
    ['raw/*.tif', 'x/raw/a.tif', false],
    ['raw/*.tif', 'raw/x/a.tif', false],
    ['/*.tif', 'a.tif', true],
    ['/*.tif', 'x/a.tif', false],
    ['./raw/*.tif', 'raw/a.tif', true],
    ['raw/**', 'raw/a', true],
    ['raw/**', 'raw/x/y/a', true],
    ['raw/**', 'raw', false],
    ['raw/**', 'x/raw/a', false],
    ['**/raw/**', 'x/raw/a', true],
    ['**/raw/*.tif', 'raw/a.tif', true],
    ['**/raw/*.tif', 'x/y/raw/a.tif', true],
    ['**/raw/*.tif', 'x/yraw/a.tif', false],
    ['day*/**/frame*.png', 'day1/frame1.png', true],
    ['day*/**/frame*.png', 'day1/a/b/frame1.png', true],
    ['day*/**/frame*.png', 'day1/a/b/x1.png', false],
    ['a**b/*', 'a/b/c', false],
    ['a**b/*', 'axb/c', true],
    // Everything below a folder of that name.
    ['raw/', 'raw/a', true],
    ['raw/', 'x/raw/y/a', true],
    ['raw/', 'x/raw', false],
    ['raw/', 'x/raws/a', false],
    ['x/raw/', 'x/raw/a', true],
    ['x/raw/', 'y/x/raw/a', false],
    // Choices.
    ['*.{tif,tiff}', 'x/a.tiff', true],
    ['*.{tif,tiff}', 'x/a.tif.txt', false],
    ['**/*.{tif,tiff}', 'a.tif', true],
    ['raw/**/*.{tif,tiff}', 'raw/x/y/a.tif', true],
    ['{raw,new}/**', 'new/x/a.tif', true],
    ['{raw,new}/', 'x/new/a.tif', true],
    ['scan[0-9].tif', 'scan7.tif', true],
    ['scan[!0-9].tif', 'scan7.tif', false],
    ['scan[!0-9].tif', 'scanx.tif', true],
    // Hidden names are names; whether they are looked at is no matter of globs.
    ['*.png', '.hidden.png', true],
    ['*.{png,jpg}', '.hidden.png', true],
    ['x/**', 'x/.hidden/a', true],
    // Characters that mean something elsewhere mean themselves.
    ['scan (1)*.tif', 'scan (1) b.tif', true],
    ['scan (1)*.tif', 'scan 1 b.tif', false],
    ['scan (1).{tif,png}', 'scan (1).png', true],
    ['scan (1).{tif,png}', 'scan 1.png', false],
    ['a+$^|"@.{tif,png}', 'a+$^|"@.png', true],
    ['a+$^|"@.tif', 'a+$^|"@.tif', true],
    ['a+.{tif,png}', 'aaa.png', false],
    ['(a|b).{tif,png}', 'a.png', false],
    ['\\[1\\]*.tif', '[1] a.tif', true],
    ['a.tif', 'abtif', false],
  ])('%s on %s: %s', (pattern, path, fits) => {
    expect(globs.problem(pattern)).toBeNull();
    expect(globs.path(pattern)(path)).toBe(fits);
  });

  it.each([
    ['*.mp4', 'DAY/A.MP4'],
    ['*.{MP4,mov}', 'day/a.mp4'],
    ['RAW/*.tif', 'raw/A.TIF'],
    ['ÄRGER*', 'ärger.png'],
  ])('%s fits %s where case does not count', (pattern, path) => {
    expect(anyCase.path(pattern)(path)).toBe(true);
    expect(globs.path(pattern)(path)).toBe(false);
  });

  it('case counts by default as on the disks of this system', () => {
    const counts = !['win32', 'darwin'].includes(process.platform);
    expect(createGlobs().path('*.mp4')('A.MP4')).toBe(!counts);
  });

  it.each([
    ['*\uFFFD*.png', 'bild\uFFFD1.png'],
    ['🎞?.png', '🎞🎬.png'],
    ['صورة_*.png', 'يوم/صورة_١.png'],
    // One character, or a letter and its accent.
    ['mu\u0308ll*.png', 'm\u00fcll1.png'],
    ['m\u00fcll*.{png,jpg}', 'mu\u0308ll1.png'],
    ['a\nb*', 'a\nb\nc'],
  ])('names of any script: %s', (pattern, path) => {
    expect(globs.path(pattern)(path)).toBe(true);
    expect(globs.path(pattern)('other.tif')).toBe(false);
  });
});

describe('names', () => {
  it('are matched whole', () => {
    const fits = globs.name('*.done');
    expect([fits('a.png.done'), fits('.done'), fits('a.done.png')]).toEqual([true, true, false]);
  });

  it('the same pattern is compiled once', () => {
    expect(globs.name('*.ok')).toBe(globs.name('*.ok'));
    expect(globs.path('*.ok')).toBe(globs.path('*.ok'));
    expect(globs.path('x/*.ok')).not.toBe(globs.name('x/*.ok'));
  });
});

describe('patterns that are refused', () => {
  it.each([
    ['', /empty/],
    ['  ', /empty/],
    [`${'a'.repeat(1_000)}*`, /1,001 characters/],
    ['!*.png', /begins with “!”/],
    ['raw\\scans\\*.tif', /Write \/ between folders/],
    ['../other/*.tif', /leads out/],
    ['raw/..', /leads out/],
    ['frame{1..30}.png', /\[0-9\]/],
    ['scan[9-0].png', /cannot be read/],
    ['scan{a,b.png', /cannot be read/],
    ['*a*b*c*d*.{tif,png}', /Write several patterns/],
    ['**/a/**/b/**/c/**/*.{tif,png}', /Write several patterns/],
    ['{a,b}{a,b}{a,b}{a,b}{a,b}', /Write several patterns/],
    [`${'{'.repeat(300)}`, /Write several patterns/],
  ])('%s', (pattern, problem) => {
    expect(globs.problem(pattern)).toMatch(problem);
    expect(() => globs.path(pattern)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    expect(() => globs.name(pattern)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it.each(['[', ']', '{a}', '}', '[]', '[[', '{}', '{,}', '[]a]b', '\\', '*.[', '{[}]', '[{]', '{a,[}]}'])(
    '%s is a pattern or is not one, and nothing else happens',
    (pattern) => {
      const problem = globs.problem(pattern);
      if (problem === null) expect(typeof globs.path(pattern)('a/b.png')).toBe('boolean');
      else expect(problem).toMatch(/^“.*\.$/);
    },
  );
});

// By trying each star at each place these would not come to an end.
describe('hostile names', () => {
  it.each([
    [`${'*_'.repeat(40)}*x*`, '_'.repeat(255), `${'_'.repeat(254)}x`],
    [`${'*a'.repeat(300)}*b?`, 'a'.repeat(4_000), `${'a'.repeat(4_000)}ba`],
    [`${'**/a/'.repeat(50)}b*`, `${'a/'.repeat(2_000)}c`, `${'a/'.repeat(2_000)}b`],
    [`${'**/*a*/'.repeat(40)}b*`, `${'aaaa/'.repeat(800)}c`, `${'aaaa/'.repeat(800)}b`],
    [`${'**/*a*/'.repeat(3)}{b,c}`, `${'aaaa/'.repeat(20)}d`, `${'aaaa/'.repeat(20)}b`],
  ])('%s', (pattern, misses, fits) => {
    expect(globs.path(pattern)(misses)).toBe(false);
    expect(globs.path(pattern)(fits)).toBe(true);
  });
});
