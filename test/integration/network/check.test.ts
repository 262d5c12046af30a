/** The connection check: each thing on its own, what it says, and what it never says. */

import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../../main/app/program.ts';
import type { CheckStepId, ConnectionCheckView } from '../../../preload/contract/desktop.ts';
import { HAS_OPENSSL } from '../../fixtures/certificates.ts';
import { Lab } from '../../fixtures/lab.ts';
import { WebProxy, type WebProxyOptions } from '../../fixtures/lab-proxies.ts';
import { tracesIn, tracesOfKey } from '../../fixtures/traces.ts';
import { API, call, NetworkRig, NO_PROXIES, STORAGE } from './rig.ts';

const silently = (): void => undefined;
const STATES = (check: ConnectionCheckView): Record<string, string> =>
  Object.fromEntries(check.steps.map(({ id, state }) => [id, state]));
const stepOf = (check: ConnectionCheckView, id: CheckStepId) => check.steps.find((step) => step.id === id);

let program: Program | null = null;
const opened: { close(): unknown }[] = [];

afterEach(async () => {
  await program?.close();
  program = null;
  for (const each of opened.splice(0)) await each.close();
});

describe.skipIf(!HAS_OPENSSL)('through a proxy (skipped where openssl is not installed)', () => {
  let rig: NetworkRig;
  beforeAll(async () => {
    rig = await NetworkRig.open();
  });
  afterAll(() => rig?.close());

  async function checkWith(options: Partial<WebProxyOptions> = {}): Promise<ConnectionCheckView> {
    const proxy = await WebProxy.open({ names: rig.names, ...options });
    opened.push(proxy);
    program = await rig.program({ HTTPS_PROXY: proxy.url.replace('//', '//ada:hush-password@') });
    program.network.noteStorage(`https://${STORAGE}`);
    const check = await program.network.runCheck(null, silently);
    for (const text of [JSON.stringify(check), check.report]) {
      expect(text).not.toContain('hush-password');
      expect(tracesIn(text, tracesOfKey(rig.lab.privateKey))).toEqual([]);
    }
    return check;
  }

  it('all is well, and names are the proxy’s business', async () => {
    const check = await checkWith();
    expect(STATES(check)).toEqual({
      proxy: 'ok',
      dns: 'skipped',
      tls: 'ok',
      api: 'ok',
      clock: 'ok',
      storage: 'ok',
    });
    expect(stepOf(check, 'proxy')?.sentence).toContain('(of the environment) lets this machine through.');
    expect(stepOf(check, 'dns')?.sentence).toContain('The proxy looks names up');
    expect(stepOf(check, 'tls')?.sentence).toContain('Lab Server CA');
    expect(stepOf(check, 'api')?.sentence).toContain('takes the key');
    expect(check.finishedAt).not.toBeNull();
    expect(check.report).toContain(`This program connects to ${API} port 443 and ${STORAGE} port 443`);
  });

  it('a host that the proxy forbids', async () => {
    const check = await checkWith({ forbidden: [API] });
    expect(STATES(check)).toMatchObject({
      proxy: 'failed',
      tls: 'skipped',
      api: 'skipped',
      storage: 'skipped',
    });
    expect(stepOf(check, 'proxy')?.tell).toMatch(
      /let the proxy http:\/\/127\.0\.0\.1:\d+ connect to encord\.lab port 443 and storage\.lab port 443/,
    );
  });

  it('a storage that the proxy forbids', async () => {
    const check = await checkWith({ forbidden: [STORAGE] });
    expect(STATES(check)).toMatchObject({ proxy: 'ok', api: 'ok', storage: 'failed' });
    expect(stepOf(check, 'storage')?.tell).toContain(`${STORAGE} port 443 through the proxy`);
  });

  it('a login that the proxy does not accept', async () => {
    const check = await checkWith({ login: 'ada:another' });
    expect(STATES(check)).toMatchObject({ proxy: 'failed', tls: 'skipped' });
    expect(stepOf(check, 'proxy')?.tell).toContain('basic authentication');
  });

  it('ways of signing in that are not there, by their names', async () => {
    const check = await checkWith({ login: 'ada:another', schemes: ['NTLM', 'Negotiate'] });
    expect(stepOf(check, 'proxy')?.tell).toContain('offers only NTLM, Kerberos or NTLM that this program');
  });

  it('a clock that is wrong, said beside the API that does not take the signature', async () => {
    await rig.lab.control('POST', 'clock', { shiftSeconds: 1_000 });
    try {
      const check = await checkWith();
      expect(STATES(check)).toMatchObject({ tls: 'ok', api: 'failed', clock: 'failed', storage: 'ok' });
      expect(stepOf(check, 'clock')?.sentence).toContain('17 minutes behind');
      expect(stepOf(check, 'clock')?.tell).toContain('NTP');
    } finally {
      await rig.lab.control('POST', 'clock', { shiftSeconds: 0 });
    }
  });
});

