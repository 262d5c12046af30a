/**
 * The commands that work on the rows of a dataset: rename, delete, re-encode, download. Client metadata is beside it.
 * Registered by `manage.ts`.
 */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RowTally } from '../../preload/contract/manage.ts';
import { EXIT } from './exit.ts';
import { addChoiceOptions, type ChoiceOptions, chosenRows, rowNamed } from './manage-choice.ts';
import { follow, leavable } from './manage-follow.ts';
import {
  agreed,
  type Common,
  common,
  datasetNamed,
  type ManageHost,
  mustBeAllowed,
  runWith,
  type Work,
} from './manage-host.ts';
import { bytesText, countText } from './words.ts';

interface DeleteOptions extends Common, ChoiceOptions {
  readonly yes?: boolean;
}

interface ReencodeOptions extends Common, ChoiceOptions {
  readonly wait: boolean;
}

interface DownloadOptions extends Common, ChoiceOptions {
  readonly into: string;
}

const ROW_HELP = 'data hashes or exact titles';

export function addRowWorkCommands(datasets: Command, host: ManageHost): void {
  common(
    datasets
      .command('rename')
      .description('Give a row another title.')
      .argument('<dataset>', 'id or title')
      .argument('<row>', 'data hash or exact title')
      .argument('<title>', 'the new title'),
  ).action((dataset: string, row: string, title: string, options: Common) =>
    runWith(host, options, (work) => renameRow(work, dataset, row, title)),
  );

  common(
    addChoiceOptions(
      datasets
        .command('delete-rows')
        .description('Delete rows, and look afterwards whether they are gone. Says first what goes.')
        .argument('<dataset>', 'id or title')
        .argument('[row...]', ROW_HELP),
    ).option('--yes', 'without being asked'),
  ).action((dataset: string, rows: string[], options: DeleteOptions) =>
    runWith(host, options, (work) => deleteRows(work, dataset, rows, options)),
  );

  leavable(
    common(
      addChoiceOptions(
        datasets
          .command('reencode')
          .description('Have Encord encode videos anew; other rows are left out.')
          .argument('<dataset>', 'id or title')
          .argument('[row...]', ROW_HELP),
      ),
    ),
  ).action((dataset: string, rows: string[], options: ReencodeOptions) =>
    runWith(host, options, (work) => reencodeRows(work, dataset, rows, options)),
  );

  common(
    addChoiceOptions(
      datasets
        .command('download')
        .description('Download the files of rows, checked; run again, it goes on where it stopped.')
        .argument('<dataset>', 'id or title')
        .argument('[row...]', ROW_HELP)
        .requiredOption('--into <folder>', 'a folder of this machine, which is made where it is missing'),
    ),
  ).action((dataset: string, rows: string[], options: DownloadOptions) =>
    runWith(host, options, (work) => download(work, dataset, rows, options)),
  );
}

async function renameRow(work: Work, name: string, rowName: string, title: string): Promise<number> {
  const { program, terminal, account } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  await mustBeAllowed(work, datasetId, 'changeRows');
  const { dataHash } = await rowNamed(work, datasetId, rowName);
  const row = await program.rows.details.rename(account, { datasetId, dataHash, title });
  terminal.line(`${row.dataHash}  ${row.title}`);
  terminal.object({ row });
  return EXIT.ok;
}

async function deleteRows(
  work: Work,
  name: string,
  names: readonly string[],
  options: DeleteOptions,
): Promise<number> {
  const { program, terminal, account } = work;
  const { id: datasetId, title, backingFolderId } = await datasetNamed(work, name);
  await mustBeAllowed(work, datasetId, 'changeRows');
  const some = { datasetId, rows: await chosenRows(work, datasetId, names, options) };
  const tally = await program.rows.tally(account.id, some);
  if (tally.rows > 0) {
    for (const line of consequences(title, backingFolderId !== null, tally)) terminal.note(line);
    if (!(await agreed(work, 'Delete them?', options.yes))) return EXIT.ok;
  }
  // As many as were agreed to, though others may have come while somebody was asked.
  const { rows } = some;
  const agreedTo = rows.kind === 'filter' ? { ...rows, expected: tally.rows } : rows;
  return follow(work, [await program.rows.delete(account.id, { datasetId, rows: agreedTo })]);
}

/** Only what Encord documents; where it documents nothing, that is what is said. */
function consequences(dataset: string, mirrored: boolean, tally: RowTally): readonly string[] {
  const { rows, bytes, types, inOwnCloud, titles } = tally;
  const kinds = Object.entries(types).map(([type, count]) => `${count.toLocaleString('en')} ${type}`);
  const hosted = rows - inOwnCloud;
  const more = rows > titles.length ? ` and ${(rows - titles.length).toLocaleString('en')} more` : '';
  return [
    `${countText(rows, 'row goes', 'rows go')} from ${dataset}: ${kinds.join(', ')}, ${bytesText(bytes)}.`,
    `  ${titles.join(', ')}${more}`,
    ...(hosted > 0
      ? [
          `The files of ${countText(hosted, 'row', 'rows')} are removed from Encord’s storage too. This cannot be undone.`,
        ]
      : []),
    ...(inOwnCloud > 0
      ? [`The files of ${countText(inOwnCloud, 'row', 'rows')} are in your own cloud and stay there.`]
      : []),
    ...(mirrored ? ['The dataset is mirrored: what leaves it leaves its storage folder too.'] : []),
    'What becomes of labels on them in projects is not documented by Encord: export those that you need first.',
  ];
}

async function reencodeRows(
  work: Work,
  name: string,
  names: readonly string[],
  options: ReencodeOptions,
): Promise<number> {
  const { program, terminal, account } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  await mustBeAllowed(work, datasetId, 'changeRows');
  const some = { datasetId, rows: await chosenRows(work, datasetId, names, options) };
  const { rows, types } = await program.rows.tally(account.id, some);
  const others = rows - (types.VIDEO ?? 0);
  const jobId = await program.rows.reencode(account.id, some);
  if (others > 0) {
    terminal.note(`${countText(others, 'row is no video and is', 'rows are no videos and are')} left out.`);
  }
  return follow(work, [jobId], options.wait);
}

async function download(
  work: Work,
  name: string,
  names: readonly string[],
  options: DownloadOptions,
): Promise<number> {
  const { program, account } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  const rows = await chosenRows(work, datasetId, names, options);
  const into = resolve(options.into);
  return follow(work, [await program.rows.download(account.id, { datasetId, rows, into })]);
}
