/**
 * Use cases of accounts: sign in, switch, sign out, and the sessions that the engine and the pages work with.
 * A secret passes through here once on its way to the keychain, and is read back only to open a session.
 */

import type { CallInput } from '../../preload/contract/calls.ts';
import type { MadeKeyView } from '../../preload/contract/desktop.ts';
import type { AccountView, RouteChoice } from '../../preload/contract/views.ts';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { EncordSession } from '../core/encord-port.ts';
import { asUploaderError, toFailure, UploaderError } from '../core/errors.ts';
import type { AccountId } from '../core/model.ts';
import type { AppDeps } from './deps.ts';
import { type GivenSecret, KeptSecrets } from './kept-secrets.ts';
import { MadeKeys } from './made-keys.ts';
import { failureView, unwrap } from './outcome.ts';
import { tryEach } from './try-each.ts';

const UNFINISHED = [
  'collecting',
  'ready',
  'registering',
  'processing',
  'linking',
  'failed',
  'uncertain',
] as const;

export class Accounts {
  readonly #deps: AppDeps;
  readonly #changed: () => void;
  readonly #sessions = new Map<AccountId, EncordSession>();
  readonly #kept: KeptSecrets;
  readonly #made: MadeKeys;
  #askPassphrase: ((account: AccountRecord) => Promise<void>) | null = null;
  /** Whom this run was asked for already, and what came of it. */
  readonly #asked = new Map<AccountId, Promise<void>>();

  constructor(deps: AppDeps, changed: () => void) {
    this.#deps = deps;
    this.#changed = changed;
    this.#kept = new KeptSecrets(deps);
    this.#made = new MadeKeys(deps);
  }

  views(): AccountView[] {
    return this.#deps.store.accounts().map((account) => this.#view(account));
  }

  /** Throws `account-unknown`. */
  view(id: AccountId): AccountView {
    return this.#view(this.record(id));
  }

  /** Throws `account-unknown`. */
  record(id: AccountId): AccountRecord {
    const account = this.#deps.store.account(id);
    if (!account) throw new UploaderError('account-unknown', 'There is no such account. Sign in again.');
    return account;
  }

  /** The account that new uploads belong to; throws `account-missing` before the first sign-in. */
  active(): AccountRecord {
    const id = this.#deps.store.activeAccountId();
    if (id === null)
      throw new UploaderError('account-missing', 'Nobody is signed in yet. Connect an account first.');
    return this.record(id);
  }

  /** By name, fingerprint or id, for the command line; throws `account-unknown` or `invalid-input`. */
  find(name: string): AccountRecord {
    const matches = this.#deps.store
      .accounts()
      .filter((account) => account.id === name || account.name === name || account.fingerprint === name);
    const [first, second] = matches;
    if (!first) {
      throw new UploaderError(
        'account-unknown',
        `No account is called ${JSON.stringify(name)}. See \`accounts\`.`,
      );
    }
    if (second) {
      throw new UploaderError(
        'invalid-input',
        `Several accounts are called ${JSON.stringify(name)}. Name it by its id.`,
      );
    }
    return first;
  }

