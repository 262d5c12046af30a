/** The menus about a folder and about items: at the pointer, and of the folder that is open. Used by `StoragePage`. */
import type { FolderView, ItemView } from '../../../preload/contract/manage.ts';
import { copyText } from '../../ui/clipboard.ts';
import { plural } from '../../ui/format.ts';
import type { MenuEntry } from '../../ui/Menu.tsx';
import { openDatasetOf } from './DatasetLink.tsx';
import type { FolderDialog, ItemDialog } from './dialog.ts';
import { mayNotChange } from './words.ts';

interface FolderInput {
  folder: FolderView;
  /** Null: it is open already. */
  open: (() => void) | null;
  begin: (kind: FolderDialog) => void;
}

export function folderEntries({ folder, open, begin }: FolderInput): MenuEntry[] {
  const mayNot = mayNotChange(folder);
  const off = mayNot === null ? {} : { disabled: true };
  const { syncedDatasetId } = folder;
  const entries: MenuEntry[] = [];
  if (open)
    entries.push({ kind: 'item', id: 'open', label: 'Open', icon: 'folder', keys: 'enter', act: open });
  if (syncedDatasetId !== null)
    entries.push({
      kind: 'item',
      id: 'dataset',
      label: 'Open its dataset',
      icon: 'dataset',
      act: () => void openDatasetOf(syncedDatasetId),
    });
  entries.push(
    {
      kind: 'item',
      id: 'edit',
      label: 'Edit…',
      icon: 'edit',
      ...(open ? { keys: 'F2' } : {}),
      ...off,
      act: () => begin('edit'),
    },
    { kind: 'item', id: 'move', label: 'Move…', icon: 'arrowRight', ...off, act: () => begin('move-folder') },
    // Who may not change them may look at them.
    { kind: 'item', id: 'groups', label: 'Groups…', icon: 'user', act: () => begin('groups') },
    {
      kind: 'item',
      id: 'cloud',
      label: 'Register cloud data…',
      icon: 'server',
      ...off,
      act: () => begin('cloud'),
    },
    {
      kind: 'item',
      id: 'copy',
      label: 'Copy folder id',
      icon: 'copy',
      act: () => void copyText(folder.id, 'The id of the folder'),
    },
    { kind: 'line', id: 'line' },
    {
      kind: 'item',
      id: 'delete',
      label: 'Delete…',
      icon: 'trash',
      ...(open ? { keys: 'delete' } : {}),
      danger: true,
      ...off,
      act: () => begin('delete-folder'),
    },
  );
  return mayNot === null
    ? entries
    : [{ kind: 'label', id: 'why', label: 'You can look, not change' }, ...entries];
}

interface ItemsInput {
  items: readonly ItemView[];
  /** Why they may not be changed; null where they may. */
  mayNot: string | null;
  open: () => void;
  rename: (itemId: string) => void;
  begin: (kind: ItemDialog) => void;
  /** Null where the item lies in the folder that is open. */
  goToFolder: ((folderId: string) => void) | null;
}

export function itemEntries({ items, mayNot, open, rename, begin, goToFolder }: ItemsInput): MenuEntry[] {
  const off = mayNot === null ? {} : { disabled: true };
  const only = items.length === 1 ? items[0] : undefined;
  const entries: MenuEntry[] = [];
  if (only)
    entries.push(
      { kind: 'item', id: 'open', label: 'Open', icon: 'info', keys: 'enter', act: open },
      {
        kind: 'item',
        id: 'rename',
        label: 'Rename',
        icon: 'edit',
        keys: 'F2',
        ...off,
        // The menu gives the focus back when it closes; the field takes it after that.
        act: () => setTimeout(() => rename(only.id), 0),
      },
    );
  else entries.push({ kind: 'label', id: 'count', label: `${plural(items.length, 'item')} selected` });
  if (only && goToFolder)
    entries.push({
      kind: 'item',
      id: 'folder',
      label: 'Go to its folder',
      icon: 'folder',
      act: () => goToFolder(only.folderId),
    });
  entries.push(
    { kind: 'item', id: 'move', label: 'Move…', icon: 'arrowRight', ...off, act: () => begin('move') },
    {
      kind: 'item',
      id: 'metadata',
      label: 'Metadata…',
      icon: 'braces',
      ...off,
      act: () => begin('metadata'),
    },
  );
  if (items.some(({ type }) => type === 'video'))
    entries.push({
      kind: 'item',
      id: 'reencode',
      label: 'Re-encode…',
      icon: 'convert',
      ...off,
      act: () => begin('reencode'),
    });
  if (only)
    entries.push({
      kind: 'item',
      id: 'copy',
      label: 'Copy item id',
      icon: 'copy',
      act: () => void copyText(only.id, 'The id of the item'),
    });
  entries.push(
    { kind: 'line', id: 'line' },
    {
      kind: 'item',
      id: 'delete',
      label: 'Delete…',
      icon: 'trash',
      keys: 'delete',
      danger: true,
      ...off,
      act: () => begin('delete'),
    },
  );
  return entries;
}
