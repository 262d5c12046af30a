/**
 * Use cases of data that stays in its owner's cloud: a file of it is read, checked and shown, and then registered by a
 * job; DICOM files of a bucket are de-identified by another. What was read lives in memory, a few files at a time.
 */

import type { CallInput } from '../../../preload/contract/calls.ts';
import {
  type CloudCheckView,
  type CloudEntryView,
  type CloudProblem,
  cloudMapping,
  type IntegrationView,
} from '../../../preload/contract/manage.ts';
import type { SavedView } from '../../../preload/contract/views.ts';
import type { EncordSession } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import { urlProblem } from '../../core/manage/cloud/check-entry.ts';
import { withSkipDuplicates } from '../../core/manage/cloud/entries.ts';
import {
  type CloudMapping,
  mappingProblem,
  plainHeadings,
  recogniseColumns,
} from '../../core/manage/cloud/mapping.ts';
import { utf8Bytes } from '../../core/manage/cloud/values.ts';
import type { JobId, JobTask } from '../../core/manage/jobs.ts';
import type { CloudFile } from '../../core/manage/ports.ts';
import type { CsvReading } from '../../core/manage/text-ports.ts';
import type { AccountId } from '../../core/model.ts';
import type { Datasets } from '../datasets.ts';
import type { AppDeps } from '../deps.ts';
import type { Drops } from '../drops.ts';
import type { Exports } from '../exports.ts';
import { unwrap, windowOf } from '../outcome.ts';
import { type ReadCheck, readJsonCheck, readTableCheck, type TableMapping } from './cloud-check.ts';
import { readTextSource } from './text-source.ts';

/** What Encord documents for one upload file. */
const FILE_BYTES = 100_000_000;
/** Files that were read and may be asked about: more are those of pages that are gone. */
const CHECKS_KEPT = 4;
/** Of these files together; the one that was read last stays, whatever its size. */
const CHECKS_BYTES = FILE_BYTES;
/** Lines from which the kind is guessed where no heading says it. */
const LINES_LOOKED_AT = 1_000;

interface CloudParts {
  readonly drops: Pick<Drops, 'paths'>;
  readonly datasets: Pick<Datasets, 'info'>;
  readonly exports: Exports;
  readonly session: (id: AccountId) => Promise<EncordSession>;
  readonly startJob: (request: {
    readonly accountId: AccountId;
    readonly datasetTitle: string | null;
    readonly task: JobTask;
  }) => JobId;
  readonly signal: AbortSignal;
}

export class Cloud {
  readonly #deps: Pick<AppDeps, 'texts' | 'staging' | 'store' | 'random'>;
  readonly #parts: CloudParts;
  readonly #checks = new Map<string, ReadCheck>();

  constructor(deps: Pick<AppDeps, 'texts' | 'staging' | 'store' | 'random'>, parts: CloudParts) {
    this.#deps = deps;
    this.#parts = parts;
  }

  async integrations(account: AccountId, datasetId: string | null): Promise<IntegrationView[]> {
    const session = await this.#parts.session(account);
    const found = unwrap(await session.manage.cloud.integrations(datasetId, this.#parts.signal));
    return found.map(({ id, title }) => ({ id, title }));
  }

  /** Reads and checks a file. Throws where it cannot be read; what is wrong in it is in the answer. */
  async check({ source, mapping }: CallInput<'cloud.check'>): Promise<CloudCheckView> {
    const { drops, signal } = this.#parts;
    const { texts } = this.#deps;
    const read = await readTextSource(source, FILE_BYTES, { deps: this.#deps, drops, signal });
    if (isJson(read.name, read.text)) return this.#keep(readJsonCheck(read, texts.json));
    const table = texts.csv.parse(read.text);
    const about = { name: read.name, bytes: utf8Bytes(read.text) };
    return this.#keep(readTableCheck(about, table, this.#mappingFor(table, mapping)));
  }

  /** Reads the same table in another way, under the same id. Throws `invalid-input` for columns that are not there. */
  setMapping(checkId: string, mapping: CloudMapping): CloudCheckView {
    const { view, table } = this.#check(checkId);
    if (table === null) throw new UploaderError('invalid-input', 'Only CSV files have columns to choose.');
    return this.#keep(readTableCheck(view, table, this.#mappingFor(table, mapping)), checkId);
  }

  /** For files with the same headings, until another mapping is kept for them. */
  keepMapping(checkId: string): void {
    const { csv } = this.#check(checkId).view;
    if (!csv?.mapping) {
      throw new UploaderError('invalid-input', 'There is no mapping to keep. Choose the columns first.');
    }
    this.#deps.store.setSetting(settingOf(csv.headings), JSON.stringify(csv.mapping));
  }

  problems(checkId: string, offset: number, limit: number): { total: number; rows: CloudProblem[] } {
    const { total, rows } = windowOf(this.#check(checkId).problems, offset, limit);
    return { total, rows: rows.map((problem) => ({ ...problem })) };
  }

  entries(checkId: string, offset: number, limit: number): { total: number; rows: CloudEntryView[] } {
    const check = this.#check(checkId);
    return { total: check.view.entries, rows: check.entries(offset, limit) };
  }

  async saveJson(checkId: string): Promise<SavedView> {
    const { view, file } = this.#check(checkId);
    if (file === null) {
      throw new UploaderError(
        'invalid-input',
        'No JSON can be made of this file yet. See what is wrong with it.',
      );
    }
    return this.#parts.exports.save(`${view.name.replace(/\.[^.]*$/, '') || 'cloud data'}.json`, () =>
      jsonPieces(file),
    );
  }

  /**
   * Makes the folder where one is asked for, and starts the job. Throws `invalid-input` for a file with errors and for a
   * folder that does not go with the dataset, and whatever Encord says.
   */
  async start(account: AccountId, input: CallInput<'cloud.start'>): Promise<JobId> {
    const { view, file } = this.#check(input.checkId);
    if (view.errors > 0 || file === null) {
      throw new UploaderError(
        'invalid-input',
        `The file has ${view.errors === 1 ? 'an error' : `${view.errors} errors`}. Correct it and check it again: nothing was sent.`,
      );
    }
    const dataset =
      input.datasetId === null ? null : await this.#parts.datasets.info(account, input.datasetId);
    checkFolder(dataset, input.folder);
    const folderId = await this.#folder(account, input.folder);
    return this.#parts.startJob({
      accountId: account,
      datasetTitle: dataset?.title ?? null,
      task: {
        kind: 'cloud-register',
        datasetId: input.datasetId,
        folderId,
        integrationId: input.integrationId,
        file: JSON.stringify(withSkipDuplicates(file, input.skipDuplicates)),
        fileName: view.name || null,
        ignoreErrors: input.ignoreErrors,
      },
    });
  }

  /** Starts a job. Throws `invalid-input` for what is no URL, by its number. */
  deidentify(account: AccountId, { urls, ...request }: CallInput<'cloud.deidentify'>): JobId {
    const dicomUrls = [...new Set(urls.map((url) => url.trim()))];
    for (const [index, url] of dicomUrls.entries()) {
      const problem = urlProblem('URL', url);
      if (problem)
        throw new UploaderError('invalid-input', `URL ${index + 1} of ${dicomUrls.length}: ${problem}`);
    }
    return this.#parts.startJob({
      accountId: account,
      datasetTitle: null,
      task: { kind: 'deidentify', ...request, dicomUrls },
    });
  }

