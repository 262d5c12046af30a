/**
 * Compares what this machine uploaded into a dataset with the rows that Encord lists for it. Pure: the ledger comes
 * in chunks and is never held; of it only what is missing or differs stays. Called by the use cases of reconcile.
 *
 * A unit and a row are the same when they have the same data hash; else, where the ledger has none or the row has
 * another, when the row's storage item is the unit's. Nothing else identifies: equal titles prove nothing, and Encord
 * may re-encode what it was given, so that another size is a remark and no more.
 */

import type { DataRow } from './encord-port.ts';
import type { MediaId } from './model.ts';

/** What the ledger keeps of an uploaded unit. Its id grows with time. */
export interface UploadedUnit {
  readonly id: number;
  readonly media: MediaId;
  readonly title: string;
  readonly dataHash: string | null;
  readonly itemUuid: string | null;
  /** Milliseconds since the epoch. */
  readonly doneAt: number;
  readonly files: number;
  readonly bytes: number;
  /** Of its first file. */
  readonly path: string;
}

export interface Different {
  readonly unitId: number;
  readonly row: DataRow;
}

export interface Comparison {
  /** Rows that Encord lists. */
  readonly rows: number;
  /** Units that the ledger has, without those that were uploaded again later. */
  readonly uploaded: number;
  readonly both: number;
  /** Ledger ids of units without a row, oldest first. */
  readonly missing: readonly number[];
  /** Rows that this machine did not upload, in Encord's order. */
  readonly extra: readonly DataRow[];
  /** Single files that Encord lists with another size. */
  readonly different: readonly Different[];
  /** Rows of units that are still in the queue: neither missing nor extra. */
  readonly underway: number;
  /** Units without a row that were done too short a time ago for that to mean anything. */
  readonly recent: number;
  /** Units of which neither data hash nor storage item is known: nothing can be said about them. */
  readonly unidentified: number;
}

export class Reconciler {
  readonly #rows: readonly DataRow[];
  readonly #byHash = new Map<string, number>();
  readonly #byItem = new Map<string, number>();
  readonly #matched: Uint8Array;
  readonly #upTo: number;
  readonly #settledAt: number;
  readonly #missing: UploadedUnit[] = [];
  readonly #different: Different[] = [];
  #uploaded = 0;
  #both = 0;
  #underway = 0;
  #recent = 0;
  #unidentified = 0;

  /**
   * @param upTo the newest unit that the ledger had before the rows were asked for: later ones explain rows, but that
   * they are not among them proves nothing
   * @param settledAt units that were done after this time may have a row that is not listed yet, because Encord makes
   * rows of mirrored datasets by itself; milliseconds since the epoch
   */
  constructor(rows: readonly DataRow[], upTo: number, settledAt: number) {
    this.#rows = rows;
    this.#upTo = upTo;
    this.#settledAt = settledAt;
    this.#matched = new Uint8Array(rows.length);
    for (const [index, row] of rows.entries()) {
      this.#byHash.set(row.dataHash, index);
      if (row.itemUuid !== null) this.#byItem.set(row.itemUuid, index);
    }
  }

  /** Units of the ledger, in any number of chunks. */
  add(units: Iterable<UploadedUnit>): void {
    for (const unit of units) this.#compare(unit);
  }

  /** What identifies units that are still in the queue: data hashes, storage items and placeholders of their grants. */
  addUnderway(identities: Iterable<string>): void {
    for (const identity of identities) {
      const index = this.#byHash.get(identity) ?? this.#byItem.get(identity);
      if (index === undefined || this.#matched[index] === 1) continue;
      this.#matched[index] = 1;
      this.#underway += 1;
    }
  }

  /** What has no row so far, for `Superseding`. */
  get missing(): readonly UploadedUnit[] {
    return this.#missing;
  }

  /** @param superseded ids of missing units whose files were uploaded again later */
  finish(superseded: ReadonlySet<number>): Comparison {
    return {
      rows: this.#rows.length,
      uploaded: this.#uploaded - superseded.size,
      both: this.#both,
      missing: this.#missing.flatMap(({ id }) => (superseded.has(id) ? [] : [id])),
      extra: this.#rows.filter((_, index) => this.#matched[index] === 0),
      different: this.#different,
      underway: this.#underway,
      recent: this.#recent,
      unidentified: this.#unidentified,
    };
  }

  #compare(unit: UploadedUnit): void {
    const index = this.#find(unit);
    if (unit.id > this.#upTo) {
      if (index !== undefined) this.#matched[index] = 1;
      return;
    }
    this.#uploaded += 1;
    const row = index === undefined ? undefined : this.#rows[index];
    if (index === undefined || row === undefined) {
      if (unit.dataHash === null && unit.itemUuid === null) this.#unidentified += 1;
      else if (unit.doneAt > this.#settledAt) this.#recent += 1;
      else this.#missing.push(unit);
      return;
    }
    this.#matched[index] = 1;
    this.#both += 1;
    // What Encord says of a group's size is not the sum of its frames.
    if (unit.files === 1 && row.size !== null && row.size !== unit.bytes) {
      this.#different.push({ unitId: unit.id, row });
    }
  }

  #find(unit: UploadedUnit): number | undefined {
    const byHash = unit.dataHash === null ? undefined : this.#byHash.get(unit.dataHash);
    return byHash ?? (unit.itemUuid === null ? undefined : this.#byItem.get(unit.itemUuid));
  }
}

/**
 * Finds which of some units were uploaded again: a later unit of the ledger has the very same files. A file that was
 * overwritten in place is another one.
 */
export class Superseding {
  readonly superseded = new Set<number>();
  readonly #candidates = new Map<string, number[]>();
  readonly #sameFiles: (unit: number, later: number) => boolean;

  constructor(units: Iterable<UploadedUnit>, sameFiles: (unit: number, later: number) => boolean) {
    this.#sameFiles = sameFiles;
    for (const unit of units) {
      const key = outline(unit);
      const ids = this.#candidates.get(key);
      if (ids) ids.push(unit.id);
      else this.#candidates.set(key, [unit.id]);
    }
  }

  /** Units of the ledger, in any number of chunks. */
  add(units: Iterable<UploadedUnit>): void {
    for (const unit of units) {
      for (const earlier of this.#candidates.get(outline(unit)) ?? []) {
        if (earlier < unit.id && this.#sameFiles(earlier, unit.id)) this.superseded.add(earlier);
      }
    }
  }
}

/** Equal for units that may have the same files. */
function outline({ media, files, bytes, path }: UploadedUnit): string {
  return `${media} ${files} ${bytes} ${path}`;
}
