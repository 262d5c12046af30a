/** Each rung by itself: what it takes for unfinished, what for finished, and when it says nothing. */

import { describe, expect, it } from 'vitest';
import { complete } from '../../../main/core/watch/rungs/complete.ts';
import { manifest } from '../../../main/core/watch/rungs/manifest.ts';
import { isMarker, marker, markerNames, markerOf } from '../../../main/core/watch/rungs/marker.ts';
import { open } from '../../../main/core/watch/rungs/open.ts';
import { quiet } from '../../../main/core/watch/rungs/quiet.ts';
import { renamed } from '../../../main/core/watch/rungs/renamed.ts';
import { unfinishedName, unfinishedPattern } from '../../../main/core/watch/rungs/unfinished-name.ts';
import { facts, only, rules, tools } from './facts.ts';

const SILENT = { kind: 'silent' };
const FINISHED = { kind: 'finished' };

describe('unfinished name', () => {
  it.each([
    ['cam.mp4.part', '*.part'],
    ['CAM.MP4.PART', '*.part'],
    ['cam.Tmp', '*.tmp'],
    ['cam.temp', '*.temp'],
    ['cam.mp4.partial', '*.partial'],
    ['cam.mp4.crdownload', '*.crdownload'],
    ['cam.mp4.download', '*.download'],
    ['cam.mp4.filepart', '*.filepart'],
    ['cam.mp4.!uT', '*.!ut'],
    ['cam.mp4.aria2', '*.aria2'],
    ['cam.mp4.opdownload', '*.opdownload'],
    ['.cam.swp', '*.swp'],
    ['cam.lock', '*.lock'],
    ['~$notes.docx', '~$*'],
    ['.~lock.notes.ods#', '.~lock.*#'],
    ['notes.txt~', '*~'],
    ['.cam.mp4.Ab3xQ9', '.*.??????'],
    ['.DS_Store', '.*'],
  ])('%s', (name, pattern) => {
    expect(unfinishedPattern(name, rules(), tools)).toBe(pattern);
    expect(unfinishedName.judge(facts({ name }), rules(), tools)).toEqual({
      kind: 'waiting',
      reason: { kind: 'unfinished-name', pattern },
      againMs: null,
    });
  });

  it.each(['cam.mp4', 'part', 'party.mp4', 'tmp.png', 'a.part.mp4', '$~a.png', 'a~b.png', 'lock.png'])(
    '%s is an ordinary name',
    (name) => {
      expect(unfinishedPattern(name, rules(), tools)).toBeNull();
      expect(unfinishedName.judge(facts({ name }), rules(), tools)).toEqual(SILENT);
    },
  );

  it('knows the names of the folder', () => {
    const own = rules({ unfinishedNames: ['*.rec', '*_writing.*'] });
    expect(unfinishedPattern('cam_writing.mp4', own, tools)).toBe('*_writing.*');
    expect(unfinishedPattern('cam.mp4', own, tools)).toBeNull();
  });
});

describe('open', () => {
  it('says nothing where nobody has it open, and where the system does not tell', () => {
    expect(open.judge(facts({ openness: { kind: 'nobody' } }), rules(), tools)).toEqual(SILENT);
    expect(open.judge(facts({ openness: { kind: 'unknown' } }), rules(), tools)).toEqual(SILENT);
  });

  it('names the process', () => {
    const openness = { kind: 'process', pid: 4121, name: 'ffmpeg' } as const;
    expect(open.judge(facts({ openness }), rules(), tools)).toEqual({
      kind: 'waiting',
      reason: { kind: 'open', pid: 4121, process: 'ffmpeg' },
      againMs: null,
    });
    expect(open.judge(facts({ openness }), rules({ notOpen: false }), tools)).toEqual(SILENT);
  });

  it('wants to be asked', () => {
    expect(open.judge(facts({ openness: null }), rules(), tools)).toMatchObject({
      reason: { kind: 'checking', what: 'open' },
    });
  });
});

describe('marker', () => {
  it.each([
    ['{name}.done', 'cam.mp4', 'cam.mp4.done'],
    ['{stem}.ok', 'cam.mp4', 'cam.ok'],
    ['{stem}.ok', 'archive.tar.gz', 'archive.tar.ok'],
    ['{stem}_{ext}.ok', 'cam.mp4', 'cam_mp4.ok'],
    ['{stem}{ext}.ok', 'README', 'README.ok'],
    ['MARKER_is_finished_{name}', 'cam.mp4', 'MARKER_is_finished_cam.mp4'],
    ['ready', 'cam.mp4', 'ready'],
  ])('%s of %s is %s', (template, name, expected) => {
    expect(markerOf(name, template)).toBe(expected);
    const with_ = only({ marker: template });
    expect(marker.judge(facts({ name, names: new Set([name]) }), with_, tools)).toEqual({
      kind: 'waiting',
      reason: { kind: 'marker', name: expected },
      againMs: null,
    });
    expect(marker.judge(facts({ name, names: new Set([name, expected]) }), with_, tools)).toEqual(FINISHED);
    expect(isMarker(expected, with_)).toBe(true);
  });

  it('is found by wildcards, of the template alone', () => {
    const any = only({ marker: 'MARKER_is_finished_*' });
    const judged = (name: string, beside: string, with_ = any) =>
      marker.judge(facts({ name, names: new Set([name, beside]) }), with_, tools).kind;
    expect(judged('cam.mp4', 'MARKER_is_finished_run7')).toBe('finished');
    expect(judged('cam.mp4', 'MARKER_is_running_run7')).toBe('waiting');
    const dated = only({ marker: '{name}.????.done' });
    expect(judged('a*.png', 'a*.png.2024.done', dated)).toBe('finished');
    expect(judged('a*.png', 'ab.png.2024.done', dated)).toBe('waiting');
    expect(judged('a(1)[b].png', 'a(1)[b].png.2024.done', dated)).toBe('finished');
    expect(judged('a.png', 'aXpng.2024.done', dated)).toBe('waiting');
  });

  it('is never the file itself', () => {
    for (const template of ['{name}', '{stem}.*']) {
      const judged = marker.judge(facts(), only({ marker: template }), tools);
      expect(judged.kind).toBe('waiting');
    }
  });

  it('is told from data', () => {
    const done = only({ marker: '{name}.done' });
    expect(markerNames(done)).toBe('*.done');
    expect(isMarker('cam.mp4.done', done)).toBe(true);
    expect(isMarker('cam.mp4', done)).toBe(false);
    expect(isMarker('cam.mp4.done.mp4', done)).toBe(false);
    expect(isMarker('cam.mp4.done', only({ marker: '{name}.ok' }))).toBe(false);
    expect(isMarker('cam.mp4.done', only())).toBe(false);
    expect(markerNames(only())).toBeNull();
  });

  it('says nothing where none is wanted', () => {
    expect(marker.judge(facts(), only(), tools)).toEqual(SILENT);
  });
});

