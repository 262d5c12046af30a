/** The log: what is written, what is taken out of it, and how its files take turns. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog, LOG_FILE, lastLines } from '../../../main/adapters/log.ts';
import { createRedactor } from '../../../main/adapters/redact.ts';

/** Files that another program holds open the way Windows means it: they are neither moved nor replaced nor removed. */
const held = vi.hoisted(() => ({ paths: new Set<string>(), tries: 0 }));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const look = (path: unknown): void => {
    if (!held.paths.has(String(path))) return;
    held.tries += 1;
    throw Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
  };
  return {
    ...real,
    renameSync(from: string, to: string): void {
      look(from);
      look(to);
      real.renameSync(from, to);
    },
    rmSync(path: string, options?: Parameters<typeof real.rmSync>[1]): void {
      look(path);
      real.rmSync(path, options);
    },
  };
});

const clock = { now: () => 1_700_000_000_000 };
let folder = '';

beforeEach(() => {
  held.paths.clear();
  held.tries = 0;
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const lines = (): Record<string, unknown>[] =>
  readFileSync(join(folder, LOG_FILE), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const numbersIn = (name: string): number[] =>
  [...readFileSync(join(folder, name), 'utf8').matchAll(/line (\d+) /g)].map((match) => Number(match[1]));

function hold(name: string): void {
  const path = join(folder, name);
  writeFileSync(path, '');
  held.paths.add(path);
}

describe('createLog', () => {
  it('writes one JSON object a line, from its level on', () => {
    const log = createLog({ folder, clock, level: 'info' });
    log.debug('not this');
    log.info('Added.\nTwo lines.', { units: 3, big: 9n, when: new Date(0), none: null });
    log.warn('Slow.');
    log.error('Broken.', {
      level: 'fake',
      message: 'of the field',
      error: new TypeError('no', { cause: new Error('why') }),
    });
    log.close();
    log.info('after the end');
    const time = '2023-11-14T22:13:20.000Z';
    expect(lines()).toEqual([
      {
        time,
        level: 'info',
        message: 'Added.\nTwo lines.',
        units: 3,
        big: '9',
        when: '1970-01-01T00:00:00.000Z',
        none: null,
      },
      { time, level: 'warn', message: 'Slow.' },
      {
        time,
        level: 'error',
        message: 'Broken.',
        fields: { level: 'fake', message: 'of the field' },
        error: expect.objectContaining({
          name: 'TypeError',
          message: 'no',
          cause: expect.objectContaining({ message: 'why' }),
        }),
      },
    ]);
  });

  it('goes on where the last run stopped, readable by its owner alone', () => {
    for (const message of ['one', 'two']) {
      const log = createLog({ folder: join(folder, 'logs'), clock, level: 'debug' });
      log.debug(message);
      log.close();
    }
    const path = join(folder, 'logs', LOG_FILE);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('takes turns by size, losing no line and keeping so many files', () => {
    const log = createLog({ folder, clock, level: 'info', maxBytes: 400, keep: 2 });
    for (let i = 0; i < 12; i++) log.info(`line ${i} ${'x'.repeat(100)}`);
    log.close();
    expect(readdirSync(folder).sort()).toEqual([LOG_FILE, `${LOG_FILE}.1`, `${LOG_FILE}.2`]);
    const all = [`${LOG_FILE}.2`, `${LOG_FILE}.1`, LOG_FILE].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    );
    for (const text of all) expect(text.length).toBeLessThanOrEqual(400);
    const numbers = [...all.join('').matchAll(/line (\d+) /g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 12 - numbers.length + i));
    expect(numbers.length).toBeGreaterThan(4);
  });

  it.each([
    ['a folder', () => mkdirSync(join(folder, `${LOG_FILE}.2`))],
    ['a file that another program holds', () => hold(`${LOG_FILE}.2`)],
  ])('writes every line while the oldest cannot be replaced: %s', (_name, stand) => {
    writeFileSync(join(folder, `${LOG_FILE}.1`), 'old 1\n');
    stand();
    const log = createLog({ folder, clock, level: 'info', maxBytes: 400, keep: 2 });
    for (let i = 0; i < 12; i++) {
      log.info(`line ${i} ${'x'.repeat(100)}`);
      expect(lines().at(-1)?.message).toContain(`line ${i} `);
    }
    log.close();
    const newest = ['.1', ''].flatMap((age) => numbersIn(`${LOG_FILE}${age}`));
    expect(newest).toEqual(Array.from({ length: newest.length }, (_, i) => 12 - newest.length + i));
    expect(newest.length).toBeGreaterThan(2);
  });

  it('goes on in a file that another program holds, and keeps the older ones', () => {
    for (const age of [1, 2, 3]) writeFileSync(join(folder, `${LOG_FILE}.${age}`), `old ${age}\n`);
    hold(LOG_FILE);
    const log = createLog({ folder, clock, level: 'info', maxBytes: 400, keep: 4 });
    for (let i = 0; i < 12; i++) log.info(`line ${i} ${'x'.repeat(100)}`);
    expect(numbersIn(LOG_FILE)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    // Not at every line: after so many bytes it is tried again.
    expect(held.tries).toBeGreaterThan(1);
    expect(held.tries).toBeLessThan(6);
    const old = () =>
      ['.1', '.2', '.3', '.4']
        .map((age) => join(folder, LOG_FILE + age))
        .filter((path) => existsSync(path))
        .flatMap((path) => readFileSync(path, 'utf8').match(/old \d/g) ?? []);
    expect(old()).toEqual(['old 1', 'old 2', 'old 3']);

    held.paths.clear();
    for (let i = 12; i < 16; i++) log.info(`line ${i} ${'x'.repeat(100)}`);
    log.close();
    const all = ['.2', '.1', ''].flatMap((age) => numbersIn(`${LOG_FILE}${age}`));
    expect(all).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(readFileSync(join(folder, LOG_FILE), 'utf8').length).toBeLessThanOrEqual(400);
  });

  it('writes a line that is longer than a whole file', () => {
    const log = createLog({ folder, clock, level: 'info', maxBytes: 50, keep: 1 });
    log.info('a'.repeat(200));
    log.info('b'.repeat(200));
    log.close();
    expect(readFileSync(join(folder, LOG_FILE), 'utf8')).toContain('bbb');
    expect(readFileSync(join(folder, `${LOG_FILE}.1`), 'utf8')).toContain('aaa');
  });

  it('never throws: no folder to write to, fields that cannot be read, circles', () => {
    writeFileSync(join(folder, 'file'), '');
    const nowhere = createLog({ folder: join(folder, 'file'), clock, level: 'info' });
    nowhere.info('lost');
    nowhere.close();
    const said: string[] = [];
    const log = createLog({ folder: null, clock, level: 'info', stderr: (line) => said.push(line) });
    const circle: Record<string, unknown> = { name: 'circle' };
    circle.self = circle;
    log.info('Round.', { circle });
    log.info('Bad.', {
      get field() {
        throw new Error('no');
      },
    });
    log.info('Fine.', { bytes: Buffer.alloc(5), map: new Map([['a', 1]]), set: new Set([2]) });
    expect(said[0]).toContain('Round.');
    expect(said.at(-1)).toBe(
      '2023-11-14T22:13:20.000Z info Fine. {"bytes":"[5 bytes]","map":{"a":1},"set":[2]}\n',
    );
    expect(existsSync(join(folder, LOG_FILE))).toBe(false);
  });
});

describe('the newest lines', () => {
  it('are read over the turn of the files, and from a long one only its end', async () => {
    expect(await lastLines(folder, 5)).toEqual([]);
    const log = createLog({ folder, clock, level: 'info', maxBytes: 400, keep: 2 });
    for (let i = 0; i < 8; i++) log.info(`line ${i} ${'x'.repeat(100)}`);
    log.close();
    const numbers = (await lastLines(folder, 4)).map((line) => /line (\d)/.exec(line)?.[1]);
    expect(numbers).toEqual(['4', '5', '6', '7']);
    rmSync(join(folder, `${LOG_FILE}.1`));
    writeFileSync(join(folder, LOG_FILE), `${'y'.repeat(600_000)}\none\ntwo\n`);
    expect(await lastLines(folder, 4)).toEqual(['one', 'two']);
  });
});

describe('what never reaches the log', () => {
  // Put together here, so that the sources hold nothing that looks like a key.
  const body = `b3BlbnNzaC1rZXktdjEA${'Qk1JQ'.repeat(20)}`;
  const lines64 = body.match(/.{1,64}/g) ?? [];
  const key = [
    '-----BEGIN OPENSSH',
    ' PRIVATE KEY-----\n',
    lines64.join('\n'),
    '\n-----END OPENSSH',
    ' PRIVATE KEY-----\n',
  ].join('');
  const signature = 'S1GNATURE'.repeat(12);
  const url = `https://storage.example/bucket/object?X-Goog-Algorithm=GOOG4&X-Goog-Credential=me%40x&X-Goog-Signature=${signature}`;
  const hex = `${'a1'.repeat(32)}:${'b2'.repeat(64)}`;
  const apiKey = 'Kx8_api-key-of/a+dataset=';

  it.each<[string, unknown, readonly string[]]>([
    ['a key', key, lines64],
    ['a key in JSON', JSON.stringify({ text: key }), lines64],
    ['a key without its end', key.slice(0, 120), [lines64[0] ?? '']],
    ['a key without its beginning', lines64.join('\n'), lines64],
    ['a signed URL', `PUT ${url} failed`, [signature, 'me%40x']],
    ['a signed URL as an object', new URL(url), [signature]],
    ['the path of a signed URL', url.slice('https://storage.example'.length), [signature]],
    ['a query alone', `X-Goog-Signature=${signature}&x=1`, [signature]],
    ['a header', `Authorization: ${hex}`, ['a1a1', 'b2b2']],
    ['a header in JSON', JSON.stringify({ authorization: 'abc def' }), ['abc', 'def']],
    ['a header as a field', { headers: { Authorization: 'abc def' } }, ['abc', 'def']],
    ['raw headers', ['Host', 'x', 'Authorization', 'abc def'], ['abc', 'def']],
    ['a message signature', `Signature: encord-sig=:${signature}:`, [signature]],
    ['a message signature as a field', { Signature: `encord-sig=:${signature}:` }, [signature]],
    ['the first protocol alone', hex, ['a1a1', 'b2b2']],
    ['a bearer', `sent Bearer ${signature}`, [signature]],
    ['a password in an address', 'http://me:hunter22@proxy.example:3128/', ['hunter22']],
    ['a password with an at sign', 'http://me:hun@ter22@proxy.example:3128/', ['ter22', 'hun']],
    ['a login without a scheme', 'proxy=me:hunter22@proxy.example:3128', ['hunter22']],
    ['a proxy’s header', `Proxy-Authorization: Basic ${signature}`, [signature]],
    ['a proxy’s header as a field', { 'Proxy-Authorization': `Basic ${signature}` }, [signature]],
    ['a login without its header', `sent Basic ${signature}==`, [signature]],
    [
      'a signed URL of S3',
      `https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA1&X-Amz-Signature=${signature}`,
      [signature, 'AKIA1'],
    ],
    [
      'an old signed URL of S3',
      `/bucket/key?AWSAccessKeyId=AKIA1&Signature=${signature}&Expires=1`,
      [signature, 'AKIA1'],
    ],
    [
      'a signed URL of Azure',
      `https://a.blob.core.windows.net/c/b?sv=2022&se=2026&sig=${signature}%3D`,
      [signature],
    ],
    ['a query of Azure alone', `PUT /c/b?sv=2022&sr=b&sig=${signature} gave 403`, [signature]],
    ['a session of Google', `https://storage.googleapis.com/upload/b?upload_id=${signature}`, [signature]],
    ['a token of three parts', `got eyJhbGciOiJFZERTQSJ9.${signature}.${signature}`, [signature]],
    ['a key as PKCS #8, without its armour', `MC4CAQAwBQYDK2VwBCIEI${'Qk1JQ'.repeat(8)}`, ['Qk1JQQk1JQ']],
    ['a key of PuTTY', `Private-Lines: 1\n${signature}\nPrivate-MAC: ${hex}`, [signature, 'b2b2']],
    ['a proxy’s password as a field', { proxyPassword: 'open sesame' }, ['sesame']],
    ["the pages' token", `http://127.0.0.1:4000/#token=${signature}`, [signature]],
    ['a grant', { grant: { url, echo: `{"signed_url":"${url}"}`, id: 'id' } }, [signature]],
    ['a passphrase', { passphrase: 'open sesame' }, ['sesame']],
    [
      'an error with all of it',
      new Error(`${url} ${hex}`, { cause: new Error(key) }),
      [signature, 'b2b2', ...lines64],
    ],
    [
      'an API key',
      `the key ${apiKey} and ${encodeURIComponent(apiKey)}`,
      [apiKey, encodeURIComponent(apiKey)],
    ],
    ['an API key as a name', { [apiKey]: 1 }, [apiKey]],
  ])('%s', (_name, value, secrets) => {
    const said: string[] = [];
    const log = createLog({ folder, clock, level: 'debug', stderr: (line) => said.push(line) });
    log.redact(apiKey);
    log.info(typeof value === 'string' ? value : 'As a field.', { value });
    log.close();
    const written = readFileSync(join(folder, LOG_FILE), 'utf8');
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(2);
      expect(written).not.toContain(secret);
      expect(said.join('')).not.toContain(secret);
    }
  });

  it('leaves what helps', () => {
    const redactor = createRedactor();
    expect(redactor.text(`PUT ${url} gave 403`)).toBe(
      'PUT https://storage.example/bucket/object?[redacted] gave 403',
    );
    expect(redactor.text('Basic authentication of a proxy: ask me@x.org at 10:30.')).toBe(
      'Basic authentication of a proxy: ask me@x.org at 10:30.',
    );
    expect(redactor.text('Why? Because /data/a.png is empty.')).toBe('Why? Because /data/a.png is empty.');
    expect(
      redactor.value({
        code: 'url-expired',
        sha256: 'a1'.repeat(32),
        host: 'storage.example',
        keyName: 'lab',
      }),
    ).toEqual({
      code: 'url-expired',
      sha256: 'a1'.repeat(32),
      host: 'storage.example',
      keyName: 'lab',
    });
  });

  it('knows each long line of a secret, and takes no short one for a secret', () => {
    const redactor = createRedactor();
    redactor.add(`first\n${'0123456789abcdef'.repeat(3)}\nlast`);
    redactor.add('a');
    expect(redactor.text(`x ${'0123456789abcdef'.repeat(3)} a first`)).toBe('x [redacted] a first');
  });
});