  async #folder(account: AccountId, folder: CallInput<'cloud.start'>['folder']): Promise<string | null> {
    if (folder === null) return null;
    if (folder.kind === 'existing') return folder.folderId;
    const { name, parentId } = folder;
    const session = await this.#parts.session(account);
    const { storage } = session.manage;
    const made = await storage.createFolder({ name, description: '', parentId }, this.#parts.signal);
    return unwrap(made).id;
  }

  #check(checkId: string): ReadCheck {
    const check = this.#checks.get(checkId);
    if (!check) {
      throw new UploaderError(
        'not-found',
        'This file is no longer in memory. Choose it again to have it checked.',
      );
    }
    return check;
  }

  /** The one that was used last is at the end, and the others go first. */
  #keep(check: ReadCheck, checkId: string = this.#deps.random.uuid()): CloudCheckView {
    this.#checks.delete(checkId);
    this.#checks.set(checkId, check);
    let bytes = 0;
    let kept = 0;
    for (const [each, { view }] of [...this.#checks].reverse()) {
      bytes += view.bytes;
      if (kept > 0 && (kept >= CHECKS_KEPT || bytes > CHECKS_BYTES)) this.#checks.delete(each);
      else kept += 1;
    }
    return { checkId, ...check.view };
  }

  #mappingFor(table: CsvReading, chosen: CloudMapping | null): TableMapping {
    if (chosen !== null) {
      const problem = mappingProblem(chosen, table.headings);
      if (problem) throw new UploaderError('invalid-input', problem);
      return { mapping: chosen, from: 'chosen' };
    }
    const kept = this.#keptMapping(table.headings);
    if (kept) return { mapping: kept, from: 'kept' };
    const rows = table.rows.slice(0, LINES_LOOKED_AT).map(({ cells }) => cells);
    const mapping = recogniseColumns(table.headings, rows);
    return mapping && mappingProblem(mapping, table.headings) === null
      ? { mapping, from: 'headings' }
      : { mapping: null, from: 'none' };
  }

  #keptMapping(headings: readonly string[]): CloudMapping | null {
    const text = this.#deps.store.getSetting(settingOf(headings));
    const kept = text === null ? null : cloudMapping.safeParse(JSON.parse(text));
    return kept?.success && mappingProblem(kept.data, headings) === null ? kept.data : null;
  }
}

/** A mirrored dataset has a folder of its own; the items of a static one need some folder to lie in. */
function checkFolder(
  dataset: { readonly backingFolderId: string | null } | null,
  folder: CallInput<'cloud.start'>['folder'],
): void {
  const mirrored = dataset !== null && dataset.backingFolderId !== null;
  if (mirrored && folder !== null) {
    throw new UploaderError(
      'invalid-input',
      'This dataset mirrors a folder of its own, where its data goes. Leave the folder out.',
    );
  }
  if (!mirrored && folder === null) {
    throw new UploaderError(
      'invalid-input',
      dataset === null
        ? 'Choose the storage folder that the data goes into.'
        : 'This dataset has no folder of its own. Choose the storage folder that the data goes into, or have one made.',
    );
  }
}

/** What begins like JSON is JSON, and so is what is called so. */
function isJson(name: string, text: string): boolean {
  return /^\s*[{[]/.test(text) || /\.json$/i.test(name);
}

function settingOf(headings: readonly string[]): string {
  return `cloudMapping:${plainHeadings(headings)}`;
}

/** The file as JSON, an entry a line. */
async function* jsonPieces(file: CloudFile): AsyncGenerator<string> {
  let before = '{\n';
  for (const [key, value] of Object.entries(file)) {
    yield `${before}${JSON.stringify(key)}: `;
    before = ',\n';
    if (!Array.isArray(value) || value.length === 0) {
      yield JSON.stringify(value);
      continue;
    }
    for (const [index, entry] of value.entries()) {
      yield `${index === 0 ? '[' : ','}\n  ${JSON.stringify(entry)}`;
    }
    yield '\n]';
  }
  yield `${before === '{\n' ? '{' : ''}\n}\n`;
}
