/** Which files of a watch folder are data: globs, system files, what was moved away, markers and lists. */

import { describe, expect, it } from 'vitest';
import { createGlobs } from '../../../main/adapters/watch/globs.ts';
import { DEFAULT_RULES, type WatchRules } from '../../../main/core/watch/rules.ts';
import { asideProblem, createSelection, type Selection } from '../../../main/core/watch/selection.ts';

const globs = createGlobs({ caseSensitive: true });
const tools = { glob: globs.name, path: globs.path };

function selection(rules: Partial<WatchRules> = {}): Selection {
  return createSelection({ ...DEFAULT_RULES, ...rules }, tools);
}

function taken(path: string, rules: Partial<WatchRules> = {}): boolean {
  return selection(rules).takes(path).taken;
}

describe('without rules', () => {
  it.each([
    'a.mp4',
    'day 1/scan/a.png',
    'uploaded/a.png',
    'uploaded/2026-07/a.png',
    'x/uploaded/2026-07-01/a.png',
    'b\uFFFDld.png',
    '🎞/🎬.png',
    'يوم/صورة.png',
    // Names that mean "being written" are the ladder's.
    '.rsync.png.Ab12Cd',
    'a.png.part',
    '~$a.png',
  ])('%s is taken', (path) => {
    expect(selection().takes(path)).toEqual({ taken: true });
  });

  it.each([
    ['.cache/a.png', /hidden folder “\.cache”/],
    ['x/.git/y/a.png', /hidden folder “x\/\.git”/],
    ['x/Thumbs.db', /file of the system/],
    ['desktop.INI', /file of the system/],
    ['x/.DS_Store', /file of the system/],
    ['x/._a.png', /file of the system/],
    ['.nfs0000a1b2c3d4', /file of the system/],
    ['.encord-uploader-test-1', /file of the system/],
    ['x/@eaDir/a.png', /folder of the system/],
    ['$RECYCLE.BIN/S-1/a.png', /folder of the system/],
    ['System Volume Information/a', /folder of the system/],
    ['lost+found/a.png', /folder of the system/],
    ['uploaded/2026-07-01/x/a.png', /was uploaded/],
    ['Uploaded/2026-07-01/a.png', /was uploaded/],
  ])('%s is left out silently', (path, why) => {
    expect(selection().takes(path)).toEqual({ taken: false, why: expect.stringMatching(why), silent: true });
  });

  it.each([
    ['', false],
    ['day', false],
    ['uploaded', false],
    ['uploaded/2026-07', false],
    ['uploaded/2026-07-01', true],
    ['uploaded/2026-07-01/x', true],
    ['x/uploaded/2026-07-01', false],
    ['.cache', true],
    ['x/.cache/y', true],
    ['x/@eaDir', true],
    ['lost+found', true],
  ])('the folder %j is skipped: %s', (folder, skipped) => {
    expect(selection().skipFolder(folder)).toBe(skipped);
  });
});

describe('globs', () => {
  it('what is included is taken, the rest is left out with a reason', () => {
    const include = ['*.png', 'raw/**'];
    expect(taken('x/a.png', { include })).toBe(true);
    expect(taken('raw/x/a.tif', { include })).toBe(true);
    expect(selection({ include }).takes('x/a.tif')).toEqual({
      taken: false,
      why: expect.stringMatching(/none of the patterns/),
      silent: false,
    });
    expect(selection({ include }).skipFolder('x')).toBe(false);
  });

  it('what is excluded is left out, included or not', () => {
    const rules = { include: ['*.png'], exclude: ['preview_*', 'x/*.png'] };
    expect(taken('a.png', rules)).toBe(true);
    expect(selection(rules).takes('y/preview_1.png')).toEqual({
      taken: false,
      why: expect.stringMatching(/“preview_\*”/),
      silent: false,
    });
    expect(taken('x/a.png', rules)).toBe(false);
    expect(taken('y/x/a.png', rules)).toBe(true);
  });

  it.each([
    ['thumbs/', 'thumbs', true],
    ['thumbs/', 'x/thumbs/y', true],
    ['thumbs/**', 'thumbs', true],
    ['thumbs/**', 'x/thumbs', false],
    ['**/thumbs/**', 'x/thumbs', true],
    ['x/thumbs/**', 'x/thumbs', true],
    ['x/thumbs/', 'y/x/thumbs', false],
    ['thumbs', 'x/thumbs', true],
    ['*.png', 'x', false],
    ['x/*.png', 'x', false],
    ['**', 'x', true],
    ['/', 'x', true],
  ])('excluding %s skips the folder %s: %s', (pattern, folder, skipped) => {
    const chosen = selection({ exclude: [pattern] });
    expect(chosen.skipFolder(folder)).toBe(skipped);
    // A file below is answered likewise, though its folder is not asked about first.
    expect(chosen.takes(`${folder}/a.tif`).taken).toBe(!skipped);
  });

  it('a wrong one is refused at once', () => {
    const wrong = expect.objectContaining({ code: 'invalid-input' });
    expect(() => selection({ include: ['!*.png'] })).toThrow(wrong);
    expect(() => selection({ exclude: ['a\\b'] })).toThrow(wrong);
  });
});

describe('markers and lists', () => {
  const readiness = (change: Partial<WatchRules['readiness']>) => ({
    readiness: { ...DEFAULT_RULES.readiness, ...change },
  });
  const close = (change: WatchRules['groups']['close']) => ({
    groups: { ...DEFAULT_RULES.groups, close: change },
  });

  it.each<[Partial<WatchRules>, string, string]>([
    [readiness({ marker: '{name}.done' }), 'x/a.png.done', 'x/a.png'],
    [readiness({ marker: '{stem}.ok' }), 'a.ok', 'a.png'],
    [readiness({ marker: 'MARKER_is_finished_{name}' }), 'MARKER_is_finished_a.png', 'MARKER.png'],
    [readiness({ marker: '{name}[1].ok' }), 'a.png[1].ok', 'a.png1.ok'],
    [readiness({ manifest: '*.{md5,csv}' }), 'x/list.csv', 'x/list.png'],
    [close({ kind: 'marker', name: 'DONE' }), 'x/DONE', 'x/DONE.png'],
    [close({ kind: 'marker', name: '{folder}.ready' }), 'scan 1.ready', 'scan 1.png'],
    [close({ kind: 'manifest', name: 'manifest*.json' }), 'x/manifest 1.json', 'x/a.json'],
  ])('%o: %s is none, %s is data', (rules, aside, data) => {
    expect(selection(rules).takes(aside)).toEqual({
      taken: false,
      why: expect.stringMatching(/marker or a list/),
      silent: true,
    });
    expect(taken(data, rules)).toBe(true);
  });

  it.each(['{name}', '*', '{stem}.{ext}', '**', '', '{folder}', 'x/DONE', '..\\DONE'])(
    '%j is no name for one',
    (name) => {
      expect(asideProblem(name)).toMatch(/^“.*\.$/);
    },
  );

  it.each(['{name}.done', 'DONE', '*.md5', 'MARKER_is_finished_*', '{folder}_ready'])('%s is one', (name) => {
    expect(asideProblem(name)).toBeNull();
  });
});

it('answers do not depend on the order of the questions', () => {
  const chosen = selection({ exclude: ['b/'] });
  const paths = ['a/1', 'b/1', 'a/2', '.c/1', '1', 'b/x/1', 'a/3'];
  expect(paths.map((path) => chosen.takes(path).taken)).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
});
