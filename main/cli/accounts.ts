/**
 * `login`, `logout`, `accounts`, `make-key` and `made-keys`; and asking for the passphrase of a key that is kept locked.
 */

import { readFile } from 'node:fs/promises';
import type { AccountView } from '../../preload/contract/views.ts';
import { doubtSentence } from '../app/accounts.ts';
import type { Program } from '../app/program.ts';
import { asUploaderError, UploaderError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { askSecret, confirm, readAll } from './input.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_DOMAIN = 'https://api.encord.com';

export interface LoginOptions {
  readonly key?: string;
  /** The fingerprint of a pair that `make-key` made. */
  readonly madeKey?: string;
  readonly passphraseStdin?: boolean;
  /** Whether the keychain keeps the key without its passphrase; left out where nothing was said. */
  readonly rememberPassphrase?: boolean;
  readonly apiKeyStdin?: boolean;
  readonly dataset?: string;
  readonly domain?: string;
  readonly name?: string;
}

export async function login(
  program: Program,
  terminal: Terminal,
  options: LoginOptions,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  const domain = options.domain ?? environment.ENCORD_DOMAIN ?? DEFAULT_DOMAIN;
  const common = { domain, name: options.name ?? null, forThisRunOnly: false };
  const view = await program.accounts.signIn(
    { ...(await credentials(program, options, signal)), ...common },
    signal,
  );
  terminal.line(
    `Signed in as ${view.name} at ${view.domain}${view.fingerprint ? ` with ${view.fingerprint}` : ''}.`,
  );
  terminal.object({ account: view });
  return EXIT.ok;
}

export async function logout(
  program: Program,
  terminal: Terminal,
  name: string | null,
  cancelUnfinished: boolean,
): Promise<number> {
  const account = name === null ? program.accounts.active() : program.accounts.find(name);
  const { uncertain } = program.deps.store.totals({ kind: 'account', id: account.id }).units;
  await program.accounts.signOut(account.id, cancelUnfinished, (id) =>
    program.queue.cancel({ kind: 'account', id }),
  );
  terminal.line(`Signed out of ${account.name}. Its secret is removed.`);
  if (uncertain > 0) terminal.note(`Uploads were cancelled.${doubtSentence(uncertain)}`);
  terminal.object({ signedOut: account.name });
  return EXIT.ok;
}

export async function accounts(program: Program, terminal: Terminal, use: string | null): Promise<number> {
  if (use !== null) program.accounts.switchTo(program.accounts.find(use).id);
  const active = program.deps.store.activeAccountId();
  const views = program.accounts.views();
  if (views.length === 0) terminal.line('Nobody is signed in. Run `login --key FILE` first.');
  for (const view of views) {
    terminal.line(
      `${view.id === active ? '*' : ' '} ${view.name}  ${view.domain}  ${view.fingerprint ?? `dataset ${view.datasetId}`}` +
        `  route ${view.route}  secret: ${view.secretIn}${PASSPHRASE[view.passphrase]}${view.blocked ? `  (${view.blocked.message})` : ''}`,
    );
    terminal.object({ account: { ...view, active: view.id === active } });
  }
  return EXIT.ok;
}

/** Makes a key pair, prints its public half on a line of its own, and says what to do with it. */
export async function makeKey(program: Program, terminal: Terminal, name: string): Promise<number> {
  const key = await program.accounts.makeKey({ comment: name, forThisRunOnly: false });
  terminal.line(key.publicKey);
  terminal.note(
    `Register this public key in Encord: Settings, Public keys, New key. Then run \`login --made-key ${key.fingerprint}\`.`,
  );
  terminal.object({ madeKey: key });
  return EXIT.ok;
}

/** Lists the key pairs that no account uses yet; with `drop`, deletes one, its private half too. */
export async function madeKeys(program: Program, terminal: Terminal, drop: string | null): Promise<number> {
  if (drop !== null) {
    await program.accounts.dropKey(drop);
    terminal.line(`The key pair ${drop} is deleted, and gone from the keychain.`);
    terminal.object({ dropped: drop });
    return EXIT.ok;
  }
  const keys = program.accounts.madeKeys();
  if (keys.length === 0) terminal.line('No key pair waits to be registered. `make-key` makes one.');
  for (const key of keys) {
    terminal.line(`${key.fingerprint}  ${new Date(key.madeAt).toISOString()}  ${key.publicKey}`);
    terminal.object({ madeKey: key });
  }
  return EXIT.ok;
}

/** How often a passphrase may be mistyped on a terminal. */
const TRIES = 3;

/** Opens the key of an account for this run: with a passphrase from standard input, or one typed on the terminal. */
export async function askToUnlock(
  program: Program,
  terminal: Terminal,
  account: { readonly id: string; readonly name: string },
  fromStdin: boolean,
  signal: AbortSignal,
): Promise<void> {
  const open = (passphrase: string) =>
    program.accounts.unlock({ accountId: account.id, passphrase, remember: false });
  if (fromStdin) {
    await open(await readAll(signal));
    return;
  }
  for (let tries = 1; ; tries += 1) {
    terminal.settle();
    const passphrase = await askSecret(`Passphrase of the key of ${account.name}: `, signal);
    if (passphrase === null) throw nobodyToAsk(`The key of ${account.name}`);
    try {
      await open(passphrase);
      return;
    } catch (reason) {
      const error = asUploaderError(reason);
      if (error.code !== 'passphrase-wrong' || tries === TRIES) throw error;
      terminal.note(error.message);
    }
  }
}

const PASSPHRASE: Record<AccountView['passphrase'], string> = {
  none: '',
  remembered: ', passphrase remembered',
  asked: ', passphrase asked for',
  needed: ', passphrase asked for',
};

type Credentials =
  | { method: 'ssh'; key: string; passphrase: string | null; rememberPassphrase: boolean }
  | { method: 'made-key'; keyId: string }
  | { method: 'api-key'; apiKey: string; datasetId: string };

async function credentials(
  program: Program,
  options: LoginOptions,
  signal: AbortSignal,
): Promise<Credentials> {
  if (options.apiKeyStdin) {
    const datasetId = required(options.dataset);
    return { method: 'api-key', apiKey: await readAll(signal), datasetId };
  }
  if (options.madeKey !== undefined) return { method: 'made-key', keyId: options.madeKey };
  const { key, passphrase } = await keyAndPassphrase(program, options, signal);
  const rememberPassphrase =
    passphrase === null || (options.rememberPassphrase ?? (await mayRemember(signal)));
  return { method: 'ssh', key, passphrase, rememberPassphrase };
}

/** A person decides: where there is nobody to ask, as in a script, the keychain keeps the key as locked as it came. */
async function mayRemember(signal: AbortSignal): Promise<boolean> {
  return (await confirm('Remember the passphrase in the keychain?', signal)) ?? false;
}

async function keyAndPassphrase(
  program: Program,
  options: LoginOptions,
  signal: AbortSignal,
): Promise<{ key: string; passphrase: string | null }> {
  if (options.key === undefined) {
    throw new UploaderError(
      'invalid-input',
      'Say which key to use: --key FILE, --made-key FINGERPRINT, or --api-key-stdin --dataset UUID.',
    );
  }
  const key = await readFile(options.key, 'utf8').catch((reason: unknown) => {
    throw new UploaderError(
      'file-unreadable',
      `The key file ${options.key} cannot be read: ${asUploaderError(reason).message}`,
    );
  });
  if (!program.accounts.inspectKey(key).passphraseNeeded) return { key, passphrase: null };
  if (options.passphraseStdin) return { key, passphrase: await readAll(signal) };
  const passphrase = await askSecret('Passphrase of the key: ', signal);
  if (passphrase === null) throw nobodyToAsk('This key');
  return { key, passphrase };
}

function nobodyToAsk(whose: string): UploaderError {
  return new UploaderError(
    'passphrase-needed',
    `${whose} has a passphrase. Give it on standard input with --passphrase-stdin.`,
  );
}

function required(dataset: string | undefined): string {
  if (dataset === undefined) {
    throw new UploaderError(
      'invalid-input',
      'An API key belongs to one dataset: name it with --dataset UUID.',
    );
  }
  return dataset;
}