  /** Checks the credentials by a live call, then keeps the secret. Nothing is kept when anything fails. */
  async signIn(input: CallInput<'accounts.signIn'>, signal: AbortSignal): Promise<AccountView> {
    const deps = this.#deps;
    const domain = deps.readDomain(input.domain);
    const prepared = await this.#prepare(input);
    const kind = input.method === 'api-key' ? 'api-key' : 'ssh';
    const session = deps.connect({ kind, domain, datasetId: prepared.datasetId }, prepared.given.usable);
    const identity = unwrap(await session.check(signal));
    const id = accountId(kind, prepared.fingerprint, domain, deps);
    const forThisRunOnly = input.forThisRunOnly && !prepared.inKeychain;
    const name = await this.#kept.inTurn(id, async () => {
      const known = deps.store.account(id);
      const secretIn = await this.#kept.keep(id, prepared.given, forThisRunOnly);
      const name = input.name?.trim() || known?.name || identity.name || prepared.fallbackName;
      const facts = { name, secretIn, email: kind === 'ssh' ? identity.name : null };
      if (known) {
        deps.store.updateAccount(id, facts);
      } else {
        deps.store.addAccount({
          id,
          kind,
          fingerprint: prepared.fingerprint,
          domain,
          routeChoice: 'auto',
          fallbackNotice: null,
          datasetId: prepared.datasetId,
          addedAt: deps.clock.now(),
          ...facts,
        });
      }
      this.#kept.settled(id);
      deps.store.commit([{ kind: 'account-blocked', id, failure: null }]);
      deps.store.setActiveAccountId(id);
      this.#sessions.set(id, session);
      return name;
    });
    deps.log.info('Signed in.', { account: name, kind, domain });
    if (input.method === 'made-key') await this.#dropUsed(prepared.fingerprint);
    this.#changed();
    return this.view(id);
  }

  /** Whether a key can be used, and whether it wants a passphrase. Throws `key-format` or `key-type`. */
  inspectKey(key: string): { passphraseNeeded: boolean; fingerprint: string | null } {
    try {
      return { passphraseNeeded: false, fingerprint: this.#deps.readKey(key, null).fingerprint };
    } catch (reason) {
      if (reason instanceof UploaderError && reason.code === 'passphrase-needed') {
        return { passphraseNeeded: true, fingerprint: null };
      }
      throw reason;
    }
  }

  /** Makes a key pair whose public half is to be registered. Throws `keychain-locked` and its like, or `not-available`. */
  async makeKey(input: CallInput<'accounts.makeKey'>): Promise<MadeKeyView> {
    const view = await this.#made.make(input.comment.trim() || 'Encord Uploader', input.forThisRunOnly);
    this.#deps.log.info('Made a key pair.', { fingerprint: view.fingerprint });
    this.#changed();
    return view;
  }

  /** The pairs that were made and no account uses yet, the newest first. */
  madeKeys(): MadeKeyView[] {
    const used = this.#fingerprintsInUse();
    return this.#made.views().filter(({ fingerprint }) => !used.has(fingerprint));
  }

  /** Removes such a pair, from the keychain too. Throws `invalid-input` for an unknown one, and what the keychain says. */
  async dropKey(keyId: string): Promise<void> {
    await this.#made.drop(keyId);
    this.#changed();
  }

  /**
   * Opens the key of an account that is kept with its passphrase on. Throws `passphrase-wrong` and its like,
   * `not-available` where no passphrase is asked for, and what the keychain says.
   */
  async unlock(input: CallInput<'accounts.unlock'>): Promise<AccountView> {
    const { accountId: id, passphrase, remember } = input;
    await this.#kept.inTurn(id, () => this.#kept.unlock(this.record(id), passphrase, remember));
    this.#changed();
    return this.view(id);
  }

  /** For a host without pages: `ask` is called once for an account whose passphrase is needed, and is to `unlock` it. */
  whenLocked(ask: (account: AccountRecord) => Promise<void>): void {
    this.#askPassphrase = ask;
  }

  /** Removes from the keychain what was left behind by what was cut short. Throws like `tryEach` and the keychain. */
  async tidy(): Promise<void> {
    const works = [() => this.#kept.tidy(), () => this.#made.tidy(), () => this.#dropAllUsed()];
    await tryEach(works, (work) => work());
  }

  switchTo(id: AccountId): void {
    this.record(id);
    this.#deps.store.setActiveAccountId(id);
    this.#changed();
  }

  setRoute(id: AccountId, route: RouteChoice): AccountView {
    const account = this.record(id);
    if (account.kind === 'api-key' && route === 'storage') {
      throw new UploaderError(
        'not-available',
        'A dataset API key can only take the documented route. Sign in with a private key to use the storage route.',
      );
    }
    this.#deps.store.updateAccount(id, { routeChoice: route, fallbackNotice: null });
    this.#changed();
    return this.view(id);
  }

  noteRoute(id: AccountId, notice: string): void {
    this.#deps.store.updateAccount(id, { fallbackNotice: notice });
    this.#deps.log.warn('An account has to take the other route.', { account: id, notice });
    this.#changed();
  }

  /**
   * Removes the secret everywhere it is, and the account only when the secret is seen to be gone; one that the keychain
   * may hold, though the account is not in it, can be left for `tidy`. Unfinished uploads are an error unless they may be
   * cancelled.
   */
  async signOut(
    id: AccountId,
    cancelUnfinished: boolean,
    cancel: (id: AccountId) => Promise<unknown>,
  ): Promise<void> {
    const account = this.record(id);
    const { units } = this.#deps.store.totals({ kind: 'account', id });
    const unfinished = UNFINISHED.reduce((sum, state) => sum + units[state], 0);
    if (unfinished > 0 && !cancelUnfinished) {
      throw new UploaderError(
        'uploads-unfinished',
        `${unfinished.toLocaleString('en')} uploads of ${account.name} are not finished. Let them finish, or cancel them and sign out.${doubtSentence(units.uncertain)}`,
        { details: { unfinished: String(unfinished) } },
      );
    }
    if (unfinished > 0) {
      // Nothing is cancelled for a sign-out that cannot be.
      await this.#kept.mustBeRemovable(account);
      await cancel(id);
    }
    this.#sessions.delete(id);
    if (account.kind === 'ssh') await this.#made.dropUsed(account.fingerprint);
    await this.#kept.inTurn(id, async () => {
      // Somebody may have signed it in anew, or out, before it was this one's turn.
      await this.#kept.remove(this.#deps.store.account(id) ?? account);
      this.#deps.store.removeAccount(id);
      // Somebody may have asked for a session while the keychain took its time.
      this.#sessions.delete(id);
    });
    if (this.#deps.store.activeAccountId() === null) {
      const next = this.#deps.store.accounts()[0];
      if (next) this.#deps.store.setActiveAccountId(next.id);
    }
    this.#deps.log.info('Signed out.', { account: account.name });
    this.#changed();
  }

  /** A live call with the stored credentials: lifts the account's block, or says why Encord does not take them now. */
  async check(id: AccountId, signal: AbortSignal): Promise<AccountView> {
    this.#sessions.delete(id);
    const session = await this.session(id);
    const answer = await session.check(signal);
    if (!answer.ok && answer.failure.kind === 'signed-out') {
      const failure = toFailure(answer.failure.error, this.#deps.clock.now());
      this.#deps.store.commit([{ kind: 'account-blocked', id, failure }]);
      this.#changed();
    }
    const identity = unwrap(answer);
    this.#deps.store.commit([{ kind: 'account-blocked', id, failure: null }]);
    if (identity.name && this.record(id).kind === 'ssh')
      this.#deps.store.updateAccount(id, { email: identity.name });
    this.#changed();
    return this.view(id);
  }

  /** The open session of an account. Throws with the reason why there is none. */
  async session(id: AccountId): Promise<EncordSession> {
    const open = this.#sessions.get(id);
    if (open) return open;
    const account = this.record(id);
    const secret = await this.#secret(account);
    // It may have been signed out meanwhile, or signed in with a newer secret.
    const record = this.record(id);
    const newer = this.#sessions.get(id);
    if (newer) return newer;
    const session = this.#deps.connect(record, secret);
    this.#sessions.set(id, session);
    return session;
  }

  /** The usable secret; where a passphrase is needed and somebody can be asked, they are, once. */
  async #secret(account: AccountRecord): Promise<string> {
    if (this.#askPassphrase && this.#kept.passphraseOf(account) === 'needed') {
      const asking = this.#asked.get(account.id) ?? this.#askPassphrase(account);
      this.#asked.set(account.id, asking);
      await asking;
    }
    return this.#kept.read(account);
  }

  #fingerprintsInUse(): ReadonlySet<string> {
    return new Set(this.#deps.store.accounts().map(({ fingerprint }) => fingerprint));
  }

  /** The account works already: what stays behind is hidden, and tidied at the next start. */
  async #dropUsed(fingerprint: string): Promise<void> {
    try {
      await this.#made.dropUsed(fingerprint);
    } catch (reason) {
      const { code } = asUploaderError(reason);
      this.#deps.log.warn('A second copy of a key could not be removed from the keychain yet.', {
        code,
        fingerprint,
      });
    }
  }

  async #dropAllUsed(): Promise<void> {
    const used = this.#fingerprintsInUse();
    for (const { fingerprint } of this.#made.views()) {
      if (used.has(fingerprint)) await this.#dropUsed(fingerprint);
    }
  }

  async #prepare(input: CallInput<'accounts.signIn'>): Promise<{
    given: GivenSecret;
    fingerprint: string;
    datasetId: string | null;
    fallbackName: string;
    /** It is in the keychain already, and stays there. */
    inKeychain: boolean;
  }> {
    switch (input.method) {
      case 'ssh': {
        const key = this.#deps.readKey(input.key, input.passphrase);
        return {
          given: { usable: key.exportText(), sealed: key.sealedText, remember: input.rememberPassphrase },
          fingerprint: key.fingerprint,
          datasetId: null,
          fallbackName: key.comment || 'Encord account',
          inKeychain: false,
        };
      }
      case 'made-key': {
        const { secret, keptIn } = await this.#made.secret(input.keyId);
        const key = this.#deps.readKey(secret, null);
        return {
          given: { usable: secret, sealed: null, remember: true },
          fingerprint: key.fingerprint,
          datasetId: null,
          fallbackName: key.comment || 'Encord account',
          inKeychain: keptIn === 'keychain',
        };
      }
      case 'api-key': {
        const datasetId = input.datasetId.trim();
        return {
          given: { usable: input.apiKey.trim(), sealed: null, remember: true },
          fingerprint: datasetId,
          datasetId,
          fallbackName: 'Dataset API key',
          inKeychain: false,
        };
      }
    }
  }

  #view(account: AccountRecord): AccountView {
    return {
      id: account.id,
      name: account.name,
      kind: account.kind,
      fingerprint: account.kind === 'ssh' ? account.fingerprint : null,
      email: account.email,
      domain: account.domain,
      route: account.routeChoice,
      routeNotice: account.fallbackNotice,
      datasetId: account.datasetId,
      secretIn: this.#kept.whereOf(account),
      passphrase: this.#kept.passphraseOf(account),
      paused: account.paused,
      blocked: account.blocked ? failureView(account.blocked) : null,
    };
  }
}

