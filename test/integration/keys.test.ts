/**
 * Keys in a real Secret Service: pairs that are made here, keys that are kept locked by their passphrase, signing out.
 * At the end every file of the profile but the keyring's own is searched for all of these keys.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecrets } from '../../main/adapters/secrets/index.ts';
import type { Program } from '../../main/app/program.ts';
import { CALLS, type CallInput, type CallOutput } from '../../preload/contract/calls.ts';
import type { CallName } from '../../preload/contract/names.ts';
import { eventually } from '../fixtures/eventually.ts';
import { makeKey } from '../fixtures/keys.ts';
import { Lab } from '../fixtures/lab.ts';
import { makePng } from '../fixtures/png.ts';
import { type Traces, tracesOfKey, tracesUnder } from '../fixtures/traces.ts';
import { Session, whyNoSession } from './secrets/session.ts';

vi.setConfig({ testTimeout: 60_000 });

const PASSPHRASE = 'a passphrase that no file may hold';
const reason = whyNoSession();
const locked = makeKey('locked@example.com', PASSPHRASE);

let lab: Lab;
let session: Session;
let env: NodeJS.ProcessEnv;
let program: Program | null = null;
let serial = 0;
/** Private keys that were in use in these tests. */
const keys: string[] = [];

beforeAll(async () => {
  if (reason) return;
  lab = await Lab.open();
  await lab.control('POST', 'keys', { publicKey: locked.publicKey, email: 'locked@example.com' });
  session = await new Session().start();
  await session.startKeyring({ unlocked: true });
  keys.push(
    sshpk.parsePrivateKey(locked.privateKey, 'openssh', { passphrase: PASSPHRASE }).toString('openssh'),
  );
});
afterAll(async () => {
  await program?.close();
  await session?.stop();
  await lab?.close();
});
beforeEach((context) => {
  if (reason) context.skip(reason);
  session.enter(vi.stubEnv);
  const { HOME, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS } = process.env;
  env = {
    ENCORD_SSH_KEY: '',
    ENCORD_UPLOADER_HOME: join(lab.folder, 'home'),
    HOME,
    XDG_RUNTIME_DIR,
    DBUS_SESSION_BUS_ADDRESS,
    DISPLAY: '',
    WAYLAND_DISPLAY: '',
  };
});

/** The program as a new start finds it. */
async function restart(): Promise<Program> {
  await program?.close();
  program = null;
  program = await lab.program(env);
  await program.start();
  return program;
}

async function quit(): Promise<void> {
  await program?.close();
  program = null;
}

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await program?.handle(name, input);
  if (!answer?.ok) throw new Error(`${name}: ${answer?.error.code}: ${answer?.error.message}`);
  // The schema of this very name read it.
  return CALLS[name].output.parse(answer.value) as CallOutput<N>;
}

async function refused(name: CallName, input: unknown): Promise<{ code: string; message: string }> {
  const answer = await program?.handle(name, input);
  if (!answer || answer.ok) throw new Error(`${name} was not refused.`);
  return answer.error;
}

function image(): string {
  serial += 1;
  const folder = join(lab.folder, `in-${serial}`);
  mkdirSync(folder);
  writeFileSync(join(folder, `image${serial}.png`), makePng({ seed: serial }));
  return folder;
}

const signIn = () => ({ domain: lab.emulator.url, name: null, forThisRunOnly: false });
const done = async () => (await call('app.snapshot', null)).totals.units.done;

