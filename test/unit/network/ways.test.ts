/** How ways to a server are written down, and which one is taken. */

import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPacWords } from '../../../main/adapters/http/pac-words.ts';
import { loginRefused } from '../../../main/adapters/http/proxy-failures.ts';
import {
  addressOf,
  isExcepted,
  isProxy,
  readManualProxy,
  readProxy,
  type Way,
  wayOfEnvironment,
} from '../../../main/adapters/http/proxy-way.ts';
import { Ways } from '../../../main/adapters/http/ways.ts';
import { listen } from '../encord/support.ts';
import { HandClock } from '../put/support.ts';

const words = (ways: readonly Way[]): string[] =>
  ways.map((way) => (isProxy(way) ? addressOf(way) : way.kind));

describe('the words of a PAC file', () => {
  it.each([
    ['DIRECT', ['direct']],
    ['PROXY proxy.lab:8080; DIRECT', ['http://proxy.lab:8080', 'direct']],
    [
      'proxy a ; HTTPS b:8443;SOCKS5 c ;SOCKS d:1',
      ['http://a:80', 'https://b:8443', 'socks5://c:1080', 'socks4://d:1'],
    ],
    ['PROXY [fd00::1]:3128', ['http://[fd00::1]:3128']],
    ['QUIC x:1; PROXY a:99999; PROXY user@a; PROXY ; ;;PROXY ok:1', ['http://ok:1']],
    ['', []],
    ['<html>', []],
  ])('%j', (text, wanted) => expect(words(readPacWords(text))).toEqual(wanted));
});

describe('an address', () => {
  it.each([
    ['proxy.lab:8080', 'http://proxy.lab:8080'],
    ['http://proxy.lab', 'http://proxy.lab:80'],
    ['https://proxy.lab/', 'https://proxy.lab:443'],
    ['socks5h://proxy.lab', 'socks5://proxy.lab:1080'],
    ['http://[::1]:3128', 'http://[::1]:3128'],
  ])('%s', (text, wanted) => {
    const way = readProxy(text);
    expect(way && addressOf(way)).toBe(wanted);
  });

  it('may hold a login in the environment, which its own address does not', () => {
    const way = readProxy('http://ada:a%3Ab%40c@proxy.lab:8080');
    expect(way?.login).toEqual({ user: 'ada', password: 'a:b@c' });
    expect(way && addressOf(way)).toBe('http://proxy.lab:8080');
  });

  it.each(['', 'ftp://proxy', 'http://', 'http://proxy/path', 'http://proxy?x', 'http://a%zz:b@proxy'])(
    '%j is none',
    (text) => {
      expect(readProxy(text)).toBeNull();
      expect(() => readManualProxy(text)).toThrow('not the address of a proxy');
    },
  );

  it('given by hand holds no login', () => {
    expect(() => readManualProxy('http://ada:secret@proxy.lab')).toThrow(/^(?!.*secret).*login/);
  });
});

describe('the environment', () => {
  const https = new URL('https://api.encord.com/path');
  const of = (env: Record<string, string>, url = https): string =>
    words([wayOfEnvironment(env, url)])[0] ?? '';

  it('names a proxy by scheme, lower case first, else for all', () => {
    expect(of({ HTTPS_PROXY: 'http://big:1', https_proxy: 'http://small:1' })).toBe('http://small:1');
    expect(of({ HTTP_PROXY: 'http://other:1' })).toBe('direct');
    expect(of({ HTTP_PROXY: 'http://other:1' }, new URL('http://127.0.0.1:8000'))).toBe('http://other:1');
    expect(of({ ALL_PROXY: 'socks5://all:1080', HTTPS_PROXY: '' })).toBe('socks5://all:1080');
  });

  it('that is wrong lets nothing past unseen, and does not repeat itself', () => {
    const way = wayOfEnvironment({ HTTPS_PROXY: 'http://ada:secret@pro xy' }, https);
    expect(way).toMatchObject({ kind: 'unusable', error: { code: 'proxy' } });
    expect(JSON.stringify(way) + String(way.kind === 'unusable' && way.error.message)).not.toContain(
      'secret',
    );
  });

  it.each([
    ['*', true],
    ['encord.com', true],
    ['.encord.com', true],
    ['*.encord.com', true],
    ['ncord.com', false],
    ['localhost, api.encord.com', true],
    ['api.encord.com:443', true],
    ['api.encord.com:8443', false],
    ['', false],
    ['.', false],
  ])('NO_PROXY %j', (list, wanted) => expect(isExcepted(list, https)).toBe(wanted));

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:5', true],
    ['127.0.0.0/8', 'http://127.1.2.3:5', true],
    ['10.0.0.0/8', 'http://127.1.2.3:5', false],
    ['::1', 'http://[::1]:5', true],
    ['fd00::/8', 'http://[fd12::1]', true],
    ['10.0.0.0/99', 'http://10.0.0.1', false],
    ['0.0.1', 'http://127.0.0.1', false],
  ])('NO_PROXY %j and %s', (list, url, wanted) => expect(isExcepted(list, new URL(url))).toBe(wanted));
});

