/** Titles and metadata by template: what they give for files and groups, at which time of day, and what is refused. */

import { describe, expect, it } from 'vitest';
import { localTime } from '../../../main/adapters/clock.ts';
import {
  fill,
  fillTitle,
  type LocalTime,
  METADATA_PLACEHOLDERS,
  readTemplate,
  type Subject,
  splitName,
  type Template,
  TITLE_PLACEHOLDERS,
  valuesOf,
} from '../../../main/core/watch/templates.ts';

/** As in a time zone of the world, whatever the machine's own is. */
function zone(name: string): (ms: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: name,
    hourCycle: 'h23',
    ...{
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    },
  });
  return (ms) => {
    const { year, month, day, hour, minute, second } = Object.fromEntries(
      format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
    ) as unknown as LocalTime;
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    const offsetMinutes = Math.round((wall - Math.floor(ms / 1_000) * 1_000) / 60_000);
    return { year, month, day, hour, minute, second, offsetMinutes };
  };
}

const FILE: Subject = {
  root: '/data/rig 1',
  path: 'day 1/scan/frame_0041.ome.tif',
  group: null,
  size: 1_234,
  mtimeMs: Date.UTC(2026, 6, 1, 12, 3, 4, 567),
  frames: 1,
  captures: {},
  sha256: null,
};
const GROUP: Subject = { ...FILE, group: 'scan', frames: 40, size: 49_360 };
const BERLIN = { host: 'rig-1', local: zone('Europe/Berlin') };

function template(text: string, known: readonly string[] = METADATA_PLACEHOLDERS): Template {
  const reading = readTemplate(text, known);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.template;
}

function filled(text: string, subject: Partial<Subject> = {}, surroundings = BERLIN): string {
  const whole = { ...FILE, ...subject };
  const known = [...METADATA_PLACEHOLDERS, ...Object.keys(whole.captures)];
  return fill(template(text, known), valuesOf(whole, surroundings));
}

describe('placeholders', () => {
  it.each([
    ['{name}', 'frame_0041.ome.tif'],
    ['{stem}', 'frame_0041.ome'],
    ['{ext}', 'tif'],
    ['{folder}', 'scan'],
    ['{path}', 'day 1/scan/frame_0041.ome.tif'],
    ['{dir}', 'day 1/scan'],
    ['{root}', 'rig 1'],
    ['{source}', '/data/rig 1/day 1/scan/frame_0041.ome.tif'],
    ['{host}', 'rig-1'],
    ['{size}', '1234'],
    ['{frames}', '1'],
    ['{date}', '2026-07-01'],
    ['{time}', '14-03-04'],
    ['{datetime}', '2026-07-01T14:03:04+02:00'],
    ['{sha256}', ''],
    ['{folder}/{name} of {root}', 'scan/frame_0041.ome.tif of rig 1'],
    ['{{name}} is {name}, }}{{', '{name} is frame_0041.ome.tif, }{'],
    ['{{{name}', '{frame_0041.ome.tif'],
    ['no placeholder', 'no placeholder'],
  ])('of a file: %s', (text, expected) => {
    expect(filled(text)).toBe(expected);
  });

  it.each([
    ['{name}', 'scan'],
    ['{stem}', 'scan'],
    ['{ext}', 'tif'],
    ['{folder}', 'scan'],
    ['{path}', 'day 1/scan'],
    ['{source}', '/data/rig 1/day 1/scan'],
    ['{frames} frames, {size} bytes', '40 frames, 49360 bytes'],
  ])('of a group: %s', (text, expected) => {
    expect(filled(text, GROUP)).toBe(expected);
  });

  it.each<[string, Partial<Subject>, string]>([
    ['{folder} {dir}|{path}', { path: 'a.png' }, 'rig 1 |a.png'],
    ['{source}', { path: 'a.png', root: '/' }, '/a.png'],
    ['{source}', { path: 'x/a.png', root: 'C:\\data\\rig' }, 'C:\\data\\rig\\x\\a.png'],
    ['{source}', { path: 'x/a.png', root: 'D:\\' }, 'D:\\x\\a.png'],
    ['{root}', { root: '\\\\nas\\scans\\rig' }, 'rig'],
    ['{name} {source}', { group: '', path: 'a.png' }, 'rig 1 /data/rig 1'],
    ['{stem}|{ext}', { path: 'x/README' }, 'README|'],
    ['{stem}|{ext}', { path: 'x/.hidden' }, '.hidden|'],
  ])('%s of %o', (text, subject, expected) => {
    expect(filled(text, subject)).toBe(expected);
  });

  it('captures are placeholders, and come before others of their name', () => {
    const captures = { series: 'a', name: 'captured', constructor: 'c' };
    expect(filled('{series} {name} {constructor} {stem}', { captures })).toBe('a captured c frame_0041.ome');
  });

  it('what is no value of its own is empty', () => {
    expect(fill(template('[{toString}]', ['toString']), {})).toBe('[]');
  });

  it('a hash that is known only later: the template says that it wants one, and takes it by text or function', () => {
    const wanting = template('{name}: {sha256}');
    expect(wanting.names.has('sha256')).toBe(true);
    expect(template('{name}').names.has('sha256')).toBe(false);
    expect(fill(wanting, valuesOf({ ...FILE, sha256: 'abc' }, BERLIN))).toBe('frame_0041.ome.tif: abc');
    expect(fill(wanting, { ...valuesOf(FILE, BERLIN), sha256: () => 'later' })).toBe(
      'frame_0041.ome.tif: later',
    );
    const unasked = {
      name: 'a',
      sha256: () => {
        throw new Error('nobody needs it');
      },
    };
    expect(fill(template('{name}'), unasked)).toBe('a');
  });

  it('endings', () => {
    expect(splitName('a.b.png')).toEqual({ stem: 'a.b', ext: 'png' });
    expect(splitName('a.')).toEqual({ stem: 'a', ext: '' });
  });
});

