/**
 * `datasets list`, `create`, `show` and `attach`; the commands on rows are beside it. Registered by `manage.ts`.
 */

import { type Command, Option } from 'commander';
import { ANY_DATASET, ANY_ROW, type DatasetListing } from '../../preload/contract/manage.ts';
import type { DatasetView } from '../../preload/contract/views.ts';
import { datasetView } from '../app/datasets.ts';
import { UploaderError } from '../core/errors.ts';
import type { DuplicatesBehaviour } from '../core/manage/ports.ts';
import { storageLocation } from '../core/manage/storage-location.ts';
import { EXIT } from './exit.ts';
import { addDayOptions, daysOf, type FilterOptions } from './manage-choice.ts';
import { follow } from './manage-follow.ts';
import {
  ALL,
  type Common,
  common,
  datasetNamed,
  type ManageHost,
  mustBeAllowed,
  runWith,
  type Work,
} from './manage-host.ts';
import { printList, timeText } from './manage-print.ts';
import { bytesText, countText } from './words.ts';

const STORAGES = ['encord', 'aws', 'gcp', 'azure', 's3-compatible'] as const;
type StorageName = (typeof STORAGES)[number];

interface ListOptions extends Common, FilterOptions {
  readonly role?: DatasetListing['role'];
  readonly kind?: DatasetListing['kind'];
  readonly storage?: DatasetListing['storage'];
  readonly organisation?: boolean;
  readonly sort?: DatasetListing['sort'];
  readonly ascending?: boolean;
  readonly descending?: boolean;
}

interface CreateOptions extends Common {
  readonly description: string;
  readonly mirrored?: boolean;
  readonly static?: boolean;
  readonly storage: StorageName;
}

interface AttachOptions extends Common {
  readonly item?: readonly string[];
  readonly folder?: readonly string[];
  readonly duplicates: Lowercase<DuplicatesBehaviour>;
}

const WEB_APP_ONLY = `
Encord's API cannot rename or delete a dataset, nor list or remove its collaborators: \`datasets show\` has the address of
its page in the web app.`;

const DUPLICATES: Readonly<Record<AttachOptions['duplicates'], DuplicatesBehaviour>> = {
  skip: 'SKIP',
  fail: 'FAIL',
  duplicate: 'DUPLICATE',
};

/** The parent command, for the commands on rows. */
export function addDatasetCommands(cli: Command, host: ManageHost): Command {
  const datasets = cli
    .command('datasets')
    .description('Datasets and their rows: list, create, look at, change, take out.')
    .addHelpText('after', WEB_APP_ONLY);

  common(
    addDayOptions(
      datasets
        .command('list')
        .description('The datasets of the account, newest change first.')
        .option('--search <text>', 'only titles that contain this, or the dataset of this id'),
    )
      .addOption(new Option('--role <role>', 'only where your role is this').choices(['admin', 'user']))
      .addOption(
        new Option('--kind <kind>', 'only those with or without a backing folder').choices([
          'mirrored',
          'static',
        ]),
      )
      .addOption(new Option('--storage <storage>', 'only those whose data is there').choices(STORAGES))
      .option('--organisation', 'all datasets of the organisation, for its administrators')
      .addOption(
        new Option('--sort <by>', 'the order; days have the newest first').choices([
          'title',
          'created',
          'edited',
          'role',
        ]),
      )
      .addOption(new Option('--ascending', 'smallest or oldest first').conflicts('descending'))
      .option('--descending', 'largest or newest first'),
  ).action((options: ListOptions) => runWith(host, options, (work) => listDatasets(work, options)));

  common(
    datasets
      .command('create')
      .description('Make a dataset. A title that is there already is allowed, and pointed out.')
      .argument('<title>')
      .option('--description <text>', '', '')
      .addOption(
        new Option(
          '--mirrored',
          'with a storage folder of its own, whose files are its rows (the default)',
        ).conflicts('static'),
      )
      .option('--static', 'without a backing folder of its own')
      .addOption(
        new Option('--storage <storage>', 'where its data lies').choices(STORAGES).default('encord'),
      ),
  ).action((title: string, options: CreateOptions) =>
    runWith(host, options, (work) => createDataset(work, title, options)),
  );

  common(
    datasets
      .command('show')
      .description('What a dataset is, how many rows of which type it has, and what you may not do with it.')
      .argument('<dataset>', 'id or title'),
  ).action((dataset: string, options: Common) =>
    runWith(host, options, (work) => showDataset(work, dataset)),
  );

  common(
    datasets
      .command('attach')
      .description('Put files that Encord has already, in storage folders, into a dataset.')
      .argument('<dataset>', 'id or title')
      .option('--item <uuid...>', 'storage items, as `items list` shows them')
      .option('--folder <uuid...>', 'all items of these folders and of those below them')
      .addOption(
        new Option(
          '--duplicates <what>',
          'with items that are in the dataset: skip leaves them alone, fail stops there, duplicate makes another row of each',
        )
          .choices(['skip', 'fail', 'duplicate'])
          .default('skip'),
      ),
  ).action((dataset: string, options: AttachOptions) =>
    runWith(host, options, (work) => attach(work, dataset, options)),
  );
  return datasets;
}

