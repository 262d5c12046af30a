/**
 * A small Encord in memory behind the ports that long work uses: lets the tests decide what each call meets, and see what
 * was called. The store under the jobs is the real one, and outlives them. Used by the tests of jobs.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../../main/adapters/sqlite/index.ts';
import { Exports } from '../../../main/app/exports.ts';
import { Jobs } from '../../../main/app/manage/jobs.ts';
import type { Answer, CallFailure, DataRow, EncordSession } from '../../../main/core/encord-port.ts';
import { type ErrorCode, UploaderError } from '../../../main/core/errors.ts';
import type { DownloadOutcome, DownloadRequest } from '../../../main/core/manage/downloads.ts';
import type { JobId, JobTask } from '../../../main/core/manage/jobs.ts';
import type { CloudJobRef, CloudJobState } from '../../../main/core/manage/ports.ts';
import type { Log } from '../../../main/core/ports.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { LeapingClock } from '../../fixtures/leaping-clock.ts';
import { newAccount } from '../store/support.ts';

export const DATASET = 'dataset-1';

/** What a call meets: a failure, or a wait of which the test decides the end. */
type Meets = CallFailure | Promise<CallFailure | null> | null;

export class World {
  readonly clock = new LeapingClock();
  readonly folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  readonly rows = new Map<string, DataRow & { clientMetadata: string | null }>();
  /** Names of the calls, in their order. */
  readonly calls: string[] = [];
  /** Asked before each call. */
  meets: (call: string) => Meets = () => null;
  /** Rows that Encord keeps though it is told to delete them. */
  readonly stubborn = new Set<string>();
  cloud: CloudJobState = cloudState({ status: 'pending', pending: 2 });
  reencoded: 'running' | 'failed' | readonly string[] = 'running';
  items: readonly string[] = [];
  downloads: (request: DownloadRequest) => DownloadOutcome | Promise<DownloadOutcome> = ({ name }) => ({
    kind: 'saved',
    name,
    bytes: 1,
    checked: true,
  });
  signedOut: UploaderError | null = null;
  /** What the log was told of what is odd, and of errors. */
  readonly warnings: [message: string, fields: unknown][] = [];
  readonly errors: [message: string, fields: unknown][] = [];
  /** How often pages were told that rows changed. */
  rowsTold = 0;
  store: Store;
  jobs: Jobs;

  constructor() {
    this.store = this.#open();
    this.store.addAccount(newAccount('lab'));
    this.jobs = this.#jobs();
  }

  /** As if the program were ended and started again; `killed` lets nothing of it be written any more. */
  async restart({ killed = false } = {}): Promise<void> {
    if (killed) this.store.close();
    await this.jobs.close().catch(() => undefined);
    if (!killed) this.store.close();
    this.store = this.#open();
    this.jobs = this.#jobs();
    this.jobs.begin();
  }

  async close(): Promise<void> {
    await this.jobs.close().catch(() => undefined);
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  start(task: JobTask): JobId {
    return this.jobs.start({ accountId: 'lab', datasetTitle: 'Cells', task });
  }

  addRows(count: number, type = 'VIDEO'): string[] {
    return Array.from({ length: count }, (_, at) => {
      const dataHash = `${type.toLowerCase()}-${at}`;
      this.rows.set(dataHash, row(dataHash, type));
      return dataHash;
    });
  }

  /** Waits until the job is in the state; time passes meanwhile, from timer to timer. */
  async until(id: JobId, state: string): Promise<void> {
    await eventually(() => {
      const now = this.jobs.get(id).state;
      if (now === state) return;
      this.clock.leapToNext();
      throw new Error(`It is ${now}.`);
    });
  }

  counts(id: JobId): readonly number[] {
    const { pending, done, failed, cancelled } = this.jobs.get(id).counts;
    return [pending, done, failed, cancelled];
  }

  /** Titles and sentences of what failed. */
  failed(id: JobId): readonly (readonly [string, string])[] {
    const { rows } = this.jobs.results({ jobId: id, only: 'failed', offset: 0, limit: 1_000 });
    return rows.map(({ title, message }) => [title, message]);
  }

  times(call: string): number {
    return this.calls.filter((each) => each === call).length;
  }

  #open(): Store {
    return openStore(join(this.folder, 'data'), { clock: this.clock });
  }

