/**
 * Accounts through the command line: signing in once and uploading in a later process with a real keychain, several
 * accounts, signing out, and what is said where there is no keychain.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeKey } from '../fixtures/keys.ts';
import { type CliRun, Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { tracesIn, tracesOfKey, tracesUnder } from '../fixtures/traces.ts';
import { Session, whyNoSession } from './secrets/session.ts';

const PASSPHRASE = 'a passphrase of these tests';
const API_KEY = 'api-key-of-the-accounts-test-77aa';
const alice = makeKey('alice@example.com');
const bob = makeKey('bob@example.com', PASSPHRASE);

// Each test runs the command line several times, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let lab: Lab;
let serial = 0;

beforeAll(async () => {
  lab = await Lab.open();
  for (const [key, email] of [
    [alice, 'alice@example.com'],
    [bob, 'bob@example.com'],
  ] as const) {
    await lab.control('POST', 'keys', { publicKey: key.publicKey, email });
    writeFileSync(join(lab.folder, email), key.privateKey);
  }
});

afterAll(() => lab?.close());

const keyFile = (name: 'alice' | 'bob'): string => join(lab.folder, `${name}@example.com`);

/** A data folder of its own, and no key in the environment. */
function freshEnv(): NodeJS.ProcessEnv {
  serial += 1;
  return {
    ENCORD_SSH_KEY: '',
    ENCORD_UPLOADER_HOME: join(lab.folder, `home-${serial}`),
    DISPLAY: '',
    WAYLAND_DISPLAY: '',
  };
}

function image(): string {
  serial += 1;
  const folder = join(lab.folder, `in-${serial}`);
  mkdirSync(folder);
  writeFileSync(join(folder, `image${serial}.png`), makePng({ seed: serial }));
  return folder;
}

const noSecretIn = (run: CliRun): void => {
  const traces = new Map([
    ...tracesOfKey(alice.privateKey),
    ['passphrase', PASSPHRASE],
    ['API key', API_KEY],
  ]);
  expect(tracesIn(run.stdout + run.stderr, traces)).toEqual([]);
};

