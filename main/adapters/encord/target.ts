/** Where a batch goes: `auto` resolved, the folder found or made. Called by the session. */

import type { Answer, DatasetInfo } from '../../core/encord-port.ts';
import { UploaderError } from '../../core/errors.ts';
import type { RouteChoice, Target } from '../../core/model.ts';
import type { DatasetCaller } from './dataset-auth.ts';
import { readDataset } from './datasets.ts';
import { failed } from './failures.ts';
import { findRootFolder, makeRootFolder, readFolder } from './folders.ts';
import type { V2 } from './v2.ts';

export interface TargetRequest {
  readonly datasetId: string;
  readonly routeChoice: RouteChoice;
  readonly folderChoice: string | null;
}

export type ResolvedTarget = { readonly target: Target; readonly notice: string | null };

/** The number of Encord's own storage (encord-api.md C.1). */
const ENCORD_STORAGE = 0;

/** The documented route takes datasets on Encord storage only (encord-api.md E.1, UPLOAD_OPERATION_NOT_SUPPORTED). */
export async function documentedTarget(
  caller: DatasetCaller,
  info: DatasetInfo,
  signal: AbortSignal,
): Promise<Answer<ResolvedTarget>> {
  let { storage } = info;
  if (storage === null) {
    const whole = await readDataset(caller, info.id, signal);
    if (!whole.ok) return whole;
    storage = whole.value.storage;
  }
  if (storage !== null && storage !== ENCORD_STORAGE) {
    return failed(
      'refused',
      new UploaderError(
        'dataset-storage',
        `This dataset keeps its data outside Encord (AWS, Google Cloud, Azure or the like), and the documented route uploads to Encord storage only. Choose another dataset, or the storage route with an SSH key.`,
      ),
    );
  }
  const target: Target = { route: 'documented', datasetId: info.id, folderId: null, mirrored: false };
  return { ok: true, value: { target, notice: null } };
}

/** Finds targets of the storage route for one session. */
export interface StorageTargets {
  resolve(
    info: DatasetInfo,
    folderChoice: string | null,
    signal: AbortSignal,
  ): Promise<Answer<ResolvedTarget>>;
}

export function createStorageTargets(v2: V2): StorageTargets {
  /** One search at a time for each dataset, so that two batches do not make two folders. */
  const turns = new Map<string, Promise<unknown>>();
  return {
    async resolve(info, folderChoice, signal) {
      const to = (folderId: string, mirrored: boolean): Answer<ResolvedTarget> => ({
        ok: true,
        value: { target: { route: 'storage', datasetId: info.id, folderId, mirrored }, notice: null },
      });
      const named = info.backingFolderId ?? folderChoice;
      if (named !== null) {
        const known = await readFolder(v2, named, signal);
        if (!known.ok) return known;
        const synced = known.value.syncedDatasetHash;
        if (info.backingFolderId === null && synced !== null && synced !== info.id) {
          return failed('refused', foreignFolder());
        }
        return to(named, info.backingFolderId !== null);
      }
      const before = turns.get(info.id);
      const turn = (async (): Promise<Answer<string>> => {
        await before;
        const found = await findRootFolder(v2, info.title, signal);
        if (!found.ok) return found;
        return found.value === null
          ? makeRootFolder(v2, info.title, signal)
          : { ok: true, value: found.value };
      })();
      turns.set(info.id, turn);
      const folder = await turn;
      if (turns.get(info.id) === turn) turns.delete(info.id);
      return folder.ok ? to(folder.value, false) : folder;
    },
  };
}

function foreignFolder(): UploaderError {
  return new UploaderError(
    'invalid-input',
    `This folder belongs to another dataset, in which everything put there would appear. Choose another folder.`,
  );
}
