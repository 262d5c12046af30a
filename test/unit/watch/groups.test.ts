/** Groups of frames: which one a file is of, when one is all there, and what is noticed about its frames. */

import { describe, expect, it } from 'vitest';
import {
  type Group,
  type GroupFacts,
  type GroupFrame,
  type GroupVerdict,
  groupOf,
  judgeGroup,
  splitByGap,
} from '../../../main/core/watch/groups.ts';
import { readPattern } from '../../../main/core/watch/pattern.ts';
import { DEFAULT_RULES, type GroupRules } from '../../../main/core/watch/rules.ts';

const RULES = DEFAULT_RULES.groups;
const QUIET: GroupFacts = { quietMs: 60_000, waitedMs: 0, marker: false, listed: null, asItIs: false };
const WAITED: GroupFacts = { ...QUIET, waitedMs: 600_000 };

function frame(name: string, more: Partial<GroupFrame> = {}): GroupFrame {
  return { path: `scan/${name}`, name, frame: null, finished: true, reason: null, ...more };
}

function group(frames: readonly (string | GroupFrame)[], media: Group['media'] = 'image-group'): Group {
  return { media, frames: frames.map((each) => (typeof each === 'string' ? frame(each) : each)) };
}

/** `frame_0001.png` and so on, without those left out. */
function numbered(from: number, to: number, ...without: number[]): GroupFrame[] {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return numbers
    .filter((number) => !without.includes(number))
    .map((number) => frame(`frame_${String(number).padStart(4, '0')}.png`));
}

function closing(close: GroupRules['close'], missing: Partial<GroupRules['missing']> = {}): GroupRules {
  return { ...RULES, close, missing: { ...RULES.missing, ...missing } };
}

const complete = (...notes: string[]): GroupVerdict => ({ kind: 'complete', notes });
const open = (reason: string, againMs: number | null = null, missing = false): GroupVerdict => ({
  kind: 'open',
  reason,
  againMs,
  missing,
});

describe('which group a file is of', () => {
  const folders = { kind: 'folders', media: 'image-group' } as const;
  const byPattern = (pattern: string, path: string) => {
    const reading = readPattern(pattern);
    if (!reading.ok) throw new Error(reading.problem);
    return groupOf({ kind: 'pattern', media: 'image-group', pattern }, reading.pattern, path);
  };

  it('by folders: its own, and none in the root', () => {
    expect(groupOf(folders, null, 'day/scan 1/a.png')).toEqual({
      key: 'day/scan 1',
      folder: 'day/scan 1',
      name: 'scan 1',
      frame: null,
      captures: {},
    });
    expect(groupOf(folders, null, 'a.png')).toEqual({
      none: expect.stringMatching(/lies in the watch folder itself/),
    });
  });

  it('by a pattern: what it captures, and none where it does not fit', () => {
    const place = byPattern('{plate}-{well}_{frame}.tif', 'x/p1-b2_007.tif');
    expect(place).toMatchObject({
      folder: 'x',
      name: 'p1_b2',
      frame: '007',
      captures: { plate: 'p1', well: 'b2', frame: '007' },
    });
    expect(byPattern('{plate}-{well}_{frame}.tif', 'x/p1-b2_008.tif')).toMatchObject({
      key: (place as { key: string }).key,
    });
    expect(byPattern('{plate}-{well}_{frame}.tif', 'x/p1.tif')).toEqual({
      none: expect.stringMatching(/“{plate}-{well}_{frame}.tif”/),
    });
  });

  it('has the name of the folder where nothing but the frame is captured', () => {
    expect(byPattern('{frame}.tif', 'x/scan/7.tif')).toMatchObject({ name: 'scan' });
    expect(byPattern('{frame}.tif', '7.tif')).toMatchObject({ name: '' });
  });
});

