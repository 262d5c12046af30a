/** The bandwidth setting: what rclone's syntax means, what is wrong with a text, and what holds when. */

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  type Limit,
  limitAt,
  nextChange,
  type OffsetAt,
  readBandwidth,
  sayLimit,
  sayNow,
  sayWeek,
  type Timetable,
} from '../../../main/core/timetable.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const HOUR = 3_600_000;
const UTC: OffsetAt = () => 0;

const DOCUMENTED_DAY = '08:00,512k 12:00,10M 13:00,512k 18:00,30M 23:00,off';
const DOCUMENTED_WEEK = 'Mon-00:00,512 Fri-23:59,10M Sat-10:00,1M Sun-20:00,off';

function timetable(text: string): Timetable {
  const reading = readBandwidth(text);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.timetable;
}

/** As in a time zone of the world, whatever the machine's own is. */
function zone(name: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: name,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const wall = Date.UTC(
      part.year ?? 0,
      (part.month ?? 1) - 1,
      part.day ?? 1,
      part.hour ?? 0,
      part.minute ?? 0,
    );
    return Math.round((wall - at) / 60_000);
  };
}

describe('one limit', () => {
  it.each<[string, Limit]>([
    ['', null],
    ['   ', null],
    ['off', null],
    ['OFF', null],
    ['0', null],
    ['0M', null],
    ['0.5B', null],
    ['666', 666 * KIB],
    ['5.', 5 * KIB],
    ['100b', 100],
    ['100B', 100],
    ['512k', 512 * KIB],
    ['512K', 512 * KIB],
    ['10Ki', 10 * KIB],
    ['10Kib', 10 * KIB],
    ['10m', 10 * MIB],
    ['10M', 10 * MIB],
    ['10Mi', 10 * MIB],
    ['10MiB', 10 * MIB],
    ['1.5M', 1.5 * MIB],
    ['.5M', 512 * KIB],
    ['+5M', 5 * MIB],
    ['0.625M', 640 * KIB],
    ['0.1k', 102],
    ['1e3', 1000 * KIB],
    ['1e3B', 1000],
    ['2G', 2 * GIB],
    ['1T', 1024 * GIB],
    ['1P', 2 ** 50],
    ['1E', 2 ** 60],
    [' 10M ', 10 * MIB],
  ])('%j', (text, limit) => {
    expect(readBandwidth(text)).toEqual({ ok: true, timetable: [{ minute: 0, limit }], notes: [] });
  });

  it.each<[string, Limit]>([
    ['10M:1M', 10 * MIB],
    ['off:1M', null],
    ['1M:off', MIB],
    ['08:00,512k:1M', 512 * KIB],
  ])('%j counts for uploads, and says so', (text, limit) => {
    const reading = readBandwidth(text);
    expect(reading).toMatchObject({ ok: true, timetable: [{ limit }] });
    expect(reading.ok && reading.notes).toEqual([
      expect.stringMatching(/^Of “.+” only the first half counts, which is for uploads/),
    ]);
  });
});

describe('a timetable', () => {
  it('without days holds on each day', () => {
    const [minutes, limits] = [
      [480, 720, 1140],
      [512 * KIB, 10 * MIB, null],
    ];
    expect(timetable('08:00,512k 12:00,10M 19:00,off')).toEqual(
      [0, 1, 2, 3, 4, 5, 6].flatMap((day) =>
        minutes.map((minute, index) => ({ minute: day * 1440 + minute, limit: limits[index] })),
      ),
    );
  });

  it('takes spaces, semicolons and line ends between its entries', () => {
    const wanted = timetable('08:00,512k 12:00,10M 19:00,off');
    for (const text of ['08:00,512k;12:00,10M;19:00,off', ' 08:00,512k  12:00,10M\n19:00,off; ']) {
      expect(timetable(text)).toEqual(wanted);
    }
  });

  it('takes days as words, short and long, in any case', () => {
    const wanted = timetable('Mon-08:00,1M Sun-20:00,off');
    expect(timetable('monday-08:00,1M SUNDAY-20:00,off')).toEqual(wanted);
    expect(timetable('mon-08:00,1M sun-20:00,off')).toEqual(wanted);
  });

  it('has days of its own over those of every day, and the later of two for one time', () => {
    expect(timetable('Mon-00:00,512 12:00,1M Sun-20:00,off')).toEqual(
      timetable(
        'Mon-00:00,512 Mon-12:00,1M Tue-12:00,1M Wed-12:00,1M Thu-12:00,1M Fri-12:00,1M Sat-12:00,1M Sun-12:00,1M Sun-20:00,off',
      ),
    );
    const later = timetable('08:00,1M 20:00,off Wed-08:00,5M');
    expect(limitAt(later, Date.UTC(2026, 10, 18, 9), UTC)).toBe(5 * MIB);
    expect(limitAt(later, Date.UTC(2026, 10, 19, 9), UTC)).toBe(MIB);
  });

  it('does not change where one entry says what the one before it said', () => {
    expect(timetable('08:00,1M 12:00,1024k')).toEqual([{ minute: 480, limit: MIB }]);
    expect(timetable('Mon-08:00,1M')).toEqual([{ minute: 1440 + 480, limit: MIB }]);
  });
});

