/** What the keychain holds after sign-ins that were cut short, keychains that lie, and key pairs made here. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import type { Accounts } from '../../../main/app/accounts.ts';
import { makeKey } from '../../fixtures/keys.ts';
import { FakeKeychain, startAccounts } from './keychain.ts';

const DOMAIN = 'https://api.encord.com';
const PASSPHRASE = 'of this test';
const common = { domain: DOMAIN, name: null, forThisRunOnly: false };
const never = new AbortController().signal;
const nobody = async () => undefined;

let folder = '';
let store: Store;
let keychain: FakeKeychain;
/** Whether Encord knows the key. */
let registered = true;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-keys-'));
  store = openStore(join(folder, 'data'), { clock: createClock() });
  keychain = new FakeKeychain();
  registered = true;
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The accounts as a start of the program sees them. */
function start(change: { store?: Store } = {}): Accounts {
  return startAccounts(change.store ?? store, keychain, { registered: () => registered });
}

describe('a key pair made here', () => {
  it('waits over a restart, is moved to its account, and leaves nothing else behind', async () => {
    const made = await start().makeKey({ comment: 'scanner 7', forThisRunOnly: false });
    expect(made.publicKey).toMatch(/^ssh-ed25519 \S+ scanner 7$/);
    const entry = `made-key ${made.fingerprint}`;
    expect([...keychain.held.keys()]).toEqual([entry]);
    const accounts = start();
    expect(accounts.madeKeys()).toEqual([made]);

    registered = false;
    const input = { method: 'made-key', keyId: made.keyId, ...common } as const;
    await expect(accounts.signIn(input, never)).rejects.toMatchObject({ code: 'key-unknown' });
    expect([...keychain.held.keys()]).toEqual([entry]);
    registered = true;
    const account = await accounts.signIn(input, never);
    expect(account).toMatchObject({
      fingerprint: made.fingerprint,
      passphrase: 'none',
      secretIn: 'keychain',
    });
    expect([...keychain.held.keys()]).toEqual([account.id]);
    expect(accounts.madeKeys()).toEqual([]);
    await accounts.signOut(account.id, false, nobody);
    expect(keychain.held.size).toBe(0);
  });

  it('is not listed where the keychain did not take it, and cannot be made without end', async () => {
    keychain.locked = true;
    const accounts = start();
    const input = { comment: '', forThisRunOnly: false };
    await expect(accounts.makeKey(input)).rejects.toMatchObject({ code: 'keychain-locked' });
    expect(accounts.madeKeys()).toEqual([]);
    for (let index = 0; index < 20; index += 1) await accounts.makeKey({ ...input, forThisRunOnly: true });
    await expect(accounts.makeKey(input)).rejects.toMatchObject({ code: 'not-available' });
    expect(keychain.held.size).toBe(0);
    expect(start().madeKeys()).toEqual([]);
  });

  it('kept for this run goes to the keychain with its account, where there is one by then', async () => {
    const accounts = start();
    const { keyId } = await accounts.makeKey({ comment: '', forThisRunOnly: true });
    const account = await accounts.signIn({ method: 'made-key', keyId, ...common }, never);
    expect([...keychain.held.keys()]).toEqual([account.id]);
    expect(accounts.madeKeys()).toEqual([]);
  });

  it('stays in the keychain though the account was meant for this run only', async () => {
    const accounts = start();
    const { keyId } = await accounts.makeKey({ comment: '', forThisRunOnly: false });
    const input = { method: 'made-key', keyId, ...common, forThisRunOnly: true } as const;
    expect((await accounts.signIn(input, never)).secretIn).toBe('keychain');
    expect(keychain.held.size).toBe(1);
  });

  it('is dropped only when it is seen to be gone', async () => {
    const accounts = start();
    const { keyId } = await accounts.makeKey({ comment: '', forThisRunOnly: false });
    keychain.clinging = true;
    await expect(accounts.dropKey(keyId)).rejects.toThrow(/still holds the private half/);
    expect(accounts.madeKeys()).toHaveLength(1);
    keychain.clinging = false;
    await accounts.dropKey(keyId);
    expect([keychain.held.size, accounts.madeKeys()]).toEqual([0, []]);
    await expect(accounts.dropKey(keyId)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('whose second copy could not be removed is hidden, and tidied at the next start', async () => {
    const accounts = start();
    const { keyId } = await accounts.makeKey({ comment: '', forThisRunOnly: false });
    keychain.clinging = true;
    const account = await accounts.signIn({ method: 'made-key', keyId, ...common }, never);
    expect(keychain.held.size).toBe(2);
    expect(accounts.madeKeys()).toEqual([]);
    keychain.clinging = false;
    await start().tidy();
    expect([...keychain.held.keys()]).toEqual([account.id]);
  });

  it('survives a sign-in that ends between the keychain and the store', async () => {
    const { keyId } = await start().makeKey({ comment: '', forThisRunOnly: false });
    const dying: Store = {
      ...store,
      addAccount() {
        throw new Error('The power is gone.');
      },
    };
    const signIn = { method: 'made-key', keyId, ...common } as const;
    await expect(start({ store: dying }).signIn(signIn, never)).rejects.toThrow('power');
    expect(keychain.held.size).toBe(2);
    const accounts = start();
    await accounts.tidy();
    expect([...keychain.held.keys()]).toEqual([`made-key ${keyId}`]);
    expect(await accounts.signIn(signIn, never)).toMatchObject({ fingerprint: keyId });
  });
});

describe('a key with a passphrase', () => {
  const key = makeKey('lab@example.com', PASSPHRASE);
  const signIn = { method: 'ssh', key: key.privateKey, passphrase: PASSPHRASE, ...common } as const;

  it('is kept as it came unless the passphrase is to be remembered', async () => {
    const account = await start().signIn({ ...signIn, rememberPassphrase: false }, never);
    expect(account.passphrase).toBe('asked');
    expect(() => parsePrivateKey(keychain.held.get(account.id) ?? '')).toThrow(/protected by a passphrase/);

    const later = start();
    expect(later.view(account.id).passphrase).toBe('needed');
    await expect(later.session(account.id)).rejects.toMatchObject({ code: 'passphrase-needed' });
    const unlock = { accountId: account.id, passphrase: PASSPHRASE, remember: false };
    const wrong = { ...unlock, passphrase: 'wrong' };
    await expect(later.unlock(wrong)).rejects.toMatchObject({ code: 'passphrase-wrong' });
    expect((await later.unlock(unlock)).passphrase).toBe('asked');
    await later.session(account.id);

    const third = start();
    expect(third.view(account.id).passphrase).toBe('needed');
    expect((await third.unlock({ ...unlock, remember: true })).passphrase).toBe('remembered');
    expect(parsePrivateKey(keychain.held.get(account.id) ?? '').fingerprint).toBe(account.fingerprint);
    await start().session(account.id);
    await expect(third.unlock(unlock)).rejects.toMatchObject({ code: 'not-available' });
  });

  it('is found out to be locked though the store was not told so', async () => {
    const accounts = start();
    const { id } = await accounts.signIn({ ...signIn, rememberPassphrase: true }, never);
    expect(accounts.view(id).passphrase).toBe('remembered');
    keychain.held.set(id, key.privateKey);
    const later = start();
    await expect(later.session(id)).rejects.toMatchObject({ code: 'passphrase-needed' });
    expect(later.view(id).passphrase).toBe('needed');
  });

  it('is asked for once in a run where nobody sees a page', async () => {
    const { id } = await start().signIn({ ...signIn, rememberPassphrase: false }, never);
    const accounts = start();
    let asked = 0;
    accounts.whenLocked(async (account) => {
      asked += 1;
      await accounts.unlock({ accountId: account.id, passphrase: PASSPHRASE, remember: false });
    });
    await Promise.all([accounts.session(id), accounts.session(id)]);
    expect(asked).toBe(1);
  });
});

describe('signing out', () => {
  const signIn = { method: 'ssh', passphrase: null, rememberPassphrase: true, ...common } as const;

  it('keeps the account, and says so, while the keychain holds the secret or cannot be asked', async () => {
    const accounts = start();
    const { id } = await accounts.signIn({ ...signIn, key: makeKey('a').privateKey }, never);
    keychain.clinging = true;
    await expect(accounts.signOut(id, false, nobody)).rejects.toThrow(/still holds the secret of/);
    keychain.clinging = false;
    keychain.locked = true;
    await expect(accounts.signOut(id, false, nobody)).rejects.toMatchObject({ code: 'keychain-locked' });
    expect(accounts.views()).toHaveLength(1);
    keychain.locked = false;
    await accounts.signOut(id, false, nobody);
    expect([keychain.held.size, accounts.views()]).toEqual([0, []]);
  });

  it('removes what the keychain still holds of an account that was last signed in for one run', async () => {
    const accounts = start();
    const key = makeKey('a').privateKey;
    await accounts.signIn({ ...signIn, key }, never);
    const { id } = await accounts.signIn({ ...signIn, key, forThisRunOnly: true }, never);
    expect(keychain.held.size).toBe(1);
    await start().signOut(id, false, nobody);
    expect(keychain.held.size).toBe(0);
  });
});

describe('a keychain that takes its time', () => {
  it('does not bring an API key back that was replaced meanwhile', async () => {
    const input = { method: 'api-key', datasetId: 'dataset', ...common } as const;
    const { id } = await start().signIn({ ...input, apiKey: 'old' }, never);
    const accounts = start();
    const reading = keychain.hold('get');
    const asked = accounts.session(id);
    await accounts.signIn({ ...input, apiKey: 'new' }, never);
    reading.open();
    await asked;
    expect(await accounts.session(id)).toMatchObject({ secret: 'new' });
  });

  it('is left with nothing of an account that was signed out while it remembered the passphrase', async () => {
    const { privateKey: key } = makeKey('lab', PASSPHRASE);
    const input = { method: 'ssh', key, passphrase: PASSPHRASE, rememberPassphrase: false } as const;
    const { id } = await start().signIn({ ...input, ...common }, never);
    const accounts = start();
    const writing = keychain.hold('set');
    const unlocked = accounts.unlock({ accountId: id, passphrase: PASSPHRASE, remember: true });
    await writing.asked;
    const left = accounts.signOut(id, false, nobody);
    writing.open();
    await Promise.allSettled([unlocked, left]);
    expect([...keychain.held.keys(), ...accounts.views()]).toEqual([]);
  });
});
