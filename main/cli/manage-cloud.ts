/**
 * `cloud`: data that stays in its owner's cloud, registered in a dataset or a storage folder, and DICOM files of a bucket
 * de-identified. Registered by `manage.ts`.
 */

import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { UploaderError } from '../core/errors.ts';
import type { DeidentifyRequest } from '../core/manage/ports.ts';
import { EXIT } from './exit.ts';
import { type CheckOptions, checkFile, readCloudFile, sayCheck } from './manage-cloud-file.ts';
import { folderNamed } from './manage-folder-name.ts';
import { follow, leavable, parseJob } from './manage-follow.ts';
import {
  type Common,
  common,
  datasetNamed,
  type ManageHost,
  mustBeAllowed,
  runWith,
  textOrFile,
  theOne,
  type Work,
} from './manage-host.ts';
import { cancelJob, listJobs } from './manage-jobs.ts';
import { MAPPING_HELP } from './manage-mapping.ts';
import { printList } from './manage-print.ts';

interface RegisterOptions extends Common {
  readonly integration: string;
  readonly dataset?: string;
  readonly folder?: string;
  readonly newFolder?: string;
  readonly into?: string;
  readonly ignoreErrors?: boolean;
  readonly skipDuplicates?: boolean;
  readonly mapping?: string;
  readonly wait: boolean;
}

interface DeidentifyOptions extends Common {
  readonly file?: string;
  readonly integration: string;
  readonly keepTags?: boolean;
  readonly pixels: keyof typeof PIXELS;
  readonly uploadDir?: string;
  readonly conditions?: string;
  readonly wait: boolean;
}

const PIXELS = {
  all: 'redactAllText',
  none: 'redactNoText',
  sensitive: 'redactSensitiveText',
} as const satisfies Record<string, DeidentifyRequest['redactPixels']>;

const CLOUD_KINDS = ['cloud-register', 'deidentify'] as const;
/** Of a list of URLs. */
const LIST_BYTES = 100_000_000;

const conditionList = z.array(
  z.strictObject({
    kind: z.enum(['in', 'notSubstr']),
    tag: z.string().min(1),
    value: z.union([z.string(), z.array(z.string())]),
  }),
);

const INTO_WHAT = `
A mirrored dataset has a folder of its own; for a static one say --folder or --new-folder. --into registers into a storage
folder alone, and such a job can be cancelled.`;

export function addCloudCommands(cli: Command, host: ManageHost): void {
  const cloud = cli.command('cloud').description('Data that stays in your own cloud.');

  common(
    cloud
      .command('integrations')
      .description('The cloud integrations that can be used.')
      .option('--dataset <uuid|title>', 'those for this dataset'),
  ).action((options: Common & { readonly dataset?: string }) =>
    runWith(host, options, (work) => listIntegrations(work, options.dataset ?? null)),
  );

  mapped(
    cloud
      .command('check')
      .description('Check a JSON or CSV file of cloud data. Sends nothing; exit code 1: it has errors.')
      .argument('<file>'),
  )
    .option('--keep-mapping', 'take the columns of files with these headings so from now on')
    .option('--entries', 'list the entries that it comes to')
    .option('--output <file>', 'write the JSON that would be sent into a file')
    .option('--json', 'print JSON, one object a line')
    .action((file: string, options: CheckOptions & { readonly json?: boolean }) =>
      host.run(
        (terminal, program) => checkFile({ program, terminal, signal: host.signal }, file, options),
        options,
      ),
    );

  leavable(
    common(
      mapped(
        cloud
          .command('register')
          .description('Check a JSON or CSV file of cloud data, and register what it names with Encord.')
          .argument('<file>')
          .requiredOption('--integration <id|title>', 'as `cloud integrations` lists them')
          .option('--dataset <uuid|title>', 'the dataset that gets the rows')
          .option('--folder <folder>', 'where the items of a static dataset go')
          .addOption(
            new Option('--new-folder <name>', 'make this folder for them').conflicts(['folder', 'into']),
          )
          .addOption(
            new Option('--into <folder>', 'into a storage folder alone').conflicts(['dataset', 'folder']),
          )
          .option('--ignore-errors', 'register the others where some files have errors')
          .option('--skip-duplicates', 'leave out what is there already'),
      ),
    ),
  )
    .addHelpText('after', INTO_WHAT)
    .action((file: string, options: RegisterOptions) =>
      runWith(host, options, (work) => register(work, file, options)),
    );

  cloud
    .command('jobs')
    .description('Registrations and de-identifications, newest first.')
    .option('--json', 'print JSON, one object a line')
    .action((options: { readonly json?: boolean }) =>
      host.run(
        (terminal, program) =>
          listJobs(
            { program, terminal, signal: host.signal },
            { which: 'all', datasetId: null },
            CLOUD_KINDS,
          ),
        options,
      ),
    );

  cloud
    .command('cancel')
    .description('Cancel a registration into a storage folder; what is done stays.')
    .argument('<job>', 'its number', parseJob)
    .option('--json', 'print JSON, one object a line')
    .action((jobId: number, options: { readonly json?: boolean }) =>
      host.run((terminal, program) => cancelJob({ program, terminal, signal: host.signal }, jobId), options),
    );

  leavable(
    common(
      cloud
        .command('deidentify')
        .description('De-identify DICOM files of a bucket; the results go into the bucket beside them.')
        .argument('[url...]')
        .option('--file <list>', 'a file with a URL on each line')
        .requiredOption('--integration <id|title>', 'as `cloud integrations` lists them')
        .option('--keep-tags', 'leave the tags as they are')
        .addOption(
          new Option('--pixels <text>', 'which text in the pictures is made unreadable')
            .choices(Object.keys(PIXELS))
            .default('all'),
        )
        .option('--upload-dir <folder>', 'the folder of the bucket that the results go into')
        .option(
          '--conditions <json>',
          'keep only files that fulfil these, or @FILE: [{"kind": "in"|"notSubstr", "tag": TAG, "value": TEXT}]',
        ),
    ),
  ).action((urls: string[], options: DeidentifyOptions) =>
    runWith(host, options, (work) => deidentify(work, urls, options)),
  );
}

