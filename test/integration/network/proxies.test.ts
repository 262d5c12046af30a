/**
 * Whole uploads through the proxies that labs have, the API and the storage alike: read, tunnelled, with a login, named by
 * the system, by the environment or by hand.
 */

import { writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../../main/app/program.ts';
import { HAS_OPENSSL } from '../../fixtures/certificates.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { Lab } from '../../fixtures/lab.ts';
import { SocksProxy, WebProxy, type WebProxyOptions } from '../../fixtures/lab-proxies.ts';
import { makePng } from '../../fixtures/png.ts';
import { API, call, NetworkRig, NO_PROXIES, STORAGE } from './rig.ts';

const LOGIN = 'ada:s3cret p%ss:w0rd';
const IN_URL = 'ada:s3cret%20p%25ss%3Aw0rd';

let rig: NetworkRig;
let program: Program | null = null;
const opened: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  if (HAS_OPENSSL) rig = await NetworkRig.open();
});
afterEach(async () => {
  await program?.close();
  program = null;
  for (const each of opened.splice(0)) await each.close();
});
afterAll(() => rig?.close());

async function proxyWith(options: Partial<WebProxyOptions> = {}): Promise<WebProxy> {
  const proxy = await WebProxy.open({ names: rig.names, ...options });
  opened.push(proxy);
  return proxy;
}

function withLogin(proxy: WebProxy, login: string): string {
  return proxy.url.replace('http://', `http://${login}@`);
}

