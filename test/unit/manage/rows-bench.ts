/**
 * A pretended Encord under the use cases of datasets and rows, and what they hand on: jobs and files. Used by the tests in
 * this folder.
 */

import { createClock } from '../../../main/adapters/clock.ts';
import { csvText } from '../../../main/adapters/csv-text.ts';
import { jsonText } from '../../../main/adapters/json-text.ts';
import { createRandom } from '../../../main/adapters/random.ts';
import { Datasets } from '../../../main/app/datasets.ts';
import { Rows } from '../../../main/app/manage/rows.ts';
import type { Answer, DataRow, DatasetInfo, EncordSession } from '../../../main/core/encord-port.ts';
import { UploaderError } from '../../../main/core/errors.ts';
import type { JobTask } from '../../../main/core/manage/jobs.ts';
import { management, type SomeManagement } from '../../fixtures/management.ts';
import { BARE_ROW } from '../../fixtures/rows.ts';

export const ACCOUNT = {
  id: 'ssh SHA256:test https://api.encord.com',
  kind: 'ssh',
  domain: 'https://api.encord.com',
} as const;
export const DATASET = 'dataset-1';
export const WHOLE = { offset: 0, limit: 500 };
export const BY_TITLE = { column: 'title', descending: false } as const;

export class RowsBench {
  /** Of the one dataset. */
  rows: DataRow[] = [];
  datasets: DatasetInfo[] = [dataset({ id: DATASET, title: 'Ward 9' })];
  /** What only administrators of the organisation are given. */
  organisation: DatasetInfo[] = [];
  calls: SomeManagement = {};
  /** Milliseconds since the epoch. */
  now = 1_000_000;
  /** Files of this machine; a drop has the one file `/drops/<its id>`. */
  readonly files = new Map<string, string>();
  /** Lists that Encord was asked for. */
  readonly asked: string[] = [];
  readonly tasks: JobTask[] = [];
  readonly saved: { name: string; text: string }[] = [];
  readonly lists: Datasets;
  readonly use: Rows;

  constructor() {
    const clock = { ...createClock(), now: () => this.now };
    const session = async () => this.#session();
    const { signal } = new AbortController();
    this.lists = new Datasets(clock, session, signal);
    const { files } = this;
    this.use = new Rows(
      {
        clock,
        random: createRandom(),
        texts: { json: jsonText, csv: csvText, read: async (path) => files.get(path) ?? '' },
        staging: {
          open: refuse,
          receive: refuse,
          roots: refuse,
          list: refuse,
          remove: async (dropId) => void files.delete(`/drops/${dropId}`),
        },
        watch: { resolve: (path) => path },
      },
      {
        datasets: this.lists,
        drops: { paths: async (dropId) => [`/drops/${dropId}`].filter((path) => files.has(path)) },
        exports: {
          save: async (name, pieces) => {
            let text = '';
            for await (const piece of pieces()) text += piece;
            this.saved.push({ name, text });
            return { kind: 'cancelled' };
          },
        },
        session,
        signal,
        startJob: ({ task }) => this.tasks.push(task),
      },
    );
  }

  #session(): EncordSession {
    return {
      check: refuse,
      route: () => {
        throw new Error('not asked for here');
      },
      resolveTarget: refuse,
      datasets: async (query) => {
        this.asked.push(query.organisation ? 'organisation' : 'datasets');
        return yes(query.organisation ? this.organisation : this.datasets);
      },
      dataset: async () => no('dataset-unknown'),
      createDataset: refuse,
      rows: async () => {
        this.asked.push('rows');
        return yes(this.rows);
      },
      folders: refuse,
      manage: management(this.calls),
    };
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('not asked for here'));
}

export function row(dataHash: string, more: Partial<DataRow> = {}): DataRow {
  return { ...BARE_ROW, dataHash, title: `title of ${dataHash}`, ...more };
}

export function dataset(more: Partial<DatasetInfo> = {}): DatasetInfo {
  const unknown = { description: '', createdAt: null, editedAt: null, storage: 0, backingFolderId: null };
  return { id: DATASET, title: 'dataset', role: 'admin', ...unknown, ...more };
}

/** An instant of this machine's time zone, as Encord writes it. */
export function local(year: number, month: number, day: number, hour: number): string {
  return new Date(year, month - 1, day, hour).toISOString();
}

export function yes<T>(value: T): Answer<T> {
  return { ok: true, value };
}

export function no(code: 'forbidden' | 'dataset-unknown'): Answer<never> {
  return { ok: false, failure: { kind: 'refused', error: new UploaderError(code, 'No.') } };
}

export function lost(): Answer<never> {
  return { ok: false, failure: { kind: 'lost', error: new UploaderError('connection-lost', 'Lost.') } };
}
