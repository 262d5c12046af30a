/** The part of the handler map that is about storage folders and items. Used by `main/app/manage/handlers.ts`. */

import type { CallName } from '../../../preload/contract/names.ts';
import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';

type StorageCallName = Exclude<Extract<CallName, `storage.${string}`>, 'storage.itemMedia'>;

export function createStorageHandlers({ accounts, storage }: Program): Pick<Handlers, StorageCallName> {
  const active = () => accounts.active().id;
  return {
    'storage.folders': ({ offset, limit, ...query }) => storage.folders(active(), query, offset, limit),
    'storage.folder': ({ folderId }) => storage.folder(active(), folderId),
    'storage.summary': ({ folderId }) => storage.summary(active(), folderId),
    'storage.createFolder': (input) => storage.createFolder(active(), input),
    'storage.changeFolder': (input) => storage.changeFolder(active(), input),
    'storage.moveFolders': async ({ folderIds, parentId }) => {
      await storage.moveFolders(active(), folderIds, parentId);
      return null;
    },
    'storage.deleteFolder': async ({ folderId }) => {
      await storage.deleteFolder(active(), folderId);
      return null;
    },
    'storage.folderGroups': ({ folderId }) => storage.folderGroups(active(), folderId),
    'storage.addFolderGroups': async (input) => {
      await storage.addFolderGroups(active(), input);
      return null;
    },
    'storage.removeFolderGroups': async (input) => {
      await storage.removeFolderGroups(active(), input);
      return null;
    },
    'storage.items': ({ offset, limit, ...query }) => storage.items(active(), query, offset, limit),
    'storage.item': ({ itemId }) => storage.item(active(), itemId),
    'storage.renameItem': async ({ itemId, name }) => {
      await storage.renameItem(active(), itemId, name);
      return null;
    },
    'storage.setItemMetadata': (input) => storage.setItemMetadata(active(), input),
    'storage.moveItems': async (input) => {
      await storage.moveItems(active(), input);
      return null;
    },
    'storage.deleteItems': (input) => storage.deleteItems(active(), input),
    'storage.reencodeItems': (input) => ({ jobId: storage.reencodeItems(active(), input) }),
  };
}