describe('capture times', () => {
  const at = (local: (ms: number) => LocalTime, ...when: [number, number, number, number, number]) =>
    filled('{datetime} {date} {time}', { mtimeMs: Date.UTC(...when) }, { host: '', local });

  it('keep the hour that comes twice apart by its offset', () => {
    expect(at(zone('Europe/Berlin'), 2026, 9, 25, 0, 30)).toBe(
      '2026-10-25T02:30:00+02:00 2026-10-25 02-30-00',
    );
    expect(at(zone('Europe/Berlin'), 2026, 9, 25, 1, 30)).toBe(
      '2026-10-25T02:30:00+01:00 2026-10-25 02-30-00',
    );
  });

  it('have no time in the hour that is skipped', () => {
    expect(at(zone('Europe/Berlin'), 2026, 2, 29, 0, 59)).toMatch(/^2026-03-29T01:59:00\+01:00/);
    expect(at(zone('Europe/Berlin'), 2026, 2, 29, 1, 0)).toMatch(/^2026-03-29T03:00:00\+02:00/);
  });

  it.each([
    ['America/St_Johns', '2026-06-30T21:30:00-02:30 2026-06-30 21-30-00'],
    ['Asia/Kathmandu', '2026-07-01T05:45:00+05:45 2026-07-01 05-45-00'],
    ['UTC', '2026-07-01T00:00:00+00:00 2026-07-01 00-00-00'],
  ])('in %s', (name, expected) => {
    expect(at(zone(name), 2026, 6, 1, 0, 0)).toBe(expected);
  });

  it("the machine's clock names the instant that it was asked about", () => {
    for (const month of [0, 3, 6, 9]) {
      const ms = Date.UTC(2026, month, 15, 12, 34, 56);
      const text = filled('{datetime}', { mtimeMs: ms }, { host: '', local: localTime });
      expect(Date.parse(text)).toBe(ms);
    }
  });
});

describe('titles', () => {
  const title = (text: string | null, path: string) =>
    fillTitle(text === null ? null : template(text), valuesOf({ ...FILE, path }, BERLIN), 'own.png');

  it.each([
    [null, 'x/a.png', 'own.png'],
    ['  {stem}  ', 'x/a b.png', 'a b'],
    ['{dir}', 'a.png', 'own.png'],
    ['{dir} \u0000', 'a.png', 'own.png'],
    ['{stem}', 'a\u0007b\nc\u0085d\u2028e.png', 'abcde'],
    ['{stem}', 'b\uFFFDld.png', 'b\uFFFDld'],
    ['{stem}', '\uD83Ca.png', '\uFFFDa'],
    ['{stem}', 'صورة ١.png', 'صورة ١'],
    ['{stem}', '👩🏽‍🔬.png', '👩🏽‍🔬'],
  ])('%j of %j: %j', (text, path, expected) => {
    expect(title(text, path)).toBe(expected);
  });

  it('have at most 300 characters, and no half of one at their end', () => {
    expect(title('{stem}', `${'a'.repeat(400)}.png`)).toBe('a'.repeat(300));
    expect(title('{stem}', `${'a'.repeat(298)}🎞🎞.png`)).toBe(`${'a'.repeat(298)}🎞`);
    expect(title('{stem}', `${'a'.repeat(299)}🎞.png`)).toBe('a'.repeat(299));
    expect(title('{stem}', `${'a'.repeat(299)} b.png`)).toBe('a'.repeat(299));
  });

  it('are never empty', () => {
    expect(fillTitle(null, {}, '\u0001 ')).toBe('untitled');
  });
});

describe('templates that are refused', () => {
  it.each([
    ['', /empty/],
    ['   ', /empty/],
    ['{fodler}/{name}', /“{fodler}” is not known here\. There is {name}, .* and {frames}/],
    ['{}', /“{}” is not known/],
    ['{Name}', /“{Name}” is not known/],
    ['{sha256}', /“{sha256}” is not known/],
    ['{constructor}', /not known/],
    ['{name', /“{” without its “}”/],
    ['name}', /“}” without its “{”/],
    ['{na{me}}', /“{” without/],
  ])('%s', (text, problem) => {
    expect(readTemplate(text, TITLE_PLACEHOLDERS)).toEqual({
      ok: false,
      problem: expect.stringMatching(problem),
    });
  });
});
