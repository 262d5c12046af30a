/** What the tests of watch folders in the store share. */

import type { Store } from '../../../main/adapters/sqlite/index.ts';
import type { BatchId, NewBatch, PlannedUnit, UnitId } from '../../../main/core/model.ts';
import {
  DEFAULT_RULES,
  type NewWatchFolder,
  type WatchFolder,
  type WatchRules,
} from '../../../main/core/watch/rules.ts';
import type { KnownState, Noted } from '../../../main/core/watch/store-port.ts';
import { newBatch, planned } from './support.ts';

/** Where `planned` puts its files. */
export const ROOT = '/in';

export function newFolder(
  more: Partial<NewWatchFolder> = {},
  rules: Partial<WatchRules> = {},
): NewWatchFolder {
  return {
    root: ROOT,
    accountId: 'lab',
    datasetId: 'dataset-1',
    datasetTitle: 'Cells',
    folderChoice: null,
    rules: { ...DEFAULT_RULES, ...rules },
    existing: 'all',
    on: true,
    addedAt: 100,
    ...more,
  };
}

export function sweepOf(folder: WatchFolder, more: Partial<NewBatch> = {}): NewBatch {
  return newBatch({
    datasetId: folder.datasetId,
    watch: { folder: folder.id, ledger: folder.ledger, root: folder.root },
    ...more,
  });
}

/** A unit as a watch folder plans it: with a group where it has several files. */
export function watched(title: string, sizes: readonly number[] = [10]): PlannedUnit {
  const inodes = sizes.map((_, index) => `1:${title}${index}`);
  return { ...planned(title, sizes), watched: { group: sizes.length > 1 ? title : null, inodes } };
}

export function sweep(
  store: Store,
  folder: WatchFolder,
  units: readonly PlannedUnit[],
  more: Partial<NewBatch> = {},
): BatchId {
  return store.addBatch(sweepOf(folder, more), units, []);
}

export function noted(path: string, state: Noted['state'], more: Partial<Noted> = {}): Noted {
  return {
    path,
    identity: { size: 7, mtimeMs: 5.5 },
    inode: null,
    state,
    reason: null,
    group: null,
    unitId: null,
    ...more,
  };
}

/** States of the files in a folder, by name. */
export function statesIn(store: Store, ledger: number, folder: string): Record<string, KnownState> {
  return Object.fromEntries([...store.knownIn(ledger, folder)].map(([name, { state }]) => [name, state]));
}

/** How many files are known in each state, without the states of none. */
export function counts(store: Store, ledger: number): Partial<Record<KnownState, number>> {
  const { states } = store.watchTally(ledger, 0);
  return Object.fromEntries(Object.entries(states).filter(([, files]) => files > 0));
}

/** Leaves out the files of these ids. */
export function leaveOut(store: Store, ...ids: readonly UnitId[]): void {
  store.commit(ids.map((id) => ({ kind: 'item', id, event: { on: 'cancel' } })));
}
