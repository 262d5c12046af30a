/**
 * The commands of watch folders: their arguments, options and help. Called by `index.ts`; what they do is in the files
 * beside this one.
 */

import type { Command } from 'commander';
import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import {
  bandwidthOption,
  parseConcurrency,
  parseSize,
  type RunSettings,
  withoutUndefined,
} from './options.ts';
import type { Terminal } from './terminal.ts';
import { addFolder } from './watch-add.ts';
import { applyFile } from './watch-apply.ts';
import {
  explainFile,
  listFolders,
  removeFolder,
  reviewFolder,
  scanFolder,
  switchFolder,
  undo,
} from './watch-folders.ts';
import { addRuleOptions, existingOption, parseNumber, rulesFromOptions } from './watch-options.ts';
import { runFolders } from './watch-run.ts';
import { RULE_WORDS } from './watch-words.ts';

/** What the commands need of the command line. */
export interface WatchHost {
  /** Opens the program, runs the command on it, and closes it. */
  readonly run: (
    command: (terminal: Terminal, program: Program) => Promise<number>,
    options: { readonly json?: boolean },
    settings?: RunSettings,
  ) => Promise<void>;
  /** The named account, else the one that is used by default. Throws where there is none. */
  readonly account: (program: Program, name: string | undefined) => AccountRecord;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const IS_FINISHED = `
A file is finished when all signs that are switched on say so: its name does not mean "being written" (.part, .tmp, …),
the marker or manifest that you ask for is there, size and time stood still for --quiet seconds, no process has it open
for writing, and its container is whole. With --any one of them is enough.

Try it first: \`watch add DIR --dataset TITLE --dry-run\` shows what would be uploaded, grouped and named, and why other
files would stay. It changes nothing.

Globs and patterns are about the path below DIR, with "/" on every system: "**/*.tif", "raw/**". Quote them.`;

const RUN_ENDS = `
With --json there is one object a line: "state" of a folder, "added", "skipped" and "refused" files, "ended" rows, and at
last the "summary" that \`upload\` has. Without --until-idle it runs until it is stopped (Ctrl-C, SIGTERM: exit code 130)
and the summary names the last 100,000 units. A folder that cannot be seen in the end is exit code 1.`;

const THE_FILE = `
The file (YAML) has a list of folders, with the options of \`watch add\` as words, _ for -:

  version: 1
  defaults:
    dataset: Microscope
    quiet: 30
  folders:
    - root: ~/scans
    - root: /data/\${HOSTNAME}/runs
      as: image-group
      close: "marker:{folder}.done"
      include: ["**/*.tif"]
      metadata: { source: "{path}" }
      check_open: false

The words: root, dataset, create, account, folder, on, existing, and for the rules
${wrapped(Object.keys(RULE_WORDS))}
What is not said is as usual; null takes back a default. Text with { } or * in it is quoted. \${NAME} is a variable of the
environment in root, dataset, account and folder; root may be relative to the file. A folder that is there is known by
its root.`;

/** In lines that fit a terminal. */
function wrapped(words: readonly string[]): string {
  const lines = [''];
  for (const word of words) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length > 110) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last}, ${word}`;
  }
  return `${lines.join(',\n')}.`;
}

export function addWatchCommands(cli: Command, { run, account, environment, signal }: WatchHost): void {
  const watch = cli
    .command('watch')
    .description('Watch folders: each finished file or group of files becomes a data row, once.');

  addRuleOptions(
    watch
      .command('add')
      .description('Make a folder on disk a watch folder. It runs with `watch run`, `serve` or the app.')
      .argument('<dir>', 'the folder')
      .requiredOption('--dataset <uuid|title>', 'where to')
      .option('--create', 'make the dataset if there is none of this title')
      .option('--account <account>', 'name, fingerprint or id')
      .option('--folder <uuid>', 'the storage folder to use, for datasets without a backing folder'),
  )
    .addOption(existingOption())
    .option('--off', 'add it paused')
    .option('--dry-run', 'show what would be uploaded and what stays and why; changes nothing')
    .option('--json', 'print JSON lines')
    .addHelpText('after', IS_FINISHED)
    .action((directory: string, options) =>
      run(async (terminal, program) => {
        const rules = rulesFromOptions(options);
        return addFolder(
          program,
          terminal,
          {
            directory,
            dataset: options.dataset,
            create: options.create ?? false,
            account: account(program, options.account),
            folder: options.folder ?? null,
            rules,
            existing: options.existing,
            on: !options.off,
            dryRun: options.dryRun ?? false,
          },
          signal,
        );
      }, options),
    );

  watch
    .command('list')
    .description('The watch folders, with what they did and what needs attention.')
    .option('--json', 'print JSON lines')
    .action((options) => run((terminal, program) => listFolders(program, terminal), options));

  for (const [name, description] of [
    ['pause', 'Switch a watch folder off. What is in the queue already is uploaded.'],
    ['resume', 'Switch a watch folder on again.'],
  ] as const) {
    named(watch.command(name).description(description)).action((folder: string, options) =>
      run((terminal, program) => switchFolder(program, terminal, folder, name === 'resume'), options),
    );
  }

  named(
    watch
      .command('remove')
      .description(
        'Watch a folder no longer. Its files stay, and what it uploaded stays known: added again, it uploads nothing twice.',
      ),
  ).action((folder: string, options) =>
    run((terminal, program) => removeFolder(program, terminal, folder), options),
  );

  named(
    watch
      .command('scan')
      .description(
        'Look through a folder and count what would be uploaded and what stays and why; takes nothing.',
      ),
  ).action((folder: string, options) =>
    run((terminal, program) => scanFolder(program, terminal, folder, signal), options),
  );

  watch
    .command('explain')
    .description('Why a file is not uploaded, or that it is.')
    .argument('<file>')
    .option('--json', 'print JSON')
    .action((file: string, options) =>
      run((terminal, program) => explainFile(program, terminal, file), options),
    );

  watch
    .command('review')
    .description(
      'Files that were there before a folder was added with --existing review: list them, upload them or leave them.',
    )
    .argument('<folder>', 'its number or the folder on disk')
    .argument('[file...]', 'only these; all of them by default')
    .option('--upload', 'upload them')
    .option('--leave', 'leave them alone for good')
    .option('--json', 'print JSON lines')
    .action((folder: string, files: string[], options) =>
      run(
        (terminal, program) =>
          reviewFolder(program, terminal, {
            folder,
            files,
            upload: options.upload ?? false,
            leave: options.leave ?? false,
          }),
        options,
      ),
    );

  watch
    .command('undo')
    .description('Take back a move, or call off a move or deletion that is due. Without a number: list them.')
    .argument('[action]', 'its number')
    .option('--json', 'print JSON lines')
    .action((action: string | undefined, options) =>
      run((terminal, program) => undo(program, terminal, action ?? null), options),
    );

  watch
    .command('run')
    .description(
      'Run watch folders and the queue, until it is stopped or until nothing has happened for a while.',
    )
    .argument('[folder...]', 'numbers or folders on disk; all that are on by default')
    .option('--until-idle <seconds>', 'end so long after the last file is done', parseNumber)
    .option('--size-limit <bytes>', 'refuse larger files (1 GB by default; accepts 500MB, 5GB)', parseSize)
    .option(
      '--concurrency <n>',
      'files sent at the same time: 8 for always so many, 4-32 for what works best between the two',
      parseConcurrency,
    )
    .addOption(bandwidthOption())
    .option('--json', 'print JSON lines; the last is the summary')
    .addHelpText('after', RUN_ENDS)
    .action((folders: string[], options) =>
      run(
        (terminal, program) =>
          runFolders(program, terminal, { folders, untilIdleSeconds: options.untilIdle ?? null }, signal),
        options,
        withoutUndefined({
          sizeLimitBytes: options.sizeLimit,
          ...options.concurrency,
          bandwidth: options.bwlimit,
        }),
      ),
    );

  watch
    .command('apply')
    .description(
      'Make the watch folders what a file says: shows the differences, then makes them. Again, it changes nothing.',
    )
    .argument('<file>', 'YAML')
    .option('--yes', 'do not ask')
    .option('--prune', 'remove watch folders that the file does not name')
    .option('--account <account>', 'for folders that name none')
    .option('--json', 'print JSON lines')
    .addHelpText('after', THE_FILE)
    .action((file: string, options) =>
      run(
        (terminal, program) =>
          applyFile(
            program,
            terminal,
            {
              file,
              yes: options.yes ?? false,
              prune: options.prune ?? false,
              defaultAccount: () => account(program, options.account),
            },
            environment,
            signal,
          ),
        options,
      ),
    );
}

/** A command about one watch folder. */
function named(command: Command): Command {
  return command
    .argument('<folder>', 'its number or the folder on disk')
    .option('--json', 'print JSON lines');
}
