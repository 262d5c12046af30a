/** A keychain that can be slow, late, locked or untrue, and the accounts of a program that uses it. Used by the tests here. */

import { createClock } from '../../../main/adapters/clock.ts';
import { makePrivateKey, parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import type { Store } from '../../../main/adapters/sqlite/index.ts';
import { Accounts } from '../../../main/app/accounts.ts';
import type { AppDeps } from '../../../main/app/deps.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { SecretRead, Secrets, SecretsStatus, SecretWrite } from '../../../main/core/ports.ts';

const LOCKED = { kind: 'locked', reason: 'The keychain is locked.' } as const;
const NONE = { kind: 'unavailable', reason: 'No keychain runs on this machine.' } as const;
const DENIED = { kind: 'unavailable', reason: 'The keychain refused access.' } as const;
const LATE = { kind: 'unsure', reason: 'The keychain did not answer in time.' } as const;

type Call = 'get' | 'set' | 'delete';

export class FakeKeychain implements Secrets {
  /** What it holds. */
  readonly held = new Map<string, string>();
  locked = false;
  /** There is none on this machine. */
  absent = false;
  /** It says that it deleted, and did not. */
  clinging = false;
  /** It is there, and refuses this program whatever it asks. */
  denied = false;
  /** It writes, and its answer comes too late. */
  late = false;
  /** Nothing is done, and no answer comes in time. */
  silent = false;
  /** Ids that it does not give away. */
  readonly stubborn = new Set<string>();
  readonly #doors: { readonly call: Call; readonly asked: () => void; readonly open: Promise<void> }[] = [];

  /** The next such call is carried out, or for a reading answered as it was when it was asked, when the door opens. */
  hold(call: Call): { readonly asked: Promise<void>; open(): void } {
    const asked = Promise.withResolvers<void>();
    const open = Promise.withResolvers<void>();
    this.#doors.push({ call, asked: asked.resolve, open: open.promise });
    return { asked: asked.promise, open: open.resolve };
  }

  async status(): Promise<SecretsStatus> {
    return this.#obstacle() ?? { kind: 'ready', where: 'here' };
  }

  async get(id: string): Promise<SecretRead> {
    const secret = this.held.get(id);
    const answer =
      secret === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'found', secret } as const);
    await this.#pass('get');
    if (this.silent) return { kind: 'unavailable', reason: LATE.reason };
    return this.#obstacle() ?? this.#denial() ?? answer;
  }

  async set(id: string, secret: string): Promise<SecretWrite> {
    await this.#pass('set');
    if (this.silent) return LATE;
    const obstacle = this.#obstacle() ?? this.#denial();
    if (obstacle) return obstacle;
    this.held.set(id, secret);
    return this.late ? LATE : { kind: 'ok' };
  }

  async delete(id: string): Promise<SecretWrite> {
    await this.#pass('delete');
    if (this.silent) return LATE;
    const obstacle = this.#obstacle() ?? this.#denial();
    if (obstacle) return obstacle;
    if (!this.clinging && !this.stubborn.has(id)) this.held.delete(id);
    return { kind: 'ok' };
  }

  #obstacle(): typeof LOCKED | typeof NONE | null {
    return this.absent ? NONE : this.locked ? LOCKED : null;
  }

  #denial(): typeof DENIED | null {
    return this.denied ? DENIED : null;
  }

  async #pass(call: Call): Promise<void> {
    const at = this.#doors.findIndex((door) => door.call === call);
    const [door] = at < 0 ? [] : this.#doors.splice(at, 1);
    door?.asked();
    await door?.open;
  }
}

/**
 * The accounts as a start of the program sees them.
 *
 * @param change `environment`: usable secrets by account; `registered`: whether Encord knows the key, always unless given
 */
export function startAccounts(
  store: Store,
  keychain: FakeKeychain,
  change: { readonly environment?: ReadonlyMap<string, string>; readonly registered?: () => boolean } = {},
): Accounts {
  const { environment = new Map(), registered = () => true } = change;
  const silent = { debug() {}, info() {}, warn() {}, error() {}, redact() {} };
  const unknown = new UploaderError('key-unknown', 'Encord does not know this key.');
  const deps = {
    store,
    secrets: keychain,
    log: silent,
    clock: createClock(),
    environment,
    makeKey: makePrivateKey,
    readKey: (text: string, passphrase: string | null) => parsePrivateKey(text, passphrase ?? undefined),
    readDomain: (text: string) => text,
    connect: (_account: unknown, secret: string) => ({
      secret,
      check: async () =>
        registered()
          ? { ok: true, value: { name: 'lab@example.com' } }
          : { ok: false, failure: { kind: 'refused', error: unknown } },
    }),
  };
  // Only what signing in and out needs is there; anything else would fail as a missing function.
  return new Accounts(deps as unknown as AppDeps, () => undefined);
}
