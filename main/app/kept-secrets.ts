/**
 * Where the secrets of accounts are: the keychain, with or without the key's passphrase on, or this run's memory. Used
 * by `accounts.ts` and `made-keys.ts`. The store knows only what has to be known without the keychain: whether a
 * passphrase is asked for.
 */

import type { AccountView } from '../../preload/contract/views.ts';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import { UploaderError } from '../core/errors.ts';
import type { AccountId } from '../core/model.ts';
import type { SecretRead, Secrets, SecretsStatus, SecretWrite } from '../core/ports.ts';
import type { AppDeps } from './deps.ts';
import { IdList } from './id-list.ts';
import { tryEach } from './try-each.ts';

/** A secret that was just given. */
export interface GivenSecret {
  /** As it is used: an API key, or a private key without passphrase. */
  readonly usable: string;
  /** The private key with its passphrase still on; null where it has none. */
  readonly sealed: string | null;
  /** False: every start asks for the passphrase. */
  readonly remember: boolean;
}

type Mark = 'asked' | 'remembered';
type Deps = Pick<AppDeps, 'log' | 'readKey' | 'secrets' | 'store'>;

export class KeptSecrets {
  readonly #deps: Deps;
  /** Usable secrets that live as long as the run: of the environment, kept for this run only, or unlocked in it. */
  readonly #open: Map<AccountId, string>;
  /** Ids of which the keychain may hold a secret though the store does not say so: nobody else would know of it. */
  readonly #unsettled: IdList;
  readonly #turns = new Map<AccountId, Promise<unknown>>();

  constructor(deps: Deps & Pick<AppDeps, 'environment'>) {
    this.#deps = deps;
    this.#open = new Map(deps.environment);
    this.#unsettled = new IdList(deps.store, 'signingIn');
  }

  /**
   * Changes of one account's secret, each together with what the store is told of it, go one after another: none takes
   * away what another has just given. Throws what the work throws. Work that waits for another turn of the same account
   * would wait for ever.
   */
  inTurn<T>(id: AccountId, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work);
    this.#turns.set(
      id,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** Where pages are told that the secret is. */
  whereOf(account: AccountRecord): AccountView['secretIn'] {
    return account.secretIn !== 'keychain' && !this.#open.has(account.id) ? 'missing' : account.secretIn;
  }

