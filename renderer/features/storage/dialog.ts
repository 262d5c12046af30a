/** Which dialog of the Storage folders page is open, and about what. */
import type { FolderView, ItemView } from '../../../preload/contract/manage.ts';

export type FolderDialog = 'edit' | 'move-folder' | 'delete-folder' | 'groups' | 'cloud';
export type ItemDialog = 'move' | 'delete' | 'metadata' | 'reencode';

export type StorageDialog =
  /** Null: at the top. */
  | { readonly kind: 'new-folder'; readonly parent: FolderView | null }
  | { readonly kind: FolderDialog; readonly folder: FolderView }
  | { readonly kind: ItemDialog; readonly items: readonly ItemView[] };