describe('what the system names', () => {
  function waysOf(resolve: (url: string) => Promise<string>) {
    const clock = new HandClock();
    const ways = new Ways({ clock });
    ways.use({ kind: 'system', resolve });
    const way = async (url: string) => words([(await ways.of(new URL(url))).way])[0];
    return { clock, ways, way };
  }

  it('is asked for once a while, by origin alone, and again when the network is another', async () => {
    const asked: string[] = [];
    const { clock, ways, way } = waysOf(async (url) => {
      asked.push(url);
      return 'PROXY proxy.lab:8080';
    });
    const signed = 'https://storage.lab/object?X-Goog-Signature=secret';
    expect(await Promise.all([way(signed), way(signed)])).toEqual([
      'http://proxy.lab:8080',
      'http://proxy.lab:8080',
    ]);
    expect(ways.of(new URL(signed))).not.toBeInstanceOf(Promise);
    expect(asked).toEqual(['https://storage.lab/']);
    clock.pass(60_000);
    await way(signed);
    expect(asked).toHaveLength(2);
    ways.forget();
    await way(signed);
    expect(asked).toHaveLength(3);
  });

  it('an answer to an earlier question is not kept', async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    let nth = 0;
    const { ways, way } = waysOf(
      () => answers[nth++]?.promise ?? Promise.reject(new Error('Asked too often.')),
    );
    const first = way('https://a.lab');
    ways.forget();
    const second = way('https://a.lab');
    answers[1]?.resolve('PROXY new:1');
    expect(await second).toBe('http://new:1');
    answers[0]?.resolve('PROXY old:1');
    expect(await first).toBe('http://old:1');
    expect(await way('https://a.lab')).toBe('http://new:1');
  });

  it('cannot be found out: the connection is direct, and it is said', async () => {
    const { ways, clock } = waysOf(() => Promise.reject(new Error('no PAC')));
    expect(await ways.of(new URL('https://a.lab'))).toMatchObject({
      way: { kind: 'direct' },
      trouble: expect.stringContaining('it failed'),
    });
    ways.use({ kind: 'system', resolve: () => new Promise(() => undefined) });
    const waiting = ways.of(new URL('https://a.lab'));
    clock.pass(60_000);
    expect(await waiting).toMatchObject({ trouble: expect.stringContaining('does not answer') });
  });

  it('of several takes the first that can be reached, and one that failed last', async () => {
    const server = createServer((socket) => socket.destroy());
    onTestFinished(() => void server.close());
    const port = await listen(server);
    const { ways, way } = waysOf(async () => `PROXY 127.0.0.1:1; PROXY 127.0.0.1:${port}; DIRECT`);
    expect(await way('https://a.lab')).toBe(`http://127.0.0.1:${port}`);
    const found = await ways.of(new URL('https://a.lab'));
    if (isProxy(found.way)) ways.failed(found.way);
    expect(await way('https://a.lab')).toBe('direct');
  });
});

describe('a proxy that asks for a login', () => {
  const way = readProxy('http://proxy.lab:8080');
  it('by ways that are not supported says so, and which', () => {
    const error = loginRefused(
      way,
      'api.encord.com',
      { 'proxy-authenticate': 'Negotiate, NTLM' } as never,
      false,
    );
    expect(error.message).toContain('does not support (Kerberos or NTLM, NTLM)');
    expect(error.message).toContain('api.encord.com');
  });

  it('takes a password where one of its ways is a basic one', () => {
    const headers = { 'proxy-authenticate': 'NTLM, Basic realm="a, Digest b"' } as never;
    expect(loginRefused(way, 'api.encord.com', headers, false).message).toContain('asks for a user name');
    expect(loginRefused(way, 'api.encord.com', headers, true).message).toContain('does not accept');
  });
});
