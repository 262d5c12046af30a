/**
 * `datasets metadata`: client metadata of rows, shown, set by one text for many, or by a table with a line for each.
 * Registered by `manage.ts`.
 */

import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MetadataTableView } from '../../preload/contract/manage.ts';
import { unwrap } from '../app/outcome.ts';
import type { DataRow } from '../core/encord-port.ts';
import { UploaderError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { addChoiceOptions, type ChoiceOptions, chosenRows } from './manage-choice.ts';
import { follow } from './manage-follow.ts';
import {
  type Common,
  common,
  datasetNamed,
  type ManageHost,
  manageOf,
  mustBeAllowed,
  problemLine,
  runWith,
  sayProblems,
  textOrFile,
  type Work,
} from './manage-host.ts';
import { printText } from './manage-print.ts';
import { countText } from './words.ts';

type TableKey = NonNullable<MetadataTableView['key']>;

interface MetadataOptions extends Common, ChoiceOptions {
  readonly set?: string;
  readonly csv?: string;
  readonly key?: TableKey;
  readonly merge?: boolean;
  readonly skipProblems?: boolean;
}

/** As many as one call reads. */
const AT_ONCE = 500;

const HELP = `
Without --set and --csv it is shown: of the rows that are named, or of all. With --set or --csv it is replaced; with
--merge other keys at the top level stay.

A table has a line for each row and a column for each key. The column that names the row is found by its heading
(data_hash, item_uuid, title and their like), or said with --key "File name=title". Empty cells set nothing.`;

export function addMetadataCommand(datasets: Command, host: ManageHost): void {
  common(
    addChoiceOptions(
      datasets
        .command('metadata')
        .description('Show or set the client metadata of rows.')
        .argument('<dataset>', 'id or title')
        .argument('[row...]', 'data hashes or exact titles'),
    )
      .addOption(
        new Option('--set <json>', 'a JSON object for these rows, or @FILE').conflicts(['csv', 'key']),
      )
      .option('--csv <file>', 'a table with a line for each row')
      .option(
        '--key <heading=what>',
        'the column that names the row: HEADING=title|data_hash|item_uuid',
        parseKey,
      )
      .option('--skip-problems', 'of a table: set what can be set, although some lines name no row')
      .option('--merge', 'keep the other keys'),
  )
    .addHelpText('after', HELP)
    .action((dataset: string, rows: string[], options: MetadataOptions) =>
      runWith(host, options, (work) => metadata(work, dataset, rows, options)),
    );
}

async function metadata(
  work: Work,
  name: string,
  names: readonly string[],
  options: MetadataOptions,
): Promise<number> {
  const { program, account } = work;
  const { id: datasetId } = await datasetNamed(work, name);
  if (options.csv !== undefined) {
    if (names.length > 0 || options.all) {
      throw new UploaderError(
        'invalid-input',
        'The table says which rows are meant: name none beside --csv.',
      );
    }
    return setByTable(work, datasetId, options.csv, options);
  }
  if (options.set === undefined) {
    const rows = await chosenRows(work, datasetId, names, options, 'all');
    return show(work, datasetId, await program.rows.select(account.id, { datasetId, rows }));
  }
  await mustBeAllowed(work, datasetId, 'changeRows');
  const rows = await chosenRows(work, datasetId, names, options);
  const text = await textOrFile(work, options.set);
  const mode = options.merge ? 'merge' : 'replace';
  const started = await program.rows.setMetadata(account.id, { datasetId, rows, text, mode });
  if (started.kind === 'started') return follow(work, [started.jobId]);
  sayProblems(work, started.problems);
  return EXIT.usage;
}

async function show(work: Work, datasetId: string, rows: readonly DataRow[]): Promise<number> {
  const { terminal, signal } = work;
  const { rows: calls } = await manageOf(work);
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const hashes = rows.slice(at, at + AT_ONCE).map(({ dataHash }) => dataHash);
    for (const row of unwrap(await calls.rowsByHash(datasetId, hashes, signal))) {
      const clientMetadata = metadataValue(row.clientMetadata);
      terminal.object({ metadata: { dataHash: row.dataHash, title: row.title, clientMetadata } });
      terminal.line(`${row.dataHash}  ${row.title}`);
      if (clientMetadata !== null) printText(terminal, indented(clientMetadata));
    }
  }
  return EXIT.ok;
}

async function setByTable(
  work: Work,
  datasetId: string,
  file: string,
  options: MetadataOptions,
): Promise<number> {
  const { program, terminal, account } = work;
  await mustBeAllowed(work, datasetId, 'changeRows');
  const source = { kind: 'path' as const, path: resolve(file) };
  const key = options.key ?? null;
  const table = await program.rows.metadata.readTable(account.id, { datasetId, source, key });
  const { lines, matched, problems, problemCount } = table;
  for (const problem of problems) {
    terminal.note(problemLine(problem));
    terminal.object({ problem });
  }
  if (problemCount > problems.length) {
    terminal.note(`And ${countText(problemCount - problems.length, 'problem', 'problems')} more.`);
  }
  terminal.note(`${matched.toLocaleString('en')} of ${countText(lines, 'line names', 'lines name')} a row.`);
  if (problemCount > 0 && !options.skipProblems) {
    terminal.note('Nothing was changed. Correct the table, or give --skip-problems to set what can be set.');
    return EXIT.failed;
  }
  const mode = options.merge ? 'merge' : 'replace';
  return follow(work, [await program.rows.metadata.applyTable(table.tableId, mode)]);
}

const KEYS: Readonly<Record<string, TableKey['by']>> = {
  title: 'title',
  data_hash: 'dataHash',
  item_uuid: 'itemUuid',
};

function parseKey(text: string): TableKey {
  const at = text.lastIndexOf('=');
  const by = Object.entries(KEYS).find(([word]) => word === text.slice(at + 1).trim())?.[1];
  const heading = text.slice(0, Math.max(0, at)).trim();
  if (heading === '' || by === undefined) {
    throw new InvalidArgumentError('Give HEADING=title, HEADING=data_hash or HEADING=item_uuid.');
  }
  return { heading, by };
}

/** The value of a JSON text; the text itself where it is none, and null for an empty object. */
export function metadataValue(json: string | null): unknown {
  if (json === null) return null;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? null : value;
  } catch {
    return json;
  }
}

export function indented(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