describe('manifest', () => {
  const wanted = only({ manifest: '*.csv' });
  const listed = { kind: 'listed', list: 'all.csv', size: null, hash: null } as const;
  const hash = { algorithm: 'md5', hex: 'd41d8cd98f00b204e9800998ecf8427e' } as const;
  const judged = (but: Parameters<typeof facts>[0]) => manifest.judge(facts(but), wanted, tools);

  it('waits for the list, and to be in it', () => {
    expect(judged({ listed: { kind: 'no-list' } })).toMatchObject({
      reason: { kind: 'no-manifest', name: '*.csv' },
    });
    expect(judged({ listed: { kind: 'not-listed', list: 'all.csv' } })).toMatchObject({
      reason: { kind: 'not-in-manifest', list: 'all.csv' },
    });
  });

  it('compares sizes', () => {
    expect(judged({ listed: { ...listed, size: 1_000 } })).toEqual(FINISHED);
    expect(judged({ listed: { ...listed, size: 1_200, hash }, listedHashFits: true })).toMatchObject({
      reason: { kind: 'manifest-size', list: 'all.csv', listed: 1_200, size: 1_000 },
    });
  });

  it('compares hashes', () => {
    const withHash = { ...listed, hash };
    expect(judged({ listed: withHash })).toMatchObject({ reason: { kind: 'checking', what: 'hash' } });
    expect(judged({ listed: withHash, listedHashFits: true })).toEqual(FINISHED);
    expect(judged({ listed: withHash, listedHashFits: false })).toMatchObject({
      reason: { kind: 'manifest-hash', list: 'all.csv' },
    });
  });

  it('does not hash what changed just now', () => {
    expect(judged({ listed: { ...listed, hash }, unchangedMs: 500 })).toEqual({
      kind: 'waiting',
      reason: { kind: 'quiet', change: 'size', unchangedMs: 500, neededMs: 2_000 },
      againMs: 1_500,
    });
  });

  it('takes being listed for enough where the list says nothing else', () => {
    expect(judged({ listed })).toEqual(FINISHED);
    expect(manifest.judge(facts({ listed: { kind: 'no-list' } }), only(), tools)).toEqual(SILENT);
  });
});

describe('renamed', () => {
  it('is a yes, or nothing', () => {
    expect(renamed.judge(facts({ renamedInto: true }), rules(), tools)).toEqual(FINISHED);
    expect(renamed.judge(facts(), rules(), tools)).toEqual(SILENT);
    expect(renamed.judge(facts({ renamedInto: true }), rules({ renamed: false }), tools)).toEqual(SILENT);
  });
});

describe('quiet', () => {
  it.each([
    [0, 9_999, 10_000],
    [1e9, 19_999, 20_000],
    [5e8, 14_999, 15_000],
    [1e12, 10_009_999, 10_010_000],
  ])('scales with the size: %d bytes', (size, unchangedMs, neededMs) => {
    const identity = { size, mtimeMs: 0 };
    const by = rules({ quietSeconds: 10, quietSecondsPerGB: 10 });
    expect(quiet.judge(facts({ identity, unchangedMs, lastChange: 'time' }), by, tools)).toEqual({
      kind: 'waiting',
      reason: { kind: 'quiet', change: 'time', unchangedMs, neededMs },
      againMs: 1,
    });
    expect(quiet.judge(facts({ identity, unchangedMs: neededMs }), by, tools)).toEqual(FINISHED);
  });

  it('is switched off by no seconds, whatever the size', () => {
    const off = rules({ quietSeconds: 0, quietSecondsPerGB: 10 });
    expect(quiet.judge(facts({ unchangedMs: 0 }), off, tools)).toEqual(SILENT);
  });
});

describe('complete', () => {
  it('says what its container says', () => {
    const judged = (completeness: Parameters<typeof facts>[0]) =>
      complete.judge(facts(completeness), rules(), tools);
    expect(judged({ completeness: { kind: 'complete' } })).toEqual(FINISHED);
    expect(judged({ completeness: { kind: 'unknown' } })).toEqual(SILENT);
    expect(judged({ completeness: { kind: 'incomplete', missing: 'its end is missing' } })).toEqual({
      kind: 'waiting',
      reason: { kind: 'incomplete', missing: 'its end is missing' },
      againMs: null,
    });
    expect(judged({ completeness: null })).toMatchObject({ reason: { kind: 'checking', what: 'complete' } });
    expect(complete.judge(facts({ completeness: null }), rules({ complete: false }), tools)).toEqual(SILENT);
  });
});