describe('an HTTP proxy that reads the requests', () => {
  it('leads API and storage on, and neither where NO_PROXY excepts them', async () => {
    const lab = await Lab.open({ jobDelayMs: 1 });
    opened.push(lab);
    const proxy = await WebProxy.open({ names: {}, login: LOGIN });
    opened.push(proxy);
    await lab.dataset('Through');
    const path = join(lab.folder, 'frame.png');
    writeFileSync(path, makePng({ seed: 1, bytes: 5_000 }));
    const HTTP_PROXY = withLogin(proxy, IN_URL);
    const run = await lab.run(['upload', path, '--dataset', 'Through', '--json'], {
      ...NO_PROXIES,
      HTTP_PROXY,
    });
    expect(run.summary).toMatchObject({ done: 1, failed: 0 });
    const [row] = await lab.rows('Through');
    expect(row?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(proxy.times('127.0.0.1')).toBeGreaterThan(3);
    expect(proxy.refused).toEqual([]);
    const before = proxy.hosts.length;
    const around = await lab.run(['datasets', 'list', '--json'], {
      ...NO_PROXIES,
      HTTP_PROXY,
      NO_PROXY: '127.0.0.0/8',
    });
    expect(around.code).toBe(0);
    expect(proxy.hosts).toHaveLength(before);
    expect(run.stdout + run.stderr + around.stderr).not.toContain('s3cret');
  });
});

describe.skipIf(!HAS_OPENSSL)('tunnels (skipped where openssl is not installed)', () => {
  it('with the login of the environment', async () => {
    const proxy = await proxyWith({ login: LOGIN });
    program = await rig.program({ HTTPS_PROXY: withLogin(proxy, IN_URL) });
    await rig.upload(program);
    expect(new Set(proxy.hosts)).toEqual(new Set([API, STORAGE]));
    expect(proxy.refused).toEqual([]);
    expect(await call(program, 'network.view', null)).toMatchObject({ proxy: proxy.url, loginNeeded: null });
  });

  it('wait while the login is missing or wrong, try a wrong one once, and go on with the right one', async () => {
    const proxy = await proxyWith();
    program = await rig.program({ HTTPS_PROXY: proxy.url });
    const { commit, done } = await rig.plan(program);
    // From now on it asks; connections that stand are given up.
    proxy.login = LOGIN;
    program.network.forget();
    await commit();
    const waits = async (): Promise<void> => {
      const { connection, totals } = await call(program as Program, 'app.snapshot', null);
      expect(connection).toMatchObject({
        kind: 'offline',
        failure: { code: 'proxy-login' },
        waitsFor: 'login',
      });
      expect(totals.units.failed).toBe(0);
    };
    await eventually(waits);
    expect(await call(program, 'network.view', null)).toMatchObject({ loginNeeded: proxy.url });
    await call(program, 'network.setProxyLogin', { user: 'ada', password: 'wrong', forThisRunOnly: true });
    await eventually(() => expect(proxy.refused).toContain('ada:wrong'));
    for (let nth = 0; nth < 3; nth += 1) {
      const answer = await program.handle('datasets.list', {
        search: '',
        refresh: true,
        offset: 0,
        limit: 1,
      });
      expect(answer).toMatchObject({ ok: false, error: { code: 'proxy-login' } });
      expect(JSON.stringify(answer)).not.toContain('ada:wrong');
    }
    expect(proxy.refused.filter((login) => login === 'ada:wrong')).toHaveLength(1);
    await waits();
    expect(await call(program, 'network.view', null)).toMatchObject({ loginNeeded: proxy.url });
    const password = LOGIN.slice('ada:'.length);
    expect(
      await call(program, 'network.setProxyLogin', { user: 'ada', password, forThisRunOnly: true }),
    ).toMatchObject({ proxyUser: 'ada', proxyPasswordIn: 'run' });
    await done();
    expect(await call(program, 'network.view', null)).toMatchObject({ loginNeeded: null });
  });

  it('say that a way of signing in is not supported, and what to do', async () => {
    const proxy = await proxyWith({ login: LOGIN, schemes: ['NTLM', 'Negotiate'] });
    program = await rig.program({ HTTPS_PROXY: proxy.url });
    const answer = await program.handle('datasets.list', { search: '', refresh: true, offset: 0, limit: 1 });
    expect(answer).toMatchObject({ ok: false, error: { code: 'proxy-login' } });
    expect(JSON.stringify(answer)).toMatch(/NTLM.*does not|does not support \(NTLM.*local proxy/);
    // A password would be of no use.
    expect(await call(program, 'network.view', null)).toMatchObject({ loginNeeded: null });
  });

  it('of SOCKS5, which looks the names up, chosen by hand and left again', async () => {
    const proxy = await SocksProxy.open(rig.names);
    opened.push(proxy);
    const asked: string[] = [];
    program = await rig.program({}, { around: { lookup: namesOf(asked) } });
    const choose = (address: string) =>
      call(program as Program, 'settings.set', {
        network: { proxy: { kind: 'manual', address }, caFile: null },
      });
    await expect(choose('ftp://proxy')).rejects.toThrow('not the address of a proxy');
    await expect(choose(proxy.url.replace('//', '//ada:pass@'))).rejects.toThrow('login');
    await choose(proxy.url);
    await rig.upload(program);
    expect(new Set(proxy.hosts)).toEqual(new Set([API, STORAGE]));
    expect(asked).toEqual([]);
    const before = proxy.hosts.length;
    await call(program, 'settings.set', { network: { proxy: { kind: 'none' }, caFile: null } });
    const answer = await program.handle('datasets.list', { search: '', refresh: true, offset: 0, limit: 1 });
    expect(answer).toMatchObject({ ok: false, error: { code: 'dns' } });
    expect(proxy.hosts).toHaveLength(before);
  });

  it('as a PAC file says, one after the other where one is gone', async () => {
    const [first, second] = [await proxyWith(), await proxyWith()];
    const pac = pacFile(`function FindProxyForURL(url, host) {
      if (host === '${STORAGE}') return 'PROXY 127.0.0.1:${second.port}';
      return 'PROXY 127.0.0.1:1; PROXY 127.0.0.1:${first.port}; PROXY 127.0.0.1:${second.port}';
    }`);
    program = await rig.program(
      { HTTPS_PROXY: 'http://127.0.0.1:1' },
      { host: { ...rig.lab.options().host, resolveProxy: pac.resolve } },
    );
    await rig.upload(program);
    expect(new Set(first.hosts)).toEqual(new Set([API]));
    expect(new Set(second.hosts)).toEqual(new Set([STORAGE]));
    // Signed addresses are nothing for a PAC file.
    expect(new Set(pac.asked)).toEqual(new Set([`https://${API}/`, `https://${STORAGE}/`]));
    await first.close();
    await rig.upload(program);
    expect(new Set(second.hosts)).toEqual(new Set([STORAGE, API]));
  });

  it('that cannot be reached are waited for', async () => {
    const proxy = await proxyWith();
    program = await rig.program({ HTTPS_PROXY: proxy.url });
    const { commit } = await rig.plan(program);
    await proxy.close();
    await commit();
    await eventually(async () => {
      const { connection, totals } = await call(program as Program, 'app.snapshot', null);
      expect(connection).toMatchObject({ kind: 'offline', failure: { code: 'proxy' }, waitsFor: 'network' });
      expect(totals.units.failed).toBe(0);
    });
  });
});

/** A name service that knows nothing but loopback, and keeps what it was asked. */
function namesOf(asked: string[]): LookupFunction {
  return (host, options, take) => {
    asked.push(host);
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
    process.nextTick(() => take(error, options.all ? [] : '', 4));
  };
}

/** Runs a PAC file as a system does, to be asked as Electron is. */
function pacFile(text: string): { resolve: (url: string) => Promise<string>; asked: string[] } {
  const context = createContext({});
  runInContext(text, context);
  const asked: string[] = [];
  return {
    asked,
    async resolve(url) {
      asked.push(url);
      const { hostname } = new URL(url);
      return String(
        runInContext(`FindProxyForURL(${JSON.stringify(url)}, ${JSON.stringify(hostname)})`, context),
      );
    },
  };
}
