/**
 * The command line: parses arguments, opens the program, runs one command, answers an exit code. Called by
 * `main/headless.ts`, which brings what only a composition root may know.
 */

import { Command, CommanderError, Option } from 'commander';
import type { AccountRecord, QueueReader } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import { asUploaderError, type UploaderError } from '../core/errors.ts';
import type { MediaId, RouteChoice } from '../core/model.ts';
import { accounts, askToUnlock, login, logout, madeKeys, makeKey } from './accounts.ts';
import { checkConnection } from './connection.ts';
import { diagnostics } from './diagnostics.ts';
import { EXIT, exitCodeOf } from './exit.ts';
import { addManageCommands } from './manage.ts';
import {
  bandwidthOption,
  noteBandwidth,
  parseConcurrency,
  parsePort,
  parseSize,
  type RunSettings,
  withoutUndefined,
} from './options.ts';
import { type ReceiptOptions, receipt } from './receipt.ts';
import { type ReconcileOptions, reconcile } from './reconcile.ts';
import { repair } from './repair.ts';
import { retry, status } from './status.ts';
import { addSteeringCommands } from './steer.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { upload } from './upload.ts';
import { addWatchCommands } from './watch.ts';
import { AS } from './watch-words.ts';

export interface CliHost {
  /** Opens the program on its data folder; nothing is uploaded before `start`. */
  open(settings?: RunSettings): Promise<Program>;
  /** The queue as it is now, whoever works on it; null where only `open` can tell. Throws like it. */
  peek(): QueueReader | null;
  /** How the database of the data folder is damaged; null where it is sound. Throws like `open`. */
  examine(): { readonly folder: string; readonly damage: UploaderError | null };
  /** Keeps a damaged database aside; answers where it is now. */
  keepAside(): string;
  /** Browser mode, until it is told to stop. */
  serve(
    options: {
      readonly port: number;
      readonly host: string;
      readonly open: boolean;
      readonly json: boolean;
      readonly settings: RunSettings;
    },
    signal: AbortSignal,
  ): Promise<number>;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

interface Common {
  readonly json?: boolean;
  readonly account?: string;
}

const EXIT_CODES = `
Exit codes: 0 all done, skipped or done earlier · 1 something failed or was refused · 2 the command was not
understood or cannot be run like this · 3 something is uncertain · 130 interrupted.`;

const ENVIRONMENT = `
Environment: ENCORD_SSH_KEY_FILE (path) or ENCORD_SSH_KEY (text) is used as the account, with ENCORD_DOMAIN;
ENCORD_UPLOADER_HOME is the data folder; ENCORD_UPLOADER_BWLIMIT is --bwlimit for every command.`;

const WITHOUT_KEYCHAIN =
  'Without a keychain, set ENCORD_SSH_KEY_FILE to the path of the private key: it is used as the account, and no login is needed.';

/** Runs one command. Never throws; what went wrong has been said. */
export async function runCli(args: readonly string[], host: CliHost, signal: AbortSignal): Promise<number> {
  let exit: number = EXIT.ok;
  const run = (
    command: (terminal: Terminal, program: Program) => Promise<number>,
    common: Common,
    settings: RunSettings = {},
  ) =>
    withProgram(host, createTerminal(common.json ?? false), ask(command), settings, signal).then((code) => {
      exit = code;
    });
  /** The same command, in which the account that it needs is unlocked. */
  const ask =
    (command: (terminal: Terminal, program: Program) => Promise<number>) =>
    (terminal: Terminal, program: Program): Promise<number> => {
      const fromStdin = cli.opts().passphraseStdin ?? false;
      program.accounts.whenLocked((account) => askToUnlock(program, terminal, account, fromStdin, signal));
      return command(terminal, program);
    };

  const cli = new Command('encord-uploader')
    .description(
      'Gets videos, images and image groups from this machine into Encord datasets, each exactly once.',
    )
    .version(host.version)
    // Whatever the command: an account's key may be kept with its passphrase on.
    .option('--passphrase-stdin', 'read the passphrase of the account’s key from standard input')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_CODES + ENVIRONMENT);

  cli
    .command('login')
    .description('Connect an account: checks the key by a live call, then keeps it in the keychain.')
    .option('--key <file>', 'an OpenSSH Ed25519 private key')
    .option('--made-key <fingerprint>', 'a key pair that make-key made, once it is registered')
    .option(
      '--remember-passphrase',
      'the keychain keeps the key without its passphrase; a terminal is asked where neither is said',
    )
    .option(
      '--no-remember-passphrase',
      'every command asks for the passphrase of the key; so it is in scripts',
    )
    .option('--api-key-stdin', 'read a dataset API key from standard input instead')
    .option('--dataset <uuid>', 'the dataset of the API key')
    .option('--domain <url>', 'https://api.encord.com (default), https://api.us.encord.com, or your own')
    .option('--name <name>', 'how to call the account')
    .option('--json', 'print JSON')
    .action((options) =>
      run(
        async (terminal, program) =>
          login(program, terminal, { ...options, ...cli.opts() }, host.environment, signal),
        options,
      ),
    );