async function listDatasets(work: Work, options: ListOptions): Promise<number> {
  const { program, account } = work;
  const sort = options.sort ?? ANY_DATASET.sort;
  const newestFirst = sort === 'created' || sort === 'edited';
  const listing: DatasetListing = {
    ...daysOf(options),
    role: options.role ?? 'any',
    kind: options.kind ?? 'any',
    storage: options.storage ?? 'any',
    organisation: options.organisation ?? false,
    sort,
    descending: options.descending ?? (options.ascending ? false : newestFirst),
  };
  const asked = { search: options.search ?? '', listing, refresh: true, offset: 0, limit: ALL };
  const { rows } = await program.datasets.window(account.id, asked);
  const none = rows.length === 0 && (await program.datasets.all(account.id)).length === 0;
  await printList(work, rows, {
    object: (dataset) => ({ dataset }),
    cells: ({ id, mirrored, role, editedAt, title }) => [
      id,
      kindWord(mirrored),
      role,
      timeText(editedAt),
      title,
    ],
    empty: none ? 'There are no datasets yet.' : 'No dataset is like that.',
  });
  return EXIT.ok;
}

async function createDataset(work: Work, title: string, options: CreateOptions): Promise<number> {
  const { program, terminal, account } = work;
  const { description, storage } = options;
  const made = await program.datasets.create(account.id, {
    title,
    description,
    mirrored: !options.static,
    ...(storage === 'encord' ? {} : { storage: storageLocation(storage) }),
  });
  const others = await program.datasets.othersCalled(account.id, made);
  if (others > 0) {
    terminal.note(
      `${countText(others, 'other dataset has', 'other datasets have')} this title: name it by its id.`,
    );
  }
  terminal.line(`${made.id}  ${made.title}`);
  terminal.object({ dataset: datasetView(made, others) });
  return EXIT.ok;
}

async function showDataset(work: Work, name: string): Promise<number> {
  const { program, terminal, account } = work;
  const info = await datasetNamed(work, name);
  const view = datasetView(info, await program.datasets.othersCalled(account.id, info));
  const { backingFolderId, webUrl, may } = await program.rows.dataset(account, info.id);
  const { total, types, bytes } = await program.rows.find(account.id, {
    ...{ datasetId: info.id, filter: ANY_ROW, sort: { column: 'title', descending: false } },
    ...{ refresh: true, offset: 0, limit: 0 },
  });
  terminal.object({ dataset: { ...view, backingFolderId, webUrl, rows: total, bytes, types, may } });
  for (const line of aboutLines(view)) terminal.line(line);
  if (backingFolderId !== null) terminal.line(`Its storage folder is ${backingFolderId}.`);
  if (webUrl !== null) terminal.line(`In the web app: ${webUrl}`);
  const byType = Object.entries(types).map(([type, count]) => `${count.toLocaleString('en')} ${type}`);
  const ofThem = byType.length > 0 ? `: ${byType.join(', ')}` : '';
  terminal.line(`${countText(total, 'row', 'rows')}, ${bytesText(bytes)}${ofThem}`);
  const cannot = new Set(Object.values(may).filter((why) => why !== null));
  for (const why of cannot) terminal.line(why);
  return EXIT.ok;
}

function aboutLines({ id, title, description, mirrored, storage, role, ...at }: DatasetView): string[] {
  return [
    `${id}  ${title}`,
    ...(description === '' ? [] : [description]),
    `${kindWord(mirrored)}, storage ${storage ?? 'not known'}, your role ${role ?? 'not known'}`,
    `made ${timeText(at.createdAt) ?? 'at a time not known'}, changed ${timeText(at.editedAt) ?? 'at a time not known'}`,
    ...(at.sameTitle > 0
      ? [`${countText(at.sameTitle, 'other dataset has', 'other datasets have')} this title.`]
      : []),
  ];
}

async function attach(work: Work, name: string, options: AttachOptions): Promise<number> {
  const { program, account } = work;
  const { id: datasetId, title } = await datasetNamed(work, name);
  const itemIds = [...new Set(options.item ?? [])];
  const folderIds = [...new Set(options.folder ?? [])];
  if (itemIds.length + folderIds.length === 0) {
    throw new UploaderError(
      'invalid-input',
      'Say what to put into it: --item UUID, as `items list` shows them, or --folder UUID.',
    );
  }
  await mustBeAllowed(work, datasetId, 'attach');
  const task = { datasetId, itemIds, folderIds, duplicates: DUPLICATES[options.duplicates] };
  const jobId = program.jobs.start({
    accountId: account.id,
    datasetTitle: title,
    task: { kind: 'attach-items', ...task },
  });
  return follow(work, [jobId]);
}

function kindWord(mirrored: boolean | null): string {
  if (mirrored === null) return '–';
  return mirrored ? 'mirrored' : 'static';
}