function mapped(command: Command): Command {
  return command
    .option('--mapping <json>', 'what the columns of a CSV file mean, or @FILE')
    .addHelpText('after', MAPPING_HELP);
}

async function listIntegrations(work: Work, dataset: string | null): Promise<number> {
  const { program, account } = work;
  // A dataset API key has the integrations of its own dataset.
  const datasetId = dataset === null ? account.datasetId : (await datasetNamed(work, dataset)).id;
  await printList(work, await program.cloud.integrations(account.id, datasetId), {
    object: (integration) => ({ integration }),
    cells: ({ id, title }) => [id, title],
    empty: 'There are no cloud integrations. They are set up in Encord’s web app.',
  });
  return EXIT.ok;
}

async function register(work: Work, file: string, options: RegisterOptions): Promise<number> {
  const { program, terminal, account } = work;
  const { dataset, folder, newFolder, into } = options;
  if (dataset === undefined && into === undefined) {
    throw new UploaderError('invalid-input', 'Say where to: --dataset UUID|TITLE, or --into FOLDER.');
  }
  const check = await readCloudFile(work, file, options);
  sayCheck(work, check);
  if (check.errors > 0) {
    terminal.note('Nothing was sent. Correct the file first.');
    terminal.object({ check });
    return EXIT.failed;
  }
  const datasetId = dataset === undefined ? null : (await datasetNamed(work, dataset)).id;
  if (datasetId !== null) await mustBeAllowed(work, datasetId, 'registerCloudData');
  const integrationId = await integrationNamed(work, options.integration, datasetId);
  const existing = into ?? folder;
  const jobId = await program.cloud.start(account.id, {
    ...{ checkId: check.checkId, integrationId, datasetId },
    folder:
      newFolder !== undefined
        ? { kind: 'new', name: newFolder, parentId: null }
        : existing === undefined
          ? null
          : { kind: 'existing', folderId: await folderNamed(work, existing) },
    ignoreErrors: options.ignoreErrors ?? false,
    skipDuplicates: options.skipDuplicates ?? check.skipDuplicates,
  });
  return follow(work, [jobId], options.wait);
}

async function deidentify(work: Work, given: readonly string[], options: DeidentifyOptions): Promise<number> {
  const { program, account, signal } = work;
  const { file } = options;
  const listed =
    file === undefined
      ? []
      : (await program.deps.texts.read(resolve(file), LIST_BYTES, signal)).split(/\r?\n/);
  const urls = [...given, ...listed]
    .map((url) => url.replace(/^\uFEFF/, '').trim())
    .filter((url) => url !== '');
  if (urls.length === 0) {
    throw new UploaderError('invalid-input', 'Say which files: their URLs, or --file with one on each line.');
  }
  const saveConditions = await conditionsOf(work, options.conditions);
  const integrationId = await integrationNamed(work, options.integration, null);
  const jobId = program.cloud.deidentify(account.id, {
    ...{ integrationId, urls, saveConditions },
    redactTags: !options.keepTags,
    redactPixels: PIXELS[options.pixels],
    uploadDir: options.uploadDir ?? null,
  });
  return follow(work, [jobId], options.wait);
}

async function conditionsOf(work: Work, given: string | undefined): Promise<z.infer<typeof conditionList>> {
  if (given === undefined) return [];
  const reading = work.program.deps.texts.json.parse(await textOrFile(work, given));
  const conditions = conditionList.safeParse(reading.ok ? reading.value : null);
  if (conditions.success) return conditions.data;
  throw new UploaderError(
    'invalid-input',
    'The conditions were not understood. They are a JSON list such as [{"kind": "in", "tag": "Modality", "value": ["CT"]}].',
  );
}

async function integrationNamed(
  { program, account }: Work,
  name: string,
  datasetId: string | null,
): Promise<string> {
  const list = await program.cloud.integrations(account.id, datasetId ?? account.datasetId);
  return theOne(name, list, {
    what: 'integration',
    many: 'integrations',
    id: ({ id }) => id,
    title: ({ title }) => title,
  }).id;
}