describe('groups by gaps of time', () => {
  const file = (path: string, second: number) => ({ path, mtimeMs: second * 1_000 });
  const shape = (files: ReturnType<typeof file>[], seconds = 10) =>
    splitByGap(files, seconds).map(({ key, files: members }) => [key, ...members.map(({ path }) => path)]);

  it('a file begins a group when the one before it is old enough', () => {
    const files = [file('s/c.png', 19.9), file('s/a.png', 0), file('s/d.png', 29.9), file('s/b.png', 9.99)];
    expect(shape(files)).toEqual([
      ['s/a.png', 's/a.png', 's/b.png', 's/c.png'],
      ['s/d.png', 's/d.png'],
    ]);
    expect(splitByGap(files, 10)[0]).toMatchObject({ folder: 's', name: 'a' });
  });

  it('folders stay apart, and files of one time are in natural order', () => {
    expect(shape([file('b/2.png', 0), file('b/10.png', 0), file('a/1.png', 1), file('1.png', 2)])).toEqual([
      ['b/2.png', 'b/2.png', 'b/10.png'],
      ['a/1.png', 'a/1.png'],
      ['1.png', '1.png'],
    ]);
  });

  it('later files change no key, and the list that is given stays as it is', () => {
    const files = [file('s/b.png', 5), file('s/a.png', 0)];
    const before = shape(files).map(([key]) => key);
    expect(shape([...files, file('s/c.png', 8), file('s/d.png', 40)]).map(([key]) => key)).toEqual([
      ...before,
      's/d.png',
    ]);
    expect(files[0]?.path).toBe('s/b.png');
    expect(shape([])).toEqual([]);
  });
});

describe('closing', () => {
  it('never while a file is not finished, whatever closes it and whoever said so', () => {
    const writing = { finished: false, reason: 'size changed 3 s ago' };
    const three = group([
      'a_1.png',
      frame('a_2.png', writing),
      'a_3.png',
      frame('a_4.png', { finished: false }),
    ]);
    const facts = { ...WAITED, marker: true, listed: new Set(['a_1.png']), asItIs: true };
    for (const close of [
      { kind: 'quiet', seconds: 1 },
      { kind: 'marker', name: 'DONE' },
      { kind: 'count', count: 4 },
      { kind: 'manifest', name: 'list' },
    ] as const) {
      expect(judgeGroup(three, closing(close), facts)).toEqual(
        open('2 of 4 files are not finished: a_2.png (size changed 3 s ago) and 1 more'),
      );
    }
    expect(judgeGroup(group(['a_1.png', frame('a_2.png', writing)]), RULES, QUIET)).toEqual(
      open('1 of 2 files is not finished: a_2.png (size changed 3 s ago)'),
    );
  });

  it('never without files', () => {
    expect(judgeGroup(group([]), RULES, { ...QUIET, asItIs: true })).toEqual(open('no file of it is there'));
  });

  it('by quiet', () => {
    const rules = closing({ kind: 'quiet', seconds: 60 });
    const two = group(['a_1.png', 'a_2.png']);
    expect(judgeGroup(two, rules, { ...QUIET, quietMs: 12_345 })).toEqual(
      open('the last of 2 files came or changed 12 s ago; 1 min without a change close the group', 47_655),
    );
    expect(judgeGroup(two, rules, { ...QUIET, quietMs: 59_999 })).toMatchObject({ kind: 'open', againMs: 1 });
    expect(judgeGroup(two, rules, QUIET)).toEqual(complete());
  });

  it('by a marker', () => {
    const rules = closing({ kind: 'marker', name: 'DONE' });
    expect(judgeGroup(group(['a.png']), rules, QUIET)).toEqual(open('the marker DONE is not there'));
    expect(judgeGroup(group(['a.png']), rules, { ...QUIET, quietMs: 0, marker: true })).toEqual(complete());
  });

  it('by count: fewer are waited for, more are asked about', () => {
    const rules = closing({ kind: 'count', count: 40 });
    const now = { ...QUIET, quietMs: 0 };
    expect(judgeGroup(group(numbered(1, 38)), rules, now)).toEqual(open('38 of 40 frames are there'));
    expect(judgeGroup(group(numbered(1, 40, 7, 9)), rules, now)).toEqual(
      open('38 of 40 frames are there; frames 0007 and 0009 are missing'),
    );
    expect(judgeGroup(group(numbered(1, 40)), rules, now)).toEqual(complete());
    expect(judgeGroup(group(numbered(1, 42)), rules, now)).toEqual({
      kind: 'ask',
      reason: '42 files are there, and 40 were expected',
      missing: [],
    });
  });

  it('by a list', () => {
    const rules = closing({ kind: 'manifest', name: '*.csv' });
    const judged = (names: string[], listed: string[] | null) =>
      judgeGroup(group(names), rules, { ...QUIET, quietMs: 0, listed: listed && new Set(listed) });
    expect(judged(['a_1.png'], null)).toEqual(open('the list *.csv is not there'));
    expect(judged(['a_1.png'], ['a_1.png', 'a_2.png'])).toEqual(open('a_2.png is listed and not there'));
    expect(judged(['a_1.png'], ['a_10.png', 'a_1.png', 'a_2.png', 'a_3.png'])).toEqual(
      open('a_2.png and 2 more are listed and not there'),
    );
    expect(judged(['a_1.png', 'a_2.png'], ['a_1.png', 'a_2.png'])).toEqual(complete());
    expect(judged(['a_1.png', 'a_2.png', 'a_3.png'], ['a_1.png'])).toEqual(
      complete('a_2.png and 1 more are not listed'),
    );
    // What the list leaves out was never written: nobody waits for it.
    expect(judged(['a_1.png', 'a_2.png', 'a_4.png'], ['a_1.png', 'a_2.png', 'a_4.png'])).toEqual(
      complete('a_3 is missing'),
    );
  });

  it('never with more frames than a group may have', () => {
    const rules = { ...RULES, maxFrames: 1_000 };
    expect(judgeGroup(group(numbered(1, 1_000)), rules, QUIET)).toEqual(complete());
    expect(judgeGroup(group(numbered(1, 1_001)), rules, { ...QUIET, asItIs: true })).toEqual({
      kind: 'too-large',
      reason: expect.stringMatching(/^it has 1,001 frames, and a group may have 1,000; /),
    });
  });
});

