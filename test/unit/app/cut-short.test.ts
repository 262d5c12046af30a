/**
 * Keychains that answer too late, ends of the program in the middle of something, and two things at once: the keychain
 * holds what somebody who is signed in needs, and nothing that nobody knows of.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import type { Accounts } from '../../../main/app/accounts.ts';
import { newAccount } from '../store/support.ts';
import { FakeKeychain, startAccounts } from './keychain.ts';

const never = new AbortController().signal;
const nobody = async () => undefined;
const forKeychain = { comment: '', forThisRunOnly: false };
const DATASET = 'a dataset';
const DOMAIN = 'https://api.encord.com';
const ID = `api-key ${DATASET} ${DOMAIN}`;

let folder = '';
let store: Store;
let keychain: FakeKeychain;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cut-short-'));
  store = openStore(join(folder, 'data'), { clock: createClock() });
  keychain = new FakeKeychain();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = () => startAccounts(store, keychain);

function signIn(accounts: Accounts, apiKey = 'secret', forThisRunOnly = false) {
  const input = { method: 'api-key', apiKey, datasetId: DATASET, domain: DOMAIN, name: null } as const;
  return accounts.signIn({ ...input, forThisRunOnly }, never);
}

/** Whatever can go on without being let go on has done so: nothing here waits but for promises and held doors. */
const rest = () => new Promise((resolve) => setImmediate(resolve));

/** The account as it may be before somebody signs in with the keychain. */
const BEFORE: Readonly<Record<string, () => Promise<unknown>>> = {
  new: nobody,
  'kept for this run': () => signIn(start(), 'earlier', true),
  'of the environment': async () => {
    const facts = { kind: 'api-key', fingerprint: DATASET, datasetId: DATASET, domain: DOMAIN } as const;
    store.addAccount({ ...newAccount(ID), ...facts, secretIn: 'environment' });
  },
  'in the keychain': () => signIn(start(), 'earlier'),
};

/** The store of a program that ends at its write of this number, the first being 0. */
function endingAt(end: number): { store: Store; ended(): boolean } {
  let writes = 0;
  const last = <A extends unknown[], R>(write: (...args: A) => R) => {
    return (...args: A): R => {
      writes += 1;
      if (writes > end) throw new Error('The power is gone.');
      return write(...args);
    };
  };
  return {
    store: {
      ...store,
      setSetting: last(store.setSetting),
      addAccount: last(store.addAccount),
      updateAccount: last(store.updateAccount),
      removeAccount: last(store.removeAccount),
      setActiveAccountId: last(store.setActiveAccountId),
      commit: last(store.commit),
    },
    ended: () => writes > end,
  };
}

/** Runs the work again and again, with the power gone one write later each time, until it is done before that. */
async function atEveryWrite(
  work: (accounts: Accounts) => Promise<unknown>,
  prepare: () => Promise<unknown>,
  check: () => Promise<void>,
): Promise<number> {
  for (let end = 0; ; end += 1) {
    await prepare();
    const dying = endingAt(end);
    await work(startAccounts(dying.store, keychain)).catch(() => undefined);
    await check();
    if (!dying.ended()) return end;
  }
}

describe.each(Object.entries(BEFORE))('an account that is %s', (_name, before) => {
  it('leaves nothing in the keychain whose answer came too late, once it is signed out', async () => {
    await before();
    const accounts = start();
    keychain.late = true;
    await expect(signIn(accounts)).rejects.toMatchObject({ code: 'keychain-unavailable' });
    expect(keychain.held.size).toBe(1);
    keychain.late = false;
    if (accounts.views().length === 0) await signIn(accounts, 'secret', true);
    await accounts.signOut(ID, false, nobody);
    expect([...keychain.held.keys(), ...accounts.views()]).toEqual([]);
  });

  it('is as the store says at the next start, wherever the program ended while it signed in', async () => {
    const writes = await atEveryWrite(signIn, before, async () => {
      const accounts = start();
      await accounts.tidy();
      const [view] = accounts.views();
      expect(keychain.held.has(ID)).toBe(view?.secretIn === 'keychain');
      if (view) await accounts.signOut(ID, false, nobody);
      expect(keychain.held.size).toBe(0);
    });
    expect(writes).toBeGreaterThan(3);
  });

  it('is gone from the keychain when it signs out before anything was tidied', async () => {
    await atEveryWrite(signIn, before, async () => {
      const accounts = start();
      const [view] = accounts.views();
      if (view) await accounts.signOut(ID, false, nobody);
      else await accounts.tidy();
      expect(keychain.held.size).toBe(0);
    });
  });
});

