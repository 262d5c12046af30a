/** Storage folders: searching them, and the one that a static dataset uploads into (encord-api.md C.14). Called by the session. */

import { z } from 'zod';
import type { Answer, StorageFolder } from '../../core/encord-port.ts';
import { eachPage } from './pages.ts';
import { type Folder, folderAnswer, folderPage, type ShownFolder, shownFolderPage } from './schemas.ts';
import type { V2 } from './v2.ts';
import { PATIENT_MS } from './wire.ts';

const LIST = { pageSize: 100, doing: 'list the storage folders' } as const;
/** For people who choose: more than they read. */
const MOST_SHOWN = 500;

/** Folders whose name the server finds by `search`; all top-level ones where it is empty. */
export async function searchFolders(
  v2: V2,
  search: string,
  signal: AbortSignal,
): Promise<Answer<readonly StorageFolder[]>> {
  const folders: StorageFolder[] = [];
  const everywhere = search.trim() !== '';
  const answer = await eachPage(
    v2,
    {
      path: everywhere ? ['storage', 'search', 'folders'] : ['storage', 'folders'],
      query: everywhere ? [['search', search.trim()]] : [],
      page: shownFolderPage,
      ...LIST,
    },
    signal,
    (page) => {
      for (const each of page) folders.push(toStorageFolder(each));
      return folders.length < MOST_SHOWN;
    },
  );
  return answer.ok ? { ok: true, value: folders } : answer;
}

/**
 * The top-level folder with exactly this name, or null. Never the backing folder of a dataset: what is put there
 * appears in that dataset. Of several, always the same one: the oldest.
 */
export async function findRootFolder(
  v2: V2,
  name: string,
  signal: AbortSignal,
): Promise<Answer<string | null>> {
  const fits: Folder[] = [];
  const answer = await eachPage(
    v2,
    { path: ['storage', 'folders'], query: [['search', name]], page: folderPage, ...LIST },
    signal,
    (page) => {
      for (const each of page) if (each.name === name && each.syncedDatasetHash === null) fits.push(each);
      return true;
    },
  );
  if (!answer.ok) return answer;
  fits.sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.uuid, b.uuid));
  return { ok: true, value: fits[0]?.uuid ?? null };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Not repeated by itself: a folder is made each time it is asked for. */
export async function makeRootFolder(v2: V2, name: string, signal: AbortSignal): Promise<Answer<string>> {
  const answer = await v2.call(
    {
      method: 'POST',
      path: ['storage', 'folders'],
      body: { name, description: 'Uploads into the dataset of the same name' },
      answer: folderAnswer,
      doing: 'create a storage folder for the dataset',
      repeatable: false,
      idleMs: PATIENT_MS,
    },
    signal,
  );
  return answer.ok ? { ok: true, value: answer.value.uuid } : answer;
}

/** Whether the server knows the folder; its failure says whether it knows folders at all. */
export async function readFolder(v2: V2, folderId: string, signal: AbortSignal): Promise<Answer<Folder>> {
  return v2.call(
    {
      method: 'GET',
      path: ['storage', 'folders', folderId],
      answer: folderAnswer,
      doing: 'read the storage folder',
      repeatable: true,
    },
    signal,
  );
}

/** Whether the server has storage folders: asks for one. */
export async function probeFolders(v2: V2, signal: AbortSignal): Promise<Answer<unknown>> {
  return v2.call(
    {
      method: 'GET',
      path: ['storage', 'folders'],
      query: [['pageSize', '1']],
      answer: z.object({ results: z.array(z.unknown()) }),
      doing: 'list the storage folders',
      repeatable: true,
    },
    signal,
  );
}

function toStorageFolder(folder: ShownFolder): StorageFolder {
  return {
    id: folder.uuid,
    name: folder.name,
    path: pathNames(folder),
    syncedDatasetId: folder.syncedDatasetHash,
  };
}

/** Names from the root down, without its own; ordered by the parents, since the server's order is not published. */
function pathNames(folder: ShownFolder): readonly string[] {
  const others = folder.pathToRoot.filter((each) => each.uuid !== folder.uuid);
  const known = new Set(others.map((each) => each.uuid));
  const byParent = new Map(
    others.map((each) => [
      each.parentUuid !== null && known.has(each.parentUuid) ? each.parentUuid : '',
      each,
    ]),
  );
  const names: string[] = [];
  for (let next = byParent.get(''); next !== undefined && names.length < others.length; ) {
    names.push(next.name);
    next = byParent.get(next.uuid);
  }
  return names;
}