/**
 * The same credentials are the same account for ever, so that what waits for it goes on after signing in again.
 * The public key's fingerprint, or the dataset of an API key, tells them apart; both are no secrets.
 */
export function accountId(
  kind: 'ssh' | 'api-key',
  fingerprint: string,
  domain: string,
  { store, readDomain }: Pick<AppDeps, 'readDomain'> & { readonly store: Pick<AppDeps['store'], 'accounts'> },
): AccountId {
  // An account of an earlier time may have its domain as somebody typed it.
  const known = store
    .accounts()
    .find((each) => each.kind === kind && each.fingerprint === fingerprint && sameDomain(each.domain));
  return known?.id ?? `${kind} ${fingerprint} ${domain}`;

  function sameDomain(other: string): boolean {
    try {
      return other === domain || readDomain(other) === domain;
    } catch {
      return false;
    }
  }
}

/** What an account's id tells, also when the account is gone; nulls where somebody else made the id. */
export function accountFacts(id: AccountId): {
  kind: 'ssh' | 'api-key' | null;
  /** Of the public key; null for an API key. */
  fingerprint: string | null;
  domain: string | null;
} {
  const [kind, fingerprint, domain] = id.split(' ');
  if ((kind !== 'ssh' && kind !== 'api-key') || !fingerprint || !domain) {
    return { kind: null, fingerprint: null, domain: null };
  }
  return { kind, fingerprint: kind === 'ssh' ? fingerprint : null, domain };
}

/** What cancelling means for units of which nobody knows whether they were registered. */
export function doubtSentence(uncertain: number): string {
  if (uncertain === 0) return '';
  const which = uncertain === 1 ? 'One of them' : `${uncertain.toLocaleString('en')} of them`;
  return ` ${which} may be in the dataset already: once cancelled, adding the same files again can make a second copy.`;
}