describe('missing numbers', () => {
  it('are waited for, then asked about, or taken with a note', () => {
    const holes = group(numbered(1, 50, 41));
    expect(judgeGroup(holes, RULES, QUIET)).toEqual(open('frame_0041 is missing', 600_000, true));
    expect(judgeGroup(holes, RULES, { ...QUIET, waitedMs: 599_999 })).toEqual(
      open('frame_0041 is missing', 1, true),
    );
    expect(judgeGroup(holes, RULES, WAITED)).toEqual({
      kind: 'ask',
      reason: 'frame_0041 is missing',
      missing: ['0041'],
    });
    const taking = closing(RULES.close, { otherwise: 'take' });
    expect(judgeGroup(holes, taking, QUIET)).toMatchObject({ kind: 'open' });
    expect(judgeGroup(holes, taking, WAITED)).toEqual(complete('frame_0041 is missing'));
    expect(judgeGroup(holes, RULES, { ...QUIET, quietMs: 0, asItIs: true })).toEqual(
      complete('frame_0041 is missing'),
    );
  });

  it('are waited for only once the group could close', () => {
    expect(judgeGroup(group(numbered(1, 50, 41)), RULES, { ...WAITED, quietMs: 0 })).toMatchObject({
      kind: 'open',
      missing: false,
    });
    const marker = closing({ kind: 'marker', name: 'DONE' });
    expect(judgeGroup(group(numbered(1, 50, 41)), marker, { ...QUIET, marker: true })).toMatchObject({
      missing: true,
    });
  });

  const reason = (frames: readonly (string | GroupFrame)[]) => {
    const verdict = judgeGroup(group(frames), RULES, WAITED);
    return verdict.kind === 'ask' ? verdict.reason : verdict.kind;
  };

  it.each<[frames: GroupFrame[], reason: string]>([
    [numbered(1, 50, 41, 42, 43), 'frames 0041 to 0043 are missing'],
    [numbered(1, 50, 3, 7, 41, 42, 43), 'frames 0003, 0007 and 0041 to 0043 are missing'],
    [
      numbered(1, 60, 2, 4, 6, 8, 9, 11, 20, 30, 31, 40),
      'frames 0002, 0004, 0006, 0008 to 0009, 0011 and 4 more are missing',
    ],
    // Nobody knows where it begins and ends.
    [numbered(5, 50), 'complete'],
    [numbered(1, 2), 'complete'],
    [numbered(1, 1), 'complete'],
    [numbered(1, 9, 2, 3, 4, 5, 6, 7, 8), 'complete'],
  ])('%#: %s', (frames, expected) => {
    expect(reason(frames)).toBe(expected);
  });

  it.each<[names: string[], reason: string]>([
    // Zeros are kept where there are some, and not made where there are none.
    [['a8.png', 'a9.png', 'a11.png', 'a12.png'], 'a10 is missing'],
    [['a08.png', 'a09.png', 'a11.png', 'a12.png'], 'a10 is missing'],
    [['a098.png', 'a100.png', 'a101.png'], 'a099 is missing'],
    [['a0998.png', 'a0999.png', 'a1001.png', 'a1002.png'], 'a1000 is missing'],
    // The last number counts, and no ending.
    [['p1_c2_1.jp2', 'p1_c2_2.jp2', 'p1_c2_4.jp2'], 'p1_c2_3 is missing'],
    [['a_1_raw.png', 'a_2_raw.png', 'a_4_raw.png'], 'a_3_raw is missing'],
    [['1.png', '2.png', '4.png'], '3 is missing'],
    [['A_1.png', 'a_2.PNG', 'a_4.png'], 'A_3 is missing'],
    // Every tenth layer.
    [['z000.png', 'z010.png', 'z030.png', 'z040.png'], 'z020 is missing'],
    [['z000.png', 'z010.png', 'z020.png', 'z030.png'], 'complete'],
    // Numbers that count nothing.
    [['a_1.png', 'a_5.png', 'a_6.png', 'a_11.png', 'a_20.png'], 'complete'],
    [['1719836400123.png', '1719836401998.png', '1719836405555.png'], 'complete'],
    [['img_1.png', 'img_2.png', 'img_20260701.png'], 'complete'],
    [['one.png', 'two.png'], 'complete'],
    // Several sequences side by side.
    [['c0_1.png', 'c0_2.png', 'c0_3.png', 'c1_1.png', 'c1_3.png', 'c1_4.png'], 'c1_2 is missing'],
    [
      ['c0_1.png', 'c0_2.png', 'c0_5.png', 'c1_1.png', 'c1_3.png', 'c1_4.png'],
      'frames c0_3 to c0_4 and c1_2 are missing',
    ],
    [['b\uFFFDld_1.png', 'b\uFFFDld_2.png', 'b\uFFFDld_4.png'], 'b\uFFFDld_3 is missing'],
    [['🎞1.png', '🎞2.png', '🎞4.png'], '🎞3 is missing'],
    [['صورة_1.png', 'صورة_2.png', 'صورة_4.png'], 'صورة_3 is missing'],
    // Longer than any number that computers count with.
    [
      ['1', '2', '4'].map((digit) => `t_12345678901234567890123456789${digit}.png`),
      't_123456789012345678901234567893 is missing',
    ],
    [
      ['98', '99', '01'].map(
        (digits, index) => `t_${index < 2 ? '0'.repeat(28) : `${'0'.repeat(27)}1`}${digits}.png`,
      ),
      `t_${'0'.repeat(27)}100 is missing`,
    ],
  ])('%j: %s', (names, expected) => {
    expect(reason(names)).toBe(expected);
  });

  it('are those that a pattern captures, where it does', () => {
    const captured = ['007', '008', '010'].map((number) => frame(`x${number}_t9.png`, { frame: number }));
    expect(judgeGroup(group(captured), RULES, WAITED)).toEqual({
      kind: 'ask',
      reason: 'frame 009 is missing',
      missing: ['009'],
    });
    const words = ['a', 'b', 'd'].map((word) => frame(`${word}1.png`, { frame: word }));
    expect(reason(words)).toBe('complete');
  });
});

