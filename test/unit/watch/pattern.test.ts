/** Patterns that make groups: what they capture, what is one group, and which ones are refused. */

import { describe, expect, it } from 'vitest';
import { type Pattern, readPattern } from '../../../main/core/watch/pattern.ts';

function pattern(text: string, caseSensitive = true): Pattern {
  const reading = readPattern(text, { caseSensitive });
  if (!reading.ok) throw new Error(reading.problem);
  return reading.pattern;
}

function captures(text: string, path: string): Readonly<Record<string, string>> | null {
  return pattern(text).match(path)?.captures ?? null;
}

describe('braces', () => {
  it.each<[pattern: string, path: string, captures: Record<string, string> | null]>([
    ['{series}_{frame}.tif', 'day/a_0041.tif', { series: 'a', frame: '0041' }],
    ['{series}_{frame}.tif', 'a_b_0041.tif', { series: 'a_b', frame: '0041' }],
    ['{series}_{frame}.tif', '_0041.tif', null],
    ['{series}_{frame}.tif', 'a_b.tif', null],
    ['{series}_{frame}.tif', 'a_0041.tiff', null],
    ['{series}_{frame}.tif', 'a_0041xtif', null],
    ['{day}/{scan}/{frame}.png', '2026-07-01/s 1/7.png', { day: '2026-07-01', scan: 's 1', frame: '7' }],
    ['{day}/{scan}/{frame}.png', 'x/2026-07-01/s/7.png', null],
    ['{a}-{b}.png', 'x-y-z.png', { a: 'x', b: 'y-z' }],
    // The number is taken whole, whatever stands around it.
    ['img{frame}*', 'img0041_x.tif', { frame: '0041' }],
    ['*{frame}.png', 'scan 2_0041.png', { frame: '0041' }],
    ['{series}{frame}.png', 'img0041.png', { series: 'img', frame: '0041' }],
    ['{frame}{rest}.png', '0041b.png', { frame: '0041', rest: 'b' }],
    ['*/{frame}.png', 'a/7.png', { frame: '7' }],
    ['*/{frame}.png', 'a/b/7.png', null],
    ['**/{frame}.png', '7.png', { frame: '7' }],
    ['**/{frame}.png', 'a/b/7.png', { frame: '7' }],
    ['**/{scan}/raw/**/{frame}.png', 'x/s1/raw/7.png', { scan: 's1', frame: '7' }],
    ['{scan}/**.png', 's1/a/b/7.png', { scan: 's1' }],
    ['/{frame}.png', '7.png', { frame: '7' }],
    ['/{frame}.png', 'a/7.png', null],
    ['./{scan}/{frame}.png', 's/7.png', { scan: 's', frame: '7' }],
    ['{{{series}}}.png', '{a}.png', { series: 'a' }],
    // What means something in regular expressions and globs means itself.
    ['{s} (1)+[x]?$^.tif', 'a (1)+[x]?$^.tif', { s: 'a' }],
    ['{s} (1).tif', 'a 1.tif', null],
    ['{constructor}_{frame}.tif', 'a_1.tif', { constructor: 'a', frame: '1' }],
  ])('%s on %s', (text, path, expected) => {
    expect(captures(text, path)).toEqual(expected);
  });

  it.each([
    ['{s}_{frame}.png', 'b\uFFFDld_1.png', 'b\uFFFDld'],
    ['{s}_{frame}.png', '🎞🎬_1.png', '🎞🎬'],
    ['{s}_{frame}.png', 'صورة_يوم_1.png', 'صورة_يوم'],
    ['{s}_{frame}.png', 'a\nb\u202Ec_1.png', 'a\nb\u202Ec'],
    ['{s}_{frame}.png', '\uD83C_1.png', '\uD83C'],
  ])('names of any script: %s on %j', (text, path, series) => {
    expect(captures(text, path)).toEqual({ s: series, frame: '1' });
  });

  it('digits of other scripts are no frame numbers', () => {
    expect(captures('{s}_{frame}.png', 'a_١.png')).toBeNull();
  });

  it('fixed parts ignore case where the disk does, and captures keep theirs', () => {
    expect(pattern('IMG_{s}_{frame}.tif', false).match('img_Aİ_1.TIF')?.captures).toEqual({
      s: 'Aİ',
      frame: '1',
    });
    expect(pattern('IMG_{s}_{frame}.tif').match('img_A_1.TIF')).toBeNull();
  });
});

