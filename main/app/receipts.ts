/**
 * Use cases of receipts: the record of a batch, for a page, the command line or a file.
 */

import type { SavedView } from '../../preload/contract/views.ts';
import { asUploaderError, UploaderError } from '../core/errors.ts';
import type { BatchId, TurnedAway } from '../core/model.ts';
import { type ReceiptFormat, type ReceiptSource, writeReceipt } from '../core/receipt.ts';
import { createSlicer } from '../core/slicer.ts';
import { accountFacts } from './accounts.ts';
import type { DataHashes } from './data-hashes.ts';
import type { AppDeps } from './deps.ts';
import type { Exports } from './exports.ts';

/** What was turned away is read this many at a time. */
const CHUNK = 500;

export interface Receipt {
  readonly batchId: BatchId;
  /** What a reader must know; it also stands in the JSON. */
  readonly notes: readonly string[];
  /** The text. Throws `not-found` at its end when the batch was cleared meanwhile. */
  pieces(format: ReceiptFormat): AsyncGenerator<string>;
}

export class Receipts {
  readonly #deps: AppDeps;
  readonly #dataHashes: DataHashes;
  readonly #exports: Exports;

  constructor(deps: AppDeps, dataHashes: DataHashes, exports: Exports) {
    this.#deps = deps;
    this.#dataHashes = dataHashes;
    this.#exports = exports;
  }

  /** Throws `not-found` for a batch that never was or was cleared from the list. */
  async make(batchId: BatchId): Promise<Receipt> {
    const notes = await this.#complete(batchId);
    const source = this.#source(batchId, notes);
    const { store, clock } = this.#deps;
    return {
      batchId,
      notes,
      async *pieces(format) {
        const slicer = createSlicer(clock);
        let last: string | null = null;
        for (const piece of writeReceipt(source, format)) {
          if (last !== null) yield last;
          last = piece;
          if (slicer.spent()) await slicer.pause();
        }
        // Its rows are deleted little by little: before the last piece it is sure that none was missing.
        if (!store.batch(batchId)) throw cleared(batchId);
        if (last !== null) yield last;
      },
    };
  }

  async save(batchId: BatchId, format: ReceiptFormat): Promise<SavedView> {
    const batch = this.#deps.store.batchView(batchId);
    if (!batch) throw cleared(batchId);
    return this.#exports.save(`Receipt of ${batch.name}.${format}`, () => this.#late(batchId, format));
  }

  /** Made when the first piece is wanted, so that it says what is so then. */
  async *#late(batchId: BatchId, format: ReceiptFormat): AsyncGenerator<string> {
    yield* (await this.make(batchId)).pieces(format);
  }

  /** Asks for data hashes that are lacking; answers with a note where that fails. */
  async #complete(batchId: BatchId): Promise<string[]> {
    const batch = this.#deps.store.batch(batchId);
    if (!batch) throw cleared(batchId);
    try {
      await this.#dataHashes.complete(batch.accountId, batch.datasetId);
      return [];
    } catch (reason) {
      const { message } = asUploaderError(reason);
      return [
        `Encord could not be asked for data hashes that were not known yet, so some are missing. ${message}`,
      ];
    }
  }

  #source(batchId: BatchId, notes: readonly string[]): ReceiptSource {
    const { store, clock, version } = this.#deps;
    const batch = store.batch(batchId);
    const view = store.batchView(batchId);
    if (!batch || !view) throw cleared(batchId);
    return {
      head: {
        programVersion: version,
        madeAt: clock.now(),
        batch: { id: batchId, name: batch.name, addedAt: batch.addedAt, finishedAt: view.finishedAt },
        account: { name: view.accountName, ...accountFacts(batch.accountId) },
        dataset: { id: batch.datasetId, title: batch.datasetTitle },
        route: view.route,
        folderId: batch.target?.folderId ?? null,
        totals: view.totals,
        notes,
      },
      lines: () => store.receiptLines(batchId),
      *turnedAway() {
        for (let offset = 0; ; offset += CHUNK) {
          const found: TurnedAway[] = store
            .turnedAway(batchId, offset, CHUNK)
            .map(({ turnedAway }) => turnedAway);
          if (found.length === 0) return;
          yield found;
        }
      },
    };
  }
}

function cleared(batchId: BatchId): UploaderError {
  return new UploaderError(
    'not-found',
    `Batch ${batchId} is not in the list of uploads (any more). A batch that was cleared has no receipt; reconcile its dataset to see what was uploaded.`,
  );
}
