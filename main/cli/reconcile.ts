/**
 * `reconcile`: what this machine uploaded into a dataset beside the rows that Encord lists for it. The shapes of its
 * JSON and CSV are documented in README.
 */

import type { AccountRecord } from '../adapters/sqlite/index.ts';
import type { Program } from '../app/program.ts';
import { RECONCILE_COLUMNS, type Report } from '../app/reconcile.ts';
import { csvLine } from '../core/csv.ts';
import { asUploaderError, type UploaderError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { deliver } from './output.ts';
import { printable, type Terminal } from './terminal.ts';
import { bytesText } from './words.ts';

export type ReconcileFormat = 'text' | 'json' | 'csv';

export interface ReconcileOptions {
  readonly account: AccountRecord;
  /** Id or title; null for every dataset into which something was uploaded. */
  readonly dataset: string | null;
  readonly format: ReconcileFormat;
  readonly output: string | null;
}

const FORMAT = 'encord-uploader-reconcile';
const VERSION = 1;

/** Answers 1 where something is missing, or where a dataset could not be compared. */
export async function reconcile(
  program: Program,
  terminal: Terminal,
  options: ReconcileOptions,
  signal: AbortSignal,
): Promise<number> {
  const datasets = await datasetsOf(program, options);
  if (datasets.length === 0) terminal.note('Nothing was uploaded from this machine yet.');
  let complete = true;
  const compared = async function* (): AsyncGenerator<Compared> {
    for (const id of datasets) {
      const each = await compare(program, options, id);
      if (each.error !== null || each.report.missing.length > 0) complete = false;
      if (each.error !== null) terminal.note(`${id}: ${each.error.message}`);
      yield each;
    }
  };
  await deliver(program, WRITERS[options.format](program, compared()), options.output, signal);
  return complete ? EXIT.ok : EXIT.failed;
}

type Compared =
  | { readonly id: string; readonly report: Report; readonly error: null }
  | { readonly id: string; readonly report: null; readonly error: UploaderError };

async function datasetsOf(program: Program, options: ReconcileOptions): Promise<readonly string[]> {
  if (options.dataset !== null) {
    return [(await program.datasets.find(options.account.id, options.dataset)).id];
  }
  const { datasetId } = options.account;
  return datasetId === null ? program.deps.store.ledgerDatasets() : [datasetId];
}

/** Of several datasets, one that cannot be compared does not hide the others. */
async function compare(program: Program, options: ReconcileOptions, id: string): Promise<Compared> {
  try {
    return { id, report: await program.reconcile.compare(options.account, id), error: null };
  } catch (reason) {
    if (options.dataset !== null || program.signal.aborted) throw reason;
    return { id, report: null, error: asUploaderError(reason) };
  }
}

type Writer = (program: Program, compared: AsyncIterable<Compared>) => AsyncIterable<string>;

const WRITERS: Readonly<Record<ReconcileFormat, Writer>> = { text: asText, json: asJson, csv: asCsv };

async function* asText(program: Program, compared: AsyncIterable<Compared>): AsyncGenerator<string> {
  for await (const { report } of compared) {
    if (report === null) continue;
    yield line(sentence(report));
    for (const id of report.missing) {
      const { title, path, doneAt, dataHash, itemUuid } = program.reconcile.uploaded(id);
      const known = dataHash ?? itemUuid ?? '';
      yield line(`  missing: ${title} (${path}), uploaded ${new Date(doneAt).toLocaleString()}, ${known}`);
    }
    for (const row of report.extra) yield line(`  extra: ${row.title} (${row.type}), ${row.dataHash}`);
    for (const { unitId, row } of report.different) {
      const { title, bytes } = program.reconcile.uploaded(unitId);
      yield line(
        `  note: ${title} was uploaded with ${bytesText(bytes)}; Encord lists ${bytesText(row.size ?? 0)}, it may have encoded it anew`,
      );
    }
  }
}

/** The comparison in one sentence. */
function sentence(report: Report): string {
  const count = (value: number): string => value.toLocaleString('en');
  const parts = [
    `${count(report.both)} of ${count(report.uploaded)} uploads are there`,
    report.missing.length === 0 ? 'nothing is missing' : `${count(report.missing.length)} missing`,
    ...(report.extra.length > 0 ? [`${count(report.extra.length)} rows were not uploaded from here`] : []),
    ...(report.underway > 0 ? [`${count(report.underway)} rows belong to uploads that are not done`] : []),
    ...(report.recent > 0 ? [`${count(report.recent)} were uploaded just now and are not listed yet`] : []),
    ...(report.unidentified > 0 ? [`${count(report.unidentified)} uploads cannot be recognised`] : []),
  ];
  return `${report.datasetTitle}: ${parts.join(', ')}.`;
}

async function* asJson(program: Program, compared: AsyncIterable<Compared>): AsyncGenerator<string> {
  yield `{\n  "format": ${JSON.stringify(FORMAT)},\n  "version": ${VERSION},\n  "datasets": [`;
  let first = true;
  for await (const { id, report, error } of compared) {
    yield first ? '\n    ' : ',\n    ';
    first = false;
    if (report === null) {
      yield JSON.stringify({ dataset: id, error: { code: error.code, message: error.message } });
      continue;
    }
    const head = {
      dataset: id,
      dataset_title: report.datasetTitle,
      compared_at: new Date(report.at).toISOString(),
      rows: report.rows,
      uploaded: report.uploaded,
      both: report.both,
      underway: report.underway,
      recent: report.recent,
      unidentified: report.unidentified,
    };
    yield JSON.stringify(head).slice(0, -1);
    yield* list('missing', report.missing, (unit) => uploadedRecord(program, unit));
    yield* list('extra', report.extra, (row) => rowRecord(row));
    yield* list('different', report.different, ({ unitId, row }) => ({
      ...uploadedRecord(program, unitId),
      row: rowRecord(row),
    }));
    yield '}';
  }
  yield '\n  ]\n}\n';
}

function* list<T>(name: string, all: readonly T[], record: (each: T) => unknown): Generator<string> {
  yield `,\n     "${name}": [`;
  let first = true;
  for (const each of all) {
    yield `${first ? '' : ','}\n      ${JSON.stringify(record(each))}`;
    first = false;
  }
  yield ']';
}

function uploadedRecord(program: Program, id: number) {
  const { title, media, path, files, bytes, doneAt, dataHash, itemUuid } = program.reconcile.uploaded(id);
  return {
    title,
    media,
    path,
    files,
    bytes,
    uploaded_at: new Date(doneAt).toISOString(),
    data_hash: dataHash,
    item_uuid: itemUuid,
  };
}

function rowRecord(row: Report['extra'][number]) {
  return {
    title: row.title,
    type: row.type,
    bytes: row.size,
    created_at: row.createdAt,
    data_hash: row.dataHash,
    item_uuid: row.itemUuid,
  };
}

async function* asCsv(program: Program, compared: AsyncIterable<Compared>): AsyncGenerator<string> {
  yield csvLine(RECONCILE_COLUMNS);
  for await (const { report } of compared) if (report !== null) yield* program.reconcile.csv(report, false);
}

function line(text: string): string {
  return `${printable(text)}\n`;
}
