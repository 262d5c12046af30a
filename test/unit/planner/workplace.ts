/** A workplace for tests of the planner: a temporary folder of real files, and a ledger that is told what it knows. */

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { createClock } from '../../../main/adapters/clock.ts';
import { createFiles } from '../../../main/adapters/files/index.ts';
import type { FileIdentity, MediaId, UnitId } from '../../../main/core/model.ts';
import type { Plan, PlanListener, PlanRequest } from '../../../main/core/plan.ts';
import { createPlan } from '../../../main/core/planner.ts';
import type { Files } from '../../../main/core/ports.ts';
import type { ActiveTwin, LedgerEntry, LedgerStore } from '../../../main/core/store-port.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is deleted after the test. Keys of `files` are paths inside; folders are made as needed. */
export function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'planner-'));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** `head`, made different from other files by what follows it. */
export function like(head: Uint8Array, rest: string): Uint8Array {
  return Buffer.concat([head, Buffer.from(rest)]);
}

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** A ledger of plain maps, which keeps the promises of `LedgerStore`. */
export class TestLedger implements LedgerStore {
  readonly hashes = new Map<string, string>();
  readonly sizes = new Set<string>();
  readonly units = new Map<string, LedgerEntry>();
  readonly active = new Map<string, UnitId>();
  readonly touched = new Map<string, ActiveTwin>();

  /** As if these contents had been uploaded as one unit. */
  addUploaded(datasetId: string, media: MediaId, contents: readonly Uint8Array[], title: string): void {
    for (const content of contents) this.sizes.add(`${datasetId} ${content.length}`);
    this.units.set(`${datasetId} ${media} ${contents.map(sha256)}`, {
      datasetId,
      media,
      title,
      dataHash: `row of ${title}`,
      itemUuid: null,
      doneAt: 1_700_000_000_000,
    });
  }

  /** As if the files as they are now waited in the queue. */
  /** A unit in the queue whose files are stored with these hashes, and had other times. */
  addTouched(datasetId: string, media: MediaId, files: ReadonlyMap<string, string>, unitId: UnitId): void {
    const key = `${datasetId} ${media} ${[...files.keys()]}`;
    this.touched.set(key, { unitId, batchId: 1, ifHashes: [...files.values()] });
  }

  addActive(datasetId: string, media: MediaId, paths: readonly string[], unitId: UnitId): void {
    this.active.set(`${datasetId} ${media} ${paths.map((path) => keyOf(path, statSync(path)))}`, unitId);
  }

  knownHash(path: string, identity: FileIdentity): string | null {
    return this.hashes.get(keyOf(path, identity)) ?? null;
  }

  sizeKnown(datasetId: string, size: number): boolean {
    return this.sizes.has(`${datasetId} ${size}`);
  }

  uploaded(datasetId: string, media: MediaId, hashes: readonly string[]): LedgerEntry | null {
    return this.units.get(`${datasetId} ${media} ${hashes}`) ?? null;
  }

  activeTwin(
    datasetId: string,
    media: MediaId,
    items: readonly { readonly path: string; readonly identity: FileIdentity }[],
  ): ActiveTwin | null {
    const touched = this.touched.get(`${datasetId} ${media} ${items.map(({ path }) => path)}`);
    if (touched) return touched;
    const unitId = this.active.get(
      `${datasetId} ${media} ${items.map((item) => keyOf(item.path, item.identity))}`,
    );
    return unitId === undefined ? null : { unitId, batchId: 1 };
  }
}

export function keyOf(path: string, identity: FileIdentity): string {
  return `${path}|${identity.size}|${identity.mtimeMs}`;
}

/** The real files, with a count of the files that were hashed. */
export function countingFiles(): { readonly files: Files; readonly hashed: string[] } {
  const real = createFiles({ clock: createClock() });
  const hashed: string[] = [];
  const files: Files = {
    ...real,
    sha256(path, identity, signal) {
      hashed.push(path);
      return real.sha256(path, identity, signal);
    },
  };
  return { files, hashed };
}

export function planOf(
  request: Partial<PlanRequest> & Pick<PlanRequest, 'paths'>,
  ports: { readonly ledger?: LedgerStore; readonly files?: Files } = {},
  listener: PlanListener = () => undefined,
): Plan {
  const clock = createClock();
  return createPlan(
    { as: 'auto', sizeLimitBytes: 1_000_000_000, datasetId: null, ...request },
    { files: ports.files ?? createFiles({ clock }), ledger: ports.ledger ?? new TestLedger(), clock },
    listener,
  );
}
