/** Calls on storage folders and their groups (encord-api.md C.14). Used by `storage.ts`. */

import type { Answer } from '../../../core/encord-port.ts';
import type { FolderInfo, StorageCalls, TokenPage } from '../../../core/manage/ports.ts';
import { allPages } from '../pages.ts';
import type { V2 } from '../v2.ts';
import { PATIENT_MS } from '../wire.ts';
import { ANYTHING, done, LIST, objectOf, pageQuery, without } from './storage-calls.ts';
import { folder, folderPage, groupPage, summary } from './storage-schemas.ts';

export type FolderCalls = Pick<
  StorageCalls,
  | 'folders'
  | 'folder'
  | 'summary'
  | 'createFolder'
  | 'changeFolder'
  | 'moveFolders'
  | 'deleteFolder'
  | 'folderGroups'
  | 'addFolderGroups'
  | 'removeFolderGroups'
>;

export function folderCalls(v2: V2): FolderCalls {
  return {
    folders: (query, signal) => folders(v2, query, signal),

    folder: (folderId, signal) =>
      v2.call(
        { method: 'GET', path: at(folderId), answer: folder, doing: 'read the folder', repeatable: true },
        signal,
      ),

    summary: (folderId, signal) =>
      v2.call(
        {
          method: 'GET',
          path: at(folderId, 'summary'),
          answer: summary,
          doing: 'count what is in the folder',
          repeatable: true,
          idleMs: PATIENT_MS,
        },
        signal,
      ),

    createFolder: ({ name, description, parentId }, signal) =>
      v2.call(
        {
          method: 'POST',
          path: ['storage', 'folders'],
          body: { name, description, ...(parentId === null ? {} : { parent: parentId }) },
          answer: folder,
          doing: 'create the folder',
          // A folder is made each time it is asked for.
          repeatable: false,
        },
        signal,
      ),

    async changeFolder(folderId, { name, description, clientMetadata }, signal) {
      const metadata = clientMetadata === undefined ? undefined : objectOf(clientMetadata);
      if (metadata !== undefined && !metadata.ok) return metadata;
      const body = without({ name, description, clientMetadata: metadata?.value });
      if (Object.keys(body).length === 0) return { ok: true, value: null };
      const doing = 'change the folder';
      return done(
        await v2.call(
          { method: 'PATCH', path: at(folderId), body, answer: ANYTHING, doing, repeatable: true },
          signal,
        ),
      );
    },

    async moveFolders(folderUuids, parentId, signal) {
      return done(
        await v2.call(
          {
            method: 'POST',
            path: ['storage', 'folders', 'move'],
            body: { folderUuids, ...(parentId === null ? {} : { newParentUuid: parentId }) },
            answer: ANYTHING,
            doing: folderUuids.length === 1 ? 'move the folder' : 'move the folders',
            repeatable: true,
            idleMs: PATIENT_MS,
          },
          signal,
        ),
      );
    },

    async deleteFolder(folderId, signal) {
      return done(
        await v2.call(
          {
            method: 'DELETE',
            path: at(folderId),
            answer: ANYTHING,
            doing: 'delete the folder',
            // Sent again after it was done, it would be refused, as if it had not been.
            repeatable: false,
            idleMs: PATIENT_MS,
          },
          signal,
        ),
      );
    },

    folderGroups: (folderId, signal) =>
      allPages(
        v2,
        {
          path: at(folderId, 'groups'),
          page: groupPage,
          doing: 'list the groups of the folder',
        },
        signal,
      ),

    async addFolderGroups(folderId, groupIds, role, signal) {
      return done(
        await v2.call(
          {
            method: 'POST',
            path: at(folderId, 'groups'),
            body: { groupHashList: groupIds, userRole: role },
            answer: ANYTHING,
            doing: 'give the groups access to the folder',
            repeatable: true,
          },
          signal,
        ),
      );
    },

    async removeFolderGroups(folderId, groupIds, signal) {
      return done(
        await v2.call(
          {
            method: 'DELETE',
            path: at(folderId, 'groups'),
            query: groupIds.map((groupId) => ['groupHashList', groupId] as const),
            answer: ANYTHING,
            doing: 'remove the groups from the folder',
            repeatable: true,
          },
          signal,
        ),
      );
    },
  };
}

function at(folderId: string, ...rest: readonly string[]): readonly string[] {
  return ['storage', 'folders', folderId, ...rest];
}

function folders(
  v2: V2,
  query: Parameters<StorageCalls['folders']>[0],
  signal: AbortSignal,
): Promise<Answer<TokenPage<FolderInfo>>> {
  const { parentId, recursive } = query;
  const search = query.search.trim();
  const everywhere = parentId === null && recursive && search !== '';
  return v2.call(
    {
      method: 'GET',
      path: everywhere
        ? ['storage', 'search', 'folders']
        : parentId === null
          ? ['storage', 'folders']
          : at(parentId, 'folders'),
      query: [
        ...(search === '' ? [] : [['search', search] as const]),
        ...(parentId !== null && recursive ? [['isRecursive', 'True'] as const] : []),
        ...pageQuery(query),
      ],
      answer: folderPage,
      doing: 'list the folders',
      ...LIST,
    },
    signal,
  );
}