describe('what is wrong is named, with what to write', () => {
  it.each<[string, ...RegExp[]]>([
    ['bad', /^“bad” is not a limit\./, /512K/],
    ['1000X', /^“1000X” is not a limit\./],
    ['10MB', /^“10MB” is not a limit\. Write 10M, which is 10 MiB a second\.$/],
    ['2.5gb', /Write 2\.5G, which is 2\.5 GiB a second/],
    ['10i', /^“10i” is not a limit/],
    ['-5M', /^“-5M” is not a limit/, /off/],
    ['1e999', /is not a limit/],
    ['NaN', /is not a limit/],
    ['10M:', /^“10M:” has no limit where one should be/],
    [':1M', /^“:1M” has no limit where one should be/],
    ['10M:fast', /^“fast” in “10M:fast” is not a limit/],
    ['bad bad', /^“bad” has no time\./],
    ['10M 20M', /^“10M” has no time\. .*08:00,10M/],
    ['08:00', /^“08:00” has no limit\. .*08:00,512k/],
    ['08:00,512k 12:00', /^“12:00” has no limit\./],
    ['Mon-08:00', /^“Mon-08:00” has no limit\./],
    ['1,5M', /^“1,5M” has no time before the comma\./, /a fraction has a point, such as 1\.5M/],
    ['8:00,512k', /^“8:00” in “8:00,512k” is not a time\./, /08:00/],
    ['24:00,1M', /^“24:00” in “24:00,1M” is not a time\./],
    ['10:61,666', /^“10:61” in “10:61,666” is not a time\./],
    ['2401,666k:1M', /^“2401” in “2401,666k:1M” is not a time\./],
    ['08:00,1M,2M', /^“08:00,1M,2M” has more than one comma\./],
    ['08:00,', /^“08:00,” has no limit where one should be/],
    [',1M', /^“” in “,1M” is not a time\./],
    ['Mo-08:00,1M', /^“Mo” in “Mo-08:00,1M” is not a day\./, /Mon, Tue/],
    ['Mon-bad,666', /^“bad” in “Mon-bad,666” is not a time\./],
    ['Mon-10:20,bad', /^“bad” in “Mon-10:20,bad” is not a limit\./],
    ['08:00-12:00,1M', /^“08:00” in “08:00-12:00,1M” is not a day\./],
    ['Mon-08:00-12:00,1M', /^“Mon-08:00-12:00” in .* is not one time\./],
    ['08:00,512k bad,1M 19:00,off', /^“bad” in “bad,1M” is not a time\./],
  ])('%j', (text, ...words) => {
    const reading = readBandwidth(text);
    expect(reading.ok).toBe(false);
    for (const word of words) expect(!reading.ok && reading.problem).toMatch(word);
  });
});

