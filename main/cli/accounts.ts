/**
 * `login`, `logout` and `accounts`.
 */

import { readFile } from 'node:fs/promises';
import { doubtSentence } from '../app/accounts.ts';
import type { Program } from '../app/program.ts';
import { asUploaderError, UploaderError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { askSecret, readAll } from './input.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_DOMAIN = 'https://api.encord.com';

export interface LoginOptions {
  readonly key?: string;
  readonly passphraseStdin?: boolean;
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
  const view = options.apiKeyStdin
    ? await program.accounts.signIn(
        { method: 'api-key', apiKey: await readAll(signal), datasetId: required(options.dataset), ...common },
        signal,
      )
    : await program.accounts.signIn(
        {
          method: 'ssh',
          ...(await keyAndPassphrase(program, options, signal)),
          rememberPassphrase: true,
          ...common,
        },
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
        `  route ${view.route}  secret: ${view.secretIn}${view.blocked ? `  (${view.blocked.message})` : ''}`,
    );
    terminal.object({ account: { ...view, active: view.id === active } });
  }
  return EXIT.ok;
}

async function keyAndPassphrase(
  program: Program,
  options: LoginOptions,
  signal: AbortSignal,
): Promise<{ key: string; passphrase: string | null }> {
  if (options.key === undefined) {
    throw new UploaderError(
      'invalid-input',
      'Say which key to use: --key FILE, or --api-key-stdin --dataset UUID.',
    );
  }
  const key = await readFile(options.key, 'utf8').catch((reason: unknown) => {
    throw new UploaderError(
      'file-unreadable',
      `The key file ${options.key} cannot be read: ${asUploaderError(reason).message}`,
    );
  });
  if (options.passphraseStdin) return { key, passphrase: await readAll(signal) };
  if (!program.accounts.inspectKey(key).passphraseNeeded) return { key, passphrase: null };
  const passphrase = await askSecret('Passphrase of the key: ', signal);
  if (passphrase === null) {
    throw new UploaderError(
      'passphrase-needed',
      'This key has a passphrase. Give it on standard input with --passphrase-stdin.',
    );
  }
  return { key, passphrase };
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
