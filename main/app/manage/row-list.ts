/**
 * The rows of a dataset as they came from Encord, with what is asked of them: search, filters, orders, selections. An
 * order is made once, a question is answered by going through it, and what it found is kept, so that windows of 100,000
 * rows cost nothing. Made and kept by the datasets use case.
 */

import type { RowColumn, RowFilter, RowSort } from '../../../preload/contract/manage.ts';
import type { DataRow } from '../../core/encord-port.ts';
import { storageLocationName } from '../../core/manage/storage-location.ts';
import type { Clock } from '../../core/ports.ts';
import { createSlicer, type Slicer } from '../../core/slicer.ts';
import { instantOf, withinDays } from './days.ts';
import { Answers } from './kept-answers.ts';
import { folded, orderOfNumbers, orderOfTexts } from './sorting.ts';

/** How many rows are gone through between two looks at the clock. */
const STRIDE = 1_024;

export class RowList {
  /** In Encord's order. */
  readonly all: readonly DataRow[];
  /** Encord's word → how many rows. */
  readonly types: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #orders = new Answers<Uint32Array>(6);
  readonly #found = new Answers<readonly DataRow[]>(6);
  #byHash: ReadonlyMap<string, DataRow> | null = null;
  #titles: readonly string[] | null = null;

  constructor(all: readonly DataRow[], clock: Pick<Clock, 'monotonic'>) {
    this.all = all;
    this.#clock = clock;
    ({ types: this.types, bytes: this.bytes } = sumOf(all));
  }

  row(dataHash: string): DataRow | undefined {
    this.#byHash ??= new Map(this.all.map((row) => [row.dataHash, row]));
    return this.#byHash.get(dataHash);
  }

  /** @param sort null leaves them in Encord's order */
  find(filter: RowFilter, sort: RowSort | null): Promise<readonly DataRow[]> {
    return this.#found.get(JSON.stringify([filter, sort]), () => this.#find(filter, sort));
  }

  /** The same rows but for one. Others are not asked for again because of it. */
  with(changed: DataRow): RowList {
    return new RowList(
      this.all.map((row) => (row.dataHash === changed.dataHash ? changed : row)),
      this.#clock,
    );
  }

  async #find(filter: RowFilter, sort: RowSort | null): Promise<readonly DataRow[]> {
    const slicer = createSlicer(this.#clock);
    const order = sort && (await this.#order(sort, slicer));
    const fits = this.#fits(filter);
    if (fits === null && order === null) return this.all;
    const found: DataRow[] = [];
    for (let place = 0; place < this.all.length; place++) {
      const index = order?.[place] ?? place;
      // Every index is inside the array.
      const row = this.all[index] as DataRow;
      if (fits === null || fits(row, index)) found.push(row);
      if (place % STRIDE === 0 && slicer.spent()) await slicer.pause();
    }
    return found;
  }

  #order({ column, descending }: RowSort, slicer: Slicer): Promise<Uint32Array> {
    return this.#orders.get(`${column} ${descending}`, () => orderOf(this.all, column, descending, slicer));
  }

  /** Null where every row fits. */
  #fits(filter: RowFilter): ((row: DataRow, index: number) => boolean) | null {
    const text = filter.search.trim();
    const types = new Set(filter.types);
    const created = withinDays(filter.created);
    const edited = withinDays(filter.edited);
    if (text === '' && types.size === 0 && created === null && edited === null) return null;
    const [needle, id] = [folded(text), text.toLowerCase()];
    if (text !== '') this.#titles ??= this.all.map(({ title }) => folded(title));
    const titles = this.#titles;
    return (row, index) =>
      (types.size === 0 || types.has(row.type)) &&
      (created === null || created(row.createdAt)) &&
      (edited === null || edited(row.editedAt)) &&
      (text === '' ||
        titles?.[index]?.includes(needle) === true ||
        row.dataHash.toLowerCase() === id ||
        row.itemUuid?.toLowerCase() === id);
  }
}

/** What some rows come to. */
export function sumOf(rows: readonly DataRow[]): { types: Record<string, number>; bytes: number } {
  const types = new Map<string, number>();
  let bytes = 0;
  for (const { type, size } of rows) {
    types.set(type, (types.get(type) ?? 0) + 1);
    bytes += size ?? 0;
  }
  // The words are the server's: one that is a name of every object must not become that.
  return { types: Object.fromEntries(types), bytes };
}

function orderOf(
  rows: readonly DataRow[],
  column: RowColumn,
  descending: boolean,
  slicer: Slicer,
): Promise<Uint32Array> {
  const texts = (of: (row: DataRow) => string | null) => orderOfTexts(rows.map(of), descending, slicer);
  const numbers = async (of: (row: DataRow) => number | null) => {
    const values = new Float64Array(rows.length);
    for (const [index, row] of rows.entries()) {
      values[index] = of(row) ?? Number.NaN;
      if (index % STRIDE === 0 && slicer.spent()) await slicer.pause();
    }
    return orderOfNumbers(values, descending, slicer);
  };
  switch (column) {
    case 'title':
      return texts(({ title }) => title);
    case 'type':
      return texts(({ type }) => type);
    case 'mime':
      return texts(({ mime }) => mime);
    case 'storage':
      return texts(({ storage }) => storageLocationName(storage));
    case 'fileLink':
      return texts(({ fileLink }) => fileLink);
    case 'itemUuid':
      return texts(({ itemUuid }) => itemUuid);
    case 'dataHash':
      return texts(({ dataHash }) => dataHash);
    case 'size':
      return numbers(({ size }) => size);
    case 'dimensions':
      return numbers(({ width, height }) => (width === null || height === null ? null : width * height));
    case 'fps':
      return numbers(({ fps }) => fps);
    case 'duration':
      return numbers(({ durationSeconds }) => durationSeconds);
    case 'sequence':
      return numbers(({ isSequence }) => (isSequence === null ? null : Number(isSequence)));
    case 'created':
      return numbers(({ createdAt }) => instantOf(createdAt));
    case 'edited':
      return numbers(({ editedAt }) => instantOf(editedAt));
  }
}
