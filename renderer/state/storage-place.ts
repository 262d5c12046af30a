/**
 * Where in the storage somebody is and what the list there shows, so that whoever comes back finds it as it was. Used by the
 * Storage folders page.
 */
import { create } from 'zustand';
import type { FolderView } from '../../preload/contract/manage.ts';

export interface StoragePlace {
  /** The folders that lead here, this one last; none is the top. */
  readonly trail: readonly { readonly id: string; readonly name: string }[];
  readonly search: string;
  /** Encord's words; none is all. */
  readonly types: readonly string[];
  /** How far a search looks. */
  readonly reach: 'below' | 'everywhere';
  readonly order: 'name' | 'createdAt';
  readonly descending: boolean;
}

interface PlaceState extends StoragePlace {
  /** Another account's place has nothing to do with it. */
  readonly accountId: string | null;
  /** As it was known when it was opened; null where only its name was. */
  readonly known: FolderView | null;
  /** The folder that was left last by going up: it is what keys act from again. */
  readonly cameFrom: string | null;
}

const TOP: Omit<PlaceState, 'accountId'> = {
  trail: [],
  search: '',
  types: [],
  reach: 'below',
  order: 'name',
  descending: false,
  known: null,
  cameFrom: null,
};

export const useStoragePlace = create<PlaceState>()(() => ({ ...TOP, accountId: null }));

/** Begins at the top where another account was here before. */
export function placeFor(accountId: string): void {
  if (useStoragePlace.getState().accountId !== accountId) useStoragePlace.setState({ ...TOP, accountId });
}

/** A search and a type belong to the folder that they were set in. */
export function goToFolder(trail: StoragePlace['trail'], known: FolderView | null = null): void {
  const { trail: before } = useStoragePlace.getState();
  const up = before.length > trail.length && trail.every(({ id }, at) => before[at]?.id === id);
  useStoragePlace.setState({
    trail,
    known,
    search: '',
    types: [],
    reach: 'below',
    cameFrom: up ? (before[trail.length]?.id ?? null) : null,
  });
}

export function openFolder(folder: FolderView): void {
  goToFolder([...folder.path, { id: folder.id, name: folder.name }], folder);
}