  cli
    .command('make-key')
    .description(
      'Make a key pair: prints its public half to register in Encord, keeps the other in the keychain.',
    )
    .option('--name <name>', 'stands at the end of the public key, to recognise it by', 'Encord Uploader')
    .option('--json', 'print JSON')
    .action((options) => run(async (terminal, program) => makeKey(program, terminal, options.name), options));

  cli
    .command('made-keys')
    .description('List the key pairs that make-key made and no account uses yet.')
    .option('--drop <fingerprint>', 'delete one, its private half in the keychain too')
    .option('--json', 'print JSON')
    .action((options) =>
      run(async (terminal, program) => madeKeys(program, terminal, options.drop ?? null), options),
    );

  cli
    .command('logout')
    .description('Remove an account and its secret from the keychain.')
    .argument('[account]', 'name, fingerprint or id; the active account by default')
    .option('--cancel-unfinished', 'cancel its uploads that are not finished')
    .option('--json', 'print JSON')
    .action((account: string | undefined, options) =>
      run(
        async (terminal, program) =>
          logout(program, terminal, account ?? null, options.cancelUnfinished ?? false),
        options,
      ),
    );

  cli
    .command('accounts')
    .description('List the accounts; --use makes one the active one.')
    .option('--use <account>', 'name, fingerprint or id')
    .option('--json', 'print JSON')
    .action((options) =>
      run(async (terminal, program) => accounts(program, terminal, options.use ?? null), options),
    );

  cli
    .command('upload')
    .description(
      'Upload files and folders, and wait until each is a data row. Run again, it doubles nothing.',
    )
    .argument('<path...>', 'files and folders')
    .requiredOption('--dataset <uuid|title>', 'where to')
    .option('--create', 'make the dataset if there is none of this title')
    .addOption(
      new Option(
        '--as <type>',
        'what the files become; image-group, image-sequence: one for each folder that holds images; dicom: one for each series',
      )
        .choices(AS)
        .default('auto'),
    )
    .option(
      '--group-folders',
      'with auto: make folders of numbered frames image groups, as the review suggests',
    )
    .option('--title <title>', 'of a group made of a list of files, or of a single file')
    .addOption(
      new Option('--route <route>', 'how the bytes reach Encord').choices(['auto', 'storage', 'documented']),
    )
    .option('--folder <uuid>', 'the storage folder to use, for datasets without a backing folder')
    .option('--account <account>', 'name, fingerprint or id')
    .option('--size-limit <bytes>', 'refuse larger files (1 GB by default; accepts 500MB, 5GB)', parseSize)
    .option(
      '--concurrency <n>',
      'files sent at the same time: 8 for always so many, 4-32 for what works best between the two',
      parseConcurrency,
    )
    .addOption(bandwidthOption())
    .option('--json', 'print JSON lines; the last is the summary')
    .action((paths: string[], options) =>
      run(
        async (terminal, program) =>
          upload(
            program,
            {
              paths,
              dataset: options.dataset,
              create: options.create ?? false,
              as: options.as as 'auto' | MediaId, // Commander checked it against the choices.
              title: options.title ?? null,
              route: (options.route as RouteChoice | undefined) ?? null, // The same.
              folder: options.folder ?? null,
              account: chooseAccount(program, options.account),
              groupFolders: options.groupFolders ?? false,
            },
            terminal,
            signal,
          ),
        options,
        withoutUndefined({
          sizeLimitBytes: options.sizeLimit,
          ...options.concurrency,
          bandwidth: options.bwlimit,
        }),
      ),
    );

  cli
    .command('status')
    .description('What is in the queue.')
    .option('--json', 'print JSON')
    .action(async (options) => {
      // Beside a program that is working, and without being in its way.
      const reader = host.peek();
      if (!reader) return run(async (terminal, program) => status(program.deps.store, terminal), options);
      try {
        exit = status(reader, createTerminal(options.json ?? false));
      } finally {
        reader.close();
      }
    });

  cli
    .command('retry')
    .description(
      'Try again what failed, look again for what is uncertain, and wait for the end. Without arguments: all of it.',
    )
    .argument('[unit...]', 'numbers of units, as status shows them')
    .option('--all', 'all that failed or is uncertain')
    .option('--register-anyway', 'register the named uncertain units again; they may then be there twice')
    .addOption(bandwidthOption())
    .option('--json', 'print JSON')
    .action((units: string[], options) =>
      run(
        async (terminal, program) =>
          retry(program, terminal, { units, registerAnyway: options.registerAnyway ?? false }, signal),
        options,
        withoutUndefined({ bandwidth: options.bwlimit }),
      ),
    );

  addSteeringCommands(cli, run);
  addWatchCommands(cli, { run, account: chooseAccount, environment: host.environment, signal });