describe('without one', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open();
  });
  afterAll(() => lab?.close());

  it('a name that is not known', async () => {
    const lookup = (host: string, options: { all?: boolean }, take: (...args: unknown[]) => void): void => {
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
      process.nextTick(() => take(error, options.all ? [] : '', 4));
    };
    program = await lab.program(
      { ...NO_PROXIES, ENCORD_DOMAIN: 'https://encord.lab' },
      { around: { lookup: lookup as never } },
    );
    const check = await program.network.runCheck(null, silently);
    expect(STATES(check)).toEqual({
      proxy: 'ok',
      dns: 'failed',
      tls: 'skipped',
      api: 'skipped',
      clock: 'skipped',
      storage: 'failed',
    });
    expect(stepOf(check, 'dns')?.tell).toContain('encord.lab');
    expect(stepOf(check, 'storage')?.tell).toContain('storage.googleapis.com port 443');
  });

  it('a sign-in page in the place of Encord', async () => {
    const portal = createServer((_, response) => response.end('<html>Welcome to the guest network</html>'));
    opened.push(portal);
    program = await lab.program({ ...NO_PROXIES, ENCORD_DOMAIN: await addressOf(portal) });
    program.network.noteStorage(lab.emulator.url);
    const check = await program.network.runCheck(null, silently);
    expect(STATES(check)).toEqual({
      proxy: 'ok',
      dns: 'ok',
      tls: 'skipped',
      api: 'failed',
      clock: 'skipped',
      storage: 'ok',
    });
    expect(stepOf(check, 'api')?.sentence).toContain('sign-in page');
  });

  it('a new check takes the place of one that waits', async () => {
    const silent = createTcpServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    opened.push(silent);
    const { port } = silent.address() as AddressInfo;
    program = await lab.program({ ...NO_PROXIES, ENCORD_DOMAIN: `http://127.0.0.1:${port}` });
    const first = await call(program, 'network.check', { accountId: null });
    await expect
      .poll(async () => STATES((await call(program as Program, 'network.view', null)).check ?? first).api)
      .toBe('running');
    const second = await call(program, 'network.check', { accountId: null });
    expect(second.checkId).not.toBe(first.checkId);
    const { check } = await call(program, 'network.view', null);
    expect(check?.checkId).toBe(second.checkId);
  });

  it('on the command line, with its exit code', async () => {
    program = await lab.program(NO_PROXIES);
    program.network.noteStorage(lab.emulator.url);
    await program.close();
    program = null;
    const well = await lab.run(['check-connection', '--json'], NO_PROXIES);
    expect(well.stderr).toBe('');
    expect(well.code).toBe(0);
    expect(well.lines).toHaveLength(7);
    expect(well.lines.at(-1)).toMatchObject({ check: { report: expect.stringContaining('Encord API: ok') } });
    const gone = await lab.run(['check-connection'], { ...NO_PROXIES, HTTP_PROXY: 'http://127.0.0.1:1' });
    expect(gone.code).toBe(1);
    expect(gone.stdout).toMatch(/Proxy +failed +The proxy http:\/\/127\.0\.0\.1:1 cannot be used/);
    expect(gone.stdout).toContain('Tell IT:');
  });
});

async function addressOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
