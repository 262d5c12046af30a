/**
 * The operating system's keychain as the core's port: keytar in a process of its own, with a time limit. Made by
 * `index.ts`.
 */

import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccountId } from '../../core/model.ts';
import type { SecretRead, Secrets, SecretsStatus, SecretWrite } from '../../core/ports.ts';
import type { LockState } from './collection-lock.ts';
import type { ForkChild } from './fork.ts';
import { type KeychainReply, type KeychainRequest, keychainReply } from './messages.ts';

export interface KeychainOptions {
  readonly fork: ForkChild;
  readonly platform: NodeJS.Platform;
  /** Under which name the system lists the entries. */
  readonly service: string;
  /** The module that is loaded as keytar. */
  readonly keytar: string;
  /** Whether the default keyring is locked; asked on Linux only. */
  readonly lockState: () => Promise<LockState>;
  /** How long a call may take, in milliseconds. */
  readonly limitMs: number;
}

/** Why a secret cannot be read or written, in a sentence for people. */
type Refusal = Exclude<SecretsStatus, { kind: 'ready' }>;

/** The script is the source where sources run, and the file built from it where the build runs. */
const HOST = fileURLToPath(new URL(`./keychain.host${extname(import.meta.url)}`, import.meta.url));

export class Keychain implements Secrets {
  readonly #options: KeychainOptions;
  /** keytar once loaded will load again; a failure may be put right while the program runs. */
  #loads = false;

  constructor(options: KeychainOptions) {
    this.#options = options;
  }

