/**
 * Which rows of a dataset a command means: named ones, all, or those that a filter finds. Used by the commands on rows.
 */

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import {
  ROW_COLUMNS,
  type RowColumn,
  type RowFilter,
  type RowSelection,
} from '../../preload/contract/manage.ts';
import type { DataRow } from '../core/encord-port.ts';
import { UploaderError } from '../core/errors.ts';
import { collect, parseDay, theOne, type Work } from './manage-host.ts';

export interface FilterOptions {
  readonly search?: string;
  readonly type?: readonly string[];
  readonly createdFrom?: string;
  readonly createdTo?: string;
  readonly editedFrom?: string;
  readonly editedTo?: string;
}

export interface ChoiceOptions extends FilterOptions {
  readonly all?: boolean;
}

export function addDayOptions(command: Command): Command {
  return command
    .option('--created-from <day>', 'made on this day or later: 2026-11-27', parseDay)
    .option('--created-to <day>', 'made on this day or earlier', parseDay)
    .option('--edited-from <day>', 'changed on this day or later', parseDay)
    .option('--edited-to <day>', 'changed on this day or earlier', parseDay);
}

export function addFilterOptions(command: Command): Command {
  return addDayOptions(
    command
      .option('--search <text>', 'only titles that contain this, or the row or storage item of this id')
      .option(
        '--type <type>',
        'only rows of this type: VIDEO, IMAGE, IMG_GROUP, DICOM, AUDIO, …; may be repeated',
        collect,
      ),
  );
}

export function addChoiceOptions(command: Command): Command {
  return addFilterOptions(command.option('--all', 'all rows of the dataset'));
}

export function daysOf(options: FilterOptions): Pick<RowFilter, 'created' | 'edited'> {
  return {
    created: { from: options.createdFrom ?? null, to: options.createdTo ?? null },
    edited: { from: options.editedFrom ?? null, to: options.editedTo ?? null },
  };
}

export function filterOf(options: FilterOptions): RowFilter {
  // Encord's words are in capitals, and people's are not.
  const types = (options.type ?? []).map((type) => type.toUpperCase());
  return { search: options.search ?? '', types, ...daysOf(options) };
}

/** Whether any of the options narrows a list down. */
export function narrows({ search, types, created, edited }: RowFilter): boolean {
  const days = [created.from, created.to, edited.from, edited.to];
  return search.trim() !== '' || types.length > 0 || days.some((day) => day !== null);
}

/**
 * Throws `invalid-input` where nothing says which rows are meant, where two things do, and for a name that is none.
 * @param otherwise what is meant where nothing is said
 */
export async function chosenRows(
  work: Work,
  datasetId: string,
  names: readonly string[],
  options: ChoiceOptions,
  otherwise: 'all' | 'nothing' = 'nothing',
): Promise<RowSelection> {
  const filter = filterOf(options);
  const filtered = narrows(filter);
  if (names.length > 0) {
    if (options.all || filtered) {
      throw new UploaderError('invalid-input', 'Name rows, or choose them by --all or a filter; not both.');
    }
    const rows = await rowsNamed(work, datasetId, names);
    return { kind: 'rows', dataHashes: [...new Set(rows.map(({ dataHash }) => dataHash))] };
  }
  if (!options.all && !filtered && otherwise === 'nothing') {
    throw new UploaderError(
      'invalid-input',
      'Say which rows: their data hashes or titles, a filter such as --type VIDEO, or --all.',
    );
  }
  return { kind: 'filter', filter, except: [] };
}

/** By data hash or exact title. Throws `invalid-input`. */
export async function rowNamed(work: Work, datasetId: string, name: string): Promise<DataRow> {
  const [row] = await rowsNamed(work, datasetId, [name]);
  // One name gives one row or throws.
  return row as DataRow;
}

async function rowsNamed(
  { program, account }: Work,
  datasetId: string,
  names: readonly string[],
): Promise<readonly DataRow[]> {
  const list = await program.datasets.rowList(account.id, datasetId, 'fresh');
  return names.map(
    (name) =>
      list.row(name) ??
      theOne(name, list.all, {
        what: 'row',
        many: 'rows',
        id: ({ dataHash }) => dataHash,
        title: ({ title }) => title,
      }),
  );
}

/** As the option's help lists them. */
export const COLUMN_WORDS = ROW_COLUMNS.map((column) =>
  column.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
).join(', ');

/** `file-link`, `file_link` and `fileLink` are the same column. */
export function parseColumn(text: string): RowColumn {
  const plain = text.toLowerCase().replace(/[-_\s]/g, '');
  const column = ROW_COLUMNS.find((each) => each.toLowerCase() === plain);
  if (!column) throw new InvalidArgumentError(`Columns are ${COLUMN_WORDS}.`);
  return column;
}

export function parseColumns(text: string): readonly RowColumn[] {
  return collect(text).map(parseColumn);
}