describe('an account for one run', () => {
  it('signs out where there is no keychain, though somebody tried to use one', async () => {
    keychain.absent = true;
    const accounts = start();
    await expect(signIn(accounts)).rejects.toMatchObject({ code: 'keychain-unavailable' });
    await signIn(accounts, 'secret', true);
    await expect(signIn(accounts)).rejects.toMatchObject({ code: 'keychain-unavailable' });
    expect(await accounts.session(ID)).toMatchObject({ secret: 'secret' });
    await accounts.signOut(ID, false, nobody);
    expect(accounts.views()).toEqual([]);
  });

  it('signs out though the keychain, which locked itself when it was given the secret, is locked still', async () => {
    const accounts = start();
    await signIn(accounts, 'secret', true);
    const writing = keychain.hold('set');
    const signedIn = expect(signIn(accounts)).rejects.toMatchObject({ code: 'keychain-locked' });
    await writing.asked;
    keychain.locked = true;
    writing.open();
    await signedIn;
    await accounts.signOut(ID, false, nobody);
    expect(accounts.views()).toEqual([]);
  });

  it('signs out though the keychain refused the secret, of which nothing is left to look for', async () => {
    const accounts = start();
    await signIn(accounts, 'secret', true);
    keychain.denied = true;
    await expect(signIn(accounts)).rejects.toMatchObject({ code: 'keychain-unavailable' });
    await accounts.signOut(ID, false, nobody);
    expect(accounts.views()).toEqual([]);
    // It would fail if there were anything to remove.
    await start().tidy();
  });

  it('signs out of a keychain that took the secret and is silent since; the secret goes at the next start', async () => {
    const accounts = start();
    await signIn(accounts, 'secret', true);
    keychain.late = true;
    await expect(signIn(accounts)).rejects.toMatchObject({ code: 'keychain-unavailable' });
    expect(keychain.held.size).toBe(1);
    keychain.silent = true;
    await accounts.signOut(ID, false, nobody);
    expect([accounts.views(), keychain.held.size]).toEqual([[], 1]);
    keychain.silent = false;
    await start().tidy();
    expect(keychain.held.size).toBe(0);
  });

  it('does not sign out as long as the keychain holds a secret of it, or is locked', async () => {
    const accounts = start();
    await signIn(accounts, 'earlier');
    await signIn(accounts, 'secret', true);
    keychain.clinging = true;
    await expect(accounts.signOut(ID, false, nobody)).rejects.toThrow(/still holds the secret of/);
    keychain.clinging = false;
    keychain.locked = true;
    await expect(accounts.signOut(ID, false, nobody)).rejects.toMatchObject({ code: 'keychain-locked' });
    expect(accounts.views()).toHaveLength(1);
    keychain.locked = false;
    await accounts.signOut(ID, false, nobody);
    expect([accounts.views(), keychain.held.size]).toEqual([[], 0]);
  });
});

it('one entry that stays in the keychain keeps no other there', async () => {
  const accounts = start();
  const { keyId } = await accounts.makeKey(forKeychain);
  const common = { domain: DOMAIN, name: null, forThisRunOnly: false };
  keychain.clinging = true;
  const used = await accounts.signIn({ method: 'made-key', keyId, ...common }, never);
  keychain.clinging = false;
  keychain.late = true;
  for (const datasetId of ['one', 'two']) {
    const input = { method: 'api-key', apiKey: 'secret', datasetId, ...common } as const;
    await expect(accounts.signIn(input, never)).rejects.toThrow();
  }
  for (let index = 0; index < 2; index += 1) await expect(accounts.makeKey(forKeychain)).rejects.toThrow();
  keychain.late = false;
  const held = [...keychain.held.keys()];
  expect(held).toHaveLength(6);
  // The first of each kind, so that others come after it.
  const secret = held.find((id) => id.startsWith('api-key')) ?? '';
  const pair = held.find((id) => id.startsWith('made-key') && id !== `made-key ${keyId}`) ?? '';
  keychain.stubborn.add(secret).add(pair);
  await expect(start().tidy()).rejects.toThrow(/still holds a secret that no account uses/);
  expect(new Set(keychain.held.keys())).toEqual(new Set([used.id, secret, pair]));
  keychain.stubborn.clear();
  await start().tidy();
  expect([...keychain.held.keys()]).toEqual([used.id]);
});

