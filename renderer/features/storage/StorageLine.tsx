/** The cells of one folder or of one item, drawn anew only where something of it has changed. Used by `StorageGrid`. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
// biome-ignore-all lint/a11y/useFocusableInteractive: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { memo, type ReactElement } from 'react';
import type { FolderView, ItemView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { count, oneLine, size, whenExactText, whenText } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { NameField } from '../../ui/NameField.tsx';
import { itemType } from '../add-data/item-types.ts';
import { Thumbnail } from '../datasets/rows/Thumbnail.tsx';
import { openDatasetOf } from './DatasetLink.tsx';
import { roleWord } from './words.ts';

interface FolderProps {
  folder: FolderView;
  /** It was found by a search: where it lies is said. */
  found: boolean;
  onOpen: (folder: FolderView) => void;
}

export const FolderCells = memo(function FolderCells({ folder, found, onOpen }: FolderProps): ReactElement {
  const { name, path, syncedDatasetId, role, owner, createdAt } = folder;
  const where = path.map((step) => oneLine(step.name)).join(' / ');
  return (
    <>
      <span role="gridcell" />
      <span role="gridcell" className="inline storage-name">
        <Icon name="folder" className="tone-accent" />
        <button
          type="button"
          tabIndex={-1}
          className="row-link truncate"
          title={folder.description ? `${name}\n${folder.description}` : name}
          onClick={() => onOpen(folder)}
        >
          {oneLine(name) || 'A folder without a name'}
        </button>
        {syncedDatasetId === null ? null : (
          <button
            type="button"
            tabIndex={-1}
            className="badge badge-accent storage-mark"
            title="Kept the same as a dataset: opens it"
            onClick={() => void openDatasetOf(syncedDatasetId)}
          >
            Mirrored
          </button>
        )}
        {found && where !== '' ? (
          <span className="faint small truncate" title={where}>
            in {where}
          </span>
        ) : null}
      </span>
      <span role="gridcell" className="muted truncate">
        Folder
      </span>
      <span role="gridcell" />
      <span role="gridcell" className="storage-extra" />
      <span role="gridcell" className="muted truncate storage-role">
        {roleWord(role)}
      </span>
      <span role="gridcell" className="muted truncate storage-extra" title={owner}>
        {oneLine(owner)}
      </span>
      <span role="gridcell" className="muted truncate cell-number" title={whenExactText(createdAt)}>
        {whenText(createdAt)}
      </span>
    </>
  );
});

interface ItemProps {
  item: ItemView;
  picked: boolean;
  renaming: boolean;
  onRenamed: (byKey: boolean) => void;
}

export const ItemCells = memo(
  function ItemCells({ item, picked, renaming, onRenamed }: ItemProps): ReactElement {
    const { word, icon } = itemType(item.type);
    return (
      <>
        <span role="gridcell" className="tick">
          <span className={`tick-box${picked ? ' tick-on' : ''}`} aria-hidden="true">
            {picked ? <Icon name="check" size={12} /> : null}
          </span>
          <span className="visually-hidden">{picked ? 'Selected' : 'Not selected'}</span>
        </span>
        <span role="gridcell" className="inline storage-name">
          <Thumbnail picture={{ itemId: item.id }} type={item.type} icon={icon} />
          {renaming ? <ItemName item={item} onDone={onRenamed} /> : <MiddleTruncate text={item.name} />}
        </span>
        <span role="gridcell" className="muted truncate">
          {word}
        </span>
        <span role="gridcell" className="muted truncate cell-number">
          {item.size === null ? '' : size(item.size)}
        </span>
        <span role="gridcell" className="muted truncate cell-number storage-extra">
          {item.rows > 0 ? count(item.rows) : ''}
        </span>
        <span role="gridcell" className="storage-role" />
        <span role="gridcell" className="muted truncate storage-extra" title={item.owner}>
          {oneLine(item.owner)}
        </span>
        <span role="gridcell" className="muted truncate cell-number" title={whenExactText(item.createdAt)}>
          {whenText(item.createdAt)}
        </span>
      </>
    );
  },
  (before, now) =>
    before.item === now.item && before.picked === now.picked && before.renaming === now.renaming,
);

/** The name of an item while it is changed in place. */
export function ItemName({
  item,
  onDone,
}: {
  item: ItemView;
  onDone: (byKey: boolean) => void;
}): ReactElement {
  return (
    <NameField
      name={item.name}
      label={`New name of ${item.name}`}
      needed="An item needs a name."
      save={async (name) => {
        const answer = await call('storage.renameItem', { itemId: item.id, name });
        return answer.ok ? null : answer.error.message;
      }}
      onDone={onDone}
    />
  );
}
