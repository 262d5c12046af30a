/** The dialogs of the Storage folders page: one at a time, each asks before something changes. Used by `StoragePage`. */
import type { ReactElement } from 'react';
import type { FolderView } from '../../../preload/contract/manage.ts';
import { oneLine } from '../../ui/format.ts';
import { toast } from '../../ui/Toasts.tsx';
import { RegisterCloud } from '../add-data/RegisterCloud.tsx';
import type { Trail } from '../add-data/StorageFolders.tsx';
import { DeleteFolderDialog } from './DeleteFolderDialog.tsx';
import { DeleteItemsDialog } from './DeleteItemsDialog.tsx';
import type { StorageDialog } from './dialog.ts';
import { EditFolderDialog, NewFolderDialog } from './FolderForms.tsx';
import { GroupsDialog } from './GroupsDialog.tsx';
import { ItemMetadataDialog } from './ItemMetadataDialog.tsx';
import { MoveFolderDialog } from './MoveFolderDialog.tsx';
import { MoveItemsDialog } from './MoveItemsDialog.tsx';
import { ReencodeItemsDialog } from './ReencodeItemsDialog.tsx';

interface DialogsProps {
  dialog: StorageDialog | null;
  /** What is open on the page. */
  trail: Trail;
  onClose: () => void;
  /** Something is another now: the page asks again. */
  onChanged: () => void;
  onMade: (folder: FolderView) => void;
  onFolderMoved: (folder: FolderView, into: Trail) => void;
  onFolderDeleted: (folder: FolderView) => void;
  /** The items that were selected are elsewhere, or gone. */
  onItemsGone: () => void;
}

export function StorageDialogs(props: DialogsProps): ReactElement | null {
  const { dialog, trail, onClose, onChanged, onItemsGone } = props;
  const closeWith = (sentence: string, then: () => void) => {
    onClose();
    then();
    toast(sentence, { tone: 'done' });
  };
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'new-folder':
      return (
        <NewFolderDialog
          parent={dialog.parent}
          onClose={onClose}
          onMade={(folder) => closeWith(`${oneLine(folder.name)} is made`, () => props.onMade(folder))}
        />
      );
    case 'edit':
      return (
        <EditFolderDialog
          folder={dialog.folder}
          onClose={onClose}
          onDone={() => closeWith('The folder is changed', onChanged)}
        />
      );
    case 'move-folder': {
      const { folder } = dialog;
      return (
        <MoveFolderDialog
          folder={folder}
          onClose={onClose}
          onMoved={(into) =>
            closeWith(`Moved ${oneLine(folder.name)} to ${oneLine(into.at(-1)?.name ?? 'the top')}`, () =>
              props.onFolderMoved(folder, into),
            )
          }
        />
      );
    }
    case 'delete-folder': {
      const { folder } = dialog;
      return (
        <DeleteFolderDialog
          folder={folder}
          onClose={onClose}
          onDeleted={() => closeWith(`Deleted ${oneLine(folder.name)}`, () => props.onFolderDeleted(folder))}
        />
      );
    }
    case 'groups':
      return <GroupsDialog folder={dialog.folder} onClose={onClose} />;
    case 'cloud':
      return <RegisterCloud dataset={null} folderId={dialog.folder.id} onClose={onClose} />;
    case 'move':
      return (
        <MoveItemsDialog
          items={dialog.items}
          from={trail}
          onClose={onClose}
          onMoved={(sentence) => closeWith(sentence, onItemsGone)}
          onSome={onChanged}
        />
      );
    case 'delete':
      return (
        <DeleteItemsDialog
          items={dialog.items}
          onClose={onClose}
          onDeleted={(sentence) => closeWith(sentence, onItemsGone)}
          onSome={onChanged}
        />
      );
    case 'metadata':
      return (
        <ItemMetadataDialog
          items={dialog.items}
          onClose={onClose}
          onSaved={(sentence) => closeWith(sentence, onChanged)}
        />
      );
    case 'reencode':
      return <ReencodeItemsDialog items={dialog.items} onClose={onClose} />;
  }
}
