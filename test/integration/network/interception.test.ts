/**
 * A network that reads the traffic: refused until its authority is given, then whole uploads; the system's own store; and
 * certificate files that are none.
 */

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../../main/app/program.ts';
import { HAS_OPENSSL } from '../../fixtures/certificates.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { WebProxy } from '../../fixtures/lab-proxies.ts';
import { API, call, NetworkRig, STORAGE } from './rig.ts';

const LIST = { search: '', refresh: true, offset: 0, limit: 1 };

describe.skipIf(!HAS_OPENSSL)('interception (skipped where openssl is not installed)', () => {
  let rig: NetworkRig;
  let proxy: WebProxy;
  let program: Program | null = null;

  beforeAll(async () => {
    rig = await NetworkRig.open();
    proxy = await WebProxy.open({ names: rig.intercepted });
  });
  afterEach(async () => {
    await program?.close();
    program = null;
  });
  afterAll(async () => {
    await proxy?.close();
    await rig?.close();
  });

  const caFile = (path: string | null) =>
    call(program as Program, 'settings.set', { network: { proxy: { kind: 'system' }, caFile: path } });

  it('is refused without the authority, named by the check, and taken with it at once', async () => {
    program = await rig.program({ HTTPS_PROXY: proxy.url });
    expect(await program.handle('datasets.list', LIST)).toMatchObject({ ok: false, error: { code: 'tls' } });
    await call(program, 'network.check', { accountId: null });
    const check = await eventually(async () => {
      const view = await call(program as Program, 'network.view', null);
      expect(view.check?.finishedAt).not.toBeNull();
      return view.check;
    });
    const step = (id: string) => check?.steps.find((each) => each.id === id);
    expect(step('proxy')).toMatchObject({ state: 'ok' });
    expect(step('tls')).toMatchObject({ state: 'failed' });
    expect(step('tls')?.sentence).toContain('The certificate comes from ‘Lab Proxy CA’');
    // Known is the issuer; who it is, is guessed.
    expect(step('tls')?.sentence).toContain('most likely a proxy of your network');
    expect(step('tls')?.tell).toContain(`${API} port 443`);
    expect(step('api')).toMatchObject({ state: 'skipped' });
    await caFile(rig.interceptorCaFile);
    await rig.upload(program);
    expect(new Set(proxy.hosts)).toEqual(
      new Set([API, 'storage.googleapis.com', STORAGE].filter((host) => host in rig.names)),
    );
    // And back: what was trusted is no longer.
    await caFile(null);
    expect(await program.handle('datasets.list', LIST)).toMatchObject({ ok: false, error: { code: 'tls' } });
  });

  it('a file that is no certificate is refused when it is set, and left out with a sentence at the start', async () => {
    const path = join(rig.lab.folder, 'later.pem');
    writeFileSync(path, readFileSync(rig.interceptorCaFile));
    const env = { HTTPS_PROXY: proxy.url };
    const dataFolder = join(rig.lab.folder, 'home-of-two');
    program = await rig.program(env, { dataFolder });
    await expect(caFile(join(rig.lab.folder, 'absent.pem'))).rejects.toThrow(
      /invalid-input: .*cannot be read/,
    );
    const noise = join(rig.lab.folder, 'noise.pem');
    writeFileSync(noise, '-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n');
    await expect(caFile(noise)).rejects.toThrow(/damaged/);
    writeFileSync(noise, 'hello');
    await expect(caFile(noise)).rejects.toThrow(/holds no certificate/);
    expect((await call(program, 'app.snapshot', null)).settings.network.caFile).toBeNull();
    await caFile(path);
    await program.close();
    writeFileSync(path, 'no longer one');
    program = await rig.program(env, { dataFolder });
    const view = await call(program, 'network.view', null);
    expect(view.caTrouble).toMatch(/later\.pem holds no certificate.*goes on without it/);
    // Nor does it keep anything else of the network from being changed.
    const none = { proxy: { kind: 'none' }, caFile: path } as const;
    const settings = await call(program, 'settings.set', { network: none });
    expect(settings.network).toEqual(none);
    // Mended, it is of use as soon as somebody chooses it again.
    writeFileSync(path, readFileSync(rig.interceptorCaFile));
    await call(program, 'settings.set', { network: none });
    expect(await call(program, 'network.view', null)).toMatchObject({ caTrouble: null });
  });

  it('an unusable file of the environment does not keep the program from starting', async () => {
    program = await rig.program({ HTTPS_PROXY: proxy.url, ENCORD_CA_FILE: join(rig.lab.folder, 'gone.pem') });
    const { caTrouble } = await call(program, 'network.view', null);
    expect(caTrouble).toMatch(/gone\.pem cannot be read.*ENCORD_CA_FILE/);
  });

  it('what the system trusts is trusted', async () => {
    const agents = JSON.stringify(new URL('../../../main/adapters/http/agents.ts', import.meta.url).href);
    const script = `
      const { createAgents } = await import(${agents});
      const { request } = await import('node:https');
      const url = new URL(process.argv[1]);
      const agents = createAgents({ proxyEnv: process.env });
      request(url, { agent: await agents.for(url) })
        .on('response', (answer) => { console.log(answer.statusCode); agents.close(); answer.destroy(); })
        .on('error', (error) => { console.log(error.code); agents.close(); })
        .end();`;
    const run = async (env: NodeJS.ProcessEnv) => {
      const all = { PATH: process.env.PATH, HTTPS_PROXY: proxy.url, ...env };
      const args = ['--input-type=module', '-e', script, `https://${API}/v2/public/user/current`];
      return (await promisify(execFile)(process.execPath, args, { env: all, timeout: 30_000 })).stdout.trim();
    };
    // On this system, that is where OpenSSL is told that the store is.
    if (process.platform !== 'linux') return;
    expect(await run({ SSL_CERT_FILE: rig.interceptorCaFile })).toMatch(/^4\d\d$/);
    expect(await run({})).toBe('SELF_SIGNED_CERT_IN_CHAIN');
  });
});