describe('what holds when', () => {
  it.each<[string, string, Limit]>([
    ['10M', '2026-11-18T03:00', 10 * MIB],
    [DOCUMENTED_DAY, '2026-11-18T00:00', null],
    [DOCUMENTED_DAY, '2026-11-18T07:59', null],
    [DOCUMENTED_DAY, '2026-11-18T08:00', 512 * KIB],
    [DOCUMENTED_DAY, '2026-11-18T11:59', 512 * KIB],
    [DOCUMENTED_DAY, '2026-11-18T12:00', 10 * MIB],
    [DOCUMENTED_DAY, '2026-11-18T13:00', 512 * KIB],
    [DOCUMENTED_DAY, '2026-11-18T18:00', 30 * MIB],
    [DOCUMENTED_DAY, '2026-11-18T23:00', null],
    // A week begins on Sunday, 22 November 2026; what held on Saturday goes on.
    [DOCUMENTED_DAY, '2026-11-22T01:00', null],
    ['12:00,1M 08:00,512k', '2026-11-22T07:00', MIB],
    [DOCUMENTED_WEEK, '2026-11-23T00:00', 512 * KIB],
    [DOCUMENTED_WEEK, '2026-11-26T15:00', 512 * KIB],
    [DOCUMENTED_WEEK, '2026-11-27T23:58', 512 * KIB],
    [DOCUMENTED_WEEK, '2026-11-27T23:59', 10 * MIB],
    [DOCUMENTED_WEEK, '2026-11-28T09:59', 10 * MIB],
    [DOCUMENTED_WEEK, '2026-11-28T10:00', MIB],
    [DOCUMENTED_WEEK, '2026-11-29T19:59', MIB],
    [DOCUMENTED_WEEK, '2026-11-29T20:00', null],
    [DOCUMENTED_WEEK, '2026-11-29T23:59', null],
  ])('%s at %s', (text, at, limit) => {
    expect(limitAt(timetable(text), Date.parse(`${at}Z`), UTC)).toBe(limit);
    expect(limitAt(timetable(text), Date.parse(`${at}:59.999Z`), UTC)).toBe(limit);
  });

  it.each<[string, string, string | null]>([
    ['10M', '2026-11-18T03:00Z', null],
    ['off', '2026-11-18T03:00Z', null],
    ['08:00,1M 12:00,1M', '2026-11-18T03:00Z', null],
    [DOCUMENTED_DAY, '2026-11-18T07:59:59.999Z', '2026-11-18T08:00Z'],
    [DOCUMENTED_DAY, '2026-11-18T08:00Z', '2026-11-18T12:00Z'],
    [DOCUMENTED_DAY, '2026-11-18T23:30:10Z', '2026-11-19T08:00Z'],
    [DOCUMENTED_DAY, '2026-11-21T23:30Z', '2026-11-22T08:00Z'],
    [DOCUMENTED_WEEK, '2026-11-23T00:00Z', '2026-11-27T23:59Z'],
    [DOCUMENTED_WEEK, '2026-11-28T12:00Z', '2026-11-29T20:00Z'],
    [DOCUMENTED_WEEK, '2026-11-29T22:00Z', '2026-11-30T00:00Z'],
  ])('%s, after %s changes at %s', (text, at, next) => {
    expect(nextChange(timetable(text), Date.parse(at), UTC)).toBe(next === null ? null : Date.parse(next));
  });

  it('follows each change of a year to the next, in the machine’s own zone too', () => {
    for (const offsetAt of [UTC, zone('Europe/Berlin'), zone('Australia/Lord_Howe'), undefined]) {
      const table = timetable(DOCUMENTED_WEEK);
      let at = Date.UTC(2026, 0, 1);
      for (let changes = 0; changes < 4 * 53; changes++) {
        const next = nextChange(table, at, offsetAt) ?? 0;
        expect(next).toBeGreaterThan(at);
        expect(next - at).toBeLessThan(8 * 24 * HOUR);
        expect(limitAt(table, next - 1, offsetAt)).toBe(limitAt(table, at, offsetAt));
        expect(limitAt(table, next, offsetAt)).not.toBe(limitAt(table, at, offsetAt));
        at = next;
      }
      expect(new Date(at).getUTCFullYear()).toBe(2027);
    }
  });
});

