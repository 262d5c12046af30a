/** Signing out while somebody works with the account: nothing goes on under credentials that are gone. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import { Accounts } from '../../../main/app/accounts.ts';
import type { AppDeps } from '../../../main/app/deps.ts';
import type { SecretRead, SecretWrite } from '../../../main/core/ports.ts';
import { newAccount } from '../store/support.ts';

let folder = '';
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'accounts-'));
  store = openStore(join(folder, 'data'), { clock: createClock() });
  store.addAccount(newAccount('lab'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a session that was asked for while the keychain removed the secret is not kept', async () => {
  const removal = Promise.withResolvers<SecretWrite>();
  let held = true;
  const accounts = accountsWith({
    get: async () => (held ? { kind: 'found', secret: 'key' } : { kind: 'absent' }),
    delete: () => removal.promise,
  });
  const leaving = accounts.signOut('lab', false, async () => undefined);
  await accounts.session('lab');
  held = false;
  removal.resolve({ kind: 'ok' });
  await leaving;
  await expect(accounts.session('lab')).rejects.toMatchObject({ code: 'account-unknown' });
});

it('nor is one whose secret came when the account was gone', async () => {
  const secret = Promise.withResolvers<SecretRead>();
  const reads: Promise<SecretRead>[] = [secret.promise, Promise.resolve({ kind: 'absent' })];
  const accounts = accountsWith({
    get: () => reads.shift() ?? secret.promise,
    delete: async () => ({ kind: 'ok' }),
  });
  const asked = expect(accounts.session('lab')).rejects.toMatchObject({ code: 'account-unknown' });
  await accounts.signOut('lab', false, async () => undefined);
  secret.resolve({ kind: 'found', secret: 'key' });
  await asked;
  await expect(accounts.session('lab')).rejects.toMatchObject({ code: 'account-unknown' });
});

function accountsWith(secrets: Pick<AppDeps['secrets'], 'get' | 'delete'>): Accounts {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const readKey = () => ({ fingerprint: '', comment: '', exportText: () => 'key', sealedText: null });
  const deps = { store, secrets, log: silent, environment: new Map(), connect: () => ({}), readKey };
  // Only what signing out and opening a session need is there; anything else would fail as a missing function.
  return new Accounts(deps as unknown as AppDeps, () => undefined);
}
