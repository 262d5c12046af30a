/** The table of a folder, or what stands in its place while it is asked for, empty, or not to be had. Used by `StoragePage`. */
import type { ReactElement, ReactNode } from 'react';
import { useStoragePlace } from '../../state/storage-place.ts';
import { Button } from '../../ui/Button.tsx';
import { DrawingDataset, DrawingNothing, DrawingUnplugged } from '../../ui/Drawings.tsx';
import { Banner, EmptyState } from '../../ui/Feedback.tsx';
import { plural } from '../../ui/format.ts';
import { Skeleton } from '../frame/Skeleton.tsx';
import type { FolderNow } from './useFolder.ts';
import type { StorageView } from './useStorage.ts';

interface ContentProps {
  view: StorageView;
  folder: FolderNow;
  atTop: boolean;
  /** Null where no folder may be made here. */
  onNew: (() => void) | null;
  onTop: () => void;
  children: ReactElement;
}

export function StorageContent({ view, folder, atTop, onNew, onTop, children }: ContentProps): ReactElement {
  const { foldersState, itemsState, ended, lines, finding } = view;
  if (folder.folder === null && folder.failure !== null)
    return (
      <Failed title="This folder could not be opened" why={folder.failure} again={folder.again}>
        <Button onClick={onTop}>All storage folders</Button>
      </Failed>
    );
  if (foldersState.total === null && foldersState.failure !== null)
    return <Failed title="The folders could not be listed" why={foldersState.failure} again={view.again} />;
  const noFolders = foldersState.total === 0;
  if (noFolders && itemsState.total === null && itemsState.failure !== null)
    return <Failed title="The items could not be listed" why={itemsState.failure} again={view.again} />;
  if (foldersState.total === null || (noFolders && itemsState.total === null))
    return <Skeleton rows={12} label="Asking Encord what is in here" />;
  if (lines === 0 && ended.folders && ended.items) {
    if (finding) return <NothingFound atTop={atTop} />;
    return <Nothing atTop={atTop} onNew={onNew} />;
  }
  const failure = itemsState.failure ?? foldersState.failure;
  return (
    <>
      {failure === null ? null : (
        <div className="storage-failure">
          <Banner
            tone="fail"
            title={
              itemsState.total === null
                ? 'The items of this folder could not be listed'
                : 'What is in here could not be asked for again'
            }
            actions={
              <Button size="s" icon="retry" onClick={itemsState.total === null ? view.again : view.refresh}>
                Try again
              </Button>
            }
          >
            {failure}
          </Banner>
        </div>
      )}
      <p className="visually-hidden" role="status">
        {finding && !view.asking ? foundWord(view) : ''}
      </p>
      {children}
    </>
  );
}

/** E.g. `2 folders and more than 200 items found`. */
function foundWord({ foldersState, itemsState, ended }: StorageView): string {
  const part = (total: number | null, complete: boolean, word: string) =>
    total === null || total === 0
      ? ''
      : complete
        ? plural(total, word)
        : `more than ${plural(total - 1, word)}`;
  const parts = [
    part(foldersState.total, ended.folders, 'folder'),
    part(itemsState.total, ended.items, 'item'),
  ].filter(Boolean);
  return parts.length === 0 ? 'Nothing found' : `${parts.join(' and ')} found`;
}

function Failed({
  title,
  why,
  again,
  children,
}: {
  title: string;
  why: string;
  again: () => void;
  children?: ReactNode;
}): ReactElement {
  return (
    <EmptyState
      drawing={<DrawingUnplugged />}
      title={title}
      action={
        <div className="storage-actions">
          {children}
          <Button variant="primary" icon="retry" onClick={again}>
            Try again
          </Button>
        </div>
      }
    >
      {why}
    </EmptyState>
  );
}

function NothingFound({ atTop }: { atTop: boolean }): ReactElement {
  const { search, reach } = useStoragePlace();
  const text = search.trim();
  const clear = () => useStoragePlace.setState({ search: '', types: [], reach: 'below' });
  return (
    <EmptyState
      drawing={<DrawingNothing />}
      title={text === '' ? 'No item of these types' : `Nothing matches “${text}”`}
      action={
        <div className="storage-actions">
          {!atTop && reach === 'below' ? (
            <Button onClick={() => useStoragePlace.setState({ reach: 'everywhere' })}>Look everywhere</Button>
          ) : null}
          <Button onClick={clear}>Clear search and types</Button>
        </div>
      }
    >
      {atTop || reach === 'everywhere'
        ? 'Names of folders and items are searched, in all of the storage.'
        : 'Names of folders and items are searched, in this folder and below.'}
    </EmptyState>
  );
}

function Nothing({ atTop, onNew }: { atTop: boolean; onNew: (() => void) | null }): ReactElement {
  return (
    <EmptyState
      drawing={<DrawingDataset />}
      title={atTop ? 'No storage folder yet' : 'This folder is empty'}
      action={
        onNew ? (
          <Button variant={atTop ? 'primary' : 'secondary'} icon="plus" onClick={onNew}>
            New folder
          </Button>
        ) : undefined
      }
    >
      {atTop
        ? 'Storage folders hold the files that datasets are made of. Make the first one here, or be given access to one.'
        : 'Folders and files that are moved here, uploaded into it, or registered from your own cloud appear here.'}
    </EmptyState>
  );
}
