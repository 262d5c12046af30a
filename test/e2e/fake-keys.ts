/** What the pretended main answers around key pairs and passphrases. Used by `fake-desktop.ts` and `fake-handlers.ts`. */
import type { MadeKeyView } from '../../preload/contract/desktop.ts';
import type { DESKTOP_CALLS } from '../../preload/contract/desktop-calls.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';

const HOUR = 3_600_000;
/** Opens every locked key of the pretended main. */
export const FAKE_PASSPHRASE = 'open';

const waiting = new WeakMap<FakeMain, MadeKeyView[]>();
const keysOf = (main: FakeMain): MadeKeyView[] => waiting.get(main) ?? [];

/** As if pairs had been made at an earlier start, the newest first. */
export function addMadeKeys(main: FakeMain, count: number): void {
  waiting.set(
    main,
    Array.from({ length: count }, (_, index) => madeKey(index, Date.now() - (index + 2) * HOUR, 'keychain')),
  );
}

function madeKey(index: number, madeAt: number, keptIn: MadeKeyView['keptIn']): MadeKeyView {
  const fingerprint = `SHA256:h9jvray/RtiCFShViWH05ySob+ngoLs6ci4Bu4qee${index}U`;
  const line = `AAAAC3NzaC1lZDI1NTE5AAAAICVgCarwHb5/L5JFYBwSMaVlfoEuQIGR0NFKUh2Hkz+${index}`;
  return {
    keyId: fingerprint,
    publicKey: `ssh-ed25519 ${line} Encord Uploader`,
    fingerprint,
    madeAt,
    keptIn,
  };
}

type Names = 'accounts.makeKey' | 'accounts.madeKeys' | 'accounts.dropKey' | 'accounts.unlock';

export function keysHandlers(main: FakeMain): Pick<FakeHandlers, Names & keyof typeof DESKTOP_CALLS> {
  const { state } = main;
  return {
    'accounts.makeKey': ({ forThisRunOnly }) => {
      if (state.snapshot.keychain.kind !== 'ready' && !forThisRunOnly)
        throw new Refusal('keychain-unavailable', 'There is no keychain to keep the key in.');
      const made = madeKey(keysOf(main).length, Date.now(), forThisRunOnly ? 'run' : 'keychain');
      waiting.set(main, [made, ...keysOf(main)]);
      return made;
    },
    'accounts.madeKeys': () => keysOf(main),
    'accounts.dropKey': ({ keyId }) => {
      takeMadeKey(main, keyId);
      return null;
    },
    'accounts.unlock': ({ accountId, passphrase, remember }) => {
      if (passphrase !== FAKE_PASSPHRASE)
        throw new Refusal('passphrase-wrong', 'The passphrase does not open this key. Try again.');
      setPassphrase(main, accountId, remember ? 'remembered' : 'asked');
      const account = state.snapshot.accounts.find(({ id }) => id === accountId);
      if (!account) throw new Refusal('account-unknown', 'There is no such account.');
      return account;
    },
  };
}

/** The pair is no longer one that waits. */
export function takeMadeKey(main: FakeMain, keyId: string): MadeKeyView {
  const made = keysOf(main).find((each) => each.keyId === keyId);
  if (!made) throw new Refusal('invalid-input', 'There is no such key pair.');
  waiting.set(
    main,
    keysOf(main).filter((each) => each !== made),
  );
  return made;
}

/** As if an account's key were kept in another way. */
export function setPassphrase(
  main: FakeMain,
  accountId: string,
  passphrase: 'needed' | 'asked' | 'remembered',
): void {
  const { snapshot } = main.state;
  snapshot.accounts = snapshot.accounts.map((each) =>
    each.id === accountId ? { ...each, passphrase } : each,
  );
  main.changed('accounts');
}
