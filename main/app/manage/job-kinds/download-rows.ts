/**
 * Downloading data rows into a folder of this machine: a file each, a folder of frames for groups and series. Names are
 * made of the titles of all rows of the task together, so that they are the same after a restart.
 */

import type { Answer, CallFailure } from '../../../core/encord-port.ts';
import { type ErrorCode, UploaderError } from '../../../core/errors.ts';
import type { DownloadOutcome, Downloads } from '../../../core/manage/downloads.ts';
import { fileKey, frameNames, uniqueFileNames } from '../../../core/manage/file-names.ts';
import type { JobTask, NewJobResult } from '../../../core/manage/jobs.ts';
import { below } from '../../../core/paths.ts';
import { type RowFile, type RowFiles, rowFiles } from './row-files.ts';
import { chunks, type OwnWork, result, type Stepped, type WorkTools } from './work.ts';

type Task = Extract<JobTask, { kind: 'download-rows' }>;
type Row = Task['rows'][number];

/** Of one step, side by side. */
export const ROWS_PER_STEP = 4;
/**
 * How often one row may meet what is not the network's fault, before it fails alone and the others go on: bytes that arrive
 * damaged, a storage that answers and has trouble, or falls silent.
 */
const AT_MOST: Partial<Record<ErrorCode, number>> = { 'hash-mismatch': 3, 'server-error': 12, stalled: 12 };

type RowOutcome =
  | { readonly kind: 'result'; readonly result: NewJobResult }
  | Extract<Stepped, { readonly kind: 'later' | 'stopped' | 'cancelled' }>;

export function downloadRows(task: Task, downloads: Downloads): OwnWork {
  const { datasetId, into } = task;
  const names = uniqueFileNames(task.rows.map(({ title }) => title));
  const taken = new Set(names.map(fileKey));
  /** What came of rows of a step that has to be done again; of this run only. */
  const finished = new Map<string, NewJobResult>();
  const troubles = new Map<string, number>();

  return {
    sort: 'own',
    steps: chunks(task.rows.length, ROWS_PER_STEP),
    interruptible: true,
    repeatable: true,

    async step(step, tools): Promise<Stepped> {
      const from = step * ROWS_PER_STEP;
      const rows = task.rows.slice(from, from + ROWS_PER_STEP);
      const outcomes = await Promise.all(rows.map((row, at) => download(row, names[from + at] ?? '', tools)));
      const results: NewJobResult[] = [];
      for (const outcome of outcomes) {
        if (outcome.kind !== 'result') return outcome;
        results.push(outcome.result);
      }
      finished.clear();
      const done = results.filter(({ ok }) => ok).length;
      return { kind: 'stepped', done, failed: results.length - done, results };
    },
  };

  async function download(row: Row, name: string, tools: WorkTools): Promise<RowOutcome> {
    const before = finished.get(row.dataHash);
    if (before) return { kind: 'result', result: before };
    const outcome = await fetchRow(row, name, tools);
    if (outcome.kind === 'result') finished.set(row.dataHash, outcome.result);
    return outcome;
  }

  async function fetchRow(row: Row, name: string, tools: WorkTools): Promise<RowOutcome> {
    const ended = (ok: boolean, message: string): RowOutcome => ({
      kind: 'result',
      result: result({ ok, title: row.title, message, dataHash: row.dataHash }),
    });
    const found = await filesOf(row, tools);
    if (!found.ok) {
      return found.failure.kind === 'refused'
        ? ended(false, found.failure.error.message)
        : { kind: 'later', failure: found.failure };
    }
    const { kind, files } = found.value;
    const [first] = files;
    if (!first) return ended(false, 'Encord gives no address from which this row could be downloaded.');
    if (kind === 'single') {
      const outcome = await fetchFile(row, first, { folder: into, name, isTaken }, tools);
      return outcome.kind === 'fetched'
        ? ended(true, savedAs(outcome.name, outcome.present))
        : settled(outcome);
    }
    const frames = frameNames(files.map(({ title }) => title));
    const planned = new Set(frames.map(fileKey));
    for (const [at, file] of files.entries()) {
      const place = {
        folder: below(into, name),
        name: frames[at] ?? '',
        isTaken: (other: string) => planned.has(fileKey(other)),
      };
      const outcome = await fetchFile(row, file, place, tools);
      if (outcome.kind !== 'fetched') return settled(outcome);
    }
    return ended(true, `${files.length.toLocaleString('en')} files in the folder ${name}.`);

    function settled(outcome: Exclude<Fetched, { kind: 'fetched' }>): RowOutcome {
      return outcome.kind === 'no' ? ended(false, outcome.error.message) : outcome;
    }
  }

  function isTaken(name: string): boolean {
    return taken.has(fileKey(name));
  }

  /** An address that is no longer good is asked for once more: it may have waited for its turn. */
  async function fetchFile(
    row: Row,
    file: RowFile,
    place: { readonly folder: string; readonly name: string; readonly isTaken: (name: string) => boolean },
    tools: WorkTools,
  ): Promise<Fetched> {
    const get = (url: string): Promise<DownloadOutcome> =>
      downloads.fetch({ ...place, url, size: file.size, signal: tools.signal });
    const first = await get(file.url);
    if (first.kind !== 'expired') return fetched(row, first);
    const again = await filesOf(row, tools);
    if (!again.ok) {
      const { failure } = again;
      return failure.kind === 'refused' ? { kind: 'no', error: failure.error } : { kind: 'later', failure };
    }
    const fresh = again.value.files.find(({ key }) => key === file.key);
    return fresh ? fetched(row, await get(fresh.url)) : { kind: 'no', error: first.error };
  }

  function fetched(row: Row, outcome: DownloadOutcome): Fetched {
    switch (outcome.kind) {
      case 'saved':
      case 'present':
        return { kind: 'fetched', name: outcome.name, present: outcome.kind === 'present' };
      case 'cancelled':
        return outcome;
      case 'disk':
        return { kind: 'stopped', error: outcome.error };
      case 'refused':
        return { kind: 'no', error: outcome.error };
      case 'expired':
        return { kind: 'no', error: refusedTwice() };
      case 'transient': {
        const { error, retryAfterMs } = outcome;
        const trouble = `${row.dataHash} ${error.code}`;
        const times = (troubles.get(trouble) ?? 0) + 1;
        if (times >= (AT_MOST[error.code] ?? Number.POSITIVE_INFINITY)) return { kind: 'no', error };
        troubles.set(trouble, times);
        return { kind: 'later', failure: { kind: 'never-sent', error, retryAfterMs } };
      }
    }
  }

  function filesOf(row: Row, tools: WorkTools): Promise<Answer<RowFiles>> {
    return rowFiles(datasetId, row.dataHash, tools);
  }
}

type Fetched =
  | { readonly kind: 'fetched'; readonly name: string; readonly present: boolean }
  /** This file cannot be had. */
  | { readonly kind: 'no'; readonly error: UploaderError }
  | { readonly kind: 'later'; readonly failure: CallFailure }
  | { readonly kind: 'stopped'; readonly error: UploaderError }
  | { readonly kind: 'cancelled' };

function savedAs(name: string, present: boolean): string {
  return present ? `It was there already: ${name}.` : `Saved as ${name}.`;
}

function refusedTwice(): UploaderError {
  return new UploaderError(
    'url-expired',
    'The storage does not give out this file, at a fresh address neither. Check the clock of this machine; if it is right, tell Encord.',
  );
}
