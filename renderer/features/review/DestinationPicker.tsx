/** Where a review goes: the dataset, found or made here, and for those who want it, the storage folder. */
import { Popover } from 'radix-ui';
import { type ReactElement, useEffect, useState } from 'react';
import type { StorageFolderView } from '../../../preload/contract/views.ts';
import { activeAccount, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { setPlanDataset, useReview } from '../../state/review.ts';
import { Button } from '../../ui/Button.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { CreateDatasetForm } from '../datasets/CreateDataset.tsx';
import { DatasetPickList } from '../datasets/DatasetPickList.tsx';

export function DestinationPicker(): ReactElement {
  const destination = useReview((state) => state.destination);
  const account = useApp((state) => activeAccount(state.snapshot));
  const open = useReview((state) => state.picking);
  const setOpen = (picking: boolean) => useReview.setState({ picking });
  const [creating, setCreating] = useState(false);
  const fixed = account?.kind === 'api-key';
  const choose = (dataset: { id: string; title: string }) => {
    setOpen(false);
    setCreating(false);
    void setPlanDataset(dataset);
  };
  return (
    <div className="destination">
      <span className="destination-word">To</span>
      <Popover.Root
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          if (!next) setCreating(false);
        }}
      >
        <Popover.Trigger asChild>
          <button
            type="button"
            className={`destination-button${destination ? '' : ' destination-missing'}`}
            disabled={fixed}
            aria-label={destination ? `Dataset ${destination.title}. Choose another` : 'Choose a dataset'}
          >
            <Icon name="dataset" className={destination ? 'tone-accent' : ''} />
            <span className="truncate">{destination?.title ?? 'Choose a dataset'}</span>
            {fixed ? null : <Icon name="chevronUpDown" size={14} className="faint" />}
          </button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            className="popover destination-popover"
            data-floating=""
            align="start"
            sideOffset={4}
            collisionPadding={8}
          >
            {creating ? (
              <div className="destination-create">
                <h3>Create a dataset</h3>
                <CreateDatasetForm onCancel={() => setCreating(false)} onDone={choose} />
              </div>
            ) : (
              <>
                <DatasetPickList chosenId={destination?.id ?? null} onChoose={choose} autoFocus />
                <div className="destination-foot">
                  <Button size="s" variant="ghost" icon="plus" onClick={() => setCreating(true)}>
                    Create dataset
                  </Button>
                </div>
              </>
            )}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      <span className="grow" />
      {account?.kind === 'ssh' && account.route !== 'documented' && destination ? <FolderPicker /> : null}
    </div>
  );
}

/** The storage folder: collapsed, because the right one is found without it. */
function FolderPicker(): ReactElement {
  const destination = useReview((state) => state.destination);
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const [folders, setFolders] = useState<readonly StorageFolderView[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [chosen, setChosen] = useState<{ datasetId: string; folder: StorageFolderView } | null>(null);
  const folder = chosen && chosen.datasetId === destination?.id ? chosen.folder : null;

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
    if (!destination) return;
    setChosen(next ? { datasetId: destination.id, folder: next } : null);
    void setPlanDataset(destination, next?.id ?? null);
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