  passphraseOf(account: AccountRecord): AccountView['passphrase'] {
    if (account.secretIn !== 'keychain') return 'none';
    const mark = this.#mark(account.id);
    if (mark === 'asked' && !this.#open.has(account.id)) return 'needed';
    return mark ?? 'none';
  }

  /** The usable secret. Throws `passphrase-needed`, `account-missing`, `keychain-locked` or `keychain-unavailable`. */
  async read(account: AccountRecord): Promise<string> {
    const open = this.#open.get(account.id);
    if (open !== undefined) return open;
    if (account.secretIn === 'environment') {
      throw new UploaderError(
        'account-missing',
        `The key of ${account.name} came from the environment, which has none now. Set ENCORD_SSH_KEY_FILE or sign in again.`,
      );
    }
    if (account.secretIn === 'run') {
      throw new UploaderError(
        'account-missing',
        `The key of ${account.name} was kept for an earlier run only. Sign in again to go on.`,
      );
    }
    if (this.#mark(account.id) === 'asked') throw passphraseNeeded(account);
    const secret = await this.#fromKeychain(account);
    if (account.kind === 'ssh' && this.#isSealed(secret)) {
      // The program ended between the keychain's write and the store's.
      this.#setMark(account.id, 'asked');
      throw passphraseNeeded(account);
    }
    return secret;
  }

  /**
   * Keeps a secret that works, in place of an earlier one; once the store says where it is, call `settled`, in the same
   * turn. Throws `keychain-locked` or `keychain-unavailable`: then the earlier one is in use as before, and what the
   * keychain may have taken all the same goes with the account, or at the next start.
   */
  async keep(id: AccountId, given: GivenSecret, forThisRunOnly: boolean): Promise<'keychain' | 'run'> {
    const { secrets, store } = this.#deps;
    if (forThisRunOnly) {
      // The keychain may be locked now: what it holds of this account goes later.
      if (store.account(id)?.secretIn === 'keychain') this.#unsettled.add(id);
      this.#setMark(id, null);
      this.#open.set(id, given.usable);
      return 'run';
    }
    // Where there is no keychain nothing can be left in it, and a sign-out is not to wait for one.
    const status = await secrets.status();
    if (status.kind !== 'ready') throw keychainError(status);
    const sealed = given.remember ? null : given.sealed;
    const unsettledBefore = this.#unsettled.has(id);
    this.#unsettled.add(id);
    const kept = await secrets.set(id, sealed ?? given.usable);
    if (kept.kind !== 'ok') {
      if (kept.kind !== 'unsure' && !unsettledBefore) this.#unsettled.remove(id);
      throw keychainError(kept);
    }
    this.#setMark(id, given.sealed === null ? null : sealed === null ? 'remembered' : 'asked');
    if (sealed !== null) this.#open.set(id, given.usable);
    return 'keychain';
  }

  /** The store says now where the secret is. One that is elsewhere leaves the keychain's to be removed. */
  settled(id: AccountId): void {
    if (this.#deps.store.account(id)?.secretIn !== 'keychain') return;
    this.#unsettled.remove(id);
    if (this.#mark(id) !== 'asked') this.#open.delete(id);
  }

  /** Removes from the keychain what no account has there by the store's word. Throws like `tryEach` and `removeEntry`. */
  async tidy(): Promise<void> {
    const tidied = async (id: AccountId): Promise<void> => {
      // Somebody may have signed in or out before it was this one's turn.
      if (!this.#unsettled.has(id)) return;
      if (this.#deps.store.account(id)?.secretIn !== 'keychain') {
        await removeEntry(this.#deps.secrets, id, 'a secret that no account uses');
      }
      this.#unsettled.remove(id);
    };
    await tryEach(this.#unsettled.all(), (id) => this.inTurn(id, () => tidied(id)));
  }

  /**
   * Takes the passphrase off: for this run, or in the keychain for good. Throws `passphrase-wrong`, `passphrase-needed`
   * for an empty one, `not-available` where none is asked for, and what reading the keychain throws. Belongs in a turn.
   */
  async unlock(account: AccountRecord, passphrase: string, remember: boolean): Promise<void> {
    if (account.secretIn !== 'keychain' || this.#mark(account.id) !== 'asked') {
      throw new UploaderError('not-available', `The key of ${account.name} asks for no passphrase.`);
    }
    const key = this.#deps.readKey(await this.#fromKeychain(account), passphrase);
    const usable = key.exportText();
    if (!remember && key.sealedText !== null) {
      this.#open.set(account.id, usable);
      return;
    }
    const kept = await this.#deps.secrets.set(account.id, usable);
    if (kept.kind !== 'ok') throw keychainError(kept);
    this.#setMark(account.id, 'remembered');
    this.#open.delete(account.id);
  }

  /** Throws, having removed nothing, where it is plain that the keychain cannot be written. */
  async mustBeRemovable(account: AccountRecord): Promise<void> {
    if (!this.#isInKeychain(account)) return;
    const status = await this.#deps.secrets.status();
    if (status.kind === 'ready') return;
    if (status.kind === 'locked' || account.secretIn === 'keychain') throw keychainError(status);
  }

  /**
   * Removes the secret everywhere it is, and looks whether it is gone. Throws like `removeEntry`; for an account that is
   * elsewhere only where the keychain is seen to hold a secret too or can be unlocked, else that is left for `tidy`.
   * Belongs in a turn.
   */
  async remove(account: AccountRecord): Promise<void> {
    const { id, name } = account;
    if (this.#isInKeychain(account)) {
      if (account.secretIn !== 'keychain' && (await this.#cannotBeSeen(id))) {
        this.#deps.log.warn('Whether the keychain holds a secret too is seen at the next start.', {
          account: name,
        });
      } else {
        await removeEntry(this.#deps.secrets, id, `the secret of ${name}`);
        this.#unsettled.remove(id);
      }
    }
    this.#open.delete(id);
    this.#setMark(id, null);
  }

  async #fromKeychain(account: AccountRecord): Promise<string> {
    const read = await this.#deps.secrets.get(account.id);
    if (read.kind === 'found') return read.secret;
    throw readError(read, `the secret of ${account.name}`, 'Sign in again to go on.');
  }

  /** Whether the keychain says nothing of it, and nobody can unlock it to be told. */
  async #cannotBeSeen(id: AccountId): Promise<boolean> {
    const { kind } = await this.#deps.secrets.get(id);
    return kind === 'unavailable';
  }

  #isInKeychain(account: AccountRecord): boolean {
    return account.secretIn === 'keychain' || this.#unsettled.has(account.id);
  }

  #isSealed(key: string): boolean {
    try {
      this.#deps.readKey(key, null);
      return false;
    } catch (reason) {
      return reason instanceof UploaderError && reason.code === 'passphrase-needed';
    }
  }

  #mark(id: AccountId): Mark | null {
    const text = this.#deps.store.getSetting(markKey(id));
    const mark: unknown = text === null ? null : JSON.parse(text);
    return mark === 'asked' || mark === 'remembered' ? mark : null;
  }

  #setMark(id: AccountId, mark: Mark | null): void {
    this.#deps.store.setSetting(markKey(id), mark === null ? null : JSON.stringify(mark));
  }
}

/**
 * Deletes an entry of the keychain and reads it back: only an entry that is seen to be gone is gone. Throws
 * `keychain-locked` or `keychain-unavailable` with a sentence that says what may be left.
 * @param what the secret, as a sentence names it
 */
export async function removeEntry(
  secrets: Pick<Secrets, 'get' | 'delete'>,
  id: string,
  what: string,
): Promise<void> {
  const removed = await secrets.delete(id);
  if (removed.kind !== 'ok') throw keychainError(removed);
  const left = await secrets.get(id);
  if (left.kind === 'absent') return;
  if (left.kind === 'found') {
    throw new UploaderError(
      'keychain-unavailable',
      `The keychain still holds ${what}, though it was told to delete it. Delete the entry of “Encord Uploader” in your system’s password manager, then try again.`,
    );
  }
  throw new UploaderError(
    left.kind === 'locked' ? 'keychain-locked' : 'keychain-unavailable',
    `Whether the keychain still holds ${what} could not be seen. ${left.reason}`,
  );
}

export function keychainError(
  result: Exclude<SecretsStatus | SecretWrite, { kind: 'ready' | 'ok' }>,
): UploaderError {
  return result.kind === 'locked'
    ? new UploaderError('keychain-locked', result.reason)
    : new UploaderError('keychain-unavailable', result.reason);
}

/** @param what the secret, as a sentence names it; `then` is what to do where it is gone */
export function readError(
  read: Exclude<SecretRead, { kind: 'found' }>,
  what: string,
  then: string,
): UploaderError {
  if (read.kind === 'absent') {
    return new UploaderError('account-missing', `The keychain no longer holds ${what}. ${then}`);
  }
  return keychainError(read);
}

function passphraseNeeded(account: AccountRecord): UploaderError {
  return new UploaderError(
    'passphrase-needed',
    `The key of ${account.name} is locked by its passphrase. Enter the passphrase to go on.`,
  );
}

const markKey = (id: AccountId): string => `passphrase:${id}`;
