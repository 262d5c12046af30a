/** The proxy's login: where its password is kept, and that nothing is kept where the keychain says no. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import type { Login } from '../../../main/adapters/http/proxy-way.ts';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import { Network } from '../../../main/app/network/network.ts';
import type { Program } from '../../../main/app/program.ts';
import type { SecretRead, SecretWrite } from '../../../main/core/ports.ts';

const PASSWORD = 'hush-proxy-password';
const LOGIN: Login = { user: 'ada', password: PASSWORD };
const LATE = { kind: 'unsure', reason: 'The keychain did not answer.' } as const;

let folder = '';
let store: Store;
let kept: Map<string, string>;
/** How the keychain answers whoever changes it. */
let writes: SecretWrite;
let deletions: number;
/** What a deletion waits for. */
let removal: Promise<void> | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'network-'));
  store = openStore(join(folder, 'data'), { clock: createClock() });
  kept = new Map();
  writes = { kind: 'ok' };
  deletions = 0;
  removal = null;
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A network on the store and keychain of this test, and what it told the connections last. */
function network(read?: () => Promise<SecretRead>) {
  const connections = createAgents();
  const use = vi.spyOn(connections, 'use');
  const secrets = {
    status: async () => ({ kind: 'ready', where: 'here' }),
    get: async (id: string): Promise<SecretRead> => {
      if (read) return read();
      const secret = kept.get(id);
      return secret === undefined ? { kind: 'absent' } : { kind: 'found', secret };
    },
    set: async (id: string, secret: string) => {
      if (writes.kind === 'ok' || writes.kind === 'unsure') kept.set(id, secret);
      return writes;
    },
    delete: async (id: string): Promise<SecretWrite> => {
      deletions += 1;
      await removal;
      if (writes.kind === 'ok') kept.delete(id);
      return writes;
    },
  };
  const redact = vi.fn();
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const program = {
    deps: {
      store,
      secrets,
      log: silent,
      environment: new Map(),
      network: { connections, redact, addressOf: String, domain: 'https://api.encord.com', caTrouble: null },
    },
    settings: { get: () => ({ network: { proxy: { kind: 'system' }, caFile: null } }) },
    changed: () => undefined,
    networkBack: () => undefined,
  };
  // Only what the login needs is there; anything else would fail as a missing function.
  const made = new Network(program as unknown as Program);
  return {
    made,
    redact,
    login: async () => use.mock.lastCall?.[0].login,
    loginFor: () => use.mock.lastCall?.[0].loginFor,
    /** From now on this proxy wants a login. */
    asks: (proxy: string) => vi.spyOn(connections, 'loginNeeded', 'get').mockReturnValue(proxy),
  };
}

it('is kept in the keychain and read at the next start', async () => {
  const { made, login, redact } = network();
  await made.setProxyLogin({ ...LOGIN, user: ' ada ', forThisRunOnly: false });
  expect(made.view()).toMatchObject({ proxyUser: 'ada', proxyPasswordIn: 'keychain' });
  expect(await login()).toEqual(LOGIN);
  expect(redact).toHaveBeenCalledWith(PASSWORD);
  expect([...kept.values()]).toEqual([PASSWORD]);
  const next = network();
  expect(await next.login()).toEqual(LOGIN);
  expect(next.made.view()).toMatchObject({ proxyUser: 'ada', proxyPasswordIn: 'keychain' });
  expect(next.redact).toHaveBeenCalledWith(PASSWORD);
});

it('for one run is in no file and no keychain, and its user name is known at the next start', async () => {
  const { made, login } = network();
  await made.setProxyLogin({ ...LOGIN, forThisRunOnly: false });
  await made.setProxyLogin({ ...LOGIN, forThisRunOnly: true });
  await expect.poll(() => kept.size).toBe(0);
  expect(made.view()).toMatchObject({ proxyUser: 'ada', proxyPasswordIn: 'run' });
  expect(store.getSetting('proxyLogin')).not.toContain(PASSWORD);
  expect(await login()).toEqual(LOGIN);
  const next = network();
  expect(await next.login()).toBeNull();
  expect(next.made.view()).toMatchObject({ proxyUser: 'ada', proxyPasswordIn: null });
});

it('is not kept where the keychain is locked', async () => {
  const { made, login } = network();
  writes = { kind: 'locked', reason: 'The keychain is locked. Unlock it.' };
  await expect(made.setProxyLogin({ ...LOGIN, forThisRunOnly: false })).rejects.toMatchObject({
    code: 'keychain-locked',
  });
  expect(made.view()).toMatchObject({ proxyUser: null, proxyPasswordIn: null });
  expect(await login()).toBeNull();
  await expect(made.setProxyLogin({ user: '', password: 'x', forThisRunOnly: true })).rejects.toMatchObject({
    code: 'invalid-input',
  });
});