describe('daylight saving', () => {
  const berlin = zone('Europe/Berlin');

  it('in spring, an entry in the hour that is skipped holds from its end', () => {
    // On 29 March 2026 in Berlin, 01:59 is followed by 03:00, at 01:00 UTC.
    const table = timetable('02:30,1M 06:00,off');
    const midnight = Date.parse('2026-03-28T23:00Z');
    expect(nextChange(table, midnight, berlin)).toBe(Date.parse('2026-03-29T01:00Z'));
    expect(limitAt(table, Date.parse('2026-03-29T00:59:59Z'), berlin)).toBeNull();
    expect(limitAt(table, Date.parse('2026-03-29T01:00Z'), berlin)).toBe(MIB);
    expect(nextChange(table, Date.parse('2026-03-29T01:00Z'), berlin)).toBe(Date.parse('2026-03-29T04:00Z'));
  });

  it('in spring, of two entries in that hour the later one holds', () => {
    const table = timetable('02:10,1M 02:50,5M 06:00,off');
    expect(nextChange(table, Date.parse('2026-03-28T23:00Z'), berlin)).toBe(Date.parse('2026-03-29T01:00Z'));
    expect(limitAt(table, Date.parse('2026-03-29T01:00Z'), berlin)).toBe(5 * MIB);
  });

  it('in autumn, the hour that comes twice is twice as the clock shows', () => {
    // On 25 October 2026 in Berlin, 02:59 is followed by 02:00, at 01:00 UTC.
    const table = timetable('02:30,1M 06:00,off');
    const changes: [string, Limit][] = [];
    let at = Date.parse('2026-10-24T22:00Z');
    for (let count = 0; count < 4; count++) {
      at = nextChange(table, at, berlin) ?? 0;
      changes.push([new Date(at).toISOString(), limitAt(table, at, berlin)]);
    }
    expect(changes).toEqual([
      ['2026-10-25T00:30:00.000Z', MIB],
      ['2026-10-25T01:00:00.000Z', null],
      ['2026-10-25T01:30:00.000Z', MIB],
      ['2026-10-25T05:00:00.000Z', null],
    ]);
  });

  it('elsewhere in the day, entries keep to the clock on the wall', () => {
    const table = timetable('08:00,1M 19:00,off');
    expect(nextChange(table, Date.parse('2026-03-28T20:00Z'), berlin)).toBe(Date.parse('2026-03-29T06:00Z'));
    expect(nextChange(table, Date.parse('2026-10-24T20:00Z'), berlin)).toBe(Date.parse('2026-10-25T07:00Z'));
  });

  it('is that of the machine unless told', () => {
    const source = `
      import { limitAt, nextChange, readBandwidth, sayNow } from ${JSON.stringify(new URL('../../../main/core/timetable.ts', import.meta.url).href)};
      const { timetable } = readBandwidth('02:30,1M 06:00,off');
      const at = Date.parse('2026-03-28T23:00Z');
      const next = nextChange(timetable, at);
      console.log(new Date(next).toISOString(), limitAt(timetable, next), sayNow(null, next, at));
    `;
    const run = (TZ: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', source], {
        encoding: 'utf8',
        env: { ...process.env, TZ },
      }).trim();
    expect(run('Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z 1048576 no limit until 03:00');
    expect(run('America/New_York')).toBe('2026-03-29T06:30:00.000Z 1048576 no limit until 02:30');
  });
});

describe('in words', () => {
  it.each<[Limit, string]>([
    [null, 'no limit'],
    [100, '100 B/s'],
    [512 * KIB, '512 KiB/s'],
    [1000 * KIB, '1000 KiB/s'],
    [1.5 * MIB, '1.5 MiB/s'],
    [10 * MIB, '10 MiB/s'],
    [2 * GIB, '2 GiB/s'],
  ])('%j is %s', (limit, words) => {
    expect(sayLimit(limit)).toBe(words);
  });

  it('says until when, with the day where it is not within a day', () => {
    const at = Date.parse('2026-11-18T08:00Z');
    expect(sayNow(512 * KIB, null, at, UTC)).toBe('512 KiB/s');
    expect(sayNow(512 * KIB, Date.parse('2026-11-18T19:00Z'), at, UTC)).toBe('512 KiB/s until 19:00');
    expect(sayNow(null, Date.parse('2026-11-19T07:59Z'), at, UTC)).toBe('no limit until 07:59');
    expect(sayNow(null, Date.parse('2026-11-19T08:00Z'), at, UTC)).toBe('no limit until Thursday, 08:00');
  });

  it.each<[string, [days: string, limits: string][]]>([
    ['off', [['Always', 'no limit']]],
    ['10M', [['Always', 'at most 10 MiB/s']]],
    [
      '08:00,512k 12:00,10M 19:00,off',
      [['Every day', 'no limit, 512 KiB/s from 08:00, 10 MiB/s from 12:00, no limit from 19:00']],
    ],
    ['00:00,1M 12:00,off', [['Every day', '1 MiB/s, no limit from 12:00']]],
    [
      DOCUMENTED_WEEK,
      [
        ['Monday to Thursday', '512 KiB/s all day'],
        ['Friday', '512 KiB/s, 10 MiB/s from 23:59'],
        ['Saturday', '10 MiB/s, 1 MiB/s from 10:00'],
        ['Sunday', '1 MiB/s, no limit from 20:00'],
      ],
    ],
    [
      'Mon-08:00,1M Fri-18:00,off',
      [
        ['Monday', 'no limit, 1 MiB/s from 08:00'],
        ['Tuesday to Thursday', '1 MiB/s all day'],
        ['Friday', '1 MiB/s, no limit from 18:00'],
        ['Saturday and Sunday', 'no limit all day'],
      ],
    ],
  ])('reads %s out', (text, lines) => {
    expect(sayWeek(timetable(text)).map(({ days, limits }) => [days, limits])).toEqual(lines);
  });
});
