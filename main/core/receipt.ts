/**
 * The receipt of a batch: what was uploaded, with sizes, SHA-256 and Encord's ids, written as JSON or CSV piece by
 * piece, so that a batch of a million units is never in memory. Called by the use cases of receipts; pure.
 *
 * The shapes are stable, because people keep receipts and scripts read them. `RECEIPT_VERSION` goes up when a field
 * changes its meaning or goes away; new fields may come at any time.
 */

import { type Cell, csvLine } from './csv.ts';
import type { Failure } from './errors.ts';
import type {
  BatchId,
  ItemStateName,
  MediaId,
  RouteName,
  Totals,
  TurnedAway,
  UnitStateName,
} from './model.ts';

export const RECEIPT_FORMAT = 'encord-uploader-receipt';
export const RECEIPT_VERSION = 1;

export interface ReceiptHead {
  readonly programVersion: string;
  /** When the receipt was made; this and all other times are milliseconds since the epoch. */
  readonly madeAt: number;
  readonly batch: {
    readonly id: BatchId;
    readonly name: string;
    readonly addedAt: number;
    /** Null while it runs. */
    readonly finishedAt: number | null;
  };
  readonly account: {
    readonly name: string;
    readonly kind: 'ssh' | 'api-key' | null;
    /** Of the public key; null for an API key. */
    readonly fingerprint: string | null;
    readonly domain: string | null;
  };
  readonly dataset: { readonly id: string; readonly title: string };
  /** Null while it is not decided. */
  readonly route: RouteName | null;
  /** The storage folder; null on the documented route. */
  readonly folderId: string | null;
  readonly totals: Totals;
  /** What a reader must know, such as why data hashes are missing. */
  readonly notes: readonly string[];
}

export interface ReceiptUnit {
  readonly id: number;
  readonly title: string;
  readonly media: MediaId;
  readonly state: UnitStateName;
  readonly dataHash: string | null;
  readonly itemUuid: string | null;
  readonly doneAt: number | null;
  /** Transfers of its files that ended, well or badly, and registrations that were tried, where that is still known. */
  readonly attempts: number;
  readonly failure: Failure | null;
}

export interface ReceiptFile {
  /** In the unit, from 0. */
  readonly position: number;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string | null;
  readonly state: ItemStateName;
  readonly storedAt: number | null;
  /** Transfers that ended, well or badly. */
  readonly tries: number;
  readonly failure: Failure | null;
}

export interface ReceiptLine {
  readonly unit: ReceiptUnit;
  readonly file: ReceiptFile;
}

/** Where the parts come from, in chunks. Lines come unit by unit, each unit's files in order and together. */
export interface ReceiptSource {
  readonly head: ReceiptHead;
  lines(): Iterable<readonly ReceiptLine[]>;
  turnedAway(): Iterable<readonly TurnedAway[]>;
}

export type ReceiptFormat = 'json' | 'csv';

/** The receipt as pieces of text, one for each chunk of the source. */
export function writeReceipt(source: ReceiptSource, format: ReceiptFormat): Generator<string> {
  return format === 'json' ? asJson(source) : asCsv(source);
}

/** ISO 8601 in UTC. */
function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function reason(failure: Failure | null) {
  return failure === null ? null : { code: failure.code, message: failure.message, at: time(failure.at) };
}

function* asJson({ head, lines, turnedAway }: ReceiptSource): Generator<string> {
  const { batch, account, dataset, totals } = head;
  const { units } = totals;
  const opening = JSON.stringify(
    {
      format: RECEIPT_FORMAT,
      version: RECEIPT_VERSION,
      program: { name: 'Encord Uploader', version: head.programVersion },
      made_at: time(head.madeAt),
      notes: head.notes,
      batch: {
        id: batch.id,
        name: batch.name,
        state: batch.finishedAt === null ? 'running' : 'finished',
        added_at: time(batch.addedAt),
        finished_at: time(batch.finishedAt),
      },
      account,
      dataset,
      route: head.route,
      folder: head.folderId,
      totals: {
        done: units.done,
        failed: units.failed,
        uncertain: units.uncertain,
        cancelled: units.cancelled,
        unfinished: units.collecting + units.ready + units.registering + units.processing + units.linking,
        refused: totals.refused,
        skipped: totals.skipped,
        bytes: totals.bytes,
      },
    },
    null,
    2,
  );
  yield `${opening.slice(0, -2)},\n  "units": [`;
  let open: number | null = null;
  for (const chunk of lines()) {
    let piece = '';
    for (const { unit, file } of chunk) {
      if (unit.id !== open) {
        piece += `${open === null ? '' : ']},'}\n    ${JSON.stringify(unitRecord(unit)).slice(0, -1)},"files":[`;
        open = unit.id;
      } else piece += ',';
      piece += `\n      ${JSON.stringify(fileRecord(file))}`;
    }
    yield piece;
  }
  yield `${open === null ? '' : ']}'}\n  ],\n  "turned_away": [`;
  let first = true;
  for (const chunk of turnedAway()) {
    let piece = '';
    for (const each of chunk) {
      piece += `${first ? '' : ','}\n    ${JSON.stringify(turnedAwayRecord(each))}`;
      first = false;
    }
    yield piece;
  }
  yield '\n  ]\n}\n';
}

