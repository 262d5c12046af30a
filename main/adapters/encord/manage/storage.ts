/**
 * Storage folders and items (encord-api.md C.13, C.14, C.16), all of them calls of v2, which an API key does not open.
 * Fulfils the port `StorageCalls`; made by `manage/index.ts`. Never throws.
 *
 * What may be done twice without harm is repeatable; any other call whose answer is lost leaves open whether Encord has
 * done it, and is `lost`.
 */

import type { StorageCalls } from '../../../core/manage/ports.ts';
import type { ManageCalls } from './calls.ts';
import { refusedWithoutSsh } from './needs-ssh.ts';
import { folderCalls } from './storage-folders.ts';
import { itemCalls } from './storage-items.ts';
import { workCalls } from './storage-work.ts';

export function createStorageCalls({ ssh }: ManageCalls): StorageCalls {
  if (ssh === null) return allRefused();
  return { ...folderCalls(ssh.v2), ...itemCalls(ssh.v2), ...workCalls(ssh.v2) };
}

function allRefused(): StorageCalls {
  const look = () => refusedWithoutSsh('Looking into storage folders');
  const change = () => refusedWithoutSsh('Changing storage folders and their items');
  const groups = () => refusedWithoutSsh('Managing who may use a storage folder');
  const schema = () => refusedWithoutSsh('Managing the schema of client metadata');
  return {
    folders: look,
    folder: look,
    summary: look,
    createFolder: change,
    changeFolder: change,
    moveFolders: change,
    deleteFolder: change,
    items: look,
    item: look,
    itemsById: look,
    children: look,
    usage: look,
    changeItems: change,
    moveItems: change,
    deleteItems: change,
    reencodeItems: change,
    reencodeItemsState: look,
    folderGroups: groups,
    addFolderGroups: groups,
    removeFolderGroups: groups,
    createDataGroup: change,
    migrate: change,
    metadataSchema: schema,
    setMetadataSchema: schema,
  };
}