describe('with a keychain', () => {
  const reason = whyNoSession();
  let session: Session;
  let env: NodeJS.ProcessEnv;

  beforeEach(async (context) => {
    if (reason) context.skip(reason);
    session = await new Session().start();
    await session.startKeyring({ unlocked: true });
    session.enter(vi.stubEnv);
    const { HOME, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS } = process.env;
    env = { ...freshEnv(), HOME, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS };
  });
  afterEach(() => session?.stop());

  it('signs in once and uploads in the next process; signing out removes the secret', async () => {
    const login = await lab.run(['login', '--key', keyFile('alice'), '--name', 'Alice'], env);
    expect([login.code, login.stderr]).toEqual([0, '']);
    expect(login.stdout).toMatch(/Signed in as Alice at .* with SHA256:/);
    noSecretIn(login);
    const home = env.ENCORD_UPLOADER_HOME ?? '';
    expect(tracesUnder(home, tracesOfKey(alice.privateKey))).toEqual([]);

    const run = await lab.run(['upload', image(), '--dataset', 'Of Alice', '--create', '--json'], env);
    expect(run.summary).toMatchObject({ done: 1 });
    // Signed in and out again: the account is the same one, and what it uploaded stays known.
    const logout = await lab.run(['logout', 'Alice'], env);
    expect([logout.code, logout.stderr]).toEqual([0, '']);
    const after = await lab.run(['upload', image(), '--dataset', 'Of Alice', '--json'], env);
    expect(after.code).toBe(2);
    expect(after.stderr).toMatch(/signed in/);
    expect((await lab.run(['accounts'], env)).stdout).toContain('login --key');
    expect((await lab.run(['status'], env)).stdout).toContain('1 done');
  }, 60_000);

  it('keeps several accounts, with passphrase and API key from standard input, and takes the named one', async () => {
    const datasetId = await lab.dataset('Keyed', { mirrored: false, apiKeys: [{ key: API_KEY }] });
    await lab.run(['login', '--key', keyFile('alice'), '--name', 'Alice'], env);
    const bobs = ['login', '--key', keyFile('bob'), '--passphrase-stdin', '--name', 'Bob'];
    const wrong = await lab.run(bobs, env, 'not this one\n');
    expect(wrong.code).not.toBe(0);
    expect((await lab.run(['login', '--key', keyFile('bob')], env)).stderr).toContain('--passphrase-stdin');
    const second = await lab.run([...bobs, '--json'], env, `${PASSPHRASE}\n`);
    expect([second.code, second.stderr]).toEqual([0, '']);
    // Nobody said that it may be remembered.
    expect(second.lines).toMatchObject([{ account: { passphrase: 'asked' } }]);
    const remembered = await lab.run([...bobs, '--remember-passphrase', '--json'], env, `${PASSPHRASE}\n`);
    expect([remembered.code, remembered.stderr]).toEqual([0, '']);
    expect(remembered.lines).toMatchObject([{ account: { passphrase: 'remembered' } }]);
    const third = await lab.run(
      ['login', '--api-key-stdin', '--dataset', datasetId, '--name', 'Key'],
      env,
      `${API_KEY}\n`,
    );
    expect([third.code, third.stderr]).toEqual([0, '']);
    for (const run of [wrong, second, remembered, third]) noSecretIn(run);

    const shown = await lab.run(['accounts', '--use', 'Alice'], env);
    expect(shown.stdout).toMatch(/^\* Alice/m);
    expect(shown.stdout.split('\n').filter(Boolean)).toHaveLength(3);
    const to = ['--dataset', 'Whose', '--create', '--json'];
    expect((await lab.run(['upload', image(), ...to], env)).code).toBe(0);
    expect((await lab.run(['upload', image(), ...to, '--account', 'Bob'], env)).code).toBe(0);
    // Each made a dataset of its own: neither sees the other's.
    expect((await lab.state()).datasets.filter((each) => each.title === 'Whose')).toHaveLength(2);
    const keyed = await lab.run(['upload', image(), '--dataset', 'Keyed', '--account', 'Key', '--json'], env);
    expect(keyed.summary).toMatchObject({ done: 1 });
    const storage = ['--account', 'Key', '--route', 'storage'];
    expect((await lab.run(['upload', image(), '--dataset', 'Keyed', ...storage], env)).code).toBe(2);
    expect((await lab.run(['accounts', '--use', 'Nobody'], env)).code).toBe(2);
  }, 90_000);

  it('says that a locked keychain wants to be unlocked', async () => {
    await lab.run(['login', '--key', keyFile('alice')], env);
    session.lock();
    const run = await lab.run(['upload', image(), '--dataset', 'Locked', '--create'], env);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/locked/i);
  });
});

describe('without a keychain', () => {
  const nowhere = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus', XDG_RUNTIME_DIR: '/nonexistent' };

  it.skipIf(process.platform !== 'linux')('says so, keeps nothing, and says what to do', async () => {
    const env = { ...freshEnv(), ...nowhere };
    const run = await lab.run(['login', '--key', keyFile('alice')], env);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/keychain|Secret Service/i);
    expect(run.stderr).toContain('ENCORD_SSH_KEY_FILE');
    noSecretIn(run);
    expect((await lab.run(['accounts'], env)).stdout).toContain('Nobody is signed in');
  });

  it('takes the key from ENCORD_SSH_KEY_FILE without any sign-in', async () => {
    const env = { ...freshEnv(), ...nowhere, ENCORD_SSH_KEY_FILE: keyFile('alice') };
    const run = await lab.run(['upload', image(), '--dataset', 'From a file', '--create', '--json'], env);
    expect(run.summary).toMatchObject({ done: 1 });
    // The variable is gone: the account is known and says what is missing.
    const later = await lab.run(['upload', image(), '--dataset', 'From a file'], {
      ...freshEnv(),
      ...env,
      ENCORD_SSH_KEY_FILE: '',
    });
    expect(later.code).toBe(2);
    expect(later.stderr).toContain('ENCORD_SSH_KEY_FILE');
  });

  it('says what is wrong with the key of the environment', async () => {
    const missing = await lab.run(['accounts'], { ...freshEnv(), ENCORD_SSH_KEY_FILE: '/nonexistent/key' });
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('/nonexistent/key')]);
    const locked = await lab.run(['accounts'], { ...freshEnv(), ENCORD_SSH_KEY_FILE: keyFile('bob') });
    expect([locked.code, locked.stderr]).toEqual([2, expect.stringContaining('passphrase')]);
    expect(locked.stderr).toContain('login --key');
    const none = await lab.run(['accounts'], { ...freshEnv(), ENCORD_SSH_KEY: 'ssh-ed25519 AAAA nobody' });
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('public key')]);
  });
});
