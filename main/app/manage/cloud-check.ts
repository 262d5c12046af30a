/**
 * One file of cloud data that was read: its problems and entries with their lines, and, of a table, what its columns are
 * taken for. Made and kept by the use cases of cloud data.
 */

import type { CloudCheckView, CloudEntryView, CloudProblem } from '../../../preload/contract/manage.ts';
import { type CloudCheck, checkCloudFile } from '../../core/manage/cloud/check.ts';
import { entryPaths, listEntries, skipsDuplicates } from '../../core/manage/cloud/entries.ts';
import { type TableEntries, tableToFile } from '../../core/manage/cloud/from-table.ts';
import type { CloudMapping } from '../../core/manage/cloud/mapping.ts';
import { Problems } from '../../core/manage/cloud/problems.ts';
import { utf8Bytes } from '../../core/manage/cloud/values.ts';
import type { CloudFile } from '../../core/manage/ports.ts';
import type { CsvReading, JsonText, TextPath, TextPlace } from '../../core/manage/text-ports.ts';
import type { SourceText } from './text-source.ts';

type Place = { readonly line: number | null; readonly column: number | null };

/** How the columns of a table were found out. */
export interface TableMapping {
  /** Null where nobody knows which column holds the URLs. */
  readonly mapping: CloudMapping | null;
  readonly from: 'headings' | 'kept' | 'chosen' | 'none';
}

export interface ReadCheck {
  readonly view: Omit<CloudCheckView, 'checkId'>;
  /** By line; those about the whole come first. */
  readonly problems: readonly CloudProblem[];
  /** Null where nothing can be sent of it. */
  readonly file: CloudFile | null;
  /** Of CSV: to read it in another way. */
  readonly table: CsvReading | null;
  entries(offset: number, limit: number): CloudEntryView[];
}

const NOWHERE: Place = { line: null, column: null };

export function readJsonCheck({ name, text }: SourceText, json: JsonText): ReadCheck {
  const bytes = utf8Bytes(text);
  const about = { name, format: 'json' as const, bytes, csv: null };
  const reading = json.parse(text);
  if (!reading.ok) {
    const problems: CloudProblem[] = [{ severity: 'error', ...reading.problem }];
    return made(about, { check: NOTHING, problems, errors: 1, lineOf: () => null, table: null });
  }
  const check = checkCloudFile(reading.value, bytes);
  const paths = check.file === null ? [] : entryPaths(check.file);
  const asked = check.problems.flatMap(({ path, earlier }) => [path ?? [], earlier ?? []]);
  // In one go through the text, which may be long: entries too, so that the text need not be kept.
  const places = json.locate(text, [...asked, ...paths]);
  const lines = Int32Array.from(places.slice(asked.length), (place) => place?.line ?? 0);
  const twice = reading.duplicates.map(({ line, column }): CloudProblem => {
    const message = 'This key stands twice in its object, so the first one would be lost. Take one out.';
    return { severity: 'error', line, column, message };
  });
  const found = check.problems.map(({ severity, message, path, earlier }, index): CloudProblem => {
    const place = path?.length === 0 ? NOWHERE : (places[2 * index] ?? NOWHERE);
    return { severity, ...place, message: withEarlier(message, earlier, places[2 * index + 1]?.line) };
  });
  return made(about, {
    check,
    problems: [...twice, ...found],
    errors: check.errors + twice.length,
    lineOf: (index) => lines[index] || null,
    table: null,
  });
}

/** `name` and `bytes` are of the text that the table was read from. */
export function readTableCheck(
  { name, bytes }: { readonly name: string; readonly bytes: number },
  table: CsvReading,
  { mapping, from }: TableMapping,
): ReadCheck {
  const view = mapping && viewOf(mapping);
  const about = {
    name,
    format: 'csv' as const,
    bytes,
    csv: { headings: [...table.headings], mapping: view, from },
  };
  const ragged = table.problems.map((problem): CloudProblem => ({ severity: 'error', ...problem }));
  if (mapping === null) {
    const message =
      table.headings.length === 0
        ? 'There is nothing in the file. Its first line names the columns, and each line below it a file.'
        : 'None of the headings says which column holds the URLs. Choose it.';
    const problems: CloudProblem[] = [{ severity: 'error', ...NOWHERE, message }, ...ragged];
    return made(about, { check: NOTHING, problems, errors: problems.length, lineOf: () => null, table });
  }
  const collected = new Problems();
  const entries = tableToFile(table, mapping, collected);
  const check = checkCloudFile(entries.file, utf8Bytes(JSON.stringify(entries.file)), collected);
  const found = check.problems.map(
    ({ severity, message, path, line, earlier }): CloudProblem => ({
      severity,
      line: line ?? (path && entries.lineOf(path)),
      column: null,
      message: withEarlier(message, earlier, earlier && entries.lineOf(earlier)),
    }),
  );
  return made(about, {
    check,
    problems: [...ragged, ...found],
    errors: check.errors + ragged.length,
    lineOf: lineByIndex(entries),
    table,
  });
}

/** Of what could not be read as far as entries. */
const NOTHING: CloudCheck = {
  kinds: {},
  entries: 0,
  urls: 0,
  problems: [],
  errors: 0,
  warnings: 0,
  file: null,
};

function made(
  about: Pick<CloudCheckView, 'name' | 'format' | 'bytes' | 'csv'>,
  parts: {
    readonly check: CloudCheck;
    readonly problems: readonly CloudProblem[];
    readonly errors: number;
    /** The line of an entry by its index in the file. */
    readonly lineOf: (index: number) => number | null;
    readonly table: CsvReading | null;
  },
): ReadCheck {
  const { check, problems, errors, lineOf, table } = parts;
  const { kinds, entries, urls, warnings, file } = check;
  return {
    view: {
      ...about,
      kinds: { ...kinds },
      entries,
      urls,
      errors,
      warnings,
      skipDuplicates: file !== null && skipsDuplicates(file),
    },
    problems: problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
    file,
    table,
    entries: (offset, limit) =>
      (file === null ? [] : listEntries(file, offset, limit)).map(({ path: _, ...entry }) => ({
        ...entry,
        line: lineOf(entry.index),
      })),
  };
}

function lineByIndex(entries: TableEntries): (index: number) => number | null {
  const paths: readonly TextPath[] = entryPaths(entries.file);
  return (index) => entries.lineOf(paths[index] ?? []);
}

function withEarlier(message: string, earlier: TextPath | null, line: TextPlace['line'] | null | undefined) {
  return earlier === null || line === null || line === undefined
    ? message
    : `${message} First on line ${line}.`;
}

function viewOf({
  url,
  metadata,
  kind,
  ...columns
}: CloudMapping): NonNullable<NonNullable<CloudCheckView['csv']>['mapping']> {
  return { ...columns, kind: { ...kind }, url: [...url], metadata: [...metadata] };
}