describe('a key pair that is made here', () => {
  it('waits in the keychain over a restart, becomes an account, and is gone when that signs out', async () => {
    await restart();
    const made = await call('accounts.makeKey', { comment: 'made here', forThisRunOnly: false });
    const entry = `made-key ${made.fingerprint}`;
    const secret = await createSecrets().get(entry);
    if (secret.kind !== 'found') throw new Error('The keychain does not hold the private half.');
    keys.push(secret.secret);

    await restart();
    expect(await call('accounts.madeKeys', null)).toEqual([made]);
    const input = { method: 'made-key', keyId: made.keyId, ...signIn() } as const;
    expect((await refused('accounts.signIn', input)).code).toBe('unauthenticated');
    await lab.control('POST', 'keys', { publicKey: made.publicKey, email: 'made@example.com' });
    const account = await call('accounts.signIn', input);
    expect(account).toMatchObject({ email: 'made@example.com', secretIn: 'keychain', passphrase: 'none' });
    expect(await createSecrets().get(entry)).toEqual({ kind: 'absent' });
    expect(await createSecrets().get(account.id)).toMatchObject({ kind: 'found' });

    await restart();
    await call('accounts.check', { accountId: account.id });
    await call('accounts.signOut', { accountId: account.id, cancelUnfinished: false });
    expect(await createSecrets().get(account.id)).toEqual({ kind: 'absent' });
    await quit();
  });

  it('is made, listed and signed in with by the command line, a process each', async () => {
    const made = await lab.run(['make-key', '--name', 'rack 4'], env);
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('login --made-key SHA256:')]);
    const publicKey = made.stdout.trim();
    expect(publicKey).toMatch(/^ssh-ed25519 \S+ rack 4$/);
    const fingerprint = /SHA256:[^\s`]+/.exec(made.stderr)?.[0] ?? '';
    const secret = await createSecrets().get(`made-key ${fingerprint}`);
    if (secret.kind !== 'found') throw new Error('The keychain does not hold the private half.');
    keys.push(secret.secret);
    expect((await lab.run(['made-keys'], env)).stdout).toContain(publicKey);
    await lab.control('POST', 'keys', { publicKey, email: 'rack@example.com' });
    const login = await lab.run(['login', '--made-key', fingerprint, '--name', 'Rack'], env);
    expect([login.code, login.stderr]).toEqual([0, '']);
    const again = await lab.run(['made-keys', '--drop', fingerprint], env);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('no such key pair')]);
    expect((await lab.run(['logout', 'Rack'], env)).code).toBe(0);
  });
});

describe('a key whose passphrase is not remembered', () => {
  it('holds its uploads after a restart until the passphrase is given', async () => {
    await restart();
    const account = await call('accounts.signIn', {
      method: 'ssh',
      key: locked.privateKey,
      passphrase: PASSPHRASE,
      rememberPassphrase: false,
      ...signIn(),
    });
    expect(account.passphrase).toBe('asked');
    const { id } = await call('datasets.create', { title: 'Locked', description: '', mirrored: true });
    await call('queue.pause', { scope: { kind: 'all' } });
    const source = { kind: 'paths' as const, paths: [image()] };
    const { planId } = await call('plan.start', { source, datasetId: id });
    await eventually(async () => expect((await call('plan.get', { planId })).phase).toBe('ready'));
    await call('plan.commit', { planId });

    const next = await restart();
    await call('queue.resume', { scope: { kind: 'all' } });
    await eventually(() =>
      expect(next.engine.sessionTrouble(account.id)).toMatchObject({ code: 'passphrase-needed' }),
    );
    const shown = await call('app.snapshot', null);
    expect(shown.accounts).toMatchObject([{ passphrase: 'needed', blocked: null, secretIn: 'keychain' }]);
    expect(shown.totals.units).toMatchObject({ collecting: 1, failed: 0 });
    const unlock = { accountId: account.id, passphrase: PASSPHRASE, remember: false };
    const wrong = { ...unlock, passphrase: 'wrong' };
    expect((await refused('accounts.unlock', wrong)).code).toBe('passphrase-wrong');
    expect(await call('accounts.unlock', unlock)).toMatchObject({ passphrase: 'asked' });
    await eventually(async () => expect(await done()).toBe(1));
    await quit();
  });

  it('is asked for by the command line, and remembered for good where a person says so', async () => {
    const upload = () => ['upload', image(), '--dataset', 'Locked'];
    const nobody = await lab.run(upload(), env);
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('--passphrase-stdin')]);
    const told = await lab.run([...upload(), '--passphrase-stdin', '--json'], env, `${PASSPHRASE}\n`);
    expect([told.code, told.stderr]).toEqual([0, '']);
    expect(told.summary).toMatchObject({ done: 1 });
    expect((await lab.run(['accounts'], env)).stdout).toContain('passphrase asked for');

    await restart();
    const [account] = (await call('app.snapshot', null)).accounts;
    const unlock = { accountId: account?.id ?? '', passphrase: PASSPHRASE, remember: true };
    expect(await call('accounts.unlock', unlock)).toMatchObject({ passphrase: 'remembered' });
    await restart();
    await call('accounts.check', { accountId: unlock.accountId });
    await quit();
  });

  it('stays, and says so, where a locked keychain cannot be told to forget it', async () => {
    await restart();
    const [account] = (await call('app.snapshot', null)).accounts;
    const accountId = account?.id ?? '';
    session.lock();
    const signOut = { accountId, cancelUnfinished: true };
    expect((await refused('accounts.signOut', signOut)).code).toBe('keychain-locked');
    expect((await refused('accounts.makeKey', { comment: '', forThisRunOnly: false })).code).toBe(
      'keychain-locked',
    );
    expect(await call('accounts.madeKeys', null)).toEqual([]);
    expect((await call('app.snapshot', null)).accounts).toHaveLength(1);
    await quit();
  });
});

it('nothing of any of these keys is in a file of the profile', () => {
  expect(keys).toHaveLength(3);
  for (const key of keys) {
    const traces: Traces = new Map([...tracesOfKey(key), ['passphrase', PASSPHRASE]]);
    const found = [...tracesUnder(session.home, traces), ...tracesUnder(join(lab.folder, 'home'), traces)];
    expect(found.filter((path) => !path.includes('.local/share/keyrings'))).toEqual([]);
  }
  // The key as it came, with its passphrase on, is as little in a file.
  const sealed = new Map([['sealed key', locked.privateKey.split('\n')[3] ?? '']]);
  expect(sealed.get('sealed key')).toMatch(/^\S{60,}$/);
  expect(tracesUnder(join(lab.folder, 'home'), sealed)).toEqual([]);
  // The search reads what the program wrote: a name of the account is found by it.
  const known = new Map([['account', 'locked@example.com']]);
  expect(tracesUnder(join(lab.folder, 'home'), known)).not.toEqual([]);
});