function unitRecord(unit: ReceiptUnit) {
  return {
    unit: unit.id,
    title: unit.title,
    media: unit.media,
    state: unit.state,
    data_hash: unit.dataHash,
    item_uuid: unit.itemUuid,
    done_at: time(unit.doneAt),
    attempts: unit.attempts,
    error: reason(unit.failure),
  };
}

function fileRecord(file: ReceiptFile) {
  return {
    position: file.position,
    name: file.name,
    path: file.path,
    size: file.size,
    sha256: file.sha256,
    state: file.state,
    stored_at: time(file.storedAt),
    tries: file.tries,
    error: reason(file.failure),
  };
}

function turnedAwayRecord(each: TurnedAway) {
  return {
    state: each.kind,
    title: each.title,
    media: each.media,
    path: each.path,
    size: each.size,
    reason: { code: each.failure.code, message: each.failure.message },
    data_hash: each.dataHash,
  };
}

/** The columns of the CSV, in their order. A line that has nothing to say in one leaves it empty. */
export const RECEIPT_COLUMNS = [
  'state',
  'title',
  'media',
  'position',
  'file',
  'path',
  'size',
  'sha256',
  'file_state',
  'stored_at',
  'tries',
  'data_hash',
  'item_uuid',
  'done_at',
  'attempts',
  'error_code',
  'error_message',
  'unit',
  'batch',
  'batch_name',
  'batch_state',
  'added_at',
  'finished_at',
  'account',
  'fingerprint',
  'domain',
  'dataset',
  'dataset_title',
  'route',
  'folder',
  'program_version',
  'made_at',
] as const;

function* asCsv({ head, lines, turnedAway }: ReceiptSource): Generator<string> {
  const { batch, account, dataset } = head;
  const common: readonly Cell[] = [
    batch.id,
    batch.name,
    batch.finishedAt === null ? 'running' : 'finished',
    time(batch.addedAt),
    time(batch.finishedAt),
    account.name,
    account.fingerprint,
    account.domain,
    dataset.id,
    dataset.title,
    head.route,
    head.folderId,
    head.programVersion,
    time(head.madeAt),
  ];
  yield csvLine(RECEIPT_COLUMNS);
  for (const chunk of lines()) {
    yield chunk.map(({ unit, file }) => csvLine([...fileCells(unit, file), ...common])).join('');
  }
  for (const chunk of turnedAway()) {
    yield chunk.map((each) => csvLine([...turnedAwayCells(each), ...common])).join('');
  }
}

function fileCells(unit: ReceiptUnit, file: ReceiptFile): readonly Cell[] {
  const failure = unit.failure ?? file.failure;
  return [
    unit.state,
    unit.title,
    unit.media,
    file.position,
    file.name,
    file.path,
    file.size,
    file.sha256,
    file.state,
    time(file.storedAt),
    file.tries,
    unit.dataHash,
    unit.itemUuid,
    time(unit.doneAt),
    unit.attempts,
    failure?.code ?? null,
    failure?.message ?? null,
    unit.id,
  ];
}

function turnedAwayCells(each: TurnedAway): readonly Cell[] {
  return [
    each.kind,
    each.title,
    each.media,
    null,
    null,
    each.path,
    each.size,
    null,
    null,
    null,
    null,
    each.dataHash,
    null,
    null,
    null,
    each.failure.code,
    each.failure.message,
    null,
  ];
}