describe('what is noticed', () => {
  const sized = (name: string, width: number, height: number) =>
    frame(name, { dimensions: { width, height } });
  const mixed = [
    sized('a.png', 640, 480),
    sized('b.png', 1920, 1080),
    sized('c.png', 640, 480),
    frame('d.png'),
  ];

  it('mixed sizes: a note for groups, a question for sequences', () => {
    expect(judgeGroup(group(mixed), RULES, QUIET)).toEqual(
      complete('frames of two sizes: 640×480 (2), 1920×1080 (1)'),
    );
    expect(judgeGroup(group(mixed, 'image-sequence'), RULES, QUIET)).toEqual({
      kind: 'ask',
      reason: expect.stringMatching(
        /^frames of two sizes: 640×480 \(2\), 1920×1080 \(1\); Encord would split/,
      ),
      missing: [],
    });
    expect(judgeGroup(group(mixed, 'image-sequence'), RULES, { ...QUIET, asItIs: true })).toMatchObject({
      kind: 'complete',
      notes: [expect.stringMatching(/^frames of two sizes/)],
    });
    const many = [1, 2, 3, 4, 5].map((height) => sized(`${'abcde'[height - 1]}.png`, 1, height));
    expect(judgeGroup(group(many), RULES, QUIET)).toEqual(
      complete('frames of 5 sizes: 1×1 (1), 1×2 (1), 1×3 (1) and others'),
    );
  });

  it('mixed formats', () => {
    const frames = [
      frame('a.png', { format: 'image/png' }),
      frame('b.png', { format: 'image/png' }),
      frame('c.jpg', { format: 'image/jpeg' }),
      frame('d.raw', { format: null }),
    ];
    expect(judgeGroup(group(frames, 'image-sequence'), RULES, QUIET)).toEqual(
      complete('frames of two formats: PNG (2), JPEG (1)'),
    );
  });

  it('one number twice', () => {
    expect(judgeGroup(group(['f_1.png', 'f_2.jpg', 'f_2.png', 'f_3.png']), RULES, QUIET)).toEqual(
      complete('frame 2 is there twice: f_2.jpg and f_2.png'),
    );
    const zeros = ['1', '01', '2', '02', '3'].map((number) => frame(`f${number}.png`, { frame: number }));
    expect(judgeGroup(group(zeros), RULES, QUIET)).toEqual(
      complete('frame 01 is there twice: f1.png and f01.png; 1 more are'),
    );
  });

  it('several questions at once', () => {
    const frames = [sized('a_1.png', 1, 1), sized('a_2.png', 1, 1), sized('a_4.png', 2, 1)];
    expect(judgeGroup(group(frames, 'image-sequence'), RULES, WAITED)).toEqual({
      kind: 'ask',
      reason: expect.stringMatching(/^a_3 is missing; frames of two sizes/),
      missing: ['3'],
    });
  });
});

// By comparing each frame with each other these would not come to an end.
it('groups of many frames', () => {
  const frames = numbered(1, 100_000).map((each) => ({
    ...each,
    dimensions: { width: 1, height: 1 },
    format: 'image/png',
  }));
  const rules = { ...RULES, maxFrames: 1_000_000 };
  expect(judgeGroup(group(frames), rules, QUIET)).toEqual(complete());
  const every = frames.filter((_, index) => index % 3 !== 1);
  expect(judgeGroup(group(every), rules, WAITED)).toMatchObject({
    kind: 'ask',
    reason: 'frames 0002, 0005, 0008, 0011, 0014 and 33,328 more are missing',
  });
});