describe('regular expressions', () => {
  it.each<[pattern: string, path: string, captures: Record<string, string> | null]>([
    ['(?<series>\\w+)_(?<frame>\\d+)\\.tif', 'day/a_b_0041.tif', { series: 'a_b', frame: '0041' }],
    ['(?<series>\\w+)_(?<frame>\\d+)\\.tif', 'xa-b_0041.tif', null],
    ['(?<series>[^/]+)_(?<frame>\\d+)\\.tif', 'day/a b_1.tif', { series: 'a b', frame: '1' }],
    ['(?<day>\\d{4}-\\d\\d)/(?<frame>\\d+)\\.(?:tif|png)', '2026-07/1.png', { day: '2026-07', frame: '1' }],
    ['(?<day>\\d{4}-\\d\\d)/(?<frame>\\d+)\\.(?:tif|png)', 'x/2026-07/1.png', null],
    ['^(?<s>a|b)(?:_(?<frame>\\d+))?\\.png$', 'a.png', { s: 'a', frame: '' }],
    ['(?<s>(?:\\d{4}-)+)x', '2026-2027-x', { s: '2026-2027-' }],
    ['(?<s>a)|b', 'b', { s: '' }],
    ['(?<s>[(+*]+)x', '(+*x', { s: '(+*' }],
    ['(?=a)(?<s>\\w)(?<!b)x', 'ax', { s: 'a' }],
  ])('%s on %s', (text, path, expected) => {
    expect(captures(text, path)).toEqual(expected);
  });

  it('ignore case where the disk does', () => {
    expect(pattern('(?<s>a)\\.tif', false).match('A.TIF')?.captures).toEqual({ s: 'A' });
  });
});

describe('groups', () => {
  const key = (text: string, path: string) => pattern(text).match(path)?.key;

  it('are the captures but the frame, and the folder where only names are looked at', () => {
    const text = '{series}_{frame}.tif';
    expect(key(text, 'x/a_1.tif')).toBe(key(text, 'x/a_2.tif'));
    expect(key(text, 'x/a_1.tif')).not.toBe(key(text, 'x/b_1.tif'));
    expect(key(text, 'x/a_1.tif')).not.toBe(key(text, 'y/a_1.tif'));
    expect(key('**/{series}_{frame}.tif', 'x/a_1.tif')).toBe(key('**/{series}_{frame}.tif', 'y/a_2.tif'));
    expect(key('{frame}.tif', 'x/1.tif')).toBe(key('{frame}.tif', 'x/2.tif'));
  });

  it('are not mistaken for each other, whatever the names hold', () => {
    expect(key('(?<a>.+)_(?<b>.+)x', 'p","q_rx')).not.toBe(key('(?<a>.+)_(?<b>.+)x', 'p_q","rx'));
    expect(key('{a}_{b}.x', 'd/a_b.x')).not.toBe(key('{a}_{b}.x', 'd/a/b_b.x'));
  });

  it.each([
    ['7', 7],
    ['0041', 41],
    ['9007199254740991', 9007199254740991],
    // Not to be counted with exactly.
    ['9007199254740993', null],
    ['123456789012345678901234567890', null],
  ])('frame %s', (written, frame) => {
    expect(pattern('{s}_{frame}.png').match(`a_${written}.png`)).toMatchObject({ frame, frameText: written });
  });

  it('have no frame where the pattern has none, or where it is no number', () => {
    expect(pattern('{s}.png').match('a.png')).toMatchObject({ frame: null, frameText: null });
    expect(pattern('(?<s>a)(?<frame>\\w)').match('ab')).toMatchObject({ frame: null, frameText: 'b' });
  });
});

