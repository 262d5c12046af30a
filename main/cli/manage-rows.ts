/**
 * The commands that look at the rows of a dataset: list them, show one, read the text in it, export the table. What changes
 * rows is beside it. Registered by `manage.ts`.
 */

import { type Command, Option } from 'commander';
import { ROW_COLUMNS, type RowColumn } from '../../preload/contract/manage.ts';
import type { DataRowView } from '../../preload/contract/views.ts';
import { dataRowView } from '../app/datasets.ts';
import { EXIT } from './exit.ts';
import {
  addFilterOptions,
  COLUMN_WORDS,
  type FilterOptions,
  filterOf,
  parseColumn,
  parseColumns,
  rowNamed,
} from './manage-choice.ts';
import {
  ALL,
  type Common,
  common,
  datasetNamed,
  type ManageHost,
  parseCount,
  runWith,
  type Work,
} from './manage-host.ts';
import { printList, printText, timeText } from './manage-print.ts';
import { deliver } from './output.ts';
import { bytesText, countText } from './words.ts';

interface RowsOptions extends Common, FilterOptions {
  readonly sort: RowColumn;
  readonly descending?: boolean;
  readonly row?: string;
  readonly limit?: number;
}

interface ExportOptions extends FilterOptions {
  readonly account?: string;
  readonly format: 'csv' | 'json';
  readonly columns: readonly RowColumn[];
  readonly sort: RowColumn;
  readonly descending?: boolean;
  readonly output?: string;
}

export function addRowCommands(datasets: Command, host: ManageHost): void {
  sorted(
    common(
      addFilterOptions(
        datasets
          .command('rows')
          .description('The rows of a dataset; with --row all that is known of one.')
          .argument('<dataset>', 'id or title'),
      )
        .option('--row <row>', 'one row: its data hash or exact title')
        .option('--limit <n>', 'at most so many', parseCount),
    ),
  ).action((dataset: string, options: RowsOptions) =>
    runWith(host, options, (work) =>
      options.row === undefined ? listRows(work, dataset, options) : showRow(work, dataset, options.row),
    ),
  );

  common(
    datasets
      .command('text')
      .description('Have Encord read the text in the frames of an image group. May take a minute.')
      .argument('<dataset>', 'id or title')
      .argument('<row>', 'data hash or exact title'),
  ).action((dataset: string, row: string, options: Common) =>
    runWith(host, options, (work) => readText(work, dataset, row)),
  );

  sorted(
    addFilterOptions(
      datasets
        .command('export')
        .description('The table of rows as CSV or JSON.')
        .argument('<dataset>', 'id or title')
        .addOption(new Option('--format <format>', 'what to write').choices(['csv', 'json']).default('csv'))
        .addOption(
          new Option('--columns <columns>', `in this order, with commas: ${COLUMN_WORDS}`)
            .argParser(parseColumns)
            .default(ROW_COLUMNS, 'all'),
        )
        .option('--output <file>', 'write into a file instead of to standard output')
        .option('--account <account>', 'name, fingerprint or id'),
    ),
  ).action((dataset: string, options: ExportOptions) =>
    runWith(host, {}, (work) =>
      exportRows({ ...work, account: host.account(work.program, options.account) }, dataset, options),
    ),
  );
}

function sorted(command: Command): Command {
  return command
    .addOption(
      new Option('--sort <column>', `the order: ${COLUMN_WORDS}`).argParser(parseColumn).default('title'),
    )
    .option('--descending', 'largest or newest first');
}

async function listRows(work: Work, name: string, options: RowsOptions): Promise<number> {
  const { program, account } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  const { rows } = await program.rows.find(account.id, {
    ...{ datasetId, filter: filterOf(options) },
    sort: { column: options.sort, descending: options.descending ?? false },
    ...{ refresh: true, offset: 0, limit: options.limit ?? ALL },
  });
  await printList(work, rows, {
    object: (row) => ({ row }),
    cells: rowCells,
    empty: 'There is no such row.',
  });
  return EXIT.ok;
}

async function showRow(work: Work, name: string, rowName: string): Promise<number> {
  const { program, terminal, account } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  const row = dataRowView(await rowNamed(work, datasetId, rowName));
  const one = { datasetId, dataHash: row.dataHash };
  const detail = await program.rows.details.get(account, one);
  const frames =
    detail.frames === null
      ? null
      : await program.rows.details.frames(account, { ...one, offset: 0, limit: ALL });
  terminal.object({ row, detail, frames: frames?.rows ?? null });
  terminal.line(rowCells(row).join('  '));
  for (const fact of detail.facts) terminal.line(`${fact.name}: ${fact.value}`);
  if (detail.folder) terminal.line(`Folder: ${detail.folder.path.join(' / ')}`);
  if (detail.usage) {
    const { datasets, groups } = detail.usage;
    terminal.line(
      `Used in ${countText(datasets, 'dataset', 'datasets')} and ${countText(groups, 'group', 'groups')}`,
    );
  }
  if (detail.clientMetadata !== null) printText(terminal, `Client metadata: ${detail.clientMetadata}`);
  for (const [index, frame] of (frames?.rows ?? []).entries()) {
    terminal.line(`Frame ${index + 1}: ${frame.imageHash}  ${frame.title}`);
  }
  return EXIT.ok;
}

function rowCells({ dataHash, type, size, createdAt, title }: DataRowView): readonly string[] {
  return [dataHash, type, size === null ? '–' : bytesText(size), timeText(createdAt) ?? '–', title];
}

async function readText(work: Work, name: string, rowName: string): Promise<number> {
  const { program, terminal, account } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  const { dataHash } = await rowNamed(work, datasetId, rowName);
  const { results, text } = await program.rows.details.recogniseText(account, { datasetId, dataHash });
  terminal.object({ text: { dataHash, results, found: JSON.parse(text) as unknown } });
  if (results === 0) terminal.line('Encord found no text.');
  else printText(terminal, text);
  return EXIT.ok;
}

async function exportRows(work: Work, name: string, options: ExportOptions): Promise<number> {
  const { program, terminal, account, signal } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  const { pieces } = await program.rows.table(account.id, {
    ...{ datasetId, filter: filterOf(options), columns: options.columns, format: options.format },
    sort: { column: options.sort, descending: options.descending ?? false },
  });
  await deliver(program, pieces(), options.output ?? null, signal);
  if (options.output !== undefined) terminal.note(`The table is in ${options.output}.`);
  return EXIT.ok;
}
