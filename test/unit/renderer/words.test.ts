/** How the pages say numbers, and the one sentence of the status line. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode, FailureView } from '../../../preload/contract/errors.ts';
import type { TotalsView } from '../../../preload/contract/views.ts';
import { secondsLeft, statusOf } from '../../../renderer/state/status.ts';
import {
  limitNow,
  oneLine,
  playTime,
  plural,
  size,
  sizeOf,
  speed,
  timeLeft,
} from '../../../renderer/ui/format.ts';

describe('numbers', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1 KB'],
    [999_499, '999 KB'],
    [999_500, '1 MB'],
    [2_440_000, '2.4 MB'],
    [312_000_000, '312 MB'],
    [1_240_000_000, '1.2 GB'],
    [1_000_000_000, '1 GB'],
    [4_000_000_000_000, '4 TB'],
  ])('%d bytes are %s', (bytes, said) => expect(size(bytes)).toBe(said));

  it('shares a unit where both have it', () => {
    expect(sizeOf(0, 1_200_000_000)).toBe('0 of 1.2 GB');
    expect(sizeOf(92_700_000, 96_000_000)).toBe('92.7 of 96 MB');
    expect(sizeOf(312_000_000, 1_200_000_000)).toBe('312 MB of 1.2 GB');
  });

  it('says speeds whole once they are fast', () => {
    expect(speed(84_400_000)).toBe('84 MB/s');
    expect(speed(2_340_000)).toBe('2.3 MB/s');
    expect(speed(110_000)).toBe('110 KB/s');
  });

  it.each([
    [4, 'a few seconds left'],
    [23, 'about 20 seconds left'],
    [70, 'about a minute left'],
    [6 * 60 + 10, 'about 6 minutes left'],
    [43 * 60, 'about 45 minutes left'],
    [60 * 60, 'about an hour left'],
    [2.4 * 3600, 'about 2½ hours left'],
    [20 * 3600, 'about 20 hours left'],
    [3 * 86_400, 'about 3 days left'],
    [Number.POSITIVE_INFINITY, ''],
  ])('%d seconds are %s', (seconds, said) => expect(timeLeft(seconds)).toBe(said));

  it('says a limit in the units it is set in, and until when', () => {
    const now = new Date(2026, 10, 20, 9).getTime();
    expect(limitNow(512 * 1024, null, now)).toBe('512 KiB/s');
    expect(limitNow(1.5 * 1024 ** 2, null, now)).toBe('1.5 MiB/s');
    expect(limitNow(100, null, now)).toBe('100 B/s');
    expect(limitNow(1024, new Date(2026, 10, 20, 19).getTime(), now)).toMatch(
      /^1 KiB\/s until (19:00|07:00.PM)$/,
    );
    expect(limitNow(1024, new Date(2026, 10, 23, 8).getTime(), now)).toMatch(/^1 KiB\/s until Monday, 08:00/);
  });

  it('counts with separators, one without an s', () => {
    expect(plural(1, 'file')).toBe('1 file');
    expect(plural(1_204, 'file')).toBe('1,204 files');
    expect(playTime(3_729)).toBe('1:02:09');
  });

  it('keeps names on one line and their signs visible', () => {
    expect(oneLine('two\nlines\u0007.png')).toBe('two⏎lines·.png');
    expect(oneLine('夜明け 🌅.mp4')).toBe('夜明け 🌅.mp4');
    expect(oneLine('scan\u202egnp.exe\u2069')).toBe('scan·gnp.exe·');
  });
});

const NONE = {
  collecting: 0,
  ready: 0,
  registering: 0,
  processing: 0,
  linking: 0,
  done: 0,
  failed: 0,
  uncertain: 0,
  cancelled: 0,
};

function totals(units: Partial<typeof NONE>, bytes = 0, storedBytes = 0): TotalsView {
  return { units: { ...NONE, ...units }, refused: 0, skipped: 0, bytes, storedBytes };
}

function status(change: Partial<Parameters<typeof statusOf>[0]>): string {
  return statusOf({
    connected: true,
    connection: { kind: 'online' },
    paused: false,
    accountBlocked: null,
    hasAccount: true,
    passphraseNeeded: false,
    proxyLoginNeeded: false,
    totals: totals({}),
    sentBytes: 0,
    speed: 0,
    datasetTitle: null,
    watch: null,
    now: 0,
    ...change,
  }).text;
}

describe('the status line', () => {
  const busy = totals({ collecting: 893, done: 311 }, 100e9, 30e9);
  const failure = (code: ErrorCode, message: string): FailureView => ({ code, message, details: {}, at: 0 });
  const offline = {
    kind: 'offline' as const,
    failure: failure('offline', ''),
    nextTryAt: null,
    waitsFor: 'network' as const,
  };

  it('says what is on its way, how fast and how long', () => {
    expect(status({ totals: busy, speed: 84e6, sentBytes: 40e9 })).toBe(
      'Uploading 312 of 1,204 · 84 MB/s · about 6 minutes left',
    );
    expect(secondsLeft(busy, 40e9, 0)).toBeNull();
  });

  it('says that all is in, and where', () => {
    expect(status({ totals: totals({ done: 1_204 }), datasetTitle: 'Traffic Data' })).toBe(
      'All 1,204 uploads are in Traffic Data',
    );
    expect(status({ totals: totals({ done: 3, cancelled: 2 }) })).toBe(
      '3 uploads done in Encord · 2 cancelled',
    );
  });

  it('never says that all is in while something needs the person', () => {
    expect(status({ totals: totals({ done: 10, failed: 3 }) })).toBe('3 uploads need you · 10 done');
    expect(status({ totals: totals({ done: 10, uncertain: 1 }) })).toBe('1 upload needs you · 10 done');
  });

  it('says what is wrong with the clock, which no signing in helps', () => {
    const message =
      'The clock of this machine is 61 minutes ahead, so api.encord.com does not accept its signatures. Set the clock.';
    expect(status({ accountBlocked: failure('clock-wrong', message), totals: busy })).toBe(
      'The clock of this machine is 61 minutes ahead, so api.encord.com does not accept its signatures: set it, uploads then go on by themselves',
    );
  });

  it('says what only the person knows, and that the proxy is in the way', () => {
    expect(status({ passphraseNeeded: true, totals: busy })).toBe(
      'The key needs its passphrase: enter it in the settings, uploads then go on',
    );
    expect(status({ accountBlocked: failure('passphrase-needed', 'Give it.') })).toBe(
      'The key needs its passphrase: enter it in the settings, uploads then go on',
    );
    expect(status({ proxyLoginNeeded: true, totals: totals({ collecting: 2, failed: 1 }) })).toBe(
      'The proxy wants a login: enter it in the settings, uploads then go on · 1 upload needs you',
    );
    const proxy = { ...offline, failure: failure('proxy', 'proxy.lab does not answer.') };
    expect(status({ connection: proxy, totals: busy })).toBe(
      'The proxy does not answer: will go on by itself',
    );
    expect(status({ connection: proxy })).toBe('The proxy does not answer: uploads will begin when it does');
    const behind = { ...proxy.failure, details: { host: 'api.encord.com', system: '502' } };
    expect(status({ connection: { ...offline, failure: behind }, totals: busy })).toBe(
      'The proxy cannot reach Encord: will go on by itself',
    );
  });

  it('promises nothing where only a person can help, and says why', () => {
    const connection = {
      ...offline,
      failure: failure('tls', 'The identity of api.encord.com could not be verified. Add its certificate.'),
      waitsFor: 'person' as const,
    };
    const why = 'The identity of api.encord.com could not be verified';
    expect(status({ connection, totals: totals({ collecting: 2, failed: 1 }) })).toBe(
      `${why} · 1 upload needs you`,
    );
    expect(status({ connection })).toBe(why);
  });

  it('says that the data folder cannot be written, before the network and while nothing is open', () => {
    const stuck = {
      kind: 'stuck' as const,
      failure: failure('disk-full', 'The disk of the data folder is full. Nothing is lost; uploads go on.'),
    };
    for (const shown of [busy, totals({})]) {
      expect(status({ connection: stuck, totals: shown })).toBe(
        'The disk of the data folder is full: nothing is lost, uploads go on by themselves',
      );
    }
    expect(
      status({ connection: { ...stuck, failure: failure('database-corrupt', 'It is damaged. Help it.') } }),
    ).toBe('It is damaged');
  });

  it('puts the worse truth first', () => {
    expect(status({ connected: false, totals: busy, speed: 84e6 })).toContain('does not answer');
    expect(status({ accountBlocked: failure('unauthenticated', 'No.'), totals: busy })).toContain(
      'sign in again',
    );
    expect(status({ connection: offline, totals: busy })).toBe('Offline: will go on by itself');
    expect(status({ paused: true, totals: busy })).toBe('Paused: 893 uploads still to go');
    expect(status({ totals: totals({ processing: 4, done: 1 }, 10, 10) })).toBe(
      'All bytes are there: Encord is processing 4 uploads',
    );
  });
});
