/**
 * Use cases of client metadata: one text for many rows, or a table with a line for each. Part of the rows use case, which
 * gives it the rows that are meant.
 */

import type { MetadataTableView, TextProblem } from '../../../preload/contract/manage.ts';
import type { TextSource } from '../../../preload/contract/manage-calls.ts';
import type { DataRow } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import type { JobId, JobTask } from '../../core/manage/jobs.ts';
import type { JsonText } from '../../core/manage/text-ports.ts';
import type { AccountId } from '../../core/model.ts';
import { createSlicer } from '../../core/slicer.ts';
import type { AppDeps } from '../deps.ts';
import type { Drops } from '../drops.ts';
import { type MetadataTable, readMetadataTable, type TableKey } from './metadata-table.ts';
import { readTextSource, type SourceText } from './text-source.ts';

export type MetadataMode = 'replace' | 'merge';

type SetMetadata = JobTask & { readonly kind: 'set-metadata' };

/** Of a table. */
const MAX_TABLE_BYTES = 50_000_000;
/** Of all texts of one job, which the store keeps until it is taken off the list. */
const MAX_JOB_CHARACTERS = 50_000_000;
/** Tables that were read and not applied: more are those of pages that are gone. */
const TABLES_KEPT = 5;
const PROBLEMS_SHOWN = 100;
const EXAMPLES_SHOWN = 3;

interface Kept {
  readonly accountId: AccountId;
  readonly datasetId: string;
  readonly table: MetadataTable;
}

export interface RowMetadataParts {
  readonly deps: Pick<AppDeps, 'clock' | 'random' | 'texts' | 'staging'>;
  readonly drops: Pick<Drops, 'paths'>;
  readonly signal: AbortSignal;
  readonly rowsOf: (accountId: AccountId, datasetId: string) => Promise<readonly DataRow[]>;
  readonly start: (accountId: AccountId, datasetId: string, task: JobTask) => Promise<JobId>;
}

export class RowMetadata {
  readonly #parts: RowMetadataParts;
  readonly #tables = new Map<string, Kept>();
  /** Texts of drops, whose files are gone once they were read: the same one may be read by another key. */
  readonly #dropped = new Map<string, SourceText>();

  constructor(parts: RowMetadataParts) {
    this.#parts = parts;
  }

  /** The problems of the text, or the job that sets it for these rows. Throws `payload-too-large`. */
  async set(
    accountId: AccountId,
    datasetId: string,
    rows: readonly DataRow[],
    { text, mode }: { text: string; mode: MetadataMode },
  ): Promise<{ kind: 'started'; jobId: JobId } | { kind: 'invalid'; problems: TextProblem[] }> {
    const problems = metadataProblems(text, this.#parts.deps.texts.json);
    if (problems.length > 0) return { kind: 'invalid', problems };
    const json = text.replace(/^\uFEFF/, '').trim();
    const changes = rows.map(({ dataHash, itemUuid, title }) => ({
      row: { dataHash, itemUuid },
      title,
      json,
    }));
    return { kind: 'started', jobId: await this.#start(accountId, datasetId, changes, mode) };
  }

  /** @param key null lets the headings decide. Throws what reading the source does. */
  async readTable(
    accountId: AccountId,
    { datasetId, source, key }: { datasetId: string; source: TextSource; key: TableKey | null },
  ): Promise<MetadataTableView> {
    const { clock, random, texts } = this.#parts.deps;
    const { text } = await this.#textOf(source);
    const rows = await this.#parts.rowsOf(accountId, datasetId);
    const table = await readMetadataTable(texts.csv.parse(text), rows, key, texts.json, createSlicer(clock));
    const tableId = random.uuid();
    this.#tables.set(tableId, { accountId, datasetId, table });
    keepLast(this.#tables, TABLES_KEPT);
    return {
      tableId,
      headings: [...table.headings],
      key: table.key,
      lines: table.lines,
      matched: table.matched,
      problems: table.problems.slice(0, PROBLEMS_SHOWN).map((problem) => ({ ...problem })),
      problemCount: table.problems.length,
      examples: table.changes.slice(0, EXAMPLES_SHOWN).map(({ title, json }) => ({ title, json })),
    };
  }

  /** Throws `not-found` for a table that is no longer kept, and `invalid-input` where it changes nothing. */
  applyTable(tableId: string, mode: MetadataMode): Promise<JobId> {
    const kept = this.#tables.get(tableId);
    if (!kept) throw new UploaderError('not-found', 'This table is no longer kept. Read the file again.');
    return this.#start(kept.accountId, kept.datasetId, kept.table.changes, mode);
  }

  async #textOf(source: TextSource): Promise<SourceText> {
    if (source.kind !== 'drop') return readTextSource(source, MAX_TABLE_BYTES, this.#parts);
    const text =
      this.#dropped.get(source.dropId) ?? (await readTextSource(source, MAX_TABLE_BYTES, this.#parts));
    this.#dropped.set(source.dropId, text);
    keepLast(this.#dropped, 1);
    return text;
  }

  #start(
    accountId: AccountId,
    datasetId: string,
    changes: SetMetadata['changes'],
    mode: MetadataMode,
  ): Promise<JobId> {
    if (changes.length === 0) {
      throw new UploaderError(
        'invalid-input',
        'There is nothing to set: no row is meant, or no cell is filled.',
      );
    }
    const characters = changes.reduce((sum, { json }) => sum + json.length, 0);
    if (characters > MAX_JOB_CHARACTERS) {
      throw new UploaderError(
        'payload-too-large',
        'This is more client metadata than can be set at once. Choose fewer rows, or set it in several parts.',
      );
    }
    return this.#parts.start(accountId, datasetId, { kind: 'set-metadata', datasetId, changes, mode });
  }
}

/** What stands in the way of a text as client metadata; nothing where it is the JSON text of an object. */
export function metadataProblems(text: string, json: JsonText): TextProblem[] {
  const reading = json.parse(text);
  if (!reading.ok) {
    const { line, column, message } = reading.problem;
    return [{ line, column, message }];
  }
  const { value, duplicates } = reading;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = 'Client metadata is a JSON object. Write it as {"key": "value"}.';
    return [{ line: 1, column: 1, message }];
  }
  return duplicates.map(({ line, column, path }) => ({
    line,
    column,
    message: `The key ${JSON.stringify(String(path.at(-1)).slice(0, 100))} stands in its object twice. Remove one of them.`,
  }));
}

function keepLast(kept: Map<string, unknown>, most: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) break;
    kept.delete(oldest);
  }
}