it.each(['is taken back', 'the program starts again'])(
  'taken by a keychain that answered too late it is gone when it %s',
  async (then) => {
    const { made } = network();
    writes = LATE;
    await expect(made.setProxyLogin({ ...LOGIN, forThisRunOnly: false })).rejects.toMatchObject({
      code: 'keychain-unavailable',
    });
    expect([kept.size, made.view().proxyPasswordIn]).toEqual([1, null]);
    writes = { kind: 'ok' };
    if (then === 'is taken back')
      await made.setProxyLogin({ user: '', password: null, forThisRunOnly: false });
    else network();
    await expect.poll(() => kept.size).toBe(0);
    // What is given next stays.
    await network().made.setProxyLogin({ ...LOGIN, forThisRunOnly: false });
    network();
    expect([...kept.values()]).toEqual([PASSWORD]);
  },
);

it.each<SecretWrite>([LATE, { kind: 'locked', reason: 'The keychain is locked.' }])(
  'can be given for one run, and taken back, while the keychain is of no use ($kind), which is rid of it afterwards',
  async (answer) => {
    const { made, login } = network();
    await made.setProxyLogin({ ...LOGIN, password: 'earlier', forThisRunOnly: false });
    writes = answer;
    await expect(made.setProxyLogin({ ...LOGIN, forThisRunOnly: false })).rejects.toThrow();
    await made.setProxyLogin({ ...LOGIN, forThisRunOnly: true });
    expect(made.view().proxyPasswordIn).toBe('run');
    expect(await login()).toEqual(LOGIN);
    const next = network().made;
    await next.setProxyLogin({ ...LOGIN, forThisRunOnly: true });
    await next.setProxyLogin({ user: '', password: null, forThisRunOnly: false });
    expect(next.view()).toMatchObject({ proxyUser: null, proxyPasswordIn: null });
    expect(kept.size).toBe(1);
    writes = { kind: 'ok' };
    network();
    await expect.poll(() => kept.size).toBe(0);
  },
);

it('leaves nothing to remove where the keychain refused it', async () => {
  const { made } = network();
  writes = { kind: 'unavailable', reason: 'The keychain refused access.' };
  await expect(made.setProxyLogin({ ...LOGIN, forThisRunOnly: false })).rejects.toMatchObject({
    code: 'keychain-unavailable',
  });
  await made.setProxyLogin({ ...LOGIN, forThisRunOnly: true });
  await made.setProxyLogin({ user: '', password: null, forThisRunOnly: false });
  await network().made.setProxyLogin({ ...LOGIN, forThisRunOnly: true });
  expect(deletions).toBe(0);
});

it('given while an earlier one is still removed from the keychain stays there', async () => {
  const { made } = network();
  await made.setProxyLogin({ ...LOGIN, forThisRunOnly: false });
  const door = Promise.withResolvers<void>();
  removal = door.promise;
  await made.setProxyLogin({ ...LOGIN, forThisRunOnly: true });
  const given = made.setProxyLogin({ ...LOGIN, password: 'new', forThisRunOnly: false });
  await expect.poll(() => deletions).toBe(1);
  door.resolve();
  await given;
  expect([deletions, ...kept.values()]).toEqual([1, 'new']);
});

it('is for the proxies that asked for it, at the next start too; another login is for its own alone', async () => {
  const { made, loginFor, asks } = network();
  asks('http://one.lab:8080');
  await made.setProxyLogin({ ...LOGIN, forThisRunOnly: false });
  asks('http://two.lab:8080');
  await made.setProxyLogin({ ...LOGIN, forThisRunOnly: false });
  expect(loginFor()).toEqual(['http://one.lab:8080', 'http://two.lab:8080']);
  const next = network();
  expect(next.loginFor()).toEqual(['http://one.lab:8080', 'http://two.lab:8080']);
  next.asks('http://three.lab:8080');
  await next.made.setProxyLogin({ user: 'ada', password: 'another', forThisRunOnly: true });
  expect(next.loginFor()).toEqual(['http://three.lab:8080']);
});

it('is taken back everywhere', async () => {
  const { made, login } = network();
  await made.setProxyLogin({ ...LOGIN, forThisRunOnly: false });
  await made.setProxyLogin({ user: '', password: null, forThisRunOnly: false });
  expect(kept.size).toBe(0);
  expect(await login()).toBeNull();
  expect(store.getSetting('proxyLogin')).toBeNull();
});

it('that a locked keychain held back is asked for again when the network is back', async () => {
  await network().made.setProxyLogin({ ...LOGIN, forThisRunOnly: false });
  let answer: SecretRead = { kind: 'locked', reason: 'The keychain is locked.' };
  const { made, login } = network(async () => answer);
  expect(await login()).toBeNull();
  expect(made.view().proxyPasswordIn).toBeNull();
  answer = { kind: 'found', secret: PASSWORD };
  made.forget();
  expect(await login()).toEqual(LOGIN);
  expect(made.view().proxyPasswordIn).toBe('keychain');
});
