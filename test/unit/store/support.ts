/** What the tests of the store share: a clock that they turn, folders that they clean up, and things to add. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import {
  DATABASE_FILE,
  type NewAccount,
  openStore,
  type Store,
} from '../../../main/adapters/sqlite/index.ts';
import type { Failure } from '../../../main/core/errors.ts';
import type { UnitEvent } from '../../../main/core/machine.ts';
import type {
  BatchId,
  Grant,
  MediaId,
  NewBatch,
  PlannedUnit,
  TurnedAway,
  UnitId,
} from '../../../main/core/model.ts';
import type { Clock } from '../../../main/core/ports.ts';
import type { Change } from '../../../main/core/store-port.ts';

export class FakeClock implements Clock {
  time = 1_000;
  #waiting: { at: number; fn: () => void }[] = [];

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(ms: number, fn: () => void): () => void {
    const entry = { at: this.time + ms, fn };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** Runs what waits, and what that makes wait, until nothing does; returns how many times something ran. */
  runAll(): number {
    let ran = 0;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.time = Math.max(this.time, next.at);
      next.fn();
      ran += 1;
    }
    return ran;
  }
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encord-uploader-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Opened {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly folder: string;
  /** A second connection that sees the tables as they are; not for writing while the store is open. */
  readonly raw: () => DatabaseSync;
}

/** A store with one account, `lab`. */
export function openTestStore(): Opened {
  const folder = join(temporaryFolder(), 'data');
  const clock = new FakeClock();
  const store = openStore(folder, { clock });
  onTestFinished(() => store.close());
  store.addAccount(newAccount('lab'));
  return {
    store,
    clock,
    folder,
    raw: () => {
      const db = new DatabaseSync(join(folder, DATABASE_FILE));
      onTestFinished(() => db.close());
      return db;
    },
  };
}

export function newAccount(id: string, more: Partial<NewAccount> = {}): NewAccount {
  return {
    id,
    name: `Account ${id}`,
    kind: 'ssh',
    fingerprint: `SHA256:${id}`,
    domain: 'https://api.encord.com',
    routeChoice: 'auto',
    fallbackNotice: null,
    datasetId: null,
    email: null,
    addedAt: 1,
    secretIn: 'keychain',
    ...more,
  };
}

export function newBatch(more: Partial<NewBatch> = {}): NewBatch {
  return {
    accountId: 'lab',
    name: 'Monday',
    datasetId: 'dataset-1',
    datasetTitle: 'Cells',
    routeChoice: 'auto',
    folderChoice: null,
    addedAt: 500,
    ...more,
  };
}

/** A unit of `sizes.length` files in a folder of the unit's title. */
export function planned(title: string, sizes: readonly number[] = [10], media?: MediaId): PlannedUnit {
  return {
    media: media ?? (sizes.length > 1 ? 'image-group' : 'image'),
    title,
    items: sizes.map((size, index) => ({
      path: `/in/${title}/${index}.png`,
      name: `${index}.png`,
      identity: { size, mtimeMs: 1_700_000_000_000.123 },
      mime: 'image/png',
      sha256: null,
    })),
  };
}

export function turnedAway(title: string, kind: TurnedAway['kind'] = 'refused'): TurnedAway {
  return {
    kind,
    path: `/in/${title}`,
    title,
    media: null,
    size: 3,
    failure: failure('file-empty'),
    dataHash: kind === 'skipped' ? 'row-0' : null,
  };
}

export function failure(code: Failure['code'] = 'stalled', message = 'It did not work.'): Failure {
  return { code, message, details: { step: 'test' }, at: 7 };
}

export function grant(name: string): Grant {
  return {
    url: `https://storage.example/${name}?signature=SECRET-URL-${name}`,
    id: `grant-${name}`,
    objectKey: `object-${name}`,
    echo: `{"token":"SECRET-ECHO-${name}"}`,
    grantedAt: 40,
  };
}

export function hash(seed: number | string): string {
  return String(seed).padStart(64, 'a');
}

export const intent: UnitEvent = { on: 'intent', intent: { id: 'intent-1', at: 50 } };
export const registered: UnitEvent = {
  on: 'registered',
  itemUuid: 'item-uuid',
  dataHash: 'data-hash',
  linked: true,
  at: 60,
};

/** Grants and stores every item of the unit that is still to be sent. */
export function storeItems(store: Store, unitId: UnitId, sha256: (id: number) => string | null = hash): void {
  const changes: Change[] = [];
  for (const item of store.itemsOf(unitId)) {
    if (item.state.at === 'queued') {
      changes.push({ kind: 'item', id: item.id, event: { on: 'granted', grant: grant(String(item.id)) } });
    }
    if (item.state.at === 'queued' || item.state.at === 'granted') {
      changes.push({ kind: 'item', id: item.id, event: { on: 'stored', sha256: sha256(item.id) } });
    }
  }
  store.commit(changes);
}

export function finish(store: Store, unitId: UnitId, sha256: (id: number) => string | null = hash): void {
  storeItems(store, unitId, sha256);
  store.commit([
    { kind: 'unit', id: unitId, event: intent },
    { kind: 'unit', id: unitId, event: registered },
  ]);
}

export function toUnit(store: Store, id: UnitId, event: UnitEvent): void {
  store.commit([{ kind: 'unit', id, event }]);
}

export function unitsOf(store: Store, batchId: BatchId): UnitId[] {
  return [
    ...store.unitsIn({ kind: 'batch', id: batchId }, [
      'collecting',
      'ready',
      'registering',
      'processing',
      'linking',
      'done',
      'failed',
      'uncertain',
      'cancelled',
    ]),
  ].sort((a, b) => a - b);
}

export function stateOf(store: Store, id: UnitId): string | undefined {
  return store.unit(id)?.state.at;
}

/** The code of what `work` throws. */
export function codeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? thrown.code : thrown;
  }
  return 'nothing was thrown';
}
