/** The storage folder: collapsed, because the right one is found without it. Used by reviews and watch folders. */
import { Popover } from 'radix-ui';
import { type ReactElement, useEffect, useState } from 'react';
import type { StorageFolderView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { SearchField } from '../../ui/Field.tsx';
import { Icon, Spinner } from '../../ui/Icon.tsx';

interface StorageFolderChooserProps {
  /** Null lets the program find or make one. */
  folder: StorageFolderView | null;
  onChoose: (folder: StorageFolderView | null) => void;
}

export function StorageFolderChooser({ folder, onChoose }: StorageFolderChooserProps): ReactElement {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const [folders, setFolders] = useState<readonly StorageFolderView[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    if (!open) return;
    let stopped = false;
    const timer = setTimeout(() => {
      void call('datasets.folders', { search: search.trim() }).then((answer) => {
        if (stopped) return;
        setFolders(answer.ok ? answer.value : []);
        setFailure(answer.ok ? null : answer.error.message);
      });
    }, 150);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [open, search]);

  const choose = (next: StorageFolderView | null) => {
    setOpen(false);
    onChoose(next);
  };

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button type="button" className="folder-button">
          <Icon name="folder" size={14} />
          <span className="truncate">{folder ? folder.name : 'Storage folder: automatic'}</span>
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover destination-popover"
          data-floating=""
          aria-label="Choose a storage folder"
          align="end"
          sideOffset={4}
          collisionPadding={8}
        >
          <div className="pick">
            <div className="pick-search">
              <SearchField label="Search storage folders" value={search} onChange={setSearch} />
            </div>
            <ul className="folder-list">
              <li>
                <button type="button" className="folder-row" onClick={() => choose(null)}>
                  <span className="menu-icon">{folder === null ? <Icon name="check" /> : null}</span>
                  <span className="grow">
                    <span className="pick-title">Automatic</span>
                    <span className="pick-lead">The dataset’s own folder, or one of its title</span>
                  </span>
                </button>
              </li>
              {folders === null ? (
                <li className="pick-note">
                  <Spinner />
                </li>
              ) : failure ? (
                <li className="pick-note">{failure}</li>
              ) : (
                folders.map((each) => (
                  <li key={each.id}>
                    <button type="button" className="folder-row" onClick={() => choose(each)}>
                      <span className="menu-icon">
                        {folder?.id === each.id ? <Icon name="check" /> : null}
                      </span>
                      <span className="grow">
                        <span className="truncate pick-title">{each.name}</span>
                        <span className="truncate pick-lead">{each.path.join(' / ')}</span>
                      </span>
                    </button>
                  </li>
                ))
              )}
            </ul>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
