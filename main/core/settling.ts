/**
 * Compares a plan with the queue and with what was uploaded before, for one dataset: what waits already becomes a
 * twin, what the dataset has is skipped. Called by the planner, once the scan is over.
 */

import { asUploaderError, type UploaderError } from './errors.ts';
import type { FileIdentity } from './model.ts';
import type { PlanPorts, PlanRequest } from './plan.ts';
import {
  type FileRecord,
  filesOf,
  identityOf,
  mediaOf,
  pathOf,
  sumOf,
  type UnitRef,
} from './plan-records.ts';
import type { PlanTree } from './plan-tree.ts';
import { createSlicer, type Slicer } from './slicer.ts';
import type { LedgerEntry } from './store-port.ts';

/** How many units are hashed at the same time: enough to read ahead, few enough for a laptop's disk. */
const HASHED_AT_ONCE = 4;

export interface SettlingRequest {
  readonly datasetId: string;
  readonly tree: PlanTree;
  readonly ports: PlanPorts;
  readonly scanned: Promise<void>;
  readonly routeCheck: NonNullable<PlanRequest['routeCheck']> | null;
  /** Files that changed are refused, because somebody else observes them; else they are compared as they are now. */
  readonly asObserved: boolean;
  readonly refuse: (file: FileRecord, error: UploaderError) => void;
  readonly progress: () => void;
}

export type Settled =
  | { readonly kind: 'settled'; readonly blocked: UploaderError | null }
  | { readonly kind: 'superseded' };

export class Settling {
  readonly datasetId: string;
  /** Never rejects for a reason of one file; rejects with what made the scan or the ledger fail. */
  readonly finished: Promise<Settled>;
  checked = 0;
  total = 0;
  private readonly request: SettlingRequest;
  private readonly slicer: Slicer;
  private readonly abort = new AbortController();

  constructor(request: SettlingRequest) {
    this.request = request;
    this.datasetId = request.datasetId;
    this.slicer = createSlicer(request.ports.clock);
    this.finished = this.run();
  }

  /** From then on it changes nothing; `finished` says superseded. */
  cancel(): void {
    this.abort.abort();
  }

  private async run(): Promise<Settled> {
    const { tree, scanned, routeCheck } = this.request;
    await scanned;
    if (this.abort.signal.aborted) return { kind: 'superseded' };
    await tree.clearMarks(this.slicer);
    if (this.abort.signal.aborted) return { kind: 'superseded' };
    this.total = sumOf(tree.live.units);
    const blocked = (await routeCheck?.(this.datasetId, this.abort.signal)) ?? null;
    if (!blocked) {
      const units = tree.everything();
      await Promise.all(Array.from({ length: HASHED_AT_ONCE }, () => this.work(units)));
      await this.noteCopies();
    }
    return this.abort.signal.aborted ? { kind: 'superseded' } : { kind: 'settled', blocked };
  }

  private async work(units: Generator<UnitRef>): Promise<void> {
    while (!this.abort.signal.aborted) {
      const next = units.next();
      if (next.done) return;
      await this.compare(next.value);
      this.checked++;
      if (this.slicer.spent()) {
        await this.slicer.pause();
        this.request.progress();
      }
    }
  }

  private async compare(unit: UnitRef): Promise<void> {
    const { tree, ports } = this.request;
    const twin = ports.ledger.activeTwin(this.datasetId, mediaOf(unit), identified(unit));
    if (twin && (await this.has(unit, twin.ifHashes ?? []))) {
      if (this.abort.signal.aborted) return;
      tree.mark(unit, { kind: 'twin', unitId: twin.unitId });
      return;
    }
    const entry = await this.uploaded(unit);
    if (entry && !this.abort.signal.aborted) {
      tree.mark(unit, {
        kind: 'skipped',
        title: entry.title,
        dataHash: entry.dataHash,
        doneAt: entry.doneAt,
      });
    }
  }

  /** Whether the unit's files have these hashes, where one is given. */
  private async has(unit: UnitRef, hashes: readonly (string | null)[]): Promise<boolean> {
    let index = 0;
    for (const file of filesOf(unit)) {
      const wanted = hashes[index++] ?? null;
      if (wanted !== null && (await this.hash(file)) !== wanted) return false;
    }
    return true;
  }

  /** What the dataset has of the same content. Nothing is found without hashing every byte of the unit now. */
  private async uploaded(unit: UnitRef): Promise<LedgerEntry | null> {
    const { ledger } = this.request.ports;
    for (const file of filesOf(unit)) {
      if (!ledger.sizeKnown(this.datasetId, file.size)) return null;
      if (this.slicer.spent()) await this.slicer.pause();
    }
    // Hashes remembered for the same path, size and time may say no; a yes has to be read from the file.
    const remembered = [...filesOf(unit)].map(
      (file) => file.sha256 ?? ledger.knownHash(pathOf(file), identityOf(file)),
    );
    if (remembered.every((hash) => hash !== null)) {
      if (!ledger.uploaded(this.datasetId, mediaOf(unit), remembered)) return null;
    }
    const hashes: string[] = [];
    for (const file of filesOf(unit)) {
      const hash = await this.hash(file);
      if (this.abort.signal.aborted || hash === null) return null;
      hashes.push(hash);
    }
    return hashes.length === 0 ? null : ledger.uploaded(this.datasetId, mediaOf(unit), hashes);
  }

  /** Null for a file that cannot be read, which is refused, and for one that keeps changing, which is kept. */
  private async hash(file: FileRecord): Promise<string | null> {
    const { ports, asObserved, refuse, progress } = this.request;
    const { signal } = this.abort;
    for (let attempt = 0; file.sha256 === null && file.present && attempt < 2; attempt++) {
      try {
        file.sha256 = await ports.files.sha256(pathOf(file), identityOf(file), signal);
      } catch (thrown) {
        if (signal.aborted) return null;
        const error = asUploaderError(thrown);
        if (error.code !== 'file-changed' || asObserved) {
          refuse(file, error);
          return null;
        }
        await this.replan(file);
      }
      progress();
    }
    return file.present ? file.sha256 : null;
  }

  private async replan(file: FileRecord): Promise<void> {
    const { ports, tree, refuse } = this.request;
    try {
      const identity = await ports.files.identify(pathOf(file));
      if (!this.abort.signal.aborted) tree.replan(file, identity);
    } catch (thrown) {
      if (!this.abort.signal.aborted) refuse(file, asUploaderError(thrown));
    }
  }

  /** Identical copies are all uploaded; where hashing happened to show them, review says so. */
  private async noteCopies(): Promise<void> {
    const first = new Map<string, FileRecord>();
    for (const file of this.request.tree.files) {
      if (this.slicer.spent()) await this.slicer.pause();
      if (file.sha256 === null || !file.present) continue;
      const earlier = first.get(file.sha256);
      file.copyOf = earlier ?? null;
      if (!earlier) first.set(file.sha256, file);
    }
  }
}

function identified(unit: UnitRef): { readonly path: string; readonly identity: FileIdentity }[] {
  return Array.from(filesOf(unit), (file) => ({ path: pathOf(file), identity: identityOf(file) }));
}
