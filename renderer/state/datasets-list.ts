/**
 * What the list of datasets shows, and where in it one was opened: so that whoever comes back from a dataset finds the list
 * as it was. Used by the Datasets page.
 */
import { create } from 'zustand';
import type { DatasetListing } from '../../preload/contract/manage.ts';
import type { DatasetView } from '../../preload/contract/views.ts';
import { useUi } from './ui.ts';

/** As main lists them where nothing is said. A copy: pages import no values of the contract. */
export const USUAL_LISTING: DatasetListing = {
  created: { from: null, to: null },
  edited: { from: null, to: null },
  role: 'any',
  kind: 'any',
  storage: 'any',
  organisation: false,
  sort: 'edited',
  descending: true,
};

interface ListState {
  search: string;
  listing: DatasetListing;
  /** Where the dataset stands that was opened last; null where none was, or where the list is another one by now. */
  openedAt: number | null;
}

export const useDatasetsList = create<ListState>()(() => ({
  search: '',
  listing: USUAL_LISTING,
  openedAt: null,
}));

/** The list of another account has nothing to do with it. */
export function resetDatasetsList(): void {
  useDatasetsList.setState({ search: '', listing: USUAL_LISTING, openedAt: null });
}

export function openDataset(dataset: DatasetView, index: number | null): void {
  useDatasetsList.setState({ openedAt: index });
  useUi.setState({ openDataset: dataset, datasetTab: 'data' });
}

export function closeDataset(): void {
  useUi.setState({ openDataset: null, datasetTab: 'data' });
}
