/** Choosing the folder that something is moved into: the one that is open is it. Used by the dialogs that move. */
import { type ReactElement, useState } from 'react';
import { SearchField } from '../../ui/Field.tsx';
import { StorageCrumbs, StorageFolders, type Trail } from '../add-data/StorageFolders.tsx';
import { useRested } from '../add-data/useRested.ts';

interface PickProps {
  trail: Trail;
  onGo: (trail: Trail) => void;
}

export function FolderPick({ trail, onGo }: PickProps): ReactElement {
  const [typed, setTyped] = useState('');
  const search = useRested(typed.trim());
  return (
    <div className="folder-pick">
      <div className="folder-pick-head">
        <StorageCrumbs
          trail={trail}
          onGo={(next) => {
            setTyped('');
            onGo(next);
          }}
        />
        <span className="grow" />
        <SearchField
          label={trail.length === 0 ? 'Search all folders' : 'Search in here'}
          value={typed}
          onChange={setTyped}
        />
      </div>
      <div className="folder-pick-list">
        <StorageFolders
          trail={trail}
          search={search}
          picking={null}
          onGo={(next) => {
            setTyped('');
            onGo(next);
          }}
        />
      </div>
    </div>
  );
}
