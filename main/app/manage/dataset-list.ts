/**
 * A list of datasets as it came from Encord, with what is asked of it: search, filters, orders, equal titles. What a
 * question found is kept, so that its windows cost nothing. Made and kept by the datasets use case.
 */

import { ANY_DATASET, type DatasetListing } from '../../../preload/contract/manage.ts';
import type { DatasetInfo } from '../../core/encord-port.ts';
import { storageLocationName } from '../../core/manage/storage-location.ts';
import type { Clock } from '../../core/ports.ts';
import { createSlicer, type Slicer } from '../../core/slicer.ts';
import { instantOf, withinDays } from './days.ts';
import { Answers } from './kept-answers.ts';
import { folded, orderOfNumbers, orderOfTexts } from './sorting.ts';

type SortName = DatasetListing['sort'];

export class DatasetList {
  readonly all: readonly DatasetInfo[];
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Title → the ids of those that have it. */
  readonly #titles = new Map<string, string[]>();
  readonly #orders = new Answers<Uint32Array>(8);
  readonly #found = new Answers<readonly DatasetInfo[]>(8);

  constructor(all: readonly DatasetInfo[], clock: Pick<Clock, 'monotonic'>) {
    this.all = all;
    this.#clock = clock;
    for (const { id, title } of all) {
      const ids = this.#titles.get(title);
      if (ids) ids.push(id);
      else this.#titles.set(title, [id]);
    }
  }

  /** How many others of the list have the title of this one. */
  othersCalled({ id, title }: Pick<DatasetInfo, 'id' | 'title'>): number {
    return (this.#titles.get(title) ?? []).filter((each) => each !== id).length;
  }

  /** @param search part of a title in either case, or a whole id */
  find(search: string, listing: DatasetListing = ANY_DATASET): Promise<readonly DatasetInfo[]> {
    return this.#found.get(JSON.stringify([search, listing]), () => this.#find(search, listing));
  }

  async #find(search: string, listing: DatasetListing): Promise<readonly DatasetInfo[]> {
    const slicer = createSlicer(this.#clock);
    const { sort, descending } = listing;
    const order = await this.#orders.get(JSON.stringify([sort, descending]), () =>
      this.#order(sort, descending, slicer),
    );
    const fits = filterOf(search, listing);
    const found: DatasetInfo[] = [];
    for (const index of order) {
      const dataset = this.all[index];
      if (dataset && fits(dataset)) found.push(dataset);
    }
    return found;
  }

  #order(sort: SortName, descending: boolean, slicer: Slicer): Promise<Uint32Array> {
    const texts = (of: (dataset: DatasetInfo) => string | null) =>
      orderOfTexts(this.all.map(of), descending, slicer);
    const instants = (of: (dataset: DatasetInfo) => string | null) =>
      orderOfNumbers(
        Float64Array.from(this.all, (each) => instantOf(of(each))),
        descending,
        slicer,
      );
    switch (sort) {
      case 'title':
        return texts(({ title }) => title);
      case 'role':
        return texts(({ role }) => role);
      case 'created':
        return instants(({ createdAt }) => createdAt);
      case 'edited':
        return instants(({ editedAt }) => editedAt);
    }
  }
}

function filterOf(search: string, listing: DatasetListing): (dataset: DatasetInfo) => boolean {
  const text = search.trim();
  const [needle, id] = [folded(text), text.toLowerCase()];
  const created = withinDays(listing.created);
  const edited = withinDays(listing.edited);
  const { role, kind, storage } = listing;
  return (dataset) =>
    (text === '' || folded(dataset.title).includes(needle) || dataset.id.toLowerCase() === id) &&
    (created === null || created(dataset.createdAt)) &&
    (edited === null || edited(dataset.editedAt)) &&
    (role === 'any' || (dataset.role ?? 'none') === role) &&
    (kind === 'any' || isMirrored(dataset) === (kind === 'mirrored')) &&
    (storage === 'any' || storageLocationName(dataset.storage) === storage);
}

/**
 * Null where the server did not say. A list says the role of each dataset and its folder; without a role, as of another's
 * dataset in the organisation, a folder that is not named proves nothing.
 */
export function isMirrored({ role, backingFolderId }: DatasetInfo): boolean | null {
  if (backingFolderId !== null) return true;
  return role === null ? null : false;
}