  async status(): Promise<SecretsStatus> {
    if (!this.#loads) {
      const reply = await this.#ask({ op: 'probe', keytar: this.#options.keytar });
      if (reply.kind !== 'value') return unreadable(reply, this.#options.platform);
      this.#loads = true;
    }
    return (await this.#obstacle()) ?? { kind: 'ready', where: nameOf(this.#options.platform) };
  }

  async get(id: AccountId): Promise<SecretRead> {
    const obstacle = await this.#obstacle();
    if (obstacle) return obstacle;
    const reply = await this.#ask({ op: 'get', ...this.#entry(id) });
    if (reply.kind !== 'value') return unreadable(reply, this.#options.platform);
    if (reply.value !== null) return { kind: 'found', secret: reply.value };
    // A keyring that was locked in the meantime answers as if it were empty.
    return (await this.#obstacle({ certain: true })) ?? { kind: 'absent' };
  }

  async set(id: AccountId, secret: string): Promise<SecretWrite> {
    const obstacle = await this.#obstacle();
    if (obstacle) return obstacle;
    const reply = await this.#ask({ op: 'set', ...this.#entry(id), secret });
    return reply.kind === 'value' ? { kind: 'ok' } : unwritten(reply, this.#options.platform);
  }

  /** Deleting what is not there is `ok`. */
  async delete(id: AccountId): Promise<SecretWrite> {
    const obstacle = await this.#obstacle({ certain: true });
    if (obstacle) return obstacle;
    const reply = await this.#ask({ op: 'delete', ...this.#entry(id) });
    return reply.kind === 'value' ? { kind: 'ok' } : unwritten(reply, this.#options.platform);
  }

  #entry(account: AccountId) {
    return { keytar: this.#options.keytar, service: this.#options.service, account };
  }

  /**
   * What is known to stand in the way, without touching the keychain. `certain`: not knowing is in the way too, as
   * what follows takes "not there" for a fact.
   */
  async #obstacle({ certain = false } = {}): Promise<Refusal | null> {
    if (this.#options.platform !== 'linux') return null;
    const state = await this.#options.lockState();
    switch (state) {
      case 'unlocked':
        return null;
      case 'unknown':
        return certain ? unavailable(OBSTACLES.unknown) : null;
      case 'locked':
        return { kind: 'locked', reason: LOCKED };
      default:
        return unavailable(OBSTACLES[state]);
    }
  }

  /** Asks a fresh process, and ends it whatever came of it. Never throws. */
  #ask(request: KeychainRequest): Promise<Reply> {
    const { fork, limitMs } = this.#options;
    return new Promise((resolve) => {
      let child: ReturnType<ForkChild>;
      try {
        child = fork(HOST, 'Keychain');
      } catch {
        resolve({ kind: 'gone' });
        return;
      }
      const end = (reply: Reply) => {
        clearTimeout(timer);
        child.kill();
        resolve(reply);
      };
      const timer = setTimeout(() => end({ kind: 'late', seconds: Math.ceil(limitMs / 1000) }), limitMs);
      child.onMessage((message) => {
        const reply = keychainReply.safeParse(message);
        end(reply.success ? reply.data : { kind: 'gone' });
      });
      child.onExit(() => end({ kind: 'gone' }));
      child.send(request);
    });
  }
}

/** `late`: it did not answer in time; `gone`: its process ended without an answer. */
type Reply = KeychainReply | { readonly kind: 'late'; readonly seconds: number } | { readonly kind: 'gone' };
type NoReply = Exclude<Reply, { kind: 'value' }>;

const LOCKED = 'The keychain is locked. Unlock it in your desktop’s password manager, then try again.';

const OBSTACLES: Readonly<Record<Exclude<LockState, 'unlocked' | 'locked'>, string>> = {
  'no-keyring':
    'The keychain has no default keyring yet. Make one in your desktop’s password manager, then try again.',
  'no-service':
    'No keychain runs on this machine: nothing provides the Secret Service (GNOME Keyring, KWallet or KeePassXC do).',
  'no-bus': 'No keychain can be reached: this session has no D-Bus, as is usual on a server or over SSH.',
  denied:
    'The keychain refuses this program: what confines it (AppArmor, Snap, Flatpak) has to allow it the Secret Service.',
  silent: 'The keychain does not answer.',
  unknown:
    'Whether the keychain is locked cannot be seen: install gdbus (libglib2.0-bin), busctl (systemd) or dbus-send (dbus).',
};

const unavailable = (reason: string): Refusal => ({ kind: 'unavailable', reason });
const unsure = (reason: string) => ({ kind: 'unsure', reason }) as const;

/** Why nothing was read: whether the keychain said no or nothing is the same there. */
function unreadable(reply: NoReply, platform: NodeJS.Platform): Refusal {
  const why = unwritten(reply, platform);
  return why.kind === 'unsure' ? unavailable(why.reason) : why;
}

/** The sentence for an answer that is none. keytar gives no codes: its messages are those of the system. */
function unwritten(reply: NoReply, platform: NodeJS.Platform): Exclude<SecretWrite, { kind: 'ok' }> {
  switch (reply.kind) {
    case 'late':
      return unsure(
        `The keychain did not answer within ${reply.seconds} seconds. It may be waiting for an answer to a question on the screen.`,
      );
    case 'gone':
      return unsure('The process that asks the keychain ended without an answer.');
    case 'missing':
      return unavailable(missingReason(reply.message, platform));
    case 'failed': {
      const { message } = reply;
      if (/locked|User interaction is not allowed/i.test(message)) return { kind: 'locked', reason: LOCKED };
      // The bus lost the answer, or gave up on it: the keychain may have done it.
      if (/NoReply|timed? ?out|Disconnected|connection is closed/i.test(message))
        return unsure(OBSTACLES.silent);
      if (/AccessDenied|Rejected send message|AppArmor policy/.test(message))
        return unavailable(OBSTACLES.denied);
      if (/cancell?ed|denied|dismissed|name or passphrase/i.test(message))
        return unavailable('The keychain refused access. Allow it when the system asks, then try again.');
      if (/org\.freedesktop\.secrets|ServiceUnknown/.test(message))
        return unavailable(OBSTACLES['no-service']);
      if (/autolaunch|D-?Bus/i.test(message)) return unavailable(OBSTACLES['no-bus']);
      return unavailable(`The keychain failed: ${message}`);
    }
  }
}

function missingReason(message: string, platform: NodeJS.Platform): string {
  if (/libsecret/.test(message))
    return 'The keychain needs libsecret (the package libsecret-1-0), which is missing.';
  const how = platform === 'linux' ? ' The package libsecret-1-dev is needed to build it.' : '';
  return `The part that talks to the keychain (keytar) is not installed or does not load.${how}`;
}

function nameOf(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Keychain';
  if (platform === 'win32') return 'Windows Credential Manager';
  return 'the system keyring';
}