describe('patterns that are refused', () => {
  it.each([
    ['', /empty/],
    [`{a}${'x'.repeat(1_000)}`, /1,003 characters/],
    ['*.png', /captures nothing/],
    ['(?<=a)b', /captures nothing/],
    ['{a_{b}.png', /“{” without its “}”/],
    ['a}_{b}.png', /“}” without its “{”/],
    ['{}_{frame}.png', /not a name/],
    ['{my name}.png', /not a name/],
    ['{__proto__}.png', /not a name/],
    ['{a}_{a}.png', /twice/],
    ['{frame}_{frame}.png', /twice/],
    ['{a}{b}.png', /behind {a}/],
    ['{a}*.png', /behind {a}/],
    ['*{a}.png', /behind a star/],
    ['raw\\{frame}.png', /Write \/ between/],
    [`{a}${'_*'.repeat(60)}`, /more than 50/],
    ['(?<a>b', /not a regular expression: Unterminated group/],
    ['(?<a>b)|(?<a>c)[', /not a regular expression/],
    ['(?<a>b)|c)(d', /not a regular expression/],
    ['(?<$>b)', /“\$” is not a name/],
    ['(?<__proto__>b)', /“__proto__” is not a name/],
  ])('%s', (text, problem) => {
    expect(readPattern(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  it.each([
    '(?<a>(\\w+)*)x',
    '(?<a>(?:\\w+\\s?)+)x',
    '(?<a>(a|aa)+)x',
    '((?<a>a)|b)*x',
    '(?<a>(a?){20})x',
    '(?<a>((a+))+)x',
    '(?<a>(a{1,9}){2,})x',
    '(?<a>([^/]*_)*)x',
    '(?=(a+)+)(?<a>b)',
    '(?<a>a)(?:b(?:c*)d){3}',
    '(?<a>(a*?)+?)x',
  ])('repeats in repeats: %s', (text) => {
    expect(readPattern(text)).toEqual({ ok: false, problem: expect.stringMatching(/repeats something/) });
  });

  it.each([
    `(?<a>${'.*_'.repeat(7)})x`,
    `(?<a>${'\\w{2,}'.repeat(7)})x`,
    `(?<a>${'.{0,99}'.repeat(7)})x`,
    `(?<a>${'a?'.repeat(30)}${'a'.repeat(30)})`,
    `(?<a>${'(a|aa)'.repeat(17)})`,
  ])('too many ways: %s', (text) => {
    expect(readPattern(text)).toEqual({ ok: false, problem: expect.stringMatching(/too many ways/) });
  });
});

describe('hostile paths', () => {
  it('that are too long do not fit', () => {
    expect(captures('**/{s}_{frame}.png', `${'a/'.repeat(2_000)}s_1.png`)).toEqual({ s: 's', frame: '1' });
    expect(captures('**/{s}_{frame}.png', `${'a/'.repeat(2_100)}s_1.png`)).toBeNull();
    expect(captures('(?<s>\\w+)\\.png', `${'a'.repeat(990)}.png`)).not.toBeNull();
    expect(captures('(?<s>\\w+)\\.png', `${'a'.repeat(1_000)}.png`)).toBeNull();
  });

  // By trying all places for all captures this would not come to an end.
  it('take no longer with many captures', () => {
    const names = Array.from({ length: 40 }, (_, index) => `{c${index}}`);
    expect(captures(`${names.join('_')}!{frame}*`, '_'.repeat(4_000))).toBeNull();
    expect(
      captures(`**_${names.join('_')}**/x!{frame}*`.replace('}**/', '}/**/'), 'a_'.repeat(2_000)),
    ).toBeNull();
  });
});