it('an account for one run keeps its secret when the store cannot be told of the new one', async () => {
  const full: Store = {
    ...store,
    updateAccount() {
      throw new Error('The disk is full.');
    },
  };
  const accounts = startAccounts(full, keychain);
  await signIn(accounts, 'earlier', true);
  await expect(signIn(accounts, 'new')).rejects.toThrow('full');
  expect(accounts.view(ID).secretIn).toBe('run');
  await accounts.signOut(ID, false, nobody);
  expect(keychain.held.size).toBe(0);
});

describe('two things at once', () => {
  const holds = () => [...keychain.held.entries()];

  it('a sign-in keeps its secret though what an earlier one left was being tidied away', async () => {
    keychain.late = true;
    await expect(signIn(start(), 'old')).rejects.toThrow();
    keychain.late = false;
    const accounts = start();
    const deleting = keychain.hold('delete');
    const tidied = accounts.tidy();
    await deleting.asked;
    const signedIn = signIn(accounts, 'new');
    await rest();
    deleting.open();
    await Promise.all([tidied, signedIn]);
    expect(holds()).toEqual([[ID, 'new']]);
  });

  it('and so it does when the tidying begins while it is under way', async () => {
    const accounts = start();
    const writing = keychain.hold('set');
    const signedIn = signIn(accounts);
    await writing.asked;
    const deleting = keychain.hold('delete');
    const tidied = accounts.tidy();
    await rest();
    writing.open();
    await signedIn;
    deleting.open();
    await tidied;
    expect(holds()).toEqual([[ID, 'secret']]);
  });

  it('a sign-out that comes while the keychain takes the new secret leaves neither secret nor account', async () => {
    const accounts = start();
    await signIn(accounts, 'old');
    const writing = keychain.hold('set');
    const signedIn = signIn(accounts, 'new');
    await writing.asked;
    const signedOut = accounts.signOut(ID, false, nobody);
    await rest();
    writing.open();
    await Promise.allSettled([signedIn, signedOut]);
    expect([...holds(), ...accounts.views()]).toEqual([]);
  });

  it('a sign-in that comes while the sign-out removes the secret is signed in, with its secret', async () => {
    const accounts = start();
    await signIn(accounts, 'old');
    const deleting = keychain.hold('delete');
    const signedOut = accounts.signOut(ID, false, nobody);
    await deleting.asked;
    const signedIn = signIn(accounts, 'new');
    await rest();
    deleting.open();
    await Promise.all([signedOut, signedIn]);
    expect([holds(), accounts.view(ID).secretIn]).toEqual([[[ID, 'new']], 'keychain']);
  });
});

describe('a key pair made here', () => {
  it('that came too late is not listed, and gone at the next start', async () => {
    const accounts = start();
    keychain.late = true;
    await expect(accounts.makeKey(forKeychain)).rejects.toMatchObject({ code: 'keychain-unavailable' });
    expect([keychain.held.size, accounts.madeKeys()]).toEqual([1, []]);
    for (let index = 1; index < 20; index += 1) await accounts.makeKey(forKeychain).catch(() => undefined);
    await expect(accounts.makeKey(forKeychain)).rejects.toMatchObject({ code: 'not-available' });
    expect(keychain.held.size).toBe(20);
    keychain.late = false;
    const next = start();
    await next.tidy();
    expect([keychain.held.size, next.madeKeys()]).toEqual([0, []]);
    await next.makeKey(forKeychain);
  });

  it('is listed and in the keychain, or neither, wherever the program ended while it was made', async () => {
    const make = (accounts: Accounts) => accounts.makeKey(forKeychain);
    const writes = await atEveryWrite(make, nobody, async () => {
      const listed = start().madeKeys();
      const accounts = start();
      await accounts.tidy();
      expect(accounts.madeKeys()).toEqual(listed);
      expect([...keychain.held.keys()]).toEqual(listed.map(({ keyId }) => `made-key ${keyId}`));
      for (const { keyId } of listed) await accounts.dropKey(keyId);
    });
    expect(writes).toBe(3);
    expect(keychain.held.size).toBe(0);
  });

  it('is shown when the keychain has it and no sooner, and tidying at that time leaves it alone', async () => {
    const accounts = start();
    const writing = keychain.hold('set');
    const made = accounts.makeKey(forKeychain);
    await writing.asked;
    const deleting = keychain.hold('delete');
    const tidied = accounts.tidy();
    await rest();
    expect(accounts.madeKeys()).toEqual([]);
    writing.open();
    const { keyId } = await made;
    deleting.open();
    await tidied;
    expect(accounts.madeKeys()).toMatchObject([{ keyId }]);
    expect([...keychain.held.keys()]).toEqual([`made-key ${keyId}`]);
  });
});