  #jobs(): Jobs {
    let number = 0;
    const random = { uuid: () => `uuid-${number++}`, fraction: () => 1 };
    const host = {
      host: 'browser',
      chooseFiles: null,
      chooseSavePath: null,
      openFolder: null,
      dropsArePaths: false,
      serverChooser: true,
    } as const;
    const log: Log = {
      debug() {},
      info() {},
      warn: (message, fields) => void this.warnings.push([message, fields]),
      error: (message, fields) => void this.errors.push([message, fields]),
    };
    return new Jobs(
      {
        store: this.store,
        clock: this.clock,
        random,
        log,
        downloads: { fetch: async (request) => this.downloads(request) },
        engineParts: {},
      },
      {
        session: async () => {
          if (this.signedOut) throw this.signedOut;
          return this.#session();
        },
        exports: new Exports({ host, random, saveText: async () => undefined }, new AbortController().signal),
        changed: () => undefined,
        rowsChanged: (tell) => {
          if (tell) this.rowsTold += 1;
        },
      },
    );
  }

  async #call<T>(name: string, value: () => T): Promise<Answer<T>> {
    this.calls.push(name);
    const failure = await this.meets(name);
    return failure === null ? { ok: true, value: value() } : { ok: false, failure };
  }

  #session(): EncordSession {
    const rows = {
      rowsByHash: (_dataset: string, hashes: readonly string[]) =>
        this.#call('rowsByHash', () => hashes.flatMap((hash) => this.rows.get(hash) ?? [])),
      remove: (_dataset: string, hashes: readonly string[]) =>
        this.#call('remove', () => {
          for (const hash of hashes) if (!this.stubborn.has(hash)) this.rows.delete(hash);
          return null;
        }),
      reencode: () => this.#call('reencode', () => '7'),
      reencodeState: () =>
        this.#call('reencodeState', () =>
          typeof this.reencoded === 'string'
            ? { kind: this.reencoded }
            : {
                kind: 'done',
                results: this.reencoded.map((dataHash) => ({ dataHash, bucketPath: null })),
              },
        ),
      setMetadata: (_dataset: string, { dataHash }: { dataHash: string }, json: string) =>
        this.#call(`setMetadata ${dataHash}`, () => {
          const before = this.rows.get(dataHash);
          if (before) this.rows.set(dataHash, { ...before, clientMetadata: json });
          return null;
        }),
      attach: (_dataset: string, ids: readonly string[]) =>
        this.#call('attach', () => ids.map((id) => ({ ...row(`row of ${id}`, 'IMAGE'), itemUuid: id }))),
      row: (_dataset: string, dataHash: string) =>
        this.#call('row', () => ({
          ...(this.rows.get(dataHash) ?? row(dataHash, 'VIDEO')),
          signedUrl: `https://storage.example/${dataHash}?n=${this.times('row')}`,
          frames: null,
        })),
    };
    const cloud = {
      register: () => this.#call('register', () => ({ kind: 'dataset', datasetId: DATASET, id: 'c1' })),
      registerInFolder: () => this.#call('register', () => ({ kind: 'folder', folderId: 'f', id: 'c1' })),
      state: (_job: CloudJobRef, _hold: number, signal: AbortSignal) =>
        this.#held('state', signal, () => this.cloud),
      cancel: () =>
        this.#call('cancel', () => {
          this.cloud = cloudState({ status: 'cancelled', done: 1, cancelled: 1 });
          return 1;
        }),
    };
    const storage = {
      items: () => this.#call('items', () => ({ items: this.items.map((id) => ({ id })), next: null })),
    };
    const session = { manage: { rows, cloud, storage }, rows: () => this.#call('rows', () => []) };
    // Only what these jobs call is there; anything else would fail as a missing function.
    return session as unknown as EncordSession;
  }

  /** A poll that ends early when it is broken off. */
  async #held<T>(name: string, signal: AbortSignal, value: () => T): Promise<Answer<T>> {
    const aborted = new Promise<Answer<T>>((resolve) => {
      const failure = lost('cancelled');
      signal.addEventListener('abort', () => resolve({ ok: false, failure }), { once: true });
    });
    return Promise.race([aborted, this.#call(name, value)]);
  }
}

export function failureOf(
  kind: 'never-sent' | 'lost' | 'signed-out' | 'refused',
  code: ErrorCode,
): CallFailure {
  return { kind, error: new UploaderError(code, `It met ${code}.`) };
}

export const offline = (): CallFailure => failureOf('never-sent', 'offline');
export const lost = (code: ErrorCode = 'connection-lost'): CallFailure => failureOf('lost', code);
export const refused = (code: ErrorCode = 'forbidden'): CallFailure => failureOf('refused', code);

export function cloudState(more: Partial<CloudJobState>): CloudJobState {
  return {
    status: 'done',
    pending: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
    errors: [],
    unitErrors: [],
    made: [],
    ...more,
  };
}

function row(dataHash: string, type: string): DataRow & { clientMetadata: string | null } {
  return {
    dataHash,
    title: `Title of ${dataHash}`,
    type,
    mime: null,
    size: null,
    width: null,
    height: null,
    fps: null,
    durationSeconds: null,
    createdAt: null,
    editedAt: null,
    itemUuid: null,
    storage: 0,
    fileLink: null,
    isSequence: null,
    clientMetadata: null,
  };
}
