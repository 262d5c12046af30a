/**
 * Key pairs that were made here and wait until their public half is registered in Encord. The private halves are in the
 * keychain, or in this run's memory; the store lists the public parts. Used by `accounts.ts`.
 */

import { type MadeKeyView, madeKeyView } from '../../preload/contract/desktop.ts';
import { UploaderError } from '../core/errors.ts';
import type { AppDeps } from './deps.ts';
import { IdList } from './id-list.ts';
import { keychainError, readError, removeEntry } from './kept-secrets.ts';
import { tryEach } from './try-each.ts';

const SETTING = 'madeKeys';
const kept = madeKeyView.array();
/** Nobody registers more at a time; a page that asks without end fills no keychain. */
const MOST = 20;
const WHAT = 'the private half of this key pair';

type Deps = Pick<AppDeps, 'clock' | 'makeKey' | 'secrets' | 'store'>;

export class MadeKeys {
  readonly #deps: Deps;
  readonly #forThisRun = new Map<string, { readonly view: MadeKeyView; readonly secret: string }>();
  /** Pairs that nobody was shown, and whose private half the keychain may hold. */
  readonly #unsettled: IdList;
  /** Those that are on their way to the keychain right now. */
  readonly #making = new Set<string>();

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#unsettled = new IdList(deps.store, 'makingKeys');
  }

  /** All that wait, the newest first. */
  views(): MadeKeyView[] {
    const run = [...this.#forThisRun.values()].map(({ view }) => view);
    return [...this.#listed(), ...run].sort((a, b) => b.madeAt - a.madeAt);
  }

  /** Throws `keychain-locked` or `keychain-unavailable`, and `not-available` where too many wait already. */
  async make(comment: string, forThisRunOnly: boolean): Promise<MadeKeyView> {
    const { secrets, clock } = this.#deps;
    const hidden = new Set([...this.#unsettled.all(), ...this.#making]);
    if (this.views().length + hidden.size >= MOST) {
      throw new UploaderError(
        'not-available',
        `${MOST} key pairs wait already. Use one of them, or delete those that nobody needs; what a failed try left in the keychain is removed at the next start.`,
      );
    }
    const pair = this.#deps.makeKey(comment);
    const view: MadeKeyView = {
      keyId: pair.fingerprint,
      publicKey: pair.publicKey,
      fingerprint: pair.fingerprint,
      madeAt: clock.now(),
      keptIn: forThisRunOnly ? 'run' : 'keychain',
    };
    if (forThisRunOnly) {
      this.#forThisRun.set(view.keyId, { view, secret: pair.exportText() });
      return view;
    }
    const { keyId } = view;
    this.#making.add(keyId);
    try {
      // Where there is no keychain nothing can be left in it.
      const status = await secrets.status();
      if (status.kind !== 'ready') throw keychainError(status);
      // Noted first, shown last: whatever happens in between, the keychain holds no key that nobody knows of, and nobody
      // registers one that it does not hold.
      this.#unsettled.add(keyId);
      const written = await secrets.set(entryOf(keyId), pair.exportText());
      if (written.kind === 'ok') this.#list([...this.#listed(), view]);
      if (written.kind !== 'unsure') this.#unsettled.remove(keyId);
      if (written.kind !== 'ok') throw keychainError(written);
    } finally {
      this.#making.delete(keyId);
    }
    return view;
  }

  /** Removes from the keychain what is left of pairs that could not be made. Throws like `tryEach` and `removeEntry`. */
  async tidy(): Promise<void> {
    await tryEach(this.#unsettled.all(), async (keyId) => {
      if (this.#making.has(keyId)) return;
      // The program may have ended when the pair was listed already.
      if (!this.#isListed(keyId)) await removeEntry(this.#deps.secrets, entryOf(keyId), WHAT);
      this.#unsettled.remove(keyId);
    });
  }

  /** The private half. Throws `invalid-input` for a pair that is not there, and what the keychain says. */
  async secret(keyId: string): Promise<{ readonly secret: string; readonly keptIn: MadeKeyView['keptIn'] }> {
    const inMemory = this.#forThisRun.get(keyId);
    if (inMemory) return { secret: inMemory.secret, keptIn: 'run' };
    this.#mustBeListed(keyId);
    const read = await this.#deps.secrets.get(entryOf(keyId));
    if (read.kind === 'found') return { secret: read.secret, keptIn: 'keychain' };
    throw readError(read, WHAT, 'Delete the pair, and make another.');
  }

  /** Removes the pair, from the keychain too. Throws `invalid-input` for one that is not there, and like `removeEntry`. */
  async drop(keyId: string): Promise<void> {
    if (this.#forThisRun.delete(keyId)) return;
    this.#mustBeListed(keyId);
    await removeEntry(this.#deps.secrets, entryOf(keyId), WHAT);
    this.#unlist(keyId);
  }

  /** Of a pair that an account uses, its own entry goes. Throws like `removeEntry`. */
  async dropUsed(fingerprint: string): Promise<void> {
    this.#forThisRun.delete(fingerprint);
    if (this.#isListed(fingerprint)) await this.drop(fingerprint);
  }

  #mustBeListed(keyId: string): void {
    if (this.#isListed(keyId)) return;
    throw new UploaderError(
      'invalid-input',
      'There is no such key pair. It may be in use by an account, or was deleted.',
    );
  }

  #isListed(keyId: string): boolean {
    return this.#listed().some((each) => each.keyId === keyId);
  }

  #listed(): MadeKeyView[] {
    const text = this.#deps.store.getSetting(SETTING);
    const parsed = kept.safeParse(text === null ? [] : JSON.parse(text));
    return parsed.success ? parsed.data : [];
  }

  #unlist(keyId: string): void {
    this.#list(this.#listed().filter((each) => each.keyId !== keyId));
  }

  #list(views: readonly MadeKeyView[]): void {
    this.#deps.store.setSetting(SETTING, views.length === 0 ? null : JSON.stringify(views));
  }
}

/** The keychain's name for a private half that belongs to no account yet; an account's id begins otherwise. */
const entryOf = (keyId: string): string => `made-key ${keyId}`;