  cli
    .command('receipt')
    .description(
      'The record of a batch: files, sizes, SHA-256, Encord’s ids. Without a number: the batch that finished last, or on a terminal a list.',
    )
    .argument('[batch]', 'the number of a batch')
    .addOption(new Option('--format <format>', 'what to write').choices(['json', 'csv']).default('json'))
    .option('--output <file>', 'write into a file instead of to standard output')
    .action((batch: string | undefined, options) =>
      run(
        async (terminal, program) =>
          receipt(
            program,
            terminal,
            {
              batch: batch ?? null,
              format: options.format as ReceiptOptions['format'], // Commander checked it against the choices.
              output: options.output ?? null,
            },
            signal,
          ),
        {},
      ),
    );

  cli
    .command('reconcile')
    .description(
      'Compare what was uploaded from this machine with what the dataset holds. Exit code 1: something is missing.',
    )
    .option('--dataset <uuid|title>', 'every dataset into which something was uploaded, by default')
    .addOption(
      new Option('--format <format>', 'what to write').choices(['text', 'json', 'csv']).default('text'),
    )
    .option('--output <file>', 'write into a file instead of to standard output')
    .option('--account <account>', 'name, fingerprint or id')
    .action((options) =>
      run(
        async (terminal, program) =>
          reconcile(
            program,
            terminal,
            {
              account: chooseAccount(program, options.account),
              dataset: options.dataset ?? null,
              format: options.format as ReconcileOptions['format'], // Commander checked it against the choices.
              output: options.output ?? null,
            },
            signal,
          ),
        {},
      ),
    );

  addManageCommands(cli, { run, account: chooseAccount, signal });

  cli
    .command('repair')
    .description('Look whether the database of the queue is damaged; with --yes, keep a damaged one aside.')
    .option('--yes', 'keep the damaged file aside (renamed, not deleted) and start with an empty queue')
    .option('--json', 'print JSON')
    .action((options) => {
      exit = repair(host, createTerminal(options.json ?? false), options.yes ?? false);
    });

  cli
    .command('diagnostics')
    .description(
      'What a maintainer needs to know of this program and machine, as text, without a secret, a file name or a title.',
    )
    .option('--json', 'print JSON')
    .action((options) => run(async (terminal, program) => diagnostics(program, terminal), options));

  cli
    .command('check-connection')
    .description(
      'Try proxy, DNS, TLS, API, clock and storage one after the other, and say what fails and what to tell IT.',
    )
    .option('--account <account>', 'name, fingerprint or id; the active account by default')
    .option('--json', 'print JSON lines; the last is the whole check with its report')
    .action((options) =>
      run(
        async (terminal, program) => checkConnection(program, terminal, options.account ?? null, signal),
        options,
      ),
    );

  cli
    .command('serve')
    .description('Browser mode: the same pages in a browser of this machine, for machines without a screen.')
    .option('--port <port>', 'a free one by default', parsePort, 0)
    .option('--host <address>', 'listen elsewhere than on loopback', '127.0.0.1')
    .option('--no-open', 'print the address only')
    .addOption(bandwidthOption())
    .option('--json', 'print JSON')
    .action(async (options) => {
      const json = options.json ?? false;
      noteBandwidth(createTerminal(json), options.bwlimit);
      const settings = withoutUndefined({ bandwidth: options.bwlimit });
      exit = await host.serve(
        { port: options.port, host: options.host, open: options.open, json, settings },
        signal,
      );
    });

  try {
    await cli.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (reason) {
    if (reason instanceof CommanderError) return reason.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const error = asUploaderError(reason);
    createTerminal(false).note(error.message);
    return exitCodeOf(error);
  }
}

async function withProgram(
  host: CliHost,
  terminal: Terminal,
  command: (terminal: Terminal, program: Program) => Promise<number>,
  settings: RunSettings,
  interrupted: AbortSignal,
): Promise<number> {
  let program: Program | null = null;
  const interrupt = (): void => program?.interrupt();
  interrupted.addEventListener('abort', interrupt, { once: true });
  try {
    noteBandwidth(terminal, settings.bandwidth);
    program = await host.open(settings);
    const { caTrouble } = program.network.view();
    if (caTrouble !== null) terminal.note(caTrouble);
    return await command(terminal, program);
  } catch (reason) {
    const error = asUploaderError(reason);
    terminal.settle();
    if (interrupted.aborted) {
      terminal.note('Interrupted.');
      return EXIT.interrupted;
    }
    terminal.note(error.message);
    if (error.code === 'keychain-unavailable') terminal.note(WITHOUT_KEYCHAIN);
    terminal.object({ error: { code: error.code, message: error.message, details: error.details } });
    return exitCodeOf(error);
  } finally {
    interrupted.removeEventListener('abort', interrupt);
    await program?.close();
  }
}

/** The named account, else that of the environment, else the active one. */
function chooseAccount(program: Program, name: string | undefined): AccountRecord {
  if (name !== undefined) return program.accounts.find(name);
  const [fromEnvironment] = program.deps.environment.keys();
  return fromEnvironment === undefined ? program.accounts.active() : program.accounts.record(fromEnvironment);
}
